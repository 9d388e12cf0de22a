"""The calendar of the database, as one object per process."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from yukuaiban.calendars.models import CalendarVersion, HolidayDay, HolidayNotice
from yukuaiban.calendars.notices import festival_table, statutory_days
from yukuaiban.calendars.working_days import DayKind, ListedDay, Notice, WorkingCalendar

LOOK_AGAIN_AFTER = 1.0  # seconds: a new notice reaches every process within this time


@dataclass(frozen=True, slots=True)
class _Made:
    """A calendar, which state of which database it shows, and when that was last looked at."""

    calendar: WorkingCalendar
    database: str
    state: tuple[int, datetime | None]
    looked_at: float


_lock = threading.Lock()
_made: _Made | None = None
_unsettled: int | None = None  # a version this process made in a transaction that has not ended


def calendar_version() -> int:
    """The newest state of the notices; 0 when none was loaded."""
    return _state()[0]


def current() -> WorkingCalendar:
    """The calendar as the notices stand; made once per version and process, the version looked at once a second."""
    global _made, _unsettled
    made, database = _made, str(connection.settings_dict["NAME"])
    if made is not None and made.database == database:
        if _unsettled is None and time.monotonic() - made.looked_at < LOOK_AGAIN_AFTER:
            return made.calendar
    else:
        made = None
    with _lock:
        state = _state()
        if _unsettled is not None and state[0] < _unsettled:
            _unsettled = None  # that transaction was rolled back
        calendar = made.calendar if made is not None and made.state == state else _read(state[0])
        _made = _Made(calendar, database, state, time.monotonic())
        return calendar


def look_again(version: int) -> None:
    """After a load: look at the database at every question until the transaction ends."""
    global _unsettled
    _unsettled = version


def settled() -> None:
    """The transaction of a load was committed."""
    global _made, _unsettled
    _made = _unsettled = None


def _state() -> tuple[int, datetime | None]:
    newest = CalendarVersion.objects.order_by("-pk").values_list("pk", "made_at").first()
    return newest or (0, None)


def _read(version: int) -> WorkingCalendar:
    notices = {
        row.pk: Notice(row.year, row.title, row.number or None, row.issued_on, row.source)
        for row in HolidayNotice.objects.all()
    }
    rows = HolidayDay.objects.values_list("day", "kind", "festival", "notice_id")
    return WorkingCalendar(
        listed=[ListedDay(day, DayKind(kind), festival, notices[notice]) for day, kind, festival, notice in rows],
        notices=notices.values(),
        statutory=statutory_days(),
        first_year=min(festival_table()),
        last_year=max(festival_table()),
        version=version,
    )
