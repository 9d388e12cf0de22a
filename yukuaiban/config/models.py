"""What the frame itself stores: the epochs, and what this database was last prepared from."""

from __future__ import annotations

from django.db import models

from yukuaiban.config.epochs import Epochs

__all__ = ["Epochs", "Preparation"]


class Preparation(models.Model):
    """One step of preparation and the digest of what it was made from.

    It stands in the database and not in a file: a database brought back from a backup is prepared as it needs.
    """

    step = models.CharField(max_length=40, primary_key=True)
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=200)
    done_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.step}: {self.note}"
