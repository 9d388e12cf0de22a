"""Measure: load the city once, then everything in turn, several rounds, medians; print a table, keep the figures."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.instance import GROUPS, ROOT, Instance
from bench.limit import CLIENTS, nothing_follows, pgbench, wipe
from yukuaiban.config.launch.cluster import Cluster

FULL = (10_000_000, 2_500_000, 5_000_000)
WARM_UP = 0.5
WARMING = 5.0
CONNECTIONS = 16
SIGNED_IN = 48  # people who ask for one endpoint again and again
POOL = {"file": 12_000, "file_all": 1_500}  # drafts that pgbench gets for a second; it says so when they do not last


@dataclass
class Run:
    """One run of everything."""

    instance: Instance
    rounds: int
    seconds: float
    spec: dict[str, Any] = field(default_factory=dict)
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    filed: int = 0  # drafts used up
    pooled: int = 0

    def note(self, name: str, found: dict[str, Any]) -> None:
        self.results.setdefault(name, []).append(found)
        say(f"  {name:24} {found['rate']:9.1f}/s" + (f"  p99 {found['p99_ms']} ms" if "p99_ms" in found else ""))

    # --- the limit ----------------------------------------------------------------------------------------------------

    def limit_my_cases(self) -> None:
        known = self.spec["limit"]["my_cases"]
        parties = known["parties"]
        self.pgbench(
            "pgbench: my cases",
            [f"\\set party random({parties['first']}, {parties['first'] + parties['many'] - 1})"],
            known["statements"],
            {},
        )

    def limit_file(self, which: str, name: str) -> None:
        pool = self.spec["pool"]
        share = int(POOL[which] * self.seconds / CLIENTS)
        start = {"n": -1, "begin": self.pooled}
        lines = [
            "\\set n :n + 1",
            f"\\set k :begin + :client_id * {share} + :n",
            f"\\set id {pool['first']} + :k",
            f"\\set account {pool['account']} + :k",
            f"\\set party {pool['party']} + :k",
        ]
        self.pooled += share * CLIENTS
        if self.pooled > pool["many"]:
            raise SystemExit(
                f"pgbench has {pool['many']} drafts; {self.pooled} are needed: take fewer or shorter rounds."
            )
        found = self.pgbench(name, lines, self.spec["limit"][which]["statements"], start)
        found["ran_dry"] = found["requests"] > share * CLIENTS * 0.9  # then some clients moved nothing

    def pgbench(
        self, name: str, lines: list[str], statements: list[dict[str, Any]], start: dict[str, int]
    ) -> dict[str, Any]:
        before = self.instance.used()
        found = pgbench(
            Cluster(self.instance.data),
            self.instance.data,
            name.replace(": ", "-").replace(" ", "-"),
            lines,
            statements,
            start,
            self.seconds,
        )
        after = self.instance.used()
        found["cpu_ms"] = {"database": (after["database"] - before["database"]) * 1000 / max(found["requests"], 1)}
        self.note(name, found)
        return found

    # --- the service --------------------------------------------------------------------------------------------------

    def get(self, name: str, paths: list[str], people: str = "users") -> None:
        self.generate(name, {"mode": "get", "paths": paths, "people": self.spec[people][:SIGNED_IN], "drafts": []})

    def file(self, seconds: float = 0) -> None:
        drafts = self.take(self.rounds - len(self.results.get("file", [])) + 1, 1)
        people = self.spec["users"][: max(n for n, _number in self.spec["drafts"]) + 1]
        self.generate("file", {"mode": "file", "people": people, "drafts": drafts}, seconds)

    def visit(self, seconds: float = 0) -> None:
        drafts = self.take(self.rounds - len(self.results.get("visit", [])) + 1, 4)
        job = {"mode": "visit", "people": self.spec["users"], "drafts": drafts, "pages": self.spec["pages"]}
        self.generate("visit", job, seconds)

    def take(self, times: int, part: int) -> list[Any]:
        """Drafts that nobody filed yet: so many that they last for `times` more, or a part of that."""
        left = self.spec["drafts"][self.filed :]
        many = max(len(left) // (times * part), 1)
        self.filed += many
        return list(left[:many])

    def generate(self, name: str, job: dict[str, Any], seconds: float = 0) -> None:
        """Let the load generator do a job and note what came of it; with `seconds`, only to warm up."""
        job |= {
            "port": self.instance.port,
            "connections": CONNECTIONS,
            "seconds": seconds or self.seconds,
            "warm_up": WARM_UP,
            "sign_in": self.spec["pages"]["my_cases"],
            "seed": len(self.results.get(name, [])) + 1,
        }
        child = subprocess.Popen([sys.executable, "-m", "bench.generator"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdin.write(json.dumps(job).encode())
        child.stdin.close()
        child.stderr.readline()  # the warm-up is over
        before = self.instance.used()
        said = child.stdout.read()
        after = self.instance.used()
        if child.wait() or not said:
            raise SystemExit(f"The load generator failed:\n{child.stderr.read().decode()}")
        found = json.loads(said)
        many = max(found["requests"], 1)
        found["cpu_ms"] = {group: (after[group] - before[group]) * 1000 / many for group in GROUPS}
        found["generator_cpu_ms"] = found.pop("cpu") * 1000 / many
        found["memory_mb"] = self.instance.memory()
        if seconds:
            return
        if found["wrong"]:
            say(f"    wrong answers: {found['wrong']}")
        self.note(name, found)

    # --- all of it ----------------------------------------------------------------------------------------------------

    def everything(self) -> None:
        spec, instance = self.spec, self.instance
        say("warming up")  # each process reads the catalogue and compiles its templates once
        self.visit(WARMING)
        self.file(WARMING)
        for number in range(self.rounds):
            say(f"round {number + 1} of {self.rounds}")
            instance.pause()
            self.limit_my_cases()
            self.get("my cases", [spec["pages"]["my_cases"]])
            self.limit_file("file", "pgbench: file")
            self.limit_file("file_all", "pgbench: file, all")
            asked = sum(self.results[name][-1]["requests"] for name in ("pgbench: file", "pgbench: file, all"))
            filed = wipe(Cluster(instance.data), everything=False)
            if filed < asked:
                raise SystemExit(f"pgbench filed {filed} cases with {asked} transactions: that is no limit.")
            self.file()
            self.get("page of my cases", [spec["pages"]["my_cases_page"]])
            if spec["officers"]:
                desk = spec["pages"]["desk"]
                self.get("desk list", [desk], "officers")
                self.get("desk search", [f"{desk}?q={name}" for name in spec["names"]], "officers")
            nothing_follows(Cluster(instance.data))
            instance.go_on()
            self.visit()


def summary(results: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Medians over the rounds."""
    found = {}
    for name, rounds in results.items():
        one: dict[str, Any] = {"rounds": len(rounds)}
        for key in ("rate", "p50_ms", "p99_ms", "mean_ms", "generator_cpu_ms"):
            if key in rounds[0]:
                one[key] = median(each[key] for each in rounds)
        for key in ("cpu_ms", "memory_mb"):
            if key in rounds[0]:
                one[key] = {g: median(each[key][g] for each in rounds) for g in rounds[0][key]}
        one["wrong"] = sum(sum(each.get("wrong", {}).values()) for each in rounds)
        one["ran_dry"] = any(each.get("ran_dry") for each in rounds)
        found[name] = one
    for name, limit in {"my cases": "pgbench: my cases", "file": "pgbench: file"}.items():
        if name in found and limit in found:
            found[name]["of_limit"] = found[name]["rate"] / found[limit]["rate"]
    if "file" in found and "pgbench: file, all" in found:
        found["file"]["of_limit_all"] = found["file"]["rate"] / found["pgbench: file, all"]["rate"]
    if "visit" in found:
        found["visit"]["visits_per_second"] = found["visit"]["rate"] / 6
        found["visit"]["cpu_ms_per_visit"] = sum(found["visit"]["cpu_ms"].values()) * 6
    return found


def table(found: dict[str, dict[str, Any]]) -> str:
    """Markdown, as it stands in docs/performance.md."""
    lines = [
        "| | rate /s | of pgbench | p50 ms | p99 ms | CPU ms: web | database | worker, ticks | generator | wrong |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name, one in found.items():
        cpu = one["cpu_ms"]
        behind = cpu["worker"] + cpu["ticks"] if "worker" in cpu else None
        cells = [
            name,
            f"{one['rate']:,.0f}",
            f"{one['of_limit']:.3f}" if "of_limit" in one else "1" if name.startswith("pgbench") else "",
            _number(one.get("p50_ms")),
            _number(one.get("p99_ms")),
            _number(cpu.get("web"), 2),
            _number(cpu["database"], 2),
            _number(behind, 2),
            _number(one.get("generator_cpu_ms"), 2),
            str(one["wrong"]) if "p99_ms" in one else "",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GB of memory, Python {platform.python_version()}"


def timed(what: str, do: Callable[[], object]) -> None:
    began = time.monotonic()
    do()
    say(f"{what}: {time.monotonic() - began:.0f} s")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="at 1/100 of the size, in under three minutes once loaded")
    parser.add_argument("--data", type=Path, help="data folder that keeps the loaded city (var/bench/quick or /full)")
    parser.add_argument("--rounds", type=int, default=0, help="how often everything is measured (3; full size 5)")
    parser.add_argument("--seconds", type=float, default=0, help="of each measurement (2; full size 10)")
    wanted = parser.parse_args()
    size = tuple(number // 100 for number in FULL) if wanted.quick else FULL
    data = (wanted.data or ROOT / "var" / "bench" / ("quick" if wanted.quick else "full")).absolute()
    instance = Instance(data)
    run = Run(instance, wanted.rounds or (3 if wanted.quick else 5), wanted.seconds or (2 if wanted.quick else 10))
    timed("city", lambda: instance.load(*size))
    began = time.monotonic()
    busy = os.getloadavg()[0]
    with instance.running():
        say(f"The instance runs after {time.monotonic() - began:.0f} s.")
        instance.pause()
        spec = data / "bench-spec.json"
        pool = int(sum(POOL.values()) * run.seconds * run.rounds)
        timed("what an earlier run left", lambda: wipe(Cluster(data), everything=True))
        timed("sessions, drafts, statements", lambda: instance.run("bench.prepare", str(spec), str(pool), quiet=True))
        run.spec = json.loads(spec.read_text(encoding="utf-8"))
        spec.unlink()
        try:
            run.everything()
            memory = instance.memory()
        finally:
            instance.pause()
            wipe(Cluster(data), everything=True)
    found = summary(run.results)
    say(
        f"\n{machine()}; {run.spec['city']}; {run.rounds} rounds of {run.seconds:g} s, medians; load before: {busy:.1f}\n"
    )
    say(table(found))
    if "visit" in found:
        visit = found["visit"]
        say(f"\nA visit (6 requests): {visit['visits_per_second']:.1f}/s, {visit['cpu_ms_per_visit']:.1f} ms CPU.")
    if "of_limit_all" in found.get("file", {}):
        say(f"Filing beside every statement it sends: {found['file']['of_limit_all']:.3f} of pgbench.")
    say("Memory at the end: " + ", ".join(f"{group} {mb:.0f} MB" for group, mb in memory.items()))
    say(f"The run took {time.monotonic() - began:.0f} s.")
    keep = ROOT / "bench" / "results" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}{'-quick' if wanted.quick else ''}.json"
    keep.parent.mkdir(exist_ok=True)
    keep.write_text(
        json.dumps(
            {"machine": machine(), "city": run.spec["city"], "seconds": run.seconds, "load_before": busy,
             "medians": found, "rounds": run.results, "memory_mb": memory},
            ensure_ascii=False, indent=1,
        ),
        encoding="utf-8",
    )  # fmt: skip
    say(f"All figures are in {keep.relative_to(ROOT)}.")
    return 1 if any(one["wrong"] for one in found.values()) else 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
