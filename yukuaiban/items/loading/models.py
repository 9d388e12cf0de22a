"""What a load leaves behind: its files, who loaded and who published them; and the topics people look for things by."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Topic(models.Model):
    """A theme (主题) or a life event (一生事) under which entries are found."""

    class Kind(models.TextChoices):
        THEME = "theme", "主题"
        LIFE_EVENT = "life_event", "人生大事"

    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    audience = models.CharField(max_length=10)  # natural | legal | both
    sequence = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=12)
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ["kind", "sequence", "code"]
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="topic_code_is_used_once")]

    def __str__(self) -> str:
        return self.name_zh


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
        PROPOSED = "proposed", "待发布"
        PUBLISHED = "published", "已发布"
        REJECTED = "rejected", "已退回"

    class Kind(models.TextChoices):
        PACK = "pack", "数据包"
        EXCEL = "excel", "Excel 导入"

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
