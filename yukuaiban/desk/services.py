"""Editing an item at a desk: one person writes, a second publishes; what filed cases used never changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from yukuaiban.config import epochs
from yukuaiban.config.errors import Invalid, PermissionRefused
from yukuaiban.desk.errors import ChangeDecided, ChangeOutrun, ChangeWaits
from yukuaiban.desk.models import ItemChange
from yukuaiban.items.guide import explained, merge
from yukuaiban.items.loading.desired import digest_json
from yukuaiban.items.models import Differences, EntryVersion, Origin, ServiceItem
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role

LONGEST_REASON = 500


def check_editor(by: Actor) -> None:
    """Raises: PermissionRefused for who does not work from an editor's post."""
    if by.role != Role.EDITOR:
        raise PermissionRefused(_("事项由所在地区的事项管理员编辑和发布。"))


def _check(by: Actor, item: ServiceItem) -> None:
    check_editor(by)
    if by.division != item.division_id:
        raise PermissionRefused(_("事项由所在地区的事项管理员编辑和发布。"))


def version_of(item: ServiceItem) -> EntryVersion:
    """What the item's differences stand on. Raises: Invalid where its entry has no content yet."""
    version = item.entry.current_version
    if version is None:
        raise Invalid(_("这个事项还没有要素，不能在这里编辑。"))
    return version


def _must_hold(version: EntryVersion, differences: dict[str, Any]) -> None:
    """Raises: Invalid with each element that does not hold."""
    try:
        merge(version.content, differences)
    except ValidationError as error:
        told = explained(error)
        message = _("有 {n} 处不符合要求。").format(n=len(told))
        raise Invalid(message, details={"fields": told}) from None
    except ValueError as error:
        raise Invalid(str(error)) from None


def item_change_write(
    *, item: ServiceItem, differences: dict[str, Any], reason: str, by: Actor, at: datetime
) -> tuple[ItemChange, bool]:
    """Propose what this service item has other than its entry. Also whether the proposal is new.

    The same again from the same person is the same proposal.

    Raises: Invalid with each field that does not hold, ChangeWaits where another one waits.
    """
    _check(by, item)
    _must_hold(version_of(item), differences)
    reason = reason.strip()
    if not reason:
        message = _("请写明修改的理由，发布的人要看。")
        raise Invalid(message, details={"fields": {"reason": message}})
    before = item.differences.content if item.differences else {}
    if differences == before:
        raise Invalid(_("没有改动，不需要发布。"))
    try:
        with transaction.atomic():
            made = ItemChange.objects.create(
                service_item=item,
                differences=differences,
                before=before,
                reason=reason,
                written_by_id=by.account(),
                written_at=at,
            )
    except IntegrityError:
        return _waiting(item, differences, reason, by), False
    return made, True


def _waiting(item: ServiceItem, differences: dict[str, Any], reason: str, by: Actor) -> ItemChange:
    """The change that waits, if it is this very one. Raises: ChangeWaits."""
    waiting = ItemChange.objects.filter(service_item=item, decided_at__isnull=True).first()
    if waiting is None:
        raise ChangeWaits(_("这个事项的修改刚刚处理完。请再试一次。"))
    if (waiting.written_by_id, waiting.differences, waiting.reason) != (by.account(), differences, reason):
        raise ChangeWaits(_("这个事项已有一处修改等待发布。请先处理它。"), details={"change": waiting.pk})
    return waiting


def why_not_decide(change: ItemChange, by: Actor) -> str | None:
    """Why this person neither publishes the change nor turns it down; None where he may."""
    if change.written_by_id == by.account_id:
        return _("修改须由另一人发布。")
    return None


def why_not_publish(change: ItemChange) -> str | None:
    """Why nobody publishes it any more: a load changed the item since. None while what it was written on stands."""
    stands = change.service_item.differences
    if (stands.content if stands else {}) != change.before:
        return _("这处修改提出以后，事项又由导入改过；发布会把导入的内容改回去。请选“不采用”，再按现在的内容重新提出。")
    return None


def rejecting(because: str) -> str:
    """Why a change is turned down: who wrote it reads it. Raises: Invalid where nothing is said."""
    because = because.strip()
    if not because:
        message = _("请写明不采用的理由，提出的人要看。")
        raise Invalid(message, details={"fields": {"reason": message}})
    return because[:LONGEST_REASON]


@transaction.atomic
def item_change_decide(*, change: ItemChange, publish: bool, by: Actor, at: datetime, because: str = "") -> ItemChange:
    """Publish or reject what another person wrote; every process shows it within a second.

    Args:
        because: Why it is rejected, for who wrote it.

    Raises: PermissionRefused, ChangeDecided, ChangeOutrun where the item was changed since, Invalid where the entry
        has moved on so that it no longer holds, or where it is rejected without a reason.
    """
    rows = ItemChange.objects.select_for_update(of=("self", "service_item"))
    change = rows.select_related("service_item__entry").get(pk=change.pk)
    item = change.service_item
    _check(by, item)
    if refusal := why_not_decide(change, by):
        raise PermissionRefused(refusal)
    if change.decided_at:
        raise ChangeDecided(_("这处修改已经处理过。"))
    if publish:
        if outrun := why_not_publish(change):
            raise ChangeOutrun(outrun)
        _must_hold(version_of(item), change.differences)  # the entry may have moved on since it was written
        item.differences = _stored(change.differences)
        item.origin = Origin.DESK
        item.save(update_fields=["differences", "origin"])
        epochs.advance("catalogue")
    else:
        change.rejected_because = rejecting(because)
    change.decided_by_id, change.decided_at, change.is_published = by.account(), at, publish
    change.save(update_fields=["decided_by", "decided_at", "is_published", "rejected_because"])
    return change


def _stored(content: dict[str, Any]) -> Differences | None:
    """The one row with this content."""
    if not content:
        return None
    digest = digest_json(content)
    return Differences.objects.get_or_create(digest=digest, defaults={"content": content})[0]
