"""Steps of review, the work lists of desks, and timers."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.vault.fields import EncryptedTextField


class Step(models.Model):
    """One step of review; steps of the same stage run in parallel."""

    class State(models.TextChoices):
        WAITING = "waiting", _("未到")
        OPEN = "open", _("办理中")
        PASSED = "passed", _("已通过")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=40)
    stage = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=10)
    desk = models.ForeignKey("people.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    people = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    opened_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    passed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["stage", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="step_stands_once_in_a_case"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(opened_on__isnull=False), name="step_is_opened_before_it_is_worked_on"
            ),
        ]


class Opinion(models.Model):
    """审查意见: one officer's opinion on one step; a step that asks for two people has two of different persons."""

    class Verdict(models.TextChoices):
        PASS = "pass", _("同意")
        RETURN = "return", _("退回")
        GRANT = "grant", _("准予")
        REFUSE = "refuse", _("不予")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="opinions")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="opinions")
    round = models.PositiveSmallIntegerField(default=1)  # a returned step is worked on again
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=6, choices=Verdict)
    text = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["step", "round", "account"], name="nobody_gives_two_opinions_on_one_step"),
        ]


class Work(models.Model):
    """One thing a desk has to do, written by the act that caused it.

    The desk is a lexeme of `search` (`d17`), so that a search inside a work list is one index scan.

    A row with a `matter` belongs to what hangs on the case without being its life (a bad rating): no act of the case
    touches it; `work.stand` alone writes it.
    """

    class Bucket(models.TextChoices):
        INTAKE = "intake", _("待受理")
        REVIEW = "review", _("待审查")
        WAITING = "waiting", _("等待中")
        ISSUE = "issue", _("待制证送达")
        FOLLOW = "follow", _("待跟进")

    desk = models.ForeignKey("people.Desk", on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="work")
    step = models.ForeignKey(Step, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey("people.Post", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    bucket = models.CharField(max_length=7, choices=Bucket)
    due_on = models.DateField()  # the nearest date the desk must keep; far future when none runs
    search = SearchVectorField()
    matter = models.CharField(max_length=8, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["desk", "bucket", "due_on", "id"], name="work_of_a_desk_by_due_date"),
            GinIndex(fields=["search"], name="work_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "case", "step", "matter"],
                nulls_distinct=False,
                name="a_desk_has_one_row_per_case_step_and_matter",
            ),
        ]


class Timer(models.Model):
    """What the law lets happen by mere lapse of time; a tick performs the act, readers treat an expired one as fired."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="timers")
    act = models.CharField(max_length=20)
    fires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["fires_at"], name="timer_by_time")]
        constraints = [models.UniqueConstraint(fields=["case", "act"], name="one_timer_per_case_and_act")]
