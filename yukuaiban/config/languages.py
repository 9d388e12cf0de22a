"""The two languages of the site and what Django must know about them.

Addresses carry `/zh/` and `/en/`. Django knows Chinese only as `zh-hans`, so settings call `register()` before anything
reads the list of languages; Django's own Chinese strings are merged into our catalogue (see `design.translations`).
"""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path

from django.conf.locale import LANG_INFO

LOCALE = Path(__file__).resolve().parent.parent.parent / "locale"
HEADER = b"Content-Type: text/plain; charset=UTF-8\n"
# A GNU .mo file that holds nothing but its header: magic, version, count, where the tables are, the tables, the texts.
EMPTY_CATALOGUE = struct.pack("<11I", 0x950412DE, 0, 1, 28, 36, 0, 44, 0, 44, len(HEADER), 45) + b"\0" + HEADER + b"\0"

# What `<html lang>` says; the address says less, because people type it.
HTML_LANG = {"zh": "zh-Hans", "en": "en"}


def register() -> None:
    """Teach Django the language code `zh`, and see that it has a catalogue, be it empty, before any is compiled."""
    LANG_INFO["zh"] = {
        "bidi": False,
        "code": "zh",
        "name": "Chinese",
        "name_local": "中文",
        "fallback": ["zh-hans"],
    }
    catalogue = LOCALE / "zh" / "LC_MESSAGES" / "django.mo"
    if not catalogue.exists():  # a fresh clone: models are imported, and ask for words, before apps can be compiled for
        with contextlib.suppress(OSError):
            catalogue.parent.mkdir(parents=True, exist_ok=True)
            catalogue.write_bytes(EMPTY_CATALOGUE)
            os.utime(catalogue, (0, 0))  # older than everything it will be made from


def html_lang(code: str | None) -> str:
    """The value of an HTML `lang` attribute for a language code of ours."""
    return HTML_LANG.get((code or "zh").split("-")[0], "zh-Hans")


def other(code: str | None) -> str:
    """The language one tap away."""
    return "zh" if (code or "").startswith("en") else "en"
