"""What can be filed where, how often, and who decides it: read once, before the processes are forked."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from random import Random

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from yukuaiban.cases.services.filing import _situation
from yukuaiban.items.guide import content_of
from yukuaiban.items.models import DirectoryEntry, ServiceItem
from yukuaiban.items.schema import Audience, ItemContent
from yukuaiban.people.models import Account, Desk, Party, Post, Role
from yukuaiban.places.models import Department, Division
from yukuaiban.synth.answers import filled

VARIANTS = 3  # different answers to each form
ANSWERED_IN = "500103"
SINCE = date(2020, 1, 1)  # officers hold their posts since


@dataclass(frozen=True, slots=True)
class Officer:
    """Who acts at a desk, as the chain names him (canonical JSON)."""

    desk: int
    actor: str


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    key: str
    stage: int
    role: str
    people: int
    days: int
    officer: Officer


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """One service item that people file online."""

    item: int
    code: str
    version_id: int
    version: int
    differences: int | None
    division: str
    department: int
    name: str
    for_persons: bool
    for_organisations: bool
    answers: tuple[tuple[str, str], ...]  # JSON as the case keeps it, and the situation it makes
    content: ItemContent = field(repr=False)
    window: Officer
    steps: tuple[Step, ...]
    weight: float


def divisions() -> list[tuple[str, int]]:
    """Districts, and how many villages each has: where people live."""
    codes = Division.objects.filter(valid_until__isnull=True).values_list("code", flat=True)
    villages = Counter(code[:6] for code in codes if len(code) == 12)
    districts = Division.objects.filter(code__in=villages).values_list("code", flat=True).order_by("code")
    return [(code, villages[code]) for code in districts]


def offers(seed: int) -> list[Offer]:
    """Every service item that a person or a legal representative may file, the popular ones much more often."""
    chance = Random(f"{seed} offers")
    at_home = dict(divisions())
    entries = DirectoryEntry.objects.filter(current_version__isnull=False).select_related("current_version")
    by_kind = {(d.kind, d.division_id): d.pk for d in Department.objects.all()}
    rows = []
    ranked = sorted(
        entries.order_by("code"),
        key=lambda entry: _length(content_of(entry.current_version_id, None)) + 3 * chance.random(),
    )
    for rank, entry in enumerate(ranked):
        version = entry.current_version
        assert version is not None
        content = content_of(version.pk, None)
        acting = {ground.value for ground in content.acting}
        persons = Audience.NATURAL_PERSON in content.audience
        organisations = set(content.audience) != {Audience.NATURAL_PERSON}
        if (persons and "self" not in acting) or not acting & {"self", "agent"}:
            continue  # only for a ward: needs families, of which there are none
        if content.process.first_review:
            continue  # goes from one body to another in the middle of its life
        answered = _answered(content)
        items = ServiceItem.objects.filter(entry=entry, state=ServiceItem.State.ACTIVE).order_by("code")
        for item in items.values_list("pk", "code", "differences_id", "division_id", "department_id"):
            rows.append((entry, version, content, persons, organisations, answered, item, 1 / (rank + 2)))
    officers = _Officers()
    for _entry, _version, content, _p, _o, _answers, (_pk, _code, _differences, place, department), _popular in rows:
        officers.want(department, place, Role.WINDOW)
        for step in content.process.steps:
            officers.want(
                by_kind.get((step.department, place), department) if step.department else department, place, step.role
            )
    officers.make()
    found = []
    for entry, version, content, persons, organisations, answered, (
        pk,
        code,
        differences,
        place,
        department,
    ), popular in rows:
        whole = content if differences is None else content_of(version.pk, differences)
        steps = tuple(
            Step(
                s.key,
                s.stage,
                s.role,
                s.people,
                s.days,
                officers.at(
                    by_kind.get((s.department, place), department) if s.department else department, place, s.role
                ),
            )
            for s in whole.process.steps
        )
        found.append(
            Offer(
                item=pk,
                code=code,
                version_id=version.pk,
                version=version.number,
                differences=differences,
                division=place,
                department=department,
                name=entry.name_zh,
                for_persons=persons,
                for_organisations=organisations,
                answers=answered,
                content=whole,
                window=officers.at(department, place, Role.WINDOW),
                steps=steps,
                weight=popular * (at_home.get(place, 30) + 20),
            )
        )
    return found


def _length(content: ItemContent) -> int:
    """How many people deal with it: what is quick is what most people come for."""
    return sum(step.people for step in content.process.steps)


def _answered(content: ItemContent) -> tuple[tuple[str, str], ...]:
    variants = [filled(content, ANSWERED_IN, seed) for seed in range(VARIANTS)]
    return tuple((json.dumps(each, ensure_ascii=False), _situation(content, each)) for each in variants)


Place = tuple[int, str, str]  # department, division, role


class _Officers:
    """One officer at each desk; desks and officers that are there already serve."""

    def __init__(self) -> None:
        self.wanted: dict[Place, None] = {}
        self.found: dict[Place, Officer] = {}

    def want(self, department: int, division: str, role: str) -> None:
        self.wanted[department, division, str(role)] = None

    def at(self, department: int, division: str, role: str) -> Officer:
        return self.found[department, division, str(role)]

    def make(self) -> None:
        """Make the desks and officers that are missing, and know them all."""
        desks = self._desks()
        Desk.objects.bulk_create(
            Desk(department_id=department, division_id=division, role=role, name="")
            for department, division, role in self.wanted.keys() - desks.keys()
        )
        desks = self._desks()
        posts = self._posts()
        empty = [desks[place] for place in self.wanted if desks[place] not in posts]
        parties = Party.objects.bulk_create(Party(kind="person", name="合成岗位", is_sample=True) for _desk in empty)
        accounts = Account.objects.bulk_create(
            Account(party=party, is_sample=True, password=UNUSABLE_PASSWORD_PREFIX + str(party.pk)) for party in parties
        )
        Post.objects.bulk_create(
            Post(account=account, desk_id=desk, valid_from=SINCE) for account, desk in zip(accounts, empty, strict=True)
        )
        posts = self._posts()
        for place in self.wanted:
            post = posts[desks[place]]
            actor = {
                "account": post.account_id,
                "desk": post.desk_id,
                "kind": "officer",
                "post": post.pk,
                "role": place[2],
            }
            self.found[place] = Officer(post.desk_id, json.dumps(actor, separators=(",", ":")))

    @staticmethod
    def _desks() -> dict[Place, int]:
        rows = Desk.objects.filter(is_open=True).order_by(
            "-name", "-pk"
        )  # the first of each place wins, as at the door
        return {(row.department_id, row.division_id, row.role): row.pk for row in rows}

    @staticmethod
    def _posts() -> dict[int, Post]:
        return {post.desk_id: post for post in Post.objects.order_by("-pk")}
