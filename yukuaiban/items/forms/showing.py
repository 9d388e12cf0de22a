"""Answers as people read them: on the review page, at the desk, in letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yukuaiban.conditions import is_date
from yukuaiban.design import formats
from yukuaiban.identifiers import bank_card, documents, person_name, phone, real_estate_unit, text
from yukuaiban.items.forms.cleaning import is_shown
from yukuaiban.items.forms.definition import Form, FormField
from yukuaiban.items.forms.divisions import DivisionResolver
from yukuaiban.items.forms.kinds import Kind, Sensitivity

# What these kinds hold is about a person, whatever the form says of them.
_PERSONAL = frozenset({Kind.PHONE, Kind.EMAIL, Kind.ADDRESS, Kind.IDENTITY_DOCUMENT, Kind.PERSON, Kind.BANK_CARD})


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was asked and what was answered.

    Attributes:
        path: Dotted path of the answer.
        group: Key of the screen it is asked on.
        label: What was asked; `around` names the block or row it belongs to.
        value: As the person himself, or who must decide, reads it.
        masked: As it stands in lists and before those who need not know; equal to `value` where nothing is hidden.
    """

    path: str
    group: str
    label: str
    value: str
    masked: str
    around: str = ""
    kind: Kind = Kind.TEXT


def summary(
    form: Form,
    answers: Mapping[str, Any],
    locale: str = "zh",
    *,
    divisions: DivisionResolver | None = None,
    blanks: bool = False,
) -> list[Row]:
    """Clean answers as rows in the order of the form.

    Args:
        blanks: Also a row with an empty value for each question that shows and has no answer.
    """
    with translation.override(locale):
        return [
            row
            for group in form.groups
            for field in group.fields
            if field.kind is not Kind.NOTE
            if field.key in answers or (blanks and is_shown(form, field, answers))
            for row in _rows(field, answers.get(field.key), field.key, group.key, _Printer(locale, divisions))
        ]


def printable(field: FormField, value: Any, locale: str = "zh", *, divisions: DivisionResolver | None = None) -> str:
    """One answer as people read it."""
    with translation.override(locale):
        return _Printer(locale, divisions).show(field, value)


def masked_value(field: FormField, value: Any, locale: str = "zh", *, divisions: DivisionResolver | None = None) -> str:
    """One answer as it stands where not all of it may be seen."""
    with translation.override(locale):
        return _Printer(locale, divisions).mask(field, value, field.sensitivity)


def _rows(field: FormField, value: Any, path: str, group: str, printer: _Printer, around: str = "") -> Iterator[Row]:
    label = field.label.in_(printer.locale)
    if field.kind is Kind.REPEAT and isinstance(value, list) and value:
        for n, row in enumerate(value):
            for inner in field.fields:
                if isinstance(row, dict) and inner.key in row:
                    here = f"{path}.{n}.{inner.key}"
                    yield from _rows(inner, row[inner.key], here, group, printer, f"{label} {n + 1}")
        return
    if field.kind in {Kind.PERSON, Kind.ORGANISATION} and isinstance(value, dict):
        inside = f"{around} · {label}" if around else label
        for part in field.inner:
            if part.key in value:
                sensitivity = max(field.sensitivity, part.sensitivity, key=list(Sensitivity).index)
                told = part.model_copy(update={"sensitivity": sensitivity})
                yield from _rows(told, value[part.key], f"{path}.{part.key}", group, printer, inside)
        return
    shown = printer.show(field, value)
    yield Row(path, group, label, shown, printer.mask(field, value, field.sensitivity), around, field.kind)


class _Printer:
    def __init__(self, locale: str, divisions: DivisionResolver | None) -> None:
        self.locale = locale
        self.divisions = divisions

    def show(self, field: FormField, value: Any) -> str:
        """Printable; an answer of the wrong type (in a draft) as it was typed."""
        if value is None or value == [] or value == {}:
            return ""
        match field.kind, value:
            case Kind.YES_NO, bool():
                return pgettext("answer", "是") if value else pgettext("answer", "否")
            case Kind.MONEY, int():
                return self._money(value)
            case Kind.NUMBER, int() | float():
                return f"{value:,} {field.unit.in_(self.locale)}" if field.unit else f"{value:,}"
            case Kind.DATE, str() if is_date(value):
                return formats.date_text(date.fromisoformat(value))
            case Kind.MONTH, str() if is_date(f"{value}-01"):
                return self._month(value)
            case Kind.CHOICE, str():
                return self._option(field, value)
            case Kind.CHOICES, list():
                return pgettext("answer", "、").join(self._option(field, one) for one in value)
            case Kind.DIVISION, str():
                return self.divisions.full_name(value, self.locale) if self.divisions else value
            case Kind.ADDRESS, dict():
                return self._address(field, value)
            case Kind.IDENTITY_DOCUMENT, dict():
                parts = [self.show(part, value.get(part.key)) for part in field.inner]
                return " ".join(part for part in parts if part)
            case Kind.PERSON | Kind.ORGANISATION, dict():
                parts = [self.show(part, value.get(part.key)) for part in field.inner]
                return pgettext("answer", "，").join(part for part in parts if part)
            case Kind.REPEAT, list():
                return "; ".join(self._row(field, row) for row in value)
            case Kind.PHONE, str() if phone.is_valid(value):
                return phone.parse(value).display
            case Kind.BANK_CARD, str() if bank_card.is_valid(value):
                return bank_card.parse(value).grouped
            case Kind.TEXT, str() if field.format == "real_estate_unit" and real_estate_unit.is_valid(value):
                return real_estate_unit.parse(value).grouped
        return str(value)

    def mask(self, field: FormField, value: Any, sensitivity: Sensitivity) -> str:
        """Sensitive: nothing but that there is an answer. Personal: enough to recognise one's own. Plain: all."""
        shown = self.show(field, value)
        if not shown:
            return ""
        if sensitivity is Sensitivity.SENSITIVE:
            return "******"
        personal = sensitivity is Sensitivity.PERSONAL or field.kind in _PERSONAL or field.format == "person_name"
        if not personal:
            return shown
        match field.kind, value:
            case Kind.IDENTITY_DOCUMENT, dict():
                kind = self.show(field.inner[0], value.get("kind"))
                return f"{kind} {documents.mask(str(value.get('number', '')))}".strip()
            case Kind.ADDRESS, dict():
                place = self.show(field.inner[0], value.get("division"))
                return f"{place}****"
            case Kind.PERSON | Kind.ORGANISATION, dict():
                parts = [self.mask(part, value.get(part.key), Sensitivity.PERSONAL) for part in field.inner]
                return pgettext("answer", "，").join(part for part in parts if part)
            case Kind.PHONE, str():
                return phone.mask(value)
            case Kind.BANK_CARD, str():
                return bank_card.mask(value)
            case Kind.EMAIL, str():
                name, at, domain = value.rpartition("@")
                return f"{name[:1]}***{at}{domain}"
            case Kind.CREDIT_CODE, str():
                return shown  # a public code
            case Kind.TEXT, str() if field.format == "person_name":
                return person_name.mask(value)
            case Kind.TEXT, str() if field.format == "real_estate_unit":
                return shown
            case Kind.TEXT, str():
                return text.cover(value, head=1, tail=1 if len(value) > 3 else 0)
            case Kind.DIVISION, str():
                return shown
        return "****"

    def _row(self, field: FormField, row: Any) -> str:
        parts = [self.show(inner, row.get(inner.key)) for inner in field.fields] if isinstance(row, dict) else []
        return pgettext("answer", "，").join(part for part in parts if part)

    def _option(self, field: FormField, value: str) -> str:
        return next((one.label.in_(self.locale) for one in field.options if one.value == value), value)

    def _address(self, field: FormField, value: Mapping[str, Any]) -> str:
        place, detail = (self.show(part, value.get(part.key)) for part in field.inner)
        if self.locale.startswith("en"):
            return ", ".join(part for part in (detail, place) if part)
        return f"{place}{detail}"

    def _money(self, fen: int) -> str:
        yuan, rest = divmod(abs(fen), 100)
        return _("%(amount)s 元") % {"amount": f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02}"}

    def _month(self, month: str) -> str:
        year, number = (int(part) for part in month.split("-"))
        return f"{formats.MONTHS[number - 1]} {year}" if self.locale.startswith("en") else f"{year}年{number}月"


def rows_by_group(form: Form, rows: Iterable[Row], locale: str = "zh") -> list[tuple[str, str, list[Row]]]:
    """(key, title, rows) of each screen that has rows, for a page with a heading and a link back to each."""
    listed = list(rows)
    return [
        (group.key, group.title.in_(locale), [row for row in listed if row.group == group.key])
        for group in form.groups
        if any(row.group == group.key for row in listed)
    ]
