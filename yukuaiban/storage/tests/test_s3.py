"""What holds for an object store alone: parts, races without flock, and a sentence for each thing an operator forgot."""

from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from moto.core import set_initial_no_auth_action_count

from yukuaiban import storage
from yukuaiban.config import env
from yukuaiban.config.launch import StartRefused, steps
from yukuaiban.storage import s3, store
from yukuaiban.storage.errors import StorageUnreachable
from yukuaiban.storage.tests.places import InBucket


@pytest.fixture
def place(settings, tmp_path):
    settings.KEYS_DIR, settings.FILES_DIR = tmp_path / "keys", tmp_path / "files"
    made = InBucket(settings, tmp_path / "files")
    yield made
    made.close()


@pytest.mark.django_db
class TestLargeFiles:
    def test_go_in_parts_and_no_part_is_larger_than_the_least_allowed(self, place):
        sent = []
        store.backend().client.meta.events.register(
            "before-call.s3.UploadPart", lambda params, **_: sent.append(params["body"].getbuffer().nbytes)
        )
        content = os.urandom(2 * s3.PART + 3)
        assert storage.read(storage.put_bytes(content).digest) == content
        assert sent[:2] == [s3.PART, s3.PART]
        assert len(sent) == 3

    @pytest.mark.parametrize("size", [s3.HEAD_WINDOW, s3.WINDOW, s3.HEAD_WINDOW + 2 * s3.WINDOW + 1, s3.PART])
    def test_windows_meet_without_a_gap(self, place, size):
        content = os.urandom(size)
        with storage.open_file(storage.put_bytes(content).digest) as file:
            assert file.read() == content
            for at in (s3.WINDOW - 3, s3.HEAD_WINDOW - 3, 0):
                file.seek(at)
                assert file.read(100_000) == content[at : at + 100_000]

    def test_an_upload_in_parts_that_fails_leaves_no_part(self, place):
        def broken(**_):
            raise ConnectionResetError

        store.backend().client.meta.events.register("before-call.s3.CompleteMultipartUpload", broken)
        with pytest.raises(ConnectionResetError):
            storage.put_bytes(os.urandom(s3.PART + 1))
        assert place.everything() == []

    def test_the_parts_of_a_process_that_died_are_swept_after_a_day(self, place, monkeypatch):
        place.client.create_multipart_upload(Bucket=place.label, Key="files/" + "0" * 64)
        with monkeypatch.context() as patch:
            patch.setattr(
                s3, "UNFINISHED_FOR", timedelta(days=100 * 365)
            )  # the server says of each that it began in 2010
            storage.delete_unreferenced()
            assert len(place.everything()) == 1
        storage.delete_unreferenced()
        assert place.everything() == []


@pytest.mark.django_db(transaction=True)
class TestStoredWhileItIsBeingDeleted:
    """The sweep has asked for the age and is about to delete; somebody stores the same content and is told it is kept."""

    @pytest.fixture
    def race(self, place):
        blob = storage.put_bytes(b"the same")
        place.make_old(blob.digest)
        bucket, stored = store.backend(), threading.Event()

        def upload():
            try:
                storage.put_bytes(b"the same")
            finally:
                connection.close()
                stored.set()

        uploader = threading.Thread(target=upload)

        def between(**_):
            if not uploader.ident:
                uploader.start()
                stored.wait(2)  # as far as it gets while the deletion holds the lock

        bucket.client.meta.events.register("before-call.s3.DeleteObject", between)

        def run():
            bucket.delete_if_older(blob.digest, datetime.now(UTC) - timedelta(days=1))
            uploader.join()
            return storage.exists(blob.digest)

        return run

    def test_it_is_there(self, race):
        assert race()

    def test_the_control_without_the_look_under_the_lock_loses_it(self, race, monkeypatch):
        def unguarded(bucket, name, raw):
            bucket._send(name, raw)

        monkeypatch.setattr(s3.Bucket, "store", unguarded)
        assert not race()

    def test_while_somebody_stores_the_sweep_passes_by(self, place):
        blob = storage.put_bytes(b"old")
        place.make_old(blob.digest)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [s3.LOCKS, int(blob.digest[:2], 16)])
            assert storage.delete_unreferenced() == []
        finally:
            other.close()
        assert storage.delete_unreferenced() == [blob.digest]


class TestSentences:
    """Each start that cannot keep files says in one sentence what to do."""

    def refused(self, settings, options) -> str:
        settings.S3 = options
        with pytest.raises(StartRefused) as refused:
            steps.check_files(print)
        assert str(refused.value).endswith(".")
        assert "\n" not in str(refused.value)
        return str(refused.value)

    def test_a_bucket_that_is_not_there(self, settings, place):
        assert "has no bucket 'nowhere': make it, or set YUKUAIBAN_S3_BUCKET" in self.refused(
            settings, place.options(bucket="nowhere")
        )

    def test_a_name_that_is_no_bucket(self, settings, place):
        assert "no bucket's name" in self.refused(settings, place.options(bucket="no bucket!"))

    def test_an_address_that_is_none(self, settings, place):
        assert "YUKUAIBAN_S3_ENDPOINT is 'http://'" in self.refused(settings, place.options(endpoint="http://"))

    def test_nobody_at_the_address(self, settings, place):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert self.refused(settings, place.options(endpoint=address)).startswith(f"{address} does not answer")

    def test_a_wrong_key(self, settings, place):
        options = place.options(key="AKIAWRONG")

        @set_initial_no_auth_action_count(0)
        def strict():
            return self.refused(settings, options)

        assert "refuses the key: check YUKUAIBAN_S3_KEY" in strict()

    def test_who_applies_is_told_to_come_back_and_what_he_wrote_is_kept(self, settings, place):
        settings.S3 = place.options(bucket="nowhere")
        with pytest.raises(StorageUnreachable) as refused:
            storage.open_file("0" * 64)
        assert (refused.value.code, refused.value.status) == ("storage.unreachable", 503)
        assert refused.value.details == {"retry_after": 60}
        assert "nowhere" not in str(refused.value)

    def test_a_place_that_works(self, settings, place):
        assert steps.check_files(print) == f"bucket {place.label}"

    def test_a_folder_that_cannot_be_written(self, settings, tmp_path):
        (tmp_path / "file").write_text("")
        settings.STORAGE_BACKEND = "yukuaiban.storage.folder.Folder"
        settings.FILES_DIR = tmp_path / "file" / "files"
        assert "set YUKUAIBAN_FILES" in self.refused(settings, None)


class TestSettings:
    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch):
        for name in [name for name in os.environ if name.startswith("YUKUAIBAN_S3")]:
            monkeypatch.delenv(name)

    def test_a_missing_bucket(self, tmp_path):
        with pytest.raises(ImproperlyConfigured, match="YUKUAIBAN_S3_BUCKET is not set"):
            env.bucket(tmp_path)

    def test_a_missing_key(self, tmp_path, monkeypatch):
        monkeypatch.setenv("YUKUAIBAN_S3_BUCKET", "files")
        with pytest.raises(ImproperlyConfigured, match=r"YUKUAIBAN_S3_KEY is not set and .*s3.key does not exist"):
            env.bucket(tmp_path)

    def test_keys_from_files_and_never_shown(self, tmp_path: Path, monkeypatch):
        monkeypatch.setenv("YUKUAIBAN_S3_BUCKET", "files")
        monkeypatch.setenv("YUKUAIBAN_S3_ENDPOINT", "https://s3.example.org")
        (tmp_path / "s3.key").write_text("ours\n")
        (tmp_path / "s3.secret").write_text("hidden\n")
        found = env.bucket(tmp_path)
        assert (found.key, found.secret, found.path_style, found.prefix) == ("ours", "hidden", True, "files/")
        assert "hidden" not in repr(found)

    def test_an_address_without_a_scheme(self, tmp_path, monkeypatch):
        monkeypatch.setenv("YUKUAIBAN_S3_BUCKET", "files")
        monkeypatch.setenv("YUKUAIBAN_S3_ENDPOINT", "s3.example.org")
        with pytest.raises(ImproperlyConfigured, match="write an address such as"):
            env.bucket(tmp_path)
