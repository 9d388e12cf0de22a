"""Indexes and foreign keys held off while millions of rows come in, and made again afterwards.

An index of random keys that no longer fits into memory costs more with every row; made at the end it costs one sort.
What is held off is written down in the transaction that takes it away, so a stopped run never forgets one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connection, transaction

HOLD_FROM = 100_000  # rows; below, constraints stay where they are

FIND = """
SELECT r.relname, c.conname, format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', r.relname, c.conname, pg_get_constraintdef(c.oid))
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
WHERE r.relname = ANY(%(tables)s) AND r.relnamespace = 'public'::regnamespace AND c.contype IN ('f', 'u')
ORDER BY c.contype <> 'f', r.relname, c.conname
"""
INDEXES = """
SELECT t.relname, i.relname, pg_get_indexdef(x.indexrelid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relname = ANY(%(tables)s) AND t.relnamespace = 'public'::regnamespace AND NOT x.indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid)
ORDER BY t.relname, i.relname
"""


def hold(tables: Sequence[str]) -> int:
    """Take away what slows rows down, primary keys excepted; once for a run. Returns how many are held off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM synth_held")
        if known := int(cursor.fetchone()[0]):
            return known
        cursor.execute(FIND, {"tables": list(tables)})
        constraints = cursor.fetchall()
        for table, name, _again in constraints:
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        cursor.execute(INDEXES, {"tables": list(tables)})
        indexes = cursor.fetchall()
        for _table, name, _again in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.executemany(  # unique constraints before the foreign keys that may rest on them
            "INSERT INTO synth_held (relation, name, again) VALUES (%s, %s, %s)",
            [*indexes, *reversed(constraints)],
        )
    return len(indexes) + len(constraints)


def restore(report: Callable[[object], None]) -> int:
    """Make all again, one at a time, so that a stopped restoring goes on where it was. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM synth_held")
        many = int(cursor.fetchone()[0])
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for number in range(many):
            with transaction.atomic():
                cursor.execute("SELECT id, name, again FROM synth_held ORDER BY id LIMIT 1")
                key, name, again = cursor.fetchone()
                report(f"{number + 1} of {many}: {name}")
                cursor.execute(again)
                cursor.execute("DELETE FROM synth_held WHERE id = %s", [key])
        cursor.execute("RESET maintenance_work_mem")
    return many
