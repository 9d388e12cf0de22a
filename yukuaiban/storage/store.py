"""Store and read files by the digest of their content, whatever backend lies below."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from types import TracebackType
from typing import Any, BinaryIO, Self

from django.conf import settings
from django.utils.module_loading import import_string

from yukuaiban.config.now import now, shift
from yukuaiban.storage.backend import Backend, Replaced
from yukuaiban.storage.errors import FileDamaged, FileMissing, StorageFull, TooLarge
from yukuaiban.storage.references import referenced
from yukuaiban.storage.sealed import CHUNK, SealedReader, SealedWriter, rewrapped_head
from yukuaiban.vault import VaultError
from yukuaiban.vault.rotation import Progress

GRACE = timedelta(days=1)  # between storing a file and writing the row that names it, much less passes


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file: the SM3 digest of its content, in hexadecimal, and its size in bytes."""

    digest: str
    size: int


@lru_cache(maxsize=4)
def _backend(name: str, files_dir: Any, s3: Any) -> Backend:
    made: Backend = import_string(name)()
    return made


def backend() -> Backend:
    return _backend(settings.STORAGE_BACKEND, settings.FILES_DIR, settings.S3)


def check() -> str:
    """Whether files can be kept, before the first page. Raises: StorageUnreachable, OSError."""
    return backend().check()


class Receiving:
    """A file that is being received: write, finish, look at it, then keep it or not.

    with receive(limit=10_000_000) as incoming:
        incoming.write(...)
        blob = incoming.finish()
        inspect(incoming.content())
        incoming.keep()
    Leaving the block without `keep` leaves nothing behind.
    """

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._blob: Blob | None = None
        with _full_disk():
            self._incoming = backend().receive()
        try:
            self._writer = SealedWriter(self._incoming.raw)
        except BaseException:  # no key, no room: nobody will hold this object to discard it
            self.discard()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.discard()

    def write(self, data: bytes) -> None:
        """Raises: TooLarge, StorageFull."""
        if self._writer.size + len(data) > self._limit:
            raise TooLarge(self._limit)
        with _full_disk():
            self._writer.write(data)

    def finish(self) -> Blob:
        with _full_disk():
            self._blob = Blob(self._writer.finish(), self._writer.size)
            self._incoming.raw.flush()
        return self._blob

    def content(self) -> BinaryIO:
        """The plain content, from its beginning; to be read before `keep`."""
        assert self._blob is not None, "finish first"
        return io.BufferedReader(_Unowned(self._incoming.raw), CHUNK)

    def keep(self) -> Blob:
        assert self._blob is not None, "finish first"
        with _full_disk():
            self._incoming.keep(self._blob.digest)
        return self._blob

    def discard(self) -> None:
        self._incoming.discard()


class _Unowned(SealedReader):
    """Closing the view does not close the file it looks at."""

    def close(self) -> None:
        io.RawIOBase.close(self)


def receive(*, limit: int) -> Receiving:
    return Receiving(limit=limit)


def put(stream: BinaryIO | Iterable[bytes], *, limit: int) -> Blob:
    """Store a file, streamed. The same content twice is one file.

    Args:
        limit: Bytes; one more and nothing is stored.
    Raises: TooLarge, StorageFull.
    """
    chunks = iter(lambda: stream.read(CHUNK), b"") if hasattr(stream, "read") else stream
    with receive(limit=limit) as incoming:
        for chunk in chunks:
            incoming.write(chunk)
        incoming.finish()
        return incoming.keep()


def put_bytes(data: bytes) -> Blob:
    """Store what was made here, such as a letter."""
    return put(io.BytesIO(data), limit=len(data))


def open_file(digest: str) -> BinaryIO:
    """The plain content, seekable. Raises: FileMissing, FileDamaged."""
    try:
        raw = backend().open(digest)
    except FileNotFoundError:
        raise FileMissing(digest) from None
    try:
        return io.BufferedReader(_Checked(raw, digest), CHUNK)
    except VaultError as error:
        raw.close()
        raise FileDamaged(digest) from error


def read(digest: str) -> bytes:
    with open_file(digest) as file:
        return file.read()


def exists(digest: str) -> bool:
    return backend().exists(digest)


class _Checked(SealedReader):
    def __init__(self, raw: BinaryIO, digest: str) -> None:
        self._name = digest
        super().__init__(raw)

    def _load(self, number: int) -> None:
        try:
            while True:
                try:
                    return super()._load(number)
                except Replaced:  # the same content, under another key: read on in it
                    self._raw.reopen()  # type: ignore[attr-defined]
                    self._begin()
        except VaultError as error:
            raise FileDamaged(self._name) from error
        except FileNotFoundError:
            raise FileMissing(self._name) from None


def delete_unreferenced(*, grace: timedelta = GRACE) -> list[str]:
    """Delete the files that no row names any more; returns their digests.

    A file stored within `grace` is left: the row that will name it may still be on its way.
    Law: 个人信息保护法 第十九条, 第四十七条 (personal data are not kept longer than needed).
    """
    older_than = now() - shift() - grace  # file times are of the wall clock, whatever "today" is set to
    backend().sweep()
    names = backend().names()
    gone: list[str] = []
    while batch := list(islice(names, 1000)):
        kept = referenced(batch)
        gone += [name for name in batch if name not in kept and backend().delete_if_older(name, older_than)]
    return gone


def rewrap() -> Iterator[Progress]:
    """Put the head of every file under the vault's current key (a step of `keys rotate`)."""
    store, done = backend(), 0
    names = list(store.names())
    for position, name in enumerate(names, start=1):
        try:
            while True:
                with store.open(name) as raw:
                    heads = rewrapped_head(raw)
                if heads is None:
                    break
                if store.replace_head(name, *heads):
                    done += 1
                    break
        except FileNotFoundError:  # deleted meanwhile
            continue
        if position % 100 == 0:
            yield Progress("files", done, position / len(names))
    yield Progress("files", done, 1.0)


class _full_disk:  # noqa: N801
    """No room left is one clear sentence."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise StorageFull from error
