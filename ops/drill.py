"""`make drill`: kill parts of a running instance while people file, and see that no acknowledged filing is lost or doubled.

A real instance in a temporary data folder; clients that file complete drafts over HTTP from several threads and repeat,
with the same Idempotency-Key, whatever got no answer; `kill -9` in the midst of it. Afterwards the database is asked,
past the program: is each acknowledged case there once, with one filing in the chain, one piece of work for one desk and
one receipt; and does the chain hold?
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from yukuaiban.config.launch import children

ROOT = Path(__file__).resolve().parent.parent
TODAY = "2026-03-02"  # a Monday whose year's holidays are known
TARGETS = ("web", "postgres", "worker", "ticks")
PAUSE = "0.5"  # seconds between a filing's commit and its answer
DRAFTS = 12  # filed in each round: some are answered and some under way when the kill falls
ANSWERED, IN_FLIGHT = 2, 2  # so many of each
ASK_AGAIN_AFTER = 0.4  # seconds
START_WITHIN, ANSWER_WITHIN, LETTERS_WITHIN = 400.0, 90.0, 90.0
KILLS_A_MINUTE = 4  # the launcher gives up on a process that ends five times within a minute


@dataclass(frozen=True)
class Draft:
    """A complete application that needs only to be filed."""

    id: int
    number: str
    token: str


@dataclass
class Instance:
    """`yukuaiban up` on a data folder.

    Attributes:
        keys: The folder of keys, when they are not the data folder's own.
        web_workers: How many processes serve the web.
    """

    data: Path
    keys: Path | None = None
    web_workers: int = 2
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("YUKUAIBAN_") and k != "DATABASE_URL"}
        return kept | {
            "YUKUAIBAN_DATA": str(self.data),
            "YUKUAIBAN_KEYS": str(self.keys or self.data / "keys"),
            "YUKUAIBAN_TODAY": TODAY,
            "YUKUAIBAN_WEB_WORKERS": str(self.web_workers),
            "DRILL_PAUSE": PAUSE,
        }

    @property
    def said(self) -> str:
        return self._said.read_text(encoding="utf-8", errors="replace")

    @property
    def _said(self) -> Path:
        return self.data.with_name(f"{self.data.name}.said")

    def start(self) -> None:
        """Start it and wait until it serves."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        with self._said.open("wb") as said:
            self.process = process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "tests.drilled", "serve",
                 "--data", str(self.data), "--port", str(self.port), "--no-demo"],
                cwd=ROOT, env=self.environment, stdout=said, stderr=said,
            )  # fmt: skip
        children.wait_until(
            lambda: process.poll() is not None or "Ctrl-C stops" in self.said, seconds=START_WITHIN, every=0.1
        )
        if process.poll() is not None or "Ctrl-C stops" not in self.said:
            raise SystemExit(f"The instance did not start:\n{self.said}")

    def stop(self) -> None:
        """By Ctrl-C, as a person would; by force when that does not help."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Another program on this data folder."""
        return subprocess.run(  # noqa: S603 - our own programs
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def drafts(self, many: int) -> list[Draft]:
        made = self.run("tests.drilled", "drafts", str(many))
        if made.returncode:
            raise SystemExit(f"The drafts could not be made:\n{made.stderr}")
        return [Draft(**one) for one in json.loads(made.stdout)]

    def database(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection past the program, as soon as there is one: the server may be killed and not yet back."""
        address = (self.data / "postgres" / "url").read_text(encoding="utf-8").strip()
        until = time.monotonic() + ANSWER_WITHIN
        while True:
            try:
                return psycopg.connect(address, connect_timeout=5, autocommit=True)
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def rows(self, sql: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        """Ask the database itself. `sql` takes the cases' ids once."""
        with self.database() as database:
            return database.execute(sql.encode(), [list(ids)]).fetchall()

    # --- killing ------------------------------------------------------------------------------------------------------

    def processes(self, name: str) -> list[int]:
        """The process of that name which the launcher watches, and all below it; none while it is being restarted."""
        assert self.process is not None
        for pid in below(self.process.pid):
            with contextlib.suppress(OSError):
                program = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
                output = Path(f"/proc/{pid}/fd/1").readlink().name
                if name == "postgres" and program == "postgres":
                    return [pid]  # the server alone: its children must notice by themselves
                if output == f"{name}.log":
                    return [pid, *below(pid)]
        return []

    def find(self, name: str) -> list[int]:
        """The same, as soon as it runs again."""
        if not children.wait_until(lambda: bool(self.processes(name)), seconds=ANSWER_WITHIN):
            raise SystemExit(f"No process {name} runs:\n{self.said}")
        return self.processes(name)


def below(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(each) for each in task.read_text(encoding="ascii").split()]
    return found


# --- filing -----------------------------------------------------------------------------------------------------------


@dataclass
class Filing:
    """Clients that file drafts and do not give up.

    Attributes:
        acknowledged: Case number -> whether the answer was that of a repeated filing.
        refused: What a client was told that no repeating would change.
    """

    instance: Instance
    drafts: Sequence[Draft]
    acknowledged: dict[str, bool] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    unanswered: int = 0

    def run(self, in_the_midst: Callable[[], None]) -> None:
        """File all, half of them at a time, and call `in_the_midst` meanwhile; ends when every client has ended."""
        with ThreadPoolExecutor(max(len(self.drafts) // 2, 1)) as pool:
            clients = [pool.submit(self._file, draft) for draft in self.drafts]
            in_the_midst()
            for client in clients:
                client.result()

    def _file(self, draft: Draft) -> None:
        until = time.monotonic() + ANSWER_WITHIN
        headers = {"Authorization": f"Bearer {draft.token}", "Idempotency-Key": f"drill-{draft.number}"}
        while time.monotonic() < until:
            status, body = self._post(f"/api/v1/cases/{draft.number}/file", headers)
            if status == 200:
                self.acknowledged[draft.number] = json.loads(body)["code"] is None
                return
            if 400 <= status < 500:
                self.refused.append(f"{draft.number}: {status} {body.decode(errors='replace')[:200]}")
                return
            self.unanswered += 1
            time.sleep(ASK_AGAIN_AFTER)

    def _post(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body; status 0 when there was no whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.instance.port, timeout=30)
        try:
            connection.request("POST", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def kill_in_the_midst(self, name: str) -> None:
        """`kill -9` while some filings are answered and some stand committed but unanswered; web with all its workers.

        When all were answered before, it comes late but it comes.
        """
        ids = [draft.id for draft in self.drafts]
        with self.instance.database() as database:

            def now() -> bool:
                [(filed,)] = database.execute(FILED.encode(), [ids]).fetchall()
                answered = len(self.acknowledged)
                return (answered >= ANSWERED and filed - answered >= IN_FLIGHT) or answered == len(ids)

            if not children.wait_until(lambda: bool(self.acknowledged), seconds=ANSWER_WITHIN, every=0.01):
                raise SystemExit(f"No filing got through:\n{self.refused or self.instance.said}")
            doomed = self.instance.find(name)  # beforehand: the moment is short
            children.wait_until(now, seconds=ANSWER_WITHIN, every=0.01)
            for pid in doomed:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


# --- what is there afterwards -----------------------------------------------------------------------------------------

FILED = "SELECT count(*) FROM cases_case WHERE id = ANY(%s) AND state <> 'draft'"

# Each case: number, state, and how often filing, work and receipt are there.
COUNTS = """
SELECT c.number, c.state,
    (SELECT count(*) FROM chain_event e WHERE e.subject = c.id AND e.kind = 'case.file'),
    (SELECT count(*) FROM cases_work w WHERE w.case_id = c.id),
    (SELECT count(*) FROM letters_letter l WHERE l.subject = c.id AND l.kind = 'receipt')
FROM cases_case c WHERE c.id = ANY(%s)
"""


@dataclass
class Round:
    """One kill in the midst of one batch of filings, and what was found."""

    killed: str
    filing: Filing
    seconds: float = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)

    @property
    def drafts(self) -> Sequence[Draft]:
        return self.filing.drafts

    @property
    def repeated(self) -> int:
        """Filings that were committed when their answer was lost, and were answered when asked again."""
        return sum(self.filing.acknowledged.values())

    @property
    def is_good(self) -> bool:
        every = len(self.filing.acknowledged) == len(self.drafts)
        return every and not (self.lost or self.twice or self.filing.refused)


def drill(instance: Instance, name: str, drafts: Sequence[Draft]) -> Round:
    """File a batch, kill one process while filings are in flight, and count."""
    began = time.monotonic()
    filing = Filing(instance, drafts)
    filing.run(lambda: filing.kill_in_the_midst(name))
    found = Round(name, filing)
    count(instance, found)
    found.seconds = time.monotonic() - began
    return found


def count(instance: Instance, found: Round) -> None:
    """Lost: acknowledged, and something of it is not there. Twice: any of it is there more than once."""
    found.lost, found.twice = [], []
    for number, state, events, work, letters in instance.rows(COUNTS, [draft.id for draft in found.drafts]):
        if max(events, work, letters) > 1:
            found.twice.append(number)
        if number in found.filing.acknowledged and (state != "submitted" or min(events, work) < 1):
            found.lost.append(number)


def receipts_missing(instance: Instance, rounds: Sequence[Round]) -> list[str]:
    """Acknowledged cases without their receipt once the worker has had time to make it."""
    acknowledged = {number for each in rounds for number in each.filing.acknowledged}
    ids = [draft.id for each in rounds for draft in each.drafts if draft.number in acknowledged]

    def missing() -> list[str]:
        return [row[0] for row in instance.rows(COUNTS, ids) if row[4] != 1]

    children.wait_until(lambda: not missing(), seconds=LETTERS_WITHIN, every=0.5)
    return missing()


def chain_fault(instance: Instance) -> str:
    """What `yukuaiban chain verify` says against the chain; nothing when it holds."""
    done = instance.run("yukuaiban.config.cli", "chain", "verify")
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip()


# --- the command ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A data folder that the database's own user can enter."""
    with tempfile.TemporaryDirectory(prefix="yukuaiban-drill-") as name:
        Path(name).chmod(0o711)
        yield Path(name) / "data"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.drill", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2, help="how often each process is killed (default 2)")
    parser.add_argument("--only", choices=TARGETS, action="append", help="only this process; may be repeated")
    wanted = parser.parse_args()
    targets = wanted.only or list(TARGETS)
    rounds: list[Round] = []
    with folder() as data:
        instance = Instance(data)
        say(f"Starting an instance in {data} and loading the city …")
        try:
            instance.start()
            drafts = iter(instance.drafts(wanted.rounds * len(targets) * DRAFTS))
            say(f"{'killed':10} {'filed':>5} {'no answer':>9} {'repeated':>8} {'lost':>5} {'twice':>5} {'seconds':>8}")
            for number in range(wanted.rounds):
                for name in targets:
                    if number and len(rounds) % KILLS_A_MINUTE == 0:
                        time.sleep(20)  # the launcher must not take the drill for a process that cannot live
                    rounds.append(done := drill(instance, name, [next(drafts) for _n in range(DRAFTS)]))
                    say(
                        f"{name:10} {len(done.filing.acknowledged):5} {done.filing.unanswered:9} {done.repeated:8}"
                        f" {len(done.lost):5} {len(done.twice):5} {done.seconds:8.1f}"
                    )
                    for told in done.filing.refused:
                        say(f"  refused: {told}")
            missing = receipts_missing(instance, rounds)
            for each in rounds:
                count(instance, each)  # nothing that came later may have made anything twice
            fault = chain_fault(instance)
        finally:
            instance.stop()
    say(f"receipts missing: {len(missing)}; the chain {f'does not hold: {fault}' if fault else 'holds'}")
    return 0 if all(each.is_good for each in rounds) and not missing and not fault else 1


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
