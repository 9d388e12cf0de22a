"""What the desk's pages ask and say, where a clerk would be misled otherwise."""

from __future__ import annotations

import html
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client

from tests.people import RESIDENCE, applicant, at, office, officer, person
from yukuaiban.cases import services
from yukuaiban.cases.services.receipt import Wanted
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.materials.models import MaterialUse
from yukuaiban.people.actors import Actor
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


def test_an_act_that_is_refused_now_says_why_instead_of_asking(clerk_and_case):
    browser, case = clerk_and_case
    page = browser.get(f"/zh/desk/cases/{case.number}/grant").content.decode()
    assert "您的岗位不能“准予”" in page
    assert 'id="confirm"' not in page
    assert f'href="/zh/desk/cases/{case.number}"' in page


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


def test_what_the_correction_changed_stands_out_documents_too(clerk_and_case):
    browser, case = clerk_and_case
    who = Actor(kind="party", account_id=case.filed_by_id, name="", party_id=case.applicant_id)
    window = officer("window", case.service_item.department, "500103")
    page = browser.get(f"/zh/desk/cases/{case.number}").content.decode()
    assert "最迟" in page, "by when it must be accepted or corrected"
    assert "补正时提交" not in page
    wanted = [Wanted("field:school", "请写全称"), Wanted("material:photo", "照片太旧")]
    services.case_request_correction(case_id=case.pk, by=window, at=at(MONDAY), wanted=wanted)
    again = MaterialUse.objects.filter(subject=case.pk, slot_key="photo").get()
    again.pk, again.number, again.source, again.at = None, "again", "again", at(MONDAY) + timedelta(hours=1)
    again.save(force_insert=True)
    answers = {"school": "示例大学（重庆）"}
    services.case_hand_in_correction(case_id=case.pk, by=who, at=at(MONDAY), answers=answers)
    page = browser.get(f"/zh/desk/cases/{case.number}").content.decode()
    assert '<div class="changed"><dt>' in page
    assert page.count("补正时提交") == 1


class Typed(HTMLParser):
    """What a browser would send of a page's form."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.select = ""

    @classmethod
    def read(cls, page: str) -> dict[str, str]:
        reader = cls()
        reader.feed(page)
        return reader.found

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "select":
            self.select = given["name"]
        elif tag == "option" and "selected" in given:
            self.found[self.select] = given["value"]
        elif tag == "input" and given.get("name") and (given.get("type") != "radio" or "checked" in given):
            self.found[given["name"]] = given.get("value") or ""


def test_an_error_is_put_right_on_the_page_and_stands_out(clerk_and_case):
    browser, case = clerk_and_case
    address = f"/zh/desk/cases/{case.number}/correct_on_spot"
    page = browser.get(address).content.decode()
    assert 'name="school"' in page
    assert 'value="&lt;b&gt;示例大学&lt;/b&gt;"' in page
    assert 'name="permit_number"' not in page, "asked only of those who renew"
    assert 'name="act-agreed_by" value="张示例"' in page
    filled = Typed.read(page) | {"school": "示例大学", "act-reason": "校名写错", "act-agreed_how": "present"}
    assert filled["home.detail"] == "示例路 1 号"
    assert filled["paper"] == "no"
    again = browser.post(address, filled | {"_redraw": "1", "paper": "yes"})
    assert again.status_code == 422
    assert 'name="post_to.detail"' in again.content.decode()
    wrong = browser.post(address, filled | {"lived_since": "2099-01-01"})
    assert wrong.status_code == 422
    assert 'href="#f-lived-since"' in wrong.content.decode()
    unsaid = browser.post(address, filled | {"act-agreed_by": ""}).content.decode()
    assert 'name="school" type="text" value="示例大学"' in unsaid, "nothing typed is lost"
    assert browser.post(address, filled).status_code == 302
    page = browser.get(f"/zh/desk/cases/{case.number}").content.decode()
    assert "学校名称 <span" in page, "what was put right stands out"
    assert "张示例当面同意" in page
