"""A new holiday notice moves due dates: every open case is counted again, batch by batch, and can be taken up again."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction
from django.db.models import Q

from yukuaiban.calendars import selectors as calendars
from yukuaiban.calendars.hooks import CalendarChange
from yukuaiban.cases import clocks, rules, timers
from yukuaiban.cases.context import Context
from yukuaiban.cases.models import Case, Correction, Hearing, Step, Timer
from yukuaiban.cases.states import Act, State
from yukuaiban.config.now import now
from yukuaiban.outbox.models import OutboxRow

BATCH = 1000

_DECIDED = [State.GRANTED, State.CERTIFIED, State.REFUSED]  # what was decided is still to be served in time
_RUNNING = [State.SUBMITTED, State.CORRECTED, State.CORRECTION, State.IN_REVIEW, State.PAUSED, *_DECIDED]


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
        _recount(case)
    _work_dates([case.pk for case in cases])
    return cases[-1].pk if len(cases) == BATCH else None


@transaction.atomic
def _recount(case: Case) -> None:
    """Count one case again, with what lapses by its dates; its applicant is told when a date that he was told moved."""
    ctx = Context(case, now())
    told = case.due_on, case.promised_on
    columns: dict[str, object] = {"calendar_version": ctx.calendar.version}
    lapses: tuple[Act, date] | None = None
    match ctx.state:
        case State.SUBMITTED | State.CORRECTED:
            start = case.corrected_on or case.received_on
            assert start is not None
            due = rules.correction_notice_due(start, ctx.calendar)
            columns |= {"step_on": due.on, "is_provisional": due.provisional}
            lapses = Act.DEEM_ACCEPTED, due.on
        case State.CORRECTION:
            told_on = case.correction.told_on
            hand_in_by = max(case.correction.hand_in_by, rules.correction_hand_in_due(told_on, ctx.calendar).on)
            columns |= {"step_on": hand_in_by}
            lapses = Act.LAPSE_CORRECTION, hand_in_by
        case State.IN_REVIEW | State.PAUSED:
            columns |= clocks.columns(ctx, ctx.history, steps=ctx.steps)
            pause = case.pauses.filter(until_on__isnull=True).first()
            if pause:
                columns["step_on"] = ctx.calendar.add(pause.from_on, pause.expected_days).on
        case _:
            assert case.decided_on is not None
            columns |= {"step_on": rules.certificate_due(case.decided_on, ctx.calendar).on}
    if not Case.objects.filter(pk=case.pk, seq=case.seq).update(**columns):
        return
    if case.accepted_on:
        Step.objects.bulk_update(ctx.steps, ["due_on"])
        _hearing(ctx)
    if lapses:
        act, last = lapses
        Timer.objects.filter(case=case, act=act).update(fires_at=timers.end_of(last))
        if act is Act.LAPSE_CORRECTION:
            Correction.objects.filter(case=case).update(hand_in_by=last)
    if told != (columns.get("due_on", told[0]), columns.get("promised_on", told[1])):
        OutboxRow.objects.create(task="cases.tell_moved", args={"case": case.pk})


def _hearing(ctx: Context) -> None:
    """The body's limit to hold it, and the person's to ask for it: a day that he was told never comes earlier (ADR 0085)."""
    for right in ctx.case.hearing_rights.all():
        right.until = max(right.until, rules.hearing_request_due(right.told_on, ctx.calendar).on)
        right.save(update_fields=["until"])
    hearing = Hearing.objects.filter(case=ctx.case, recorded_on__isnull=True).first()
    asked_on = hearing and (hearing.called_on or hearing.requested_on)
    if hearing and asked_on:
        hearing.hold_by = rules.hearing_hold_due(asked_on, ctx.calendar).on
        hearing.save(update_fields=["hold_by"])


def _work_dates(case_ids: list[int]) -> None:
    """The dates by which desks sort follow their cases."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_work w SET due_on = least(c.lapses_on, CASE c.state WHEN 'paused' THEN c.step_on"
            " ELSE least(c.first_review_by, coalesce(s.due_on, c.promised_on, c.step_on, w.due_on)) END) FROM cases_case c"
            " LEFT JOIN cases_step s ON s.case_id = c.id AND s.state = 'open'"
            " WHERE w.case_id = c.id AND c.id = ANY(%s) AND w.bucket <> 'follow' AND w.matter = ''"
            " AND (w.step_id IS NULL OR w.step_id = s.id)",
            [case_ids],
        )


def start(change: CalendarChange) -> None:
    """Called when a calendar was loaded: the work is queued with the load's own transaction."""
    OutboxRow.objects.create(task="cases.recount", args={"after": 0})
