"""Conditions as data: who is eligible, which question is asked, which material is needed.

    {field: applicant.age, op: gte, value: 60}
    {all: [...]}   {any: [...]}   {not: ...}

One form everywhere, and three values: true, false, unknown (None). There is more than one reader (this one explains
one subject; a columnar one reads millions), so the meaning is fixed here, not by what Python happens to do.

Facts. A fact is found by its dotted path through nested mappings; lists are not stepped into. A path that leads
nowhere, or to null, or through something that is no mapping, is *missing*. A fact is one of
    boolean   true, false; never a number
    number    int, float, Decimal; NaN and infinities are missing
    text      a string, compared code point by code point, exactly; the empty string is a text like any other
    date      is a text of the form YYYY-MM-DD that names a day; a Python date counts as that text
    list      a list, tuple or set of booleans, numbers and texts
Anything else (an instant, a mapping) is there for `exists` and is nothing to any other op.
Nothing is coerced: "5" is not 5, true is not 1, 5 is 5.0.

Leaves. The value's type says which type of fact the op understands. Missing, or of another type: unknown.
    eq, ne             value: boolean, number or text.      fact of the same type
    in, not_in         value: list of one such type.        fact of that type
    lt, lte, gt, gte   value: number, or date.              fact: number, or date
    between            value: [low, high], both included.   fact: number, or date
    contains           value: boolean, number or text.      fact: list; members of another type differ from the value
    starts_with        value: text or list of texts.        fact: text (division and industry codes)
    exists             value: true (may be left out) or false.  Never unknown: whether the fact is there.
An order between texts that are not dates is an error when the condition is read, as is a list of mixed types.
Money is a number of fen.

Trees, after Kleene.  all: false if any part is false, else unknown if any is unknown, else true.
    any: true if any part is true, else unknown if any is unknown, else false.   not: swaps true and false.
Empty `all` and `any` are errors. A caller that must decide says what unknown means to it: a form hides, an
eligibility check asks.
"""

from yukuaiban.conditions.reader import Explanation, describe, evaluate, explain, lookup
from yukuaiban.conditions.schema import to_json_schema
from yukuaiban.conditions.tree import (
    AllOf,
    AnyOf,
    Condition,
    ConditionError,
    Leaf,
    Not,
    Op,
    fields,
    is_date,
    leaves,
    parse,
)

__all__ = [
    "AllOf",
    "AnyOf",
    "Condition",
    "ConditionError",
    "Explanation",
    "Leaf",
    "Not",
    "Op",
    "describe",
    "evaluate",
    "explain",
    "fields",
    "is_date",
    "leaves",
    "lookup",
    "parse",
    "to_json_schema",
]
