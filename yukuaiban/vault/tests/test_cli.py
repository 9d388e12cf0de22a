"""`yukuaiban keys`, as typed."""

from __future__ import annotations

import json

import pytest

from yukuaiban.config.cli import parser
from yukuaiban.vault import crypto, keys, rotation


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path, monkeypatch):
    settings.KEYS_DIR = tmp_path / "keys"
    monkeypatch.setattr(keys, "REFRESH_SECONDS", -1.0)  # rotate waits a second longer than this
    monkeypatch.setattr(rotation, "_steps", {})


def typed(line: str) -> int:
    options = parser("keys").parse_args(["keys", *line.split()])
    return options.run(options)


def test_init_makes_the_first_keys_once(capsys, settings):
    settings.PRODUCTION = True
    assert typed("init") == 0
    assert capsys.readouterr().out.count("Made the") == 2
    assert typed("init") == 0
    assert "nothing was made" in capsys.readouterr().out


def test_list_shows_which_key_encrypts_and_no_secret(capsys):
    old = keys.ring().current
    keys.make(keys.Purpose.DATA)
    typed("list")
    out = capsys.readouterr().out
    assert f"{keys.ring().current.id.hex()}  data " in out
    assert out.count("encrypts") == 1
    assert next(line for line in out.splitlines() if old.id.hex() in line).rstrip().endswith("old")
    assert old.secret.hex() not in out


def test_list_for_programs(capsys):
    typed("list --json")
    listed = json.loads(capsys.readouterr().out)
    assert [key["purpose"] for key in listed["keys"] if key["current"]] == ["index", "data"]


def test_init_for_programs(capsys, settings):
    settings.PRODUCTION = True
    assert typed("init --json") == 0
    made = json.loads(capsys.readouterr().out)["made"]
    assert sorted(key["purpose"] for key in made) == ["data", "index"]


@pytest.mark.django_db
def test_rotate_puts_everything_under_the_new_key(capsys, django_db_blocker):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE vault_cli_test (wrapped bytea)")
        cursor.executemany("INSERT INTO vault_cli_test VALUES (%s)", [(crypto.new_subject_key(),) for _ in range(5)])
    assert typed("rotate") == 0
    out = capsys.readouterr().out
    assert "vault_cli_test.wrapped: 5 put under the new key" in out
    typed("list --count")
    assert "5 values" in next(line for line in capsys.readouterr().out.splitlines() if "encrypts" in line)


@pytest.mark.django_db
def test_rotate_index_says_which_key_stands(capsys):
    before = keys.ring().index[0]
    assert typed("rotate --index") == 0
    assert keys.ring().index[0].id != before.id
    assert keys.ring().index[0].id.hex() in capsys.readouterr().out
