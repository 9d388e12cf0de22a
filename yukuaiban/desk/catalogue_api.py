"""`/api/v1/desk/items` and `/api/v1/desk/changes`: an item's guide, changed by one editor, published by another."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yukuaiban.cases.api_bodies import Words
from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.config.now import now
from yukuaiban.desk import bodies, selectors, services
from yukuaiban.desk.catalogue import ItemForm, propose
from yukuaiban.desk.models import ItemChange
from yukuaiban.items import selectors as items
from yukuaiban.items.models import ServiceItem
from yukuaiban.people.access import officer_actor
from yukuaiban.people.actors import Actor

router = Router(tags=["desk"])

if TYPE_CHECKING:
    ItemChangeIn = Schema
else:
    ItemChangeIn = bodies.body_of("ItemChangeIn", ItemForm)

Code = Annotated[str, InPath(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.-]{0,59}$")]
Id = Annotated[int, InPath(ge=1, le=2**63 - 1)]


class ItemBrief(Schema):
    """An item of one's division. `differs`: it has something other than its entry."""

    code: str
    name: Words
    department: Words
    differs: bool


class ItemsBody(Schema):
    """By code; `after` opens the next page, null at the end."""

    items: list[ItemBrief]
    after: str | None


class PairBody(Schema):
    """One element of the guide, as it stands and as it would stand."""

    element: str
    before: Any
    after: Any


class ChangeBody(Schema):
    """A change of an item that waits for a second person, or was decided."""

    id: int
    item: str
    name: Words
    reason: str
    changes: list[PairBody]
    written_by: str
    written_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    is_published: bool
    rejected_because: str = Field(description="Of one that was turned down: why; else empty.")
    why_not_decide: str | None = Field(description="Of one that waits: why one may not decide it oneself.")
    why_not_publish: str | None = Field(description="Of one that waits: why it can only be turned down.")


class RejectIn(bodies.Many):
    """Why it is turned down: who wrote it reads it."""

    reason: str = Field(min_length=1, max_length=500)


class EditBody(Schema):
    """What may be changed of an item, as it stands, and the change that waits."""

    code: str
    name: Words
    stands: dict[str, Any] = Field(description="By the names that `PUT .../change` takes.")
    waiting: ChangeBody | None
    history: list[ChangeBody] = Field(description="Newest first, at most fifty, the one that waits among them.")


@router.get("/items", response={200: ItemsBody, **OF_READING}, operation_id="desk_items", summary="Items to edit")
def desk_items(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=60, description="Words, pinyin or initials.")] = "",
    after: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.-]{0,59}$")] = None,
) -> dict[str, Any]:
    """Items of one's division that are worked out, thirty at a time. For editors."""
    by = _editor(request)
    rows, more = selectors.items_to_edit(by, q=q, after=after)
    return {
        "items": [
            {
                "code": row.code,
                "name": _name(row),
                "department": {"zh": row.department.name_zh, "en": row.department.name_en},
                "differs": row.differences_id is not None,
            }
            for row in rows
        ],
        "after": more,
    }


@router.get("/items/{code}", response={200: EditBody, **OF_READING}, operation_id="desk_item", summary="One item")
def desk_item(request: HttpRequest, code: Code) -> dict[str, Any]:
    by = _editor(request)
    item = selectors.item_to_edit(by, code)
    guide = items.guide_by_id(item.pk)
    assert guide.content is not None  # item_to_edit finds no other
    history = [_change(row, by) for row in selectors.changes_of_item(by, item)]
    return {
        "code": item.code,
        "name": _name(item),
        "stands": ItemForm.shown(guide.content),
        "waiting": next((change for change in history if change["decided_at"] is None), None),
        "history": history,
    }


@router.put(
    "/items/{code}/change",
    response={200: ChangeBody, 201: ChangeBody, **OF_CHANGING},
    operation_id="item_change",
    summary="Propose a change of an item",
)
def change(request: HttpRequest, code: Code, given: ItemChangeIn) -> Status[dict[str, Any]]:
    """It waits for a second person (201). The same again is the same proposal (200); another one that waits: 409."""
    by = _editor(request)
    item = selectors.item_to_edit(by, code)
    form = bodies.read(ItemForm(bodies.given(given.model_dump(mode="json"))))
    made, is_new = propose(item, form, by=by)
    return Status(201 if is_new else 200, _change(selectors.change_of(by, made.pk), by))


@router.get(
    "/changes", response={200: list[ChangeBody], **OF_READING}, operation_id="item_changes", summary="Changes that wait"
)
def changes(request: HttpRequest) -> list[dict[str, Any]]:
    """Of one's division, newest first: at most one for each item."""
    by = _editor(request)
    return [_change(row, by) for row in selectors.changes_waiting(by)]


@router.get(
    "/changes/{change_id}",
    response={200: ChangeBody, **OF_READING},
    operation_id="item_change_read",
    summary="One change",
)
def one_change(request: HttpRequest, change_id: Id) -> dict[str, Any]:
    by = _editor(request)
    return _change(selectors.change_of(by, change_id), by)


@router.post(
    "/changes/{change_id}/publish",
    response={200: ChangeBody, **OF_CHANGING},
    operation_id="item_change_publish",
    summary="Publish what another editor wrote",
)
def publish(request: HttpRequest, change_id: Id) -> dict[str, Any]:
    """Filed cases keep the guide they were filed under."""
    return _decide(request, change_id, publish=True)


@router.post(
    "/changes/{change_id}/reject",
    response={200: ChangeBody, **OF_CHANGING},
    operation_id="item_change_reject",
    summary="Turn down what another editor wrote",
)
def reject(request: HttpRequest, change_id: Id, given: RejectIn) -> dict[str, Any]:
    """With the reason."""
    return _decide(request, change_id, publish=False, because=given.reason)


def _decide(request: HttpRequest, change_id: int, *, publish: bool, because: str = "") -> dict[str, Any]:
    by = _editor(request)
    row = selectors.change_of(by, change_id)
    services.item_change_decide(change=row, publish=publish, by=by, at=now(), because=because)
    return _change(selectors.change_of(by, change_id), by)


def _editor(request: HttpRequest) -> Actor:
    by = officer_actor(request)
    services.check_editor(by)
    return by


def _name(item: ServiceItem) -> dict[str, str]:
    return {"zh": item.entry.name_zh, "en": item.entry.name_en}


def _change(row: ItemChange, by: Actor) -> dict[str, Any]:
    return {
        "id": row.pk,
        "item": row.service_item.code,
        "name": _name(row.service_item),
        "reason": row.reason,
        "changes": [{"element": p.key, "before": p.before, "after": p.after} for p in selectors.pairs_of(row)],
        "written_by": str(row.written_by),
        "written_at": row.written_at,
        "decided_by": str(row.decided_by) if row.decided_by else None,
        "decided_at": row.decided_at,
        "is_published": row.is_published,
        "rejected_because": row.rejected_because,
        "why_not_decide": None if row.decided_at else services.why_not_decide(row, by),
        "why_not_publish": None if row.decided_at else services.why_not_publish(row),
    }
