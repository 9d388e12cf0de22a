"""Forms of service items: one definition, read by every door.

Form.model_validate(data)            the definition, from YAML or the database; errors teach
json_schema(form, locale)            what is published
read_post(form, querydict, group)    flat names of an HTML form -> nested answers
clean(form, answers)                 normal form, hidden dropped, errors by path
summary(form, answers, locale)       rows for review page, desk and letters
screen(form, group, answers, ...)    what the macros of items/fields.html draw
diff(form, old, new)                 changed paths
prefill(form, sources)               answers that the platform already knows
problems_of(form, condition)         is a condition of a material or situation about this form?
similarity, own_parts (_of_each)      how alike forms are
"""

from yukuaiban.items.forms.cleaning import Cleaned, clean, errors_in, group_of, is_shown, shown_groups
from yukuaiban.items.forms.comparing import OwnParts, diff, own_parts, own_parts_of_each, similarity
from yukuaiban.items.forms.definition import Form, FormField, Group, problems_of, resolve
from yukuaiban.items.forms.divisions import DivisionResolver
from yukuaiban.items.forms.filling import Prefilled, prefill
from yukuaiban.items.forms.kinds import Kind, Label, Option, Sensitivity
from yukuaiban.items.forms.messages import label_of
from yukuaiban.items.forms.reading import merged, read_post, wants_redraw
from yukuaiban.items.forms.schema import json_schema
from yukuaiban.items.forms.screens import Screen, error_list, screen
from yukuaiban.items.forms.showing import Row, summary

__all__ = [
    "Cleaned",
    "DivisionResolver",
    "Form",
    "FormField",
    "Group",
    "Kind",
    "Label",
    "Option",
    "OwnParts",
    "Prefilled",
    "Row",
    "Screen",
    "Sensitivity",
    "clean",
    "diff",
    "error_list",
    "errors_in",
    "group_of",
    "is_shown",
    "json_schema",
    "label_of",
    "merged",
    "own_parts",
    "own_parts_of_each",
    "prefill",
    "problems_of",
    "read_post",
    "resolve",
    "screen",
    "shown_groups",
    "similarity",
    "summary",
    "wants_redraw",
]
