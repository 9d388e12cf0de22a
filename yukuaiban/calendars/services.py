"""What changes the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import connection, transaction

from yukuaiban.calendars import selectors
from yukuaiban.calendars.errors import NoticesRefused
from yukuaiban.calendars.hooks import CalendarChange, calendar_changed
from yukuaiban.calendars.models import CalendarVersion, HolidayDay, HolidayNotice
from yukuaiban.calendars.notices import FileError, NoticesInvalid, NoticeYear, pack_years, read_year, statutory_days_of
from yukuaiban.calendars.working_days import NEW_YEAR_REACH, ListedDay
from yukuaiban.config.parameters import Pair

_LOCK = 2018_09_01  # one load at a time, whoever starts it


@dataclass(frozen=True, slots=True)
class NoticeLoad:
    """What a load did. `version` is unchanged when nothing differed."""

    version: int
    added: tuple[date, ...]
    changed: tuple[date, ...]
    removed: tuple[date, ...]
    unchanged: int
    doubts: tuple[Pair, ...]

    @property
    def is_new(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class DayDiff:
    """A day that a load would change: what it is now and what it would be.

    Each is `holiday` or `makeup_workday` with its festival, or `work` or `rest` where no notice names the day.
    """

    day: date
    before: tuple[str, str | None]
    after: tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class YearDiff:
    """What a load would change in one year; `is_known` where the year has a notice already."""

    year: int
    is_known: bool
    days: tuple[DayDiff, ...]
    notices_before: tuple[str, ...]
    notices_after: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not self.days and self.notices_before == self.notices_after


def notice_compare(years: Iterable[NoticeYear]) -> list[YearDiff]:
    """What a load of these years would change now, day by day; nothing is written.

    A year without a notice is compared with the holidays of the law itself, by which it is counted until then.
    """
    found = []
    for year in sorted(years, key=lambda one: one.year):
        stored = HolidayNotice.objects.filter(year=year.year)
        names = tuple(_named(row.number, row.title, row.issued_on, row.source) for row in stored)
        if names:
            rows = HolidayDay.objects.filter(notice__year=year.year).values_list("day", "kind", "festival")
            before = {day: (kind, festival) for day, kind, festival in rows}
        else:
            before = {one.day: (one.kind.value, one.festival) for one in statutory_days_of(year.year)}
        after = {entry.day: (entry.kind.value, entry.festival) for entry in year.days}
        days = tuple(
            DayDiff(day, before.get(day, _ordinary(day)), after.get(day, _ordinary(day)))
            for day in sorted(before.keys() | after.keys())
            if before.get(day) != after.get(day)
        )
        wanted = tuple(_named(row.number or "", row.title, row.issued_on, row.source) for row in year.notices)
        found.append(YearDiff(year.year, bool(names), days, names, wanted))
    return found


def _ordinary(day: date) -> tuple[str, None]:
    return ("work" if day.weekday() < 5 else "rest", None)


def _named(number: str, title: str, issued_on: date | None, source: str) -> str:
    return " ".join(part for part in (number, title, issued_on.isoformat() if issued_on else "", source) if part)


def notice_load_files(
    *, files: Iterable[Path], by: str, at: datetime, year: int | None = None, dry_run: bool = False
) -> NoticeLoad:
    """Load years of holiday notices from files (`2027.csv`, `2027.xlsx`), all or none.

    Raises:
        NoticesRefused: With every error of every file; nothing was changed.
    """
    years: list[NoticeYear] = []
    errors: list[FileError] = []
    for path in files:
        try:
            years.append(read_year(path, year))
        except NoticesInvalid as problem:
            errors.extend(problem.errors)
    if errors:
        raise NoticesRefused(errors)
    return notice_load(years=years, by=by, at=at, dry_run=dry_run)


def notice_load_packs(*, by: str, at: datetime, dry_run: bool = False) -> NoticeLoad:
    """Load the notices of the packs this instance reads; years loaded from elsewhere stay.

    Raises:
        NoticesRefused: With every error of every file; nothing was changed.
    """
    try:
        years = pack_years()
    except NoticesInvalid as problem:
        raise NoticesRefused(problem.errors) from problem
    return notice_load(years=years, by=by, at=at, dry_run=dry_run)


@transaction.atomic
def notice_load(*, years: Iterable[NoticeYear], by: str, at: datetime, dry_run: bool = False) -> NoticeLoad:
    """Put years of holiday notices in the place of what was there for those years.

    One transaction, idempotent: the same again changes nothing and keeps the version. What changed becomes a new
    calendar version, and those who store dates are told inside the same transaction.

    Raises:
        NoticesRefused: Two years list the same day differently; nothing was changed.
    """
    years = sorted(years, key=lambda year: year.year)
    if not dry_run:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    numbers = [year.year for year in years]
    before = {row.day: row for row in HolidayDay.objects.filter(notice__year__in=numbers).select_related("notice")}
    after: dict[date, tuple[object, ...]] = {}
    errors: list[FileError] = []
    elsewhere = dict(HolidayDay.objects.exclude(notice__year__in=numbers).values_list("day", "notice__year"))
    for year in years:
        for entry in year.days:
            other = elsewhere.setdefault(entry.day, year.year)
            if other != year.year:
                expected = Pair(
                    f"只由一年的通知列出（{other}年已有）", f"to be listed by one year only ({other} has it)"
                )
                errors.append(FileError(str(year.year), 0, "date", entry.day.isoformat(), expected))
            after[entry.day] = _row(year, entry)
    if errors:
        raise NoticesRefused(errors)

    old = {day: _stored(row) for day, row in before.items()}
    added = tuple(sorted(after.keys() - old.keys()))
    removed = tuple(sorted(old.keys() - after.keys()))
    changed = tuple(sorted(day for day in after.keys() & old.keys() if after[day] != old[day]))
    stored = HolidayNotice.objects.filter(year__in=numbers)
    known = set(stored.values_list("year", "title", "number", "issued_on", "source"))
    named = {(n.year, n.title, n.number or "", n.issued_on, n.source) for year in years for n in year.notices}
    version = selectors.calendar_version()
    doubts = tuple(doubt for year in years for doubt in year.doubts)
    unchanged = len(after) - len(added) - len(changed)
    touched = sorted({*added, *removed, *changed})
    if dry_run or (not touched and known == named):
        return NoticeLoad(version, added, changed, removed, unchanged, doubts)

    _replace(years)
    # a year's first notice makes every date of that year certain, and a renamed notice is named anew in reasons
    for number in {row[0] for row in known ^ named}:
        touched += [date(number, 1, 1) - NEW_YEAR_REACH, date(number, 12, 31)]
    span = (min(touched), max(touched))
    made = CalendarVersion.objects.create(made_at=at, made_by=by, years=numbers, first_day=span[0], last_day=span[1])
    selectors.look_again(made.pk)
    transaction.on_commit(selectors.settled)
    calendar_changed(CalendarChange(made.pk, tuple(numbers), *span))
    return NoticeLoad(made.pk, added, changed, removed, unchanged, doubts)


def _row(year: NoticeYear, entry: ListedDay) -> tuple[object, ...]:
    notice = entry.notice
    assert notice is not None
    return (entry.kind.value, entry.festival, notice.year, notice.title, notice.number or "", *year.sources[entry.day])


def _stored(row: HolidayDay) -> tuple[object, ...]:
    notice = row.notice
    return (row.kind, row.festival, notice.year, notice.title, notice.number, row.source, row.note)


def _replace(years: Iterable[NoticeYear]) -> None:
    for year in years:
        HolidayNotice.objects.filter(year=year.year).delete()
    for year in years:
        notices = {
            notice: HolidayNotice.objects.create(
                year=notice.year,
                title=notice.title,
                number=notice.number or "",
                issued_on=notice.issued_on,
                source=notice.source,
            )
            for notice in year.notices
        }
        HolidayDay.objects.bulk_create(
            HolidayDay(
                notice=notices[entry.notice],
                day=entry.day,
                kind=entry.kind.value,
                festival=entry.festival,
                source=year.sources[entry.day][0],
                note=year.sources[entry.day][1],
            )
            for entry in year.days
            if entry.notice is not None
        )
