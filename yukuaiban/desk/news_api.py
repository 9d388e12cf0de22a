"""`/api/v1/desk/announcements`: what the city tells everyone, written by one officer, published by another."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Header, Query, Router, Schema, Status
from ninja import Path as InPath
from pydantic import Field

from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.config.now import now
from yukuaiban.desk import bodies, news
from yukuaiban.desk.news import AnnouncementForm
from yukuaiban.people.access import officer_actor
from yukuaiban.people.actors import Actor
from yukuaiban.portal import selectors, services
from yukuaiban.portal.api import NewsBody, news_of
from yukuaiban.portal.models import Announcement

router = Router(tags=["desk"])
closing = Router(tags=["desk"])

if TYPE_CHECKING:
    AnnouncementIn = Schema
else:
    AnnouncementIn = bodies.body_of("AnnouncementIn", AnnouncementForm)
Id = Annotated[int, InPath(ge=1, le=2**63 - 1)]
AfterId = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`after` of the page before.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{8,80}$",
        description="Yours, one for each announcement: the same key again gives the same one and writes nothing twice.",
    ),
]


class AnnouncementBody(NewsBody):
    """An announcement (公告) as its editors see it. An outage also stands above every page while it lasts."""

    state: Literal["waiting", "published", "withdrawn"]
    written_by: str | None
    written_at: datetime
    published_by: str | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    why_not_publish: str | None = Field(description="Of one that waits: why one may not publish it oneself.")


class AnnouncementsBody(Schema):
    """Newest first; `after` opens the next page, null at the end."""

    announcements: list[AnnouncementBody]
    after: int | None


@router.get(
    "",
    response={200: AnnouncementsBody, **OF_READING},
    operation_id="announcements",
    summary="Announcements, published or not",
)
def announcements(request: HttpRequest, after: AfterId = None) -> dict[str, Any]:
    """All that was ever written, twenty at a time."""
    by = officer_actor(request)
    rows, more = selectors.written(after=after)
    return {"announcements": [_body(row, by) for row in rows], "after": more}


@router.get(
    "/{announcement_id}",
    response={200: AnnouncementBody, **OF_READING},
    operation_id="announcement",
    summary="One announcement",
)
def announcement(request: HttpRequest, announcement_id: Id) -> dict[str, Any]:
    by = officer_actor(request)
    return _body(selectors.written_one(announcement_id), by)


@router.post(
    "",
    response={201: AnnouncementBody, **OF_CHANGING},
    operation_id="announcement_write",
    summary="Write an announcement",
)
def write(request: HttpRequest, given: AnnouncementIn, idempotency_key: Key = None) -> Status[dict[str, Any]]:
    """It waits for another person to publish it."""
    by = officer_actor(request)
    form = bodies.read(AnnouncementForm(bodies.given(given.model_dump(mode="json"))))
    row = services.announcement_save(announcement_id=None, by=by, at=now(), key=idempotency_key, **form.facts())
    return Status(201, _body(row, by))


@router.put(
    "/{announcement_id}",
    response={200: AnnouncementBody, **OF_CHANGING},
    operation_id="announcement_change",
    summary="Change an announcement that is not published",
)
def change(request: HttpRequest, announcement_id: Id, given: AnnouncementIn) -> dict[str, Any]:
    """Whoever changed it last counts as its writer."""
    by, row = officer_actor(request), selectors.written_one(announcement_id)
    form = bodies.read(AnnouncementForm(bodies.given(given.model_dump(mode="json")), instance=row))
    return _body(services.announcement_save(announcement_id=row.pk, by=by, at=now(), **form.facts()), by)


@router.post(
    "/{announcement_id}/publish",
    response={200: AnnouncementBody, **OF_CHANGING},
    operation_id="announcement_publish",
    summary="Publish what another person wrote",
)
def publish(request: HttpRequest, announcement_id: Id) -> dict[str, Any]:
    by = officer_actor(request)
    return _body(services.announcement_publish(announcement_id=announcement_id, by=by, at=now()), by)


@router.post(
    "/{announcement_id}/withdraw",
    response={200: AnnouncementBody, **OF_CHANGING},
    operation_id="announcement_withdraw",
    summary="End an announcement",
)
def withdraw(request: HttpRequest, announcement_id: Id) -> dict[str, Any]:
    """It is taken down and stays in the records."""
    by = officer_actor(request)
    return _body(services.announcement_withdraw(announcement_id=announcement_id, by=by, at=now()), by)


class ClosingIn(Schema):
    """Why, for everybody to read; left out: the usual sentence."""

    reason_zh: str = Field("", max_length=200)
    reason_en: str = Field("", max_length=400)


@closing.post(
    "",
    response={204: None, **OF_CHANGING},
    operation_id="maintenance_begin",
    summary="Close the city for changes",
    url_name="maintenance",
)
def close(request: HttpRequest, given: ClosingIn) -> Status[None]:
    """Everything can be read, nothing changed, until it is opened again. `GET /announcements` says whether it is on."""
    services.maintenance_begin(
        by=officer_actor(request),
        at=now(),
        reason_zh=given.reason_zh.strip() or news.CLOSED_ZH,
        reason_en=given.reason_en.strip() or news.CLOSED_EN,
    )
    return Status(204, None)


@closing.delete("", response={204: None, **OF_CHANGING}, operation_id="maintenance_end", summary="Open it again")
def reopen(request: HttpRequest) -> Status[None]:
    services.maintenance_end(by=officer_actor(request), at=now())
    return Status(204, None)


def _body(row: Announcement, by: Actor) -> dict[str, Any]:
    state = "withdrawn" if row.withdrawn_at else "published" if row.published_at else "waiting"
    return {
        **news_of(row),
        "state": state,
        "written_by": str(row.written_by) if row.written_by else None,
        "written_at": row.written_at,
        "published_by": str(row.published_by) if row.published_by else None,
        "published_at": row.published_at,
        "withdrawn_at": row.withdrawn_at,
        "why_not_publish": services.why_not_publish(row, by) if state == "waiting" else None,
    }
