"""Dates and numbers as Chinese documents write them (GB/T 9704-2012: Arabic numerals, no leading zeros)."""

from __future__ import annotations

from datetime import date, datetime

from yukuaiban.config.now import ZONE

_DIGITS = "零一二三四五六七八九"


def day(value: date | None) -> str:
    """2026年11月22日; empty when there is none."""
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def day_before(value: date) -> date:
    """The last day of a term whose first day outside is given: terms are kept as [from, until), printed as 至…止."""
    return date.fromordinal(value.toordinal() - 1)


def moment(value: datetime) -> str:
    """2026年11月22日9时05分, in the city's time."""
    local = value.astimezone(ZONE)
    return f"{day(local.date())}{local.hour}时{local.minute:02d}分"


def ordinal(number: int) -> str:
    """一, 二, ... 十, 十一, ... 九十九.

    Raises: ValueError outside 1 to 99.
    """
    if not 1 <= number <= 99:
        raise ValueError(f"{number} is not between 1 and 99")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")
