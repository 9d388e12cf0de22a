"""行政区划代码 division codes: 6 digits (GB/T 2260), 9 with the town (GB/T 10114), 12 with the village.

The statistics bureau writes every level with 12 digits and zeros behind; `parse` reads both and keeps the short form.
Whether a code is a division today, or ever was, only the dated table of `places` knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import text
from yukuaiban.identifiers.errors import IdentifierError, accepts


class Level(StrEnum):
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class DivisionCode:
    text: str  # 6, 9 or 12 digits
    level: Level

    def __str__(self) -> str:
        return self.text

    @property
    def twelve(self) -> str:
        """The form with zeros behind that statistics and the exchange records use."""
        return self.text.ljust(12, "0")

    @property
    def stem(self) -> str:
        """The digits that carry meaning: every division inside this one begins with them."""
        return {Level.PROVINCE: self.text[:2], Level.PREFECTURE: self.text[:4]}.get(self.level, self.text)

    @property
    def county(self) -> str | None:
        """The six digits of the district or county; None above that level."""
        return None if self.level in {Level.PROVINCE, Level.PREFECTURE} else self.text[:6]

    def contains(self, other: DivisionCode) -> bool:
        """Whether `other` is this division or lies in it, going by the digits alone."""
        return other.twelve.startswith(self.stem)


def parse(code: str) -> DivisionCode:
    value = text.compact(code)
    text.require_length(
        value, {6, 9, 12}, "division", _("行政区划代码应为 6 位、9 位或 12 位数字，现在是 %(n)s 位。请从列表中选择。")
    )
    text.require_alphabet(
        value, text.DIGITS, "division", _("行政区划代码第 %(position)s 位应为数字，现在是“%(char)s”。请改正。")
    )
    full = value.ljust(12, "0")
    parts = (full[:2], full[2:4], full[4:6], full[6:9], full[9:12])
    filled = [int(part) > 0 for part in parts]
    depth = max((n for n, present in enumerate(filled) if present), default=-1)
    # A level left out names nothing, but for cities without counties, whose towns follow at once (东莞 441900 003).
    skipped = {n for n in range(depth) if not filled[n]} - ({2} if depth >= 3 else set())
    if not filled[0] or skipped:
        raise IdentifierError(
            "division.gap", _("行政区划代码的中间有一级是零，不可能是一个行政区划。请从列表中选择，或对照代码表改正。")
        )
    level = list(Level)[depth]
    return DivisionCode(text=full[: 6 if depth <= 2 else 9 if depth == 3 else 12], level=level)


is_valid = accepts(parse)


def mask(code: str) -> str:
    """A public code: shown whole."""
    return text.compact(code)
