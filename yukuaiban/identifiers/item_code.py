"""事项编码 codes of service items: basic (基本编码), implementation (实施编码), handling item (业务办理项编码).

    basic            12                                        what may be done
    implementation   31 = credit code of the body 18 + level 1 + basic 12      who does it where
    handling item    33 = implementation 31 + serial 2         one concrete situation

Practice of the national exchange and the printed GB/T 39046-2020 (10 and 24) disagree, so lengths are configuration.
Meaning is never read out of a code at run time: the parts below are stored as columns when a code first comes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import checks, credit_code, text
from yukuaiban.identifiers.errors import IdentifierError, accepts


class Kind(StrEnum):
    BASIC = "basic"
    IMPLEMENTATION = "implementation"
    HANDLING = "handling"


@dataclass(frozen=True, slots=True)
class Scheme:
    """How long each part is."""

    basic: int
    body: int
    level: int
    serial: int

    @property
    def implementation(self) -> int:
        return self.body + self.level + self.basic

    @property
    def handling(self) -> int:
        return self.implementation + self.serial


EXCHANGE = Scheme(basic=12, body=18, level=1, serial=2)  # what the national platform exchanges
LEVELS = "1234567"  # 行使层级, GB/T 39046-2020 Annex A


@dataclass(frozen=True, slots=True)
class ItemCode:
    text: str
    kind: Kind
    basic: str
    body: str | None = None
    level: str | None = None
    serial: str | None = None

    def __str__(self) -> str:
        return self.text


def parse(code: str, *, scheme: Scheme = EXCHANGE, check_body: bool = True) -> ItemCode:
    """Read a code of any of the three kinds; its length says which.

    Args:
        check_body: Refuse a body whose credit code does not hold. Imports of old lists pass False and flag the row:
            three of four codes in a real district's list are older organisation codes.
    """
    value = text.compact(code)
    text.require_length(
        value,
        {scheme.basic, scheme.implementation, scheme.handling},
        "item_code",
        _(
            "事项编码应为 %(basic)s 位（基本）、%(implementation)s 位（实施）或 %(handling)s 位（业务办理项），"
            "现在是 %(n)s 位。请对照目录核对。"
        ),
        basic=scheme.basic,
        implementation=scheme.implementation,
        handling=scheme.handling,
    )
    text.require_alphabet(
        value,
        checks.ALPHANUMERIC,
        "item_code",
        _("事项编码第 %(position)s 位应为数字或大写字母，现在是“%(char)s”。请对照目录改正。"),
    )
    if len(value) == scheme.basic:
        return ItemCode(value, Kind.BASIC, basic=value)
    body, rest = value[: scheme.body], value[scheme.body :]
    level, rest = rest[: scheme.level], rest[scheme.level :]
    basic, serial = rest[: scheme.basic], rest[scheme.basic :]
    if check_body and not credit_code.is_valid(body):
        raise IdentifierError(
            "item_code.body",
            _("实施编码的前 %(n)s 位应是实施主体的统一社会信用代码，现在校验不对。请对照该单位的登记证书改正。"),
            position=1,
            n=scheme.body,
        )
    if scheme.level == 1 and level not in LEVELS:
        raise IdentifierError(
            "item_code.level",
            _("实施编码第 %(position)s 位是行使层级，应为 1 到 7。请对照目录改正。"),
            position=scheme.body + 1,
        )
    kind = Kind.HANDLING if serial else Kind.IMPLEMENTATION
    return ItemCode(value, kind, basic=basic, body=body, level=level, serial=serial or None)


def implementation(*, body: str, level: str, basic: str, scheme: Scheme = EXCHANGE) -> ItemCode:
    """The code of an item that `body` carries out at `level`."""
    code = parse(f"{body}{level}{basic}", scheme=scheme)
    if code.kind is not Kind.IMPLEMENTATION:
        raise ValueError(f"{body=} {level=} {basic=} do not make an implementation code")
    return code


def handling(item: ItemCode, serial: int, *, scheme: Scheme = EXCHANGE) -> ItemCode:
    """The code of the item's situation number `serial`."""
    code = parse(f"{item.text}{serial:0{scheme.serial}d}", scheme=scheme, check_body=False)
    if item.kind is not Kind.IMPLEMENTATION or code.kind is not Kind.HANDLING:
        raise ValueError(f"{item.text} with serial {serial} does not make a handling code")
    return code


is_valid = accepts(parse)


def mask(code: str) -> str:
    """A public code: shown whole."""
    return text.compact(code)
