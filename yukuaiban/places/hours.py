"""When a hall is open: its dated hours over the calendar of working days. Pure but for what it is given.

That a day is free or worked is for the calendar to say, never for a hall.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from yukuaiban.calendars.working_days import DayKind, ListedDay
from yukuaiban.config.now import ZONE
from yukuaiban.places.models import OpeningDay


class Calendar(Protocol):
    """What is asked of the calendar of working days."""

    def listed(self, day: date) -> ListedDay | None: ...


class Hours(Protocol):
    """One stretch of opening, as `models.OpeningHours` stores it."""

    day: int
    opens_at: time
    closes_at: time
    on_holidays: bool
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """From when until when on one day."""

    opens_at: time
    closes_at: time

    def __str__(self) -> str:
        return f"{self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


def openings_on(hours: Iterable[Hours], day: date, calendar: Calendar) -> list[Opening]:
    """The stretches in which a hall is open on a day, in order; none on a day it is closed.

    A weekend that a notice makes a working day has the hours of such days (OpeningDay.MAKEUP), never its own.
    """
    listed = calendar.listed(day)
    kind = listed.kind if listed else None
    wanted = OpeningDay.MAKEUP if kind is DayKind.MAKEUP_WORKDAY else day.isoweekday()
    return sorted(
        Opening(row.opens_at, row.closes_at)
        for row in hours
        if row.day == wanted and _is_valid(row, day) and (kind is not DayKind.HOLIDAY or row.on_holidays)
    )


def is_open(hours: Iterable[Hours], at: datetime, calendar: Calendar) -> bool:
    """Whether a hall is open at an instant; the minute of closing no longer counts."""
    local = at.astimezone(ZONE)
    clock = local.time()
    return any(o.opens_at <= clock < o.closes_at for o in openings_on(hours, local.date(), calendar))


def weekly(hours: Iterable[Hours], on: date) -> list[tuple[tuple[OpeningDay, ...], tuple[Opening, ...]]]:
    """The week's table as it stands on a day, days of equal hours together: what a page shows."""
    by_day: dict[OpeningDay, list[Opening]] = {day: [] for day in OpeningDay}
    for row in hours:
        if _is_valid(row, on):
            by_day[OpeningDay(row.day)].append(Opening(row.opens_at, row.closes_at))
    groups: list[tuple[list[OpeningDay], tuple[Opening, ...]]] = []
    for day, openings in by_day.items():
        same = tuple(sorted(openings))
        if groups and groups[-1][1] == same and day is not OpeningDay.MAKEUP:
            groups[-1][0].append(day)
        else:
            groups.append(([day], same))
    return [(tuple(days), openings) for days, openings in groups]


def _is_valid(row: Hours, on: date) -> bool:
    return (row.valid_from is None or row.valid_from <= on) and (row.valid_until is None or on < row.valid_until)
