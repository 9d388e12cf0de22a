"""One screen of a form as controls, ready to be drawn: the macros of items/fields.html decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yukuaiban import conditions
from yukuaiban.config import now
from yukuaiban.identifiers import phone
from yukuaiban.items.forms import days, messages
from yukuaiban.items.forms.cleaning import clean, is_shown
from yukuaiban.items.forms.definition import Form, FormField
from yukuaiban.items.forms.divisions import DivisionResolver, levels
from yukuaiban.items.forms.kinds import Kind
from yukuaiban.items.forms.schema import LONGEST, MOST_ROWS
from yukuaiban.items.forms.showing import printable

FEW = 7  # so many options are shown one under the other; more go into a list to open
_LISTS = {"county": 1, "town": 2, "village": 3}
# What a browser may know of the person at the keyboard (WCAG 2.1, 1.3.5).
_AUTOCOMPLETE = {
    (Kind.PERSON, "name"): "name",
    (Kind.PERSON, "phone"): "tel",
    (Kind.ORGANISATION, "name"): "organization",
    (Kind.ORGANISATION, "phone"): "tel",
    (Kind.ADDRESS, "detail"): "street-address",
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Control:
    """One question, or one part of it, as drawn.

    Attributes:
        draw: Which macro: input, hidden, textarea, select, radios, yes_no, checkboxes, block, repeat, note, locked.
        name: Name in the posted form. id: HTML id; help and error are `id`-help and `id`-error.
        value: Text in the control; of a locked one the printable answer.
        redraws: Something else hangs on the answer, so a change draws the screen again.
        prefilled: The answer was filled in for the person and is still as it was.
        controls: Parts of a block. rows: of a repeat, each with its controls.
    """

    draw: str
    name: str
    id: str
    label: str
    required: bool = True
    help: str = ""
    error: str = ""
    value: str = ""
    type: str = "text"
    inputmode: str | None = None
    autocomplete: str | None = None
    unit: str = ""
    width: str = ""
    min: str | None = None
    max: str | None = None
    lines: int = 4
    choices: tuple[Choice, ...] = ()
    controls: tuple[Control, ...] = ()
    rows: tuple[tuple[Control, ...], ...] = ()
    may_add: bool = False
    may_remove: bool = False
    redraws: bool = False
    prefilled: bool = False

    @property
    def described_by(self) -> str | None:
        """For aria-describedby."""
        return " ".join(f"{self.id}-{part}" for part in ("help", "unit", "error") if getattr(self, part)) or None

    def leaves(self) -> Iterator[Control]:
        """The controls that a person touches, this one or those inside it."""
        inside = [*self.controls, *(control for row in self.rows for control in row)]
        if not inside:
            yield self
        for control in inside:
            yield from control.leaves()


@dataclass(frozen=True, slots=True)
class Screen:
    """The questions of one group that show. `number` of `total` counts the groups that show."""

    key: str
    id: str
    title: str
    help: str
    controls: tuple[Control, ...]
    number: int
    total: int

    @property
    def redraws(self) -> bool:
        """Whether some answer here decides what else shows: without scripts a button is needed for that."""
        return any(leaf.redraws for control in self.controls for leaf in control.leaves())


def screen(
    form: Form,
    group: str,
    answers: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    *,
    locale: str | None = None,
    divisions: DivisionResolver | None = None,
    origins: Mapping[str, str] | None = None,
    open_fields: AbstractSet[str] | None = None,
    today: date | None = None,
) -> Screen:
    """A group's questions with a person's answers in them.

    Args:
        answers: A draft, clean or not.
        errors: By path, as `clean` gives them.
        origins: Keys of what was filled in for the person (`Prefilled.origins`).
        open_fields: Keys that may be changed, in a correction; all by default. The others are shown as text.
    """
    locale = locale or translation.get_language() or "zh"
    today = today or now.today()
    asked = form.group(group)
    with translation.override(locale):
        cleaned = clean(form, answers, complete=False, locale=locale, today=today)
        pen = _Pen(form, locale, divisions, errors or {}, today)
        controls: list[Control] = []
        for field in asked.fields:
            if not is_shown(form, field, cleaned.answers):
                continue
            value = cleaned.answers.get(field.key, answers.get(field.key))
            control = pen.draw(field, value, field.key)
            if open_fields is not None and field.key not in open_fields and field.kind is not Kind.NOTE:
                text = printable(field, value, locale, divisions=divisions)
                control = Control("locked", control.name, control.id, control.label, value=text)
            controls.append(replace(control, prefilled=field.key in (origins or {}) and not control.error))
    shown = cleaned.groups
    return Screen(
        key=group,
        id=f"group-{group.replace('_', '-')}",
        title=asked.title.in_(locale),
        help=asked.help.in_(locale) if asked.help else "",
        controls=tuple(controls),
        number=shown.index(group) + 1 if group in shown else 0,
        total=len(shown),
    )


def error_list(form: Form, errors: Mapping[str, str], locale: str | None = None) -> list[dict[str, str]]:
    """Errors for `components.errors_summary`: each with the id of the control to go to."""
    return [
        {"field_id": id_of(path), "label": messages.label_of(form, path, locale), "message": message}
        for path, message in errors.items()
    ]


def id_of(path: str) -> str:
    """The id of what is drawn for a path."""
    return "f-" + path.replace(".", "-").replace("_", "-")


class _Pen:
    """Draws fields in one language."""

    def __init__(
        self,
        form: Form,
        locale: str,
        divisions: DivisionResolver | None,
        errors: Mapping[str, str],
        today: date,
    ) -> None:
        self.locale = locale
        self.divisions = divisions
        self.errors = errors
        self.today = today
        self.hung_on = {path for one in form.shown_when.values() if one for path in conditions.fields(one)}

    def draw(self, field: FormField, value: Any, name: str, *, own: bool = False) -> Control:
        """One field.

        Args:
            own: The answer is about the person at the keyboard, whose browser may know it.
        """
        own = own or (field.source or "").split(".")[0] in {"applicant", "phone", "email"}
        plain = Control(
            draw="input",
            name=name,
            id=id_of(name),
            label=field.label.in_(self.locale),
            required=field.required,
            help=field.help.in_(self.locale) if field.help else "",
            error=self.errors.get(name, ""),
            value="" if value is None or isinstance(value, bool | list | dict) else str(value),
            redraws=self._is_hung_on(name),
        )
        match field.kind:
            case Kind.NOTE:
                return replace(plain, draw="note")
            case Kind.REPEAT:
                return self._repeat(field, value, plain)
            case Kind.CHOICE | Kind.YES_NO:
                return self._one_of(field, value, plain)
            case Kind.CHOICES:
                chosen = value if isinstance(value, list) else []
                return replace(plain, draw="checkboxes", choices=self._options(field, chosen))
            case Kind.DIVISION:
                return self._division(field, value, plain, name)
        if field.inner:
            parts = value if isinstance(value, dict) else {}
            drawn = tuple(self._part(field, part, parts.get(part.key), name, own) for part in field.inner)
            return replace(plain, draw="block", controls=drawn, redraws=False)
        return self._input(field, value, plain, own)

    def _is_hung_on(self, name: str) -> bool:
        steps = name.split(".")
        return any(".".join(steps[: n + 1]) in self.hung_on for n in range(len(steps)))

    def _part(self, block: FormField, part: FormField, value: Any, name: str, own: bool) -> Control:
        here = f"{name}.{part.key}"
        control = self.draw(part, value, here, own=own)
        if block.kind is Kind.ADDRESS and part.kind is Kind.DIVISION:
            return self._division(part, value, control, name)  # its lists stand one level up: home.level1
        if block.kind is Kind.IDENTITY_DOCUMENT:
            return self._document_part(block, part, control)
        return replace(control, autocomplete=_AUTOCOMPLETE.get((block.kind, part.key)) if own else control.autocomplete)

    def _document_part(self, block: FormField, part: FormField, control: Control) -> Control:
        """Where one kind of document is taken, it is not asked but said beside the number."""
        only = block.inner[0].options[0] if len(block.inner[0].options) == 1 else None
        if part.key == "number":
            label = _("%(kind)s号码") % {"kind": only.label.in_(self.locale)} if only else control.label
            return replace(control, label=label, width="input-medium", autocomplete="off")
        return replace(control, draw="hidden", value=only.value) if only else replace(control, draw="select")

    def _repeat(self, field: FormField, value: Any, plain: Control) -> Control:
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        least = max(field.min or 0, 1 if field.required else 0)
        rows += [{}] * (least - len(rows))
        inside = {path for one in field.fields if one.condition for path in conditions.fields(one.condition)}
        drawn: list[tuple[Control, ...]] = []
        for n, row in enumerate(rows):
            self.hung_on |= {f"{plain.name}.{n}.{path}" for path in inside}
            shown = [
                one for one in field.fields if not one.condition or conditions.evaluate(one.condition, row) is True
            ]
            drawn.append(tuple(self.draw(one, row.get(one.key), f"{plain.name}.{n}.{one.key}") for one in shown))
        return replace(
            plain,
            draw="repeat",
            rows=tuple(drawn),
            may_add=len(rows) < (field.max or MOST_ROWS),
            may_remove=len(rows) > least,
            redraws=False,
        )

    def _one_of(self, field: FormField, value: Any, plain: Control) -> Control:
        if field.kind is Kind.YES_NO:
            yes = Choice("yes", pgettext("answer", "是"), value is True)
            no = Choice("no", pgettext("answer", "否"), value is False)
            return replace(plain, draw="yes_no", choices=(yes, no))
        choices = self._options(field, [value])
        return replace(plain, draw="radios" if len(choices) <= FEW else "select", choices=choices)

    def _options(self, field: FormField, chosen: list[Any]) -> tuple[Choice, ...]:
        return tuple(Choice(o.value, o.label.in_(self.locale), o.value in chosen) for o in field.options)

    def _division(self, field: FormField, value: Any, plain: Control, name: str) -> Control:
        """Lists from the city down. What is chosen in one decides what stands in the next, so each redraws."""
        if self.divisions is None:
            return replace(plain, draw="input", inputmode="numeric", width="input-medium")
        names = [_("区县"), _("街道、乡镇"), _("村、社区")]
        lists = levels(value if isinstance(value, str) else "", field.depth, self.divisions, self.locale)
        controls = tuple(
            Control(
                draw="select",
                name=f"{name}.level{n}",
                id=f"{plain.id}-level{n}",
                label=names[n - 1] if n <= len(names) else plain.label,
                required=field.required,
                choices=tuple(Choice(code, said, code == choice.chosen) for code, said in choice.options),
                redraws=n < _LISTS[field.depth] or plain.redraws,
            )
            for n, choice in enumerate(lists, start=1)
        )
        return replace(plain, draw="block", controls=controls, redraws=False)

    def _input(self, field: FormField, value: Any, plain: Control, own: bool) -> Control:
        match field.kind:
            case Kind.TEXTAREA:
                most = field.max_length or LONGEST[field.kind]
                told = _("最多 %(most)s 个字。") % {"most": most}
                lines = 3 if most <= 200 else 5 if most <= 1000 else 8
                return replace(plain, draw="textarea", lines=lines, help=f"{plain.help} {told}".strip())
            case Kind.NUMBER:
                mode = "decimal" if field.decimals else "numeric"
                unit = field.unit.in_(self.locale) if field.unit else ""
                return replace(plain, inputmode=mode, unit=unit, width="input-short")
            case Kind.MONEY:
                amount = isinstance(value, int) and not isinstance(value, bool)
                typed = (
                    f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}" if amount else plain.value
                )
                return replace(plain, inputmode="decimal", unit=_("元"), width="input-short", value=typed)
            case Kind.DATE:
                low, high = (self._edge(bound) for bound in (field.not_before, field.not_after))
                known = "bday" if field.source == "birth_on" else None
                return replace(plain, type="date", min=low, max=high, width="input-medium", autocomplete=known)
            case Kind.MONTH:
                return replace(plain, type="month", width="input-medium")
            case Kind.PHONE:
                shown = phone.parse(plain.value).display if phone.is_valid(plain.value) else plain.value
                known = "tel" if own else None
                return replace(
                    plain, type="tel", inputmode="tel", width="input-medium", autocomplete=known, value=shown
                )
            case Kind.EMAIL:
                return replace(plain, type="email", inputmode="email", autocomplete="email" if own else None)
            case Kind.BANK_CARD:
                return replace(plain, inputmode="numeric", width="input-medium", autocomplete="off")
            case Kind.CREDIT_CODE:
                return replace(plain, width="input-medium", autocomplete="off")
        if field.format == "person_name":
            return replace(plain, width="input-medium", autocomplete="name" if own else None)
        return plain

    def _edge(self, bound: str | None) -> str | None:
        return days.bound(bound, self.today).isoformat() if bound else None
