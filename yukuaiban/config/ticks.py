"""What happens by itself, every so often: the outbox leaves, what the law lets lapse lapses, the chain is sealed.

`yukuaiban ticks` runs them, one thread each, so that a slow one never holds up another. A tick marked `alone` runs in
one process of the whole city at a time, however many machines run `yukuaiban ticks`.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import structlog

log = structlog.get_logger("yukuaiban.ticks")

LOCKS = 0x594B  # the first half of the advisory locks of ticks; the second is made from the name
LONGEST_PAUSE_AFTER_FAULT = 30.0


@dataclass(frozen=True)
class Tick:
    """A function called every so often.

    Args:
        name: For logs and for the lock.
        every: Seconds between the end of one call and the next. A call that returns a number above zero says that
            there was work, and perhaps more: the next one follows at once.
        call: `module:function`, without arguments.
        alone: Whether only one process may run it at a time.
    """

    name: str
    every: float
    call: str
    alone: bool = True

    def function(self) -> Callable[[], object]:
        module, name = self.call.split(":")
        function: Callable[[], object] = getattr(import_module(module), name)
        return function


TICKS: list[Tick] = [
    Tick("outbox", 0.5, "yukuaiban.outbox.relay:relay", alone=False),
    Tick("timers", 1.0, "yukuaiban.cases.timers:tick"),
    Tick("seals", 10.0, "yukuaiban.chain.sealing:tick"),
    Tick("stalled jobs", 30.0, "yukuaiban.config.jobs:retry_stalled"),
    Tick("what cases really took", 6 * 3600.0, "yukuaiban.cases.figures:count"),
    Tick("what people left behind", 3600.0, "yukuaiban.people.tidying:sweep"),
    Tick("expired sessions", 3600.0, "yukuaiban.config.jobs:clear_sessions"),
    Tick("files that no row names", 3600.0, "yukuaiban.materials.services:tidy"),
]


def present() -> list[Tick]:
    """The ticks whose part of the house is installed."""
    return [tick for tick in TICKS if find_spec(tick.call.partition(":")[0])]


def run_once(tick: Tick) -> object:
    """Call one tick, under its lock; None if another process has it."""
    from django.db import connection

    function = tick.function()
    if not tick.alone:
        return function()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, _key(tick.name)])
        if not cursor.fetchone()[0]:
            return None
    try:
        return function()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, _key(tick.name)])


@contextlib.contextmanager
def held(name: str) -> Iterator[None]:
    """Keep a tick that runs alone from running anywhere while the block runs; waits for one that does."""
    from django.db import connection

    assert any(tick.name == name and tick.alone for tick in TICKS), name
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, _key(name)])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, _key(name)])


def _key(name: str) -> int:
    return zlib.crc32(name.encode()) - 2**31


def keep_running(tick: Tick, stopping: threading.Event) -> None:
    """One tick, again and again, until told to stop. A fault is logged and tried again, ever later up to 30 seconds."""
    from django.db import connection

    faults = 0
    while not stopping.is_set():
        try:
            worked = run_once(tick)
        except Exception:
            log.exception("tick failed", tick=tick.name)
            connection.close()  # whatever state it is in, the next call begins with a fresh one
            faults += 1
            stopping.wait(min(tick.every * 2**faults, LONGEST_PAUSE_AFTER_FAULT))
            continue
        faults = 0
        if not (isinstance(worked, int) and worked > 0):
            stopping.wait(tick.every)
    connection.close()


def run(ticks: list[Tick] | None = None, *, patience: float = 8) -> int:
    """Run all ticks until SIGTERM or SIGINT; then let each finish what it is doing. The exit code."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threads = [
        threading.Thread(target=keep_running, args=(tick, stopping), name=tick.name, daemon=True)
        for tick in (present() if ticks is None else ticks)
    ]
    for thread in threads:
        thread.start()
    stopping.wait()
    for thread in threads:
        thread.join(patience)
    left = [thread.name for thread in threads if thread.is_alive()]
    if left:
        log.warning("ticks did not end in time", ticks=left)
    return 1 if left else 0
