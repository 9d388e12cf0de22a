"""`/api/v1/desk/ratings`: bad ratings (差评) for the body that handled the case; who rated is never named."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yukuaiban.cases.api_bodies import Number, Words
from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.config.now import now, today
from yukuaiban.desk.bodies import Day, Many
from yukuaiban.people import tokens
from yukuaiban.people.access import account_of, officer_actor
from yukuaiban.people.actors import Actor
from yukuaiban.ratings import selectors, services
from yukuaiban.ratings.models import FollowUp, Level
from yukuaiban.ratings.states import STATE_LABELS, TRANSITIONS, Act, State

router = Router(tags=["desk"])

AfterId = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`after` of the page before.")]
Year = Annotated[int | None, Query(ge=2019, le=2199, description="Left out: this one.")]


class BadRatingBrief(Schema):
    """A bad rating as a list shows it."""

    number: str = Field(description="Of the case.")
    title: Words
    level: Literal[tuple(Level.values)] = Field(description="1 best, 5 worst; 4 and 5 are bad.")  # type: ignore[valid-type]
    rated_at: datetime
    state: Literal[tuple(s.value for s in State)]  # type: ignore[valid-type]
    state_label: str
    due_on: date = Field(description="The date that whoever acts next must keep.")
    ended_at: datetime | None


class BadRatingsBody(Schema):
    """Newest first; `after` opens the next page, null at the end."""

    ratings: list[BadRatingBrief]
    after: int | None


class DeedBody(Schema):
    """One act, as it was done."""

    act: Literal[tuple(a.value for a in Act)]  # type: ignore[valid-type]
    label: str
    at: datetime
    by: str
    words: str
    put_right_by: date | None


class PossibleDeed(Schema):
    """An act that starts in the state; `refusal` says why this officer cannot do it, null if he can."""

    act: Literal[tuple(a.value for a in Act)]  # type: ignore[valid-type]
    label: str
    refusal: str | None


class BadRatingBody(BadRatingBrief):
    """A bad rating with its dates, what was done, and what can be done."""

    words: str
    call_by: date
    called_at: datetime | None
    answer_by: date
    put_right_by: date | None = Field(description="The date of the ledger (整改台账).")
    is_provisional: bool = Field(description="A holiday notice that could move the dates is not out yet.")
    deeds: list[DeedBody]
    acts: list[PossibleDeed]


class DeedIn(Many):
    """What the act asks for: words; with `set_deadline` also the date."""

    words: str = Field(min_length=1, max_length=services.LONGEST_DEED)
    put_right_by: Day | None = None


class PhoneBody(Schema):
    phone: str = Field(description="Empty where none is known.")


class RatingFigures(Schema):
    """How one's body dealt with the bad ratings of a year; those left out on appeal count in `left_out` alone."""

    year: int
    received: int
    called_in_time: int
    answered_in_time: int
    late: int
    standing: int
    left_out: int


@router.get("", response={200: BadRatingsBody, **OF_READING}, operation_id="bad_ratings", summary="Bad ratings")
def ratings(
    request: HttpRequest,
    show: Literal["standing", "over", "all"] = "standing",
    after: AfterId = None,
) -> dict[str, Any]:
    """Those of one's body, for a handler or supervisor of it."""
    rows, more = selectors.follow_ups(officer_actor(request), states=selectors.SHOWN[show], after=after)
    return {"ratings": [_brief(row) for row in rows], "after": more}


@router.get(
    "/figures",
    response={200: RatingFigures, **OF_READING},
    operation_id="bad_rating_figures",
    summary="How one's body dealt with bad ratings",
)
def figures(request: HttpRequest, year: Year = None) -> Any:
    """Counted from the rows at this moment."""
    on = today()
    return selectors.figures(officer_actor(request), year=year or on.year, on=on)


@router.get(
    "/{number}", response={200: BadRatingBody, **OF_READING}, operation_id="bad_rating", summary="One bad rating"
)
def rating(request: HttpRequest, number: Number) -> dict[str, Any]:
    """What was said, by when what is due, what was done."""
    return _body(*_reach(request, number))


@router.post(
    "/{number}/phone",
    response={200: PhoneBody, **OF_CHANGING},
    operation_id="bad_rating_phone",
    summary="The number to call back",
)
def phone(request: HttpRequest, number: Number) -> dict[str, str]:
    """While somebody has to call back; the look stands in the person's log."""
    by, row = _reach(request, number)
    return {"phone": services.phone_for_call_back(follow_up_id=row.pk, by=by, at=now())}


@router.post(
    "/{number}/acts/{act}",
    response={200: BadRatingBody, **OF_CHANGING},
    operation_id="bad_rating_act",
    summary="Deal with a bad rating",
)
def act(
    request: HttpRequest,
    number: Number,
    act: Literal[tuple(a.value for a in Act)],  # type: ignore[valid-type]
    given: DeedIn,
) -> dict[str, Any]:
    """Call back first, then put right or explain; the same request again is the same act."""
    by, row = _reach(request, number)
    services.follow_up_act(
        follow_up_id=row.pk, act=Act(act), by=by, at=now(), words=given.words, put_right_by=given.put_right_by
    )
    return _body(by, selectors.follow_up_for(by, row.rating.case.number))


def _reach(request: HttpRequest, number: str) -> tuple[Actor, FollowUp]:
    """A token stays at its own post; who is signed in acts from whichever of his own has business with it."""
    by = officer_actor(request)
    if tokens.is_named(request):
        return by, selectors.follow_up_for(by, number)
    return selectors.reach(account_of(request), by, number)


def _brief(row: FollowUp) -> dict[str, Any]:
    entry = row.rating.case.service_item.entry
    return {
        "number": row.rating.case.number,
        "title": {"zh": entry.name_zh, "en": entry.name_en},
        "level": row.rating.level,
        "rated_at": row.rating.rated_at,
        "state": row.state,
        "state_label": str(STATE_LABELS[State(row.state)]),
        "due_on": row.due_on,
        "ended_at": row.ended_at,
    }


def _body(by: Actor, row: FollowUp) -> dict[str, Any]:
    return {
        **_brief(row),
        "words": row.rating.words,
        "call_by": row.call_by,
        "called_at": row.called_at,
        "answer_by": row.answer_by,
        "put_right_by": row.put_right_by,
        "is_provisional": row.is_provisional,
        "deeds": [
            {
                "act": deed.act,
                "label": str(TRANSITIONS[Act(deed.act)].label),
                "at": deed.at,
                "by": str(deed.account),
                "words": deed.words,
                "put_right_by": deed.put_right_by,
            }
            for deed in row.deeds.all()
        ],
        "acts": [
            {"act": one.row.act.value, "label": str(one.row.label), "refusal": one.refusal}
            for one in selectors.possible_acts(by, row)
        ],
    }
