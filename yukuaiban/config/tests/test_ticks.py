"""What happens by itself: again and again, alone where it must be, past every fault, until told to stop."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.db import connection

from yukuaiban.config import ticks
from yukuaiban.config.launch import children
from yukuaiban.config.ticks import LOCKS, Tick, keep_running, run_once

CALLS: list[float] = []
ANSWERS: list[object] = []


def count() -> object:
    CALLS.append(time.monotonic())
    answer = ANSWERS.pop(0) if ANSWERS else 0
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.fixture(autouse=True)
def _nothing_counted():
    CALLS.clear()
    ANSWERS.clear()


def tick(every: float, *, alone: bool = False) -> Tick:
    return Tick("counting", every, f"{__name__}:count", alone=alone)


def run_until(each: Tick, true: Callable[[], bool]) -> None:
    """Keep a tick running until something holds; then tell it to stop, which it must do at once."""
    stopping = threading.Event()
    thread = threading.Thread(target=keep_running, args=(each, stopping))
    thread.start()
    came = children.wait_until(true, seconds=20)
    stopping.set()
    thread.join(20)
    assert came
    assert not thread.is_alive()


def test_it_is_called_every_so_often():
    run_until(tick(0.1), lambda: len(CALLS) >= 3)
    assert all(later - earlier >= 0.1 for earlier, later in pairwise(CALLS))


def test_work_found_means_the_next_call_follows_at_once():
    ANSWERS.extend([500, 500, 3])
    run_until(tick(3600), lambda: len(CALLS) >= 4)
    assert len(CALLS) == 4


def test_a_fault_is_survived():
    ANSWERS.extend([RuntimeError("no"), 0])
    run_until(tick(0.01), lambda: len(CALLS) >= 3)


def test_told_to_stop_it_does_not_wait_for_its_next_time():
    began = time.monotonic()
    run_until(tick(3600), lambda: len(CALLS) == 1)
    assert time.monotonic() - began < 60


@pytest.mark.django_db(transaction=True)
def test_what_must_run_alone_waits_for_no_one_and_leaves_it_to_the_other():
    import zlib

    import psycopg

    key = zlib.crc32(b"counting") - 2**31
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, key])
        assert run_once(tick(1, alone=True)) is None
        assert not CALLS
        other.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, key])
        assert run_once(tick(1, alone=True)) == 0
        assert len(CALLS) == 1


def test_every_tick_of_the_house_is_there():
    """A tick whose function is missing would be silently left out."""
    for each in ticks.TICKS:
        assert callable(each.function()), each.name
    assert ticks.present() == ticks.TICKS


def test_sigterm_ends_the_process_in_order():
    script = f"""
import sys
from yukuaiban.config import ticks
print("ready", flush=True)
sys.exit(ticks.run([ticks.Tick("counting", 3600, "{__name__}:count", alone=False)]))
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as running:
        assert running.stdout.readline() == b"ready\n"
        time.sleep(0.3)
        running.terminate()
        assert running.wait(10) == 0
