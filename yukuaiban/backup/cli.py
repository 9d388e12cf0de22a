"""`yukuaiban backup FOLDER` and `yukuaiban restore FOLDER --data NEW`."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from yukuaiban.backup import restoring, sets
from yukuaiban.config.cli import Needs, add_json, answer, data_folder, standing
from yukuaiban.config.launch import StartRefused, progress
from yukuaiban.config.launch.cluster import MEGABYTE


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add them to the command line."""
    backup = subparsers.add_parser(
        "backup",
        help="copy database, files, seals and keys as one set; the service may run",
        description="Copy database, files, seals and keys into a new folder, as one consistent set, while the service "
        "runs. Whoever has database and keys can read everything: keep them apart with --keys.",
    )
    backup.add_argument("folder", type=Path, help="a folder that does not exist yet")
    backup.add_argument("--keys", type=Path, metavar="FOLDER", help="where the keys go instead: another place")
    add_json(backup)
    backup.set_defaults(run=run_backup)
    restore = subparsers.add_parser(
        "restore",
        help="bring a backup back into a new data folder, and verify it",
        description="Check a backup, bring it back into a new data folder (--data) or an empty DATABASE_URL, bring its "
        "tables up to this version and verify the event chain. What is there is never overwritten.",
    )
    restore.add_argument("folder", type=Path, help="what `yukuaiban backup` wrote")
    restore.add_argument("--keys", type=Path, metavar="FOLDER", help="the keys, where they were kept apart")
    add_json(restore)
    restore.set_defaults(run=run_restore)


def run_backup(options: argparse.Namespace) -> int:
    address = _address("owner_url")
    keys = options.keys.absolute() if options.keys else None
    manifest = sets.write(options.folder.absolute(), database=address, keys_apart=keys, step=progress.step)
    told = f"{options.folder}: {manifest.files} files, {manifest.events} events, {manifest.bytes // MEGABYTE} MB."
    if keys is None:
        told += "\nThe keys are in it: whoever has this folder can read everything. --keys puts them elsewhere."
    return answer(options, {"folder": str(options.folder.absolute()), **asdict(manifest)}, told)


def run_restore(options: argparse.Namespace) -> int:
    folder, data = options.folder.absolute(), data_folder()
    manifest = sets.read(folder)
    keys = (options.keys or folder / "keys").absolute()
    if not keys.is_dir():
        raise StartRefused(f"{keys} is no folder: the keys were kept apart from this backup, name theirs with --keys.")
    with progress.step("check") as at:
        at.note = f"{sets.check(folder, at.progress)} files as written on {manifest.made_at}"
    with restoring.into(data):
        restoring.keys_and_seals(
            folder,
            keys=keys,
            keys_to=restoring.folder_of("YUKUAIBAN_KEYS", data / "keys"),
            seals_to=restoring.folder_of("YUKUAIBAN_SEALS", data / "seals"),
        )
        with standing(Needs.DATABASE):
            with progress.step("database"):
                restoring.database(folder, _address("owner_url"))
            with progress.step("files") as at:
                at.note = f"{restoring.files(folder, at.progress)} files"
            with progress.step("proof") as at:
                at.note = restoring.prove(at.progress)
    told = f"Restored into {data}. `yukuaiban up --data {data}` starts it."
    return answer(options, {"data": str(data), **asdict(manifest)}, told)


def _address(name: str) -> str:
    """The database as the owner of its tables."""
    return os.environ.get("DATABASE_URL") or (data_folder() / "postgres" / name).read_text(encoding="utf-8").strip()
