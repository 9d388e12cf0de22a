"""不得再次申请: the time in which a licence is not asked for again after a falsehood (行政许可法 第七十八条, 第七十九条; ADR 0097)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Bar(models.Model):
    """One bar: of a party, for a licence in the whole city. It ends by itself; one whose decision was annulled is lifted."""

    class Ground(models.TextChoices):
        FALSE_APPLICATION = "false_application", _("隐瞒有关情况或者提供虚假材料申请")
        FRAUD = "fraud", _("以欺骗、贿赂等不正当手段取得许可")

    party = models.ForeignKey("people.Party", on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey("items.DirectoryEntry", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="bars")  # in which it was decided
    ground = models.CharField(max_length=17, choices=Ground)
    since = models.DateField()  # the day of the decision
    until = models.DateField()  # the last day of the bar
    lifted_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-until", "id"]
        indexes = [models.Index(fields=["party", "entry"], condition=Q(lifted_on=None), name="bar_that_stands")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="bar_ends_after_its_day"),
            models.UniqueConstraint(fields=["case"], condition=Q(lifted_on=None), name="one_standing_bar_of_a_case"),
        ]

    def stands(self, on: date) -> bool:
        """Whether nothing is asked for again on a day."""
        return self.lifted_on is None and self.since <= on <= self.until
