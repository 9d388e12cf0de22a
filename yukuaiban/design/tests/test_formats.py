"""Dates, money and masks in both languages."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from yukuaiban.design import formats
from yukuaiban.design.jinja import named

CHONGQING, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")


@pytest.fixture(params=["zh", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


class TestDates:
    def test_are_written_as_the_reader_writes_them(self, language):
        expected = {"zh": "2026年11月22日", "en": "22 November 2026"}
        assert formats.date_text(date(2026, 11, 22)) == expected[language]

    def test_of_an_instant_are_the_citys_own(self, language):
        late_in_london = datetime(2026, 11, 21, 17, 30, tzinfo=LONDON)
        expected = {"zh": "2026年11月22日 01:30", "en": "22 November 2026, 01:30"}
        assert formats.datetime_text(late_in_london) == expected[language]

    def test_without_a_value_say_nothing(self):
        assert formats.date_text(None) == formats.datetime_text(None) == formats.relative_day(None) == ""

    def test_of_another_year_show_the_year(self, language):
        expected = {"zh": "1999年1月2日", "en": "2 Jan 1999"}
        assert formats.date_short(date(1999, 1, 2)) == expected[language]


@pytest.mark.parametrize(
    ("left", "zh", "en"),
    [
        (3, "还剩 3 个工作日", "3 working days left"),
        (1, "还剩 1 个工作日", "1 working day left"),
        (0, "今天到期", "due today"),
        (-2, "已超期 2 个工作日", "2 working days late"),
    ],
)
def test_working_days_left_are_said_in_words(left, zh, en):
    with translation.override("zh"):
        assert formats.working_days_left(left) == zh
    with translation.override("en"):
        assert formats.working_days_left(left) == en


@pytest.mark.parametrize(
    ("fen", "text"),
    [(1, "¥0.01"), (1250, "¥12.50"), (2000, "¥20"), (123456700, "¥1,234,567"), (-500, "-¥5")],
)
def test_money_is_exact_and_grouped(fen, text):
    assert formats.money(fen) == text


def test_nothing_to_pay_is_said_in_words():
    with translation.override("zh"):
        assert formats.money(0) == "免费"
    with translation.override("en"):
        assert formats.money(0) == "Free"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13812348000", "138****8000"), ("1234567", "*******"), ("", ""), (None, "")],
)
def test_a_masked_number_never_shows_the_whole(number, shown):
    assert formats.masked(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳", "欧*"),
        ("阿布都·热合曼", "阿**·***"),
        ("𠮷田", "𠮷*"),
        ("", ""),
    ],
)
def test_a_masked_name_keeps_the_surname_and_the_dot(name, shown):
    assert formats.masked_name(name) == shown


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/116.0 MicroMessenger/8.0.49", "微信, Android"),
        ("curl/8.5", ""),
        (None, ""),
    ],
)
def test_a_device_is_named_as_its_owner_knows_it(user_agent, shown):
    with translation.override("zh"):
        assert formats.device_name(user_agent) == shown


@pytest.mark.parametrize(("size", "shown"), [(812, "812 B"), (34 * 1024, "34 KB"), (2_200_000, "2.1 MB"), (None, "")])
def test_file_sizes(size, shown):
    assert formats.file_size(size) == shown


@pytest.mark.parametrize(
    ("thing", "zh", "en"),
    [
        ({"name_zh": "渝中区", "name_en": "Yuzhong District"}, "渝中区", "Yuzhong District"),
        (SimpleNamespace(name_zh="渝中区", name_en=""), "渝中区", '<span lang="zh-Hans">渝中区</span>'),
        (SimpleNamespace(name_zh="<b>", name_en=""), "<b>", '<span lang="zh-Hans">&lt;b&gt;</span>'),
    ],
)
def test_a_name_is_given_in_the_language_of_the_page_or_marked_as_chinese(thing, zh, en):
    with translation.override("zh"):
        assert named(thing) == zh
    with translation.override("en"):
        assert named(thing) == en
