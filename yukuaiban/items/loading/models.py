"""What a load leaves behind: its files, who loaded and who published them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
        PUBLISHING = "publishing", _("正在发布")
        PUBLISHED = "published", _("已发布")
        REJECTED = "rejected", _("已退回")

    class Kind(models.TextChoices):
        PACK = "pack", _("数据包")
        EXCEL = "excel", _("Excel 导入")
        NOTICE = "notice", _("放假安排")

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
    rejected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    rejected_at = models.DateTimeField(null=True, blank=True)
    rejected_because = models.CharField(max_length=500, blank=True)
    report = models.JSONField(default=dict)
    #: What it would change, told in PackChange: how many by section and kind, when it was compared, and with what.
    summary = models.JSONField(default=dict)
    compared_at = models.DateTimeField(null=True, blank=True)
    compared_with = models.JSONField(default=dict)
    #: Of the work that goes on now: {stage, percent, at}; empty while none does.
    progress = models.JSONField(default=dict)
    problem = models.TextField(blank=True)  # why the last comparison or publication could not be done

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="pack_is_published_by_a_second_person_or_says_why_not",
                condition=~Q(state__in=["published", "publishing"])
                | ~Q(exempt_because="")
                | Q(loaded_by__isnull=False, published_by__isnull=False) & ~Q(loaded_by=F("published_by")),
            ),
            models.CheckConstraint(
                name="pack_is_published_at_an_instant",
                condition=Q(state="published", published_at__isnull=False)
                | ~Q(state="published") & Q(published_at__isnull=True),
            ),
            models.CheckConstraint(
                name="pack_is_sent_back_by_somebody_else",
                condition=Q(rejected_by__isnull=True) | Q(loaded_by__isnull=True) | ~Q(rejected_by=F("loaded_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.version} ({self.state})"

    @classmethod
    def waiting(cls, digest: bytes, *, by: Any, theirs: bool = False) -> PackLoad | None:
        """The same files, proposed by the same person, that still wait: proposing them again is no second proposal."""
        return cls.objects.filter(state=cls.State.PROPOSED, digest=digest, loaded_by=by, theirs=theirs).first()


class PackChange(models.Model):
    """One thing that a proposed load would change, told for people: an entry, a place, or a year of holidays.

    `lines` is what `telling.py` wrote and `wording.py` says in the language of the reader.
    """

    class Section(models.TextChoices):
        ENTRY = "entry", _("事项")
        PLACE = "place", _("区划、部门和大厅")
        CALENDAR = "calendar", _("放假安排")

    class Kind(models.TextChoices):
        NEW = "new", pgettext_lazy("change", "新增")
        CHANGED = "changed", pgettext_lazy("change", "改动")
        ENDED = "ended", pgettext_lazy("change", "停用")
        KEPT = "kept", _("保留不动")

    load = models.ForeignKey(PackLoad, models.CASCADE, related_name="changes")
    section = models.CharField(max_length=10, choices=Section)
    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=1000)
    name_en = models.CharField(max_length=1000, blank=True)
    lines = models.JSONField(default=list)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["load", "id"], name="changes_of_a_load_in_order")]

    def __str__(self) -> str:
        return f"{self.code} {self.kind}"
