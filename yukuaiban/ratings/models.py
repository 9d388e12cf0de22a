"""好差评: one service, one rating, five levels; who is rated does not see who rated (国办发〔2019〕51号)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.ratings.states import STATE_LABELS, TRANSITIONS, Act, State
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
    """The rating of one case. A bad one has a follow-up; what came of it is answered here."""

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


class FollowUp(models.Model):
    """差评整改: what the body that handled the case does about a bad rating, from the call-back (回访) to the answer."""

    rating = models.OneToOneField(Rating, on_delete=models.PROTECT, related_name="follow_up")
    rater = models.ForeignKey("people.Account", null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=[(s.value, STATE_LABELS[s]) for s in State], default=State.OPEN)
    call_by = models.DateField()
    answer_by = models.DateField()
    is_provisional = models.BooleanField()
    calendar_version = models.PositiveIntegerField()
    called_at = models.DateTimeField(null=True, blank=True)
    put_right_by = models.DateField(null=True, blank=True)  # the date of the ledger (整改台账)
    appealed_by = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    appealed_from = models.CharField(max_length=8, blank=True, default="")  # a state; what an appeal goes back to
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["calendar_version", "id"], condition=Q(ended_at__isnull=True), name="follow_ups_to_recount"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["answered", "left_out"], ended_at__isnull=False)
                | (~Q(state__in=["answered", "left_out"]) & Q(ended_at__isnull=True)),
                name="a_follow_up_has_ended_or_stands",
            ),
            models.CheckConstraint(
                condition=~Q(state="ledger") | Q(put_right_by__isnull=False), name="the_ledger_has_a_date"
            ),
            models.CheckConstraint(
                condition=(Q(appealed_by__isnull=True) & Q(appealed_from=""))
                | (Q(appealed_by__isnull=False) & ~Q(appealed_from="")),
                name="an_appeal_is_somebodys",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["appealed", "left_out"]) | Q(appealed_by__isnull=False),
                name="a_rating_is_left_out_by_appeal_alone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating_id}: {self.state}"

    @property
    def due_on(self) -> date:
        """The date that whoever has to act next must keep."""
        match State(self.state):
            case State.OPEN | State.TRIED:
                return self.call_by
            case State.LEDGER:
                assert self.put_right_by is not None
                return min(self.put_right_by, self.answer_by)
            case _:
                return self.answer_by


class Deed(models.Model):
    """One act on a follow-up, kept as it was: who, when, what was said or promised."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="deeds")
    number = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=17, choices=[(row.act.value, row.label) for row in TRANSITIONS.values()])
    at = models.DateTimeField()
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="+")
    words = EncryptedTextField(blank=True, default="")
    put_right_by = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "number"], name="deeds_of_a_follow_up_are_in_one_order"),
            models.CheckConstraint(
                condition=Q(act="set_deadline", put_right_by__isnull=False)
                | (~Q(act="set_deadline") & Q(put_right_by__isnull=True)),
                name="a_ledger_entry_and_nothing_else_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follow_up_id}/{self.number}: {self.act}"

    @property
    def is_told(self) -> bool:
        """Whether its words are for who rated."""
        return TRANSITIONS[Act(self.act)].told
