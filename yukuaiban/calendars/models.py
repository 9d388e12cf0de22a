"""The holiday notices as the database knows them, and which state of them a date was counted with."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.calendars import working_days

KINDS = [
    (working_days.DayKind.HOLIDAY.value, _("放假")),
    (working_days.DayKind.MAKEUP_WORKDAY.value, _("调休上班")),
]


class HolidayNotice(models.Model):
    """One notice of the General Office of the State Council (放假通知). A year may have several: a later one amends.

    `number` is empty where it is not known: it is never made up.
    """

    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    number = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["year", "issued_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["year", "title", "number"], name="holiday_notice_is_stored_once"),
            models.CheckConstraint(condition=Q(year__range=(2014, 2099)), name="holiday_notice_year_is_in_the_table"),
            models.CheckConstraint(condition=~Q(title=""), name="holiday_notice_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.number or self.title


class HolidayDay(models.Model):
    """One day a notice frees or has worked. A weekday not listed is worked, a weekend day not listed is free."""

    notice = models.ForeignKey(HolidayNotice, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    kind = models.CharField(max_length=20, choices=KINDS)
    festival = models.CharField(max_length=12)
    source = models.CharField(max_length=300)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["day"], name="holiday_day_is_listed_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _label in KINDS]),
                name="holiday_day_is_free_or_worked",
            ),
            models.CheckConstraint(
                condition=~Q(kind=working_days.DayKind.MAKEUP_WORKDAY.value) | Q(day__iso_week_day__in=[6, 7]),
                name="only_a_weekend_day_is_worked_in_exchange",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="holiday_day_says_where_it_comes_from"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class CalendarVersion(models.Model):
    """A state of the notices. A date that was counted stores the number, so that it can be counted again.

    The numbers come from a sequence and never return: one number is one calendar, in every process, for ever.
    """

    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    years = models.JSONField()
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="calendar_version_changes_a_period_that_has_an_end"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
