"""The body of each act in the API, made from the form that asks for it at the desk: one definition, two doors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field, create_model

from yukuaiban.cases.context import Context
from yukuaiban.cases.states import Act
from yukuaiban.config.errors import Invalid
from yukuaiban.desk import bodies
from yukuaiban.desk.acts import ACTS, ActForm
from yukuaiban.people.actors import Actor


def body_of(act: Act) -> type[Schema]:
    """The model of what an act asks; the names are those of the form's fields."""
    form, name = ACTS[act].form, "".join(part.capitalize() for part in act.value.split("_")) + "In"
    if form.many:
        texts = Annotated[
            dict[str, Annotated[str, Field(max_length=500)]],
            Field(min_length=1, max_length=200, description=form.many),
        ]
        return create_model(name, __base__=bodies.Many, wanted=(texts, ...))
    return bodies.body_of(name, form)


def facts_of(act: Act, given: Mapping[str, Any], *, ctx: Context, by: Actor) -> dict[str, Any]:
    """What the service takes, read by the very form that the desk shows. Raises: Invalid with each field."""
    form = ACTS[act].form
    data = given["wanted"] if form.many else bodies.given(given)
    bound = form(data, ctx=ctx, by=by, prefix="")
    unknown = sorted(name for name in set(data) - set(bound.fields) if data[name] is not False)  # a tick left open
    if unknown:
        message = _("这个事项没有：{keys}。").format(keys="、".join(unknown[:5]))
        raise Invalid(message, details={"fields": dict.fromkeys(unknown[:50], _("这个事项没有这一项。"))})
    return bodies.read(bound).facts()


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
