"""From what was sent to what may be filed: normal form, what shows, what is right, and what to say about the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation

from yukuaiban import conditions
from yukuaiban.conditions import Condition
from yukuaiban.config import now
from yukuaiban.items.forms import messages
from yukuaiban.items.forms.definition import Form, FormField
from yukuaiban.items.forms.divisions import DivisionResolver, problem_of
from yukuaiban.items.forms.kinds import PLACED, Kind
from yukuaiban.items.forms.normal import Wrong, normal_fields
from yukuaiban.items.forms.schema import validator

# What a draft need not answer for yet. All else a person is told while he writes.
_ONLY_WHEN_WHOLE = frozenset({"required", "minItems"})


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Answers in normal form without what is hidden, and what is wrong with them.

    Attributes:
        answers: What may be filed, if there are no errors. A wrong answer is in it as it was typed.
        errors: Dotted path ("children.0.name") -> what is wrong and what to do, in the person's language, in the
            order of the form.
        dropped: Paths of answers to hidden or unknown questions; never filed.
        groups: Keys of the groups that show.
    """

    answers: dict[str, Any]
    errors: dict[str, str]
    dropped: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        return not self.errors


def clean(
    form: Form,
    answers: Mapping[str, Any],
    *,
    complete: bool = True,
    locale: str | None = None,
    divisions: DivisionResolver | None = None,
    today: date | None = None,
) -> Cleaned:
    """Check answers against a form.

    The published schema and this function agree: answers without errors are valid under `json_schema(form)`, and
    answers valid under it have no errors here (whether a division exists is asked of `divisions` alone).

    Args:
        complete: False for a draft: what is missing is no error, rows just added stay.
        locale: Language of the errors; the active one by default.
        divisions: Says which divisions exist; without it only their codes are checked.
        today: Decides bounds such as "today-18y"; the city's date by default.
    """
    today = today or now.today()
    wrong = Wrong()
    normal = normal_fields(form.all_fields(), answers, wrong, whole=complete)
    asked = ((field, form.shown_when[field.key]) for field in form.all_fields())
    kept, dropped = _shown(asked, normal, whole=complete)
    dropped += [str(key) for key in answers if key not in form.by_key]
    with translation.override(locale or translation.get_language()):
        errors = _errors(form, kept, wrong, dropped, complete=complete, today=today)
        if divisions:
            errors |= _unknown_places(form.all_fields(), kept, errors, divisions, complete=complete)
    return Cleaned(
        answers=kept,
        errors=_in_order(form, errors),
        dropped=tuple(dropped),
        groups=tuple(shown_groups(form, kept)),
    )


def shown_groups(form: Form, answers: Mapping[str, Any]) -> list[str]:
    """Keys of the groups in which at least one question or note shows. `answers` are clean."""
    return [group.key for group in form.groups if any(is_shown(form, field, answers) for field in group.fields)]


def is_shown(form: Form, field: FormField, answers: Mapping[str, Any]) -> bool:
    """Whether a field of the form's first level shows. `answers` are clean."""
    return _holds(form.shown_when[field.key], answers)


def errors_in(form: Form, errors: Mapping[str, str], group: str) -> dict[str, str]:
    """The errors of one screen."""
    keys = {field.key for field in form.group(group).fields}
    return {path: message for path, message in errors.items() if path.split(".")[0] in keys}


def group_of(form: Form, path: str) -> str | None:
    """The screen on which a path is asked: where a link from an error or a correction leads."""
    key = path.split(".")[0]
    return next((group.key for group in form.groups if any(field.key == key for field in group.fields)), None)


def _holds(condition: Condition | None, answers: Mapping[str, Any]) -> bool:
    return condition is None or conditions.evaluate(condition, answers) is True


def _shown(
    fields: Iterable[tuple[FormField, Condition | None]], answers: Mapping[str, Any], path: str = "", *, whole: bool
) -> tuple[dict[str, Any], list[str]]:
    """Answers without hidden ones, and the paths of those.

    A condition names earlier fields only, and a hidden answer is no fact for later ones: one pass from top to bottom
    is the fixed point.
    """
    kept: dict[str, Any] = {}
    dropped: list[str] = []
    for field, condition in fields:
        if field.key not in answers:
            continue
        here, value = f"{path}{field.key}", answers[field.key]
        if not _holds(condition, kept):
            dropped.append(here)
            continue
        if field.kind is Kind.REPEAT and isinstance(value, list):
            rows = []
            for n, row in enumerate(value):
                asked = ((one, one.condition) for one in field.fields)
                in_row, below = _shown(asked, row, f"{here}.{n}.", whole=whole)
                dropped += below
                if in_row or not whole:
                    rows.append(in_row)
            value = rows
        if value != []:
            kept[field.key] = value
    return kept, dropped


def _errors(
    form: Form, answers: dict[str, Any], wrong: Wrong, dropped: list[str], *, complete: bool, today: date
) -> dict[str, str]:
    errors: dict[str, str] = {}
    hidden = set(dropped)
    for path in wrong:
        if path.split(".")[0] not in hidden and _holds_at(form, path, answers):
            errors[path] = messages.shapeless(form, path)
    for error in validator(form, today).iter_errors(answers):
        kind = error.kind.name
        if kind in _ONLY_WHEN_WHOLE and not complete:
            continue
        steps = [str(step) for step in error.instance_path]
        if kind == "required":
            steps.append(str(error.kind.as_dict()["property"]))
        path = ".".join(steps)
        if path not in errors:
            errors[path] = messages.of(form, path, kind, answers, today=today)
    return errors


def _holds_at(form: Form, path: str, answers: Mapping[str, Any]) -> bool:
    """Whether the question at a path whose answer was thrown away would show."""
    key, *rest = path.split(".")
    field = form.by_key[key]
    if not is_shown(form, field, answers):
        return False
    if field.kind is not Kind.REPEAT or len(rest) < 2:
        return True
    rows = answers.get(key, [])
    row = rows[int(rest[0])] if int(rest[0]) < len(rows) else {}
    inner = next(one for one in field.fields if one.key == rest[1])
    return _holds(inner.condition, row)


def _unknown_places(
    fields: Iterable[FormField],
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
    divisions: DivisionResolver,
    *,
    complete: bool,
    path: str = "",
) -> dict[str, str]:
    """Divisions that do not exist, or not as deep as the form asks."""
    found: dict[str, str] = {}
    for field in fields:
        value, here = answers.get(field.key), f"{path}{field.key}"
        if field.kind is Kind.REPEAT and isinstance(value, list):
            for n, row in enumerate(value):
                below = f"{here}.{n}."
                found |= _unknown_places(field.fields, row, errors, divisions, complete=complete, path=below)
        elif field.kind is Kind.ADDRESS and isinstance(value, dict):
            found |= _unknown_places(field.inner, value, errors, divisions, complete=complete, path=f"{here}.")
        elif field.kind in PLACED and isinstance(value, str) and here not in errors:
            problem = problem_of(value, field.depth, divisions)
            if problem and (complete or not problem.is_unfinished):
                found[here] = problem.message
    return found


def _in_order(form: Form, errors: Mapping[str, str]) -> dict[str, str]:
    """As the form asks, rows by number."""
    if not errors:
        return {}
    place: dict[str, int] = {}
    for field in form.all_fields():
        for path in _paths(field):
            place[path] = len(place)

    def key(path: str) -> tuple[Any, ...]:
        steps = path.split(".")
        row = next((int(step) for step in steps if step.isdigit()), -1)
        bare = ".".join(step for step in steps if not step.isdigit())
        return place.get(steps[0], len(place)), row, place.get(bare, len(place))

    return dict(sorted(errors.items(), key=lambda item: key(item[0])))


def _paths(field: FormField, path: str = "") -> Iterable[str]:
    here = f"{path}{field.key}"
    yield here
    for inner in field.inner:
        yield from _paths(inner, f"{here}.")
