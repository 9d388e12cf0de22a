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
        WITHDRAWN = "withdrawn", _("已撤回")

    class Kind(models.TextChoices):
        PACK = "pack", _("数据包")
        EXCEL = "excel", _("Excel 导入")
        NOTICE = "notice", _("放假安排")
        ITEM = "item", _("事项")

    kind = models.CharField(max_length=6, choices=Kind, default=Kind.PACK)
    pack = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    manifest = models.JSONField()
    digest = models.BinaryField(max_length=32)
    #: Of an item edited at a desk: the version that it was made from. It is published onto that one only.
    base = models.ForeignKey("items.EntryVersion", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)  # of an item: why, for the second person
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
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # by who proposed it
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
            models.CheckConstraint(
                name="an_edited_item_says_what_it_was_made_from_and_why",
                condition=Q(kind="item", base__isnull=False, loaded_by__isnull=False) & ~Q(reason="")
                | ~Q(kind="item") & Q(base__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["base"],
                condition=Q(state__in=["proposed", "publishing"]),
                name="one_open_proposal_for_a_version_of_an_item",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} {self.version} ({self.state})"

    @classmethod
    def waiting(cls, digest: bytes, *, by: Any, theirs: bool = False) -> PackLoad | None:
        """The same files, proposed by the same person, that still wait: proposing them again is no second proposal."""
        return cls.objects.filter(state=cls.State.PROPOSED, digest=digest, loaded_by=by, theirs=theirs).first()


class ItemDraft(models.Model):
    """What one editor is changing of an item, kept between pages; `revision` counts its savings.

    While its proposal waits nothing more is changed; published, the draft is gone; sent back, it is there to go on with.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    entry = models.ForeignKey("items.DirectoryEntry", models.CASCADE, related_name="+")
    base = models.ForeignKey("items.EntryVersion", models.PROTECT, related_name="+")
    content = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    load = models.ForeignKey(PackLoad, models.SET_NULL, null=True, blank=True, related_name="drafts")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "entry"], name="one_draft_of_an_item_for_each_editor"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} r{self.revision}"


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
