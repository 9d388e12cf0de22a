"""The limits of ratings as pure functions. Days are added by `calendars` alone; the lengths are parameters of the packs."""

from __future__ import annotations

from datetime import date

from yukuaiban.calendars import DueDate, WorkingCalendar, limits
from yukuaiban.config.parameters import parameter


def rate_by(ended: date, calendar: WorkingCalendar) -> date:
    """The last day on which a case that ended can be rated; silence after it counts as no rating.

    Calendar days, moved off a holiday, unconfirmed (`rating_window`). Source: 国办发〔2019〕51号.
    """
    return limits.due(ended, parameter("rating_window", on=ended).limit, calendar).on


def call_by(rated: date, calendar: WorkingCalendar) -> DueDate:
    """The last day to call back who rated badly. Working days, unconfirmed (`bad_rating_callback_limit`).

    The day of the rating is not counted (ADR 0007). Source: 国办发〔2019〕51号.
    """
    return limits.due(rated, parameter("bad_rating_callback_limit", on=rated).limit, calendar)


def answer_by(rated: date, calendar: WorkingCalendar) -> DueDate:
    """The last day to answer a bad rating, whatever was done about it. Working days, unconfirmed (`bad_rating_limit`).

    The day of the rating is not counted (ADR 0007). Source: 国办发〔2019〕51号.
    """
    return limits.due(rated, parameter("bad_rating_limit", on=rated).limit, calendar)
