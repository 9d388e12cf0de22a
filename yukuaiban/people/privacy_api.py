"""`/api/v1/people`: who read my record, having it put right, what happened to my account and what keeps it from closing.

About oneself; with `X-Acting-As` naming a child, about that child. A mandate reaches nobody's record.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from yukuaiban.config import paging
from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.config.now import now
from yukuaiban.design.formats import masked
from yukuaiban.people import access, selectors, services
from yukuaiban.people.api_bodies import After, Correctable, Text
from yukuaiban.people.models import AccountEventKind, CorrectionRequest, Party

router = Router(tags=["people"])

A_PAGE = 50


class ReadOut(Schema):
    """An officer read one's full record."""

    id: int
    at: datetime
    department: str | None
    reader: str
    reason: str
    what: list[str]
    reference: str


class ReadsOut(Schema):
    """Newest first; `after` is the parameter of the next page, null at the end. `party_id`: whose record."""

    party_id: int
    reads: list[ReadOut]
    after: int | None


class EventOut(Schema):
    """Something that happened to the account: a log-in changed, a mandate, a post."""

    id: int
    at: datetime
    kind: Literal[tuple(AccountEventKind.values)]  # type: ignore[valid-type]
    label: str


class EventsOut(Schema):
    """Newest first; `after` opens the next page, null at the end."""

    events: list[EventOut]
    after: int | None


class CorrectionIn(Schema):
    """What is wrong, what is right, and by which paper or register. Phone and e-mail one changes oneself."""

    field: Correctable
    wanted: Text
    reason: str = Field(min_length=1, max_length=500)


class CorrectionOut(Schema):
    """A request for correction; `answer` says why it was refused. `party_id`: about whom. Numbers are masked."""

    id: int
    party_id: int
    field: Correctable
    wanted: str
    reason: str
    state: Literal[tuple(CorrectionRequest.State.values)]  # type: ignore[valid-type]
    asked_at: datetime
    decided_at: datetime | None
    answer: str


class CorrectionsOut(Schema):
    """Newest first; `after` opens the next page, null at the end."""

    corrections: list[CorrectionOut]
    after: int | None


class ClosingOut(Schema):
    """What must be finished before the account can be closed, in words; nothing: it can be."""

    obstacles: list[str]


@router.get("/reads", response={200: ReadsOut, **OF_READING}, operation_id="reads", summary="Who read my record")
def reads(request: HttpRequest, after: After = None) -> dict[str, Any]:
    """Which officer read it, when and why; fifty at a time."""
    party = _about(request)
    found, more = paging.newest(selectors.reads_of(party), after=after, size=A_PAGE)
    rows = [
        {
            "id": row.pk,
            "at": row.at,
            "department": row.department.name_zh if row.department else None,
            "reader": row.reader.name,
            "reason": row.reason,
            "what": row.what,
            "reference": row.reference,
        }
        for row in found
    ]
    return {"party_id": party.pk, "reads": rows, "after": more}


@router.get(
    "/events", response={200: EventsOut, **OF_READING}, operation_id="events", summary="What happened to my account"
)
def events(request: HttpRequest, after: After = None) -> dict[str, Any]:
    """Whoever finds something here that was not he logs out everywhere; fifty at a time."""
    found, more = paging.newest(selectors.events_of(access.account_of(request)), after=after, size=A_PAGE)
    rows = [{"id": row.pk, "at": row.at, "kind": row.kind, "label": row.get_kind_display()} for row in found]
    return {"events": rows, "after": more}


@router.get(
    "/corrections",
    response={200: CorrectionsOut, **OF_READING},
    operation_id="corrections",
    summary="What I asked to have put right",
)
def corrections(request: HttpRequest, after: After = None) -> dict[str, Any]:
    """With the answers; fifty at a time."""
    found, more = paging.newest(selectors.corrections_of(_about(request)), after=after, size=A_PAGE)
    return {"corrections": [_correction(row) for row in found], "after": more}


@router.post(
    "/corrections",
    response={201: CorrectionOut, **OF_CHANGING},
    operation_id="correction_ask",
    summary="Have something put right",
)
def ask(request: HttpRequest, given: CorrectionIn) -> Status[dict[str, Any]]:
    """An officer checks it against papers or registers, and corrects or says why not (个人信息保护法 第四十六条)."""
    row = services.correction_ask(
        account=access.account_of(request), party=_about(request), at=now(), **given.model_dump()
    )
    return Status(201, _correction(row))


@router.get(
    "/closing",
    response={200: ClosingOut, **OF_READING},
    operation_id="closing",
    summary="What stands in the way of closing the account",
)
def closing(request: HttpRequest) -> dict[str, Any]:
    """Closing itself asks for the password and stays in the browser: `/zh/me/privacy/close`."""
    return {"obstacles": services.obstacles(access.account_of(request))}


def _about(request: HttpRequest) -> Party:
    return selectors.about(access.account_of(request), access.who(request).party_id)


def _correction(row: CorrectionRequest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "party_id": row.party_id,
        "field": row.field,
        "wanted": masked(row.wanted) if row.field == "id_number" else row.wanted,
        "reason": row.reason,
        "state": row.state,
        "asked_at": row.asked_at,
        "decided_at": row.decided_at,
        "answer": row.answer,
    }
