"""What the city tells everyone: written by one person, published by another; and maintenance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yukuaiban.config import epochs
from yukuaiban.config.errors import DomainError, NotFound, PermissionRefused
from yukuaiban.people.actors import Actor
from yukuaiban.portal.models import Announcement, Maintenance

MAY = {"editor", "supervisor"}


class NewsRefused(DomainError):
    """The announcement is not in the state that the act needs."""

    code, status = "portal.news_refused", 409


def _check(by: Actor) -> None:
    if by.role not in MAY:
        raise PermissionRefused(_("公告由事项管理员或效能监管岗位发布。"))


def announcement_save(
    *, announcement_id: int | None, by: Actor, at: datetime, key: str | None = None, **fields: Any
) -> Announcement:
    """Write an announcement, or change one that is not published yet.

    Args:
        key: The writer's own name for this request: sent again, it gives the same announcement and writes nothing.

    Raises: PermissionRefused, NotFound, NewsRefused.
    """
    _check(by)
    if announcement_id is not None:
        return _change(announcement_id, by=by, at=at, fields=fields)
    own = f"{by.account()}:{key}" if key else None
    if own and (earlier := Announcement.objects.filter(idempotency_key=own).first()):
        return earlier
    try:
        with transaction.atomic():
            return Announcement.objects.create(written_by_id=by.account(), written_at=at, idempotency_key=own, **fields)
    except IntegrityError:
        if own is None:
            raise
        # the same request came twice at once
        return Announcement.objects.get(idempotency_key=own)


@transaction.atomic
def _change(announcement_id: int, *, by: Actor, at: datetime, fields: dict[str, Any]) -> Announcement:
    row = _locked(announcement_id)
    if row.published_at:
        raise NewsRefused(_("已发布的公告不能修改。请撤下后重新写一条。"))
    for name, value in fields.items():
        setattr(row, name, value)
    row.written_by_id, row.written_at = by.account(), at
    row.save()
    return row


@transaction.atomic
def announcement_publish(*, announcement_id: int, by: Actor, at: datetime) -> Announcement:
    """Publish what another person wrote. Raises: PermissionRefused, NotFound, NewsRefused."""
    _check(by)
    row = _locked(announcement_id)
    if refusal := why_not_publish(row, by):
        raise PermissionRefused(refusal)
    if row.published_at:
        raise NewsRefused(_("这条公告已经发布。"))
    row.published_by_id, row.published_at = by.account(), at
    row.save(update_fields=["published_by", "published_at"])
    epochs.advance("settings")
    return row


def why_not_publish(announcement: Announcement, by: Actor) -> str | None:
    """Why this person does not publish it: the post, or that he wrote it himself. None where he may."""
    if by.role not in MAY:
        return _("公告由事项管理员或效能监管岗位发布。")
    if announcement.written_by_id == by.account_id:
        return _("公告须由另一人发布。")
    return None


@transaction.atomic
def announcement_withdraw(*, announcement_id: int, by: Actor, at: datetime) -> Announcement:
    """Take a published announcement down; it stays in the records. Raises: PermissionRefused, NotFound, NewsRefused."""
    _check(by)
    row = _locked(announcement_id)
    if not row.published_at or row.withdrawn_at:
        raise NewsRefused(_("这条公告没有在发布中。"))
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    epochs.advance("settings")
    return row


def _locked(announcement_id: int) -> Announcement:
    row = Announcement.objects.select_for_update().filter(pk=announcement_id).first()
    if row is None:
        raise NotFound(_("没有这条公告。"))
    return row


def maintenance_begin(*, by: Actor, at: datetime, reason_zh: str, reason_en: str) -> None:
    """From now on the city can be read but not changed. Raises: NewsRefused when it is on already."""
    _check(by)
    try:
        with transaction.atomic():
            Maintenance.objects.create(began_at=at, began_by_id=by.account_id, reason_zh=reason_zh, reason_en=reason_en)
            epochs.advance("settings")
    except IntegrityError:
        raise NewsRefused(_("维护模式已经打开。")) from None


@transaction.atomic
def maintenance_end(*, by: Actor, at: datetime) -> None:
    """Open the city again."""
    _check(by)
    Maintenance.objects.filter(ended_at__isnull=True).update(ended_at=at)
    epochs.advance("settings")
