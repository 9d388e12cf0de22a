"""The rows that the database should hold when a pack is loaded, worked out from it without looking at the database.

Everything refers by code here; numbers of rows are found when it is written (changes.py, apply.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import rfc8785

from yukuaiban.items.forms import resolve
from yukuaiban.items.loading.crosscheck import differences_of
from yukuaiban.items.loading.pack import Pack
from yukuaiban.items.schema import Audience, ItemContent
from yukuaiban.places.models import DISTRICT_KINDS, DivisionKind
from yukuaiban.vault import sm3

Key = tuple[Any, ...]
Values = tuple[Any, ...]

#: What the three words of a directory stand for (服务对象).
AUDIENCES: dict[str, list[str]] = {
    "natural": [Audience.NATURAL_PERSON.value],
    "legal": [
        Audience.ENTERPRISE.value,
        Audience.INSTITUTION.value,
        Audience.SOCIAL_ORGANISATION.value,
        Audience.SELF_EMPLOYED.value,
    ],
    "both": [audience.value for audience in Audience],
}


def audience_of(words: tuple[str, ...]) -> list[str]:
    """The groups that words of the directory stand for, in the order of the standard."""
    groups = {group for word in words for group in AUDIENCES.get(word, [word])}
    return [audience.value for audience in Audience if audience.value in groups]


LEVEL_CITY, LEVEL_DISTRICT = "3", "4"  # 行使层级: 市级, 县级


@dataclass
class Desired:
    """Table -> key -> values, in the columns that changes.TABLES names."""

    rows: dict[str, dict[Key, Values]] = field(default_factory=dict)
    contents: dict[bytes, dict[str, Any]] = field(default_factory=dict)  # digest -> content of an entry
    differences: dict[bytes, dict[str, Any]] = field(default_factory=dict)  # digest -> what service items differ in


def desired(pack: Pack) -> Desired:
    """All rows of a pack as they should stand."""
    wanted = Desired()
    wanted.rows["division"] = dict(_divisions(pack))
    wanted.rows["succession"] = dict(_successions(pack))
    wanted.rows["department"] = dict(_departments(pack, wanted))
    wanted.rows["hall"] = dict(_halls(pack))
    wanted.rows["hours"] = dict(_hours(pack))
    wanted.rows["entry"] = dict(_entries(pack))
    wanted.rows["version"] = dict(_versions(pack, wanted))
    wanted.rows["service_item"] = dict(_service_items(pack, wanted))
    return wanted


# --- places ----------------------------------------------------------------------------------------------------------


def _is_applied(pack: Pack, row: Any) -> bool:
    """A change of divisions counts when it is confirmed, or when the pack says to take unconfirmed ones (ADR 0040)."""
    return bool(row.status == "confirmed" or pack.head.apply_unconfirmed_successions)


def _divisions(pack: Pack) -> Iterator[tuple[Key, Values]]:
    ends: dict[str, date] = {}
    begins: dict[str, date] = {}
    for row in pack.rows("successions.csv"):
        if _is_applied(pack, row):
            ends[row.predecessor] = row.takes_effect_on
            begins[row.successor] = row.takes_effect_on
    for row in pack.rows("divisions.csv"):
        status = "confirmed" if row.code in begins else row.status
        yield (
            (row.code,),
            (
                row.name_zh, row.name_en, row.kind, row.parent, begins.get(row.code, row.valid_from),
                ends.get(row.code, row.valid_until), row.source, status,
            ),
        )  # fmt: skip
    source = {key[0]: row.row.source for key, row in pack.tables.get("divisions.csv", {}).items()}
    for row in pack.rows("towns.csv"):
        facts = (row.name_zh, row.name_en, row.kind, row.parent, None, None, source.get(row.parent, ""), "confirmed")
        yield (row.code,), facts
    for row in pack.rows("villages.csv"):
        facts = (
            row.name_zh,
            "",
            DivisionKind.VILLAGE.value,
            row.parent,
            None,
            None,
            source.get(row.code[:6], ""),
            "confirmed",
        )
        yield (row.code,), facts


def _successions(pack: Pack) -> Iterator[tuple[Key, Values]]:
    for row in pack.rows("successions.csv"):
        facts = (row.takes_effect_on, row.basis, row.source, row.status, _is_applied(pack, row))
        yield (row.predecessor, row.successor), facts


def department_code(division: str, kind: str) -> str:
    return f"{division}-{kind}"


def _departments(pack: Pack, wanted: Desired) -> Iterator[tuple[Key, Values]]:
    """The city's own; their counterparts by rule; and over these what departments.csv says of a district's own."""
    kinds = {row.kind: row for row in pack.rows("department_kinds.csv")}
    city = _city(pack)
    rows = list(pack.rows("departments.csv"))
    for row in rows:
        if row.division:
            continue
        yield _department(row, city, None)
        for division in _districts(pack, wanted):
            if kinds[row.kind].district_zh:
                yield _counterpart(division, kinds[row.kind], department_code(city, row.kind))
    of_the_city = {row.kind for row in rows if not row.division}
    for row in rows:
        if row.division:
            parent = department_code(city, row.kind) if row.kind in of_the_city else None
            yield _department(row, row.division, parent)


def _department(row: Any, division: str, parent: str | None) -> tuple[Key, Values]:
    return (
        (department_code(division, row.kind),),
        (
            row.uscc, row.name_zh, row.name_en, row.short_zh, row.short_en, division, parent, row.kind, row.phone,
            row.source, row.status,
        ),
    )  # fmt: skip


def _counterpart(division: Any, kind: Any, parent: str) -> tuple[Key, Values]:
    """The department of a kind in one district: named by rule, so it is a sample until somebody confirms it."""
    pattern = kind.county_zh if kind.county_zh and division.kind != DivisionKind.DISTRICT else kind.district_zh
    name_en = (kind.district_en or "{d} " + kind.name_en).format(d=division.name_en or division.name_zh)
    short = f"{division.name_zh}{kind.name_zh}"
    return (
        (department_code(division.code, kind.kind),),
        (
            "", pattern.format(d=division.name_zh), name_en, short, kind.name_en, division.code, parent, kind.kind, "",
            kind.source, "sample",
        ),
    )  # fmt: skip


def _city(pack: Pack) -> str:
    return str(next(row.code for row in pack.rows("divisions.csv") if row.kind == DivisionKind.CITY))


def _districts(pack: Pack, wanted: Desired) -> list[Any]:
    """The districts that are, or ever were, in force: not those that only an unconfirmed source knows."""
    status = {key[0]: values[-1] for key, values in wanted.rows["division"].items()}
    return [
        row for row in pack.rows("divisions.csv") if row.kind in DISTRICT_KINDS and status[row.code] != "unconfirmed"
    ]


def _halls(pack: Pack) -> Iterator[tuple[Key, Values]]:
    for row in pack.rows("halls.csv"):
        facts = (
            row.name_zh, row.name_en, row.division, row.address_zh, row.address_en, row.phone, row.note_zh, row.note_en,
            row.source, row.status,
        )  # fmt: skip
        yield (row.code,), facts


def _hours(pack: Pack) -> Iterator[tuple[Key, Values]]:
    """Every hall's own hours; the row with * is for every hall (a hall's own row of the same beginning wins)."""
    halls = [row.code for row in pack.rows("halls.csv")]
    ordered = sorted(pack.rows("hall_hours.csv"), key=lambda row: row.hall != "*")
    for row in ordered:
        for hall in halls if row.hall == "*" else [row.hall]:
            for day in row.days:
                yield (hall, int(day), row.opens_at, row.valid_from), (row.closes_at, False, row.valid_until)


# --- the catalogue -------------------------------------------------------------------------------------------------


def _entries(pack: Pack) -> Iterator[tuple[Key, Values]]:
    words = {row.entry: list(row.words) for row in pack.rows("aliases.csv")}
    for row in pack.rows("directory.csv"):
        worked_out = pack.items.get(row.code)
        name_en = worked_out.content.title.en if worked_out else row.name_en
        facts = (
            row.basic_code, row.item_type, row.name_zh, name_en, row.department_kind, row.main_item, row.levels,
            audience_of(row.audience), list(row.themes), list(row.life_events), words.get(row.code, []), row.status,
            row.source,
        )  # fmt: skip
        yield (row.code,), facts


def digest_content(content: ItemContent) -> bytes:
    """The digest of what was said: defaults left out, so that a new optional element of the schema changes none."""
    return digest_json(content.model_dump(mode="json", exclude_defaults=True))


def digest_json(value: Any) -> bytes:
    """SM3 of the canonical form (RFC 8785): equal content, equal digest, whatever the order of keys."""
    return sm3(rfc8785.dumps(value))


def wanted_version(pack: Pack, code: str) -> Desired:
    """The version of one entry, as it should stand."""
    wanted = Desired()
    wanted.rows["version"] = {key: row for key, row in _versions(pack, wanted) if key == (code,)}
    return wanted


def _versions(pack: Pack, wanted: Desired) -> Iterator[tuple[Key, Values]]:
    for code, worked_out in sorted(pack.items.items()):
        content = worked_out.content
        # a filed version keeps the words of its day: options of code sets are written into it
        content = content.model_copy(update={"form": resolve(content.form, pack.code_set)})
        digest = digest_content(content)
        wanted.contents[digest] = content.model_dump(mode="json")
        yield (code,), (digest,)


def _service_items(pack: Pack, wanted: Desired) -> Iterator[tuple[Key, Values]]:
    city, districts = _city(pack), [row.code for row in _districts(pack, wanted)]
    validity = {key[0]: (values[4], values[5]) for key, values in wanted.rows["division"].items()}
    over = {(placed.row.entry, placed.row.division): placed.row for placed in pack.placed("service_items.csv")}
    for entry in pack.rows("directory.csv"):
        divisions = [] if entry.levels == "district" else [(city, LEVEL_CITY)]
        divisions += [] if entry.levels == "city" else [(code, LEVEL_DISTRICT) for code in districts]
        for division, level in divisions:
            row = over.get((entry.code, division))
            begins, ends = validity[division]
            digest = _differences(row, wanted)
            yield (
                (f"{entry.code}-{division}",),
                (
                    entry.code, division, department_code(division, entry.department_kind), level, digest,
                    row.state if row else "active", (row and row.effective_from) or begins,
                    (row and row.effective_until) or ends,
                ),
            )  # fmt: skip


def _differences(row: Any, wanted: Desired) -> bytes | None:
    over = differences_of(row) if row else {}
    if not over:
        return None
    digest = digest_json(over)
    wanted.differences[digest] = over
    return digest
