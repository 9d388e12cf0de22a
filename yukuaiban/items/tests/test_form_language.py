"""What a form may say, and what is said to who writes one."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from pydantic import ValidationError

from yukuaiban import conditions
from yukuaiban.items.forms import Form, Kind, Option, json_schema, problems_of, resolve
from yukuaiban.items.tests.forms_samples import EVERYTHING, FORM, TODAY, form_of

LABEL = {"zh": "问题", "en": "Question"}


def field(**more: Any) -> dict[str, Any]:
    return {"key": "a", "kind": "text", "label": LABEL, **more}


def form(*fields: dict[str, Any], **group: Any) -> Form:
    return Form.model_validate({"groups": [{"key": "g", "title": LABEL, "fields": list(fields), **group}]})


class TestErrorsTeach:
    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ([field(labell=LABEL)], "Extra inputs"),
            ([field(), field()], "field a stands twice"),
            ([field(kind="choice")], "names options"),
            ([field(options=[{"value": "x", "label": LABEL}])], "options means nothing on text"),
            ([field(min=3)], "min means nothing on text; it belongs to choices, money, number, repeat"),
            ([field(kind="number", min=3, max=2)], "min 3 is above max 2"),
            ([field(pattern="[0-9]")], "pattern needs pattern_hint"),
            ([field(pattern="[0-9", pattern_hint=LABEL)], "not a regular expression"),
            ([field(pattern="(?=a)b", pattern_hint=LABEL)], "looks ahead"),
            ([field(kind="date", not_after="tomorrow")], "today-18y"),
            ([field(kind="repeat")], "a repeat has fields"),
            ([field(kind="repeat", fields=[field(kind="repeat", fields=[field()])])], "a row holds no repeat"),
            ([field(kind="person", parts=["credit_code"])], "a person has no part credit_code"),
            ([field(when={"field": "b", "op": "exists"}), field(key="b")], "b, which comes later"),
            ([field(when={"field": "a", "op": "exists"})], "a, which comes later"),
            ([field(when={"field": "z", "op": "exists"})], "no field has that key"),
            ([field(kind="yes_no"), field(key="b", when={"field": "a", "op": "eq", "value": "yes"})], "never be true"),
            ([field(kind="number"), field(key="b", when={"field": "a", "op": "eq", "value": "1"})], "never be true"),
            ([field(kind="person"), field(key="b", when={"field": "a.age", "op": "exists"})], "which is no answer"),
            ([field(when={"field": "z", "op": "like", "value": 1})], "like"),
        ],
    )
    def test_what_and_where(self, fields: list[dict[str, Any]], says: str) -> None:
        with pytest.raises(ValidationError) as caught:
            form(*fields)
        assert says in str(caught.value)

    def test_a_slip_in_an_option_is_found(self) -> None:
        options = [{"value": "rent", "label": LABEL}]
        with pytest.raises(ValidationError, match="'rented' can never be true"):
            form(
                field(kind="choice", options=options),
                field(key="b", when={"field": "a", "op": "eq", "value": "rented"}),
            )

    def test_inside_a_row_a_condition_stays_in_the_row(self) -> None:
        rows = field(key="rows", kind="repeat", fields=[field(key="b", when={"field": "a", "op": "exists"})])
        with pytest.raises(ValidationError, match="fields of the same row"):
            form(field(), rows)

    def test_a_material_may_ask_only_for_what_the_form_asks(self) -> None:
        good = conditions.parse({"field": "applicant.document.kind", "op": "eq", "value": "passport"})
        assert problems_of(FORM, good) == []
        wrong = conditions.parse(
            {"any": [{"field": "kind", "op": "eq", "value": "third"}, {"field": "x", "op": "exists"}]}
        )
        assert len(problems_of(FORM, wrong)) == 2


class TestCodeSets:
    def test_options_come_in_before_use_and_stay_with_the_version(self) -> None:
        written = form(field(kind="choice", options_from="education"))
        with pytest.raises(ValueError, match="education was not resolved"):
            json_schema(written)
        options = [Option.model_validate({"value": "1", "label": LABEL})]
        ready = resolve(written, lambda name: options if name == "education" else [])
        assert json_schema(ready)["properties"]["a"]["enum"] == ["1"]
        assert resolve(ready, lambda _name: []) == ready
        assert ready.digest != written.digest


class TestSchema:
    def test_is_valid_json_schema_2020_12(self) -> None:
        for locale in ("zh", "en"):
            jsonschema_rs.Draft202012Validator(jsonschema_rs.meta and json_schema(FORM, locale))
            assert jsonschema_rs.meta.is_valid(json_schema(FORM, locale))

    def test_speaks_the_language_asked_for(self) -> None:
        assert json_schema(FORM, "en")["properties"]["home"]["title"] == "Address"
        assert json_schema(FORM, "zh")["x-ykb-groups"][1]["title"] == "申请人"
        assert json_schema(FORM, "en")["properties"]["kind"]["x-ykb-options"][1] == {
            "value": "again",
            "label": "Replacement",
        }

    def test_a_condition_becomes_if_and_then(self) -> None:
        number = next(one for one in json_schema(FORM)["allOf"] if "number" in one["else"]["properties"])
        assert number == {
            "if": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"type": "string", "const": "again"}},
            },
            "then": {"required": ["number"]},
            "else": {"properties": {"number": False}},
        }

    def test_today_is_told_without_a_day_and_decided_with_one(self) -> None:
        assert json_schema(FORM)["properties"]["born_on"]["x-ykb-not-after"] == "today-18y"
        patterns = json_schema(FORM, today=TODAY)["properties"]["born_on"]["allOf"]
        assert any("2008-03-0[01]" in one["pattern"] or "2008-03-02" in one["pattern"] for one in patterns)

    def test_the_same_form_has_the_same_digest(self) -> None:
        assert form_of(EVERYTHING).digest == FORM.digest
        assert form_of(EVERYTHING.replace("首次", "初次")).digest != FORM.digest

    def test_every_kind_is_in_the_sample(self) -> None:
        """So that what is proved of the sample is proved of every kind."""

        def kinds(fields: Any) -> set[Kind]:
            return {kind for one in fields for kind in ({one.kind} | kinds(one.inner))}

        assert kinds(FORM.all_fields()) == set(Kind)
