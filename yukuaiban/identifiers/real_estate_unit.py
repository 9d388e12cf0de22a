"""不动产单元代码 real estate unit code: GB/T 37346-2019, 28 characters.

county 6 + cadastral area 3 + sub-area 3 + parcel feature 2 letters + parcel serial 5 (these 19: the parcel) +
fixture feature 1 + fixture 8 (for a house: building 4 + unit 4). No check character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import text
from yukuaiban.identifiers.errors import IdentifierError, accepts

OWNERSHIP = "GJZ"  # state-owned, collective, undetermined
PARCEL_KINDS = "ABSXCDEFHGWY"
FIXTURES = "FLQW"  # house, forest, other, none
_SHAPE = re.compile(
    rf"(\d{{6}})(\d{{3}})(\d{{3}})([{OWNERSHIP}][{PARCEL_KINDS}])(\d{{5}})([{FIXTURES}])(\d{{8}})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class RealEstateUnit:
    county: str
    area: str
    sub_area: str
    parcel_kind: str
    parcel_serial: str
    fixture_kind: str
    fixture: str

    @property
    def parcel(self) -> str:
        """宗地代码, 19 characters."""
        return f"{self.county}{self.area}{self.sub_area}{self.parcel_kind}{self.parcel_serial}"

    @property
    def text(self) -> str:
        return f"{self.parcel}{self.fixture_kind}{self.fixture}"

    def __str__(self) -> str:
        return self.text

    @property
    def grouped(self) -> str:
        """As certificates print it: 310104 019001 GB00045 F00430086."""
        return (
            f"{self.county} {self.area}{self.sub_area} {self.parcel_kind}{self.parcel_serial}"
            f" {self.fixture_kind}{self.fixture}"
        )

    @property
    def building(self) -> str | None:
        """幢号 of a house."""
        return self.fixture[:4] if self.fixture_kind == "F" else None

    @property
    def unit(self) -> str | None:
        """户号 of a house."""
        return self.fixture[4:] if self.fixture_kind == "F" else None


def parse(code: str) -> RealEstateUnit:
    value = text.compact(code)
    text.require_length(
        value,
        {28},
        "real_estate_unit",
        _("不动产单元号应为 28 位，现在是 %(n)s 位。请从不动产权证书上完整抄写，空格可以不填。"),
    )
    found = _SHAPE.fullmatch(value)
    if not found:
        raise IdentifierError(
            "real_estate_unit.shape",
            _(
                "不动产单元号应为 12 位数字、2 个字母、5 位数字、"
                "1 个字母（F、L、Q 或 W）和 8 位数字。请对照不动产权证书改正。"
            ),
        )
    unit = RealEstateUnit(*found.groups())
    if unit.fixture_kind == "W" and unit.fixture != "00000000":
        raise IdentifierError(
            "real_estate_unit.fixture",
            _("第 20 位是 W（没有定着物）时，后 8 位应全是 0。请对照不动产权证书改正。"),
            position=21,
        )
    return unit


is_valid = accepts(parse)


def mask(code: str) -> str:
    """A public code of a place; who holds it is what is protected. Shown whole."""
    return text.compact(code)
