"""When a hall is open: weekdays, lunch, holidays, made-up working days, dated changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

import pytest

from yukuaiban.calendars.notices import pack_calendar
from yukuaiban.config.now import ZONE
from yukuaiban.places.hours import is_open, openings_on, weekly
from yukuaiban.places.models import OpeningDay


@dataclass(frozen=True)
class Row:
    day: int
    opens_at: time
    closes_at: time
    on_holidays: bool = False
    valid_from: date | None = None
    valid_until: date | None = None


MORNING, NOON, AFTERNOON, SIX, HALF_PAST_FIVE = time(9), time(12), time(14), time(18), time(17, 30)
OFFICE = [Row(day, MORNING, NOON) for day in (1, 2, 3, 4, 5, 8)] + [
    row
    for day in (1, 2, 3, 4, 5, 8)
    for row in (
        Row(day, AFTERNOON, SIX, valid_until=date(2026, 7, 1)),
        Row(day, time(13, 30), HALF_PAST_FIVE, valid_from=date(2026, 7, 1)),
    )
]
SATURDAY = [*OFFICE, Row(6, MORNING, NOON)]


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        pytest.param(date(2026, 3, 2), ["09:00–12:00", "14:00–18:00"], id="a Monday"),
        pytest.param(date(2026, 3, 7), ["09:00–12:00"], id="a Saturday morning of its own"),
        pytest.param(date(2026, 3, 8), [], id="a Sunday"),
        pytest.param(date(2026, 2, 17), [], id="the Spring Festival, a Tuesday"),
        pytest.param(date(2026, 2, 14), ["09:00–12:00", "14:00–18:00"], id="a Saturday made a working day"),
        pytest.param(date(2026, 10, 3), [], id="a Saturday within the National Day holiday"),
        pytest.param(date(2026, 6, 30), ["09:00–12:00", "14:00–18:00"], id="the last day of the old hours"),
        pytest.param(date(2026, 7, 1), ["09:00–12:00", "13:30–17:30"], id="the first day of the new hours"),
    ],
)
def test_the_openings_of_a_day(day: date, shown: list[str]) -> None:
    assert [str(opening) for opening in openings_on(SATURDAY, day, pack_calendar())] == shown


@pytest.mark.parametrize(
    ("clock", "open_then"),
    [
        ("08:59", False),
        ("09:00", True),
        ("11:59", True),
        ("12:00", False),
        ("13:59", False),
        ("17:59", True),
        ("18:00", False),
    ],
)
def test_the_minute_of_closing_no_longer_counts(clock: str, open_then: bool) -> None:
    at = datetime.combine(date(2026, 3, 2), time.fromisoformat(clock), ZONE)
    assert is_open(OFFICE, at, pack_calendar()) is open_then


def test_the_week_puts_days_of_equal_hours_together() -> None:
    week = weekly(SATURDAY, date(2026, 3, 2))
    assert [days for days, _openings in week] == [
        (OpeningDay.MONDAY, OpeningDay.TUESDAY, OpeningDay.WEDNESDAY, OpeningDay.THURSDAY, OpeningDay.FRIDAY),
        (OpeningDay.SATURDAY,),
        (OpeningDay.SUNDAY,),
        (OpeningDay.MAKEUP,),
    ]
