"""The log-in of a person, and what happened to it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.now import now
from yukuaiban.vault import BlindIndexField, EncryptedTextField, blind_indexes

#: Digits and capitals that nobody mistakes for one another when he reads the number to a hotline.
NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_number() -> str:
    """An account number that says nothing about its holder and is never guessed."""
    return "".join(secrets.choice(NUMBER_ALPHABET) for _n in range(12))


def phone_indexes(phone: str) -> list[bytes]:
    """The blind indexes under which a phone number (E.164, as `+8613...`) is found; more than one during a rotation."""
    return blind_indexes("phone", phone)


class AccountManager(BaseUserManager["Account"]):
    """Accounts are found by what people type: a verified phone number or an e-mail address."""

    def with_phone(self, phone: str) -> Account | None:
        """The account that proved it holds this number. An unproved number belongs to nobody."""
        return self.filter(phone_index__in=phone_indexes(phone), phone_verified_at__isnull=False).first()

    def create_user(self, **fields: Any) -> Account:
        """A new account (the name is Django's); the password may be left out: then only codes and passkeys open it."""
        password = fields.pop("password", None)
        account = self.model(**fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A log-in by phone or e-mail. What the person is called and may do stands in `party` and in his posts.

    The phone number is encrypted and found by its blind index; only a verified number belongs to an account, and to one
    only. `epoch` is raised when all that was signed for the account before must no longer count.
    """

    number = models.CharField(max_length=12, unique=True, default=new_number, editable=False)
    email = models.EmailField(blank=True, default="")
    phone = EncryptedTextField(null=True, blank=True)
    phone_index = BlindIndexField(source="phone", kind="phone", null=True, blank=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    party = models.OneToOneField("people.Party", models.PROTECT, null=True, blank=True, related_name="account")
    language = models.CharField(max_length=10, default="zh")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    is_sample = models.BooleanField(default=False, help_text=_("示例账号，只在演示数据中"))

    USERNAME_FIELD = "number"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]

    objects = AccountManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index"],
                condition=Q(phone_verified_at__isnull=False),
                name="a_verified_phone_belongs_to_one_account",
            ),
            models.CheckConstraint(
                name="phone_and_its_index_go_together",
                condition=Q(phone__isnull=True, phone_index__isnull=True)
                | Q(phone__isnull=False, phone_index__isnull=False),
            ),
            models.CheckConstraint(
                name="only_a_phone_can_be_verified",
                condition=Q(phone_verified_at__isnull=True) | Q(phone_index__isnull=False),
            ),
            models.CheckConstraint(
                name="a_closed_account_is_not_active", condition=Q(closed_at__isnull=True) | Q(is_active=False)
            ),
        ]
        indexes = [models.Index(fields=["email"], name="account_by_email", condition=~Q(email=""))]

    def __str__(self) -> str:
        return self.name or self.email or self.number

    @property
    def name(self) -> str:
        """What the person is called, empty before he told us."""
        return self.party.name if self.party_id and self.party else ""

    def get_short_name(self) -> str:
        return str(self)

    def get_session_auth_hash(self) -> str:
        """What every session of the account is checked against: a new password or epoch ends them all."""
        return salted_hmac("people.account.session", f"{self.password}:{self.epoch}", algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under each earlier secret key, so that changing the key logs nobody out."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            key = f"{self.password}:{self.epoch}"
            yield salted_hmac("people.account.session", key, secret=secret, algorithm="sha256").hexdigest()

    def set_phone(self, phone: str | None) -> None:
        """Put a number (E.164), or none; unverified until `phone_verified_at` is set. Saving sets the index."""
        self.phone = phone or None
        self.phone_verified_at = None


class AccountEventKind(models.TextChoices):
    OPENED = "opened", _("注册账号")
    PHONE_CHANGED = "phone_changed", _("更换手机号码")
    PHONE_RECOVERED = "phone_recovered", _("通过实名核验更换手机号码")
    PHONE_TAKEN = "phone_taken", _("手机号码由新的机主认领")
    PHONE_CLAIMED = "phone_claimed", _("认领手机号码")
    REAL_NAME = "real_name", _("完成实名认证")
    LOGGED_OUT_EVERYWHERE = "logged_out_everywhere", _("退出所有设备")
    MFA_CHANGED = "mfa_changed", _("更改二次验证方式")
    PASSWORD_CHANGED = "password_changed", _("更改密码")
    DATA_EXPORTED = "data_exported", _("下载个人数据")
    MANDATE = "mandate", _("委托代办有变动")
    GUARDIANSHIP = "guardianship", _("监护关系有变动")
    CORRECTED = "corrected", _("更正个人信息")
    TOKEN = "token", _("接口令牌有变动")
    POST = "post", _("岗位有变动")
    CLOSED = "closed", _("注销账号")


class AccountEvent(models.Model):
    """What happened to an account, for its holder to see. Facts hold no other person's data."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=30, choices=AccountEventKind.choices)
    at = models.DateTimeField(default=now)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="events_of_an_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"


class PhoneClaim(models.Model):
    """A person who now holds a number that is another account's asks for it.

    The row is made when he proved possession by a code sent to the number. Then he proves who he is (real name), and
    the number moves in one statement. The earlier holder is told by e-mail; neither sees anything of the other.
    """

    class State(models.TextChoices):
        PROVEN = "proven", _("号码已验证，待实名")
        SETTLED = "settled", _("已完成")
        LAPSED = "lapsed", _("已失效")

    phone = EncryptedTextField()
    phone_index = BlindIndexField(source="phone", kind="phone")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROVEN)
    proven_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    new_holder = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="phones_claimed")
    old_holder = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="phones_lost")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_settled_claim_says_when_and_for_whom",
                condition=~Q(state="settled") | Q(settled_at__isnull=False, new_holder__isnull=False),
            ),
            models.CheckConstraint(name="a_claim_expires_later", condition=Q(expires_at__gt=F("proven_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Attempt(models.Model):
    """How often something was tried under one key since `until` was set; counted by one statement (see `limits`)."""

    key = models.CharField(primary_key=True, max_length=120)
    count = models.PositiveIntegerField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until"], name="attempts_by_end")]

    def __str__(self) -> str:
        return f"{self.key} {self.count}"


class Revocation(models.Model):
    """What was signed for an account (or one session of it) before this number counts no more.

    `number` is the epoch it raised. Rows matter for as long as a signed pass lives and are deleted soon after.
    """

    number = models.BigIntegerField(primary_key=True)
    account_id = models.BigIntegerField()
    session = models.CharField(max_length=16, blank=True, help_text=_("空值表示所有会话"))
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["at"], name="revocations_by_time")]

    def __str__(self) -> str:
        return f"{self.number} {self.account_id}"
