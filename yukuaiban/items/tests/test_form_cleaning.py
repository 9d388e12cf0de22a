"""From what was sent to what may be filed."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yukuaiban.items.forms import Form, clean, json_schema, prefill
from yukuaiban.items.forms.cleaning import is_shown
from yukuaiban.items.forms.days import bound
from yukuaiban.items.forms.schema import FORMATS
from yukuaiban.items.tests import forms_samples as samples
from yukuaiban.items.tests.forms_samples import FORM, GOOD, TODAY, Divisions


def published(form: Form) -> jsonschema_rs.Draft202012Validator:
    """A validator as another program would make it from the published schema and our formats."""
    schema = json.loads(json.dumps(json_schema(form, "en", today=TODAY)))
    return jsonschema_rs.Draft202012Validator(schema, formats=dict(FORMATS), validate_formats=True)


PUBLISHED = published(FORM)


def changed(**more: Any) -> dict[str, Any]:
    answers = copy.deepcopy(GOOD)
    for path, value in more.items():
        *steps, last = path.split("__")
        place: Any = answers
        for step in steps:
            place = place[int(step) if step.isdigit() else step]
        place[int(last) if last.isdigit() else last] = value
    return answers


def errors(answers: dict[str, Any], **more: Any) -> dict[str, str]:
    return clean(FORM, answers, today=TODAY, **more).errors


class TestGoodAnswers:
    def test_are_taken_as_they_are(self) -> None:
        cleaned = clean(FORM, GOOD, today=TODAY)
        assert cleaned.is_valid
        assert cleaned.answers == GOOD
        assert cleaned.dropped == ()
        assert cleaned.groups == ("what", "who", "work")
        assert PUBLISHED.is_valid(GOOD)

    @pytest.mark.parametrize(
        ("path", "typed", "kept"),
        [
            ("applicant__name", " 𠮷　小明 ", "𠮷小明"),
            ("applicant__document__number", "110105 19491231 002x", "11010519491231002X"),
            ("applicant__phone", "１３８ １２３４ ５６７８", "+8613812345678"),
            ("born_on", "1949年12月31日", "1949-12-31"),
            ("home__detail", "龙山一路１号（二单元）", "龙山一路1号（二单元）"),
            ("card", "6222 0212 3456 7890 128", "6222021234567890128"),
            ("share", 12.0, 12),
            ("home__division", "500112001000", "500112001"),
        ],
    )
    def test_are_brought_to_one_form(self, path: str, typed: Any, kept: Any) -> None:
        cleaned = clean(FORM, changed(**{path: typed}), today=TODAY)
        assert cleaned.errors == {}
        assert cleaned.answers == changed(**{path: kept})


class TestHidden:
    def test_is_dropped_and_never_filed(self) -> None:
        cleaned = clean(FORM, changed(number="1234", children__1__school="二中", unasked=1), today=TODAY)
        assert cleaned.answers == GOOD
        assert set(cleaned.dropped) == {"number", "children.1.school", "unasked"}

    def test_what_hangs_on_the_hidden_is_hidden_too(self) -> None:
        """The card hangs on the income, the income on the group, the group on the kind."""
        cleaned = clean(FORM, changed(kind="again", number="1234"), today=TODAY)
        assert cleaned.errors == {}
        assert cleaned.groups == ("what", "who")
        assert {"income", "share", "card"} <= set(cleaned.dropped)

    def test_unknown_counts_as_hidden(self) -> None:
        answers = changed(plan="x")
        del answers["kind"]
        cleaned = clean(FORM, answers, today=TODAY)
        assert list(cleaned.errors) == ["kind"]
        assert "income" in cleaned.dropped


class TestErrors:
    @pytest.mark.parametrize(
        ("path", "typed", "where", "says"),
        [
            ("kind", "third", "kind", "列出的选项"),
            ("applicant__name", "张3", "applicant.name", "“3”"),
            ("applicant__document__number", "110105194912310020", "applicant.document.number", "校验位"),
            ("applicant__document__number", "110105491231002", "applicant.document.number", "15 位"),
            ("applicant__document__kind", "passport", "applicant.document.number", "护照"),
            ("applicant__phone", "12345", "applicant.phone", "不是一个可用的电话号码"),
            ("born_on", "2008-03-03", "born_on", "不能晚于 2008-03-02"),
            ("born_on", "1008-03-03", "born_on", "1800 到 2199"),
            ("born_on", "2024-02-30", "born_on", "不是一个日期"),
            ("born_on", 19491231, "born_on", "不是一个日期"),
            ("email", "a@", "email", "@ 前后"),
            ("home__division", "5001", "home.division", "6 位、9 位或 12 位"),
            ("home__detail", "长" * 201, "home.detail", "最多 200 个字，现在是 201 个"),
            ("reasons", ["torn", "old", "lost"], "reasons", "最多选 2 项"),
            ("income", "很多", "income", "单位是元"),
            ("income", -1, "income", "不能小于 0 元"),
            ("income", 10000001, "income", "不能大于 100000 元"),
            ("share", 100.5, "share", "不能大于 100 成"),
            ("share", 12.345, "share", "最多 2 位小数"),
            ("since", "2024-13", "since", "年-月"),
            ("card", "6222021234567890129", "card", "校验不对"),
            ("has_children", "maybe", "has_children", "列出的选项"),
            ("children", [{}] * 2, "children", "至少一行"),
            ("children", [{"name": "张三", "at_school": False}] * 4, "children", "最多填 3 行"),
            ("children__0__school", "", "children.0.school", "子女 1 · 学校"),
            ("employer", {"name": "某公司"}, "employer.credit_code", "单位 · 统一社会信用代码"),
            ("home", "重庆", "home", "不能识别"),
            ("children", [{"name": {"x": 1}, "at_school": False}], "children.0.name", "不能识别"),
            ("income", float("nan"), "income", "不能识别"),
            ("income", 10**40, "income", "不能识别"),
        ],
    )
    def test_say_what_where_and_what_to_do(self, path: str, typed: Any, where: str, says: str) -> None:
        found = errors(changed(**{path: typed}))
        assert next(iter(found)) == where
        assert says in found[where]

    def test_speak_the_persons_language(self) -> None:
        assert errors({"kind": "third"}, locale="en")["kind"] == "Choose “Kind of application” from the options listed."
        assert errors(changed(number=1, kind="again"), locale="en")["number"].endswith("Fill it in again.")
        hint = errors(changed(number="12", kind="again"), locale="en")["number"]
        assert hint == "“Old number” is not in the right form. It should be: four digits."

    def test_come_in_the_order_of_the_form(self) -> None:
        found = list(errors({"children": [{}, {"name": "张3"}], "has_children": True, "kind": "first"}))
        expected = ["applicant", "born_on", "home", "children.0.name", "children.0.at_school", "income", "share"]
        assert found == expected

    def test_no_error_repeats_what_was_typed_of_a_number(self) -> None:
        found = errors(changed(applicant__document__number="110105194912310020", card="6222021234567890129"))
        assert not any("1101051949" in message or "622202" in message for message in found.values())


class TestDraft:
    def test_what_is_missing_is_no_error_yet(self) -> None:
        assert clean(FORM, {}, complete=False, today=TODAY).errors == {}
        assert clean(FORM, {"applicant": {"name": "张三"}}, complete=False, today=TODAY).errors == {}

    def test_what_is_there_is_checked(self) -> None:
        assert list(clean(FORM, {"born_on": "x"}, complete=False, today=TODAY).errors) == ["born_on"]

    def test_a_row_just_added_stays_until_filing(self) -> None:
        answers = changed(children=[{}, {"name": "张三", "at_school": False}])
        assert len(clean(FORM, answers, complete=False, today=TODAY).answers["children"]) == 2
        assert len(clean(FORM, answers, today=TODAY).answers["children"]) == 1


class TestDivisions:
    def test_a_code_that_is_none_is_told(self) -> None:
        found = errors(changed(home__division="500999001"), divisions=Divisions())
        assert "没有这个行政区划" in found["home.division"]

    def test_as_deep_as_there_is(self) -> None:
        assert "继续选择" in errors(changed(home__division="500112"), divisions=Divisions())["home.division"]
        assert errors(changed(home__division="500103"), divisions=Divisions()) == {}
        draft = clean(FORM, changed(home__division="500112"), complete=False, divisions=Divisions(), today=TODAY)
        assert draft.errors == {}


class TestPrefill:
    def test_fills_what_is_known_and_not_yet_answered(self) -> None:
        known = {"applicant": GOOD["applicant"], "birth_on": date(1949, 12, 31)}
        filled = prefill(FORM, known, {"applicant": {"name": "张三"}})
        assert filled.answers == {"applicant": {"name": "张三"}, "born_on": "1949-12-31"}
        assert filled.origins == {"born_on": "birth_on"}
        assert prefill(FORM, {"applicant": "张三"}).answers == {}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2028, 2, 29)),
        ("today-18y", date(2010, 2, 28)),
        ("today+1m", date(2028, 3, 29)),
        ("today-12m", date(2027, 2, 28)),
        ("today+30d", date(2028, 3, 30)),
        ("2024-01-01", date(2024, 1, 1)),
    ],
)
def test_bounds_are_seen_from_today(text: str, day: date) -> None:
    assert bound(text, date(2028, 2, 29)) == day


class TestForEveryAnswer:
    """Whatever comes in: of the sample form, which has every kind, and of forms nobody has thought of."""

    @settings(max_examples=200)
    @given(samples.answers())
    def test_of_the_sample_form(self, answers: dict[str, Any]) -> None:
        self.check(FORM, PUBLISHED, answers)

    @settings(max_examples=150)
    @given(samples.answers(), st.sets(st.sampled_from(list(FORM.by_key)), max_size=2))
    def test_of_good_answers_with_something_changed(self, answers: dict[str, Any], keys: set[str]) -> None:
        self.check(FORM, PUBLISHED, GOOD | {key: answers[key] for key in keys & set(answers)})

    @settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(st.data())
    def test_of_any_form(self, data: st.DataObject) -> None:
        form = data.draw(samples.forms())
        validator = published(form)
        for _n in range(3):
            self.check(form, validator, data.draw(samples.answers(form)))

    @staticmethod
    def check(form: Form, validator: jsonschema_rs.Draft202012Validator, answers: dict[str, Any]) -> None:
        for complete in (True, False):
            cleaned = clean(form, answers, complete=complete, today=TODAY)
            again = clean(form, cleaned.answers, complete=complete, today=TODAY)
            assert again.answers == cleaned.answers, "cleaning twice is cleaning once"
            assert again.dropped == ()
            for key in cleaned.answers:
                assert is_shown(form, form.by_key[key], cleaned.answers), "nothing hidden remains"
            json.dumps(cleaned.answers, allow_nan=False, ensure_ascii=False).encode()  # can be stored
            assert "\\u0000" not in json.dumps(cleaned.answers), "PostgreSQL refuses it"
        whole = clean(form, answers, today=TODAY)
        assert validator.is_valid(whole.answers) is clean(form, whole.answers, today=TODAY).is_valid
        if whole.is_valid:
            assert validator.is_valid(whole.answers), "what may be filed, the published schema accepts"
        if _is_json(answers) and validator.is_valid(answers):
            assert whole.is_valid, "what the published schema accepts may be filed"
            assert whole.dropped == ()


def _is_json(answers: Any) -> bool:
    try:
        json.dumps(answers, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        return False
    return True
