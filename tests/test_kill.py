"""`kill -9` of the web processes and of PostgreSQL while people file: what was acknowledged is there, nothing is twice.

The instance is the launcher itself with its own PostgreSQL, in a folder of its own: durable as a person runs it, unlike
the database of the other tests. Each proof has its control: the same kills with the guard taken away must be noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ops.drill import CLIENTS, COUNTS, Draft, Instance, Round, chain_fault, drill, folder, receipts_missing

pytestmark = pytest.mark.slow
KILLED = ("web", "postgres")
RUNS = ("", "early", "unguarded")


@pytest.fixture(scope="module")
def loaded() -> Iterator[tuple[Instance, Iterator[Draft]]]:
    """A running instance with the city loaded, and drafts enough for every test."""
    with folder() as data:
        instance = Instance(data)
        try:
            instance.start()
            yield instance, iter(instance.drafts(len(RUNS) * len(KILLED) * CLIENTS))
        finally:
            instance.stop()


def kill_each(instance: Instance, drafts: Iterator[Draft]) -> list[Round]:
    return [drill(instance, name, [next(drafts) for _n in range(CLIENTS)]) for name in KILLED]


@pytest.fixture
def without(loaded) -> Iterator:
    """The same data folder under an instance whose guard is taken away: `without(which) -> rounds`."""
    instance, drafts = loaded
    instance.stop()
    other = replace(instance, process=None)

    def run(control: str) -> list[Round]:
        other.control = control
        other.start()
        return kill_each(other, drafts)

    yield run
    other.stop()


def test_every_acknowledged_filing_is_there_once(loaded):
    instance, drafts = loaded
    rounds = kill_each(instance, drafts)
    for each in rounds:
        assert each.is_good, each
        assert each.repeated, f"the kill of {each.killed} met no filing between its commit and its answer"
    assert receipts_missing(instance, rounds) == []
    ids = [draft.id for each in rounds for draft in each.drafts]
    assert [row[1:] for row in instance.rows(COUNTS, ids)] == [("submitted", 1, 1, 1)] * len(ids)
    assert chain_fault(instance) == ""


def test_an_answer_before_the_commit_is_found_out(without):
    """The control of "none lost"."""
    for each in without("early"):
        assert each.lost, each


def test_a_filing_that_is_not_known_again_is_found_out(without):
    """The control of "none twice"."""
    for each in without("unguarded"):
        assert each.twice, each
