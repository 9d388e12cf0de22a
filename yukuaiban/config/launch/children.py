"""Child processes that never outlive us, and that stop within a known time."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)  # loaded before any fork


def die_with_parent(sent: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel (Linux) to send this process a signal when its parent dies, even by `kill -9`."""
    with contextlib.suppress(AttributeError):
        LIBC.prctl(PR_SET_PDEATHSIG, int(sent), 0, 0, 0)


def dying_with(parent: int, sent: signal.Signals) -> Callable[[], None]:
    """What a child runs between fork and exec: set the wish above, and do not start at all if the parent is gone."""

    def before_exec() -> None:
        die_with_parent(sent)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


class Child(Protocol):
    """What we need of a child: `subprocess.Popen` for a program, `Forked` for a function of ours."""

    pid: int
    returncode: int | None

    def send_signal(self, sig: int) -> None: ...
    def wait(self) -> int: ...


class Forked:
    """A function of this program running in a child, with everything imported so far and nothing imported twice.

    Fork only while this process has one thread and no connection; `run` returns the exit code.
    """

    def __init__(self, run: Callable[[], int | None], *, output: Path | None = None) -> None:
        self.returncode: int | None = None
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(_child(run, parent, output))

    def send_signal(self, sig: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def wait(self) -> int:
        if self.returncode is None:
            _, status = os.waitpid(self.pid, 0)
            self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def _child(run: Callable[[], int | None], parent: int, output: Path | None) -> int:
    """In the child: a session of its own, the parent's death as a signal, default handlers, its own output."""
    code: int | None = 1
    try:
        os.setsid()
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        dying_with(parent, signal.SIGTERM)()
        if output is not None:
            stream = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(stream, 1)
            os.dup2(stream, 2)
            os.close(stream)
            sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
            sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
        code = run()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
    return code or 0


def start(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | Path | None = None,
    output: IO[Any] | int | None = None,
    user: int | None = None,
    group: int | None = None,
    orphaned: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches us alone and we decide the order of stopping.

    Args:
        output: Where its output and errors go; ours when None.
        user, group: Whom to run as; only root may say.
        orphaned: The signal the kernel sends it should we die.
    """
    return subprocess.Popen(  # noqa: S603 - our own commands
        [str(part) for part in command],
        env=dict(env) if env is not None else None,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=[] if user is not None else None,
        preexec_fn=dying_with(os.getpid(), orphaned),
    )


def ended(child: Child) -> bool:
    """Whether a child has ended, without collecting it: until we do, its number cannot be given to another process."""
    if child.returncode is not None:
        return True
    try:
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
    except ChildProcessError:
        return True


def stop(child: Child, *, ask: signal.Signals = signal.SIGTERM, patience: float = 10) -> bool:
    """Ask a child to end, wait, then kill it and whatever it left behind. True if it ended by itself."""
    if child.returncode is not None:
        return True
    if not ended(child):
        child.send_signal(ask)
    by_itself = wait_until(lambda: ended(child), seconds=patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return by_itself


def alive(pid: int) -> bool:
    """Whether a process with this number exists and is not merely waiting to be collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    except (OSError, IndexError):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            return True
        return False
    return state != "Z"


def wait_until(true: Callable[[], bool], *, seconds: float, every: float = 0.02) -> bool:
    """Whether `true` came true within so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
