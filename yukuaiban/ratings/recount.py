"""A new holiday notice moves the dates of every bad rating that is still dealt with, and the work lists follow."""

from __future__ import annotations

from django.db import transaction

from yukuaiban.calendars import selectors as calendars
from yukuaiban.calendars.hooks import CalendarChange
from yukuaiban.outbox.models import OutboxRow
from yukuaiban.ratings.models import FollowUp
from yukuaiban.ratings.services import count, stand

BATCH = 1000


def start(_change: CalendarChange) -> None:
    """Called when a calendar was loaded: the work is queued with the load's own transaction."""
    OutboxRow.objects.create(task="ratings.recount", args={"after": 0})


def batch(after: int = 0) -> int | None:
    """Count up to a thousand again. Returns the last id done, or None when none is left."""
    version = calendars.calendar_version()
    found = FollowUp.objects.filter(calendar_version__lt=version, ended_at__isnull=True, pk__gt=after)
    keys = list(found.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for key in keys:
        _recount(key)
    return keys[-1] if len(keys) == BATCH else None


@transaction.atomic
def _recount(key: int) -> None:
    """One, as an act on it would: an act that came between waits or was first."""
    rows = FollowUp.objects.select_for_update(of=("self",)).select_related("rating__case__service_item__entry")
    row = rows.filter(pk=key, ended_at__isnull=True).first()
    if row is None:
        return
    count(row)
    row.save(update_fields=["call_by", "answer_by", "is_provisional", "calendar_version"])
    stand(row)
