"""From data to PDF: typst in process, our fonts only, PDF/A.

Data reach a template as JSON in `sys.inputs.data`, never as markup: nothing that a person typed can be read as typst.
The result is tagged PDF/A-2a, which has a use beyond the archive: typst then refuses a glyph that the font lacks
instead of dropping it, so a letter with a hole cannot leave the house.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings

from yukuaiban.documents.fonts import font_files
from yukuaiban.documents.rare import Slots

ROOT = Path(settings.PACKAGE)
STANDARD: Literal["a-2a"] = "a-2a"  # PDF/A-2a

_local = threading.local()  # a typst compiler serves one thread at a time


class TypesettingFailed(Exception):
    """A template or its data are wrong: a fault of ours, never of the person who asked for the document."""


def _compiler() -> typst.Compiler:
    if not hasattr(_local, "compiler"):
        folder = font_files()[0].parent
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
        _local.compiler = typst.Compiler(root=str(ROOT), font_paths=fonts, ignore_system_fonts=True)
    compiler: typst.Compiler = _local.compiler
    return compiler


def typeset(template: str, data: Mapping[str, Any], *, title: str, at: datetime) -> bytes:
    """The document as PDF/A-2a. The same template, data and instant give the same bytes.

    Args:
        template: Path below the package, such as `licences/typst/licence.typ`.
        data: Any JSON. Texts may hold any character: those that the font lacks are drawn or flagged (`rare.py`).
        title: Of the document, for its metadata; any character.
        at: Aware; the creation date of the file.
    Raises: TypesettingFailed, FontsMissing.
    """
    slots = Slots()
    prepared = slots.prepare(data)
    inputs = {
        "data": json.dumps(prepared, ensure_ascii=False),
        "meta": json.dumps({"title": title, "rare": slots.drawings()}, ensure_ascii=False),
    }
    try:
        pdf, warnings = _compiler().compile_with_warnings(
            str(ROOT / template),
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=STANDARD,
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        raise TypesettingFailed(f"{template}: {error}") from error
    if warnings:  # an unknown font, a layout that does not converge: never silently
        raise TypesettingFailed(f"{template}: {'; '.join(str(warning) for warning in warnings)}")
    assert isinstance(pdf, bytes)  # a PDF is one file; only pictures are one a page
    return pdf
