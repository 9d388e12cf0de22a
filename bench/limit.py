"""The limit: pgbench with the statements that the service sends, prepared, on the same server with the same settings."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from yukuaiban.config.launch.cluster import SUPERUSER, Cluster

CLIENTS = 16
FIRST_OF_POOL = 1 << 40  # the drafts of pgbench have numbers above any that the service gives


def pgbench(
    cluster: Cluster,
    folder: Path,
    name: str,
    lines: list[str],
    statements: list[dict[str, Any]],
    start: dict[str, int],
    seconds: float,
) -> dict[str, Any]:
    """Run a script of statements for so many seconds."""
    values: dict[str, str] = {}
    body = list(lines)
    if len(statements) > 1:
        body.append("BEGIN;")
    for number, statement in enumerate(statements):
        sql = statement["sql"]
        for key, value in statement["values"].items():
            values[f"s{number}{key}"] = value
        for key in sorted(statement["values"], key=len, reverse=True):
            sql = re.sub(rf"(?<!:):{key}\b", f":s{number}{key}", sql)
        body.append(f"{sql};")
    if len(statements) > 1:
        body.append("COMMIT;")
    script = folder / f"{name}.sql"
    script.write_text("\n".join(body) + "\n", encoding="utf-8")
    given = [
        word
        for key, value in (values | {k: str(v) for k, v in start.items()}).items()
        for word in ("-D", f"{key}={value}")
    ]
    url = (cluster.home / "url").read_text(encoding="utf-8").strip()
    command = [cluster.binaries / "pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(round(seconds)), "-f", script, *given, url]  # fmt: skip
    began = time.monotonic()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode or "ERROR" in done.stderr:
        raise SystemExit(f"pgbench failed on {script}:\n{done.stderr[-2000:]}")
    rate = float(re.search(r"tps = ([0-9.]+)", done.stdout)[1])  # type: ignore[index]
    many = int(re.search(r"actually processed: (\d+)", done.stdout)[1])  # type: ignore[index]
    average = float(re.search(r"latency average = ([0-9.]+)", done.stdout)[1])  # type: ignore[index]
    return {"rate": rate, "requests": many, "mean_ms": average, "seconds": time.monotonic() - began}


def wipe(cluster: Cluster, *, everything: bool) -> int:
    """Take away what pgbench filed, and with `everything` the drafts it did not file. Returns how many were filed.

    Past the trigger that protects events, which only the superuser of our own cluster can.
    """
    with psycopg.connect(cluster.address(SUPERUSER), autocommit=True) as database:
        with database.transaction():
            sql = "SELECT count(*) FROM chain_event WHERE subject >= %s"
            [(filed,)] = database.execute(sql, [FIRST_OF_POOL]).fetchall()
            database.execute("SET LOCAL session_replication_role = replica")
            for table, column in {
                "chain_event": "subject",
                "chain_payload": "subject",
                "chain_unsealed": "subject",
                "cases_work": "case_id",
                "cases_timer": "case_id",
            }.items():
                database.execute(f"DELETE FROM {table} WHERE {column} >= %s".encode(), [FIRST_OF_POOL])
            drafts = "" if everything else " AND state <> 'draft'"
            database.execute(f"DELETE FROM cases_case WHERE id >= %s{drafts}".encode(), [FIRST_OF_POOL])
        nothing_follows(cluster)
        database.execute("VACUUM ANALYZE cases_case, cases_work, cases_timer, chain_event, chain_unsealed, outbox")
    return int(filed)


def nothing_follows(cluster: Cluster) -> None:
    """What was filed to measure filing makes no letters: they would be paid for by the next measurement."""
    with psycopg.connect(cluster.address(SUPERUSER), autocommit=True) as database:
        database.execute("DELETE FROM outbox WHERE task = 'cases.follow'")
