"""A condition as JSON Schema 2020-12: the document is valid exactly when the condition is true of it.

A schema knows valid and invalid, not unknown. So two schemas are compiled side by side, one that holds when the
condition is true and one that holds when it is false; `not` takes the other one. Formats must be asserted.
"""

from __future__ import annotations

from typing import Any

from yukuaiban.conditions.tree import AllOf, AnyOf, Condition, Leaf, Not, Op, is_date, kind_of

Schema = dict[str, Any]

_TYPES = {"boolean": "boolean", "number": "number", "text": "string", "list": "array"}
_ESCAPED = frozenset(r"\^$.|?*+()[]{}")
NOTHING = "a^"  # a pattern that no text matches


def to_json_schema(condition: Condition, *, holds: bool = True) -> Schema:
    """The schema of documents of which the condition is true; with `holds=False`, of which it is false."""
    match condition:
        case Leaf():
            return _leaf(condition, holds)
        case Not(part):
            return to_json_schema(part, holds=not holds)
        case AllOf(parts) | AnyOf(parts):
            together = isinstance(condition, AllOf) is holds
            return {"allOf" if together else "anyOf": [to_json_schema(part, holds=holds) for part in parts]}


def date_pattern(*, after: str | None = None, before: str | None = None, included: bool = True) -> str:
    """A pattern for dates after or before one, which JSON Schema cannot compare.

    Args:
        after, before: One of the two, YYYY-MM-DD.
        included: Whether the date itself matches.
    """
    edge = after or before
    if edge is None or (after and before):
        raise ValueError("name either after or before")
    ways = [edge] if included else []
    for n, char in enumerate(edge):
        digits = "" if char == "-" else "0123456789"[int(char) + 1 :] if after else "0123456789"[: int(char)]
        if digits:
            rest = "".join("-" if later == "-" else "[0-9]" for later in edge[n + 1 :])
            ways.append(f"{edge[:n]}[{digits}]{rest}")
    return f"^({'|'.join(ways)})$" if ways else NOTHING


def _leaf(leaf: Leaf, holds: bool) -> Schema:
    if leaf.op is Op.EXISTS:
        there = _at(leaf.field, {"not": {"type": "null"}})
        return there if leaf.value is holds else {"not": there}
    values = list(leaf.value) if isinstance(leaf.value, tuple) else [leaf.value]
    kind = "list" if leaf.op is Op.CONTAINS else kind_of(values[0])
    of_kind: Schema = {"type": _TYPES[str(kind)]}
    if leaf.op not in {Op.EQ, Op.NE, Op.IN, Op.NOT_IN, Op.CONTAINS, Op.STARTS_WITH} and is_date(values[0]):
        of_kind["format"] = "date"
    asked, wanted = _asked(leaf, values)
    return _at(leaf.field, of_kind | (asked if wanted is holds else {"not": asked}))


def _asked(leaf: Leaf, values: list[Any]) -> tuple[Schema, bool]:
    """The keyword for an op, and whether it states the op or its opposite."""
    first, last = values[0], values[-1]
    dated = is_date(first)
    match leaf.op:
        case Op.EQ | Op.NE:
            return {"const": first}, leaf.op is Op.EQ
        case Op.IN | Op.NOT_IN:
            return {"enum": values}, leaf.op is Op.IN
        case Op.CONTAINS:
            return {"contains": {"const": first}}, True
        case Op.STARTS_WITH:
            return {"pattern": f"^({'|'.join(_escape(value) for value in values)})"}, True
        case Op.LT:
            return (
                {"pattern": date_pattern(before=first, included=False)} if dated else {"exclusiveMaximum": first}
            ), True
        case Op.LTE:
            return ({"pattern": date_pattern(before=first)} if dated else {"maximum": first}), True
        case Op.GT:
            return (
                {"pattern": date_pattern(after=first, included=False)} if dated else {"exclusiveMinimum": first}
            ), True
        case Op.GTE:
            return ({"pattern": date_pattern(after=first)} if dated else {"minimum": first}), True
        case _:  # BETWEEN
            if not dated:
                return {"minimum": first, "maximum": last}, True
            return {"allOf": [{"pattern": date_pattern(after=first)}, {"pattern": date_pattern(before=last)}]}, True


def _at(path: str, schema: Schema) -> Schema:
    """`schema` for the value at a dotted path, which must be there."""
    for step in reversed(path.split(".")):
        schema = {"type": "object", "required": [step], "properties": {step: schema}}
    return schema


def _escape(text: str) -> str:
    return "".join(f"\\{char}" if char in _ESCAPED else char for char in text)
