"""What each desk has to do for a case: computed in one place, written by the act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.db import connection
from django.db.models import Q

from yukuaiban.cases.door import FAR, WorkRow
from yukuaiban.cases.models import Case, Remedy, Step, Work
from yukuaiban.cases.states import ENDED, TRANSITIONS, Act, State
from yukuaiban.identifiers import IdentifierError, phone
from yukuaiban.people.models import Desk, Party, Role
from yukuaiban.search import pinyin_keys, query, tokens, vector
from yukuaiban.search.tokens import query_tokens
from yukuaiban.vault import blind_index, blind_indexes
from yukuaiban.vault.rotation import Progress

B = Work.Bucket


def rows(case: Case, state: State, steps: Iterable[Step], *, due_on: date | None) -> list[WorkRow]:
    """The work rows that stand when the case is in a state.

    Args:
        due_on: The date that the desk must keep: the notice's limit at receipt, else the case's own.
    """
    return [*_next(case, state, steps, due_on), *_contested(case, state)]


def _next(case: Case, state: State, steps: Iterable[Step], due_on: date | None) -> list[WorkRow]:
    match state:
        case State.SUBMITTED | State.CORRECTED:
            return [WorkRow(_desk(case, Role.WINDOW), B.INTAKE, due_on)]
        case State.CORRECTION:
            return [WorkRow(_desk(case, Role.WINDOW), B.WAITING, due_on)]
        case State.IN_REVIEW:
            first = case.first_review_by  # 行政许可法 第四十三条
            rows = [
                (s.desk_id, B.REVIEW, min((d for d in (s.due_on or due_on, first) if d), default=None), s.pk)
                for s in steps
                if s.state == Step.State.OPEN
            ]
        case State.PAUSED:
            rows = [(s.desk_id, B.WAITING, due_on, s.pk) for s in steps if s.state == Step.State.OPEN]
        case State.GRANTED | State.CERTIFIED | State.REFUSED | State.DELIVERED:
            return [WorkRow(_desk(case, Role.WINDOW), B.ISSUE, due_on)]
        case _:
            assert state in ENDED, state
            return []
    # a renewal is decided before the licence ends, whatever was promised (行政许可法 第五十条第二款)
    lapses = {case.lapses_on} if case.lapses_on else set()
    return [
        WorkRow(desk, bucket, min({by, *lapses} if by else lapses, default=None), step)
        for desk, bucket, by, step in rows
    ]


def _contested(case: Case, state: State) -> list[WorkRow]:
    """A review or lawsuit stays before the approver until it ended, and until what it ordered anew is begun."""
    waits = Q(concluded_on__isnull=True)
    if state in TRANSITIONS[Act.REOPEN].sources:
        waits |= Q(outcome=Remedy.Outcome.ORDERED_ANEW, redone_on__isnull=True)
    rows = case.remedies.filter(waits).values_list("concluded_on", "answer_by")
    if not rows:
        return []
    answers = [by for ended, by in rows if by and not ended]
    return [WorkRow(_desk(case, Role.APPROVER), B.FOLLOW, min(answers, default=None))]


def standing(case: Case) -> list[WorkRow]:
    """What stands now, with the reviews and lawsuits as they are now: for an act that moves nothing else."""
    own = case.work.filter(matter="").exclude(bucket=B.FOLLOW).values_list("desk_id", "bucket", "due_on", "step_id")
    return [*(WorkRow(*row) for row in own), *_contested(case, State(case.state))]


def stand(case: Case, matter: str, row: WorkRow | None) -> None:
    """The one row of a matter that hangs on the case and is not its life: where it stands from now on, or nowhere.

    It is found by the case's number and its item alone: a list of ratings tells nobody who rated. No act of the case
    touches it (`door` and the recount leave rows with a matter alone). In the caller's transaction.
    """
    gone = Work.objects.filter(case=case, matter=matter)
    if row is None:
        gone.delete()
        return
    gone.exclude(desk_id=row.desk_id).delete()
    found = vector({case.number.lower(), *tokens(case.service_item.entry.name_zh)})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_work (case_id, desk_id, bucket, due_on, matter, search)"
            " VALUES (%(case)s, %(desk)s, %(bucket)s, %(due)s, %(matter)s,"
            " (%(words)s || ' ' || quote_literal('d' || %(desk)s::text))::tsvector)"
            " ON CONFLICT (desk_id, case_id, step_id, matter) DO UPDATE SET bucket = EXCLUDED.bucket,"
            " due_on = EXCLUDED.due_on",
            {
                "case": case.pk, "desk": row.desk_id, "bucket": row.bucket, "due": row.due_on or FAR, "matter": matter,
                "words": found,
            },
        )  # fmt: skip


def words(case: Case, *, item_name: str) -> str:
    """What a desk can find its work by: number, names, pinyin, and blind indexes of ID and phone number."""
    applicant: Party = case.applicant
    found = {case.number.lower(), *tokens(applicant.name), *pinyin_keys(applicant.name), *tokens(item_name)}
    for number in (applicant.id_number, applicant.phone):
        if number:
            found.add(_lexeme(blind_index("work", _one_spelling(number))))
    return vector(found)


def asked_for(text: str) -> str:
    """The same as a tsquery: words, pinyin, or a number typed in full; empty when nothing can be looked for."""
    by_words = query(query_tokens(text))
    wanted = [f"({by_words})"] if by_words else []
    number = "".join(text.split())
    if number.isascii():
        exact = [
            _lexeme(index) for index in blind_indexes("work", _one_spelling(number))
        ]  # old rows until `keys rotate --index` ends
        plain = "".join(c for c in number.lower() if c.isalnum())  # however the number of a case is grouped
        wanted += [query([word]) for word in (*pinyin_keys(text), *exact, plain) if word]
    return " | ".join(wanted)


def reindex(batch: int = 500) -> Iterator[Progress]:
    """Make the words of all open work anew (a step of `keys rotate --index`)."""
    last, done = 0, 0
    while (
        page := list(
            Work.objects.filter(pk__gt=last, matter="")  # the others hold nobody's number
            .order_by("pk")
            .select_related("case__applicant", "case__service_item__entry")[:batch]
        )
    ):
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE cases_work SET search = (%s || ' ' || quote_literal('d' || desk_id))::tsvector WHERE id = %s",
                [(words(w.case, item_name=w.case.service_item.entry.name_zh), w.pk) for w in page],
            )
        last, done = page[-1].pk, done + len(page)
        yield Progress("work", done, 0.0)
    yield Progress("work", done, 1.0)


def _one_spelling(number: str) -> str:
    """A phone number as E.164, however it was typed; any other number as it stands."""
    try:
        return phone.parse(number).text
    except IdentifierError:
        return number


def _lexeme(index: bytes) -> str:
    """Of a number that is found only when it is typed in full; says nothing about it."""
    return "x:" + index.hex()[:24]


def _desk(case: Case, role: Role) -> int:
    return desk_id(case.department_id, case.division_id, role)


def desk_id(department_id: int, division_id: str, role: str) -> int:
    """The desk where a role's work of a department arrives; made when the first work comes."""
    found = (
        Desk.objects.filter(department_id=department_id, division_id=division_id, role=role, is_open=True)
        .order_by("name", "pk")
        .values_list("pk", flat=True)
        .first()
    )
    if found is not None:
        return found
    desk, _made = Desk.objects.get_or_create(department_id=department_id, division_id=division_id, role=role, name="")
    return desk.pk
