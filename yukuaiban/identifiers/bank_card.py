"""银行卡号 bank card numbers: 12 to 19 digits with the Luhn digit of ISO/IEC 7812-1.

Passbook and company account numbers follow no common scheme; a form asks for those as text.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import checks, text
from yukuaiban.identifiers.errors import IdentifierError, accepts


@dataclass(frozen=True, slots=True)
class BankCard:
    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def grouped(self) -> str:
        """In fours, as cards print it."""
        return " ".join(self.text[n : n + 4] for n in range(0, len(self.text), 4))


def parse(number: str) -> BankCard:
    value = text.compact(number)
    text.require_length(
        value, range(12, 20), "bank_card", _("银行卡号应为 12 到 19 位数字，现在是 %(n)s 位。请对照卡面核对。")
    )
    text.require_alphabet(
        value, text.DIGITS, "bank_card", _("银行卡号第 %(position)s 位应为数字，现在是“%(char)s”。请对照卡面改正。")
    )
    if checks.luhn(value[:-1]) != value[-1] or not value.strip("0"):
        raise IdentifierError(
            "bank_card.check",
            _("银行卡号校验不对，至少有一位写错了。请对照卡面逐位核对；存折账号请填在账号栏。"),
            position=len(value),
        )
    return BankCard(value)


is_valid = accepts(parse)


def mask(number: str) -> str:
    """The last four only."""
    return text.cover(text.compact(number), head=0, tail=4)
