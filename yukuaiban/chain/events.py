"""One event and its hash: pure functions."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from yukuaiban.vault import sm3

GENESIS = bytes(32)  # the hash before the first event
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a subject, without personal data.

    Attributes:
        subject: From the sequence `chain_subject_seq`.
        seq: 1 for the first event of the subject, without gaps.
        kind: `case.accept`, `licence.issue`, ...
        at: Aware instant, to the microsecond.
        actor: Who acted, by ids only: `{"kind": "officer", "post": 7}`.
        facts: Non-personal facts: dates, counts, codes, keys. No floating point numbers.
        payload_digest: SM3 of salt and private payload, or None when there is none.
    """

    subject: int
    seq: int
    kind: str
    at: datetime
    actor: dict[str, Any]
    facts: dict[str, Any]
    payload_digest: bytes | None

    def canonical(self) -> bytes:
        """The event as RFC 8785 bytes: what is hashed."""
        return rfc8785.dumps(
            {
                "subject": self.subject,
                "seq": self.seq,
                "kind": self.kind,
                "at": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "actor": self.actor,
                "facts": self.facts,
                "payload": self.payload_digest.hex() if self.payload_digest else None,
            }
        )

    def hash_after(self, previous: bytes) -> bytes:
        return sm3(previous + self.canonical())


@dataclass(frozen=True, slots=True)
class Link:
    """An event that is ready to be written: its hash, and the salted payload that is to be encrypted beside it."""

    event: Event
    hash: bytes
    salted_payload: bytes | None


def link(
    *,
    subject: int,
    seq: int,
    previous: bytes,
    kind: str,
    at: datetime,
    actor: dict[str, Any],
    facts: dict[str, Any],
    payload: dict[str, Any] | None,
) -> Link:
    """The next link of a subject's chain.

    Args:
        seq: Of this event; `previous` is the hash of the event before it (GENESIS for the first).
        payload: Personal data that belong to the event; only their salted digest enters the chain.
    """
    salted = None
    if payload:
        salted = secrets.token_bytes(SALT_BYTES) + json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()
    event = Event(subject, seq, kind, at, actor, facts, sm3(salted) if salted else None)
    return Link(event, event.hash_after(previous), salted)


def read_payload(salted: bytes) -> dict[str, Any]:
    """The payload without its salt."""
    data: dict[str, Any] = json.loads(salted[SALT_BYTES:])
    return data
