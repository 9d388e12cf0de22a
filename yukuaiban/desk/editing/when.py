"""A condition chosen from lists: which question, how its answer is compared, with what. Nobody types one.

What the lists can say is one comparison, or several that hold together or of which one is enough. A condition of another
shape (a pack may have it) is said in words and stays as it is until somebody chooses anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yukuaiban.conditions import AllOf, AnyOf, Condition, Leaf, Not, Op, parse
from yukuaiban.items.forms.kinds import Kind
from yukuaiban.items.loading.telling import condition_words
from yukuaiban.items.loading.troubles import Path, at

Tree = dict[str, Any]
MOST = 8  # comparisons of one condition
ALWAYS, ALL, ANY, KEEP = "always", "all", "any", "keep"

IS, IS_NOT, HAS, HAS_NOT, ANSWERED, UNANSWERED = "is", "is_not", "has", "has_not", "answered", "unanswered"
_ORDERS = {Op.LT.value: Op.LT, Op.LTE.value: Op.LTE, Op.GT.value: Op.GT, Op.GTE.value: Op.GTE}
_OF_KIND: dict[Kind, dict[str, Any]] = {
    Kind.CHOICE: {IS: gettext_lazy("是所选之一"), IS_NOT: gettext_lazy("不是所选的")},
    Kind.CHOICES: {HAS: gettext_lazy("选了所选之一"), HAS_NOT: gettext_lazy("没有选所选的")},
    Kind.YES_NO: {IS: gettext_lazy("回答")},
    Kind.NUMBER: {
        IS: gettext_lazy("等于"), IS_NOT: gettext_lazy("不等于"), "lt": gettext_lazy("小于"),
        "lte": gettext_lazy("不超过"), "gt": gettext_lazy("大于"), "gte": gettext_lazy("不小于"),
    },
    Kind.DATE: {
        "lt": gettext_lazy("早于"), "lte": gettext_lazy("不晚于"), "gt": gettext_lazy("晚于"),
        "gte": gettext_lazy("不早于"),
    },
}  # fmt: skip
_OF_KIND[Kind.MONEY] = _OF_KIND[Kind.NUMBER]
_OF_ALL = {ANSWERED: gettext_lazy("已填写"), UNANSWERED: gettext_lazy("没有填写")}
_MANY = {Kind.CHOICE, Kind.CHOICES}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a condition may name."""

    key: str
    label: dict[str, str]
    kind: Kind
    options: tuple[tuple[str, dict[str, str]], ...] = ()

    @property
    def ways(self) -> dict[str, Any]:
        return {**_OF_KIND.get(self.kind, {}), **_OF_ALL}


def questions_before(content: Mapping[str, Any], path: Path) -> list[Asked]:
    """The questions that a condition at a path may name: of a question those before it, else all of the form.

    In a row of a repeat, those before it in the row.
    """
    if path[:2] != ("form", "groups"):
        return list(_all(content))
    if len(path) >= 7 and path[5] == "fields":  # form.groups.0.fields.1.fields.2
        row = at(content, path[:6]) or ()
        return [asked for field in row[: int(path[6])] for asked in _one(field)]
    return list(_all(content, int(path[2]), int(path[4]) if len(path) >= 5 else 0))


def _all(content: Mapping[str, Any], group: int | None = None, field: int = 0) -> Iterator[Asked]:
    for g, one in enumerate(at(content, ("form", "groups")) or ()):
        for f, asked in enumerate(one.get("fields") or ()):
            if group is not None and (g, f) >= (group, field):
                return
            yield from _one(asked)


def _one(field: Mapping[str, Any]) -> Iterator[Asked]:
    kind = Kind(field["kind"])
    if kind is not Kind.NOTE:
        options = tuple((option["value"], option["label"]) for option in field.get("options") or ())
        yield Asked(field["key"], field["label"], kind, options)


# --- a tree as rows, and back -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison, as the lists say it."""

    field: str
    way: str
    values: tuple[Any, ...] = ()


def rows_of(tree: Tree | None, asked: Iterable[Asked]) -> tuple[str, list[Row]]:
    """How the parts go together and the parts; KEEP and nothing for a tree that lists cannot say."""
    if not tree:
        return ALWAYS, []
    by_key = {one.key: one for one in asked}
    condition = parse(tree)
    joint, parts = ALL, (condition,)
    if isinstance(condition, AllOf | AnyOf):
        joint, parts = ALL if isinstance(condition, AllOf) else ANY, condition.parts  # type: ignore[assignment]
    rows = [_row(part, by_key) for part in parts]
    if len(rows) > MOST or any(row is None for row in rows):
        return KEEP, []
    return joint, [row for row in rows if row is not None]


def _row(part: Condition, by_key: Mapping[str, Asked]) -> Row | None:
    match part:
        case Not(Leaf(field, Op.CONTAINS, value)) if field in by_key:
            return Row(field, HAS_NOT, (value,))
        case Leaf(field, op, value) if field in by_key:
            values = value if isinstance(value, tuple) else (value,)
            way = {
                Op.EQ: IS, Op.IN: IS, Op.NE: IS_NOT, Op.NOT_IN: IS_NOT, Op.CONTAINS: HAS,
                Op.EXISTS: ANSWERED if value is True else UNANSWERED,
            }.get(op, op.value)  # fmt: skip
            asked = by_key[field]
            known = {option for option, _label in asked.options}
            if way not in asked.ways or (asked.kind in _MANY and way not in _OF_ALL and not set(values) <= known):
                return None
            if len(values) > 1 and asked.kind not in _MANY:
                return None
            return Row(field, way, () if way in _OF_ALL else values)
    return None


def tree_of(joint: str, rows: list[Row]) -> Tree | None:
    """The shortest tree that says it."""
    parts = [part for row in rows for part in _leaves(row)]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {joint: parts}


def _leaves(row: Row) -> Iterator[Tree]:
    leaf = {"field": row.field}
    many, first = len(row.values) > 1, row.values[0] if row.values else None
    match row.way:
        case "answered" | "unanswered":
            yield leaf | {"op": Op.EXISTS.value, "value": row.way == ANSWERED}
        case "has":
            each = [leaf | {"op": Op.CONTAINS.value, "value": value} for value in row.values]
            yield {"any": each} if many else each[0]
        case "has_not":
            for value in row.values:
                yield {"not": leaf | {"op": Op.CONTAINS.value, "value": value}}
        case "is":
            yield leaf | ({"op": "in", "value": list(row.values)} if many else {"op": "eq", "value": first})
        case "is_not":
            yield leaf | ({"op": "not_in", "value": list(row.values)} if many else {"op": "ne", "value": first})
        case _:
            yield leaf | {"op": row.way, "value": first}


# --- as questions of a page ---------------------------------------------------------------------------------------------


class When:
    """The questions of a form that make one condition. `fields` go into the form; `tree` is what was chosen."""

    def __init__(self, name: str, label: str, tree: Tree | None, content: Mapping[str, Any], path: Path, data: Any):
        self.name, self.label, self.stands, self.content = name, label, tree, content
        self.asked = questions_before(content, path)
        self.by_key = {one.key: one for one in self.asked}
        self.joint, self.rows = rows_of(tree, self.asked)
        self.initial: dict[str, Any] = {f"{name}_joint": self.joint}
        self.fields: dict[str, forms.Field] = {f"{name}_joint": self._joint()}
        self.lines: list[list[str]] = []
        self.data = data
        for n in range(self._how_many()):
            self._add(n)

    def _how_many(self) -> int:
        """One row more than there are, so that something can be added."""
        if not self.asked:
            return 0
        if self.data is None:
            return min(len(self.rows) + 1, MOST)
        chosen = [n for n in range(MOST) if self.data.get(f"{self.name}_{n}_field")]
        return min((max(chosen) + 2) if chosen else 1, MOST)

    @property
    def is_offered(self) -> bool:
        """Whether there is anything to choose: a condition that stands, or a question before it."""
        return bool(self.asked or self.stands)

    @property
    def said(self) -> str:
        """What stands, in words."""
        words = condition_words(self.stands, self.content)
        return words[_language()] if words else ""

    def _joint(self) -> forms.Field:
        choices: list[tuple[str, Any]] = [(ALWAYS, _("没有条件"))]
        if self.joint == KEEP:
            choices.append((KEEP, _("保留现在的条件：{condition}").format(condition=self.said)))
        if self.asked:
            choices += [(ALL, _("下面的条件都成立时")), (ANY, _("下面的条件成立一个时"))]
        return forms.ChoiceField(label=self.label, choices=choices, required=self.is_offered, widget=forms.RadioSelect)

    def _add(self, n: int) -> None:
        """The lists of one comparison: which one stands in the second and third follows from the first."""
        name = f"{self.name}_{n}"
        row = self.rows[n] if n < len(self.rows) else None
        chosen = self.data.get(f"{name}_field") if self.data is not None else row and row.field
        asked = self.by_key.get(chosen or "")
        self.initial[f"{name}_field"] = row.field if row else ""
        redraw = {
            "hx-post": "", "hx-trigger": "change", "hx-target": "#part-form", "hx-select": "#part-form",
            "hx-swap": "outerHTML", "hx-include": "closest form", "hx-vals": '{"do": "redraw"}',
        }  # fmt: skip
        self.fields[f"{name}_field"] = forms.ChoiceField(
            label=_("哪个问题"), required=False, widget=forms.Select(redraw),
            choices=[("", _("（不用）")), *((one.key, one.label[_language()]) for one in self.asked)],
        )  # fmt: skip
        names = [f"{name}_field"]
        if asked is not None:
            names += self._comparison(name, asked, row if row and row.field == asked.key else None)
        self.lines.append(names)

    def _comparison(self, name: str, asked: Asked, row: Row | None) -> list[str]:
        self.fields[f"{name}_way"] = forms.ChoiceField(label=_("怎么比"), choices=[*asked.ways.items()], required=False)
        self.initial[f"{name}_way"] = row.way if row else next(iter(asked.ways))
        value = self._value(asked)
        if value is None:
            return [f"{name}_way"]
        self.fields[f"{name}_value"] = value
        if row and row.values:
            self.initial[f"{name}_value"] = _shown(asked.kind, row.values)
        return [f"{name}_way", f"{name}_value"]

    def _value(self, asked: Asked) -> forms.Field | None:
        told = _("答案")
        match asked.kind:
            case Kind.CHOICE | Kind.CHOICES:
                choices = [(value, label[_language()]) for value, label in asked.options]
                return forms.MultipleChoiceField(
                    label=told, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
                )
            case Kind.YES_NO:
                return forms.ChoiceField(label=told, required=False, choices=[("yes", _("是")), ("no", _("否"))])
            case Kind.NUMBER | Kind.MONEY:
                unit = _("（元）") if asked.kind is Kind.MONEY else ""
                return forms.DecimalField(label=told + unit, required=False, max_digits=15, decimal_places=4)
            case Kind.DATE:
                widget = forms.DateInput({"type": "date", "class": "input-medium"}, format="%Y-%m-%d")
                return forms.DateField(label=told, required=False, widget=widget)
        return None

    def tree(self, form: forms.Form) -> Tree | None:
        """What was chosen; each thing that is missing is told at its list. What says the same stays as it was."""
        data = form.cleaned_data
        joint = data.get(f"{self.name}_joint")
        if joint in (ALWAYS, KEEP) and self._has_new_row(data):
            form.add_error(
                f"{self.name}_joint", _("下面选了条件：请选“都成立时”或“成立一个时”，或把下面的改为“不用”。")
            )
        if joint == KEEP:
            return self.stands
        if joint not in (ALL, ANY):
            return None
        rows = [row for n in range(len(self.lines)) if (row := self._chosen(n, form)) is not None]
        if not rows and not form.errors:
            form.add_error(f"{self.name}_0_field", _("请选择问题，或选“没有条件”。"))
        same = (joint, rows) == (self.joint, self.rows) or (len(rows) == 1 and rows == self.rows)
        return self.stands if same else tree_of(joint, rows)

    def _has_new_row(self, data: Mapping[str, Any]) -> bool:
        """Whether a question was chosen beside those that stand: it is not dropped without a word."""
        return any(data.get(f"{self.name}_{n}_field") for n in range(len(self.rows), len(self.lines)))

    def _chosen(self, n: int, form: forms.Form) -> Row | None:
        name, data = f"{self.name}_{n}", form.cleaned_data
        asked = self.by_key.get(data.get(f"{name}_field") or "")
        if asked is None:
            return None
        way, value = data.get(f"{name}_way") or next(iter(asked.ways)), data.get(f"{name}_value")
        if way in _OF_ALL:
            return Row(asked.key, way)
        if value in (None, "", []):
            form.add_error(f"{name}_value", _("请选择或填写答案。"))
            return None
        return Row(asked.key, way, _read(asked.kind, value))


def _shown(kind: Kind, values: tuple[Any, ...]) -> Any:
    match kind:
        case Kind.CHOICE | Kind.CHOICES:
            return list(values)
        case Kind.YES_NO:
            return "yes" if values[0] is True else "no"
        case Kind.MONEY:
            return Decimal(values[0]) / 100
    return values[0]


def _read(kind: Kind, value: Any) -> tuple[Any, ...]:
    match kind, value:
        case ((Kind.CHOICE | Kind.CHOICES), _):
            return tuple(value)
        case Kind.YES_NO, _:
            return (value == "yes",)
        case Kind.MONEY, Decimal():
            return (int(value * 100),)
        case _, Decimal():
            return (int(value) if value == value.to_integral_value() else float(value),)
        case _, date():
            return (value.isoformat(),)
    return (value,)


def _language() -> str:
    return "en" if (get_language() or "zh").startswith("en") else "zh"
