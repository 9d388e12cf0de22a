"""`/api/v1/places`: divisions as they stand on a day, departments, halls. Public and read only."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path as InPath
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field, WithJsonSchema

from yukuaiban.calendars.selectors import current
from yukuaiban.config.api_errors import ErrorBody
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import now, today
from yukuaiban.places import hours, selectors
from yukuaiban.places.models import Department, Hall
from yukuaiban.places.selectors import Place

router = Router(tags=["places"], auth=None)


def _iso(value: Any) -> Any:
    """Only `2026-03-02`: pydantic alone would also take a number of seconds."""
    if isinstance(value, str) and len(value) != len("2026-03-02"):
        raise ValueError("not a date such as 2026-03-02")
    return date.fromisoformat(value) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_iso), WithJsonSchema({"type": "string", "format": "date"})]
DIVISION = r"^[0-9A-Z]{6}([0-9]{3}([0-9]{3})?)?$"
HALL = r"^[a-z0-9-]{3,40}$"


class DivisionBody(Schema):
    """A division. An empty `valid_from`: there before our source was taken; an empty `valid_until`: still there."""

    code: str = Field(description="6 digits for a district, 9 for a town, 12 for a village; letters: a local code.")
    name_zh: str
    name_en: str
    kind: str
    parent: str | None
    valid_from: date | None
    valid_until: date | None
    status: str = Field(description="confirmed, unconfirmed, sample or missing.")


class DepartmentBody(Schema):
    """A department of the city or of a district."""

    code: str
    uscc: str = Field(description="Unified social credit code; empty where it is not known.")
    name_zh: str
    name_en: str
    division: str
    kind: str
    status: str


class OpeningBody(Schema):
    opens_at: str
    closes_at: str


class HallBody(Schema):
    """A service hall, today's opening hours and whether it is open now."""

    code: str
    division: str
    name_zh: str
    name_en: str
    address_zh: str
    address_en: str
    phone: str
    status: str
    today: list[OpeningBody]
    is_open: bool


REFUSALS = {404: ErrorBody, 422: ErrorBody}


@router.get(
    "/divisions", response={200: list[DivisionBody], **REFUSALS}, summary="The divisions right below one, on a day"
)
def divisions(
    request: HttpRequest,
    parent: Annotated[str | None, Query(pattern=DIVISION, description="Left out: the city itself.")] = None,
    on: Annotated[Day | None, Query(description="As they stood on this day; left out: today.")] = None,
) -> list[Place]:
    if parent:
        _known(parent)
    return selectors.children(parent, on)


@router.get("/divisions/{code}", response={200: list[DivisionBody], **REFUSALS}, summary="A division and all above it")
def division(request: HttpRequest, code: Annotated[str, InPath(pattern=DIVISION)]) -> list[Place]:
    """The city first; a division that was abolished is still found."""
    return selectors.path(_known(code))


@router.get(
    "/departments", response={200: list[DepartmentBody], **REFUSALS}, summary="Departments of the city or a district"
)
def departments(
    request: HttpRequest,
    division: Annotated[str | None, Query(pattern=DIVISION, description="Left out: the city's.")] = None,
) -> list[DepartmentBody]:
    code = _known(division) if division else selectors.city().code
    return [_department(found) for found in selectors.departments_of(code)]


@router.get("/halls", response={200: list[HallBody], **REFUSALS}, summary="Service halls and today's hours")
def halls(
    request: HttpRequest,
    division: Annotated[str | None, Query(pattern=DIVISION, description="Left out: all, the city's first.")] = None,
) -> list[HallBody]:
    return [_hall(found) for found in selectors.halls_of([_known(division)] if division else None)]


@router.get("/halls/{code}", response={200: HallBody, **REFUSALS}, summary="One service hall and today's hours")
def hall(request: HttpRequest, code: Annotated[str, InPath(pattern=HALL)]) -> HallBody:
    return _hall(selectors.hall_by_code(code))


def _known(code: str) -> str:
    if selectors.DIVISIONS.get(code) is None:
        raise NotFound(_("没有区划 {code}。").format(code=code))
    return code


def _department(department: Department) -> DepartmentBody:
    return DepartmentBody(
        code=department.code,
        uscc=department.uscc,
        name_zh=department.name_zh,
        name_en=department.name_en,
        division=department.division_id,
        kind=department.kind,
        status=department.status,
    )


def _hall(hall: Hall) -> HallBody:
    rows = list(hall.hours.all())
    calendar = current()
    openings = hours.openings_on(rows, today(), calendar)
    return HallBody(
        code=hall.code,
        division=hall.division_id,
        name_zh=hall.name_zh,
        name_en=hall.name_en,
        address_zh=hall.address_zh,
        address_en=hall.address_en,
        phone=hall.phone,
        status=hall.status,
        today=[OpeningBody(opens_at=f"{o.opens_at:%H:%M}", closes_at=f"{o.closes_at:%H:%M}") for o in openings],
        is_open=hours.is_open(rows, now(), calendar),
    )
