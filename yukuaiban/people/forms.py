"""Forms of the account pages: one field for phone or e-mail, as people expect."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import phone as phones
from yukuaiban.identifiers.errors import IdentifierError

CONTACT_HELP = _("内地手机号码（11 位）或电子邮箱")


def read_contact(typed: str) -> tuple[str, str]:
    """What was typed as ("phone", E.164) or ("email", lower case).

    Raises: ValidationError.
    """
    value = typed.strip()
    if "@" in value:
        try:
            validate_email(value)
        except forms.ValidationError:
            raise forms.ValidationError(_("这不是一个可用的电子邮箱。请检查 @ 前后的写法。"), code="contact") from None
        return "email", value.lower()
    try:
        return "phone", phones.parse(value, mobile_only=True).text
    except IdentifierError as error:
        raise forms.ValidationError(error.message, code="contact") from error


def contact_field(**options: Any) -> forms.CharField:
    return forms.CharField(
        label=_("手机号码或电子邮箱"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        **options,
    )


class LoginForm(allauth_forms.LoginForm):
    """Phone or e-mail, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = contact_field()
        self.fields["password"].label = _("密码")
        self.fields["remember"].label = _("在这台设备上保持登录 14 天（公用设备请勿勾选）")
        self.order_fields(["login", "password", "remember"])

    def clean_login(self) -> str:
        return read_contact(self.cleaned_data["login"])[1]


class SignupForm(allauth_forms.SignupForm):
    """One way to reach the person, a password, and his agreement. A code then proves that the way is his."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["email"], self.fields["phone"]
        self.fields["contact"] = contact_field(help_text=_("内地手机号码（11 位）或电子邮箱，稍后发送验证码"))
        self.fields["password1"].label = _("设置密码")
        self.fields["password2"].label = _("再输入一次密码")
        self.fields["agree"] = forms.BooleanField(label=_("我已阅读并同意服务协议和个人信息处理规则"))
        self.order_fields(["contact", "password1", "password2", "agree"])

    def clean_contact(self) -> str:
        kind, value = read_contact(self.cleaned_data["contact"])
        self.cleaned_data[kind] = value
        if kind == "email":
            self.validate_unique_email(get_adapter().clean_email(value))
        return value


class RequestLoginCodeForm(allauth_forms.RequestLoginCodeForm):
    """A code to log in with, or to set a new password after."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["email"], self.fields["phone"]
        self.fields["contact"] = contact_field(help_text=CONTACT_HELP)

    def clean_contact(self) -> str:
        kind, value = read_contact(self.cleaned_data["contact"])
        self.cleaned_data["email"], self.cleaned_data["phone"] = (value, "") if kind == "email" else ("", value)
        self._user = None
        if kind == "email":
            self.clean_email()
        else:
            self.clean_phone()
        return value
