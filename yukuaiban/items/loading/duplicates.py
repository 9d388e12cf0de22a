"""Refuse an item that is another one with a new title: each asks, wants and decides something of its own.

Counting forms is easy to cheat by copying one; a resident would be asked for things his matter does not need
(行政许可法 第三十一条: no material unrelated to what is applied for).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from yukuaiban.items.forms import own_parts_of_each
from yukuaiban.items.loading.pack import WorkedOut
from yukuaiban.items.loading.problems import Problem
from yukuaiban.items.schema import ItemContent

OWN_FIELDS, OWN_MATERIALS, OWN_CONDITIONS = 5, 3, 1
ALIKE = 0.75  # titles that share so much of their pairs of characters name the same thing

_NOT_WORDS = re.compile(r"[\W_]+")


def too_alike(items: Sequence[WorkedOut]) -> Iterator[Problem]:
    """What each item lacks that should be its own."""
    yield from chain.from_iterable(_lacking(items))


def too_alike_one(item: WorkedOut, others: Iterable[WorkedOut]) -> list[Problem]:
    """What one item lacks beside the others."""
    return next(_lacking([item, *others]))


def _lacking(items: Sequence[WorkedOut]) -> Iterator[list[Problem]]:
    """Of each item, in order, worked out when it is asked for."""
    owns = own_parts_of_each([item.content.form for item in items])
    titles = [[_pairs(slot.title.zh) for slot in item.content.materials] for item in items]
    conditions = [set(_other_conditions(item.content)) for item in items]
    for n, (item, own) in enumerate(zip(items, owns, strict=True)):
        problems = []
        if len(own.fields) < OWN_FIELDS:
            problems.append(_lacks(item, ("form",), len(own.fields), OWN_FIELDS, "fields", "asks"))
        others = {pairs for m, found in enumerate(titles) if m != n for pairs in found}
        materials = sum(1 for pairs in titles[n] if not any(_same(pairs, other) for other in others))
        if materials < OWN_MATERIALS:
            problems.append(_lacks(item, ("materials",), materials, OWN_MATERIALS, "materials", "wants"))
        elsewhere = {condition for m, found in enumerate(conditions) if m != n for condition in found}
        if len(own.conditions) + len(conditions[n] - elsewhere) < OWN_CONDITIONS:
            problems.append(_lacks(item, ("form",), 0, OWN_CONDITIONS, "condition", "has"))
        yield problems


def _lacks(item: WorkedOut, path: tuple[str | int, ...], found: int, least: int, what: str, verb: str) -> Problem:
    return item.problem(path, f"{found} {what} of its own", f"at least {least} that no other item {verb}")


def _pairs(title: str) -> frozenset[str]:
    word = _NOT_WORDS.sub("", title)
    return frozenset(word[n : n + 2] for n in range(len(word) - 1)) or frozenset({word})


def _same(a: frozenset[str], b: frozenset[str]) -> bool:
    return 2 * len(a & b) >= ALIKE * (len(a) + len(b))


def _other_conditions(content: ItemContent) -> Iterable[str]:
    """The conditions outside the form: of materials, situations and requirements."""
    trees = [slot.when for slot in content.materials]
    trees += [situation.when for situation in content.situations]
    trees += [requirement.check for requirement in content.requirements]
    return (json.dumps(tree, ensure_ascii=False, sort_keys=True) for tree in trees if tree is not None)
