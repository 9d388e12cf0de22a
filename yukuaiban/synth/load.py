"""Carry a plan out: chunks made in several processes, each in one transaction with the note that it is done."""

from __future__ import annotations

import json
import multiprocessing
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils.translation import gettext as _

from yukuaiban.config.errors import DomainError
from yukuaiban.config.launch import progress
from yukuaiban.synth import held
from yukuaiban.synth.lives import COLUMNS, Lives
from yukuaiban.synth.offers import divisions, offers
from yukuaiban.synth.persons import ACCOUNT, MAIL, PARTY, PROFILE, Persons
from yukuaiban.synth.plan import Plan, begin

PARTS = ("persons", "organisations", "cases")
TABLES = (
    "people_party",
    "people_account",
    "people_organisationprofile",
    "cases_case",
    "cases_step",
    "cases_work",
    "cases_timer",
    "cases_correction",
)
Job = tuple[str, int]


class NotHere(DomainError):
    """A synthetic city has no business in production."""

    code, status = "synth.not_here", 409


def synthesise(people: int, organisations: int, cases: int, seed: int, *, processes: int) -> bool:
    """Make the city, or go on with it. False when it was there already.

    Raises: NotHere, AnotherCity.
    """
    if settings.PRODUCTION:
        raise NotHere(_("合成城市不能放进正式系统。"))
    if not people:
        raise NotHere(_("合成城市至少要有一个人。"))
    plan, finished = begin(people, organisations, cases, seed)
    if finished:
        return False
    with progress.step("offers") as at:
        with transaction.atomic():
            maker = _Maker(plan, password=_password())
        at.note = f"{len(maker.offers)} service items"
    if people + organisations + cases >= held.HOLD_FROM:
        with progress.step("indexes held off") as at:
            at.note = str(held.hold(TABLES))
    for part in PARTS:
        with progress.step(part) as at:
            at.note = _carry_out(maker, part, processes, at.progress)
    with progress.step("indexes") as at:
        at.note = f"{held.restore(at.progress)} made again"
    with progress.step("statistics") as at, connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join([*TABLES, 'chain_event', 'chain_key'])}")
        cursor.execute("UPDATE synth_run SET finished_at = now()")
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        at.note = f"the database takes {cursor.fetchone()[0]}"
    return True


def logins_file() -> Path:
    """The one password of this data folder's synthetic people, readable by its owner only."""
    return Path(settings.KEYS_DIR) / "synth_logins.json"


def _password() -> str:
    """The encoded password, made with the first run of a data folder."""
    path = logins_file()
    if not path.exists():
        password = secrets.token_urlsafe(12)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = {"logins": f"s0000@{MAIL} and on", "password": password, "encoded": make_password(password)}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(known, out, indent=1)
    return str(json.loads(path.read_text(encoding="utf-8"))["encoded"])


class _Maker:
    """All that a process needs to make a chunk; made once and inherited by fork."""

    def __init__(self, plan: Plan, *, password: str) -> None:
        self.plan = plan
        self.persons = Persons(plan, divisions(), password)
        self.offers = offers(plan.seed) if plan.cases else []
        self.lives = Lives(plan, self.offers, self.persons) if plan.cases else None

    def rows(self, part: str, number: int) -> Iterable[tuple[str, str, list[str]]]:
        """Table, columns and lines of a chunk; tables in the order in which they refer to each other."""
        span = self.plan.span(part, number)
        if part == "persons":
            parties, accounts, addresses = self.persons.people(span)
            yield "people_party", PARTY, parties
            yield "people_account", ACCOUNT, accounts
            yield "account_emailaddress", 'email, verified, "primary", user_id', addresses
        elif part == "organisations":
            parties, profiles = self.persons.organisations(span)
            yield "people_party", PARTY, parties
            yield "people_organisationprofile", PROFILE, profiles
        elif self.lives is not None:
            made = self.lives.cases(span)
            for table, columns in COLUMNS.items():
                yield table, columns, made.get(table, [])

    def store(self, job: Job) -> float:
        """Make one chunk and store it, whole or not at all; what it took, in seconds."""
        part, number = job
        began = time.monotonic()
        rows = list(self.rows(part, number))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
            for table, columns, lines in rows:
                if lines:
                    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                        copy.write("".join(lines))
            taken = time.monotonic() - began
            cursor.execute("INSERT INTO synth_chunk VALUES (%s, %s, %s)", [part, number, taken])
        return taken


_maker: _Maker | None = None


def _store(job: Job) -> float:
    assert _maker is not None
    return _maker.store(job)


def _carry_out(maker: _Maker, part: str, processes: int, report: Callable[[object], None]) -> str:
    """All chunks of a part that are not there yet; says what it came to."""
    plan = maker.plan
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM synth_chunk WHERE part = %s", [part])
        there = {number for (number,) in cursor.fetchall()}
    left = [(part, number) for number in range(plan.chunks(part)) if number not in there]
    done, many = 0, sum(len(plan.span(*job)) for job in left)
    began = time.monotonic()
    for job in _each(maker, left, processes):
        done += len(plan.span(*job))
        rate = done / max(time.monotonic() - began, 0.001)
        report(f"{done:,} of {many:,}, {rate:,.0f}/s, about {(many - done) / rate / 60:.1f} min left")
    if not many:
        return "there"
    return f"{many:,}, {many / max(time.monotonic() - began, 0.001):,.0f}/s"


def _each(maker: _Maker, jobs: list[Job], processes: int) -> Iterator[Job]:
    """Jobs as they are done."""
    global _maker
    if processes <= 1 or len(jobs) <= 1:
        for job in jobs:
            maker.store(job)
            yield job
        return
    connection.close()  # no child shares it
    _maker = maker
    with multiprocessing.get_context("fork").Pool(min(processes, len(jobs))) as pool:
        for number, _taken in enumerate(pool.imap(_store, jobs)):
            yield jobs[number]
        pool.close()
        pool.join()


def figures() -> dict[str, Any]:
    """What is there of a synthetic city; nothing when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('synth_run') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return {}
        cursor.execute(
            "SELECT people, organisations, cases, seed, today, party, account, subject, finished_at FROM synth_run"
        )
        row = cursor.fetchone()
    names = ("people", "organisations", "cases", "seed", "today", "party", "account", "subject", "finished_at")
    return dict(zip(names, row, strict=True)) if row else {}
