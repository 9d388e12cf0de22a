"""A form with one of everything, divisions to choose from, and strategies for answers and forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st
from ruamel.yaml import YAML

from yukuaiban.identifiers.tests import strategies as codes
from yukuaiban.items.forms import Form, FormField, Kind

TODAY = date(2026, 3, 2)

EVERYTHING = """
groups:
  - key: what
    title: {zh: 办什么, en: What you need}
    fields:
      - {key: hello, kind: note, label: {zh: 说明, en: Note}, help: {zh: 请如实填写, en: Please be truthful}}
      - key: kind
        kind: choice
        label: {zh: 办理情形, en: Kind of application}
        options:
          - {value: first, label: {zh: 首次, en: First}}
          - {value: again, label: {zh: 补领, en: Replacement}}
      - key: number
        kind: text
        label: {zh: 原证号, en: Old number}
        when: {field: kind, op: eq, value: again}
        pattern: '[0-9]{4}'
        pattern_hint: {zh: 四位数字, en: four digits}
      - key: reasons
        kind: choices
        label: {zh: 原因, en: Reasons}
        required: false
        max: 2
        options:
          - {value: lost, label: {zh: 丢失, en: Lost}}
          - {value: torn, label: {zh: 损坏, en: Torn}}
          - {value: old, label: {zh: 过期, en: Expired}}
      - key: story
        kind: textarea
        label: {zh: 经过, en: What happened}
        when: {field: reasons, op: contains, value: lost}
        min_length: 5
        max_length: 300
  - key: who
    title: {zh: 申请人, en: Applicant}
    fields:
      - {key: applicant, kind: person, label: {zh: 申请人, en: Applicant}, source: applicant, sensitivity: personal}
      - {key: born_on, kind: date, label: {zh: 出生日期, en: Date of birth}, not_after: today-18y, source: birth_on}
      - {key: email, kind: email, label: {zh: 邮箱, en: E-mail}, required: false}
      - {key: home, kind: address, label: {zh: 现住址, en: Address}, sensitivity: personal}
      - key: has_children
        kind: yes_no
        label: {zh: 有没有子女, en: Do you have children}
      - key: children
        kind: repeat
        label: {zh: 子女, en: Child}
        when: {field: has_children, op: eq, value: true}
        max: 3
        fields:
          - {key: name, kind: text, format: person_name, label: {zh: 姓名, en: Name}}
          - {key: at_school, kind: yes_no, label: {zh: 是否在读, en: At school}}
          - key: school
            kind: text
            label: {zh: 学校, en: School}
            when: {field: at_school, op: eq, value: true}
  - key: work
    title: {zh: 工作, en: Work}
    when: {field: kind, op: eq, value: first}
    fields:
      - {key: employer, kind: organisation, label: {zh: 单位, en: Employer}, required: false}
      - {key: income, kind: money, label: {zh: 月收入, en: Monthly income}, max: 10000000, sensitivity: sensitive}
      - {key: share, kind: number, label: {zh: 持股, en: Share}, decimals: 2, min: 0, max: 100, unit: {zh: 成, en: '%'}}
      - {key: since, kind: month, label: {zh: 起始月份, en: Since}, required: false}
      - key: card
        kind: bank_card
        label: {zh: 银行卡, en: Bank card}
        when: {field: income, op: lt, value: 200000}
      - key: plan
        kind: textarea
        label: {zh: 计划, en: Plan}
        required: false
        when: {all: [{field: income, op: exists}, {not: {field: card, op: exists}}]}
"""


def form_of(text: str) -> Form:
    return Form.model_validate(YAML(typ="safe").load(text))


FORM = form_of(EVERYTHING)

GOOD: dict[str, Any] = {
    "kind": "first",
    "applicant": {
        "name": "𠮷小明",
        "document": {"kind": "resident_id", "number": "11010519491231002X"},
        "phone": "+8613812345678",
    },
    "born_on": "1949-12-31",
    "home": {"division": "500112001", "detail": "龙山一路1号"},
    "has_children": True,
    "children": [{"name": "张三", "at_school": True, "school": "一中"}, {"name": "张四", "at_school": False}],
    "income": 123450,
    "share": 12.5,
    "card": "6222021234567890128",
}


@dataclass(frozen=True)
class Place:
    code: str
    name_zh: str
    name_en: str

    def name(self, locale: str = "zh") -> str:
        return self.name_en if locale.startswith("en") else self.name_zh


class Divisions:
    """A city of two districts, one with two towns."""

    TREE = {
        None: [Place("500000", "重庆市", "Chongqing")],
        "500000": [Place("500103", "渝中区", "Yuzhong"), Place("500112", "渝北区", "Yubei")],
        "500112": [Place("500112001", "龙溪街道", "Longxi"), Place("500112002", "龙山街道", "Longshan")],
    }

    def children(self, code: str | None = None) -> list[Place]:
        return self.TREE.get(code, [])

    def path(self, code: str) -> list[Place]:
        for above, places in self.TREE.items():
            for place in places:
                if place.code == code:
                    return [*(self.path(above) if above else []), place]
        return []

    def full_name(self, code: str, locale: str = "zh") -> str:
        names = [place.name(locale) for place in self.path(code)]
        return (", ".join(reversed(names)) if locale == "en" else "".join(names)) or code


# --- answers: mostly right, sometimes not, sometimes absurd -----------------------------------------------------------

_junk = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats()
    | st.text(max_size=6)
    | st.just([1])
    | st.just({"x": {}})
)
_texts = st.text(max_size=12) | st.sampled_from(["", " ", "1234", "一二三四五六", "𠮷", "\ud842", "(a)", "\x00"])
_dates = st.dates(date(1790, 1, 1), date(2210, 1, 1)).map(date.isoformat) | st.sampled_from(
    ["2024/5/1", "2008-03-02", "2008-03-03", "2024-02-30", "today", "20240501"]
)
_phones = st.sampled_from(["13812345678", "+8613812345678", "023-67890123", "+85251234567", "12"])


def answers_to(field: FormField) -> st.SearchStrategy[Any]:
    """Something that may come back for a field."""
    match field.kind:
        case Kind.NUMBER | Kind.MONEY:
            good: st.SearchStrategy[Any] = st.integers(-10, 300_000) | st.sampled_from([0.01, 12.5, 12.345, 5.0, "12"])
        case Kind.DATE:
            good = _dates
        case Kind.MONTH:
            good = st.sampled_from(["2024-05", "2024/5", "2024年5月", "2024-13", "0001-01"])
        case Kind.CHOICE:
            good = st.sampled_from([*(option.value for option in field.options), "none_of_them"])
        case Kind.CHOICES:
            good = st.lists(st.sampled_from([*(option.value for option in field.options), "x", ""]), max_size=4)
        case Kind.YES_NO:
            good = st.booleans()
        case Kind.CREDIT_CODE:
            good = codes.credit_codes()
        case Kind.BANK_CARD:
            good = codes.bank_cards()
        case Kind.PHONE:
            good = _phones
        case Kind.EMAIL:
            good = st.sampled_from(["a@example.com", "A@EXAMPLE.COM", "a@", "x"])
        case Kind.DIVISION:
            good = st.sampled_from(["500112001", "500112", "500000000000", "5001", "abc"])
        case Kind.REPEAT:
            good = st.lists(answers_to_all(field.fields), max_size=4)
        case Kind.TEXT if field.format == "person_name":
            good = st.sampled_from(["张三", "张 三", "𠮷", "Maria Lopez", "123", "字" * 41])
        case Kind.TEXT if field.key == "number" and field.max_length == 30:
            good = codes.resident_ids() | st.sampled_from(["EJ1234567", "h12345678", "1"])
        case _:
            good = answers_to_all(field.inner) if field.inner else _texts
    return st.one_of(good, good, good, _junk)


def answers_to_all(fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    asked = [field for field in fields if field.kind is not Kind.NOTE]
    return st.fixed_dictionaries({}, optional={**{one.key: answers_to(one) for one in asked}, "unasked": _junk})


def answers(form: Form = FORM) -> st.SearchStrategy[dict[str, Any]]:
    return answers_to_all(form.all_fields())


# --- forms: small ones of every kind, each condition looking back -----------------------------------------------------

_SIMPLE = [kind for kind in Kind if kind not in {Kind.REPEAT, Kind.NOTE}]
_LABEL = {"zh": "问题", "en": "Question"}
_OPTIONS = [{"value": value, "label": {"zh": value, "en": value}} for value in ("a", "b", "c")]
_LEAVES: dict[Kind, list[dict[str, Any]]] = {
    Kind.CHOICE: [{"op": "eq", "value": "a"}, {"op": "in", "value": ["a", "b"]}, {"op": "ne", "value": "c"}],
    Kind.CHOICES: [{"op": "contains", "value": "a"}],
    Kind.YES_NO: [{"op": "eq", "value": True}, {"op": "ne", "value": True}],
    Kind.NUMBER: [{"op": "gte", "value": 3}, {"op": "between", "value": [0, 10]}],
    Kind.MONEY: [{"op": "lt", "value": 1000}],
    Kind.DATE: [{"op": "gt", "value": "2000-01-01"}, {"op": "between", "value": ["1990-01-01", "2020-06-30"]}],
    Kind.TEXT: [{"op": "starts_with", "value": "1"}],
    Kind.DIVISION: [{"op": "starts_with", "value": ["500112", "500103"]}],
}


@st.composite
def _fields(draw: st.DrawFn, prefix: str, most: int, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for n in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(_SIMPLE))
        field: dict[str, Any] = {
            "key": f"{prefix}{n}",
            "kind": kind.value,
            "label": _LABEL,
            "required": draw(st.booleans()),
        }
        if kind in {Kind.CHOICE, Kind.CHOICES}:
            field["options"] = _OPTIONS
        earlier = known + made
        if earlier and draw(st.booleans()):
            field["when"] = draw(_conditions(earlier))
        made.append(field)
    return made


@st.composite
def _conditions(draw: st.DrawFn, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    def leaf() -> dict[str, Any]:
        field = draw(st.sampled_from(earlier))
        choices = [*_LEAVES.get(Kind(field["kind"]), []), {"op": "exists"}, {"op": "exists", "value": False}]
        return {"field": field["key"], **draw(st.sampled_from(choices))}

    shape = draw(st.sampled_from(["leaf", "leaf", "not", "all", "any"]))
    if shape == "leaf":
        return leaf()
    return {"not": leaf()} if shape == "not" else {shape: [leaf(), {"not": leaf()}]}


@st.composite
def forms(draw: st.DrawFn) -> Form:
    groups: list[dict[str, Any]] = []
    known: list[dict[str, Any]] = []
    for g in range(draw(st.integers(1, 3))):
        fields = draw(_fields(f"g{g}f", 4, known))
        if draw(st.booleans()):
            rows = draw(_fields("r", 3, []))
            fields.append(
                {
                    "key": f"g{g}rows",
                    "kind": "repeat",
                    "label": _LABEL,
                    "required": draw(st.booleans()),
                    "max": 2,
                    "fields": rows,
                }
            )
        group: dict[str, Any] = {"key": f"g{g}", "title": _LABEL, "fields": fields}
        if known and draw(st.booleans()):
            group["when"] = draw(_conditions(known))
        groups.append(group)
        known = known + fields
    return Form.model_validate({"groups": groups})
