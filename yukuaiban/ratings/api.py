"""`/api/v1/cases/{number}/rating`: what an applicant says of a case that has ended, for programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from yukuaiban.cases import selectors as cases
from yukuaiban.cases.api_bodies import Number
from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import now
from yukuaiban.people.access import party_actor
from yukuaiban.ratings.models import Rating
from yukuaiban.ratings.selectors import rating_of
from yukuaiban.ratings.services import rating_give
from yukuaiban.ratings.states import State

router = Router(tags=["cases"])


class RatingIn(Schema):
    """1 very satisfied ... 5 very dissatisfied, as the national standard counts."""

    level: int = Field(ge=1, le=5)
    words: str = Field("", max_length=500)


class RatingBody(Schema):
    """One's own rating. A bad one is dealt with by whoever handled the case: by when, and what came of it."""

    level: int
    words: str
    rated_at: datetime
    follow_up: Literal[tuple(s.value for s in State)] | None  # type: ignore[valid-type]
    answer_by: date | None = Field(description="Of a bad rating: the last day to answer it.")
    answered_at: datetime | None
    answer: str


@router.post("/{number}/rating", response={201: RatingBody, **OF_CHANGING}, operation_id="rate", summary="Rate it")
def rate(request: HttpRequest, number: Number, given: RatingIn) -> Status[dict[str, Any]]:
    """One rating of a case that has ended."""
    by = party_actor(request)
    found = cases.case_for_party(by, number)
    made = rating_give(case=found, by=by, level=given.level, words=given.words, channel="api", at=now())
    return Status(201, _rating(made))


@router.get("/{number}/rating", response={200: RatingBody, **OF_READING}, operation_id="rating", summary="My rating")
def my_rating(request: HttpRequest, number: Number) -> dict[str, Any]:
    """What one said, and what came of it; 404 where nothing was said yet."""
    made = rating_of(cases.case_for_party(party_actor(request), number))
    if made is None:
        raise NotFound(_("这个办件还没有评价。"))
    return _rating(made)


def _rating(made: Rating) -> dict[str, Any]:
    follow_up = getattr(made, "follow_up", None)
    return {
        "level": made.level,
        "words": made.words,
        "rated_at": made.rated_at,
        "follow_up": follow_up.state if follow_up else None,
        "answer_by": follow_up.answer_by if follow_up else None,
        "answered_at": made.answered_at,
        "answer": made.answer,
    }
