"""Is this file as it was signed, and by us? For a file that anybody brings: nothing in it is trusted."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime

from asn1crypto import cms  # type: ignore[import-untyped]
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from yukuaiban.documents.signing.keys import Certified, ring
from yukuaiban.documents.signing.outcome import MAX_BYTES, FileCheck, Outcome, digest_of
from yukuaiban.documents.signing.pades import as_asn1


def check(pdf: bytes) -> FileCheck:
    """What can be said about a file; never raises for what is inside it."""
    digest = digest_of(pdf)
    if len(pdf) > MAX_BYTES:
        return FileCheck(Outcome.UNREADABLE, digest)
    try:
        return _checked(pdf, digest)
    except (PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError):
        # A file that was cut or altered outside the signed text. If it says it was signed, it is not what was signed.
        logging.getLogger(__name__).info("a file brought for checking could not be read", exc_info=True)
        return FileCheck(Outcome.CHANGED if b"/ByteRange" in pdf else Outcome.UNREADABLE, digest)


def _checked(pdf: bytes, digest: str) -> FileCheck:
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if not signatures:
        return FileCheck(Outcome.UNSIGNED, digest)
    last = signatures[-1]
    certificate = last.signer_cert
    key = ring().by_certificate(certificate.dump())
    stated = last.self_reported_timestamp
    facts = {
        "signed_at": stated,
        "signed_by": str(last.sig_object.get("/Name", "") or certificate.subject.native.get("common_name", "")),
        "reason": str(last.sig_object.get("/Reason", "")),
        "key_id": key.id if key else "",
    }
    status = validate_pdf_signature(last, _trust(key, stated))
    whole = (
        status.coverage == SignatureCoverageLevel.ENTIRE_FILE and status.modification_level == ModificationLevel.NONE
    )
    if not (status.intact and status.valid and whole and len(signatures) == 1):
        return FileCheck(Outcome.CHANGED, digest, **facts)
    if key is None or not status.trusted:
        return FileCheck(Outcome.FOREIGN, digest, **facts)
    if not _container_is_ours(pdf, last):
        return FileCheck(Outcome.CHANGED, digest, **facts)
    if key.withdrawn is not None:
        return FileCheck(Outcome.WITHDRAWN, digest, withdrawn=key.withdrawn, **facts)
    return FileCheck(Outcome.UNCHANGED, digest, **facts)


def _container_is_ours(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether the room for the signature holds what we write there and nothing else.

    A signature cannot cover the place where it stands itself: without this, a byte of the filling, of the authority's
    certificate or of an algorithm's name could be changed and the signature would still hold.
    """
    ours = {as_asn1(authority.certificate).dump() for authority in ring().authorities}
    if {certificate.dump() for certificate in signature.other_embedded_certs} - ours:
        return False
    data, info = signature.signed_data, signature.signer_info
    sha256 = {"algorithm": "sha256", "parameters": None}
    said = (
        data["version"].native,
        data["digest_algorithms"].native,
        data["encap_content_info"].native,
        info["version"].native,
        info["sid"].name,
        info["digest_algorithm"].native,
        info["signature_algorithm"].native,
    )
    ecdsa = {"algorithm": "sha256_ecdsa", "parameters": None}
    if said != (
        "v1",
        [sha256],
        {"content_type": "data", "content": None},
        "v1",
        "issuer_and_serial_number",
        sha256,
        ecdsa,
    ):
        return False
    _, before, after, _ = (int(number) for number in signature.byte_range)
    room = pdf[before:after]
    container = cms.ContentInfo.load(signature.pkcs7_content).dump(force=True).hex().upper().encode()
    return room.startswith(b"<" + container) and room.endswith(b">") and not room[1 + len(container) : -1].strip(b"0")


def _trust(key: Certified | None, stated: datetime | None) -> ValidationContext:
    """Our authorities, as things stood when the document was signed: a certificate's end ends no old signature."""
    moment = stated.astimezone(UTC) if stated else datetime.now(UTC)
    if key is not None:
        moment = min(max(moment, key.made_at), key.ends_at)
    return ValidationContext(
        trust_roots=[as_asn1(authority.certificate) for authority in ring().authorities],
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
