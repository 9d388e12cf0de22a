"""Answers as people read them, what changed in them, and how alike two forms are."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given

from yukuaiban.items.forms import Form, clean, diff, own_parts, similarity, summary
from yukuaiban.items.forms.showing import rows_by_group
from yukuaiban.items.tests import forms_samples as samples
from yukuaiban.items.tests.forms_samples import EVERYTHING, FORM, GOOD, TODAY, Divisions, form_of


def rows(locale: str, **more: Any) -> dict[str, tuple[str, str, str]]:
    found = summary(FORM, GOOD, locale, divisions=Divisions(), **more)
    return {
        row.path: (f"{row.around}/{row.label}" if row.around else row.label, row.value, row.masked) for row in found
    }


class TestSummary:
    def test_in_chinese(self) -> None:
        assert rows("zh") == {
            "kind": ("办理情形", "首次", "首次"),
            "applicant.name": ("申请人/姓名", "𠮷小明", "𠮷**"),
            "applicant.document": ("申请人/身份证件", "居民身份证 11010519491231002X", "居民身份证 110***********002X"),
            "applicant.phone": ("申请人/联系电话", "138 1234 5678", "138****5678"),
            "born_on": ("出生日期", "1949年12月31日", "1949年12月31日"),
            "home": ("现住址", "重庆市渝北区龙溪街道龙山一路1号", "重庆市渝北区龙溪街道****"),
            "has_children": ("有没有子女", "是", "是"),
            "children.0.name": ("子女 1/姓名", "张三", "张*"),
            "children.0.at_school": ("子女 1/是否在读", "是", "是"),
            "children.0.school": ("子女 1/学校", "一中", "一中"),
            "children.1.name": ("子女 2/姓名", "张四", "张*"),
            "children.1.at_school": ("子女 2/是否在读", "否", "否"),
            "income": ("月收入", "1,234.50 元", "******"),
            "share": ("持股", "12.5 成", "12.5 成"),
            "card": ("银行卡", "6222 0212 3456 7890 128", "***************0128"),
        }

    def test_in_english(self) -> None:
        found = rows("en")
        assert found["home"][1] == "龙山一路1号, Longxi, Yubei, Chongqing"
        assert found["born_on"][:2] == ("Date of birth", "31 December 1949")
        assert found["applicant.document"][1] == "Resident identity card 11010519491231002X"
        assert found["income"][1] == "1,234.50 yuan"

    def test_blanks_are_what_shows_and_was_not_answered(self) -> None:
        blank = {path for path, (_label, value, _masked) in rows("zh", blanks=True).items() if not value}
        assert blank == {"reasons", "email", "employer", "since"}

    def test_by_screen(self) -> None:
        found = rows_by_group(FORM, summary(FORM, GOOD, "zh"))
        assert [(key, title, len(listed)) for key, title, listed in found] == [
            ("what", "办什么", 1),
            ("who", "申请人", 11),
            ("work", "工作", 3),
        ]

    @given(samples.answers())
    def test_whatever_was_answered_can_be_shown(self, answers: dict[str, Any]) -> None:
        cleaned = clean(FORM, answers, complete=False, today=TODAY)
        for row in summary(FORM, cleaned.answers, "en", divisions=Divisions(), blanks=True):
            assert row.label
            assert bool(row.value) is bool(row.masked)


class TestDiff:
    def changed(self, change: Any) -> list[str]:
        new = copy.deepcopy(GOOD)
        change(new)
        return diff(FORM, GOOD, new)

    def test_nothing_changed(self) -> None:
        assert diff(FORM, GOOD, copy.deepcopy(GOOD)) == []

    def test_the_part_that_changed_is_named(self) -> None:
        def change(new: dict[str, Any]) -> None:
            new["home"]["detail"] = "2号"
            new["children"][1]["name"] = "张五"
            new["applicant"]["document"] = {"kind": "passport", "number": "EJ1234567"}
            del new["card"]
            new["email"] = "a@example.com"

        assert self.changed(change) == [
            "applicant.document.kind",
            "applicant.document.number",
            "email",
            "home.detail",
            "children.1.name",
            "card",
        ]

    def test_rows_that_came_or_went(self) -> None:
        assert self.changed(lambda new: new["children"].append({"name": "x"})) == ["children.2"]
        assert self.changed(lambda new: new["children"].pop()) == ["children.1"]
        assert self.changed(lambda new: new.pop("children")) == ["children.0", "children.1"]

    def test_true_is_not_one(self) -> None:
        assert self.changed(lambda new: new.update(has_children=1)) == ["has_children"]


class TestLikeness:
    OTHER = """
groups:
  - key: boiler
    title: {zh: 锅炉, en: Boiler}
    fields:
      - {key: applicant, kind: person, label: {zh: 申请人, en: Applicant}}
      - {key: pressure, kind: number, label: {zh: 额定压力, en: Pressure}}
      - {key: fuel, kind: text, label: {zh: 燃料, en: Fuel}, when: {field: pressure, op: gt, value: 1}}
"""

    def test_a_form_is_like_itself(self) -> None:
        assert similarity(FORM, FORM) == 1

    def test_new_keys_and_small_words_make_no_new_form(self) -> None:
        copy_of = EVERYTHING
        for key in ("kind", "number", "reasons", "income", "share", "card"):
            copy_of = copy_of.replace(f"key: {key}", f"key: {key}_x").replace(f"field: {key}", f"field: {key}_x")
        copied = form_of(copy_of.replace("有没有子女", "有没有子女？"))
        assert similarity(FORM, copied) == 1
        assert own_parts(copied, [FORM]) == own_parts(FORM, [copied]) == type(own_parts(FORM, []))((), ())

    def test_another_form_is_another(self) -> None:
        other = form_of(self.OTHER)
        assert similarity(FORM, other) == similarity(other, FORM) < 0.2
        own = own_parts(other, [FORM])
        assert own.fields == ("pressure", "fuel")
        assert len(own.conditions) == 1
        assert "额定压力" in own.conditions[0]

    def test_a_choice_between_other_things_is_another_question(self) -> None:
        assert "kind" in own_parts(form_of(EVERYTHING.replace("首次", "新办").replace("补领", "变更")), [FORM]).fields

    @pytest.mark.parametrize("form", [FORM, form_of(OTHER)])
    def test_alone_everything_is_ones_own(self, form: Form) -> None:
        assert {path.split(".")[0] for path in own_parts(form, []).fields} == {
            key for key, field in form.by_key.items() if field.kind != "note"
        }
