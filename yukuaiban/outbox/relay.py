"""Move outbox rows to the job queue. A queue's own trigger would serialise the commits of the hot path."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from procrastinate.types import JSONDict

BATCH = 500

TAKE = """
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id, task, args
"""


def relay() -> int:
    """Move one batch; the row leaves the outbox in the transaction that queues the job. Returns how many moved."""
    from procrastinate.contrib.django import app

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, [BATCH])
        rows = sorted(cursor.fetchall())
        by_task: dict[str, list[JSONDict]] = {}
        for _, task, args in rows:
            by_task.setdefault(task, []).append(json.loads(args) if isinstance(args, str) else args)
        for task, batch in by_task.items():
            app.configure_task(task, allow_unknown=False).batch_defer(*batch)
    return len(rows)
