"""The calendar of the database, as one object per process."""

from __future__ import annotations

import threading
import time

from yukuaiban.calendars.models import CalendarVersion, HolidayDay, HolidayNotice
from yukuaiban.calendars.notices import festival_table, statutory_days
from yukuaiban.calendars.working_days import DayKind, ListedDay, Notice, WorkingCalendar

LOOK_AGAIN_AFTER = 1.0  # seconds: a new notice reaches every process within this time

_lock = threading.Lock()
_made: tuple[float, WorkingCalendar] | None = None


def calendar_version() -> int:
    """The newest state of the notices; 0 when none was loaded."""
    return CalendarVersion.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def current() -> WorkingCalendar:
    """The calendar as the notices stand; made once per version and process, its version looked at once a second."""
    global _made
    seen = _made
    if seen is not None and time.monotonic() - seen[0] < LOOK_AGAIN_AFTER:
        return seen[1]
    with _lock:
        version = calendar_version()
        calendar = seen[1] if seen is not None and seen[1].version == version else _read(version)
        _made = (time.monotonic(), calendar)
        return calendar


def forget() -> None:
    """Look at the database at the next question: after a load, and between tests."""
    global _made
    _made = None


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
