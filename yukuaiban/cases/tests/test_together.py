"""Two people at once: one wins, the others are told; with the guard removed this goes wrong, and the test says so."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from tests.people import RESIDENCE, applicant, at, office, person
from yukuaiban.cases import door, services
from yukuaiban.cases.context import history, load
from yukuaiban.cases.models import Case
from yukuaiban.cases.services.receipt import Wanted
from yukuaiban.cases.states import Act
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.chain.verification import verify
from yukuaiban.config.errors import DomainError
from yukuaiban.items.models import ServiceItem

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 50
TUESDAY = date(2026, 3, 3)


@pytest.fixture
def filed(city):
    where, who = office(), applicant(person())
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=at(TUESDAY))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(TUESDAY))
    give_materials(case)
    services.case_file(case_id=case.pk, by=who, at=at(TUESDAY))
    return case.pk, where, who


def run_together(acts):
    """All at once, each in its own connection. Returns how each ended: None, or the exception."""
    start = threading.Barrier(len(acts))

    def one(act):
        try:
            start.wait()
            act()
        except Exception as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def opposing_acts(case_id, where, who):
    """Fifty acts that start in the same state and lead to four different ones."""
    wanted = [Wanted("field:school", "请写学校全称")]
    kinds = [
        lambda: services.case_accept(case_id=case_id, by=where.window, at=at(TUESDAY)),
        lambda: services.case_request_correction(case_id=case_id, by=where.window, at=at(TUESDAY), wanted=wanted),
        lambda: services.case_declare_not_needed(case_id=case_id, by=where.handler, at=at(TUESDAY), reason="不需许可"),
        lambda: services.case_withdraw(case_id=case_id, by=who, at=at(TUESDAY)),
    ]
    return [kinds[n % len(kinds)] for n in range(MANY)]


def test_fifty_acts_on_one_case_and_one_takes_effect_per_state(filed):
    case_id, where, who = filed
    ended = run_together(opposing_acts(case_id, where, who))
    events = history(case_id)
    assert len(events) > 1  # at least one took effect
    assert ended.count(None) == len(events) - 1  # every act that was answered is in the chain, no other is
    assert all(isinstance(error, DomainError) for error in ended if error)  # the others were told
    states = [e.facts["from"] for e in events[1:]]
    assert len(states) == len(set(states))  # one act per state
    assert Case.objects.get(pk=case_id).seq == len(events)
    assert verify(case_id).holds


@pytest.fixture
def two_drafts(city):
    """The same item in two districts, each ready to be filed."""
    where, who = office(), applicant(person())
    drafts = []
    for item in ServiceItem.objects.filter(entry=where.item.entry_id).order_by("code")[:2]:
        draft = services.draft_start(service_item_id=item.pk, by=who, at=at(TUESDAY))
        services.draft_save(case_id=draft.pk, answers=RESIDENCE, by=who, at=at(TUESDAY))
        give_materials(draft)
        drafts.append(draft.pk)
    return drafts, who


@pytest.mark.parametrize("key", ["the-same-0001", None])
def test_a_filing_sent_many_times_at_once_is_one_filing_and_all_are_given_its_receipt(two_drafts, key):
    (draft, _other), who = two_drafts
    receipts = []

    def file():
        receipts.append(services.case_file(case_id=draft, by=who, at=at(TUESDAY), idempotency_key=key))

    assert [error for error in run_together([file] * 8) if error] == []
    assert {receipt.case.pk for receipt in receipts} == {draft}
    assert len([receipt for receipt in receipts if receipt.code]) == 1, "the code is told once"
    assert len(history(draft)) == 1


def test_one_key_for_two_drafts_at_once_files_one_and_names_it_to_both(two_drafts):
    drafts, who = two_drafts
    receipts = []

    def file(draft):
        receipts.append(services.case_file(case_id=draft, by=who, at=at(TUESDAY), idempotency_key="the-same-0001"))

    assert [error for error in run_together([lambda d=d: file(d) for d in drafts * 3]) if error] == []
    assert len({receipt.case.pk for receipt in receipts}) == 1
    assert Case.objects.filter(pk__in=drafts, state="draft").count() == 1


def test_without_the_guard_acts_collide(filed, monkeypatch):
    """The control: acts through a statement that does not look at state and seq, and none writes before all have read.

    Of the acts above only those two that take no lock before their statement: the others would wait for each other.
    """
    case_id, where, who = filed
    guarded = door.statement.__wrapped__
    all_have_read = threading.Barrier(MANY)

    def unguarded(*args):
        all_have_read.wait(60)
        return guarded(*args).replace(" AND seq = %(event_seq)s - 1 AND state = ANY(%(sources)s)", "")

    monkeypatch.setattr(door, "statement", unguarded)
    _accept, _correct, decline, withdraw = opposing_acts(case_id, where, who)[:4]
    ended = run_together([decline, withdraw] * (MANY // 2))
    told = [error for error in ended if error]
    assert not all(isinstance(error, DomainError) for error in told) or not verify(case_id).holds


def test_an_act_sees_no_event_later_than_the_state_it_read(filed):
    """Read between another act's begin and end, a case is told as it was; the door then refuses or tries again."""
    case_id, where, who = filed
    read = load(case_id, at(TUESDAY))
    services.case_accept(case_id=case_id, by=where.window, at=at(TUESDAY))
    assert [h.act for h in read.history] == ["file"]
    with pytest.raises(DomainError):
        door.move(read.case, Act.WITHDRAW, door.Outcome(facts={"on": TUESDAY}), by=who, at=at(TUESDAY))
    assert [h.act for h in load(case_id, at(TUESDAY)).history] == ["file", "accept"]
