"""What the documents name exists: verbs with their options, variables, files, pages, make targets; samples work.

A document that names what is gone is worse than none: whoever follows it blames himself.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from yukuaiban.config import cli
from yukuaiban.items.loading.checking import read_pack
from yukuaiban.items.loading.pack import files_of

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PARTS = "yukuaiban|docs|packs|ops|tests|requirements|locale"

CODE = re.compile(r"^```\w*\n(.*?)^```$|`([^`\n]+)`|^ {4}(.+)$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[\s/`|(;=])yukuaiban (?!yukuaiban )([a-z][^`|#;)\n]*)")
VARIABLE = re.compile(r"\b(?:YUKUAIBAN_[A-Z0-9_]+|DATABASE_URL)\b")
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
FILE = re.compile(rf"(?:^|[\s(])((?:{PARTS})/[\w./*-]+\.?\w+)")
PAGE = re.compile(r"(?<![\w}/])(/zh/[\w/-]*)")
TARGET = re.compile(r"\bmake ([a-z]+)\b")
SAMPLE = re.compile(r"<!-- sample: (\w+) -->")  # a file that the reader makes from the block below


def code_of(text: str) -> Iterator[str]:
    """What stands in code: blocks, indented lines, words in backticks."""
    for found in CODE.finditer(text):
        yield next(part for part in found.groups() if part is not None)


def wrong_commands(text: str) -> Iterator[str]:
    """Commands of ours with a verb, a part of a verb or an option that is not there."""
    for code in code_of(text):
        for found in COMMAND.finditer(code):
            words = re.sub(r"\[[^\]]*\]", "", found[1].replace("\\", "")).split()
            if not commands_have(words):
                yield f"yukuaiban {found[1].strip()}"


def commands_have(words: list[str]) -> bool:
    try:
        parser = children(cli.parser(words[0]))[words[0]]
    except KeyError:
        return False
    rest = words[1:]
    if (parts := children(parser)) and rest and not rest[0].startswith("-"):
        if rest[0] not in parts:
            return False
        parser = parts[rest[0]]
    known = {option for action in parser._actions for option in action.option_strings} | {"--data", "--help"}
    return all(word.partition("=")[0].rstrip(".,") in known for word in rest if word.startswith("--"))


def children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return {
        name: below
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, below in action.choices.items()
    }


@cache
def variables_of_the_code() -> frozenset[str]:
    """Every variable that a program of ours reads, by its name in quotes."""
    sources = [*(ROOT / "yukuaiban").rglob("*.py"), *(ROOT / "ops").rglob("*.py")]
    said = "\n".join(s.read_text(encoding="utf-8") for s in sources if "tests" not in s.relative_to(ROOT).parts[:-1])
    return frozenset(re.findall(rf'"({VARIABLE.pattern[2:-2]})"', said))


def wrong_links(text: str, folder: Path) -> Iterator[str]:
    for found in LINK.finditer(re.sub(r"`[^`\n]+`", "", text)):
        address = (found[1] or found[2]).partition("#")[0]
        if address and not re.match(r"[a-z]+:", address) and not (folder / address).exists():
            yield address


def wrong_files(text: str) -> Iterator[str]:
    to_be_made = {f"{name}.yaml" for name in SAMPLE.findall(text)}
    for code in code_of(text):
        for name in FILE.findall(code):
            if not any(ROOT.glob(name.rstrip("./"))) and Path(name).name not in to_be_made:
                yield name


def wrong_pages(text: str) -> Iterator[str]:
    for code in code_of(text):
        for page in PAGE.findall(code):
            try:
                resolve(page)
            except Resolver404:
                yield page


def wrong_targets(text: str) -> Iterator[str]:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for code in code_of(text):
        yield from (f"make {name}" for name in TARGET.findall(code) if name not in known)


def stale(text: str, folder: Path) -> list[str]:
    """Everything that a document names and that is not there."""
    variables = set(VARIABLE.findall(text)) - variables_of_the_code()
    return [
        *wrong_commands(text),
        *sorted(variables),
        *wrong_links(text, folder),
        *wrong_files(text),
        *wrong_pages(text),
        *wrong_targets(text),
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_what_a_document_names_exists(document):
    assert not stale(document.read_text(encoding="utf-8"), document.parent)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("`yukuaiban pack chekc packs/chongqing`", "yukuaiban pack chekc packs/chongqing"),
        ("    .venv/bin/yukuaiban uqp\n", "yukuaiban uqp"),
        ("`yukuaiban up --prodution`", "yukuaiban up --prodution"),
        ("set `YUKUAIBAN_HOSTZ`", "YUKUAIBAN_HOSTZ"),
        ("[keys](operators/kyes.md)", "operators/kyes.md"),
        ("see `yukuaiban/config/evn.py`", "yukuaiban/config/evn.py"),
        ("at `/zh/desk/porposals/x`", "/zh/desk/porposals/x"),
        ("`make rnu`", "make rnu"),
    ],
)
def test_what_is_not_there_is_found(text, named):
    """The control: each of these must be seen, or the test above proves nothing."""
    assert stale(text, ROOT / "docs") == [named]


def test_every_variable_is_told_to_operators():
    told = "".join(d.read_text(encoding="utf-8") for d in (ROOT / "docs" / "operators").glob("*.md"))
    assert not variables_of_the_code() - set(VARIABLE.findall(told))


def test_every_decision_is_in_the_index():
    index = ROOT / "docs" / "adr" / "README.md"
    text = index.read_text(encoding="utf-8")
    assert not [one.name for one in index.parent.glob("0*.md") if f"({one.name})" not in text]


def test_the_editors_sample_is_right_inside_the_pack():
    """docs/editors.md promises that the item it shows can be copied, checked and loaded as it stands."""
    text = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- sample: (\w+) -->\n```yaml\n(.*?)```", text, re.DOTALL)
    assert found
    files = files_of(ROOT / "packs" / "chongqing")
    [any_item, *_] = [name for name in files if "/items/" in name]
    files[f"{any_item.rpartition('/')[0]}/{found[1]}.yaml"] = found[2].encode()
    pack = read_pack(files, "chongqing")
    assert found[1] in {item.content.slug for item in pack.items.values()}
