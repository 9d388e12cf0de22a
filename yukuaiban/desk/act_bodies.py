"""The body of each act in the API, made from the form that asks for it at the desk: one definition, two doors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from django import forms
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, Field, create_model

from yukuaiban.cases.context import Context
from yukuaiban.cases.states import Act
from yukuaiban.config.errors import Invalid
from yukuaiban.desk.acts import ACTS, ActForm
from yukuaiban.people.actors import Actor

RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]
#: As `datetime-local` fields write it, in the city's time.
Minute = Annotated[
    str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]$")
]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]


class Many(Schema):
    """A body whose names only the item knows."""

    model_config = ConfigDict(extra="forbid")


def body_of(act: Act) -> type[Schema]:
    """The model of what an act asks; the names are those of the form's fields."""
    form, name = ACTS[act].form, "".join(part.capitalize() for part in act.value.split("_")) + "In"
    if form.many:
        texts = Annotated[
            dict[str, Annotated[str, Field(max_length=500)]],
            Field(min_length=1, max_length=200, description=form.many),
        ]
        return create_model(name, __base__=Many, wanted=(texts, ...))
    fields = {key: _field(field) for key, field in form.base_fields.items()}
    return create_model(name, __base__=Many, **fields)  # type: ignore[call-overload, no-any-return]


def _field(field: forms.Field) -> tuple[Any, Any]:
    """Type and default of a form's field. Choices that only the case knows are told by `GET .../acts`."""
    told: dict[str, Any] = {"description": str(field.label)}
    kind: Any
    match field:
        case forms.TypedMultipleChoiceField():
            kind, told = list[RowId], told | {"min_length": 1, "max_length": 20}
        case forms.TypedChoiceField():
            kind = RowId
        case forms.ChoiceField():
            static: Iterable[tuple[Any, Any]] = list(field.choices)  # type: ignore[arg-type]
            codes = tuple(str(value) for value, _label in static if value)
            kind = Literal[codes] if codes else str
            told |= {} if codes else {"max_length": 40}
        case forms.BooleanField():
            return bool, Field(bool(field.initial), **told)
        case forms.IntegerField():
            kind = int
            told |= {"ge": field.min_value if field.min_value is not None else -(2**31)}
            told |= {"le": field.max_value if field.max_value is not None else 2**31 - 1}
        case forms.DateTimeField():
            kind = Minute
        case forms.DateField():
            kind = Day
        case _:
            kind = str
            told |= {"min_length": 1 if field.required else 0, "max_length": getattr(field, "max_length", None) or 4000}
    if field.required:
        return kind, Field(..., **told)
    return (kind, Field("", **told)) if kind is str else (kind | None, Field(None, **told))


def facts_of(act: Act, given: Mapping[str, Any], *, ctx: Context, by: Actor) -> dict[str, Any]:
    """What the service takes, read by the very form that the desk shows. Raises: Invalid with each field."""
    form = ACTS[act].form
    data = given["wanted"] if form.many else {key: value for key, value in given.items() if value is not None}
    bound = form(data, ctx=ctx, by=by)
    unknown = sorted(set(data) - set(bound.fields))
    if unknown:
        message = _("这个事项没有：{keys}。").format(keys="、".join(unknown[:5]))
        raise Invalid(message, details={"fields": dict.fromkeys(unknown[:50], _("这个事项没有这一项。"))})
    if not bound.is_valid():
        told = {name: " ".join(map(str, errors)) for name, errors in bound.errors.items()}
        raise Invalid(_("有 {n} 处需要填写或更正。").format(n=len(told)), details={"fields": told})
    return bound.facts()


def questions_of(form: ActForm) -> list[dict[str, Any]]:
    """What a form asks now, with the choices that this case and this desk have."""
    return [
        {
            "name": name,
            "label": str(field.label),
            "help": str(field.help_text),
            "required": field.required,
            "choices": [
                {"value": value, "label": str(label)} for value, label in getattr(field, "choices", ()) if value != ""
            ],
        }
        for name, field in form.fields.items()
    ]
