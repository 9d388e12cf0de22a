"""Ended cases, bad ratings and the people around them, for tests: made by the services that the product uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.people import RESIDENCE, Office, applicant, at, office, officer, person
from yukuaiban.cases import services as cases
from yukuaiban.cases.models import Case
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account
from yukuaiban.ratings.models import FollowUp
from yukuaiban.ratings.services import follow_up_act, rating_give
from yukuaiban.ratings.states import TRANSITIONS, Act, State

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
HEARD, DONE = "排队一个小时，没有人引导。", "已增设引导岗，并向您致歉。"

#: The acts that lead to a state from the beginning.
WAYS: dict[State, list[Act]] = {
    State.OPEN: [],
    State.TRIED: [Act.NOT_REACHED],
    State.CALLED: [Act.CALL_BACK],
    State.LEDGER: [Act.CALL_BACK, Act.SET_DEADLINE],
    State.APPEALED: [Act.APPEAL],
    State.ANSWERED: [Act.CALL_BACK, Act.EXPLAIN],
    State.LEFT_OUT: [Act.APPEAL, Act.LEAVE_OUT],
}


@dataclass
class Rated:
    """A case that ended and was rated badly, with everybody it concerns."""

    case: Case
    row: FollowUp
    account: Account
    who: Actor
    where: Office
    supervisor: Actor

    def by(self, role: str) -> Actor:
        return self.supervisor if role == "supervisor" else self.where.by_role(role)

    def do(self, act: Act, *, on: date = TUESDAY, hour: int = 10, by: Actor | None = None, **facts: Any) -> FollowUp:
        """One act by whom the table names, with what it asks."""
        given: dict[str, Any] = {"words": f"{act.value} 示例", **facts}
        if act is Act.SET_DEADLINE:
            given.setdefault("put_right_by", on + timedelta(days=3))
        by = by or self.by(TRANSITIONS[act].by)
        self.row = follow_up_act(follow_up_id=self.row.pk, act=act, by=by, at=at(on, hour), **given)
        return self.row

    def to(self, state: State) -> FollowUp:
        for act in WAYS[state]:
            self.do(act)
        return self.row


def ended_case(where: Office, who: Actor, *, on: date = MONDAY) -> Case:
    """Filed and withdrawn on one day: over."""
    case = cases.draft_start(service_item_id=where.item.pk, by=who, at=at(on))
    cases.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(on))
    give_materials(case)
    cases.case_file(case_id=case.pk, by=who, at=at(on))
    cases.case_withdraw(case_id=case.pk, by=who, at=at(on, 11), reason="不办了")
    return Case.objects.select_related("service_item__entry", "applicant").get(pk=case.pk)


def rated_badly(*, level: int = 5, words: str = HEARD, rated_at: datetime | None = None, on: date = MONDAY) -> Rated:
    where, account = office(), person()
    who = applicant(account)
    case = ended_case(where, who, on=on)
    rating = rating_give(case=case, by=who, level=level, words=words, at=rated_at or at(on, 12))
    supervisor = officer("supervisor", where.item.department, where.item.division_id)
    return Rated(case, rating.follow_up, account, who, where, supervisor)
