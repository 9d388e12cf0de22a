"""The published picture of a case's life is the one that the table draws."""

from __future__ import annotations

from pathlib import Path

from ops.docs import refreshed
from yukuaiban.cases import diagram
from yukuaiban.cases.states import TRANSITIONS, State

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "case-diagram.md"


def test_the_document_is_not_stale() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert refreshed(text) == text, "run `make docs`"


def test_the_document_would_notice_a_change(monkeypatch) -> None:
    monkeypatch.delitem(TRANSITIONS, "withdraw")
    text = DOCUMENT.read_text(encoding="utf-8")
    assert refreshed(text) != text


def test_every_state_and_every_change_is_drawn() -> None:
    drawn = diagram.mermaid()
    for state in State:
        assert f"    {state} : " in drawn
    for row in TRANSITIONS.values():
        for source in row.sources:
            if row.target and row.target is not source:
                arrow = next(
                    line for line in drawn.splitlines() if line.startswith(f"    {source} --> {row.target} : ")
                )
                assert row.act in arrow.split(" : ")[1].split(", ")
