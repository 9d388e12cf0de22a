"""Files by digest: sealed on disk, whole or absent, deleted when nobody names them."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps.registry import Apps
from django.db import connection, models

from yukuaiban import storage, vault
from yukuaiban.storage import folder, references, sealed, store
from yukuaiban.storage.errors import FileDamaged, FileMissing, StorageFull, TooLarge
from yukuaiban.storage.tests.places import InBucket, InFolder
from yukuaiban.vault import keys, rotation

CHUNK = sealed.CHUNK


@pytest.fixture(autouse=True, params=[InFolder, InBucket], ids=["folder", "s3"])
def place(request, settings, tmp_path, db):
    """All that follows holds for each place."""
    settings.KEYS_DIR, settings.FILES_DIR = tmp_path / "keys", tmp_path / "files"
    made = request.param(settings, tmp_path / "files")
    yield made
    made.close()


class TestPutAndOpen:
    @pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
    def test_what_goes_in_comes_out(self, size):
        content = os.urandom(size)
        blob = storage.put(io.BytesIO(content), limit=size)
        assert blob == storage.Blob(vault.sm3(content).hex(), size)
        assert storage.read(blob.digest) == content

    def test_a_stream_of_chunks_will_do(self):
        assert storage.read(storage.put(iter([b"a", b"", b"bc" * CHUNK]), limit=10**6).digest) == b"a" + b"bc" * CHUNK

    def test_reading_may_start_anywhere(self):
        content = os.urandom(3 * CHUNK + 7)
        with storage.open_file(storage.put_bytes(content).digest) as file:
            for position in (0, 5, CHUNK - 1, CHUNK, 2 * CHUNK + 9, len(content) - 1, len(content), len(content) + 5):
                file.seek(position)
                assert file.read(100) == content[position : position + 100]
            file.seek(-3, os.SEEK_END)
            assert file.read() == content[-3:]

    def test_the_place_does_not_show_the_content(self, place):
        blob = storage.put_bytes("机密".encode() * 100)
        assert list(place.stored()) == [blob.digest]
        assert "机密".encode() not in place.stored()[blob.digest]
        assert place.is_private()

    def test_the_same_content_is_one_file(self, place):
        assert storage.put_bytes(b"a") == storage.put_bytes(b"a")
        assert len(place.stored()) == 1

    def test_storing_again_repairs_a_damaged_file(self, place):
        blob = storage.put_bytes(b"a")
        place.overwrite(blob.digest, b"rubbish")
        storage.put_bytes(b"a")
        assert storage.read(blob.digest) == b"a"

    def test_an_unknown_digest_is_not_found(self):
        for digest in ("0" * 64, "../../etc/passwd", ""):
            with pytest.raises(FileMissing):
                storage.open_file(digest)


class TestDamageIsNoticed:
    @pytest.fixture
    def blob(self):
        return storage.put_bytes(os.urandom(3 * CHUNK))

    @pytest.mark.parametrize("position", [0, 4, 20, 100, CHUNK + 100, -1])
    def test_a_changed_byte(self, place, blob, position):
        data = bytearray(place.stored()[blob.digest])
        data[position] ^= 1
        place.overwrite(blob.digest, bytes(data))
        with pytest.raises(FileDamaged):
            storage.read(blob.digest)

    @pytest.mark.parametrize("keep", [0, 3, 30, 80, 100 + CHUNK, -1, -CHUNK - 16])
    def test_a_cut_file(self, place, blob, keep):
        place.overwrite(blob.digest, place.stored()[blob.digest][:keep])
        with pytest.raises(FileDamaged):
            storage.read(blob.digest)

    def test_swapped_chunks(self, place, blob):
        data = place.stored()[blob.digest]
        start, step = len(data) - 3 * sealed.SEALED_CHUNK, sealed.SEALED_CHUNK
        first, second = data[start : start + step], data[start + step : start + 2 * step]
        place.overwrite(blob.digest, data[:start] + second + first + data[start + 2 * step :])
        with pytest.raises(FileDamaged):
            storage.read(blob.digest)


class TestNothingHalfIsLeft:
    def test_too_large_a_file(self, place):
        with pytest.raises(TooLarge, match="64 KB"):
            storage.put(io.BytesIO(b"a" * (CHUNK + 1)), limit=CHUNK)
        assert place.everything() == []

    def test_a_stream_that_breaks(self, place):
        def broken():
            yield b"a" * CHUNK * 3
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            storage.put(broken(), limit=10**9)
        assert place.everything() == []

    def test_a_file_that_was_looked_at_and_refused(self, place):
        with storage.receive(limit=100) as incoming:
            incoming.write(b"abc")
            incoming.finish()
            assert incoming.content().read() == b"abc"
        assert place.everything() == []

    def test_a_file_that_was_looked_at_and_kept(self):
        with storage.receive(limit=100) as incoming:
            incoming.write(b"abc")
            incoming.finish()
            with incoming.content() as content:
                content.read()
            blob = incoming.keep()
        assert storage.read(blob.digest) == b"abc"

    def test_a_full_place_says_so(self, place, monkeypatch):
        keys.ring()
        place.fill(monkeypatch)
        with pytest.raises(StorageFull):
            storage.put_bytes(b"a")
        assert place.everything() == []

    def test_a_folder_of_keys_that_cannot_be_read(self, place, monkeypatch):
        def lost(*_):
            raise vault.VaultError("lost")

        monkeypatch.setattr(sealed.crypto, "wrap", lost)
        with pytest.raises(vault.VaultError):
            storage.put_bytes(b"a")
        assert place.everything() == []

    def test_a_disk_that_is_really_full_says_so(self, place):
        """The limit of the operating system on the size of a file stands in for the end of the disk."""
        script = (
            "import resource, signal, os; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "from yukuaiban import storage\nfrom yukuaiban.storage.errors import StorageFull\n"
            "from yukuaiban.vault import keys; keys.ring()\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
            "try: storage.put_bytes(os.urandom(500_000))\n"
            "except StorageFull: print('full')\n"
        )
        assert run(script, place).stdout.read() == "full\n"
        assert place.everything() == []

    def test_a_process_killed_in_the_middle(self, place, monkeypatch):
        script = (
            "import time\nfrom yukuaiban import storage\n"
            "incoming = storage.receive(limit=10**9); incoming.write(b'a' * 500_000); incoming._incoming.raw.flush()\n"
            "print('half', flush=True); time.sleep(60)\n"
        )
        child = run(script, place)
        assert child.stdout.readline() == "half\n"
        monkeypatch.setattr(folder, "ABANDONED_AFTER", 0.0)
        storage.put_bytes(b"while the other still lives")
        assert len(place.everything()) == 1 + place.shows_halves
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        storage.put_bytes(b"next")
        assert sorted(place.everything()) == sorted(place.stored())
        assert len(place.stored()) == 2


def run(script: str, place) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "yukuaiban.config.settings",
        **place.environment(),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    alone = "import django; from django.conf import settings; settings.INSTALLED_APPS = []; django.setup()\n"
    return subprocess.Popen([sys.executable, "-c", alone + script], env=environment, stdout=subprocess.PIPE, text=True)


class TestRotation:
    def test_a_rotation_rewrites_heads_and_every_file_is_still_read(self, place):
        contents = [os.urandom(size) for size in (0, 10, CHUNK, 3 * CHUNK + 5)]
        blobs = [storage.put_bytes(content) for content in contents]
        ages = place.ages()
        old = keys.ring().current.id
        keys.make(keys.Purpose.DATA)
        assert list(store.rewrap())[-1] == rotation.Progress("files", 4, 1.0)
        assert list(store.rewrap())[-1] == rotation.Progress("files", 0, 1.0)
        (place.root.parent / "keys" / "vault" / f"data-{old.hex()}.key").unlink()
        keys.reload()
        assert [storage.read(blob.digest) for blob in blobs] == contents
        assert place.ages() == ages

    def test_a_file_stored_again_while_its_head_is_exchanged_is_still_read(self, place, monkeypatch):
        """The head of one key before the body of another would be lost for good."""
        content = os.urandom(2 * CHUNK)
        blob = storage.put_bytes(content)
        keys.make(keys.Purpose.DATA)
        judged = store.rewrapped_head

        def meanwhile(raw):
            heads = judged(raw)
            storage.put_bytes(content)
            return heads

        monkeypatch.setattr(store, "rewrapped_head", meanwhile)
        assert list(store.rewrap())[-1] == rotation.Progress("files", 0, 1.0)
        assert storage.read(blob.digest) == content

    def test_who_reads_while_the_head_is_exchanged_reads_on(self):
        content = os.urandom(60 * CHUNK)
        with storage.open_file(storage.put_bytes(content).digest) as file:
            first = file.read(10)
            keys.make(keys.Purpose.DATA)
            list(store.rewrap())
            assert first + file.read() == content

    def test_keys_rotate_includes_files(self):
        assert "files" in rotation._steps


class TestCheck:
    def test_a_place_that_works_is_named_and_left_as_it_was(self, place):
        assert place.label in store.check()
        assert place.everything() == []


class TestAtOnce:
    @pytest.mark.django_db(transaction=True)
    def test_the_same_content_from_two_people_at_once_is_one_whole_file(self, place):
        content = os.urandom(6 * 1024 * 1024)
        together = threading.Barrier(2)

        def upload(_):
            with storage.receive(limit=len(content)) as incoming:
                incoming.write(content)
                incoming.finish()
                together.wait()
                try:
                    return incoming.keep()
                finally:
                    connection.close()

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(upload, range(2))
        assert first == second
        assert list(place.everything()) == [first.digest]
        assert storage.read(first.digest) == content


class Paper(models.Model):
    digest = storage.FileDigestField()

    class Meta:
        app_label = "storage"
        managed = False
        db_table = "storage_test_paper"
        apps = Apps()


@pytest.mark.django_db
class TestDeleteUnreferenced:
    @pytest.fixture(autouse=True)
    def table(self, monkeypatch):
        with connection.schema_editor() as editor:
            editor.create_model(Paper)
        monkeypatch.setattr(references, "_places", lambda: {("storage_test_paper", "digest")})

    def test_what_a_row_names_stays_and_the_rest_goes(self, place):
        kept, orphan = storage.put_bytes(b"kept"), storage.put_bytes(b"orphan")
        Paper.objects.create(digest=kept.digest)
        for blob in (kept, orphan):
            place.make_old(blob.digest)
        assert storage.delete_unreferenced() == [orphan.digest]
        assert list(place.stored()) == [kept.digest]

    def test_a_fresh_file_waits_for_its_row(self):
        blob = storage.put_bytes(b"fresh")
        assert storage.delete_unreferenced() == []
        assert storage.exists(blob.digest)

    def test_a_file_stored_again_while_it_is_being_judged_stays(self, place, monkeypatch):
        blob = storage.put_bytes(b"again")
        place.make_old(blob.digest)

        def judged(digests):
            storage.put_bytes(b"again")
            return set()

        monkeypatch.setattr(store, "referenced", judged)
        assert storage.delete_unreferenced() == []
        assert storage.exists(blob.digest)


def test_the_models_of_the_project_say_where_files_are_named():
    """`FileDigestField` is found by itself; a table without a model declares its column."""
    field = storage.FileDigestField()
    assert field.max_length == 64
    assert type(field)(*field.deconstruct()[2], **field.deconstruct()[3]).max_length == 64
