"""Where the head of a subject's chain stands: each domain registers the table that holds its subjects."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadTable:
    """A table with the columns id (the subject), seq and head (hash of the last event)."""

    name: str
    table: str


HEADS: list[HeadTable] = []


def register(name: str, table: str) -> None:
    """Called from an AppConfig; the same table twice is one."""
    entry = HeadTable(name, table)
    if entry not in HEADS:
        HEADS.append(entry)
