"""How a file lies on disk: under a key of its own, in chunks, readable from any position.

    "YKF1" | length of wrapped key (2) | wrapped key | chunk 0 | chunk 1 | ...

A chunk is 64 KiB of the file (the last one shorter), encrypted with SM4-GCM; its nonce is its number and a mark on the
last one, so that chunks cannot be swapped, repeated or cut off unnoticed. The key is random per file and wrapped by the
vault: a rotation of keys rewrites the head of a file, never its body. It is the same cipher as everywhere else in the
project; a second one would be one more thing to assess (密码法 第二十七条).
"""

from __future__ import annotations

import io
import os
from typing import Any, BinaryIO

from cryptography.hazmat.primitives import hashes

from yukuaiban.vault import crypto

MAGIC = b"YKF1"
CHUNK = 64 * 1024
SEALED_CHUNK = CHUNK + crypto.TAG_LENGTH
PLACE = b"yukuaiban file"


class SealedWriter:
    """Encrypts into `raw` what is written, and takes the digest of the plain content on the way."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self._secret = raw, os.urandom(crypto.SUBJECT_KEY_LENGTH)
        self._digest, self._waiting, self._number = hashes.Hash(hashes.SM3()), bytearray(), 0
        self.size = 0
        raw.write(_head(crypto.wrap(self._secret)))

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += len(data)
        self._waiting += data
        while len(self._waiting) > CHUNK:  # a full last chunk must wait: it carries the mark
            self._chunk(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def finish(self) -> str:
        """Write the last chunk; returns the digest of the content."""
        self._chunk(bytes(self._waiting), last=True)
        self._waiting.clear()
        return self._digest.finalize().hex()

    def _chunk(self, data: bytes, *, last: bool) -> None:
        self._raw.write(crypto.seal(self._secret, _nonce(self._number, last), data, PLACE))
        self._number += 1


class SealedReader(io.RawIOBase):
    """The plain content of a sealed file, from any position."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw, self._position = raw, 0
        self._begin()
        self._load(self._chunks - 1)  # a file that was cut off is refused before a byte of it is shown

    def _begin(self) -> None:
        """Read the head."""
        wrapped = read_head(self._raw)
        self._secret, self._start = crypto.unwrap(wrapped), len(MAGIC) + 2 + len(wrapped)
        body = self._raw.seek(0, os.SEEK_END) - self._start
        self._chunks = max(1, -(-body // SEALED_CHUNK))
        self.size = body - self._chunks * crypto.TAG_LENGTH
        if self.size < 0:
            raise crypto.Unreadable("The file was cut off.")
        self._number, self._chunk = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        room = memoryview(buffer).cast("B")
        if self._position >= self.size or not room:
            return 0
        self._load(self._position // CHUNK)
        within = self._position % CHUNK
        part = self._chunk[within : within + len(room)]
        room[: len(part)] = part
        self._position += len(part)
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()

    def _load(self, number: int) -> None:
        if number == self._number:
            return
        self._raw.seek(self._start + number * SEALED_CHUNK)
        nonce = _nonce(number, number == self._chunks - 1)
        self._chunk = crypto.unseal(self._secret, nonce, self._raw.read(SEALED_CHUNK), PLACE)
        self._number = number


def read_head(raw: BinaryIO) -> bytes:
    """The wrapped key of a sealed file; leaves `raw` at the first chunk. Raises: Unreadable."""
    raw.seek(0)
    if raw.read(len(MAGIC)) != MAGIC:
        raise crypto.Unreadable("This is not a file of the storage.")
    return raw.read(int.from_bytes(raw.read(2), "big"))


def _head(wrapped: bytes) -> bytes:
    return MAGIC + len(wrapped).to_bytes(2, "big") + wrapped


def rewrapped_head(raw: BinaryIO) -> tuple[bytes, bytes] | None:
    """The head as it stands and the one under today's key; None when it stands under it already."""
    wrapped = read_head(raw)
    return None if crypto.is_current(wrapped) else (_head(wrapped), _head(crypto.wrap(crypto.unwrap(wrapped))))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
