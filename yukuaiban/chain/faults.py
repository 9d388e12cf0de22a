"""What a look at the chain finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that does not hold."""

    subject: int
    seq: int
    what: str  # altered | removed | inserted | payload_altered | head_differs | seal_differs
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    subjects: int
    events: int
    fault: Fault | None

    @property
    def holds(self) -> bool:
        return self.fault is None
