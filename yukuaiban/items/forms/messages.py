"""What is said about an answer that is wrong: which one, why, and what to do. In the active language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yukuaiban.identifiers import (
    IdentifierError,
    bank_card,
    case_number,
    credit_code,
    division,
    documents,
    licence_id,
    person_name,
    phone,
    project_code,
    real_estate_unit,
)
from yukuaiban.items.forms import days
from yukuaiban.items.forms.definition import Form, FormField
from yukuaiban.items.forms.kinds import CHOOSING, Kind
from yukuaiban.items.forms.schema import LARGEST, LONGEST, MOST_ROWS

_SCHEMES = {
    "person_name": person_name,
    "real_estate_unit": real_estate_unit,
    "project_code": project_code,
    "licence_id": licence_id,
    "case_number": case_number,
}
_KINDS = {Kind.CREDIT_CODE: credit_code, Kind.BANK_CARD: bank_card, Kind.DIVISION: division}


def locate(form: Form, path: str) -> list[FormField]:
    """The fields on the way to a path, outermost first; rows' numbers are skipped. Empty for an unknown path."""
    found: list[FormField] = []
    known: Mapping[str, FormField] = form.by_key
    for step in path.split("."):
        if step.isdigit():
            continue
        field = known.get(step)
        if field is None:
            return []
        found.append(field)
        known = {inner.key: inner for inner in field.inner}
    return found


def label_of(form: Form, path: str, locale: str | None = None) -> str:
    """How people call what is at a path: 子女 2 · 姓名."""
    words: list[str] = []
    known: Mapping[str, FormField] = form.by_key
    for step in path.split("."):
        if step.isdigit():
            if words:
                words[-1] += f" {int(step) + 1}"
            continue
        field = known.get(step)
        if field is None:
            return path
        words.append(field.label.in_(locale or get_language() or "zh"))
        known = {inner.key: inner for inner in field.inner}
    return " · ".join(words)


def shapeless(form: Form, path: str) -> str:
    """An answer that could be none, whatever the question."""
    return _("“%(label)s”的内容不能识别，没有保存。请重新填写。") % {"label": label_of(form, path)}


def of(form: Form, path: str, error: str, answers: Mapping[str, Any], *, today: date) -> str:
    """One sentence for one failed keyword of the schema.

    Args:
        error: The keyword: "required", "minimum", ...
    """
    way = locate(form, path)
    if not way:
        return shapeless(form, path)
    field = way[-1]
    value = _at(answers, path)
    said = {"label": label_of(form, path)}
    if error == "required":
        return _missing(field) % said
    match field.kind:
        case Kind.TEXT | Kind.TEXTAREA:
            of_document = len(way) > 1 and way[-2].kind is Kind.IDENTITY_DOCUMENT
            document = _at(answers, f"{path.rpartition('.')[0]}.kind") if of_document else None
            return _text(field, value, error, said, document)
        case Kind.NUMBER | Kind.MONEY:
            return _number(field, value, error, said)
        case Kind.DATE:
            return _date(field, value, said, today)
        case Kind.MONTH:
            return _("请按“年-月”填写“%(label)s”，例如 2024-05。") % said
        case Kind.CHOICES | Kind.REPEAT:
            return _count(field, error, said)
        case Kind.CHOICE | Kind.YES_NO:
            return _("请从列出的选项中选择“%(label)s”。") % said
        case Kind.EMAIL:
            return _("“%(label)s”不是可用的电子邮箱。请检查 @ 前后的写法，例如 name@example.com。") % said
        case Kind.PHONE:
            return _from_scheme(lambda: phone.parse(str(value), mobile_only=field.mobile)) or _again(said)
        case Kind.CREDIT_CODE | Kind.BANK_CARD | Kind.DIVISION:
            return _from_scheme(lambda: _KINDS[field.kind].parse(str(value))) or _again(said)
    return _again(said)


def _missing(field: FormField) -> str:
    if field.kind is Kind.REPEAT:
        return _("请填写“%(label)s”，至少一行。")
    if field.kind in CHOOSING | {Kind.YES_NO, Kind.DATE, Kind.MONTH, Kind.DIVISION}:
        return _("请选择“%(label)s”。")
    return _("请填写“%(label)s”。")


def _again(said: dict[str, str]) -> str:
    return _("“%(label)s”的格式不对。请重新填写。") % said


def _text(field: FormField, value: Any, error: str, said: dict[str, str], document: str | None) -> str:
    found = len(value) if isinstance(value, str) else 0
    if document and error == "format":
        return _from_scheme(lambda: documents.parse(document, str(value))) or _again(said)
    if field.format and error in {"format", "maxLength"}:
        return _from_scheme(lambda: _SCHEMES[field.format or ""].parse(str(value))) or _again(said)
    if error == "maxLength":
        most = field.max_length or LONGEST[field.kind]
        return _("“%(label)s”最多 %(most)s 个字，现在是 %(found)s 个。请写得短一些。") % {
            **said,
            "most": most,
            "found": found,
        }
    if error == "minLength":
        return _("“%(label)s”至少 %(least)s 个字，现在是 %(found)s 个。请写得详细一些。") % {
            **said,
            "least": field.min_length,
            "found": found,
        }
    if error == "pattern" and field.pattern_hint:
        hint = field.pattern_hint.in_(get_language() or "zh")
        return _("“%(label)s”的格式不对，应为：%(hint)s。") % {**said, "hint": hint.rstrip("。.")}
    return _again(said)


def _number(field: FormField, value: Any, error: str, said: dict[str, str]) -> str:
    money = field.kind is Kind.MONEY
    if error in {"minimum", "maximum"}:
        bound = (field.min if field.min is not None else 0 if money else -LARGEST) if error == "minimum" else field.max
        shown = (
            f"{(LARGEST if bound is None else bound) / 100:g}" if money else str(LARGEST if bound is None else bound)
        )
        unit = _("元") if money else field.unit.in_(get_language() or "zh") if field.unit else ""
        facts = {**said, "bound": f"{shown} {unit}".strip()}
        if error == "minimum":
            return _("“%(label)s”不能小于 %(bound)s。请改正。") % facts
        return _("“%(label)s”不能大于 %(bound)s。请改正。") % facts
    if money:
        return _("“%(label)s”应为金额，单位是元，最多两位小数，例如 1200.50。") % said
    if field.decimals:
        return _("“%(label)s”应为数字，最多 %(n)s 位小数，例如 12.5。") % {**said, "n": field.decimals}
    return _("“%(label)s”应为整数，例如 12。") % said


def _date(field: FormField, value: Any, said: dict[str, str], today: date) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return _("“%(label)s”不是一个日期。请按“年-月-日”填写，例如 2024-05-01。") % said
    if field.not_before and day < (edge := days.bound(field.not_before, today)):
        return _("“%(label)s”不能早于 %(day)s。请改正。") % {**said, "day": edge.isoformat()}
    if field.not_after and day > (edge := days.bound(field.not_after, today)):
        return _("“%(label)s”不能晚于 %(day)s。请改正。") % {**said, "day": edge.isoformat()}
    return _("“%(label)s”的年份不对，应在 1800 到 2199 之间。请改正。") % said


def _count(field: FormField, error: str, said: dict[str, str]) -> str:
    rows = field.kind is Kind.REPEAT
    if error == "minItems":
        facts = {**said, "n": max(field.min or 0, 1)}
        return (_("“%(label)s”至少要填 %(n)s 行。") if rows else _("“%(label)s”至少选 %(n)s 项。")) % facts
    if error == "maxItems":
        facts = {**said, "n": field.max or MOST_ROWS}
        return (_("“%(label)s”最多填 %(n)s 行。请删去多余的。") if rows else _("“%(label)s”最多选 %(n)s 项。")) % facts
    return _("请从列出的选项中选择“%(label)s”。") % said


def _from_scheme(parse: Any) -> str:
    """What the scheme itself says; empty when it takes the value."""
    try:
        parse()
    except IdentifierError as error:
        return error.message
    return ""


def _at(answers: Any, path: str) -> Any:
    for step in path.split(".") if path else []:
        if isinstance(answers, list) and step.isdigit() and int(step) < len(answers):
            answers = answers[int(step)]
        elif isinstance(answers, Mapping):
            answers = answers.get(step)
        else:
            return None
    return answers
