"""The shape of every row of every CSV file of a pack: one class a file, one field a column; an empty cell is None."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
DivisionCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{6}([0-9]{3}([0-9]{3})?)?$")]
EntryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[0-9]{4,6}$")]
RowStatus = Literal["confirmed", "unconfirmed", "sample", "missing"]  # how far a fact may be trusted
ElementStatus = Literal["published", "law", "sample", "missing"]  # whose statement it is
AudienceWord = Literal[
    "natural", "legal", "both", "natural_person", "enterprise", "institution", "social_organisation", "self_employed"
]
ItemTypeCode = Literal["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "20"]


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


def _split(value: Any) -> Any:
    return tuple(value.split()) if isinstance(value, str) else value


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return json.loads(value) if value else None


Maybe = BeforeValidator(_empty_is_none)
OptionalDate = Annotated[date | None, Maybe]
WordList = Annotated[tuple[str, ...], BeforeValidator(_split)]


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def columns(cls) -> dict[str, bool]:
        """Each column, and whether the file must have it."""
        return {name: field.is_required() for name, field in cls.model_fields.items()}


class _Dated(Row):
    valid_from: OptionalDate = None
    valid_until: OptionalDate = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Any:
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} is not after valid_from {self.valid_from}")
        return self


class DivisionRow(_Dated):
    code: DivisionCode
    name_zh: Words
    name_en: str = ""
    kind: Literal["city", "district", "county", "autonomous_county", "new_area"]
    parent: Annotated[DivisionCode | None, Maybe] = None
    status: RowStatus = "confirmed"
    source: Words


class TownRow(Row):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
    name_zh: Words
    name_en: str = ""
    kind: Literal["subdistrict", "town", "township", "ethnic_township"]
    parent: DivisionCode


class VillageRow(Row):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
    name_zh: Words
    parent: DivisionCode


class SuccessionRow(Row):
    predecessor: DivisionCode
    successor: DivisionCode
    takes_effect_on: date
    basis: Words
    status: RowStatus
    source: Words


class DepartmentKindRow(Row):
    """`{d}` stands for the district's name; an empty `district_zh` means that only the city has this kind."""

    kind: Slug
    name_zh: Words
    name_en: Words
    district_zh: str = ""
    county_zh: str = ""
    district_en: str = ""
    source: Words

    @model_validator(mode="after")
    def _patterns_name_the_district(self) -> Any:
        for pattern in (self.district_zh, self.county_zh, self.district_en):
            if pattern and "{d}" not in pattern:
                raise ValueError(f"{pattern}: write {{d}} where the district's name goes")
        return self


class DepartmentRow(Row):
    """A department of the city (`division` empty), or a district's that is better known than the rule makes it."""

    division: Annotated[DivisionCode | None, Maybe] = None
    kind: Slug
    name_zh: Words
    name_en: Words
    short_zh: Words
    short_en: Words
    uscc: Annotated[str, StringConstraints(pattern=r"^([0-9A-HJ-NPQRTUWXY]{18})?$")] = ""
    phone: str = ""
    status: RowStatus
    source: Words


class FormerNameRow(Row):
    """What a kind of department was called until a reform: people go on saying it."""

    kind: Slug
    name_zh: Words
    until_on: date
    source: Words


class HallRow(Row):
    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{3,40}$")]
    division: DivisionCode
    name_zh: Words
    name_en: Words
    address_zh: Words
    address_en: str = ""
    phone: str = ""
    note_zh: str = ""
    note_en: str = ""
    status: RowStatus
    source: Words


class HoursRow(_Dated):
    """`hall` is one hall or * for all; `days` are 1–7 for Monday to Sunday, 8 for a made-up working day."""

    hall: Words
    days: Annotated[tuple[Literal["1", "2", "3", "4", "5", "6", "7", "8"], ...], BeforeValidator(_split)]
    opens_at: time
    closes_at: time
    status: RowStatus
    source: Words

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Any:
        if self.closes_at <= self.opens_at:
            raise ValueError(f"closes_at {self.closes_at} is not after opens_at {self.opens_at}")
        return self


class TopicRow(Row):
    """A theme or a life event by which people look for services."""

    code: Slug
    name_zh: Words
    name_en: Words
    audience: Literal["natural", "legal", "both"]
    sequence: int = 0
    status: RowStatus
    source: Words


class CodeRow(Row):
    """One code of a set; a form can offer a set whose every code has English (`options_from`)."""

    code_set: Slug
    code_set_zh: Words
    code: Words
    label_zh: Words
    label_en: str = ""
    source: Words
    confidence: Literal["confirmed", "confirmed_secondary", "unconfirmed"]


class EntryRow(Row):
    code: EntryCode
    basic_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{0,12}$")] = ""
    item_type: ItemTypeCode
    name_zh: Words
    name_en: str = ""
    department_kind: Slug
    levels: Literal["city", "district", "both"]
    audience: Annotated[tuple[AudienceWord, ...], BeforeValidator(_split), Len(1)]
    themes: WordList = ()
    life_events: WordList = ()
    main_item: str = ""
    status: ElementStatus
    source: Words


class AliasRow(Row):
    """Words that people type for an entry, separated by spaces."""

    entry: EntryCode
    words: Annotated[WordList, "at least one"]
    source: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Any:
        if not self.words or any(len(word) > 100 for word in self.words):
            raise ValueError("one or more words of at most 100 characters, separated by spaces")
        return self


class ServiceItemRow(Row):
    """What one service item has other than its entry. Only what is filled in differs."""

    entry: EntryCode
    division: DivisionCode
    state: Literal["active", "suspended", "cancelled"] = "active"
    effective_from: OptionalDate = None
    effective_until: OptionalDate = None
    promised_value: Annotated[int | None, Maybe] = None
    promised_unit: Annotated[Literal["working_day", "calendar_day", "month", "year", "on_the_spot"] | None, Maybe] = (
        None
    )
    visits: Annotated[int | None, Maybe] = None
    online_depth: WordList = ()
    channels: WordList = ()
    scope: Annotated[Literal["national", "cross_province", "province", "city", "local"] | None, Maybe] = None
    more: Annotated[dict[str, Any] | None, BeforeValidator(_json)] = None  # JSON: any other part that may differ
    source: str = ""

    @model_validator(mode="after")
    def _a_promise_has_a_unit(self) -> Any:
        if (self.promised_value is None) != (self.promised_unit is None):
            raise ValueError("promised_value and promised_unit go together")
        if self.effective_from and self.effective_until and self.effective_until <= self.effective_from:
            raise ValueError("effective_until is not after effective_from")
        return self


#: file -> (row, the columns that make a row unique, whether a city cannot do without the file)
TABLES: dict[str, tuple[type[Row], tuple[str, ...], bool]] = {
    "divisions.csv": (DivisionRow, ("code",), True),
    "towns.csv": (TownRow, ("code",), False),
    "villages.csv": (VillageRow, ("code",), False),
    "successions.csv": (SuccessionRow, ("predecessor", "successor"), False),
    "department_kinds.csv": (DepartmentKindRow, ("kind",), True),
    "departments.csv": (DepartmentRow, ("division", "kind"), True),
    "former_names.csv": (FormerNameRow, ("kind", "name_zh"), False),
    "halls.csv": (HallRow, ("code",), False),
    "hall_hours.csv": (HoursRow, ("hall", "days", "opens_at", "valid_from"), False),
    "code_sets.csv": (CodeRow, ("code_set", "code"), False),
    "themes.csv": (TopicRow, ("code",), False),
    "life_events.csv": (TopicRow, ("code",), False),
    "directory.csv": (EntryRow, ("code",), True),
    "aliases.csv": (AliasRow, ("entry",), False),
    "service_items.csv": (ServiceItemRow, ("entry", "division"), False),
}
