"""A year of holiday notices as a file: read, checked row by row, all errors at once.

`packs/*/holidays/<year>.csv` lists the days that differ from the ordinary week, one per row; `<year>.yaml` beside it
names the notices (number, title, date of issue, address). An Excel file of the same columns will do, and Chinese column
names and kinds too, so that an office can send the table it has. Without the YAML the notices are named by the rows.

Law: 全国年节及纪念日放假办法 第二条 (which days every notice must free), 第七条 (swapped days).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from yukuaiban.calendars.reasons import FESTIVALS, WEEKDAYS
from yukuaiban.calendars.working_days import NEW_YEAR_REACH, DayKind, ListedDay, Notice, WorkingCalendar
from yukuaiban.config.packs import pack_folders
from yukuaiban.config.parameters import Pair, parameter

LARGEST_FILE = 1024 * 1024
MOST_ROWS = 400
LONGEST_TEXT = 300  # characters of a source or a note
LONGEST = {"title": 120, "number": 60, "source": LONGEST_TEXT}  # of what names a notice
COLUMNS = {
    "date": "日期",
    "kind": "类型",
    "festival": "节日",
    "weekday": "星期",
    "notice": "通知",
    "source": "来源",
    "note": "备注",
}
REQUIRED = ("date", "kind", "festival", "source")
KINDS = {
    "holiday": DayKind.HOLIDAY,
    "放假": DayKind.HOLIDAY,
    "休": DayKind.HOLIDAY,
    "makeup_workday": DayKind.MAKEUP_WORKDAY,
    "上班": DayKind.MAKEUP_WORKDAY,
    "调休上班": DayKind.MAKEUP_WORKDAY,
    "班": DayKind.MAKEUP_WORKDAY,
}


@dataclass(frozen=True, slots=True)
class FileError:
    """One thing that is wrong in a file. Line 0 speaks of the file as a whole."""

    file: str
    line: int
    field: str
    found: str
    expected: Pair

    def words(self, language: str = "zh") -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        if language.startswith("en"):
            return f"{place}: {self.field}: found {self.found!r}; expected {self.expected.en}"
        return f"{place}：{COLUMNS.get(self.field, self.field)}：现为“{self.found}”，应为{self.expected.zh}"

    def as_json(self) -> dict[str, str | int]:
        return {
            "file": self.file,
            "line": self.line,
            "field": self.field,
            "found": self.found,
            "expected": self.expected.en,
            "expected_zh": self.expected.zh,
        }


class NoticesInvalid(ValueError):
    """A file of notices does not hold; `errors` has all of it."""

    def __init__(self, errors: Sequence[FileError]) -> None:
        super().__init__("\n".join(error.words("en") for error in errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class NoticeYear:
    """What the notices of one year say. `doubts` do not stop a load but should be looked at."""

    year: int
    notices: tuple[Notice, ...]
    days: tuple[ListedDay, ...]
    sources: Mapping[date, tuple[str, str]]  # source and note of each day
    doubts: tuple[Pair, ...] = ()


def read_year(path: Path, year: int | None = None) -> NoticeYear:
    """One year's file, checked.

    Args:
        path: A `.csv` (UTF-8, or the GB 18030 that Excel writes) or `.xlsx` file.
        year: The year the notices are for; else the four digits its name begins with.

    Raises:
        NoticesInvalid: With every error.
    """
    name = path.name
    errors: list[FileError] = []
    if year is None:
        digits = re.match(r"(20\d\d)", name)
        if not digits:
            raise NoticesInvalid(
                [_whole(name, "file", name, "以年份开头的文件名，如 2027.csv", "a name such as 2027.csv")]
            )
        year = int(digits[1])
    notices = _read_notices(path.with_suffix(".yaml"), year, errors)
    rows = list(_rows(path, errors))
    reader = _Reader(name, year, notices, errors)
    for line, row in rows:
        reader.row(line, row)
    doubts = reader.whole()
    if errors:
        raise NoticesInvalid(errors)
    return NoticeYear(year, tuple(reader.notices.values()), tuple(reader.days.values()), reader.sources, doubts)


def read_folder(folder: Path) -> list[NoticeYear]:
    """Every year's file of a folder.

    Raises:
        NoticesInvalid: With the errors of all files.
    """
    years: list[NoticeYear] = []
    errors: list[FileError] = []
    for path in sorted(folder.glob("20[0-9][0-9].csv")):
        try:
            years.append(read_year(path))
        except NoticesInvalid as problem:
            errors.extend(problem.errors)
    if errors:
        raise NoticesInvalid(errors)
    return years


def pack_years() -> list[NoticeYear]:
    """The notices of the packs this instance reads; a city's file for a year replaces the country's."""
    years = {year.year: year for folder in pack_folders() for year in read_folder(folder / "holidays")}
    return [years[year] for year in sorted(years)]


@cache
def pack_calendar() -> WorkingCalendar:
    """The calendar as the packs have it, for those who ask without a database."""
    years = pack_years()
    return calendar_of(years)


def calendar_of(years: Iterable[NoticeYear], *, version: int = 0) -> WorkingCalendar:
    """A calendar of these years' notices, with the holidays of the law where there is none."""
    years = list(years)
    return WorkingCalendar(
        listed=[day for year in years for day in year.days],
        notices=[notice for year in years for notice in year.notices],
        statutory=statutory_days(),
        first_year=min(festival_table()),
        last_year=max(festival_table()),
        version=version,
    )


# --- writing ------------------------------------------------------------------------------------------------------


def year_files(year: NoticeYear) -> dict[str, bytes]:
    """A year as the two files of a pack, so that reading them gives the same year again."""
    return {
        f"{year.year}.csv": rows_file(
            {
                "date": entry.day.isoformat(),
                "kind": entry.kind.value,
                "festival": entry.festival,
                "weekday": WEEKDAYS["zh"][entry.day.weekday()][-1],
                "notice": (entry.notice and entry.notice.number) or "",
                "source": year.sources[entry.day][0],
                "note": year.sources[entry.day][1],
            }
            for entry in sorted(year.days, key=lambda one: one.day)
        ),
        f"{year.year}.yaml": notices_file(year.notices),
    }


def rows_file(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Days as CSV, under the names of `COLUMNS`."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(COLUMNS), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def notices_file(notices: Iterable[Notice]) -> bytes:
    """What names the notices of a year, as YAML."""
    entries = [
        {
            **({"number": notice.number} if notice.number else {}),
            "title": notice.title,
            **({"issued_on": notice.issued_on} if notice.issued_on else {}),
            "source": notice.source,
        }
        for notice in notices
    ]
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    out = io.StringIO()
    yaml.dump({"notices": entries}, out)
    return out.getvalue().encode()


# --- the holidays of the law itself -------------------------------------------------------------------------------


@cache
def festival_table() -> dict[int, dict[str, date]]:
    """The movable festivals of every year, from `packs/*/holidays/festivals.csv`; 春节 is the first day of the year."""
    table: dict[int, dict[str, date]] = {}
    for folder in pack_folders():
        path = folder / "holidays" / "festivals.csv"
        if path.exists():
            with path.open(encoding="utf-8", newline="") as rows:
                for row in csv.DictReader(rows):
                    days = {name: date.fromisoformat(row[name]) for name in FESTIVALS if name in row}
                    table[int(row["year"])] = days
    return table


@cache
def statutory_days() -> tuple[ListedDay, ...]:
    """The days the law frees, every year of the table, without swapped days and without substitutes.

    Law: 全国年节及纪念日放假办法 第二条, in the edition in force at the start of the year.
    """
    return tuple(day for year in sorted(festival_table()) for day in statutory_days_of(year))


def statutory_days_of(year: int) -> Iterator[ListedDay]:
    """The days the law frees in one year; fewer where the movable festivals of the year are not in the table."""
    movable = festival_table().get(year, {})
    for festival, days in parameter("statutory_holidays", on=date(year, 1, 1)).value.items():
        for day in days:
            if isinstance(day, str):
                yield ListedDay(date.fromisoformat(f"{year}-{day}"), DayKind.HOLIDAY, festival)
            elif festival in movable:
                yield ListedDay(movable[festival] + timedelta(days=day), DayKind.HOLIDAY, festival)


# --- reading ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    """Checks one row after the other, then the year as a whole."""

    file: str
    year: int
    notices: dict[str, Notice]
    errors: list[FileError]
    days: dict[date, ListedDay] = field(default_factory=dict)
    sources: dict[date, tuple[str, str]] = field(default_factory=dict)
    lines: dict[date, int] = field(default_factory=dict)
    named: bool = field(init=False)

    def __post_init__(self) -> None:
        self.named = bool(self.notices)  # a YAML file named them: rows may name no other

    def row(self, line: int, row: Mapping[str, str]) -> None:
        def wrong(name: str, zh: str, en: str) -> None:
            self.errors.append(FileError(self.file, line, name, row.get(name, ""), Pair(zh, en)))

        before = len(self.errors)
        try:
            day = date.fromisoformat(row["date"])
        except ValueError:
            wrong("date", "日期，如 2027-10-01", "a date such as 2027-10-01")
            return
        first = date(self.year, 1, 1) - NEW_YEAR_REACH
        if not first <= day <= date(self.year, 12, 31):
            wrong("date", f"{first} 至 {self.year}-12-31 之间的日期", f"a day from {first} to {self.year}-12-31")
        elif day in self.lines:
            line_before = self.lines[day]
            wrong("date", f"每日只列一次（第{line_before}行已有）", f"each day once (it is on line {line_before} too)")
        self.lines.setdefault(day, line)
        weekday = WEEKDAYS["zh"][day.weekday()]
        if row.get("weekday") and row["weekday"].removeprefix("星期").removeprefix("周") != weekday[-1]:
            wrong("weekday", f"{weekday[-1]}（{day} 是{weekday}）", f"{weekday[-1]}: {day} is a {day:%A}")
        kind = KINDS.get(row["kind"])
        if kind is None:
            wrong("kind", "holiday（放假）或 makeup_workday（上班）", "holiday or makeup_workday")
        elif kind is DayKind.MAKEUP_WORKDAY and day.weekday() < 5:
            wrong(
                "kind",
                "周六或周日才能调休上班",
                f"holiday: only a weekend day is worked in exchange, {day} is a {day:%A}",
            )
        if row["festival"] not in FESTIVALS:
            wrong("festival", "、".join(FESTIVALS), "one of " + ", ".join(FESTIVALS))
        if not row["source"]:
            wrong("source", "本行的出处", "where the row comes from")
        for name in ("source", "note"):
            if len(row.get(name, "")) > LONGEST_TEXT:
                wrong(name, f"不超过{LONGEST_TEXT}字", f"at most {LONGEST_TEXT} characters")
        number = row.get("notice", "")
        if len(number) > LONGEST["number"]:
            wrong("notice", f"不超过{LONGEST['number']}字", f"at most {LONGEST['number']} characters")
        if self.named and number and number not in self.notices:
            wrong("notice", "、".join(self.notices), "one of " + ", ".join(self.notices))
        if len(self.errors) > before or kind is None:
            return
        self.days[day] = ListedDay(day, kind, row["festival"], self._notice(number))
        self.sources[day] = (row["source"], row.get("note", ""))

    def _notice(self, number: str) -> Notice:
        """The row's notice: named by number, else the first of the year, which is made if none was named."""
        if number in self.notices:
            return self.notices[number]
        if self.notices and not number:
            return next(iter(self.notices.values()))
        title = f"国务院办公厅关于{self.year}年部分节假日安排的通知"
        return self.notices.setdefault(number, Notice(self.year, title, number or None))

    def whole(self) -> tuple[Pair, ...]:
        """What the year must have as a whole; returns what is odd but allowed."""
        if not self.lines:
            if not self.errors:
                zh, en = "至少一行", "at least one row"
                self.errors.append(_whole(self.file, "date", "", zh, en))
            return ()
        statutory = {day.day: day.festival for day in statutory_days_of(self.year)}
        for day, festival in statutory.items():
            entry = self.days.get(day)
            if day not in self.lines or (entry and entry.kind is not DayKind.HOLIDAY):
                zh = f"{day} {festival}放假（全国年节及纪念日放假办法 第二条）"
                en = f"{day} to be free for {FESTIVALS[festival]} (全国年节及纪念日放假办法 第二条)"
                found = "" if entry is None else str(entry.kind)
                self.errors.append(FileError(self.file, self.lines.get(day, 0), "date", found, Pair(zh, en)))
        if self.errors:
            return ()
        free = sum(1 for d in self.days.values() if d.kind is DayKind.HOLIDAY and d.day.weekday() < 5)
        worked = sum(1 for d in self.days.values() if d.kind is DayKind.MAKEUP_WORKDAY)
        if len(self.notices) == 1 and free != len(statutory) + worked:  # a notice that amends may lengthen a holiday
            zh = f"周一至周五共放假{free}天，法定节假日{len(statutory)}天、调休上班{worked}天，两者不等，请核对"
            en = (
                f"{free} weekdays are free, while the law gives {len(statutory)} and {worked} weekend days are worked "
                "in exchange: look again"
            )
            return (Pair(zh, en),)
        return ()


def _read_notices(path: Path, year: int, errors: list[FileError]) -> dict[str, Notice]:
    """The notices a YAML file names, by number; none where there is no such file."""
    if not path.exists():
        return {}
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        entries = list(content["notices"])
    except (YAMLError, KeyError, TypeError):
        errors.append(_whole(path.name, "notices", "", "一个 notices 列表", "a list named notices"))
        return {}
    found: dict[str, Notice] = {}
    for number, entry in enumerate(entries, 1):
        keys = set(entry) if isinstance(entry, dict) else set()
        if not {"title", "source"} <= keys or keys - {"number", "title", "issued_on", "source"}:
            names = "title、source、number、issued_on"
            shown = ", ".join(sorted(map(str, keys)))
            errors.append(_whole(path.name, f"notices[{number}]", shown, names, "title, source, number, issued_on"))
            continue
        issued = entry.get("issued_on")
        if issued is not None and not isinstance(issued, date):
            errors.append(_whole(path.name, f"notices[{number}].issued_on", str(issued), "日期", "a date"))
            continue
        odd = [key for key in LONGEST if not isinstance(entry.get(key), str | int | None)]
        texts = {key: "" if key in odd else str(entry.get(key) or "") for key in LONGEST}
        long = [key for key, text in texts.items() if len(text) > LONGEST[key]]
        for key in dict.fromkeys([*odd, *long, *(["title"] if not texts["title"].strip() else [])]):
            most = LONGEST[key]
            errors.append(
                _whole(
                    path.name, f"notices[{number}].{key}", texts[key][:40], f"1 至 {most} 字", f"1 to {most} characters"
                )
            )
        notice = Notice(year, texts["title"], texts["number"] or None, issued, texts["source"])
        found[notice.number or ""] = notice
    return found


def _rows(path: Path, errors: list[FileError]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV or Excel file with their line, under our column names, cells stripped."""
    name = path.name
    try:
        content = path.read_bytes()
    except OSError as error:
        errors.append(_whole(name, "file", str(error.strerror), "可以读取的文件", "a file that can be read"))
        return
    if len(content) > LARGEST_FILE:
        errors.append(_whole(name, "file", f"{len(content)} bytes", "不超过1 MB", "at most 1 MB"))
        return
    table = _excel(content) if path.suffix.lower() == ".xlsx" else _csv(content)
    if table is None:
        zh, en = "CSV（UTF-8 或 GB 18030）或 Excel（.xlsx）", "CSV (UTF-8 or GB 18030) or Excel (.xlsx)"
        errors.append(_whole(name, "file", path.suffix, zh, en))
        return
    lines = iter(table)
    aliases = {chinese: ours for ours, chinese in COLUMNS.items()}
    header = [aliases.get(cell.strip(), cell.strip()) for cell in next(lines, [])]
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        zh = "、".join(f"{column}（{COLUMNS[column]}）" for column in missing)
        errors.append(
            FileError(name, 1, "header", ", ".join(header), Pair(f"含有 {zh}", "columns " + ", ".join(missing)))
        )
        return
    for line, cells in enumerate(lines, 2):
        if line > MOST_ROWS:
            errors.append(_whole(name, "file", f"{line} rows", f"不超过{MOST_ROWS}行", f"at most {MOST_ROWS} rows"))
            return
        if any(cell.strip() for cell in cells):
            yield line, {column: cell.strip() for column, cell in zip(header, cells + [""] * len(header), strict=False)}


def _csv(content: bytes) -> list[list[str]] | None:
    if b"\x00" in content:
        return None  # another encoding, or no text at all
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
        except (UnicodeDecodeError, csv.Error):
            continue
    return None


def _excel(content: bytes) -> list[list[str]] | None:
    from openpyxl import load_workbook  # here: only who loads an Excel file pays for it

    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=len(COLUMNS) + 10, values_only=True)
        return [[_cell(cell) for cell in row] for row in rows]
    except Exception:  # whatever a broken or hostile file makes the reader raise, it is no Excel file
        return None


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def error_copy(path: Path, errors: Sequence[FileError], language: str = "zh") -> bytes:
    """The file as Excel with a column that says what is wrong in each row, to send back to who sent it."""
    from openpyxl import Workbook
    from openpyxl.styles import PatternFill

    content = path.read_bytes()
    table = (_excel(content) if path.suffix.lower() == ".xlsx" else _csv(content)) or []
    book = Workbook()
    sheet = book.active
    width = max((len(row) for row in table), default=0)
    said: dict[int, list[str]] = {}
    for error in errors:
        said.setdefault(max(error.line, 1), []).append(error.words(language))
    for line, row in enumerate(table or [[]], 1):
        problems = said.get(line, [])
        heading = ["问题" if not language.startswith("en") else "Problems"] if line == 1 else []
        sheet.append([*map(_safe, row), *[""] * (width - len(row)), "；".join([*heading, *problems])])
        if problems:
            for cell in sheet[line]:
                cell.fill = PatternFill("solid", start_color="FFE3DC")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(cell: str) -> str:
    """A cell that Excel will not take for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def _whole(file: str, name: str, found: str, zh: str, en: str) -> FileError:
    return FileError(file, 0, name, found, Pair(zh, en))
