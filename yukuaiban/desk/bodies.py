"""Bodies of the API made from the forms of the desk, and read by them: what is asked stands in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from django import forms
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, Field, create_model

from yukuaiban.config.errors import Invalid

F = TypeVar("F", bound=forms.BaseForm)

RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]
#: As `datetime-local` fields write it, in the city's time.
Minute = Annotated[
    str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]$")
]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
LONGEST = 4000  # characters of a text whose form names no limit


class Many(Schema):
    """A body that takes its own names only."""

    model_config = ConfigDict(extra="forbid")


def body_of(name: str, form: type[forms.BaseForm]) -> type[Schema]:
    """The model of what a form asks; the names are those of its fields."""
    fields = {key: _field(field) for key, field in form.base_fields.items()}  # type: ignore[attr-defined]
    return create_model(name, __base__=Many, **fields)  # type: ignore[no-any-return, call-overload]


def _field(field: forms.Field) -> tuple[Any, Any]:
    """Type and default of a form's field. Choices that only the moment knows are told by an operation of their own."""
    told: dict[str, Any] = {"description": str(field.label)}
    kind: Any
    match field:
        case forms.TypedMultipleChoiceField():
            kind, told = list[RowId], told | {"min_length": 1, "max_length": 20}
        case forms.MultipleChoiceField():
            kind, told = list[_codes(field)], told | {"min_length": 1, "max_length": 20}  # type: ignore[misc]
        case forms.TypedChoiceField() if field.coerce is int:
            kind = RowId
        case forms.ChoiceField():
            kind = _codes(field)
            told |= {"max_length": 40} if kind is str else {}
        case forms.BooleanField():
            return bool, Field(bool(field.initial), **told)
        case forms.IntegerField():
            kind = int
            told |= {"ge": field.min_value if field.min_value is not None else -(2**31)}
            told |= {"le": field.max_value if field.max_value is not None else 2**31 - 1}
        case forms.JSONField():
            kind = dict[str, Any]
        case forms.DateTimeField():
            kind = Minute
        case forms.DateField():
            kind = Day
        case _:
            kind = str
            told |= {
                "min_length": 1 if field.required else 0,
                "max_length": getattr(field, "max_length", None) or LONGEST,
            }
    if field.required:
        return kind, Field(..., **told)
    return (kind, Field("", **told)) if kind is str else (kind | None, Field(None, **told))


def _codes(field: forms.ChoiceField) -> Any:
    """The choices that a field always has; any short text where it has them only at the moment."""
    static: Iterable[tuple[Any, Any]] = list(field.choices)  # type: ignore[arg-type]
    codes = tuple(str(value) for value, _label in static if value)
    return Literal[codes] if codes else str


def read(form: F) -> F:
    """The form, if what it was given holds. Raises: Invalid with each field."""
    if not form.is_valid():
        told = {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
        raise Invalid(_("有 {n} 处需要填写或更正。").format(n=len(told)), details={"fields": told})
    return form


def given(body: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, without what was left out: a text that was not sent is empty."""
    return {key: value for key, value in body.items() if value not in (None, "")}
