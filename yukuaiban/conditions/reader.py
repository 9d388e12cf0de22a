"""Reading a condition against the facts of one subject: the answer, and why."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yukuaiban.conditions.tree import ORDERS, AllOf, AnyOf, Condition, Leaf, Not, Op, as_number, is_date, kind_of

Facts = Mapping[str, Any]
Label = Callable[[str], str]  # field path -> its name for people
Show = Callable[[str, Any], str]  # field path, value -> how people read the value

_COMPARE: dict[Op, Callable[[Any, Any], bool]] = {
    Op.LT: operator.lt,
    Op.LTE: operator.le,
    Op.GT: operator.gt,
    Op.GTE: operator.ge,
}


def lookup(facts: Facts, path: str) -> Any:
    """The fact at a dotted path; None where there is none. A date comes back as its text."""
    found: Any = facts
    for step in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    if isinstance(found, date) and not isinstance(found, datetime):
        return found.isoformat()
    if isinstance(found, float | Decimal) and kind_of(found) is None:
        return None
    return as_number(found) if isinstance(found, Decimal) else found


def evaluate(condition: Condition, facts: Facts) -> bool | None:
    """True, false, or None when the facts do not tell."""
    match condition:
        case Leaf():
            return _leaf(condition, lookup(facts, condition.field))
        case Not(part):
            return _negate(evaluate(part, facts))
        case AllOf(parts):
            return _all(evaluate(part, facts) for part in parts)
        case AnyOf(parts):
            return _any(evaluate(part, facts) for part in parts)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a condition is true, false or unknown.

    Attributes:
        joint: "all", "any", "not", or None for a leaf.
        text: A leaf: what is asked and what was found. A joint: how its parts are to be read.
        field, found: Of a leaf: the fact's path and value, None where it is missing.
    """

    result: bool | None
    joint: str | None
    text: str
    field: str | None = None
    found: Any = None
    parts: tuple[Explanation, ...] = ()

    def leaves(self) -> Iterator[Explanation]:
        """The leaves in the order written."""
        if self.joint is None:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def missing(self) -> list[str]:
        """Facts to ask for: leaves that are unknown, in a tree that is unknown."""
        return (
            []
            if self.result is not None
            else [leaf.field for leaf in self.leaves() if leaf.result is None and leaf.field]
        )

    def lines(self, depth: int = 0) -> Iterator[tuple[int, bool | None, str]]:
        """(indent, result, text) from top to bottom, for a page or a terminal."""
        yield depth, self.result, self.text
        for part in self.parts:
            yield from part.lines(depth + 1)


def explain(condition: Condition, facts: Facts, *, label: Label = str, show: Show | None = None) -> Explanation:
    """The answer of `evaluate`, leaf by leaf, in the active language.

    Args:
        label: Names a field for people.
        show: Prints a field's value for people: the label of an option, fen as yuan.
    """
    say = show or _plain
    match condition:
        case Leaf():
            found = lookup(facts, condition.field)
            asked = _sentence(condition, label, say)
            if condition.op is Op.EXISTS:
                text = asked
            elif found is None:
                text = _("%(asked)s；还不知道") % {"asked": asked}
            else:
                text = _("%(asked)s；现在是%(found)s") % {"asked": asked, "found": say(condition.field, found)}
            return Explanation(_leaf(condition, found), None, text, condition.field, found)
        case Not(part):
            below = explain(part, facts, label=label, show=show)
            return Explanation(_negate(below.result), "not", _("以下不成立"), parts=(below,))
        case AllOf(parts):
            read = tuple(explain(part, facts, label=label, show=show) for part in parts)
            return Explanation(_all(part.result for part in read), "all", _("以下都要成立"), parts=read)
        case AnyOf(parts):
            read = tuple(explain(part, facts, label=label, show=show) for part in parts)
            return Explanation(_any(part.result for part in read), "any", _("以下成立一项即可"), parts=read)


def describe(condition: Condition, *, label: Label = str, show: Show | None = None) -> str:
    """The condition as one sentence in the active language, without facts: for guides and published schemas."""
    say = show or _plain

    def inner(part: Condition) -> str:
        text = describe(part, label=label, show=show)
        return _("（%(text)s）") % {"text": text} if isinstance(part, AllOf | AnyOf) else text

    match condition:
        case Leaf():
            return _sentence(condition, label, say)
        case Not(part):
            return _("不满足%(text)s") % {"text": _("（%(text)s）") % {"text": describe(part, label=label, show=show)}}
        case AllOf(parts):
            return _("，并且").join(inner(part) for part in parts)
        case AnyOf(parts):
            return _("，或者").join(inner(part) for part in parts)


def _leaf(leaf: Leaf, fact: Any) -> bool | None:
    """The table of leaves in the package's docstring."""
    if leaf.op is Op.EXISTS:
        return (fact is not None) is leaf.value
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    wanted = "list" if leaf.op is Op.CONTAINS else kind_of(values[0])
    if fact is None or kind_of(fact) != wanted:
        return None
    match leaf.op:
        case Op.EQ:
            return bool(fact == leaf.value)
        case Op.NE:
            return bool(fact != leaf.value)
        case Op.IN:
            return fact in values
        case Op.NOT_IN:
            return fact not in values
        case Op.CONTAINS:
            return any(kind_of(one) == kind_of(leaf.value) and one == leaf.value for one in fact)
        case Op.STARTS_WITH:
            return bool(fact.startswith(values))
    if wanted == "text" and not is_date(fact):
        return None
    if leaf.op is Op.BETWEEN:
        low, high = values
        return bool(low <= fact <= high)
    return _COMPARE[leaf.op](fact, leaf.value)


def _negate(result: bool | None) -> bool | None:
    return None if result is None else not result


def _all(results: Iterator[bool | None]) -> bool | None:
    unknown = False
    for result in results:
        if result is False:
            return False
        unknown = unknown or result is None
    return None if unknown else True


def _any(results: Iterator[bool | None]) -> bool | None:
    unknown = False
    for result in results:
        if result is True:
            return True
        unknown = unknown or result is None
    return None if unknown else False


def _plain(_field: str, value: Any) -> str:
    if isinstance(value, bool):
        return pgettext("condition", "是") if value else pgettext("condition", "否")
    if kind_of(value) == "list":
        return pgettext("condition", "、").join(_plain(_field, one) for one in value)
    return str(value)


def _sentence(leaf: Leaf, label: Label, show: Show) -> str:
    """What one leaf asks for."""
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    shown = [show(leaf.field, value) for value in values]
    facts = {
        "field": label(leaf.field),
        "value": pgettext("condition", "、").join(shown),
        "low": shown[0],
        "high": shown[-1],
    }
    if leaf.op is Op.EXISTS:
        return (_("%(field)s已填写") if leaf.value else _("%(field)s没有填写")) % facts
    if leaf.op in ORDERS and is_date(leaf.value):
        sentence = {
            Op.LT: _("%(field)s早于%(value)s"),
            Op.LTE: _("%(field)s不晚于%(value)s"),
            Op.GT: _("%(field)s晚于%(value)s"),
            Op.GTE: _("%(field)s不早于%(value)s"),
        }[leaf.op]
        return sentence % facts
    sentence = {
        Op.EQ: pgettext("condition", "%(field)s是%(value)s"),
        Op.NE: pgettext("condition", "%(field)s不是%(value)s"),
        Op.IN: _("%(field)s是%(value)s之一"),
        Op.NOT_IN: _("%(field)s不是%(value)s中的任何一个"),
        Op.LT: _("%(field)s小于%(value)s"),
        Op.LTE: _("%(field)s不超过%(value)s"),
        Op.GT: _("%(field)s大于%(value)s"),
        Op.GTE: _("%(field)s不小于%(value)s"),
        Op.BETWEEN: _("%(field)s在%(low)s到%(high)s之间"),
        Op.CONTAINS: _("%(field)s包含%(value)s"),
        Op.STARTS_WITH: _("%(field)s以%(value)s开头"),
    }[leaf.op]
    return sentence % facts
