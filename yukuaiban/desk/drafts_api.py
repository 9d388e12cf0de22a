"""`/api/v1/desk/items/{code}/draft`: a guide changed by an editor's program, proposed for a second editor."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from yukuaiban.config.api_errors import OF_CHANGING, OF_READING, refusals
from yukuaiban.config.now import now
from yukuaiban.desk import selectors
from yukuaiban.desk.bodies import Many
from yukuaiban.desk.catalogue_api import Code
from yukuaiban.desk.proposals_api import LineBody, ProposalBody, load_body
from yukuaiban.items.loading import edits
from yukuaiban.items.loading.models import ItemDraft
from yukuaiban.items.loading.wording import said
from yukuaiban.items.models import ServiceItem
from yukuaiban.people.access import officer_actor
from yukuaiban.people.actors import Actor

router = Router(tags=["desk"])


class TroubleBody(Schema):
    """One thing that keeps a draft from being published: the part of the content, and what is wrong with it."""

    part: str = Field(description="Dotted, `materials.2.when`.")
    message: str


class GuideDraftBody(Schema):
    """One's own draft of a guide; where there is none, what stands."""

    revision: int = Field(description="Send it with the next change; 0 where there is no draft.")
    based_on: int = Field(description="The version of the item (事项版本) that it changes.")
    is_behind: bool = Field(description="A newer version was published since: take it up, then propose.")
    is_waiting: bool = Field(description="Its proposal waits for a second editor: nothing more is changed until then.")
    proposal: int | None = Field(description="For `GET /desk/proposals/{load_id}`.")
    sent_back_because: str
    changed_at: datetime | None
    content: dict[str, Any] = Field(description="As the files of a pack: docs/editors.md, every key.")
    changes: list[LineBody]
    troubles: list[TroubleBody]


class DraftIn(Many):
    """The whole content, changed where a desk may change it."""

    revision: int = Field(ge=0, le=2**31 - 1)
    content: dict[str, Any]


class ProposeIn(Many):
    revision: int = Field(ge=0, le=2**31 - 1)
    reason: str = Field(min_length=1, max_length=edits.LONGEST_REASON)


class RevisionIn(Many):
    revision: int = Field(ge=0, le=2**31 - 1)


@router.get(
    "/items/{code}/draft",
    response={200: GuideDraftBody, **OF_READING, **refusals(409)},
    operation_id="item_draft",
    summary="One's draft",
)
def draft(request: HttpRequest, code: Code) -> dict[str, Any]:
    """For editors of the department that does the item."""
    by, item = _item(request, code)
    return _draft(item, edits.draft_of(item, by))


@router.put(
    "/items/{code}/draft",
    response={200: GuideDraftBody, **OF_CHANGING},
    operation_id="item_draft_save",
    summary="Change one's draft",
)
def save(request: HttpRequest, code: Code, given: DraftIn) -> dict[str, Any]:
    """It must have the shape of an item (422); what else keeps it from being published is told as `troubles`. The
    same again is the same change; 409 where another was made since."""
    by, item = _item(request, code)
    made = edits.draft_replace(item=item, content=given.content, revision=given.revision, by=by, at=now())
    return _draft(item, made)


@router.post(
    "/items/{code}/draft/discard",
    response={204: None, **OF_CHANGING},
    operation_id="item_draft_discard",
    summary="Give one's draft up",
)
def discard(request: HttpRequest, code: Code, given: RevisionIn) -> Status[None]:
    by, item = _item(request, code)
    edits.draft_discard(item=item, revision=given.revision, by=by)
    return Status(204, None)


@router.post(
    "/items/{code}/draft/take_up",
    response={200: GuideDraftBody, **OF_CHANGING},
    operation_id="item_draft_take_up",
    summary="Lay one's changes over a newer version",
)
def take_up(request: HttpRequest, code: Code, given: RevisionIn) -> dict[str, Any]:
    """Where both changed the same, the draft's stands. Nothing where there is no newer version."""
    by, item = _item(request, code)
    return _draft(item, edits.draft_take_up(item=item, revision=given.revision, by=by, at=now()))


@router.post(
    "/items/{code}/draft/propose",
    response={200: ProposalBody, 201: ProposalBody, **OF_CHANGING},
    operation_id="item_draft_propose",
    summary="Propose one's draft",
)
def propose(request: HttpRequest, code: Code, given: ProposeIn) -> Status[dict[str, Any]]:
    """It waits for a second editor, of the city's department (201). The same again is the same proposal (200)."""
    by, item = _item(request, code)
    load, is_new = edits.draft_propose(item=item, revision=given.revision, reason=given.reason, by=by, at=now())
    return Status(201 if is_new else 200, load_body(load, by))


def _item(request: HttpRequest, code: str) -> tuple[Actor, ServiceItem]:
    by = officer_actor(request)
    edits.check_editor(by)
    return by, selectors.item_to_edit(by, code)


def _draft(item: ServiceItem, row: ItemDraft) -> dict[str, Any]:
    return {
        "revision": row.revision,
        "based_on": row.base.number,
        "is_behind": edits.is_behind(item, row),
        "is_waiting": edits.waits(row),
        "proposal": row.load_id,
        "sent_back_because": row.load.rejected_because if row.load else "",
        "changed_at": row.changed_at,
        "content": row.content,
        "changes": [asdict(said(line)) for line in edits.lines_of(row)],
        "troubles": [{"part": one.dotted, "message": one.message} for one in edits.troubles(item, row)],
    }
