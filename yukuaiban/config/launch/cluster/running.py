"""Starting the server, and finding what an earlier one left on the same folder."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
from pathlib import Path

from yukuaiban.config.launch import StartRefused, children
from yukuaiban.config.launch.cluster.place import Place
from yukuaiban.config.launch.cluster.refusals import refusal_for, refusal_from_server
from yukuaiban.config.launch.cluster.server_user import environment

SHUTDOWN_WITHIN, ORPHANS_END_WITHIN = 30.0, 3.0  # seconds


def start(place: Place, binaries: Path, user: pwd.struct_passwd | None, *, patience: float) -> subprocess.Popen[bytes]:
    """Start the server as our child and wait until it answers; the kernel tells it to stop should we die."""
    wait_for_the_one_before(place.data)
    said = place.home / "start.log"
    try:
        with said.open("wb") as output:
            server = children.start(
                [binaries / "postgres", "-D", place.data],
                env=environment(),
                cwd="/",
                output=output,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                orphaned=signal.SIGINT,
            )
    except OSError as error:
        raise refusal_for(error, place.data_dir) from error
    try:
        children.wait_until(lambda: ready(place.data) or children.ended(server), seconds=patience)
    except BaseException:  # Ctrl-C while we wait
        children.stop(server, ask=signal.SIGINT, patience=SHUTDOWN_WITHIN)
        raise
    if not ready(place.data):
        children.stop(server, ask=signal.SIGINT)
        raise refusal_from_server(
            said.read_text(encoding="utf-8", errors="replace") + last_log(place.log), place.data_dir
        )
    return server


def wait_for_the_one_before(data: Path) -> None:
    """Until no process of an earlier server is left on this folder; only then is its pid file taken away.

    A server whose starter was killed shuts down by itself. One that was killed leaves its backends behind, and no
    server starts while one of them holds the shared memory: they notice and end, unless they are in the midst of a
    long computation; those are told. The pid file of a server that is gone must go too: after a restart of the
    machine its number may be anybody's, and PostgreSQL would take that process for a server.

    Raises: StartRefused, when something does not end. The caller holds the lock.
    """
    if not children.wait_until(lambda: running_pid(data) is None, seconds=SHUTDOWN_WITHIN):
        raise StartRefused(f"A database server is still running on {data}: end process {running_pid(data)}.")
    if not children.wait_until(lambda: not left_behind(data), seconds=ORPHANS_END_WITHIN):
        for pid in left_behind(data):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGQUIT)
        if not children.wait_until(lambda: not left_behind(data), seconds=ORPHANS_END_WITHIN):
            left = ", ".join(map(str, left_behind(data)))
            raise StartRefused(f"A killed database server left processes behind on {data}: end {left}.")
    (data / "postmaster.pid").unlink(missing_ok=True)


def left_behind(data: Path) -> list[int]:
    """Every process of a server on this folder, found (on Linux) by the folder it works in, with or without a pid file."""
    found, data = [], data.resolve()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or somebody else's
            if (process / "cwd").readlink() == data and (process / "comm").read_text() == "postgres\n":
                found.append(int(process.name))
    return found


def last_log(log: Path) -> str:
    """The end of what the server wrote last."""
    logs = sorted(log.glob("*.log"), key=lambda file: file.stat().st_mtime)
    return logs[-1].read_text(encoding="utf-8", errors="replace")[-2000:] if logs else ""


def pidfile(data: Path) -> list[str]:
    """Its lines: the first is the process number, the eighth the state."""
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, PermissionError):
        return []


def running_pid(data: Path) -> int | None:
    """The server on this folder, ours or one left behind; a number that now belongs to another program is none."""
    lines = pidfile(data)
    if not lines or not children.alive(int(lines[0])):
        return None
    command = Path(f"/proc/{lines[0]}/cmdline")
    if command.exists() and os.fsencode(data) not in command.read_bytes():
        return None
    return int(lines[0])


def ready(data: Path) -> bool:
    """Whether a server on this folder answers."""
    lines = pidfile(data)
    return len(lines) >= 8 and lines[7].strip() == "ready" and running_pid(data) is not None
