"""Cut text into lexemes, and write them as tsvector and tsquery."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator

_RUN = re.compile(r"[0-9a-z]+|[^\W0-9a-z_]+")


def normal(text: str) -> str:
    """One spelling: NFKC, lower case; punctuation separates."""
    return unicodedata.normalize("NFKC", text).lower()


def is_han(character: str) -> bool:
    """Whether it is a Chinese character, rare ones (beyond the basic plane) included."""
    return "\u3400" <= character <= "\u9fff" or character == "〇" or ord(character) >= 0x20000


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Stretches of one script: (stretch, is Chinese)."""
    for match in _RUN.finditer(normal(text)):
        stretch = match.group()
        start = 0
        for i in range(1, len(stretch) + 1):
            if i == len(stretch) or is_han(stretch[i]) != is_han(stretch[start]):
                yield stretch[start:i], is_han(stretch[start])
                start = i


def tokens(text: str) -> set[str]:
    """Everything that a text can be found by: single characters, pairs, whole Latin words and their beginnings."""
    found: set[str] = set()
    for run, han in _runs(text):
        if han:
            found.update(run)
            found.update(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.update(run[:n] for n in range(1, min(len(run), 12) + 1))
            found.add(run)
    return found


def query_tokens(text: str) -> set[str]:
    """What a text asks for: pairs where there are two characters or more, so that 公积金 does not find 金公."""
    wanted: set[str] = set()
    for run, han in _runs(text):
        if han and len(run) > 1:
            wanted.update(run[i : i + 2] for i in range(len(run) - 1))
        else:
            wanted.add(run)
    return wanted


@functools.lru_cache(maxsize=20000)
def _syllables(han: str) -> tuple[str, ...]:
    """How Chinese characters are read, one syllable each; what has no reading stays as it is."""
    from pypinyin import lazy_pinyin  # here: its dictionaries take a third of a second to import

    return tuple(lazy_pinyin(han))


@functools.lru_cache(maxsize=20000)
def pinyin_keys(text: str) -> frozenset[str]:
    """Pinyin in full and its initials: 居住证 -> juzhuzheng, jzz, and the syllables."""
    syllables = [part for part in _syllables(_han(text)) if part.isascii()]
    initials = "".join(part[0] for part in syllables)
    return frozenset({"".join(syllables), initials, *syllables} - {""})


def pinyin_beginnings(text: str) -> dict[str, str]:
    """A text read aloud as far as each of its characters: 居住证 -> ju: 居, juzhu: 居住, juzhuzheng: 居住证."""
    han = _han(text)
    syllables = _syllables(han)
    if len(syllables) != len(han):
        return {}
    return {"".join(syllables[:n]): han[:n] for n in range(1, len(han) + 1)}


def _han(text: str) -> str:
    return "".join(c for c in normal(text) if is_han(c))


def slips(typed: str, word: str, most: int) -> int:
    """How many slips of the finger lie between two words: a letter wrong, missing, too many, or two changed about.

    Returns more than `most` as soon as there are more.
    """
    if abs(len(typed) - len(word)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, a in enumerate(typed, 1):
        above, row, older = row, [i], before
        for j, b in enumerate(word, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == word[j - 2] and b == typed[i - 2]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before = above
    return row[-1]


def vector(words: Iterable[str]) -> str:
    """Lexemes as tsvector text, safely quoted."""
    return " ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in sorted(set(words)) if word)


def query(words: Iterable[str]) -> str:
    """Lexemes that must all be there, as tsquery text."""
    return " & ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in sorted(set(words)) if word)
