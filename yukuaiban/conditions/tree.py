"""The tree, and how it is read from JSON or YAML with errors that say where."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Scalar = bool | int | float | str
Value = Scalar | tuple[Scalar, ...]

DEEPEST, MOST_LEAVES = 16, 500  # a tree beyond this is a mistake or an attack
_FIELD = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Op(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "not_in"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    EXISTS = "exists"


ORDERS = frozenset({Op.LT, Op.LTE, Op.GT, Op.GTE})


class ConditionError(ValueError):
    """The condition is not well formed.

    Args:
        path: Where in the tree: "all[1].value"; "" is the whole.
        message: What was found and what is expected; translated when shown.
    """

    def __init__(self, path: str, message: str | Promise, **facts: object) -> None:
        super().__init__(path)
        self.path = path
        self._message = message
        self._facts = facts

    @property
    def message(self) -> str:
        return str(self._message) % self._facts

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(frozen=True, slots=True)
class Leaf:
    field: str
    op: Op
    value: Value

    def as_json(self) -> dict[str, Any]:
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.field, "op": self.op.value, "value": value}


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]

    def as_json(self) -> dict[str, Any]:
        return {"all": [part.as_json() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]

    def as_json(self) -> dict[str, Any]:
        return {"any": [part.as_json() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition

    def as_json(self) -> dict[str, Any]:
        return {"not": self.part.as_json()}


Condition = Leaf | AllOf | AnyOf | Not


def parse(source: Any) -> Condition:
    """Read a condition from what JSON or YAML gives; a condition already read is returned as it is.

    Raises:
        ConditionError: with the path of the first thing that is wrong.
    """
    condition = _parse(source, path="", depth=1)
    if sum(1 for _leaf in leaves(condition)) > MOST_LEAVES:
        raise ConditionError("", _("条件太大：最多 %(most)s 个判断。请拆成几个条件。"), most=MOST_LEAVES)
    return condition


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every leaf, in the order written."""
    match condition:
        case Leaf():
            yield condition
        case Not(part):
            yield from leaves(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)


def fields(condition: Condition) -> set[str]:
    """The facts that the condition asks for, as dotted paths."""
    return {leaf.field for leaf in leaves(condition)}


def is_date(value: object) -> bool:
    """Whether it is a text that names a day: YYYY-MM-DD."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def kind_of(value: object) -> str | None:
    """boolean, number, text, list; None for what no op but `exists` understands."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "number"
    if isinstance(value, float | Decimal):
        return "number" if math.isfinite(value) else None
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | tuple | set | frozenset):
        return "list"
    return None


def _parse(source: Any, *, path: str, depth: int) -> Condition:
    if isinstance(source, Leaf | AllOf | AnyOf | Not):
        return source
    if depth > DEEPEST:
        raise ConditionError(path, _("条件套得太深：最多 %(most)s 层。请拆开来写。"), most=DEEPEST)
    if not isinstance(source, Mapping):
        raise ConditionError(
            path,
            _("这里应是一个条件：field、op、value 三项，或 all、any、not 之一；现在是 %(found)s。"),
            found=_short(source),
        )
    joints = [key for key in ("all", "any", "not") if key in source]
    if not joints:
        return _leaf(source, path)
    joint, others = joints[0], sorted(str(key) for key in source if key != joints[0])
    if others:
        raise ConditionError(
            path,
            _("“%(joint)s”旁边不能再有 %(others)s。请各写成一个条件，再用 all 或 any 放在一起。"),
            joint=joint,
            others="、".join(others),
        )
    below = _below(path, joint)
    if joint == "not":
        return Not(_parse(source["not"], path=below, depth=depth + 1))
    parts = source[joint]
    if not isinstance(parts, list | tuple) or not parts:
        raise ConditionError(below, _("这里应是一列条件，至少一个；现在是 %(found)s。"), found=_short(parts))
    read = tuple(_parse(part, path=f"{below}[{n}]", depth=depth + 1) for n, part in enumerate(parts))
    return AllOf(read) if joint == "all" else AnyOf(read)


def _leaf(source: Mapping[Any, Any], path: str) -> Leaf:
    unknown = sorted(str(key) for key in source if key not in {"field", "op", "value"})
    if unknown:
        raise ConditionError(
            path,
            _("不认识 %(unknown)s。一个条件只有 field、op、value 三项，或 all、any、not 之一。"),
            unknown="、".join(unknown),
        )
    for key in ("field", "op"):
        if key not in source:
            raise ConditionError(
                path, _("缺少 %(key)s。一个条件要写明 field（哪一项）、op（怎么比）、value（与什么比）。"), key=key
            )
    field = source["field"]
    if not isinstance(field, str) or not _FIELD.fullmatch(field):
        raise ConditionError(
            _below(path, "field"),
            _("字段名应为小写字母、数字和下划线，用点表示下一层，例如 applicant.age；现在是 %(found)s。"),
            found=_short(field),
        )
    try:
        op = Op(source["op"])
    except ValueError:
        near = difflib.get_close_matches(str(source["op"]), list(Op), n=1, cutoff=0.4)
        raise ConditionError(
            _below(path, "op"),
            _("没有“%(found)s”这种比法。可用的有：%(known)s。%(hint)s"),
            found=_short(source["op"]),
            known="、".join(Op),
            hint=_("是不是想写 %(near)s？") % {"near": near[0]} if near else "",
        ) from None
    if op is Op.EXISTS:
        value = source.get("value", True)
        if not isinstance(value, bool):
            raise ConditionError(
                _below(path, "value"),
                _("exists 的 value 只能是 true 或 false，也可以不写；现在是 %(found)s。"),
                found=_short(value),
            )
        return Leaf(field, op, value)
    if source.get("value") is None:
        raise ConditionError(path, _("缺少 value：要与什么比？想问有没有填写，请用 op: exists。"))
    return Leaf(field, op, _value(op, source["value"], _below(path, "value")))


def _value(op: Op, value: Any, path: str) -> Value:
    match op:
        case Op.IN | Op.NOT_IN:
            return _list(value, path)
        case Op.BETWEEN:
            pair = _list(value, path)
            if len(pair) != 2:
                raise ConditionError(path, _("between 要两个值：[最小, 最大]；现在有 %(n)s 个。"), n=len(pair))
            for n, one in enumerate(pair):
                _require_order(one, f"{path}[{n}]")
            if pair[0] > pair[1]:  # type: ignore[operator]
                raise ConditionError(path, _("between 的第一个值不能大于第二个值。"))
            return pair
        case Op.STARTS_WITH:
            texts = _list(value if isinstance(value, list | tuple) else [value], path)
            if not all(isinstance(text, str) and text for text in texts):
                raise ConditionError(
                    path, _("starts_with 只能与文字比，并且不能是空的；现在是 %(found)s。"), found=_short(value)
                )
            return texts if isinstance(value, list | tuple) else texts[0]
    scalar = _scalar(value, path)
    if op in ORDERS:
        _require_order(scalar, path)
    return scalar


def _list(value: Any, path: str) -> tuple[Scalar, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ConditionError(path, _("这里应是一列值，例如 [a, b]；现在是 %(found)s。"), found=_short(value))
    read = tuple(_scalar(one, f"{path}[{n}]") for n, one in enumerate(value))
    if len({kind_of(one) for one in read}) > 1:
        raise ConditionError(path, _("一列值必须是同一种：都是文字、都是数，或都是真假。请给文字加上引号。"))
    return read


def _scalar(value: Any, path: str) -> Scalar:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()  # YAML reads 2024-01-01 as a date
    if kind_of(value) not in {"boolean", "number", "text"}:
        raise ConditionError(
            path, _("这里应是文字、数、日期（YYYY-MM-DD）或 true、false；现在是 %(found)s。"), found=_short(value)
        )
    scalar: Scalar = as_number(value) if isinstance(value, Decimal) else value
    return scalar


def as_number(value: Decimal) -> int | float:
    """Numbers are compared as JSON has them."""
    return int(value) if value == value.to_integral_value() else float(value)


def _require_order(value: Scalar, path: str) -> None:
    if kind_of(value) != "number" and not is_date(value):
        raise ConditionError(
            path, _("只有数和日期（YYYY-MM-DD）能比大小；现在是 %(found)s。数不要加引号。"), found=_short(value)
        )


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _short(value: Any) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 40 else text[:39] + "…"
