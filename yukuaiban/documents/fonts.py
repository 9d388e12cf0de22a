"""The fonts of every document, and which characters they hold.

The files are copied at set-up from the npm package `@expo-google-fonts/noto-serif-sc` and are not committed. Fonts of
the system are never used: the same data give the same document on every machine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

FAMILY = "Noto Serif SC"
FILES = ("NotoSerifSC_400Regular.ttf", "NotoSerifSC_700Bold.ttf")
FONTS_DIR = Path(settings.PACKAGE) / "documents" / "fonts"


class FontsMissing(Exception):
    """The fonts were not copied; the sentence is for the operator."""


def font_files() -> list[Path]:
    """The font files, all there.

    Raises: FontsMissing.
    """
    paths = [FONTS_DIR / name for name in FILES]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise FontsMissing(f"{', '.join(missing)} not in {FONTS_DIR}: run `make run` once, it copies the fonts.")
    return paths


@cache
def covered() -> frozenset[int]:
    """Code points that every weight can draw."""
    return frozenset.intersection(*(frozenset(code_points(path.read_bytes())) for path in font_files()))


def missing_characters(text: str) -> set[str]:
    """The characters of a text that our fonts cannot draw; line breaks and tabs are no characters to draw."""
    held = covered()
    return {char for char in text if ord(char) not in held and char not in "\n\t"}


def code_points(font: bytes) -> Iterator[int]:
    """The code points in the `cmap` table of a TrueType font (OpenType 1.9, cmap formats 4 and 12)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    directory = {font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in range(12, 12 + 16 * tables, 16)}
    cmap = directory[b"cmap"]
    (subtables,) = struct.unpack_from(">H", font, cmap + 2)
    offsets = {cmap + struct.unpack_from(">HHI", font, cmap + 4 + 8 * i)[2] for i in range(subtables)}
    readers = {4: _segments, 12: _groups}
    for offset in offsets:
        (format_,) = struct.unpack_from(">H", font, offset)
        if format_ in readers:
            yield from readers[format_](font, offset)


def _groups(font: bytes, at: int) -> Iterator[int]:
    """Format 12: runs of code points, each with the glyph of its first."""
    (count,) = struct.unpack_from(">I", font, at + 12)
    for first, last, glyph in struct.iter_unpack(">III", font[at + 16 : at + 16 + 12 * count]):
        yield from range(first + (glyph == 0), last + 1)


def _segments(font: bytes, at: int) -> Iterator[int]:
    """Format 4: the basic plane in segments; glyph 0 means that the code point is not drawn."""
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends, starts = at + 14, at + 16 + 2 * count
    deltas, offsets = starts + 2 * count, starts + 4 * count
    for i in range(count):
        (end,) = struct.unpack_from(">H", font, ends + 2 * i)
        (start,) = struct.unpack_from(">H", font, starts + 2 * i)
        (delta,) = struct.unpack_from(">H", font, deltas + 2 * i)
        (offset,) = struct.unpack_from(">H", font, offsets + 2 * i)
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", font, offsets + 2 * i + offset + 2 * (code - start))
                if glyph == 0:
                    continue
            if (glyph + delta) % 0x10000:
                yield code
