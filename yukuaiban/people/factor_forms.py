"""The forms of the second factor: allauth's, with labels that say what is to be typed."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AllauthAddWebAuthnForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm as AllauthEditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 60


class _Code(forms.Form):
    label = _("6 位数字或备用码")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = self.label
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["inputmode"] = "numeric"


class AuthenticateForm(_Code, AllauthAuthenticateForm):  # type: ignore[misc]
    """The second step of a log-in."""


class ReauthenticateForm(_Code, AllauthReauthenticateForm):  # type: ignore[misc]
    """Once more, before something that matters."""


class ActivateTOTPForm(_Code, AllauthActivateTOTPForm):  # type: ignore[misc]
    """An authenticator app shows that it has the secret."""

    label = _("应用里显示的 6 位数字")


class AddWebAuthnForm(AllauthAddWebAuthnForm):  # type: ignore[misc]
    """A passkey; who has an older security key says so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.label, name.max_length = _("名称"), NAME_LENGTH
        name.widget.attrs["maxlength"] = NAME_LENGTH
        alone.label, alone.initial = _("可以单独用它登录，不用输入密码"), True
        alone.help_text = _("手机、电脑的指纹或人脸都支持；较旧的安全密钥不支持时，取消勾选，只作密码之后的第二步")


class EditWebAuthnForm(AllauthEditWebAuthnForm):  # type: ignore[misc]
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("名称")
        self.fields["name"].widget.attrs["maxlength"] = NAME_LENGTH
