"""`yukuaiban demo`: make the sample people of a demonstration, and print their log-ins again."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the verb `demo`."""
    parser = subparsers.add_parser(
        "demo",
        help="sample people and their log-ins",
        description="Sample people exist on this machine only; production refuses them.",
    )
    verbs = parser.add_subparsers(dest="demo_verb", metavar="VERB", required=True)
    make = verbs.add_parser("make", help="make whoever is missing")
    make.set_defaults(run=_make)
    logins = verbs.add_parser("logins", help="print the log-ins of this data folder")
    logins.add_argument("--json", action="store_true", help="for programs")
    logins.set_defaults(run=_logins)


def _make(options: argparse.Namespace) -> int:
    from yukuaiban.people import demo

    try:
        sys.stdout.write(f"{demo.ensure_demo()}\n")
    except demo.DemoRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


def _logins(options: argparse.Namespace) -> int:
    from yukuaiban.people import demo

    logins = demo.demo_logins()
    if options.json:
        json.dump([login._asdict() for login in logins], sys.stdout, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        for login in logins:
            sys.stdout.write("  ".join(map(str, login)) + "\n")
    return 0 if logins else 1
