"""`yukuaiban cases`: count open cases again after a holiday notice, erase what the law lets be erased."""

from __future__ import annotations

import argparse
import sys


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `cases`."""
    parser = subparsers.add_parser("cases", help="count open cases again, erase ended ones")
    verbs = parser.add_subparsers(dest="cases_verb", required=True)
    recount = verbs.add_parser("recount", help="count the due dates of all open cases by the calendar that stands now")
    recount.set_defaults(run=_recount)
    erase = verbs.add_parser("erase", help="make the personal data of an ended case unreadable; its chain stays valid")
    erase.add_argument("number", help="the case's number")
    erase.set_defaults(run=_erase)


def _recount(_options: argparse.Namespace) -> int:
    """In this process, with progress; can be stopped and taken up again."""
    from yukuaiban.cases import recount

    total, done, after = recount.left(), 0, 0
    while True:
        last = recount.batch(after)
        left = recount.left()
        done = total - left
        print(f"\r{done:,} of {total:,} open cases counted again", end="", file=sys.stderr, flush=True)
        if last is None:
            break
        after = last
    print(file=sys.stderr)
    print(done)
    return 0


def _erase(options: argparse.Namespace) -> int:
    from yukuaiban.cases.models import Case
    from yukuaiban.cases.retention import case_erase
    from yukuaiban.config.errors import DomainError
    from yukuaiban.config.now import now

    found = Case.objects.filter(number=options.number).first()
    if found is None:
        print(f"There is no case {options.number}.", file=sys.stderr)
        return 1
    try:
        case_erase(case_id=found.pk, at=now())
    except DomainError as error:
        print(str(error), file=sys.stderr)
        return 1
    print(f"{found.number}: erased; the chain of subject {found.pk} stays valid.")
    return 0
