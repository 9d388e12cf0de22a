"""What a load leaves behind: its files, who loaded and who published them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PackFile(models.Model):
    """The bytes of one file of a pack, stored once however many loads share it."""

    digest = models.CharField(max_length=64, primary_key=True)  # SHA-256, hexadecimal
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.digest[:12]


class PackLoad(models.Model):
    """One load of a pack into a live catalogue: proposed by one person, published by another.

    What is published is exactly what was proposed: `manifest` names each file by its digest.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待发布")
        PUBLISHED = "published", _("已发布")
        REJECTED = "rejected", _("已退回")

    class Kind(models.TextChoices):
        PACK = "pack", _("数据包")
        EXCEL = "excel", _("Excel 导入")

    kind = models.CharField(max_length=6, choices=Kind, default=Kind.PACK)
    pack = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    manifest = models.JSONField()
    digest = models.BinaryField(max_length=32)
    theirs = models.BooleanField(default=False)  # overwrite what was edited at a desk
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    loaded_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    exempt_because = models.CharField(max_length=200, blank=True)  # why no second person was needed
    report = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="pack_is_published_by_a_second_person_or_says_why_not",
                condition=~Q(state="published")
                | ~Q(exempt_because="")
                | Q(loaded_by__isnull=False, published_by__isnull=False) & ~Q(loaded_by=F("published_by")),
            ),
            models.CheckConstraint(
                name="pack_is_published_at_an_instant",
                condition=Q(state="published", published_at__isnull=False)
                | ~Q(state="published") & Q(published_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.version} ({self.state})"
