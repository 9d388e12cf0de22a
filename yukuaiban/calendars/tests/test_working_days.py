"""Working days: examples worked by hand, nine years day by day against two referees, and what must always hold."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yukuaiban.calendars import CalendarGap, WorkingCalendar, render
from yukuaiban.calendars.notices import calendar_of, festival_table, pack_calendar, pack_years, statutory_days
from yukuaiban.calendars.tests import astronomy

CALENDAR = pack_calendar()
CALENDAR_2025 = calendar_of([year for year in pack_years() if year.year == 2025])
NINE_YEARS = [date(2018, 1, 1) + timedelta(days=n) for n in range((date(2027, 1, 1) - date(2018, 1, 1)).days)]
KNOWN = st.dates(date(2018, 1, 1), date(2026, 9, 1))
ANY = st.dates(date(2016, 1, 1), date(2040, 12, 31))


class TestWorkingDaysAreCountedFromTheNextDay:
    """行政许可法 第八十二条；民法典 第二百零一条第一款"""

    @pytest.mark.parametrize(
        ("start", "days", "due"),
        [
            pytest.param(date(2019, 9, 30), 20, date(2019, 11, 1), id="over national day"),
            pytest.param(date(2019, 9, 30), 30, date(2019, 11, 15), id="with the extension of ten"),
            pytest.param(date(2020, 1, 22), 3, date(2020, 2, 4), id="over the lengthened spring festival"),
            pytest.param(date(2021, 9, 17), 3, date(2021, 9, 23), id="a saturday that is worked"),
            pytest.param(date(2024, 2, 8), 5, date(2024, 2, 21), id="new year's eve worked, sunday 18 february worked"),
            pytest.param(date(2025, 1, 24), 3, date(2025, 2, 5), id="sunday 26 january worked"),
            pytest.param(date(2025, 9, 26), 10, date(2025, 10, 16), id="two makeup days"),
            pytest.param(date(2018, 6, 15), 1, date(2018, 6, 19), id="16 june 2018 is a plain saturday"),
            pytest.param(date(2023, 12, 29), 1, date(2024, 1, 2), id="over new year"),
            pytest.param(date(2026, 2, 13), 1, date(2026, 2, 14), id="to a saturday that is worked"),
            pytest.param(date(2019, 6, 3), 50, date(2019, 8, 13), id="a private construction project"),
            pytest.param(date(2019, 6, 3), 80, date(2019, 9, 25), id="a construction project"),
            pytest.param(date(2025, 3, 3), 20, date(2025, 3, 31), id="four ordinary weeks"),
            pytest.param(date(2025, 9, 15), 20, date(2025, 10, 17), id="national day and two makeup days"),
        ],
    )
    def test_worked_example(self, start, days, due):
        assert CALENDAR.add(start, days) == (due, False, frozenset())

    def test_no_days_is_the_start_itself(self):
        assert CALENDAR.add(date(2025, 10, 1), 0).on == date(2025, 10, 1)

    def test_a_limit_is_not_negative(self):
        with pytest.raises(ValueError, match="before"):
            CALENDAR.add(date(2025, 3, 3), -1)

    @pytest.mark.parametrize(
        ("day", "days", "lead"),
        [
            pytest.param(date(2025, 3, 14), 7, date(2025, 3, 5), id="seven days ahead of a hearing"),
            pytest.param(date(2025, 10, 9), 1, date(2025, 9, 30), id="the day before a hearing after national day"),
            pytest.param(date(2025, 10, 5), 1, date(2025, 9, 30), id="of a holiday"),
            pytest.param(date(2025, 10, 5), 0, date(2025, 10, 5), id="no days before"),
        ],
    )
    def test_what_must_be_done_days_ahead(self, day, days, lead):
        """行政许可法 第四十八条第一款第（一）项"""
        assert CALENDAR.before(day, days).on == lead

    def test_days_before_are_not_negative_either(self):
        with pytest.raises(ValueError, match="add"):
            CALENDAR.before(date(2025, 3, 3), -1)


class TestWorkingDaysOfAYear:
    @pytest.mark.parametrize(
        ("year", "days"),
        [
            (2018, 250),
            (2019, 250),
            (2020, 249),
            (2021, 250),
            (2022, 249),
            (2023, 249),
            (2024, 251),
            (2025, 248),
            (2026, 248),
        ],
    )
    def test_are_as_the_notices_leave_them(self, year, days):
        assert CALENDAR.in_year(year) == days


class TestTwoPublishedCalendarsAgree:
    """Two packages of other makers, used only here, day by day from 2018 to 2026."""

    def test_on_every_working_day(self):
        referee = holidays.country_holidays("CN", years=range(2018, 2027))
        differ = {
            day
            for day in NINE_YEARS
            if not CALENDAR.is_working(day) == chinese_calendar.is_workday(day) == referee.is_working_day(day)
        }
        assert differ == set()

    def test_on_the_weekend_days_that_are_worked(self):
        worked = {day for day in NINE_YEARS if day.weekday() >= 5 and CALENDAR.is_working(day)}
        referee = holidays.country_holidays("CN", years=range(2018, 2027))
        assert worked == {day for day in referee.weekend_workdays if date(2018, 1, 1) <= day < date(2027, 1, 1)}
        assert len(worked) == 59

    @pytest.mark.parametrize("day", [date(2018, 6, 16), date(2018, 9, 22)])
    def test_that_two_days_some_tables_have_worked_were_plain_saturdays(self, day):
        """A third package has them as makeup days; no notice does."""
        assert not CALENDAR.is_working(day)
        assert CALENDAR.listed(day) is None
        assert not chinese_calendar.is_workday(day)

    @pytest.mark.parametrize("day", [date(2023, 12, 30), date(2023, 12, 31)])
    def test_that_a_new_year_weekend_is_free_whether_listed_or_not(self, day):
        """One table of three lists this weekend as holiday; the notice says 1月1日放假，与周末连休."""
        assert not CALENDAR.is_working(day)
        assert not chinese_calendar.is_workday(day)
        assert pack_years()[6].sources[day][1].startswith("通知只写")

    def test_that_the_spring_festival_of_2020_was_lengthened_to_sunday(self):
        """2 February 2020 is in two tables of three; a Sunday, so nothing hangs on it."""
        assert not CALENDAR.is_working(date(2020, 2, 1))
        assert not CALENDAR.is_working(date(2020, 2, 2))
        assert CALENDAR.is_working(date(2020, 2, 3))

    def test_one_of_them_guesses_2027_and_the_other_refuses(self):
        """Why neither runs in the service: a guess must be marked, and a refusal must still give a date."""
        assert date(2027, 10, 1) in holidays.country_holidays("CN", years=2027)
        with pytest.raises(NotImplementedError):
            chinese_calendar.is_workday(date(2027, 10, 8))


class TestAYearWithoutAHolidayNotice:
    """docs/adr/0003: weekends and the holidays of the law, no swapped days, marked provisional"""

    def test_makes_a_date_provisional_and_says_which_year(self):
        due = CALENDAR_2025.add(date(2025, 12, 20), 20)
        assert due.provisional
        assert due.missing_years == {2026}

    @pytest.mark.parametrize(
        "day",
        [
            date(2027, 1, 1),  # 元旦
            date(2027, 2, 5),  # 除夕, a holiday of the law since 2025
            date(2027, 2, 8),  # 正月初三, a Monday
            date(2027, 4, 5),  # 清明节
            date(2027, 6, 9),  # 端午节
            date(2027, 9, 15),  # 中秋节
            date(2027, 10, 1),  # 国庆节
            date(2028, 10, 3),  # 国庆节 and 中秋节 in one
        ],
    )
    def test_frees_the_holidays_of_the_law(self, day):
        assert not CALENDAR.is_working(day)
        assert CALENDAR.is_provisional(day)

    @pytest.mark.parametrize("day", [date(2027, 2, 9), date(2027, 5, 3), date(2027, 10, 4), date(2027, 10, 8)])
    def test_frees_no_other_weekday(self, day):
        assert CALENDAR.is_working(day)

    def test_of_before_2025_had_two_holidays_fewer(self):
        """除夕 and 2 May became holidays in 2025."""
        bare = WorkingCalendar([], [], statutory_days())
        assert bare.is_working(date(2024, 2, 9))
        assert not bare.is_working(date(2025, 1, 28))
        assert bare.is_working(date(2023, 5, 2))
        assert not bare.is_working(date(2025, 5, 2))

    def test_refuses_those_who_need_certainty(self):
        assert CALENDAR.add(date(2025, 9, 15), 20).certain() == date(2025, 10, 17)
        with pytest.raises(CalendarGap, match="2027") as gap:
            CALENDAR.add(date(2026, 12, 15), 20).certain()
        assert gap.value.missing_years == {2027}

    def test_touches_the_last_days_of_december_before_it(self):
        """docs/adr/0004: the notice for 2019 had 29 December 2018 worked and the 31st free."""
        without_2019 = calendar_of([year for year in pack_years() if year.year == 2018])
        assert without_2019.add(date(2018, 12, 27), 1) == (date(2018, 12, 28), False, frozenset())
        due = without_2019.add(date(2018, 12, 28), 1)
        assert (due.on, due.provisional, due.missing_years) == (date(2018, 12, 31), True, {2019})
        assert CALENDAR.add(date(2018, 12, 28), 1) == (date(2018, 12, 29), False, frozenset())

    def test_does_not_touch_a_date_before(self):
        assert not CALENDAR.add(date(2026, 11, 22), 20).provisional

    def test_names_every_year_a_long_limit_runs_through(self):
        assert CALENDAR.add(date(2026, 6, 1), 600).missing_years == {2027, 2028}

    def test_counts_backwards_and_moves_provisionally_too(self):
        assert CALENDAR.before(date(2027, 1, 5), 5).missing_years == {2027}
        assert CALENDAR.roll(date(2027, 1, 1)) == (date(2027, 1, 4), True, {2027})
        assert CALENDAR.roll(date(2026, 10, 1)) == (date(2026, 10, 8), False, frozenset())

    def test_comes_out_as_far_off_as_the_record_says(self):
        """docs/adr/0003: nine years of limits of twenty working days, counted as if no notice had been known."""
        bare = WorkingCalendar([], [], statutory_days())
        starts = [day for day in NINE_YEARS if CALENDAR.is_working(day) and day < date(2026, 10, 1)]
        off = [(bare.add(day, 20).on - CALENDAR.add(day, 20).on).days for day in starts]
        shares = [
            round(100 * sum(days) / len(off))
            for days in zip(*((day == 0, day < 0, day > 0) for day in off), strict=True)
        ]
        assert shares == [74, 21, 6]


class TestTheTableHasEnds:
    @pytest.mark.parametrize(
        "ask",
        [
            lambda: CALENDAR.add(date(2013, 12, 31), 1),
            lambda: CALENDAR.add(date(2099, 12, 30), 20),
            lambda: CALENDAR.add(date(2013, 1, 1), 0),
            lambda: CALENDAR.before(date(2014, 1, 2), 9),
            lambda: CALENDAR.between(date(2013, 1, 1), date(2025, 1, 1)),
            lambda: CALENDAR.between(date(2025, 1, 1), date(2100, 1, 1)),
            lambda: CALENDAR.is_working(date(2100, 1, 1)),
            lambda: CALENDAR.roll(date(2013, 12, 31)),
        ],
    )
    def test_and_says_so_beyond_them(self, ask):
        with pytest.raises(CalendarGap, match="outside the calendar") as gap:
            ask()
        assert gap.value.missing_years == frozenset()


class TestTheFestivalTable:
    """GB/T 33661-2017: recomputed from the sky, and by one of the referees."""

    @pytest.mark.parametrize("year", range(2014, 2100))
    def test_agrees_with_sun_and_moon(self, year):
        assert {name: festival_table()[year][name] for name in astronomy.festivals(year)} == astronomy.festivals(year)

    def test_agrees_with_a_referee(self):
        referee = holidays.country_holidays("CN", years=range(2014, 2100), language="zh_CN")
        for year, festivals in festival_table().items():
            for name, day in festivals.items():
                assert name in referee[day], (year, name, day)

    def test_has_every_year_once(self):
        assert list(festival_table()) == list(range(2014, 2100))


class TestWhyADayIsWhatItIs:
    @pytest.mark.parametrize(
        ("day", "zh", "en"),
        [
            (
                date(2025, 10, 3),
                "2025年10月3日（星期五）国庆节放假（国办发明电〔2024〕12号）",
                "Friday 3 October 2025 is a National Day holiday (国办发明电〔2024〕12号)",
            ),
            (
                date(2025, 9, 28),
                "2025年9月28日（星期日）因国庆节调休上班（国办发明电〔2024〕12号）",
                "Sunday 28 September 2025 is worked in exchange for National Day (国办发明电〔2024〕12号)",
            ),
            (date(2025, 9, 20), "2025年9月20日（星期六）是周末", "Saturday 20 September 2025 is at the weekend"),
            (date(2025, 9, 19), "2025年9月19日（星期五）是工作日", "Friday 19 September 2025 is a working day"),
            (
                date(2020, 1, 31),
                "2020年1月31日（星期五）春节放假（国办发明电〔2020〕1号）",
                "Friday 31 January 2020 is a Spring Festival holiday (国办发明电〔2020〕1号)",
            ),
            (
                date(2027, 10, 1),
                "2027年10月1日（星期五）国庆节，依《全国年节及纪念日放假办法》放假；2027年放假通知尚未发布，暂定",
                "Friday 1 October 2027 is National Day, a holiday by law; "
                "provisional, the holiday notice for 2027 is missing",
            ),
            (
                date(2026, 12, 30),
                "2026年12月30日（星期三）是工作日；2027年放假通知尚未发布，暂定",
                "Wednesday 30 December 2026 is a working day; provisional, the holiday notice for 2027 is missing",
            ),
        ],
    )
    def test_names_the_notice(self, day, zh, en):
        reason = CALENDAR.why(day)
        assert (render(reason), render(reason, "en")) == (zh, en)

    def test_is_the_same_fact_as_the_count(self):
        for day in NINE_YEARS:
            assert (CALENDAR.why(day).code in ("day.weekday", "day.makeup_workday")) == CALENDAR.is_working(day)

    def test_a_holiday_is_told_as_one_even_when_two_festivals_meet(self):
        [run] = CALENDAR.runs_between(date(2025, 9, 30), date(2025, 10, 20))
        assert (run.first, run.last, run.festivals) == (date(2025, 10, 1), date(2025, 10, 8), ("国庆节", "中秋节"))

    def test_a_notice_that_amends_is_told_beside_the_first(self):
        runs = list(CALENDAR.runs_between(date(2020, 1, 20), date(2020, 2, 10)))
        assert [(run.first.day, run.last.day, run.notice.name) for run in runs] == [
            (24, 30, "国办发明电〔2019〕16号"),
            (31, 2, "国办发明电〔2020〕1号"),
        ]


class TestWhatAlwaysHolds:
    @given(ANY, st.integers(1, 400))
    def test_between_undoes_add(self, start, days):
        due = CALENDAR.add(start, days).on
        assert CALENDAR.between(start, due) == days
        assert CALENDAR.is_working(due)
        assert due > start

    @given(ANY, st.integers(1, 400))
    def test_before_undoes_add(self, start, days):
        due = CALENDAR.add(start, days).on
        lead = CALENDAR.before(due, days).on
        assert CALENDAR.between(lead, due) == days
        assert lead <= start or CALENDAR.between(start, lead) == 0

    @given(ANY, st.integers(0, 300), st.integers(0, 300))
    def test_add_is_additive(self, start, first, second):
        assert CALENDAR.add(CALENDAR.add(start, first).on, second).on == CALENDAR.add(start, first + second).on

    @given(ANY, ANY, st.integers(0, 300))
    def test_a_later_start_is_never_due_earlier(self, one, other, days):
        first, second = sorted((one, other))
        assert CALENDAR.add(first, days).on <= CALENDAR.add(second, days).on

    @given(ANY, ANY, ANY)
    def test_between_adds_up(self, a, b, c):
        assert CALENDAR.between(a, b) + CALENDAR.between(b, c) == CALENDAR.between(a, c)
        assert CALENDAR.between(a, b) == -CALENDAR.between(b, a)

    @given(ANY)
    def test_roll_goes_to_the_next_working_day_and_no_further(self, day):
        on = CALENDAR.roll(day).on
        assert CALENDAR.is_working(on)
        assert not any(CALENDAR.is_working(day + timedelta(days=n)) for n in range((on - day).days))
        assert CALENDAR.roll(on).on == on

    @given(ANY, st.integers(1, 60))
    def test_counting_by_hand_gives_the_same(self, start, days):
        day, left = start, days
        while left:
            day += timedelta(days=1)
            left -= CALENDAR.is_working(day)
        assert CALENDAR.add(start, days).on == day

    @given(ANY, ANY)
    def test_provisional_exactly_when_a_day_between_is(self, one, other):
        start, end = sorted((one, other))
        days = [start + timedelta(days=n) for n in range(1, min((end - start).days, 900) + 1)]
        if not days:
            return
        uncertain = [day for day in days if CALENDAR.is_provisional(day)]
        missing = CALENDAR.missing_years(start, days[-1])
        assert bool(missing) == bool(uncertain)
        assert not missing & CALENDAR.known_years

    @given(KNOWN, st.integers(1, 60))
    def test_a_date_within_the_notices_is_certain(self, start, days):
        assert CALENDAR.add(start, days).certain()

    def test_every_notice_is_in_order_and_named(self):
        assert [notice.year for notice in CALENDAR.notices] == sorted(notice.year for notice in CALENDAR.notices)
        assert len({notice.number for notice in CALENDAR.notices}) == len(CALENDAR.notices) == 11
        for earlier, later in pairwise(run.first for run in CALENDAR.runs):
            assert earlier < later
