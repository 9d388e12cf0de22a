"""What people type finds what they mean, and nothing where they mean nothing we have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yukuaiban.items import selectors
from yukuaiban.items.index import Entry, Index


def entry(code: str, name: str, english: str, department: str, *keywords: str, online: bool = True) -> Entry:
    return Entry(
        id=int(code), code=code, name_zh=name, name_en=english, item_type="01", department_kind=department,
        department_zh=f"市{department[:2]}局", department_en="", levels="", audience=(), themes=(), life_events=(),
        keywords=keywords, summary_zh="", summary_en="", online=online, status="law", promised_days=None, visits=None,
        department_name=department,
    )  # fmt: skip


INDEX = Index(
    [
        entry("1", "居住证办理", "Residence permit", "公安局", "居住证"),
        entry("2", "城乡居民参保登记", "Enrolment of residents", "人力资源和社会保障局"),
        entry("3", "住房公积金提取", "Housing fund withdrawal", "住房公积金管理中心", "公积金"),
        entry("4", "组织气候可行性论证", "", "气象局", online=False),
        entry("5", "结婚登记预约", "Marriage registration", "民政局"),
    ]
)


def names(text: str) -> list[str]:
    return [row.code for row in INDEX.search(text).rows]


@pytest.mark.parametrize(
    ("text", "code"),
    [("居", "1"), ("婚", "5"), ("居住", "1"), ("jzz", "1"), ("juzhuzheng", "1"), ("gjj", "3"), ("permit", "1")],
)
def test_one_character_two_pinyin_initials_and_english_find(text, code):
    assert code in names(text)
    assert INDEX.search(text).corrected is None


@pytest.mark.parametrize(
    ("text", "meant", "code"),
    [
        ("居驻证", "居住证", "1"),
        ("juzhuzhneg", "juzhuzheng", "1"),
        ("gongjijn", "gongjijin", "3"),
        ("jiehunn", "jiehun", "5"),
        ("residense", "residence", "1"),
        ("residense permit", "residence permit", "1"),
    ],
)
def test_a_slip_is_read_as_what_was_meant(text, meant, code):
    assert (INDEX.search(text).corrected, names(text)) == (meant, [code])


@pytest.mark.parametrize("text", ["zzqx", "zzqxg", "zzqhkk", "qqqq", "asdf", "xzqw", "火星移民许可"])
def test_initials_that_stand_for_nothing_find_nothing(text):
    assert names(text) == []


@pytest.mark.parametrize(("text", "code"), [("人社局", "2"), ("公积金中心", "3"), ("rlj", "2")])
def test_a_department_is_found_as_people_call_it(text, code):
    assert code in names(text)


@pytest.mark.parametrize("text", ["劳动局", "劳动和社会保障局"])
def test_a_department_is_found_by_what_it_was_called_before(text):
    former = replace(INDEX.entries[1], department_former=("劳动和社会保障局",))
    assert [row.code for row in Index([INDEX.entries[0], former]).search(text).rows] == ["2"]
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("环保局", "ecology"),
        ("工商局", "market_regulation"),
        ("质监局", "market_regulation"),
        ("国土局", "planning"),
        ("卫计委", "health"),
        ("民宗委", "ethnic_religious"),
    ],
)
def test_former_names_of_the_city_find_the_department_of_today(db, city, text, kind):
    assert {row.department_kind for row in selectors.catalogue().search(text).rows} == {kind}
