"""Limits (期限) and the day they end.

Pure. Law: 行政许可法 第八十二条; 民法典 第二百零一条 to 第二百零三条.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from yukuaiban.calendars.reasons import limit_in_words
from yukuaiban.calendars.working_days import CalendarGap, DueDate, WorkingCalendar


class Unit(StrEnum):
    """What a limit is counted in."""

    WORKING_DAY = "working_day"  # 工作日
    CALENDAR_DAY = "calendar_day"  # 日（自然日）
    MONTH = "month"  # 个月
    YEAR = "year"  # 年
    ON_THE_SPOT = "on_the_spot"  # 即办, 当场


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of units. On the spot has the value 0.

    Raises:
        ValueError: The number is negative, or on the spot is given a number.
    """

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError(f"a limit of {self.value} {self.unit}: a limit is not negative")
        if self.unit is Unit.ON_THE_SPOT and self.value:
            raise ValueError(f"a limit of {self.value} on the spot: on the spot has the value 0")

    @property
    def in_working_days(self) -> bool:
        """Whether days are counted as working days; an extension of a matter done on the spot is."""
        return self.unit is Unit.WORKING_DAY or self.unit is Unit.ON_THE_SPOT

    def words(self, language: str = "zh") -> str:
        return limit_in_words(self.value, self.unit, language)

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


def due(start: date, limit: Limit, calendar: WorkingCalendar) -> DueDate:
    """The last day of a limit that begins with `start`, which is itself not counted (docs/adr/0007).

    Working days end on a working day. Calendar days, months and years run through holidays, and only when the last
    day is one does it move to the next working day (docs/adr/0005). On the spot ends the same day.

    Law: 民法典 第二百零一条第一款, 第二百零二条, 第二百零三条第一款; 行政许可法 第八十二条.
    """
    if limit.unit is Unit.WORKING_DAY:
        return calendar.add(start, limit.value)
    if limit.unit is Unit.ON_THE_SPOT:
        return DueDate(start, False, frozenset())
    return calendar.roll(last_day(start, limit))


def last_day(start: date, limit: Limit) -> date:
    """The last day of a limit in calendar days, months or years, before it is moved off a holiday.

    A month ends on the corresponding day of its last month; where that month has no such day, on its last day.
    Law: 民法典 第二百零二条.

    Raises:
        CalendarGap: There is no such year.
        ValueError: The limit is counted in working days.
    """
    if limit.in_working_days:
        raise ValueError(f"{limit} is counted with a calendar: use due()")
    try:
        if limit.unit is Unit.CALENDAR_DAY:
            return start + timedelta(days=limit.value)
        months = start.year * 12 + start.month - 1 + limit.value * (12 if limit.unit is Unit.YEAR else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError) as error:
        raise CalendarGap(f"{limit} after {start} is outside every calendar") from error


def ahead(day: date, limit: Limit, calendar: WorkingCalendar) -> DueDate:
    """The day that lies a limit before `day`, which is itself not counted: what must be done "thirty days before" is
    done in time on this day, wherever in the week it falls.

    Law: 民法典 第二百零一条第一款, 第二百零二条.

    Raises:
        CalendarGap: There is no such day.
    """
    if limit.in_working_days:
        return calendar.before(day, limit.value)
    try:
        if limit.unit is Unit.CALENDAR_DAY:
            return DueDate(day - timedelta(days=limit.value), False, frozenset())
        months = day.year * 12 + day.month - 1 - limit.value * (12 if limit.unit is Unit.YEAR else 1)
        year, month = divmod(months, 12)
        return DueDate(date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])), False, frozenset())
    except (ValueError, OverflowError) as error:
        raise CalendarGap(f"{limit} before {day} is outside every calendar") from error


def received_on(at: datetime, calendar: WorkingCalendar, closes: time) -> date:
    """The day on which something handed in counts as received.

    On a working day before the office closes it is that day; after closing, and on days without office, the next
    working day (docs/adr/0009).

    Args:
        at: When it arrived, in the city's time zone.
        closes: When the office closes (parameter `office_closes_at`, or the hall's own hours).
    """
    day = at.date()
    if calendar.is_working(day) and at.time() < closes:
        return day
    return calendar.add(day, 1).on
