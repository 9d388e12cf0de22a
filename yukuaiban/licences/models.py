"""Licences, who looked at them, and whom their holder lets look."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yukuaiban.chain import store
from yukuaiban.config.now import today
from yukuaiban.documents.chinese import day_before
from yukuaiban.licences.catalogue import LicenceType, licence_type
from yukuaiban.licences.rules import Standing, standing
from yukuaiban.licences.states import STANDING, STATE_LABELS, State
from yukuaiban.storage import FileDigestField
from yukuaiban.vault import EncryptedJSONField


class Licence(models.Model):
    """One version of an electronic licence (电子证照).

    `id` is its number in the chain, drawn before the row is written: every change of state is an event there. A change
    of content makes a new row, linked by `previous`, under the same serial with the next version. The term is
    [valid_from, valid_until); `valid_until` is the first day on which it no longer holds, empty without end.
    """

    id = models.BigIntegerField(primary_key=True)
    licence_id = models.CharField(max_length=110, unique=True, help_text=_("电子证照标识"))
    code = models.CharField(max_length=16, unique=True, help_text=_("查验码"))
    type_slug = models.CharField(max_length=60)
    type_code = models.CharField(max_length=21)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=200)
    serial = models.CharField(max_length=32)
    version = models.PositiveSmallIntegerField(default=1)
    previous = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="next")
    holder = models.ForeignKey("people.Party", models.PROTECT, related_name="licences")
    holder_name = models.CharField(max_length=200)
    issuer = models.ForeignKey("places.Department", models.PROTECT, related_name="+")
    issuer_code = models.CharField(max_length=18, help_text=_("颁发机构的统一社会信用代码"))
    issuer_name = models.CharField(max_length=100)
    facts = EncryptedJSONField()
    case_subject = models.BigIntegerField(null=True, blank=True)
    case_number = models.CharField(max_length=20, blank=True, default="")
    issued_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=2, choices=[(state.value, label) for state, label in STATE_LABELS.items()])
    file = FileDigestField()
    size = models.PositiveIntegerField()
    is_sample = models.BooleanField(default=True)
    seq = models.IntegerField(default=0)
    head = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="a_licence_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="only_the_first_version_has_no_previous",
                condition=Q(version=1, previous__isnull=True) | Q(version__gt=1, previous__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["type_code", "issuer_code", "serial", "version"], name="a_version_of_a_licence_is_made_once"
            ),
            models.UniqueConstraint(
                fields=["type_code", "issuer_code", "serial"],
                condition=Q(state__in=sorted(state.value for state in STANDING)),
                name="one_version_of_a_licence_stands",
            ),
            models.UniqueConstraint(
                fields=["case_subject", "type_slug"],
                condition=Q(case_subject__isnull=False, version=1),
                name="a_case_brings_one_licence_of_a_type",
            ),
            models.CheckConstraint(
                name="a_licence_state_is_a_code_of_the_set", condition=Q(state__in=[s.value for s in State])
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "type_slug"], name="licences_of_a_holder"),
            models.Index(fields=["file"], name="licence_by_file"),
            models.Index(
                fields=["type_slug", "issuer"],
                condition=Q(state__in=sorted(state.value for state in STANDING)),
                name="licences_that_stand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title_zh} {self.licence_id}"

    @property
    def kind(self) -> LicenceType:
        return licence_type(self.type_slug)

    def title(self, language: str = "zh") -> str:
        return self.title_en if language.startswith("en") else self.title_zh

    def standing(self, on: date | None = None) -> Standing:
        """How it stands on a day (today); lapse by time is computed here, never waited for."""
        return standing(self.state, self.valid_from, self.valid_until, on or today())

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds; None without end."""
        return day_before(self.valid_until) if self.valid_until else None

    def subject_key(self) -> bytes | None:
        """The wrapped key of its private events, read once; None after lawful erasure."""
        if not hasattr(self, "_subject_key"):
            self._subject_key = store.key_of(self.pk)
        return self._subject_key


class How(models.TextChoices):
    """By which way somebody looked at a licence."""

    SHOWN = "shown", _("持证人亮证")
    CODE = "code", _("扫描证照上的二维码")
    GRANTED = "granted", _("持证人授权")
    CASE = "case", _("办件调用")
    FILE = "file", _("上传文件核对")
    DOWNLOAD = "download", _("下载证照文件")
    DESK = "desk", _("颁发机关查看")


class LicenceLook(models.Model):
    """Somebody saw a licence: who, when, which way, for what. Its holder can read every line.

    Law: 个人信息保护法 第四十四条 (to know how one's data are handled); 在线政务服务若干规定 第七条第二款.
    """

    class Who(models.TextChoices):
        PUBLIC = "public", _("公众")
        HOLDER = "holder", _("持证人一方")
        OFFICER = "officer", _("工作人员")
        SYSTEM = "system", _("系统")

    licence = models.ForeignKey(Licence, models.CASCADE, related_name="looks")
    at = models.DateTimeField()
    who = models.CharField(max_length=8, choices=Who.choices)
    how = models.CharField(max_length=8, choices=How.choices)
    account = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey("places.Department", models.PROTECT, null=True, blank=True, related_name="+")
    purpose = models.CharField(max_length=200, blank=True, default="")
    case_number = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="an_officer_who_looked_is_named",
                condition=~Q(who="officer") | Q(account__isnull=False, department__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["licence", "-at", "-id"], name="looks_at_a_licence")]

    def __str__(self) -> str:
        return f"{self.licence_id} {self.who} {self.how}"


class LicenceGrant(models.Model):
    """The holder lets a department use a licence for one purpose (授权用证), for a time; revocable at any moment.

    Law: 个人信息保护法 第十四条, 第十五条.
    """

    licence = models.ForeignKey(Licence, models.CASCADE, related_name="grants")
    department = models.ForeignKey("places.Department", models.PROTECT, related_name="+")
    item_code = models.CharField(max_length=60, blank=True, default="", help_text=_("限于此事项；空为不限"))
    purpose = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_until = models.DateField()
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-granted_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="a_licence_grant_ends_after_it_begins", condition=Q(valid_until__gt=F("valid_from"))
            ),
            models.CheckConstraint(name="a_licence_grant_says_what_for", condition=~Q(purpose="")),
        ]

    def __str__(self) -> str:
        return f"{self.licence_id} → {self.department_id}"

    @property
    def last_day(self) -> date:
        return day_before(self.valid_until)

    def is_standing(self, on: date | None = None) -> bool:
        return self.revoked_at is None and self.valid_from <= (on or today()) < self.valid_until
