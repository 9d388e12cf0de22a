"""Working days and the statutory clock: pure counting over a dated table, and the table itself.

What others use is named here and needs no database; the calendar of the database is `calendars.selectors.current()`.
"""

from yukuaiban.calendars.clock import (
    Clock,
    ClockError,
    ClockKind,
    Event,
    Extended,
    Light,
    Paused,
    Restarted,
    Resumed,
    Started,
    Stopped,
    clock,
    due_date,
    light_on,
)
from yukuaiban.calendars.limits import Limit, Unit, due, last_day, received_on
from yukuaiban.calendars.reasons import Reason, render
from yukuaiban.calendars.working_days import CalendarGap, DayKind, DueDate, ListedDay, Notice, WorkingCalendar

__all__ = [
    "CalendarGap",
    "Clock",
    "ClockError",
    "ClockKind",
    "DayKind",
    "DueDate",
    "Event",
    "Extended",
    "Light",
    "Limit",
    "ListedDay",
    "Notice",
    "Paused",
    "Reason",
    "Restarted",
    "Resumed",
    "Started",
    "Stopped",
    "Unit",
    "WorkingCalendar",
    "clock",
    "due",
    "due_date",
    "last_day",
    "light_on",
    "received_on",
    "render",
]
