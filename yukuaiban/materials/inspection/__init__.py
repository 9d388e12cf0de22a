"""What is this file, and may it come in? Pure functions over the bytes: no name, no declared type, no Django.

Hostile files are read here first, so this package is run in a child process with little time and memory
(`materials.limited`). A refusal is a `Refused(code)`; the words for people are in `materials.errors`.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import BinaryIO

from yukuaiban.materials.inspection.kinds import Found, Kind, Refused, recognise

__all__ = ["Found", "Kind", "Refused", "inspect"]

MAX_PAGES = 300


def inspect(file: BinaryIO, *, accept: Collection[str], max_pages: int = MAX_PAGES) -> Found:
    """Say what the file is, or refuse it.

    Args:
        accept: Kinds the place takes: `pdf`, `jpeg`, `png`.
        max_pages: Of a PDF.
    Raises: Refused.
    """
    size = file.seek(0, os.SEEK_END)
    if not size:
        raise Refused("empty")
    kind = recognise(file, size)
    if kind not in accept:
        raise Refused("kind_not_accepted", kind=kind.value, accept=sorted(accept))
    if kind is Kind.PDF:
        from yukuaiban.materials.inspection import pdf  # each library is loaded only for what it reads

        return pdf.inspect(file, size, max_pages=max_pages)
    from yukuaiban.materials.inspection import images

    return images.inspect_jpeg(file, size) if kind is Kind.JPEG else images.inspect_png(file, size)
