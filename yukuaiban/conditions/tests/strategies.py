"""Trees and facts, small enough that they meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

PATHS = ["a", "b", "c.d", "c.e"]
numbers = st.integers(-3, 3) | st.sampled_from([0.5, 1.0, -2.5])
texts = st.sampled_from(["", "x", "xy", "y", "x.", "500112", "500112001", "2024-02-29", "2024-02-30"])
dates = st.dates().map(lambda day: day.isoformat()) | st.sampled_from(["2024-02-28", "2024-02-29", "2024-03-01"])
scalars = st.booleans() | numbers | texts | dates


def _list(of: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(of, min_size=1, max_size=3)


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    op = draw(
        st.sampled_from(
            ["eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte", "between", "contains", "starts_with", "exists"]
        )
    )
    if op in {"eq", "ne", "contains"}:
        value = draw(scalars)
    elif op in {"in", "not_in"}:
        value = draw(_list(numbers) | _list(texts | dates) | _list(st.booleans()))
    elif op == "between":
        value = sorted(draw(st.tuples(numbers, numbers) | st.tuples(dates, dates)))
    elif op == "starts_with":
        prefix = texts.filter(bool)
        value = draw(prefix | _list(prefix))
    elif op == "exists":
        value = draw(st.booleans())
    else:
        value = draw(numbers | dates)
    return {"field": draw(st.sampled_from(PATHS)), "op": op, "value": value}


trees = st.recursive(
    leaves(),
    lambda below: st.one_of(
        st.fixed_dictionaries({"all": st.lists(below, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(below, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": below}),
    ),
    max_leaves=8,
)

values = scalars | st.none() | st.lists(scalars, max_size=3) | st.just({"deeper": 1})
facts = st.fixed_dictionaries(
    {},
    optional={"a": values, "b": values, "c": st.fixed_dictionaries({}, optional={"d": values, "e": values}) | values},
)
