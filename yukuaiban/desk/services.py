"""Editing an item at a desk: one person writes, a second publishes; what filed cases used never changes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from yukuaiban.config import epochs
from yukuaiban.config.errors import Invalid, PermissionRefused
from yukuaiban.desk.models import ItemChange
from yukuaiban.items.guide import merge
from yukuaiban.items.models import Differences, EntryVersion, Origin, ServiceItem
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role
from yukuaiban.vault import sm3


def _check(by: Actor, item: ServiceItem) -> None:
    if by.role != Role.EDITOR or by.division != item.division_id:
        raise PermissionRefused(_("事项由所在地区的事项管理员编辑和发布。"))


def version_of(item: ServiceItem) -> EntryVersion:
    """What the item's differences stand on. Raises: Invalid where its entry has no content yet."""
    version = item.entry.current_version
    if version is None:
        raise Invalid(_("这个事项还没有要素，不能在这里编辑。"))
    return version


def item_change_write(
    *, item: ServiceItem, differences: dict[str, Any], reason: str, by: Actor, at: datetime
) -> ItemChange:
    """Propose what this service item has other than its entry. Raises: Invalid with each field that does not hold."""
    _check(by, item)
    version = version_of(item)
    try:
        merge(version.content, differences)
    except ValidationError as error:
        fields = {".".join(map(str, e["loc"])): e["msg"] for e in error.errors()}
        raise Invalid(_("有 {n} 处不符合要求。").format(n=len(fields)), details={"fields": fields}) from None
    except ValueError as error:
        raise Invalid(str(error)) from None
    if not reason.strip():
        raise Invalid(_("请写明修改的理由，发布的人要看。"))
    before = item.differences.content if item.differences else {}
    try:
        with transaction.atomic():
            return ItemChange.objects.create(
                service_item=item,
                differences=differences,
                before=before,
                reason=reason.strip(),
                written_by_id=by.account(),
                written_at=at,
            )
    except IntegrityError:
        raise Invalid(_("这个事项已有一处修改等待发布。请先处理它。")) from None


@transaction.atomic
def item_change_decide(*, change: ItemChange, publish: bool, by: Actor, at: datetime) -> None:
    """Publish or reject what another person wrote; every process shows it within a second."""
    change = ItemChange.objects.select_for_update().select_related("service_item__entry").get(pk=change.pk)
    item = change.service_item
    _check(by, item)
    if change.written_by_id == by.account_id:
        raise PermissionRefused(_("修改须由另一人发布。"))
    if change.decided_at:
        raise Invalid(_("这处修改已经处理过。"))
    if publish:
        merge(version_of(item).content, change.differences)  # the entry may have moved on since it was written
        item.differences = _stored(change.differences)
        item.origin = Origin.DESK
        item.save(update_fields=["differences", "origin"])
        epochs.advance("catalogue")
    change.decided_by_id, change.decided_at, change.is_published = by.account_id, at, publish
    change.save(update_fields=["decided_by", "decided_at", "is_published"])


def _stored(content: dict[str, Any]) -> Differences | None:
    """The one row with this content."""
    if not content:
        return None
    digest = sm3(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    return Differences.objects.get_or_create(digest=digest, defaults={"content": content})[0]
