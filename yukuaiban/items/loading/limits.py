"""That an item's limits are those the law gives it: how long at most, how much longer, who handles it with whom.

Numbers are the dated parameters of the pack that is checked (else of the packs in use), as they stand on the day of the
check. Law: 行政许可法 第二十六条第二款, 第四十二条, 第四十三条. See docs/adr/0093, 0094 and 0095.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from yukuaiban.calendars.limits import Unit
from yukuaiban.config import laws, parameters
from yukuaiban.config.now import today
from yukuaiban.items.limits import LICENCE, days_of, on_day
from yukuaiban.items.loading.pack import Pack, WorkedOut
from yukuaiban.items.loading.problems import Problem, quoted

_IN_DAYS = {Unit.WORKING_DAY, Unit.CALENDAR_DAY}


def limits(pack: Pack, worked_out: WorkedOut) -> Iterator[Problem]:
    """What an item says of its limits against the law."""
    yield from _handling(worked_out)
    yield from _statutory(pack, worked_out)
    yield from _extension(pack, worked_out)
    yield from _first_review(pack, worked_out)
    yield from _safety(worked_out)


def parameter_of(pack: Pack, name: str) -> parameters.Parameter | None:
    """A parameter as it stands today: of the pack, the city's before the country's; None where there is none."""
    for head in reversed(pack.heads):
        file = f"{head.id}/parameters/{name}.yaml"
        if file in pack.files:
            try:
                return on_day(parameters.read_text(pack.files[file].decode("utf-8"), Path(file)), today())
            except ValueError:
                return None
    try:
        return parameters.parameter(name, today())
    except LookupError:
        return None


def _handling(worked_out: WorkedOut) -> Iterator[Problem]:
    """统一办理、联合办理、集中办理: of licences that several departments give."""
    content = worked_out.content
    handling = content.process.handling
    if handling == "single":
        return
    where = ("process", "handling")
    if content.item_type != LICENCE:
        expected = "single, as only licences (item_type 01) are handled so: 行政许可法 第二十六条第二款"
        yield worked_out.problem(where, quoted(handling), expected)
    elif not content.joint_bodies and not any(step.department for step in content.process.steps):
        expected = "single, or who else: joint_bodies, or steps with the department that is asked"
        yield worked_out.problem(where, quoted(handling), expected)


def _statutory(pack: Pack, worked_out: WorkedOut) -> Iterator[Problem]:
    """A licence is decided within the limit of 行政许可法 第四十二条, unless a law or regulation says otherwise."""
    content = worked_out.content
    limit, special = content.statutory, content.statutory.set_by
    if special is not None:
        kinds = {law.kind for law in laws.editions(special.law)}
        if kinds and not any(kind == "law" or kind.endswith("_regulation") for kind in kinds):
            expected = "a law or regulation (法律、法规): no other document may set a limit otherwise"
            yield worked_out.problem(("statutory", "set_by", "law"), quoted(special.law), expected)
        return
    if content.item_type != LICENCE:
        return
    single = content.process.handling == "single"
    most = parameter_of(pack, "licensing_decision_limit" if single else "joint_handling_limit")
    if most is None:
        return
    unless = "or set_by: the law or regulation that sets it otherwise"
    if limit.unit.value not in {Unit.WORKING_DAY, Unit.ON_THE_SPOT}:
        expected = f"working_day, as 行政许可法 第八十二条 counts, {unless}"
        yield worked_out.problem(("statutory", "unit"), quoted(limit.unit.value), expected)
    elif limit.value > most.value:
        expected = f"at most {most.value} ({most.source}), {unless}"
        yield worked_out.problem(("statutory", "value"), str(limit.value), expected)


def _extension(pack: Pack, worked_out: WorkedOut) -> Iterator[Problem]:
    """What an item names as its extension is there, and counted as its limit is."""
    content = worked_out.content
    own = content.process.extension
    if own is None:
        return
    where, unit = ("process", "extension"), days_of(content.statutory)
    if own.as_the_limit and content.statutory.unit.value not in _IN_DAYS:
        expected = "days or parameter, as the limit is not in days"
        yield worked_out.problem((*where, "as_the_limit"), quoted(content.statutory.unit.value), expected)
    if own.parameter is None:
        return
    found = parameter_of(pack, own.parameter)
    if found is None:
        expected = "a parameter that stands in parameters/ and has a value today"
        yield worked_out.problem((*where, "parameter"), quoted(own.parameter), expected)
    elif found.unit != unit:
        expected = f"one in {unit.value}, as the clock counts the statutory limit"
        yield worked_out.problem((*where, "parameter"), f"{quoted(own.parameter)} in {found.unit}", expected)


def _first_review(pack: Pack, worked_out: WorkedOut) -> Iterator[Problem]:
    """初审: by the entry's own departments in the districts, to one that the city has, within the law's days."""
    content = worked_out.content
    review = content.process.first_review
    if review is None:
        return
    where = ("process", "first_review")
    entry = next((row for row in pack.rows("directory.csv") if row.code == content.entry), None)
    if entry is not None and review.by != entry.department_kind:
        expected = f"{entry.department_kind}, the department of the entry in directory.csv, which accepts"
        yield worked_out.problem((*where, "by"), quoted(review.by), expected)
    if entry is not None and entry.levels != "district":
        expected = "nothing, as only an item of districts (directory.csv, levels) has a body above that decides"
        yield worked_out.problem(where, f"a first review of {entry.levels} level", expected)
    if review.reports_to not in {row.kind for row in pack.rows("departments.csv") if not row.division}:
        expected = "a department of the city in departments.csv"
        yield worked_out.problem((*where, "reports_to"), quoted(review.reports_to), expected)
    most = parameter_of(pack, "first_review_limit")
    if review.days is None or review.law is None or most is None or review.days <= most.value:
        return
    kinds = {law.kind for law in laws.editions(review.law)}
    if kinds and not any(kind == "law" or kind.endswith("_regulation") for kind in kinds):
        expected = f"at most {most.value} ({most.source}), unless a law or regulation (法律、法规) says otherwise"
        yield worked_out.problem((*where, "days"), str(review.days), expected)


def _safety(worked_out: WorkedOut) -> Iterator[Problem]:
    """A falsehood bars from licences only (行政许可法 第七十八条, 第七十九条)."""
    content = worked_out.content
    if content.process.safety is not None and content.item_type != LICENCE:
        expected = "nothing, as 行政许可法 第七十八条 and 第七十九条 are of licences (item_type 01)"
        yield worked_out.problem(("process", "safety"), f"item_type {content.item_type}", expected)
