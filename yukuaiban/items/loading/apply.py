"""Write what differs: one transaction, in bulk. 40,000 rows take seconds; nothing differing takes none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from yukuaiban.config import epochs
from yukuaiban.items.loading.changes import Change, Diff
from yukuaiban.items.loading.desired import Desired
from yukuaiban.items.models import DirectoryEntry, Origin, ServiceItem
from yukuaiban.places.models import Department, Hall
from yukuaiban.places.selectors import DIVISIONS


def apply(diff: Diff, wanted: Desired, *, at: datetime, published_by: int | None, origin: Origin = Origin.PACK) -> None:
    """Bring the database to what is wanted. Must run inside a transaction that holds the lock of loads.

    Args:
        origin: Who wrote the versions: a pack, or a desk, whose edit a later pack leaves alone.
    """
    written = {name: [*t.added, *t.changed] for name, t in diff.tables.items()}
    _divisions(written["division"])
    _rewrite("places_succession", ("predecessor_id", "successor_id"),
             ("takes_effect_on", "basis", "source", "status", "is_applied"), written["succession"])  # fmt: skip
    _delete("places_succession", "predecessor_id = %s AND successor_id = %s", diff.tables["succession"].removed)
    _departments(written["department"])
    _halls(written["hall"])
    _hours(written["hours"], diff.tables["hours"].removed)
    _entries(written["entry"])
    _versions(written["version"], wanted, at=at, published_by=published_by, origin=origin)
    _service_items(written["service_item"], wanted)
    _cancel(diff.tables["service_item"].removed)
    epochs.advance("catalogue")
    DIVISIONS.clear()


def _bulk(
    table: str, key: Sequence[str], columns: Sequence[str], rows: Iterable[Sequence[Any]], updated: Sequence[str] = ()
) -> None:
    """Insert rows, or update those whose key is there: a stream of COPY into a temporary table, then one statement."""
    rows = list(rows)
    if not rows:
        return
    listed = ", ".join(f'"{column}"' for column in columns)
    to_update = [column for column in (updated or columns) if column not in key]
    assigned = ", ".join(f'"{column}" = EXCLUDED."{column}"' for column in to_update)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE incoming AS SELECT {listed} FROM {table} WITH NO DATA")  # noqa: S608
        with cursor.copy(f"COPY incoming ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {table} ({listed}) SELECT {listed} FROM incoming"  # noqa: S608  # names are ours, from above
            f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {assigned}"
        )
        cursor.execute("DROP TABLE incoming")


def _new(changes: Iterable[Change]) -> Iterable[tuple[Any, ...]]:
    return ((*change.key, *(change.new or ())) for change in changes)


def _rewrite(table: str, key: Sequence[str], columns: Sequence[str], changes: Iterable[Change]) -> None:
    _bulk(table, key, (*key, *columns), _new(changes))


def _delete(table: str, condition: str, changes: Iterable[Change]) -> None:
    keys = [change.key for change in changes]
    if keys:
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {table} WHERE {condition}", keys)  # noqa: S608  # names are ours


# --- places ----------------------------------------------------------------------------------------------------------


def _divisions(changes: list[Change]) -> None:
    columns = ("name_zh", "name_en", "kind", "parent_id", "valid_from", "valid_until", "source", "status")
    _rewrite("places_division", ("code",), columns, changes)


def _departments(changes: list[Change]) -> None:
    """The city's own first: the counterparts in the districts name them as their parent."""
    columns = (
        "code", "uscc", "name_zh", "name_en", "short_zh", "short_en", "division_id", "parent_id", "kind", "phone",
        "source", "status", "origin",
    )  # fmt: skip
    rows = list(_new(changes))
    _bulk("places_department", ("code",), columns, ((*row, "pack") for row in rows if row[7] is None))
    ids = dict(Department.objects.filter(parent=None).values_list("code", "pk"))
    with_parent = ((*row[:7], ids[row[7]], *row[8:], "pack") for row in rows if row[7] is not None)
    _bulk("places_department", ("code",), columns, with_parent)


def _halls(changes: list[Change]) -> None:
    columns = (
        "code", "name_zh", "name_en", "division_id", "address_zh", "address_en", "phone", "note_zh", "note_en",
        "source", "status", "origin",
    )  # fmt: skip
    _bulk("places_hall", ("code",), columns, ((*row, "pack") for row in _new(changes)))


def _hours(changes: list[Change], removed: list[Change]) -> None:
    ids = dict(Hall.objects.values_list("code", "pk"))
    columns = ("hall_id", "day", "opens_at", "valid_from", "closes_at", "on_holidays", "valid_until")
    rows = ((ids[row[0]], *row[1:]) for row in _new(changes))
    _bulk("places_openinghours", ("hall_id", "day", "opens_at", "valid_from"), columns, rows)
    with connection.cursor() as cursor:
        for change in removed:
            hall, day, opens_at, valid_from = change.key
            cursor.execute(
                "DELETE FROM places_openinghours WHERE hall_id = %s AND day = %s AND opens_at = %s"
                " AND valid_from IS NOT DISTINCT FROM %s",
                [ids[hall], day, opens_at, valid_from],
            )


# --- the catalogue -------------------------------------------------------------------------------------------------


def _entries(changes: list[Change]) -> None:
    columns = (
        "code", "basic_code", "item_type", "name_zh", "name_en", "department_kind", "main_item", "levels", "audience",
        "themes", "life_events", "keywords", "status", "source", "origin",
    )  # fmt: skip
    _bulk("items_directoryentry", ("code",), columns, ((*row, "pack") for row in _new(changes)))


def _versions(
    changes: list[Change], wanted: Desired, *, at: datetime, published_by: int | None, origin: Origin
) -> None:
    """A new version beside the old ones; one that says what an earlier one said becomes that one again."""
    with connection.cursor() as cursor:
        for change in changes:
            code, digest = change.key[0], change.new[0] if change.new else b""
            values: list[Any] = [digest, Jsonb(wanted.contents[digest]), at, published_by, code]
            cursor.execute(
                "INSERT INTO items_entryversion (entry_id, number, digest, content, published_at, published_by_id)"
                " SELECT e.id, coalesce(max(v.number), 0) + 1, %s, %s, %s, %s FROM items_directoryentry e"
                " LEFT JOIN items_entryversion v ON v.entry_id = e.id WHERE e.code = %s GROUP BY e.id"
                " ON CONFLICT (entry_id, digest) DO NOTHING",
                values,
            )
            cursor.execute(
                "UPDATE items_directoryentry e SET current_version_id = v.id, origin = %s"
                " FROM items_entryversion v WHERE v.entry_id = e.id AND e.code = %s AND v.digest = %s",
                [origin.value, code, digest],
            )


def _service_items(changes: list[Change], wanted: Desired) -> None:
    differences = _differences(wanted)
    entries = dict(DirectoryEntry.objects.values_list("code", "pk"))
    departments = dict(Department.objects.values_list("code", "pk"))
    columns = (
        "code", "entry_id", "division_id", "department_id", "level", "differences_id", "state", "effective_from",
        "effective_until", "origin",
    )  # fmt: skip
    rows = (
        (code, entries[entry], division, departments[department], level, differences.get(digest), *rest, "pack")
        for code, entry, division, department, level, digest, *rest in _new(changes)
    )
    _bulk("items_serviceitem", ("code",), columns, rows)


def _differences(wanted: Desired) -> dict[bytes | None, int]:
    """Digest -> row; what several service items have in common is stored once."""
    _bulk(
        "items_differences", ("digest",), ("digest", "content"),
        ((digest, Jsonb(over)) for digest, over in wanted.differences.items()), updated=("content",),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest, id FROM items_differences")
        return {bytes(digest): pk for digest, pk in cursor.fetchall()}


def _cancel(removed: list[Change]) -> None:
    """What the pack no longer has ends; its row stays for the cases that were filed under it."""
    codes = [change.key[0] for change in removed]
    ServiceItem.objects.filter(code__in=codes).update(state=ServiceItem.State.CANCELLED)
