"""What a condition means, row by row, and that every reader of it agrees."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from yukuaiban.conditions import ConditionError, describe, evaluate, explain, fields, lookup, parse, to_json_schema
from yukuaiban.conditions.schema import date_pattern
from yukuaiban.conditions.tests import strategies

MISSING = object()


def leaf(op: str, value: Any, fact: Any) -> bool | None:
    return evaluate(parse({"field": "f", "op": op, "value": value}), {} if fact is MISSING else {"f": fact})


class TestLeaves:
    @pytest.mark.parametrize(
        ("op", "value", "fact", "result"),
        [
            ("eq", "home", "home", True),
            ("eq", "home", "Home", False),
            ("eq", 5, 5.0, True),
            ("eq", 5, Decimal("5.00"), True),
            ("eq", 5, "5", None),
            ("eq", 1, True, None),
            ("eq", True, True, True),
            ("eq", True, 1, None),
            ("eq", "", "", True),
            ("eq", "x", MISSING, None),
            ("eq", "x", None, None),
            ("eq", "x", ["x"], None),
            ("eq", "2024-02-29", date(2024, 2, 29), True),
            ("ne", "x", "y", True),
            ("ne", "x", MISSING, None),
            ("in", ["a", "b"], "b", True),
            ("in", ["a", "b"], "c", False),
            ("in", [1, 2], "1", None),
            ("not_in", ["a", "b"], "c", True),
            ("not_in", ["a", "b"], MISSING, None),
            ("lt", 60, 59.9, True),
            ("lt", 60, 60, False),
            ("lte", 60, 60, True),
            ("gt", 60, 60, False),
            ("gte", 60, 60, True),
            ("gte", 60, "61", None),
            ("gte", 60, float("nan"), None),
            ("gte", 60, float("inf"), None),
            ("gte", 60, 10**400, True),
            ("gte", "2024-02-29", "2024-03-01", True),
            ("gte", "2024-02-29", "2024-02-30", None),
            ("gte", "2024-02-29", "tomorrow", None),
            ("gte", "2024-02-29", datetime(2024, 3, 1, tzinfo=UTC), None),
            ("lt", "2024-02-29", date(2023, 12, 31), True),
            ("between", [18, 60], 18, True),
            ("between", [18, 60], 60, True),
            ("between", [18, 60], 61, False),
            ("between", ["2024-01-01", "2024-12-31"], "2024-06-01", True),
            ("contains", "rent", ["own", "rent"], True),
            ("contains", "rent", [], False),
            ("contains", 1, [True], False),
            ("contains", "rent", "rent", None),
            ("contains", "rent", MISSING, None),
            ("starts_with", "500112", "500112001", True),
            ("starts_with", ["500112", "500113"], "500113", True),
            ("starts_with", "500112", "500113", False),
            ("starts_with", "5", 5, None),
            ("exists", True, "", True),
            ("exists", True, [], True),
            ("exists", True, {"x": 1}, True),
            ("exists", True, None, False),
            ("exists", True, MISSING, False),
            ("exists", False, MISSING, True),
        ],
    )
    def test_table(self, op: str, value: Any, fact: Any, result: bool | None) -> None:
        assert leaf(op, value, fact) is result

    def test_paths_go_through_mappings_only(self) -> None:
        facts = {"a": {"b": {"c": 1}}, "rows": [{"c": 1}], "text": "x", "on": date(2024, 1, 1)}
        assert lookup(facts, "a.b.c") == 1
        assert lookup(facts, "rows.c") is None
        assert lookup(facts, "text.c") is None
        assert lookup(facts, "a.x.c") is None
        assert lookup(facts, "on") == "2024-01-01"

    def test_exists_needs_no_value(self) -> None:
        assert parse({"field": "f", "op": "exists"}).as_json() == {"field": "f", "op": "exists", "value": True}


class TestTrees:
    """Kleene's three values: rows are the left part, columns the right, in the order true, unknown, false."""

    VALUES = (True, None, False)

    @staticmethod
    def both(joint: str, left: bool | None, right: bool | None) -> bool | None:
        parts = [{"field": name, "op": "eq", "value": True} for name in ("left", "right")]
        return evaluate(parse({joint: parts}), {"left": left, "right": right})

    def test_all(self) -> None:
        table = [[self.both("all", left, right) for right in self.VALUES] for left in self.VALUES]
        assert table == [[True, None, False], [None, None, False], [False, False, False]]

    def test_any(self) -> None:
        table = [[self.both("any", left, right) for right in self.VALUES] for left in self.VALUES]
        assert table == [[True, True, True], [True, None, None], [True, None, False]]

    def test_not(self) -> None:
        condition = parse({"not": {"field": "f", "op": "eq", "value": True}})
        assert [evaluate(condition, {"f": value}) for value in self.VALUES] == [False, None, True]

    @given(strategies.trees, strategies.facts)
    def test_de_morgan(self, tree: dict[str, Any], facts: dict[str, Any]) -> None:
        outside = {"not": {"all": [tree, {"field": "a", "op": "exists"}]}}
        inside = {"any": [{"not": tree}, {"not": {"field": "a", "op": "exists"}}]}
        assert evaluate(parse(outside), facts) is evaluate(parse(inside), facts)


class TestReadersAgree:
    @given(strategies.trees, strategies.facts)
    def test_explain_gives_the_answer_of_evaluate(self, tree: dict[str, Any], facts: dict[str, Any]) -> None:
        condition = parse(tree)
        explanation = explain(condition, facts)
        assert explanation.result is evaluate(condition, facts)
        assert {one.field for one in explanation.leaves()} == fields(condition)
        if explanation.result is None:
            assert explanation.missing()

    @settings(max_examples=400)
    @given(strategies.trees, strategies.facts)
    def test_the_schema_holds_exactly_when_the_condition_is_true(
        self, tree: dict[str, Any], facts: dict[str, Any]
    ) -> None:
        condition = parse(tree)
        result = evaluate(condition, facts)
        for holds in (True, False):
            schema = {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **to_json_schema(condition, holds=holds),
            }
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            assert validator.is_valid(facts) is (result is holds)

    @given(strategies.trees)
    def test_json_goes_round(self, tree: dict[str, Any]) -> None:
        condition = parse(tree)
        assert parse(condition.as_json()) == condition
        assert parse(condition) is condition

    @given(st.dates(), st.dates(), st.booleans())
    def test_date_patterns(self, edge: date, day: date, included: bool) -> None:
        def matches(pattern: str) -> bool:
            return jsonschema_rs.Draft202012Validator({"pattern": pattern}).is_valid(day.isoformat())

        later, earlier = (day >= edge, day <= edge) if included else (day > edge, day < edge)
        assert matches(date_pattern(after=edge.isoformat(), included=included)) is later
        assert matches(date_pattern(before=edge.isoformat(), included=included)) is earlier


class TestErrorsTeach:
    @pytest.mark.parametrize(
        ("source", "path", "says"),
        [
            ("x", "", "field、op、value"),
            ({"field": "a", "op": "like", "value": 1}, "op", "没有“'like'”"),
            ({"field": "a", "op": "gtee", "value": 1}, "op", "是不是想写 gte"),
            ({"field": "a", "op": "eq"}, "", "exists"),
            ({"op": "eq", "value": 1}, "", "缺少 field"),
            ({"field": "a", "op": "eq", "value": 1, "valu": 2}, "", "不认识 valu"),
            ({"field": "A b", "op": "eq", "value": 1}, "field", "小写字母"),
            ({"all": []}, "all", "至少一个"),
            ({"all": [{"field": "a", "op": "exists"}], "op": "eq"}, "", "旁边不能再有 op"),
            ({"any": [{"not": {"all": ["x"]}}]}, "any[0].not.all[0]", "应是一个条件"),
            ({"field": "a", "op": "lt", "value": "ten"}, "value", "只有数和日期"),
            ({"field": "a", "op": "in", "value": "x"}, "value", "一列值"),
            ({"field": "a", "op": "in", "value": ["x", 1]}, "value", "同一种"),
            ({"field": "a", "op": "in", "value": [True, 1]}, "value", "同一种"),
            ({"field": "a", "op": "between", "value": [1]}, "value", "两个值"),
            ({"field": "a", "op": "between", "value": [2, 1]}, "value", "不能大于"),
            ({"field": "a", "op": "starts_with", "value": [""]}, "value", "不能是空的"),
            ({"field": "a", "op": "exists", "value": "yes"}, "value", "true 或 false"),
            ({"field": "a", "op": "eq", "value": {"x": 1}}, "value", "应是文字"),
        ],
    )
    def test_what_and_where(self, source: Any, path: str, says: str) -> None:
        with pytest.raises(ConditionError) as caught:
            parse(source)
        assert caught.value.path == path
        assert says in caught.value.message
        with translation.override("en"):
            assert caught.value.message.isascii() or "“" in caught.value.message

    def test_a_tree_without_end_is_refused(self) -> None:
        deep: dict[str, Any] = {"field": "a", "op": "exists"}
        for _n in range(20):
            deep = {"not": deep}
        with pytest.raises(ConditionError, match="16"):
            parse(deep)
        with pytest.raises(ConditionError, match="500"):
            parse({"all": [{"field": "a", "op": "exists"}] * 501})


class TestForPeople:
    CONDITION = parse(
        {
            "all": [
                {"field": "age", "op": "gte", "value": 60},
                {"any": [{"field": "home", "op": "starts_with", "value": "500112"}, {"field": "card", "op": "exists"}]},
                {"not": {"field": "since", "op": "gt", "value": "2024-01-01"}},
            ]
        }
    )
    LABELS = {"age": ("年龄", "Age"), "home": ("住址", "Address"), "card": ("卡", "Card"), "since": ("起始日", "Start")}

    def test_leaf_by_leaf_with_the_fact_found(self) -> None:
        explanation = explain(
            self.CONDITION, {"age": 58, "since": "2023-05-01"}, label=lambda field: self.LABELS[field][0]
        )
        assert list(explanation.lines()) == [
            (0, False, "以下都要成立"),
            (1, False, "年龄不小于60；现在是58"),
            (1, None, "以下成立一项即可"),
            (2, None, "住址以500112开头；还不知道"),
            (2, False, "卡已填写"),
            (1, True, "以下不成立"),
            (2, False, "起始日晚于2024-01-01；现在是2023-05-01"),
        ]

    def test_in_english(self) -> None:
        with translation.override("en"):
            sentence = describe(self.CONDITION, label=lambda field: self.LABELS[field][1])
        assert sentence == (
            "Age is at least 60, and (Address begins with 500112, or Card is given), "
            "and not (Start is after 2024-01-01)"
        )

    def test_values_are_shown_as_people_read_them(self) -> None:
        condition = parse({"field": "kind", "op": "in", "value": ["rent", "own"]})
        words = {"rent": "租赁", "own": "自有"}
        assert (
            describe(condition, label=lambda _f: "住所", show=lambda _f, value: words[value]) == "住所是租赁、自有之一"
        )
        assert describe(parse({"field": "ok", "op": "eq", "value": True})) == "ok是是"

    def test_what_is_missing_can_be_asked_for(self) -> None:
        assert explain(self.CONDITION, {"age": 61, "since": "2023-05-01"}).missing() == ["home"]
