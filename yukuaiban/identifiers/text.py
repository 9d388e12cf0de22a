"""How a person types, brought to one form: full-width characters, spaces, dashes, letters of private use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers.errors import IdentifierError

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_WIDE_WORDS = {code: narrow for code, narrow in _WIDE.items() if chr(narrow).isalnum() or narrow == 0x20}
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63"
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3164\ufeff\uffa0]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def _private_use_of_gb18030() -> dict[int, str]:
    """Where the 80 Han characters and parts went that old systems keep in Unicode's private use area.

    GBK gave bytes FE50 to FEA0 the code points U+E815 to U+E864. Later editions of the standard moved each to a real
    character; population and bank registers still hold the old ones (䶮 as U+E863 is the best known). Python's codec
    follows GB 18030-2000, so the fourteen that later editions moved stand here by hand.
    """
    moved_later = {
        0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6,
        0xE82C: 0x9FB7, 0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F, 0xE843: 0x9FB9, 0xE854: 0x9FBA,
        0xE855: 0x241FE, 0xE864: 0x9FBB,
    }  # fmt: skip
    second_bytes = [*range(0x50, 0x7F), *range(0x80, 0xA1)]
    table = {0xE815 + n: bytes([0xFE, byte]).decode("gb18030") for n, byte in enumerate(second_bytes)}
    return table | {old: chr(new) for old, new in moved_later.items()}


_PRIVATE_USE = _private_use_of_gb18030()


def tidy(text: str) -> str:
    """Running text as it is kept: NFC, no invisible characters, single spaces, nothing at the ends.

    Letters and digits become half-width; signs stay as they are, because （） and ， belong to Chinese and to the
    registered names of companies. Rare characters survive: NFC leaves every character of the extension blocks alone,
    and characters that an old input method wrote into the private use area become the real ones.
    """
    if text.isascii() and text.isprintable():  # most numbers: nothing to do but spaces
        return " ".join(text.split())
    if _SURROGATES.search(text):  # two halves of a rare character that never met; a half alone is nothing
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\ufffd", "")
    text = _INVISIBLE.sub("", text.translate(_PRIVATE_USE).translate(_WIDE_WORDS))
    return " ".join(unicodedata.normalize("NFC", text).split())


def tidy_lines(text: str) -> str:
    """The same for text of several lines: lines stay, at most one empty line in a row."""
    lines = [tidy(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def half_width(text: str) -> str:
    """Tidy, with signs half-width too: for what is written in ASCII, such as numbers and addresses of mail."""
    return tidy(text.translate(_WIDE))


def compact(text: str) -> str:
    """A code as it is compared: half-width capitals without spaces and dashes."""
    text = half_width(text)
    if text.isalnum() and text.isascii():
        return text.upper()
    return "".join(char for char in text.upper() if char not in _DASHES and not char.isspace())


def require_length(text: str, lengths: Container[int], scheme: str, message: str | Promise, **facts: int) -> None:
    """Refuse a code of another length; `message` says what it should be, and may name %(n)s, the length found."""
    if not text:
        raise IdentifierError(f"{scheme}.empty", _("还没有填写。请填写后再继续。"))
    if len(text) not in lengths:
        raise IdentifierError(f"{scheme}.length", message, n=len(text), **facts)


def require_alphabet(text: str, alphabet: str, scheme: str, message: str | Promise) -> None:
    """Refuse a character outside `alphabet`; `message` may name %(char)s and %(position)s."""
    for position, char in enumerate(text, start=1):
        if char not in alphabet:
            raise IdentifierError(f"{scheme}.character", message, position=position, char=char)


def cover(text: str, *, head: int, tail: int) -> str:
    """Stars over the middle; a text too short to hide anything that way is hidden whole."""
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]
