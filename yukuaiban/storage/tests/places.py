"""The places for files as a test sees them from outside: what lies there, and what can befall it."""

from __future__ import annotations

import errno
import logging
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from yukuaiban.config.env import BucketSettings
from yukuaiban.storage import folder, store

BYTES_OF_NOBODY = {".lock"}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class InFolder:
    shows_halves = True

    def __init__(self, settings: Any, root: Path) -> None:
        settings.STORAGE_BACKEND, self.root = "yukuaiban.storage.folder.Folder", root
        self.label = str(root)

    def close(self) -> None: ...

    def environment(self) -> dict[str, str]:
        return {"YUKUAIBAN_FILES": str(self.root), "YUKUAIBAN_KEYS": str(self.root.parent / "keys")}

    def _files(self) -> list[Path]:
        return [file for file in self.root.rglob("*") if file.is_file() and file.name not in BYTES_OF_NOBODY]

    def everything(self) -> list[str]:
        """Also what is not finished, or was forgotten."""
        return [file.name for file in self._files()]

    def stored(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in self._files() if file.parent.name != "incoming"}

    def is_private(self) -> bool:
        return all(file.stat().st_mode & 0o077 == 0 for file in self._files())

    def overwrite(self, name: str, data: bytes) -> None:
        folder.Folder().path(name).write_bytes(data)

    def make_old(self, name: str) -> None:
        os.utime(folder.Folder().path(name), (0, 0))

    def ages(self) -> dict[str, int]:
        return {file.name: file.stat().st_mtime_ns for file in self._files()}

    def fill(self, monkeypatch: Any) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(folder.os, "fsync", full)


class Server:
    """A server of S3 on this machine, one for the run."""

    _one: Server | None = None

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        self.address = f"http://{host}:{port}"

    @classmethod
    def one(cls) -> Server:
        cls._one = cls._one or cls()
        return cls._one


class InBucket:
    shows_halves = False

    def __init__(self, settings: Any, root: Path) -> None:
        self.root, self.label = root, f"test-{secrets.token_hex(6)}"
        settings.STORAGE_BACKEND, settings.S3 = "yukuaiban.storage.s3.Bucket", self.options()
        self.client = store.backend().client  # type: ignore[attr-defined]
        self.client.create_bucket(Bucket=self.label)

    def options(self, **other: Any) -> BucketSettings:
        known = {
            "endpoint": Server.one().address, "bucket": self.label, "region": "us-east-1", "prefix": "files/",
            "path_style": True, "key": "tester", "secret": "not-a-secret",
        }  # fmt: skip
        return BucketSettings(**(known | other))

    def close(self) -> None:
        s3_backends["123456789012"]["aws"].buckets.pop(self.label, None)

    def environment(self) -> dict[str, str]:
        options = self.options()
        return {
            "YUKUAIBAN_FILES": str(self.root),
            "YUKUAIBAN_KEYS": str(self.root.parent / "keys"),
            "YUKUAIBAN_STORAGE": "s3",
            "YUKUAIBAN_S3_ENDPOINT": options.endpoint,
            "YUKUAIBAN_S3_BUCKET": options.bucket,
            "YUKUAIBAN_S3_KEY": options.key,
            "YUKUAIBAN_S3_SECRET": options.secret,
        }

    def _bucket(self) -> Any:
        """The server's own memory."""
        return s3_backends["123456789012"]["aws"].buckets[self.label]

    def everything(self) -> list[str]:
        local = [file.name for file in self.root.rglob("*") if file.is_file()]
        uploads = self.client.list_multipart_uploads(Bucket=self.label).get("Uploads", [])
        return [*self.stored(), *(upload["UploadId"] for upload in uploads), *local]

    def stored(self) -> dict[str, bytes]:
        names = [found["Key"] for found in self.client.list_objects_v2(Bucket=self.label).get("Contents", [])]
        return {
            name.removeprefix("files/"): self.client.get_object(Bucket=self.label, Key=name)["Body"].read()
            for name in names
        }

    def is_private(self) -> bool:
        return len(self.client.get_bucket_acl(Bucket=self.label)["Grants"]) == 1

    def overwrite(self, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.label, Key=f"files/{name}", Body=data)

    def make_old(self, name: str) -> None:
        self._bucket().keys[f"files/{name}"].last_modified = LONG_AGO.replace(tzinfo=None)

    def ages(self) -> None:
        """A rotation makes files young: the store knows one time only."""

    def fill(self, monkeypatch: Any) -> None:
        from moto.s3.exceptions import S3ClientError

        def full(*_: object, **__: object) -> None:
            error = S3ClientError("XMinioStorageFull", "Storage backend has reached its minimum free drive threshold.")
            error.code = 507
            raise error

        monkeypatch.setattr(s3_backends["123456789012"]["aws"], "put_object", full)
