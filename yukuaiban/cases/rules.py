"""The law of a case as pure functions: no database, no request, no wall clock. Days are added by `calendars` alone."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yukuaiban.calendars import DueDate, WorkingCalendar, limits
from yukuaiban.calendars.reasons import limit_in_words
from yukuaiban.config.now import ZONE
from yukuaiban.config.parameters import parameter
from yukuaiban.items.schema import Process


def received_on(filed_at: datetime, calendar: WorkingCalendar, closes: time | None = None) -> date:
    """The day on which an application counts as received (ADR 0009: outside office hours, the next working day).

    Args:
        closes: When the hall that serves the item closes on that day; None: by the parameter `office_closes_at`.
    """
    local = filed_at.astimezone(ZONE)
    by_rule = time.fromisoformat(str(parameter("office_closes_at", on=local.date()).value))
    return limits.received_on(local, calendar, closes or by_rule)


def correction_notice_due(received: date, calendar: WorkingCalendar) -> DueDate:
    """The last day to tell the applicant, once, of everything to correct; after it the application counts as accepted
    from the day of receipt. Working days. Law: 行政许可法 第三十二条第一款（四）、第八十二条."""
    return calendar.add(received, int(parameter("correction_notice_limit", on=received).value))


def answered_within(process: Process) -> str:
    """What an applicant may count on once he has filed, in his language.

    Law: 行政许可法 第三十二条第一款（四）; of a registration, 不动产登记暂行条例 第十七条.
    """
    if process.receipt == "registration":
        return _("材料齐全的当场受理；不齐全的当场书面告知不予受理，并一次告知要补的全部内容；没有当场告知的视为受理")
    limit = parameter("correction_notice_limit")
    n = limit_in_words(limit.value, limit.unit, get_language() or "zh")
    return _("{n}内一次告知要不要补正；逾期视为受理").format(n=n)


def correction_hand_in_due(told: date, calendar: WorkingCalendar) -> DueDate:
    """The last day to hand in what a notice asked for. Working days; our own order, configurable (ADR 0070)."""
    return calendar.add(told, int(parameter("correction_hand_in_limit", on=told).value))


def hearing_request_due(told: date, calendar: WorkingCalendar) -> DueDate:
    """The last day to ask for a hearing. Working days. Law: 行政许可法 第四十七条第一款、第八十二条."""
    return calendar.add(told, int(parameter("hearing_request_limit", on=told).value))


def may_ask_for_hearing(until: date, asked_on: date | None, given_up_on: date | None, today: date) -> bool:
    """Whether the right to a hearing still runs: the same for the applicant and each third party, each by his own days.

    While one runs nothing is decided. Law: 行政许可法 第四十七条第一款. See ADR 0092.
    """
    return asked_on is None and given_up_on is None and today <= until


def hearing_hold_due(asked: date, calendar: WorkingCalendar) -> DueDate:
    """The last day to hold the hearing. Working days. Law: 行政许可法 第四十七条第一款、第八十二条."""
    return calendar.add(asked, int(parameter("hearing_organise_limit", on=asked).value))


def hearing_earliest(noticed: date, calendar: WorkingCalendar) -> date:
    """The first day on which a hearing noticed today may be held. Working days. Law: 行政许可法 第四十八条第一款（一）."""
    return calendar.add(noticed, int(parameter("hearing_notice_lead", on=noticed).value)).on


def remedy_answer_due(kind: str, received: date, calendar: WorkingCalendar) -> date:
    """The last day for the body's written answer, from the day it received the copy of the application or complaint.

    Args: kind: "review", working days, 行政复议法 第四十八条、第八十八条; "lawsuit", 行政诉讼法 第六十七条第一款.
    """
    name = {"review": "review_answer_limit", "lawsuit": "lawsuit_answer_limit"}[kind]
    return limits.due(received, parameter(name, on=received).limit, calendar).on


def suit_after_review_due(received: date, calendar: WorkingCalendar) -> DueDate:
    """The last day to go to court after a review, from the day on which its decision was received (ADR 0098).
    Calendar days, moved off a holiday. Law: 行政诉讼法 第四十五条; 民法典 第二百零三条第一款.
    """
    return limits.due(received, parameter("litigation_after_review_limit", on=received).limit, calendar)


def certificate_due(decided: date, calendar: WorkingCalendar) -> DueDate:
    """The last day to issue and deliver the certificate. Working days. Law: 行政许可法 第四十四条、第八十二条."""
    return calendar.add(decided, int(parameter("certificate_delivery_limit", on=decided).value))
