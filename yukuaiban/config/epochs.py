"""One row that tells every process what has changed: the catalogue, revocations, settings.

Whoever changes one of these raises its epoch in the same transaction. Each process looks at the row at most once a
second, when a request asks; between looks it uses what it remembers. When the database does not answer, memory counts
for at most five seconds and then nothing does: `Stale` tells the caller to ask the database for the thing itself.

    seen = epochs.current()
    if seen.catalogue != self._catalogue: ...read again...
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.db import DatabaseError, connection, models

POLL_SECONDS = 1.0
STALE_SECONDS = 5.0

Name = Literal["catalogue", "revocations", "settings"]
_RAISE = {
    name: f"UPDATE epochs SET {name} = {name} + 1 RETURNING {name}"  # noqa: S608  # three fixed names
    for name in ("catalogue", "revocations", "settings")
}


class Stale(Exception):
    """The epochs could not be read for too long: what a process remembers may no longer be trusted."""


class Epochs(models.Model):
    """The one row. Never written but by `advance`."""

    catalogue = models.BigIntegerField(default=0)
    revocations = models.BigIntegerField(default=0)
    settings = models.BigIntegerField(default=0)

    class Meta:
        db_table = "epochs"
        constraints = [models.CheckConstraint(name="there_is_one_row_of_epochs", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"{self.catalogue}/{self.revocations}/{self.settings}"


@dataclass(frozen=True, slots=True)
class Seen:
    """The epochs as a process last saw them."""

    catalogue: int
    revocations: int
    settings: int


def advance(name: Name) -> int:
    """Raise an epoch within the caller's transaction; other processes see it within a second of the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE[name])
        row = cursor.fetchone()
    _watch.forget()
    return int(row[0])


def read() -> Seen:
    """The epochs as they stand in the database now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalogue, revocations, settings FROM epochs")
        return Seen(*cursor.fetchone())


class Watch:
    """What one process remembers of the epochs, and for how long it may."""

    def __init__(
        self,
        read: Callable[[], Seen] = read,
        clock: Callable[[], float] = time.monotonic,
        is_committed: Callable[[], bool] = lambda: not connection.in_atomic_block,
    ) -> None:
        self._read, self._clock, self._is_committed = read, clock, is_committed
        self._lock = threading.Lock()
        self._seen: Seen | None = None
        self._seen_at = 0.0

    def current(self) -> Seen:
        """The epochs, at most a second old; at most five where the database does not answer.

        Raises: Stale.
        """
        seen, age = self._seen, self._clock() - self._seen_at
        if seen is not None and age < POLL_SECONDS:
            return seen
        # one thread looks while the others go on with what is known, as long as that is young enough
        if not self._lock.acquire(blocking=seen is None or age >= STALE_SECONDS):
            return seen if seen is not None else self.current()
        try:
            return self._look()
        finally:
            self._lock.release()

    def forget(self) -> None:
        self._seen = None

    def _look(self) -> Seen:
        asked_at = self._clock()
        if self._seen is not None and asked_at - self._seen_at < POLL_SECONDS:
            return self._seen  # another thread was first
        try:
            seen = self._read()
        except DatabaseError as error:
            if self._seen is None or asked_at - self._seen_at >= STALE_SECONDS:
                raise Stale("The epochs could not be read.") from error
            return self._seen
        if self._is_committed():  # what only this transaction sees may still be rolled back: use it, do not keep it
            self._seen, self._seen_at = seen, asked_at
        return seen


_watch = Watch()
_others: list[Callable[[], None]] = []


def current() -> Seen:
    """The epochs as this process knows them. Raises: Stale."""
    return _watch.current()


def forget() -> None:
    """Look again at the next question, and drop what else was kept under epochs: another database stands behind us."""
    _watch.forget()
    for drop in _others:
        drop()


def also_forget(drop: Callable[[], None]) -> None:
    """Register what must be dropped together with the epochs."""
    _others.append(drop)
