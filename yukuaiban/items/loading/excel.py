"""Service items from a department's Excel file: every row judged by itself, and a copy of the bad ones to send back.

The good rows become a proposal that a second person publishes (publishing.py); the bad ones stand in the copy, each
with its problem in a last column, ready to be put right and sent again. One bad row never blocks the good ones unless
asked. A row that says what stands already is left alone. What was published so counts as edited at a desk: a later load
of the pack leaves it alone.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from yukuaiban.config.errors import Invalid, NotFound
from yukuaiban.config.now import now
from yukuaiban.items.guide import explained, merge
from yukuaiban.items.loading.desired import digest_json
from yukuaiban.items.loading.models import PackFile, PackLoad
from yukuaiban.items.loading.pack import Pack
from yukuaiban.items.models import Differences, EntryVersion, ServiceItem
from yukuaiban.items.schema import Unit
from yukuaiban.places.models import Department

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_PARTS = 500
MAX_RATIO = 200  # how much a part may swell; honest sheets stay under 50
MAX_ROWS = 20_000
MAX_COLUMNS = 60
SHEET = "服务事项"

UNITS = {
    "工作日": Unit.WORKING_DAY, "自然日": Unit.CALENDAR_DAY, "日": Unit.CALENDAR_DAY, "月": Unit.MONTH, "年": Unit.YEAR,
    "即办": Unit.ON_THE_SPOT,
}  # fmt: skip
STATES = {"在用": "active", "暂停": "suspended", "取消": "cancelled"}
CHANNELS = {
    "窗口": "window",
    "电脑端": "web",
    "网上": "web",
    "移动端": "mobile",
    "快递": "post",
    "自助终端": "terminal",
}
SCOPES = {"全国": "national", "跨省": "cross_province", "全省": "province", "全市": "city", "本地": "local"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, how a cell is read (raising ValueError in words for people) and how it is written."""

    key: str
    title: str
    read: Callable[[Any], Any]
    hint: str = ""
    write: Callable[[Any], Any] = lambda value: value


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one row of the sheet. `row` counts as Excel does."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = _("第 {row} 行").format(row=self.row) if self.row else _("整个文件")
        return f"{where}{f'“{self.column}”' if self.column else ''}：{self.message}"


@dataclass
class ImportReport:
    """What became of a file. `load` is the proposal of the good rows, None when there is none; `same` change nothing."""

    good: int = 0
    same: int = 0
    errors: list[RowError] = field(default_factory=list)
    error_copy: bytes = b""
    load: PackLoad | None = None

    def summary(self) -> str:
        bad = len({error.row for error in self.errors})
        if self.load is None:
            if bad:
                return _("没有导入任何行：{bad} 行有问题。").format(bad=bad)
            return _("{same} 行都没有改动。").format(same=self.same) if self.same else _("没有可导入的内容。")
        return _("{good} 行待第二人发布（装载 {number}），{bad} 行退回，{same} 行没有改动。").format(
            good=self.good, bad=bad, same=self.same, number=self.load.pk
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "good": self.good,
            "same": self.same,
            "load": self.load.pk if self.load else None,
            "errors": [{"row": e.row, "column": e.column, "message": e.message} for e in self.errors],
        }


class WorkbookRefused(Invalid):
    """The file as a whole cannot be read, or must not be."""

    code: ClassVar[str] = "items.workbook_refused"


# --- cells -----------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _number(least: int, most: int) -> Callable[[Any], int | None]:
    def read(value: Any) -> int | None:
        if _text(value) == "":
            return None
        try:
            number = int(value) if isinstance(value, int) or float(value) == int(float(value)) else None
        except (TypeError, ValueError, OverflowError):
            number = None
        if number is None or not least <= number <= most:
            raise ValueError(_("应为 {least} 到 {most} 的整数").format(least=least, most=most))
        return number

    return read


def _one_of(words: dict[str, Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        text = _text(value)
        if not text:
            return None
        if text not in words:
            raise ValueError(_("应为{words}之一").format(words="、".join(words)))
        return words[text]

    return read


def _several_of(words: dict[str, Any]) -> Callable[[Any], Any]:
    one = _one_of(words)

    def read(value: Any) -> list[Any]:
        parts = [part for part in _text(value).replace("，", "、").replace(",", "、").split("、") if part.strip()]
        return list(dict.fromkeys(one(part) for part in parts))

    return read


def _word(words: dict[str, Any]) -> Callable[[Any], str | None]:
    """The first word for a value."""
    return lambda value: next((word for word, meant in words.items() if meant == value), None)


def _words(words: dict[str, Any]) -> Callable[[Any], str]:
    return lambda values: "、".join(str(_word(words)(value)) for value in values or ())


def _depth(value: Any) -> list[int]:
    parts = [part for part in _text(value).replace("，", "^").replace("、", "^").replace(",", "^").split("^") if part]
    if any(part.strip() not in "12345678" for part in parts):
        raise ValueError(_("应为 1 到 8 的数字，几个之间用“、”隔开"))
    return sorted({int(part) for part in parts})


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or value is None:
        return value
    text = _text(value).replace("/", "-").replace("年", "-").replace("月", "-").rstrip("日")
    if not text:
        return None
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return date(year, month, day)
    except ValueError:
        raise ValueError(_("应为日期，如 2026-03-01")) from None


COLUMNS = [
    Column("entry", "事项编码", _text, "不要修改"),
    Column("name", "事项名称", _text, "核对用，不要修改"),
    Column("division", "区划代码", _text, "不要修改"),
    Column("promised_value", "承诺办结时限", _number(0, 730)),
    Column("promised_unit", "时限单位", _one_of(UNITS), "、".join(UNITS), _word(UNITS)),
    Column("visits", "到办事现场次数", _number(0, 5)),
    Column(
        "online_depth", "网上办理深度", _depth, "1 到 8，几个之间用“、”隔开", lambda n: "、".join(map(str, n or ()))
    ),
    Column("channels", "办理形式", _several_of(CHANNELS), "、".join(CHANNELS), _words(CHANNELS)),
    Column("scope", "通办范围", _one_of(SCOPES), "、".join(SCOPES), _word(SCOPES)),
    Column("state", "事项状态", _one_of(STATES), "、".join(STATES), _word(STATES)),
    Column("effective_from", "计划生效日期", _day),
    Column("effective_until", "计划取消日期", _day),
    Column("source", "来源", _text, "发布文件或网址"),
]
_BY_TITLE = {column.title: column for column in COLUMNS}
_REQUIRED = ("事项编码", "区划代码")
_WHICH = ("entry", "division")  # the cells that say which service item a row is about
PROBLEM = "问题"


# --- the file --------------------------------------------------------------------------------------------------------


def open_workbook(content: bytes) -> Any:
    """The first sheet of an .xlsx file, after it was looked at from outside. Raises WorkbookRefused."""
    if len(content) > MAX_BYTES:
        raise WorkbookRefused(_("文件超过 {n} MB，请拆成几个文件。").format(n=MAX_BYTES // 1024 // 1024))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise WorkbookRefused(_("这不是 .xlsx 文件。请在 Excel 中另存为“Excel 工作簿 (*.xlsx)”。")) from None
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise WorkbookRefused(_("文件解开后过大，已拒绝。"))
    if any(part.file_size > MAX_RATIO * max(part.compress_size, 512) for part in parts):
        raise WorkbookRefused(_("文件压缩比异常，已拒绝。"))
    if any("vbaProject" in part.filename or part.filename.startswith("xl/externalLinks") for part in parts):
        raise WorkbookRefused(_("文件含有宏或外部链接，已拒绝。请另存为不含宏的 .xlsx。"))
    from openpyxl import load_workbook  # here and below: it takes 0.15 s to import

    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return workbook[SHEET] if SHEET in workbook.sheetnames else workbook.worksheets[0]
    except Exception as error:  # openpyxl lets through whatever a broken part makes it meet
        raise WorkbookRefused(_("文件打不开：{error}").format(error=type(error).__name__)) from error


def import_workbook(content: bytes, *, by: Any, all_or_nothing: bool = False) -> ImportReport:
    """Read a department's file, judge every row, and propose the good ones.

    Raises: WorkbookRefused when the file as a whole cannot be taken.
    """
    report = ImportReport()
    titles, rows = _rows(open_workbook(content))
    judge = _Judge(titles)
    good: list[dict[str, Any]] = []
    judged: list[tuple[tuple[Any, ...], str]] = []
    for number, cells in rows:
        problems, row = judge(number, cells)
        report.errors.extend(problems)
        judged.append((cells, "；".join(f"{p.column}：{p.message}" if p.column else p.message for p in problems)))
        if not problems:
            if len(row) > len(_WHICH):
                good.append(row)
            else:
                report.same += 1
    if report.errors:
        whole = judged if all_or_nothing else [pair for pair in judged if pair[1]]
        report.error_copy = _error_copy(titles, whole)
    if good and not (report.errors and all_or_nothing):
        report.good = len(good)
        report.load = _propose(good, by=by)
    return report


def _rows(sheet: Any) -> tuple[list[str], Iterator[tuple[int, tuple[Any, ...]]]]:
    """The titles of the columns, and each row that is not empty with its number."""
    rows = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS + 2, values_only=True)
    titles = [_text(cell) for cell in next(rows, ())]
    while titles and not titles[-1]:
        titles.pop()
    if missing := [title for title in _REQUIRED if title not in titles]:
        raise WorkbookRefused(_("第一行缺少列：{columns}。请用下发的模板。").format(columns="、".join(missing)))
    unknown = [title for title in titles if title and title not in _BY_TITLE and title != PROBLEM]
    if unknown:
        raise WorkbookRefused(_("不认识的列：{columns}。请用下发的模板。").format(columns="、".join(unknown)))
    return titles, _numbered(rows, len(titles))


def _numbered(rows: Any, width: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for number, cells in enumerate(rows, 2):
        if number > MAX_ROWS + 1:
            raise WorkbookRefused(_("超过 {n} 行，请拆成几个文件。").format(n=f"{MAX_ROWS:,}"))
        if any(_text(cell) for cell in cells):
            yield number, tuple(cells[:width])


class _Standing(NamedTuple):
    """What is known of a service item before the file."""

    entry: str
    division: str
    name: str
    version_id: int | None
    differences_id: int | None
    state: str
    effective_from: date | None
    effective_until: date | None


def _standing(**only: Any) -> Iterator[_Standing]:
    rows = ServiceItem.objects.filter(**only).exclude(state=ServiceItem.State.CANCELLED).order_by("code")
    yield from map(_Standing._make, rows.values_list(
        "entry__code", "division_id", "entry__name_zh", "entry__current_version_id", "differences_id",
        "state", "effective_from", "effective_until",
    ))  # fmt: skip


class _Stored:
    """The content of guides as it stands, each read once: a thousand districts share it."""

    def __init__(self) -> None:
        self.read: dict[tuple[int, int | None], tuple[dict[str, Any], dict[str, Any]]] = {}

    def parts(self, version_id: int, differences_id: int | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """The entry's content, and what the service item lays over it."""
        key = version_id, differences_id
        if key not in self.read:
            content = EntryVersion.objects.values_list("content", flat=True).get(pk=version_id)
            over = (
                Differences.objects.values_list("content", flat=True).get(pk=differences_id) if differences_id else {}
            )
            self.read[key] = content, over
        return self.read[key]

    def cells(self, item: _Standing) -> dict[str, Any]:
        """What the cells of a service item would say of what stands."""
        cells: dict[str, Any] = {key: getattr(item, key) for key in ("state", "effective_from", "effective_until")}
        if item.version_id is not None:
            guide = merge(*self.parts(item.version_id, item.differences_id))
            cells |= {
                "promised_value": guide.promised.value,
                "promised_unit": guide.promised.unit,
                "source": guide.promised.source,
                "visits": guide.visits,
                "online_depth": sorted(guide.online_depth),
                "channels": list(guide.channels),
                "scope": guide.scope,
            }
        return cells


class _Judge:
    """Says of one row what is wrong with it, or what it changes."""

    def __init__(self, titles: list[str]) -> None:
        self.titles = titles
        self.seen: dict[str, int] = {}
        self.stored = _Stored()
        self.known = {(item.entry, item.division): item for item in _standing()}

    def __call__(self, number: int, cells: tuple[Any, ...]) -> tuple[list[RowError], dict[str, Any]]:
        """Its problems; and which service item it is with the cells that change something."""
        problems: list[RowError] = []
        row: dict[str, Any] = {}
        for title, cell in zip(self.titles, cells, strict=False):
            column = _BY_TITLE.get(title)
            if column is None:
                continue
            try:
                row[column.key] = column.read(cell)
            except ValueError as error:
                found = _("现为“{found}”，{expected}").format(found=_text(cell)[:40], expected=error)
                problems.append(RowError(number, title, found))
        problems += self._check(number, row, is_read=not problems)
        return problems, row if problems else self._changed(row)

    def _changed(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row without its empty cells and without those that say what stands already."""
        stands = self.stored.cells(self.known[row["entry"], row["division"]])
        said = {key: value for key, value in row.items() if key != "name" and value not in (None, "", [])}
        same = {
            key for key, value in said.items()
            if stands.get(key) == value or (key == "channels" and set(stands.get(key, ())) == set(value))
        }  # fmt: skip
        promise = {"promised_value", "promised_unit", "source"}
        if "promised_value" not in said or not promise & said.keys() <= same:
            same -= promise  # a limit stands with its unit and its source, or not at all
        if "promised_value" not in said:
            said.pop("source", None)
        return {key: value for key, value in said.items() if key not in same or key in _WHICH}

    def _check(self, number: int, row: dict[str, Any], *, is_read: bool) -> Iterator[RowError]:
        """Which service item it is; and where every cell could be read, whether they agree."""
        key = (row.get("entry", ""), row.get("division", ""))
        facts = self.known.get(key)
        if facts is None:
            yield RowError(number, "事项编码", _("目录中没有事项 {entry} 在区划 {division} 的实施清单").format(
                entry=key[0] or "（空）", division=key[1] or "（空）"))  # fmt: skip
            return
        if row.get("name") and row["name"] != facts.name:
            yield RowError(number, "事项名称", _("目录中该编码是“{name}”，请核对编码").format(name=facts.name))
        code = "-".join(key)
        if code in self.seen:
            yield RowError(number, "", _("与第 {row} 行重复").format(row=self.seen[code]))
        self.seen[code] = number
        if is_read:
            yield from self._check_cells(number, row, facts)

    def _check_cells(self, number: int, row: dict[str, Any], item: _Standing) -> Iterator[RowError]:
        if (row.get("promised_value") is None) != (row.get("promised_unit") is None):
            yield RowError(number, "时限单位", _("“承诺办结时限”和“时限单位”要么都填，要么都不填"))
        begins, ends = row.get("effective_from"), row.get("effective_until")
        if begins and ends and ends <= begins:
            yield RowError(number, "计划取消日期", _("应晚于计划生效日期"))
        over = differences_in(row)
        if not over:
            return
        if item.version_id is None:
            yield RowError(number, "", _("该事项尚未编制办事指南，只能填写状态和日期"))
            return
        content, before = self.stored.parts(item.version_id, item.differences_id)
        try:
            merge(content, before | over)
        except ValidationError as error:
            for message in explained(error).values():
                yield RowError(number, "", message)


def differences_in(row: dict[str, Any]) -> dict[str, Any]:
    """The filled cells of a row as parts of an item's content."""
    over: dict[str, Any] = {}
    if row.get("promised_value") is not None and row.get("promised_unit") is not None:
        over["promised"] = {"value": row["promised_value"], "unit": str(row["promised_unit"])}
        if row.get("source"):
            over["promised"]["source"] = row["source"]
    if row.get("visits") is not None:
        over["visits"] = row["visits"]
    for part in ("online_depth", "channels", "scope"):
        if row.get(part):
            over[part] = row[part]
    return over


# --- out -------------------------------------------------------------------------------------------------------------


def _propose(rows: list[dict[str, Any]], *, by: Any) -> PackLoad:
    """Keep the good rows as a proposal, in one file of JSON lines. The same again is the same proposal."""
    content = b"\n".join(msgspec.json.encode(row) for row in rows)
    pack = Pack(files={"excel/rows.jsonl": content})
    if waiting := PackLoad.waiting(pack.digest, by=by):
        return waiting
    with transaction.atomic():
        PackFile.objects.bulk_create(
            [PackFile(digest=pack.manifest["excel/rows.jsonl"], content=content)], ignore_conflicts=True
        )
        at = now()
        return PackLoad.objects.create(
            kind=PackLoad.Kind.EXCEL, pack="excel", version=at.strftime("%Y-%m-%d %H:%M"), manifest=pack.manifest,
            digest=pack.digest, loaded_by=by, loaded_at=at, report={"rows": len(rows)},
        )  # fmt: skip


def apply_rows(content: bytes) -> dict[str, int]:
    """Write the rows of a proposal: only what a row says changes, and the service item counts as edited at a desk."""
    changed = 0
    for line in content.splitlines():
        row = msgspec.json.decode(line)
        item = ServiceItem.objects.select_related("differences").get(
            entry__code=row["entry"], division_id=row["division"], code=f"{row['entry']}-{row['division']}"
        )
        over = differences_in(row)
        if over:
            whole = (item.differences.content if item.differences else {}) | over
            item.differences, _made = Differences.objects.get_or_create(
                digest=digest_json(whole), defaults={"content": whole}
            )
        item.state = row.get("state", item.state)
        for key in ("effective_from", "effective_until"):
            if key in row:
                setattr(item, key, date.fromisoformat(row[key]))
        item.origin = "desk"
        item.save()
        changed += 1
    return {"service_items": changed}


def _error_copy(titles: list[str], rows: list[tuple[tuple[Any, ...], str]]) -> bytes:
    """The rows to send back, each with its problem in the last column."""
    from openpyxl.styles import PatternFill

    titles = [title for title in titles if title != PROBLEM]
    workbook, sheet = _new_sheet([*titles, PROBLEM])
    mark = PatternFill("solid", fgColor="FBE3DC")
    for cells, problem in rows:
        sheet.append([_safe(cell) for cell in cells[: len(titles)]] + [""] * (len(titles) - len(cells)))
        last = sheet.cell(row=sheet.max_row, column=len(titles) + 1)
        last.value = problem
        last.data_type = "s"
        if problem:
            for cell in sheet[sheet.max_row]:
                cell.fill = mark
    return _bytes(workbook)


def _safe(cell: Any) -> Any:
    return cell if isinstance(cell, int | float | date | datetime) or cell is None else str(cell)[:2000]


def template(department_code: str) -> bytes:
    """A workbook for a department: its service items as they stand, to be changed and sent back. Raises NotFound."""
    department = Department.objects.filter(code=department_code).first()
    if department is None:
        raise NotFound(_("没有部门“{code}”。部门编码形如 500103-civil_affairs。").format(code=department_code))
    workbook, sheet = _new_sheet([column.title for column in COLUMNS])
    stored = _Stored()
    for item in _standing(department=department):
        cells = stored.cells(item)
        known = {"entry": item.entry, "name": item.name, "division": item.division}
        sheet.append([known.get(column.key) or column.write(cells.get(column.key)) for column in COLUMNS])
    notes = workbook.create_sheet(_("填写说明"))
    notes.append([_("列"), _("怎样填")])
    for column in COLUMNS:
        notes.append([column.title, column.hint or _("不填或者不改，表示不改动")])
    return _bytes(workbook)


def _new_sheet(titles: list[str]) -> tuple[Workbook, Any]:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = SHEET
    sheet.append(titles)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for i, title in enumerate(titles):
        wide = title in ("事项名称", PROBLEM)
        sheet.column_dimensions[sheet.cell(row=1, column=i + 1).column_letter].width = 48 if wide else 16
    sheet.freeze_panes = "D2"
    return workbook, sheet


def _bytes(workbook: Workbook) -> bytes:
    for cell in (cell for row in workbook.worksheets[0].iter_rows(min_row=2) for cell in row):
        if isinstance(cell.value, str):
            cell.data_type = "s"  # what begins with = is a text, not a formula
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()
