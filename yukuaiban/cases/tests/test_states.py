"""The table of states and acts: whole, reachable, lawful; and every (state, act) pair at the door."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import transaction

from tests.people import applicant, at, office, officer, person
from yukuaiban.cases import door, permissions
from yukuaiban.cases.context import history
from yukuaiban.cases.door import Outcome
from yukuaiban.cases.errors import TransitionRefused
from yukuaiban.cases.models import Case
from yukuaiban.cases.services import draft_start
from yukuaiban.cases.states import ENDED, STATE_LABELS, TRANSITIONS, Act, By, State
from yukuaiban.config.errors import NotFound, PermissionRefused
from yukuaiban.people.actors import SYSTEM
from yukuaiban.places.models import Department

DAY = date(2026, 3, 2)
NEEDS_ACCEPTANCE = {
    State.IN_REVIEW, State.PAUSED, State.GRANTED, State.REFUSED, State.CERTIFIED, State.DELIVERED, State.CLOSED,
    State.REVOKED, State.CANCELLED,
}  # fmt: skip
NEEDS_DECISION = NEEDS_ACCEPTANCE - {State.IN_REVIEW, State.PAUSED}


def test_every_act_and_state_stands_in_the_table():
    assert set(TRANSITIONS) == set(Act)
    assert set(STATE_LABELS) == set(State)


def test_every_row_cites_its_article():
    for row in TRANSITIONS.values():
        assert re.search(r"第.+条|ADR \d{4}", row.law), row.act


def test_every_state_is_reached_and_every_open_state_is_left():
    reached, frontier = {State.DRAFT}, [State.DRAFT]
    while frontier:
        state = frontier.pop()
        for row in TRANSITIONS.values():
            target = row.target_from(state)
            if state in row.sources and target not in reached:
                reached.add(target)
                frontier.append(target)
    assert reached == set(State)
    for state in set(State) - ENDED:
        assert any(state in r.sources and r.target_from(state) != state for r in TRANSITIONS.values()), state


def columns_of(state: State) -> dict[str, object]:
    """What the law's constraints ask of a row in a state."""
    filed = state is not State.DRAFT
    return {
        "filed_at": at(DAY) if filed else None,
        "received_on": DAY if filed else None,
        "accepted_on": DAY if state in NEEDS_ACCEPTANCE else None,
        "accepted_how": "act" if state in NEEDS_ACCEPTANCE else "",
        "decided_on": DAY if state in NEEDS_DECISION else None,
        "decision": "granted" if state in NEEDS_DECISION else "",
        "ended_on": DAY if state in ENDED else None,
    }


@pytest.fixture
def draft(city, db):
    where = office()
    who = applicant(person())
    return draft_start(service_item_id=where.item.pk, by=who, at=at(DAY)), where, who


@pytest.mark.parametrize("state", list(State))
def test_only_the_transitions_in_the_table_are_possible(draft, state):
    """Every pair: as the table says, or refused and nothing recorded."""
    case, _where, _who = draft
    seq = 0 if state is State.DRAFT else 1
    Case.objects.filter(pk=case.pk).update(state=state, seq=seq, **columns_of(state))
    for act, row in TRANSITIONS.items():
        point = transaction.savepoint()
        fresh = Case.objects.get(pk=case.pk)
        target = row.target_from(state)
        if state in row.sources:
            door.move(fresh, act, Outcome(columns=columns_of(target)), by=SYSTEM, at=at(DAY))
            stored = Case.objects.get(pk=case.pk)
            assert (stored.state, stored.seq) == (target.value, seq + 1)
            assert [h.act for h in history(case.pk)] == [act.value]
        else:
            with pytest.raises(TransitionRefused) as told:
                door.move(fresh, act, Outcome(columns=columns_of(target)), by=SYSTEM, at=at(DAY))
            assert told.value.details == {"case": case.number, "state": state.value, "act": act.value}
            assert history(case.pk) == []
            assert Case.objects.get(pk=case.pk).seq == seq
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("act", list(Act))
def test_each_role_may_do_what_the_table_gives_it_and_strangers_learn_nothing(draft, act):
    case, where, who = draft
    allowed = TRANSITIONS[act].by
    for role in (By.WINDOW, By.HANDLER, By.APPROVER):
        actor = where.by_role(role.value)
        if role in allowed:
            permissions.check(actor, act, case)
        else:
            with pytest.raises(PermissionRefused):
                permissions.check(actor, act, case)
    if By.PARTY in allowed:
        permissions.check(who, act, case)
    else:
        with pytest.raises(PermissionRefused):
            permissions.check(who, act, case)
    elsewhere = Department.objects.exclude(pk=case.department_id).filter(division_id=case.division_id).first()
    strangers = [applicant(person("李示例"))] + [
        officer(r, elsewhere, case.division_id) for r in ("window", "approver")
    ]
    for stranger in strangers:
        with pytest.raises(NotFound):
            permissions.check(stranger, act, case)


def test_nobody_acts_on_his_own_case(draft):
    case, where, _who = draft
    Case.objects.filter(pk=case.pk).update(filed_by_id=where.window.account_id)
    case.refresh_from_db()
    with pytest.raises(permissions.OwnCase):
        permissions.check(where.window, Act.ACCEPT, case)
