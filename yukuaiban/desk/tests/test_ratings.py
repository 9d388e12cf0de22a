"""Bad ratings at the desk, as page and API: who sees them, what each may do, what the rater reads."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser import PHONE, WIDE, check_axe, no_horizontal_scroll
from tests.people import at, officer
from yukuaiban.calendars import Light
from yukuaiban.cases.models import Work
from yukuaiban.cases.selectors import light_of_row, work_list
from yukuaiban.config.errors import NotFound
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account, PersonRead
from yukuaiban.people.selectors import posts_of
from yukuaiban.places.models import Department
from yukuaiban.ratings import selectors
from yukuaiban.ratings.models import Deed
from yukuaiban.ratings.states import STANDING, Act, State
from yukuaiban.ratings.tests.ways import HEARD, MONDAY, TUESDAY, Rated, rated_badly

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def rated(city) -> Rated:
    return rated_badly()


def browser(actor: Actor) -> Client:
    """The officer at his post."""
    found = Client()
    account = Account.objects.get(pk=actor.account_id)
    found.force_login(account)
    found.get("/zh/me")
    assert posts_of(account)
    return found


def api(rated: Rated, path: str = "") -> str:
    return f"/api/v1/desk/ratings/{rated.case.number}{path}"


def send(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(address, body, content_type="application/json")


class TestWhoSees:
    @pytest.mark.parametrize("role", ["handler", "supervisor"])
    def test_who_handled_it_and_who_supervises(self, rated, role) -> None:
        page = browser(rated.by(role)).get(reverse("desk:rating", args=[rated.case.number]))
        assert page.status_code == 200
        assert HEARD in page.content.decode()

    @pytest.mark.parametrize("role", ["window", "approver"])
    def test_no_other_post(self, rated, role) -> None:
        client = browser(rated.where.by_role(role))
        for address in (reverse("desk:ratings"), reverse("desk:rating", args=[rated.case.number]), api(rated)):
            assert client.get(address).status_code == 404, address

    def test_no_other_body(self, rated) -> None:
        other = Department.objects.filter(division="500103").exclude(pk=rated.where.item.department_id).first()
        client = browser(officer("handler", other, "500103"))
        assert client.get(api(rated)).status_code == 404
        assert client.get("/api/v1/desk/ratings").json() == {"ratings": [], "after": None}

    def test_nobody_reads_who_rated(self, rated) -> None:
        """Neither name, number nor phone stand in list, page or answer."""
        client = browser(rated.by("handler"))
        said = [client.get(a).content.decode() for a in (
            reverse("desk:ratings"), reverse("desk:rating", args=[rated.case.number]), api(rated),
            "/api/v1/desk/ratings", reverse("desk:work") + "?bucket=follow", "/api/v1/desk/work?bucket=follow",
        )]  # fmt: skip
        party = rated.account.party
        for secret in (party.name, party.name[0] + "*", party.id_number, rated.account.phone or party.phone):
            assert not [text for text in said if secret and secret in text], secret
        assert all(rated.case.number in text for text in said)

    def test_the_work_list_opens_it(self, rated) -> None:
        page = browser(rated.by("handler")).get(reverse("desk:work") + "?bucket=follow").content.decode()
        assert reverse("desk:rating", args=[rated.case.number]) in page
        assert "data-pick>" not in page  # no act of a case is done to it


class TestLists:
    def test_keyset_and_states(self, rated, monkeypatch) -> None:
        monkeypatch.setattr(selectors, "PAGE", 1)
        by = rated.by("handler")
        other = rated_badly_at_the_same_desk(rated)
        first, after = selectors.follow_ups(by, states=STANDING)
        second, end = selectors.follow_ups(by, states=STANDING, after=after)
        assert ([r.pk for r in first], [r.pk for r in second], end) == ([other.pk], [rated.row.pk], None)
        rated.to(State.ANSWERED)
        assert [r.pk for r in selectors.follow_ups(by, states=frozenset({State.ANSWERED}))[0]] == [rated.row.pk]

    def test_lights_of_the_work_list_are_those_of_its_rows(self, rated, monkeypatch) -> None:
        row = Work.objects.get(matter="rating")
        for on, light in [
            (row.due_on - timedelta(days=1), Light.GREEN),
            (row.due_on, Light.YELLOW),
            (row.due_on + timedelta(days=1), Light.RED),
        ]:
            monkeypatch.setattr("yukuaiban.cases.selectors.today", lambda on=on: on)
            assert light_of_row(row) is light
            for shown in (Light.YELLOW, Light.RED):
                found = work_list([row.desk_id], light=shown).rows
                assert [w.pk for w in found] == ([row.pk] if shown is light else [])


def rated_badly_at_the_same_desk(rated: Rated) -> Any:
    from tests.people import applicant, person
    from yukuaiban.ratings.services import rating_give
    from yukuaiban.ratings.tests.ways import ended_case

    who = applicant(person("李示例"))
    case = ended_case(rated.where, who)
    return rating_give(case=case, by=who, level=4, at=at(MONDAY, 13)).follow_up


class TestFigures:
    def test_counts_what_was_done_in_time(self, rated) -> None:
        by = rated.by("supervisor")
        other = rated_badly_at_the_same_desk(rated)
        rated.do(Act.CALL_BACK)
        rated.do(Act.EXPLAIN)
        found = selectors.figures(by, year=2026, on=other.answer_by + timedelta(days=1))
        assert (found.received, found.called_in_time, found.answered_in_time) == (2, 1, 1)
        assert (found.standing, found.late, found.left_out) == (1, 1, 0)

    def test_a_late_call_does_not_count(self, rated) -> None:
        rated.do(Act.CALL_BACK, on=rated.row.call_by + timedelta(days=1))
        found = selectors.figures(rated.by("handler"), year=2026, on=TUESDAY)
        assert (found.received, found.called_in_time) == (1, 0)

    def test_what_was_left_out_counts_there_alone(self, rated) -> None:
        rated.to(State.LEFT_OUT)
        found = selectors.figures(rated.by("handler"), year=2026, on=date(2026, 12, 31))
        assert (found.received, found.called_in_time, found.answered_in_time, found.left_out) == (1, 0, 0, 1)
        assert selectors.figures(rated.by("handler"), year=2025, on=TUESDAY).received == 0

    def test_are_not_told_to_others(self, rated) -> None:
        with pytest.raises(NotFound):
            selectors.figures(rated.where.window, year=2026, on=TUESDAY)
        asked = "/api/v1/desk/ratings/figures"
        assert browser(rated.where.window).get(asked).status_code == 404
        assert browser(rated.by("handler")).get(asked).json()["received"] == 1


class TestActs:
    def test_a_bad_rating_is_called_back_and_answered(self, rated) -> None:
        """国办发〔2019〕51号: 回访、整改、反馈; the rater reads the answer."""
        client, address = (
            browser(rated.by("handler")),
            lambda act: reverse("desk:rating_act", args=[rated.case.number, act]),
        )
        early = client.post(address("explain"), {"words": "没有依据"})
        assert early.status_code == 422
        asked = client.post(reverse("desk:rating_phone", args=[rated.case.number]))
        assert rated.account.party.phone in asked.content.decode() or rated.account.phone in asked.content.decode()
        assert asked["Cache-Control"] == "private, no-store"
        assert PersonRead.objects.filter(party=rated.account.party, reason="差评回访").count() == 1
        assert client.post(address("call_back"), {"words": "等了一小时"}).status_code == 302
        empty = client.post(address("put_right_at_once"), {"words": " "})
        assert (empty.status_code, Deed.objects.count()) == (422, 1)
        assert client.post(address("put_right_at_once"), {"words": "已加开窗口"}).status_code == 302
        rater = Client()
        rater.force_login(rated.account)
        said = rater.get(reverse("ratings:rate", args=[rated.case.number])).content.decode()
        assert "已加开窗口" in said
        answer = rater.get(f"/api/v1/cases/{rated.case.number}/rating").json()
        assert (answer["follow_up"], answer["answer"]) == ("answered", "已加开窗口")

    def test_the_rater_reads_by_when_he_is_answered(self, rated) -> None:
        rater = Client()
        rater.force_login(rated.account)
        page = rater.get(reverse("ratings:rate", args=[rated.case.number])).content.decode()
        day = rated.row.answer_by
        assert f"{day.year}年{day.month}月{day.day}日 前答复您" in re.sub(r"\s+", " ", page)

    def test_a_ledger_names_its_date(self, rated) -> None:
        client = browser(rated.by("handler"))
        rated.do(Act.CALL_BACK, on=MONDAY, hour=15)
        late = {"words": "加开窗口", "put_right_by": (rated.row.answer_by + timedelta(days=1)).isoformat()}
        told = send(client, api(rated, "/acts/set_deadline"), late)
        assert (told.status_code, list(told.json()["details"]["fields"])) == (422, ["put_right_by"])
        page = client.post(reverse("desk:rating_act", args=[rated.case.number, "set_deadline"]), late)
        assert page.status_code == 422
        assert 'href="#id_put_right_by"' in page.content.decode()
        made = send(client, api(rated, "/acts/set_deadline"), {**late, "put_right_by": str(rated.row.answer_by)})
        assert (made.status_code, made.json()["state"]) == (200, "ledger")
        assert [act["act"] for act in made.json()["acts"]] == ["put_right", "explain", "appeal"]

    def test_an_appeal_is_decided_by_the_supervisor(self, rated) -> None:
        handler, supervisor = browser(rated.by("handler")), browser(rated.by("supervisor"))
        assert send(handler, api(rated, "/acts/appeal"), {"words": "评错了部门"}).status_code == 200
        seen = {act["act"]: act["refusal"] for act in handler.get(api(rated)).json()["acts"]}
        assert seen.keys() == {"leave_out", "turn_down"}
        assert all("岗位办理" in why for why in seen.values())
        assert send(handler, api(rated, "/acts/leave_out"), {"words": "成立"}).status_code == 403
        assert send(supervisor, api(rated, "/acts/turn_down"), {"words": "不成立"}).json()["state"] == "open"
        again = {act["act"]: act["refusal"] for act in handler.get(api(rated)).json()["acts"]}
        assert "已经申诉过一次" in again["appeal"]
        page = handler.get(reverse("desk:rating_act", args=[rated.case.number, "appeal"])).content.decode()
        assert "已经申诉过一次" in page

    def test_the_phone_is_shown_while_somebody_has_to_call(self, rated) -> None:
        client = browser(rated.by("handler"))
        assert send(client, api(rated, "/phone"), {}).json()["phone"]
        rated.do(Act.CALL_BACK)
        assert send(client, api(rated, "/phone"), {}).status_code == 409
        assert client.post(reverse("desk:rating_phone", args=[rated.case.number])).status_code == 409

    def test_an_unknown_act_is_no_page(self, rated) -> None:
        client = browser(rated.by("handler"))
        assert client.get(reverse("desk:rating_act", args=[rated.case.number, "nothing"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_answers(db, city) -> None:
    """The rater gets one answer; the other officer is told what stands now."""
    from django.db import connections

    rated = rated_badly()
    rated.do(Act.CALL_BACK)
    second = officer("handler", rated.where.item.department, rated.where.item.division_id)
    who = [browser(rated.by("handler")), browser(second)]

    def answer(n: int) -> int:
        try:
            return int(send(who[n], api(rated, "/acts/explain"), {"words": f"说明{n}"}).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, range(2))) == [200, 409]
    assert Deed.objects.filter(act="explain").count() == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [PHONE, WIDE])
@pytest.mark.django_db(transaction=True)
def test_from_the_work_list_to_the_answer(db, city, signed_in, width) -> None:
    rated = rated_badly()
    page = signed_in(width, rated.by("handler"), "/zh/desk/?bucket=follow")
    page.locator(".work-row", has_text="差评").click()
    expect(page.get_by_text(HEARD)).to_be_visible()
    no_horizontal_scroll(page)
    check_axe(page)
    page.get_by_role("button", name="查看回访电话").click()
    expect(page.get_by_text("回访电话：")).to_be_visible()
    page.get_by_role("link", name="记录回访").click()
    page.get_by_label("评价人说了什么").fill("等了一个小时没有人引导。")
    check_axe(page)
    page.get_by_role("button", name="记录回访").click()
    expect(page.get_by_text("已回访，待整改")).to_be_visible()
    page.get_by_role("link", name="当场整改并答复").click()
    page.get_by_label("给评价人的答复").fill("已增设引导岗，并向您致歉。")
    no_horizontal_scroll(page)
    page.get_by_role("button", name="当场整改并答复").click()
    expect(page.get_by_text("这个差评已经结束。")).to_be_visible()
    check_axe(page)
    page.goto("/en/desk/ratings?show=over")
    expect(page.get_by_role("heading", name="Bad ratings of 2026")).to_be_visible()
    no_horizontal_scroll(page)
    check_axe(page)
