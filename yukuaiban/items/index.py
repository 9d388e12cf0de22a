"""Find an entry of the directory by what people type: one or two characters, pinyin, initials, English, a typing slip.

The directory has about a thousand entries and changes rarely, so each process keeps it whole: a search is a few set
operations in memory and costs the database nothing (docs/adr/0077).
"""

from __future__ import annotations

import difflib
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from yukuaiban.search import pinyin_keys
from yukuaiban.search.tokens import normal, query_tokens, tokens

WEIGHTS = {"name": 4.0, "keyword": 4.0, "pinyin": 2.5, "english": 2.0, "summary": 1.0, "department": 0.8}
ENOUGH = 0.5  # share of the query that a near miss must still match


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index knows of one directory entry."""

    id: int
    code: str
    name_zh: str
    name_en: str
    item_type: str
    department_kind: str
    department_zh: str
    department_en: str
    levels: str
    audience: tuple[str, ...]
    themes: tuple[str, ...]
    life_events: tuple[str, ...]
    keywords: tuple[str, ...]
    summary_zh: str
    summary_en: str
    online: bool  # worked out: can be filed here
    status: str
    promised_days: int | None
    visits: int | None

    def name(self, language: str) -> str:
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh

    def name_language(self, language: str) -> str | None:
        """The `lang` to mark the name with when it is not in the page's language."""
        return "zh-Hans" if language.startswith("en") and not self.name_en else None

    def summary(self, language: str) -> str:
        return self.summary_en if language.startswith("en") else self.summary_zh

    def department(self, language: str) -> str:
        return self.department_en if language.startswith("en") else self.department_zh


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search.

    Attributes:
        rows: Best first.
        corrected: What was searched instead when the words as typed found nothing, else None.
        near: The rows match only a part of the words.
    """

    rows: Sequence[Entry]
    corrected: str | None = None
    near: bool = False


@dataclass
class Index:
    """An immutable index over all entries."""

    entries: list[Entry]
    _postings: dict[str, dict[int, float]] = field(init=False, repr=False)
    _weight: dict[str, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        postings: dict[str, dict[int, float]] = defaultdict(dict)
        for number, entry in enumerate(self.entries):
            for token, weight in _tokens_of(entry).items():
                postings[token][number] = weight
        self._postings = dict(postings)
        total = max(len(self.entries), 1)
        self._weight = {token: math.log(1 + total / len(rows)) for token, rows in self._postings.items()}

    def search(self, text: str) -> Found:
        """Entries for what was typed; with a slip in it, for what was probably meant."""
        text = text.strip()
        if not text:
            return Found(self.entries)
        rows = self._ranked(_words(text), need=1.0, text=text)
        if rows:
            return Found(rows)
        if (meant := self._meant(text)) and (rows := self._ranked(_words(meant), need=1.0, text=meant)):
            return Found(rows, corrected=meant)
        return Found(self._ranked(_words(text), need=ENOUGH, text=text), near=True)

    def suggest(self, text: str, most: int = 6) -> list[Entry]:
        """A few for a person who is still typing."""
        return list(self.search(text).rows[:most]) if text.strip() else []

    def _ranked(self, wanted: set[str], *, need: float, text: str) -> list[Entry]:
        if not wanted:
            return []
        scores: dict[int, float] = defaultdict(float)
        hits: dict[int, int] = defaultdict(int)
        for token in wanted:
            for number, weight in self._postings.get(token, {}).items():
                scores[number] += weight * self._weight[token]
                hits[number] += 1
        least = max(1, math.ceil(len(wanted) * need))
        typed = normal(text)
        ranked = []
        for number, count in hits.items():
            if count < least:
                continue
            entry = self.entries[number]
            name = normal(entry.name_zh)
            bonus = 1.0
            if typed in name or typed in map(normal, entry.keywords) or typed in normal(entry.name_en):
                bonus += 1.0 + len(typed) / max(len(name), 1)
            if entry.online:
                bonus += 0.8  # what can be done here comes before what is only described
            ranked.append((-scores[number] * bonus * count / len(wanted), entry.code, entry))
        return [entry for _score, _code, entry in sorted(ranked, key=lambda r: r[:2])]

    def _meant(self, text: str) -> str | None:
        """The nearest word that the directory knows, for a slip in pinyin or Latin script, or a wrong character.

        A wrong character that sounds right (居驻证) is found through its pinyin.
        """
        for key in sorted(pinyin_keys(text), key=len, reverse=True)[:1]:
            if key in self._postings and len(key) > 2:
                return key
        typed = normal(text).replace(" ", "")
        if typed.isascii() and len(typed) > 3:
            near = difflib.get_close_matches(
                typed, [t for t in self._postings if t.isascii() and len(t) > 3], n=1, cutoff=0.8
            )
            return near[0] if near else None
        return None


def _words(text: str) -> set[str]:
    return query_tokens(text)


def _tokens_of(entry: Entry) -> dict[str, float]:
    found: dict[str, float] = {}

    def put(words: Iterable[str], weight: float) -> None:
        for word in words:
            found[word] = max(found.get(word, 0.0), weight)

    put(tokens(entry.department_zh) | tokens(entry.department_en), WEIGHTS["department"])
    put(tokens(entry.summary_zh), WEIGHTS["summary"])
    put(tokens(entry.name_en), WEIGHTS["english"])
    put(_latin_beginnings(pinyin_keys(entry.name_zh)), WEIGHTS["pinyin"])
    for keyword in entry.keywords:
        put(_latin_beginnings(pinyin_keys(keyword)), WEIGHTS["pinyin"])
        put(tokens(keyword), WEIGHTS["keyword"])
    put(tokens(entry.name_zh), WEIGHTS["name"])
    return found


def _latin_beginnings(keys: Iterable[str]) -> set[str]:
    """Pinyin is found while it is still being typed, from the second letter on."""
    return {key[:n] for key in keys for n in range(min(2, len(key)), len(key) + 1)}
