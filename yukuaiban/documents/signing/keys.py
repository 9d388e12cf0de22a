"""Signing keys in `KEYS_DIR/signing`: our own authority and the keys it certifies, outside the database.

    authority-<id>.key, .crt        signs certificates only; an operator may move its .key away between rotations
    document-<id>.key, .crt         signs documents; the one made last signs
    document-<id>.withdrawn         JSON {"at", "reason"}: nothing under this key is trusted any more

Made at first use, in production by `yukuaiban signing init` only. A rotation adds a key; the certificates stay for
ever, so that old signatures are checked as before. The folder is looked at again at most every
`REFRESH_SECONDS`, so that a rotation reaches running processes.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from yukuaiban.config.now import now

REFRESH_SECONDS = 5.0
AUTHORITY_YEARS = 30
DOCUMENT_YEARS = 10
CERTIFICATE_NAME = re.compile(r"(?P<purpose>authority|document)-(?P<id>[0-9a-f]{8})\.crt")


class SigningKeysFault(Exception):
    """Something is wrong with the signing keys; the sentence is for the operator."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Certified:
    """One key with its certificate; the private key is read only to sign."""

    id: str
    purpose: str
    path: Path  # of the certificate
    certificate: x509.Certificate
    withdrawn: Withdrawal | None

    @property
    def key_path(self) -> Path:
        return self.path.with_suffix(".key")

    @property
    def made_at(self) -> datetime:
        return self.certificate.not_valid_before_utc

    @property
    def ends_at(self) -> datetime:
        return self.certificate.not_valid_after_utc

    def private_key(self) -> ec.EllipticCurvePrivateKey:
        """Raises: SigningKeysFault."""
        try:
            key = serialization.load_pem_private_key(self.key_path.read_bytes(), None)
        except FileNotFoundError:
            raise SigningKeysFault(
                f"{self.key_path} is not there: put it back, or run `yukuaiban signing rotate`."
            ) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SigningKeysFault(
                f"{self.key_path} is no elliptic curve key: restore it from the backup of the keys folder."
            )
        return key


@dataclass(frozen=True, slots=True)
class KeyRing:
    folder: Path
    changed_at: int
    authorities: tuple[Certified, ...]  # newest first
    documents: tuple[Certified, ...]  # newest first

    def current(self) -> Certified:
        """The key that signs.

        Raises: SigningKeysFault.
        """
        usable = [key for key in self.documents if key.withdrawn is None]
        if not usable:
            raise SigningKeysFault("every document key was withdrawn: run `yukuaiban signing rotate`.")
        return usable[0]

    def by_certificate(self, der: bytes) -> Certified | None:
        for key in self.documents:
            if key.certificate.public_bytes(serialization.Encoding.DER) == der:
                return key
        return None


_ring: KeyRing | None = None
_looked_at = 0.0


def folder() -> Path:
    return Path(settings.KEYS_DIR) / "signing"


def ring() -> KeyRing:
    """The keys as they stand in the folder; made when there are none."""
    global _ring, _looked_at
    if _ring is not None and _ring.folder == folder():
        if time.monotonic() - _looked_at < REFRESH_SECONDS:
            return _ring
        if folder().exists() and folder().stat().st_mtime_ns == _ring.changed_at:
            _looked_at = time.monotonic()
            return _ring
    _ring, _looked_at = _read_or_make(), time.monotonic()
    return _ring


def initialise() -> Certified:
    """Make the first keys, also in production. The one that signs, which may be older."""
    with _locked():
        found = _read()
        if not found.documents:
            _make(found)
    return _forget().current()


def rotate(*, new_authority: bool = False) -> Certified:
    """A new document key, certified by our authority (a new one when asked, or when its key is not there).

    What was signed before stays as good as it was.
    """
    with _locked():
        _make(_read(), new_authority=new_authority)
    return _forget().current()


def withdraw(key_id: str, *, reason: str) -> Certified:
    """Trust nothing under this key any more (it was lost or copied): a thief can also write an earlier date.

    A document whose bytes we have on record is still known by its digest; only the signature no longer proves it.
    Raises: SigningKeysFault.
    """
    with _locked():
        found = [key for key in _read().documents if key.id == key_id]
        if not found:
            raise SigningKeysFault(f"there is no document key {key_id}: `yukuaiban signing list` names them.")
        if found[0].withdrawn is not None:
            raise SigningKeysFault(f"document key {key_id} was withdrawn before.")
        entry = {"at": now().isoformat(), "reason": reason}
        found[0].path.with_suffix(".withdrawn").write_text(json.dumps(entry, ensure_ascii=False), encoding="utf-8")
    return next(key for key in _forget().documents if key.id == key_id)


def _forget() -> KeyRing:
    global _ring
    _ring = None
    return ring()


@contextmanager
def _locked() -> Iterator[None]:
    """One process at a time makes keys."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read_or_make() -> KeyRing:
    found = _read()
    if found.documents:
        return found
    if settings.PRODUCTION:
        raise SigningKeysFault(
            f"no signing keys in {folder()}: restore its backup, or run `yukuaiban signing init` once."
        )
    with _locked():
        found = _read()
        if not found.documents:
            _make(found)
    return _read()


def _read() -> KeyRing:
    where = folder()
    changed_at = where.stat().st_mtime_ns if where.exists() else 0
    found: dict[str, list[Certified]] = {"authority": [], "document": []}
    for path in sorted(where.glob("*.crt")) if where.exists() else []:
        match = CERTIFICATE_NAME.fullmatch(path.name)
        if not match:
            raise SigningKeysFault(f"{path} is not named <authority|document>-<id>.crt: move it elsewhere.")
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        mark = path.with_suffix(".withdrawn")
        withdrawn = None
        if mark.exists():
            entry = json.loads(mark.read_text(encoding="utf-8"))
            withdrawn = Withdrawal(datetime.fromisoformat(entry["at"]), entry["reason"])
        found[match["purpose"]].append(Certified(match["id"], match["purpose"], path, certificate, withdrawn))
    order = {purpose: tuple(sorted(keys, key=_order, reverse=True)) for purpose, keys in found.items()}
    return KeyRing(where, changed_at, order["authority"], order["document"])


def _order(key: Certified) -> tuple[int, str]:
    """By the moment the file was made: certificates of one second are told apart."""
    return (key.path.stat().st_mtime_ns, key.id)


def _make(found: KeyRing, *, new_authority: bool = False) -> None:
    authority = next((key for key in found.authorities if key.key_path.exists()), None)
    if authority is None or new_authority:
        authority = _write("authority", None, AUTHORITY_YEARS)
    _write("document", authority, DOCUMENT_YEARS)


def _write(purpose: str, issuer: Certified | None, years: int) -> Certified:
    key_id = secrets.token_hex(4)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(purpose, key_id, key, issuer, years)
    path = folder() / f"{purpose}-{key_id}.crt"
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    # The key first: a certificate that is there has its key.
    with os.fdopen(os.open(path.with_suffix(".key"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(pem)
    part = path.with_suffix(".part")
    part.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    part.rename(path)
    return Certified(key_id, purpose, path, certificate, None)


def _certificate(
    purpose: str, key_id: str, key: ec.EllipticCurvePrivateKey, issuer: Certified | None, years: int
) -> x509.Certificate:
    is_authority = issuer is None
    titles = {"authority": "渝快办电子文书根证书（本机自建）", "document": "渝快办电子文书签名（本机自建）"}
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "渝快办"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{titles[purpose]} {key_id}"),
        ]
    )
    # A day before the earlier of the two clocks: YUKUAIBAN_TODAY may stand behind or ahead of the wall clock, and a
    # reader's machine compares with its own.
    begins = min(datetime.now(UTC), now().astimezone(UTC)).replace(microsecond=0) - timedelta(days=1)
    ends = max(datetime.now(UTC), now().astimezone(UTC)).replace(microsecond=0) + timedelta(days=365 * years)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_authority,
                content_commitment=not is_authority,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_authority,
                crl_sign=is_authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = key
    if issuer is not None:
        signer = issuer.private_key()
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(identifier, critical=False)
    return builder.sign(signer, hashes.SHA256())
