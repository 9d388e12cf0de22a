"""The one door: the only writer of a case's state.

An act is a single SQL statement made from `states.TRANSITIONS`: it moves the row if its state allows the act and nobody
moved it since it was read, and with it appends the chained event, the work of desks, timers and outbox rows. No row
moved: nothing is written.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected
from psycopg.types.json import Jsonb

from yukuaiban.cases import timers
from yukuaiban.cases.errors import Overtaken, TransitionRefused
from yukuaiban.cases.models import Case
from yukuaiban.cases.states import STATE_LABELS, TRANSITIONS, Act, State
from yukuaiban.chain import link, store
from yukuaiban.people.actors import Actor
from yukuaiban.vault import crypto

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 8  # how often an act overtaken by another is tried on what stands then
FAR = date(9999, 1, 1)  # work without a date sorts last


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One thing a desk has to do."""

    desk_id: int
    bucket: str
    due_on: date | None = None
    step_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that an act writes besides the new state.

    Attributes:
        facts: Non-personal facts of the event.
        payload: Personal data of the event; encrypted, only its digest is chained.
        columns: Columns of the case to set.
        work: The work rows that stand after the act; None leaves them as they are.
        words: Text that the desk can search its work by (already tokenised tsvector text); needed by the act that makes
            the first work of a case, later work takes it over.
        timers: Act -> instant: the timers that stand after the act; None leaves them.
        outbox: Tasks that follow: (name, arguments).
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    work: Sequence[WorkRow] | None = None
    words: str = ""
    timers: Mapping[Act, datetime] | None = None
    outbox: Sequence[tuple[str, Mapping[str, Any]]] = ()


_COLUMNS = {f.attname for f in Case._meta.concrete_fields} - {"id", "state", "seq", "head", "number"}


@functools.lru_cache(maxsize=256)
def statement(act: Act, columns: tuple[str, ...], with_work: bool, with_timers: bool) -> str:
    """The act's SQL. Exported for benchmarks: what is measured is what is sent."""
    assert act in TRANSITIONS
    sets = "".join(f", {name} = %({name})s" for name in columns)
    parts = [
        f"moved AS (UPDATE cases_case SET state = %(target)s, seq = %(event_seq)s, head = %(hash)s{sets}"
        " WHERE id = %(subject)s AND seq = %(event_seq)s - 1 AND state = ANY(%(sources)s) RETURNING id)",
        store.EVENT_CTES.format(moved="moved").strip(),
        "followed AS (INSERT INTO outbox (task, args) SELECT task, args FROM moved,"
        " unnest(%(tasks)s::text[], %(task_args)s::jsonb[]) AS o(task, args) RETURNING 1)",
    ]
    if with_work:
        parts += [
            "work_gone AS (DELETE FROM cases_work w USING moved WHERE w.case_id = moved.id AND w.matter = '' AND NOT EXISTS ("
            "SELECT FROM unnest(%(work_desk)s::bigint[], %(work_step)s::bigint[]) AS n(desk_id, step_id)"
            " WHERE n.desk_id = w.desk_id AND n.step_id IS NOT DISTINCT FROM w.step_id) RETURNING 1)",
            "work AS (INSERT INTO cases_work (case_id, desk_id, step_id, bucket, due_on, search)"
            " SELECT moved.id, n.desk_id, n.step_id, n.bucket, n.due_on,"
            " known.words || quote_literal('d' || n.desk_id)::tsvector FROM moved,"
            " (SELECT CASE WHEN %(words)s <> '' THEN %(words)s::tsvector ELSE coalesce((SELECT ts_delete(w.search,"
            " 'd' || w.desk_id) FROM cases_work w WHERE w.case_id = %(subject)s AND w.matter = '' LIMIT 1), '') END AS words) AS known,"
            " unnest(%(work_desk)s::bigint[], %(work_step)s::bigint[], %(work_bucket)s::text[], %(work_due)s::date[])"
            " AS n(desk_id, step_id, bucket, due_on)"
            " ON CONFLICT (desk_id, case_id, step_id, matter) DO UPDATE SET bucket = EXCLUDED.bucket, due_on = EXCLUDED.due_on,"
            " search = EXCLUDED.search RETURNING 1)",
        ]
    if with_timers:
        parts += [
            "timers_gone AS (DELETE FROM cases_timer t USING moved WHERE t.case_id = moved.id"
            " AND NOT t.act = ANY(%(timer_acts)s) RETURNING 1)",
            "timers AS (INSERT INTO cases_timer (case_id, act, fires_at) SELECT moved.id, n.act, n.fires_at FROM moved,"
            " unnest(%(timer_acts)s::text[], %(timer_at)s::timestamptz[]) AS n(act, fires_at)"
            " ON CONFLICT (case_id, act) DO UPDATE SET fires_at = EXCLUDED.fires_at RETURNING 1)",
        ]
    return "WITH " + ", ".join(parts) + " SELECT count(*) FROM moved"


def move(case: Case, act: Act, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """Do one act to a case as it was read; afterwards `case` shows what the database holds.

    Args:
        case: As read, with the state, seq and head that the caller's rules looked at.

    Raises:
        TransitionRefused: The state does not allow the act.
        Overtaken: Somebody acted since the case was read.
    """
    row = TRANSITIONS[act]
    state = State(case.state)
    if state not in row.sources:
        raise refusal(case, act)
    seq, target = case.seq + 1, row.target_from(state)
    joint = link(
        subject=case.pk,
        seq=seq,
        previous=bytes(case.head),
        kind=f"case.{act.value}",
        at=at,
        actor=by.facts(),
        facts={"from": state.value, "to": target.value, **plain(outcome.facts)},
        payload=dict(outcome.payload) if outcome.payload else None,
    )
    if unknown := set(outcome.columns) - _COLUMNS:
        raise ValueError(f"not columns of a case that an act may set: {sorted(unknown)}")
    columns = tuple(sorted(outcome.columns))
    sql = statement(act, columns, outcome.work is not None, outcome.timers is not None)
    params: dict[str, Any] = {
        **store.parameters(joint, case.subject_key()),
        **outcome.columns,
        "target": target.value,
        "sources": sorted(s.value for s in row.sources),
        "tasks": [name for name, _args in outcome.outbox],
        "task_args": [Jsonb(dict(args)) for _name, args in outcome.outbox],
    }
    if outcome.work is not None:
        params |= {
            "work_desk": [w.desk_id for w in outcome.work],
            "work_step": [w.step_id for w in outcome.work],
            "work_bucket": [w.bucket for w in outcome.work],
            "work_due": [w.due_on or FAR for w in outcome.work],
            "words": outcome.words,
        }
    if outcome.timers is not None:
        params |= {
            "timer_acts": [a.value for a in outcome.timers],
            "timer_at": list(outcome.timers.values()),
        }
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        moved = cursor.fetchone()[0]
    if not moved:
        current = Case.objects.get(pk=case.pk)
        if State(current.state) not in row.sources:
            raise refusal(current, act)
        raise Overtaken(_("有人刚刚处理了这一办件，请刷新后再试。"), details={"case": current.number})
    case.state, case.seq, case.head = target.value, seq, joint.hash
    for name, value in outcome.columns.items():
        setattr(case, name, value)


def refusal(case: Case, act: Act) -> TransitionRefused:
    """Why not, and where the case stands."""
    state = State(case.state)
    message = _("办件 {number} 处于“{state}”，不能“{act}”。请刷新页面查看它现在的情况。").format(
        number=case.number, state=STATE_LABELS[state], act=TRANSITIONS[act].label
    )
    return TransitionRefused(message, details={"case": case.number, "state": state.value, "act": act.value})


def one_act(service: Callable[P, R]) -> Callable[P, R]:
    """A service that does one act: all or nothing, tried again when another act came first.

    The whole service is tried again, because its rules must be read on what stands now; whoever comes second to a state
    that is gone is told so by TransitionRefused. So is one that the database gave up because two acts held what the other
    wanted (a step first, the case first): it wrote nothing. What lapsed before the act has happened first, in a transaction of its
    own: it stays even when the act is then refused because of it.
    """

    @functools.wraps(service)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        fire_due(kwargs)
        for attempt in range(1, TRIES + 1):
            try:
                with transaction.atomic():
                    return service(*args, **kwargs)
            except (Overtaken, OperationalError) as error:
                waited_for_each_other = isinstance(error.__cause__, DeadlockDetected)
                if attempt == TRIES or connection.in_atomic_block:
                    raise
                if not (isinstance(error, Overtaken) or waited_for_each_other):
                    raise
        raise AssertionError("unreachable")

    return tried


def fire_due(arguments: Mapping[str, Any]) -> None:
    """Perform what the law let lapse on the case of an act before the act's instant."""
    timers.fire_due(arguments["case_id"], at=arguments["at"])


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON: dates and instants as ISO text, sets sorted; nothing that rounds."""
    return {key: _plain(value) for key, value in facts.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float):
        raise TypeError("a floating point number has no canonical form in the chain: give an integer or text")
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, set | frozenset):
        return sorted(_plain(v) for v in value)
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def seal_answers(case: Case, answers: Mapping[str, Any]) -> bytes:
    """A form's answers under the case's key."""
    return crypto.encrypt_for(case.subject_key(), json.dumps(answers, ensure_ascii=False), aad=b"answers")


def read_answers(case: Case) -> dict[str, Any]:
    """The answers of a case; empty when nothing was saved, and after lawful erasure."""
    if not case.answers_sealed or case.subject_key() is None:
        return {}
    data: dict[str, Any] = json.loads(
        crypto.decrypt_for(case.subject_key(), bytes(case.answers_sealed), aad=b"answers")
    )
    return data
