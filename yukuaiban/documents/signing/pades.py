"""Put a signature on a PDF: PAdES baseline B-B, one signature over the whole file, nothing may be added after it.

B-T would need a time stamp authority, which a machine without the outside world does not have; the time in the
signature is ours and is backed by the digest that the issuing domain keeps (ADR 0031).
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from yukuaiban.documents.signing.keys import Certified, ring

FIELD = "Signature"
#: asn1crypto fills its objects in as they are first written, unguarded: two threads with one certificate met half of it.
_ONE_AT_A_TIME = Lock()
DIGEST = "sha256"


def sign(pdf: bytes, *, name: str, reason: str, at: datetime) -> bytes:
    """The same document, signed with the current key.

    Args:
        name: The body in whose name it is issued.
        reason: What the signature stands for, such as 签发电子证照.
        at: Aware: the time that the signature states.
    Raises: SigningKeysFault.
    """
    with _ONE_AT_A_TIME:
        return _signed(pdf, ring().current(), name=name, reason=reason, at=at)


def _signed(pdf: bytes, key: Certified, *, name: str, reason: str, at: datetime) -> bytes:
    signer, room = _signer(key)
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        name=name,
        reason=reason,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    # Invisible, outside the page and printable: what PDF/A-2 asks of a signature that shows nothing.
    field = SigFieldSpec(
        FIELD, on_page=0, invis_sig_settings=InvisSigSettings(set_hidden_flag=False, box_out_of_bounds=True)
    )
    session = PdfSigner(meta, signer, new_field_spec=field).init_signing_session(
        IncrementalPdfFileWriter(io.BytesIO(pdf))
    )
    session.system_time = at
    to_sign = session.prepare_tbs_document(None, bytes_reserved=room)
    out = io.BytesIO()
    prepared, _same = to_sign.digest_tbs_document(output=out)
    _finished(
        to_sign.perform_signature(
            document_digest=prepared.document_digest, pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=at)
        )
    )
    return out.getvalue()


@lru_cache(maxsize=4)
def _signer(key: Certified) -> tuple[SimpleSigner, int]:
    """The key ready to sign, and the room that its signature takes in the file (hexadecimal digits)."""
    private = key.private_key().private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificates = [authority.certificate for authority in ring().authorities]
    issuer = next(c for c in certificates if c.subject == key.certificate.issuer)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(as_asn1(issuer))
    signer = SimpleSigner(
        signing_cert=as_asn1(key.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=store,
        embed_roots=True,
    )
    sizes = sum(len(c.public_bytes(serialization.Encoding.DER)) for c in (issuer, key.certificate))
    return signer, 2 * (sizes + 1000)


def as_asn1(certificate: Any) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _finished(work: Coroutine[Any, Any, Any]) -> None:
    """Run pyHanko's coroutine to its end. It waits for nothing: no time stamp, no network.

    A thread that has an event loop already (an async view, a browser test) cannot run a second one.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
        return
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()
