"""Comparing answers (what changed since the correction) and forms (is this one a copy of that one)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yukuaiban import conditions
from yukuaiban.items.forms.definition import Form, FormField
from yukuaiban.items.forms.kinds import Kind, Label

_NOT_WORDS = re.compile(r"[\W_]+")
ALIKE = 0.75  # labels that share so much of their pairs of characters ask the same thing


def diff(form: Form, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Paths of answers that differ, in the order of the form: "home.detail", "children.1.name".

    A row that was added or removed is named as a whole, "children.2".
    """
    return [path for field in form.all_fields() for path in _changed(field, old.get(field.key), new.get(field.key))]


def _changed(field: FormField, old: Any, new: Any, path: str = "") -> Iterator[str]:
    here = f"{path}{field.key}"
    if old == new and type(old) is type(new):
        return
    if field.kind is Kind.REPEAT and _rows(old) and _rows(new):
        before, after = old or [], new or []
        for n in range(max(len(before), len(after))):
            if n >= len(before) or n >= len(after):
                yield f"{here}.{n}"
                continue
            for inner in field.fields:
                yield from _changed(inner, before[n].get(inner.key), after[n].get(inner.key), f"{here}.{n}.")
    elif field.inner and isinstance(old, dict) and isinstance(new, dict):
        for inner in field.inner:
            yield from _changed(inner, old.get(inner.key), new.get(inner.key), f"{here}.")
    else:
        yield here


def _rows(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(row, dict) for row in value))


@dataclass(frozen=True, slots=True)
class OwnParts:
    """What a form has that no other has."""

    fields: tuple[str, ...]  # dotted keys
    conditions: tuple[str, ...]  # as JSON, in the order of the form


def similarity(a: Form, b: Form) -> float:
    """How much two forms ask the same: 0 nothing, 1 everything. Fields that match, of both forms' fields (Dice)."""
    left, right = list(_questions(a)), list(_questions(b))
    unmatched = list(right)
    pairs = 0
    for question in left:
        twin = next((one for one in unmatched if question.asks_the_same_as(one)), None)
        if twin is not None:
            unmatched.remove(twin)
            pairs += 1
    return 2 * pairs / (len(left) + len(right))


def own_parts(form: Form, others: Iterable[Form]) -> OwnParts:
    """The fields and conditions that stand in none of the others."""
    return next(own_parts_of_each([form, *others]))


def own_parts_of_each(forms: Sequence[Form]) -> Iterator[OwnParts]:
    """Of each form, the fields and conditions that stand in none of the others; each form is read once."""
    asked: dict[Kind, list[tuple[int, _Question]]] = {}
    wanted: dict[str, set[int]] = {}
    for number, form in enumerate(forms):
        for question in _questions(form):
            asked.setdefault(question.kind, []).append((number, question))
        for condition in _conditions(form):
            wanted.setdefault(condition, set()).add(number)

    def is_own(number: int, question: _Question) -> bool:
        return not any(n != number and question.asks_the_same_as(other) for n, other in asked[question.kind])

    for number, form in enumerate(forms):
        yield OwnParts(
            fields=tuple(one.path for one in _questions(form) if is_own(number, one)),
            conditions=tuple(one for one in dict.fromkeys(_conditions(form)) if wanted[one] == {number}),
        )


@dataclass(frozen=True, slots=True)
class _Question:
    path: str
    kind: Kind
    label: str
    pairs: frozenset[str]
    options: frozenset[str]

    def asks_the_same_as(self, other: _Question) -> bool:
        """The same kind, and the same words or nearly so. A key alone proves nothing: `kind` is asked everywhere.

        Choices with other options are other questions, whatever their label: 办理情形 has to be asked of everybody.
        """
        if self.kind is not other.kind:
            return False
        if self.options and other.options and _overlap(self.options, other.options) < ALIKE:
            return False
        return self.label == other.label or _overlap(self.pairs, other.pairs) >= ALIKE


def _words(label: Label) -> str:
    """Chinese without punctuation and spaces."""
    return _NOT_WORDS.sub("", label.zh)


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0


def _questions(form: Form) -> Iterator[_Question]:
    for field in form.all_fields():
        yield from _question(field)


def _question(field: FormField, path: str = "") -> Iterator[_Question]:
    if field.kind is Kind.NOTE:
        return
    here = f"{path}{field.key}"
    label = _words(field.label)
    pairs = frozenset(label[n : n + 2] for n in range(len(label) - 1)) or frozenset({label})
    options = frozenset(_words(option.label) for option in field.options)
    yield _Question(here, field.kind, label, pairs, options)
    for inner in field.fields:  # of a repeat's row; the parts of a block are the same everywhere
        yield from _question(inner, f"{here}.")


def _conditions(form: Form) -> Iterator[str]:
    """Each condition with its fields named by their labels, so that a renamed key makes no new condition."""
    for group in form.groups:
        if group.condition is not None:
            yield _told(group.condition, form.by_key)
        for field in group.fields:
            if field.condition is not None:
                yield _told(field.condition, form.by_key)
            in_row = {inner.key: inner for inner in field.fields}
            for inner in field.fields:
                if inner.condition is not None:
                    yield _told(inner.condition, in_row)


def _told(condition: conditions.Condition, known: Mapping[str, FormField]) -> str:
    def named(node: Any) -> Any:
        if isinstance(node, dict) and "field" in node:
            first, _dot, rest = node["field"].partition(".")
            values: Sequence[Any] = node["value"] if isinstance(node["value"], list) else [node["value"]]
            options = {option.value: option.label.zh for option in known[first].options}
            return {
                **node,
                "field": f"{_words(known[first].label)}.{rest}",
                "value": [options.get(v, v) for v in values],
            }
        if isinstance(node, dict):
            return {key: named(value) for key, value in node.items()}
        return [named(one) for one in node] if isinstance(node, list) else node

    return json.dumps(named(condition.as_json()), ensure_ascii=False, sort_keys=True)
