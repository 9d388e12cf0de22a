"""The clock of a case: a pure function of what happened, the limit, the calendar and today.

Three run on every case: the statutory limit, the promised one and that of the current step. They differ only in their
limit and in what their lateness means. Pauses, extensions, corrections and the late correction notice move a clock by
themselves; nobody else adds days to a date. Only dates are stored, a light is computed from today.

How days are counted (docs/adr/0006, 0007, 0012):
- the day on which a clock starts is not counted, counting begins the next day;
- afterwards a day counts if the clock was running at its end: the day of a pause does not, that of a resumption does;
- the day on which the matter ends counts as used.

Law: 行政许可法 第四十二条 (limit and extension), 第四十五条 (what is not counted), 第三十二条第一款第（四）项 (late
correction notice), 第八十二条 (working days); 民法典 第二百零一条 to 第二百零三条.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from operator import itemgetter
from typing import Any

from yukuaiban.calendars.limits import Limit, Unit, last_day
from yukuaiban.calendars.reasons import PAUSES, Reason
from yukuaiban.calendars.working_days import DueDate, HolidayRun, WorkingCalendar

_DAY = timedelta(days=1)


class ClockError(ValueError):
    """The events cannot have happened in this order: a pause in a pause, a resumption without one."""


# --- what can happen to a clock -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The clock starts, or starts anew after an end; `on` is not counted. `why` as in `reasons.STARTS`, or words."""

    on: date
    why: str = "accepted"


@dataclass(frozen=True, slots=True)
class Paused:
    """The clock stops for something the law does not count. `kind` as in `reasons.PAUSES`, or words.

    `expected_days` is what the applicant was told in writing that it takes, in working days.
    Law: 行政许可法 第四十五条.
    """

    on: date
    kind: str
    reason: str = ""
    expected_days: int | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """The clock runs again; `on` counts."""

    on: date


@dataclass(frozen=True, slots=True)
class Extended:
    """The limit is made longer, in its own unit: working days, else calendar days. `by` as in `reasons.APPROVERS`.

    Law: 行政许可法 第四十二条, or the item's own; the most allowed is checked where it is granted.
    """

    days: int
    by: str
    reason: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Restarted:
    """No correction notice in time: accepted by law from the day of receipt, `on`, so the due date moves backwards.

    Pauses and extensions stay as they were (docs/adr/0008). Law: 行政许可法 第三十二条第一款第（四）项.
    """

    on: date


@dataclass(frozen=True, slots=True)
class Stopped:
    """The matter ends; `on` counts as used if the clock was running."""

    on: date
    why: str = ""


Event = Started | Paused | Resumed | Extended | Restarted | Stopped


# --- what a clock shows -------------------------------------------------------------------------------------------


class Light(StrEnum):
    """Never shown by colour alone: each has its word."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"

    def words(self, language: str = "zh") -> str:
        return _LIGHTS[self][1 if language.startswith("en") else 0]


_LIGHTS = {
    Light.GREEN: ("正常", "in time"),
    Light.YELLOW: ("预警", "warning"),
    Light.RED: ("超期", "overdue"),
    Light.GREY: ("不计时", "not running"),
}


class ClockKind(StrEnum):
    """Whose limit it is. Only the statutory one can turn red."""

    STATUTORY = "statutory"  # 法定办结时限
    PROMISED = "promised"  # 承诺办结时限
    STEP = "step"  # 环节时限


def light_on(
    today: date,
    *,
    due_on: date | None,
    provisional: bool = False,
    promised_on: date | None = None,
    step_on: date | None = None,
    warn_on: date | None = None,
    running: bool = True,
) -> Light:
    """The light of a case from its stored dates.

    Grey while nothing runs; red when the statutory date has passed and is certain; yellow when any date has passed
    or the reminder's day has come; else green. A provisional date never turns red (docs/adr/0003, 0010).
    """
    if not running or (due_on is None and promised_on is None and step_on is None):
        return Light.GREY
    if due_on is not None and today > due_on and not provisional:
        return Light.RED
    if any(day is not None and today > day for day in (due_on, promised_on, step_on)):
        return Light.YELLOW
    if warn_on is not None and today >= warn_on:
        return Light.YELLOW
    return Light.GREEN


@dataclass(frozen=True)
class Clock:
    """A clock as it stands today.

    Args:
        kind: Whose limit it is.
        limit: The limit without extensions.
        started_on: The day it started, which is not counted; None when it has not.
        due_on: The last day; None before the start. While paused it is the earliest it can be: as if the clock ran
            again on the day the applicant was told, or today if that has passed.
        used, left: Days counted and remaining, in working days or calendar days (`counted_in`); `left` is negative
            when late.
        light: What it shows today.
        warn_on: When the reminder is due.
        paused: Stopped for now.
        stopped_on: The day the matter ended.
    """

    kind: ClockKind
    limit: Limit
    started_on: date | None
    due_on: DueDate | None
    used: int
    left: int
    light: Light
    warn_on: date | None
    paused: bool
    stopped_on: date | None
    _explain: Callable[[], list[Reason]] = field(repr=False, compare=False)

    @property
    def counted_in(self) -> Unit:
        """The unit of `used` and `left`."""
        return Unit.WORKING_DAY if self.limit.in_working_days else Unit.CALENDAR_DAY

    @property
    def state(self) -> str:
        """The light as the components of the pages name it: `green`, `yellow`, `red`, `paused`, `none`."""
        if self.light is not Light.GREY:
            return str(self.light)
        return "paused" if self.paused else "none"

    @property
    def is_overdue(self) -> bool:
        """Whether more was used than the limit gives, running, paused or ended."""
        return self.left < 0

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """One line for each thing that moved the date, in the order of time; made when first asked for."""
        return tuple(self._explain())


# --- the function -------------------------------------------------------------------------------------------------


def clock(
    events: Sequence[Event],
    limit: Limit,
    calendar: WorkingCalendar,
    today: date,
    *,
    kind: ClockKind = ClockKind.STATUTORY,
    warn_days: int | None = None,
    law: str = "",
) -> Clock:
    """The clock after these events, as it stands today.

    Args:
        events: What happened, in the order it was recorded.
        limit: The limit; for a licence `parameter("licensing_decision_limit").limit`, or the promised one.
        calendar: The working days.
        today: For what is used, what is left and the light; the due date of a running clock does not depend on it.
        kind: Whose limit it is.
        warn_days: How many working days before the due date the reminder comes; else `promised_warning_lead`.
        law: The article behind the limit, shown in the first reason.

    Raises:
        ClockError: The events contradict each other.
        CalendarGap: The calendar does not reach so far.
    """
    course = _read(events)
    if course.start is None:
        return Clock(
            kind, limit, None, None, 0, limit.value, Light.GREY, None, False, None,
            _explain=lambda: [Reason("waiting")],
        )  # fmt: skip
    asof = course.stop.on if course.stop else today
    counted = _count(course, limit, calendar, asof)
    if warn_days is None:
        from yukuaiban.config.parameters import parameter  # here, so that counting itself needs no packs

        warn_days = int(parameter("promised_warning_lead", on=today).value)
    warn_on = max(course.start, calendar.before(counted.due.on, warn_days).on)
    late = {"due_on": counted.due.on, "provisional": counted.due.provisional}
    return Clock(
        kind=kind,
        limit=limit,
        started_on=course.start,
        due_on=counted.due,
        used=counted.used,
        left=counted.total - counted.used,
        light=light_on(
            today,
            **(late if kind is ClockKind.STATUTORY else {"due_on": None, "promised_on": counted.due.on}),
            warn_on=warn_on,
            running=course.pause is None and course.stop is None,
        ),
        warn_on=warn_on,
        paused=course.pause is not None and course.stop is None,
        stopped_on=course.stop.on if course.stop else None,
        _explain=lambda: _explain(events, course, counted, limit, calendar, asof, kind, law),
    )


def due_date(events: Sequence[Event], limit: Limit, calendar: WorkingCalendar, today: date) -> DueDate | None:
    """Only the due date of `clock`, for re-counting many cases; None before the start."""
    course = _read(events)
    if course.start is None:
        return None
    return _count(course, limit, calendar, course.stop.on if course.stop else today).due


# --- inside -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Course:
    """What a row of events amounts to."""

    start: date | None = None
    why: str = ""
    restarted: bool = False
    pauses: list[tuple[Paused, Resumed]] = field(default_factory=list)
    pause: Paused | None = None
    extra: int = 0
    stop: Stopped | None = None


@dataclass(slots=True)
class _Counted:
    due: DueDate
    raw: date  # before it was moved off a holiday
    total: int
    used: int
    ran: list[tuple[date, date]]  # (after, up to and with): where days were counted, up to the due date


def _read(events: Sequence[Event]) -> _Course:
    course = _Course()
    for event in events:
        if isinstance(event, Started):
            if course.start is not None and course.stop is None:
                raise ClockError(f"started again on {event.on} while it was running since {course.start}")
            course = _Course(start=event.on, why=event.why)
            continue
        if isinstance(event, Restarted):
            if course.stop is not None:
                raise ClockError(f"counted from receipt on {event.on} after its end on {course.stop.on}")
            course.start, course.why, course.restarted = event.on, "deemed_accepted", True
            continue
        if course.start is None:
            raise ClockError(f"{event} before the clock started")
        if course.stop is not None:
            raise ClockError(f"{event} after its end on {course.stop.on}")
        if isinstance(event, Paused):
            if course.pause is not None:
                raise ClockError(f"paused on {event.on} while paused since {course.pause.on}")
            if course.pauses and event.on < course.pauses[-1][1].on:
                raise ClockError(f"paused on {event.on}, before it ran again on {course.pauses[-1][1].on}")
            course.pause = event
        elif isinstance(event, Resumed):
            if course.pause is None:
                raise ClockError(f"resumed on {event.on} without a pause")
            if event.on < course.pause.on:
                raise ClockError(f"resumed on {event.on}, before the pause of {course.pause.on}")
            course.pauses.append((course.pause, event))
            course.pause = None
        elif isinstance(event, Extended):
            if event.days <= 0:
                raise ClockError(f"extended by {event.days} days: an extension makes the limit longer")
            course.extra += event.days
        else:
            if event.on < course.start:
                raise ClockError(f"ended on {event.on}, before its start on {course.start}")
            course.stop = event
    return course


def _count(course: _Course, limit: Limit, calendar: WorkingCalendar, asof: date) -> _Counted:
    """Walk the stretches in which the clock ran until the limit is used up."""
    start = course.start
    assert start is not None
    working = limit.in_working_days
    total = (limit.value if working else (last_day(start, limit) - start).days) + course.extra

    if working and not course.pauses and course.pause is None:  # most cases: one stretch, one look-up
        due = calendar.add(start, total)
        used = calendar.between(start, asof) if asof > start else 0
        return _Counted(due, due.on, total, used, [(start, due.on)])

    stretches = list(_stretches(course, calendar, asof))
    used = sum(
        _days(after, asof if until is None else min(until, asof), working, calendar)
        for after, until in stretches
        if after < asof and (until is not None or course.pause is None)
    )
    ran: list[tuple[date, date]] = []
    left = total
    for after, until in stretches:
        days = left if until is None else _days(after, until, working, calendar)
        if until is None or left <= days:
            ran.append((after, _reach(after, left, working, calendar)))
            break
        ran.append((after, until))
        left -= days

    raw = ran[-1][1]
    if not working:
        due, later = _rolled(raw, stretches[len(ran) - 1 :], calendar)
        return _Counted(due, raw, total + later, used, ran)
    missing: frozenset[int] = frozenset()
    for first, last in ran:
        missing |= calendar.missing_years(first, last)
    return _Counted(DueDate(raw, bool(missing), missing), raw, total, used, ran)


def _rolled(raw: date, stretches: Sequence[tuple[date, date | None]], calendar: WorkingCalendar) -> tuple[DueDate, int]:
    """The first working day from `raw` on that the clock runs through, and how many days later that is.

    A last day that moves to a day on which the clock stands still moves on: nobody could act on it.
    Law: 民法典 第二百零三条第一款.
    """
    later = 0
    missing: frozenset[int] = frozenset()
    at, due = raw, calendar.roll(raw)
    for number, (after, until) in enumerate(stretches):
        if number:
            at, due = after, calendar.roll(after + _DAY)
        missing |= due.missing_years
        if until is None or due.on <= until:
            later += (due.on - at).days
            break
        later += max(0, (until - at).days)
    return DueDate(due.on, bool(missing), missing), later


def _stretches(course: _Course, calendar: WorkingCalendar, asof: date) -> Iterator[tuple[date, date | None]]:
    """Where days count: after the first date, up to and with the second; the last one is open.

    While paused, the last one begins on the earliest day the clock can run again.
    """
    start = course.start
    assert start is not None
    stops = [(pause.on, resumption.on) for pause, resumption in course.pauses]
    if course.pause is not None:
        stops.append((course.pause.on, _resumption(course.pause, course.stop, calendar, asof)))
    after = start
    for begin, again in stops:
        yield after, max(after, begin - _DAY)
        after = max(start, again - _DAY)
    yield after, None


def _days(after: date, until: date, working: bool, calendar: WorkingCalendar) -> int:
    return calendar.between(after, until) if working else (until - after).days


def _reach(after: date, days: int, working: bool, calendar: WorkingCalendar) -> date:
    return calendar.add(after, days).on if working else after + timedelta(days=days)


def _resumption(pause: Paused, stop: Stopped | None, calendar: WorkingCalendar, asof: date) -> date:
    """When a clock that is paused runs again at the earliest."""
    if stop is not None or not pause.expected_days:
        return max(pause.on, asof)
    return max(calendar.add(pause.on, pause.expected_days).on, asof)


def _explain(
    events: Sequence[Event],
    course: _Course,
    counted: _Counted,
    limit: Limit,
    calendar: WorkingCalendar,
    asof: date,
    kind: ClockKind,
    law: str,
) -> list[Reason]:
    start = course.start
    assert start is not None
    unit = Unit.WORKING_DAY if limit.in_working_days else Unit.CALENDAR_DAY
    first: list[Reason] = [
        Reason(
            "started",
            {"on": start, "why": course.why, "kind": kind.value, "value": limit.value, "unit": limit.unit, "law": law},
        )
    ]
    dated: list[tuple[date, Reason]] = []
    last: list[Reason] = []
    for index, event in enumerate(events):
        if isinstance(event, Restarted) and course.restarted:
            earlier = due_date(events[:index], limit, calendar, asof)
            later = due_date(events[: index + 1], limit, calendar, asof)
            facts: dict[str, Any] = {
                "on": event.on,
                "from": earlier and earlier.on,
                "to": later and later.on,
                "law": "行政许可法 第三十二条第一款第（四）项",
            }
            first.append(Reason("restarted", facts))
        if isinstance(event, Extended):
            facts = {"days": event.days, "unit": unit, "by": event.by, "reason": event.reason, "on": event.on}
            reason = Reason("extended", facts)
            dated.append((event.on, reason)) if event.on else last.append(reason)
    for pause, resumption in course.pauses:
        not_counted = _days(pause.on - _DAY, resumption.on - _DAY, limit.in_working_days, calendar)
        dated.append((pause.on, _pause(pause, resumption.on, not_counted, unit)))
    if course.pause is not None:
        dated.append((course.pause.on, _pause(course.pause, None, 0, unit)))
    if limit.in_working_days:
        dated.extend(calendar_lines(counted.ran, calendar, start.year))
    elif counted.raw != counted.due.on:
        facts = {"from": counted.raw, "to": counted.due.on, "law": "民法典 第二百零三条第一款"}
        last.append(Reason("rolled", facts))
    if counted.due.provisional:
        last.append(Reason("provisional", {"missing_years": sorted(counted.due.missing_years)}))
    if course.stop is not None:
        facts = {"on": course.stop.on, "reason": course.stop.why, "used": counted.used, "unit": unit}
        last.append(Reason("stopped", facts))
    return [*first, *(reason for _, reason in sorted(dated, key=itemgetter(0))), *last]


def _pause(pause: Paused, resumed_on: date | None, not_counted: int, unit: Unit) -> Reason:
    facts = {
        "on": pause.on,
        "kind": pause.kind,
        "reason": pause.reason,
        "expected_days": pause.expected_days,
        "resumed_on": resumed_on,
        "days": not_counted,
        "unit": unit,
        "law": PAUSES[pause.kind][2] if pause.kind in PAUSES else "",
    }
    return Reason("paused", facts)


def calendar_lines(ran: Sequence[tuple[date, date]], calendar: WorkingCalendar, year: int) -> list[tuple[date, Reason]]:
    """What holidays took away and makeup days added in these stretches; a holiday is told once.

    Args:
        ran: Stretches, each after its first day up to and with its last.
        year: The year that goes without saying in the sentences.
    """
    runs: dict[date, HolidayRun] = {}
    lines: list[tuple[date, Reason]] = []
    for after, until in ran:
        runs |= {run.first: run for run in calendar.runs_between(after, until)}
        for day in calendar.makeup_between(after, until):
            facts = {"first": day.day, "last": day.day, "festivals": [day.festival], "year": year}
            lines.append((day.day, Reason("makeup_workday", {**facts, "notice": day.notice and day.notice.name})))
    for first, run in runs.items():
        facts = {"first": first, "last": run.last, "festivals": list(run.festivals), "year": year}
        code = "holiday" if run.notice else "statutory_holiday"
        lines.append((first, Reason(code, {**facts, "notice": run.notice and run.notice.name})))
    return sorted(lines, key=itemgetter(0))
