"""What the desk's pages ask and say, where a clerk would be misled otherwise."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.people import RESIDENCE, applicant, at, office, person
from yukuaiban.cases import services
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.people.models import Account

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


@pytest.fixture
def clerk_and_case(city):
    where, who = office(), applicant(person())
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
    answers = RESIDENCE | {"school": "<b>示例大学</b>"}
    services.draft_save(case_id=case.pk, answers=answers, by=who, at=at(MONDAY))
    give_materials(case)
    services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
    browser = Client()
    browser.force_login(Account.objects.get(pk=where.window.account_id))
    return browser, case


def test_a_correction_is_asked_of_what_this_applicant_was_asked_beside_what_he_filed(clerk_and_case):
    browser, case = clerk_and_case
    page = browser.get(f"/zh/desk/cases/{case.number}/request_correction").content.decode()
    assert 'name="field:school"' in page
    assert "已填：&lt;b&gt;示例大学&lt;/b&gt;" in page
    assert 'name="field:permit_number"' not in page, "asked only of those who renew"
    assert "选填" not in page.split('id="confirm"')[1]


def test_the_help_names_every_key(clerk_and_case):
    browser, _case = clerk_and_case
    page = browser.get("/zh/desk/").content.decode()
    for label in ("受理", "一次告知补正", "不予许可", "通知听证时间地点"):
        assert label in page.split("desk-keys-list")[1], label
    assert '<h1 class="visually-hidden">Cases</h1>' in browser.get("/en/desk/").content.decode()
