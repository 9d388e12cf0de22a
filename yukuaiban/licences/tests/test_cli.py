"""`yukuaiban signing`: what an operator types."""

from __future__ import annotations

import argparse
import json

import pytest

from yukuaiban.documents.signing import SigningKeysFault, keys
from yukuaiban.licences import cli


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    options = parser.parse_args(["signing", *words])
    return options.run(options)


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(keys, "folder", lambda: tmp_path / "signing")
    monkeypatch.setattr(keys, "_ring", None)
    yield
    keys._ring = None


def listed(capsys) -> list[dict]:
    assert run("list", "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_the_first_list_makes_the_keys_and_names_the_one_that_signs(capsys):
    rows = listed(capsys)
    assert [(row["purpose"], row["signs"]) for row in rows] == [("document", True), ("authority", False)]


def test_a_rotation_is_followed_by_a_new_signer(capsys):
    before = listed(capsys)[0]["id"]
    assert run("rotate") == 0
    assert "signs from now on" in capsys.readouterr().out
    rows = listed(capsys)
    assert [row["purpose"] for row in rows] == ["document", "document", "authority"]
    assert rows[0]["signs"]
    assert rows[1]["id"] == before
    assert run("rotate", "--authority") == 0
    capsys.readouterr()
    assert [row["purpose"] for row in listed(capsys)].count("authority") == 2


def test_a_withdrawal_needs_a_reason_and_says_what_to_do_next(capsys):
    key = listed(capsys)[0]["id"]
    with pytest.raises(SystemExit):
        run("withdraw", key)
    capsys.readouterr()
    assert run("withdraw", key, "--reason", "备份介质遗失") == 0
    assert "yukuaiban signing rotate" in capsys.readouterr().out
    assert listed(capsys)[0]["reason"] == "备份介质遗失"
    assert run("list") == 0
    assert "withdrawn" in capsys.readouterr().out
    assert run("withdraw", key, "--reason", "again") == 1
    assert "withdrawn before" in capsys.readouterr().err


def test_production_makes_no_keys_by_itself(settings, capsys):
    settings.PRODUCTION = True
    with pytest.raises(SigningKeysFault, match="signing init"):
        keys.ring()
    assert run("init") == 0
    assert keys.ring().current().id in capsys.readouterr().out
