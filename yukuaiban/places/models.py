"""Where government is: divisions (dated, with successors), departments, and the halls where people are received.

Every row comes from a pack (`packs/<city>/*.csv`) and says from which source. Division codes are those of GB/T 2260
and the statistics office, in their shortest form: 6 digits for a district, 9 for a town, 12 for a village. An area
that has no code of its own (a development zone) carries a local one with letters in it, so that nobody takes it for
an official code.
"""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DivisionKind(models.TextChoices):
    CITY = "city", _("直辖市")
    DISTRICT = "district", _("区")
    COUNTY = "county", _("县")
    AUTONOMOUS_COUNTY = "autonomous_county", _("自治县")
    NEW_AREA = "new_area", _("功能区")  # owns service items, is no administrative division
    SUBDISTRICT = "subdistrict", _("街道")
    TOWN = "town", _("镇")
    TOWNSHIP = "township", _("乡")
    ETHNIC_TOWNSHIP = "ethnic_township", _("民族乡")
    VILLAGE = "village", _("村（社区）")


#: The kinds that stand directly below the city and have a government of their own.
DISTRICT_KINDS = (DivisionKind.DISTRICT, DivisionKind.COUNTY, DivisionKind.AUTONOMOUS_COUNTY)
#: The kinds that stand directly below a district.
TOWN_KINDS = (DivisionKind.SUBDISTRICT, DivisionKind.TOWN, DivisionKind.TOWNSHIP, DivisionKind.ETHNIC_TOWNSHIP)


class RowStatus(models.TextChoices):
    """How far a fact may be trusted; shown wherever a person sees the fact."""

    CONFIRMED = "confirmed", _("已核实")
    UNCONFIRMED = "unconfirmed", _("待核实")
    SAMPLE = "sample", _("示例")
    MISSING = "missing", _("缺失")


class Origin(models.TextChoices):
    """Who wrote the row last: a load never overwrites what a person edited unless told `--theirs`."""

    PACK = "pack", _("数据包")
    DESK = "desk", _("后台编辑")


class Division(models.Model):
    """One administrative division, as it stood from `valid_from` until before `valid_until`.

    An empty `valid_from` means: already there when our source was taken (2023-06). A division that ends keeps its row
    for ever, because resident IDs, licences and old cases carry its code.
    """

    code = models.CharField(
        primary_key=True, max_length=12, validators=[RegexValidator(r"^[0-9A-Z]{6}([0-9]{3}([0-9]{3})?)?$")]
    )
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=DivisionKind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    successors = models.ManyToManyField(
        "self",
        symmetrical=False,
        through="Succession",
        through_fields=("predecessor", "successor"),
        related_name="predecessors",
    )
    source = models.CharField(max_length=300)
    status = models.CharField(max_length=12, choices=RowStatus.choices, default=RowStatus.CONFIRMED)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="division_ends_after_it_begins",
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="only_a_city_has_no_parent", condition=Q(kind=DivisionKind.CITY) ^ Q(parent__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Succession(models.Model):
    """One division takes over from another on a day: a merger is two rows, a split is two rows.

    An unconfirmed succession is kept and shown, but changes nothing (ADR 0040).
    """

    predecessor = models.ForeignKey(Division, models.CASCADE, related_name="succeeded_by")
    successor = models.ForeignKey(Division, models.CASCADE, related_name="succeeds")
    takes_effect_on = models.DateField()
    basis = models.CharField(max_length=200, help_text=_("依据文件"))
    source = models.CharField(max_length=300)
    status = models.CharField(max_length=12, choices=RowStatus.choices)
    is_applied = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="one_succession_between_two_divisions"),
            models.CheckConstraint(name="a_division_does_not_succeed_itself", condition=~Q(predecessor=F("successor"))),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id} ({self.takes_effect_on})"


class Department(models.Model):
    """A department that exercises power: of the city, or the counterpart of a kind in one district.

    `uscc` is the unified social credit code. It is empty where we have not seen it: a code is never invented.
    """

    code = models.CharField(max_length=40, unique=True)
    uscc = models.CharField(max_length=18, blank=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)
    short_zh = models.CharField(max_length=40)
    short_en = models.CharField(max_length=120, blank=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="departments")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="counterparts")
    kind = models.CharField(max_length=40, blank=True, help_text=_("部门类别，见 department_kinds.csv"))
    phone = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=300)
    status = models.CharField(max_length=12, choices=RowStatus.choices, default=RowStatus.SAMPLE)
    origin = models.CharField(max_length=4, choices=Origin.choices, default=Origin.PACK)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "kind"], condition=~Q(kind=""), name="one_department_of_a_kind_in_a_division"
            ),
            models.UniqueConstraint(
                fields=["uscc"], condition=~Q(uscc=""), name="a_credit_code_belongs_to_one_department"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class Hall(models.Model):
    """A government service hall (政务服务中心): address, telephone, opening hours."""

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)
    division = models.ForeignKey(Division, models.PROTECT, related_name="halls")
    address_zh = models.CharField(max_length=200)
    address_en = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    note_zh = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    status = models.CharField(max_length=12, choices=RowStatus.choices, default=RowStatus.SAMPLE)
    origin = models.CharField(max_length=4, choices=Origin.choices, default=Origin.PACK)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_zh


class OpeningDay(models.IntegerChoices):
    """ISO weekdays, and the working days that a holiday notice makes of a weekend (调休上班)."""

    MONDAY = 1, _("星期一")
    TUESDAY = 2, _("星期二")
    WEDNESDAY = 3, _("星期三")
    THURSDAY = 4, _("星期四")
    FRIDAY = 5, _("星期五")
    SATURDAY = 6, _("星期六")
    SUNDAY = 7, _("星期日")
    MAKEUP = 8, _("调休上班日")


class OpeningHours(models.Model):
    """One unbroken stretch of opening on one kind of day; a lunch break is the gap between two rows.

    Dated: a change of hours ends the old rows and adds new ones, so that "was it open when she filed" stays answerable.
    On public holidays a hall is closed whatever stands here, unless `on_holidays` says otherwise.
    """

    hall = models.ForeignKey(Hall, models.CASCADE, related_name="hours")
    day = models.SmallIntegerField(choices=OpeningDay.choices)
    opens_at = models.TimeField()
    closes_at = models.TimeField()
    on_holidays = models.BooleanField(default=False)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["hall", "day", "opens_at"]
        constraints = [
            models.CheckConstraint(name="a_hall_closes_after_it_opens", condition=Q(closes_at__gt=F("opens_at"))),
            models.UniqueConstraint(
                fields=["hall", "day", "opens_at", "valid_from"], nulls_distinct=False, name="one_opening_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hall_id} {self.day} {self.opens_at}–{self.closes_at}"
