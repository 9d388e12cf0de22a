"""What a check of a file can find."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yukuaiban.documents.signing.keys import Withdrawal

MAX_BYTES = 20 * 1024 * 1024  # no document of ours comes near it


class Outcome(StrEnum):
    UNCHANGED = "unchanged"  # signed by us, not one byte differs
    CHANGED = "changed"  # signed, and altered afterwards
    WITHDRAWN = "withdrawn"  # intact, but under a key that is no longer trusted
    FOREIGN = "foreign"  # intact, but not signed by us
    UNSIGNED = "unsigned"  # a PDF without a signature
    UNREADABLE = "unreadable"  # not a PDF that can be read


@dataclass(frozen=True, slots=True)
class FileCheck:
    outcome: Outcome
    digest: str  # SM3 of the file, hexadecimal: the name under which storage keeps it
    signed_at: datetime | None = None  # as the signature states it
    signed_by: str = ""
    reason: str = ""
    key_id: str = ""
    withdrawn: Withdrawal | None = None


def digest_of(pdf: bytes) -> str:
    return hashlib.new("sm3", pdf).hexdigest()
