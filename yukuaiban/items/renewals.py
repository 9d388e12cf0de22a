"""延续: from when until when a licence is renewed. Law: 行政许可法 第五十条; see docs/adr/0096."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yukuaiban.calendars import Limit, Unit, WorkingCalendar
from yukuaiban.calendars.limits import ahead
from yukuaiban.config.parameters import parameter
from yukuaiban.items.schema import Renewal


@dataclass(frozen=True, slots=True)
class Window:
    """When one applies for the renewal of a licence.

    Attributes:
        opens_on: The first day; None at any time.
        last_on: The last day on which silence will renew it; who applies later may be decided on, but not by silence.
        expires_on: The last day on which the licence holds.
        is_provisional: A holiday notice that could move a day is not out yet.
    """

    opens_on: date | None
    last_on: date
    expires_on: date
    is_provisional: bool

    def is_early(self, on: date) -> bool:
        return self.opens_on is not None and on < self.opens_on

    def is_open(self, on: date) -> bool:
        return not self.is_early(on) and on <= self.last_on


def window(renewal: Renewal, expires_on: date, calendar: WorkingCalendar, on: date | None = None) -> Window:
    """The window for a licence that ends.

    A last day in calendar days that falls on a holiday moves to the next working day, never past the licence's end:
    the limit binds the applicant, and is read in his favour (docs/adr/0011).

    Args:
        expires_on: The last day on which the licence holds.
        on: By the law of which day; today by default.
    Law: 行政许可法 第五十条第一款; 民法典 第二百零三条第一款.
    """
    latest = _limit(renewal, "latest") or parameter("renewal_lead", on).limit
    last = ahead(expires_on, latest, calendar)
    rolled = last if latest.in_working_days else calendar.roll(last.on)
    earliest = _limit(renewal, "earliest")
    opens = ahead(expires_on, earliest, calendar) if earliest else None
    return Window(
        opens_on=opens.on if opens else None,
        last_on=min(rolled.on, expires_on),
        expires_on=expires_on,
        is_provisional=last.provisional or rolled.provisional or bool(opens and opens.provisional),
    )


def _limit(renewal: Renewal, name: str) -> Limit | None:
    own = getattr(renewal, name)
    if own is None:
        return None
    unit = Unit(own.unit.value)
    return Limit(0 if unit is Unit.ON_THE_SPOT else own.value, unit)
