"""A new holiday notice moves due dates: every open case is counted again, batch by batch, and can be taken up again."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

from yukuaiban.calendars import selectors as calendars
from yukuaiban.calendars.hooks import CalendarChange
from yukuaiban.cases import clocks, rules
from yukuaiban.cases.context import Context
from yukuaiban.cases.models import Case, Step
from yukuaiban.cases.states import State
from yukuaiban.config.now import now

BATCH = 1000

_RUNNING = [State.SUBMITTED, State.CORRECTED, State.CORRECTION, State.IN_REVIEW, State.PAUSED]


def stale(version: int) -> Q:
    """Open cases whose dates were counted by an older calendar."""
    return Q(calendar_version__lt=version, state__in=_RUNNING)


def left() -> int:
    """How many open cases are still to be counted again; for progress."""
    return Case.objects.filter(stale(calendars.calendar_version())).count()


def running() -> int:
    """How many open cases there are whose dates a new notice makes to be counted again."""
    return Case.objects.filter(state__in=_RUNNING).count()


def batch(after: int = 0) -> int | None:
    """Count up to a thousand cases again. Returns the last id done, or None when no case is left.

    An act that came between reading and writing wins: its own dates are by the new calendar already.
    """
    calendar = calendars.current()
    cases = list(
        Case.objects.filter(stale(calendar.version), pk__gt=after).select_related("applicant").order_by("pk")[:BATCH]
    )
    for case in cases:
        columns = _columns(case)
        Case.objects.filter(pk=case.pk, seq=case.seq).update(**columns)
    _work_dates([case.pk for case in cases])
    return cases[-1].pk if len(cases) == BATCH else None


def _columns(case: Case) -> dict[str, object]:
    ctx = Context(case, now())
    if case.accepted_on:
        dates = clocks.columns(ctx, ctx.history, steps=ctx.steps)
        Step.objects.bulk_update(ctx.steps, ["due_on"])
        return dates
    start = case.corrected_on or case.received_on
    assert start is not None
    columns: dict[str, object] = {"calendar_version": ctx.calendar.version}
    if case.state != State.CORRECTION:  # the day in a notice that was sent stands
        due = rules.correction_notice_due(start, ctx.calendar)
        columns |= {"step_on": due.on, "is_provisional": due.provisional}
    return columns


def _work_dates(case_ids: list[int]) -> None:
    """The dates by which desks sort follow their cases."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_work w SET due_on = coalesce(s.due_on, c.promised_on, c.step_on, w.due_on) FROM cases_case c"
            " LEFT JOIN cases_step s ON s.case_id = c.id AND s.state = 'open'"
            " WHERE w.case_id = c.id AND c.id = ANY(%s) AND (w.step_id IS NULL OR w.step_id = s.id)",
            [case_ids],
        )


def start(change: CalendarChange) -> None:
    """Called when a calendar was loaded: the work is queued with the load's own transaction."""
    from yukuaiban.outbox.models import OutboxRow

    OutboxRow.objects.create(task="cases.recount", args={"after": 0})
