"""The look in a real browser: axe finds nothing, nothing scrolls sideways, it works without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import NARROWEST, PHONE, WIDE, check_axe, no_horizontal_scroll

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, WIDE])
@pytest.mark.parametrize("path", ["/zh/gallery", "/en/gallery", "/zh/offline", "/zh/accounts/login/"])
def test_axe_finds_nothing(page_at, path, width, theme):
    check_axe(page_at(width, path, theme=theme))


@pytest.mark.parametrize("type_size", ["normal", "large"])
@pytest.mark.parametrize("path", ["/zh/gallery", "/en/gallery", "/zh/nothing-here"])
def test_nothing_scrolls_sideways_on_the_narrowest_screen(page_at, path, type_size):
    no_horizontal_scroll(page_at(NARROWEST, path, type_size=type_size))


@pytest.mark.parametrize("type_size", ["normal", "large"])
def test_a_name_is_not_squeezed_by_what_stands_beside_it(page_at, type_size):
    page = page_at(NARROWEST, "/en/gallery", type_size=type_size)
    narrowest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('.list-row:has(.list-row-aside) .list-row-main')]
            .map(e => e.getBoundingClientRect().width / parseFloat(getComputedStyle(e).fontSize)))"""
    )
    assert narrowest >= 7


class TestLargeTypeAndTheme:
    @pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
    def test_one_tap_makes_all_type_larger_and_one_makes_it_small_again(self, page_at, scripts):
        page = page_at(PHONE, "/zh/offline", scripts=scripts)
        before = page.locator("h1").bounding_box()["height"]
        page.get_by_role("button", name="大字").click()
        page.wait_for_url("**/zh/offline")
        assert page.locator("h1").bounding_box()["height"] > before
        page.get_by_role("button", name="标准").click()
        page.wait_for_url("**/zh/offline")
        assert page.locator("h1").bounding_box()["height"] == before

    @pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
    def test_a_dark_page_on_a_light_device(self, page_at, scripts):
        page = page_at(PHONE, "/zh/offline", scripts=scripts)
        page.get_by_role("button", name="深色").click()
        page.wait_for_url("**/zh/offline")
        ground = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") if scripts else None
        if scripts:
            assert ground == "rgb(12, 21, 20)"
        else:
            assert "--mist: #0c1514" in page.request.get("/zh/display.css").text()


def test_the_keyboard_reaches_the_text_first(page_at):
    page = page_at(WIDE, "/zh/gallery")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_an_act_with_a_consequence_asks_first_and_can_be_left(page_at):
    page = page_at(WIDE, "/zh/gallery")
    page.locator("a[data-confirm]").first.click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert "不能撤销" in dialog.inner_text()
    dialog.get_by_role("link", name="不，返回").click()
    dialog.wait_for(state="detached")


def test_without_a_network_the_page_says_so(page_at):
    page = page_at(PHONE, "/zh/offline")
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    page.goto("/zh/gallery")
    assert page.locator("h1").inner_text() == "没有网络"
    assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(242, 245, 244)"


def test_one_tap_leads_to_the_same_page_in_the_other_language(page_at):
    page = page_at(PHONE, "/zh/offline")
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/offline")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_paper_shows_what_is_folded_away_and_says_where_it_was_printed(page_at):
    page = page_at(WIDE, "/zh/help")
    page.emulate_media(media="print")
    folded = page.locator("details.disclosure:not([open]) .disclosure-body")
    assert folded.count() >= 2
    assert all(body.bounding_box()["height"] > 20 for body in folded.all())
    assert page.locator(".print-header").inner_text().count("/zh/help") == 1
    expect(page.locator("header.page-head")).to_be_hidden()


def test_what_was_typed_stays_in_the_other_language_and_in_large_type(page_at):
    page = page_at(PHONE, "/zh/cases/track")
    page.fill("#number", "K7T4")
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/cases/track")
    assert page.input_value("#number") == "K7T4"
    page.locator("button[name=type]:visible").click()
    page.wait_for_url("**/en/cases/track")
    expect(page.locator("html")).to_have_attribute("data-type", "large")
    assert page.input_value("#number") == "K7T4"
    page.goto("/en/cases/track")
    assert page.input_value("#number") == ""  # it was for one change of the look


def test_a_password_is_not_kept(page_at):
    page = page_at(PHONE, "/zh/accounts/login/")
    page.fill("[name=login]", "li@example.org")
    page.fill("[name=password]", "a secret")
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/accounts/login/")
    assert (page.input_value("[name=login]"), page.input_value("[name=password]")) == ("li@example.org", "")
