"""Halls: where to go, and when it is open."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yukuaiban.calendars.selectors import current
from yukuaiban.config.now import today
from yukuaiban.places import hours, selectors
from yukuaiban.places.hours import Opening
from yukuaiban.places.models import OpeningDay


@require_safe
def halls(request: HttpRequest) -> HttpResponse:
    """All halls, the city's own first."""
    day = today()
    calendar = current()
    rows = [(hall, _times(hours.openings_on(hall.hours.all(), day, calendar))) for hall in selectors.halls_of()]
    return render(request, "places/halls.html", {"rows": rows})


@require_safe
def hall(request: HttpRequest, code: str) -> HttpResponse:
    """One hall: address, telephone, the week's hours, today's."""
    found = selectors.hall_by_code(code)
    day = today()
    openings = found.hours.all()
    week = [(_days(days), _times(times)) for days, times in hours.weekly(openings, day)]
    today_is = _times(hours.openings_on(openings, day, current()))
    coming = sorted({row.valid_from for row in openings if row.valid_from and row.valid_from > day})
    return render(
        request,
        "places/hall.html",
        {"hall": found, "week": week, "today": day, "today_is": today_is, "coming": coming[:1]},
    )


def _times(openings: list[Opening] | tuple[Opening, ...]) -> str:
    return _("、").join(str(opening) for opening in openings) if openings else _("不开放")


def _days(days: tuple[OpeningDay, ...]) -> str:
    """星期一至星期五"""
    if len(days) == 1:
        return str(days[0].label)
    return _("{first}至{last}").format(first=days[0].label, last=days[-1].label)
