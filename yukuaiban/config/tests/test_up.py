"""`yukuaiban up` as a person runs it: two side by side, a second start, the end by Ctrl-C and by `kill -9`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from yukuaiban.config.launch import children

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
# The command itself, without the steps that have tests of their own and take long.
COMMAND = """
import sys
from yukuaiban.config.cli import main
from yukuaiban.config.launch import steps
steps.STEPS = [step for step in steps.STEPS if step.title in {"migrations", "keys"}]
sys.exit(main(sys.argv[1:]))
"""


@dataclass
class Instance:
    data: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def said(self) -> str:
        return (self.data.parent / f"{self.data.name}.said").read_text()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def family(self) -> list[int]:
        """Every process below it."""
        found, look = [], [self.process.pid]
        while look:
            parent = look.pop()
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                below = [int(pid) for pid in task.read_text().split()]
                found += below
                look += below
        return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def start(folder: Path, database: str, *more: str, port: int | None = None) -> Instance:
    port = port or free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YUKUAIBAN_")}
    environment |= {"DATABASE_URL": database, "YUKUAIBAN_WEB_WORKERS": "1"}
    command = [sys.executable, "-c", COMMAND, "up", "--data", str(folder), "--port", str(port), "--no-demo", *more]
    with (folder.parent / f"{folder.name}.said").open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
    return Instance(folder, port, process)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="yukuaiban-up-") as name:
        yield Path(name)


def watched(instance: Instance) -> list[int]:
    """Its own children: web, worker and ticks, once nothing else is under way."""
    return [
        int(pid)
        for pid in Path(f"/proc/{instance.process.pid}/task/{instance.process.pid}/children").read_text().split()
    ]


def ready(instance: Instance) -> bool:
    ended = instance.process.poll() is not None
    return ended or "Ctrl-C stops everything" in instance.said


@pytest.fixture
def running(folder, another_database) -> Iterator[list[Instance]]:
    """Two instances with their own folder, port and database."""
    both = [start(folder / name, another_database("bare")) for name in ("one", "two")]
    try:
        for each in both:
            assert children.wait_until(lambda each=each: ready(each), seconds=120), each.said
            assert each.process.poll() is None, each.said
        yield both
    finally:
        for each in both:
            each.process.kill()
            each.process.wait()


def test_two_run_side_by_side_and_each_ends_in_order_by_its_own_ctrl_c(running, folder):
    one, two = running
    assert one.answers()
    assert two.answers()
    assert f"http://127.0.0.1:{one.port}/" in one.said

    again = start(one.data, "postgresql://unused/none", port=free_port())
    assert again.process.wait(60) == 1
    assert again.said.count("\n") == 1
    assert f"already runs on {one.data}: http://127.0.0.1:{one.port}" in again.said

    taken = start(folder / "three", "postgresql://unused/none", port=two.port)
    assert taken.process.wait(60) == 1
    assert f"Port {two.port} of 127.0.0.1 is in use" in taken.said

    family = one.family()
    assert len(family) >= 4  # web and its worker, jobs, ticks
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(30) == 0
    assert not any(map(children.alive, family))
    assert "Traceback" not in one.said
    assert not one.answers()
    assert two.answers()

    two.process.send_signal(signal.SIGTERM)
    assert two.process.wait(30) == 0


def test_what_is_killed_comes_back_and_nothing_outlives_a_killed_parent(running):
    one, two = running
    two.process.terminate()
    assert children.wait_until(lambda: len(watched(one)) == 3, seconds=30), "who announced the address is gone"
    for pid in watched(one):
        os.kill(pid, signal.SIGKILL)
    assert children.wait_until(lambda: one.said.count("is started again") == 3, seconds=30), one.said
    assert children.wait_until(one.answers, seconds=30), one.said

    family = one.family()
    one.process.kill()
    one.process.wait()
    assert children.wait_until(lambda: not any(map(children.alive, family)), seconds=5)
    assert not one.answers()
