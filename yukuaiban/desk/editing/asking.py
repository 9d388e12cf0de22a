"""The questions of a page, made from the schema of the part that it edits; and the part, made from the answers.

An element of the schema that has a widget here is asked by itself; one that has none stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le, MinLen
from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import BaseModel, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from yukuaiban.desk.editing.parts import Place, is_optional, key_for, label_of, members_of, one_of, without_none
from yukuaiban.desk.editing.when import When
from yukuaiban.items.forms import FormField
from yukuaiban.items.forms.kinds import Kind
from yukuaiban.items.loading.files import read_yaml
from yukuaiban.items.loading.pack import Pack
from yukuaiban.items.loading.troubles import Path, Trouble, at, of_schema
from yukuaiban.items.loading.wording import codes

CONDITIONS = {"when", "check"}
_LONG = {"text", "help", "standard", "summary", "answer", "note", "reduction", "visits_reason", "quota"}
_HELP: dict[str, Callable[[], str]] = {
    "status": lambda: _("只有官方发布过的才选“官方发布”。"),
    "keywords": lambda: _("每行一个。"),
    "joint_bodies": lambda: _("每行一个。"),
    "not_before": lambda: _("日期，如 2026-01-31；或 today、today-18y、today+30d。"),
    "not_after": lambda: _("日期，如 2026-01-31；或 today、today-18y、today+30d。"),
    "options_from": lambda: _("选了代码集的，选项从那里来。"),
    "amount_fen": lambda: _("不固定的不填。"),
    "basis": lambda: _("法律、法规的名称和条款。没有依据的材料不能要求提供。"),
}


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the schema as questions: one, or two where it is said in both languages."""

    name: str
    fields: dict[str, forms.Field]
    show: Callable[[Any], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], Any]


class PartForm(forms.Form):
    """What stands at a place of a draft, as questions."""

    def __init__(self, place: Place, content: Mapping[str, Any], pack: Pack, data: Any = None, kind: str = "") -> None:
        self.place, self.content, self.pack = place, content, pack
        self.value: dict[str, Any] = at(content, place.path) or _empty(place.model, kind)
        self.elements: list[Element] = []
        self.conditions: dict[str, When] = {}
        super().__init__(data, initial={}, auto_id="id_%s")
        for name in place.names(self.value):
            self._ask(name, place.model.model_fields[name], data)

    def _ask(self, name: str, info: FieldInfo, data: Any) -> None:
        said = label_of(self.place, name)
        if name in CONDITIONS:
            when = When(name, said, self.value.get(name), self.content, self.place.path, data)
            self.conditions[name] = when
            self.fields |= when.fields
            self.initial = {**self.initial, **when.initial}
            return
        is_money = name == "amount_fen" or (name in {"min", "max"} and self.value.get("kind") == Kind.MONEY)
        element = _yuan(name, said) if is_money else _element(self.place, name, said, info, self.pack)
        if element is not None:
            self.elements.append(element)
            self.fields |= element.fields
            self.initial = {**self.initial, **element.show(self.value.get(name))}

    def blocks(self) -> Iterator[tuple[str, Any]]:
        """For the page, in order: ("field", one question) or ("condition", When)."""
        for name in self.place.names(self.value):
            if name in self.conditions and self.conditions[name].is_offered:
                yield "condition", self.conditions[name]
            for element in self.elements:
                if element.name == name:
                    yield from (("field", self[field]) for field in element.fields)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self.made = dict(self.value)
        for element in self.elements:
            self._both_languages(element, data)
            self.made[element.name] = element.read(data)
        for name, when in self.conditions.items():
            self.made[name] = when.tree(self)
        if self.made.get("options_from") != self.value.get("options_from"):
            self.made["options"] = []  # those of the code set are filled in when it is published
        if "key" in self.place.model.model_fields and not self.made.get("key"):
            self.made["key"] = key_for(_english(self.made), _taken(self.content, self.place))
        if self.place.model.__name__ == "Option" and not self.made.get("value"):
            self.made["value"] = key_for(_english(self.made), _taken(self.content, self.place))
        if not self.errors:
            self._check()
        return data

    def _both_languages(self, element: Element, data: dict[str, Any]) -> None:
        zh, en = f"{element.name}_zh", f"{element.name}_en"
        if {zh, en} <= set(element.fields) and bool(data.get(zh)) != bool(data.get(en)) and not self.errors:
            self.add_error(en if data.get(zh) else zh, _("中文和英文都要写。"))

    def _check(self) -> None:
        """The schema's own rules of this part. Those of the whole are told on the draft's page."""
        try:
            self.place.model.model_validate(self.made)
        except ValidationError as error:
            self.tell(of_schema(error, self.made))

    def tell(self, troubles: Iterator[Trouble] | list[Trouble], *, before: Path = ()) -> None:
        """What is wrong, at the question that it is about; what is about none of them is left to the draft's page."""
        for trouble in troubles:
            field = self.field_at(trouble.path[len(before) :])
            if field is not None:
                self.add_error(field, trouble.message)

    def field_at(self, path: Path) -> str | None:
        """The question for a path inside this part."""
        for name in ("_".join(map(str, path[:2])), str(path[0]) if path else "", f"{path[0]}_zh" if path else ""):
            if name in self.fields:
                return name
        if path and path[0] in self.conditions:
            return f"{path[0]}_joint"
        return None

    def show_troubles(self, troubles: list[Trouble]) -> None:
        """On a page that is only looked at: what keeps the draft from being published, beside the questions."""
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}
        here = self.place.path
        self.tell([one for one in troubles if one.path[: len(here)] == here], before=here)

    def forget_errors(self) -> None:
        """Drawn anew because another question was chosen: nothing was handed in yet."""
        self._errors = ErrorDict()


def kinds_of(place: Place) -> list[tuple[str, str]]:
    """The kinds of question that can stand at a place."""
    left_out = {Kind.REPEAT, Kind.NOTE} if len(place.path) > 5 else set()
    return [(kind.value, codes("form.kind").get(kind.value, kind.value)) for kind in Kind if kind not in left_out]


def _empty(model: type[BaseModel], kind: str) -> dict[str, Any]:
    """A new thing, as the schema's defaults have it; of what has none only that nothing is listed yet."""
    made: dict[str, Any] = {"kind": kind} if model is FormField else {}
    for name, info in model.model_fields.items():
        if not info.is_required():
            value = info.get_default(call_default_factory=True)
            made[name] = list(value) if isinstance(value, tuple) else value.value if isinstance(value, Enum) else value
        elif members_of(info.annotation) is not None:
            made[name] = []
    return made


def _english(made: Mapping[str, Any]) -> str:
    for name in ("title", "label", "text", "question"):
        if isinstance(made.get(name), dict):
            return str(made[name].get("en", ""))
    return ""


def _taken(content: Mapping[str, Any], place: Place) -> set[str]:
    """Keys beside which a new one must be its own; those of questions over the whole form."""
    members = at(content, place.listed_in) or []
    found = {str(one.get("key") or one.get("value")) for one in members if isinstance(one, dict)}
    if place.model is FormField:
        groups = at(content, ("form", "groups")) or []
        found |= {str(field.get("key")) for group in groups for field in group.get("fields") or ()}
    return found


# --- an element of the schema as questions ------------------------------------------------------------------------------


def _element(place: Place, name: str, said: str, info: FieldInfo, pack: Pack) -> Element | None:
    kind, needed = without_none(info.annotation), info.is_required()
    key = f"{place.path[0]}.{name}" if place.path else name
    if _is_text(kind):
        return _text(name, said, needed, place)
    if get_origin(kind) is tuple:
        return _several(name, key, said, kind, needed or any(isinstance(mark, MinLen) for mark in _marks(info)))
    if kind is bool:
        return _plain(name, forms.BooleanField(label=said, required=False, help_text=_help(name)), bool)
    if (choices := _codes(kind, key)) is not None:
        return _choice(name, said, choices, needed, optional=is_optional(info.annotation))
    if (listed := _listed(name, pack)) is not None:
        return _choice(name, said, listed, needed, optional=True)
    if kind is int or int in get_args(kind)[:1]:
        return _number(name, said, info, needed)
    if kind is str or str in get_args(kind)[:1]:
        return _words(name, said, info, needed)
    return None


def _help(name: str) -> str:
    return _HELP[name]() if name in _HELP else ""


def _is_text(kind: Any) -> bool:
    model = one_of(kind)
    return model is not None and set(model.model_fields) == {"zh", "en"}


def _text(name: str, said: str, needed: bool, place: Place) -> Element:
    model = one_of(without_none(place.model.model_fields[name].annotation))
    most = _most(model.model_fields["zh"]) if model else 1000
    long = name in _LONG
    fields: dict[str, forms.Field] = {}
    for language, words in (("zh", _("{label}（中文）")), ("en", _("{label}（英文）"))):
        widget = forms.Textarea({"rows": 3}) if long else forms.TextInput()
        if language == "zh":
            widget.attrs["lang"] = "zh-Hans"
        fields[f"{name}_{language}"] = forms.CharField(
            label=words.format(label=said), required=needed, max_length=most, widget=widget,
            help_text=_help(name) if language == "zh" else "",
        )  # fmt: skip

    def read(data: Mapping[str, Any]) -> Any:
        zh, en = data.get(f"{name}_zh") or "", data.get(f"{name}_en") or ""
        return {"zh": zh, "en": en} if zh or en else None

    def show(value: Any) -> dict[str, Any]:
        return {f"{name}_{language}": text for language, text in (value or {}).items()}

    return Element(name, fields, show, read)


def _several(name: str, key: str, said: str, kind: Any, needed: bool) -> Element | None:
    if members_of(kind) is not None:
        return None  # things of their own, each with a page
    inner = get_args(kind)[0]
    choices = _codes(inner, key)
    if choices is not None:
        field: forms.Field = forms.MultipleChoiceField(
            label=said, choices=choices, required=needed, widget=forms.CheckboxSelectMultiple, help_text=_help(name)
        )
        return _plain(name, field, lambda value: list(value or []), show=lambda value: list(value or []))
    if str in get_args(inner)[:1] or inner is str:
        field = forms.CharField(
            label=said, required=needed, max_length=4000, help_text=_help(name),
            widget=forms.Textarea({"rows": 4, "lang": "zh-Hans"}),
        )  # fmt: skip
        lines = lambda text: [line.strip() for line in (text or "").splitlines() if line.strip()]  # noqa: E731
        return _plain(name, field, lines, show=lambda value: "\n".join(value or []))
    return None


def _plain(
    name: str, field: forms.Field, read: Callable[[Any], Any], show: Callable[[Any], Any] = lambda value: value
) -> Element:
    return Element(name, {name: field}, lambda value: {name: show(value)}, lambda data: read(data.get(name)))


def _choice(name: str, said: str, choices: list[tuple[str, Any]], needed: bool, *, optional: bool) -> Element:
    offered = [("", _("（没有）")), *choices] if optional else choices
    field = forms.ChoiceField(label=said, choices=offered, required=not optional or needed, help_text=_help(name))
    return _plain(name, field, lambda value: value or None, show=lambda value: value or "")


def _number(name: str, said: str, info: FieldInfo, needed: bool) -> Element:
    low, high = None, None
    for mark in _marks(info):
        low = mark.ge if isinstance(mark, Ge) else low
        high = mark.le if isinstance(mark, Le) else high
    default = info.get_default() if not needed else None
    field = forms.IntegerField(
        label=said, required=needed or default is not None, min_value=low, max_value=high,  # type: ignore[arg-type]
        help_text=_help(name), widget=forms.NumberInput({"class": "input-short"}),
    )  # fmt: skip
    return _plain(name, field, lambda value: value)


def _yuan(name: str, said: str) -> Element:
    """An amount that stands in fen, and may be absent."""
    field = forms.DecimalField(
        label=_("{label}（元）").format(label=said), required=False, max_digits=15, decimal_places=2,
        help_text=_help(name), widget=forms.NumberInput({"class": "input-medium"}),
    )  # fmt: skip
    return _plain(
        name, field, lambda value: None if value is None else int(value * 100),
        show=lambda value: None if value is None else Decimal(value) / 100,
    )  # fmt: skip


def _words(name: str, said: str, info: FieldInfo, needed: bool) -> Element:
    field = forms.CharField(
        label=said, required=needed, max_length=_most(info), help_text=_help(name),
        widget=forms.TextInput({"lang": "zh-Hans"}),
    )  # fmt: skip
    return _plain(name, field, lambda value: value or None, show=lambda value: value or "")


def _marks(info: FieldInfo) -> Iterator[Any]:
    """The bounds of an element, also of one that may be absent."""
    for mark in (*info.metadata, *(m for one in get_args(info.annotation) for m in getattr(one, "__metadata__", ()))):
        yield mark
        yield from getattr(mark, "metadata", ())


def _most(info: FieldInfo) -> int:
    found = [mark.max_length for mark in _marks(info) if isinstance(mark, StringConstraints) and mark.max_length]
    return found[0] if found else 1000


def _codes(kind: Any, key: str) -> list[tuple[str, Any]] | None:
    """The values of a fixed list, with their words."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        values = [one.value for one in kind]
    elif get_origin(kind) is Literal:
        values = [value.value if isinstance(value, Enum) else value for value in get_args(kind)]
    elif kind_parts := [one for one in get_args(kind) if get_origin(one) is Literal]:
        values = list(dict.fromkeys(value for one in kind_parts for value in get_args(one)))
    else:
        return None
    words = codes(key)
    return [(value, words.get(value, value)) for value in values]


def _listed(name: str, pack: Pack) -> list[tuple[str, Any]] | None:
    """What a pack lists and an element may name."""
    match name:
        case "licence_type":
            return [(code, _title_in(pack, f"licence_types/{code}.yaml", ()) or code) for code in pack.licence_types]
        case "register":
            return [
                (code, _title_in(pack, "registers.yaml", ("registers", code)) or code)
                for code in sorted(pack.registers)
            ]
        case "options_from":
            sets = {row.code_set: row.code_set_zh for row in pack.rows("code_sets.csv")}
            return [(code, words) for code, words in sets.items() if pack.code_set(code)]
        case "department":
            return [(row.kind, row.name_en if _is_english() else row.name_zh) for row in pack.rows("department_kinds.csv")]  # fmt: skip
    return None


def _title_in(pack: Pack, file: str, path: Path) -> str:
    name = f"{pack.head.id}/{file}"
    document = read_yaml(name, pack.files[name], []) if name in pack.files else None
    title = at(document.data, (*path, "title")) if document else None
    return str(title.get("en" if _is_english() else "zh", "")) if isinstance(title, dict) else ""


def _is_english() -> bool:
    return (get_language() or "zh").startswith("en")
