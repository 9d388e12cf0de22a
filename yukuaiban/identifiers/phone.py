"""Telephone numbers: mainland mobiles and landlines as typed at home, others with + and their country code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from yukuaiban.identifiers import text
from yukuaiban.identifiers.errors import IdentifierError, accepts


class Kind(StrEnum):
    MOBILE = "mobile"  # of the mainland: may receive codes by message
    LANDLINE = "landline"
    INTERNATIONAL = "international"


_MOBILE_TYPES = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


@dataclass(frozen=True, slots=True)
class Phone:
    text: str  # E.164, and ";ext=" with an extension: what is stored, compared and dialled
    kind: Kind
    display: str  # as people of the place write it

    def __str__(self) -> str:
        return self.text


def parse(number: str, *, mobile_only: bool = False) -> Phone:
    """Read a number as typed.

    Args:
        mobile_only: Where a code will be sent: refuse everything but a mainland mobile.
    """
    value = text.half_width(number)
    if not value:
        raise IdentifierError("phone.empty", _("请填写电话号码。"))
    try:
        found = phonenumbers.parse(value.replace("转", "ext"), "CN")
    except phonenumbers.NumberParseException:
        found = None
    if found is None or not phonenumbers.is_valid_number(found):
        if mobile_only:
            raise IdentifierError("phone.mobile", _("这里需要能接收短信的内地手机号码，共 11 位，以 1 开头。"))
        raise IdentifierError(
            "phone.shape",
            _(
                "这不是一个可用的电话号码。手机填 11 位数字；"
                "固定电话请带区号，例如 023-67890123；境外号码以 + 和国家或地区代码开头。"
            ),
        )
    abroad = found.country_code != 86
    mobile = not abroad and phonenumbers.number_type(found) in _MOBILE_TYPES
    if mobile_only and not mobile:
        raise IdentifierError("phone.mobile", _("这里需要能接收短信的内地手机号码，共 11 位，以 1 开头。"))
    layout = PhoneNumberFormat.INTERNATIONAL if abroad else PhoneNumberFormat.NATIONAL
    stored = phonenumbers.format_number(found, PhoneNumberFormat.E164)
    return Phone(
        text=f"{stored};ext={found.extension}" if found.extension else stored,
        kind=Kind.INTERNATIONAL if abroad else Kind.MOBILE if mobile else Kind.LANDLINE,
        display=phonenumbers.format_number(found, layout),
    )


is_valid = accepts(parse)


def mask(number: str) -> str:
    """138****5678; of other numbers the last four."""
    try:
        found = parse(number)
    except IdentifierError:
        return text.cover(text.compact(number), head=0, tail=4)
    if found.kind is Kind.MOBILE:
        return text.cover(found.text.removeprefix("+86"), head=3, tail=4)
    return text.cover(found.text.partition(";")[0], head=3, tail=4)
