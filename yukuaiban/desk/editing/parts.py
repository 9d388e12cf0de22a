"""What of a guide is edited at a desk, and the way to each part of it.

One more list, or one more text: a row or a name in PARTS. What a page asks follows from the schema.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Union, get_args, get_origin

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel

from yukuaiban.config.errors import NotFound
from yukuaiban.items.forms import FormField
from yukuaiban.items.forms.definition import BELONGS
from yukuaiban.items.forms.kinds import Kind
from yukuaiban.items.loading.telling import title_of
from yukuaiban.items.loading.troubles import Path, at
from yukuaiban.items.loading.wording import label
from yukuaiban.items.schema import ItemContent

Model = type[BaseModel]
MOST = 60  # members of one list
NEW = "new"


@dataclass(frozen=True, slots=True)
class Part:
    """A list of the guide, or some texts of it.

    Attributes:
        only: The elements that are asked; all that the schema has and a page can ask when empty.
        is_list: Its members are edited one by one, added, removed and moved.
        is_fixed: Its members are changed only: how many there are and in which order is not a desk's to say.
    """

    path: tuple[str, ...]
    label: Any
    only: tuple[str, ...] = ()
    is_list: bool = True
    is_fixed: bool = False


PARTS: dict[str, Part] = {
    "texts": Part(
        (), gettext_lazy("简介和说明"), only=("summary", "keywords", "visits_reason", "quota", "joint_bodies"), is_list=False
    ),
    "requirements": Part(("requirements",), gettext_lazy("受理条件")),
    "materials": Part(("materials",), gettext_lazy("申请材料")),
    "form.groups": Part(("form", "groups"), gettext_lazy("申请表")),
    "situations": Part(("situations",), gettext_lazy("业务办理项")),
    "process.steps": Part(("process", "steps"), gettext_lazy("办理流程"), only=("title", "days"), is_fixed=True),
    "result": Part(("result",), gettext_lazy("审批结果"), only=("title",), is_list=False),
    "fees": Part(("fees",), gettext_lazy("收费")),
    "questions": Part(("questions",), gettext_lazy("常见问题")),
    "basis": Part(("basis",), gettext_lazy("设定依据")),
    "intermediaries": Part(("intermediaries",), gettext_lazy("中介服务")),
}  # fmt: skip

#: Elements that no page asks: what a thing is called inside, and what is written as code. They stay as they are.
_INSIDE = {"key", "value", "slug", "entry", "kind", "pattern"}
_LAST = {"status", "source"}  # asked at the end: what is said comes before whose word it is
_IN_A_FORM = {"source"}  # where a question is filled in from: a path into what the platform knows


@dataclass(frozen=True, slots=True)
class Place:
    """One page's part of a guide.

    Attributes:
        path: Into the content; of a thing that is not there yet, one behind the last.
        model: Its schema.
        around: The address of the page that it is listed on, "" for the draft's own.
    """

    where: str
    part: Part
    path: Path
    model: Model
    is_new: bool = False

    @property
    def listed_in(self) -> Path:
        """The list that it is a member of."""
        return self.path[:-1]

    @property
    def is_member(self) -> bool:
        return bool(self.path) and isinstance(self.path[-1], int)

    @property
    def around(self) -> str:
        """The address of the thing around it: of a question its screen; "" where that is the draft."""
        outer = self.path[:-2]
        return ".".join(map(str, outer)) if any(isinstance(step, int) for step in outer) else ""

    def names(self, value: dict[str, Any]) -> Iterator[str]:
        """The elements that the page may ask of a thing like this one, in the order of the schema; last where it comes from."""
        for name in sorted(self.model.model_fields, key=_LAST.__contains__):
            if self.part.only and len(self.path) <= len(self.part.path) + 1:
                if name in self.part.only:
                    yield name
            elif name not in _INSIDE and self._means_something(name, value):
                yield name

    def _means_something(self, name: str, value: dict[str, Any]) -> bool:
        if self.model is not FormField:
            return True
        if name == "pattern_hint":
            return bool(value.get("pattern"))
        kinds = BELONGS.get(name)
        return name not in _IN_A_FORM and (kinds is None or Kind(value["kind"]) in kinds)

    def lists(self, value: dict[str, Any]) -> list[tuple[str, Path]]:
        """The lists inside it, as the label's key and the path: of a screen its questions, of a question its options."""
        if self.is_new:
            return []
        found = []
        for name in self.names(value):
            inner = members_of(self.model.model_fields[name].annotation)
            if inner is not None and not (name == "options" and value.get("options_from")):
                found.append((name, (*self.path, name)))
        return found

    def called(self, content: dict[str, Any]) -> dict[str, str]:
        """What it is called by itself."""
        value = at(content, self.path)
        if self.is_new or value is None or not self.is_member:
            return {"zh": ""}
        return title_of(value)


def place_of(where: str, content: dict[str, Any]) -> Place:
    """The part at an address. Raises: NotFound for one that is not there, or not edited at a desk."""
    if where in PARTS and not PARTS[where].is_list:
        part = PARTS[where]
        return Place(where, part, part.path, _model(part.path))
    steps: Path = tuple(int(step) if step.isdigit() else step for step in where.split("."))
    part = next((one for one in PARTS.values() if one.is_list and steps[: len(one.path)] == one.path), None)  # type: ignore[assignment]
    is_new = steps[-1] == NEW
    if part is None or len(steps) == len(part.path) or not _SHAPE.fullmatch(where):
        raise _nothing()
    listed = at(content, steps[:-1])
    if not isinstance(listed, list) or (is_new and (part.is_fixed or len(listed) >= MOST)):
        raise _nothing()
    if is_new:
        steps = (*steps[:-1], len(listed))
    elif at(content, steps) is None:
        raise _nothing()
    place = Place(where, part, steps, _model(steps), is_new)
    outer = replace(place, path=steps[:-2], model=_model(steps[:-2]), is_new=False) if place.around else None
    if outer and (steps[-2], steps[:-1]) not in outer.lists(at(content, outer.path)):
        raise _nothing()
    return place


_SHAPE = re.compile(r"[a-z_]+(\.[a-z_]+)?(\.(\d{1,3}|new)|(\.\d{1,3}\.[a-z_]+)*\.(\d{1,3}|new))")


def _nothing() -> NotFound:
    return NotFound(_("指南里没有这一部分，或它不在工作台修改。"))


def _model(path: Path) -> Model:
    """The schema of what stands at a path. Raises: NotFound."""
    model: Model = ItemContent
    for step in path:
        if isinstance(step, int):
            continue
        info = model.model_fields.get(step)
        inner = None if info is None else members_of(info.annotation) or one_of(info.annotation)
        if inner is None:
            raise _nothing()
        model = inner
    return model


def members_of(annotation: Any) -> Model | None:
    """The schema of the members of a list of things; None of anything else."""
    if get_origin(annotation) is tuple:
        return one_of(get_args(annotation)[0])
    return None


def one_of(annotation: Any) -> Model | None:
    """The schema of a thing, also of one that may be absent."""
    found = without_none(annotation)
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def without_none(annotation: Any) -> Any:
    """What a value is that may be absent."""
    if get_origin(annotation) in {Union, types.UnionType}:
        kinds = [one for one in get_args(annotation) if one is not type(None)]
        return kinds[0] if len(kinds) == 1 else annotation
    return annotation


def is_optional(annotation: Any) -> bool:
    return type(None) in get_args(annotation)


def label_of(place: Place, name: str) -> str:
    """What an element is called, as the changes call it."""
    top = next((step for step in place.path if isinstance(step, str)), "")
    return label(f"{top}.{name}" if top else name)


def key_for(words: str, taken: set[str]) -> str:
    """A key for a new thing, from its English name: it is seen by programs only."""
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:30].strip("_")
    plain = plain if re.match(r"[a-z]", plain) else f"k_{plain}".rstrip("_")
    return next(key for n in range(1, 10_000) if (key := plain if n == 1 else f"{plain}_{n}") not in taken)
