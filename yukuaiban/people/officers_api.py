"""`/api/v1/officers`, what officers do about people: who sits where, the auditor's log, requests for correction and guardianships.

With an officer's token, from the post it was made at. Another role is refused (403); who holds no post finds nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from yukuaiban.config import paging
from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.config.now import now, today
from yukuaiban.design.formats import masked_name
from yukuaiban.people import looks, services, staff
from yukuaiban.people.access import officer_actor
from yukuaiban.people.api_bodies import After, Correctable, Day, PostOut, RowId, Text, post_out
from yukuaiban.people.models import CorrectionRequest, Desk, Guardianship, Post, Role
from yukuaiban.people.permissions import COUNTER
from yukuaiban.people.selectors import day_after
from yukuaiban.people.services.privacy import as_it_stands

router = Router(tags=["officers"])

A_PAGE = 50


# --- posts ------------------------------------------------------------------------------------------------------------


class OfficerOut(Schema):
    """An officer. `account` is the number he finds under 账号与安全."""

    account: str
    name: str


class SeatOut(PostOut):
    """A post with who holds it, and for whom he stands in."""

    officer: OfficerOut
    stands_in_for: OfficerOut | None


class DeskOut(Schema):
    """A desk (岗位) of one's department and who sits there today."""

    desk_id: int
    role: Literal[tuple(Role.values)]  # type: ignore[valid-type]
    name: str
    division: str
    posts: list[SeatOut]


class PostIn(Schema):
    """Who takes the post. `last_day` itself included; left out: no end is known."""

    number: Text = Field(description="Of his account, as `account` elsewhere.")
    valid_from: Day
    last_day: Day | None = None


class SubstituteIn(Schema):
    """Who stands in, from when to when (that day included), and why."""

    number: Text = Field(description="Of his account, as `account` elsewhere.")
    valid_from: Day
    last_day: Day
    reason: Text


@router.get("/desks", response={200: list[DeskOut], **OF_READING}, operation_id="desks", summary="Who sits where")
def desks(request: HttpRequest) -> list[dict[str, Any]]:
    """For a supervisor: the desks of his department."""
    return [_desk(desk, held) for desk, held in staff.seated(officer_actor(request, Role.SUPERVISOR))]


@router.post(
    "/desks/{desk_id}/posts",
    response={201: SeatOut, **OF_CHANGING},
    operation_id="post_give",
    summary="Give an officer a post",
)
def give(request: HttpRequest, desk_id: RowId, given: PostIn) -> Status[dict[str, Any]]:
    """For a supervisor, in his department; never to himself, and nobody who audits does the work."""
    by = officer_actor(request, Role.SUPERVISOR)
    desk = staff.desk_of(by, desk_id)
    post = services.post_give(
        account=staff.account_by_number(given.number),
        desk=desk,
        valid_from=given.valid_from,
        valid_until=day_after(given.last_day) if given.last_day else None,
        by=by,
        at=now(),
    )
    return Status(201, _seat(post))


@router.delete(
    "/posts/{post_id}", response={204: None, **OF_CHANGING}, operation_id="post_end", summary="End a post today"
)
def end(request: HttpRequest, post_id: RowId) -> Status[None]:
    """For a supervisor, in his department. Who stands in for the officer loses it too; the work stays at the desk."""
    by = officer_actor(request, Role.SUPERVISOR)
    services.post_end(post_id=staff.post_of_department(by, post_id).pk, on=today(), by=by, at=now())
    return Status(204, None)


@router.post(
    "/posts/{post_id}/substitutes",
    response={201: SeatOut, **OF_CHANGING},
    operation_id="post_substitute",
    summary="Let somebody stand in",
)
def substitute(request: HttpRequest, post_id: RowId, given: SubstituteIn) -> Status[dict[str, Any]]:
    """At one's own post; for a supervisor at any of his department, by another than himself."""
    by = officer_actor(request)
    post = services.post_substitute(
        post_id=staff.post_to_hand_on(by, post_id).pk,
        account=staff.account_by_number(given.number),
        valid_from=given.valid_from,
        valid_until=day_after(given.last_day),
        reason=given.reason,
        by=by,
        at=now(),
    )
    return Status(201, _seat(post))


def _desk(desk: Desk, held: list[Post]) -> dict[str, Any]:
    return {
        "desk_id": desk.pk,
        "role": desk.role,
        "name": desk.name or desk.get_role_display(),
        "division": desk.division_id,
        "posts": [_seat(post) for post in held],
    }


def _seat(post: Post) -> dict[str, Any]:
    held = post.substitute_for
    return {
        **post_out(post),
        "officer": {"account": post.account.number, "name": post.account.name},
        "stands_in_for": {"account": held.account.number, "name": held.account.name} if held else None,
    }


# --- the log ----------------------------------------------------------------------------------------------------------


class LoggedLookOut(Schema):
    """Somebody of one's department looked at a person's data; `person` is masked, `what` holds codes."""

    id: int
    at: datetime
    role: str | None
    reader: OfficerOut
    person: str
    reason: str
    what: list[str]
    reference: str


class LoggedLooksOut(Schema):
    """Newest first; `after` opens the next page, null at the end."""

    looks: list[LoggedLookOut]
    after: int | None


class PostChangeOut(Schema):
    """Somebody was given a post or lost it; `by` is null where the system arranged it."""

    id: int
    at: datetime
    desk_id: int
    desk: str
    officer: OfficerOut
    change: Literal["given", "ended"]
    by: OfficerOut | None


class PostChangesOut(Schema):
    """Newest first; `after` opens the next page, null at the end."""

    changes: list[PostChangeOut]
    after: int | None


@router.get(
    "/log/looks/{kind}",
    response={200: LoggedLooksOut, **OF_READING},
    operation_id="log_looks",
    summary="Who of the department looked at whose data",
)
def log_looks(
    request: HttpRequest,
    kind: Literal[tuple(log.key for log in looks.logs())],  # type: ignore[valid-type]
    after: After = None,
) -> dict[str, Any]:
    """For the security auditor; fifty at a time.

    `records`: a person's full record; `materials`: what was handed in with a case; `licences`: a licence.
    """
    found, more = staff.looks_in_department(officer_actor(request, Role.AUDITOR), kind, after=after)
    rows = [
        {
            "id": number,
            "at": look.at,
            "role": look.role,
            "reader": {"account": look.reader.number, "name": look.reader.name},
            "person": look.person,
            "reason": look.reason,
            "what": [code for code, _title in look.what],
            "reference": look.reference,
        }
        for number, look in found
    ]
    return {"looks": rows, "after": more}


@router.get(
    "/log/posts",
    response={200: PostChangesOut, **OF_READING},
    operation_id="log_posts",
    summary="Who of the department got or lost a post",
)
def log_posts(request: HttpRequest, after: After = None) -> dict[str, Any]:
    """For the security auditor; fifty at a time."""
    found, more = staff.post_changes(officer_actor(request, Role.AUDITOR), after=after)
    rows = [
        {
            "id": change.row.pk,
            "at": change.row.at,
            "desk_id": change.desk.pk,
            "desk": change.desk.name or change.desk.get_role_display(),
            "officer": {"account": change.row.account.number, "name": change.row.account.name},
            "change": "ended" if change.is_end else "given",
            "by": {"account": change.by.number, "name": change.by.name} if change.by else None,
        }
        for change in found
    ]
    return {"changes": rows, "after": more}


# --- what waits for who sees the papers -------------------------------------------------------------------------------


class OpenCorrectionOut(Schema):
    """A request for correction that waits; the person's name is masked."""

    id: int
    field: Correctable
    person: str
    asked_at: datetime


class OpenCorrectionsOut(Schema):
    """Oldest first; `after` opens the next page, null at the end."""

    corrections: list[OpenCorrectionOut]
    after: int | None


class CorrectionLookOut(Schema):
    """A request with what stands in the record now. The person can read that one looked, and why."""

    id: int
    field: Correctable
    person: str
    id_number: str | None
    now_stands: str
    wanted: str
    reason: str
    asked_at: datetime


class DecisionIn(Schema):
    """The answer. A refusal says why; the person reads it."""

    grant: bool
    answer: str = Field("", max_length=500)


class DecidedOut(Schema):
    id: int
    state: Literal["done", "refused"]
    decided_at: datetime
    answer: str


class UnconfirmedOut(Schema):
    """A guardianship that waits for who sees the papers. In a list the names are masked."""

    id: int
    ward: str
    guardian: str
    relation: str
    declared_at: datetime
    confirmed_at: datetime | None
    last_day: date | None


class UnconfirmedListOut(Schema):
    """Oldest first; `after` opens the next page, null at the end."""

    guardianships: list[UnconfirmedOut]
    after: int | None


@router.get(
    "/requests/corrections",
    response={200: OpenCorrectionsOut, **OF_READING},
    operation_id="correction_requests",
    summary="Requests for correction that wait",
)
def open_corrections(request: HttpRequest, after: After = None) -> dict[str, Any]:
    """For window and handler; fifty at a time."""
    officer_actor(request, *COUNTER)
    found, more = paging.oldest(staff.open_corrections(), after=after, size=A_PAGE)
    rows = [
        {"id": row.pk, "field": row.field, "person": masked_name(row.party.name), "asked_at": row.asked_at}
        for row in found
    ]
    return {"corrections": rows, "after": more}


@router.get(
    "/requests/corrections/{request_id}",
    response={200: CorrectionLookOut, **OF_READING},
    operation_id="correction_request",
    summary="One of them, with the record",
)
def look_at_correction(request: HttpRequest, request_id: RowId) -> dict[str, Any]:
    """Each look is logged; the person reads who, when and why."""
    by = officer_actor(request, *COUNTER)
    row = services.correction_open(request_id=request_id, by=by, at=now())
    return {
        "id": row.pk,
        "field": row.field,
        "person": row.party.name,
        "id_number": row.party.id_number,
        "now_stands": as_it_stands(row.party, row.field),
        "wanted": row.wanted,
        "reason": row.reason,
        "asked_at": row.asked_at,
    }


@router.post(
    "/requests/corrections/{request_id}",
    response={200: DecidedOut, **OF_CHANGING},
    operation_id="correction_decide",
    summary="Answer a request for correction",
)
def decide_correction(request: HttpRequest, request_id: RowId, given: DecisionIn) -> dict[str, Any]:
    """Never one's own or one's family's. Granted, the record changes; refused, the person is told why."""
    by = officer_actor(request, *COUNTER)
    row: CorrectionRequest = services.correction_decide(
        request_id=request_id, grant=given.grant, answer=given.answer, by=by, at=now()
    )
    return {"id": row.pk, "state": row.state, "decided_at": row.decided_at, "answer": row.answer}


@router.get(
    "/requests/guardianships",
    response={200: UnconfirmedListOut, **OF_READING},
    operation_id="guardianship_requests",
    summary="Guardianships that wait",
)
def unconfirmed(request: HttpRequest, after: After = None) -> dict[str, Any]:
    """For window and handler: what the register did not know; fifty at a time."""
    officer_actor(request, *COUNTER)
    found, more = paging.oldest(staff.unconfirmed_guardianships(), after=after, size=A_PAGE)
    rows = [
        _guardianship(row) | {"ward": masked_name(row.ward.name), "guardian": masked_name(row.guardian.name)}
        for row in found
    ]
    return {"guardianships": rows, "after": more}


@router.get(
    "/requests/guardianships/{guardianship_id}",
    response={200: UnconfirmedOut, **OF_READING},
    operation_id="guardianship_request",
    summary="One of them",
)
def look_at_guardianship(request: HttpRequest, guardianship_id: RowId) -> dict[str, Any]:
    """With both names, to compare with the papers."""
    officer_actor(request, *COUNTER)
    return _guardianship(staff.unconfirmed_guardianship(guardianship_id))


@router.post(
    "/requests/guardianships/{guardianship_id}/confirm",
    response={200: UnconfirmedOut, **OF_CHANGING},
    operation_id="guardianship_confirm",
    summary="Confirm a guardianship",
)
def confirm(request: HttpRequest, guardianship_id: RowId) -> dict[str, Any]:
    """After seeing household register, birth certificate or a court's decision. Never one's own or one's family's."""
    by = officer_actor(request, *COUNTER)
    row = staff.unconfirmed_guardianship(guardianship_id)
    return _guardianship(services.guardianship_confirm(guardianship_id=row.pk, by=by, at=now()))


def _guardianship(row: Guardianship) -> dict[str, Any]:
    return {
        "id": row.pk,
        "ward": row.ward.name,
        "guardian": row.guardian.name,
        "relation": row.relation,
        "declared_at": row.declared_at,
        "confirmed_at": row.confirmed_at,
        "last_day": row.last_day,
    }
