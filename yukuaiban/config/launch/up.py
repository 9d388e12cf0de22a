"""`yukuaiban up`: from a data folder to a city's services online, and back down again.

One process watches. It starts the database, imports the program once, lets a fork of itself prepare the database
(`steps`), then forks web, worker and ticks. It opens no connection and has one thread, so that forking is safe; and it
stops them all in order when it is told to, or the kernel does if it is killed.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import gc
import http.client
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from yukuaiban import __version__
from yukuaiban.config.launch import StartRefused, children, progress, services
from yukuaiban.config.launch.cluster import Cluster, refusal_for
from yukuaiban.config.launch.supervisor import StopAsked, Supervisor, Watched, stoppable

ROOT = Path(__file__).resolve().parent.parent.parent.parent
OLDEST_POSTGRESQL = 15
READY_WITHIN = 60.0


@dataclass(frozen=True)
class Wanted:
    """What the command line asked for."""

    data: Path
    host: str
    port: int
    production: bool = False
    demo: bool = True

    @property
    def address(self) -> str:
        shown = "127.0.0.1" if self.host in {"0.0.0.0", ""} else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}"

    @property
    def logs(self) -> Path:
        return self.data / "logs"


#: What a city connects of its own; without it the demonstration's stand-in answers, in production too.
SANDBOXES = {
    "YUKUAIBAN_PERSON_VERIFIER": "only the sample persons can prove who they are",
    "YUKUAIBAN_MESSAGE_GATEWAY": "codes and notices are written to files and reach nobody",
    "YUKUAIBAN_CLAMD": "uploads are not scanned for viruses",
}


class NotPrepared(Exception):
    """A step failed and has said why."""


def up(wanted: Wanted) -> int:
    """Start everything, stay until told to stop, stop everything. The exit code."""
    if wanted.production:
        check_production(wanted)
    set_environment(wanted)
    with alone(wanted):
        check_port(wanted)
        say(f"Yukuaiban {__version__}, data in {wanted.data}\n")
        supervisor = Supervisor(say)
        try:
            with stoppable():
                try:
                    start(wanted, supervisor)
                    supervisor.watch()
                except StopAsked:
                    say("\nStopping …")
        except NotPrepared:
            return 1
        finally:
            began = time.monotonic()
            supervisor.stop()
            if sys.exc_info()[0] is None:
                say(f"Stopped in {time.monotonic() - began:.1f} s.")
    return 0


def start(wanted: Wanted, supervisor: Supervisor) -> None:
    """From nothing to the printed address."""
    with progress.step("database") as at:
        at.note = start_database(wanted, supervisor, at.progress)
    with progress.step("program") as at:
        gc.disable()  # imports make little rubbish, and looking for it is a seventh of their time
        services.load_program()
        gc.freeze()  # what is imported is shared by all children and never collected
    run_in_child(lambda: prepare(wanted), meanwhile=services.load_the_rest)
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        say("An import started a thread: the processes do not share it.")
    gc.freeze()
    gc.enable()
    with progress.step("web, worker, ticks") as at:
        wanted.logs.mkdir(parents=True, exist_ok=True)
        for name, run in {
            "worker": services.run_worker,
            "ticks": services.run_ticks,
            "web": lambda: services.run_web(wanted.host, wanted.port),
        }.items():
            supervisor.add(Watched(name, forked(wanted, name, run)))
        wait_until_ready(wanted, supervisor.watched[-1], at.progress)
    run_in_child(lambda: announce(wanted))


# --- before ----------------------------------------------------------------------------------------------------------


def check_production(wanted: Wanted) -> None:
    """Refuse a production start whose settings were left to chance."""
    missing = [name for name in ("YUKUAIBAN_HOSTS", "YUKUAIBAN_URL") if not os.environ.get(name)]
    if missing:
        raise StartRefused(
            f"A production start needs {' and '.join(missing)}: YUKUAIBAN_HOSTS is the list of host names served, "
            "YUKUAIBAN_URL the https:// address people see."
        )
    if urlsplit(os.environ["YUKUAIBAN_URL"]).scheme != "https":
        raise StartRefused("YUKUAIBAN_URL must begin with https:// in production: people send their identity over it.")
    for name, what in SANDBOXES.items():
        if not os.environ.get(name):
            complain(f"{name} is not set: {what}.")


def set_environment(wanted: Wanted) -> None:
    """What the settings read; children inherit it."""
    os.environ["YUKUAIBAN_DATA"] = str(wanted.data)
    os.environ.setdefault("YUKUAIBAN_URL", wanted.address)
    if wanted.production:
        os.environ["YUKUAIBAN_PRODUCTION"] = "1"
    elif not wanted.demo:
        os.environ["YUKUAIBAN_DEMO"] = "0"


@contextlib.contextmanager
def alone(wanted: Wanted) -> Iterator[None]:
    """One `up` per data folder; a second is told where the first one is."""
    try:
        wanted.data.mkdir(parents=True, exist_ok=True)
        lock = (wanted.data / "running").open("a+", encoding="utf-8")
    except OSError as error:
        raise refusal_for(error, wanted.data) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            with contextlib.suppress(ValueError):
                known = json.loads(lock.read())
                raise StartRefused(
                    f"Yukuaiban already runs on {wanted.data}: {known['address']} (process {known['pid']}). "
                    "Stop it with Ctrl-C there, or give this one its own --data and --port."
                ) from error
            raise StartRefused(f"Yukuaiban is just starting on {wanted.data} in another terminal.") from error
        lock.truncate(0)
        lock.write(json.dumps({"address": wanted.address, "pid": os.getpid()}))
        lock.flush()
        yield


def check_port(wanted: Wanted) -> None:
    """Refuse a port somebody listens on; the web server itself would share it without a word."""
    family = socket.AF_INET6 if ":" in wanted.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((wanted.host, wanted.port))
            probe.listen(1)
        except OSError as error:
            because = {
                errno.EADDRINUSE: "is in use by another program",
                errno.EACCES: "may not be opened by this user",
                errno.EADDRNOTAVAIL: "is not an address of this machine",
            }.get(error.errno or 0, f"cannot be opened ({error.strerror})")
            raise StartRefused(
                f"Port {wanted.port} of {wanted.host} {because}: choose another, such as --port {wanted.port + 1}."
            ) from error


# --- database --------------------------------------------------------------------------------------------------------


def start_database(wanted: Wanted, supervisor: Supervisor, report: Callable[[object], None]) -> str:
    """The one of DATABASE_URL, which must answer; else the data folder's own, which is started and watched."""
    if os.environ.get("DATABASE_URL"):
        return check_given_database(os.environ["DATABASE_URL"])
    cluster = Cluster(wanted.data)
    lock = None

    def locked() -> bool:
        nonlocal lock
        lock = cluster.take_lock()
        report("in use by another command, waiting")
        return lock is not None

    if not children.wait_until(locked, seconds=15, every=0.1):
        raise StartRefused(f"Another `yukuaiban` command is using the database in {wanted.data}: wait until it ends.")
    assert lock is not None
    new = not cluster.data.exists()
    report("making a new cluster" if new else "starting")
    cluster.prepare()
    for note in cluster.notes:
        say(note)

    def start_again() -> children.Child:
        lock.fileno()  # held as long as this function lives, which is as long as the server is watched
        cluster.start()
        assert cluster.process is not None
        return cluster.process

    supervisor.add(Watched("database", start_again, ask=signal.SIGINT, patience=30))
    cluster.make_roles()
    return f"PostgreSQL {cluster.version}{', new' if new else ''}"


def check_given_database(address: str) -> str:
    """The database of DATABASE_URL answers and is what we need."""
    import psycopg

    parts = urlsplit(address)
    shown = f"{parts.hostname or 'the local socket'}{parts.path}"
    try:
        with psycopg.connect(address, connect_timeout=10) as database:
            version = database.info.server_version // 10000
            encoding = database.info.parameter_status("server_encoding")
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0].rstrip(". ")
        raise StartRefused(f"The database of DATABASE_URL ({shown}) does not answer: {reason}.") from error
    if version < OLDEST_POSTGRESQL:
        raise StartRefused(
            f"The database of DATABASE_URL is PostgreSQL {version}: {OLDEST_POSTGRESQL} or newer is needed."
        )
    if encoding != "UTF8":
        raise StartRefused(f"The database of DATABASE_URL is encoded in {encoding}: make one with ENCODING 'UTF8'.")
    return f"PostgreSQL {version} at {shown}"


# --- steps and processes ---------------------------------------------------------------------------------------------


def run_in_child(run: Callable[[], int], *, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Run what needs connections and threads in a fork, so that this process keeps neither.

    Raises: NotPrepared, when it failed; it has said why.
    """
    child = children.Forked(run)
    try:
        meanwhile()
        if child.wait():
            raise NotPrepared
    except BaseException:
        children.stop(child)
        raise


def prepare(wanted: Wanted) -> int:
    """In the child: all steps. A fault is one sentence here and the whole story in a file."""
    from yukuaiban.config.launch import steps

    gc.enable()
    try:
        if wanted.production and (present := steps.entry_point("yukuaiban.people.demo:logins_present")) and present():
            raise StartRefused(
                f"{wanted.data} holds demo log-ins, which production refuses: start with another --data folder."
            )
        steps.run_all(demo=wanted.demo and not wanted.production)
    except StartRefused as refused:
        complain(str(refused))
    except Exception as fault:
        wanted.logs.mkdir(parents=True, exist_ok=True)
        story = wanted.logs / "start.log"
        story.write_text(traceback.format_exc(), encoding="utf-8")
        complain(sentence(fault, wanted) or f"{type(fault).__name__}: {fault} (the whole story is in {story})")
    else:
        return 0
    return 1


def sentence(fault: BaseException | None, wanted: Wanted) -> str | None:
    """A plain sentence for faults that are not ours: a full disk, a database that went away."""
    while fault is not None:
        full = isinstance(fault, OSError) and fault.errno in {errno.ENOSPC, errno.EDQUOT}
        if full or getattr(fault, "sqlstate", None) == "53100":
            return f"The disk of {wanted.data} is full: make room, or give another folder with --data."
        if getattr(fault, "code", None) and hasattr(fault, "message"):  # a DomainError speaks for itself
            return str(fault)
        fault = fault.__cause__ or fault.__context__
    return None


def forked(wanted: Wanted, name: str, run: Callable[[], int]) -> Callable[[], children.Child]:
    """How to start a process by forking; its output goes to a log, in production to ours."""

    def again() -> children.Child:
        log = wanted.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        return children.Forked(run, output=None if wanted.production else log)

    return again


def wait_until_ready(wanted: Wanted, web: Watched, report: Callable[[object], None]) -> None:
    """Until a page can be served; refuse when the web server ends instead."""
    from django.conf import settings

    host = next((name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*", "["))), "localhost")

    def ready() -> bool:
        report("")
        connection = http.client.HTTPConnection(urlsplit(wanted.address).hostname or "", wanted.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": host, "X-Forwarded-Proto": "https"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def ended() -> bool:
        return web.child is None or children.ended(web.child)

    came = children.wait_until(lambda: ended() or ready(), seconds=READY_WITHIN, every=0.05)
    if ended() or not came:
        raise StartRefused(f"The web server did not become ready; what it said is in {wanted.logs / 'web.log'}.")


# --- after -----------------------------------------------------------------------------------------------------------


def announce(wanted: Wanted) -> int:
    """In a child: the address, and the log-ins of this data folder's demonstration."""
    from yukuaiban.config.launch import steps

    say(f"\n  {os.environ['YUKUAIBAN_URL']}/\n")
    logins = steps.entry_point("yukuaiban.people.demo:demo_logins") if wanted.demo and not wanted.production else None
    if logins and (rows := [tuple(map(str, row)) for row in logins()]):
        widths = [max(display_width(row[column]) for row in rows) for column in range(len(rows[0]))]
        say("Log-ins of this data folder's demonstration (only on this machine):")
        for row in rows:
            say("  " + "  ".join(cell + " " * (w - display_width(cell)) for cell, w in zip(row, widths, strict=True)))
        say("")
    say(f"Ctrl-C stops everything. Logs are in {wanted.logs}.")
    return 0


def display_width(text: str) -> int:
    """Columns of a terminal that a text takes; a Chinese character takes two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
