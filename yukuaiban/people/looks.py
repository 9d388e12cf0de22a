"""The auditor's log of looks at personal data: each domain that writes down who looked says how its rows read.

    # licences/apps.py, in ready()
    looks.register(Log("licences", _("查看证照"), licence_looks, looked_at_licence))

Law: 个人信息保护法 第五十一条, 第五十四条 (regular audits of how personal data are handled).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from yukuaiban.config import paging
from yukuaiban.design.formats import masked_name
from yukuaiban.people.models import Account, Party, Role

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Looked:
    """An officer looked at something of a person.

    Attributes:
        what: Codes of what was looked at, each with its title in the language of the reader.
        role: Of the post he sat at, None where the log does not hold it.
        reason: As he gave it, or the way in which he looked.
        reference: The matter's number, or empty.
    """

    at: datetime
    reader: Account
    party: Party
    what: tuple[tuple[str, str], ...]
    role: Role | None = None
    reason: str = ""
    reference: str = ""

    @property
    def person(self) -> str:
        """Whose it was: the auditor needs to know how many, not who; an organisation is no secret."""
        return masked_name(self.party.name) if self.party.is_person else self.party.name


@dataclass(frozen=True, slots=True)
class Log:
    """One domain's log. `rows`: of a department; `read`: one of them as it is shown."""

    key: str
    title: Any
    rows: Callable[[int], QuerySet[Any]]
    read: Callable[[Any], Looked]

    def page(self, department_id: int, *, after: int | None) -> tuple[list[tuple[int, Looked]], int | None]:
        """Fifty of a department's rows with their numbers, newest first, and what opens the next page."""
        found: list[Model]
        found, more = paging.newest(self.rows(department_id), after=after, size=A_PAGE)
        return [(row.pk, self.read(row)) for row in found], more


_logs: dict[str, Log] = {}


def register(log: Log) -> None:
    """Add a domain's log, behind those that are there."""
    _logs[log.key] = log


def logs() -> tuple[Log, ...]:
    return tuple(_logs.values())


def log_of(key: str) -> Log | None:
    return _logs.get(key)
