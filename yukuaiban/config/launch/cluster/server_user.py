"""Who runs the server: ourselves, and where we are root, which PostgreSQL refuses, a user of its own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from yukuaiban.config.launch import StartRefused

NAME = "yukuaiban"
HOME = Path("/var/lib/yukuaiban")


def find() -> pwd.struct_passwd | None:
    """The user the server runs as; None means ourselves, which every user but root can be."""
    if os.geteuid() != 0:
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError as error:
            raise StartRefused(
                f"User number {os.geteuid()} has no name in /etc/passwd, and PostgreSQL refuses to run for it: "
                "give it a name, or set DATABASE_URL."
            ) from error
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(NAME)
    if useradd := shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
        command = [useradd, "--system", "--no-create-home", "--home-dir", str(HOME), NAME]
        subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    for name in (NAME, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise StartRefused(
        "PostgreSQL cannot run as root and there is no other user: run `useradd --system yukuaiban` first."
    )


def environment() -> dict[str, str]:
    """Ours without what would change how PostgreSQL speaks or whom it takes us for."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C", "LANG": "C"}


def run_as(user: pwd.struct_passwd | None, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program as the server's user, to its end."""
    return subprocess.run(  # noqa: S603
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        cwd="/",
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )


def can_read(user: pwd.struct_passwd, folder: Path) -> bool:
    """Whether the user can list a folder."""
    return run_as(user, "/bin/sh", "-c", 'cd -- "$1" && test -r .', "sh", folder).returncode == 0


def can_enter(user: pwd.struct_passwd, folder: Path) -> bool:
    """Whether the user can reach what lies in a folder."""
    return run_as(user, "/bin/sh", "-c", 'cd -- "$1"', "sh", folder).returncode == 0


def make_private(folder: Path, user: pwd.struct_passwd | None) -> None:
    """A folder of the server's user, closed to others. One that somebody else made there is refused."""
    uid = user.pw_uid if user else os.geteuid()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(parents=True, mode=0o700)
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
    if folder.is_symlink() or folder.stat().st_uid not in {uid, 0}:
        raise StartRefused(f"{folder} belongs to somebody else: remove it, or start with another --data folder.")
    if user and folder.stat().st_uid != uid:
        os.chown(folder, user.pw_uid, user.pw_gid)
