"""The chain names the first row that was altered, removed or inserted; erasure leaves it valid."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from yukuaiban.chain import sealing, store
from yukuaiban.chain.events import GENESIS, link
from yukuaiban.chain.verification import check, verify

AT = datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=UTC)


def append(subject, wrapped, count, *, first=1, previous=GENESIS):
    """Write events as an act does, without a subject's row."""
    for seq in range(first, first + count):
        made = link(
            subject=subject, seq=seq, previous=previous, kind="test.happened", at=AT, actor={"kind": "system"},
            facts={"n": seq, "文": "字"}, payload={"name": f"张示例{seq}"},
        )  # fmt: skip
        with connection.cursor() as cursor:
            sql = "WITH moved AS (SELECT 1), " + store.EVENT_CTES.format(moved="moved").strip() + " SELECT 1"
            cursor.execute(sql, store.parameters(made, wrapped))
        previous = made.hash
    return previous


@pytest.fixture
def subject(db):
    number, wrapped = store.new_subject()
    append(number, wrapped, 5)
    return number, wrapped


def unprotected(sql, *params):
    """What only the owner of the database could do: with the guard switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = origin")


def fault_of(subject):
    report = verify(subject)
    assert report.fault is not None
    return report.fault.what, report.fault.seq


def test_an_untouched_chain_holds(subject):
    report = verify(subject[0])
    assert (report.holds, report.events) == (True, 5)
    assert store.payloads(subject[0])[3] == {"name": "张示例3"}


@pytest.mark.parametrize(
    "sql", ["UPDATE chain_event SET kind = 'x'", "DELETE FROM chain_event", "TRUNCATE chain_event"]
)
def test_the_database_refuses_every_change(subject, sql):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "change", ["kind = 'test.other'", "facts = '{\"n\": 9}'", "at = at + interval '1 us'", 'actor = \'{"kind": "x"}\'']
)
def test_an_altered_row_is_named(subject, change):
    unprotected(f"UPDATE chain_event SET {change} WHERE subject = %s AND seq = 3", subject[0])
    assert fault_of(subject[0]) == ("altered", 3)


def test_a_removed_row_is_named(subject):
    unprotected("DELETE FROM chain_event WHERE subject = %s AND seq = 2", subject[0])
    assert fault_of(subject[0]) == ("removed", 2)


def test_an_inserted_row_is_named(subject):
    """Everything after it moved by one: the row after which the hash does not fit is the first that is wrong."""
    number, _wrapped = subject
    unprotected("UPDATE chain_event SET seq = seq + 100 WHERE subject = %s AND seq >= 3", number)
    unprotected(
        "INSERT INTO chain_event SELECT subject, 3, 'test.forged', at, actor, facts, payload_digest, hash FROM chain_event"
        " WHERE subject = %s AND seq = 2",
        number,
    )
    unprotected("UPDATE chain_event SET seq = seq - 99 WHERE subject = %s AND seq > 100", number)
    assert fault_of(number) == ("altered", 3)


def test_an_altered_payload_is_named(subject):
    unprotected(
        "UPDATE chain_payload SET sealed = (SELECT sealed FROM chain_payload WHERE subject = %s AND seq = 1)"
        " WHERE subject = %s AND seq = 4",
        subject[0],
        subject[0],
    )
    assert fault_of(subject[0]) == ("payload_altered", 4)


def test_a_chain_cut_at_its_end_shows_against_the_subjects_own_head():
    rows = [
        (7, 1, "test.happened", AT, {"kind": "system"}, {"n": 1}, None,
         link(subject=7, seq=1, previous=GENESIS, kind="test.happened", at=AT, actor={"kind": "system"},
              facts={"n": 1}, payload=None).hash),
    ]  # fmt: skip
    assert check(rows).holds
    assert check(rows, {7: (2, b"x" * 32)}).fault.what == "removed"
    assert check(rows, {7: (1, b"x" * 32)}).fault.what == "head_differs"
    assert check(rows, {8: (1, b"x" * 32)}).fault.what == "removed"


def test_erasure_makes_payloads_unreadable_and_leaves_the_chain_valid(subject):
    store.erase(subject[0], at=AT)
    assert store.payloads(subject[0]) == {}
    assert verify(subject[0]).holds


def test_a_seal_outside_the_database_shows_what_its_owner_rewrote(subject, settings, tmp_path):
    """Whoever owns the database can make a chain that fits; he cannot make it fit the signed roots in the file."""
    settings.SEALS_DIR = tmp_path
    assert sealing.seal(at=AT) >= 5
    assert verify().holds
    number, _wrapped = subject
    unprotected("DELETE FROM chain_event WHERE subject = %s AND seq >= 4", number)
    unprotected("DELETE FROM chain_payload WHERE subject = %s AND seq >= 4", number)
    report = verify()
    assert report.fault.what == "removed"
    assert (report.fault.subject, report.fault.seq) == (number, 4)


def test_a_line_taken_out_of_the_seals_file_is_found(subject, settings, tmp_path):
    settings.SEALS_DIR = tmp_path
    sealing.seal(at=AT)
    append(*subject, 1, first=6, previous=_last_hash(subject[0]))
    sealing.seal(at=AT)
    file = sealing.seals_file()
    file.write_text(file.read_text().splitlines()[1] + "\n")
    assert verify().fault.what == "seal_differs"


def _last_hash(subject):
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash FROM chain_event WHERE subject = %s ORDER BY seq DESC LIMIT 1", [subject])
        return bytes(cursor.fetchone()[0])


@given(
    st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20),
    st.integers(0, 19),
    st.binary(min_size=32, max_size=32),
)
def test_any_changed_leaf_changes_the_root(leaves, position, other):
    position %= len(leaves)
    changed = [*leaves[:position], other, *leaves[position + 1 :]]
    assert (sealing.merkle_root(leaves) == sealing.merkle_root(changed)) == (leaves == changed)
