"""What happens after the calendar changed: whoever stores dates counts them again.

The functions are named in the setting `ON_CALENDAR_CHANGED`, because the calendar stands below those who use it and
knows none of them. Each is called inside the transaction of the change, so it queues its work and returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """A new state of the notices.

    Args:
        version: What is stored beside dates counted from now on.
        years: The years whose notices changed.
        first_day, last_day: Every day that changed lies here; a date counted wholly before it stays.
    """

    version: int
    years: tuple[int, ...]
    first_day: date
    last_day: date


def calendar_changed(change: CalendarChange) -> None:
    """Tell everybody who is named in the settings."""
    for name in settings.ON_CALENDAR_CHANGED:
        import_string(name)(change)
