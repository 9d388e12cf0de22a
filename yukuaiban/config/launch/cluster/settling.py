"""Where program and cluster live when the server's user cannot enter a folder, say a clone below a closed /root."""

from __future__ import annotations

import contextlib
import pwd
import secrets
import shutil
import tempfile
from pathlib import Path

from yukuaiban.config.launch import StartRefused
from yukuaiban.config.launch.cluster import server_user
from yukuaiban.config.launch.cluster.place import Place


def settle(place: Place, user: pwd.struct_passwd) -> str | None:
    """Choose where the cluster lives, once. A line for the person at the terminal when that is elsewhere."""
    if (place.home / "place").exists():
        if not place.data.exists():
            raise StartRefused(
                f"{place.home / 'place'} says the database is in {place.place}, which does not exist: "
                "bring it back, or start with another --data folder."
            )
        return None
    place.home.chmod(0o711)
    if (place.data / "PG_VERSION").exists() or server_user.can_enter(user, place.home):
        if not server_user.can_enter(user, place.home):
            raise StartRefused(
                f"The database's user {user.pw_name} can no longer enter {place.home}: "
                f"run `chmod o+x` on each folder above it that is closed."
            )
        return None
    elsewhere = server_user.HOME / secrets.token_hex(6)
    try:
        elsewhere.mkdir(parents=True, mode=0o711)
    except OSError as error:
        raise StartRefused(
            f"The database's user {user.pw_name} cannot enter {place.home} and {server_user.HOME} cannot be made: "
            "clone into a folder open to others such as /srv, or run `chmod o+x` on the closed one."
        ) from error
    (place.home / "place").write_text(f"{elsewhere}\n", encoding="utf-8")
    return f"{place.data_dir} is closed to the database's user, so the database lives in {elsewhere}"


def copy_of_the_program(binaries: Path, version: int) -> Path:
    """The server's binaries where its user can read them; made once for each build of them.

    In the shape that the package has, because the programs look for their libraries beside it.
    """
    source = binaries.parent
    package = source.parent
    stamp = f"{version}-{(binaries / 'postgres').stat().st_size}"
    target = server_user.HOME / f"server-{stamp}"
    if not target.exists():
        try:
            server_user.HOME.mkdir(parents=True, exist_ok=True, mode=0o755)
            half = Path(tempfile.mkdtemp(prefix="server-", dir=server_user.HOME))
        except OSError as error:
            raise StartRefused(
                f"The database's user cannot read {source} and {server_user.HOME} cannot be made: "
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
