"""What is drawn on a screen."""

from __future__ import annotations

from typing import Any

from yukuaiban.items.forms import Form, clean, screen
from yukuaiban.items.forms.screens import Control, id_of
from yukuaiban.items.tests.forms_samples import FORM, GOOD, TODAY, Divisions

LABEL = {"zh": "问题", "en": "Question"}


def controls(group: str, answers: dict[str, Any], **more: Any) -> dict[str, Control]:
    drawn = screen(FORM, group, answers, today=TODAY, locale="zh", **more)
    return {leaf.name: leaf for control in drawn.controls for leaf in control.leaves()}


class TestWhatIsDrawn:
    def test_only_what_shows(self) -> None:
        assert set(controls("what", {})) == {"hello", "kind", "reasons"}
        assert set(controls("what", {"kind": "again", "reasons": ["lost"]})) == {
            "hello",
            "kind",
            "number",
            "reasons",
            "story",
        }

    def test_which_screen_of_how_many(self) -> None:
        drawn = screen(FORM, "who", {"kind": "again"}, today=TODAY, locale="en")
        assert (drawn.title, drawn.number, drawn.total) == ("Applicant", 2, 2)
        assert screen(FORM, "who", GOOD, today=TODAY).total == 3

    def test_answers_stand_in_the_controls_as_people_write_them(self) -> None:
        work, who = controls("work", GOOD), controls("who", GOOD, divisions=Divisions())
        assert work["income"].value == "1234.50"
        assert who["applicant.phone"].value == "138 1234 5678"
        assert [choice.value for choice in who["home.level2"].choices if choice.chosen] == ["500112001"]
        assert who["born_on"].max == "2008-03-02"
        assert who["children.1.name"].value == "张四"

    def test_a_draft_with_nonsense_in_it_can_be_drawn(self) -> None:
        for nonsense in (None, True, 5, 1.5, "x", [1], [{}], {"x": 1}):
            for group in ("what", "who", "work"):
                screen(FORM, group, dict.fromkeys(FORM.by_key, nonsense) | {"kind": "first"}, today=TODAY)

    def test_only_answers_on_which_something_hangs_draw_again(self) -> None:
        what, who = controls("what", GOOD), controls("who", GOOD, divisions=Divisions())
        assert [name for name, one in what.items() if one.redraws] == ["kind", "reasons"]
        assert {name for name, one in who.items() if one.redraws} == {
            "home.level1",
            "has_children",
            "children.0.at_school",
            "children.1.at_school",
        }

    def test_rows_may_be_added_up_to_the_most_and_removed_down_to_the_least(self) -> None:
        def rows(*children: dict[str, Any]) -> Control:
            drawn = screen(FORM, "who", GOOD | {"children": list(children)}, today=TODAY)
            return next(one for one in drawn.controls if one.name == "children")

        assert (rows({}).may_add, rows({}).may_remove) == (True, False)
        assert (rows({}, {}, {}).may_add, rows({}, {}, {}).may_remove) == (False, True)
        assert len(rows().rows) == 1


class TestCorrection:
    def test_only_the_named_fields_are_open(self) -> None:
        drawn = screen(FORM, "who", GOOD, today=TODAY, open_fields={"home"}, divisions=Divisions(), locale="zh")
        states = {control.name: control.draw for control in drawn.controls}
        assert states == {
            "applicant": "locked",
            "born_on": "locked",
            "email": "locked",
            "home": "block",
            "has_children": "locked",
            "children": "locked",
        }
        assert drawn.controls[1].value == "1949年12月31日"
        assert not any(
            leaf.redraws for control in drawn.controls if control.draw == "locked" for leaf in control.leaves()
        )


def test_a_single_kind_of_document_is_not_asked() -> None:
    field = {"key": "card", "kind": "identity_document", "label": LABEL, "documents": ["resident_id"]}
    form = Form.model_validate({"groups": [{"key": "g", "title": LABEL, "fields": [field]}]})
    (block,) = screen(form, "g", {}, today=TODAY, locale="zh").controls
    kind, number = block.controls
    assert (kind.draw, kind.value) == ("hidden", "resident_id")
    assert (number.draw, number.label) == ("input", "居民身份证号码")
    assert clean(form, {"card": {"kind": "resident_id"}}, today=TODAY).answers == {}


def test_help_and_error_are_what_describes_a_control() -> None:
    control = Control("input", "a.b_c", id_of("a.b_c"), "A", help="x", error="y", unit="z")
    assert control.described_by == "f-a-b-c-help f-a-b-c-unit f-a-b-c-error"
    assert Control("input", "a", "f-a", "A").described_by is None
