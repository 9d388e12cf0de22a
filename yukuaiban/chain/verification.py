"""Prove that no event was altered, removed or inserted; name the first row that was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from yukuaiban.chain.events import GENESIS, Event
from yukuaiban.chain.faults import Fault, Report
from yukuaiban.chain.heads import HEADS
from yukuaiban.chain.sealing import seal_fault
from yukuaiban.vault import sm3

SELECT = "SELECT subject, seq, kind, at, actor, facts, payload_digest, hash FROM chain_event"


def _event(row: Any) -> tuple[Event, bytes]:
    subject, seq, kind, at, actor, facts, digest, stored = row
    actor, facts = (json.loads(v) if isinstance(v, str) else v for v in (actor, facts))
    return Event(subject, seq, kind, at, actor, facts, bytes(digest) if digest else None), bytes(stored)


def _stream(sql: str, params: list[Any]) -> Iterator[Any]:
    """Rows by a server-side cursor: memory stays flat at any number of events."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        yield from cursor


def check(rows: Iterable[Any], heads: dict[int, tuple[int, bytes]] | None = None) -> Report:
    """Check events that come ordered by (subject, seq).

    Args:
        heads: Subject -> (seq, hash) as the subject's own row says; a chain cut at its end shows only there.
    """
    subjects = events = 0
    current, expected, previous = None, 1, GENESIS
    heads = dict(heads or {})

    def end_of(subject: int | None) -> Fault | None:
        if subject is None or subject not in heads:
            return None
        seq, head = heads.pop(subject)
        if seq > expected - 1:
            return Fault(subject, expected, "removed", f"events {expected} to {seq} are missing at the end")
        if seq < expected - 1:
            return Fault(subject, seq + 1, "inserted", f"the subject's own row knows only {seq} events")
        if head != previous:
            return Fault(subject, seq, "head_differs", "the subject's own row names another hash")
        return None

    for row in rows:
        event, stored = _event(row)
        if event.subject != current:
            if fault := end_of(current):
                return Report(subjects, events, fault)
            current, expected, previous = event.subject, 1, GENESIS
            subjects += 1
        if event.seq != expected:
            message = f"event {expected} is missing before event {event.seq}"
            return Report(subjects, events, Fault(event.subject, expected, "removed", message))
        if event.hash_after(previous) != stored:
            message = "its content does not give its hash: this row was altered, or one was put in before it"
            return Report(subjects, events, Fault(event.subject, event.seq, "altered", message))
        previous, expected, events = stored, expected + 1, events + 1
    fault = end_of(current)
    if fault is None and heads:
        subject = min(heads)
        fault = Fault(subject, 1, "removed", "the subject has a head but no event at all")
    return Report(subjects, events, fault)


def verify(subject: int | None = None) -> Report:
    """Verify one subject's chain, or all of them with their heads and seals."""
    where, params = ("WHERE subject = %s", [subject]) if subject is not None else ("", [])
    report = check(_stream(f"{SELECT} {where} ORDER BY subject, seq", params), _heads(subject))
    if report.fault is None:
        fault = _payload_fault(subject)
        if fault is None and subject is None:
            fault = seal_fault()
        if fault:
            report = Report(report.subjects, report.events, fault)
    return report


def _heads(subject: int | None) -> dict[int, tuple[int, bytes]]:
    heads: dict[int, tuple[int, bytes]] = {}
    for source in HEADS:
        where, params = ("AND id = %s", [subject]) if subject is not None else ("", [])
        for row in _stream(f"SELECT id, seq, head FROM {source.table} WHERE seq > 0 {where}", params):
            heads[row[0]] = (row[1], bytes(row[2]))
    return heads


def _payload_fault(subject: int | None) -> Fault | None:
    """A payload that is still readable must give the digest in its event."""
    from yukuaiban.vault import VaultError, crypto

    where, params = ("AND p.subject = %s", [subject]) if subject is not None else ("", [])
    rows = _stream(
        "SELECT p.subject, p.seq, p.sealed, k.wrapped, e.payload_digest FROM chain_payload p"
        " JOIN chain_key k ON k.subject = p.subject AND k.wrapped IS NOT NULL"
        f" JOIN chain_event e ON e.subject = p.subject AND e.seq = p.seq WHERE true {where}"
        " ORDER BY p.subject, p.seq",
        params,
    )
    for owner, seq, sealed, wrapped, digest in rows:
        try:
            holds = digest is not None and sm3(crypto.decrypt_for(bytes(wrapped), bytes(sealed))) == bytes(digest)
        except VaultError:
            holds = False
        if not holds:
            return Fault(owner, seq, "payload_altered", "its private payload does not give the digest in the event")
    return None
