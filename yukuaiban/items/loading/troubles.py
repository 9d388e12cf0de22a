"""What is wrong with an item that somebody edits, in words of an office and at the part that it is about.

The checks are those of a pack (schema.py, crosscheck.py, duplicates.py), which speak to who writes YAML. What an editor
cannot do wrong at a desk has no words here and is shown as the check says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import ValidationError

from yukuaiban.items.guide import RULES
from yukuaiban.items.loading.problems import Problem
from yukuaiban.items.loading.telling import questions_of
from yukuaiban.items.loading.wording import label, value

Path = tuple[str | int, ...]
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing to put right: the part of the content that it is about, and what is wrong with it."""

    path: Path
    message: str

    @property
    def dotted(self) -> str:
        return ".".join(map(str, self.path))


def of_schema(error: ValidationError, content: Content) -> Iterator[Trouble]:
    """What the schema refuses of a content, or of one part of it."""
    for detail in error.errors(include_url=False):
        loc = tuple(part for part in detail["loc"] if not (isinstance(part, str) and "[" in part))
        context = detail.get("ctx", {})
        if detail["type"] in {"value_error", "assertion_error"}:
            for text in _SEVERAL.split(str(context.get("error", detail["msg"]))):
                yield _rule(loc, text, content)
        else:
            yield Trouble(loc, _shape(detail["type"], context, str(detail["msg"])))


def of_pack(problem: Problem, content: Content, stands: Content) -> Trouble:
    """What the check of a pack refuses of an item; `stands` is the item in force.

    What a desk does not change may hang on a question: that is then told at the form, which has to have it.
    """
    path = path_of(problem.field)
    if path[:2] == ("result", "facts") and "answer in the form" in problem.expected:
        key = str(at(content, path))
        lost = questions_of(stands).get(key.partition(".")[0])
        text = _("证照上要印问题“{question}”的答案；请恢复这个问题。")
        return Trouble(("form",), text.format(question=value("label", lost["label"]) if lost else key))
    if path[:1] == ("process",) and "condition" in problem.found:
        text = _("“{part}”的条件要用的问题或答案已经没有了；请恢复它。")
        return Trouble(("form",), text.format(part=label(f"process.{path[1]}")))
    if problem.expected.startswith("at least ") and " of its own" in problem.found:
        return Trouble(path, _own(problem))
    if "condition" in problem.found:
        return _rule(path, problem.expected, content)
    text = _("不符合目录的要求：{found}，应为 {expected}").format(found=problem.found, expected=problem.expected)
    return Trouble(path, text)


def path_of(dotted: str) -> Path:
    """form.groups[0].fields[2] as a path."""
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", dotted))


def at(content: Any, path: Path) -> Any:
    """The part at a path; None where there is none."""
    for step in path:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return None
    return content


def _shape(kind: str, context: dict[str, Any], message: str) -> str:
    """An error of pydantic's own."""
    match kind:
        case "missing" | "string_too_short" | "string_type" | "model_type" | "none_required":
            return _("请填写。")
        case "too_short":
            return _("至少要有一项。")
        case "too_long":
            return _("最多 {n} 项。").format(n=context.get("max_length"))
        case "string_too_long":
            return _("最多 {n} 个字。").format(n=context.get("max_length"))
        case "greater_than_equal":
            return _("不能小于 {n}。").format(n=context.get("ge"))
        case "less_than_equal":
            return _("不能大于 {n}。").format(n=context.get("le"))
        case "literal_error" | "enum":
            return _("请从列出的选项中选择。")
        case "int_type" | "int_parsing" | "int_from_float":
            return _("请填写整数。")
        case "extra_forbidden":
            return _("没有这一项。")
        case _:
            return _("不符合要求：{text}").format(text=message)


def _own(problem: Problem) -> str:
    found, least = (int(next(iter(re.findall(r"\d+", text)), 0)) for text in (problem.found, problem.expected))
    if "materials" in problem.found:
        return ngettext(
            "只有 %(num)s 种材料是这个事项特有的，至少要 {least} 种；与别的事项同名的不算。",
            "只有 %(num)s 种材料是这个事项特有的，至少要 {least} 种；与别的事项同名的不算。",
            found,
        ).format(least=least) % {"num": found}
    if "fields" in problem.found:
        return ngettext(
            "只有 %(num)s 个问题是这个事项特有的，至少要 {least} 个；与别的事项相同的不算。",
            "只有 %(num)s 个问题是这个事项特有的，至少要 {least} 个；与别的事项相同的不算。",
            found,
        ).format(least=least) % {"num": found}
    return _("没有这个事项特有的条件，至少要一个。")


# --- rules of the schema and of conditions -----------------------------------------------------------------------------

Words = Callable[[re.Match[str]], str]
#: What a check says, as it stands in schema.py, forms/definition.py; and how an office says it.
_RULES: list[tuple[re.Pattern[str], Words]] = [
    (re.compile(pattern), words)
    for pattern, words in (
        (r"status is \w+: name the source", lambda m: _("选了“官方发布”或“法律法规”的，要写明来源。")),
        (r"(?:names options, or a code set)", lambda m: _("选择题至少要有一个选项。")),
        (r"a repeat has fields", lambda m: _("可以填多行的问题，至少要有一个要填的内容。")),
        (r"(\w+) means nothing on (\w+)", lambda m: _("这种问题没有“{name}”。").format(name=label(m[1]))),
        (r"(\w+) -?\d+ is above (\w+)", lambda m: _("最小的不能大于最大的。")),
        (r"stands twice", lambda m: _("有两项重复。")),
        (r"when asks for (\S+), which comes later", lambda m: _("条件问的是后面的问题；请把其中一个移动位置。")),
        (r"when asks for (\S+); inside a row", lambda m: _("每一行里的条件只能问同一行前面的内容。")),
        (r"when asks for (\S+), and no field", lambda m: _("条件问的问题已经没有了；请重新选择或去掉条件。")),
        (r"when asks for (\S+), which is no answer", lambda m: _("条件问的问题不用回答，不能作条件。")),
        (r"can never be true of it", lambda m: _("条件永远不会成立：所选的答案已经没有了，或与问题不符。")),
        (r"is no date question of the form", lambda m: _("“延续”要用的日期问题已经没有了；请恢复它。")),
        (r"bound|day", lambda m: _("应为日期（2026-01-31），或 today、today-18y、today+30d 这样的写法。")),
    )
]  # fmt: skip


def _rule(loc: Path, text: str, content: Content) -> Trouble:
    rule = text.partition(":")[0]
    if rule in RULES and not loc:
        return Trouble((rule,), str(RULES[rule]))
    for pattern, words in _RULES:
        if found := pattern.search(text):
            return Trouble(_nearer(loc, text, content), words(found))
    return Trouble(_nearer(loc, text, content), text)


_SEVERAL = re.compile(r"; (?=field |group )")
_NAMED = re.compile(r"^(field|group) ([a-z0-9_]+)(?:\.([a-z0-9_]+))?:")
_WHAT = {"status is": "source", "when asks": "when", "can never": "when", "names options": "options"}


def _nearer(loc: Path, text: str, content: Content) -> Path:
    """The question or screen that the check calls by its key, and which element of it."""
    named = _NAMED.match(text)
    if named and loc == ("form",):
        loc = _path_of_key(content, named[1], named[2], named[3]) or loc
    part = next((part for words, part in _WHAT.items() if words in text), None)
    return (*loc, part) if part and (not loc or loc[-1] != part) and loc[-1:] not in (("check",),) else loc


def _path_of_key(content: Content, what: str, key: str, inner: str | None) -> Path | None:
    for g, group in enumerate(at(content, ("form", "groups")) or ()):
        if what == "group" and group.get("key") == key:
            return ("form", "groups", g)
        for f, field in enumerate(group.get("fields") or ()):
            if what == "field" and field.get("key") == key:
                path: Path = ("form", "groups", g, "fields", f)
                for n, one in enumerate(field.get("fields") or ()):
                    if inner and one.get("key") == inner:
                        return (*path, "fields", n)
                return path
    return None
