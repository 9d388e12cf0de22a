"""A year of holiday notices as a file: what holds, and what is said of what does not."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from yukuaiban.calendars.notices import (
    NoticesInvalid,
    calendar_of,
    error_copy,
    pack_years,
    read_folder,
    read_year,
    statutory_days_of,
)
from yukuaiban.calendars.working_days import DayKind
from yukuaiban.config.packs import packs_dir

HEADER = "date,kind,festival,weekday,notice,source,note"
# What a notice for 2027 might say; none was issued when this was written.
DAYS_2027 = [
    ("2027-01-01", "holiday", "元旦", "五"),
    *[(f"2027-02-{day:02}", "holiday", "春节", "五六日一二三四五"[day - 5]) for day in range(5, 13)],
    ("2027-01-31", "makeup_workday", "春节", "日"),
    ("2027-02-20", "makeup_workday", "春节", "六"),
    ("2027-04-05", "holiday", "清明节", "一"),
    *[(f"2027-05-{day:02}", "holiday", "劳动节", "六日一二三"[day - 1]) for day in range(1, 6)],
    ("2027-05-08", "makeup_workday", "劳动节", "六"),
    ("2027-06-09", "holiday", "端午节", "三"),
    ("2027-09-15", "holiday", "中秋节", "三"),
    *[(f"2027-10-{day:02}", "holiday", "国庆节", "五六日一二三四"[day - 1]) for day in range(1, 8)],
    ("2027-09-26", "makeup_workday", "国庆节", "日"),
    ("2027-10-09", "makeup_workday", "国庆节", "六"),
]


def rows_2027(**changes: tuple[str, ...] | None) -> list[str]:
    """The rows, with some replaced by their date (`d2027_10_01=...`) or taken out (None)."""
    rows = []
    for row in DAYS_2027:
        changed = changes.pop("d" + row[0].replace("-", "_"), row)
        if changed is not None:
            rows.append(",".join([*changed, "", "试算", ""]))
    assert not changes
    return rows


def write(path: Path, rows: list[str], *, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)
    return path


def errors_of(path: Path, year: int | None = None) -> list[tuple[int, str, str]]:
    with pytest.raises(NoticesInvalid) as problem:
        read_year(path, year)
    return [(error.line, error.field, error.found) for error in problem.value.errors]


class TestTheNoticesOfThePack:
    def test_hold_and_name_every_year_from_2018_to_2026(self):
        assert [year.year for year in pack_years()] == list(range(2018, 2027))
        assert not any(year.doubts for year in pack_years())

    def test_have_as_many_days_as_the_table_they_were_taken_from(self):
        days = [day for year in pack_years() for day in year.days]
        assert len(days) == 322
        assert sum(day.kind is DayKind.MAKEUP_WORKDAY for day in days) == 59

    def test_name_the_source_of_every_row_and_number_and_address_of_every_notice(self):
        for year in pack_years():
            assert all(source for source, _note in year.sources.values())
            for notice in year.notices:
                assert notice.number.startswith("国办发明电〔")
                assert notice.number.endswith("号")
                assert notice.issued_on.year in (year.year - 1, year.year)
                assert notice.source.startswith("https://www.gov.cn/")
                assert str(year.year) in notice.title

    def test_keep_the_days_of_december_with_the_notice_that_named_them(self):
        of_2019 = pack_years()[1]
        assert {day.day for day in of_2019.days if day.day.year == 2018} == {
            date(2018, 12, 29), date(2018, 12, 30), date(2018, 12, 31),
        }  # fmt: skip

    def test_free_every_holiday_of_the_law(self):
        for year in pack_years():
            free = {day.day for day in year.days if day.kind is DayKind.HOLIDAY}
            assert free >= {day.day for day in statutory_days_of(year.year)}


class TestANewYear:
    def test_is_read_and_makes_its_dates_certain(self, tmp_path):
        new = read_year(write(tmp_path / "2027.csv", rows_2027()))
        assert new.doubts == ()
        before, after = calendar_of(pack_years()), calendar_of([*pack_years(), new])
        assert before.add(date(2027, 9, 20), 11).provisional
        assert after.add(date(2027, 9, 20), 11) == (date(2027, 10, 9), False, frozenset())

    def test_without_a_number_is_named_by_its_year(self, tmp_path):
        [notice] = read_year(write(tmp_path / "2027.csv", rows_2027())).notices
        assert (notice.number, notice.name) == (None, "国务院办公厅关于2027年部分节假日安排的通知")

    def test_takes_number_title_and_date_from_the_file_beside_it(self, tmp_path):
        (tmp_path / "2027.yaml").write_text(
            "notices:\n  - {number: 某文〔2026〕1号, title: 通知, issued_on: 2026-11-30, source: 某处}\n",
            encoding="utf-8",
        )
        [notice] = read_year(write(tmp_path / "2027.csv", rows_2027())).notices
        assert (notice.name, notice.issued_on) == ("某文〔2026〕1号", date(2026, 11, 30))

    def test_may_come_from_excel_as_it_saves_chinese_text(self, tmp_path):
        assert len(read_year(write(tmp_path / "2027.csv", rows_2027(), encoding="gb18030")).days) == len(DAYS_2027)
        assert len(read_year(write(tmp_path / "2027年放假.csv", rows_2027(), encoding="utf-8-sig")).days) == len(
            DAYS_2027
        )

    def test_may_be_an_excel_file_with_chinese_columns_and_kinds(self, tmp_path):
        book = Workbook()
        book.active.append(["日期", "类型", "节日", "来源"])
        for day, kind, festival, _weekday in DAYS_2027:
            book.active.append([date.fromisoformat(day), "放假" if kind == "holiday" else "上班", festival, "通知"])
        path = tmp_path / "安排.xlsx"
        book.save(path)
        assert {day.day for day in read_year(path, 2027).days} == {date.fromisoformat(row[0]) for row in DAYS_2027}


class TestWhatIsWrongIsSaidAllAtOnce:
    def test_with_file_line_field_found_and_expected(self, tmp_path):
        rows = rows_2027(
            d2027_01_01=("2027-01-01", "holiday", "元旦", "六"),
            d2027_04_05=("2027/4/5", "holiday", "清明节", "一"),
            d2027_06_09=("2027-06-09", "free", "端午", "三"),
            d2027_05_08=("2027-05-10", "makeup_workday", "劳动节", "一"),
        )
        with pytest.raises(NoticesInvalid) as problem:
            read_year(write(tmp_path / "2027.csv", rows))
        said = [error.words("en") for error in problem.value.errors]
        assert said[0] == "2027.csv:2: weekday: found '六'; expected 五: 2027-01-01 is a Friday"
        assert said[1].startswith("2027.csv:13: date: found '2027/4/5'")
        assert [error.field for error in problem.value.errors] == [
            "weekday",
            "date",
            "kind",
            "kind",
            "festival",
            "date",
        ]
        assert problem.value.errors[0].words("zh") == "2027.csv:2：星期：现为“六”，应为五（2027-01-01 是星期五）"

    def test_a_holiday_of_the_law_that_is_missing(self, tmp_path):
        [(line, field, _found)] = errors_of(write(tmp_path / "2027.csv", rows_2027(d2027_10_03=None)))
        assert (line, field) == (0, "date")

    def test_a_holiday_of_the_law_that_is_worked(self, tmp_path):
        row = ("2027-10-03", "makeup_workday", "国庆节", "日")
        assert errors_of(write(tmp_path / "2027.csv", rows_2027(d2027_10_03=row))) == [(24, "date", "makeup_workday")]

    def test_a_day_listed_twice(self, tmp_path):
        rows = [*rows_2027(), "2027-01-01,holiday,元旦,五,,试算,"]
        assert errors_of(write(tmp_path / "2027.csv", rows)) == [(len(rows) + 1, "date", "2027-01-01")]

    @pytest.mark.parametrize("day", ["2026-12-28", "2028-01-01", "2026-02-17"])
    def test_a_day_of_another_year(self, tmp_path, day):
        rows = [*rows_2027(), f"{day},holiday,元旦,,,试算,"]
        assert errors_of(write(tmp_path / "2027.csv", rows)) == [(len(rows) + 1, "date", day)]

    def test_a_row_without_source(self, tmp_path):
        rows = rows_2027()
        rows[0] = "2027-01-01,holiday,元旦,五,,,"
        assert errors_of(write(tmp_path / "2027.csv", rows)) == [(2, "source", "")]

    def test_a_notice_that_is_not_named_beside_it(self, tmp_path):
        (tmp_path / "2027.yaml").write_text("notices:\n  - {number: 甲, title: 通知, source: 某处}\n", encoding="utf-8")
        rows = rows_2027()
        rows[0] = "2027-01-01,holiday,元旦,五,乙,试算,"
        assert errors_of(write(tmp_path / "2027.csv", rows)) == [(2, "notice", "乙")]

    @pytest.mark.parametrize(
        "text",
        [
            "notices: 3",
            "- a",
            "a: [",
            "notices:\n  - {number: 甲}",
            "notices:\n  - {title: a, source: b, issued_on: x}",
        ],
    )
    def test_a_file_of_notices_that_is_none(self, tmp_path, text):
        (tmp_path / "2027.yaml").write_text(text, encoding="utf-8")
        [(line, field, _found)] = errors_of(write(tmp_path / "2027.csv", rows_2027()))
        assert line == 0
        assert field.startswith("notices")

    def test_columns_that_are_missing(self, tmp_path):
        path = write(tmp_path / "2027.csv", ["2027-01-01"], header="date")
        assert errors_of(path) == [(1, "header", "date")]

    def test_a_file_without_rows(self, tmp_path):
        assert errors_of(write(tmp_path / "2027.csv", [])) == [(0, "date", "")]

    def test_a_name_without_a_year(self, tmp_path):
        assert errors_of(write(tmp_path / "new.csv", rows_2027())) == [(0, "file", "new.csv")]

    @pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"", b"%PDF-1.7"])
    def test_what_is_no_excel_file(self, tmp_path, content):
        path = tmp_path / "2027.xlsx"
        path.write_bytes(content)
        assert errors_of(path)[0][:2] == (0, "file")

    def test_what_is_too_large(self, tmp_path):
        path = tmp_path / "2027.csv"
        path.write_bytes(b"x" * (1024 * 1024 + 1))
        assert errors_of(path)[0][:2] == (0, "file")
        path = write(tmp_path / "2027.csv", ["2027-01-01,holiday,元旦,五,,试算,"] * 500)
        assert (0, "file", "401 rows") in errors_of(path)

    def test_a_file_that_is_not_there(self, tmp_path):
        assert errors_of(tmp_path / "2027.csv")[0][:2] == (0, "file")

    def test_of_every_file_of_a_folder(self, tmp_path):
        write(tmp_path / "2027.csv", rows_2027(d2027_10_03=None))
        write(tmp_path / "2028.csv", ["x"])
        with pytest.raises(NoticesInvalid) as problem:
            read_folder(tmp_path)
        assert {error.file for error in problem.value.errors} == {"2027.csv", "2028.csv"}


class TestWhatIsOddIsDoubtedNotRefused:
    def test_more_days_off_than_the_law_and_the_makeup_days_give(self, tmp_path):
        """全国年节及纪念日放假办法 第二条、第七条: what is freed beyond the law is worked at a weekend."""
        rows = rows_2027(d2027_10_09=None)
        [doubt] = read_year(write(tmp_path / "2027.csv", rows)).doubts
        assert "look again" in doubt.en
        assert "请核对" in doubt.zh


class TestTheErrorCopy:
    def test_is_the_file_with_what_is_wrong_beside_each_row(self, tmp_path):
        rows = rows_2027(d2027_01_01=("2027-01-01", "holiday", "元旦", "六"))
        path = write(tmp_path / "2027.csv", [*rows, "=1+1,holiday,元旦,,,试算,"])
        with pytest.raises(NoticesInvalid) as problem:
            read_year(path)
        sheet = load_workbook(io.BytesIO(error_copy(path, problem.value.errors))).active
        table = list(sheet.iter_rows(values_only=True))
        assert table[0][-1] == "问题"
        assert table[1][-1].startswith("2027.csv:2：星期：现为“六”")
        assert table[2][-1] in ("", None)
        assert table[-1][0] == "'=1+1"  # never a formula

    def test_can_be_made_of_what_is_no_table(self, tmp_path):
        path = tmp_path / "2027.xlsx"
        path.write_bytes(b"no")
        with pytest.raises(NoticesInvalid) as problem:
            read_year(path)
        assert error_copy(path, problem.value.errors, "en")


class TestTheFestivalFile:
    def test_says_of_every_year_whether_it_was_published_or_computed(self):
        with (packs_dir() / "china" / "holidays" / "festivals.csv").open(encoding="utf-8", newline="") as rows:
            status = {int(row["year"]): row["status"] for row in csv.DictReader(rows)}
        assert {year for year, word in status.items() if word == "notice"} == set(range(2018, 2027))
        assert set(status.values()) == {"notice", "computed"}
