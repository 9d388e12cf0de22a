"""`yukuaiban synth`: a synthetic city of any size."""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

from yukuaiban.config.cli import add_json, answer


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the verb `synth`."""
    parser = subparsers.add_parser(
        "synth",
        help="fill the database with a synthetic city",
        description="People, organisations and cases that do not exist, as many as asked for, to measure on or to look "
        "at. Refused in production. Stopped, it goes on where it was when it is called again with the same words. Large "
        "ones hold indexes and foreign keys off while they load: let nothing else run on the database then.",
    )
    parser.add_argument(
        "--people", type=number, required=True, metavar="N", help="natural persons, each with an account"
    )
    parser.add_argument("--organisations", type=number, default=0, metavar="N", help="legal persons (none)")
    parser.add_argument(
        "--cases", type=number, default=0, metavar="N", help="filed cases, about six events each (none)"
    )
    parser.add_argument("--seed", type=number, default=1, metavar="N", help="the same seed, the same city (1)")
    parser.add_argument("--processes", type=number, default=0, metavar="N", help="how many make rows (one a core)")
    add_json(parser)
    parser.set_defaults(run=run)


def number(text: str) -> int:
    plain = text.replace(",", "").replace("_", "")
    if not plain.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return int(plain)


def run(options: argparse.Namespace) -> int:
    from yukuaiban.config.launch.steps import as_owner
    from yukuaiban.synth.load import logins_file, synthesise

    began = time.monotonic()
    with as_owner():
        made = synthesise(
            options.people,
            options.organisations,
            options.cases,
            options.seed,
            processes=options.processes or len(os.sched_getaffinity(0)),
        )
    seconds = round(time.monotonic() - began)
    told = (
        f"The synthetic city stands after {seconds} s. The password of its first people is in {logins_file()}."
        if made
        else "This synthetic city is there already."
    )
    return answer(options, {"made": bool(made), "seconds": seconds, "logins": str(logins_file())}, told)
