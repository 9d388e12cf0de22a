"""`yukuaiban workdays`: what it prints, to people and to programs, with no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from openpyxl import load_workbook

from yukuaiban.calendars import cli, selectors
from yukuaiban.calendars.tests.test_notices import rows_2027, write
from yukuaiban.config.cli import main as yukuaiban


def run(capsys, *words: str) -> tuple[int, str, str]:
    try:
        code = cli.main(list(words))
    except SystemExit as stop:
        code = int(str(stop.code))
    out = capsys.readouterr()
    return code, out.out, out.err


class TestCounting:
    @pytest.mark.parametrize(
        ("words", "out"),
        [
            (["add", "2024-02-08", "5"], "2024-02-21\n"),
            (["add", "2019-09-20", "15", "--unit", "calendar_day"], "2019-10-08\n"),
            (["add", "2025-08-31", "6", "--unit", "month"], "2026-02-28\n"),
            (["add", "2025-03-03", "0", "--unit", "on_the_spot"], "2025-03-03\n"),
            (["before", "2025-03-14", "7"], "2025-03-05\n"),
            (["between", "2025-09-15", "2025-10-17"], "20\n"),
            (["between", "2025-10-17", "2025-09-15"], "-20\n"),
            (["roll", "2025-10-01"], "2025-10-09\n"),
            (["why", "2025-09-20", "--language", "zh"], "2025年9月20日（星期六）是周末\n"),
            (["why", "2025-09-20", "--language", "en"], "Saturday 20 September 2025 is at the weekend\n"),
        ],
    )  # fmt: skip
    def test_prints_exactly_the_answer(self, capsys, words, out):
        assert run(capsys, *words) == (0, out, "")

    def test_gives_the_reasons_when_asked(self, capsys):
        _code, out, _err = run(capsys, "add", "2025-09-15", "20", "--why", "--language", "zh")
        assert out.splitlines()[0] == "2025-10-17"
        assert "  10月1日至8日国庆节、中秋节放假（国办发明电〔2024〕12号）" in out.splitlines()

    @pytest.mark.parametrize(
        "words", [["add", "2026-12-15", "20"], ["roll", "2027-01-01"], ["before", "2027-01-08", "9"]]
    )
    def test_notes_beside_the_answer_that_it_is_provisional(self, capsys, words):
        code, out, err = run(capsys, *words)
        assert code == 0
        assert len(out.split()) == 1
        assert err == "provisional: the holiday notice for 2027 is not known\n"

    def test_refuses_what_is_not_certain_when_asked_to(self, capsys):
        code, out, err = run(capsys, "add", "2026-12-15", "20", "--strict")
        assert (code, out) == (1, "")
        assert "2027" in err

    @pytest.mark.parametrize(
        ("words", "question"),
        [
            (["add", "2024-02-08", "5"], "add"),
            (["before", "2024-02-08", "5"], "before"),
            (["between", "2024-02-08", "2024-03-01"], "between"),
            (["why", "2024-02-08"], "why"),
            (["roll", "2024-02-08"], "roll"),
        ],
    )
    def test_answers_programs_with_reasons(self, capsys, words, question):
        _code, out, _err = run(capsys, *words, "--json")
        body = json.loads(out)
        assert body["question"] == question
        assert body["provisional"] is False
        assert all({"code", "zh", "en", "facts"} == set(reason) for reason in body["reasons"])

    @pytest.mark.parametrize(
        "words",
        [
            ["add", "2099-12-30", "50"],
            ["between", "2013-01-01", "2025-01-01"],
            ["why", "2100-01-01"],
            ["roll", "2100-01-01"],
            ["add", "2025-01-01", "3", "--unit", "on_the_spot"],
        ],
    )
    def test_says_in_one_sentence_what_it_cannot_count(self, capsys, words):
        code, out, err = run(capsys, *words)
        assert (code, out) == (1, "")
        assert len(err.splitlines()) == 1
        code, out, err = run(capsys, *words, "--json")
        assert (code, err) == (1, "")
        assert json.loads(out)["code"] == "calendars.refused"

    @pytest.mark.parametrize(
        "words", [["add", "2024-02-30", "5"], ["add", "2024-02-08", "-5"], ["add", "2024-02-08", "x"]]
    )
    def test_says_what_to_write_instead(self, capsys, words):
        code, _out, err = run(capsys, *words)
        assert code == 2
        assert "write one such as" in err

    def test_needs_no_database(self):
        """In a process of its own, with a database address that leads nowhere."""
        words = [sys.executable, "-m", "yukuaiban.calendars", "add", "2024-02-08", "5"]
        env = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=env)
        assert done.stdout == "2024-02-21\n"

    def test_is_a_verb_of_the_command(self, capsys):
        assert yukuaiban(["workdays", "add", "2024-02-08", "5"]) == 0
        assert capsys.readouterr().out == "2024-02-21\n"


class TestFilesOfNotices:
    def test_that_hold(self, capsys, tmp_path):
        assert run(capsys, "check", str(write(tmp_path / "2027.csv", rows_2027()))) == (0, "1 file(s) hold.\n", "")

    def test_that_do_not_hold_are_told_and_sent_back(self, capsys, tmp_path):
        rows = rows_2027(d2027_01_01=("2027-01-01", "holiday", "元旦", "六"), d2027_10_03=None)
        path, copy = write(tmp_path / "2027.csv", rows), tmp_path / "back.xlsx"
        code, _out, err = run(capsys, "check", str(path), "--language", "en", "--error-copy", str(copy))
        assert code == 1
        assert err.splitlines()[0] == "2027.csv:2: weekday: found '六'; expected 五: 2027-01-01 is a Friday"
        assert len(err.splitlines()) == 2
        assert load_workbook(copy).active.max_row == len(rows) + 1
        _code, out, _err = run(capsys, "check", str(path), "--json")
        assert [error["field"] for error in json.loads(out)["errors"]] == ["weekday", "date"]

    def test_are_loaded_into_the_database(self, db, capsys, tmp_path):
        path = write(tmp_path / "2027.csv", rows_2027())
        assert run(capsys, "load", str(path), "--dry-run", "--language", "en")[1].startswith("29 days would be added")
        assert run(capsys, "load", str(path), "--language", "en")[1].startswith("29 days were added, 0 changed")
        assert selectors.current().known_years == {2027}
        assert run(capsys, "roll", "2027-10-01", "--database")[1] == "2027-10-08\n"
        body = json.loads(run(capsys, "load", str(path), "--json")[1])
        assert (body["added"], body["unchanged"]) == ([], 29)

    def test_that_do_not_hold_are_not_loaded(self, db, capsys, tmp_path):
        path = write(tmp_path / "2027.csv", rows_2027(d2027_10_03=None))
        assert yukuaiban(["workdays", "load", str(path), "--language", "en"]) == 1
        assert "Nothing was loaded" in capsys.readouterr().err
        assert selectors.calendar_version() == 0
