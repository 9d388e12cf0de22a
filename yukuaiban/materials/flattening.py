"""Draw what lies on the pages of a PDF into the pages: filled fields, stamps, and the seals of signatures.

An electronic seal is the appearance of a signature field, a filled form the appearances of its fields; what draws the
pages as pictures knows neither. No Django: run by `limited`. Follows ISO 32000-2, 12.5.5 (appearance streams).
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    RectangleObject,
    StreamObject,
)

HIDDEN, NO_VIEW = 1 << 1, 1 << 5
NOT_SHOWN = {"/Link", "/Popup"}
Matrix = tuple[float, float, float, float, float, float]


def flattened(file: BinaryIO, *, page: int | None = None) -> bytes:
    """One page (from 1), or all, with everything that lies on it drawn into it; not encrypted any more."""
    reader = PdfReader(file)
    if reader.is_encrypted:
        reader.decrypt("")
    writer = PdfWriter()
    for shown in [reader.pages[page - 1]] if page else reader.pages:
        _flatten(writer.add_page(shown), writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def appearance(annotation: DictionaryObject) -> StreamObject | None:
    """What a reader draws for an annotation now; None for what is hidden or has nothing to draw."""
    flags = _value(annotation, "/F") or 0
    if _value(annotation, "/Subtype") in NOT_SHOWN or (isinstance(flags, int) and flags & (HIDDEN | NO_VIEW)):
        return None
    drawn = _value(annotation, "/AP")
    normal = _value(drawn, "/N") if isinstance(drawn, DictionaryObject) else None
    if isinstance(normal, DictionaryObject) and not isinstance(normal, StreamObject):
        normal = _value(normal, str(_value(annotation, "/AS") or "/Off"))  # a box that is ticked or not
    return normal if isinstance(normal, StreamObject) else None


def _value(thing: DictionaryObject, key: str) -> Any:
    """The value itself, also where the file only points to it."""
    return thing[key] if key in thing else None  # noqa: SIM401  # `get` would give the pointer


def annotations_of(page: PageObject) -> list[DictionaryObject]:
    found = [entry.get_object() for entry in _value(page, "/Annots") or () if entry is not None]
    return [annotation for annotation in found if isinstance(annotation, DictionaryObject)]


def _flatten(page: PageObject, writer: PdfWriter) -> None:
    drawn = [
        (annotation, stream) for annotation in annotations_of(page) if (stream := appearance(annotation)) is not None
    ]
    if drawn:
        commands = []
        for number, (annotation, stream) in enumerate(drawn):
            try:
                placed = _placed(stream, annotation)
            except (PyPdfError, ValueError, TypeError, KeyError, ZeroDivisionError):
                continue
            name = NameObject(f"/Flattened{number}")
            _xobjects(page)[name] = stream.indirect_reference or writer._add_object(stream)
            commands.append(f"q {' '.join(f'{value:.6f}' for value in placed)} cm {name} Do Q")
        _append(page, writer, "\n".join(commands))
    if "/Annots" in page:
        del page["/Annots"]


def _placed(stream: StreamObject, annotation: DictionaryObject) -> Matrix:
    """How the appearance must be moved and stretched to fill the annotation's rectangle."""
    a, b, c, d, e, f = (float(value) for value in _value(stream, "/Matrix") or (1, 0, 0, 1, 0, 0))
    box = RectangleObject(_value(stream, "/BBox"))
    corners = [
        (a * x + c * y + e, b * x + d * y + f)
        for x, y in [(box.left, box.bottom), (box.left, box.top), (box.right, box.bottom), (box.right, box.top)]
    ]
    left, bottom = min(x for x, _y in corners), min(y for _x, y in corners)
    width, height = max(x for x, _y in corners) - left, max(y for _x, y in corners) - bottom
    target = RectangleObject(_value(annotation, "/Rect"))
    across, up = float(target.width) / width, float(target.height) / height
    return across, 0, 0, up, float(target.left) - left * across, float(target.bottom) - bottom * up


def _xobjects(page: PageObject) -> DictionaryObject:
    """The page's own dictionary of XObjects; one shared with other pages is copied first."""
    resources = _value(page, "/Resources") or DictionaryObject()
    if "/FlattenedOwn" not in page:
        resources = DictionaryObject(resources)
        resources[NameObject("/XObject")] = DictionaryObject(_value(resources, "/XObject") or {})
        page[NameObject("/Resources")] = resources
        page[NameObject("/FlattenedOwn")] = NameObject("/Yes")
    xobjects = resources["/XObject"]
    assert isinstance(xobjects, DictionaryObject)
    return xobjects


def _append(page: PageObject, writer: PdfWriter, commands: str) -> None:
    """Draw after the page's own content, whatever state that leaves behind."""
    before, after = DecodedStreamObject(), DecodedStreamObject()
    before.set_data(b"q\n")
    after.set_data(b"\nQ\n" + commands.encode("ascii"))
    whole = _value(page, "/Contents")
    parts = (
        list(list.__iter__(whole)) if isinstance(whole, ArrayObject) else [page.raw_get("/Contents")] if whole else []
    )
    page[NameObject("/Contents")] = ArrayObject([writer._add_object(before), *parts, writer._add_object(after)])
