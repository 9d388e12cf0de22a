"""Whose document is this? Each domain that issues documents answers for its own; the verify page asks all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """What the public may learn about a document of ours by holding its very bytes; no personal data."""

    title: str
    number: str
    issuer: str
    issued_at: datetime
    state: str  # in words, as of today
    is_in_force: bool
    path: str  # of its verify page, without the language prefix


Finder = Callable[[str], KnownDocument | None]  # by SM3 of the file, hexadecimal

_finders: list[Finder] = []


def register(finder: Finder) -> Finder:
    """Called from an AppConfig; the same finder twice is one."""
    if finder not in _finders:
        _finders.append(finder)
    return finder


def find(digest: str) -> KnownDocument | None:
    """The document with these bytes, whoever issued it."""
    return next((found for finder in _finders if (found := finder(digest)) is not None), None)
