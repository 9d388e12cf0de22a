"""Put everything under a new key: batches, resumable, while the service runs.

The database itself says what there is to do: every bytea column is looked through for values whose first bytes name an
old key. A model field knows the place (`aad`) its values are bound to; a wrapped key has its own; a table without a
model says so with `declare`. What no known place opens is reported at the end, never skipped in silence.

Blind indexes are another matter: a new index key makes every look-up miss until its row was done. `rotate_index` is
therefore a command of its own, run in maintenance mode.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models, transaction

from yukuaiban.vault import crypto, keys
from yukuaiban.vault.fields import BlindIndexField, EncryptedField

BLOCKS_PER_BATCH = 64  # of 8 KB: some hundred rows, locked for some milliseconds
MARK = ".rotating"


@dataclass(frozen=True, slots=True)
class Progress:
    place: str
    done: int  # values re-encrypted
    part: float  # of this place, 0 to 1


@dataclass(frozen=True, slots=True)
class Column:
    table: str  # as SQL writes it, with its schema
    root: str  # the partitioned table it belongs to, or itself
    name: str

    def __str__(self) -> str:
        return f"{self.root}.{self.name}"

    @property
    def sql(self) -> str:
        return connection.ops.quote_name(self.name)


Step = Callable[[], Iterator[Progress]]
_declared: dict[tuple[str, str], bytes] = {}
_steps: dict[str, Step] = {}
_index_steps: dict[str, Step] = {}


def declare(table: str, column: str, aad: bytes) -> None:
    """Say to which place the values of a table without a model are bound."""
    _declared[table, column] = aad


def also(name: str, step: Step) -> None:
    """Something outside the database that stands under the data key, such as files."""
    _steps[name] = step


def also_index(name: str, step: Step) -> None:
    """Something that holds blind indexes elsewhere than in a field of its own, such as words to search by."""
    _index_steps[name] = step


def rotate(*, settle: float | None = None) -> Iterator[Progress]:
    """Make a new data key and put everything under it. After a stop, a second call goes on where it was.

    Args:
        settle: Seconds to wait until every running process writes under the new key.
    """
    mark = keys.folder() / MARK
    if not mark.exists():
        keys.ring()  # the first keys, where there are none
        keys.make(keys.Purpose.DATA)
        mark.write_text(keys.ring().current.id.hex(), encoding="ascii")
        time.sleep(keys.REFRESH_SECONDS + 1 if settle is None else settle)
    keys.reload()
    for column in _columns():
        yield from _column(column)
    for step in _steps.values():
        yield from step()
    left = usage()
    stale = [f"{place}: {count}" for (place, key_id), count in left.items() if key_id != keys.ring().current.id]
    if stale:
        raise keys.VaultError(
            "Still under an old key: " + ", ".join(stale) + ". Run `yukuaiban keys rotate` again; when it stays, "
            "the values are bound to a place nobody declared (vault.rotation.declare)."
        )
    mark.unlink()


def usage() -> dict[tuple[str, bytes], int]:
    """How many values of the database stand under which key of the ring, by place."""
    found: dict[tuple[str, bytes], int] = {}
    prefixes = [crypto.UNDER_RING + key_id for key_id in keys.ring().data]
    for column in _columns():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT substring({column.sql} FROM 1 FOR 5) AS prefix, count(*) FROM {column.table} "  # noqa: S608
                f"WHERE substring({column.sql} FROM 1 FOR 5) = ANY(%s) GROUP BY 1",
                [prefixes],
            )
            for prefix, count in cursor.fetchall():
                place = (str(column), bytes(prefix)[1:])
                found[place] = found.get(place, 0) + count
    return found


def rotate_index(*, batch: int = 500) -> Iterator[Progress]:
    """Make a new index key and compute every blind index again. In maintenance mode only: see above.

    After a stop, `resume_index` repeats the work under the same key; a row that is right already is not written.
    """
    keys.make(keys.Purpose.INDEX)
    yield from resume_index(batch=batch)


def resume_index(*, batch: int = 500) -> Iterator[Progress]:
    """Compute every blind index under the current index key."""
    for model in _models():
        fields = [field for field in model._meta.local_fields if isinstance(field, BlindIndexField)]
        if not fields:
            continue
        rows, done, last = model._base_manager.order_by("pk"), 0, None
        while True:
            page = list((rows if last is None else rows.filter(pk__gt=last))[:batch])
            if not page:
                break
            with transaction.atomic():
                for row in page:
                    fresh = {f.attname: f.index_of(getattr(row, f.source)) for f in fields}
                    if any(bytes(getattr(row, name) or b"") != (value or b"") for name, value in fresh.items()):
                        done += model._base_manager.filter(pk=row.pk).update(**fresh)
            last = page[-1].pk
            yield Progress(model._meta.db_table, done, 0.0)
        yield Progress(model._meta.db_table, done, 1.0)
    for step in _index_steps.values():
        yield from step()


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def _places() -> dict[tuple[str, str], bytes]:
    """The place of each column of a model or of a declared table."""
    places = dict(_declared)
    for model in _models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedField) and field.column:
                places[model._meta.db_table, field.column] = field.aad
    return places


def _columns() -> list[Column]:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT format('%I.%I', n.nspname, c.relname), coalesce(pg_partition_root(c.oid), c.oid)::regclass::text,
                   a.attname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relkind = 'r' AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped AND a.attnum > 0
              AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'
            ORDER BY 1, 3""")
        return [Column(table, root.strip('"'), name) for table, root, name in cursor]


def _column(column: Column) -> Iterator[Progress]:
    """Walk a table by ranges of blocks: each batch one short transaction, no index needed, no row twice."""
    aad = _places().get((column.root, column.name))
    candidates = [aad] if aad is not None else [crypto.SUBJECT_KEY_AAD, b""]
    current = keys.ring().current.id
    old = [crypto.UNDER_RING + key_id for key_id in keys.ring().data if key_id != current]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::int", [column.table])
        blocks = cursor.fetchone()[0]
    done = 0
    for block in range(0, blocks, BLOCKS_PER_BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT ctid::text, {column.sql} FROM {column.table} WHERE ctid >= %s::tid AND ctid < %s::tid "  # noqa: S608
                f"AND substring({column.sql} FROM 1 FOR 5) = ANY(%s) FOR UPDATE",
                [f"({block},0)", f"({block + BLOCKS_PER_BATCH},0)", old],
            )
            fresh = [(again, ctid) for ctid, blob in cursor.fetchall() if (again := _again(blob, candidates))]
            cursor.executemany(f"UPDATE {column.table} SET {column.sql} = %s WHERE ctid = %s::tid", fresh)  # noqa: S608
        done += len(fresh)
        yield Progress(str(column), done, min(1.0, (block + BLOCKS_PER_BATCH) / blocks))


def _again(blob: bytes, candidates: list[bytes]) -> bytes | None:
    """The value under the current key; None when no candidate place opens it (reported by the last look)."""
    for aad in candidates:
        try:
            return crypto.encrypt(crypto.decrypt(blob, aad), aad=aad)
        except crypto.Unreadable:
            continue
    return None
