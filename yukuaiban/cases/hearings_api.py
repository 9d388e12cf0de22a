"""`/api/v1/hearings`: the hearings to come, for anyone, as the public page shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from yukuaiban.cases import hearings
from yukuaiban.cases.api_bodies import PDF, After, RowId, Words
from yukuaiban.cases.models.procedure import ClosedGround
from yukuaiban.cases.pages import pdf
from yukuaiban.config.api_errors import refusals

router = Router(tags=["hearings"], auth=None)


class HearingBody(Schema):
    """A hearing (听证) that was announced. Of one that is not public only body, time and ground are told."""

    id: int
    at: datetime
    department: Words
    phone: str = Field(description="Of the body: who needs a seat, an interpreter or help calls ahead.")
    division: str = Field(description="Code of the division.")
    public: bool = Field(description="Anyone may attend, without charge.")
    closed_ground: Literal[tuple(ClosedGround.values)] | None = Field(description="Why it is not public.")  # type: ignore[valid-type]
    called: bool = Field(description="By the body itself, in the public interest; else somebody asked for it.")
    item: str | None = Field(description="Code of the service item.")
    title: Words | None
    applicant: str | None = Field(description="An organisation by name, a natural person by the surname alone.")
    place: str | None
    announcement: bool = Field(description="Whether the announcement can be fetched as a PDF.")


class HearingsBody(Schema):
    """The next one first; `after` opens the next page, null at the end."""

    hearings: list[HearingBody]
    after: str | None


@router.get("", response={200: HearingsBody, **refusals(404, 422)}, operation_id="hearings", summary="Hearings to come")
def to_come(request: HttpRequest, after: After = None) -> dict[str, Any]:
    """Announced and not over, twenty at a time. 行政许可法 第四十六条、第四十八条."""
    page = hearings.announced(after)
    return {"hearings": [_body(row) for row in page.rows], "after": page.after}


@router.get(
    "/{hearing_id}/announcement",
    response={200: bytes, **refusals(404, 422)},
    operation_id="hearing_announcement",
    summary="The announcement of a hearing, signed",
    openapi_extra=PDF,
)
def announcement(request: HttpRequest, hearing_id: RowId) -> HttpResponse:
    """The signed PDF; 404 for a hearing that is over or not public."""
    return pdf(hearings.announcement(hearing_id))


def _body(row: hearings.Announced) -> dict[str, Any]:
    entry = row.item.entry if row.item else None
    return {
        "id": row.id,
        "at": row.at,
        "department": {"zh": row.department.name_zh, "en": row.department.name_en},
        "phone": row.department.phone,
        "division": row.division.code,
        "public": row.is_public,
        "closed_ground": row.closed_ground or None,
        "called": row.is_called,
        "item": row.item.code if row.item else None,
        "title": {"zh": entry.name_zh, "en": entry.name_en} if entry else None,
        "applicant": row.applicant or None,
        "place": row.place or None,
        "announcement": row.letter is not None,
    }
