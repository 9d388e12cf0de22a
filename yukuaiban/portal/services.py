"""What the city tells everyone: written by one person, published by another; and maintenance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yukuaiban.config import epochs
from yukuaiban.config.errors import DomainError, PermissionRefused
from yukuaiban.people.actors import Actor
from yukuaiban.portal.models import Announcement, Maintenance

MAY = {"editor", "supervisor"}


class NewsRefused(DomainError):
    """The announcement is not in the state that the act needs."""

    code, status = "portal.news_refused", 409


def _check(by: Actor) -> None:
    if by.role not in MAY:
        raise PermissionRefused(_("公告由事项管理员或效能监管岗位发布。"))


@transaction.atomic
def announcement_save(*, announcement: Announcement | None, by: Actor, at: datetime, **fields: Any) -> Announcement:
    """Write or change an announcement that is not published yet."""
    _check(by)
    row = announcement or Announcement()
    if row.published_at:
        raise NewsRefused(_("已发布的公告不能修改。请撤下后重新写一条。"))
    for name, value in fields.items():
        setattr(row, name, value)
    row.written_by_id, row.written_at = by.account_id, at
    row.save()
    return row


@transaction.atomic
def announcement_publish(*, announcement: Announcement, by: Actor, at: datetime) -> None:
    """Publish what another person wrote. Raises: PermissionRefused, NewsRefused."""
    _check(by)
    if announcement.written_by_id == by.account_id:
        raise PermissionRefused(_("公告须由另一人发布。"))
    if announcement.published_at:
        raise NewsRefused(_("这条公告已经发布。"))
    announcement.published_by_id, announcement.published_at = by.account_id, at
    announcement.save(update_fields=["published_by", "published_at"])
    epochs.advance("settings")


@transaction.atomic
def announcement_withdraw(*, announcement: Announcement, by: Actor, at: datetime) -> None:
    """Take a published announcement down; it stays in the records."""
    _check(by)
    if not announcement.published_at or announcement.withdrawn_at:
        raise NewsRefused(_("这条公告没有在发布中。"))
    announcement.withdrawn_at = at
    announcement.save(update_fields=["withdrawn_at"])
    epochs.advance("settings")


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
