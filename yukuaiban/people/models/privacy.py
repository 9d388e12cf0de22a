"""What the Personal Information Protection Law gives a person: consent, who looked, and having errors put right."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.now import now
from yukuaiban.people.models.parties import Party
from yukuaiban.vault import EncryptedTextField


class Consent(models.Model):
    """A consent given for a party, and when it was withdrawn.

    Law: 个人信息保护法 第十四条, 第十五条, 第二十九条, 第三十一条.
    """

    class Kind(models.TextChoices):
        TERMS = "terms", _("服务协议与个人信息处理规则")
        SENSITIVE = "sensitive", _("处理敏感个人信息的单独同意")
        CHILD = "child", _("监护人同意处理不满十四周岁未成年人的个人信息")

    party = models.ForeignKey(Party, models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text_version = models.CharField(max_length=20)
    given_by = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "kind", "given_by"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_consent_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.kind}"


class PersonRead(models.Model):
    """An officer read a person's full record: who, at which post, when, why, and what. The person can see it.

    Law: 个人信息保护法 第四十四条, 第五十一条; kept at least six months (网络安全法 第二十一条).
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="reads")
    reader = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    post = models.ForeignKey("people.Post", models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey("places.Department", models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=200)
    what = models.JSONField(default=list, help_text=_("读取的字段"))
    reference = models.CharField(max_length=64, blank=True, help_text=_("相关办件编号"))

    class Meta:
        indexes = [
            models.Index(fields=["party", "-at"], name="reads_of_a_party"),
            models.Index(fields=["reader", "-at"], name="reads_by_an_officer"),
        ]

    def __str__(self) -> str:
        return f"{self.reader_id} read {self.party_id}"


class CorrectionRequest(models.Model):
    """A person asks to have something about him put right; an officer checks and decides.

    Law: 个人信息保护法 第四十六条, 第五十条 (a refusal gives its reason).
    """

    class State(models.TextChoices):
        OPEN = "open", _("待核实")
        DONE = "done", _("已更正")
        REFUSED = "refused", _("未予更正")

    party = models.ForeignKey(Party, models.CASCADE, related_name="correction_requests")
    asked_by = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    field = models.CharField(max_length=30)
    wanted = EncryptedTextField()
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_decided_correction_says_when_and_by_whom",
                condition=Q(state="open") | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_refused_correction_gives_its_reason", condition=~Q(state="refused") | ~Q(answer="")
            ),
            models.UniqueConstraint(
                fields=["party", "field"], condition=Q(state="open"), name="one_open_correction_of_a_field"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.field} {self.state}"
