"""What editors read: items of their division, and changes of them that wait for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yukuaiban.config.errors import NotFound
from yukuaiban.desk.models import ItemChange
from yukuaiban.items import selectors as items
from yukuaiban.items.loading import edits
from yukuaiban.items.loading.models import ItemDraft
from yukuaiban.items.loading.telling import Line, differences
from yukuaiban.items.models import ServiceItem
from yukuaiban.people.actors import Actor

PAGE = 30
HISTORY = 50  # changes of one item on its page


def items_to_edit(by: Actor, *, q: str = "", after: str | None = None) -> tuple[list[ServiceItem], str | None]:
    """Items of the editor's division that are worked out, by code; and what opens the next page."""
    rows = ServiceItem.objects.filter(division_id=by.division, entry__current_version__isnull=False).select_related(
        "entry", "department"
    )
    if q:
        rows = rows.filter(entry_id__in=[e.id for e in items.catalogue().search(q).rows])
    if after:
        rows = rows.filter(code__gt=after)
    found = list(rows.order_by("code")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].code if len(found) > PAGE else None


def item_to_edit(by: Actor, code: str) -> ServiceItem:
    """Raises: NotFound for an item of another division, or one that is not worked out."""
    item = (
        ServiceItem.objects.select_related("entry__current_version", "differences", "department")
        .filter(code=code, division_id=by.division, entry__current_version__isnull=False)
        .first()
    )
    if item is None:
        raise NotFound(_("没有这个事项，或它不在您的地区。"))
    return item


def drafts(by: Actor) -> list[tuple[ItemDraft, ServiceItem]]:
    """The editor's own drafts of guides, with the item of his department under which each is opened."""
    found = edits.drafts_of(by)
    rows = ServiceItem.objects.filter(
        entry__in=[draft.entry_id for draft in found], division_id=by.division, department_id=by.department()
    )
    items_of = {row.entry_id: row for row in rows}
    return [(draft, items_of[draft.entry_id]) for draft in found if draft.entry_id in items_of]


def _changes(by: Actor) -> QuerySet[ItemChange]:
    return ItemChange.objects.filter(service_item__division_id=by.division).select_related(
        "service_item__entry__current_version", "written_by__party", "decided_by__party"
    )


def changes_waiting(by: Actor) -> QuerySet[ItemChange]:
    """Of the editor's division, newest first; at most one for each item."""
    return _changes(by).filter(decided_at__isnull=True)


def changes_of_item(by: Actor, item: ServiceItem) -> list[ItemChange]:
    """What was proposed for an item, newest first: who, when, and what became of it."""
    return list(_changes(by).filter(service_item=item)[:HISTORY])


def change_of(by: Actor, pk: int) -> ItemChange:
    """A change in the editor's division, decided or not. Raises: NotFound."""
    row = _changes(by).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("没有这处修改。"))
    return row


@dataclass(frozen=True, slots=True)
class Pair:
    """One element of the guide: what stands and what would stand."""

    key: str
    before: Any
    after: Any


def pairs_of(change: ItemChange) -> list[Pair]:
    """What a change changes, element by element."""
    version = change.service_item.entry.current_version
    content = version.content if version else {}
    keys = sorted(set(change.before) | set(change.differences))
    pairs = [Pair(key, change.before.get(key, content.get(key)), change.differences.get(key, content.get(key)))
             for key in keys]  # fmt: skip
    return [pair for pair in pairs if pair.before != pair.after]


def lines_of(change: ItemChange) -> list[Line]:
    """The same as lines that wording.said puts into words."""
    return [line for pair in pairs_of(change) for line in differences(pair.before, pair.after, (pair.key,), pair.key)]
