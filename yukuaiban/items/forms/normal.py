"""Answers in normal form: one way to write each thing, whoever typed it and through whichever door it came."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

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
    text,
)
from yukuaiban.items.forms import days
from yukuaiban.items.forms.definition import FormField
from yukuaiban.items.forms.kinds import Kind

MISSING: Any = object()  # nothing was answered
SHAPELESS: Any = object()  # something that no question could have got for an answer

LONGEST_KEPT = 10_000  # of a text that is wrong anyway
LARGEST_KEPT = 10**18

_PARSED: dict[str, Callable[[str], object]] = {
    "person_name": person_name.parse,
    "real_estate_unit": real_estate_unit.parse,
    "project_code": project_code.parse,
    "licence_id": licence_id.parse,
    "case_number": case_number.parse,
}
_OF_KIND: dict[Kind, Callable[[str], object]] = {
    Kind.CREDIT_CODE: credit_code.parse,
    Kind.PHONE: phone.parse,
    Kind.BANK_CARD: bank_card.parse,
    Kind.DIVISION: division.parse,
}


class Wrong(dict[str, None]):
    """Paths where the answer had no possible shape and was thrown away, in order."""


def normal_fields(
    fields: Iterable[FormField], answers: Mapping[str, Any], wrong: Wrong, path: str = "", *, whole: bool
) -> dict[str, Any]:
    """Answers to these fields in normal form; blanks and unknown keys are left out.

    Args:
        wrong: Gets the path of every answer that had no possible shape.
        whole: Also leave out rows in which nothing is answered; a draft keeps them, for they are being written.
    """
    found: dict[str, Any] = {}
    for field in fields:
        if field.kind is Kind.NOTE or field.key not in answers:
            continue
        here = f"{path}{field.key}"
        value = normal(field, answers[field.key], wrong, here, whole=whole)
        if value is SHAPELESS:
            wrong[here] = None
        elif value is not MISSING:
            found[field.key] = value
    return found


def normal(field: FormField, value: Any, wrong: Wrong, path: str, *, whole: bool = True) -> Any:
    """One answer in normal form, MISSING or SHAPELESS.

    What is of a possible shape but wrong stays as it was typed, so that a person can see and mend it.
    """
    if value is None or value == "":
        return MISSING
    if field.kind is Kind.REPEAT:
        return _rows(field, value, wrong, path, whole=whole)
    if field.inner:
        return _block(field, value, wrong, path, whole=whole)
    if field.kind is Kind.CHOICES:
        return _choices(field, value)
    if isinstance(value, str):
        return _text(field, value) if len(value) <= LONGEST_KEPT else SHAPELESS
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) <= LARGEST_KEPT:
        return int(value) if isinstance(value, float) and value.is_integer() else value
    return SHAPELESS


def _text(field: FormField, value: str) -> Any:
    if field.kind is Kind.TEXTAREA:
        return text.tidy_lines(value) or MISSING
    tidied = text.tidy(value)
    if not tidied:
        return MISSING
    parse = _PARSED.get(field.format or "") or _OF_KIND.get(field.kind)
    if parse:
        try:
            return str(parse(tidied))
        except IdentifierError:
            return tidied
    match field.kind:
        case Kind.DATE:
            return days.read_day(text.half_width(tidied))
        case Kind.MONTH:
            return days.read_month(text.half_width(tidied))
        case Kind.EMAIL:
            return _email(text.half_width(tidied))
    return tidied


def _email(address: str) -> str:
    """The part after @ does not know capitals; the part before may."""
    name, at, domain = address.replace(" ", "").rpartition("@")
    return f"{name}{at}{domain.lower()}"


def _choices(field: FormField, value: Any) -> Any:
    """In the order of the options, each once; what is no option stays behind them, to be told."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple) or len(value) > 500:
        return SHAPELESS
    if not all(isinstance(one, str) and len(one) <= LONGEST_KEPT for one in value):
        return SHAPELESS
    chosen = {tidied: None for one in value if (tidied := text.tidy(one))}
    known = [option.value for option in field.options if option.value in chosen]
    return known + [one for one in chosen if one not in known] or MISSING


def _block(field: FormField, value: Any, wrong: Wrong, path: str, *, whole: bool) -> Any:
    if not isinstance(value, Mapping):
        return SHAPELESS
    found = normal_fields(field.inner, value, wrong, f"{path}.", whole=whole)
    if field.kind is Kind.IDENTITY_DOCUMENT and list(found) == ["kind"] and len(field.inner[0].options) == 1:
        return MISSING  # the kind was not asked, so nothing was answered
    if field.kind is Kind.IDENTITY_DOCUMENT and isinstance(found.get("number"), str):
        try:
            found["number"] = documents.parse(found.get("kind", ""), found["number"]).text
        except IdentifierError:
            found["number"] = text.compact(found["number"])
    return found or MISSING


def _rows(field: FormField, value: Any, wrong: Wrong, path: str, *, whole: bool) -> Any:
    if not isinstance(value, list | tuple) or len(value) > 500:
        return SHAPELESS
    rows: list[dict[str, Any]] = []
    for row in value:
        if not isinstance(row, Mapping):
            return SHAPELESS
        found = normal_fields(field.fields, row, wrong, f"{path}.{len(rows)}.", whole=whole)
        if found or not whole:
            rows.append(found)
    return rows or MISSING
