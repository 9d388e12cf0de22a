"""`yukuaiban demo`: sample people and their log-ins. `yukuaiban posts`: the first supervisor of a department."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from yukuaiban.config.cli import add_json, answer


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the verbs `demo` and `posts`."""
    parser = subparsers.add_parser(
        "demo",
        help="sample people and their log-ins",
        description="Sample people exist on this machine only; production refuses them.",
    )
    verbs = parser.add_subparsers(dest="demo_verb", metavar="VERB", required=True)
    make = verbs.add_parser("make", help="make whoever is missing")
    make.set_defaults(run=_make)
    logins = verbs.add_parser("logins", help="print the log-ins of this data folder")
    add_json(logins)
    logins.set_defaults(run=_logins)
    posts = subparsers.add_parser(
        "posts",
        help="the first supervisor of a department",
        description="Posts are given at the desk by a supervisor of the same department. The first one has nobody above "
        "him: he registers, proves his real name, and gets his post here.",
    )
    verbs = posts.add_subparsers(dest="posts_verb", metavar="VERB", required=True)
    supervisor = verbs.add_parser("supervisor", help="make somebody supervisor of a department that has none")
    supervisor.add_argument("email", help="of his account")
    supervisor.add_argument("department", help="its code, such as 500000-government_services")
    add_json(supervisor)
    supervisor.set_defaults(run=_supervisor)


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


def _supervisor(options: argparse.Namespace) -> int:
    from yukuaiban.config.now import now
    from yukuaiban.people.services import first_supervisor

    post = first_supervisor(email=options.email, department=options.department, at=now())
    facts = {"post": post.pk, "department": options.department, "valid_from": post.valid_from.isoformat()}
    told = f"{post.account} is supervisor of {post.desk.department} from {post.valid_from}."
    return answer(options, facts, told)
