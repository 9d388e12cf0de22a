"""`kill -9` of the web processes and of PostgreSQL while people file: what was acknowledged is there, nothing is twice.

The instance is the launcher itself with its own PostgreSQL in a folder of its own, whatever DATABASE_URL says: durable
as a person runs it, and it may be killed. Each proof has its control: the same kills with the guard taken away must be
noticed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from ops.drill import COUNTS, Draft, Instance, Round, drill, folder, receipts_missing
from tests import drilled
from yukuaiban.chain.verification import verify
from yukuaiban.config.launch import children
from yukuaiban.config.launch.cluster import DATABASE, FAST_BUT_UNSAFE, OWNER, SERVICE, SUPERUSER, Cluster

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
A_ROUND, ROUNDS = 6, 5  # drafts in a round; rounds when each kill falls in the right moment
TRIES = 3  # else
NOT_FLUSHED = {"synchronous_commit": "off", "wal_writer_delay": "10s"}  # a commit is answered, and not yet on disk


class Killing:
    """A running instance, and the drafts that are filed in it."""

    def __init__(self, instance: Instance, drafts: list[Draft]) -> None:
        self.instance = instance
        self.drafts = drafts

    def until(self, meets: Callable[[Round], object], name: str) -> list[Round]:
        """`kill -9` of `name` while a batch is filed, again while the kill did not meet what it was to meet."""
        rounds: list[Round] = []
        while not rounds or (len(rounds) < TRIES and not meets(rounds[-1])):
            batch = self.drafts[:A_ROUND] or self.instance.drafts(A_ROUND)
            del self.drafts[:A_ROUND]
            rounds.append(drill(self.instance, name, batch))
        assert meets(rounds[-1]), rounds
        return rounds

    @contextlib.contextmanager
    def without(self, guard: str) -> Iterator[None]:
        """One guard taken away; see tests/drilled.py."""
        switch = self.instance.data / drilled.CONTROL_FILE
        switch.write_text(guard, encoding="ascii")
        try:
            yield
        finally:
            switch.unlink()

    @contextlib.contextmanager
    def without_flush(self) -> Iterator[None]:
        """The server answers a commit before it is on disk."""
        address = Cluster(self.instance.data).address(SUPERUSER)

        def is_off() -> bool:
            with self.instance.database() as database:
                return database.execute("SHOW synchronous_commit").fetchone() == ("off",)

        def all_of(statement: str) -> None:
            with self.instance.database(), psycopg.connect(address, autocommit=True) as server:
                for name, value in NOT_FLUSHED.items():
                    server.execute(statement.format(name=name, value=value))
                server.execute("SELECT pg_reload_conf()")

        all_of("ALTER SYSTEM SET {name} = '{value}'")
        try:
            assert children.wait_until(is_off, seconds=10, every=0.1)
            yield
        finally:
            all_of("ALTER SYSTEM RESET {name}")


@pytest.fixture
def killing(city) -> Iterator[Killing]:
    many = A_ROUND * ROUNDS
    with folder() as data:
        instance = Instance(data, keys=Path(settings.KEYS_DIR), web_workers=1)
        drafts = copied(data, many) if "YUKUAIBAN_TEST_EMBEDDED" in os.environ else []
        try:
            instance.start()
            yield Killing(instance, drafts or instance.drafts(many))
        finally:
            instance.stop()


def copied(data: Path, many: int) -> list[Draft]:
    """Make drafts here and copy this test's database into the cluster of a new data folder.

    Much quicker than a start that loads the city; only from the embedded server, which is of the same make.
    """
    drafts = [Draft(**one) for one in drilled.make_drafts(many)]
    here = settings.DATABASES["default"]
    data.mkdir()
    with Cluster(data, overrides=FAST_BUT_UNSAFE).serving() as cluster:  # `yukuaiban up` then starts it as it should be
        script = data / "copied.sql"
        source = ["--host", here["HOST"], "--username", here["USER"], "--dbname", here["NAME"]]
        for program, *arguments in (
            ["pg_dump", "--no-owner", "--no-privileges", "--file", script, *source],
            ["psql", "--quiet", "--output", os.devnull, "--set", "ON_ERROR_STOP=1", "--file", script, cluster.address(OWNER)],
        ):  # fmt: skip
            done = subprocess.run([cluster.binaries / program, *arguments], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
    return drafts


@contextlib.contextmanager
def looking_into(instance: Instance) -> Iterator[None]:
    """Django's connection leads to the instance's database, beside the seals of its chain."""
    theirs = {"HOST": str(Cluster(instance.data).socket_dir), "PORT": "", "NAME": DATABASE, "USER": SERVICE}
    with pytest.MonkeyPatch.context() as patch:
        connection.close()
        for name, value in theirs.items():
            patch.setitem(connection.settings_dict, name, value)
        patch.setattr(settings, "SEALS_DIR", instance.data / "seals")
        try:
            yield
        finally:
            connection.close()


def test_every_acknowledged_filing_survives_kill_9_once_and_a_missing_guard_is_found_out(killing):
    instance = killing.instance
    rounds = [each for name in ("web", "postgres") for each in killing.until(met_one_between_commit_and_answer, name)]
    assert all(each.is_good for each in rounds), rounds
    assert receipts_missing(instance, rounds) == []
    ids = [draft.id for each in rounds for draft in each.drafts]
    assert [row[1:] for row in instance.rows(COUNTS, ids)] == [("submitted", 1, 1, 1)] * len(ids)
    with looking_into(instance):
        report = verify()
    assert report.holds, report
    assert report.subjects >= len(ids)

    # The controls of "none lost": a commit that is answered and not on disk, and an answer before the commit.
    with killing.without_flush():
        killing.until(lost_one, "postgres")
    with killing.without("early"):
        killing.until(lost_one, "web")

    # The control of "none twice": a filing that is repeated is not known again.
    with killing.without("unguarded"):
        killing.until(doubled_one, "web")


def met_one_between_commit_and_answer(each: Round) -> bool:
    return each.repeated > 0 or not each.is_good


def lost_one(each: Round) -> bool:
    return bool(each.lost)


def doubled_one(each: Round) -> bool:
    return bool(each.twice)
