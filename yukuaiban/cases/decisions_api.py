"""`/api/v1/decisions`: the licences that were granted, for anyone, as the public page shows them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yukuaiban.cases import decisions
from yukuaiban.cases.api_bodies import After, Words
from yukuaiban.config.api_errors import refusals

router = Router(tags=["decisions"], auth=None)


class DecisionBody(Schema):
    """A licence (行政许可) that was granted."""

    item: str = Field(description="Code of the service item.")
    title: Words
    holder: str = Field(description="An organisation by name, a natural person by the surname alone.")
    department: Words
    division: str = Field(description="Code of the division.")
    decided_on: date
    number: str | None = Field(description="Of the decision (文号).")
    licence: str | None = Field(description="Number of the licence.")
    last_day: date | None = Field(description="Of the licence; null without end.")
    undone: str | None = Field(description="How it stands, where it was revoked or cancelled.")
    sample: bool = Field(description="Of a demonstration (示例).")


class DecisionsBody(Schema):
    """The newest first; `after` opens the next page, null at the end."""

    decisions: list[DecisionBody]
    after: str | None


@router.get(
    "", response={200: DecisionsBody, **refusals(404, 422)}, operation_id="decisions", summary="Licences granted"
)
def granted(
    request: HttpRequest,
    division: Annotated[str, Query(pattern=r"^([0-9A-Z]{6})?$", description="Only of one division.")] = "",
    after: After = None,
) -> dict[str, Any]:
    """Twenty at a time. 行政许可法 第四十条."""
    page = decisions.granted(division=division, after=after)
    return {"decisions": [_body(row) for row in page.rows], "after": page.after}


def _body(row: decisions.Granted) -> dict[str, Any]:
    entry = row.item.entry
    return {
        "item": row.item.code,
        "title": {"zh": entry.name_zh, "en": entry.name_en},
        "holder": row.holder,
        "department": {"zh": row.department.name_zh, "en": row.department.name_en},
        "division": row.item.division_id,
        "decided_on": row.decided_on,
        "number": row.number or None,
        "licence": row.licence or None,
        "last_day": row.last_day,
        "undone": row.undone or None,
        "sample": row.is_sample,
    }
