"""Citations of the law, and the texts that stand in packs/*/laws to check them against.

A citation reads as officers write it: `行政许可法 第四十二条第一款`, `行政许可法 第三十二条第一款第（四）项`.
Several are joined by `；`. What is not a law is cited as a document: `渝府发〔2018〕43号`, `DB50/T 957-2019`,
`《重庆日报》2019-05-29`; what no law sets and the city decides for itself, as `本市设定`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from yukuaiban.config.packs import pack_folders

_NUMERAL = "一二三四五六七八九十百零"
_LAW = re.compile(
    rf"(?P<law>[^\s；]+?) ?第(?P<article>[{_NUMERAL}]+)条"
    rf"(?:第(?P<paragraph>[{_NUMERAL}]+)款)?(?:第?（(?P<item>[{_NUMERAL}]+)）项?)?"
)
_DOCUMENT = re.compile(r"〔\d{4}〕|[A-Z]+\d*/T \d|《.+》")


@dataclass(frozen=True, slots=True)
class Law:
    """One text in one edition; a law changed twice has two rows."""

    title: str
    short: str
    kind: str
    edition_on: date
    in_force_on: date | None
    source: str
    path: Path


@dataclass(frozen=True, slots=True)
class Citation:
    """One place in one law. `paragraph` (款) and `item` (项) are None where the article is meant as a whole."""

    law: str
    article: str
    paragraph: int | None = None
    item: str | None = None


def parse(source: str) -> list[Citation]:
    """The places of law that a source names; empty when it names documents only.

    Raises:
        ValueError: A part is neither an article of a law nor a document.
    """
    found = []
    for part in re.split(r"；\s*", source.strip()):
        match = _LAW.fullmatch(part)
        if match:
            paragraph = numeral(match["paragraph"]) if match["paragraph"] else None
            found.append(Citation(match["law"].strip("《》"), match["article"], paragraph, match["item"]))
        elif part != "本市设定" and not _DOCUMENT.search(part):
            raise ValueError(f"{part!r} is no citation: write 行政许可法 第四十二条第一款, or a document's number.")
    return found


def find(citation: Citation) -> str | None:
    """The words cited, from the newest edition that has them; None when no text at hand has such a place."""
    for law in reversed(editions(citation.law)):
        article = _articles(law.path).get(citation.article)
        if article is None:
            continue
        paragraphs = _paragraphs(article)
        if citation.item is not None:
            marks = (f"（{citation.item}）", f"({citation.item})")
            words = next((line for line in article if line.startswith(marks)), None)
        elif citation.paragraph is not None:
            words = paragraphs[citation.paragraph - 1] if citation.paragraph <= len(paragraphs) else None
        else:
            words = "\n".join(article)
        if words:
            return words
    return None


def at_hand(short: str) -> bool:
    """Whether the law's text stands in a pack, so that its articles can be checked."""
    return bool(editions(short))


def editions(short: str) -> list[Law]:
    """The texts of one law by its short or full title, oldest edition first."""
    return sorted((law for law in laws() if short in (law.short, law.title)), key=lambda law: law.edition_on)


@lru_cache(maxsize=1)
def laws() -> tuple[Law, ...]:
    """Every law text of the packs."""
    found = []
    for folder in pack_folders():
        index = folder / "laws" / "index.csv"
        if not index.exists():
            continue
        with index.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                found.append(
                    Law(
                        title=row["title_zh"],
                        short=row["short_zh"],
                        kind=row["kind"],
                        edition_on=date.fromisoformat(row["edition_on"]),
                        in_force_on=date.fromisoformat(row["in_force_on"]) if row["in_force_on"] else None,
                        source=row["source"],
                        path=index.parent / row["file"],
                    )
                )
    return tuple(found)


def numeral(text: str) -> int:
    """A Chinese numeral below one thousand: 四 -> 4, 二十六 -> 26, 二百零三 -> 203."""
    total = digit = 0
    for character in text:
        if character == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif character == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif character != "零":
            digit = _NUMERAL.index(character) + 1
    return total + digit


@lru_cache(maxsize=64)
def _articles(path: Path) -> dict[str, list[str]]:
    """Every article of one text as its lines, by its numeral."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.strip()
        if line.startswith("#"):
            current = None
        elif match := re.match(rf"第([{_NUMERAL}]+)条[\s　]*(.*)", line):
            current = found.setdefault(match[1], [])
            if match[2]:
                current.append(match[2])
        elif line and current is not None:
            current.append(line)
    return found


def _paragraphs(article: list[str]) -> list[str]:
    """The paragraphs (款) of an article; numbered items (项) belong to the paragraph that opens them."""
    paragraphs: list[str] = []
    for line in article:
        if paragraphs and re.match(rf"[（(][{_NUMERAL}]+[）)]", line):
            paragraphs[-1] += "\n" + line
        else:
            paragraphs.append(line)
    return paragraphs
