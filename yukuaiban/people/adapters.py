"""What we do differently from allauth: phones are encrypted, our gateway sends, the vault keeps MFA secrets."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django import forms
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yukuaiban.config.now import now
from yukuaiban.identifiers import phone as phones
from yukuaiban.identifiers.errors import IdentifierError
from yukuaiban.messages import gateway
from yukuaiban.people import codes, lockout, selectors, services
from yukuaiban.people.codes import NotDelivered, deliver
from yukuaiban.people.models import Account
from yukuaiban.vault import decrypt, encrypt

MFA_SECRET = b"mfa.authenticator.secret"
WRONG_CODE = gettext_lazy("验证码不对，请核对后再试。")
WRONG_LOGIN = gettext_lazy("账号或密码不对，请核对后再试；忘记密码可以用验证码登录。")


def display_name(account: Account) -> str:
    """How an account is addressed in messages."""
    return str(account)


class PhoneField(forms.CharField):
    """A mainland mobile number that can receive a code; its value is E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            return phones.parse(typed, mobile_only=True).text
        except IdentifierError as error:
            raise forms.ValidationError(error.message, code=error.code) from error


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Phones, where people go after logging in, and the gateway."""

    # allauth's Chinese calls a wrong code an error code (错误代码), and its lock does not say how it ends
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "incorrect_password": gettext_lazy("密码不对，请核对后再试。"),
        "email_password_mismatch": WRONG_LOGIN,
        "phone_password_mismatch": WRONG_LOGIN,
        "too_many_login_attempts": gettext_lazy("登录失败次数过多，请 5 分钟后再试，或改用验证码登录。"),
        "rate_limited": gettext_lazy("操作太频繁，请过一分钟再试。"),
    }

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """allauth's pages call a code that was wrong three times a failed log-in."""
        if kwargs.get("message") == self.error_messages["too_many_login_attempts"]:
            kwargs["message"] = _("验证码输错次数过多，已经作废。请重新获取。")
        super().add_message(request, level, *args, **kwargs)

    # --- phones: an unproved number belongs to nobody, so nobody can block another's number by typing it ---------

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        kwargs.setdefault("label", _("手机号码"))
        return PhoneField(**kwargs)

    def get_phone(self, user: Account) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def set_phone(self, user: Account, phone: str, verified: bool) -> None:
        user.set_phone(phone)
        user.phone_verified_at = now() if verified else None
        user.save()

    def set_phone_verified(self, user: Account, phone: str) -> None:
        services.phone_verified(account=user, phone=phone, at=now())

    def get_user_by_phone(self, phone: str) -> Account | None:
        try:
            return Account.objects.with_phone(phones.parse(phone).text)
        except IdentifierError:
            return None

    def send_verification_code_sms(self, user: Account, phone: str, code: str, **kwargs: Any) -> None:
        body = _("验证码 {code}，{minutes} 分钟内有效。不要告诉任何人，工作人员不会向您索要。").format(
            code=code, minutes=codes.minutes()
        )
        deliver(phone, "account.code", "", body)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        gateway.send(
            phone, "account.unknown", "", _("有人用这个号码请求登录，但此号码没有注册。若是您本人，请先注册。")
        )

    def send_account_already_exists_sms(self, phone: str) -> None:
        gateway.send(
            phone,
            "account.exists",
            "",
            _(
                "有人用这个号码注册，但此号码已有账号。若是您本人，请直接用验证码登录；若账号不是您的，请在登录页选择“认领号码”。"
            ),
        )

    # --- attempts are counted per address; allauth counts all phones as one ---------------------------------------

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return lockout.name(request, credentials)

    # --- messages -------------------------------------------------------------------------------------------------

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        kind = template_prefix.replace("/email/", ".")
        return super().render_mail(template_prefix, email, context, {**(headers or {}), gateway.KIND_HEADER: kind})  # type: ignore[no-any-return]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            raise NotDelivered(_("邮件没有发出去，您填写的内容没有问题。请过几分钟再试。")) from error

    # --- accounts -------------------------------------------------------------------------------------------------

    def save_user(self, request: HttpRequest, user: Account, form: forms.BaseForm, commit: bool = True) -> Account:
        """Every account belongs to a person from the start, even before we know his name."""
        services.account_prepare(account=user)
        user.language = (get_language() or "zh")[:2]
        return super().save_user(request, user, form, commit)  # type: ignore[no-any-return]

    def get_login_stages(self) -> list[str]:
        ours = "yukuaiban.people.stages.EmailVerificationStage"
        return [ours if name.endswith(".EmailVerificationStage") else name for name in super().get_login_stages()]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Officers to their desk, everybody else to the home page."""
        is_officer = bool(selectors.posts_of(request.user))  # type: ignore[arg-type]
        for name in (["desk:work"] if is_officer else []) + ["portal:home"]:
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
        return reverse("people:me")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        try:
            return reverse("portal:home")
        except NoReverseMatch:
            return reverse("account_login")


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps and recovery codes stand encrypted."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": WRONG_CODE}

    def encrypt(self, text: str) -> str:
        return base64.b64encode(encrypt(text, aad=MFA_SECRET)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(base64.b64decode(encrypted_text), MFA_SECRET).decode()

    def get_totp_label(self, user: Account) -> str:
        return str(user)

    def get_totp_issuer(self) -> str:
        return "渝快办"
