"""A backup brought back elsewhere is the same city: data, files, keys, seals, and who may do what to them.

By the commands, on data folders with servers of their own, as an operator does it; whatever DATABASE_URL says.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ops.drill import ROOT
from tests.people import id_number
from yukuaiban.backup import sets
from yukuaiban.backup.restoring import into
from yukuaiban.config.launch import StartRefused
from yukuaiban.config.launch.cluster import Cluster, unfinished

CLI = "yukuaiban.config.cli"


def run(data: Path, module: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("YUKUAIBAN_") and k != "DATABASE_URL"}
    environment = kept | {"YUKUAIBAN_DATA": str(data), "YUKUAIBAN_TODAY": "2026-03-02"}
    command = [sys.executable, "-m", module, *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def did(data: Path, module: str, *words: str | Path) -> str:
    done = run(data, module, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("backup")
    for folder in (root, *root.parents[:2]):
        folder.chmod(0o711)  # the database may run as another user
    did(root / "data", CLI, "migrate")
    did(root / "data", "tests.lived_in", "live")
    return root


@pytest.mark.slow
def test_what_is_restored_elsewhere_is_the_same(lived_in):
    data, backup, keys, elsewhere = (lived_in / name for name in ("data", "set", "keys", "elsewhere"))
    before = json.loads(did(data, "tests.lived_in", "tell"))
    assert before["file"] == [True]
    assert (before["events"], before["holds"], before["rights_to_change_events"]) == (5, True, [])
    assert before["id_number"].startswith(id_number(serial=100)[:14])

    did(data, CLI, "backup", backup, "--keys", keys)
    shutil.rmtree(data)  # the machine is gone
    assert not any("key" in path.name for path in backup.rglob("*"))
    assert all(path.stat().st_mode & 0o077 == 0 for path in (backup, keys))
    assert run(elsewhere, CLI, "restore", backup).returncode == 1  # without keys
    assert not elsewhere.exists()
    did(elsewhere, CLI, "restore", backup, "--keys", keys)
    assert json.loads(did(elsewhere, "tests.lived_in", "tell")) == before

    again = run(elsewhere, CLI, "restore", backup, "--keys", keys)
    assert "is not empty" in again.stderr
    assert json.loads(did(elsewhere, "tests.lived_in", "tell")) == before


def test_a_backup_that_is_not_what_was_written_is_refused_by_name(tmp_path):
    (tmp_path / "files").mkdir()
    file, sums = tmp_path / "files" / "one", tmp_path / sets.SUMS
    file.write_bytes(b"content")
    sums.write_text(f"{hashlib.sha256(b'content').hexdigest()}  files/one\n", encoding="utf-8")
    assert sets.check(tmp_path, lambda _n: None) == 1

    def refusal() -> str:
        with pytest.raises(StartRefused) as refused:
            sets.check(tmp_path, lambda _n: None)
        return str(refused.value)

    (tmp_path / "files" / "two").touch()
    assert "two does not belong" in refusal()
    file.write_bytes(b"Content")
    assert "one is not what was written" in refusal()
    file.unlink()
    assert "one is missing" in refusal()
    with pytest.raises(StartRefused, match="is no backup"):
        sets.read(tmp_path)


def test_nothing_starts_on_a_folder_whose_restore_did_not_finish(tmp_path):
    with pytest.raises(OSError, match="network"), into(tmp_path / "data"):
        raise OSError("the network went away")
    unfinished(tmp_path / "data").write_text("1", encoding="ascii")  # by another process
    with pytest.raises(StartRefused, match="did not finish"):
        Cluster(tmp_path / "data").prepare()
