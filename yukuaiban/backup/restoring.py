"""Bring a set back: into a data folder that is new, or a database that is empty."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg

from yukuaiban.backup import sets
from yukuaiban.config.launch import StartRefused, steps
from yukuaiban.config.launch.cluster import MEGABYTE, SERVICE, unfinished


@contextlib.contextmanager
def into(data: Path) -> Iterator[None]:
    """While the block runs, and after it failed, nothing starts on the folder."""
    if data.exists() and any(data.iterdir()):
        raise StartRefused(f"{data} is not empty: a backup is restored into a new folder, given with --data.")
    data.mkdir(parents=True, exist_ok=True, mode=0o711)
    mark = unfinished(data)
    mark.write_text(str(os.getpid()), encoding="ascii")
    yield
    mark.unlink()


def keys_and_seals(folder: Path, *, keys: Path, keys_to: Path, seals_to: Path) -> None:
    """Put keys and seals where the settings look for them, before anything reads them."""
    for source, target in ((keys, keys_to), (folder / "seals", seals_to)):
        if target.exists() and any(target.iterdir()):
            raise StartRefused(f"{target} is not empty: what is there is not overwritten.")
        if source.exists():
            shutil.copytree(source, target, dirs_exist_ok=True)
            for path in (target, *target.rglob("*")):
                path.chmod(0o700 if path.is_dir() else 0o600)


def database(folder: Path, address: str) -> None:
    """Load the dump, in one go or not at all as far as tables are concerned. Raises: StartRefused."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone()[0]:
            raise StartRefused("The database is not empty: a backup is restored into an empty one.")
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [SERVICE])
        rights = [] if cursor.fetchone()[0] else ["--no-privileges"]  # a server that knows one role only
    connection.close()
    if not rights:
        # The dump says each table's rights as they are; what new tables get by default would come on top of them, and the
        # service could change the chain's events. The defaults themselves come back at the end of the dump.
        with psycopg.connect(address, autocommit=True) as owner:
            for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
                owner.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON {kind} FROM {SERVICE}".encode())
    sets.run(
        "pg_restore", "--exit-on-error", "--no-owner", *rights, f"--jobs={sets.DUMPERS}", "--dbname", address,
        folder / "database",
    )  # fmt: skip


def files(folder: Path, report: sets.Report) -> int:
    """Put every file into the storage that the settings name."""
    from yukuaiban.storage.store import backend

    put = 0
    for path in sets.files_below(folder / "files"):
        incoming = backend().receive()
        try:
            with path.open("rb") as source:
                shutil.copyfileobj(source, incoming.raw, MEGABYTE)
            incoming.keep(path.name)
        finally:
            incoming.discard()
        put += 1
        report(put)
    return put


def prove(report: sets.Report) -> str:
    """Tables of this version, and a chain that holds. Raises: StartRefused."""
    from yukuaiban.chain.verification import verify

    steps.migrate(report)
    found = verify()
    if found.fault:
        raise StartRefused(f"The restored chain does not hold: subject {found.fault.subject}: {found.fault.message}.")
    return f"{found.events} events of {found.subjects} subjects"


def folder_of(name: str, usual: Path) -> Path:
    """A folder that the environment may name, as the settings read it."""
    return Path(os.environ.get(name) or usual).expanduser().absolute()
