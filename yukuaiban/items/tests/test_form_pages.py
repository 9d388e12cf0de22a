"""Filling in a form in a browser: with scripts, without, by keyboard, on the narrowest screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NARROWEST, PHONE, WIDE, check_axe, no_horizontal_scroll
from yukuaiban.items.forms import prefill
from yukuaiban.items.tests import form_pages
from yukuaiban.items.tests.forms_samples import FORM, GOOD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("yukuaiban.items.tests.form_pages"),
]


@pytest.fixture(autouse=True)
def _empty_draft() -> Iterator[None]:
    form_pages.DRAFT.clear()
    form_pages.ORIGINS.clear()
    form_pages.SLOW.set()
    yield
    form_pages.SLOW.set()


def go_on(page: Page) -> None:
    page.locator(".form-actions").get_by_role("button", name="下一步").click()


def answer_person(page: Page) -> None:
    person = page.get_by_role("group", name="申请人", exact=True)
    person.get_by_label("姓名").fill("𠮷小明")
    person.get_by_label("证件类型").select_option("resident_id")
    person.get_by_label("证件号码").fill("110105 19491231 002x")
    person.get_by_label("联系电话").fill("138 1234 5678")
    page.get_by_label("出生日期").fill("1949-12-31")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_whole_form(page_at, scripts: bool) -> None:
    page = page_at(PHONE, "/zh/form/what", scripts=scripts)
    page.get_by_label("首次").check()
    go_on(page)
    page.wait_for_url("**/form/who")
    answer_person(page)

    home = page.get_by_role("group", name="现住址", exact=True)
    home.get_by_label("区县").select_option("500112")
    page.get_by_role("group", name="有没有子女").get_by_label("是").check()
    if not scripts:
        page.get_by_role("button", name="更新问题").click()
    home.get_by_label("街道、乡镇").select_option("500112001")
    home.get_by_label("详细地址").fill("龙山一路1号")

    row = page.get_by_role("group", name="子女 1")
    row.get_by_label("姓名").fill("张三")
    row.get_by_label("否").check()
    page.get_by_role("button", name="再添一行").click()
    second = page.get_by_role("group", name="子女 2")
    second.get_by_label("姓名").fill("张四")
    page.get_by_role("button", name="删除第 1 行").click()
    expect(page.get_by_role("group", name="子女 2")).to_have_count(0)
    expect(page.get_by_role("group", name="子女 1").get_by_label("姓名")).to_have_value("张四")
    page.get_by_role("group", name="子女 1").get_by_label("否").check()
    go_on(page)
    page.wait_for_url("**/form/work")

    page.get_by_label("月收入").fill("1,234.50")
    page.get_by_label("持股").fill("12.5")
    go_on(page)
    if not scripts or page.get_by_label("银行卡").is_visible():
        page.get_by_label("银行卡").fill("6222 0212 3456 7890 128")
        go_on(page)
    expect(page.locator("body")).to_have_text("filed")
    assert form_pages.DRAFT["home"]["division"] == "500112001"
    assert form_pages.DRAFT["children"] == [{"name": "张四", "at_school": False}]


class TestErrors:
    def test_lead_to_the_question_and_stay_with_it(self, page_at) -> None:
        page = page_at(PHONE, "/zh/form/who")
        go_on(page)
        summary = page.get_by_role("alert")
        expect(summary).to_be_focused()
        summary.get_by_role("link", name="出生日期").click()
        born_on = page.get_by_label("出生日期")
        expect(born_on).to_be_focused()
        expect(born_on).to_have_attribute("aria-invalid", "true")
        described = born_on.get_attribute("aria-describedby")
        assert "请选择“出生日期”" in page.locator(f"#{described}").inner_text()

    def test_every_link_of_the_summary_has_an_end(self, page_at) -> None:
        form_pages.DRAFT.update(
            {
                "applicant": {"name": "张3"},
                "home": {"detail": "x"},
                "has_children": True,
                "children": [{"at_school": True}],
            }
        )
        page = page_at(WIDE, "/zh/form/who")
        go_on(page)
        expect(page.get_by_role("alert")).to_be_focused()
        links = page.get_by_role("alert").get_by_role("link").all()
        assert len(links) >= 6
        for link in links:
            target = link.get_attribute("href")
            assert page.locator(f"[id='{target[1:]}']").count() == 1, target
        check_axe(page)

    def test_what_was_typed_wrong_is_still_there_to_be_mended(self, page_at) -> None:
        page = page_at(PHONE, "/zh/form/who")
        page.get_by_role("group", name="申请人", exact=True).get_by_label("联系电话").fill("12345")
        go_on(page)
        person = page.get_by_role("group", name="申请人", exact=True)
        expect(person.get_by_label("联系电话")).to_have_value("12345")


def test_a_question_appears_when_the_answer_it_hangs_on_is_given(page_at) -> None:
    page = page_at(PHONE, "/zh/form/what")
    expect(page.get_by_label("原证号")).to_have_count(0)
    page.get_by_label("补领").check()
    expect(page.get_by_label("原证号")).to_be_visible()
    expect(page.get_by_label("补领")).to_be_checked()
    page.get_by_label("丢失").check()
    expect(page.get_by_label("经过")).to_be_visible()
    page.get_by_label("首次").check()
    expect(page.get_by_label("原证号")).to_have_count(0)


def test_what_is_answered_while_the_screen_is_drawn_again_is_kept(page_at) -> None:
    form_pages.DRAFT.update(GOOD)
    page = page_at(PHONE, "/zh/form/who")
    form_pages.SLOW.clear()  # the next answer waits until it is set
    page.locator("[name=has_children][value=no]").check()
    page.get_by_label("邮箱").fill("a@example.com")
    page.get_by_label("街道、乡镇").select_option("500112002")
    form_pages.SLOW.set()
    expect(page.locator("[name='children.0.name']")).to_have_count(0)
    expect(page.get_by_label("邮箱")).to_have_value("a@example.com")
    expect(page.get_by_label("街道、乡镇")).to_have_value("500112002")


ANSWER_AT_ONCE = """() => {
    new MutationObserver((_, seen) => {
        const lost = document.querySelector("[name=reasons][value=lost]");
        if (!lost) return;
        seen.disconnect();
        lost.click();
    }).observe(document.body, { childList: true, subtree: true });
}"""


def test_a_question_answered_the_moment_it_appears_brings_the_next_one(page_at) -> None:
    page = page_at(PHONE, "/zh/form/what")
    page.evaluate(ANSWER_AT_ONCE)
    page.get_by_label("补领").check()
    expect(page.get_by_label("丢失")).to_be_checked()
    expect(page.get_by_label("经过")).to_be_visible()


def test_enter_goes_on_and_never_removes_a_row(page_at) -> None:
    form_pages.DRAFT.update(GOOD)
    page = page_at(WIDE, "/zh/form/who")
    page.get_by_role("group", name="申请人", exact=True).get_by_label("姓名").press("Enter")
    page.wait_for_url("**/form/work")
    assert len(form_pages.DRAFT["children"]) == 2


def test_what_we_know_is_filled_in_and_says_so(page_at) -> None:
    filled = prefill(FORM, {"applicant": GOOD["applicant"]})
    form_pages.DRAFT.update(filled.answers)
    form_pages.ORIGINS.update(filled.origins)
    page = page_at(PHONE, "/zh/form/who")
    person = page.get_by_role("group", name="申请人", exact=True)
    expect(person.get_by_label("姓名")).to_have_value("𠮷小明")
    expect(person.get_by_label("姓名")).to_have_attribute("autocomplete", "name")
    expect(person).to_contain_text("请核对")


@pytest.mark.parametrize("group", ["what", "who", "work"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page_at, group: str) -> None:
    form_pages.DRAFT.update(GOOD | {"reasons": ["lost"]})
    check_axe(page_at(PHONE, f"/zh/form/{group}", theme="dark"))
    page = page_at(NARROWEST, f"/en/form/{group}", type_size="large")
    check_axe(page)
    no_horizontal_scroll(page)
