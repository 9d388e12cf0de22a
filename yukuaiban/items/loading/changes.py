"""What a load would change: the desired rows beside those of the database, table by table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from yukuaiban.items.loading.desired import Desired, Key, Values


@dataclass(frozen=True, slots=True)
class Table:
    """How one table of the desired rows stands in the database.

    `select` gives the key, then the columns, then the origin where the table has one.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    select: str
    has_origin: bool = False
    owner: int | None = None  # how many leading parts of the key own the row; what is edited there is kept with it
    when_gone: str = "keep"  # keep: said and left; cancel: a service item ends; delete: nothing refers to it


TABLES = [
    Table(
        "division", ("code",),
        ("name_zh", "name_en", "kind", "parent", "valid_from", "valid_until", "source", "status"),
        "SELECT code, name_zh, name_en, kind, parent_id, valid_from, valid_until, source, status FROM places_division",
    ),
    Table(
        "succession", ("predecessor", "successor"),
        ("takes_effect_on", "basis", "source", "status", "is_applied"),
        "SELECT predecessor_id, successor_id, takes_effect_on, basis, source, status, is_applied"
        " FROM places_succession",
        when_gone="delete",
    ),
    Table(
        "department", ("code",),
        ("uscc", "name_zh", "name_en", "short_zh", "short_en", "division", "parent", "kind", "phone", "source",
         "status"),
        "SELECT d.code, d.uscc, d.name_zh, d.name_en, d.short_zh, d.short_en, d.division_id, p.code, d.kind, d.phone,"
        " d.source, d.status, d.origin FROM places_department d LEFT JOIN places_department p ON p.id = d.parent_id",
        has_origin=True,
    ),
    Table(
        "hall", ("code",),
        ("name_zh", "name_en", "division", "address_zh", "address_en", "phone", "note_zh", "note_en", "source",
         "status"),
        "SELECT code, name_zh, name_en, division_id, address_zh, address_en, phone, note_zh, note_en, source, status,"
        " origin FROM places_hall",
        has_origin=True,
    ),
    Table(
        "hours", ("hall", "day", "opens_at", "valid_from"), ("closes_at", "on_holidays", "valid_until"),
        "SELECT h.code, o.day, o.opens_at, o.valid_from, o.closes_at, o.on_holidays, o.valid_until, h.origin"
        " FROM places_openinghours o JOIN places_hall h ON h.id = o.hall_id",
        has_origin=True, owner=1, when_gone="delete",
    ),
    Table(
        "entry", ("code",),
        ("basic_code", "item_type", "name_zh", "name_en", "department_kind", "main_item", "levels", "audience",
         "themes", "life_events", "keywords", "status", "source"),
        "SELECT code, basic_code, item_type, name_zh, name_en, department_kind, main_item, levels, audience, themes,"
        " life_events, keywords, status, source, origin FROM items_directoryentry",
        has_origin=True,
    ),
    Table(
        "version", ("entry",), ("digest",),
        "SELECT e.code, v.digest, e.origin FROM items_directoryentry e JOIN items_entryversion v"
        " ON v.id = e.current_version_id",
        has_origin=True,
    ),
    Table(
        "service_item", ("code",),
        ("entry", "division", "department", "level", "differences", "state", "effective_from", "effective_until"),
        "SELECT s.code, e.code, s.division_id, d.code, s.level, x.digest, s.state, s.effective_from, s.effective_until,"
        " s.origin FROM items_serviceitem s JOIN items_directoryentry e ON e.id = s.entry_id"
        " JOIN places_department d ON d.id = s.department_id LEFT JOIN items_differences x ON x.id = s.differences_id",
        has_origin=True, when_gone="cancel",
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs. `old` and `new` hold the columns of its table; None where there is no row."""

    table: str
    key: Key
    old: Values | None
    new: Values | None

    def fields(self) -> dict[str, tuple[Any, Any]]:
        """The columns that differ, each with what stands and what should stand."""
        columns = next(table.columns for table in TABLES if table.name == self.table)
        if self.old is None or self.new is None:
            return {}
        pairs = zip(columns, self.old, self.new, strict=True)
        return {column: (old, new) for column, old, new in pairs if old != new}


@dataclass
class TableChanges:
    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    removed: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)  # edited at a desk, or not ours to remove
    unchanged: int = 0


@dataclass
class Diff:
    """What a load would do, table by table."""

    tables: dict[str, TableChanges]

    @property
    def is_empty(self) -> bool:
        """Nothing would be written. What is kept on purpose is no change."""
        return not any(t.added or t.changed or t.removed for t in self.tables.values())

    def counts(self) -> dict[str, dict[str, int]]:
        """For programs, and for the record of the load."""
        return {
            name: {
                "added": len(t.added), "changed": len(t.changed), "removed": len(t.removed), "kept": len(t.kept),
                "unchanged": t.unchanged,
            }
            for name, t in self.tables.items()
        }  # fmt: skip

    def lines(self, limit: int = 20) -> Iterable[str]:
        """For people: a line for each table that changes, and under it its first rows."""
        for name, t in self.tables.items():
            if not (t.added or t.changed or t.removed or t.kept):
                continue
            yield (
                f"{name}: {len(t.added):,} new, {len(t.changed):,} changed, {len(t.removed):,} removed,"
                f" {len(t.kept):,} kept, {t.unchanged:,} as they were"
            )
            shown = [*(("~", c) for c in t.changed), *(("-", c) for c in t.removed), *(("!", c) for c in t.kept)]
            for mark, change in shown[:limit]:
                yield f"  {mark} {_shown(change.key)}{_fields(change)}"
            if len(shown) > limit:
                yield f"  … and {len(shown) - limit:,} more"


def _shown(key: Key) -> str:
    return " ".join(str(part) for part in key if part is not None)


def _fields(change: Change) -> str:
    told = [f"{column} {_value(old)} → {_value(new)}" for column, (old, new) in change.fields().items()]
    return f": {'; '.join(told)}" if told else ""


def _value(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()[:8]
    text = "empty" if value in (None, "", []) else str(value)
    return text if len(text) <= 40 else text[:37] + "…"


def diff(wanted: Desired, *, theirs: bool = False) -> Diff:
    """Desired rows against the database.

    Args:
        theirs: Take the pack's row even where somebody edited it at a desk.
    """
    return Diff({table.name: _diff_table(table, wanted.rows[table.name], theirs) for table in TABLES})


def diff_version(wanted: Desired) -> Diff:
    """The versions that are wanted against those in force, and nothing else: an item edited at a desk."""
    table = next(table for table in TABLES if table.name == "version")
    current, _edited = current_rows(table)
    found = {table.name: TableChanges() for table in TABLES}
    for key, new in wanted.rows["version"].items():
        old = current.get(key)
        if old == new:
            found["version"].unchanged += 1
        else:
            found["version"].changed.append(Change("version", key, old, new))
    return Diff(found)


def _diff_table(table: Table, wanted: dict[Key, Values], theirs: bool) -> TableChanges:
    current, edited = current_rows(table)
    found = TableChanges()
    for key, new in wanted.items():
        old = current.get(key)
        if old == new:
            found.unchanged += 1
        elif key[: table.owner] in edited and not theirs:
            found.kept.append(Change(table.name, key, old, new))
        elif old is None:
            found.added.append(Change(table.name, key, None, new))
        else:
            found.changed.append(Change(table.name, key, old, new))
    for key in current.keys() - wanted.keys():
        is_edited = key[: table.owner] in edited and not theirs
        if is_edited or _is_over(table, current[key]):
            continue  # made at a desk, or ended long ago
        change = Change(table.name, key, current[key], None)
        (found.kept if table.when_gone == "keep" else found.removed).append(change)
    return found


def _is_over(table: Table, values: Values) -> bool:
    """A service item that was cancelled already; it stays for the cases that refer to it."""
    return table.name == "service_item" and values[table.columns.index("state")] == "cancelled"


def current_rows(table: Table) -> tuple[dict[Key, Values], set[Key]]:
    """What the database holds, and the owners of what was edited at a desk."""
    width = len(table.key)
    with connection.cursor() as cursor:
        cursor.execute(table.select)
        rows = cursor.fetchall()
    end = width + len(table.columns)
    current = {tuple(row[:width]): tuple(_plain(value) for value in row[width:end]) for row in rows}
    owner = table.owner or width
    edited = {tuple(row[:owner]) for row in rows if row[end] == "desk"} if table.has_origin else set()
    return current, edited


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
