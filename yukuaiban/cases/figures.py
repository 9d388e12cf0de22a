"""What items really took: the median of their cases of the last year, for guides to tell beside the promise."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction

from yukuaiban.config.now import now, today

WINDOW = timedelta(days=365)

_COUNT = """
    INSERT INTO items_itemfigures (entry_id, division_id, decided, median_days, counted_at)
    SELECT item.entry_id, item.division_id, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY c.used_days), %(at)s
    FROM cases_case c JOIN items_serviceitem item ON item.id = c.service_item_id
    WHERE c.decided_on > %(since)s AND c.used_days IS NOT NULL
    GROUP BY item.entry_id, item.division_id
    ON CONFLICT (entry_id, division_id) DO UPDATE
    SET decided = excluded.decided, median_days = excluded.median_days, counted_at = excluded.counted_at
"""


def count() -> None:
    """Write the figures of every item and place anew; where nothing was decided for a year, there is none."""
    at = now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COUNT, {"at": at, "since": today() - WINDOW})
        cursor.execute("DELETE FROM items_itemfigures WHERE counted_at < %s", [at])
