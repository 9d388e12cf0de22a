"""Each thing that can stand in the way of a start gets one clear sentence."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import prepare
from yukuaiban.config import cli
from yukuaiban.config.cli import main
from yukuaiban.config.launch import StartRefused, up
from yukuaiban.config.launch.cluster import Cluster, check_space, refusal_for, refusal_from_server


def wanted(data: Path, port: int = 8000, **more: object) -> up.Wanted:
    return up.Wanted(data, "127.0.0.1", port, **more)


def one_sentence(refused: pytest.ExceptionInfo[BaseException]) -> str:
    text = str(refused.value)
    assert text
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_a_port_in_use_is_refused_and_another_is_proposed():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartRefused) as refused:
            up.check_port(wanted(Path("unused"), port))
    assert f"--port {port + 1}" in one_sentence(refused)


def test_a_port_that_a_server_shares_is_refused_too():
    """granian listens with SO_REUSEPORT: without our own look, a second instance would take half of the requests."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(StartRefused):
            up.check_port(wanted(Path("unused"), taken.getsockname()[1]))


def test_a_second_start_is_told_where_the_first_one_is(tmp_path):
    with up.alone(wanted(tmp_path, 8123)), pytest.raises(StartRefused) as refused, up.alone(wanted(tmp_path, 8124)):
        pass
    assert "http://127.0.0.1:8123" in one_sentence(refused)
    assert str(os.getpid()) in str(refused.value)


def test_a_start_after_one_that_was_killed_is_not_refused(tmp_path):
    with up.alone(wanted(tmp_path)):
        pass
    with up.alone(wanted(tmp_path)):
        pass


@pytest.mark.parametrize("note", ["version", "data/PG_VERSION"])
def test_a_data_folder_of_another_major_version_is_refused_and_left_alone(tmp_path, note):
    file = tmp_path / "postgres" / note
    file.parent.mkdir(parents=True)
    file.write_text("12\n")
    with pytest.raises(StartRefused) as refused:
        Cluster(tmp_path).prepare()
    assert "PostgreSQL 12" in one_sentence(refused)
    assert [path for path in (tmp_path / "postgres").rglob("*") if path.is_file()] == [file]


@pytest.fixture
def full_disk(tmp_path, monkeypatch):
    """A file system of 4 MB, where this user may mount one; else a folder that says of itself to be so small."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(4 << 20, 0, 4 << 20))
    try:
        yield folder
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "--lazy", folder], check=False)


def test_a_full_disk_is_refused_before_anything_is_written(full_disk):
    with pytest.raises(StartRefused) as refused:
        Cluster(full_disk).prepare()
    assert "full" in one_sentence(refused)
    assert not (full_disk / "postgres" / "data").exists()


def test_a_disk_that_fills_up_on_the_way_gets_the_same_sentence(tmp_path):
    said = 'initdb: error: could not write file "data/base/1/2619": No space left on device\n'
    for refusal in (refusal_from_server(said, tmp_path), refusal_for(OSError(errno.ENOSPC, "full"), tmp_path)):
        assert str(refusal).startswith(f"The disk of {tmp_path} is full")

    with pytest.raises(StartRefused):
        check_space(tmp_path, needed=shutil.disk_usage(tmp_path).total * 2)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StartRefused) as refused, up.alone(wanted(tmp_path / "file" / "below")):
        pass
    assert str(tmp_path / "file") in one_sentence(refused)


def test_a_folder_of_somebody_else_says_what_to_do(tmp_path):
    refusal = str(refusal_for(PermissionError(errno.EACCES, "no", str(tmp_path)), tmp_path))
    assert "--data" in refusal
    assert str(tmp_path) in refusal


def test_a_database_that_does_not_answer_is_refused_without_its_password():
    with pytest.raises(StartRefused) as refused:
        up.check_given_database("postgresql://me:secret@127.0.0.1:1/city")
    assert "does not answer" in one_sentence(refused)
    assert "secret" not in str(refused.value)


def asked(*flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`yukuaiban items stats`, where only these settings hold."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "YUKUAIBAN_DATA"}}
    return subprocess.run(
        [sys.executable, "-m", "yukuaiban.config.cli", "items", "stats", *flags],
        env=kept | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_command_beside_a_database_that_does_not_answer_says_so_too(tmp_path):
    answer = asked(DATABASE_URL="postgresql://me:secret@127.0.0.1:1/city", YUKUAIBAN_DATA=str(tmp_path))
    assert answer.returncode == 1
    assert "does not answer" in answer.stderr
    assert "secret" not in answer.stderr
    assert answer.stderr.count("\n") == 1
    for_a_program = asked(
        "--json", DATABASE_URL="postgresql://me:secret@127.0.0.1:1/city", YUKUAIBAN_DATA=str(tmp_path)
    )
    assert json.loads(for_a_program.stdout)["code"] == "start.refused"
    assert "secret" not in for_a_program.stdout


class TestInstalling:
    """What `make` says when a part cannot be fetched."""

    def failure(self, tmp_path, said):
        script = f"import sys; print({said!r}); sys.exit(1)"
        with pytest.raises(prepare.Stopped) as stopped:
            prepare.run([sys.executable, "-c", script], tmp_path / "log", lambda line: None, "It failed")
        return one_sentence(stopped)

    @pytest.mark.parametrize(
        "said",
        [
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)': /simple/django/",
            "npm error code ENOTFOUND",
        ],
    )
    def test_a_missing_network_is_named(self, tmp_path, said):
        assert "registry cannot be reached" in self.failure(tmp_path, said)

    def test_a_full_disk_is_named(self, tmp_path):
        assert "full" in self.failure(tmp_path, "ERROR: [Errno 28] No space left on device")

    def test_anything_else_is_repeated_with_the_place_of_the_whole_story(self, tmp_path):
        sentence = self.failure(tmp_path, "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES")
        assert "DO NOT MATCH THE HASHES" in sentence
        assert str(tmp_path / "log") in sentence


class TestProduction:
    def test_refuses_settings_left_to_chance(self, tmp_path, monkeypatch):
        monkeypatch.delenv("YUKUAIBAN_HOSTS", raising=False)
        monkeypatch.delenv("YUKUAIBAN_URL", raising=False)
        with pytest.raises(StartRefused) as refused:
            up.check_production(wanted(tmp_path, production=True))
        assert "YUKUAIBAN_HOSTS" in one_sentence(refused)

    def test_refuses_an_address_that_is_not_encrypted(self, tmp_path, monkeypatch):
        monkeypatch.setenv("YUKUAIBAN_HOSTS", "ykb.example")
        monkeypatch.setenv("YUKUAIBAN_URL", "http://ykb.example")
        with pytest.raises(StartRefused) as refused:
            up.check_production(wanted(tmp_path, production=True))
        assert "https://" in one_sentence(refused)

    def test_says_which_stand_ins_of_the_demonstration_answer(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setenv("YUKUAIBAN_HOSTS", "ykb.example")
        monkeypatch.setenv("YUKUAIBAN_URL", "https://ykb.example")
        monkeypatch.setenv("YUKUAIBAN_CLAMD", "unix:/run/clamd")
        for name in ("YUKUAIBAN_PERSON_VERIFIER", "YUKUAIBAN_MESSAGE_GATEWAY"):
            monkeypatch.delenv(name, raising=False)
        up.check_production(wanted(tmp_path, production=True))
        said = capsys.readouterr().err
        assert "YUKUAIBAN_PERSON_VERIFIER is not set" in said
        assert "YUKUAIBAN_MESSAGE_GATEWAY is not set" in said
        assert "YUKUAIBAN_CLAMD" not in said

    def test_demo_people_are_never_open_to_others(self, tmp_path, capsys):
        assert main(["up", "--host", "0.0.0.0", "--data", str(tmp_path / "data")]) == 1
        assert "--no-demo" in capsys.readouterr().err


def test_every_verb_has_help(capsys):
    from yukuaiban.config.cli import VERBS, present

    for verb in filter(present, VERBS):
        with pytest.raises(SystemExit) as left, contextlib.suppress(KeyError):
            main([verb.name, "--help"])
        assert left.value.code == 0
        assert f"yukuaiban {verb.name}" in capsys.readouterr().out


def test_a_question_to_a_folder_without_a_city_says_how_to_build_one(tmp_path):
    answer = asked(YUKUAIBAN_DATA=str(tmp_path))
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert str(tmp_path) in answer.stderr
    assert "yukuaiban up" in answer.stderr


def parts_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str | None, argparse.ArgumentParser]]:
    """Each verb of a verb: name, its line in the list, itself."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            lines = {line.dest: line.help for line in action._choices_actions}
            for name, part in action.choices.items():
                yield name, lines.get(name), part


@pytest.mark.parametrize("verb", [verb.name for verb in cli.VERBS])
def test_every_verb_and_every_part_of_it_says_what_it_does(verb):
    named = {name: (line, part) for name, line, part in parts_of(cli.parser(verb))}
    line, parser = named[verb]
    assert line
    assert parser.description
    assert [name for name, said, _part in parts_of(parser) if not said] == []


def test_a_start_refused_is_told_to_a_program_too(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("YUKUAIBAN_DATA", str(tmp_path / "new"))
    assert cli.main(["restore", str(tmp_path / "nothing"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "start.refused"
