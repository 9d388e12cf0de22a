"""The public page that counts working days for anyone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yukuaiban.calendars import questions, selectors
from yukuaiban.calendars.clock import calendar_lines
from yukuaiban.calendars.forms import AddForm, BetweenForm
from yukuaiban.calendars.months import months_of
from yukuaiban.calendars.reasons import WEEKDAYS, Reason
from yukuaiban.calendars.reasons import render as words
from yukuaiban.calendars.working_days import CalendarGap, WorkingCalendar
from yukuaiban.config.now import today


@require_safe
def workdays(request: HttpRequest) -> HttpResponse:
    """Count a limit or the days between two dates, say why, and show the months.

    Without a question: this month, the next, and the year's holidays.
    """
    calendar = selectors.current()
    asked = "between" if "end" in request.GET else "add" if "number" in request.GET else ""
    add = AddForm(request.GET if asked == "add" else None, auto_id="add_%s", initial={"start": today(), "number": 20})
    between = BetweenForm(request.GET if asked == "between" else None, auto_id="between_%s", initial={"start": today()})
    answer: dict[str, Any] = {}
    form: Form | None = {"add": add, "between": between}.get(asked)
    if form is not None and form.is_valid():
        try:
            answer = _added(calendar, add) if asked == "add" else _counted(calendar, between)
        except CalendarGap:
            span = {"first": calendar.first.year, "last": calendar.last.year}
            form.add_error(None, _("只能计算 %(first)s 年至 %(last)s 年的日期。") % span)
    if not answer:
        answer = {"months": months_of(calendar, today(), today().replace(day=28) + timedelta(days=7))}
    shown = answer.get("year", today().year)
    return render(
        request,
        "calendars/workdays.html",
        {
            "add": add,
            "between": between,
            "asked": asked,
            "form": form,
            "answer": answer,
            "weekdays": WEEKDAYS[_language()],
            "year": shown,
            "holidays": _texts(_lines(calendar, shown)),
            "notices": [notice for notice in calendar.notices if notice.year == shown],
            "year_days": calendar.in_year(shown),
        },
        status=422 if form is not None and form.errors else 200,
    )


def _added(calendar: WorkingCalendar, form: AddForm) -> dict[str, Any]:
    start, limit = form.cleaned_data["start"], form.limit
    found = questions.add(calendar, start, limit)
    return {
        "due": found.due.on,
        "weekday": WEEKDAYS[_language()][found.due.on.weekday()],
        "limit": limit.words(_language()),
        "start": start,
        "provisional": found.due.provisional,
        "reasons": _texts(found.reasons),
        "months": months_of(calendar, start, found.due.on, due=found.due.on, working=limit.in_working_days),
        "year": found.due.on.year,
        "query": {"start": start.isoformat(), "number": limit.value, "unit": limit.unit.value},
    }


def _counted(calendar: WorkingCalendar, form: BetweenForm) -> dict[str, Any]:
    start, end = form.cleaned_data["start"], form.cleaned_data["end"]
    found = questions.between(calendar, start, end)
    return {
        "days": found.working_days,
        "calendar_days": found.calendar_days,
        "start": start,
        "end": end,
        "provisional": found.provisional,
        "reasons": _texts(found.reasons),
        "months": months_of(calendar, start, end, due=end),
        "year": end.year,
        "query": {"start": start.isoformat(), "end": end.isoformat()},
    }


def _lines(calendar: WorkingCalendar, year: int) -> list[Reason]:
    """The holidays and makeup days of a year, in order."""
    whole = date(year - 1, 12, 31), date(year, 12, 31)
    return [reason for _day, reason in calendar_lines([whole], calendar, year)]


def _texts(reasons: Any) -> list[str]:
    return [words(reason, _language()) for reason in reasons]


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"
