"""How long each kind of personal data is kept: one dated table, `packs/*/retention.yaml`, and one way to erase what is due.

An area that keeps personal data registers a `Kind` that stands in the table: which rows are due, which of them are held,
how they are erased. `run` goes through all of them.
Law: 个人信息保护法 第十九条 (no longer than the purpose needs), 第四十七条 (erasure when the term has ended).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, reduce
from operator import or_
from pathlib import Path
from typing import Any

import structlog
from django.db import models
from django.db.models import Q
from pydantic import ValidationError, model_validator
from ruamel.yaml import YAML

from yukuaiban.config import parameters
from yukuaiban.config.now import ZONE
from yukuaiban.config.packs import pack_folders
from yukuaiban.config.parameters import Pair, Parameter, ParameterFileInvalid, UnknownParameter

log = structlog.get_logger("yukuaiban.retention")

BATCH = 500
PERMANENT = "permanent"
UNITS = {"calendar_day", "month", "year", PERMANENT}


class _Row(parameters._File):
    counts_from: parameters._Pair

    @model_validator(mode="after")
    def _is_a_term(self) -> _Row:
        if self.unit not in UNITS:
            raise ValueError(f"unit is {self.unit!r}, expected one of {', '.join(sorted(UNITS))}")
        return self


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of data: what it is, from when its term counts, and every term it has had, oldest first."""

    name: str
    title: Pair
    counts_from: Pair
    terms: tuple[Parameter, ...]

    def on(self, day: date) -> Parameter | None:
        """The term as it stood on a day."""
        return next((term for term in reversed(self.terms) if term.since <= day), None)


@cache
def table() -> dict[str, Row]:
    """Every row by its name. Raises: ParameterFileInvalid, with all that is wrong in a file."""
    rows: dict[str, Row] = {}
    for folder in pack_folders():
        path = folder / "retention.yaml"
        if path.exists():
            rows |= read_file(path)
    return rows


def read_file(path: Path) -> dict[str, Row]:
    """One pack's rows. Raises: ParameterFileInvalid."""
    content, rows, wrong = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")), {}, []
    for name, row in content.items():
        try:
            file = _Row.model_validate(row)
        except ValidationError as error:
            wrong += [
                f"{path}: {name}.{'.'.join(map(str, problem['loc']))}: found {problem['input']!r}; {problem['msg']}"
                for problem in error.errors()
            ]
            continue
        title, start = file.title, file.counts_from
        rows[name] = Row(
            name=name,
            title=Pair(title, title) if isinstance(title, str) else Pair(title.zh, title.en),
            counts_from=Pair(start.zh, start.en),
            terms=parameters._values(name, file),
        )
    if wrong:
        raise ParameterFileInvalid("\n".join(wrong))
    return rows


def row_of(kind: str, *narrower: str) -> Row:
    """The row that holds: the first of the narrower ones that there is, else that of the kind itself.

    Raises: UnknownParameter.
    """
    for name in (*(f"{kind}/{part}" for part in narrower), kind, kind.partition("/")[0]):
        if name in table():
            return table()[name]
    raise UnknownParameter(f"retention.yaml has no row {kind!r}")


def erasable_on(row: Row, start: date) -> date | None:
    """The first day on which what counts from `start` may be erased; None where it is kept for good."""
    from yukuaiban.calendars import last_day

    term = row.on(start)
    return None if term is None or term.unit == PERMANENT else last_day(start, term.limit)


def due(field: str, row: Row, on: date) -> Q:
    """What is due on a day, by the field from which its term counts; the same rule as `erasable_on`."""
    is_instant = not field.endswith("_on")

    def edge(day: date) -> date | datetime:
        return datetime.combine(day, time(0), tzinfo=ZONE) if is_instant else day

    spans = []
    ends = [term.since for term in row.terms[1:]] + [on + timedelta(days=1)]
    for term, end in zip(row.terms, ends, strict=True):
        if (after := _first_not_due(term, min(end, on + timedelta(days=1)), on)) > term.since:
            spans.append(Q(**{f"{field}__gte": edge(term.since), f"{field}__lt": edge(after)}))
    return reduce(or_, spans) if spans else Q(pk__in=())


def _first_not_due(term: Parameter, end: date, on: date) -> date:
    """The first start, from the day of the term's beginning to `end`, whose term has not ended on a day."""
    from yukuaiban.calendars import last_day

    if term.unit == PERMANENT:
        return term.since
    low, high = term.since.toordinal(), max(term.since, end).toordinal()  # the later one starts, the later it ends
    while low < high:
        middle = (low + high) // 2
        if last_day(date.fromordinal(middle), term.limit) <= on:
            low = middle + 1
        else:
            high = middle
    return date.fromordinal(low)


# --- legal hold -------------------------------------------------------------------------------------------------------

_holds: list[Callable[[], dict[int, str]]] = []


def holds_from(source: Callable[[], dict[int, str]]) -> None:
    """Say which matters are held: their subjects in the chain, each with its number."""
    _holds.append(source)


def held() -> dict[int, str]:
    """Every matter whose data stay whatever their term says."""
    return {subject: number for source in _holds for subject, number in source().items()}


# --- erasing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """One kind of data in the database.

    Args:
        name: Its row in the table, or `row/part` where several tables follow one row.
        due: What is due on a day.
        free: Of these, what no legal hold keeps.
        erase: Erase rows by their keys; returns how many. Each call may be the last: it commits what it did.
    """

    name: str
    due: Callable[[date], models.QuerySet[Any]]
    erase: Callable[[Sequence[Any], datetime], int]
    free: Callable[[models.QuerySet[Any]], models.QuerySet[Any]] = lambda rows: rows


@dataclass
class Tally:
    """What a run found and did with one kind."""

    due: int = 0
    held: int = 0
    erased: int = 0


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    _kinds.update({kind.name: kind for kind in kinds})


def kinds() -> dict[str, Kind]:
    return dict(sorted(_kinds.items()))


def rows_of(model: type[models.Model], field: str, kind: str, **only: Any) -> Callable[[date], models.QuerySet[Any]]:
    """`Kind.due` for a table whose rows follow one row of the retention table."""
    return lambda on: model._default_manager.filter(due(field, row_of(kind), on), **only)


def delete_rows(model: type[models.Model]) -> Callable[[Sequence[Any], datetime], int]:
    """`Kind.erase` for a table whose rows simply go."""
    return lambda keys, at: model._default_manager.filter(pk__in=keys).delete()[0] and len(keys)


def run(
    at: datetime,
    *,
    only: Sequence[str] = (),
    dry: bool = False,
    report: Callable[[str, Tally], None] = lambda name, tally: None,
) -> dict[str, Tally]:
    """Erase what is due, kind by kind and batch by batch. Stopped anywhere, the next run goes on from there.

    Args:
        only: Names of kinds; all by default.
        dry: Count only.
        report: Told after each batch.
    """
    on, done = at.astimezone(ZONE).date(), {}
    for name, kind in kinds().items():
        if only and name not in only:
            continue
        rows = kind.due(on)
        tally = done[name] = Tally(due=rows.count())
        tally.held = tally.due - kind.free(rows).count()
        if not dry:
            for keys in _batches(kind.free(rows)):
                erased = kind.erase(keys, at)
                tally.erased += erased
                tally.held += len(keys) - erased  # held since we looked
                report(name, tally)
            if tally.erased:
                log.info("erased", kind=name, count=tally.erased, held=tally.held)
        report(name, tally)
    return done


def _batches(rows: models.QuerySet[Any]) -> Iterator[list[Any]]:
    rows = rows.order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:BATCH])
    while keys:
        yield keys
        keys = list(rows.filter(pk__gt=keys[-1]).values_list("pk", flat=True)[:BATCH])
