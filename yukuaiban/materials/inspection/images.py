"""Photographs and scans: whole, of bearable size, and nothing but a picture.

Structure is walked by hand before any decoder sees the file, so that a bomb is refused by its header; then the picture
is decoded once (a JPEG at an eighth of its size, a PNG by counting bytes), so that a broken upload is refused now and
not by the officer a week later.
"""

from __future__ import annotations

import warnings
import zlib
from typing import Any, BinaryIO

from PIL import Image, UnidentifiedImageError

from yukuaiban.materials.inspection.kinds import MAX_PIXELS, Found, Kind, Refused, refuse_second_format

MAX_SIDE = 20_000
MAX_SCANS = 64  # of a progressive JPEG; cameras write about ten
MAX_TEXT = 4 * 1024 * 1024  # of a PNG's texts and colour profile, unpacked


def inspect_jpeg(file: BinaryIO, size: int) -> Found:
    """Raises: Refused (broken, too_many_pixels, polyglot)."""
    end, scans = _walk_jpeg(file, size)
    if scans > MAX_SCANS:
        raise Refused("too_complex")
    refuse_second_format(file, size)
    width, height, has_location = _decode(file)
    flags = [flag for flag, on in (("trailing_data", end < size), ("location", has_location)) if on]
    return Found(Kind.JPEG, width=width, height=height, flags=tuple(flags))


def _walk_jpeg(file: BinaryIO, size: int) -> tuple[int, int]:
    """Follow the markers to the end of the picture; returns where it ends and how many scans it has."""
    file.seek(2)
    scans = 0
    while True:
        marker = _next_marker(file)
        if marker is None:
            raise Refused("broken")
        if marker == 0xD9:
            return file.tell(), scans
        if 0xD0 <= marker <= 0xD8 or marker == 0x01:
            continue
        length = int.from_bytes(file.read(2), "big")
        if length < 2 or file.tell() + length - 2 > size:
            raise Refused("broken")
        body = file.read(length - 2)
        if marker in _FRAMES and len(body) >= 5:
            _refuse_pixels(int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"))
        if marker == 0xDA:
            scans += 1
            _skip_scan(file)


_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def _next_marker(file: BinaryIO) -> int | None:
    if file.read(1) != b"\xff":
        return None
    while (code := file.read(1)) == b"\xff":
        continue
    return code[0] if code else None


def _skip_scan(file: BinaryIO) -> None:
    """Go to the next marker that is neither a stuffed byte nor a restart."""
    while block := file.read(64 * 1024):
        at = -1
        while (at := block.find(b"\xff", at + 1)) >= 0:
            if at + 1 == len(block):
                file.seek(-1, 1)
                following = file.read(2)
                if len(following) < 2:
                    return
                code, after = following[1], 0
                if code == 0xFF:  # a filling byte: the code proper comes with the next block
                    file.seek(-1, 1)
            else:
                code, after = block[at + 1], len(block) - at - 2
            if code not in {0x00, 0xFF, *range(0xD0, 0xD8)}:
                file.seek(-after - 2, 1)
                return


def inspect_png(file: BinaryIO, size: int) -> Found:
    """Raises: Refused (broken, too_many_pixels, animated, too_complex, polyglot)."""
    width, height = _walk_png(file, size)
    refuse_second_format(file, size)
    return Found(Kind.PNG, width=width, height=height)


def _walk_png(file: BinaryIO, size: int) -> tuple[int, int]:
    file.seek(8)
    width = height = expected = unpacked = text = 0
    pixels = zlib.decompressobj()
    while True:
        header = file.read(8)
        if len(header) < 8:
            raise Refused("broken")
        length, name = int.from_bytes(header[:4], "big"), header[4:]
        if file.tell() + length + 4 > size:
            raise Refused("broken")
        data = file.read(length)
        if zlib.crc32(name + data) != int.from_bytes(file.read(4), "big"):
            raise Refused("broken")
        if not width and name != b"IHDR":
            raise Refused("broken")
        match name:
            case b"IHDR":
                width, height = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big")
                _refuse_pixels(width, height)
                expected = _png_bytes(width, height, data)
            case b"acTL":
                raise Refused("animated")
            case b"IDAT":
                unpacked += _count(pixels, data, expected - unpacked)
            case b"zTXt" | b"iTXt" | b"iCCP":
                text += _count_text(name, data)
                if text > MAX_TEXT:
                    raise Refused("too_complex")
            case b"IEND":
                break
    if unpacked != expected or not pixels.eof:
        raise Refused("broken")
    if file.tell() != size:
        raise Refused("polyglot")
    return width, height


_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def _png_bytes(width: int, height: int, header: bytes) -> int:
    """How many bytes the pixels unpack to, one more a line for its filter. Raises: Refused on a header no PNG has."""
    if len(header) != 13 or header[9] not in _CHANNELS or header[8] not in {1, 2, 4, 8, 16} or header[12] > 1:
        raise Refused("broken")
    bits = header[8] * _CHANNELS[header[9]]

    def rows(columns: int, lines: int) -> int:
        return lines * (1 + (columns * bits + 7) // 8) if columns and lines else 0

    if not header[12]:
        return rows(width, height)
    return sum(rows((width - x + dx - 1) // dx, (height - y + dy - 1) // dy) for x, y, dx, dy in _ADAM7)


# where each pass of an interlaced picture begins, and its steps
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def _count(stream: Any, data: bytes, room: int) -> int:
    """Unpack and throw away; more than the header promised is a bomb."""
    counted = 0
    try:
        while data:
            counted += len(stream.decompress(data, 256 * 1024))
            if counted > room:
                raise Refused("broken")
            data = stream.unconsumed_tail
    except zlib.error:
        raise Refused("broken") from None
    return counted


def _count_text(name: bytes, data: bytes) -> int:
    """A compressed text or profile, unpacked, may not be larger than a text is."""
    _keyword, _zero, rest = data.partition(b"\x00")
    if name == b"iTXt":
        if rest[:1] != b"\x01":
            return 0
        _language, _zero, rest = rest[2:].partition(b"\x00")
        _translated, _zero, packed = rest.partition(b"\x00")
    else:
        packed = rest[1:]
    try:
        unpacked = zlib.decompressobj().decompress(packed, MAX_TEXT + 1)
    except zlib.error:
        raise Refused("broken") from None
    if len(unpacked) > MAX_TEXT:
        raise Refused("too_complex")
    return len(unpacked)


def _refuse_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise Refused("broken")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refused("too_many_pixels", width=width, height=height, limit=MAX_PIXELS)


def _decode(file: BinaryIO) -> tuple[int, int, bool]:
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd metadata; what matters is checked here
            with Image.open(file, formats=["JPEG"]) as image:
                width, height = image.size
                _refuse_pixels(width, height)
                has_location = bool(image.getexif().get_ifd(0x8825))
                image.draft("L", (max(1, width // 8), max(1, height // 8)))
                image.load()
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise Refused("broken") from error
    return width, height, has_location
