"""Figures about the catalogue: how much there is, how deep it goes online, and how much of it is whose statement."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection

from yukuaiban.items.elements import statuses
from yukuaiban.items.guide import Guide, content_of
from yukuaiban.items.models import DirectoryEntry
from yukuaiban.items.schema import Status

_LEVELS = {"3": "city", "4": "district"}  # 行使层级: 市级, 县级

# One row per distinct guide: an entry with what some of its service items have other than it. A thousand or two,
# however many service items there are; the first service item of each stands for all.
_GUIDES = """
    SELECT s.entry_id, s.differences_id, s.level, count(*), min(s.id), min(s.code), min(s.division_id),
           min(s.department_id)
    FROM items_serviceitem s WHERE s.state <> 'cancelled'
    GROUP BY s.entry_id, s.differences_id, s.level
"""


def stats() -> dict[str, Any]:
    """What `yukuaiban items stats --json` prints.

    Depth, visits and elements count service items: an entry that 38 districts do counts 38 times. An entry that is not
    worked out has no depth and no visits of its own and counts under `unknown`.
    """
    entries = {entry.pk: entry for entry in DirectoryEntry.objects.select_related("current_version")}
    by_level: Counter[str] = Counter()
    depth: Counter[str] = Counter()
    visits: Counter[str] = Counter()
    elements: Counter[str] = Counter({status.value: 0 for status in Status})  # none published is a figure, too
    for guide, number in _guides(entries):
        by_level[_LEVELS.get(guide.level, guide.level)] += number
        depth[str(max(guide.content.online_depth)) if guide.content else "unknown"] += number
        visits[str(guide.content.visits) if guide.content else "unknown"] += number
        for _element, status in statuses(guide):
            elements[status.value] += number
    return {
        "directory_entries": len(entries),
        "service_items": by_level.total(),
        "service_items_by_level": _sorted(by_level),
        "worked_out": sum(1 for entry in entries.values() if entry.is_worked_out),
        "by_item_type": _sorted(Counter(entry.item_type for entry in entries.values())),
        "worked_out_by_item_type": _sorted(Counter(e.item_type for e in entries.values() if e.is_worked_out)),
        "worked_out_departments": len({e.department_kind for e in entries.values() if e.is_worked_out}),
        "by_online_depth": _sorted(depth),
        "by_visits": _sorted(visits),
        "elements_by_status": _sorted(elements),
    }


def _guides(entries: dict[int, DirectoryEntry]) -> list[tuple[Guide, int]]:
    """Each distinct guide, and how many service items have it."""
    with connection.cursor() as cursor:
        cursor.execute(_GUIDES)
        rows = cursor.fetchall()
    found = []
    for entry_id, differences_id, level, number, item_id, code, division, department_id in rows:
        entry = entries[entry_id]
        version = entry.current_version
        guide = Guide(
            service_item_id=item_id,
            code=code,
            entry_id=entry_id,
            entry_code=entry.code,
            item_type=entry.item_type,
            name_zh=entry.name_zh,
            name_en=entry.name_en,
            status=entry.status,
            level=level,
            division=division,
            department_id=department_id,
            version_id=version.pk if version else None,
            version=version.number if version else None,
            differences_id=differences_id,
            content=content_of(version.pk, differences_id) if version else None,
        )
        found.append((guide, number))
    return found


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items()))
