"""The instance that is measured: its own data folder, the city loaded once, `yukuaiban up`, and what its processes use."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yukuaiban.config.launch import children

ROOT = Path(__file__).resolve().parent.parent
TODAY = "2026-03-02"  # a Monday whose year's holidays are known: the city does not grow old between two runs
START_WITHIN = 600.0
GROUPS = ("web", "worker", "ticks", "database")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Instance:
    data: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        dropped = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
        kept = {k: v for k, v in os.environ.items() if not k.startswith("YUKUAIBAN_") and k not in dropped}
        workers = {k: v for k, v in os.environ.items() if k == "YUKUAIBAN_WEB_WORKERS"}
        return kept | workers | {"YUKUAIBAN_DATA": str(self.data), "YUKUAIBAN_TODAY": TODAY, "YUKUAIBAN_DEMO": "0"}

    def run(self, *command: str, quiet: bool = False) -> None:
        """A program of ours on this data folder; ends everything when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=quiet,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed\n{done.stderr or ''}")

    def load(self, people: int, organisations: int, cases: int) -> None:
        """The synthetic city, once for a data folder."""
        stamp = self.data / "city-is-loaded"
        if stamp.exists():
            return
        self.data.mkdir(parents=True, exist_ok=True)
        self.run("yukuaiban.config.cli", "prepare")
        size = ["--people", str(people), "--organisations", str(organisations), "--cases", str(cases), "--seed", "1"]
        self.run("yukuaiban.config.cli", "synth", *size)
        stamp.write_text(f"{people} {organisations} {cases}\n", encoding="ascii")

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """`yukuaiban up`, and stopped by Ctrl-C as a person would."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        said = self.data / "bench-up.log"
        with said.open("wb") as output:
            command = [sys.executable, "-m", "yukuaiban.config.cli", "up", "--port", str(self.port), "--no-demo"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=output,
                preexec_fn=children.dying_with(os.getpid(), signal.SIGTERM),
            )  # fmt: skip
        process = self.process

        def up() -> bool:
            return process.poll() is not None or b"Ctrl-C stops" in said.read_bytes()

        try:
            if not children.wait_until(up, seconds=START_WITHIN, every=0.1) or process.poll() is not None:
                raise SystemExit(f"The instance did not start:\n{said.read_text(encoding='utf-8')}")
            yield
        finally:
            self.go_on()
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60)
            if process.poll() is None:
                process.kill()
                process.wait()

    # --- its processes ------------------------------------------------------------------------------------------------

    def processes(self) -> dict[str, list[int]]:
        """Process numbers by what they do."""
        assert self.process is not None
        found: dict[str, list[int]] = {group: [] for group in GROUPS}
        for pid in _below(self.process.pid):
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == "postgres":
                    found["database"].append(pid)
                elif (name := Path(f"/proc/{pid}/fd/1").readlink().stem) in found:
                    found[name].append(pid)
        return found

    def used(self) -> dict[str, float]:
        """CPU seconds so far by what the processes do, with those of the children they have buried."""
        total = {}
        for group, pids in self.processes().items():
            total[group] = 0.0
            for pid in pids:
                with contextlib.suppress(OSError, IndexError):
                    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                    total[group] += sum(map(int, fields[11:15])) / TICK
        return total

    def memory(self) -> dict[str, float]:
        """MB by what the processes do; what is shared is divided among those who share it."""
        total = {}
        for group, pids in self.processes().items():
            total[group] = 0.0
            for pid in pids:
                with contextlib.suppress(OSError, StopIteration):
                    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
                    total[group] += int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1024
        return total

    def pause(self) -> None:
        """Worker and ticks hold still, so that what follows from one measurement is not paid by the next."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        with contextlib.suppress(Exception):
            self._signal(signal.SIGCONT)

    def _signal(self, sent: signal.Signals) -> None:
        found = self.processes()
        for pid in found["worker"] + found["ticks"]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sent)
        time.sleep(0.2)


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text(encoding="ascii").split():
                found += [int(child), *_below(int(child))]
    return found
