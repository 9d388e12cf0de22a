"""What a place for files must be able to do. A folder is one; an object store is another class with these methods."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, Protocol


class Incoming(Protocol):
    """A file on its way in. Until `keep` it has no name; a process that dies leaves nothing of it."""

    raw: BinaryIO  # to write to, and to read from before it is kept

    def keep(self, name: str) -> None:
        """Give it its name, durably and in one step; a file of that name is replaced (it is the same content)."""

    def discard(self) -> None:
        """Throw it away; does nothing when it was kept."""


class Replaced(OSError):
    """What is being read was stored again: the same content under another key. `reopen` the file and read on."""


class Backend(Protocol):
    """Sealed files by digest."""

    def receive(self) -> Incoming: ...

    def open(self, name: str) -> BinaryIO:
        """Seekable. Raises: FileNotFoundError."""

    def exists(self, name: str) -> bool: ...

    def names(self) -> Iterator[str]: ...

    def replace_head(self, name: str, old: bytes, new: bytes) -> bool:
        """Exchange the head `old` by `new`, in one step. False where it has another one: it was stored again."""

    def delete_if_older(self, name: str, than: datetime) -> bool:
        """Delete unless somebody stored it (again) since. True where it is gone."""

    def sweep(self) -> int:
        """Remove what processes that died had begun. Returns: how many."""

    def check(self) -> str:
        """Store, read and delete something. Returns: where, for the terminal. Raises: StorageUnreachable."""
