"""One sentence for what the disk, the operating system or the server refused."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from yukuaiban.config.launch import StartRefused

MEGABYTE = 1024 * 1024
SPACE_NEEDED = 300 * MEGABYTE


def check_space(folder: Path, needed: int = SPACE_NEEDED) -> None:
    """Refuse a disk too full to begin on."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StartRefused(
            f"The disk of {folder} is full: {free // MEGABYTE} MB left, {needed // MEGABYTE} MB needed. "
            "Make room, or give another folder with --data."
        )


def refusal_for(error: OSError, folder: Path) -> StartRefused:
    """A sentence for what the operating system refused."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StartRefused(f"The disk of {folder} is full: make room, or give another folder with --data.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StartRefused(
            f"{error.filename or folder} cannot be written by this user: "
            "give a folder of your own with --data, or change its owner."
        )
    return StartRefused(f"{error.filename or folder}: {error.strerror}.")


def refusal_from_server(said: str, folder: Path) -> StartRefused:
    """A sentence for what the server wrote before it gave up."""
    if "No space left on device" in said:
        return StartRefused(f"The disk of {folder} is full: make room, or give another folder with --data.")
    if "database files are incompatible" in said:
        return StartRefused(f"The database in {folder} was made by another version of PostgreSQL; nothing was changed.")
    telling = [
        line for line in said.splitlines() if any(word in line for word in ("FATAL", "PANIC", "error:", "ERROR"))
    ]
    last = (telling or said.strip().splitlines() or ["it said nothing"])[-1]
    return StartRefused(f"The database in {folder} did not start: {last.strip()}")
