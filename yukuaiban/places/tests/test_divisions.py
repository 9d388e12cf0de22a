"""Divisions as they stand on a day, departments and halls, over the real city."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from yukuaiban.config.errors import NotFound
from yukuaiban.places import selectors
from yukuaiban.places.models import Department, Division, Succession

MARCH = date(2026, 3, 2)

pytestmark = pytest.mark.usefixtures("db", "city")


def test_the_city_has_thirty_eight_districts_and_counties() -> None:
    kinds = [place.kind for place in selectors.current_districts(MARCH)]
    assert (kinds.count("district"), kinds.count("county"), kinds.count("autonomous_county")) == (26, 8, 4)


def test_an_unconfirmed_change_is_kept_and_not_applied() -> None:
    """ADR 0040: 江北区 and 渝北区 stay until the document is seen."""
    codes = {place.code for place in selectors.current_districts(date(2026, 11, 22))}
    assert {"500105", "500112"} <= codes
    assert "50LJXQ" not in codes
    assert Succession.objects.filter(successor="50LJXQ", is_applied=False).count() == 2
    assert not Department.objects.filter(division="50LJXQ").exists()


def test_below_a_district_stand_its_towns_and_below_a_town_its_villages() -> None:
    assert len(selectors.children("500103", MARCH)) == 11
    assert all(len(place.code) == 12 for place in selectors.children("500101001", MARCH))
    assert [place.name_zh for place in selectors.path("500101001001")] == [
        "重庆市", "万州区", "高笋塘街道", "东方广场社区居民委员会",
    ]  # fmt: skip


def test_names_in_both_languages_and_of_codes_nobody_knows() -> None:
    assert selectors.full_name("500103") == "重庆市渝中区"
    assert selectors.full_name("500103", "en") == "Yuzhong District, Chongqing"
    assert selectors.name("500222") == "500222", "an old code on an old document is shown as it stands"
    assert selectors.path("500222") == []


def test_every_district_has_the_departments_its_items_need() -> None:
    of_one = {department.kind for department in selectors.departments_of("500103")}
    assert {"public_security", "civil_affairs", "market_regulation", "taxation"} <= of_one
    police = selectors.counterpart("public_security", "500103")
    assert police is not None
    assert (police.name_zh, police.status) == ("重庆市公安局渝中区分局", "sample")
    county = selectors.counterpart("public_security", "500229")
    assert county is not None
    assert county.name_zh == "城口县公安局"


def test_no_credit_code_is_invented() -> None:
    assert not Department.objects.exclude(uscc="").exists()


def test_a_towns_people_go_to_the_districts_hall() -> None:
    hall = selectors.hall_serving("500103001")
    assert hall is not None
    assert hall.division_id == "500103"
    assert selectors.halls_of()[0].division_id == "500000", "the city's own stands first"
    with pytest.raises(NotFound):
        selectors.hall_by_code("hall-1")


def test_when_the_hall_closes() -> None:
    assert str(selectors.closes_at("500103", MARCH)) == "18:00:00"
    assert selectors.closes_at("500103", date(2026, 3, 8)) is None


def test_memory_follows_a_saved_division() -> None:
    assert selectors.name("500103") == "渝中区"
    Division.objects.get(code="500103").save()
    renamed = Division.objects.get(code="500103")
    renamed.name_zh = "中区"
    renamed.save()
    assert selectors.name("500103") == "中区"
    selectors.DIVISIONS.clear()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"valid_from": date(2026, 1, 1), "valid_until": date(2025, 1, 1)}, id="ends before it begins"),
        pytest.param({"parent": None}, id="no city and no parent"),
    ],
)
def test_the_database_refuses_a_division_that_cannot_be(change: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Division.objects.filter(code="500103").update(**change)
