"""The form language of service items: ordered groups of fields, each group one screen.

    groups:
      - key: home
        title: {zh: 在渝居住, en: Living in Chongqing}
        fields:
          - {key: ground, kind: choice, label: {...}, options: [...]}
          - {key: school, kind: text, label: {...}, when: {field: ground, op: eq, value: school}}

Answers are one flat object of field keys; blocks are objects, repeats are lists of objects. A field or group with
`when` is asked only while its condition is true; unknown counts as hidden, and what is hidden is never filed. A
condition may name only fields that come before it, so what shows can be decided in one pass from top to bottom. Inside
a row of a repeat a condition names fields of the same row; to hang a repeat on something outside, put `when` on the
repeat itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

import jsonschema_rs
from pydantic import Field, StringConstraints, field_validator, model_validator

from yukuaiban import conditions
from yukuaiban.identifiers.documents import Kind as DocumentKind
from yukuaiban.items.forms import days
from yukuaiban.items.forms.blocks import parts_of
from yukuaiban.items.forms.kinds import (
    CHOOSING,
    PLACED,
    FieldKey,
    Kind,
    Label,
    Option,
    OrganisationPart,
    PersonPart,
    Sensitivity,
    Strict,
    Tree,
)

# Which kinds each attribute belongs to: one that means nothing where it stands is a mistake, not a decoration.
BELONGS: dict[str, frozenset[Kind]] = {
    "min": frozenset({Kind.NUMBER, Kind.MONEY, Kind.CHOICES, Kind.REPEAT}),
    "max": frozenset({Kind.NUMBER, Kind.MONEY, Kind.CHOICES, Kind.REPEAT}),
    "decimals": frozenset({Kind.NUMBER}),
    "unit": frozenset({Kind.NUMBER}),
    "min_length": frozenset({Kind.TEXT, Kind.TEXTAREA}),
    "max_length": frozenset({Kind.TEXT, Kind.TEXTAREA}),
    "pattern": frozenset({Kind.TEXT}),
    "pattern_hint": frozenset({Kind.TEXT}),
    "format": frozenset({Kind.TEXT}),
    "not_before": frozenset({Kind.DATE}),
    "not_after": frozenset({Kind.DATE}),
    "options": CHOOSING,
    "options_from": CHOOSING,
    "fields": frozenset({Kind.REPEAT}),
    "documents": frozenset({Kind.IDENTITY_DOCUMENT, Kind.PERSON}),
    "parts": frozenset({Kind.PERSON, Kind.ORGANISATION}),
    "mobile": frozenset({Kind.PHONE, Kind.PERSON, Kind.ORGANISATION}),
    "depth": PLACED,
}


Model = TypeVar("Model", bound=Strict)


class FormField(Strict):
    """One question.

    Attributes:
        help: Said under the label; of a note, the note itself (its label is the heading).
        when: A conditions tree over earlier answers; the field is asked only when it is true.
        min, max: Bounds of a number (its unit), of money (fen), of how many choices, or of the rows of a repeat.
        pattern: What the whole text must match; without look-around, so that checking takes linear time.
        format: A text of a known scheme, checked as that scheme is.
        not_before, not_after: Bounds of a date: YYYY-MM-DD, "today", or "today" and days, months or years
            ("today-18y", "today+30d").
        options_from: A code set; `resolve` puts its options in before the form is used.
        documents: Kinds of identity document that are taken; all when empty.
        parts: Which parts of a person or organisation are asked; all when empty.
        mobile: The number must be a mainland mobile, because a code will be sent to it.
        depth: How far down an address is chosen.
        source: The fact that pre-fills it, for example `applicant.name`; the person still sees and confirms it.
    """

    key: FieldKey
    kind: Kind
    label: Label
    help: Label | None = None
    required: bool = True
    when: Tree | None = None
    min: int | None = None
    max: int | None = None
    decimals: Annotated[int, Field(ge=0, le=4)] = 0
    unit: Label | None = None
    min_length: Annotated[int, Field(ge=0)] | None = None
    max_length: Annotated[int, Field(ge=1, le=5000)] | None = None
    pattern: str | None = None
    pattern_hint: Label | None = None
    format: Literal["person_name", "real_estate_unit", "project_code", "licence_id", "case_number"] | None = None
    not_before: str | None = None
    not_after: str | None = None
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    fields: tuple[FormField, ...] = ()
    documents: tuple[DocumentKind, ...] = ()
    parts: tuple[PersonPart | OrganisationPart, ...] = ()
    mobile: bool = False
    depth: Literal["county", "town", "village"] = "town"
    source: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")] | None = None
    sensitivity: Sensitivity = Sensitivity.PLAIN

    @field_validator("pattern")
    @classmethod
    def _pattern_can_be_checked(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                jsonschema_rs.Draft202012Validator({"pattern": value}, pattern_options=jsonschema_rs.RegexOptions())
            except (jsonschema_rs.ValidationError, ValueError):
                raise ValueError("pattern is not a regular expression, or looks ahead or behind") from None
        return value

    @field_validator("not_before", "not_after")
    @classmethod
    def _bounds_are_days(cls, value: str | None) -> str | None:
        if value is not None:
            days.bound(value, date(2000, 1, 1))
        return value

    @model_validator(mode="after")
    def _the_kind_has_what_it_needs(self) -> Self:
        kind = self.kind.value
        for name, kinds in BELONGS.items():
            if self.kind not in kinds and getattr(self, name) != type(self).model_fields[name].default:
                allowed = ", ".join(sorted(kinds))
                raise ValueError(f"field {self.key}: {name} means nothing on {kind}; it belongs to {allowed}")
        if self.kind in CHOOSING and not (self.options or self.options_from):
            raise ValueError(f"field {self.key}: a {kind} names options, or a code set as options_from")
        if self.kind is Kind.REPEAT and not self.fields:
            raise ValueError(f"field {self.key}: a repeat has fields, those of one row")
        if any(inner.kind in {Kind.REPEAT, Kind.NOTE} for inner in self.fields):
            raise ValueError(f"field {self.key}: a row holds no repeat and no note")
        if self.pattern and not self.pattern_hint:
            raise ValueError(f"field {self.key}: pattern needs pattern_hint, so that the error can teach")
        for low, high in (("min", "max"), ("min_length", "max_length")):
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise ValueError(f"field {self.key}: {low} {least} is above {high} {most}")
        known = {Kind.PERSON: {"name", "document", "phone"}}.get(self.kind)
        if known and (wrong := sorted(set(self.parts) - known)):
            raise ValueError(f"field {self.key}: a person has no part {', '.join(wrong)}")
        if self.kind is Kind.ORGANISATION and "document" in self.parts:
            raise ValueError(f"field {self.key}: an organisation has no part document; it has credit_code")
        _no_twice(f"field {self.key}: option", [option.value for option in self.options])
        _no_twice(f"field {self.key}: row field", [inner.key for inner in self.fields])
        return self

    @cached_property
    def condition(self) -> conditions.Condition | None:
        return None if self.when is None else conditions.parse(self.when)

    @cached_property
    def inner(self) -> tuple[FormField, ...]:
        """The parts of a block, or the fields of one row of a repeat; empty for what is answered with one value."""
        if self.kind is Kind.REPEAT:
            return self.fields
        parts = parts_of(self.kind, parts=self.parts, documents=self.documents, depth=self.depth, mobile=self.mobile)
        return tuple(FormField(**part) for part in parts)


class Group(Strict):
    """The questions of one screen."""

    key: FieldKey
    title: Label
    help: Label | None = None
    when: Tree | None = None
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]

    @cached_property
    def condition(self) -> conditions.Condition | None:
        return None if self.when is None else conditions.parse(self.when)


class Form(Strict):
    """A whole form. Keys of fields are unique over all groups: answers are one flat object of them."""

    groups: Annotated[tuple[Group, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _keys_are_unique_and_conditions_look_back(self) -> Self:
        _no_twice("form: group", [group.key for group in self.groups])
        _no_twice("form: field", [field.key for field in self.all_fields()])
        if problems := list(_conditions(self)):
            raise ValueError("; ".join(problems))
        return self

    def all_fields(self) -> Iterator[FormField]:
        """Fields of all groups in order; rows of a repeat are reached through it."""
        for group in self.groups:
            yield from group.fields

    def group(self, key: str) -> Group:
        """Raises KeyError."""
        for group in self.groups:
            if group.key == key:
                return group
        raise KeyError(key)

    @cached_property
    def by_key(self) -> dict[str, FormField]:
        return {field.key: field for field in self.all_fields()}

    @cached_property
    def shown_when(self) -> dict[str, conditions.Condition | None]:
        """Of each field: its own condition and its group's together."""
        found: dict[str, conditions.Condition | None] = {}
        for group in self.groups:
            for field in group.fields:
                both = tuple(one for one in (group.condition, field.condition) if one is not None)
                found[field.key] = conditions.AllOf(both) if len(both) == 2 else both[0] if both else None
        return found

    @cached_property
    def depended_on(self) -> frozenset[str]:
        """Keys of fields whose answer decides whether another one shows."""
        asked = [one for one in self.shown_when.values() if one is not None]
        return frozenset(path.split(".")[0] for one in asked for path in conditions.fields(one))

    @cached_property
    def digest(self) -> str:
        """The same for the same form, whatever file it came from."""
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()

    @cached_property
    def depends_on_today(self) -> bool:
        bounds = [bound for field in self.all_fields() for one in (field, *field.fields) for bound in _bounds(one)]
        return any(bound.startswith("today") for bound in bounds)


def problems_of(form: Form, condition: conditions.Condition) -> list[str]:
    """What is wrong with a condition over a finished form's answers: of a material, a situation, a requirement.

    Unknown fields, values that are no option of theirs, ops that their kind does not understand.
    """
    return list(_check(condition, form.by_key, "the form"))


def resolve(form: Form, code_set: Callable[[str], Sequence[Option]]) -> Form:
    """The form with the options of its code sets filled in, so that a filed version keeps the words of its day."""

    def filled(field: FormField) -> FormField:
        changes: dict[str, Any] = {}
        if field.options_from and not field.options:
            changes["options"] = tuple(code_set(field.options_from))
        if field.fields:
            changes["fields"] = tuple(filled(inner) for inner in field.fields)
        return _with(field, **changes) if changes else field

    return Form(groups=tuple(_with(group, fields=tuple(map(filled, group.fields))) for group in form.groups))


def _with(model: Model, **changes: Any) -> Model:
    """A copy with other values, validated like the original."""
    return type(model).model_validate({name: getattr(model, name) for name in type(model).model_fields} | changes)


def _bounds(field: FormField) -> list[str]:
    return [bound for bound in (field.not_before, field.not_after) if bound]


def _no_twice(what: str, keys: list[str]) -> None:
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"{what} {', '.join(twice)} stands twice")


def _conditions(form: Form) -> Iterator[str]:
    """What is wrong with conditions of the form itself: each may look back, never ahead."""
    later = form.by_key
    before: dict[str, FormField] = {}
    for group in form.groups:
        if group.condition is not None:
            yield from _check(group.condition, before, f"group {group.key}", later)
        for field in group.fields:
            if field.condition is not None:
                yield from _check(field.condition, before, f"field {field.key}", later)
            before = {**before, field.key: field}
            in_row: dict[str, FormField] = {}
            for inner in field.fields:
                if inner.condition is not None:
                    where = f"field {field.key}.{inner.key}"
                    yield from _check(inner.condition, in_row, where, {one.key: one for one in field.fields}, row=True)
                in_row = {**in_row, inner.key: inner}


def _check(
    condition: conditions.Condition,
    known: Mapping[str, FormField],
    where: str,
    later: Mapping[str, FormField] | None = None,
    *,
    row: bool = False,
) -> Iterator[str]:
    for leaf in conditions.leaves(condition):
        first, *rest = leaf.field.split(".")
        if first not in known:
            if later and first in later:
                yield f"{where}: when asks for {first}, which comes later; move one of them"
            elif row:
                yield f"{where}: when asks for {first}; inside a row it may name fields of the same row"
            else:
                yield f"{where}: when asks for {first}, and no field has that key"
            continue
        field: FormField | None = known[first]
        for step in rest:
            inner = () if field is None or field.kind is Kind.REPEAT else field.inner
            field = next((one for one in inner if one.key == step), None)
        if field is None or field.kind is Kind.NOTE:
            yield f"{where}: when asks for {leaf.field}, which is no answer"
        elif not _understands(field, leaf):
            value = list(leaf.value) if isinstance(leaf.value, tuple) else leaf.value
            kind = field.kind.value
            yield f"{where}: {leaf.field} is a {kind}, and {leaf.op.value} {value!r} can never be true of it"


def _understands(field: FormField, leaf: conditions.Leaf) -> bool:
    """Whether the op and its value can be true of answers of this kind."""
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    op = leaf.op
    if op is conditions.Op.EXISTS:
        return True
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    texts = all(isinstance(value, str) for value in values)
    match field.kind:
        case Kind.CHOICE | Kind.CHOICES:
            options: set[Any] = {option.value for option in field.options} or set(values)  # unknown before `resolve`
            fits = op is conditions.Op.CONTAINS if field.kind is Kind.CHOICES else op in _FOR_TEXT
            return fits and (op is conditions.Op.STARTS_WITH or set(values) <= options)
        case Kind.YES_NO:
            return op in _FOR_SAMENESS and all(isinstance(value, bool) for value in values)
        case Kind.NUMBER | Kind.MONEY:
            return numbers and op in _FOR_SAMENESS | _FOR_ORDER
        case Kind.DATE:
            return texts and op in _FOR_TEXT | _FOR_ORDER
        case Kind.REPEAT | Kind.PERSON | Kind.ORGANISATION | Kind.ADDRESS | Kind.IDENTITY_DOCUMENT:
            return False
        case _:
            return texts and op in _FOR_TEXT


_FOR_SAMENESS = frozenset({conditions.Op.EQ, conditions.Op.NE, conditions.Op.IN, conditions.Op.NOT_IN})
_FOR_TEXT = _FOR_SAMENESS | {conditions.Op.STARTS_WITH}
_FOR_ORDER = frozenset(
    {conditions.Op.LT, conditions.Op.LTE, conditions.Op.GT, conditions.Op.GTE, conditions.Op.BETWEEN}
)
