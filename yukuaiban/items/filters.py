"""What narrows a search of the directory, and the search itself: the portal and the API ask here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace

from yukuaiban.items import selectors
from yukuaiban.items.index import Entry, Found
from yukuaiban.places import selectors as places
from yukuaiban.places.selectors import Place


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search; empty means all."""

    theme: str = ""
    event: str = ""
    department: str = ""
    audience: str = ""
    item_type: str = ""
    online: bool = False
    division: str = ""

    def keep(self, rows: Iterable[Entry]) -> list[Entry]:
        done_there = selectors.offered_in(self.division) if self.division else frozenset()
        return [
            e
            for e in rows
            if (not self.theme or self.theme in e.themes)
            and (not self.event or self.event in e.life_events)
            and (not self.department or self.department == e.department_kind)
            and (not self.audience or self.audience in e.audience or "both" in e.audience)
            and (not self.item_type or self.item_type == e.item_type)
            and (not self.online or e.online)
            and (not self.division or e.code in done_there)
        ]

    @property
    def any(self) -> bool:
        return any(astuple(self))


def find(text: str, filters: Filters) -> tuple[Found, Sequence[Entry]]:
    """What was found for the words, and of that what the filters keep, best first.

    Without either it is the whole directory: what can be done here first. Words that name a district (渝中区居住证)
    and find nothing as they stand are searched without it, there.
    """
    found = selectors.catalogue().search(text)
    if (found.near or found.corrected) and (named := _place_in(text)):
        place, rest = named
        there = selectors.catalogue().search(rest)
        if there.rows and not there.near and filters.division in {"", place.code}:
            return _there(replace(there, division=place.code), rest, filters)
    rows = filters.keep(found.rows)
    if not text.strip() and not filters.any:
        rows.sort(key=_online_first)
    return found, rows


def _there(found: Found, rest: str, filters: Filters) -> tuple[Found, Sequence[Entry]]:
    """What is done in the place that was named, and what the city does for everybody when something was asked for."""
    assert found.division is not None
    done = selectors.offered_in(found.division)
    if rest.strip():
        done |= selectors.offered_in(places.city().code)
    rows = [entry for entry in replace(filters, division="").keep(found.rows) if entry.code in done]
    if not rest.strip():
        rows.sort(key=_online_first)
    return found, rows


def _online_first(entry: Entry) -> tuple[bool, str]:
    return not entry.online, entry.code


def _place_in(text: str) -> tuple[Place, str] | None:
    """A district that the words name, in full or without 区 or 县, and the words without it."""
    for place in places.current_districts():
        for name in (place.name_zh, re.sub("(?<=..)[区县]$", "", place.name_zh)):
            if name in text:
                return place, text.replace(name, " ", 1)
    return None
