"""The two languages of the site and what Django must know about them.

Addresses carry `/zh/` and `/en/`. Django knows Chinese only as `zh-hans`, so settings call `register()` before anything
reads the list of languages; Django's own Chinese strings are merged into our catalogue (see `translations`).
"""

from __future__ import annotations

from django.conf.locale import LANG_INFO

# What `<html lang>` says; the address says less, because people type it.
HTML_LANG = {"zh": "zh-Hans", "en": "en"}


def register() -> None:
    """Teach Django the language code `zh`."""
    LANG_INFO["zh"] = {
        "bidi": False,
        "code": "zh",
        "name": "Chinese",
        "name_local": "中文",
        "fallback": ["zh-hans"],
    }


def html_lang(code: str | None) -> str:
    """The value of an HTML `lang` attribute for a language code of ours."""
    return HTML_LANG.get((code or "zh").split("-")[0], "zh-Hans")


def other(code: str | None) -> str:
    """The language one tap away."""
    return "zh" if (code or "").startswith("en") else "en"
