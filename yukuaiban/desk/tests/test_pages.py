"""What the desk's pages ask and say, where a clerk would be misled otherwise."""

from __future__ import annotations

import html
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


def test_a_filter_is_laid_over_the_others_and_a_search_stays_inside_them(clerk_and_case):
    browser, case = clerk_and_case
    page = html.unescape(browser.get("/zh/desk/?bucket=intake&light=yellow").content.decode())
    assert 'href="/zh/desk/?bucket=review&light=yellow"' in page, "another tab keeps the light"
    assert 'href="/zh/desk/?bucket=intake&light=red"' in page, "another light keeps the tab"
    assert 'href="/zh/desk/?bucket=intake" aria-current="true"' in page, "the light that is on is put out"
    assert 'href="/zh/desk/?bucket=intake&light=yellow&mine=1"' in page
    search = page.split('role="search"')[1].split("</form>")[0]
    assert '<input type="hidden" name="bucket" value="intake">' in search
    assert '<input type="hidden" name="light" value="yellow">' in search
    page = html.unescape(browser.get(f"/zh/desk/cases/{case.number}?q=zhang").content.decode())
    assert "清除筛选" in page
    assert 'href="/zh/desk/?light=red&q=zhang"' in page
