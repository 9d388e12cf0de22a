"""PDFs: readable by everybody, nothing that runs, nothing hidden behind, before or inside.

The bytes that came in are kept as they are: they are filed with the case, and a digest of them stands in its chain.
So a document is never cleaned; what cannot stay as it is, is refused.
Law: 国务院关于在线政务服务的若干规定 第十二条 (electronic files are archived as they arose).
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from yukuaiban.materials.inspection.kinds import BLOCK, HEAD, MAX_PIXELS, Found, Kind, Refused, pdf_start, refuse_zip

MAX_OBJECTS = 100_000
MAX_UNPACKED = 400 * 1024 * 1024  # of all streams together, counted without keeping them
TAIL = 2048
TRAILING_BLANKS = 1024
_ACTIVE_ACTIONS = {
    *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData"),
    *("/RichMediaExecute", "/Movie", "/Sound", "/Rendition"),
}
_ACTIVE_NAMES = re.compile(rb"/(?:JavaScript|Launch|RichMedia|XFA)(?![A-Za-z0-9_])")
_END = re.compile(rb"%%EOF")
_ACTIVE_ANNOTATIONS = {"/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
_NOTES = {
    "/FreeText",
    "/Ink",
    "/Stamp",
    "/Line",
    "/Square",
    "/Circle",
    "/Polygon",
    "/PolyLine",
}  # with words or strokes
_DATA_ATTACHMENTS = (".xml", ".xbrl", ".json", ".ofd", ".csv", ".txt")  # what electronic invoices carry

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it remarks on every oddity; ours is the judgement


def inspect(file: BinaryIO, size: int, *, max_pages: int) -> Found:
    """Raises: Refused (polyglot, encrypted, active_content, attachments, too_many_pages, too_complex, broken)."""
    _refuse_wrapping(file, size)
    try:
        file.seek(0)
        reader = PdfReader(file, strict=False)
        restricted = reader.is_encrypted
        if restricted and not reader.decrypt(""):
            raise Refused("encrypted")
        flags = {"restricted"} if restricted else set()
        room = MAX_UNPACKED
        for thing in _objects(reader):
            if isinstance(thing, StreamObject):
                room -= _unpacked(thing, room)
            for dictionary in _inside(thing, depth=0):
                flags |= _judge(dictionary)
        pages = len(reader.pages)
    except Refused:
        raise
    except (MemoryError, RecursionError):
        raise Refused("too_complex") from None
    except NotImplementedError:
        raise Refused("encrypted") from None  # a kind of encryption that no ordinary reader opens either
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError) as error:
        raise Refused("broken") from error
    if not pages:
        raise Refused("broken")
    if pages > max_pages:
        raise Refused("too_many_pages", pages=pages, limit=max_pages)
    return Found(Kind.PDF, pages=pages, flags=tuple(sorted(flags)))


def _refuse_wrapping(file: BinaryIO, size: int) -> None:
    """Nothing before `%PDF-` and nothing after the last `%%EOF`; no archive at the end; no script in clear.

    The last is looked for in the bytes themselves, because another reader may find objects where ours finds none.
    """
    file.seek(0)
    start = pdf_start(file.read(HEAD))
    assert start is not None
    file.seek(max(0, size - TAIL))
    tail = file.read()
    at = tail.rfind(b"%%EOF")
    if at < 0:
        raise Refused("polyglot" if _holds(file, _END) else "broken")
    rest = tail[at + 5 :]
    if rest.strip(b" \t\r\n\x00\x1a") or len(rest) > TRAILING_BLANKS:
        raise Refused("polyglot")
    refuse_zip(file, size)
    if _holds(file, _ACTIVE_NAMES):
        raise Refused("active_content")


def _holds(file: BinaryIO, pattern: re.Pattern[bytes]) -> bool:
    file.seek(0)
    tail = b""
    while block := file.read(BLOCK):
        if pattern.search(tail + block):
            return True
        tail = block[-16:]
    return False


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Every object of the file, also those that no page reaches, and the trailer."""
    numbers = {(number, generation) for generation, table in reader.xref.items() for number in table}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MAX_OBJECTS:
        raise Refused("too_complex")
    for number, generation in sorted(numbers - {(0, 65535), (0, 0)}):
        try:
            yield reader.get_object(IndirectObject(number, generation, reader))
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            continue  # a free or broken object that no reader can show; the pages are read afterwards
    yield reader.trailer


def _inside(thing: Any, *, depth: int) -> Iterator[DictionaryObject]:
    """The dictionaries written inside an object, without following references: those come by themselves."""
    if depth > 50:
        raise Refused("too_complex")
    if isinstance(thing, DictionaryObject):
        yield thing
        children: Any = [thing.raw_get(key) for key in thing]
    elif isinstance(thing, ArrayObject):
        children = list.__iter__(thing)
    else:
        return
    for child in children:
        if isinstance(child, DictionaryObject | ArrayObject):
            yield from _inside(child, depth=depth + 1)


def _judge(thing: DictionaryObject) -> set[str]:
    """Refuse what runs; flag what an officer should know."""
    flags: set[str] = set()
    action, subtype = _name(thing, "/S"), _name(thing, "/Subtype")
    if "/XFA" in thing or "/JavaScript" in thing or (action and "/JS" in thing):
        raise Refused("active_content")
    if action in _ACTIVE_ACTIONS or (subtype in _ACTIVE_ANNOTATIONS and "/Rect" in thing):
        raise Refused("active_content")
    if "/EF" in thing:
        name = str(_value(thing, "/UF") or _value(thing, "/F") or "")
        if not name.lower().endswith(_DATA_ATTACHMENTS):
            raise Refused("attachments", name=name[:80])
        flags.add("attachments")
    if "/ByteRange" in thing and "/Contents" in thing:
        flags.add("signed")
    if "/Rect" in thing and "/AP" not in thing and (subtype in _NOTES or (subtype == "/Widget" and "/V" in thing)):
        flags.add("unpainted")
    if subtype == "/Image":
        width, height = _number(thing, "/Width"), _number(thing, "/Height")
        if width * height > MAX_PIXELS:
            raise Refused("too_many_pixels", width=width, height=height, limit=MAX_PIXELS)
    return flags


def _value(thing: DictionaryObject, key: str) -> Any:
    """The value itself, also where the file only points to it; None where it points nowhere."""
    try:
        return thing[key] if key in thing else None  # noqa: SIM401  # `get` would give the pointer
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None


def _name(thing: DictionaryObject, key: str) -> str | None:
    value = _value(thing, key)
    return str(value) if isinstance(value, NameObject) else None


def _number(thing: DictionaryObject, key: str) -> int:
    value = _value(thing, key)
    return int(value) if isinstance(value, int | float) else 0


def _unpacked(stream: StreamObject, room: int) -> int:
    filters = _value(stream, "/Filter")
    names = [str(name) for name in filters] if isinstance(filters, list) and filters else [str(filters)]
    flate = [name for name in names if name in {"/FlateDecode", "/Fl"}]
    if len(flate) > 1:
        raise Refused("too_complex")  # packed twice: only a bomb has a use for it
    if names[0] not in {"/FlateDecode", "/Fl"}:
        return 0
    unpack, data, counted = zlib.decompressobj(), stream._data, 0
    try:
        while data:
            counted += len(unpack.decompress(data, 1024 * 1024))
            if counted > room:
                raise Refused("too_complex")
            data = unpack.unconsumed_tail
    except zlib.error:
        pass  # a damaged stream shows as a gap; it cannot be larger than what was unpacked
    return counted
