"""The form language of service items: ordered groups of fields, each group one screen."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from yukuaiban import conditions

FieldKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class Kind(StrEnum):
    """What a field holds. Blocks (person, organisation, address, identity_document) are answered as objects."""

    TEXT = "text"
    TEXTAREA = "textarea"
    NUMBER = "number"
    MONEY = "money"  # stored in fen
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    ADDRESS = "address"  # {division, detail}
    IDENTITY_DOCUMENT = "identity_document"  # {kind, number}
    CREDIT_CODE = "credit_code"
    PHONE = "phone"
    EMAIL = "email"
    BANK_CARD = "bank_card"
    PERSON = "person"  # {name, document: {kind, number}, phone}
    ORGANISATION = "organisation"  # {name, credit_code, legal_representative, phone}
    REPEAT = "repeat"  # list of objects, one per row
    NOTE = "note"  # text shown, nothing asked


class Sensitivity(StrEnum):
    """How a value is treated (个人信息保护法 第二十八条: sensitive needs a separate consent)."""

    PLAIN = "plain"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Strict):
    """A statement in both languages."""

    zh: Words
    en: Words

    def in_(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


class Option(Strict):
    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
    label: Label


class FormField(Strict):
    """One question.

    Attributes:
        when: A conditions tree over the answers; the field is asked only when it holds (unknown counts as hidden).
        min, max: Bounds of a number (its unit), of money (fen), or of the rows of a repeat.
        not_before, not_after: Bounds of a date: ISO text or "today".
        source: The fact that pre-fills it, for example `applicant.name`; the person still sees and confirms it.
    """

    key: FieldKey
    kind: Kind
    label: Label
    help: Label | None = None
    required: bool = True
    when: dict[str, Any] | None = None
    min: int | None = None
    max: int | None = None
    decimals: Annotated[int, Field(ge=0, le=4)] = 0  # of a number
    unit: Label | None = None
    min_length: Annotated[int, Field(ge=0)] | None = None
    max_length: Annotated[int, Field(ge=1, le=5000)] | None = None
    pattern: str | None = None
    pattern_hint: Label | None = None  # what the pattern asks for, in words
    not_before: str | None = None
    not_after: str | None = None
    options: tuple[Option, ...] = ()
    options_from: str | None = None  # a code set of packs/china/code_sets.csv
    fields: tuple[FormField, ...] = ()  # of a repeat's row
    source: str | None = None
    sensitivity: Sensitivity = Sensitivity.PLAIN

    @field_validator("when")
    @classmethod
    def _when_is_a_condition(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None:
            conditions.parse(value)
        return value

    @model_validator(mode="after")
    def _the_kind_has_what_it_needs(self) -> Self:
        choosing = self.kind in {Kind.CHOICE, Kind.CHOICES}
        if choosing and bool(self.options) == bool(self.options_from):
            raise ValueError(f"field {self.key}: a {self.kind.value} names either options or options_from")
        if not choosing and (self.options or self.options_from):
            raise ValueError(f"field {self.key}: only choice and choices have options")
        if (self.kind is Kind.REPEAT) != bool(self.fields):
            raise ValueError(f"field {self.key}: a repeat, and only a repeat, has fields")
        if any(f.kind in {Kind.REPEAT, Kind.NOTE} for f in self.fields):
            raise ValueError(f"field {self.key}: a row holds no repeat and no note")
        if self.pattern and not self.pattern_hint:
            raise ValueError(f"field {self.key}: pattern needs pattern_hint, so that the error can teach")
        values = [o.value for o in self.options]
        if len(values) != len(set(values)):
            raise ValueError(f"field {self.key}: two options have the same value")
        return self


class Group(Strict):
    """The questions of one screen."""

    key: FieldKey
    title: Label
    help: Label | None = None
    when: dict[str, Any] | None = None
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]

    @field_validator("when")
    @classmethod
    def _when_is_a_condition(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None:
            conditions.parse(value)
        return value


class Form(Strict):
    """A whole form. Keys of fields are unique over all groups: answers are one flat object of them."""

    groups: Annotated[tuple[Group, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _keys_are_unique_and_conditions_name_fields(self) -> Self:
        keys = [field.key for field in self.all_fields()]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"form: field {', '.join(twice)} stands twice")
        groups = [group.key for group in self.groups]
        if twice := sorted({key for key in groups if groups.count(key) > 1}):
            raise ValueError(f"form: group {', '.join(twice)} stands twice")
        return self

    def all_fields(self) -> Iterator[FormField]:
        """Fields of all groups in order; rows of a repeat are reached through it."""
        for group in self.groups:
            yield from group.fields
