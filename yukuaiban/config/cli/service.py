"""The verbs that run the service: up, web, worker, ticks, migrate, prepare."""

from __future__ import annotations

import argparse
import os
from typing import Any

from yukuaiban.config.cli import data_folder
from yukuaiban.config.launch import StartRefused, services

PORT = 8000


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add them to the command line."""
    up = subparsers.add_parser(
        "up",
        help="start everything on this machine and print the address",
        description="Start the database, prepare it, load the packs, and serve. Ctrl-C stops everything. "
        "Several instances run side by side, each with its own --data and --port.",
    )
    add_port(up)
    up.add_argument(
        "--production",
        action="store_true",
        help="no demo people, logs to the terminal, all interfaces; needs YUKUAIBAN_HOSTS and YUKUAIBAN_URL",
    )
    up.add_argument("--no-demo", dest="demo", action="store_false", help="make no demo people")
    up.set_defaults(run=run_up)

    web = subparsers.add_parser("web", help="serve pages and API only", description="Serve pages and API only.")
    add_port(web)
    web.set_defaults(run=lambda options: services.run_web(host(options), options.port))

    worker = subparsers.add_parser(
        "worker",
        help="work off the job queue only",
        description="Work off the job queue only: letters, messages, licences, loads. Several may run, here or elsewhere.",
    )
    worker.add_argument("--queue", action="append", metavar="NAME", help="only this queue; may be repeated")
    worker.add_argument("--concurrency", type=int, default=4, metavar="N", help="jobs at the same time (4)")
    worker.add_argument("--until-empty", dest="wait", action="store_false", help="end when no job is left")
    worker.set_defaults(run=run_worker)

    ticks = subparsers.add_parser(
        "ticks",
        help="run what happens by itself only: outbox, timers, seals",
        description="Run what happens by itself only: pass on the outbox, perform what lapsed, seal the chain, tidy up. "
        "Several may run; they share the work.",
    )
    ticks.set_defaults(run=lambda options: services.run_ticks())

    migrate = subparsers.add_parser(
        "migrate",
        help="bring the database's tables up to date",
        description="Bring the database's tables up to this version, as their owner. Run again, it changes nothing.",
    )
    migrate.set_defaults(run=run_migrate)

    prepare = subparsers.add_parser(
        "prepare",
        help="all steps of a start, without starting",
        description="All steps of a start, without starting: tables, packs, keys, and with --demo sample people. "
        "Run again, it does only what is missing.",
    )
    prepare.add_argument("--demo", action="store_true", help="make demo people too")
    prepare.set_defaults(run=run_prepare)


def add_port(parser: argparse.ArgumentParser) -> None:
    given = os.environ.get("YUKUAIBAN_PORT", "")
    default = int(given) if given.isdigit() else PORT
    parser.add_argument("--port", type=port, default=default, metavar="N", help=f"port of the web server ({PORT})")
    parser.add_argument("--host", default="", metavar="ADDRESS", help="address to listen on (127.0.0.1)")


def port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 1 to 65535")
    return int(text)


def host(options: argparse.Namespace) -> str:
    """The address asked for; in production every interface, else this machine only."""
    if options.host:
        return str(options.host)
    production = getattr(options, "production", False) or os.environ.get("YUKUAIBAN_PRODUCTION", "") in {"1", "true"}
    return "0.0.0.0" if production else "127.0.0.1"  # noqa: S104 - asked for by --production


def run_up(options: argparse.Namespace) -> int:
    from yukuaiban.config.launch.up import Wanted, up

    if options.demo and not options.production and host(options) not in {"127.0.0.1", "::1", "localhost"}:
        raise StartRefused(
            f"Demo log-ins are for this machine only and {options.host} is open to others: "
            "add --no-demo, or leave --host out."
        )
    return up(Wanted(data_folder(), host(options), options.port, options.production, options.demo))


def run_worker(options: argparse.Namespace) -> int:
    from yukuaiban.config import jobs

    return jobs.run_worker(queues=options.queue, concurrency=options.concurrency, wait=options.wait)


def run_migrate(options: argparse.Namespace) -> int:
    from yukuaiban.config.launch import progress, steps

    with progress.step("migrations") as at:
        at.note = steps.migrate(at.progress)
    return 0


def run_prepare(options: argparse.Namespace) -> int:
    from yukuaiban.config.launch import steps

    steps.run_all(demo=options.demo)
    return 0
