"""Read one setting from the environment, or stop the start with a sentence that names it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def flag(name: str, default: bool) -> bool:
    """A yes or no. Raises ImproperlyConfigured on anything else."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "0", "no", "false", "off"}:
        return default if value == "" else False
    if value in {"1", "yes", "true", "on"}:
        return True
    raise ImproperlyConfigured(f"{name} is {value!r}: write 1 or 0.")


def refuse(wrong: bool, sentence: str) -> None:
    """Stop the start where settings contradict each other."""
    if wrong:
        raise ImproperlyConfigured(sentence)


def listing(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or default


def folder(name: str, default: Path) -> Path:
    return Path(os.environ.get(name) or default).expanduser().absolute()


def secret(name: str, file: Path, *, generate: bool) -> str:
    """A secret from the environment or a file readable by its owner only; made at first start where that is allowed."""
    if name in os.environ:
        return os.environ[name]
    if file.exists():
        return file.read_text(encoding="ascii").strip()
    if not generate:
        raise ImproperlyConfigured(f"{name} is not set and {file} does not exist: set one of them.")
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    value = secrets.token_urlsafe(48)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            out.write(value)
    except FileExistsError:  # another process was first: its value counts
        return file.read_text(encoding="ascii").strip()
    return value


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """Where an S3-compatible store is, and as whom we speak to it."""

    endpoint: str  # empty: that of AWS for the region
    bucket: str
    region: str
    prefix: str
    path_style: bool
    key: str
    secret: str = field(repr=False)


def bucket(keys: Path) -> BucketSettings:
    """YUKUAIBAN_S3_*; the key and its secret also from files of the keys folder."""
    name = os.environ.get("YUKUAIBAN_S3_BUCKET", "")
    refuse(not name, "YUKUAIBAN_STORAGE is s3 and YUKUAIBAN_S3_BUCKET is not set: name the bucket.")
    endpoint = os.environ.get("YUKUAIBAN_S3_ENDPOINT", "")
    refuse(
        bool(endpoint) and urlsplit(endpoint).scheme not in {"http", "https"},
        f"YUKUAIBAN_S3_ENDPOINT is {endpoint!r}: write an address such as https://s3.example.org.",
    )
    return BucketSettings(
        endpoint=endpoint,
        bucket=name,
        region=os.environ.get("YUKUAIBAN_S3_REGION") or "us-east-1",  # what stores without regions expect
        prefix=os.environ.get("YUKUAIBAN_S3_PREFIX", "files/"),
        path_style=flag("YUKUAIBAN_S3_PATH_STYLE", bool(endpoint)),
        key=secret("YUKUAIBAN_S3_KEY", keys / "s3.key", generate=False),
        secret=secret("YUKUAIBAN_S3_SECRET", keys / "s3.secret", generate=False),
    )


def database(name: str, data_dir: Path) -> dict[str, Any]:
    """The database as Django wants it, from a postgresql:// address or the embedded cluster's socket."""
    address = os.environ.get(name, "")
    if not address:
        socket = data_dir / "postgres" / "url"
        address = socket.read_text(encoding="utf-8").strip() if socket.exists() else "postgresql:///yukuaiban"
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} is {address!r}: an address such as postgresql://user@host:5432/name.")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "yukuaiban",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or query.pop("port", "") or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"prepare_threshold": 5, **query},
        "TEST": {"TEMPLATE": "template0"},
    }
