"""有数量限制 (行政许可法 第五十七条; ADR 0101): who gets the last place."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.people import RESIDENCE, applicant, at, office, person, reworked
from yukuaiban.cases import services
from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Case
from yukuaiban.cases.selectors import possible_acts
from yukuaiban.cases.services.decision import Ground
from yukuaiban.cases.tests.test_life import MONDAY, give_materials
from yukuaiban.config.errors import DomainError

pytestmark = pytest.mark.django_db


def limit(places: int) -> None:
    """The residence permit as if it were a licence of a limited number."""
    statutory = {"value": 20, "unit": "working_day", "source": "行政许可法 第四十二条第一款", "status": "law"}
    limited = {"places": places, "status": "sample", "source": "示例"}
    reworked("residence_permit", item_type="01", statutory=statutory, process={"limited": limited})


class World:
    """An office, and cases accepted at it one after the other, each ready to be decided."""

    def __init__(self) -> None:
        self.where, self.minute = office(), 0

    def accepted(self) -> Case:
        who, self.minute = applicant(person()), self.minute + 1
        do = {"at": at(MONDAY, 10).replace(minute=self.minute)}
        case = services.draft_start(service_item_id=self.where.item.pk, by=who, **do)
        services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, **do)
        give_materials(case)
        services.case_file(case_id=case.pk, by=who, **do)
        services.case_accept(case_id=case.pk, by=self.where.window, **do)
        step = case.steps.get(stage=1).pk
        services.step_pass(case_id=case.pk, step_id=step, by=self.where.handler, at=at(MONDAY, 11))
        return Case.objects.get(pk=case.pk)

    def grant(self, case: Case) -> None:
        services.case_grant(case_id=case.pk, by=self.where.approver, at=at(MONDAY, 12))

    def certify(self, case: Case) -> None:
        services.case_certify(case_id=case.pk, by=self.where.approver, at=at(MONDAY, 13))


@pytest.fixture
def world(city) -> Callable[[int], World]:
    def made(places: int) -> World:
        limit(places)
        return World()

    return made


def test_the_last_place_goes_to_who_was_accepted_first(world) -> None:
    here = world(1)
    first, second = here.accepted(), here.accepted()
    with pytest.raises(RuleRefused, match=f"按受理先后作出决定：{first.number}"):
        here.grant(second)
    here.grant(first)
    with pytest.raises(RuleRefused, match="已经没有名额"):
        here.grant(second)
    here.certify(first)
    with pytest.raises(RuleRefused, match="已经没有名额"):
        here.grant(second)


def test_nobody_waits_while_places_abound(world) -> None:
    here = world(2)
    _first, second, third = here.accepted(), here.accepted(), here.accepted()
    here.grant(second)  # one place stays for the first
    with pytest.raises(RuleRefused, match="还有 1 个名额"):
        here.grant(third)


def test_who_comes_first_and_is_refused_leaves_the_place(world) -> None:
    here = world(1)
    first, second = here.accepted(), here.accepted()
    no = {"case_id": first.pk, "by": here.where.approver, "at": at(MONDAY, 12)}
    services.case_refuse(**no, grounds=[Ground("不符合条件", "行政许可法 第三十八条")])
    here.grant(second)


def test_a_place_is_free_again_when_the_licence_is_gone(world) -> None:
    here = world(1)
    first, second = here.accepted(), here.accepted()
    here.grant(first)
    here.certify(first)
    gone = {"case_id": first.pk, "by": here.where.approver, "at": at(MONDAY, 14)}
    services.case_cancel(**gone, reason="停业", ground="行政许可法 第七十条")
    here.grant(second)


def test_a_renewal_keeps_its_place_and_waits_for_nobody(world) -> None:
    here = world(1)
    here.accepted()
    renewal = here.accepted()
    Case.objects.filter(pk=renewal.pk).update(renews_until=MONDAY)
    here.grant(renewal)


def test_where_no_number_is_set_nobody_waits(city) -> None:
    here = World()
    here.accepted()
    here.grant(here.accepted())


def test_the_desk_says_why_not_and_the_guide_tells_the_number(world) -> None:
    here = world(1)
    first, second = here.accepted(), here.accepted()
    told = {
        one.row.act.value: one.refusal for one in possible_acts(Context(second, at(MONDAY, 12)), here.where.approver)
    }
    assert first.number in (told["grant"] or "")
    assert "数量限制：1 个" in Client().get(reverse("portal:item", args=[here.where.item.code])).content.decode()
    assert Client().get(f"/api/v1/items/{here.where.item.code}").json()["places"] == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_grants_at_once_one_gets_the_last_place(world) -> None:
    here = world(1)
    cases = [here.accepted(), here.accepted()]
    start = Barrier(2, timeout=30)

    def run(case: Case) -> DomainError | None:
        try:
            start.wait()
            here.grant(case)
        except DomainError as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(run, cases))
    assert ended[0] is None
    assert isinstance(ended[1], RuleRefused)
    assert Case.objects.filter(decision="granted").count() == 1
