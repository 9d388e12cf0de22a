"""What each desk has to do for a case: computed in one place, written by the act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from yukuaiban.cases.door import WorkRow
from yukuaiban.cases.models import Case, Step, Work
from yukuaiban.cases.states import ENDED, State
from yukuaiban.people.models import Desk, Role
from yukuaiban.search import pinyin_keys, tokens, vector
from yukuaiban.vault import blind_index

B = Work.Bucket


def rows(case: Case, state: State, steps: Iterable[Step], *, due_on: date | None) -> list[WorkRow]:
    """The work rows that stand when the case is in a state.

    Args:
        due_on: The date that the desk must keep: the notice's limit at receipt, else the case's own.
    """
    match state:
        case State.SUBMITTED | State.CORRECTED:
            return [WorkRow(_desk(case, Role.WINDOW), B.INTAKE, due_on)]
        case State.CORRECTION:
            return [WorkRow(_desk(case, Role.WINDOW), B.WAITING, due_on)]
        case State.IN_REVIEW:
            return [WorkRow(s.desk_id, B.REVIEW, s.due_on or due_on, s.pk) for s in steps if s.state == Step.State.OPEN]
        case State.PAUSED:
            return [WorkRow(s.desk_id, B.WAITING, due_on, s.pk) for s in steps if s.state == Step.State.OPEN]
        case State.GRANTED | State.CERTIFIED | State.REFUSED | State.DELIVERED:
            return [WorkRow(_desk(case, Role.WINDOW), B.ISSUE, due_on)]
        case _:
            assert state in ENDED, state
            return []


def words(case: Case, *, applicant_name: str, item_name: str, id_number: str | None, phone: str | None) -> str:
    """What a desk can find its work by: number, names, pinyin, and blind indexes of ID and phone number."""
    found = {case.number.lower(), *tokens(applicant_name), *pinyin_keys(applicant_name), *tokens(item_name)}
    for value in (id_number, phone):
        if value:
            found.add(exact(value))
    return vector(found)


def exact(value: str) -> str:
    """The lexeme of a number that is found only when it is typed in full; says nothing about it."""
    return "x:" + blind_index("work", value).hex()[:24]


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
