"""许可决定公开: what everyone reads of a licence that was granted, and what nobody does. 行政许可法 第四十条; ADR 0100."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.people import at, person, reworked
from yukuaiban.cases import decisions, services
from yukuaiban.cases.context import Context
from yukuaiban.cases.letters import make_all
from yukuaiban.cases.models import Case
from yukuaiban.cases.tests.test_bars import World, licence
from yukuaiban.cases.tests.test_life import MONDAY
from yukuaiban.config.errors import NotFound

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 3, 3)


def grant(world: World, on: date = MONDAY) -> Case:
    case = world.to_decide(on)
    services.case_grant(case_id=case.pk, by=world.where.approver, at=at(on, 12))
    services.case_certify(case_id=case.pk, by=world.where.approver, at=at(on, 13))
    make_all(Context(Case.objects.get(pk=case.pk), at(on, 14)))
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def world(city) -> World:
    licence(safety=None)
    made = World()
    made.account.party.name = "欧阳示例"
    made.account.party.save()
    return made


def said(path: str = "/zh/decisions") -> str:
    told = Client().get(path)
    assert told.status_code == 200
    return str(told.json()) if "api" in path else told.content.decode()


def test_everyone_reads_what_was_granted_and_nobody_a_natural_persons_name(world) -> None:
    grant(world)
    (row,) = decisions.granted().rows
    assert (row.item.pk, row.decided_on, row.holder) == (world.where.item.pk, MONDAY, "欧阳**")
    assert row.number
    assert row.licence
    for path in ("/zh/decisions", "/en/decisions", "/api/v1/decisions"):
        text = said(path)
        assert "欧阳**" in text
        assert row.licence in text
        for secret in ("欧阳示例", world.account.party.id_number, "示例大学"):
            assert secret not in text, (path, secret)


def test_only_licences_that_were_granted(world) -> None:
    world.refused(falsehood=False)
    assert not decisions.granted().rows
    grant(world)
    reworked("residence_permit", item_type="05", statutory={"source": "示例", "status": "sample"})
    assert not decisions.granted().rows


def test_a_revoked_one_says_so_and_an_annulled_one_is_gone(world) -> None:
    case = grant(world)
    services.case_revoke(case_id=case.pk, by=world.where.approver, at=at(TUESDAY), reason="示例", ground="第六十九条")
    assert [row.undone for row in decisions.granted().rows] == ["已撤销"]
    other = grant(World(TUESDAY), TUESDAY)
    services.case_deliver(case_id=other.pk, by=world.where.window, at=at(TUESDAY, 15), how="window")
    done = {"case_id": other.pk, "by": world.where.approver, "at": at(TUESDAY, 16)}
    services.remedy_record(**done, kind="review", filed_on=TUESDAY, body="渝中区人民政府")
    remedy = other.remedies.get()
    services.remedy_conclude(**done, remedy_id=remedy.pk, outcome="ordered_anew", concluded_on=TUESDAY)
    services.case_reopen(**done)
    assert len(decisions.granted().rows) == 1


def test_by_division_and_by_keyset(world, monkeypatch) -> None:
    monkeypatch.setattr(decisions, "PAGE", 1)
    first, second = grant(world), grant(World(TUESDAY), TUESDAY)
    page = decisions.granted(division="500103")
    assert [row.decided_on for row in page.rows] == [second.decided_on]
    page = decisions.granted(division="500103", after=page.after)
    assert ([row.decided_on for row in page.rows], page.after) == ([first.decided_on], None)
    assert not decisions.granted(division="500101").rows
    assert "没有公开的许可决定" in said("/zh/decisions?division=500101")
    with pytest.raises(NotFound):
        decisions.granted(after="x")


def test_what_was_erased_names_nobody_any_more(world) -> None:
    case = grant(world)
    Case.objects.filter(pk=case.pk).update(erased_at=at(TUESDAY))
    assert not decisions.granted().rows
    assert person("别人示例").name not in said()
