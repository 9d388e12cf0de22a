"""The page in a real browser: at both widths, without scripts, in large type and in the dark."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.browser import check_axe, no_horizontal_scroll
from yukuaiban.calendars.services import notice_load_packs
from yukuaiban.config.now import ZONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ASKED = "/zh/workdays?start=2025-09-15&number=20&unit=working_day"


@pytest.fixture(autouse=True)
def _notices(transactional_db):
    notice_load_packs(by="测试", at=datetime(2026, 3, 2, 9, 0, tzinfo=ZONE))


@pytest.mark.parametrize(
    ("width", "options"),
    [(390, {}), (1280, {"theme": "dark"}), (320, {"type_size": "large"}), (390, {"scripts": False})],
)
def test_the_answer_can_be_read(page_at, width, options):
    page = page_at(width, ASKED, **options)
    expect(page.get_by_role("heading", name="2025年10月17日")).to_be_visible()
    no_horizontal_scroll(page)
    if options.get("scripts", True):
        check_axe(page)


def test_a_person_counts_with_the_keyboard_alone(page_at):
    page = page_at(390, "/zh/workdays")
    page.get_by_label("起算日", exact=True).fill("2024-02-08")
    page.get_by_role("spinbutton", name="期限").fill("5")
    page.get_by_role("spinbutton", name="期限").press("Enter")
    page.wait_for_url("**/workdays?**")
    expect(page.get_by_role("heading", name="2024年2月21日")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="21 February 2024")).to_be_visible()
