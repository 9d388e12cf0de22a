"""Loading notices into the database: whole, idempotent, versioned, told onwards; and what the database refuses."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from yukuaiban.calendars import selectors
from yukuaiban.calendars.errors import NoticesRefused
from yukuaiban.calendars.hooks import CalendarChange
from yukuaiban.calendars.models import CalendarVersion, HolidayDay, HolidayNotice
from yukuaiban.calendars.notices import NoticeYear, pack_calendar, pack_years, read_year
from yukuaiban.calendars.services import notice_load, notice_load_files, notice_load_packs
from yukuaiban.calendars.tests.test_notices import rows_2027, write
from yukuaiban.calendars.working_days import DayKind, ListedDay, Notice
from yukuaiban.config.now import ZONE

AT = datetime(2026, 11, 22, 10, 0, tzinfo=ZONE)
heard: list[CalendarChange] = []


def hear(change: CalendarChange) -> None:
    """Stands for whoever stores dates."""
    heard.append(change)


@pytest.fixture(autouse=True)
def _listening(db, settings):
    heard.clear()
    settings.ON_CALENDAR_CHANGED = [f"{__name__}.hear"]


def load(*years: NoticeYear):
    return notice_load(years=years, by="测试", at=AT)


def year_of(number: int) -> NoticeYear:
    return next(year for year in pack_years() if year.year == number)


class TestLoadingThePacks:
    def test_gives_the_calendar_of_the_packs(self):
        done = notice_load_packs(by="测试", at=AT)
        assert (len(done.added), done.version) == (322, selectors.calendar_version())
        loaded, packs = selectors.current(), pack_calendar()
        assert loaded.version == done.version
        day = date(2017, 12, 1)
        while day < date(2028, 2, 1):
            assert loaded.why(day) == packs.why(day)
            day += timedelta(days=1)
        assert [notice.name for notice in loaded.notices] == [notice.name for notice in packs.notices]

    def test_twice_changes_nothing_the_second_time(self):
        first = notice_load_packs(by="测试", at=AT)
        heard.clear()
        second = notice_load_packs(by="测试", at=AT)
        assert (second.version, second.is_new, second.unchanged) == (first.version, False, 322)
        assert heard == []
        assert CalendarVersion.objects.count() == 1

    def test_can_be_tried_without_doing_it(self):
        done = notice_load_packs(by="测试", at=AT, dry_run=True)
        assert (len(done.added), done.version, HolidayDay.objects.count()) == (322, 0, 0)

    def test_keeps_a_year_that_came_from_elsewhere(self, tmp_path):
        load(read_year(write(tmp_path / "2027.csv", rows_2027())))
        notice_load_packs(by="测试", at=AT)
        assert 2027 in selectors.current().known_years


class TestANewYear:
    def test_turns_provisional_dates_certain_and_says_from_when(self, tmp_path):
        load(year_of(2026))
        assert selectors.current().add(date(2026, 12, 15), 20).provisional
        heard.clear()
        done = notice_load_files(files=[write(tmp_path / "2027.csv", rows_2027())], by="测试", at=AT)
        assert not selectors.current().add(date(2026, 12, 15), 20).provisional
        assert heard == [CalendarChange(done.version, (2027,), date(2026, 12, 29), date(2027, 12, 31))]

    def test_that_is_wrong_changes_nothing_and_says_everything(self, tmp_path):
        good = write(tmp_path / "2027.csv", rows_2027())
        bad = write(tmp_path / "2028.csv", ["x"])
        with pytest.raises(NoticesRefused) as refused:
            notice_load_files(files=[good, bad], by="测试", at=AT)
        assert HolidayDay.objects.count() == 0
        assert refused.value.details["errors"][0]["file"] == "2028.csv"
        assert refused.value.as_json()["code"] == "calendars.notices_refused"
        assert "2028.csv" in str(refused.value)


class TestALaterNotice:
    def test_replaces_the_year_and_makes_a_new_version(self):
        first = load(year_of(2020))
        original = NoticeYear(
            2020,
            year_of(2020).notices[:1],
            tuple(day for day in year_of(2020).days if day.notice == year_of(2020).notices[0]),
            year_of(2020).sources,
        )
        second = load(original)
        assert second.version > first.version
        assert second.removed == (date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2))
        assert selectors.current().is_working(date(2020, 1, 31))
        assert heard[-1].first_day <= date(2020, 1, 31)

    def test_that_only_gets_its_number_is_named_anew_everywhere(self):
        known = year_of(2026)
        nameless = Notice(2026, known.notices[0].title)
        days = tuple(ListedDay(day.day, day.kind, day.festival, nameless) for day in known.days)
        load(NoticeYear(2026, (nameless,), days, known.sources))
        assert "（国务院办公厅关于2026年" in selectors.current().why(date(2026, 10, 1)).as_json()["zh"]
        done = load(known)
        assert done.is_new
        assert "（国办发明电〔2025〕7号）" in selectors.current().why(date(2026, 10, 1)).as_json()["zh"]
        assert heard[-1].first_day == date(2025, 12, 29)


class TestTwoYearsThatListTheSameDay:
    def test_are_refused(self):
        load(year_of(2019))
        clash = ListedDay(date(2018, 12, 29), DayKind.MAKEUP_WORKDAY, "元旦", year_of(2018).notices[0])
        wrong = NoticeYear(
            2018,
            year_of(2018).notices,
            (*year_of(2018).days, clash),
            {**year_of(2018).sources, clash.day: ("试", "")},
        )
        with pytest.raises(NoticesRefused, match="2018-12-29"):
            load(wrong)
        assert not HolidayNotice.objects.filter(year=2018).exists()


class TestTheCalendarOfThisProcess:
    def test_is_made_once_per_version(self, django_assert_num_queries):
        notice_load_packs(by="测试", at=AT)
        selectors.settled()
        calendar = selectors.current()
        with django_assert_num_queries(0):
            assert selectors.current() is calendar

    def test_is_looked_at_again_after_a_second(self, monkeypatch, django_assert_num_queries):
        notice_load_packs(by="测试", at=AT)
        selectors.settled()
        calendar = selectors.current()
        monkeypatch.setattr(selectors, "LOOK_AGAIN_AFTER", 0)
        with django_assert_num_queries(1):
            assert selectors.current() is calendar

    def test_sees_a_load_of_this_transaction_at_once_and_forgets_it_when_rolled_back(self):
        load(year_of(2025))
        before = selectors.current()
        with transaction.atomic():
            load(year_of(2026))
            assert 2026 in selectors.current().known_years
            transaction.set_rollback(True)
        assert selectors.current().known_years == before.known_years == {2025}

    def test_without_a_notice_marks_everything_provisional(self):
        selectors.settled()
        assert selectors.calendar_version() == 0
        assert selectors.current().add(date(2026, 3, 2), 5) == (date(2026, 3, 9), True, {2026})


class TestTheDatabaseRefuses:
    """What the law refuses, whoever writes."""

    @pytest.fixture
    def notice(self):
        return HolidayNotice.objects.create(year=2027, title="通知")

    @pytest.mark.parametrize(
        ("row", "constraint"),
        [
            ({"day": date(2027, 10, 1), "kind": "half"}, "holiday_day_is_free_or_worked"),
            ({"day": date(2027, 10, 1), "kind": "makeup_workday"}, "only_a_weekend_day_is_worked_in_exchange"),
            ({"day": date(2027, 10, 1), "kind": "holiday", "source": ""}, "holiday_day_says_where_it_comes_from"),
        ],
    )
    def test_a_day_that_cannot_be(self, notice, row, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            HolidayDay.objects.create(notice=notice, **{"festival": "国庆节", "source": "试", **row})

    def test_a_day_listed_twice(self, notice):
        day = {"notice": notice, "day": date(2027, 10, 1), "kind": "holiday", "festival": "国庆节", "source": "试"}
        HolidayDay.objects.create(**day)
        with pytest.raises(IntegrityError, match="holiday_day_is_listed_once"), transaction.atomic():
            HolidayDay.objects.create(**day)

    @pytest.mark.parametrize(
        ("row", "constraint"),
        [
            ({"year": 2027, "title": "通知"}, "holiday_notice_is_stored_once"),
            ({"year": 2013, "title": "通知"}, "holiday_notice_year_is_in_the_table"),
            ({"year": 2027, "title": ""}, "holiday_notice_has_a_title"),
        ],
    )
    def test_a_notice_that_cannot_be(self, notice, row, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            HolidayNotice.objects.create(**row)

    def test_a_version_that_ends_before_it_begins(self):
        with pytest.raises(IntegrityError, match="calendar_version_changes_a_period"), transaction.atomic():
            CalendarVersion.objects.create(
                made_at=AT, made_by="x", years=[2027], first_day=date(2027, 2, 1), last_day=date(2027, 1, 1)
            )

    def test_a_weekend_day_that_is_worked_is_taken(self, notice):
        HolidayDay.objects.create(
            notice=notice, day=date(2027, 9, 26), kind="makeup_workday", festival="国庆节", source="试"
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM calendars_holidayday")
            assert cursor.fetchone() == (1,)
