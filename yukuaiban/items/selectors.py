"""Read the catalogue."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import today
from yukuaiban.items.guide import Guide, content_of
from yukuaiban.items.models import ServiceItem


def in_force(on: date | None = None) -> QuerySet[ServiceItem]:
    """Service items that a person can be shown on a day (default today)."""
    day = on or today()
    return ServiceItem.objects.filter(
        Q(effective_from__isnull=True) | Q(effective_from__lte=day),
        Q(effective_until__isnull=True) | Q(effective_until__gt=day),
        state=ServiceItem.State.ACTIVE,
    )


def guide(code: str) -> Guide:
    """The guide of a service item by its code, as in force today. Raises NotFound."""
    return _guide(in_force().filter(code=code))


def guide_by_id(service_item_id: int) -> Guide:
    """The guide by id, whatever its state: a case keeps its item even after the item is cancelled. Raises NotFound."""
    return _guide(ServiceItem.objects.filter(pk=service_item_id))


def guide_at(service_item_id: int, version_id: int, differences_id: int | None) -> Guide:
    """The guide as it stood in a given version: what a filed case was asked by."""
    current = guide_by_id(service_item_id)
    from dataclasses import replace

    from yukuaiban.items.models import EntryVersion

    number = EntryVersion.objects.values_list("number", flat=True).get(pk=version_id)
    return replace(
        current,
        version_id=version_id,
        version=number,
        differences_id=differences_id,
        content=content_of(version_id, differences_id),
    )


def _guide(rows: QuerySet[ServiceItem]) -> Guide:
    row = rows.values_list(
        "pk", "code", "entry_id", "entry__code", "entry__item_type", "entry__name_zh", "entry__name_en", "entry__status",
        "level", "division_id", "department_id", "entry__current_version_id", "entry__current_version__number",
        "differences_id",
    ).first()  # fmt: skip
    if row is None:
        raise NotFound(_("没有这个事项，或它已停办。请从首页搜索。"))
    version_id, differences_id = row[11], row[13]
    content = content_of(version_id, differences_id) if version_id else None
    return Guide(*row, content=content)


def offered_by(entry_code: str, on: date | None = None) -> QuerySet[ServiceItem]:
    """All service items of an entry in force, city first, then by division."""
    return (
        in_force(on)
        .filter(entry__code=entry_code)
        .select_related("division", "department")
        .order_by(F("level"), "division_id")
    )
