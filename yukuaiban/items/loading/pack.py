"""A pack in memory: the files of a folder and of the folders it extends, read, validated and laid over each other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from yukuaiban.calendars.notices import NoticeYear
from yukuaiban.items.forms import Label, Option
from yukuaiban.items.loading import rows
from yukuaiban.items.loading.files import dotted, read_csv, read_yaml
from yukuaiban.items.loading.holidays import years_of
from yukuaiban.items.loading.parsed import YamlDocument
from yukuaiban.items.loading.problems import PackErrors, Problem, quoted
from yukuaiban.items.schema import ItemContent, Text

#: What of a folder belongs to the pack. Texts of laws, scripts and notes stay where they are.
SUFFIXES = {".yaml", ".csv"}
MAX_FILES = 5000


class PackHead(BaseModel):
    """pack.yaml"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    extends: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")] | None = None
    version: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    title: Text
    source: str
    apply_unconfirmed_successions: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A validated row, and where it stands."""

    file: str
    line: int
    row: Any


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A worked-out item, and where its parts stand."""

    file: str
    document: YamlDocument
    content: ItemContent

    def problem(self, path: tuple[str | int, ...], found: str, expected: str) -> Problem:
        return Problem(self.file, self.document.line_of(path), dotted(path), found, expected)


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """What a type of licence prints: all keys, and those it cannot do without."""

    known: frozenset[str]
    required: frozenset[str]


@dataclass
class Pack:
    """All layers together: a city and what it extends."""

    heads: list[PackHead] = field(default_factory=list)  # the most general first
    files: dict[str, bytes] = field(default_factory=dict)  # "chongqing/directory.csv" -> content
    tables: dict[str, dict[tuple[Any, ...], Placed]] = field(default_factory=dict)  # "directory.csv" -> key -> row
    items: dict[str, WorkedOut] = field(default_factory=dict)  # entry code -> content
    licence_types: dict[str, LicenceFacts] = field(default_factory=dict)
    registers: set[str] = field(default_factory=set)
    years: list[NoticeYear] = field(default_factory=list)  # holiday notices

    @property
    def head(self) -> PackHead:
        return self.heads[-1]

    def rows(self, table: str) -> Iterable[Any]:
        """The rows of a table in the order of their keys."""
        return (placed.row for _key, placed in sorted(self.tables.get(table, {}).items(), key=lambda pair: pair[0]))

    def code_set(self, name: str) -> list[Option]:
        """The options of a code set, in the order of its codes; empty where there is none, or one without English."""
        rows = [row for row in self.rows("code_sets.csv") if row.code_set == name]
        if not all(row.label_en for row in rows):
            return []
        return [Option(value=row.code, label=Label(zh=row.label_zh, en=row.label_en)) for row in rows]

    def placed(self, table: str) -> Iterable[Placed]:
        return self.tables.get(table, {}).values()

    @cached_property
    def manifest(self) -> dict[str, str]:
        """Each file and the digest of its content."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(self.files.items())}

    @property
    def digest(self) -> bytes:
        return digest_of(self.manifest)


def digest_of(manifest: Mapping[str, str]) -> bytes:
    """What two loads have in common exactly when every file is the same."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(manifest.items()))
    return hashlib.sha256(lines.encode()).digest()


# --- from the disk ---------------------------------------------------------------------------------------------------


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a pack and of all that it extends, by `<pack>/<path>`. Raises PackErrors."""
    found: dict[str, bytes] = {}
    chain: list[str] = []
    here: Path | None = folder
    while here is not None:
        name = here.name
        if name in chain:
            raise PackErrors([Problem(f"{name}/pack.yaml", 1, "extends", "a circle", "a pack that ends the chain")])
        if not (here / "pack.yaml").is_file():
            expected = "the folder of a pack, such as packs/chongqing"
            raise PackErrors([Problem(str(here), 0, "", "no pack.yaml", expected)])
        chain.append(name)
        found.update(_read_folder(here))
        extends = _extends(name, found[f"{name}/pack.yaml"])
        here = here.parent / extends if extends else None
    return found


def _read_folder(folder: Path) -> dict[str, bytes]:
    paths = sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES and p.is_file() and not _hidden(p, folder))
    if len(paths) > MAX_FILES:
        raise PackErrors([Problem(folder.name, 0, "", f"{len(paths):,} files", f"at most {MAX_FILES:,}")])
    return {f"{folder.name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)


def _extends(name: str, content: bytes) -> str | None:
    document = read_yaml(f"{name}/pack.yaml", content, [])
    wanted = document.data.get("extends") if document and isinstance(document.data, dict) else None
    return str(wanted) if wanted else None


# --- validated -------------------------------------------------------------------------------------------------------


def read_files(
    files: Mapping[str, bytes], city: str, step: Callable[[int, int], None] = lambda done, of: None
) -> tuple[Pack, list[Problem]]:
    """The rows and items that hold, and every error in the others. What they say of each other is checked elsewhere.

    Args:
        files: As `files_of` gives them.
        city: The name of the outermost pack.
        step: Told after each file: how many were read, of how many.
    """
    problems: list[Problem] = []
    pack = Pack(files=dict(files))
    layers = _layers(files, city, problems)
    done = 0
    for name in layers:
        for file in [file for file in pack.files if file.partition("/")[0] == name]:
            _read_file(pack, file, pack.files[file], problems)
            done += 1
            step(done, len(pack.files))
    pack.years = years_of(files, layers, problems)
    for table, (_row, _key, required) in rows.TABLES.items():
        if required and table not in pack.tables:
            problems.append(Problem(f"{city}/{table}", 0, "", "no such file", "the file, as a city needs it"))
    return pack, problems


def _layers(files: Mapping[str, bytes], city: str, problems: list[Problem]) -> list[str]:
    """The names of the packs, the most general first."""
    chain = [city]
    while (extends := _extends(chain[-1], files.get(f"{chain[-1]}/pack.yaml", b""))) and extends not in chain:
        if f"{extends}/pack.yaml" not in files:
            problems.append(Problem(f"{chain[-1]}/pack.yaml", 1, "extends", quoted(extends), "a pack that is there"))
            break
        chain.append(extends)
    return chain[::-1]


def _read_file(pack: Pack, file: str, content: bytes, problems: list[Problem]) -> None:
    path = file.partition("/")[2]
    if path == "pack.yaml":
        _read_head(pack, file, content, problems)
    elif path in rows.TABLES:
        _read_table(pack, file, path, content, problems)
    elif path.startswith("items/") and path.endswith(".yaml"):
        _read_item(pack, file, content, problems)
    elif path.startswith("licence_types/") and path.endswith(".yaml"):
        _read_licence_type(pack, file, content, problems)
    elif path == "registers.yaml":
        document = read_yaml(file, content, problems)
        if document and isinstance(document.data, dict):
            pack.registers.update(document.data.get("registers") or ())


def _read_head(pack: Pack, file: str, content: bytes, problems: list[Problem]) -> None:
    document = read_yaml(file, content, problems)
    if document is None:
        return
    try:
        head = PackHead.model_validate(document.data)
    except ValidationError as error:
        problems.extend(_explained(file, document, error))
        return
    pack.heads.append(head)
    if head.id != file.partition("/")[0]:
        line = document.line_of(("id",))
        problems.append(Problem(file, line, "id", quoted(head.id), f"the name of its folder, {file.partition('/')[0]}"))


def _read_table(pack: Pack, file: str, table: str, content: bytes, problems: list[Problem]) -> None:
    shape, key_columns, _required = rows.TABLES[table]
    found = pack.tables.setdefault(table, {})
    here: dict[tuple[Any, ...], int] = {}
    for csv_row in read_csv(file, content, shape.columns(), problems):
        try:
            row = shape.model_validate(csv_row.values)
        except ValidationError as error:
            problems.extend(_explained_row(file, csv_row.line, error))
            continue
        key = tuple(_sortable(getattr(row, column)) for column in key_columns)
        if key in here:
            shown = ", ".join(f"{column} {quoted(csv_row.values.get(column))}" for column in key_columns)
            problems.append(
                Problem(file, csv_row.line, key_columns[0], f"{shown} again", f"once; line {here[key]} has it")
            )
            continue
        here[key] = csv_row.line
        found[key] = Placed(file, csv_row.line, row)


def _sortable(value: Any) -> str:
    return "" if value is None else " ".join(value) if isinstance(value, tuple) else str(value)


def _read_item(pack: Pack, file: str, content: bytes, problems: list[Problem]) -> None:
    document = read_yaml(file, content, problems)
    if document is None:
        return
    try:
        item = ItemContent.model_validate(document.data)
    except ValidationError as error:
        problems.extend(_explained(file, document, error))
        return
    worked_out = WorkedOut(file, document, item)
    if item.entry in pack.items:
        other = pack.items[item.entry].file
        problems.append(worked_out.problem(("entry",), quoted(item.entry), f"an entry that {other} does not work out"))
        return
    pack.items[item.entry] = worked_out


def _read_licence_type(pack: Pack, file: str, content: bytes, problems: list[Problem]) -> None:
    """What a type prints. The type as a whole is checked by `licences`, a floor above this one."""
    document = read_yaml(file, content, problems)
    if document is None:
        return
    fields = document.data.get("fields") if isinstance(document.data, dict) else None
    known = [one for one in fields or () if isinstance(one, dict) and "key" in one]
    if not known:
        problems.append(Problem(file, document.line_of(("fields",)), "fields", "nothing", "what the licence says"))
    keys = frozenset(str(one["key"]) for one in known)
    required = frozenset(str(one["key"]) for one in known if one.get("required"))
    pack.licence_types[Path(file).stem] = LicenceFacts(keys, required)


# --- errors in words -------------------------------------------------------------------------------------------------


def _explained_row(file: str, line: int, error: ValidationError) -> Iterable[Problem]:
    for detail in error.errors(include_url=False):
        column = str(detail["loc"][0]) if detail["loc"] else ""
        found, expected = _in_words(detail)
        yield Problem(file, line, column, found, expected)


def _explained(file: str, document: YamlDocument, error: ValidationError) -> Iterable[Problem]:
    for detail in error.errors(include_url=False):
        path = _real_path(document, detail["loc"])
        found, expected = _in_words(detail)
        yield Problem(file, document.line_of(path), dotted(path), found, expected)


def _real_path(document: YamlDocument, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The path in the file: pydantic puts names of alternatives between its parts, which nobody has written."""
    path: tuple[str | int, ...] = ()
    for i, part in enumerate(loc):
        if (*path, part) in document.lines or i == len(loc) - 1:
            path = (*path, part)
    return path


def _in_words(detail: Any) -> tuple[str, str]:
    """What was found and what is expected, from one error of pydantic."""
    kind, context = detail["type"], detail.get("ctx", {})
    value = detail["input"]
    found = quoted(value) if value is None or isinstance(value, str | int | float | bool) else f"a {_kind(value)}"
    match kind:
        case "missing":
            return "nothing", "a value, as it is required"
        case "extra_forbidden":
            return "an unknown key", "a key of the schema (yukuaiban/items/schema.py)"
        case "literal_error" | "enum":
            return found, str(context.get("expected", "")).replace("'", "")
        case "string_pattern_mismatch":
            return found, f"the form {context.get('pattern')}"
        case "value_error" | "assertion_error":
            return found, str(context.get("error", detail["msg"]))
        case _:
            message = detail["msg"]
            return found, message[0].lower() + message[1:]


def _kind(value: Any) -> str:
    return {"dict": "mapping", "list": "list", "tuple": "list"}.get(type(value).__name__, type(value).__name__)
