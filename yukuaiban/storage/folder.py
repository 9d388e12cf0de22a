"""Files in a folder, or on a mount that several servers share."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from yukuaiban.storage.errors import StorageUnreachable

ABANDONED_AFTER = 10.0  # seconds; an unfinished file older than this that nobody holds belongs to a process that died


class Folder:
    """`<root>/ab/cd/<digest>`, and `<root>/incoming` on the same file system for what is not finished."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = Path(root or settings.FILES_DIR)
        self.incoming = self.root / "incoming"

    def receive(self) -> IncomingFile:
        self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sweep()
        return IncomingFile(self)

    def open(self, name: str) -> BinaryIO:
        return self.path(name).open("rb")

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def names(self) -> Iterator[str]:
        for first in _entries(self.root):
            if len(first) == 2:
                for second in _entries(self.root / first):
                    yield from _entries(self.root / first / second)

    def path(self, name: str) -> Path:
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise FileNotFoundError(name)  # a digest comes from a row, but a path is never built from anything else
        return self.root / name[:2] / name[2:4] / name

    def replace_head(self, name: str, old: bytes, new: bytes) -> bool:
        half = self.receive()
        try:
            with self.open(name) as file:
                if file.read(len(old)) != old:
                    return False
                half.raw.write(new)
                shutil.copyfileobj(file, half.raw, 1024 * 1024)
                stored_at = os.fstat(file.fileno())
            half.keep(name, at=(stored_at.st_atime_ns, stored_at.st_mtime_ns))
        except FileNotFoundError:
            return False
        finally:
            half.discard()
        return True

    def delete_if_older(self, name: str, than: datetime) -> bool:
        with self.locked(fcntl.LOCK_EX):
            path = self.path(name)
            try:
                if path.stat().st_mtime >= than.timestamp():
                    return False
                path.unlink()
            except FileNotFoundError:
                return True
        return True

    def sweep(self) -> int:
        """Remove what processes that died had begun; what a living one writes is locked by it."""
        gone = 0
        for file in self.incoming.iterdir() if self.incoming.exists() else ():
            try:
                if time.time() - file.stat().st_mtime < ABANDONED_AFTER:
                    continue
                with file.open("rb") as unfinished:
                    fcntl.flock(unfinished, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    file.unlink()
                    gone += 1
            except (BlockingIOError, FileNotFoundError):
                continue
        return gone

    def check(self) -> str:
        try:
            half = self.receive()
            half.raw.write(b"probe")
            half.raw.flush()
            half.discard()
            with self.locked(fcntl.LOCK_SH):
                pass
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise
            raise StorageUnreachable(
                f"{self.root} cannot be written ({error.strerror}): set YUKUAIBAN_FILES to a folder that can, with flock."
            ) from error
        return str(self.root)

    @contextmanager
    def locked(self, how: int) -> Iterator[None]:
        """Shared by those who name files, alone by the one who deletes them."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
            fcntl.flock(lock, how)
            yield


class IncomingFile:
    """A locked, nameless-to-others file in `incoming`."""

    def __init__(self, folder: Folder) -> None:
        self._folder, self._path = folder, folder.incoming / secrets.token_hex(16)
        self.raw: BinaryIO = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        fcntl.flock(self.raw, fcntl.LOCK_EX)

    def keep(self, name: str, *, at: tuple[int, int] | None = None) -> None:
        final = self._folder.path(name)
        self.raw.flush()
        if at is not None:
            os.utime(self._path, ns=at)
        os.fsync(self.raw.fileno())
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._folder.locked(fcntl.LOCK_SH):
            if at is None:
                os.utime(self._path)  # the clean-up reckons from now, however long the upload took
            os.replace(self._path, final)
        _sync_folder(final.parent)
        self.raw.close()

    def discard(self) -> None:
        with suppress(FileNotFoundError):
            self._path.unlink()
        # closing would write out what is still buffered, and a full disk would make that fail a second time
        with suppress(OSError):
            self.raw.close()


def _entries(path: Path) -> list[str]:
    try:
        return sorted(os.listdir(path))
    except FileNotFoundError:
        return []


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
