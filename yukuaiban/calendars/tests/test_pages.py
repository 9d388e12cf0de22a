"""The public page and the API: count for anyone, in two languages, with reasons."""

from __future__ import annotations

import gzip
from datetime import date, datetime

import pytest
from django.test import Client

from yukuaiban.calendars.months import months_of
from yukuaiban.calendars.notices import pack_calendar
from yukuaiban.calendars.services import notice_load_packs
from yukuaiban.config.now import ZONE


@pytest.fixture
def client(db) -> Client:
    notice_load_packs(by="测试", at=datetime(2026, 3, 2, 9, 0, tzinfo=ZONE))
    return Client()


class TestThePage:
    def test_without_a_question_shows_this_year(self, client):
        body = client.get("/zh/workdays").content.decode()
        assert "2026 年放假安排" in body
        assert "10月1日至7日国庆节放假（国办发明电〔2025〕7号）" in body
        assert "全年共 248 个工作日" in body

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("zh", ["2025年10月17日", "10月1日至8日国庆节、中秋节放假（国办发明电〔2024〕12号）", "星期五"]),
            ("en", ["17 October 2025", "1 to 8 October: National Day and Mid-Autumn Festival holiday", "Friday"]),
        ],
    )
    def test_says_when_a_limit_ends_and_why(self, client, language, said):
        answer = client.get(f"/{language}/workdays", {"start": "2025-09-15", "number": 20, "unit": "working_day"})
        assert answer.status_code == 200
        for words in said:
            assert words in answer.content.decode()

    def test_a_link_without_a_unit_means_working_days(self, client):
        """As in the API: 2024-02-08 and five working days."""
        answer = client.get("/zh/workdays", {"start": "2024-02-08", "number": 5})
        assert answer.status_code == 200
        assert "2024年2月21日" in answer.content.decode()

    def test_counts_calendar_days_and_moves_off_a_holiday(self, client):
        body = client.get(
            "/zh/workdays", {"start": "2019-09-20", "number": 15, "unit": "calendar_day"}
        ).content.decode()
        assert "2019年10月8日" in body
        assert "顺延" in body

    def test_counts_between_two_dates(self, client):
        body = client.get("/zh/workdays", {"start": "2025-09-15", "end": "2025-10-17"}).content.decode()
        assert "20 个工作日" in body
        assert "共 32 天" in body

    def test_marks_a_provisional_answer(self, client):
        body = client.get("/en/workdays", {"start": "2026-12-15", "number": 20, "unit": "working_day"}).content.decode()
        assert "provisional" in body
        assert "The holiday notice for 2027 is not out yet" in body

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ({"start": "2025-09-15", "end": "2025-09-01"}, "结束日期不能早于开始日期"),
            ({"start": "2099-12-30", "number": 50, "unit": "working_day"}, "只能计算 2014 年至 2099 年的日期"),
            ({"start": "9999-12-30", "number": 9999, "unit": "year"}, "只能计算 2014 年至 2099 年的日期"),
            ({"start": "0001-01-01", "end": "2025-09-01"}, "只能计算 2014 年至 2099 年的日期"),
            ({"start": "x", "number": "y", "unit": "z"}, "请先改正下面的内容"),
            ({"start": "2025-09-15", "number": "10000", "unit": "working_day"}, "请先改正下面的内容"),
        ],
    )
    def test_says_what_is_wrong(self, client, query, said):
        answer = client.get("/zh/workdays", query)
        assert answer.status_code == 422
        assert said in answer.content.decode()

    def test_shows_the_months_day_by_day(self, client):
        body = client.get("/zh/workdays", {"start": "2025-09-15", "number": 20, "unit": "working_day"}).content.decode()
        assert body.count('<table class="month">') == 2
        assert body.count("day-counted") >= 20

    def test_is_light(self, client):
        body = client.get("/zh/workdays", {"start": "2026-06-01", "number": 400, "unit": "working_day"}).content
        assert len(gzip.compress(body)) < 15_000

    def test_refuses_other_methods(self, client):
        assert client.post("/zh/workdays").status_code == 405


class TestTheMonths:
    def test_mark_start_counted_days_and_the_end(self):
        shown = months_of(pack_calendar(), date(2025, 9, 15), date(2025, 10, 17), due=date(2025, 10, 17))
        days = {day.on: day for month in shown for week in month.weeks for day in week if day}
        assert [month.first for month in shown] == [date(2025, 9, 1), date(2025, 10, 1)]
        assert sum(day.counted for day in days.values()) == 20
        assert days[date(2025, 9, 15)].is_start
        assert days[date(2025, 10, 17)].is_due
        assert [days[date(2025, 9, n)].kind for n in (26, 27, 28)] == ["work", "rest", "makeup"]
        assert days[date(2025, 10, 6)].festival == "中秋节"

    def test_have_whole_weeks_and_every_day_once(self):
        for number in range(1, 13):
            [month] = months_of(pack_calendar(), date(2026, number, 1), date(2026, number, 1))
            days = [day.on for week in month.weeks for day in week if day]
            assert days == sorted(set(days))
            assert all(len(week) == 7 for week in month.weeks)
            assert all(
                day is None or day.on.weekday() == place for week in month.weeks for place, day in enumerate(week)
            )

    def test_of_a_long_stretch_are_the_first_and_the_last_two(self):
        shown = months_of(pack_calendar(), date(2025, 1, 15), date(2026, 3, 2))
        assert [month.first for month in shown] == [date(2025, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
        assert [month.follows_gap for month in shown] == [False, True, False]


class TestTheApi:
    def get(self, client, **query):
        return client.get("/api/v1/workdays", query)

    def test_adds(self, client):
        body = self.get(client, start="2024-02-08", number=5).json()
        assert (body["question"], body["due_on"], body["provisional"]) == ("add", "2024-02-21", False)
        assert body["reasons"][1]["en"].startswith("10 to 17 February: Spring Festival holiday")

    def test_adds_in_another_unit(self, client):
        assert self.get(client, start="2025-08-31", number=6, unit="month").json()["due_on"] == "2026-02-28"

    def test_counts_between(self, client):
        body = self.get(client, start="2025-09-15", end="2025-10-17").json()
        assert (body["working_days"], body["calendar_days"]) == (20, 32)
        assert self.get(client, start="2025-10-17", end="2025-09-15").json()["working_days"] == -20

    def test_explains_a_day(self, client):
        body = self.get(client, day="2025-10-01").json()
        assert (body["is_working"], body["next_working_day"]) == (False, "2025-10-09")
        assert "国办发明电〔2024〕12号" in body["reasons"][0]["zh"]

    def test_marks_what_is_provisional(self, client):
        body = self.get(client, start="2026-12-15", number=20).json()
        assert (body["provisional"], body["missing_years"]) == (True, [2027])

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({}, "calendars.question_invalid"),
            ({"start": "2025-01-01"}, "calendars.question_invalid"),
            ({"start": "2025-01-01", "number": 5, "end": "2025-02-01"}, "calendars.question_invalid"),
            ({"start": "2025-01-01", "number": 5, "day": "2025-02-01"}, "calendars.question_invalid"),
            ({"start": "2025-01-01", "number": 1, "unit": "on_the_spot"}, "calendars.question_invalid"),
            ({"day": "2100-01-01"}, "calendars.outside"),
            ({"start": "2025-01-01", "number": 9999, "unit": "year"}, "calendars.outside"),
            ({"start": "2099-12-01", "number": 50}, "calendars.outside"),
            ({"day": "1700000000"}, "invalid"),
            ({"day": "2025-02-30"}, "invalid"),
            ({"start": "2025-01-01", "number": -1}, "invalid"),
            ({"start": "2025-01-01", "number": 5, "unit": "fortnight"}, "invalid"),
        ],
    )
    def test_refuses_with_code_message_and_details(self, client, query, code):
        answer = self.get(client, **query)
        assert answer.status_code == 422
        body = answer.json()
        assert set(body) == {"code", "message", "details"}
        assert body["code"] == code

    def test_speaks_the_language_asked_for(self, client):
        message = client.get("/api/v1/workdays", headers={"accept-language": "en"}).json()["message"]
        assert message == "Give start and number, or start and end, or day alone."

    def test_is_described(self, client):
        described = client.get("/api/v1/openapi.json").json()
        assert described["openapi"].startswith("3.1")
        operation = described["paths"]["/api/v1/workdays"]["get"]
        assert set(operation["responses"]) == {"200", "422"}
        assert {parameter["name"] for parameter in operation["parameters"]} == {"start", "number", "unit", "end", "day"}
