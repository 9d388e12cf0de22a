"""办件编号 our case number: twelve characters that say nothing, such as K7MQ-3RTX-9WHD.

Drawn from the system's randomness, so that no counter is locked when thousands file at once and nobody learns from
one number how many there are or what the next is. The last character is the check character of ISO 7064 MOD 37,36.
Only characters that survive handwriting and a telephone are used: no B I L O S U V Z. One that is typed all the same
is read as its look-alike (O as 0, I and L as 1, S as 5, Z as 2, B as 8). The first is a letter, so that no spreadsheet
takes it for a number. 18 × 28^10, about 5 × 10^15 numbers: who draws one still asks the database's unique index.

The national number (31 + date + serial) is given later, by the exchange.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import checks, text
from yukuaiban.identifiers.errors import IdentifierError, accepts

LETTERS = "ACDEFGHJKMNPQRTWXY"
ALPHABET = "0123456789" + LETTERS
LENGTH = 12
_READ_AS = str.maketrans("OILSZB", "011528")


@dataclass(frozen=True, slots=True)
class CaseNumber:
    text: str  # without dashes, as stored

    def __str__(self) -> str:
        return self.text

    @property
    def grouped(self) -> str:
        """As printed and read aloud: K7MQ-3RTX-9WHD."""
        return "-".join(self.text[n : n + 4] for n in range(0, LENGTH, 4))


def new() -> str:
    """A new number as stored. One whose check character is not in our alphabet (one in four) is thrown away."""
    while True:
        body = secrets.choice(LETTERS) + "".join(secrets.choice(ALPHABET) for _n in range(LENGTH - 2))
        check = checks.mod_37_36(body)
        if check in ALPHABET:
            return body + check


def parse(number: str) -> CaseNumber:
    value = text.compact(number).translate(_READ_AS)
    text.require_length(
        value, {LENGTH}, "case_number", _("办件编号应为 12 位字母和数字，现在是 %(n)s 位。请对照回执改正。")
    )
    text.require_alphabet(
        value, ALPHABET, "case_number", _("办件编号里不会出现“%(char)s”（第 %(position)s 位）。请对照回执改正。")
    )
    if value[0] not in LETTERS:
        raise IdentifierError("case_number.first", _("办件编号以字母开头。请对照回执改正。"), position=1)
    if checks.mod_37_36(value[:-1]) != value[-1]:
        raise IdentifierError(
            "case_number.check", _("没有这样的办件编号，至少有一位写错了。请对照回执逐位核对。"), position=LENGTH
        )
    return CaseNumber(value)


is_valid = accepts(parse)


def mask(number: str) -> str:
    """The last group stays: it is enough to find one's own again."""
    return text.cover(text.compact(number).translate(_READ_AS), head=0, tail=4)
