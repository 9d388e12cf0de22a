"""Limits in every unit, and the day on which something counts as received."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yukuaiban.calendars import Limit, Unit, due, last_day, received_on
from yukuaiban.calendars.notices import pack_calendar

CALENDAR = pack_calendar()
DAY, CALENDAR_DAY, MONTH, YEAR, SPOT = (
    Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH, Unit.YEAR, Unit.ON_THE_SPOT,
)  # fmt: skip
STARTS = st.dates(date(2018, 1, 1), date(2030, 1, 1))


class TestCalendarDaysRunThroughHolidaysAndEndOnAWorkingDay:
    """民法典 第二百零一条第一款、第二百零三条第一款; docs/adr/0005"""

    @pytest.mark.parametrize(
        ("start", "days", "raw", "on"),
        [
            pytest.param(date(2019, 9, 20), 15, date(2019, 10, 5), date(2019, 10, 8), id="objection, national day"),
            pytest.param(
                date(2024, 1, 30), 15, date(2024, 2, 14), date(2024, 2, 18), id="objection, to a worked sunday"
            ),
            pytest.param(date(2025, 7, 5), 90, date(2025, 10, 3), date(2025, 10, 9), id="advance notice, national day"),
            pytest.param(date(2025, 3, 3), 15, date(2025, 3, 18), date(2025, 3, 18), id="an ordinary tuesday"),
        ],
    )
    def test_worked_example(self, start, days, raw, on):
        limit = Limit(days, CALENDAR_DAY)
        assert last_day(start, limit) == raw
        assert due(start, limit, CALENDAR) == (on, False, frozenset())

    def test_only_the_end_can_be_provisional(self):
        """A limit that runs through a year without a notice but ends on an ordinary day of a known one is certain."""
        assert not due(date(2026, 1, 5), Limit(60, CALENDAR_DAY), CALENDAR).provisional
        assert due(date(2026, 11, 22), Limit(60, CALENDAR_DAY), CALENDAR).missing_years == {2027}


class TestMonthsAndYears:
    """民法典 第二百零二条: the corresponding day, else the last day of the month"""

    @pytest.mark.parametrize(
        ("start", "limit", "raw"),
        [
            pytest.param(date(2025, 3, 15), Limit(6, MONTH), date(2025, 9, 15), id="six months to sue"),
            pytest.param(date(2025, 8, 31), Limit(6, MONTH), date(2026, 2, 28), id="no 31 february"),
            pytest.param(date(2023, 8, 31), Limit(6, MONTH), date(2024, 2, 29), id="leap year"),
            pytest.param(date(2025, 12, 15), Limit(1, MONTH), date(2026, 1, 15), id="into the next year"),
            pytest.param(date(2024, 2, 29), Limit(1, YEAR), date(2025, 2, 28), id="from a leap day"),
            pytest.param(date(2023, 5, 4), Limit(3, YEAR), date(2026, 5, 4), id="a seizure of three years"),
        ],
    )
    def test_end_on_the_corresponding_day(self, start, limit, raw):
        assert last_day(start, limit) == raw

    def test_move_off_a_holiday(self):
        assert due(date(2023, 5, 4), Limit(3, YEAR), CALENDAR).on == date(2026, 5, 6)
        assert due(date(2025, 4, 1), Limit(6, MONTH), CALENDAR).on == date(2025, 10, 9)


class TestOnTheSpot:
    def test_ends_the_same_day(self):
        assert due(date(2025, 3, 3), Limit(0, SPOT), CALENDAR).on == date(2025, 3, 3)

    def test_is_not_a_number(self):
        with pytest.raises(ValueError, match="on the spot"):
            Limit(1, SPOT)

    def test_has_no_last_day_of_its_own(self):
        with pytest.raises(ValueError, match=r"due\(\)"):
            last_day(date(2025, 3, 3), Limit(0, SPOT))


class TestALimit:
    def test_is_not_negative(self):
        with pytest.raises(ValueError, match="not negative"):
            Limit(-1, DAY)

    @pytest.mark.parametrize(
        ("limit", "zh", "en"),
        [
            (Limit(20, DAY), "20个工作日", "20 working days"),
            (Limit(1, DAY), "1个工作日", "1 working day"),
            (Limit(15, CALENDAR_DAY), "15日", "15 calendar days"),
            (Limit(6, MONTH), "6个月", "6 months"),
            (Limit(1, YEAR), "1年", "1 year"),
            (Limit(0, SPOT), "当场办结", "on the spot"),
        ],
    )
    def test_reads_in_both_languages(self, limit, zh, en):
        assert (limit.words(), limit.words("en")) == (zh, en)

    @given(STARTS, st.integers(0, 400), st.sampled_from([DAY, CALENDAR_DAY, MONTH]))
    def test_that_is_longer_never_ends_earlier(self, start, value, unit):
        if unit is MONTH:
            value //= 20
        assert due(start, Limit(value, unit), CALENDAR).on <= due(start, Limit(value + 1, unit), CALENDAR).on

    @given(STARTS, STARTS, st.integers(0, 60), st.sampled_from([CALENDAR_DAY, MONTH, YEAR]))
    def test_that_starts_later_never_ends_earlier(self, one, other, value, unit):
        first, second = sorted((one, other))
        limit = Limit(value, unit)
        assert due(first, limit, CALENDAR).on <= due(second, limit, CALENDAR).on

    @given(STARTS, st.integers(1, 300))
    def test_in_calendar_days_ends_on_a_working_day_at_most_a_holiday_later(self, start, value):
        on = due(start, Limit(value, CALENDAR_DAY), CALENDAR).on
        assert CALENDAR.is_working(on)
        assert 0 <= (on - last_day(start, Limit(value, CALENDAR_DAY))).days <= 10


class TestWhatIsHandedInOutsideOfficeHours:
    """docs/adr/0009: counts as received on the next working day"""

    @pytest.mark.parametrize(
        ("at", "on"),
        [
            pytest.param(datetime(2025, 3, 3, 9, 0), date(2025, 3, 3), id="in the morning"),
            pytest.param(datetime(2025, 3, 3, 0, 5), date(2025, 3, 3), id="before opening"),
            pytest.param(datetime(2025, 3, 3, 17, 29, 59), date(2025, 3, 3), id="a second before closing"),
            pytest.param(datetime(2025, 3, 3, 17, 30), date(2025, 3, 4), id="at closing"),
            pytest.param(datetime(2025, 3, 7, 22, 0), date(2025, 3, 10), id="friday night"),
            pytest.param(datetime(2025, 10, 3, 10, 0), date(2025, 10, 9), id="in a holiday"),
            pytest.param(datetime(2025, 9, 28, 10, 0), date(2025, 9, 28), id="on a sunday that is worked"),
        ],
    )
    def test_example(self, at, on):
        assert received_on(at, CALENDAR, time(17, 30)) == on
