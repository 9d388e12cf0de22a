"""The keyring: secret keys in files that only their owner may read, outside the database and its backups.

Each key is one small JSON file in `KEYS_DIR/vault`, named `<purpose>-<id>.key`. The newest key of a purpose is the one
that encrypts; the older ones stay, so that what was written under them is still read. An id is random: a folder that
was lost and made anew never pretends to hold the old key. A process keeps the ring in memory and looks at the folder at
most once every `REFRESH_SECONDS`, so a rotation reaches running processes without a restart.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings

REFRESH_SECONDS = 5.0
ID_LENGTH = 4
FILE_NAME = re.compile(r"(?P<purpose>data|index)-(?P<id>[0-9a-f]{8})\.key")


class VaultError(Exception):
    """Something is wrong with keys or with what they protect; the sentence is for the operator."""


class KeyMissing(VaultError):
    """A value names a key that the folder does not hold."""


class Purpose(StrEnum):
    DATA = "data"  # SM4-GCM: encrypts fields, wraps subject and file keys
    INDEX = "index"  # HMAC-SM3: blind indexes


SIZES = {Purpose.DATA: 16, Purpose.INDEX: 32}


@dataclass(frozen=True, slots=True)
class Key:
    id: bytes
    purpose: Purpose
    made_at: datetime
    secret: bytes

    def __repr__(self) -> str:  # a key never reaches a log through its repr
        return f"<Key {self.purpose} {self.id.hex()}>"


@dataclass(frozen=True, slots=True)
class KeyRing:
    folder: Path
    changed_at: int  # st_mtime_ns of the folder when it was read
    data: dict[bytes, Key]
    index: tuple[Key, ...]  # newest first
    current: Key  # the data key that encrypts

    def data_key(self, key_id: bytes) -> Key:
        try:
            return self.data[key_id]
        except KeyError:
            raise KeyMissing(
                f"Key {key_id.hex()} is not in {self.folder}: restore it from the backup of the keys folder."
            ) from None


_ring: KeyRing | None = None
_from: object = None  # the KEYS_DIR it was read from
_looked_at = 0.0


def folder() -> Path:
    return Path(settings.KEYS_DIR) / "vault"


def ring() -> KeyRing:
    """The keyring of this process; made at the first start where that is allowed (not in production)."""
    global _ring, _from, _looked_at
    ring, clock = _ring, time.monotonic()
    if ring is not None and _from is settings.KEYS_DIR:
        if clock - _looked_at < REFRESH_SECONDS:
            return ring
        if ring.folder.exists() and ring.folder.stat().st_mtime_ns == ring.changed_at:
            _looked_at = clock
            return ring
    ring = _read(folder()) or _first_start(folder())
    _ring, _from, _looked_at = ring, settings.KEYS_DIR, clock
    return ring


def reload() -> KeyRing:
    """Read the folder now: somebody met a key this process has not seen."""
    global _ring
    _ring = None
    return ring()


def make(purpose: Purpose) -> Key:
    """Add a key; it becomes the current one of its purpose."""
    with _locked(folder()):
        key = _write(folder(), purpose)
    reload()
    return key


def initialise() -> list[Key]:
    """Make the first keys. Does nothing where there are some: a second call never adds a key."""
    home = folder()
    with _locked(home):
        present = {key.purpose for key in _keys(home)}
        made = [_write(home, purpose) for purpose in Purpose if purpose not in present]
    reload()
    return made


def everything() -> list[Key]:
    """All keys, newest first within a purpose."""
    return sorted(_keys(folder()), key=lambda key: (key.purpose, key.made_at), reverse=True)


def _first_start(home: Path) -> KeyRing:
    if settings.PRODUCTION:
        raise VaultError(
            f"{home} holds no complete keyring. New installation: `yukuaiban keys init`. "
            "Otherwise restore the keys folder from its backup: without it no personal data can be read."
        )
    with _locked(home):
        present = {key.purpose for key in _keys(home)}
        for purpose in Purpose:
            if purpose not in present:
                _write(home, purpose)
    made = _read(home)
    assert made is not None
    return made


def _read(home: Path) -> KeyRing | None:
    if not home.exists():
        return None
    changed_at = home.stat().st_mtime_ns  # before the files: a key added meanwhile is seen at the next look
    keys = sorted(_keys(home), key=lambda key: key.made_at, reverse=True)
    data = {key.id: key for key in keys if key.purpose is Purpose.DATA}
    index = tuple(key for key in keys if key.purpose is Purpose.INDEX)
    if not data or not index:
        return None
    return KeyRing(home, changed_at, data, index, next(iter(data.values())))


def _keys(home: Path) -> Iterator[Key]:
    if not home.exists():
        return
    for file in sorted(home.iterdir()):
        name = FILE_NAME.fullmatch(file.name)
        if not name:
            continue
        if file.stat().st_mode & 0o077:
            raise VaultError(f"{file} may be read by others: run `chmod 600 {file}`.")
        try:
            record = json.loads(file.read_text(encoding="ascii"))
            purpose, secret = Purpose(name["purpose"]), base64.b64decode(record["key"], validate=True)
            made_at = datetime.fromisoformat(record["made_at"])
        except (ValueError, KeyError, TypeError) as error:
            raise VaultError(f"{file} is not a key file: restore it from its backup.") from error
        if len(secret) != SIZES[purpose]:
            raise VaultError(
                f"{file} holds {len(secret)} bytes, expected {SIZES[purpose]}: restore it from its backup."
            )
        yield Key(bytes.fromhex(name["id"]), purpose, made_at, secret)


def _write(home: Path, purpose: Purpose) -> Key:
    # the wall clock, not `now()`: a shifted "today" must not make a new key look older than the one it replaces
    latest = max((key.made_at for key in _keys(home) if key.purpose is purpose), default=None)
    made_at = datetime.now(UTC)
    if latest is not None and made_at <= latest:
        raise VaultError(f"The newest {purpose} key in {home} is dated {latest:%F %T}, later than now: set the clock.")
    key = Key(secrets.token_bytes(ID_LENGTH), purpose, made_at, secrets.token_bytes(SIZES[purpose]))
    record = {"made_at": made_at.isoformat(), "key": base64.b64encode(key.secret).decode("ascii")}
    final, half = home / f"{purpose}-{key.id.hex()}.key", home / f".{purpose}-{key.id.hex()}.half"
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            json.dump(record, out)
            out.flush()
            os.fsync(out.fileno())
        half.rename(final)  # a reader sees a whole key or none
    finally:
        half.unlink(missing_ok=True)
    descriptor = os.open(home, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return key


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """One process at a time makes keys in this folder."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(home / ".lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
