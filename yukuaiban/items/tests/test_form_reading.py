"""An HTML form that came back."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from yukuaiban.items.forms import clean, merged, read_post, wants_redraw
from yukuaiban.items.forms.reading import as_fen, as_number
from yukuaiban.items.tests.forms_samples import FORM, GOOD, TODAY, Divisions


def posted(*pairs: tuple[str, str]) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, value in pairs:
        found.appendlist(name, value)
    return found


WHO = [
    ("applicant.name", "𠮷小明"),
    ("applicant.document.kind", "resident_id"),
    ("applicant.document.number", "11010519491231002X"),
    ("applicant.phone", "13812345678"),
    ("born_on", "1949-12-31"),
    ("email", ""),
    ("home.level1", "500112"),
    ("home.level2", "500112001"),
    ("home.detail", "龙山一路1号"),
    ("has_children", "yes"),
    ("children.0", ""),
    ("children.0.name", "张三"),
    ("children.0.at_school", "yes"),
    ("children.0.school", "一中"),
    ("children.1", ""),
    ("children.1.name", "张四"),
    ("children.1.at_school", "no"),
]


class TestNames:
    def test_flat_names_become_nested_answers(self) -> None:
        answers = read_post(FORM, posted(*WHO), "who")
        expected = {key: GOOD[key] for key in ("applicant", "home", "has_children", "children")}
        assert answers == expected | {
            "applicant": GOOD["applicant"] | {"phone": "13812345678"},
            "born_on": "1949-12-31",
            "email": None,
        }

    def test_several_choices(self) -> None:
        answers = read_post(FORM, posted(("reasons", "lost"), ("reasons", "old"), ("kind", "first")), "what")
        assert answers["reasons"] == ["lost", "old"]
        assert set(answers) == {"kind", "number", "reasons", "story"}

    def test_unknown_names_are_nothing(self) -> None:
        answers = read_post(FORM, posted(("kind", "first"), ("state", "granted"), ("applicant.x", "1")))
        assert merged({}, answers) == {"kind": "first"}

    def test_a_screen_laid_over_a_draft_takes_away_what_was_emptied(self) -> None:
        draft = {"kind": "first", "reasons": ["lost"], "email": "a@example.com"}
        answers = read_post(FORM, posted(("kind", "again"), ("number", "")), "what")
        assert merged(draft, answers) == {"kind": "again", "email": "a@example.com"}

    def test_all_screens_at_once(self) -> None:
        pairs = [("kind", "first"), *WHO, ("income", "1,234.5"), ("share", "12.50"), ("card", "6222021234567890128")]
        cleaned = clean(FORM, merged({}, read_post(FORM, posted(*pairs))), today=TODAY)
        assert cleaned.errors == {}
        assert cleaned.answers == GOOD


class TestRows:
    def names(self, *more: tuple[str, str]) -> list[Any]:
        rows = read_post(FORM, posted(*WHO, *more), "who")["children"]
        return [row.get("name") for row in rows]

    def test_add(self) -> None:
        assert self.names(("_add", "children")) == ["张三", "张四", None]
        assert wants_redraw(posted(("_add", "children")))

    def test_remove(self) -> None:
        assert self.names(("_remove", "children.0")) == ["张四"]
        assert self.names(("_remove", "children.7")) == ["张三", "张四"]

    def test_an_empty_row_is_a_row(self) -> None:
        assert read_post(FORM, posted(("children.0", ""), ("children.1", "")), "who")["children"] == [{}, {}]

    def test_numbers_may_have_gaps_and_no_end(self) -> None:
        rows = [(f"children.{n}.name", str(n)) for n in (900, 3, 77777, 5, 4, 6)]
        assert [row["name"] for row in read_post(FORM, posted(*rows), "who")["children"]] == ["3", "4", "5", "6"]

    def test_an_ordinary_post_goes_on(self) -> None:
        assert not wants_redraw(posted(*WHO))


class TestDivisions:
    @pytest.mark.parametrize("divisions", [None, Divisions()])
    @pytest.mark.parametrize(
        ("levels", "code"),
        [
            (["500112", "500112002"], "500112002"),
            (["500112", ""], "500112"),
            (["500103", "500112002"], "500103"),  # the district was changed under the town
            (["", "500112002"], None),
        ],
    )
    def test_the_deepest_that_lies_in_the_one_before(
        self, divisions: Divisions | None, levels: list[str], code: str | None
    ) -> None:
        pairs = [(f"home.level{n}", value) for n, value in enumerate(levels, start=1)]
        home = read_post(FORM, posted(*pairs, ("home.detail", "x")), "who", divisions=divisions)["home"]
        assert home.get("division") == code


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("0.07", 7),
        ("¥1,200.50", 120050),
        ("１２００元", 120000),
        ("-3.2", -320),
        ("1234567890123.45", 123456789012345),
        ("12.345", "12.345"),
        ("一百", "一百"),
        ("", ""),
        (None, None),
    ],
)
def test_yuan_become_fen_without_a_float_between(typed: str | None, fen: int | str | None) -> None:
    assert as_fen(typed) == fen


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), ("12.50", 12.5), ("1,200", 1200), ("１２", 12), ("+3", 3), ("-3", -3), ("1e5", "1e5"), ("x", "x")],
)
def test_numbers(typed: str, number: float | str) -> None:
    assert as_number(typed) == number


@given(
    st.lists(st.tuples(st.sampled_from([name for name, _value in WHO] + ["_add", "_remove", "x"]), st.text(max_size=9)))
)
def test_whatever_is_posted_can_be_cleaned(pairs: list[tuple[str, str]]) -> None:
    answers = merged({}, read_post(FORM, posted(*pairs)))
    assert clean(FORM, answers, today=TODAY).errors
