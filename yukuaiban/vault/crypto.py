"""Encryption at rest with the national algorithms: SM4-GCM for values, HMAC-SM3 for blind indexes, SM3 for digests.

An encrypted value is `version (1) | key id (4) | nonce (12) | ciphertext | tag (16)`; the first five bytes and the
caller's `aad` are authenticated with it. A value under a subject's own key is `version (1) | nonce | ciphertext | tag`.

Law: 密码法 第二十七条, 商用密码管理条例 第三十八条 (where commercial cryptography is required),
个人信息保护法 第五十一条（三） (encryption of personal data).
Algorithms: GB/T 32905-2016 (SM3), GB/T 32907-2016 (SM4).
"""

from __future__ import annotations

import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from yukuaiban.vault import keys
from yukuaiban.vault.keys import ID_LENGTH, KeyMissing, VaultError

NONCE_LENGTH, TAG_LENGTH = 12, 16
UNDER_RING, UNDER_SUBJECT = b"\x01", b"\x02"
PREFIX_LENGTH = 1 + ID_LENGTH
SUBJECT_KEY_LENGTH = 16
SUBJECT_KEY_AAD = b"subject key"


class Unreadable(VaultError):
    """The value was altered, cut, or belongs to another place."""


class Erased(VaultError):
    """The subject's key was destroyed: what it protected cannot be read by anyone, ever."""


def encrypt(data: bytes | str, *, aad: bytes = b"") -> bytes:
    """Encrypt under the current key. `aad` binds the value to its place: it must be given again to read it."""
    key = keys.ring().current
    prefix = UNDER_RING + key.id
    return prefix + _seal(key.secret, _bytes(data), prefix + aad)


def decrypt(blob: bytes | memoryview, aad: bytes = b"") -> bytes:
    """Read what `encrypt` wrote, under whichever key of the ring.

    Raises: KeyMissing, Unreadable.
    """
    blob = bytes(blob)
    if blob[:1] != UNDER_RING or len(blob) < PREFIX_LENGTH + NONCE_LENGTH + TAG_LENGTH:
        raise Unreadable("This is not a value encrypted by the vault.")
    prefix = blob[:PREFIX_LENGTH]
    return _open(_secret(prefix[1:]), blob[PREFIX_LENGTH:], prefix + aad)


def is_current(blob: bytes | memoryview) -> bool:
    """Whether the value stands under the key that encrypts today."""
    return bytes(blob[:PREFIX_LENGTH]) == current_prefix()


def current_prefix() -> bytes:
    """The first bytes of every value that is written now."""
    return UNDER_RING + keys.ring().current.id


def blind_index(kind: str, value: str) -> bytes:
    """Find an encrypted value without reading it: 32 bytes, the same for the same kind and normalised value."""
    return _index(keys.ring().index[0].secret, kind, value)


def blind_indexes(kind: str, value: str) -> list[bytes]:
    """The index under each index key, newest first: for look-ups while `keys rotate --index` is under way."""
    return [_index(key.secret, kind, value) for key in keys.ring().index]


def normalise(value: str) -> str:
    """One spelling of a number or name: full-width as half-width, no blanks, capitals."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def sm3(data: bytes) -> bytes:
    """The SM3 digest, 32 bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """HMAC with SM3 under a key the caller holds."""
    code = hmac.HMAC(key, hashes.SM3())
    code.update(data)
    return code.finalize()


def same(left: bytes, right: bytes) -> bool:
    """Compare two secrets without telling, by the time it takes, where they differ."""
    return constant_time.bytes_eq(left, right)


# --- a key per subject: what it protects is erased by destroying the key ----------------------------------------------


def new_subject_key() -> bytes:
    """A fresh key for one subject, wrapped; keep it in the subject's row. Overwrite it with nothing to erase."""
    return wrap(os.urandom(SUBJECT_KEY_LENGTH))


def wrap(key: bytes) -> bytes:
    return encrypt(key, aad=SUBJECT_KEY_AAD)


def unwrap(wrapped: bytes | memoryview | None) -> bytes:
    """Raises: Erased where there is no key any more."""
    if not wrapped:
        raise Erased("The key was destroyed: this data was lawfully erased.")
    return decrypt(wrapped, SUBJECT_KEY_AAD)


def encrypt_for(wrapped: bytes | memoryview | None, data: bytes | str, *, aad: bytes = b"") -> bytes:
    """Encrypt under a subject's own key."""
    return UNDER_SUBJECT + _seal(unwrap(wrapped), _bytes(data), UNDER_SUBJECT + aad)


def decrypt_for(wrapped: bytes | memoryview | None, blob: bytes | memoryview, *, aad: bytes = b"") -> bytes:
    """Read what `encrypt_for` wrote.

    Raises: Erased, Unreadable.
    """
    secret, blob = unwrap(wrapped), bytes(blob)
    if blob[:1] != UNDER_SUBJECT or len(blob) < 1 + NONCE_LENGTH + TAG_LENGTH:
        raise Unreadable("This is not a value encrypted under a subject's key.")
    return _open(secret, blob[1:], UNDER_SUBJECT + aad)


# --- the primitives ---------------------------------------------------------------------------------------------------


def _bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data


def _secret(key_id: bytes) -> bytes:
    try:
        return keys.ring().data_key(key_id).secret
    except KeyMissing:  # perhaps made by another process a moment ago
        return keys.reload().data_key(key_id).secret


def _seal(secret: bytes, data: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(NONCE_LENGTH)
    return nonce + seal(secret, nonce, data, aad)


def _open(secret: bytes, sealed: bytes, aad: bytes) -> bytes:
    return unseal(secret, sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:], aad)


def seal(secret: bytes, nonce: bytes, data: bytes, aad: bytes) -> bytes:
    """SM4-GCM itself: ciphertext and tag. The caller answers for a nonce that is never used twice with this secret."""
    cipher = Cipher(algorithms.SM4(secret), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(aad)
    return cipher.update(data) + cipher.finalize() + cipher.tag


def unseal(secret: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The other way. Raises: Unreadable."""
    cipher = Cipher(algorithms.SM4(secret), modes.GCM(nonce, sealed[-TAG_LENGTH:])).decryptor()
    cipher.authenticate_additional_data(aad)
    try:
        return cipher.update(sealed[:-TAG_LENGTH]) + cipher.finalize()
    except InvalidTag:
        raise Unreadable("The value was altered, or is read from another place than it was written for.") from None


def _index(secret: bytes, kind: str, value: str) -> bytes:
    return hmac_sm3(secret, kind.encode() + b"\x00" + normalise(value).encode())
