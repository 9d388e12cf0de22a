"""The letters of a case: what was made, kept and served. The words are in the signed file."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.messages.letters.kinds import KINDS, LetterKind
from yukuaiban.storage import FileDigestField


class ServedHow(models.TextChoices):
    """送达方式."""

    ELECTRONIC = "electronic", _("电子送达")
    WINDOW = "window", _("窗口领取")
    POST = "post", _("邮寄送达")
    LEFT = "left", _("留置送达")
    PUBLIC = "public", _("公告送达")


class Letter(models.Model):
    """One letter (文书).

    `subject` is the case, by its number in the chain: this floor does not know what a case is. A letter is never made
    twice: the second of its kind in a case is another occasion, and a job that runs again finds the first.
    """

    subject = models.BigIntegerField()
    case_number = models.CharField(max_length=20)
    kind = models.CharField(max_length=24, choices=[(kind.value, row.name) for kind, row in KINDS.items()])
    occasion = models.PositiveSmallIntegerField(default=1)
    title_zh = models.CharField(max_length=60)
    number = models.CharField(max_length=80, help_text=_("文号"))
    body_name = models.CharField(max_length=100)
    item_name = models.CharField(max_length=1000)
    department = models.ForeignKey("places.Department", models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=16, unique=True, help_text=_("查验码"))
    file = FileDigestField()
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_on = models.DateField()
    is_sample = models.BooleanField(default=True)
    to_third_party = models.BooleanField(default=False)  # names him: not shown to the applicant
    served_at = models.DateTimeField(null=True, blank=True)
    served_how = models.CharField(max_length=10, choices=ServedHow.choices, blank=True, default="")

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "occasion"], name="a_letter_of_a_kind_is_made_once_an_occasion"
            ),
            models.CheckConstraint(
                name="a_letter_is_served_in_some_way",
                condition=Q(served_at__isnull=True, served_how="") | (Q(served_at__isnull=False) & ~Q(served_how="")),
            ),
            models.CheckConstraint(name="letter_occasions_count_from_one", condition=Q(occasion__gte=1)),
        ]
        indexes = [
            models.Index(fields=["file"], name="letter_by_file"),
            models.Index(fields=["department", "made_on", "id"], name="letters_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.title_zh} {self.number}"

    @property
    def letter_kind(self) -> LetterKind:
        return LetterKind(self.kind)

    @property
    def title_en(self) -> str:
        return KINDS[self.letter_kind].title_en
