"""What an officer keeps for himself, and changes of the catalogue that wait for a second person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class SavedFilter(models.Model):
    """Filters of the work list under a name."""

    account = models.ForeignKey("people.Account", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000)  # sixty Chinese characters, as an address writes them

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="a_filter_name_is_used_once")]

    def __str__(self) -> str:
        return self.name


class ItemChange(models.Model):
    """An edit of an item at a desk: it takes effect when a second person publishes it."""

    service_item = models.ForeignKey("items.ServiceItem", on_delete=models.CASCADE, related_name="+")
    differences = models.JSONField()
    before = models.JSONField()
    reason = models.CharField(max_length=500)
    written_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    is_published = models.BooleanField(default=False)
    rejected_because = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("written_by")),
                name="item_change_is_published_by_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["service_item"], condition=Q(decided_at__isnull=True), name="one_open_change_per_item"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_item_id}: {self.reason}"
