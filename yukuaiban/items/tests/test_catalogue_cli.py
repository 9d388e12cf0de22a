"""`yukuaiban pack` and `yukuaiban items`: what they print for people and for programs, and how they end."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from yukuaiban.config.errors import NotFound, PermissionRefused
from yukuaiban.items import cli
from yukuaiban.items.loading.export import exported_files
from yukuaiban.items.loading.models import PackLoad
from yukuaiban.items.loading.stored import last_published, stored_files
from yukuaiban.items.tests.packs import edited, write_pack
from yukuaiban.items.tests.test_excel import workbook
from yukuaiban.people.models import Account, Desk, Post, Role
from yukuaiban.places.models import Department


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    args = parser.parse_args(words)
    return int(args.run(args))


def editor(email: str) -> Account:
    """An account that holds a catalogue editor's post."""
    account = Account.objects.create_user(email=email)
    department = Department.objects.get(code="990000-civil_affairs")
    desk, _made = Desk.objects.get_or_create(
        department=department, division_id="990000", role=Role.EDITOR, defaults={"name": "目录"}
    )
    Post.objects.create(account=account, desk=desk, valid_from="2026-01-01")
    return account


@pytest.fixture
def small(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = write_pack(tmp_path)
    assert run("pack", "load", str(folder)) == 0
    capsys.readouterr()
    return folder


def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_check_prints_every_error_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_pack(tmp_path, directory_csv=edited("directory.csv", ("civil_affairs,both", "civil_affairs,town")))
    assert run("pack", "check", str(folder)) == 1
    assert "smalltown/directory.csv:2: levels: found “town”" in capsys.readouterr().out
    assert run("pack", "check", str(folder), "--json") == 1
    problem = printed(capsys)["problems"][0]
    assert problem["line"] == 2
    assert set(problem) == {"file", "line", "field", "found", "expected"}


def test_diff_of_a_loaded_pack_is_empty(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("pack", "diff", str(small), "--json") == 0
    assert printed(capsys)["is_empty"] is True


def test_a_change_is_loaded_by_one_and_published_by_another(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = editor("first@example.test"), editor("second@example.test")
    (small / "directory.csv").write_text(edited("directory.csv", ("Marriage booking", "Wedding booking")))
    assert run("pack", "load", str(small), "--by", first.email, "--json") == 0
    number = str(printed(capsys)["number"])
    with pytest.raises(PermissionRefused):
        run("pack", "publish", number, "--by", first.email)
    assert run("pack", "publish", number, "--by", second.number) == 0
    assert "Wedding booking" in capsys.readouterr().out
    assert run("pack", "loads", "--json") == 0
    assert [load["state"] for load in printed(capsys)] == ["published", "published"]


def test_a_load_that_is_typed_again_is_no_second_one(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = editor("first@example.test")
    assert run("pack", "load", str(small), "--by", first.email, "--json") == 0
    assert printed(capsys) == {"state": "unchanged"}
    (small / "directory.csv").write_text(edited("directory.csv", ("Marriage booking", "Wedding booking")))
    for _time in range(2):
        assert run("pack", "load", str(small), "--by", first.email) == 0
    assert PackLoad.objects.filter(state="proposed").count() == 1


def test_a_file_with_bad_rows_leaves_a_copy_to_send_back_beside_it(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    editor("first@example.test")
    file = tmp_path / "items.xlsx"
    file.write_bytes(workbook(["SM-0001", "高龄津贴", "990101", 30, "工作日"], ["SM-0001", "", "990102", 5, "工作日"]))
    for name in ("items-errors.xlsx", "items-errors-2.xlsx"):  # the first may be half mended already
        assert run("items", "import", str(file), "--by", "first@example.test") == 1
        assert f"The copy to send back: {tmp_path / name}" in capsys.readouterr().out
        assert "不得长于" in str(load_workbook(tmp_path / name).worksheets[0]["I2"].value)
    assert PackLoad.objects.filter(kind=PackLoad.Kind.EXCEL).count() == 1, "the same good rows are one proposal"
    assert run("items", "import", str(file), "--by", "first@example.test", "--errors", str(tmp_path / "b.xlsx")) == 1
    assert (tmp_path / "b.xlsx").exists()


def test_who_holds_no_editors_post_can_neither_load_nor_publish(small: Path) -> None:
    Account.objects.create_user(email="clerk@example.test")
    with pytest.raises(PermissionRefused, match="事项管理员"):
        run("pack", "load", str(small), "--by", "clerk@example.test")
    with pytest.raises(NotFound):
        run("pack", "load", str(small), "--by", "nobody@example.test")
    assert PackLoad.objects.count() == 1


def test_export_writes_what_was_loaded(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("pack", "export", str(tmp_path / "out")) == 0
    assert (tmp_path / "out/smalltown/directory.csv").read_bytes() == (small / "directory.csv").read_bytes()
    assert run("pack", "export", str(tmp_path / "out")) == 1, "not over what is there"


def test_stats_of_the_small_city(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("items", "stats", "--json") == 0
    found = printed(capsys)
    assert found["directory_entries"] == 3
    assert found["service_items"] == 6
    assert found["service_items_by_level"] == {"city": 2, "district": 4}
    assert found["worked_out"] == 1
    assert found["by_online_depth"] == {"4": 3, "unknown": 3}
    assert found["by_visits"] == {"0": 3, "unknown": 3}
    assert set(found["elements_by_status"]) == {"published", "law", "sample", "missing"}
    assert sum(found["elements_by_status"].values()) % 6 == 0


def test_the_real_city_is_as_large_as_promised(db: None, city: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("items", "stats", "--json") == 0
    found = printed(capsys)
    assert found["directory_entries"] >= 800
    assert found["service_items"] >= 15_000
    assert found["service_items_by_level"].keys() == {"city", "district"}


def test_the_real_city_comes_back_byte_for_byte(db: None, city: None) -> None:
    load = last_published()
    assert load is not None
    loaded = stored_files(load.manifest)
    assert "chongqing/directory.csv" in loaded
    assert exported_files() == loaded
