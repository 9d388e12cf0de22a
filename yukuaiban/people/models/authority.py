"""Acting for another: guardians by law, relatives and agents by mandate. Ranges are [valid_from, valid_until)."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.now import now
from yukuaiban.people.models.parties import Party
from yukuaiban.vault import EncryptedTextField


class Relation(models.TextChoices):
    PARENT = "parent", _("父母")
    SPOUSE = "spouse", _("配偶")
    CHILD = "child", _("子女")
    GRANDPARENT = "grandparent", _("祖父母、外祖父母")
    SIBLING = "sibling", _("兄弟姐妹")
    OTHER = "other", _("其他")


class Guardianship(models.Model):
    """The guardian acts for the ward. Counts only once a verifier or an officer confirmed it.

    For a minor it ends by itself on the day he comes of age. Law: 民法典 第二十三条, 第二十七条, 第二十八条.
    """

    class Ground(models.TextChoices):
        MINOR = "minor", _("未成年人")
        ADULT = "adult", _("无民事行为能力或者限制民事行为能力的成年人")

    ward = models.ForeignKey(Party, models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(Party, models.PROTECT, related_name="wards")
    ground = models.CharField(max_length=10, choices=Ground.choices, default=Ground.MINOR)
    relation = models.CharField(max_length=12, choices=Relation.choices, default=Relation.PARENT)
    declared_at = models.DateTimeField(default=now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=60, blank=True, help_text=_("核验来源"))
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="nobody_is_his_own_guardian", condition=~Q(ward=F("guardian"))),
            models.UniqueConstraint(
                fields=["ward", "guardian"],
                condition=Q(ended_at__isnull=True),
                name="one_standing_guardianship_between_two_persons",
            ),
            models.CheckConstraint(
                name="guardianship_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} → {self.ward_id}"

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, as people say it."""
        return self.valid_until - timedelta(days=1) if self.valid_until else None


class MandateKind(models.TextChoices):
    AGENT = "agent", _("经办人")
    RELATIVE = "relative", _("亲友代办")


class Mandate(models.Model):
    """A dated, item-limited, revocable authority to act (授权委托).

    From a legal person to its agent (经办人), or from a person to a relative or friend.

    Counts only from the principal's confirmation: for a legal person its legal representative's, for a person his own,
    given in his own account. `items` are codes of directory entries or service items; null means every item.
    Law: 民法典 第一百六十三条, 第一百六十五条, 第一百七十三条.
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("待受托人接受")
        ASKED = "asked", _("待委托人确认")
        CONFIRMED = "confirmed", _("已生效")
        DECLINED = "declined", _("已拒绝")
        REVOKED = "revoked", _("已撤销")

    kind = models.CharField(max_length=10, choices=MandateKind.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    principal = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="mandates_given")
    agent = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="mandates_held")
    relation = models.CharField(max_length=12, choices=Relation.choices, blank=True)
    items = ArrayField(models.CharField(max_length=64), null=True, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField()
    # the other side is known by name and address only until he takes the code up in his own account
    invited_name = models.CharField(max_length=200, blank=True)
    invited_contact = EncryptedTextField(null=True, blank=True)
    code_hash = models.CharField(max_length=128, blank=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(default=now)
    asked_by = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="mandate_ends_after_it_begins", condition=Q(valid_until__gt=F("valid_from"))),
            models.CheckConstraint(name="nobody_is_his_own_agent", condition=~Q(principal=F("agent"))),
            models.CheckConstraint(
                name="a_mandate_in_force_has_both_sides_and_a_confirmation",
                condition=~Q(state="confirmed")
                | Q(
                    principal__isnull=False,
                    agent__isnull=False,
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=False,
                    revoked_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="a_revoked_mandate_says_when", condition=~Q(state="revoked") | Q(revoked_at__isnull=False)
            ),
            models.CheckConstraint(
                name="a_limited_mandate_names_an_item", condition=Q(items__isnull=True) | ~Q(items__len=0)
            ),
        ]
        indexes = [
            models.Index(fields=["agent", "state"], name="mandates_of_an_agent"),
            models.Index(fields=["principal", "state"], name="mandates_of_a_principal"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.principal_id} → {self.agent_id} {self.state}"

    @property
    def last_day(self) -> date:
        """The last day on which it holds, as people say it."""
        return self.valid_until - timedelta(days=1)
