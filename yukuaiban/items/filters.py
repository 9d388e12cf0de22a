"""What narrows a search of the directory, and the search itself: the portal and the API ask here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from yukuaiban.items import selectors
from yukuaiban.items.index import Entry, Found


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search; empty means all."""

    theme: str = ""
    event: str = ""
    department: str = ""
    audience: str = ""
    item_type: str = ""
    online: bool = False

    def keep(self, rows: Iterable[Entry]) -> list[Entry]:
        return [
            e
            for e in rows
            if (not self.theme or self.theme in e.themes)
            and (not self.event or self.event in e.life_events)
            and (not self.department or self.department == e.department_kind)
            and (not self.audience or self.audience in e.audience or "both" in e.audience)
            and (not self.item_type or self.item_type == e.item_type)
            and (not self.online or e.online)
        ]

    @property
    def any(self) -> bool:
        return any(astuple(self))


def find(text: str, filters: Filters) -> tuple[Found, Sequence[Entry]]:
    """What was found for the words, and of that what the filters keep, best first.

    Without either it is the whole directory: what can be done here first.
    """
    found = selectors.catalogue().search(text)
    rows = filters.keep(found.rows)
    if not text.strip() and not filters.any:
        rows.sort(key=lambda e: (not e.online, e.code))
    return found, rows
