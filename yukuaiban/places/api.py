"""Places for programs: divisions (dated), departments, halls. Public, read only."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from yukuaiban.calendars.selectors import current
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import now, today
from yukuaiban.places import hours, selectors
from yukuaiban.places.models import Hall

router = Router(tags=["places"])


class DivisionOut(Schema):
    """A division. `valid_from` empty: there since before the source was taken; `valid_until` empty: still there."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    parent: str | None
    valid_from: date | None
    valid_until: date | None
    status: str


class DepartmentOut(Schema):
    """A department. `uscc` is empty where the unified social credit code is not known."""

    code: str
    uscc: str
    name_zh: str
    name_en: str
    division: str
    kind: str
    status: str


class OpeningOut(Schema):
    opens_at: str
    closes_at: str


class HallOut(Schema):
    """A hall, with today's opening hours and whether it is open now."""

    code: str
    division: str
    name_zh: str
    name_en: str
    address_zh: str
    address_en: str
    phone: str
    status: str
    today: list[OpeningOut]
    is_open: bool


@router.get("/divisions", response=list[DivisionOut], summary="The divisions right below one, as they stand on a day")
def divisions(request: HttpRequest, parent: str = "", on: date | None = None) -> Any:
    """Without `parent`: the city itself."""
    if parent and selectors.DIVISIONS.get(parent) is None:
        raise NotFound(_("没有区划 {code}。").format(code=parent))
    return selectors.children(parent or None, on)


@router.get("/divisions/{code}", response=list[DivisionOut], summary="A division with all above it, the city first")
def division(request: HttpRequest, code: str) -> Any:
    found = selectors.path(code)
    if not found:
        raise NotFound(_("没有区划 {code}。").format(code=code))
    return found


@router.get("/departments", response=list[DepartmentOut], summary="The departments of the city or of one district")
def departments(request: HttpRequest, division: str = "") -> Any:
    code = division or selectors.city().code
    if selectors.DIVISIONS.get(code) is None:
        raise NotFound(_("没有区划 {code}。").format(code=code))
    return [
        DepartmentOut(
            code=d.code, uscc=d.uscc, name_zh=d.name_zh, name_en=d.name_en, division=d.division_id, kind=d.kind,
            status=d.status,
        )
        for d in selectors.departments_of(code)
    ]  # fmt: skip


@router.get("/halls", response=list[HallOut], summary="The service halls and today's hours, the city's own first")
def halls(request: HttpRequest, division: str = "") -> Any:
    return [_hall(hall) for hall in selectors.halls_of([division] if division else None)]


@router.get("/halls/{code}", response=HallOut, summary="One service hall and today's hours")
def hall(request: HttpRequest, code: str) -> Any:
    return _hall(selectors.hall_by_code(code))


def _hall(hall: Hall) -> HallOut:
    calendar = current()
    openings = hours.openings_on(hall.hours.all(), today(), calendar)
    return HallOut(
        code=hall.code, division=hall.division_id, name_zh=hall.name_zh, name_en=hall.name_en,
        address_zh=hall.address_zh, address_en=hall.address_en, phone=hall.phone, status=hall.status,
        today=[OpeningOut(opens_at=f"{o.opens_at:%H:%M}", closes_at=f"{o.closes_at:%H:%M}") for o in openings],
        is_open=hours.is_open(hall.hours.all(), now(), calendar),
    )  # fmt: skip
