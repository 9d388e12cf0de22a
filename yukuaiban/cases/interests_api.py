"""`/api/v1/interests`: the cases of others in which one is a third party (利害关系人), and what one may do there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Router, Schema
from pydantic import Field

from yukuaiban.cases import interests
from yukuaiban.cases.api_bodies import Number, Words
from yukuaiban.cases.states import State
from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.config.now import now
from yukuaiban.people.access import party_actor

router = Router(tags=["interests"])


class InterestBody(Schema):
    """A case of another that touches one's weighty interests; nothing of the applicant's is told."""

    number: str
    title: Words
    department: Words
    state: Literal[tuple(s.value for s in State)]  # type: ignore[valid-type]
    state_label: str
    interest: str = Field(description="How the matter touches one, as the department wrote.")
    told_on: date
    statement: str = Field(description="What one has said so far.")
    request_by: date | None = Field(description="Until when one may ask for a hearing; null: no such right was told.")
    asked_on: date | None
    given_up_on: date | None
    held_at: datetime | None = Field(description="Of the hearing, once it is noticed.")
    place: str
    can: list[Literal["statement", "hearing", "give_up"]] = Field(description="What is possible now.")


class StatementIn(Schema):
    statement: str = Field(min_length=1, max_length=2000)


class WhyIn(Schema):
    reason: str = Field("", max_length=500)


@router.get("", response={200: list[InterestBody], **OF_READING}, operation_id="interests", summary="One's interests")
def all_of_them(request: HttpRequest) -> list[dict[str, Any]]:
    """Newest first, at most fifty. 行政许可法 第三十六条."""
    return [_body(row) for row in interests.interests(party_actor(request))]


@router.get("/{number}", response={200: InterestBody, **OF_READING}, operation_id="interest", summary="One of them")
def one(request: HttpRequest, number: Number) -> dict[str, Any]:
    return _body(interests.interest(party_actor(request), number))


@router.post(
    "/{number}/statement",
    response={200: InterestBody, **OF_CHANGING},
    operation_id="interest_statement",
    summary="State and defend",
)
def statement(request: HttpRequest, number: Number, given: StatementIn) -> dict[str, Any]:
    """陈述和申辩, kept with the case; said again, it is added. 行政许可法 第三十六条."""
    return _do(request, number, "statement", statement=given.statement)


@router.post(
    "/{number}/hearing",
    response={200: InterestBody, **OF_CHANGING},
    operation_id="interest_hearing",
    summary="Ask for a hearing",
)
def hearing(request: HttpRequest, number: Number, given: Annotated[WhyIn, Body()]) -> dict[str, Any]:
    """Within one's own five days of being told. 行政许可法 第四十七条第一款."""
    return _do(request, number, "hearing", reason=given.reason)


@router.post(
    "/{number}/hearing/give-up",
    response={200: InterestBody, **OF_CHANGING},
    operation_id="interest_give_up",
    summary="Give up the hearing, or the right to it",
)
def give_up(request: HttpRequest, number: Number, given: Annotated[WhyIn, Body()]) -> dict[str, Any]:
    """There is no second request afterwards; a hearing that others asked for is held all the same."""
    return _do(request, number, "give_up", reason=given.reason)


def _do(request: HttpRequest, number: str, doing: str, **given: str) -> dict[str, Any]:
    by = party_actor(request)
    row = interests.interest(by, number)
    interests.DOINGS[doing][1](case_id=row.case.pk, by=by, at=now(), **given)
    return _body(interests.interest(by, number))


def _body(row: interests.Interest) -> dict[str, Any]:
    entry, department = row.case.service_item.entry, row.case.department
    return {
        "number": row.case.number,
        "title": {"zh": entry.name_zh, "en": entry.name_en},
        "department": {"zh": department.name_zh, "en": department.name_en},
        "state": row.case.state,
        "state_label": row.state,
        "interest": row.third_party.interest,
        "told_on": row.third_party.told_on,
        "statement": row.third_party.statement,
        "request_by": row.request_by,
        "asked_on": row.asked_on,
        "given_up_on": row.given_up_on,
        "held_at": row.held_at,
        "place": row.place,
        "can": list(row.can),
    }
