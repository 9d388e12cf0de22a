"""Progress a person can follow: one line a step, rewritten in place on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

EVERY_ON_TERMINAL, EVERY_IN_LOG = 0.1, 10.0  # seconds between two lines of the same step

to_stderr = False  # set where standard output is for a program


def _out() -> TextIO:
    return sys.stderr if to_stderr else sys.stdout


class Step:
    """One step with its title, what it is at, and the time it has taken."""

    def __init__(self, title: str) -> None:
        self.title, self.began = title, time.monotonic()
        self.terminal = _out().isatty()
        self.shown = self.began
        self.open = False
        self.note = ""
        if self.terminal:
            self._write("…", "")

    def progress(self, what: object = "") -> None:
        """Say what it is at; shown at most ten times a second, in a log every ten seconds."""
        self.note = str(what) or self.note
        now = time.monotonic()
        if now - self.shown >= (EVERY_ON_TERMINAL if self.terminal else EVERY_IN_LOG):
            self.shown = now
            self._write("…", self.note)

    def done(self, what: object = "") -> None:
        self._write("✓", str(what))
        self._end()

    def failed(self) -> None:
        self._write("✗", "")
        self._end()

    def _write(self, mark: str, what: str) -> None:
        line = f"{mark} {self.title:<24}{time.monotonic() - self.began:6.1f} s  {what}".rstrip()
        if self.terminal:
            width = shutil.get_terminal_size().columns
            _out().write(f"\r\x1b[2K{line[: width - 1]}")
            self.open = True
        else:
            _out().write(f"{line}\n")
        _out().flush()

    def _end(self) -> None:
        if self.open:
            _out().write("\n")
            _out().flush()
            self.open = False


@contextmanager
def step(title: str) -> Iterator[Step]:
    """A step that ends with a tick; with a cross if it raised.

    with step("packs") as at:
        at.progress("3 of 40 files")
        at.note = "40 files"        # shown at the end
    """
    at = Step(title)
    try:
        yield at
    except BaseException:
        at.failed()
        raise
    at.done(at.note)
