"""What the city tells everyone: announcements, outages, maintenance."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Announcement(models.Model):
    """A notice for everyone; an outage also stands above every page while it lasts. Published by a second person."""

    class Kind(models.TextChoices):
        NEWS = "news", _("公告")
        OUTAGE = "outage", _("停机通知")

    kind = models.CharField(max_length=6, choices=Kind, default=Kind.NEWS)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=240)
    body_zh = models.TextField(max_length=10000)
    body_en = models.TextField(max_length=20000)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)
    written_by = models.ForeignKey("people.Account", null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    published_by = models.ForeignKey(
        "people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    #: Who wrote it and his own name for the request, so that one sent twice writes once.
    idempotency_key = models.CharField(max_length=100, null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="announcement_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("written_by")),
                name="announcement_is_published_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.title_zh

    def title(self, language: str) -> str:
        return self.title_en if language.startswith("en") else self.title_zh

    def body(self, language: str) -> str:
        return self.body_en if language.startswith("en") else self.body_zh


class Maintenance(models.Model):
    """While a row is open, the city can be read but nothing can be changed."""

    began_at = models.DateTimeField()
    began_by = models.ForeignKey("people.Account", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    reason_zh = models.CharField(max_length=200)
    reason_en = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(ended_at__isnull=True), name="one_maintenance_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.reason_zh
