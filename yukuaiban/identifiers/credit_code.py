"""统一社会信用代码 unified social credit code: GB 32100-2015, 18 characters.

1 registering authority + 1 kind + 6 region + 9 organisation code (GB 11714) + 1 check. The letters I O S V Z never
stand in one. Old lists of departments are full of codes that are not: import those as text with a flag.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import checks, text
from yukuaiban.identifiers.errors import IdentifierError, accepts

_LOOKS_LIKE = {"O": "0", "I": "1", "S": "5", "Z": "2", "V": "U"}


@dataclass(frozen=True, slots=True)
class CreditCode:
    text: str
    authority: str  # 登记管理部门代码: 1 机构编制, 5 民政, 9 市场监管 ...
    kind: str  # 机构类别代码, read together with the authority: 91 enterprise, 92 self-employed ...
    region: str
    organisation: str  # 主体标识码, nine characters

    def __str__(self) -> str:
        return self.text


def parse(code: str) -> CreditCode:
    value = text.compact(code)
    text.require_length(
        value,
        {18},
        "credit_code",
        _("统一社会信用代码应为 18 位，现在是 %(n)s 位。请对照营业执照或登记证书核对。"),
    )
    for position, char in enumerate(value, start=1):
        if char in _LOOKS_LIKE:
            raise IdentifierError(
                "credit_code.character",
                _("统一社会信用代码里没有字母“%(char)s”。第 %(position)s 位可能是“%(likely)s”，请对照证照改正。"),
                position=position,
                char=char,
                likely=_LOOKS_LIKE[char],
            )
    text.require_alphabet(
        value,
        checks.USCC_ALPHABET,
        "credit_code",
        _("统一社会信用代码第 %(position)s 位应为数字或大写字母，现在是“%(char)s”。请对照证照改正。"),
    )
    if not value[2:8].isdigit():
        raise IdentifierError(
            "credit_code.region", _("统一社会信用代码第 3 到 8 位应为数字（行政区划）。请对照证照改正。"), position=3
        )
    if checks.mod_31(value[:17]) != value[17]:
        raise IdentifierError(
            "credit_code.check", _("统一社会信用代码的校验位不对，至少有一位写错了。请对照证照逐位核对。"), position=18
        )
    return CreditCode(text=value, authority=value[0], kind=value[1], region=value[2:8], organisation=value[8:17])


is_valid = accepts(parse)


def mask(code: str) -> str:
    """A public code (企业信息公示暂行条例): shown whole."""
    return text.compact(code)
