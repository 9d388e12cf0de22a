"""Months to look at: which days are worked, free, counted, and where a limit starts and ends. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from yukuaiban.calendars.working_days import DayKind, WorkingCalendar

MOST = 6  # months drawn; of a longer stretch the first and the last two


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month. Kinds: `work`, `rest` (an ordinary weekend), `holiday`, `makeup`."""

    on: date
    kind: str
    festival: str | None
    counted: bool
    is_start: bool
    is_due: bool
    provisional: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks from Monday to Sunday; None stands for a day of another month."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]
    follows_gap: bool = False  # months between the one before and this one are left out

    @property
    def working_days(self) -> int:
        return sum(1 for week in self.weeks for day in week if day and day.kind in ("work", "makeup"))


def months_of(
    calendar: WorkingCalendar, start: date, end: date, *, due: date | None = None, working: bool = True
) -> list[Month]:
    """The months from `start` to `end`.

    Args:
        due: Where the limit that begins with `start` ends: the days counted for it are marked.
        working: Whether only working days are counted.
    """
    firsts = [date(start.year, start.month, 1)]
    while (after := (firsts[-1] + timedelta(days=31)).replace(day=1)) <= end:
        firsts.append(after)
    shown: Sequence[date] = firsts if len(firsts) <= MOST else [firsts[0], *firsts[-2:]]
    return [
        Month(
            first,
            tuple(_weeks(calendar, first, start, due, working)),
            follows_gap=number == 1 and len(shown) < len(firsts),
        )
        for number, first in enumerate(shown)
    ]


def _weeks(
    calendar: WorkingCalendar, first: date, start: date, due: date | None, working: bool
) -> list[tuple[Day | None, ...]]:
    day = first - timedelta(days=first.weekday())
    weeks = []
    while day.month == first.month or day < first:
        week = [day + timedelta(days=n) for n in range(7)]
        weeks.append(tuple(_day(calendar, d, start, due, working) if d.month == first.month else None for d in week))
        day += timedelta(days=7)
    return weeks


def _day(calendar: WorkingCalendar, day: date, start: date, due: date | None, working: bool) -> Day:
    listed = calendar.listed(day)
    is_working = calendar.is_working(day)
    if listed:
        kind = "makeup" if listed.kind is DayKind.MAKEUP_WORKDAY else "holiday"
    else:
        kind = "work" if is_working else "rest"
    return Day(
        on=day,
        kind=kind,
        festival=listed.festival if listed else None,
        counted=due is not None and start < day <= due and (is_working or not working),
        is_start=due is not None and day == start,
        is_due=day == due,
        provisional=calendar.is_provisional(day),
    )
