"""行政复议法 第二十四条, 第二十七条: who reviews what a department decides; nobody is named whom we do not know."""

from __future__ import annotations

from datetime import date

import pytest

from yukuaiban.places.models import Department
from yukuaiban.places.selectors import review_body

MARCH = date(2026, 3, 2)

pytestmark = pytest.mark.usefixtures("db", "city")


@pytest.mark.parametrize(
    ("department", "body"),
    [
        ("500103-civil_affairs", "重庆市渝中区人民政府"),
        ("500240-civil_affairs", "重庆市石柱土家族自治县人民政府"),
        ("500000-civil_affairs", "重庆市人民政府"),
        ("500103-taxation", "国家税务总局重庆市税务局"),
        ("500000-taxation", ""),
        ("500103-tobacco", ""),
    ],
)
def test_it_follows_from_the_kind_and_the_place(department: str, body: str) -> None:
    assert review_body(Department.objects.get(code=department), MARCH) == body


def test_in_english() -> None:
    department = Department.objects.get(code="500103-civil_affairs")
    assert review_body(department, MARCH, "en") == "the People's Government of Yuzhong District, Chongqing"


def test_before_2024_one_could_choose_so_nobody_is_named() -> None:
    assert review_body(Department.objects.get(code="500103-civil_affairs"), date(2023, 12, 29)) == ""
