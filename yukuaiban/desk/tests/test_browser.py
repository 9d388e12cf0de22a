"""The editors' pages in a real browser: whole at both widths, clean for axe, and usable without scripts.

`DESK_PICTURES=folder` keeps what was seen.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE, WIDE, check_axe, no_horizontal_scroll
from tests.people import officer
from yukuaiban.calendars.tests.test_notices import HEADER, rows_2027
from yukuaiban.config.now import now
from yukuaiban.desk.services import item_change_write
from yukuaiban.items.loading import proposals
from yukuaiban.items.loading.holidays import year_in
from yukuaiban.items.loading.models import PackLoad
from yukuaiban.items.loading.publishing import propose_folder
from yukuaiban.items.models import ServiceItem
from yukuaiban.items.tests.packs import edited
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account
from yukuaiban.places.models import Department
from yukuaiban.portal.services import announcement_save

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("DESK_PICTURES", "")
BOTH_WIDTHS = pytest.mark.parametrize("width", [PHONE, WIDE])


@pytest.fixture
def editors(small: Path) -> tuple[Actor, Actor]:
    department = Department.objects.get(code="990101-civil_affairs")
    return officer("editor", department, "990101", "甲示例"), officer("editor", department, "990101", "乙示例")


def look(page: Page, name: str) -> None:
    """What stands there is whole, in its width, and clean; a picture of it when asked for."""
    size = page.viewport_size
    assert size is not None
    expect(page.locator("h1").first).to_be_attached()
    if PICTURES:
        folder = Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}_{size['width']}.png").write_bytes(picture(page))
    text = page.locator("main").inner_text()
    assert "None" not in text, text
    check_axe(page)
    no_horizontal_scroll(page, size["width"])
    page.set_viewport_size(size)


def picture(page: Page) -> bytes:
    """The whole page, whatever scrolls inside it on a wide screen."""
    size = page.viewport_size
    assert size is not None
    tall = page.evaluate("Math.max(...[...document.querySelectorAll('main, main *')].map(e => e.scrollHeight)) + 160")
    page.set_viewport_size({"width": size["width"], "height": min(int(tall), 6000)})
    shot = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"captureBeyondViewport": True})
    page.set_viewport_size(size)
    return base64.b64decode(shot["data"])


def proposed(folder: Path, by: Actor) -> PackLoad:
    """A load with something of every kind."""
    changes = {
        "items/old_age.yaml": (
            ("promised: {value: 10}", "promised: {value: 8}"),
            ("channels: [web, mobile]", "channels: [web, mobile, window]"),
            ("- {key: photo, title: {zh: 老人近照, en: Recent photograph}}", "- {key: photo, title: {zh: 老人近照, en: Recent photograph}, max_files: 1}"),
            ("- {key: proof, title: {zh: 银行流水, en: Bank statement}}", "- {key: card, title: {zh: 银行卡, en: Bank card}}"),
        ),
        "directory.csv": (
            ("SM-0002,20,结婚登记预约,Marriage booking,civil_affairs,district,natural,marriage,,sample,测试\n",
             "SM-0004,20,收养咨询,Adoption,civil_affairs,district,natural,,,sample,测试\n"),
            ("公积金提取,Housing fund withdrawal,housing_fund", "公积金取款,Housing fund withdrawal,civil_affairs"),
        ),
        "halls.csv": (("小城市政务服务中心,Smalltown Hall,一号街", "小城市政务服务中心,Smalltown Hall,三号街"),),
    }  # fmt: skip
    for name, replacements in changes.items():
        (folder / name).write_text(edited(name, *replacements), encoding="utf-8")
    return propose_folder(folder, by=Account.objects.get(pk=by.account_id))


@BOTH_WIDTHS
def test_a_load_is_compared_seen_and_published(small, editors, signed_in, width):
    one, other = editors
    load = proposed(small, one)
    page = signed_in(width, other, "/zh/desk/proposals")
    look(page, "proposals")
    page.get_by_role("link", name="数据包 smalltown 1").click()
    expect(page.locator("progress")).to_be_visible()
    look(page, "comparing")
    proposals.compare(load.pk)
    expect(page.get_by_role("heading", name="高龄津贴")).to_be_visible()  # the page asks for itself
    look(page, "proposal")
    page.get_by_role("link", name="停用").click()
    expect(page.get_by_role("heading", name="高龄津贴")).to_have_count(0)
    page.get_by_role("link", name="发布", exact=True).click()
    look(page, "publish")
    page.get_by_role("button", name="发布").click()
    expect(page.locator("progress")).to_be_visible()
    look(page, "publishing")
    proposals.publish_begun(load.pk)
    expect(page.locator("h1 .badge")).to_have_text("已发布")
    page.get_by_role("link", name="EN", exact=True).click()
    expect(page.get_by_role("heading", name="What it changed")).to_be_visible()
    look(page, "published_en")


@BOTH_WIDTHS
def test_a_load_is_sent_back_and_who_proposed_it_is_told_why_not(small, editors, signed_in, width):
    one, other = editors
    load = proposed(small, one)
    proposals.compare(load.pk)
    page = signed_in(width, one, f"/zh/desk/proposals/{load.pk}")
    expect(page.get_by_role("link", name="发布", exact=True)).to_have_count(0)
    look(page, "own_proposal")
    look(signed_in(width, other, f"/zh/desk/proposals/{load.pk}/back"), "back")
    page = signed_in(width, other, f"/zh/desk/proposals/{load.pk}", scripts=False)
    page.get_by_role("link", name="退回", exact=True).click()
    page.get_by_label("退回的理由").fill("英文名不对，请按民政局的译名。")
    page.get_by_role("button", name="退回").click()
    expect(page.locator(".messages")).to_be_attached()
    page = signed_in(width, one, f"/zh/desk/proposals/{load.pk}")
    expect(page.locator("main")).to_contain_text("英文名不对")
    look(page, "sent_back")


@BOTH_WIDTHS
def test_a_year_of_holidays_is_typed_looked_at_and_published(small, editors, signed_in, width):
    one, other = editors
    page = signed_in(width, one, "/zh/desk/holidays?year=2027")
    look(page, "holidays")
    page.get_by_label("文号").fill("国办发明电〔2026〕99号")
    page.get_by_label("发文日期").fill("2026-11-02")
    page.get_by_label("出处").fill("试算：尚无通知")
    days = {
        "元旦": ("2027-01-01", "2027-01-03", ""),
        "春节": ("2027-02-05", "2027-02-12", "1月31日、2月20日"),
        "劳动节": ("2027-05-01", "2027-05-05", "5月8日"),
        "国庆节": ("2027-10-01", "2027-10-07", "9月26日、10月11日"),
    }
    for festival, (first, last, makeup) in days.items():
        box = page.get_by_role("group", name=festival, exact=True)
        box.get_by_label("放假从").fill(first)
        box.locator("input").nth(1).fill(last)
        box.get_by_label("调休上班").fill(makeup)
    page.get_by_role("button", name="看会改变什么").click()
    expect(page.get_by_role("alert")).to_contain_text("周六或周日才能调休上班")
    look(page, "holidays_wrong")
    page.get_by_role("group", name="国庆节", exact=True).get_by_label("调休上班").fill("9月26日、10月9日")
    page.get_by_role("button", name="看会改变什么").click()
    expect(page.get_by_role("heading", name="改变什么")).to_be_visible()
    look(page, "holidays_look")
    page.get_by_role("button", name="返回修改").click()
    expect(page.get_by_label("文号")).to_have_value("国办发明电〔2026〕99号")
    page.get_by_role("button", name="看会改变什么").click()
    page.get_by_role("button", name="提出，等另一人发布").click()
    expect(page.locator("h1")).to_contain_text("2027年放假安排")
    where = page.url
    page = signed_in(width, other, where)
    look(page, "holidays_proposal")
    page.get_by_role("link", name="发布", exact=True).click()
    look(page, "holidays_publish")
    page.get_by_role("button", name="发布").click()
    expect(page.locator("main")).to_contain_text("所有在办的办件都已")
    look(page, "holidays_published")


@BOTH_WIDTHS
def test_counting_again_shows_how_far_it_is(small, editors, signed_in, width, monkeypatch):
    year = year_in("2027.csv", "\n".join([HEADER, *rows_2027()]).encode(), 2027)
    load, _new = proposals.propose_notice(year=year, by=editors[0])
    proposals.publish_start(load_id=load.pk, by=editors[1])
    left = [4200]
    monkeypatch.setattr("yukuaiban.cases.recount.left", lambda: left[0])
    monkeypatch.setattr("yukuaiban.cases.recount.running", lambda: 12000)
    page = signed_in(width, editors[0], f"/zh/desk/proposals/{load.pk}")
    expect(page.locator("progress")).to_have_attribute("value", "7800")
    look(page, "recount")
    left[0] = 0
    expect(page.locator("main")).to_contain_text("所有在办的办件都已")


@BOTH_WIDTHS
def test_a_change_of_an_item_and_announcements(small, editors, signed_in, width):
    one, other = editors
    item = ServiceItem.objects.get(code="SM-0001-990101")
    over = {
        "promised": {"value": 5, "unit": "working_day", "status": "sample"},
        "channels": ["web", "mobile", "window"],
    }
    made, _new = item_change_write(item=item, differences=over, reason="本区人手充足，可以更快", by=one, at=now())
    page = signed_in(width, other, "/zh/desk/items")
    look(page, "items")
    page.goto(f"/zh/desk/items/{item.code}")
    look(page, "item")
    page.goto(f"/zh/desk/items/{item.code}/changes/{made.pk}")
    look(page, "item_change")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".messages")).to_be_attached()
    announcement_save(
        announcement_id=None, by=one, at=now(), title_zh="端午节放假安排", title_en="Dragon Boat Festival",
        body_zh="放假三天。", body_en="Three days off.", starts_at=now(),
    )  # fmt: skip
    page.goto("/zh/desk/announcements")
    look(page, "announcements")
    page.goto("/zh/desk/announcements/new")
    look(page, "announcement")
