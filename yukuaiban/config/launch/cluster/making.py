"""Making a cluster and writing its settings."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
from pathlib import Path

from yukuaiban.config.launch import StartRefused
from yukuaiban.config.launch.cluster.place import OWNER, SERVICE, SUPERUSER, Place
from yukuaiban.config.launch.cluster.refusals import MEGABYTE, refusal_from_server
from yukuaiban.config.launch.cluster.server_user import make_private, run_as

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


def refuse_another_version(place: Place, version: int) -> None:
    """Refuse a cluster of another major version, before anything in it is touched."""
    for note in (place.data / "PG_VERSION", place.home / "version"):
        if note.exists() and (made_by := note.read_text(encoding="ascii").strip()) != str(version):
            raise StartRefused(
                f"The database in {place.home} was made by PostgreSQL {made_by} and this installation brings "
                f"{version}: back it up with the old one and restore it into a new --data folder, "
                "as docs/operators/backup.md says under 升级."
            )


def initialise(place: Place, binaries: Path, user: pwd.struct_passwd | None, *, lasting: bool) -> None:
    """Make the cluster beside its place and move it there when whole, so that a stopped start leaves no half.

    Args:
        lasting: Whether to wait until it is on disk.
    """
    half = place.place / "data.half"
    shutil.rmtree(half, ignore_errors=True)
    make_private(half, user)
    made = run_as(
        user,
        binaries / "initdb", "--pgdata", half, "--username", SUPERUSER, "--encoding", "UTF8",
        "--locale", "C", "--auth-local", "peer", "--auth-host", "reject", "--no-instructions",
        *(["--no-sync"] if not lasting else []),
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(half, ignore_errors=True)
        raise refusal_from_server(made.stderr or made.stdout, place.data_dir)
    with (half / "postgresql.conf").open("a", encoding="utf-8") as out:
        out.write("\ninclude 'yukuaiban.conf'  # written anew at every start\n")
        out.write("include_if_exists 'operator.conf'  # yours, and it wins\n")
    half.rename(place.data)


def configure(place: Place, user: pwd.struct_passwd | None, overrides: dict[str, str]) -> None:
    """Write the server's settings and who may connect as whom, anew at every start."""
    ourselves = pwd.getpwuid(os.geteuid()).pw_name
    settings = server_settings() | overrides
    settings |= {"unix_socket_directories": str(place.socket_dir), "log_directory": str(place.log)}
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
    idents = [(ourselves, role) for role in (OWNER, SERVICE, SUPERUSER)]
    if user:
        idents.append((user.pw_name, SUPERUSER))
    for name, content in {
        "yukuaiban.conf": "\n".join(lines),
        "pg_hba.conf": "local all all peer map=yukuaiban",
        "pg_ident.conf": "\n".join(f'yukuaiban "{name}" {role}' for name, role in idents),
    }.items():
        file = place.data / name
        file.write_text(f"# Written by Yukuaiban at every start.\n{content}\n", encoding="utf-8")
        if user:
            os.chown(file, user.pw_uid, user.pw_gid)
        file.chmod(0o600)


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
