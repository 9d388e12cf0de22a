"""One row per thing that must follow from an act, written by the act's own statement."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class OutboxRow(models.Model):
    """A task that is to run after the act is committed. It may run twice."""

    task = models.TextField()
    args = models.JSONField(default=dict, db_default={})
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "outbox"
        verbose_name = "outbox row"
