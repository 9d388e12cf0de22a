"""Wallet and verification in a real browser: a phone, a wide screen, the dark, no scripts."""

from __future__ import annotations

import os
from functools import partial

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.browser import PHONE, WIDE, check_axe, no_horizontal_scroll
from yukuaiban.documents import codes
from yukuaiban.licences import selectors, services
from yukuaiban.people.models import Account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_as(page_at, live_server):
    """Pages as somebody signed in sees them."""

    def opened(who: Account, width: int, path: str, **options):
        page = page_at(width, **options)
        client = Client()
        client.force_login(who)
        page.context.add_cookies(
            [{"name": name, "value": cookie.value, "url": live_server.url} for name, cookie in client.cookies.items()]
        )
        page.goto(path)
        return page

    return opened


@pytest.fixture
def open_mine(open_as, account):
    """Pages as the holder sees them."""
    return partial(open_as, account)


@pytest.mark.parametrize(("width", "theme", "language"), [(PHONE, "light", "zh"), (WIDE, "dark", "en")])
def test_every_page_of_a_holder(open_mine, permit, body, width, theme, language):
    pages = ["/wallet", *(f"/wallet/{permit.pk}{path}" for path in ("", "/show", "/looks", "/grant"))]
    for path in pages:
        page = open_mine(width, f"/{language}{path}", theme=theme)
        expect(page.locator("h1")).to_have_count(1)
        check_axe(page)
        no_horizontal_scroll(page)


def test_from_the_wallet_to_a_stranger_who_verifies(open_mine, page_at, permit, holder):
    """The holder shows; a stranger scans and learns the name; the holder reads that somebody looked."""
    page = open_mine(PHONE, "/zh/wallet")
    page.get_by_role("link", name="重庆市居住证").click()
    page.get_by_role("link", name="亮证").click()
    expect(page.get_by_role("img", name="亮证二维码")).to_be_visible()
    shown = services.show_code(permit.pk, by=holder)
    stranger = page_at(PHONE, f"/zh/verify/show/{shown.token}")
    expect(stranger.get_by_text("证照有效")).to_be_visible()
    expect(stranger.get_by_text("张小三")).to_be_visible()
    check_axe(stranger)
    page.goto(f"/zh/wallet/{permit.pk}/looks")
    expect(page.get_by_text("持证人亮证")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_stranger_types_the_code_and_brings_the_file(page_at, permit, tmp_path, scripts):
    page = page_at(PHONE, "/zh/verify", scripts=scripts)
    page.get_by_label("查验码").fill(codes.grouped(permit.code).lower())
    page.get_by_role("button", name="查验", exact=True).click()
    expect(page.get_by_text("证照有效")).to_be_visible()
    expect(page.get_by_text("张**")).to_be_visible()
    expect(page.get_by_text("张小三")).to_have_count(0)
    file = tmp_path / "licence.pdf"
    file.write_bytes(selectors.licence_file(permit))
    page.get_by_role("link", name="用文件核对").click()
    page.get_by_label("PDF 文件").set_input_files(file)
    page.get_by_role("button", name="核对文件").click()
    expect(page.get_by_text("文件没有改动")).to_be_visible()
    if scripts:
        check_axe(page)
        no_horizontal_scroll(page)


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_a_licence_is_suspended_at_the_desk(open_as, permit, approver, width):
    page = open_as(Account.objects.get(pk=approver.account_id), width, f"/zh/desk/licences?q={permit.licence_id}")
    check_axe(page)
    no_horizontal_scroll(page, width)
    if folder := os.environ.get("DESK_PICTURES"):
        page.screenshot(path=f"{folder}/licence_{width}.png", full_page=True)
    page.get_by_label("暂扣").check()
    page.get_by_label("理由").fill("行政处罚决定书 示例 1 号")
    page.get_by_role("button", name="办理").click()
    expect(page.locator(".messages")).to_contain_text("已办理")
    expect(page.locator("main")).to_contain_text("恢复")
    page.goto("/en/desk/licences?q=wrong")
    expect(page.locator("main")).to_contain_text("There is no such licence")
    check_axe(page)
