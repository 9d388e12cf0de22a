"""查验码 verification codes: sixteen characters that say nothing, printed beside the QR code of a document.

Like our case numbers (`identifiers.case_number`): the same 28 characters that survive handwriting and a telephone, and
a check character at the end. 28^15 of them, so that none is found by trying.
"""

from __future__ import annotations

import secrets

from yukuaiban.identifiers import checks, text
from yukuaiban.identifiers.case_number import ALPHABET

LENGTH = 16
_READ_AS = str.maketrans("OILSZB", "011528")


def new_code() -> str:
    """A new code, without dashes, as stored."""
    while True:
        body = "".join(secrets.choice(ALPHABET) for _n in range(LENGTH - 1))
        check = checks.mod_37_36(body)
        if check in ALPHABET:
            return body + check


def grouped(code: str) -> str:
    """As printed: 7K3M-Q9TX-2WHD-R5NA."""
    return "-".join(code[n : n + 4] for n in range(0, LENGTH, 4))


def read(typed: str) -> str | None:
    """The code that somebody typed, in small letters or with dashes and look-alikes; None when it cannot be one."""
    code = text.compact(typed).translate(_READ_AS)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET) or checks.mod_37_36(code[:-1]) != code[-1]:
        return None
    return code
