"""The PostgreSQL of one data folder, run from the server binaries of a Python package by our own hand.

Used when DATABASE_URL is not set. Nobody but the operating system user who started us (and the server's own user) can
connect: a unix socket only, with peer authentication, no password and no port.

    DATA/postgres/data       the cluster        DATA/postgres/log        the server's log, one file a weekday
    DATA/postgres/version    its major version  DATA/postgres/url        address for the service   (mode 600)
    DATA/postgres/lock       held while it runs DATA/postgres/owner_url  address for migrations    (mode 600)

PostgreSQL refuses to run as root. Then it runs as the system user `yukuaiban` (made if need be, else `nobody`), which
owns the cluster. If that user cannot enter the folder, say a clone below /root, program and cluster go to
/var/lib/yukuaiban instead, and DATA/postgres/place says where.

    place        folders, socket, addresses        running      starting it, and what an earlier one left behind
    server_user  who runs it                       roles        who may do what in the database
    settling     where it lives in a closed home   refusals     one sentence for whatever stood in the way
    making       initdb, settings, major version   here         the parts together, shared between commands
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

from yukuaiban.config.launch import StartRefused, children
from yukuaiban.config.launch.cluster import making, roles, running, server_user, settling
from yukuaiban.config.launch.cluster.making import FAST_BUT_UNSAFE
from yukuaiban.config.launch.cluster.place import (
    DATABASE,
    OWNER,
    SERVICE,
    SUPERUSER,
    Place,
    binaries_of_the_package,
    unfinished,
)
from yukuaiban.config.launch.cluster.refusals import MEGABYTE, check_space, refusal_for, refusal_from_server
from yukuaiban.config.launch.cluster.server_user import make_private

__all__ = [
    "DATABASE", "FAST_BUT_UNSAFE", "MEGABYTE", "OWNER", "SERVICE", "SUPERUSER", "Cluster", "binaries_of_the_package",
    "check_space", "refusal_for", "refusal_from_server", "unfinished",
]  # fmt: skip


@dataclass
class Cluster(Place):
    """One data folder's PostgreSQL.

    Args:
        data_dir: YUKUAIBAN_DATA.
        overrides: Server settings that replace ours.
        notes: Lines that the person at the terminal should see once.
    """

    overrides: dict[str, str] = field(default_factory=dict)
    binaries: Path = field(default_factory=binaries_of_the_package)
    process: subprocess.Popen[bytes] | None = None
    notes: list[str] = field(default_factory=list)

    @cached_property
    def user(self) -> pwd.struct_passwd | None:
        """The user the server runs as; None means ourselves."""
        return server_user.find()

    @cached_property
    def version(self) -> int:
        """The major version of the server program."""
        shown = subprocess.run(  # noqa: S603
            [self.binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        return int(shown.split()[-1].split(".")[0])

    def prepare(self) -> None:
        """Make the cluster if there is none; refuse a disk too full or a cluster of another major version."""
        try:
            self._prepare()
        except OSError as error:
            raise refusal_for(error, self.data_dir) from error

    def _prepare(self) -> None:
        mark = unfinished(self.data_dir)
        if mark.exists() and mark.read_text(encoding="ascii") != str(os.getpid()):
            raise StartRefused(
                f"A restore into {self.data_dir} did not finish: remove the folder and restore the backup again."
            )
        self.home.mkdir(parents=True, exist_ok=True)
        check_space(self.data_dir)
        making.refuse_another_version(self, self.version)
        self._settle()
        for folder in (self.log, self.socket_dir):
            make_private(folder, self.user)
        if not (self.data / "PG_VERSION").exists():
            making.initialise(self, self.binaries, self.user, lasting=self.overrides.get("fsync") != "off")
        if not (self.home / "version").exists():
            (self.home / "version").write_text(f"{self.version}\n", encoding="ascii")
        making.configure(self, self.user, self.overrides)

    def _settle(self) -> None:
        """See that the server's user can enter where program and cluster live."""
        if self.user is None:
            self.home.chmod(0o700)
            return
        if not server_user.can_read(self.user, self.binaries):
            self.binaries = settling.copy_of_the_program(self.binaries, self.version)
        if note := settling.settle(self, self.user):
            self.notes.append(note)

    def start(self, *, patience: float = 60) -> None:
        """Start the server as our child and wait until it answers. The caller holds the lock (`take_lock`)."""
        self.process = running.start(self, self.binaries, self.user, patience=patience)

    def stop(self) -> None:
        """Fast shutdown: running statements are cancelled, everything acknowledged is on disk."""
        if self.process is not None:
            children.stop(self.process, ask=signal.SIGINT, patience=30)
            self.process = None

    def make_roles(self) -> None:
        """Roles, database and default rights; writes the addresses. Safe to repeat."""
        roles.make_roles(self)

    @contextlib.contextmanager
    def serving(self, *, patience: float = 10) -> Iterator[Cluster]:
        """The server, for as long as this block needs it: the one that already runs, else started and stopped here.

        `yukuaiban items stats` works beside `yukuaiban up` and without it. Whoever started the server waits for the
        others that use it before stopping it.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "users").open("ab") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            lock = self.take_lock()
            if lock is None:
                if not children.wait_until(lambda: running.ready(self.data), seconds=patience):
                    raise StartRefused(f"The database in {self.home} is starting or stopping: try again in a moment.")
                yield self
                return
            with lock:
                try:
                    self.prepare()
                    self.start()
                    self.make_roles()
                    yield self
                finally:
                    fcntl.flock(users, fcntl.LOCK_EX)
                    self.stop()

    def take_lock(self) -> IO[bytes] | None:
        """The right to start the server of this folder; None while another process has it. Ends with the process."""
        self.home.mkdir(parents=True, exist_ok=True)
        lock = (self.home / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return None
        return lock
