"""The halls as pages and by API."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.usefixtures("db", "city")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["重庆市政务服务中心", "今天 09:00–12:00、14:00–18:00", "示例"]),
        ("en", ["Chongqing Government Service Centre", "Today 09:00–12:00, 14:00–18:00"]),
    ],
)
def test_the_list_of_halls_says_when_they_are_open_today(client: Client, language: str, words: list[str]) -> None:
    page = client.get(f"/{language}/halls")
    assert page.status_code == 200
    text = page.content.decode()
    for word in words:
        assert word in text
    assert text.index("hall-500000") < text.index("hall-500103")


def test_one_hall_shows_the_week_and_the_change_to_come(client: Client) -> None:
    text = client.get("/zh/halls/hall-500103").content.decode()
    assert "渝中区和平路1号" in text
    assert "星期一至星期五" in text
    assert "调休上班日" in text
    assert "2026" in text, "the hours of July are announced"


def test_a_hall_that_is_not_there(client: Client) -> None:
    assert client.get("/zh/halls/hall-1").status_code == 404


class TestApi:
    def test_divisions_below_one_on_a_day(self, client: Client) -> None:
        top = client.get("/api/v1/places/divisions").json()
        assert [place["code"] for place in top] == ["500000"]
        below = client.get("/api/v1/places/divisions?parent=500000&on=2026-12-01").json()
        assert len(below) == 38
        assert client.get("/api/v1/places/divisions/500103001").json()[-1]["parent"] == "500103"

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("divisions?parent=500999", 404),
            ("divisions?parent=x", 422),
            ("divisions?on=5", 422),
            ("divisions?on=2026-13-01", 422),
            ("divisions/500999", 404),
            ("departments?division=500999", 404),
            ("halls?division=500999", 404),
            ("halls/hall-none", 404),
        ],
    )
    def test_what_is_not_there_or_not_right_is_said_in_one_form(
        self, client: Client, address: str, status: int
    ) -> None:
        answer = client.get(f"/api/v1/places/{address}")
        assert answer.status_code == status
        assert set(answer.json()) == {"code", "message", "details"}

    def test_departments_and_halls(self, client: Client) -> None:
        found = client.get("/api/v1/places/departments?division=500103").json()
        assert {"kind": "taxation", "uscc": ""}.items() <= next(d for d in found if d["kind"] == "taxation").items()
        hall = client.get("/api/v1/places/halls/hall-500103").json()
        assert hall["today"][0] == {"opens_at": "09:00", "closes_at": "12:00"}
        assert len(client.get("/api/v1/places/halls").json()) == 39
