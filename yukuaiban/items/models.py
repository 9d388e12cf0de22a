"""The catalogue: directory entry (基本目录) -> service item (实施清单) -> situations (业务办理项).

Content is stored once per entry version, by its hash; a service item holds only what differs from it. A version that a
filed case used is never changed: a new one is published beside it.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ItemType(models.TextChoices):
    """事项类型 (GB/T 39046-2020 Annex A); those on application (依申请) are what a person can file."""

    LICENSING = "01", _("行政许可")
    PENALTY = "02", _("行政处罚")
    COERCION = "03", _("行政强制")
    LEVY = "04", _("行政征收")
    PAYMENT = "05", _("行政给付")
    INSPECTION = "06", _("行政检查")
    CONFIRMATION = "07", _("行政确认")
    AWARD = "08", _("行政奖励")
    ADJUDICATION = "09", _("行政裁决")
    OTHER = "10", _("其他行政权力")
    PUBLIC_SERVICE = "20", _("公共服务")


class Origin(models.TextChoices):
    """Where a row was last written: a load of a pack never overwrites what was edited at a desk unless told to."""

    PACK = "pack", "pack"
    DESK = "desk", "desk"


class DirectoryEntry(models.Model):
    """基本目录: what government does, whoever does it and wherever."""

    code = models.CharField(max_length=40, unique=True)  # local code (地方编码)
    basic_code = models.CharField(max_length=12, blank=True, default="")  # 基本编码, empty while unpublished
    item_type = models.CharField(max_length=2, choices=ItemType)
    name_zh = models.CharField(max_length=1000)
    name_en = models.CharField(max_length=1000, blank=True, default="")
    department_kind = models.CharField(max_length=40)  # packs/<city>/department_kinds.csv
    main_item = models.CharField(max_length=1000, blank=True, default="")
    levels = models.CharField(max_length=10)  # city | district | both
    audience = ArrayField(models.CharField(max_length=30), default=list)
    themes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    life_events = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    status = models.CharField(max_length=10, default="sample")
    source = models.TextField(blank=True, default="")
    origin = models.CharField(max_length=4, choices=Origin, default=Origin.PACK)
    current_version = models.ForeignKey(
        "EntryVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "directory entries"

    def __str__(self) -> str:
        return self.name_zh

    @property
    def is_worked_out(self) -> bool:
        return self.current_version_id is not None


class EntryVersion(models.Model):
    """One version of an entry's content (`schema.ItemContent` as JSON); immutable."""

    entry = models.ForeignKey(DirectoryEntry, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()  # 事项版本
    digest = models.BinaryField(max_length=32)  # SM3 of the canonical content
    content = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        "people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["entry", "number"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="entry_version_number_is_used_once"),
            models.UniqueConstraint(fields=["entry", "digest"], name="entry_version_content_is_stored_once"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} v{self.number}"


class Differences(models.Model):
    """What some service items have other than their entry's content; shared by all that differ alike, immutable."""

    digest = models.BinaryField(max_length=32, unique=True)
    content = models.JSONField()

    class Meta:
        verbose_name_plural = "differences"

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:8]


class ServiceItem(models.Model):
    """实施清单: one department of one division that does what an entry says."""

    class State(models.TextChoices):
        ACTIVE = "active", _("在用")
        SUSPENDED = "suspended", _("暂停")
        CANCELLED = "cancelled", _("取消")

    entry = models.ForeignKey(DirectoryEntry, on_delete=models.PROTECT, related_name="service_items")
    division = models.ForeignKey("places.Division", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("places.Department", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=60, unique=True)  # 实施编码, or the local one
    level = models.CharField(max_length=1)  # 行使层级: 3 city, 4 district
    differences = models.ForeignKey(Differences, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    effective_from = models.DateField(null=True, blank=True)  # 计划生效日期
    effective_until = models.DateField(null=True, blank=True)  # 计划取消日期
    origin = models.CharField(max_length=4, choices=Origin, default=Origin.PACK)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "division"],
                condition=~Q(state="cancelled"),
                name="one_service_item_per_entry_and_division",
            ),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True)
                | Q(effective_from__isnull=True)
                | Q(effective_until__gt=models.F("effective_from")),
                name="service_item_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["division", "entry"], name="service_item_by_place")]

    def __str__(self) -> str:
        return self.code


class ItemFeedback(models.Model):
    """A reader's answer to "was this right?" under a guide; anonymous unless he left a note to be answered."""

    entry = models.ForeignKey(DirectoryEntry, on_delete=models.CASCADE, related_name="feedback")
    service_item = models.ForeignKey(ServiceItem, null=True, on_delete=models.SET_NULL, related_name="+")
    was_right = models.BooleanField()
    note = models.TextField(blank=True, default="", max_length=1000)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.entry_id}: {'right' if self.was_right else 'wrong'}"


# The models of loading stand with it; Django finds them here.
from yukuaiban.items.loading.models import ItemDraft, PackChange, PackFile, PackLoad  # noqa: E402

__all__ = [
    "Differences",
    "DirectoryEntry",
    "EntryVersion",
    "ItemDraft",
    "ItemFeedback",
    "ItemType",
    "Origin",
    "PackChange",
    "PackFile",
    "PackLoad",
    "ServiceItem",
]  # fmt: skip


class ItemFigures(models.Model):
    """What cases of an entry in a division really took; counted every few hours by the engine (cases.figures)."""

    entry = models.ForeignKey(DirectoryEntry, on_delete=models.CASCADE, related_name="figures")
    division = models.ForeignKey("places.Division", on_delete=models.CASCADE, related_name="+")
    decided = models.PositiveIntegerField()
    median_days = models.PositiveSmallIntegerField()  # working days from acceptance to decision
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "item figures"
        constraints = [models.UniqueConstraint(fields=["entry", "division"], name="figures_stand_once_per_place")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.division_id}: {self.median_days}"
