"""Files in a bucket of an object store that speaks S3.

A file is received into a nameless local file, sealed already, and sent when its digest is known: in one request, or in
parts, each with its MD5 for the store to check. It takes the place of an older one in one step. Two things that a folder
does by `flock` are done by an advisory lock in the database, which all servers share: see `Bucket.store`.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import connection, transaction

from yukuaiban.config.env import BucketSettings
from yukuaiban.storage.backend import Replaced
from yukuaiban.storage.errors import StorageUnreachable

try:
    import botocore.exceptions
    import botocore.session
    from botocore.config import Config
except ImportError:
    raise StorageUnreachable(
        "YUKUAIBAN_STORAGE is s3, but its client is not installed: pip install --require-hashes -r requirements/s3.txt."
    ) from None

PART = 5 * 1024 * 1024  # the least that S3 takes as a part, and the most of a file that is in memory
HEAD_WINDOW, WINDOW = 128 * 1024, 1024 * 1024  # what one request reads; a photo or a letter comes with the first
LOCKS = 0x594B46  # the first half of the advisory locks of files; the second is the first byte of the digest
UNFINISHED_FOR = timedelta(days=1)  # an upload in parts that is older belongs to a process that died
ABSENT = {"404", "NoSuchKey", "NotFound"}
FULL = {"507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"}


class Bucket:
    """`<prefix><digest>` in one bucket."""

    def __init__(self, options: BucketSettings | None = None) -> None:
        self.options: BucketSettings = options or cast(BucketSettings, settings.S3)
        try:
            self.client = botocore.session.Session().create_client(
                "s3",
                endpoint_url=self.options.endpoint or None,
                region_name=self.options.region,
                aws_access_key_id=self.options.key,
                aws_secret_access_key=self.options.secret,
                config=Config(
                    signature_version="s3v4",
                    s3={"addressing_style": "path" if self.options.path_style else "virtual"},
                    # the newer checksums are unknown to many stores; parts carry their MD5, which all know
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                    retries={"mode": "standard", "max_attempts": 3},
                    connect_timeout=3,
                    read_timeout=20,
                    max_pool_connections=32,
                ),
            )
        except ValueError as error:
            raise StorageUnreachable(
                f"YUKUAIBAN_S3_ENDPOINT is {self.options.endpoint!r}: write an address such as https://s3.example.org."
            ) from error

    def receive(self) -> IncomingObject:
        return IncomingObject(self)

    def open(self, name: str) -> BinaryIO:
        return cast(BinaryIO, StoredObject(self, self._key(name)))

    def exists(self, name: str) -> bool:
        return self._known(name) is not None

    def names(self) -> Iterator[str]:
        with _said(self.options):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.options.bucket, Prefix=self.options.prefix
            )
            for page in pages:
                for found in page.get("Contents", ()):
                    name = found["Key"].removeprefix(self.options.prefix)
                    if _is_digest(name):
                        yield name

    def store(self, name: str, raw: BinaryIO) -> None:
        """Send a file; when this returns, the store has acknowledged it and it is there.

        The deletion of an old file of the same name may fall between the store's answer and our looking: it asked for
        the age before we sent and deletes after. So we look under a lock that the deletion cannot hold at the same time,
        and send once more if it was faster. A deletion that begins later finds a young file.
        """
        size = raw.seek(0, os.SEEK_END)
        self._send(name, raw)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCKS, int(name[:2], 16)])
            if self._size(name) != size:
                self._send(name, raw)
                if self._size(name) != size:
                    raise StorageUnreachable("The object store took a file and does not show it: is it consistent?")

    def replace_head(self, name: str, old: bytes, new: bytes) -> bool:
        half = self.receive()
        try:
            with self.open(name) as file:
                if file.read(len(old)) != old:
                    return False
                half.raw.write(new)
                shutil.copyfileobj(file, half.raw, WINDOW)
            half.keep(name)
        except (Replaced, FileNotFoundError):
            return False
        finally:
            half.discard()
        return True

    def delete_if_older(self, name: str, than: datetime) -> bool:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCKS, int(name[:2], 16)])
                if not cursor.fetchone()[0]:
                    return False  # somebody is storing this one, or a neighbour: the next sweep comes
            known = self._known(name)
            if known is None:
                return True
            if known["LastModified"] + timedelta(seconds=1) >= than:  # the store tells whole seconds
                return False
            with _said(self.options):
                self.client.delete_object(**self._place(name))
        return True

    def sweep(self) -> int:
        gone = 0
        before = datetime.now(UTC) - UNFINISHED_FOR  # the store's own time, whatever "today" is set to
        with _said(self.options):
            pages = self.client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self.options.bucket, Prefix=self.options.prefix
            )
            for page in pages:
                for upload in page.get("Uploads", ()):
                    if upload["Initiated"] < before:
                        self.client.abort_multipart_upload(
                            Bucket=self.options.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                        )
                        gone += 1
        return gone

    def check(self) -> str:
        place = {"Bucket": self.options.bucket, "Key": f"{self.options.prefix}check-{secrets.token_hex(8)}"}
        probe = secrets.token_bytes(16)
        with _said(self.options):
            self.client.put_object(**place, Body=probe, ContentMD5=_md5(probe))
            read = self.client.get_object(**place)["Body"].read()
            self.client.delete_object(**place)
            self.client.list_objects_v2(Bucket=self.options.bucket, Prefix=self.options.prefix, MaxKeys=1)
        if read != probe:
            raise StorageUnreachable(f"{_where(self.options)} does not give back what was stored.")
        return f"bucket {self.options.bucket}"

    def part(self, key: str, start: int, length: int, tag: str | None) -> tuple[bytes, int, str]:
        """Some bytes of an object, its size and the tag of its content. Raises: FileNotFoundError, Replaced."""
        asked = {"Range": f"bytes={start}-{start + length - 1}"} | ({"IfMatch": tag} if tag else {})
        for attempt in (1, 2, 3):
            try:
                with _said(self.options):
                    answer = self.client.get_object(Bucket=self.options.bucket, Key=key, **asked)
                    body = answer["Body"].read()
                return body, int(answer["ContentRange"].rpartition("/")[2]), answer["ETag"]
            except StorageUnreachable:  # an answer that broke off is not repeated by the client itself
                if attempt == 3:
                    raise
        raise AssertionError("unreachable")

    def _send(self, name: str, raw: BinaryIO) -> None:
        raw.seek(0)
        with _said(self.options):
            first, second = raw.read(PART), raw.read(1)
            if not second:
                self.client.put_object(**self._place(name), Body=first, ContentMD5=_md5(first))
                return
            raw.seek(0)
            upload = self._place(name) | {
                "UploadId": self.client.create_multipart_upload(**self._place(name))["UploadId"]
            }
            try:
                parts: list[dict[str, Any]] = []
                while data := raw.read(PART):
                    number = len(parts) + 1
                    sent = self.client.upload_part(**upload, PartNumber=number, Body=data, ContentMD5=_md5(data))
                    parts.append({"PartNumber": number, "ETag": sent["ETag"]})
                self.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
            except BaseException:
                with suppress(Exception):  # else the sweep does it
                    self.client.abort_multipart_upload(**upload)
                raise

    def _key(self, name: str) -> str:
        if not _is_digest(name):
            raise FileNotFoundError(name)  # a digest comes from a row, but a key is never built from anything else
        return self.options.prefix + name

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.options.bucket, "Key": self._key(name)}

    def _known(self, name: str) -> dict[str, Any] | None:
        try:
            with _said(self.options):
                known: dict[str, Any] = self.client.head_object(**self._place(name))
                return known
        except FileNotFoundError:
            return None

    def _size(self, name: str) -> int | None:
        known = self._known(name)
        return None if known is None else int(known["ContentLength"])


class IncomingObject:
    """A local file without a name: the kernel drops it with the process."""

    def __init__(self, bucket: Bucket) -> None:
        settings.FILES_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._bucket = bucket
        self.raw: BinaryIO = cast(BinaryIO, tempfile.TemporaryFile(dir=settings.FILES_DIR))  # noqa: SIM115

    def keep(self, name: str) -> None:
        self.raw.flush()
        self._bucket.store(name, self.raw)
        self.raw.close()

    def discard(self) -> None:
        with suppress(OSError):
            self.raw.close()


class StoredObject(io.RawIOBase):
    """An object, read by windows. All come from the same content: `Replaced` when another took its place meanwhile."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        self._bucket, self._key = bucket, key
        self.reopen()

    def reopen(self) -> None:
        """From the beginning of what is there now."""
        self._position = 0
        try:
            self._head, self._size, self._tag = self._bucket.part(self._key, 0, HEAD_WINDOW, None)
        except EOFError:  # nobody stores nothing, but a damaged file may be empty
            self._head, self._size, self._tag = b"", 0, ""
        self._window_at, self._window = 0, self._head

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._position = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence] + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        """As much as asked for, up to the end."""
        end = self._size if size < 0 else min(self._size, self._position + size)
        parts = []
        while self._position < end:
            part = self._from_window(end - self._position)
            parts.append(part)
            self._position += len(part)
        return b"".join(parts)

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _from_window(self, most: int) -> bytes:
        if self._position < len(self._head):
            return self._head[self._position : self._position + most]
        within = self._position - self._window_at
        if not 0 <= within < len(self._window):
            self._window_at, within = self._position, 0
            self._window = self._bucket.part(self._key, self._position, WINDOW, self._tag)[0]
        return self._window[within : within + most]


@contextmanager
def _said(options: BucketSettings) -> Iterator[None]:
    """What the client raises, as what a backend raises: absent, replaced, full, or a sentence for the operator.

    Raises: FileNotFoundError, Replaced, EOFError, OSError (ENOSPC), StorageUnreachable.
    """
    where = _where(options)
    try:
        yield
    except botocore.exceptions.ClientError as error:
        told = error.response.get("Error", {})
        code = str(told.get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if code in ABSENT:
            raise FileNotFoundError(code) from error
        if status == 416:
            raise EOFError from error
        if status == 412:
            raise Replaced from error
        if code in FULL or status == 507:
            raise OSError(errno.ENOSPC, "The object store is full.") from error
        raise StorageUnreachable(_sentence(options, where, code, status, str(told.get("Message", "")))) from error
    except botocore.exceptions.ParamValidationError as error:
        raise StorageUnreachable(f"YUKUAIBAN_S3_BUCKET is {options.bucket!r}, which is no bucket's name.") from error
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.HTTPClientError) as error:
        raise StorageUnreachable(f"{where} does not answer: check YUKUAIBAN_S3_ENDPOINT and the network.") from error


def _sentence(options: BucketSettings, where: str, code: str, status: int | None, message: str) -> str:
    if code == "NoSuchBucket":
        return f"{where} has no bucket {options.bucket!r}: make it, or set YUKUAIBAN_S3_BUCKET."
    if code in {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidClientTokenId", "AuthFailure"}:
        return f"{where} refuses the key: check YUKUAIBAN_S3_KEY and YUKUAIBAN_S3_SECRET, or their files."
    if code == "RequestTimeTooSkewed":
        return f"{where} refuses our time: set the clock of this machine (NTP)."
    if code in {"AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException", "301"}:
        return f"Bucket {options.bucket!r} is not in region {options.region!r}: set YUKUAIBAN_S3_REGION."
    if status == 403:
        return (
            f"The key may not do all that is needed in bucket {options.bucket!r} of {where}: "
            "allow it to get, put, delete and list objects and to abort uploads in parts."
        )
    return f"{where} answered {code or status}{f' ({message})' if message else ''}."


def _where(options: BucketSettings) -> str:
    return options.endpoint or f"S3 in {options.region}"


def _is_digest(name: str) -> bool:
    return len(name) == 64 and set(name) <= set("0123456789abcdef")


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
