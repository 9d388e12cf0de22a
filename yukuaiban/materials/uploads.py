"""Take an upload straight from the wire into the storage: encrypted from its first byte, never whole in memory.

Django's own handlers write larger uploads in clear to a temporary folder; this one replaces them on our upload pages.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from yukuaiban import storage
from yukuaiban.config.errors import DomainError
from yukuaiban.materials import errors
from yukuaiban.storage.errors import TooLarge

ROOM_FOR_FIELDS = 64 * 1024  # what a form says beside its files


class SealedFile(UploadedFile):  # type: ignore[type-arg]
    """An uploaded file that lies, not yet kept, in the storage; `problem` where it did not get so far."""

    def __init__(self, name: str, received: storage.Receiving | None, size: int, problem: DomainError | None) -> None:
        super().__init__(None, name, "application/octet-stream", size)
        self.received, self.problem = received, problem

    def close(self) -> None:  # called by Django at the end of the request; after `keep` there is nothing to discard
        if self.received is not None:
            self.received.discard()


class SealedUploads(FileUploadHandler):
    """Streams each file of a request into the storage, none larger than `limit`, no more than `most` of them.

    `problem` says why the rest of a request was not looked at.
    """

    def __init__(self, request: HttpRequest, *, limit: int, most: int) -> None:
        super().__init__(request)
        self.limit, self.most = limit, most
        self.problem: DomainError | None = None
        self._seen, self._is_hopeless = 0, False
        self._receiving: storage.Receiving | None = None
        self._problem: DomainError | None = None

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """A body far above what can be taken is not read to its end."""
        self._is_hopeless = content_length > 4 * self.limit * self.most + ROOM_FOR_FIELDS

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._seen += 1
        self._receiving = self._problem = None
        if self._is_hopeless:
            self.problem = TooLarge(self.limit)
            raise StopUpload(connection_reset=True)
        if self._seen > self.most:
            self.problem = errors.too_many_files(self.most)
            raise StopUpload(connection_reset=False)
        try:
            self._receiving = storage.receive(limit=self.limit)
        except DomainError as error:
            self._problem = error

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._receiving is None:
            return
        try:
            self._receiving.write(raw_data)
        except DomainError as error:
            self._problem = TooLarge(self.limit) if isinstance(error, TooLarge) else error
            self.upload_interrupted()

    def file_complete(self, file_size: int) -> SealedFile:
        received, self._receiving = self._receiving, None
        if received is not None:
            try:
                received.finish()
            except DomainError as error:
                received.discard()
                received, self._problem = None, error
        return SealedFile(self.file_name or "", received, file_size, self._problem)

    def upload_interrupted(self) -> None:
        if self._receiving is not None:
            self._receiving.discard()
            self._receiving = None
