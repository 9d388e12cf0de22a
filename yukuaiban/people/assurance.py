"""Levels of assurance: how sure we are of who somebody is, as data of the packs, and what is missing for an item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import reverse
from ruamel.yaml import YAML

from yukuaiban.config.packs import pack_folders
from yukuaiban.people.models import Account

FILE = "people/assurance_levels.yaml"
REGISTERED, REAL_NAME, REAL_PERSON = "registered", "real_name", "real_person"


@dataclass(frozen=True, slots=True)
class Level:
    """One level. `title` and `missing` are pairs {zh, en}; `page` is the name of the page where a person reaches it."""

    code: str
    rank: int
    title: dict[str, str]
    missing: dict[str, str]
    page: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What a person still has to do before he may use an item, and where."""

    level: Level
    url: str

    @property
    def text(self) -> dict[str, str]:
        return self.level.missing


@cache
def levels() -> dict[str, Level]:
    """Every level, from the lowest; a city's file replaces the country's."""
    content: dict[str, Any] = {}
    for folder in pack_folders():
        if (path := folder / FILE).is_file():
            content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return {
        row["code"]: Level(row["code"], rank, row["title"], row["missing"], row["page"])
        for rank, row in enumerate(content["levels"])
    }


def level(code: str) -> Level:
    """The level of a code. Raises: KeyError for a code no pack knows."""
    return levels()[code]


def reaches(held: str, needed: str) -> bool:
    """Whether one level is as high as another."""
    return level(held).rank >= level(needed).rank


def assurance_missing(account: Account | None, needed: str) -> Missing | None:
    """What stands between a person and an item that needs a level; None when nothing does.

    Args:
        account: None for who is not signed in.
        needed: A level's code, as the item says it.
    """
    if account is None or account.party is None:
        return Missing(level(REGISTERED), reverse(level(REGISTERED).page))
    if reaches(account.party.assurance, needed):
        return None
    return Missing(level(needed), reverse(level(needed).page))
