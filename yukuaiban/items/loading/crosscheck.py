"""What no row can know alone: that what it points to is there, and that rows which speak of the same thing agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from pydantic import ValidationError

from yukuaiban import conditions
from yukuaiban.items.forms import problems_of
from yukuaiban.items.guide import merge
from yukuaiban.items.loading.limits import limits
from yukuaiban.items.loading.pack import Pack, Placed, WorkedOut
from yukuaiban.items.loading.problems import Problem, quoted


def crosscheck(pack: Pack) -> Iterator[Problem]:
    """Every contradiction between the rows and items of a pack; what many rows of a file have in common once."""
    yield from _folded(
        chain(
            _divisions(pack),
            _departments(pack),
            _former_names(pack),
            _halls(pack),
            _directory(pack),
            _service_items(pack),
            _items(pack),
        )
    )


def _folded(problems: Iterable[Problem]) -> Iterator[Problem]:
    """One row that is missing or wrong is one error, however many rows point to it: the first, and how many more."""
    alike: dict[tuple[str, str, str, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        alike[problem.file, problem.field, problem.found, problem.expected].append(problem)
    for same in alike.values():
        first, more = min(same), len(set(same)) - 1
        yield replace(first, found=f"{first.found}, as in {more} more of its rows") if more else first


def _unknown(placed: Placed, column: str, value: Any, where: str) -> Problem:
    return Problem(placed.file, placed.line, column, quoted(value), f"one that stands in {where}")


def _keys(pack: Pack, *tables: str) -> set[str]:
    return {str(key[0]) for table in tables for key in pack.tables.get(table, {})}


def _divisions(pack: Pack) -> Iterator[Problem]:
    upper, towns = _keys(pack, "divisions.csv"), _keys(pack, "towns.csv")
    cities = [placed for placed in pack.placed("divisions.csv") if placed.row.kind == "city"]
    for placed in pack.placed("divisions.csv"):
        row = placed.row
        if row.kind == "city" and row.parent:
            yield Problem(placed.file, placed.line, "parent", quoted(row.parent), "nothing, as a city has no parent")
        elif row.kind != "city" and row.parent not in upper:
            yield _unknown(placed, "parent", row.parent, "divisions.csv")
    for placed in cities[1:]:
        yield Problem(placed.file, placed.line, "kind", "a second city", f"one; line {cities[0].line} has it")
    for placed in pack.placed("towns.csv"):
        if placed.row.parent not in upper:
            yield _unknown(placed, "parent", placed.row.parent, "divisions.csv")
    for placed in pack.placed("villages.csv"):
        if placed.row.parent not in towns:
            yield _unknown(placed, "parent", placed.row.parent, "towns.csv")
    for placed in pack.placed("successions.csv"):
        for column in ("predecessor", "successor"):
            if getattr(placed.row, column) not in upper:
                yield _unknown(placed, column, getattr(placed.row, column), "divisions.csv")
        if placed.row.predecessor == placed.row.successor:
            yield Problem(placed.file, placed.line, "successor", quoted(placed.row.successor), "another division")


def _departments(pack: Pack) -> Iterator[Problem]:
    kinds, divisions = _keys(pack, "department_kinds.csv"), _keys(pack, "divisions.csv")
    for placed in pack.placed("departments.csv"):
        if placed.row.kind not in kinds:
            yield _unknown(placed, "kind", placed.row.kind, "department_kinds.csv")
        if placed.row.division and placed.row.division not in divisions:
            yield _unknown(placed, "division", placed.row.division, "divisions.csv")


def _former_names(pack: Pack) -> Iterator[Problem]:
    kinds = _keys(pack, "department_kinds.csv")
    for placed in pack.placed("former_names.csv"):
        if placed.row.kind not in kinds:
            yield _unknown(placed, "kind", placed.row.kind, "department_kinds.csv")


def _halls(pack: Pack) -> Iterator[Problem]:
    divisions, halls = _keys(pack, "divisions.csv"), _keys(pack, "halls.csv")
    for placed in pack.placed("halls.csv"):
        if placed.row.division not in divisions:
            yield _unknown(placed, "division", placed.row.division, "divisions.csv")
    for placed in pack.placed("hall_hours.csv"):
        if placed.row.hall != "*" and placed.row.hall not in halls:
            yield _unknown(placed, "hall", placed.row.hall, "halls.csv (or * for all)")


def _directory(pack: Pack) -> Iterator[Problem]:
    kinds = {row.kind: row for row in pack.rows("department_kinds.csv")}
    of_the_city = {row.kind for row in pack.rows("departments.csv") if not row.division}
    lists = {"themes": _keys(pack, "themes.csv"), "life_events": _keys(pack, "life_events.csv")}
    names: dict[str, int] = {}
    for placed in pack.placed("directory.csv"):
        row = placed.row
        kind = kinds.get(row.department_kind)
        if kind is None:
            yield _unknown(placed, "department_kind", row.department_kind, "department_kinds.csv")
        elif row.department_kind not in of_the_city:
            yield _unknown(placed, "department_kind", row.department_kind, "departments.csv")
        elif row.levels != "city" and not kind.district_zh:
            expected = f"city, as {kind.kind} has no counterpart in districts (department_kinds.csv, district_zh)"
            yield Problem(placed.file, placed.line, "levels", quoted(row.levels), expected)
        for column, known in lists.items():
            for code in getattr(row, column):
                if code not in known:
                    yield _unknown(placed, column, code, f"{column}.csv")
        if row.name_zh in names:
            expected = f"a name of its own; line {names[row.name_zh]} has this one"
            yield Problem(placed.file, placed.line, "name_zh", quoted(row.name_zh), expected)
        names.setdefault(row.name_zh, placed.line)
    for placed in pack.placed("aliases.csv"):
        if placed.row.entry not in _keys(pack, "directory.csv"):
            yield _unknown(placed, "entry", placed.row.entry, "directory.csv")


def _service_items(pack: Pack) -> Iterator[Problem]:
    entries = {row.code: row for row in pack.rows("directory.csv")}
    divisions = {row.code: row for row in pack.rows("divisions.csv")}
    for placed in pack.placed("service_items.csv"):
        row = placed.row
        entry, division = entries.get(row.entry), divisions.get(row.division)
        if entry is None:
            yield _unknown(placed, "entry", row.entry, "directory.csv")
        if division is None:
            yield _unknown(placed, "division", row.division, "divisions.csv")
        if entry is None or division is None:
            continue
        level = "city" if division.kind == "city" else "district"
        if entry.levels not in (level, "both"):
            expected = f"a division that does {entry.code}, whose levels are {entry.levels} (directory.csv)"
            yield Problem(placed.file, placed.line, "division", quoted(row.division), expected)
        yield from _differences(pack, placed)


def _differences(pack: Pack, placed: Placed) -> Iterator[Problem]:
    """A service item may promise less time than its entry, and so on, but not break the rules between elements."""
    over = differences_of(placed.row)
    worked_out = pack.items.get(placed.row.entry)
    if not over:
        return
    if worked_out is None:
        found = ", ".join(over)
        expected = f"nothing, as {placed.row.entry} is not worked out and there is nothing to differ from"
        yield Problem(placed.file, placed.line, next(iter(over)), found, expected)
        return
    try:
        merge(worked_out.content.model_dump(mode="json"), over)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            column = str(detail["loc"][0]) if detail["loc"] else next(iter(over))
            message = str(detail.get("ctx", {}).get("error", detail["msg"]))
            yield Problem(placed.file, placed.line, column, quoted(over.get(column, "")), message)
    except ValueError as error:
        yield Problem(placed.file, placed.line, "more", quoted(placed.row.more), str(error))


def differences_of(row: Any) -> dict[str, Any]:
    """The filled cells of a row of service_items.csv as parts of an item's content (guide.DIFFERABLE)."""
    over: dict[str, Any] = {}
    if row.promised_value is not None:
        over["promised"] = {"value": row.promised_value, "unit": row.promised_unit}
        if row.source:
            over["promised"]["source"] = row.source
    if row.visits is not None:
        over["visits"] = row.visits
    if row.online_depth:
        over["online_depth"] = [int(depth) for depth in row.online_depth if depth.isdigit()]
    if row.channels:
        over["channels"] = list(row.channels)
    if row.scope is not None:
        over["scope"] = row.scope
    return over | (row.more or {})


def _items(pack: Pack) -> Iterator[Problem]:
    slugs = Counter(worked_out.content.slug for worked_out in pack.items.values())
    for worked_out in pack.items.values():
        if slugs[worked_out.content.slug] > 1:
            yield worked_out.problem(("slug",), quoted(worked_out.content.slug), "a slug that no other item has")
        yield from crosscheck_item(pack, worked_out)


def crosscheck_item(pack: Pack, worked_out: WorkedOut) -> Iterator[Problem]:
    """Every contradiction between one item and the tables of a pack, and within it."""
    entry = pack.tables.get("directory.csv", {}).get((worked_out.content.entry,))
    if entry is None:
        yield worked_out.problem(("entry",), quoted(worked_out.content.entry), "one that stands in directory.csv")
    else:
        yield from _agrees_with_the_directory(worked_out, entry.row)
    kinds = _keys(pack, "department_kinds.csv")
    for i, step in enumerate(worked_out.content.process.steps):
        if step.department and step.department not in kinds:
            where = ("process", "steps", i, "department")
            yield worked_out.problem(where, quoted(step.department), "one that stands in department_kinds.csv")
    yield from limits(pack, worked_out)
    yield from _licence_types(pack, worked_out)
    yield from _conditions_of(worked_out)
    yield from _options(pack, worked_out)


def _agrees_with_the_directory(worked_out: WorkedOut, entry: Any) -> Iterator[Problem]:
    content = worked_out.content
    if content.title.zh != entry.name_zh:
        yield worked_out.problem(
            ("title", "zh"), quoted(content.title.zh), f"{quoted(entry.name_zh)}, as directory.csv says"
        )
    if content.item_type != entry.item_type:
        yield worked_out.problem(("item_type",), quoted(content.item_type), f"{entry.item_type}, as directory.csv says")


def _licence_types(pack: Pack, worked_out: WorkedOut) -> Iterator[Problem]:
    """The result's licence and the licences and registers that answer materials are those of the pack."""
    result = worked_out.content.result
    wanted: list[tuple[tuple[str | int, ...], str | None]] = [(("result", "licence_type"), result.licence_type)]
    for i, slot in enumerate(worked_out.content.materials):
        wanted.append((("materials", i, "licence_type"), slot.licence_type))
        if slot.register and slot.register not in pack.registers:
            where = ("materials", i, "register")
            yield worked_out.problem(where, quoted(slot.register), "a register that stands in registers.yaml")
    for path, licence_type in wanted:
        if licence_type and licence_type not in pack.licence_types:
            yield worked_out.problem(path, quoted(licence_type), "a type of licence in licence_types/")
    if result.licence_type in pack.licence_types:
        yield from _licence_facts(pack, worked_out)


def _licence_facts(pack: Pack, worked_out: WorkedOut) -> Iterator[Problem]:
    """What is printed is of the type, complete, and answered in the form. The holder's name comes by itself."""
    result, form = worked_out.content.result, worked_out.content.form
    printed = pack.licence_types[str(result.licence_type)]
    for key, path in result.facts.items():
        where = ("result", "facts", key)
        if key not in printed.known:
            expected = f"one that {result.licence_type} prints: {', '.join(sorted(printed.known))}"
            yield worked_out.problem(where, quoted(key), expected)
        if path.partition(".")[0] not in form.by_key:
            yield worked_out.problem(where, quoted(path), "the path of an answer in the form")
    if missing := sorted(printed.required - set(result.facts) - {"name"}):
        expected = f"{', '.join(missing)} too, which {result.licence_type} cannot do without"
        yield worked_out.problem(("result", "facts"), quoted(", ".join(result.facts)), expected)


#: What a requirement may ask about beside the answers: facts of the applicant, and the day.
_BESIDE_THE_FORM = {"subject", "today"}


def _conditions_of(worked_out: WorkedOut) -> Iterator[Problem]:
    """Conditions outside the form ask about answers that the form has."""
    content = worked_out.content
    trees: list[tuple[tuple[str | int, ...], Any]] = []
    trees += [(("materials", i, "when"), slot.when) for i, slot in enumerate(content.materials)]
    trees += [(("situations", i, "when"), one.when) for i, one in enumerate(content.situations)]
    trees += [(("requirements", i, "check"), one.check) for i, one in enumerate(content.requirements)]
    if content.process.safety is not None:
        trees.append((("process", "safety", "when"), content.process.safety.when))
    for path, tree in trees:
        if tree is None:
            continue
        condition = conditions.parse(tree)
        if {name.partition(".")[0] for name in conditions.fields(condition)} & _BESIDE_THE_FORM:
            continue
        for message in problems_of(content.form, condition):
            yield worked_out.problem(path, "a condition that does not fit the form", message)


def _options(pack: Pack, worked_out: WorkedOut) -> Iterator[Problem]:
    """The code sets that choices are taken from."""
    for g, group in enumerate(worked_out.content.form.groups):
        for f, field in enumerate(group.fields):
            path: tuple[str | int, ...] = ("form", "groups", g, "fields", f)
            for inner, one in [(path, field), *(((*path, "fields", n), i) for n, i in enumerate(field.fields))]:
                if one.options_from and not one.options and not pack.code_set(one.options_from):
                    expected = "a set of code_sets.csv whose every code has English"
                    yield worked_out.problem((*inner, "options_from"), quoted(one.options_from), expected)
