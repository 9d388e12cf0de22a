"""An HTML form that came back: flat names of text to nested answers of the right types.

    person.name, person.document.kind, children.0.name, home.level2, ...

Buttons that only draw the screen again have names of their own:

    _redraw              something was chosen on which other questions hang
    _add=children        one more row
    _remove=children.1   without that row
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from yukuaiban.identifiers import text
from yukuaiban.items.forms.definition import Form, FormField
from yukuaiban.items.forms.divisions import MOST_LEVELS, DivisionResolver
from yukuaiban.items.forms.kinds import Kind
from yukuaiban.items.forms.schema import MOST_ROWS

ADD, REMOVE, REDRAW = "_add", "_remove", "_redraw"

_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?", re.ASCII)
_AMOUNT = re.compile(r"[¥￥]?\s*([+-]?)(\d{1,15})(?:\.(\d{1,2}))?\s*元?", re.ASCII)
_YES_NO = {"yes": True, "no": False}


class Posted(Protocol):
    """Django's QueryDict, as far as it is needed."""

    def get(self, name: str) -> Any: ...

    def getlist(self, name: str) -> list[Any]: ...

    def __contains__(self, name: object) -> bool: ...

    def __iter__(self) -> Any: ...


def read_post(
    form: Form, posted: Posted, group: str | None = None, *, divisions: DivisionResolver | None = None
) -> dict[str, Any]:
    """What was typed, one entry for each field of the screen (None: nothing), so that `merged` can lay it over a draft.

    Text that is no number where one is asked stays text, for `clean` to speak about. Buttons for rows have had their
    effect.

    Args:
        group: The screen that was sent; all of them by default.
        divisions: Tells whether a chosen town lies in the chosen district; without it their codes tell.
    """
    fields = form.group(group).fields if group else form.all_fields()
    reader = _Reader(posted, divisions)
    return {field.key: reader.field(field, field.key) for field in fields if field.kind is not Kind.NOTE}


def merged(answers: Mapping[str, Any], posted: Mapping[str, Any]) -> dict[str, Any]:
    """A draft with a screen laid over it; what the screen left empty is gone."""
    whole = {**answers, **posted}
    return {key: value for key, value in whole.items() if value not in (None, "", [], {})}


def wants_redraw(posted: Posted) -> bool:
    """Whether the person pressed a button that only draws the screen again: save, but do not go on or complain."""
    return any(name in posted for name in (ADD, REMOVE, REDRAW))


class _Reader:
    def __init__(self, posted: Posted, divisions: DivisionResolver | None) -> None:
        self.posted = posted
        self.divisions = divisions
        self.names = [str(name) for name in posted]

    def field(self, field: FormField, name: str) -> Any:
        match field.kind:
            case Kind.REPEAT:
                return self._rows(field, name)
            case Kind.CHOICES:
                return [str(value) for value in self.posted.getlist(name)]
            case Kind.DIVISION:
                return self._division(name)
            case Kind.ADDRESS:
                # The lists of a division stand one level up: home.level1, home.detail.
                return self._filled({"division": self._division(name), "detail": self._text(f"{name}.detail")})
        if field.inner:
            return self._filled({part.key: self.field(part, f"{name}.{part.key}") for part in field.inner})
        value = self._text(name)
        match field.kind:
            case Kind.NUMBER:
                return as_number(value)
            case Kind.MONEY:
                return as_fen(value)
            case Kind.YES_NO:
                return _YES_NO.get(value, value) if value else None
        return value

    def _text(self, name: str) -> str | None:
        value = self.posted.get(name)
        return value if isinstance(value, str) and value else None

    @staticmethod
    def _filled(parts: dict[str, Any]) -> dict[str, Any] | None:
        found = {key: value for key, value in parts.items() if value is not None}
        return found or None

    def _rows(self, field: FormField, name: str) -> list[dict[str, Any]]:
        numbers = sorted(self._numbers(name))[: (field.max or MOST_ROWS) + 1]
        removed = self._text(REMOVE)
        rows = [
            {
                inner.key: value
                for inner in field.fields
                if (value := self.field(inner, f"{name}.{n}.{inner.key}")) not in (None, [])
            }
            for n in numbers
            if removed != f"{name}.{n}"
        ]
        return [*rows, {}] if self._text(ADD) == name else rows

    def _numbers(self, name: str) -> Iterable[int]:
        """Rows that were sent: each has a hidden field of its own name, so that an empty one is a row too."""
        found = re.compile(rf"{re.escape(name)}\.(\d{{1,3}})(\.|$)", re.ASCII)
        return {int(match[1]) for sent in self.names if (match := found.match(sent))}

    def _division(self, name: str) -> str | None:
        """The deepest level chosen that lies in the one before it: the district may have changed under the town."""
        chosen = self._text(f"{name}.division") or self._text(name)
        for n in range(1, MOST_LEVELS + 1):
            level = self._text(f"{name}.level{n}")
            if level is None or (n > 1 and not self._lies_in(level, chosen or "")):
                break
            chosen = level
        return chosen

    def _lies_in(self, code: str, above: str) -> bool:
        if self.divisions is not None:
            return any(place.code == above for place in self.divisions.path(code)[:-1])
        return code.startswith(above.rstrip("0"))


def as_number(value: str | None) -> int | float | str | None:
    """1,200 and １２００ as a number; what is none stays text."""
    if value is None:
        return None
    bare = text.half_width(value).replace(",", "").replace(" ", "")
    if not _NUMBER.fullmatch(bare):
        return value
    return float(bare) if "." in bare else int(bare)


def as_fen(value: str | None) -> int | str | None:
    """Yuan as typed (1200, ¥1,200.5, 1200.50元) as fen, without a float between; what is no amount stays text."""
    if value is None:
        return None
    found = _AMOUNT.fullmatch(text.half_width(value).replace(",", ""))
    if not found:
        return value
    sign, yuan, fen = found.groups()
    return (-1 if sign == "-" else 1) * (int(yuan) * 100 + int((fen or "").ljust(2, "0")))
