"""不得再次申请 (行政许可法 第七十八条, 第七十九条; ADR 0097): who, for what, from when until when, and what lifts it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.people import RESIDENCE, applicant, at, office, officer, organisation, person, reworked
from yukuaiban.cases import bars, services
from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import Barred, RuleRefused
from yukuaiban.cases.holders import export, take_along
from yukuaiban.cases.letters import context_of
from yukuaiban.cases.models import Bar, Case
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.retention import case_erase, held
from yukuaiban.cases.services.decision import Ground
from yukuaiban.cases.tests.test_life import MONDAY, give_materials
from yukuaiban.chain import store
from yukuaiban.chain.verification import verify
from yukuaiban.config.now import now
from yukuaiban.messages.letters.wording import blocks
from yukuaiban.people.models import Account

pytestmark = pytest.mark.django_db
SAFETY = {"interests": ["personal_health"], "status": "sample", "source": "示例"}
TUESDAY = date(2026, 3, 3)
LIED = [Ground("租赁合同系伪造", "行政许可法 第七十八条")]


def licence(safety: Any = SAFETY, **process: Any) -> None:
    """The residence permit as if it were a licence that touches health: its form is the one that tests can answer."""
    limit = {"value": 20, "unit": "working_day", "source": "行政许可法 第四十二条第一款", "status": "law"}
    reworked("residence_permit", item_type="01", statutory=limit, process={"safety": safety, **process})


class World:
    """A party, an office, and the ways that a case of theirs goes."""

    def __init__(self, on: date = MONDAY) -> None:
        self.where, self.account, self.on = office(), person(), on
        self.who = applicant(self.account)

    def draft(self, on: date | None = None, who: Any = None) -> Case:
        day, who = at(on or self.on), who or self.who
        case = services.draft_start(service_item_id=self.where.item.pk, by=who, at=day)
        services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=day)
        give_materials(case)
        return case

    def filed(self, on: date | None = None) -> Case:
        case = self.draft(on)
        services.case_file(case_id=case.pk, by=self.who, at=at(on or self.on))
        return case

    def to_decide(self, on: date | None = None) -> Case:
        case, day = self.filed(on), at(on or self.on, 11)
        services.case_accept(case_id=case.pk, by=self.where.window, at=day)
        services.step_pass(case_id=case.pk, step_id=case.steps.get(stage=1).pk, by=self.where.handler, at=day)
        return case

    def refused(self, on: date | None = None, **more: Any) -> Case:
        case = self.to_decide(on)
        asked = {"grounds": LIED, "falsehood": True, **more}
        services.case_refuse(case_id=case.pk, by=self.where.approver, at=at(on or self.on, 12), **asked)
        case.refresh_from_db()
        return case

    def revoked(self, on: date, **more: Any) -> Case:
        case = self.to_decide()
        services.case_grant(case_id=case.pk, by=self.where.approver, at=at(self.on, 12))
        services.case_certify(case_id=case.pk, by=self.where.approver, at=at(self.on, 13))
        asked = {"reason": "以伪造合同取得", "ground": "行政许可法 第六十九条第二款", "fraud": True, **more}
        services.case_revoke(case_id=case.pk, by=self.where.approver, at=at(on), **asked)
        case.refresh_from_db()
        return case


@pytest.fixture
def world(city) -> World:
    licence()
    return World()


class TestDates:
    @pytest.mark.parametrize(
        ("ground", "decided", "last"),
        [
            ("false_application", date(2026, 3, 2), date(2027, 3, 2)),
            ("false_application", date(2028, 2, 29), date(2029, 2, 28)),  # no such day: the last of the month
            ("false_application", date(2025, 12, 31), date(2026, 12, 31)),
            ("false_application", date(2025, 10, 1), date(2026, 10, 1)),  # a holiday moves no bar to the party's harm
            ("fraud", date(2026, 3, 2), date(2029, 3, 2)),
            ("fraud", date(2028, 2, 29), date(2031, 2, 28)),
        ],
    )
    def test_it_ends_on_the_corresponding_day(self, city, ground, decided, last) -> None:
        assert bars.last_day_of(Bar.Ground(ground), decided) == last

    def test_the_last_day_is_barred_and_the_next_is_free(self, world) -> None:
        world.refused()
        for day in (MONDAY, date(2026, 9, 1), date(2027, 3, 2)):
            with pytest.raises(Barred) as told:
                world.draft(day)
            assert told.value.details["until"] == "2027-03-02"
        assert world.filed(date(2027, 3, 3)).number


class TestWhatBars:
    def test_a_refusal_says_it_everywhere(self, world) -> None:
        case = world.refused()
        bar = Bar.objects.get()
        assert (bar.party_id, bar.entry_id, bar.case_id) == (world.account.party_id, world.where.item.entry_id, case.pk)
        assert (bar.ground, bar.since, bar.until) == ("false_application", MONDAY, date(2027, 3, 2))
        ctx = Context(case, at(MONDAY, 13))
        event = next(h for h in ctx.history if h.act == "refuse")
        assert event.facts["barred_until"] == "2027-03-02"
        letter = str(blocks("refusal", context_of(ctx, event, store.payloads(case.pk))))
        assert "《中华人民共和国行政许可法》第七十八条，你（单位）至2027年3月2日止不得再次申请该行政许可" in letter
        for who in (world.who, world.where.handler):
            assert "至 2027-03-02（含）不能再次申请这个事项（行政许可法 第七十八条）" in str(
                page_of(case, who, language="zh")
            )

    def test_a_licence_by_fraud_for_three_years(self, world) -> None:
        case = world.revoked(TUESDAY)
        assert Bar.objects.get().until == date(2029, 3, 3)
        ctx = Context(case, at(TUESDAY, 13))
        event = next(h for h in ctx.history if h.act == "revoke")
        letter = str(blocks("revocation", context_of(ctx, event, store.payloads(case.pk))))
        assert "第七十九条，你（单位）至2029年3月3日止不得再次申请" in letter
        with pytest.raises(Barred):
            world.draft(date(2029, 3, 3))

    def test_not_a_refusal_or_revocation_on_other_grounds(self, world) -> None:
        world.refused(falsehood=False)
        assert not Bar.objects.exists()
        world.revoked(TUESDAY, fraud=False)
        assert not Bar.objects.exists()
        assert world.draft(TUESDAY)

    def test_not_where_the_item_touches_neither_safety_nor_health(self, city) -> None:
        licence(safety=None)
        world = World()
        case = world.refused()
        assert not Bar.objects.exists()
        facts = Context(case, at(MONDAY)).history[-1].facts
        assert (facts["falsehood"], facts["barred_until"]) == ("false_application", None)
        assert world.draft(TUESDAY)

    def test_not_what_is_no_licence(self, city) -> None:
        with pytest.raises(RuleRefused, match="行政许可事项"):
            World().refused()

    def test_those_who_decide_together_agree_on_it(self, city) -> None:
        licence()
        steps = [
            {"key": "look", "title": {"zh": "审查", "en": "Look"}, "stage": 1, "role": "handler", "days": 2},
            {"key": "decide", "title": {"zh": "决定", "en": "Decide"}, "stage": 2, "role": "approver", "days": 2, "people": 2},
        ]  # fmt: skip
        licence(steps=steps)
        world = World()
        case = world.to_decide()
        second = officer("approver", world.where.item.department, world.where.item.division_id)
        asked = {"case_id": case.pk, "grounds": LIED, "at": at(MONDAY, 12)}
        services.case_refuse(by=world.where.approver, falsehood=True, **asked)
        assert not Bar.objects.exists()  # one of two has said so
        with pytest.raises(RuleRefused, match="弄虚作假"):
            services.case_refuse(by=second, falsehood=False, **asked)
        services.case_refuse(by=second, falsehood=True, **asked)
        assert Bar.objects.get().case_id == case.pk


class TestWhom:
    def test_neither_another_nor_himself_for_another(self, world) -> None:
        world.refused()
        assert world.draft(TUESDAY, applicant(person("李示例")))
        company = organisation(world.account)
        assert bars.standing(company.pk, TUESDAY).count() == 0

    def test_a_draft_that_was_there_is_not_filed(self, world) -> None:
        case = world.to_decide()
        other = world.draft()
        services.case_refuse(case_id=case.pk, by=world.where.approver, at=at(MONDAY, 12), grounds=LIED, falsehood=True)
        with pytest.raises(Barred):
            services.case_file(case_id=other.pk, by=world.who, at=at(TUESDAY))
        other.refresh_from_db()
        assert other.state == "draft"
        assert services.case_file(case_id=other.pk, by=world.who, at=at(date(2027, 3, 3))).code

    def test_it_goes_along_with_the_party_that_it_proves_to_be(self, world) -> None:
        world.refused()
        other = person("张示例")
        take_along(from_id=world.account.party_id, into_id=other.party_id)
        assert bars.standing(other.party_id, TUESDAY).get()
        assert not bars.standing(world.account.party_id, TUESDAY).exists()

    def test_he_gets_a_copy_of_it(self, world) -> None:
        case = world.refused()
        (kept,) = export(world.account.party)["barred"]
        assert (kept["number"], kept["until"], kept["lifted_on"]) == (case.number, date(2027, 3, 2), None)


class TestLifted:
    @pytest.mark.parametrize(("outcome", "stands"), [("annulled", False), ("changed", False), ("ordered_anew", False),
                                                     ("upheld", True), ("dismissed", True), ("withdrawn", True)])  # fmt: skip
    def test_by_what_takes_the_decision_away(self, world, outcome, stands) -> None:
        case = world.refused()
        remedy(case, world, outcome)
        assert bars.standing(world.account.party_id, TUESDAY).exists() is stands
        if stands:
            with pytest.raises(Barred):
                world.draft(TUESDAY)
        else:
            assert Bar.objects.get().lifted_on == TUESDAY
            case.refresh_from_db()
            assert "不能再次申请" not in str(page_of(case, world.who, language="zh")["next"])
            assert world.draft(TUESDAY)

    def test_and_may_come_back_with_the_new_decision(self, world) -> None:
        case = world.refused()
        remedy(case, world, "ordered_anew")
        services.case_reopen(case_id=case.pk, by=world.where.approver, at=at(TUESDAY, 14))
        done = {"case_id": case.pk, "at": at(TUESDAY, 15)}
        services.step_pass(**done, by=world.where.handler, step_id=case.steps.get(stage=1).pk)
        services.case_refuse(**done, by=world.where.approver, grounds=LIED, falsehood=True)
        assert [(b.since, b.lifted_on) for b in Bar.objects.order_by("since")] == [(MONDAY, TUESDAY), (TUESDAY, None)]

    def test_by_the_reopening_that_a_suit_against_delay_ordered(self, world) -> None:
        """Begun before the refusal, it was not against it; with the case decided anew the refusal is gone all the same."""
        case = world.to_decide()
        done = {"case_id": case.pk, "by": world.where.handler}
        services.remedy_record(**done, at=at(MONDAY, 11), kind="lawsuit", filed_on=MONDAY, body="示例法院")
        no = {"case_id": case.pk, "by": world.where.approver, "grounds": LIED, "falsehood": True}
        services.case_refuse(**no, at=at(TUESDAY))
        suit = case.remedies.get()
        services.remedy_conclude(
            **done, at=at(TUESDAY, 12), remedy_id=suit.pk, outcome="ordered_anew", concluded_on=TUESDAY
        )
        assert bars.standing(world.account.party_id, TUESDAY).exists()
        services.case_reopen(case_id=case.pk, by=world.where.approver, at=at(TUESDAY, 14))
        assert not bars.standing(world.account.party_id, TUESDAY).exists()
        again = {"case_id": case.pk, "at": at(TUESDAY, 15)}
        services.step_pass(**again, by=world.where.handler, step_id=case.steps.get(stage=1).pk)
        services.case_refuse(**no, at=at(TUESDAY, 16))
        assert Bar.objects.filter(lifted_on=None).count() == 1


def remedy(case: Case, world: World, outcome: str) -> None:
    done = {"case_id": case.pk, "by": world.where.handler, "at": at(TUESDAY)}
    services.remedy_record(**done, kind="review", filed_on=TUESDAY, body="渝中区人民政府")
    found = case.remedies.get()
    services.remedy_conclude(**done, remedy_id=found.pk, outcome=outcome, concluded_on=TUESDAY)


class TestErasure:
    def test_waits_for_the_end_of_the_bar(self, world, monkeypatch) -> None:
        case = world.refused()
        services.case_deliver(case_id=case.pk, by=world.where.window, at=at(MONDAY, 15), how="window")
        services.case_close(case_id=case.pk, by=world.where.window, at=at(MONDAY, 15))
        monkeypatch.setattr("yukuaiban.cases.retention.erasable_on", lambda _case: TUESDAY)
        assert case.pk in held()
        with pytest.raises(RuleRefused, match="不得再次申请"):
            case_erase(case_id=case.pk, at=at(date(2027, 3, 2)))
        case_erase(case_id=case.pk, at=at(date(2027, 3, 3)))
        assert not Bar.objects.exists()
        assert verify(case.pk).holds


class TestPagesAndApi:
    def test_he_sees_his_own_and_nobody_elses(self, world) -> None:
        case = world.refused(on=now().date())
        for account, seen in ((world.account, True), (person("李示例"), False)):
            client = Client()
            client.force_login(account)
            assert (case.number in client.get("/api/v1/cases/bars").content.decode()) is seen
            assert ("不能再次申请" in client.get(reverse("cases:mine")).content.decode()) is seen
        answer = client_of(world.account).post(
            "/api/v1/cases", {"item": world.where.item.code}, content_type="application/json"
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "case.barred")

    def test_the_guide_warns(self, world) -> None:
        page = Client().get(reverse("portal:item", args=[world.where.item.code])).content.decode()
        assert "1 年内不得再次申请" in page
        body = Client().get(f"/api/v1/items/{world.where.item.code}").json()["safety"]
        assert (body["years_after_false_application"], body["years_after_fraud"]) == (1, 3)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.mark.django_db(transaction=True)
def test_filing_and_decision_at_once_one_of_them_comes_first(world) -> None:
    """Real transactions, both past their first checks: either it was filed before the decision, or it is not filed."""
    case, other = world.to_decide(), world.draft()
    start = Barrier(2, timeout=30)

    def run(act: Any) -> Any:
        try:
            start.wait()
            act()
        except Barred as error:
            return error
        finally:
            connection.close()
        return None

    acts = (
        lambda: services.case_refuse(case_id=case.pk, by=world.where.approver, at=at(TUESDAY), grounds=LIED, falsehood=True),
        lambda: services.case_file(case_id=other.pk, by=world.who, at=at(TUESDAY)),
    )  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        decided, filed = pool.map(run, acts)
    other.refresh_from_db()
    assert decided is None
    assert (other.state == "draft") is isinstance(filed, Barred)
    assert Bar.objects.get().since == TUESDAY


@pytest.mark.django_db(transaction=True)
def test_who_files_while_the_decision_is_written_waits_and_is_told(world, monkeypatch) -> None:
    """The decision holds the party's row; with that guard removed the filing would not see the bar."""
    case, other = world.to_decide(), world.draft()
    written, go_on = Barrier(2, timeout=30), Barrier(2, timeout=30)
    create = Bar.objects.create

    def slow(**row: Any) -> Bar:
        made = create(**row)
        written.wait()
        go_on.wait()
        return made

    monkeypatch.setattr(Bar.objects, "create", slow)

    def decide() -> None:
        try:
            services.case_refuse(case_id=case.pk, by=world.where.approver, at=at(TUESDAY), grounds=LIED, falsehood=True)
        finally:
            connection.close()

    def file() -> Any:
        try:
            services.case_file(case_id=other.pk, by=world.who, at=at(TUESDAY))
        except Barred as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        decision = pool.submit(decide)
        written.wait()  # the bar is written, and not committed
        filing = pool.submit(file)
        with pytest.raises(TimeoutError):
            filing.result(timeout=1.5)
        go_on.wait()
        decision.result(timeout=30)
        assert isinstance(filing.result(timeout=30), Barred)
