"""The clocks of a case: its events as `calendars.clock` reads them, and the dates that are stored from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yukuaiban.calendars import Clock, ClockKind, DueDate, Limit, Unit, WorkingCalendar
from yukuaiban.calendars import clock as run_clock
from yukuaiban.calendars.clock import Event, Extended, Paused, Restarted, Resumed, Started, Stopped, due_date
from yukuaiban.cases.context import Context, Happened
from yukuaiban.cases.models import Step
from yukuaiban.cases.states import Act
from yukuaiban.items.limits import first_review_of, limit_of
from yukuaiban.items.schema import ItemContent, TimeLimit

_STOPS_FOR_GOOD = {Act.GRANT, Act.REFUSE, Act.DEEM_RENEWED, Act.WITHDRAW, Act.TERMINATE}
_PAUSES = {Act.PAUSE, Act.REQUEST_HEARING, Act.CALL_HEARING}
_RESUMES = {Act.RESUME, Act.RECORD_HEARING, Act.GIVE_UP_HEARING}


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks over the whole case; a step has only its date."""

    statutory: Clock
    promised: Clock


def events(history: Iterable[Happened]) -> list[Event]:
    """What in a case's history moves its clock, in the order it was recorded."""
    found: list[Event] = []
    for h in history:
        act = Act(h.act)
        facts = h.facts
        if act is Act.ACCEPT:
            found.append(Started(_day(facts["accepted_on"]), "accepted"))
        elif act is Act.DEEM_ACCEPTED:
            found.append(Started(_day(facts["accepted_on"]), "deemed_accepted"))
        elif act is Act.REOPEN:
            found.append(Started(_day(facts["accepted_on"]), "reopened"))
        elif act in _PAUSES:
            found.append(Paused(_day(facts["on"]), facts["kind"], expected_days=facts["expected_days"]))
        elif act in _RESUMES:
            found.append(Resumed(_day(facts["on"])))
        elif act is Act.EXTEND:
            found.append(Extended(facts["days"], by=facts.get("by", "head"), on=_day(facts["on"])))
        elif act in _STOPS_FOR_GOOD and any(isinstance(e, Started | Restarted) for e in found):
            found.append(Stopped(_day(facts["on"]), act.value))
    return found


def of_case(ctx: Context, *, today: date | None = None) -> Clocks:
    """Both clocks of a case as it stands."""
    return _clocks(events(ctx.history), ctx.content, ctx.calendar, today or ctx.today)


def with_event(ctx: Context, act: Act, facts: dict[str, Any]) -> list[Happened]:
    """The history as it will be after an act that is about to happen."""
    return [*ctx.history, Happened(ctx.case.seq + 1, act.value, ctx.at, {}, _iso(facts))]


def columns(ctx: Context, history: Sequence[Happened], *, steps: Sequence[Step]) -> dict[str, Any]:
    """The dates to store for a case after a history; `steps` get theirs too, for the caller to save."""
    happened = events(history)
    count_steps(steps, happened, ctx.calendar, ctx.today)
    found = dates(happened, ctx.content, ctx.calendar, ctx.today, steps=steps)
    review = first_review_due(ctx, history)
    if review is not None and found["due_on"] is not None:
        found["is_provisional"] = found["is_provisional"] or review.provisional
    found["first_review_by"] = min(review.on, found["due_on"]) if review and found["due_on"] else None
    ctx.case.first_review_by = found["first_review_by"]  # the work says it, too
    return found


def first_review_due(ctx: Context, history: Sequence[Happened]) -> DueDate | None:
    """The last day of the lower body to report a case up; None where it has not begun, is done, or nothing asks for it.

    Working days from acceptance. What stops the case stops it; an extension is of the decision, and moves it not.
    Law: 行政许可法 第四十三条, 第四十五条, 第八十二条. See ADR 0095.
    """
    review = ctx.content.process.first_review
    if review is None or any(h.act == Act.REPORT_UP.value for h in history):
        return None
    course = [event for event in events(history) if not isinstance(event, Extended)]
    started = next((event.on for event in reversed(course) if isinstance(event, Started)), None)
    if started is None:
        return None
    days, _law = first_review_of(review, started)
    return due_date(course, Limit(days, Unit.WORKING_DAY), ctx.calendar, ctx.today)


def dates(
    happened: Sequence[Event], content: ItemContent, calendar: WorkingCalendar, today: date, *, steps: Iterable[Step]
) -> dict[str, Any]:
    """Columns of `Case` from clock events; what has not started or has ended has no date."""
    both = _clocks(happened, content, calendar, today)
    if both.statutory.due_on is None or both.statutory.stopped_on:
        return {"due_on": None, "promised_on": None, "step_on": None, "warn_on": None, "is_provisional": False, "calendar_version": calendar.version}  # fmt: skip
    assert both.promised.due_on is not None
    open_steps = [s.due_on for s in steps if s.state == Step.State.OPEN and s.due_on]
    return {
        "due_on": both.statutory.due_on.on,
        "promised_on": both.promised.due_on.on,
        "step_on": min(open_steps, default=None),
        "warn_on": both.promised.warn_on,
        "is_provisional": both.statutory.due_on.provisional or both.promised.due_on.provisional,
        "calendar_version": calendar.version,
    }


def working_days_used(history: Iterable[Happened], calendar: WorkingCalendar, today: date) -> int:
    """What a case really took, in working days: from the day after acceptance, without what stopped its clock."""
    any_limit = Limit(1, Unit.WORKING_DAY)  # what is used does not depend on it
    return run_clock(events(history), any_limit, calendar, today, kind=ClockKind.PROMISED).used


def count_steps(steps: Iterable[Step], happened: Sequence[Event], calendar: WorkingCalendar, today: date) -> None:
    """Set the due date of each open step: its working days, and what stops the case stops its steps."""
    for step in steps:
        if step.state != Step.State.OPEN or step.opened_on is None:
            continue
        course: list[Event] = [Started(step.opened_on, "accepted")]
        for event in happened:
            stops = isinstance(event, Paused) and event.on >= step.opened_on
            if stops or (isinstance(event, Resumed) and isinstance(course[-1], Paused)):
                course.append(event)
        due = due_date(course, Limit(step.days, Unit.WORKING_DAY), calendar, today)
        assert due is not None
        step.due_on = due.on


def _clocks(happened: Sequence[Event], content: ItemContent, calendar: WorkingCalendar, today: date) -> Clocks:
    """Both clocks; the promised one never ends after the statutory one (ADR 0086)."""

    def run(limit: TimeLimit, kind: ClockKind) -> Clock:
        return run_clock(happened, limit_of(limit), calendar, today, kind=kind, law=limit.source or "")

    statutory, promised = run(content.statutory, ClockKind.STATUTORY), run(content.promised, ClockKind.PROMISED)
    if statutory.due_on and promised.due_on and promised.due_on.on > statutory.due_on.on:
        # three working days over a long holiday end after seven calendar days: nothing is promised beyond the law
        promised = run(content.statutory, ClockKind.PROMISED)
    return Clocks(statutory, promised)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _iso(facts: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in facts.items()}


def told(dates: dict[str, Any]) -> dict[str, Any]:
    """What an event keeps of the dates it brought, for the letter that tells them."""
    return {"told_due_on": dates["promised_on"] or dates["due_on"], "provisional": dates["is_provisional"]}
