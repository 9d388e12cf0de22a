"""`yukuaiban chain verify`: prove that no event was altered, removed or inserted."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `chain`."""
    parser = subparsers.add_parser(
        "chain",
        help="verify the event chain and its seals",
        description="Every act is a row of an append-only chain. Verify that none was altered, removed or inserted.",
    )
    verbs = parser.add_subparsers(dest="chain_verb", required=True)
    verify = verbs.add_parser("verify", help="check every hash, head and seal; name the first row that does not hold")
    verify.add_argument("--subject", type=int, help="only this subject")
    verify.add_argument("--json", action="store_true", help="for programs")
    verify.set_defaults(run=_verify, needs_database=True)


def _verify(args: argparse.Namespace) -> int:
    from yukuaiban.chain.verification import verify

    report = verify(args.subject)
    if args.json:
        fault = asdict(report.fault) if report.fault else None
        json.dump(
            {"holds": report.holds, "subjects": report.subjects, "events": report.events, "fault": fault}, sys.stdout
        )
        print()
    elif report.holds:
        print(f"The chain holds: {report.events} events of {report.subjects} subjects.")
    else:
        assert report.fault is not None
        f = report.fault
        print(f"The chain does not hold: subject {f.subject}, event {f.seq}: {f.what}: {f.message}", file=sys.stderr)
    return 0 if report.holds else 1
