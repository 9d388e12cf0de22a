"""Choosing a division level by level. Forms know no table of divisions: whoever calls them passes a resolver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from yukuaiban.identifiers import IdentifierError, division
from yukuaiban.identifiers.division import Level

DEPTHS = {"county": Level.COUNTY, "town": Level.TOWN, "village": Level.VILLAGE}
MOST_LEVELS = 4


class Place(Protocol):
    """A division as a resolver gives it."""

    @property
    def code(self) -> str: ...

    def name(self, locale: str = "zh") -> str: ...


class DivisionResolver(Protocol):
    """What forms ask about divisions; `places.selectors.DIVISIONS` answers."""

    def children(self, code: str | None = None) -> Sequence[Place]:
        """The divisions right below one as they stand today; below None: where choosing begins."""
        ...

    def path(self, code: str) -> Sequence[Place]:
        """From the top down to a division; empty when there is none of that code."""
        ...

    def full_name(self, code: str, locale: str = "zh") -> str:
        """As it stands in an address; the bare code when it is unknown."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    message: str
    is_unfinished: bool


def problem_of(code: str, depth: str, divisions: DivisionResolver) -> Problem | None:
    """What is wrong with a chosen division, or None. Where nothing lies deeper, less deep is deep enough."""
    path = divisions.path(code)
    if not path:
        return Problem(_("没有这个行政区划，可能已经调整。请从列表中重新选择。"), is_unfinished=False)
    if not is_deep_enough(code, depth) and divisions.children(code):
        return Problem(_("请继续选择，直到最后一级。"), is_unfinished=True)
    return None


def is_deep_enough(code: str, depth: str) -> bool:
    """Whether a code names a division of the depth or deeper."""
    try:
        level = division.parse(code).level
    except IdentifierError:
        return False
    levels = list(Level)
    return levels.index(level) >= levels.index(DEPTHS[depth])


@dataclass(frozen=True, slots=True)
class Choice:
    """One list to choose from, with what is chosen in it."""

    options: tuple[tuple[str, str], ...]  # (code, name)
    chosen: str


def levels(code: str, depth: str, divisions: DivisionResolver, locale: str) -> list[Choice]:
    """The lists to show for a chosen code: one for each level above it, and the next one if it is not deep enough.

    A level with a single division (the city itself) is not asked.
    """
    chosen = [place.code for place in divisions.path(code)] if code else []
    lists: list[Choice] = []
    above: str | None = None
    for _level in range(MOST_LEVELS + 1):
        if above is not None and is_deep_enough(above, depth):
            break
        below = divisions.children(above)
        if not below:
            break
        if len(below) == 1 and above is None:
            above = below[0].code
            continue
        here = next((place.code for place in below if place.code in chosen), "")
        lists.append(Choice(tuple((place.code, place.name(locale)) for place in below), here))
        if not here:
            break
        above = here
    return lists
