"""Read the two kinds of file that a pack is made of, and remember on which line everything stood.

CSV: UTF-8, comma, one header row. YAML: 1.2 (so that `on:` and `no` are words), no key twice, no anchors (a pack needs
none, and a few lines of them can unfold to gigabytes).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from yukuaiban.items.loading import parsed
from yukuaiban.items.loading.parsed import Path, YamlDocument
from yukuaiban.items.loading.problems import Problem, quoted

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 30
MAX_CELL = 20_000
TIMESTAMP = "tag:yaml.org,2002:timestamp"


@dataclass(frozen=True, slots=True)
class CsvRow:
    line: int
    values: dict[str, str]


def text_of(name: str, content: bytes, problems: list[Problem]) -> str | None:
    """The file as text, or a problem. The mark that Excel puts before UTF-8 is allowed."""
    if len(content) > MAX_BYTES:
        problems.append(Problem(name, 0, "", f"{len(content):,} bytes", f"at most {MAX_BYTES:,}"))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problems.append(Problem(name, line, "", "bytes that are not UTF-8", "the file saved as UTF-8"))
        return None


def read_csv(name: str, content: bytes, columns: Mapping[str, bool], problems: list[Problem]) -> list[CsvRow]:
    """The rows of a CSV file.

    Args:
        columns: Each known column, and whether it must be there.
    """
    text = text_of(name, content, problems)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        header = next(reader, None)
    except csv.Error as error:
        problems.append(Problem(name, 1, "", str(error), "a header row of comma-separated column names"))
        return []
    if not header:
        problems.append(Problem(name, 1, "", "an empty file", f"a header row: {', '.join(columns)}"))
        return []
    if not _header_is_right(name, header, columns, problems):
        return []
    return list(_csv_rows(name, reader, header, problems))


def _header_is_right(name: str, header: list[str], columns: Mapping[str, bool], problems: list[Problem]) -> bool:
    before = len(problems)
    for column in header:
        if column not in columns:
            problems.append(Problem(name, 1, column, "an unknown column", f"one of {', '.join(columns)}"))
    for column, required in columns.items():
        if header.count(column) > 1:
            problems.append(Problem(name, 1, column, "the column twice", "each column once"))
        if required and column not in header:
            problems.append(Problem(name, 1, column, "no such column", "the column, as it is required"))
    return len(problems) == before


def _csv_rows(name: str, reader: Any, header: list[str], problems: list[Problem]) -> Iterator[CsvRow]:
    line = reader.line_num + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem(name, line, "", str(error), "a row of comma-separated values"))
            return
        if cells and len(cells) != len(header):
            problems.append(Problem(name, line, "", f"{len(cells)} values", f"{len(header)}, one for each column"))
        elif any(len(cell) > MAX_CELL for cell in cells):
            problems.append(Problem(name, line, "", "a value of more than 20,000 characters", "a shorter one"))
        elif cells:
            yield CsvRow(line, {column: cell.strip() for column, cell in zip(header, cells, strict=True)})
        line = reader.line_num + 1


def read_yaml(name: str, content: bytes, problems: list[Problem]) -> YamlDocument | None:
    """A YAML document with the line of every part, or None and a problem."""
    known = parsed.find(content)
    if known is None:
        known = _parse(name, content, problems)
        if known is not None:
            parsed.keep(content, known)
    return known


def _parse(name: str, content: bytes, problems: list[Problem]) -> YamlDocument | None:
    text = text_of(name, content, problems)
    if text is None:
        return None
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(io.StringIO(text))
        if node is None:
            problems.append(Problem(name, 1, "", "an empty file", "a YAML mapping"))
            return None
        document = YamlDocument()
        before = len(problems)
        document.data = _build(name, node, (), yaml, document, problems)
        return document if len(problems) == before else None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problems.append(Problem(name, line, "", str(error.problem or error.context), "YAML 1.2"))
    except (YAMLError, ValueError) as error:
        problems.append(Problem(name, 1, "", str(error).splitlines()[0], "YAML 1.2"))
    return None


def _build(name: str, node: Node, path: Path, yaml: Any, document: YamlDocument, problems: list[Problem]) -> Any:
    line = node.start_mark.line + 1
    document.lines.setdefault(path, line)
    if node.anchor:
        problems.append(Problem(name, line, dotted(path), f"the anchor &{node.anchor}", "the value written out"))
        return None
    if len(path) > MAX_DEPTH:
        problems.append(Problem(name, line, dotted(path), f"more than {MAX_DEPTH} levels", "fewer levels"))
        return None
    if isinstance(node, ScalarNode):
        if node.tag == TIMESTAMP:
            return node.value  # as it was written; whoever wants a date says so in his schema
        return yaml.constructor.construct_object(node)
    if isinstance(node, SequenceNode):
        return [_build(name, part, (*path, i), yaml, document, problems) for i, part in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, ScalarNode) else ""
        key_line = key_node.start_mark.line + 1
        if key in found or not key:
            expected = "each key once" if key else "a plain word as key"
            problems.append(Problem(name, key_line, dotted((*path, key)), f"the key {quoted(key)} again", expected))
            continue
        document.lines[(*path, key)] = key_line
        found[key] = _build(name, value_node, (*path, key), yaml, document, problems)
    return found


def dotted(path: Path) -> str:
    """form.groups[0].fields[2].key"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text
