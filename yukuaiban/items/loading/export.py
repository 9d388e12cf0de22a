"""The database back as a pack: `load → export → load` changes nothing, and the same database gives the same bytes.

A file whose rows nobody has touched since the load is written byte for byte as it was loaded, comments and all. A table
that a desk has edited is written anew from the database, in one fixed form.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

from ruamel.yaml import YAML

from yukuaiban.config.errors import DomainError
from yukuaiban.items.loading import changes, rows
from yukuaiban.items.loading.changes import TABLES, Diff, TableChanges, current_rows
from yukuaiban.items.loading.checking import read_pack
from yukuaiban.items.loading.desired import AUDIENCES, Key, desired
from yukuaiban.items.loading.pack import Pack
from yukuaiban.items.loading.stored import last_published, stored_files
from yukuaiban.items.models import Differences, DirectoryEntry
from yukuaiban.items.schema import ItemContent
from yukuaiban.places.models import TOWN_KINDS, DivisionKind


class NothingToExport(DomainError):
    code: ClassVar[str] = "pack.nothing_to_export"
    status: ClassVar[int] = 409


def export(folder: Path) -> list[Path]:
    """Write the catalogue as it stands into `folder/<pack>/…`; returns what was written.

    Raises: NothingToExport; FileExistsError when the folder holds something.
    """
    files = exported_files()
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: name an empty or a new folder.")
    written = []
    for name, content in sorted(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)
    return written


def exported_files() -> dict[str, bytes]:
    """The pack that says what the database says, by file name."""
    load = last_published()
    if load is None:
        raise NothingToExport("No pack has been loaded: run `yukuaiban pack load` first.")
    files = stored_files(load.manifest)
    pack = read_pack(files, load.pack)
    wanted = desired(pack)
    found = changes.diff(wanted, theirs=True)
    writers = {
        "division": _places, "succession": _successions, "department": _departments, "hall": _halls, "hours": _hours,
        "entry": _directory, "service_item": _service_items,
    }  # fmt: skip
    for table, writer in writers.items():
        if _is_touched(found.tables[table]):
            for name, content in writer(pack):
                files[f"{load.pack}/{name}"] = content
    files.update(_items(load.pack, pack, found))
    return files


def _is_touched(table: TableChanges) -> bool:
    return bool(table.added or table.changed or table.removed or table.kept)


def _current(name: str) -> list[tuple[Key, dict[str, Any]]]:
    """The rows of a table as they stand, by key, each as column -> value."""
    table = next(table for table in TABLES if table.name == name)
    current, _edited = current_rows(table)
    listed = [(key, dict(zip(table.columns, values, strict=True))) for key, values in current.items()]
    return sorted(listed, key=lambda pair: tuple(str(part or "") for part in pair[0]))


def _csv(table: str, found: Iterable[dict[str, Any]]) -> tuple[str, bytes]:
    columns = list(rows.TABLES[table][0].columns())
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore", restval="")
    writer.writeheader()
    for row in found:
        writer.writerow({column: _cell(row.get(column)) for column in columns})
    return table, text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return " ".join(str(part) for part in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


# --- places ----------------------------------------------------------------------------------------------------------


def _places(pack: Pack) -> Iterator[tuple[str, bytes]]:
    found = [{"code": key[0], **values} for key, values in _current("division")]
    applied = {(k[0], v["takes_effect_on"]) for k, v in _current("succession") if v["is_applied"]}
    begun = {(k[1], v["takes_effect_on"]) for k, v in _current("succession") if v["is_applied"]}
    for row in found:  # dates that a succession gives are not said twice
        if (row["code"], row["valid_until"]) in applied:
            row["valid_until"] = None
        if (row["code"], row["valid_from"]) in begun:
            row["valid_from"] = None
    towns = set(TOWN_KINDS)
    yield _csv("divisions.csv", (r for r in found if r["kind"] not in towns and r["kind"] != DivisionKind.VILLAGE))
    yield _csv("towns.csv", (r for r in found if r["kind"] in towns))
    yield _csv("villages.csv", (r for r in found if r["kind"] == DivisionKind.VILLAGE))


def _successions(pack: Pack) -> Iterator[tuple[str, bytes]]:
    yield _csv("successions.csv", ({"predecessor": k[0], "successor": k[1], **v} for k, v in _current("succession")))


def _departments(pack: Pack) -> Iterator[tuple[str, bytes]]:
    """The city's departments, and of the districts' only those that differ from what the rule makes."""
    made = desired(Pack(**{**pack.__dict__, "tables": {**pack.tables, "departments.csv": _without_districts(pack)}}))
    by_rule = {key: values for key, values in made.rows["department"].items() if values[6] is not None}
    city = next(key[0] for key, values in _current("division") if values["kind"] == DivisionKind.CITY)
    found = []
    for key, values in _current("department"):
        own = {**values, "division": None if values["division"] == city else values["division"]}
        if by_rule.get(key) != tuple(values.values()):
            found.append(own)
    yield _csv("departments.csv", sorted(found, key=lambda row: (row["division"] or "", row["kind"])))


def _without_districts(pack: Pack) -> dict[Key, Any]:
    return {key: placed for key, placed in pack.tables["departments.csv"].items() if not placed.row.division}


def _halls(pack: Pack) -> Iterator[tuple[str, bytes]]:
    yield _csv("halls.csv", ({"code": key[0], **values} for key, values in _current("hall")))


def _hours(pack: Pack) -> Iterator[tuple[str, bytes]]:
    """Days that share a hall, its opening and its dates share a row."""

    def shared(pair: tuple[Key, dict[str, Any]]) -> tuple[Any, ...]:
        (hall, _day, opens_at, valid_from), values = pair
        return hall, opens_at, values["closes_at"], str(valid_from or ""), str(values["valid_until"] or "")

    halls = {key[0]: values for key, values in _current("hall")}
    found = []
    for (hall, opens, closes, begins, ends), group in groupby(sorted(_current("hours"), key=shared), key=shared):
        days = sorted(str(key[1]) for key, _values in group)
        found.append({
            "hall": hall, "days": days, "opens_at": opens.strftime("%H:%M"), "closes_at": closes.strftime("%H:%M"),
            "valid_from": begins, "valid_until": ends, "status": halls[hall]["status"], "source": halls[hall]["source"],
        })  # fmt: skip
    yield _csv("hall_hours.csv", found)


# --- the catalogue ---------------------------------------------------------------------------------------------------


def _directory(pack: Pack) -> Iterator[tuple[str, bytes]]:
    words = {tuple(groups): word for word, groups in AUDIENCES.items()}
    found = [{"code": key[0], **values} for key, values in _current("entry")]
    for row in found:
        row["audience"] = words.get(tuple(row["audience"]), row["audience"])
    yield _csv("directory.csv", found)
    sources = {row.entry: row.source for row in pack.rows("aliases.csv")}
    with_words = (row for row in found if row["keywords"])
    yield _csv(
        "aliases.csv",
        ({"entry": r["code"], "words": r["keywords"], "source": sources.get(r["code"], "")} for r in with_words),
    )


def _service_items(pack: Pack) -> Iterator[tuple[str, bytes]]:
    """Only service items that have something of their own: a state, dates, or parts that differ."""
    contents = {bytes(digest): content for digest, content in Differences.objects.values_list("digest", "content")}
    divisions = {key[0]: (values["valid_from"], values["valid_until"]) for key, values in _current("division")}
    found = []
    for _key, values in _current("service_item"):
        begins, ends = divisions[values["division"]]
        row: dict[str, Any] = {"entry": values["entry"], "division": values["division"], "state": values["state"]}
        if values["effective_from"] != begins:
            row["effective_from"] = values["effective_from"]
        if values["effective_until"] != ends:
            row["effective_until"] = values["effective_until"]
        row.update(_in_columns(contents.get(values["differences"], {})))
        if len(row) > 3 or row["state"] != "active":
            found.append(row)
    yield _csv("service_items.csv", found)


def _in_columns(content: dict[str, Any]) -> dict[str, Any]:
    """Differences as cells: the frequent ones have a column, the others stand together as JSON."""
    rest = dict(content)
    row: dict[str, Any] = {}
    promised = rest.get("promised")
    if promised and set(promised) <= {"value", "unit", "source"}:
        row["promised_value"], row["promised_unit"] = promised["value"], promised["unit"]
        row["source"] = promised.get("source", "")
        del rest["promised"]
    for column in ("visits", "online_depth", "channels", "scope"):
        if column in rest:
            row[column] = rest.pop(column)
    return row | ({"more": rest} if rest else {})


def _items(city: str, pack: Pack, found: Diff) -> Iterator[tuple[str, bytes]]:
    """Worked-out items that were edited since the load."""
    table = found.tables["version"]
    touched = [change.key[0] for change in [*table.changed, *table.kept, *table.removed]]
    for entry in DirectoryEntry.objects.filter(code__in=touched).select_related("current_version").order_by("code"):
        if entry.current_version is None:
            continue
        content = ItemContent.model_validate(entry.current_version.content)
        known = pack.items.get(entry.code)
        name = known.file if known else f"{city}/items/{content.slug}.yaml"
        yield name, item_yaml(content)


def item_yaml(content: ItemContent) -> bytes:
    """A worked-out item as a file: the order of the schema, nothing that is its default."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width, yaml.allow_unicode = 120, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.BytesIO()
    yaml.dump(content.model_dump(mode="json", exclude_defaults=True), stream)
    return stream.getvalue()
