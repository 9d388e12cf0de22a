"""Keep a set of processes running: start them in order, restart one that died, stop them all in reverse order."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from yukuaiban.config.launch import StartRefused, children

CRASHES_ALLOWED, WITHIN_SECONDS = 5, 60.0
LOOK_EVERY = 0.2


class StopAsked(BaseException):
    """Ctrl-C, or a signal to end. Not an Exception, so that nothing on the way takes it for a fault."""


@dataclass
class Watched:
    """One process: how to start it, the child it is now, how to ask it to stop."""

    name: str
    start: Callable[[], children.Child]
    ask: signal.Signals = signal.SIGTERM
    patience: float = 10
    child: children.Child | None = None
    crashes: deque[float] = field(default_factory=lambda: deque(maxlen=CRASHES_ALLOWED))

    def stop(self) -> None:
        if self.child is not None:
            children.stop(self.child, ask=self.ask, patience=self.patience)
            self.child = None


@dataclass
class Supervisor:
    """Processes in the order they were added; stopped in the reverse of it.

    Args:
        say: Called with one line when something happened that a person should know.
    """

    say: Callable[[str], None]
    watched: list[Watched] = field(default_factory=list)

    def add(self, watched: Watched) -> None:
        """Take over a process; started here unless it runs already."""
        self.watched.append(watched)
        if watched.child is None:
            watched.child = watched.start()

    def watch(self) -> None:
        """Until StopAsked: restart whatever ends.

        Raises: StartRefused, when one process keeps dying.
        """
        while True:
            for each in self.watched:
                if each.child is not None and children.ended(each.child):
                    self._again(each)
            time.sleep(LOOK_EVERY)

    def _again(self, each: Watched) -> None:
        each.stop()  # collects it, and whatever it left behind
        now = time.monotonic()
        each.crashes.append(now)
        if len(each.crashes) == CRASHES_ALLOWED and now - each.crashes[0] < WITHIN_SECONDS:
            raise StartRefused(f"{each.name} ended {CRASHES_ALLOWED} times within a minute, so everything was stopped.")
        self.say(f"{each.name} ended unexpectedly and is started again")
        each.child = each.start()

    def stop(self) -> None:
        """Stop everything in reverse order; a second signal meanwhile kills what is left at once."""
        for each in reversed(self.watched):
            each.stop()

    def kill(self) -> None:
        for each in reversed(self.watched):
            if each.child is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(each.child.pid, each.ask)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Turn the signals that end a program into StopAsked, in the main thread, for as long as the block runs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(number: int, frame: object) -> None:
        ignore()  # once is enough: what follows is the orderly end
        raise StopAsked(number)

    def ignore() -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)

    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for each in before:
        signal.signal(each, asked)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        sys.stdout.flush()
