"""One error for all identifiers: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from django.utils.functional import Promise

P = ParamSpec("P")


class IdentifierError(ValueError):
    """The text is not what it is meant to be.

    Never carries the text itself: it may be somebody's number, and errors reach logs.

    Args:
        code: For programs, stable: "<scheme>.<what>", such as "resident_id.check".
        message: For people, translated when shown; may hold %(names)s of `facts`.
        position: Which character, counted from 1 in the normal form, where one is to blame.
        facts: What the message names.
    """

    def __init__(self, code: str, message: str | Promise, *, position: int | None = None, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.position = position
        self._message = message
        self._facts = facts | {"position": position}

    @property
    def message(self) -> str:
        return str(self._message) % self._facts

    def __str__(self) -> str:
        return self.message


def accepts(parse: Callable[P, object]) -> Callable[P, bool]:
    """The same question as `parse` asks, answered with a bool."""

    def is_valid(*args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            parse(*args, **kwargs)
        except IdentifierError:
            return False
        return True

    is_valid.__doc__ = f"Whether `{parse.__module__}.parse` takes it."
    return is_valid
