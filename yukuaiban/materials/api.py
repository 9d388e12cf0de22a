"""`/api/v1/materials`: for what one's documents and data were used, who looked at them, and what one handed in before.

What is handed in for a case lies under `/cases/{number}/materials`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Path as InPath
from ninja import Query, Router, Schema
from pydantic import Field

from yukuaiban.config.api_errors import OF_READING
from yukuaiban.materials import pages, selectors
from yukuaiban.materials.models import How, MaterialRead, MaterialUse
from yukuaiban.people.access import account_of

router = Router(tags=["materials"])


class Words(Schema):
    zh: str
    en: str


class LookedAtBody(Schema):
    """An officer looked at what was handed in; once a day for each way of looking."""

    at: datetime
    department: str | None
    reader: str
    what: Literal[tuple(MaterialRead.What.values)]  # type: ignore[valid-type]


class DataUseBody(Schema):
    """One use of a document or of data for one matter. `reference`: the number of the case."""

    id: str
    at: datetime
    owner: str
    title: Words
    how: Literal[tuple(How.values)]  # type: ignore[valid-type]
    source: str = Field(description="Identifier of the licence or name of the register, where it came from one.")
    purpose: Words
    reference: str
    document: str | None = Field(description="Of what was handed in: its number for `/materials/earlier/{number}`.")
    is_sample: bool
    looked_at: list[LookedAtBody]


class DataUseListBody(Schema):
    """Newest first; `after` opens the next page, null at the end."""

    uses: list[DataUseBody]
    after: str | None


After = Annotated[
    str | None,
    Query(pattern=r"^[0-9]{4}-[0-9T:.-]{1,28}Z~[0-9]{1,18}$", description="`after` of the page before."),
]


@router.get("/uses", response={200: DataUseListBody, **OF_READING}, operation_id="data_use", summary="Use of my data")
def uses(request: HttpRequest, after: After = None) -> dict[str, Any]:
    """Of oneself and of those one acts for in everything (个人信息保护法 第四十四条, 第四十五条)."""
    found = selectors.data_use(account_of(request), after=after)
    return {"uses": [_use(use) for use in found.uses], "after": found.after}


@router.get(
    "/earlier/{number}",
    response={200: bytes, **OF_READING},
    operation_id="earlier_document",
    summary="A document I handed in before",
    openapi_extra={
        "responses": {
            200: {
                "content": {
                    kind: {"schema": {"type": "string", "format": "binary"}}
                    for kind in ("application/pdf", "image/jpeg", "image/png")
                }
            }
        }
    },
)
def earlier(request: HttpRequest, number: Annotated[str, InPath(pattern=r"^[0-9A-Za-z]{1,16}$")]) -> HttpResponseBase:
    """The bytes as they were handed in."""
    return pages.earlier(request, number)


def _use(use: MaterialUse) -> dict[str, Any]:
    return {
        "id": use.number,
        "at": use.at,
        "owner": use.owner.name,
        "title": use.slot_title,
        "how": use.how,
        "source": use.source,
        "purpose": use.purpose,
        "reference": use.reference,
        "document": use.material.number if use.material else None,
        "is_sample": use.is_sample,
        "looked_at": [
            {
                "at": read.at,
                "department": read.department.name_zh if read.department else None,
                "reader": read.reader.name,
                "what": read.what,
            }
            for read in sorted(use.reads.all(), key=lambda read: read.at)
        ],
    }
