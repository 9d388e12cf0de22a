"""Recognise a file by its bytes, also those that are refused, so that the refusal can say what to do instead."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, BinaryIO

HEAD = 4096
BLOCK = 1024 * 1024
MAX_PIXELS = 50_000_000  # the largest cameras of telephones, with their "high resolution" switched on


class Kind(StrEnum):
    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    AVIF = "avif"
    GIF = "gif"
    BMP = "bmp"
    TIFF = "tiff"
    OFD = "ofd"
    OFFICE = "office"
    ARCHIVE = "archive"
    VIDEO = "video"
    WEB = "web"  # HTML, SVG, XML, scripts
    PROGRAM = "program"
    TEXT = "text"
    UNKNOWN = "unknown"


ACCEPTABLE = frozenset({Kind.PDF, Kind.JPEG, Kind.PNG})
CONTENT_TYPES = {Kind.PDF: "application/pdf", Kind.JPEG: "image/jpeg", Kind.PNG: "image/png"}
EXTENSIONS = {Kind.PDF: ".pdf", Kind.JPEG: ".jpg", Kind.PNG: ".png"}


class Refused(Exception):
    """The file may not come in. `code` says why; `facts` fill the sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may come in.

    Attributes:
        pages: Of a PDF; 1 for an image.
        width, height: Pixels of an image; 0 for a PDF.
        flags: What an officer should know: `restricted` (may be read, not changed), `attachments`, `signed`,
            `unpainted` (notes or fields that a picture of the page does not show), `trailing_data`, `location`.
    """

    kind: Kind
    pages: int = 1
    width: int = 0
    height: int = 0
    flags: tuple[str, ...] = field(default=())


_ISO_BRANDS = {
    Kind.HEIC: (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"),
    Kind.AVIF: (b"avif", b"avis"),
}
_MAGIC = [
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"BM", Kind.BMP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.OFFICE),
    (b"{\\rtf", Kind.OFFICE),
    (b"Rar!\x1a\x07", Kind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Kind.ARCHIVE),
    (b"\x1f\x8b", Kind.ARCHIVE),
    (b"BZh", Kind.ARCHIVE),
    (b"\xfd7zXZ\x00", Kind.ARCHIVE),
    (b"MZ", Kind.PROGRAM),
    (b"\x7fELF", Kind.PROGRAM),
    (b"\xca\xfe\xba\xbe", Kind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Kind.PROGRAM),
    (b"#!", Kind.PROGRAM),
    (b"\x1aE\xdf\xa3", Kind.VIDEO),
]
_WEB = re.compile(rb"^\s*<(?:!doctype|html|head|body|svg|script|\?xml|\?php|iframe)", re.IGNORECASE)
_WHITE = b" \t\r\n\x00\x0c"
PDF_LEAD = 8  # a byte order mark or a line end before %PDF- occurs in honest files; more does not


def recognise(file: BinaryIO, size: int) -> Kind:
    """The kind of a file, from its content alone."""
    file.seek(0)
    head = file.read(HEAD)
    if pdf_start(head) is not None:
        return Kind.PDF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[4:8] == b"ftyp":
        return next((kind for kind, brands in _ISO_BRANDS.items() if head[8:12] in brands), Kind.VIDEO)
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"}:
        return _kind_of_zip(head, file, size)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if _WEB.match(head.lstrip(b"\xef\xbb\xbf")):
        return Kind.WEB
    try:
        (head[:-3] if len(head) == HEAD else head).decode("utf-8")  # the last character may be cut
    except UnicodeDecodeError:
        return Kind.UNKNOWN
    return Kind.TEXT if b"\x00" not in head else Kind.UNKNOWN


def pdf_start(head: bytes) -> int | None:
    """Where `%PDF-` stands; None unless the file begins with it (or with a few blanks or a byte order mark)."""
    at = head.find(b"%PDF-", 0, PDF_LEAD + 5)
    return at if at >= 0 and not head[:at].strip(_WHITE + b"\xef\xbb\xbf") else None


def _kind_of_zip(head: bytes, file: BinaryIO, size: int) -> Kind:
    """A zip names its members in clear at both ends; nothing is unpacked to see which format it is."""
    file.seek(max(0, size - 64 * 1024))
    names = head + file.read(64 * 1024)
    if b"OFD.xml" in names:
        return Kind.OFD
    if b"[Content_Types].xml" in names or b"mimetypeapplication/vnd.oasis" in names or b"word/" in names:
        return Kind.OFFICE
    return Kind.ARCHIVE


# --- a file that is two files -----------------------------------------------------------------------------------------

_FOREIGN = re.compile(
    rb"%PDF-[12]\.\d|<script[\s>]|<html[\s>]|<!doctype html|<\?php|<svg[\s>]|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c",
    re.IGNORECASE,
)
_OVERLAP = 16


def refuse_second_format(file: BinaryIO, size: int) -> None:
    """Refuse an image that is also a page, a program text or a PDF to a reader that is so inclined.

    Raises: Refused("polyglot").
    """
    file.seek(0)
    tail = b""
    while block := file.read(BLOCK):
        if _FOREIGN.search(tail + block):
            raise Refused("polyglot")
        tail = block[-_OVERLAP:]
    refuse_zip(file, size)


def refuse_zip(file: BinaryIO, size: int) -> None:
    """Refuse a file that ends as a zip archive: its end record may stand in the last 64 KiB.

    Raises: Refused("polyglot").
    """
    length = min(size, 65_535 + 22)
    file.seek(size - length)
    tail, at = file.read(length), -1
    while (at := tail.find(b"PK\x05\x06", at + 1)) >= 0:
        record = tail[at : at + 22]
        if len(record) < 22:
            continue
        directory, offset = int.from_bytes(record[12:16], "little"), int.from_bytes(record[16:20], "little")
        end = size - length + at
        entries = int.from_bytes(record[10:12], "little")
        if directory <= end and offset <= end and directory >= 46 * entries:
            raise Refused("polyglot")
