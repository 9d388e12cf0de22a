"""Find an entry of the directory by what people type: one or two characters, pinyin, initials, English, a typing slip.

The directory has about a thousand entries and changes rarely, so each process keeps it whole: a search is a few set
operations in memory and costs the database nothing (docs/adr/0077).
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from yukuaiban.search import pinyin_beginnings, pinyin_keys, slips
from yukuaiban.search.tokens import is_han, normal, query_tokens, tokens

WEIGHTS = {"name": 4.0, "keyword": 4.0, "pinyin": 2.5, "english": 2.0, "summary": 1.0, "department": 0.8}
ENOUGH = 0.5  # share of the query that a near miss must still match
CERTAIN = 5  # letters: what is shorter, or has no vowel (initials), is another word rather than a slip
LONG = 9  # letters: two slips may stand in it


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
    department_name: str = ""  # in full, without the city, for what people make of it: 人社局
    department_former: tuple[str, ...] = ()  # what it was called before reforms: 环境保护局

    def name(self, language: str) -> str:
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh

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
        division: The place that the words named; the rows are what is done there, or for it by the city.
    """

    rows: Sequence[Entry]
    corrected: str | None = None
    near: bool = False
    division: str | None = None


@dataclass
class Index:
    """An immutable index over all entries."""

    entries: list[Entry]
    _postings: dict[str, dict[int, float]] = field(init=False, repr=False)
    _weight: dict[str, float] = field(init=False, repr=False)
    _words: dict[str, str] = field(
        init=False, repr=False
    )  # whole words that a slip may have meant, as they are written

    def __post_init__(self) -> None:
        postings: dict[str, dict[int, float]] = defaultdict(dict)
        for number, entry in enumerate(self.entries):
            for token, weight in _tokens_of(entry).items():
                postings[token][number] = weight
        self._postings = dict(postings)
        total = max(len(self.entries), 1)
        self._weight = {token: math.log(1 + total / len(rows)) for token, rows in self._postings.items()}
        self._words = {}
        for entry in self.entries:
            for text in (entry.name_zh, *entry.keywords):
                for read, written in pinyin_beginnings(text).items():
                    self._words.setdefault(read, written)
            for word in re.findall("[a-z]+", normal(f"{entry.name_en} {entry.department_en}")):
                self._words.setdefault(word, word)

    def search(self, text: str) -> Found:
        """Entries for what was typed; with a slip in it, for what was probably meant."""
        text = text.strip()
        if not text:
            return Found(self.entries)
        rows = self._ranked(query_tokens(text), need=1.0, text=text)
        if rows:
            return Found(rows)
        if rows := self._of_department(text):
            return Found(rows)
        if (meant := self._meant(text)) and (rows := self._ranked(query_tokens(meant), need=1.0, text=meant)):
            return Found(rows, corrected=self._shown(text, meant))
        return Found(self._ranked(query_tokens(text), need=ENOUGH, text=text), near=True)

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

    def _of_department(self, text: str) -> list[Entry]:
        """What a department does, called as people call it, by leaving characters out of a name it has or had:
        人社局, 卫健委, 住建委; 环保局, 工商局."""
        typed = normal(text)
        if len(typed) < 2 or not all(map(is_han, typed)):
            return []
        kinds = {
            e.department_kind
            for e in self.entries
            if any(_is_short_for(typed, name) for name in (e.department_name, *e.department_former))
        }
        rows = [entry for entry in self.entries if entry.department_kind in kinds]
        return sorted(rows, key=lambda e: (not e.online, e.code))

    def _meant(self, text: str) -> str | None:
        """The nearest words that the directory knows, for a slip in pinyin or English, or a wrong character.

        A wrong character that sounds right (居驻证) is found through its pinyin. Initials are never taken for a slip:
        of four letters in a row nearly every one would mean something.
        """
        for key in sorted(pinyin_keys(text), key=len, reverse=True)[:1]:
            if key in self._postings and len(key) > 2:
                return key
        typed = normal(text)
        if not typed.isascii():
            return None
        meant = [word if word in self._postings else self._nearest(word) for word in typed.split()]
        if not meant or None in meant:
            return self._nearest(typed.replace(" ", ""))
        return " ".join(word for word in meant if word)

    def _nearest(self, typed: str) -> str | None:
        if len(typed) < CERTAIN or not re.search("[aeiouv]", typed):
            return None
        most = 2 if len(typed) >= LONG else 1
        near = (
            (far, len(word), word)
            for word in self._words
            if word[0] == typed[0] and len(word) >= CERTAIN - 1 and (far := slips(typed, word, most)) <= most
        )
        return min(near, default=(0, 0, None))[2]

    def _shown(self, typed: str, meant: str) -> str:
        """What was searched instead, in the script of the one who typed."""
        return meant if typed.isascii() else self._words.get(meant, meant)


def _is_short_for(typed: str, name: str) -> bool:
    """Whether a name says this when characters are left out, beginning with its first one."""
    letters = iter(name)
    return name[:1] == typed[0] and all(character in letters for character in typed)


def _tokens_of(entry: Entry) -> dict[str, float]:
    found: dict[str, float] = {}

    def put(words: Iterable[str], weight: float) -> None:
        for word in words:
            found[word] = max(found.get(word, 0.0), weight)

    put(tokens(entry.department_zh) | tokens(entry.department_en), WEIGHTS["department"])
    put(_latin_beginnings(pinyin_keys(entry.department_zh.removeprefix("市"))), WEIGHTS["department"])
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
