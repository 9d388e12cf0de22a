"""`/api/v1/announcements`: what the city tells everyone, as the portal shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path as InPath
from ninja import Router, Schema
from pydantic import Field

from yukuaiban.cases.api_bodies import Words
from yukuaiban.config.api_errors import refusals
from yukuaiban.portal import selectors
from yukuaiban.portal.models import Announcement

router = Router(tags=["announcements"], auth=None)


class NewsBody(Schema):
    """An announcement (公告) that stands now. An outage stands above every page while it lasts."""

    id: int
    kind: Literal[tuple(Announcement.Kind.values)]  # type: ignore[valid-type]
    title: Words
    body: Words
    starts_at: datetime
    ends_at: datetime | None
    is_sample: bool


class ClosedBody(Schema):
    since: datetime
    reason: Words


class NewsListBody(Schema):
    announcements: list[NewsBody]
    maintenance: ClosedBody | None = Field(description="While it is on, everything can be read and nothing changed.")


@router.get("", response=NewsListBody, operation_id="news", summary="Announcements")
def news(request: HttpRequest) -> dict[str, Any]:
    """Those that stand now, newest first, at most fifty; and whether there is maintenance."""
    closed = selectors.maintenance()
    return {
        "announcements": [news_of(row) for row in selectors.announcements(50)],
        "maintenance": {"since": closed.began_at, "reason": {"zh": closed.reason_zh, "en": closed.reason_en}}
        if closed
        else None,
    }


@router.get(
    "/{announcement_id}",
    response={200: NewsBody, **refusals(404, 422)},
    operation_id="news_one",
    summary="One announcement",
)
def one(request: HttpRequest, announcement_id: Annotated[int, InPath(ge=1, le=2**63 - 1)]) -> dict[str, Any]:
    """Published and not withdrawn; one that is over can still be read."""
    return news_of(selectors.announcement(announcement_id))


def news_of(row: Announcement) -> dict[str, Any]:
    """What everyone may read of an announcement."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "title": {"zh": row.title_zh, "en": row.title_en},
        "body": {"zh": row.body_zh, "en": row.body_en},
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "is_sample": row.is_sample,
    }
