"""公民身份号码 resident identity number: GB 11643-1999, 18 characters.

6 region + 8 birth date + 3 serial (odd: male) + 1 check (MOD 11-2). The region is that of the first registration and
may since have been abolished or renamed, so it is never looked up. Residents of Hong Kong, Macao and Taiwan with a
residence permit have one too, with region 810000, 820000, 830000 (港澳台居民居住证申领发放办法 第三条).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import checks, text
from yukuaiban.identifiers.errors import IdentifierError, accepts

EARLIEST_BIRTH = date(1850, 1, 1)  # nobody alive; older numbers are typing errors


@dataclass(frozen=True, slots=True)
class ResidentId:
    text: str
    region: str
    born_on: date
    serial: str
    sex: Literal["male", "female"]

    def __str__(self) -> str:
        return self.text

    @property
    def is_residence_permit(self) -> bool:
        """Whether the number stands on a residence permit (港澳台居民居住证) rather than an identity card."""
        return self.region in {"810000", "820000", "830000"}

    def age_on(self, day: date) -> int:
        """Full years (周岁) on that day: the birthday itself already counts as the new year of life."""
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))


def parse(number: str, *, today: date | None = None) -> ResidentId:
    """Read a number as a person types it.

    Args:
        today: When given, a birth date after it is refused.
    """
    value = text.compact(number)
    if len(value) == 15 and value.isascii() and value.isdigit():
        raise IdentifierError(
            "resident_id.old_15",
            _("这是 15 位的旧身份证号码，已停止使用。请填写现在身份证上的 18 位号码；还没有换证的，请先到派出所换领。"),
        )
    text.require_length(value, {18}, "resident_id", _("身份证号码应为 18 位，现在是 %(n)s 位。请对照证件再数一遍。"))
    text.require_alphabet(
        value[:17],
        text.DIGITS,
        "resident_id",
        _("身份证号码第 %(position)s 位应为数字，现在是“%(char)s”。请对照证件改正。"),
    )
    if value[17] not in "0123456789X":
        raise IdentifierError(
            "resident_id.character", _("身份证号码最后一位应为数字或 X。请对照证件改正。"), position=18
        )
    if value[0] not in "12345678":
        raise IdentifierError(
            "resident_id.region",
            _("身份证号码第 1 位应为 1 到 8。外国人永久居留身份证请选择对应的证件类型。"),
            position=1,
        )
    born_on = _birth(value, today)
    if checks.mod_11_2(value[:17]) != value[17]:
        raise IdentifierError(
            "resident_id.check", _("身份证号码的校验位不对，至少有一位写错了。请对照证件逐位核对。"), position=18
        )
    return ResidentId(
        text=value,
        region=value[:6],
        born_on=born_on,
        serial=value[14:17],
        sex="male" if int(value[16]) % 2 else "female",
    )


def _birth(value: str, today: date | None) -> date:
    try:
        born_on = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        born_on = date.min
    if born_on < EARLIEST_BIRTH or (today is not None and born_on > today):
        raise IdentifierError(
            "resident_id.birth",
            _("身份证号码第 7 到 14 位应是出生日期，现在不是一个可能的日期。请对照证件改正。"),
            position=7,
        )
    return born_on


is_valid = accepts(parse)


def mask(number: str) -> str:
    """Three in front, four behind: 500***********002X."""
    return text.cover(text.compact(number), head=3, tail=4)
