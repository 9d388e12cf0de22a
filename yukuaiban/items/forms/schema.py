"""A form as JSON Schema 2020-12: published, and what the server itself validates with.

Fields that show by condition are compiled into if/then: while the condition is true the field may (and, if required,
must) be there; otherwise it must not, for what is hidden is never filed. Display hints start with `x-ykb-`.

What a schema cannot say is said by formats (`ykb-resident-id`, ...), which the server checks and others may ignore,
and by `x-ykb-` words. Nothing else decides whether answers are valid, but for one question that changes by the day:
whether a division exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import jsonschema_rs
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from yukuaiban.conditions import Condition, to_json_schema
from yukuaiban.conditions.schema import date_pattern
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
from yukuaiban.items.forms.kinds import Kind, Sensitivity

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LARGEST = 10**15  # of a number or an amount in fen; beyond it no program agrees with another
MOST_ROWS = 20  # of a repeat that names no max
LONGEST = {Kind.TEXT: 200, Kind.TEXTAREA: 2000}
_YEARS = "(1[89]|2[01])[0-9]{2}"  # a year outside 1800 to 2199 is a slip of the finger

FORMAT_OF_KIND = {
    Kind.CREDIT_CODE: "ykb-credit-code",
    Kind.PHONE: "ykb-phone",
    Kind.EMAIL: "ykb-email",
    Kind.BANK_CARD: "ykb-bank-card",
    Kind.DIVISION: "ykb-division",
}
_PATTERNS = {
    "ykb-credit-code": "^[0-9A-HJ-NPQRTUWXY]{18}$",
    "ykb-bank-card": "^[0-9]{12,19}$",
    "ykb-division": "^[0-9]{6}([0-9]{3}([0-9]{3})?)?$",
    "ykb-resident-id": "^[0-9]{17}[0-9X]$",
}


def json_schema(form: Form, locale: str = "zh", *, today: date | None = None) -> Schema:
    """The schema of complete answers.

    Args:
        locale: Language of titles, descriptions and option labels.
        today: Makes bounds such as "today-18y" into dates; without it they are only told (`x-ykb-not-after`).
    """
    schema = _object([(field, form.shown_when[field.key]) for field in form.all_fields()], locale, today)
    groups = [
        {
            "key": group.key,
            "title": group.title.in_(locale),
            **({"description": group.help.in_(locale)} if group.help else {}),
            "fields": [field.key for field in group.fields],
            "notes": {
                field.key: {"title": field.label.in_(locale), "text": field.help.in_(locale) if field.help else ""}
                for field in group.fields
                if field.kind is Kind.NOTE
            },
        }
        for group in form.groups
    ]
    return {"$schema": DIALECT, **schema, "x-ykb-digest": form.digest, "x-ykb-groups": groups}


def validator(form: Form, today: date) -> jsonschema_rs.Draft202012Validator:
    """The compiled schema, kept per form content (and day, where the form speaks of today)."""
    return _validator(_Keyed(form), today if form.depends_on_today else None)


class _Keyed:
    """A form that is equal to every form of the same content; itself it is not hashable."""

    __slots__ = ("form",)

    def __init__(self, form: Form) -> None:
        self.form = form

    def __hash__(self) -> int:
        return hash(self.form.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.form.digest == self.form.digest


@lru_cache(maxsize=1024)
def _validator(keyed: _Keyed, today: date | None) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        json_schema(keyed.form, today=today),
        formats=FORMATS,
        validate_formats=True,
        pattern_options=jsonschema_rs.RegexOptions(),
    )


def _holds(check: Any, *args: Any, **kwargs: Any) -> Any:
    """A format: its check takes the text and raises when it does not hold."""

    def holds(text: str) -> bool:
        try:
            check(*args, text, **kwargs)
        except (IdentifierError, ValidationError):
            return False
        return True

    return holds


def document_format(kind: documents.Kind | str) -> str:
    return f"ykb-{documents.Kind(kind).value.replace('_', '-')}"


FORMATS: dict[str, Any] = {
    "ykb-credit-code": _holds(credit_code.parse),
    "ykb-phone": _holds(phone.parse),
    "ykb-mobile": _holds(phone.parse, mobile_only=True),
    "ykb-email": _holds(validate_email),
    "ykb-bank-card": _holds(bank_card.parse),
    "ykb-division": _holds(division.parse),
    "ykb-person-name": _holds(person_name.parse),
    "ykb-real-estate-unit": _holds(real_estate_unit.parse),
    "ykb-project-code": _holds(project_code.parse),
    "ykb-licence-id": _holds(licence_id.parse),
    "ykb-case-number": _holds(case_number.parse),
    **{document_format(kind): _holds(documents.parse, kind) for kind in documents.Kind},
}


def _object(fields: Iterable[tuple[FormField, Condition | None]], locale: str, today: date | None) -> Schema:
    """Answers to some fields. Those with a condition are in `properties` too, where programs look."""
    properties: Schema = {}
    required: list[str] = []
    conditional: list[Schema] = []
    for field, condition in fields:
        if field.kind is Kind.NOTE:
            continue
        properties[field.key] = _field(field, locale, today)
        if condition is None:
            required += [field.key] if field.required else []
            continue
        then: Schema = {"then": {"required": [field.key]}} if field.required else {}
        conditional.append({"if": to_json_schema(condition), **then, "else": {"properties": {field.key: False}}})
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    if conditional:
        schema["allOf"] = conditional
    return schema


def _field(field: FormField, locale: str, today: date | None) -> Schema:
    told: Schema = {"title": field.label.in_(locale), "x-ykb-kind": field.kind.value}
    if field.help:
        told["description"] = field.help.in_(locale)
    if field.source:
        told["x-ykb-source"] = field.source
    if field.sensitivity is not Sensitivity.PLAIN:
        told["x-ykb-sensitivity"] = field.sensitivity.value
    return told | _asked(field, locale, today)


def _asked(field: FormField, locale: str, today: date | None) -> Schema:
    match field.kind:
        case Kind.TEXT | Kind.TEXTAREA:
            return _text(field)
        case Kind.NUMBER | Kind.MONEY:
            return _number(field, locale)
        case Kind.DATE:
            return _date(field, today)
        case Kind.MONTH:
            return {"type": "string", "pattern": f"^{_YEARS}-(0[1-9]|1[0-2])$"}
        case Kind.CHOICE:
            return {"enum": [option.value for option in _options(field)], **_option_labels(field, locale)}
        case Kind.CHOICES:
            chosen = {"enum": [option.value for option in _options(field)]}
            most = {} if field.max is None else {"maxItems": field.max}
            least = max(field.min or 0, 1 if field.required else 0)
            counted = {"minItems": least, **most} if least else most
            return {
                "type": "array",
                "items": chosen,
                "uniqueItems": True,
                **counted,
                **_option_labels(field, locale),
            }
        case Kind.YES_NO:
            return {"type": "boolean"}
        case Kind.REPEAT:
            rows = _object([(inner, inner.condition) for inner in field.fields], locale, today)
            least = max(field.min or 0, 1 if field.required else 0)
            return {"type": "array", "items": rows, "minItems": least, "maxItems": field.max or MOST_ROWS}
        case Kind.IDENTITY_DOCUMENT:
            block = _object([(part, None) for part in field.inner], locale, today)
            block["allOf"] = [
                {
                    "if": {"required": ["kind"], "properties": {"kind": {"const": option.value}}},
                    "then": {"properties": {"number": {"format": document_format(option.value)}}},
                }
                for option in field.inner[0].options
            ]
            return block
        case Kind.PERSON | Kind.ORGANISATION | Kind.ADDRESS:
            return _object([(part, None) for part in field.inner], locale, today)
        case _:
            name = "ykb-mobile" if field.mobile else FORMAT_OF_KIND[field.kind]
            pattern = {"pattern": _PATTERNS[name]} if name in _PATTERNS else {}
            depth = {"x-ykb-depth": field.depth} if field.kind is Kind.DIVISION else {}
            return {"type": "string", "format": name, "maxLength": 254, **pattern, **depth}


def _text(field: FormField) -> Schema:
    schema: Schema = {
        "type": "string",
        "minLength": max(field.min_length or 1, 1),
        "maxLength": field.max_length or LONGEST[field.kind],
    }
    if field.pattern:
        schema["pattern"] = f"^(?:{field.pattern})$"
    if field.format:
        schema["format"] = f"ykb-{field.format.replace('_', '-')}"
    return schema


def _number(field: FormField, locale: str) -> Schema:
    least = field.min if field.min is not None else 0 if field.kind is Kind.MONEY else -LARGEST
    most = field.max if field.max is not None else LARGEST
    schema: Schema = {"type": "integer", "minimum": least, "maximum": most}
    if field.decimals:
        schema |= {"type": "number", "multipleOf": float(f"1e-{field.decimals}")}
    if field.kind is Kind.MONEY:
        schema["x-ykb-unit"] = "fen"
    elif field.unit:
        schema["x-ykb-unit"] = field.unit.in_(locale)
    return schema


def _date(field: FormField, today: date | None) -> Schema:
    patterns = [{"pattern": f"^{_YEARS}-"}]
    told: Schema = {}
    for word, text in (("x-ykb-not-before", field.not_before), ("x-ykb-not-after", field.not_after)):
        if text is None:
            continue
        told[word] = text
        if today is not None or not text.startswith("today"):
            edge = days.bound(text, today or date.min).isoformat()
            later = word == "x-ykb-not-before"
            patterns.append({"pattern": date_pattern(after=edge) if later else date_pattern(before=edge)})
    return {"type": "string", "format": "date", "allOf": patterns, **told}


def _options(field: FormField) -> Iterable[Any]:
    if not field.options:
        raise ValueError(f"field {field.key}: the code set {field.options_from} was not resolved before use")
    return field.options


def _option_labels(field: FormField, locale: str) -> Schema:
    labels = [{"value": option.value, "label": option.label.in_(locale)} for option in _options(field)]
    return {"x-ykb-options": labels}
