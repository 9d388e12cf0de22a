"""A case by number and code, without log-in: one rule for the page and for programs."""

from __future__ import annotations

from yukuaiban.cases import selectors
from yukuaiban.cases.models import Case
from yukuaiban.people import limits

WRONG, SECONDS = 30, 600


def case_look_up(*, number: str, code: str, asker: str) -> Case:
    """The case, for who has its number and the look-up code of its receipt.

    Wrong ones are counted per asker: one code in 30^8 fits a number, and nobody may try them out. A right one does not
    count, so that the many who share an address (a hall, a mobile network) do not stand in each other's way.

    Args:
        asker: The network address the question comes from (`limits.asker`).

    Raises: NotFound, which never says whether number or code was wrong; TooOften.
    """
    limits.consume("track", asker, at_most=WRONG, seconds=SECONDS)
    case = selectors.case_by_code(number, code)
    limits.give_back("track", asker)
    return case
