"""One page of a list, newest first, by keyset: it is never counted and has no page numbers."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def newest(rows: QuerySet[M], *, after: int | None, size: int) -> tuple[list[M], int | None]:
    """The page that begins after the row with the number `after`, and what opens the next one (None at the end)."""
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return _cut(list(rows.order_by("-pk")[: size + 1]), size)


def oldest(rows: QuerySet[M], *, after: int | None, size: int) -> tuple[list[M], int | None]:
    """The same in the order in which the rows were written."""
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return _cut(list(rows.order_by("pk")[: size + 1]), size)


def _cut(found: list[M], size: int) -> tuple[list[M], int | None]:
    return found[:size], found[size - 1].pk if len(found) > size else None


def number_in(text: str | None) -> int | None:
    """A row's number as it stands in an address or a field, `after` mostly; None for what is no number (`²` is none)."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
