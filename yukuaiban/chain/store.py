"""Write links, read payloads, erase a subject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from yukuaiban.chain.events import Link, read_payload
from yukuaiban.vault import crypto

# The three inserts of an event, for a statement that moves a subject; parameters are those of `parameters()`.
# `{moved}` is the name of the CTE that returns a row only if the subject was moved.
EVENT_CTES = """
event AS (
    INSERT INTO chain_event (subject, seq, kind, at, actor, facts, payload_digest, hash)
    SELECT %(subject)s, %(event_seq)s, %(kind)s, %(at)s, %(actor)s, %(facts)s, %(payload_digest)s, %(hash)s
    FROM {moved} RETURNING 1
), payload AS (
    INSERT INTO chain_payload (subject, seq, sealed)
    SELECT %(subject)s, %(event_seq)s, %(sealed)s::bytea FROM {moved} WHERE %(sealed)s::bytea IS NOT NULL RETURNING 1
), unsealed AS (
    INSERT INTO chain_unsealed (subject, seq) SELECT %(subject)s, %(event_seq)s FROM {moved} RETURNING 1
)"""


def parameters(link: Link, wrapped_key: bytes | None) -> dict[str, Any]:
    """Parameters of EVENT_CTES for one link; the payload leaves here only encrypted under the subject's key."""
    from psycopg.types.json import Jsonb

    event = link.event
    sealed = crypto.encrypt_for(wrapped_key, link.salted_payload) if link.salted_payload else None
    return {
        "subject": event.subject,
        "event_seq": event.seq,
        "kind": event.kind,
        "at": event.at,
        "actor": Jsonb(event.actor),
        "facts": Jsonb(event.facts),
        "payload_digest": event.payload_digest,
        "hash": link.hash,
        "sealed": sealed,
    }


def new_subject() -> tuple[int, bytes]:
    """A new subject: its id and its wrapped key."""
    wrapped = crypto.new_subject_key()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chain_key (subject, wrapped) VALUES (nextval('chain_subject_seq'), %s) RETURNING subject",
            [wrapped],
        )
        return int(cursor.fetchone()[0]), wrapped


def key_of(subject: int) -> bytes | None:
    """The subject's wrapped key; None once erased or never made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT wrapped FROM chain_key WHERE subject = %s", [subject])
        row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] is not None else None


def payloads(subject: int, seqs: Sequence[int] | None = None) -> dict[int, dict[str, Any]]:
    """Private payloads by seq. Empty when the subject was erased."""
    key = key_of(subject)
    if key is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, sealed FROM chain_payload WHERE subject = %s", [subject])
        rows = cursor.fetchall()
    return {
        seq: read_payload(crypto.decrypt_for(key, bytes(sealed))) for seq, sealed in rows if seqs is None or seq in seqs
    }


def erase(subject: int, *, at: datetime) -> None:
    """Make all personal payloads of a subject unreadable for good; its chain stays valid.

    Law: 个人信息保护法 第四十七条 (erasure); whether it is due is the caller's question (retention, legal hold).
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM chain_payload WHERE subject = %s", [subject])
        cursor.execute("UPDATE chain_key SET wrapped = NULL, erased_at = %s WHERE subject = %s", [at, subject])
