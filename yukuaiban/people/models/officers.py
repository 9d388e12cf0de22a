"""Officers: desks where work arrives and the posts (岗位) people hold at them. Ranges are [valid_from, valid_until)."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.design import formats


class Role(models.TextChoices):
    WINDOW = "window", _("窗口收件")
    HANDLER = "handler", _("承办人")
    APPROVER = "approver", _("审批人")
    EDITOR = "editor", _("事项管理员")
    SUPERVISOR = "supervisor", _("效能监管")
    AUDITOR = "auditor", _("安全审计")


class Desk(models.Model):
    """Where one kind of work of one department arrives: a role in a department and a division.

    A department with two teams of handlers has two desks, told apart by `name`.
    """

    department = models.ForeignKey("places.Department", models.PROTECT, related_name="desks")
    division = models.ForeignKey("places.Division", models.PROTECT, related_name="desks")
    role = models.CharField(max_length=12, choices=Role.choices)
    name = models.CharField(max_length=60, blank=True, default="")
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "division", "role", "name"], name="one_desk_of_a_role_and_name_in_a_department"
            ),
        ]

    def __str__(self) -> str:
        body = self.department
        name = body.short_zh if formats.is_chinese() else body.short_en or body.name_en
        return f"{name} · {self.name or self.get_role_display()}"


class Post(models.Model):
    """One officer at one desk for a time. A substitute stands in for another's post, for a dated time only.

    One that ended on its first day, after something was done from it, stays and holds on no day.
    """

    account = models.ForeignKey("people.Account", models.PROTECT, related_name="posts")
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="posts")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    substitute_for = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="substitutes")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_post_does_not_end_before_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="a_substitute_stands_in_for_a_dated_time",
                condition=Q(substitute_for__isnull=True) | Q(valid_until__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["account", "desk", "valid_from"],
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="an_officer_takes_a_post_once_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["account", "valid_from"], name="posts_of_an_officer")]

    def __str__(self) -> str:
        return f"{self.account_id} @ {self.desk_id}"

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, as people say it."""
        return self.valid_until - timedelta(days=1) if self.valid_until else None
