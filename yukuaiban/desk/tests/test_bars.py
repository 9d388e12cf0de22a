"""How an officer says that an application was false: on the form and by API, of licences alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.people import at
from yukuaiban.cases.context import Context
from yukuaiban.cases.models import Bar, Case
from yukuaiban.cases.states import Act
from yukuaiban.cases.tests.test_bars import MONDAY, World, licence
from yukuaiban.desk.acts import ACTS
from yukuaiban.people.models import Account

pytestmark = pytest.mark.django_db


def refuse(world: World, case: Case, **asked: Any) -> Any:
    client = Client()
    client.force_login(Account.objects.get(pk=world.where.approver.account_id))
    body = {"reason": "租赁合同系伪造", "article": "行政许可法 第七十八条", **asked}
    address = f"/api/v1/desk/cases/{case.number}/acts/refuse"
    return client.post(address, body, content_type="application/json")


def test_the_form_says_until_when_before_it_is_done(city) -> None:
    licence()
    world = World()
    ctx = Context(world.to_decide(), at(MONDAY, 12))
    form = ACTS[Act.REFUSE].form(ctx=ctx, by=world.where.approver)
    assert "2027-03-02" in str(form.fields["falsehood"].help_text)


def test_by_api_it_bars_when_it_is_said(city) -> None:
    licence()
    world = World()
    assert refuse(world, world.to_decide(), falsehood=True).status_code == 200
    assert Bar.objects.get().ground == "false_application"


def test_a_refusal_that_does_not_say_it_bars_nobody(city) -> None:
    licence()
    world = World()
    assert refuse(world, world.to_decide()).status_code == 200
    assert not Bar.objects.exists()


def test_of_what_is_no_licence_it_is_not_asked(city) -> None:
    world = World()
    case = world.to_decide()
    assert "falsehood" not in ACTS[Act.REFUSE].form(ctx=Context(case, at(MONDAY, 12)), by=world.where.approver).fields
    answer = refuse(world, case, falsehood=True)
    assert (answer.status_code, list(answer.json()["details"]["fields"])) == (422, ["falsehood"])
    assert refuse(world, case).status_code == 200
