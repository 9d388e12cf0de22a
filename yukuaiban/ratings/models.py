"""好差评: one service, one rating, five levels; who is rated does not see who rated (国办发〔2019〕51号)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.vault import EncryptedTextField


class Level(models.IntegerChoices):
    """满意度 (GB/T 39046-2020 Annex A): the standard counts from the best; 4 and 5 are bad ratings (差评)."""

    VERY_SATISFIED = 1, _("非常满意")
    SATISFIED = 2, _("满意")
    FAIR = 3, _("基本满意")
    DISSATISFIED = 4, _("不满意")
    VERY_DISSATISFIED = 5, _("非常不满意")


BAD = (Level.DISSATISFIED, Level.VERY_DISSATISFIED)


class Rating(models.Model):
    """The rating of one case. A bad one is answered by a call back, and that is recorded."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="rating")
    level = models.SmallIntegerField(choices=Level)
    words = EncryptedTextField(blank=True, default="")
    channel = models.CharField(max_length=10, default="web")
    rated_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = EncryptedTextField(blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="rating_has_five_levels")]
        indexes = [
            models.Index(
                fields=["rated_at"], condition=Q(level__gte=4, answered_at__isnull=True), name="bad_rating_to_answer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.level}"

    @property
    def is_bad(self) -> bool:
        return self.level in BAD
