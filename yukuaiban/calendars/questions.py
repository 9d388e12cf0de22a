"""What anyone may ask of a calendar, answered with reasons: for the public page, the API and the command alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from yukuaiban.calendars.clock import Started, calendar_lines, clock
from yukuaiban.calendars.limits import Limit
from yukuaiban.calendars.reasons import Reason
from yukuaiban.calendars.working_days import DueDate, WorkingCalendar


@dataclass(frozen=True, slots=True)
class Added:
    """When a limit that begins on a day ends."""

    start: date
    limit: Limit
    due: DueDate
    reasons: tuple[Reason, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "question": "add",
            "start": self.start.isoformat(),
            "number": self.limit.value,
            "unit": self.limit.unit.value,
            "due_on": self.due.on.isoformat(),
            "provisional": self.due.provisional,
            "missing_years": sorted(self.due.missing_years),
            "reasons": [reason.as_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Counted:
    """How many working days lie between two days."""

    start: date
    end: date
    working_days: int
    calendar_days: int
    missing_years: frozenset[int]
    reasons: tuple[Reason, ...]

    @property
    def provisional(self) -> bool:
        return bool(self.missing_years)

    def as_json(self) -> dict[str, Any]:
        return {
            "question": "between",
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "working_days": self.working_days,
            "calendar_days": self.calendar_days,
            "provisional": self.provisional,
            "missing_years": sorted(self.missing_years),
            "reasons": [reason.as_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether and why a day is worked, and the next one that is."""

    day: date
    is_working: bool
    rolled: DueDate
    reason: Reason

    def as_json(self) -> dict[str, Any]:
        return {
            "question": "why",
            "day": self.day.isoformat(),
            "is_working": self.is_working,
            "next_working_day": self.rolled.on.isoformat(),
            "provisional": bool(self.reason.facts["missing_years"]),
            "missing_years": self.reason.facts["missing_years"],
            "reasons": [self.reason.as_json()],
        }


def add(calendar: WorkingCalendar, start: date, limit: Limit) -> Added:
    """The last day of a limit, and everything that moved it.

    Raises:
        CalendarGap: The calendar does not reach so far.
    """
    counted = clock([Started(start, "day")], limit, calendar, start, warn_days=0)
    assert counted.due_on is not None
    first, *others = counted.reasons
    return Added(start, limit, counted.due_on, (Reason("started", {**first.facts, "kind": "any"}), *others))


def between(calendar: WorkingCalendar, start: date, end: date) -> Counted:
    """Working days after `start` up to and with `end`; negative when `end` lies before `start`.

    Raises:
        CalendarGap: A day lies outside the calendar.
    """
    first, last = sorted((start, end))
    missing = calendar.missing_years(first, last)
    lines = [
        reason for _day, reason in sorted(calendar_lines([(first, last)], calendar, first.year), key=itemgetter(0))
    ]
    if missing:
        lines.append(Reason("provisional", {"missing_years": sorted(missing)}))
    days = calendar.between(start, end)
    return Counted(start, end, days, (end - start).days, missing, tuple(lines))


def why(calendar: WorkingCalendar, day: date) -> Explained:
    """What a day is, and the next working day from it on.

    Raises:
        CalendarGap: The day lies outside the calendar.
    """
    return Explained(day, calendar.is_working(day), calendar.roll(day), calendar.why(day))
