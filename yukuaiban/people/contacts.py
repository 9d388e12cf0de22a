"""How a person is reached: what was typed is a mobile number or an e-mail address."""

from __future__ import annotations

from typing import Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from yukuaiban.config.errors import Invalid
from yukuaiban.identifiers import phone as phones
from yukuaiban.identifiers.errors import IdentifierError


def read(typed: str) -> tuple[Literal["phone", "email"], str]:
    """What was typed as ("phone", E.164) or ("email", lower case).

    Raises: Invalid.
    """
    value = typed.strip()
    if "@" not in value:
        try:
            return "phone", phones.parse(value, mobile_only=True).text
        except IdentifierError as error:
            message = _("请填写能接收短信的内地手机号码（11 位），或者电子邮箱。")
            raise Invalid(message, details={"contact": message}) from error
    try:
        validate_email(value)
    except ValidationError:
        message = _("这不是一个可用的电子邮箱。请检查 @ 前后的写法。")
        raise Invalid(message, details={"contact": message}) from None
    return "email", value.lower()
