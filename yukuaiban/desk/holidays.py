"""A year of holidays at the desk: typed from the notice or taken from a file, looked at, proposed for a second editor.

What is typed becomes the file that a pack would have, and is read by the same reader: one set of rules for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yukuaiban.calendars import DayKind, ListedDay, Notice
from yukuaiban.calendars import selectors as calendars
from yukuaiban.calendars.errors import NoticesRefused
from yukuaiban.calendars.months import Month, months_of
from yukuaiban.calendars.notices import (
    LONGEST,
    FileError,
    NoticeYear,
    calendar_of,
    festival_table,
    notices_file,
    rows_file,
    statutory_days_of,
    year_files,
)
from yukuaiban.calendars.reasons import FESTIVALS, WEEKDAYS
from yukuaiban.cases import recount
from yukuaiban.config.errors import DomainError, NotFound
from yukuaiban.config.paging import number_in
from yukuaiban.desk.catalogue import _editor
from yukuaiban.desk.pages import officer_only
from yukuaiban.items.loading import proposals as loads
from yukuaiban.items.loading.holidays import year_in
from yukuaiban.items.loading.wording import said
from yukuaiban.people import access
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor

LONGEST_HOLIDAY = 15  # days
SUFFIXES = (".csv", ".xlsx")
_DAY = re.compile(r"(?:(20\d\d)\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


class HolidayForm(forms.Form):
    """The notice, and either its days, festival by festival, or a file with them."""

    year = forms.IntegerField(label=gettext_lazy("年份"), widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("通知名称"), max_length=LONGEST["title"], required=False)
    number = forms.CharField(
        label=gettext_lazy("文号"),
        max_length=LONGEST["number"],
        required=False,
        help_text=gettext_lazy("如 国办发明电〔2026〕8号；不知道就不填，不要编造。"),
    )
    issued_on = forms.DateField(
        label=gettext_lazy("发文日期"),
        required=False,
        widget=forms.DateInput({"type": "date", "class": "input-medium"}, format="%Y-%m-%d"),
    )
    source = forms.CharField(
        label=gettext_lazy("出处"),
        max_length=LONGEST["source"],
        required=False,
        help_text=gettext_lazy("通知的网址，或纸质文件存放处。"),
    )
    file = forms.FileField(
        label=gettext_lazy("文件"),
        required=False,
        help_text=gettext_lazy(
            "CSV 或 Excel，每行一天：日期、类型（放假或上班）、节日、来源。上传文件后，下面逐个节日的填写不起作用。"
        ),
        widget=forms.ClearableFileInput({"accept": ".csv,.xlsx"}),
    )

    made: NoticeYear  # once it holds

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("title", "source"):  # a file may name its notices itself
            self.fields[name].required = not self.files.get("file")
        for number in range(len(FESTIVALS)):
            for name, label in (("first", gettext_lazy("放假从")), ("last", gettext_lazy("到"))):
                self.fields[f"{name}_{number}"] = forms.DateField(
                    label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
                )
            self.fields[f"makeup_{number}"] = forms.CharField(
                label=gettext_lazy("调休上班"), required=False, max_length=200
            )

    def festivals(self) -> Iterator[tuple[str, Any, Any, Any]]:
        """Each festival with its three fields, for the page."""
        for number, (zh, en) in enumerate(FESTIVALS.items()):
            name = en if _english() else zh
            yield name, self[f"first_{number}"], self[f"last_{number}"], self[f"makeup_{number}"]

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        first, last = years()
        if not first <= year <= last:
            raise forms.ValidationError(_("年份须在 {first} 到 {last} 之间。").format(first=first, last=last))
        return year

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "year" not in data:
            return data
        self.typed: list[tuple[int, dict[str, str]]] = []
        for number in range(len(FESTIVALS)):
            self._clean_festival(number, data)
        if not data.get("file") and not self.typed and not self.errors:
            raise forms.ValidationError(_("请至少填写一个节日的放假日期，或上传文件。"))
        if not self.errors:
            self._read(data)
        return data

    def _clean_festival(self, number: int, data: dict[str, Any]) -> None:
        first, last = data.get(f"first_{number}"), data.get(f"last_{number}") or data.get(f"first_{number}")
        if last and not first:
            self.add_error(f"first_{number}", _("请填写。"))
            return
        if first and last:
            if not 0 <= (last - first).days < LONGEST_HOLIDAY:
                self.add_error(f"last_{number}", _("须不早于开始日期，且不超过 {n} 天。").format(n=LONGEST_HOLIDAY))
                return
            listed = {row["date"] for _number, row in self.typed if row["kind"] == DayKind.HOLIDAY.value}
            for n in range((last - first).days + 1):
                day = first + timedelta(days=n)
                if day.isoformat() not in listed:  # two festivals may share a holiday: 国庆节、中秋节
                    self._row(number, day, DayKind.HOLIDAY)
        try:
            makeup = list(days_in(data.get(f"makeup_{number}", ""), data["year"], number))
        except ValueError as error:
            self.add_error(f"makeup_{number}", str(error))
            return
        for day in makeup:
            self._row(number, day, DayKind.MAKEUP_WORKDAY)

    def _row(self, number: int, day: date, kind: DayKind) -> None:
        festival = list(FESTIVALS)[number]
        self.typed.append((number, {"date": day.isoformat(), "kind": kind.value, "festival": festival}))

    def _read(self, data: dict[str, Any]) -> None:
        """The year, by the reader of packs; what it finds wrong stands at the field it is about."""
        year, uploaded = data["year"], data.get("file")
        notice = Notice(year, data["title"], data["number"] or None, data["issued_on"], data["source"])
        try:
            if uploaded:
                suffix = PurePosixPath(uploaded.name).suffix.lower()
                if suffix not in SUFFIXES:
                    self.add_error("file", _("请上传 CSV 或 Excel（.xlsx）文件。"))
                    return
                named = notices_file([notice]) if data["number"] else b""
                self.made = year_in(f"{year}{suffix}", uploaded.read(), year, named)
            else:
                source = (data["number"] or data["title"])[: LONGEST["source"]]
                content = rows_file({**row, "source": source} for _number, row in self.typed)
                self.made = year_in(f"{year}.csv", content, year, notices_file([notice]))
        except NoticesRefused as refused:
            for error in refused.errors:
                self.add_error(*self._told(error, is_file=bool(uploaded)))

    def _told(self, error: FileError, *, is_file: bool) -> tuple[str | None, str]:
        language = "en" if _english() else "zh"
        if is_file:
            return "file", error.words(language)
        wanted = error.expected.words(language)
        text = _("应为{wanted}").format(wanted=wanted)
        if error.line >= 2:
            number, row = self.typed[error.line - 2]
            field = "first" if row["kind"] == DayKind.HOLIDAY.value else "makeup"
            return f"{field}_{number}", f"{row['date']}{_('：')}{text}"
        for number, festival in enumerate(FESTIVALS):
            if festival in error.expected.zh:
                return f"first_{number}", text
        return None, text


def days_in(text: str, year: int, festival: int) -> Iterator[date]:
    """Days written as people write them: 2027-09-26、10月9日. Raises: ValueError in words for people."""
    rest = _DAY.sub("", text)
    if rest.strip(" 、，,；;。和\t"):
        raise ValueError(_("看不懂“{text}”。请写日期，如 2027-09-26、2027-10-09。").format(text=rest.strip()[:40]))
    for found in _DAY.finditer(text):
        month, day = int(found[2]), int(found[3])
        before_new_year = festival == 0 and month == 12
        try:
            yield date(int(found[1]) if found[1] else year - before_new_year, month, day)
        except ValueError:
            raise ValueError(_("没有这一天：{text}").format(text=found[0])) from None


def years() -> tuple[int, int]:
    """The first and the last year that can be counted."""
    return min(festival_table()), max(festival_table())


def next_year() -> int:
    """The year that is most likely to be typed: the first without a notice."""
    first, last = years()
    known = calendars.current().known_years
    return next((year for year in range(max(known, default=first), last + 1) if year not in known), last)


def initial_of(year: int) -> dict[str, Any]:
    """What stands for a year: its holidays as they are listed, else those of the law alone, to be completed."""
    calendar = calendars.current()
    days = (date(year - 1, 12, 1) + timedelta(days=n) for n in range(397))
    listed = [one for day in days if (one := calendar.listed(day)) and one.notice and one.notice.year == year]
    notices = [notice for notice in calendar.notices if notice.year == year]
    return _initial(year, notices, listed or list(statutory_days_of(year)))


def _initial(year: int, notices: Sequence[Notice], listed: Iterable[ListedDay]) -> dict[str, Any]:
    """What the form shows of a year."""
    found: dict[str, Any] = {"year": year, "title": _title(year)}
    if notices:
        newest = notices[-1]
        found |= {
            "title": newest.title, "number": newest.number or "", "issued_on": newest.issued_on,
            "source": newest.source,
        }  # fmt: skip
    for number, festival in enumerate(FESTIVALS):
        own = [one for one in listed if one.festival == festival]
        free = sorted(one.day for one in own if one.kind is DayKind.HOLIDAY)
        if free:
            found |= {f"first_{number}": free[0], f"last_{number}": free[-1]}
        worked = sorted(one.day for one in own if one.kind is DayKind.MAKEUP_WORKDAY)
        found[f"makeup_{number}"] = "、".join(day.isoformat() for day in worked)
    return found


def _title(year: int) -> str:
    """As these notices have been called every year."""
    return f"国务院办公厅关于{year}年部分节假日安排的通知"


def months_of_year(year: NoticeYear) -> list[Month]:
    """The months in which a notice changes something."""
    calendar = calendar_of([year])
    firsts = sorted({one.day.replace(day=1) for one in year.days})
    return [months_of(calendar, first, first)[0] for first in firsts]


def doubts_of(year: NoticeYear) -> list[str]:
    """What is odd about a year, but allowed."""
    return [doubt.words("en" if _english() else "zh") for doubt in year.doubts]


def weekdays() -> tuple[str, ...]:
    return WEEKDAYS["en" if _english() else "zh"]


@require_http_methods(["GET", "HEAD", "POST"])
@officer_only
def holidays(request: HttpRequest, by: Actor) -> HttpResponse:
    """Type a year, see what it changes, propose it."""
    _editor(by)
    page = {"by": by, "posts": people.posts_of(access.account_of(request)), "weekdays": weekdays()}
    if request.method == "POST" and request.POST.get("do") == "propose":
        year = _posted(request)
        try:
            load, _new = loads.propose_notice(year=year, by=by)
        except DomainError as error:
            context = page | _look(year) | {"problem": error}
            return render(request, "desk/holidays_look.html", context, status=error.status)
        return redirect("desk:proposal", pk=load.pk)
    if request.POST.get("do") == "edit":
        year = _posted(request)
        form = HolidayForm(initial=_initial(year.year, year.notices, year.days))
        return render(request, "desk/holidays.html", page | {"form": form, "is_known": False})
    asked = number_in(request.GET.get("year")) or next_year()
    first, last = years()
    initial = initial_of(min(max(asked, first), last))
    form = HolidayForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_bound and form.is_valid():
        return render(request, "desk/holidays_look.html", page | _look(form.made))
    context = page | {"form": form, "is_known": initial["year"] in calendars.current().known_years}
    return render(request, "desk/holidays.html", context, status=422 if form.is_bound else 200)


def _posted(request: HttpRequest) -> NoticeYear:
    """The year that was looked at, as its two files. Raises: NoticesRefused."""
    year, (first, last) = number_in(request.POST.get("year")) or 0, years()
    if not first <= year <= last:
        raise NotFound(_("没有这个页面。"))
    rows, notices = request.POST.get("rows", ""), request.POST.get("notices", "")
    return year_in(f"{year}.csv", rows.encode(), year, notices.encode())


def _look(year: NoticeYear) -> dict[str, Any]:
    """What a year would change, and the files that are proposed if it is right."""
    files = {name.rpartition(".")[2]: content.decode() for name, content in year_files(year).items()}
    return {
        "year": year.year,
        "rows": files["csv"],
        "notices": files["yaml"],
        "told": [(one, [said(line) for line in one.lines]) for one in loads.preview([year])],
        "doubts": doubts_of(year),
        "months": months_of_year(year),
        "running": recount.running(),
        "named": year.notices,
    }


def _english() -> bool:
    return (get_language() or "zh").startswith("en")
