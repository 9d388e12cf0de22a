"""A department's Excel file: each row judged by itself, the bad ones sent back, bombs refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from yukuaiban.items.loading import load_city
from yukuaiban.items.loading.excel import COLUMNS, PROBLEM, WorkbookRefused, import_workbook, template
from yukuaiban.items.loading.models import PackLoad
from yukuaiban.items.loading.publishing import NeedsSecondPerson, publish
from yukuaiban.items.models import ServiceItem
from yukuaiban.items.selectors import guide
from yukuaiban.items.tests.packs import write_pack
from yukuaiban.people.models import Account

HEAD = ["事项编码", "事项名称", "区划代码", "承诺办结时限", "时限单位", "到办事现场次数", "事项状态", "计划生效日期"]


@pytest.fixture
def editors(db: None, tmp_path: Path) -> tuple[Account, Account]:
    """Two catalogue editors in the small city."""
    load_city(folder=write_pack(tmp_path))
    return tuple(Account.objects.create_user(email=f"{n}@example.test") for n in "ab")  # type: ignore[return-value]


def workbook(*rows: list[Any], head: list[str] | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(head or HEAD)
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GOOD = ["SM-0001", "高龄津贴", "990101", 5, "工作日", 0, "在用", date(2026, 3, 1)]


def test_a_good_row_is_published_by_a_second_person_and_counts_as_a_desks_edit(
    editors: tuple[Account, Account],
) -> None:
    report = import_workbook(workbook(GOOD), by=editors[0])
    assert report.errors == []
    assert report.load is not None
    with pytest.raises(NeedsSecondPerson):
        publish(report.load.pk, by=editors[0])
    publish(report.load.pk, by=editors[1])
    item = ServiceItem.objects.get(code="SM-0001-990101")
    assert (item.origin, item.effective_from) == ("desk", date(2026, 3, 1))
    content = guide("SM-0001-990101").content
    assert content is not None
    assert content.promised.value == 5
    other = guide("SM-0001-990102").content
    assert other is not None
    assert other.promised.value == 10, "the other district is as it was"


BAD = {
    "unknown entry": (["SM-9999", "", "990101"], "目录中没有事项"),
    "division that does not do it": (["SM-0003", "", "990101"], "目录中没有事项"),
    "another name": (["SM-0001", "结婚登记预约", "990101"], "目录中该编码是“高龄津贴”"),
    "number that is none": (["SM-0001", "", "990101", "五", "工作日"], "应为 0 到 730 的整数"),
    "unit that is none": (["SM-0001", "", "990101", 5, "星期"], "应为工作日、"),
    "number without unit": (["SM-0001", "", "990101", 5], "要么都填"),
    "promise longer than the law": (["SM-0001", "", "990101", 30, "工作日"], "不得长于法定办结时限"),
    "visit without reason": (["SM-0001", "", "990101", None, None, 1], "写明原因"),
    "guide not worked out": (["SM-0002", "", "990101", 5, "工作日"], "尚未编制办事指南"),
    "day that is none": (["SM-0001", "", "990101", None, None, None, None, "2026-02-30"], "应为日期"),
    "state that is none": (["SM-0001", "", "990101", None, None, None, "好"], "应为在用、暂停、取消之一"),
}


@pytest.mark.parametrize("case", BAD, ids=list(BAD))
def test_a_bad_row_says_what_is_wrong_and_blocks_no_good_one(editors: tuple[Account, Account], case: str) -> None:
    row, told = BAD[case]
    report = import_workbook(workbook(row, ["SM-0001", "", "990102", 5, "工作日"]), by=editors[0])
    assert [error.row for error in report.errors] == [2]
    assert told in str(report.errors[0])
    assert report.good == 1
    sheet = load_workbook(io.BytesIO(report.error_copy)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][-1] == PROBLEM
    assert len(rows) == 2, "only the bad row goes back"
    assert told in str(rows[1][-1])


def test_the_corrected_copy_can_be_sent_in_again(editors: tuple[Account, Account]) -> None:
    report = import_workbook(workbook(["SM-0001", "", "990101", 30, "工作日"]), by=editors[0])
    book = load_workbook(io.BytesIO(report.error_copy))
    book.worksheets[0]["D2"] = 6
    out = io.BytesIO()
    book.save(out)
    assert import_workbook(out.getvalue(), by=editors[0]).good == 1


def test_all_or_nothing_takes_nothing_when_one_row_is_bad(editors: tuple[Account, Account]) -> None:
    report = import_workbook(workbook(GOOD, BAD["unknown entry"][0]), by=editors[0], all_or_nothing=True)
    assert report.load is None
    assert report.good == 0
    assert not PackLoad.objects.filter(kind=PackLoad.Kind.EXCEL).exists()
    rows = list(load_workbook(io.BytesIO(report.error_copy)).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 3, "the whole file goes back"


def test_the_same_service_item_twice_is_told(editors: tuple[Account, Account]) -> None:
    report = import_workbook(workbook(GOOD, GOOD), by=editors[0])
    assert ["与第 2 行重复" in str(error) for error in report.errors] == [True]


def test_a_formula_comes_back_as_text(editors: tuple[Account, Account]) -> None:
    report = import_workbook(workbook(["SM-0001", '=HYPERLINK("http://x")', "990109"]), by=editors[0])
    cell = load_workbook(io.BytesIO(report.error_copy)).worksheets[0]["B2"]
    assert cell.data_type != "f"


def test_the_template_of_a_department_can_be_sent_back_as_it_is(editors: tuple[Account, Account]) -> None:
    content = template("990101-civil_affairs")
    rows = list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    assert list(rows[0]) == [column.title for column in COLUMNS]
    assert [row[0] for row in rows[1:]] == ["SM-0001", "SM-0002"]
    report = import_workbook(content, by=editors[0])
    assert (report.good, report.same, report.load) == (0, 2, None), "what was not changed is not proposed"


def test_of_the_template_only_what_was_changed_is_proposed(editors: tuple[Account, Account]) -> None:
    before = guide("SM-0001-990101").content
    assert before is not None
    book = load_workbook(io.BytesIO(template("990101-civil_affairs")))
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, head.index("承诺办结时限") + 1).value == before.promised.value, "it shows what stands"
    sheet.cell(2, head.index("承诺办结时限") + 1).value = 3
    out = io.BytesIO()
    book.save(out)
    report = import_workbook(out.getvalue(), by=editors[0])
    assert report.errors == []
    assert (report.good, report.same) == (1, 1)
    assert report.load is not None
    publish(report.load.pk, by=editors[1])
    item = ServiceItem.objects.select_related("differences").get(code="SM-0001-990101")
    assert item.differences is not None
    assert set(item.differences.content) == {"promised"}, "the rest is still the entry's own"
    untouched = ServiceItem.objects.get(code="SM-0002-990101")
    assert untouched.origin != "desk", "a later load still reaches it"


def archive(*parts: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts:
            file.writestr(name, content)
    return out.getvalue()


BOMBS = {
    "no archive": b"PK but no archive",
    "swells": archive(("xl/worksheets/sheet1.xml", b"0" * 30_000_000)),
    "very many parts": archive(*[(f"{n}.xml", b"x") for n in range(600)]),
    "macros": archive(("xl/vbaProject.bin", b"x")),
    "links to other files": archive(("xl/externalLinks/externalLink1.xml", b"<x/>")),
    "no workbook inside": archive(("hello.txt", b"hello")),
    "entities": archive(
        ("[Content_Types].xml", b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Types>&b;</Types>'),
        ("xl/workbook.xml", b"<workbook/>"),
    ),
}


@pytest.mark.parametrize("case", BOMBS, ids=list(BOMBS))
def test_what_is_no_honest_workbook_is_refused(editors: tuple[Account, Account], case: str) -> None:
    with pytest.raises(WorkbookRefused):
        import_workbook(BOMBS[case], by=editors[0])


def test_columns_that_nobody_knows_are_refused_by_name(editors: tuple[Account, Account]) -> None:
    with pytest.raises(WorkbookRefused, match="备忘"):
        import_workbook(workbook(head=[*HEAD, "备忘"]), by=editors[0])
    with pytest.raises(WorkbookRefused, match="区划代码"):
        import_workbook(workbook(head=["事项编码"]), by=editors[0])
