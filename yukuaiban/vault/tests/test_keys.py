"""The keyring: private files, made once, old keys kept."""

from __future__ import annotations

import multiprocessing
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from yukuaiban import vault
from yukuaiban.vault import keys


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    return tmp_path / "keys" / "vault"


def test_first_start_makes_one_key_of_each_purpose_that_only_the_owner_reads(folder):
    vault.encrypt("a")
    files = sorted(file for file in folder.iterdir() if file.suffix == ".key")
    assert [file.name.split("-")[0] for file in files] == ["data", "index"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_production_start_never_makes_keys_by_itself(settings, folder):
    settings.PRODUCTION = True
    with pytest.raises(vault.VaultError, match="yukuaiban keys init"):
        vault.encrypt("a")
    assert not folder.exists()
    assert len(keys.initialise()) == 2
    assert keys.initialise() == []
    assert vault.decrypt(vault.encrypt("a")) == b"a"


def test_many_first_starts_at_once_agree_on_one_key(folder):
    with ThreadPoolExecutor(8) as pool:
        blobs = list(pool.map(lambda _: vault.encrypt("a"), range(16)))
    assert len({blob[:5] for blob in blobs}) == 1
    assert len(list(folder.glob("data-*.key"))) == 1


def test_processes_agree_too(settings, folder):
    context = multiprocessing.get_context("fork")
    with context.Pool(4, initializer=_share, initargs=(context.Barrier(4),)) as pool:
        blobs = pool.map(_encrypt_together, [settings.KEYS_DIR] * 4, chunksize=1)
    assert len({blob[:5] for blob in blobs}) == 1
    assert [vault.decrypt(blob) for blob in blobs] == [b"a"] * 4


def _share(barrier):
    globals()["BARRIER"] = barrier


def _encrypt_together(folder):
    BARRIER.wait(10)  # noqa: F821
    return vault.encrypt("a")


def test_a_new_key_encrypts_and_the_old_one_still_reads():
    old = vault.encrypt("a")
    keys.make(keys.Purpose.DATA)
    new = vault.encrypt("a")
    assert old[:5] != new[:5]
    assert vault.decrypt(old) == vault.decrypt(new) == b"a"


def test_a_running_process_reads_what_another_wrote_under_a_newer_key(folder):
    vault.encrypt("a")
    seen = keys._ring
    keys.make(keys.Purpose.DATA)
    blob = vault.encrypt("a")
    keys._ring = seen  # as a process that has not looked at the folder since
    assert vault.decrypt(blob) == b"a"


def test_a_running_process_takes_up_a_new_key_by_itself(monkeypatch):
    before = vault.encrypt("a")
    seen = keys._ring
    keys.make(keys.Purpose.DATA)
    keys._ring = seen
    assert vault.encrypt("a")[:5] == before[:5]
    monkeypatch.setattr(keys, "_looked_at", 0.0)
    assert vault.encrypt("a")[:5] != before[:5]


def test_no_file_is_touched_between_two_looks(monkeypatch):
    vault.encrypt("a")
    monkeypatch.setattr(keys, "_read", lambda *_: pytest.fail("read a file on the hot path"))
    monkeypatch.setattr("pathlib.Path.stat", lambda *_: pytest.fail("asked the file system on the hot path"))
    assert vault.decrypt(vault.encrypt("a")) == b"a"


def test_a_lost_key_is_named(folder):
    blob = vault.encrypt("a")
    for file in folder.glob("*.key"):
        file.unlink()
    keys.reload()
    with pytest.raises(vault.KeyMissing, match=blob[1:5].hex()):
        vault.decrypt(blob)


@pytest.mark.parametrize("content", ["", "{}", '{"key": "AAAA", "made_at": "2026-01-01T00:00:00+00:00"}', '{"key": 1}'])
def test_a_damaged_key_file_stops_the_start_with_its_name(folder, content):
    vault.encrypt("a")
    damaged = next(folder.glob("data-*.key"))
    damaged.write_text(content)
    with pytest.raises(vault.VaultError, match=damaged.name):
        keys.reload()


def test_a_key_file_that_others_may_read_is_refused(folder):
    vault.encrypt("a")
    next(folder.glob("data-*.key")).chmod(0o644)
    with pytest.raises(vault.VaultError, match="chmod 600"):
        keys.reload()


def test_a_key_never_shows_in_a_log():
    key = keys.ring().current
    assert key.secret.hex() not in repr(key)
    assert str(list(key.secret)[:4]) not in repr(key)
