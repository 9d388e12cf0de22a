"""Bounds of dates in forms: a day, or so many days, months or years from today."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

_RELATIVE = re.compile(r"today(?:([+-])(\d{1,5})([dmy]))?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TYPED = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_TYPED_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?", re.ASCII)


def bound(text: str, today: date) -> date:
    """The day that a bound names, seen from today.

    A month or year later or earlier is the same day of the month, or its last day where it is shorter.

    Raises:
        ValueError: it is neither a day nor counted from today.
    """
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    found = _RELATIVE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no bound: write YYYY-MM-DD, today, today-18y, today+30d or today-6m")
    sign, count, unit = found.groups()
    if not count:
        return today
    steps = int(count) if sign == "+" else -int(count)
    if unit == "d":
        return today + timedelta(days=steps)
    months = today.year * 12 + today.month - 1 + steps * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def read_day(text: str) -> str:
    """A day as people write it (2024/5/1, 2024年5月1日, 20240501), as YYYY-MM-DD; anything else as it is."""
    found = _TYPED.fullmatch(text)
    if not found:
        return text
    year, month, day = (part for part in found.groups() if part)
    return f"{year}-{int(month):02}-{int(day):02}"


def read_month(text: str) -> str:
    """A month as people write it (2024/5, 2024年5月), as YYYY-MM; anything else as it is."""
    found = _TYPED_MONTH.fullmatch(text)
    return f"{found[1]}-{int(found[2]):02}" if found else text
