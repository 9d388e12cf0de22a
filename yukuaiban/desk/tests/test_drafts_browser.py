"""A guide edited in a real browser: the whole way to its publication at both widths, with and without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.people import officer
from yukuaiban.desk.tests.test_browser import BOTH_WIDTHS, look
from yukuaiban.items import selectors as items
from yukuaiban.people.actors import Actor
from yukuaiban.places.models import Department

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CODE = "SM-0001-990101"
AT = f"/zh/desk/items/{CODE}/draft"


@pytest.fixture
def pair(small: Path) -> tuple[Actor, Actor]:
    """An editor of the district's department, and one of the city's, who decides."""
    where = ("990101", "990000")
    one, other = (officer("editor", Department.objects.get(code=f"{code}-civil_affairs"), code) for code in where)
    return one, other


@BOTH_WIDTHS
def test_a_material_and_a_question_are_changed_proposed_sent_back_and_published(pair, signed_in, width):
    one, other = pair
    page = signed_in(width, one, f"/zh/desk/items/{CODE}")
    page.get_by_role("link", name="修改申请材料、申请表和指南内容").click()
    expect(page.locator("h1")).to_contain_text("修改指南")
    look(page, "draft_empty")

    page.get_by_role("link", name="添加：申请材料").click()
    expect(page.locator("h1")).to_contain_text("添加")
    look(page, "material_new")
    page.get_by_role("button", name="存入草稿").last.click()
    expect(page.get_by_role("alert")).to_contain_text("名称（中文）")
    look(page, "material_wrong")
    page.get_by_label("名称（中文）").fill("银行卡复印件")
    page.get_by_label("名称（英文）").fill("Copy of the bank card")
    page.get_by_label("纸质份数").fill("1")
    page.get_by_label("下面的条件都成立时").check()
    page.get_by_role("combobox", name="哪个问题", exact=True).first.select_option("津贴种类")
    page.get_by_label("按月发").check()  # drawn by the script as soon as the question is chosen
    look(page, "material_condition")
    page.get_by_role("button", name="存入草稿").last.click()
    expect(page.locator("#list-materials")).to_contain_text("津贴种类是按月发")
    page.get_by_role("button", name="上移：银行卡复印件").click()
    expect(page.locator("#list-materials li").nth(2)).to_contain_text("银行卡复印件")

    page.get_by_role("link", name="申请", exact=True).click()
    expect(page.locator("h1")).to_have_text("申请")
    look(page, "screen")
    page.get_by_role("link", name="津贴种类").click()
    expect(page.locator("h1")).to_contain_text("津贴种类")
    look(page, "question")
    page.get_by_role("button", name="去掉：按月发").click()
    expect(page.get_by_role("button", name="去掉：按月发")).to_have_count(0)
    page.goto(AT)
    expect(page.locator("#changes")).to_contain_text("条件永远不会成立")
    look(page, "draft_wrong")
    page.get_by_role("link", name="申请表 › 申请 › 照料人姓名").click()
    expect(page.locator("h1")).to_contain_text("照料人姓名")
    expect(page.get_by_role("alert")).to_contain_text("条件永远不会成立")
    look(page, "question_wrong")
    page.get_by_label("下面的条件都成立时").check()
    page.get_by_role("combobox", name="哪个问题", exact=True).first.select_option("津贴种类")
    page.get_by_label("按年发").check()
    page.get_by_role("button", name="存入草稿").last.click()
    expect(page.locator("#list-form-groups-0-fields")).to_contain_text("津贴种类是按年发")
    page.goto(AT)
    page.locator("#changes").get_by_role("link", name="申请材料 › 银行卡复印件").click()
    page.get_by_label("没有条件").check()
    page.get_by_role("button", name="存入草稿").last.click()

    page.get_by_role("link", name="预览指南").click()
    expect(page.locator("main")).to_contain_text("银行卡复印件")
    look(page, "preview")
    page.get_by_role("link", name="返回").click()
    page.get_by_role("link", name="预览申请表").click()
    expect(page.locator("h1")).to_contain_text("预览申请表")
    look(page, "preview_form")
    page.goto(AT)
    page.get_by_role("button", name="提出，等另一人发布").click()
    expect(page.locator("#reason-error")).to_contain_text("请写明修改的理由")
    look(page, "draft_without_reason")
    page.get_by_label("修改的理由").fill("银行流水难开，改收复印件。")
    page.get_by_role("button", name="提出，等另一人发布").click()
    expect(page.locator("h1")).to_contain_text("事项 高龄津贴")
    look(page, "item_proposed")
    where = page.url
    page.goto(AT)
    look(page, "draft_waiting")

    page = signed_in(width, other, where)
    look(page, "item_to_publish")
    page.get_by_role("link", name="退回", exact=True).click()
    page.get_by_label("退回的理由").fill("与市级清单的名称不一致。")
    page.get_by_role("button", name="退回").click()
    expect(page.locator("body")).to_contain_text("已退回。")
    page = signed_in(width, one, "/zh/desk/items")
    expect(page.locator("main")).to_contain_text("已退回")
    look(page, "items_with_draft")
    page.goto(AT)
    expect(page.locator("main")).to_contain_text("与市级清单的名称不一致。")
    look(page, "draft_sent_back")
    page.get_by_label("修改的理由").fill("名称已核对。")
    page.get_by_role("button", name="提出，等另一人发布").click()
    expect(page.locator("h1")).to_contain_text("事项 高龄津贴")
    page = signed_in(width, other, page.url)
    page.get_by_role("link", name="发布", exact=True).click()
    page.get_by_role("button", name="发布").click()
    expect(page.locator("main")).to_contain_text("已发布")
    assert [m.key for m in items.guide(CODE).content.materials][2] == "copy_of_the_bank_card"


@BOTH_WIDTHS
def test_without_scripts_by_keyboard_and_in_english(pair, signed_in, width):
    one, _other = pair
    page = signed_in(width, one, f"/en/desk/items/{CODE}/draft/part/materials.new", scripts=False)
    page.get_by_label("Name (Chinese)").fill("银行卡复印件")
    page.get_by_label("Name (English)").fill("Copy of the bank card")
    page.get_by_label("While all of these hold").check()
    page.get_by_role("combobox", name="Question", exact=True).first.select_option("Kind of allowance")
    page.get_by_role("button", name="Update").click()
    page.get_by_label("Monthly").check()
    page.get_by_label("Name (English)").press("Enter")  # the first button of the form keeps it, and does not redraw it
    expect(page.locator("#list-materials")).to_contain_text("Kind of allowance is Monthly")

    page = signed_in(width, one, f"/en/desk/items/{CODE}/draft")
    look(page, "draft_en")
    page.goto(f"/en/desk/items/{CODE}/draft/part/form.groups.0.fields.new")
    page.get_by_label("Kind of answer").select_option("number")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Wording (English)")).to_be_visible()
    look(page, "question_new_en")
    page.goto(f"/en/desk/items/{CODE}/draft/discard")
    look(page, "discard_en")
