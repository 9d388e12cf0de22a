"""Write a set, and check one that was written."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import psycopg

from yukuaiban import __version__
from yukuaiban.config.launch import StartRefused
from yukuaiban.config.launch.cluster import MEGABYTE, binaries_of_the_package

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
FORMAT = 1
SNAPSHOT = """
SELECT pg_export_snapshot(), count(*), current_setting('server_version_num')::int / 10000 FROM chain_event
"""
DUMPERS = 2  # connections that pg_dump and pg_restore use at once

Report = Callable[[object], None]
Step = Callable[[str], contextlib.AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a set holds.

    Attributes:
        made_at: ISO 8601, with the zone.
        events: Rows of the event chain in the dump, for the person who restores it.
        keys: Whether the keys lie in the set.
    """

    format: int
    version: str
    made_at: str
    postgresql: int
    files: int
    bytes: int
    events: int
    keys: bool


def write(folder: Path, *, database: str, keys_apart: Path | None, step: Step) -> Manifest:
    """Write a set into a folder that must not exist yet; it has its name only when it is whole.

    Args:
        database: Address of the database as somebody who may read every table.
        keys_apart: Where the keys go instead of into the set; must not exist either.
        step: `progress.step`.

    Raises: StartRefused, with nothing left behind.
    """
    from django.conf import settings

    from yukuaiban.config.now import now
    from yukuaiban.config.ticks import held
    from yukuaiban.storage.store import backend

    for target in filter(None, (folder, keys_apart)):
        if target.exists():
            raise StartRefused(f"{target} exists: a backup is written into a new folder.")
    half = folder.with_name(f".{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True, mode=0o700)
    made_at = now().isoformat(timespec="seconds")
    try:
        with (
            (half / SUMS).open("w", encoding="utf-8") as sums,
            psycopg.connect(database) as reader,
            held("files that no row names"),
        ):
            reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            with step("seals"), held("seals"):  # so that none stands in their file whose events are not in the dump
                snapshot, events, major = reader.execute(SNAPSHOT).fetchone() or ()
                reader.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                size = _copy_folder(sums, half, Path(settings.SEALS_DIR), half / "seals")
            with step("database") as at:
                run(
                    "pg_dump", "--format=directory", f"--jobs={DUMPERS}", f"--snapshot={snapshot}",
                    "--file", half / "database", database,
                )  # fmt: skip
                reader.rollback()
                dumped = sum(_note(sums, half, path) for path in files_below(half / "database"))
                size += dumped
                at.note = f"{dumped // MEGABYTE} MB"
            with step("files") as at:
                files = 0
                for name in backend().names():
                    with contextlib.suppress(FileNotFoundError), backend().open(name) as source:  # gone by `rotate`
                        size += _copy(sums, half, source, half / "files" / name[:2] / name)
                        files += 1
                    at.progress(files)
                at.note = f"{files} files"
            with step("keys"):
                if keys_apart is None:
                    size += _copy_folder(sums, half, Path(settings.KEYS_DIR), half / "keys")
                else:
                    shutil.copytree(settings.KEYS_DIR, keys_apart)
                    keys_apart.chmod(0o700)
            sums.flush()
            os.fsync(sums.fileno())
        manifest = Manifest(
            format=FORMAT, version=__version__, made_at=made_at, postgresql=major,
            files=files, bytes=size, events=events, keys=keys_apart is None,
        )  # fmt: skip
        (half / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
        half.rename(folder)
    except BaseException:
        for left in filter(None, (half, keys_apart)):
            shutil.rmtree(left, ignore_errors=True)
        raise
    return manifest


def read(folder: Path) -> Manifest:
    """The manifest. Raises: StartRefused where the folder is no whole backup that this version understands."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise StartRefused(f"{folder} is no backup: it has no {MANIFEST}.") from None
    except (ValueError, TypeError) as error:
        raise StartRefused(f"{folder / MANIFEST} cannot be read: {error}.") from error
    if manifest.format != FORMAT:
        raise StartRefused(f"{folder} has format {manifest.format}; this version reads format {FORMAT}.")
    return manifest


def check(folder: Path, report: Report) -> int:
    """Compare every file with its digest. Returns: how many. Raises: StartRefused, naming the first that differs."""
    checked = 0
    listed = set()
    for line in (folder / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed.add(name)
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise StartRefused(f"The backup is not whole: {folder / name} is missing. Take another one.") from None
        if found != digest:
            raise StartRefused(f"The backup is damaged: {folder / name} is not what was written. Take another one.")
        checked += 1
        report(checked)
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        if name not in listed and name not in {MANIFEST, SUMS}:
            raise StartRefused(f"{path} does not belong to the backup: somebody put it there.")
    return checked


def run(program: str, *arguments: str | Path) -> None:
    """One of PostgreSQL's own programs. Raises: StartRefused with the last thing it said."""
    done = subprocess.run(  # noqa: S603 - the programs of the installed package
        [binaries_of_the_package() / program, "--no-password", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["it said nothing"]
        raise StartRefused(f"{program} failed: {' '.join(said[-3:])}")


def files_below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _copy_folder(sums: TextIO, root: Path, source: Path, target: Path) -> int:
    size = 0
    for path in files_below(source):
        with path.open("rb") as file:
            size += _copy(sums, root, file, target / path.relative_to(source))
    return size


def _copy(sums: TextIO, root: Path, source: BinaryIO, target: Path) -> int:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        shutil.copyfileobj(source, out, MEGABYTE)
        out.flush()
        os.fsync(out.fileno())
    return _note(sums, root, target)


def _note(sums: TextIO, root: Path, path: Path) -> int:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    print(f"{digest}  {path.relative_to(root).as_posix()}", file=sums)
    return path.stat().st_size
