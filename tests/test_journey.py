"""The main journey in a real browser: from signing up to a licence that a stranger verifies, on a phone and wide.

Everything a person does is done on pages; the test itself only moves the calendar and lets the worker run. Each page
that is looked at is free of what axe finds and never scrolls sideways. `JOURNEY_PICTURES=folder` keeps what was seen.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser import PHONE, WIDE, check_axe, no_horizontal_scroll
from tests.people import RESIDENCE, Office, applicant, at, id_number, office, officer, person
from yukuaiban.cases import services
from yukuaiban.cases.models import Case
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.chain.verification import verify
from yukuaiban.config import jobs
from yukuaiban.licences import looking
from yukuaiban.messages.letters.models import Letter
from yukuaiban.outbox.relay import relay
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account
from yukuaiban.ratings.models import Rating

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOTH_WIDTHS = pytest.mark.parametrize("width", [PHONE, WIDE])
PATIENCE = 12_000  # milliseconds, on a machine that others use too
PASSWORD = "Schiff-am-Jialing-2026"
PICTURES = os.environ.get("JOURNEY_PICTURES", "")
MONDAY, AFTER_THE_HEARING = "2026-03-02", "2026-03-17"
HEARING = "2026-03-16T09:30"


expect.set_options(timeout=PATIENCE)

# --- what the journeys need ----------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def outbox(tmp_path: Path, settings) -> Path:
    """Messages of this test only, really written by the sandbox."""
    settings.OUTBOX_DIR = tmp_path / "messages"
    settings.FILES_DIR = tmp_path / "files"
    settings.EMAIL_BACKEND = "yukuaiban.messages.gateway.EmailBackend"
    return settings.OUTBOX_DIR


@pytest.fixture
def move_to(monkeypatch) -> Callable[[str], None]:
    """Move the calendar of the whole process, the live server's threads included."""
    return lambda day: monkeypatch.setenv("YUKUAIBAN_TODAY", day)


@pytest.fixture
def signed_in(page_at, live_server) -> Callable[..., Page]:
    """A page of somebody who is logged in."""

    def opened(width: int, who: Actor | Account, path: str, **options) -> Page:
        account = who if isinstance(who, Account) else Account.objects.get(pk=who.account_id)
        client = Client()
        client.force_login(account)
        page = page_at(width, **options)
        cookies = [{"name": n, "value": c.value, "url": live_server.url} for n, c in client.cookies.items()]
        page.context.add_cookies(cookies)
        page.set_default_timeout(PATIENCE)
        page.set_default_navigation_timeout(5 * PATIENCE)
        page.goto(path)
        return page

    return opened


@pytest.fixture
def look(request) -> Iterator[Callable[..., None]]:
    """`look(page, "name")`: what stands there is whole, in its width, and clean; a picture of it when asked for.

    The journey goes on after a fault; all of them are named when it ends.
    """
    places: list[str] = []
    faults: list[str] = []

    def looked(page: Page, name: str) -> None:
        places.append(name)
        expect(page.locator("h1").first).to_be_attached()
        if PICTURES:
            folder = Path(PICTURES) / re.sub(r"\W+", "_", request.node.name)
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{len(places):02}_{name}.png").write_bytes(picture(page))
        size = page.viewport_size
        assert size is not None
        for check in (check_words, check_axe, no_sideways):
            try:
                check(page)
            except AssertionError as error:
                faults.append(f"{name}: {error}")
        page.set_viewport_size(size)

    yield looked
    assert not faults, "\n".join(faults)


def check_words(page: Page) -> None:
    """No hole where a word should stand."""
    found = re.search(r".{0,40}(\bNone\b|\{\{|\bundefined\b).{0,40}", page.locator("main").inner_text())
    assert not found, found


def no_sideways(page: Page) -> None:
    assert page.viewport_size is not None
    no_horizontal_scroll(page, page.viewport_size["width"])


def picture(page: Page) -> bytes:
    """The whole page. Not `page.screenshot`, which puts a style into the page that its policy refuses."""
    shot = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"captureBeyondViewport": True})
    return base64.b64decode(shot["data"])


def work_off() -> None:
    """What the relay and the worker do within a second, done now, in a thread of its own as in life."""

    def run() -> None:
        while relay():
            pass
        jobs.run_worker(wait=False)

    for _again in range(4):  # a job queues what follows from it
        thread = Thread(target=run)
        thread.start()
        thread.join()


def message_to(outbox: Path, address: str) -> str:
    """The newest message to an address."""
    found = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(outbox.glob("*.json"))]
    return str([message["body"] for message in found if message["to"] == address][-1])


def photo(name: str = "照片.jpg") -> dict:
    out = io.BytesIO()
    Image.effect_noise((358, 441), 40).convert("RGB").save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def spied(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """What a function of the product answers from now on."""
    answers: list[Any] = []
    real = getattr(module, name)

    def spy(*args: Any, **options: Any) -> Any:
        answers.append(real(*args, **options))
        return answers[-1]

    monkeypatch.setattr(module, name, spy)
    return answers


def go_on(page: Page) -> None:
    """Press the button that leads to the next screen."""
    page.locator("main .form-actions").get_by_role("button", name="下一步").or_(
        page.locator("main .form-actions").get_by_role("link", name="下一步")
    ).click()


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name="{name}"][value="{value}"]').check()


def choose_address(page: Page, name: str, *places: str | None, detail: str) -> None:
    """Open one list after the other; each choice brings the next list. None: the first in the list."""
    for level, place in enumerate(places, 1):
        found = page.locator(f'select[name="{name}.level{level}"]')
        found.select_option(label=place) if place else found.select_option(index=1)
    page.locator(f'[name="{name}.detail"]').fill(detail)


def do(page: Page, number: str, label: str, fill: Callable[[Locator], None] | None = None) -> None:
    """One act of an officer: open the case, press the act, answer what it asks, and see that it was done."""
    page.goto(f"/zh/desk/cases/{number}")
    link = page.locator(".desk-acts a", has=page.get_by_text(label, exact=True))
    assert link.count() == 1, page.locator("main").inner_text()
    if not link.is_visible():  # what is seldom done lies one step deeper
        page.locator(".desk-acts summary", has_text="其他").click()
    link.click()
    if fill:
        fill(page.locator("#confirm"))
    page.locator("#confirm").get_by_role("button", name=label).click()
    expect(page.locator(".messages")).to_contain_text("已完成")


def number_of(page: Page) -> str:
    """Of the case whose page comes next."""
    page.wait_for_url(re.compile("/cases/"))
    return page.url.rstrip("/").split("/cases/")[1].split("/")[0]


def pdf_text(page: Page, link: str) -> str:
    """The words of a PDF that a link of the page leads to."""
    href = page.get_by_role("link", name=link).first.get_attribute("href")
    answer = page.request.get(href)
    assert answer.ok, answer.status
    return re.sub(r"\s+", "", "".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.body())).pages))


# --- the main journey ----------------------------------------------------------------------------------------------------


def sign_up(page: Page, outbox: Path, address: str, name: str, look) -> None:
    """By e-mail, with the code that was sent; then the real name, compared with the sandbox's register."""
    page.goto("/zh/")
    look(page, "home")
    page.goto("/zh/accounts/signup/")
    page.get_by_label("手机号码或电子邮箱").fill(address)
    page.get_by_label("设置密码").fill(PASSWORD)
    page.get_by_label("再输入一次密码").fill(PASSWORD)
    page.get_by_label("我已阅读并同意").check()
    look(page, "sign_up")
    page.get_by_role("button", name="注册").click()
    code = re.search(r"^\s*(\d{6})\s*$", message_to(outbox, address), re.MULTILINE)
    assert code, message_to(outbox, address)
    page.get_by_label("验证码").fill(code[1])
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_label("验证码")).to_have_count(0)
    page.goto("/zh/me/real-name")
    page.get_by_label("姓名", exact=True).fill(name)
    page.get_by_label("证件类型").select_option("resident_id")
    page.get_by_label("证件号码").fill(id_number(date(1988, 5, 17)))
    look(page, "real_name")
    page.get_by_role("button", name="提交核对").click()
    expect(page.locator(".messages")).to_contain_text("实名认证已完成")


def find(page: Page, typed: str, name: str, look, place: str = "渝中区") -> None:
    """From the search box of the home page to the item of a district."""
    page.goto("/zh/")
    page.locator("main input[type=search]").press_sequentially(typed)
    first = page.locator("[data-found] a").first  # what is meant, while one still types
    expect(first).to_have_text(name)
    look(page, "suggested")
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-found] a")).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    look(page, "search")
    page.locator("main").get_by_role("link", name=name).first.click()
    look(page, "places")
    page.locator("main").get_by_role("link", name=place).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    look(page, "item")


def file_allowance(page: Page, look) -> str:
    """The minimum living allowance: every group, one upload, the rest promised; the number of the case."""
    page.get_by_role("link", name="开始办理").click()
    expect(page.locator('[name="applicant.name"]')).to_have_value("江示例")  # known, so not asked for
    page.locator('[name="applicant.phone"]').fill("13800138000")
    choose(page, "apply_as", "family")
    choose(page, "where_registered", "here")
    choose_address(page, "family_home", "渝中区", "七星岗街道", None, detail="示例路 1 号")
    expect(page.locator("[data-saved-text]")).to_have_text("已自动保存")
    page.reload()  # nothing is lost: it was saved by itself
    expect(page.locator('[name="family_home.detail"]')).to_have_value("示例路 1 号")
    expect(page.locator('input[name="where_registered"][value="here"]')).to_be_checked()
    look(page, "group_1")
    go_on(page)
    page.locator('[name="family_members.0.member.name"]').fill("江示例")
    page.locator('[name="family_members.0.member.document.kind"]').select_option("resident_id")
    page.locator('[name="family_members.0.member.document.number"]').fill(id_number(date(1988, 5, 17)))
    choose(page, "family_members.0.kin", "self")
    choose(page, "family_members.0.work_state", "casual")
    page.locator('[name="family_members.0.monthly_income"]').fill("600")
    choose(page, "family_members.0.health_state", "well")
    look(page, "group_2")
    go_on(page)
    choose(page, "income_kinds", "none")
    page.locator('[name="savings_total"]').fill("1200.50")
    page.locator('[name="owned_homes"]').fill("1")
    choose(page, "owns_car", "no")
    choose(page, "consent_to_check", "yes")
    page.locator('[name="relief_account"]').fill("6222 0000 0000 0009")
    look(page, "group_3")
    go_on(page)
    look(page, "materials_empty")
    slot = page.locator("#material-check_authority")
    slot.locator("input[type=file]").set_input_files(photo("授权书.jpg"))
    slot.get_by_role("button", name="上传").click()
    expect(slot).to_contain_text("授权书.jpg")
    for other in page.locator(".material-slot").all():
        if other.locator(".material-offer").count():
            other.get_by_role("button", name="使用").first.click()
        elif other.locator("input[type=file]").count() and not other.locator(".material-standing").count():
            other.locator("input[type=file]").set_input_files(photo("户口簿.jpg"))
            other.get_by_role("button", name="上传").click()
        expect(other.locator(".material-standing").first).to_be_visible()
    look(page, "materials")
    go_on(page)
    look(page, "review")
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator(".deed")).to_contain_text("申请回执")
    look(page, "receipt")
    return number_of(page)


def ask_correction(clerk: Page, number: str, look) -> None:
    clerk.goto("/zh/desk/")
    expect(clerk.locator("[data-rows]")).to_contain_text("最低生活保障")
    look(clerk, "desk_list")

    def fill(form: Locator) -> None:
        form.get_by_label("详细地址").or_(form.locator('[name="field:family_home"]')).first.fill("门牌号写到户")
        form.locator('[name="material:check_authority"]').fill("第二页没有签名，请重拍")
        look(form.page, "desk_act_correction")

    do(clerk, number, "一次告知补正", fill)
    look(clerk, "desk_case_correction")


def correct(page: Page, number: str, look) -> None:
    """Only what the notice names is open."""
    page.goto(f"/zh/cases/{number}")
    expect(page.locator("main")).to_contain_text("请补正 2 处")
    look(page, "case_correction")
    page.get_by_role("link", name="去补正").click()
    expect(page.locator('[name="relief_account"]')).to_have_count(0)
    slot = page.locator("#material-check_authority")
    slot.locator("input[type=file]").set_input_files(photo("签名页.jpg"))
    slot.get_by_role("button", name="上传").click()
    expect(slot).to_contain_text("签名页.jpg")
    page.locator('[name="family_home.detail"]').fill("示例路 1 号 3 单元 5-2")
    look(page, "correction")
    page.get_by_role("button", name="提交补正").click()
    expect(page.locator(".messages")).to_contain_text("补正已提交")


@BOTH_WIDTHS
def test_from_signing_up_to_a_licence_that_a_stranger_verifies(
    city, page_at, signed_in, outbox, look, move_to, monkeypatch, width
):
    where = office("minimum_living_allowance")
    place = (where.item.department, where.item.division_id)
    second = officer("handler", *place, name="孙协办示例")
    page = page_at(width)
    page.set_default_timeout(PATIENCE)
    page.set_default_navigation_timeout(5 * PATIENCE)
    sign_up(page, outbox, "jiang@example.org", "江示例", look)
    find(page, "zdshbz", "最低生活保障", look)
    number = file_allowance(page, look)

    clerk = signed_in(width, where.window, "/zh/desk/")
    ask_correction(clerk, number, look)
    work_off()
    correct(page, number, look)
    clerk.goto(f"/zh/desk/cases/{number}")
    expect(clerk.locator(".changed").filter(has_text="3 单元 5-2")).to_be_visible()  # what changed stands out
    expect(clerk.locator(".changed").filter(has_text="签名页.jpg")).to_be_visible()
    look(clerk, "desk_case_changed")
    do(clerk, number, "受理")

    # two steps side by side, one of them by two people; then the notice in the village
    handler = signed_in(width, where.handler, "/zh/desk/")
    helper = signed_in(width, second, "/zh/desk/")
    case = Case.objects.get(number=number)
    assert sorted(case.steps.filter(state="open").values_list("key", flat=True)) == ["home_survey", "means_check"]
    for _step in range(2):
        do(handler, number, "同意，转下一步", lambda p: p.get_by_label("意见").fill("情况属实"))
    look(handler, "desk_case_parallel")
    do(helper, number, "同意，转下一步")
    assert list(case.steps.filter(state="open").values_list("key", flat=True)) == ["neighbour_notice"]

    def visit(form: Locator) -> None:
        form.get_by_label("核查日期").fill(MONDAY)
        for box in form.locator('input[name="officers"]').all()[:2]:
            box.check()
        form.get_by_label("地点").fill("示例路 1 号")
        form.get_by_label("核查情况").fill("家庭情况与申报一致。")
        form.get_by_label("符合要求").check()
        look(form.page, "desk_act_visit")

    do(handler, number, "记录现场核查", visit)
    do(handler, number, "同意，转下一步")

    # the hearing: told, asked for, noticed, held; the clock stands still and shows it
    do(handler, number, "告知听证权利")
    page.goto(f"/zh/cases/{number}")
    expect(page.locator("main")).to_contain_text("您有权申请听证")
    look(page, "case_hearing_right")
    page.locator(".notice").get_by_role("link", name="申请听证").click()
    page.get_by_role("button", name="申请听证").click()
    expect(page.locator("main")).to_contain_text("特别程序中（停止计时）")

    def notify(form: Locator) -> None:
        form.locator("[name=held_at]").fill(HEARING)
        form.get_by_label("地点").fill("渝中区政务服务中心 3 楼")
        form.get_by_label("主持人").select_option(str(where.window.post_id))
        look(form.page, "desk_act_notify_hearing")

    do(handler, number, "通知听证时间地点", notify)
    work_off()
    page.goto(f"/zh/cases/{number}")
    expect(page.locator("main")).to_contain_text("3 楼")
    move_to(AFTER_THE_HEARING)
    page.reload()
    assert Case.objects.get(number=number).promised_on is not None
    expect(page.locator(".clock-line").first).to_contain_text("听证")
    expect(page.locator(".notice").first).to_contain_text("听证：")
    look(page, "case_paused")
    handler = signed_in(width, where.handler, "/zh/desk/")  # no officer stays logged in for two weeks

    def record(form: Locator) -> None:
        form.get_by_label("听证笔录").fill("申请人陈述了家庭收入情况，核对人员出示了核对报告。")
        form.get_by_label("参加人").fill("江示例，申请人\n钱示例，承办人")
        form.get_by_label("签字人").fill("江示例\n钱示例")

    do(handler, number, "记录听证结果（恢复计时）", record)
    look(handler, "desk_case_after_hearing")

    approver = signed_in(width, where.approver, "/zh/desk/")
    do(approver, number, "准予", lambda p: p.get_by_label("意见").fill("符合条件"))
    work_off()
    case.refresh_from_db()
    assert case.state in {"delivered", "closed"}, case.state
    assert case.licence_id
    if case.state == "delivered":
        do(clerk, number, "办结")

    page.goto(f"/zh/cases/{number}")
    look(page, "case_closed")
    assert "准予" in pdf_text(page, "决定书")
    page.get_by_role("link", name="查看证照").click()
    look(page, "wallet")
    page.locator("main").get_by_role("link", name="最低生活保障证").first.click()
    look(page, "licence")
    shown = spied(monkeypatch, looking, "show_code")
    page.get_by_role("link", name="亮证").click()
    expect(page.locator(".qr-box svg")).to_be_visible()
    look(page, "show")

    stranger = page_at(width)
    stranger.goto(urlsplit(shown[-1].url).path)  # what the QR code says
    expect(stranger.get_by_text("证照有效")).to_be_visible()
    look(stranger, "verified")

    page.goto(f"/zh/cases/{number}")
    page.get_by_role("link", name="评价这次办理").click()
    page.get_by_label("非常满意", exact=True).check()
    page.get_by_label("想说的话").fill("很快，谢谢。")
    look(page, "rate")
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator(".messages")).to_contain_text("谢谢")
    assert Rating.objects.get(case__number=number).level == 1
    page.goto(f"/zh/cases/{number}")
    expect(page.get_by_role("link", name="我的评价")).to_be_visible()
    assert verify().holds


# --- other ends ----------------------------------------------------------------------------------------------------------


def filed_permit(where: Office, account: Account) -> Case:
    """A residence permit that was asked for; the pages of filing have tests of their own."""
    who, day = applicant(account), at(date.fromisoformat(MONDAY))
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=day)
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=day)
    give_materials(case)
    return services.case_file(case_id=case.pk, by=who, at=day).case


@BOTH_WIDTHS
def test_a_refusal_with_its_letter(city, signed_in, outbox, look, width):
    where, account = office(), person("何示例")
    number = filed_permit(where, account).number
    clerk, handler = signed_in(width, where.window, "/zh/desk/"), signed_in(width, where.handler, "/zh/desk/")
    do(clerk, number, "受理")
    do(handler, number, "同意，转下一步")

    def refuse(form: Locator) -> None:
        form.get_by_label("不予的理由").fill("在重庆居住未满半年。")
        form.get_by_label("所依据的条款").fill("居住证暂行条例 第二条")
        look(form.page, "desk_act_refuse")

    approver = signed_in(width, where.approver, "/zh/desk/")
    do(approver, number, "不予许可", refuse)
    work_off()
    page = signed_in(width, account, f"/zh/cases/{number}")
    told = page.locator(".notice", has_text="没有准予")
    expect(told).to_contain_text("在重庆居住未满半年。（居住证暂行条例 第二条）")
    expect(told).to_contain_text("60日内可以向重庆市渝中区人民政府申请行政复议，6个月内可以提起行政诉讼")
    look(page, "case_refused")
    refusal = Letter.objects.get(subject=Case.objects.get(number=number).pk, kind="refusal")
    assert refusal.served_how == "electronic"
    words = pdf_text(page, "不予办理决定书")
    for needed in ("在重庆居住未满半年", "居住证暂行条例", "向重庆市渝中区人民政府申请行政复议", "行政诉讼", "示例"):
        assert needed in words, (needed, words)


@BOTH_WIDTHS
def test_a_withdrawal(city, signed_in, look, width):
    where, account = office(), person("何示例")
    number = filed_permit(where, account).number
    page = signed_in(width, account, "/zh/cases")
    look(page, "mine")
    page.locator("main").get_by_role("link", name="居住证办理").click()
    page.get_by_role("link", name="撤回申请").click()
    page.locator("#confirm").get_by_label("原因").fill("不需要了")
    look(page, "withdraw")
    page.locator("#confirm").get_by_role("button", name="撤回申请").click()
    expect(page.locator("main")).to_contain_text("已撤回")
    assert Case.objects.get(number=number).state == "withdrawn"
    look(page, "case_withdrawn")
    clerk = signed_in(width, where.window, f"/zh/desk/cases/{number}")
    expect(clerk.locator("main")).to_contain_text("已撤回")
    look(clerk, "desk_case_withdrawn")


def test_a_guardian_files_for_a_child_with_a_rare_character_without_scripts(city, signed_in, look):
    """Everything without a single script: the child named, the identity changed, the permit found and filed."""
    where = office()
    account = person("吉示例", birth=date(1985, 2, 3))
    page = signed_in(PHONE, account, "/zh/me/family", scripts=False)
    page.get_by_role("link", name="添加孩子").click()
    page.get_by_label("姓名").fill("𠮷示例")
    page.get_by_label("证件类型").select_option("resident_id")
    page.get_by_label("证件号码").fill(id_number(date(2015, 6, 1)))
    page.get_by_label("您是孩子的").select_option("parent")
    page.get_by_label("作为监护人，我同意").check()
    page.locator("main form").get_by_role("button").first.click()
    expect(page.locator("main")).to_contain_text("𠮷示例")
    page.goto("/zh/me/identities")
    page.get_by_label("𠮷示例").check()
    page.get_by_role("button", name="以此身份办事").click()
    expect(page.locator(".messages")).to_be_attached()

    page.goto("/zh/")
    page.locator("main input[type=search]").fill("jzz")
    page.locator("main .search-box-go").click()
    page.locator("main").get_by_role("link", name="居住证办理").first.click()
    page.locator("main").get_by_role("link", name="渝中区").click()
    page.get_by_role("link", name="开始办理").click()
    expect(page.locator("main")).to_contain_text("𠮷示例")  # for whom, on each screen
    choose(page, "kind", "first")
    go_on(page)
    expect(page.locator('[name="applicant.name"]')).to_have_value("𠮷示例")
    page.locator('[name="applicant.phone"]').fill("13800138000")
    page.locator('[name="registered_at"]').fill("四川省广安市广安区")
    go_on(page)
    page.locator('[name="home.level1"]').select_option(label="渝中区")
    page.get_by_role("button", name="更新问题").click()
    page.locator('[name="home.level2"]').select_option(label="七星岗街道")
    page.locator('[name="home.detail"]').fill("示例路 1 号")
    page.locator('[name="lived_since"]').fill("2024-05-01")
    choose(page, "ground", "school")
    page.get_by_role("button", name="更新问题").click()
    page.locator('[name="school"]').fill("示例小学")
    go_on(page)
    choose(page, "paper", "no")
    go_on(page)
    for key, name in (("photo", "照片.jpg"), ("school_proof", "就读证明.jpg")):
        page.locator(f"#file-{key}").set_input_files(photo(name))
        page.locator(f"#material-{key}").get_by_role("button", name="上传").click()
        expect(page.locator(f"#material-{key}")).to_contain_text(name)
    go_on(page)
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator(".deed")).to_contain_text("𠮷示例")
    number = number_of(page)

    for actor, label in ((where.window, "受理"), (where.handler, "同意，转下一步"), (where.approver, "准予")):
        do(signed_in(PHONE, actor, "/zh/desk/", scripts=False), number, label)
    work_off()
    page.goto("/zh/wallet")
    page.locator("main").get_by_role("link", name="居住证").first.click()
    expect(page.locator(".deed")).to_contain_text("𠮷示例")
    assert "U+20BB7" in pdf_text(page, "下载 PDF")  # no font of the documents has it: named by its code


def test_the_desk_by_keyboard(city, signed_in, look):
    where, account = office(), person("何示例")
    other = filed_permit(where, person("邓示例")).number
    number = filed_permit(where, account).number
    page = signed_in(WIDE, where.window, "/zh/desk/")
    rows = page.locator("a[data-row]")
    expect(rows).to_have_count(2)
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/cases/*")
    opened = page.url.split("/desk/cases/")[1].split("?")[0]
    assert opened in {number, other}
    look(page, "desk_three_panes")
    page.keyboard.press("?")
    expect(page.locator(".desk-keys-list")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press("a")  # the act is named with its consequence before it is done
    confirm = page.locator("#confirm").get_by_role("button", name="受理")
    expect(confirm).to_be_visible()
    confirm.press("Enter")
    expect(page.locator(".messages")).to_contain_text("已完成")
    assert Case.objects.get(number=opened).state == "in_review"


@BOTH_WIDTHS
def test_many_are_accepted_at_once_and_each_is_reported(city, signed_in, look, width):
    where = office()
    numbers = {filed_permit(where, person(name)).number for name in ("何示例", "邓示例")}
    page = signed_in(width, where.window, "/zh/desk/")
    page.get_by_text("批量办理与保存筛选").click()
    page.get_by_label("选择本页全部").check()
    look(page, "desk_bulk")
    page.get_by_label("做什么").select_option("accept")
    page.get_by_role("button", name="对选中的办件办理").click()
    for number in numbers:
        expect(page.locator("main")).to_contain_text(number)
        assert Case.objects.get(number=number).state == "in_review"


@BOTH_WIDTHS
def test_in_english(city, signed_in, page_at, look, width):
    """The same pages by one tap in the other language."""
    where, account = office(), person("何示例")
    number = filed_permit(where, account).number
    for path in (
        "/en/",
        "/en/search?q=jzz",
        f"/en/items/{where.item.code}",
        f"/en/cases/{number}",
        "/en/cases",
        "/en/nothing",
    ):
        page = signed_in(width, account, path)
        look(page, "en" + path.replace("/", "_").split("?")[0])
