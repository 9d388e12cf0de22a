"""Working days over a dated table: which days count, how far n of them reach, how many lie between two dates.

Pure: no database, no request, no clock on the wall. A calendar never changes once made; a new notice makes a new one.
Everything is counted once at construction, so that a question costs two look-ups in a list.

Law: 行政许可法 第八十二条 (limits are counted in working days, statutory holidays excluded). The table is what the
yearly notices of the General Office of the State Council say (放假调休, 上班).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from yukuaiban.calendars.reasons import Reason

# The days of December that a New Year holiday of the next year's notice has reached: 2018-12-29 was worked and
# 2018-12-31 free by the notice for 2019; 2001-12-29 and 2006-12-30 likewise (docs/adr/0004).
NEW_YEAR_REACH = timedelta(days=3)


class CalendarGap(LookupError):
    """A date that must be certain is not: a year's holiday notice is missing, or the day is outside the table.

    `missing_years` names the years whose notice is needed; empty when the day lies outside the table altogether.
    """

    def __init__(self, message: str, missing_years: frozenset[int] = frozenset()) -> None:
        super().__init__(message)
        self.missing_years = missing_years


class DayKind(StrEnum):
    """What a notice can say of a day."""

    HOLIDAY = "holiday"  # 放假
    MAKEUP_WORKDAY = "makeup_workday"  # 调休上班


@dataclass(frozen=True, slots=True)
class Notice:
    """One holiday notice (放假通知). `number` is None where it is not known: it is never made up."""

    year: int
    title: str
    number: str | None = None
    issued_on: date | None = None
    source: str = ""

    @property
    def name(self) -> str:
        """Its number where known, else its title: what a reason cites."""
        return self.number or self.title


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A day that differs from the ordinary week. `notice` is None for a holiday that only the law itself gives."""

    day: date
    kind: DayKind
    festival: str
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class HolidayRun:
    """Consecutive free days by one notice, for one festival or several: what a person calls the holiday."""

    first: date
    last: date
    festivals: tuple[str, ...]
    notice: Notice | None


class DueDate(NamedTuple):
    """A date that was counted. Provisional: a notice that could move it is missing, those years are named."""

    on: date
    provisional: bool
    missing_years: frozenset[int]

    def certain(self) -> date:
        """The date for callers that need certainty.

        Raises:
            CalendarGap: The date is provisional.
        """
        if self.provisional:
            years = "、".join(str(year) for year in sorted(self.missing_years))
            raise CalendarGap(
                f"{self.on} hangs on the holiday notice for {years}, which is missing", self.missing_years
            )
        return self.on


_NONE: frozenset[int] = frozenset()
_DAY = timedelta(days=1)


class WorkingCalendar:
    """Working days from `first_year` to `last_year`.

    Args:
        listed: The days the notices name.
        notices: The notices behind them; a year is known when it has one, even if that names no day.
        statutory: The holidays of the law itself for every year; they count only in years without a notice, without
            swapped days, and what is counted over such a year is provisional (docs/adr/0003).
        first_year, last_year: The table's ends; a question beyond them raises CalendarGap.
        version: Which state of the notices this is; stored beside a date that was counted with it.
    """

    def __init__(
        self,
        listed: Iterable[ListedDay],
        notices: Iterable[Notice],
        statutory: Iterable[ListedDay] = (),
        *,
        first_year: int = 2014,
        last_year: int = 2099,
        version: int = 0,
    ) -> None:
        self.version = version
        self.notices = tuple(sorted(notices, key=lambda n: (n.year, n.issued_on or date.min)))
        self.known_years = frozenset(n.year for n in self.notices)
        self.first = date(first_year, 1, 1)
        self.last = date(last_year, 12, 31)

        days = {entry.day: entry for entry in statutory if entry.day.year not in self.known_years}
        days.update((entry.day, entry) for entry in listed)
        self._listed = days
        self._base = self.first.toordinal()
        self._size = self.last.toordinal() - self._base + 1

        # rank[i]: working days up to and with day i;  gaps[i]: uncertain days up to and with day i
        # nth[k]: the (k + 1)-th working day;  nth_at[k]: its index
        self._rank: list[int] = []
        self._gaps: list[int] = []
        self._nth: list[date] = []
        self._nth_at: list[int] = []
        rank = gaps = 0
        for index in range(self._size):
            day = date.fromordinal(self._base + index)
            if day.month == day.day == 1:
                known, next_known = day.year in self.known_years, day.year + 1 in self.known_years
                reach = (date(day.year + 1, 1, 1) - NEW_YEAR_REACH).toordinal() - self._base
            entry = days.get(day)
            if entry.kind is DayKind.MAKEUP_WORKDAY if entry else day.weekday() < 5:
                rank += 1
                self._nth.append(day)
                self._nth_at.append(index)
            if not known or (index >= reach and not next_known):
                gaps += 1
            self._rank.append(rank)
            self._gaps.append(gaps)

        self._missing: dict[tuple[int, int], frozenset[int]] = {}
        self.runs = tuple(_runs(days.values()))
        self._run_ends = [run.last for run in self.runs]
        self._makeup = sorted(entry.day for entry in days.values() if entry.kind is DayKind.MAKEUP_WORKDAY)

    # --- one day ------------------------------------------------------------------------------------------------

    def is_working(self, day: date) -> bool:
        """Whether offices work that day: the week, changed by the notices."""
        index = self._index(day)
        return self._rank[index] > (self._rank[index - 1] if index else 0)

    def is_provisional(self, day: date) -> bool:
        """Whether a missing notice could still change the day."""
        self._index(day)
        return not self.known_years.issuperset(self._notices_for(day))

    def why(self, day: date) -> Reason:
        """Why a day is worked or free, naming the notice."""
        working = self.is_working(day)
        missing = sorted(self._notices_for(day) - self.known_years)
        entry = self._listed.get(day)
        if entry is None:
            code = "day.weekday" if working else "day.weekend"
            return Reason(code, {"day": day, "missing_years": missing})
        facts = {"day": day, "festival": entry.festival, "notice": entry.notice and entry.notice.name}
        code = f"day.{entry.kind}" if entry.notice else "day.statutory"
        return Reason(code, {**facts, "missing_years": missing})

    def listed(self, day: date) -> ListedDay | None:
        """What the notices (or, in a year without one, the law) say of a day, if anything."""
        return self._listed.get(day)

    # --- counting -----------------------------------------------------------------------------------------------

    def add(self, start: date, days: int) -> DueDate:
        """The last of so many working days after `start`; the start day itself is not counted (docs/adr/0007).

        Law: 行政许可法 第八十二条; 民法典 第二百零一条第一款.

        Raises:
            ValueError: `days` is negative; to count backwards, use `before`.
            CalendarGap: The table does not reach so far.
        """
        at = start.toordinal() - self._base
        if days <= 0:
            if days < 0:
                raise ValueError(f"{days} working days: a limit is not negative; count backwards with before()")
            self._index(start)
            return DueDate(start, False, _NONE)
        if not 0 <= at < self._size:
            raise self._outside(start)
        rank = self._rank[at] + days - 1
        try:
            on, on_at = self._nth[rank], self._nth_at[rank]
        except IndexError:
            raise self._outside(f"{days} working days after {start}") from None
        if self._gaps[at] == self._gaps[on_at]:
            return DueDate(on, False, _NONE)
        return DueDate(on, True, self.missing_years(start, on))

    def before(self, day: date, days: int) -> DueDate:
        """The day that lies so many working days before `day`, which is itself not counted.

        What must be done "seven days ahead" (七日前) is done in time on this day. `before(day, 0)` is the day itself.
        Law: 行政许可法 第四十八条第一款第（一）项.
        """
        at = self._index(day)
        if days <= 0:
            if days < 0:
                raise ValueError(f"{days} working days: count forwards with add()")
            return DueDate(day, False, _NONE)
        rank = (self._rank[at - 1] if at else 0) - days
        if rank < 0:
            raise self._outside(f"{days} working days before {day}")
        on, on_at = self._nth[rank], self._nth_at[rank]
        if self._gaps[on_at] == self._gaps[at]:
            return DueDate(on, False, _NONE)
        return DueDate(on, True, self.missing_years(on - timedelta(days=1), day))

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` lies before `start`."""
        first, last = start.toordinal() - self._base, end.toordinal() - self._base
        if first < 0 or last < 0:
            raise self._outside(min(start, end))
        try:
            return self._rank[last] - self._rank[first]
        except IndexError:
            raise self._outside(max(start, end)) from None

    def roll(self, day: date) -> DueDate:
        """The day itself when offices work, else the next working day.

        Law: 民法典 第二百零三条第一款 (a period whose last day is a holiday ends on the day after the holiday).
        """
        at = self._index(day)
        rank = self._rank[at - 1] if at else 0
        try:
            on, on_at = self._nth[rank], self._nth_at[rank]
        except IndexError:
            raise self._outside(day) from None
        if self._gaps[on_at] == (self._gaps[at - 1] if at else 0):
            return DueDate(on, False, _NONE)
        return DueDate(on, True, self.missing_years(day - timedelta(days=1), on))

    def missing_years(self, start: date, end: date) -> frozenset[int]:
        """The years whose notice could still change a day after `start` up to and with `end`."""
        if end <= start or self._gaps[self._index(end)] == self._gaps[self._index(start)]:
            return _NONE
        years = ((start + _DAY).year, (end + NEW_YEAR_REACH).year)
        missing = self._missing.get(years)
        if missing is None:
            missing = self._missing[years] = frozenset(range(years[0], years[1] + 1)) - self.known_years
        return missing

    # --- for reasons and pictures -------------------------------------------------------------------------------

    def runs_between(self, start: date, end: date) -> Iterator[HolidayRun]:
        """The holidays that take away a day after `start` up to and with `end`, in order."""
        for run in self.runs[bisect_left(self._run_ends, start + timedelta(days=1)) :]:
            if run.first > end:
                return
            yield run

    def makeup_between(self, start: date, end: date) -> Iterator[ListedDay]:
        """The weekend days worked after `start` up to and with `end`, in order."""
        for day in self._makeup[bisect_left(self._makeup, start + timedelta(days=1)) :]:
            if day > end:
                return
            yield self._listed[day]

    def in_year(self, year: int) -> int:
        """Working days of a year."""
        return self.between(date(year, 1, 1), date(year, 12, 31)) + self.is_working(date(year, 1, 1))

    # --- inside -------------------------------------------------------------------------------------------------

    @staticmethod
    def _notices_for(day: date) -> set[int]:
        """The years whose notices speak of a day: its own, and for the last days of December the next one's too."""
        return {day.year, (day + NEW_YEAR_REACH).year}

    def _index(self, day: date) -> int:
        index = day.toordinal() - self._base
        if not 0 <= index < self._size:
            raise self._outside(day)
        return index

    def _outside(self, what: date | str) -> CalendarGap:
        return CalendarGap(f"{what} is outside the calendar, which runs from {self.first} to {self.last}")

    def __repr__(self) -> str:
        known = f"{min(self.known_years)}-{max(self.known_years)}" if self.known_years else "none"
        return f"<WorkingCalendar version {self.version}, notices {known}>"


def _runs(days: Iterable[ListedDay]) -> Iterator[HolidayRun]:
    """Holidays as runs of consecutive days by one notice; 国庆节 and 中秋节 in one row are one holiday."""
    run: HolidayRun | None = None
    for entry in sorted((d for d in days if d.kind is DayKind.HOLIDAY), key=attrgetter("day")):
        if run and entry.notice == run.notice and entry.day - run.last == timedelta(days=1):
            festivals = run.festivals if entry.festival in run.festivals else (*run.festivals, entry.festival)
            run = HolidayRun(run.first, entry.day, festivals, run.notice)
            continue
        if run:
            yield run
        run = HolidayRun(entry.day, entry.day, (entry.festival,), entry.notice)
    if run:
        yield run
