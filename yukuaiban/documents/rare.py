"""Characters that our fonts lack: drawn from their parts where we know them, as their code in a box where we do not.

A name is never cut. Typst falls back silently to whatever font it finds, or drops the glyph; so every text that goes
to it passes here first. A missing character becomes a slot (a private-use code point that stands for it in this one
document); the template draws the slot (`typst/rare.typ`) and the document says at its foot which character was meant.

Law: 居民身份证法 第四条 (names in the normalised characters); GB 18030-2022 (which characters a system must carry).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from ruamel.yaml import YAML

from yukuaiban.documents.fonts import covered, missing_characters

FIRST_SLOT = 0xE000
LAST_SLOT = 0xF8FF
#: How many parts each ideographic description character joins, of those that `typst/rare.typ` can draw.
ARITY = {"⿰": 2, "⿱": 2, "⿲": 3, "⿳": 3}


@dataclass(slots=True)
class Slots:
    """The missing characters of one document, in the order in which they were met."""

    slots: dict[str, str] = field(default_factory=dict)  # the missing character -> its slot

    def prepare(self, value: Any) -> Any:
        """The same data with each missing character replaced by its slot. Keys are ours and stay as they are."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {key: self.prepare(entry) for key, entry in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
            return [self.prepare(entry) for entry in value]
        return value

    def _text(self, text: str) -> str:
        missing = missing_characters(text)
        if not missing:
            return text
        return "".join(self._slot(char) if char in missing else char for char in text)

    def _slot(self, char: str) -> str:
        if char not in self.slots:
            number = FIRST_SLOT + len(self.slots)
            if number > LAST_SLOT:
                raise ValueError("more missing characters in one document than there are private-use code points")
            self.slots[char] = chr(number)
        return self.slots[char]

    def drawings(self) -> dict[str, dict[str, Any]]:
        """What the template needs: slot -> the code of the character, and its composition ("" when unknown)."""
        return {slot: {"code": f"{ord(char):04X}", "ids": composition(char)} for char, slot in self.slots.items()}


@cache
def compositions() -> dict[str, str]:
    """Character -> ideographic description, from `packs/china/rare_characters.yaml`."""
    path = settings.PACKS_DIR / "china" / "rare_characters.yaml"
    return {entry["char"]: entry["parts"] for entry in YAML(typ="safe").load(path)["characters"]}


def composition(char: str) -> str:
    """The ideographic description of a character when our fonts hold all its parts, else ""."""
    ids = compositions().get(char, "")
    return ids if ids and is_drawable(ids) else ""


def is_drawable(ids: str) -> bool:
    """Whether an ideographic description is complete and made only of parts and joins that we can draw."""
    held, due = covered(), 1
    for char in ids:
        if due == 0:
            return False
        if char in ARITY:
            due += ARITY[char] - 1
        elif ord(char) in held and not 0x2FF0 <= ord(char) <= 0x2FFF:
            due -= 1
        else:
            return False
    return due == 0
