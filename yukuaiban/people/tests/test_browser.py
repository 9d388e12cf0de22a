"""The pages of a person's own affairs in a real browser: signing up by hand, accessible, and narrow enough."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import check_axe, no_horizontal_scroll
from yukuaiban.config.now import now
from yukuaiban.people import services
from yukuaiban.people.models import Relation, Role
from yukuaiban.people.tests import factories as make
from yukuaiban.people.tests.test_pages import MINE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_as(page_at, live_server):
    def open_as(account, path, width=390, **more):
        page = page_at(width, **more)
        key = make.reauthenticated(account).cookies["ykb_session"].value
        page.context.add_cookies([{"name": "ykb_session", "value": key, "url": live_server.url}])
        page.goto(path)
        return page

    return open_as


def test_signing_up_by_phone_and_proving_who_one_is(page_at):
    page = page_at(390, "/zh/accounts/signup/")
    page.get_by_label("手机号码或电子邮箱").fill("138 0013 8000")
    page.get_by_label("设置密码").fill(make.PASSWORD)
    page.get_by_label("再输入一次密码").fill(make.PASSWORD)
    page.get_by_label("我已阅读并同意").check()
    check_axe(page)
    page.locator("main form button[type=submit]").first.click()
    page.get_by_label("验证码").fill(make.code_sent("+8613800138000"))
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_label("验证码")).to_have_count(0)
    page.goto("/zh/me/real-name")
    page.get_by_label("姓名", exact=True).fill("示例甲")
    page.get_by_label("证件号码").fill(make.resident_id())
    page.get_by_role("button", name="提交核对").click()
    expect(page).to_have_url(re.compile("/zh/me$"))
    expect(page.locator("main")).to_contain_text("实名认证")


def test_a_document_is_asked_only_what_its_kind_has(open_as):
    page = open_as(make.account(), "/zh/me/real-name")
    latin, born, country = (page.get_by_label(label) for label in ("拉丁字母姓名", "出生日期", "签发国或地区"))
    for field in (latin, born, country):
        expect(field).to_be_hidden()
    page.get_by_label("证件类型").select_option("passport")
    for field in (latin, born, country):
        expect(field).to_be_visible()
    page.get_by_label("证件类型").select_option("taiwan_permit")
    expect(born).to_be_visible()
    expect(country).to_be_hidden()


def test_a_lost_number_asks_who_one_is_and_one_at_work_does_not(open_as):
    page = open_as(make.account(real="示例甲"), "/zh/me/security/phone")
    expect(page.get_by_label("证件号码")).to_be_hidden()
    page.get_by_label("不能：核对我的姓名和证件").check()
    expect(page.get_by_label("证件号码")).to_be_visible()


def test_each_page_is_accessible_and_fits_a_narrow_phone(open_as):
    account = make.account(real="王𠮷示例", email="jia@example.com")
    services.guardianship_declare(
        account=account, name="示例子", id_kind="resident_id", id_number=make.resident_id("20180601"),
        relation=Relation.PARENT, consents=True, at=now(),
    )  # fmt: skip
    services.mandate_offer(
        account=account, principal=account.party, name="示例乙", contact="b@example.com",
        relation=Relation.OTHER, terms=make.terms(["a-very-long-item-code-0123456789-0123456789"]), at=now(),
    )  # fmt: skip
    services.correction_ask(
        account=account, party=account.party, field="address", wanted="示例路 1 号", reason="搬家", at=now()
    )
    services.person_read(
        party_id=account.party_id, by=make.at_work(Role.HANDLER), reason="核对申请人身份", reference="7F3K", at=now()
    )
    page = open_as(account, "/zh/me")
    for path in MINE:
        page.goto(f"/zh/{path}")
        check_axe(page)
        no_horizontal_scroll(page)
        page.set_viewport_size({"width": 390, "height": 844})


@pytest.mark.parametrize("path", ["/zh/desk/people/requests", "/zh/desk/people/posts", "/zh/desk/people/posts/give"])
def test_each_desk_page_is_accessible(open_as, path):
    who, _post = make.officer(Role.SUPERVISOR if "posts" in path else Role.WINDOW)
    page = open_as(who, path, width=1280)
    check_axe(page)
    no_horizontal_scroll(page)


def test_acting_for_a_child_without_scripts(open_as):
    account = make.account(real="示例甲")
    services.guardianship_declare(
        account=account, name="王𠮷示例", id_kind="resident_id", id_number=make.resident_id("20180601"),
        relation=Relation.PARENT, consents=True, at=now(),
    )  # fmt: skip
    page = open_as(account, "/zh/me/identities", scripts=False)
    page.get_by_text("王𠮷示例").click()
    page.get_by_role("button", name="以此身份办事").click()
    expect(page.get_by_text("您正在以 王𠮷示例 的名义办事")).to_be_visible()
