"""An extension at the desk and by API: what is asked, who approved it, and why there is none."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.people import reworked
from yukuaiban.cases.context import history
from yukuaiban.cases.tests.test_limits import MONDAY, accept, licence, propose
from yukuaiban.config.now import now
from yukuaiban.desk.tests.test_api import Program
from yukuaiban.people.models import Account

pytestmark = pytest.mark.django_db
APPROVAL = {"document": "渝中府〔2026〕8号", "document_on": MONDAY.isoformat()}


def proposed(**more):
    case, where, _who = accept()
    propose(case, where, at=now(), **more)
    return case, where


def asks(program, case, act):
    return next(a for a in program("GET", f"/cases/{case.number}/acts") if a["act"] == act)


def test_a_joint_one_asks_for_the_governments_document(city):
    licence(handling="joint")
    case, where = proposed(days=15)
    head = Program(where.approver)
    offered = asks(head, case, "extend")
    assert (offered["law"], offered["why_not"]) == ("行政许可法 第四十二条第二款", None)
    assert [(q["name"], q["required"]) for q in offered["asks"]] == [("document", True), ("document_on", True)]
    told = head("POST", f"/cases/{case.number}/acts/extend", {}, status=422)
    assert set(told["details"]["fields"]) == {"document", "document_on"}
    head("POST", f"/cases/{case.number}/acts/extend", APPROVAL)
    facts = history(case.pk)[-1].facts
    assert {name: facts[name] for name in ("by", "days", *APPROVAL)} == {"by": "government", "days": 15, **APPROVAL}


def test_another_asks_for_nothing_and_takes_no_document(city):
    licence()
    case, where = proposed()
    head = Program(where.approver)
    assert asks(head, case, "extend")["asks"] == []
    head("POST", f"/cases/{case.number}/acts/extend", APPROVAL, status=422)
    head("POST", f"/cases/{case.number}/acts/extend", {})
    assert history(case.pk)[-1].facts["by"] == "head"


def test_without_a_law_it_is_refused_with_the_reason_on_the_page_and_by_api(city):
    case, where, _who = accept()  # 居住证: a public service (20)
    why = "本事项所依据的法律没有规定可以延长期限，不能延长。"
    assert asks(Program(where.handler), case, "propose_extension")["why_not"] == why
    body = {"days": 3, "reason": "情况复杂"}
    told = Program(where.handler)("POST", f"/cases/{case.number}/acts/propose_extension", body, status=409)
    assert told["message"] == why
    client = Client()
    client.force_login(Account.objects.get(pk=where.handler.account_id))
    page = client.get(f"/zh/desk/cases/{case.number}/propose_extension")
    assert why in page.content.decode()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, "法律没有规定可以延长。"),
        ({"item_type": "01", "statutory": {"value": 20, "unit": "working_day"}}, "行政许可法 第四十二条第一款"),
    ],
)
def test_the_guide_says_how_it_is_extended(city, parts, said):
    if parts:
        reworked("residence_permit", **parts)
    code = accept()[1].item.code
    page = Client().get(f"/zh/items/{code}").content.decode()
    assert said in page
    told = Client().get(f"/api/v1/items/{code}").json()["extension"]
    assert (told and told["law"]) == (said if parts else None)
    assert (told and told["most"]) == (10 if parts else None)
