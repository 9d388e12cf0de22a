"""`yukuaiban signing`: the keys that sign licences and letters."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from yukuaiban.config.cli import add_json, answer
from yukuaiban.documents.signing import keys


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "signing",
        help="list, rotate and withdraw the keys that sign documents",
        description="The keys that sign licences and letters lie in files, never in the database: make the first ones, list "
        "them, put a new one in place, withdraw one that was lost.",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)

    init = acts.add_parser("init", help="make the first keys (a production start never does this by itself)")
    add_json(init)
    init.set_defaults(run=_told(init_keys))

    listing = acts.add_parser("list", help="the keys, the one that signs first")
    add_json(listing)
    listing.set_defaults(run=_told(list_keys))

    rotate = acts.add_parser("rotate", help="sign with a new key from now on; old signatures stay good")
    rotate.add_argument("--authority", action="store_true", help="make a new authority too")
    add_json(rotate)
    rotate.set_defaults(run=_told(rotate_keys))

    withdraw = acts.add_parser("withdraw", help="trust nothing under a key any more: it was lost or copied")
    withdraw.add_argument("key", help="its id, as `yukuaiban signing list` prints it")
    withdraw.add_argument("--reason", required=True, help="shown to whoever verifies a document under it")
    add_json(withdraw)
    withdraw.set_defaults(run=_told(withdraw_key))


def _told(act: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A fault of the keys is one sentence for the operator, not a traceback."""

    def run(options: argparse.Namespace) -> int:
        try:
            return act(options)
        except keys.SigningKeysFault as fault:
            sys.stderr.write(f"{fault}\n")
            return 1

    return run


def init_keys(options: argparse.Namespace) -> int:
    key = keys.initialise().id
    return answer(options, {"signs": key}, f"{key} signs.")


def list_keys(options: argparse.Namespace) -> int:
    ring = keys.ring()
    current = next((key.id for key in ring.documents if key.withdrawn is None), None)
    rows = [
        {
            "id": key.id,
            "purpose": key.purpose,
            "signs": key.id == current,
            "from": key.made_at.date().isoformat(),
            "until": key.ends_at.date().isoformat(),
            "withdrawn": key.withdrawn.at.date().isoformat() if key.withdrawn else None,
            "reason": key.withdrawn.reason if key.withdrawn else None,
        }
        for key in (*ring.documents, *ring.authorities)
    ]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        state = (
            "signs" if row["signs"] else f"withdrawn {row['withdrawn']}: {row['reason']}" if row["withdrawn"] else ""
        )
        print(f"{row['id']}  {row['purpose']:<9}  {row['from']} to {row['until']}  {state}".rstrip())
    return 0


def rotate_keys(options: argparse.Namespace) -> int:
    key = keys.rotate(new_authority=options.authority)
    return answer(
        options, {"signs": key.id}, f"{key.id} signs from now on. What was signed before stays as good as it was."
    )


def withdraw_key(options: argparse.Namespace) -> int:
    keys.withdraw(options.key, reason=options.reason)
    told = f"{options.key} is withdrawn: nothing under it is trusted any more."
    signs = next((key.id for key in keys.ring().documents if key.withdrawn is None), None)
    if signs is None:
        told += "\nNo key signs now: run `yukuaiban signing rotate`."
    return answer(options, {"withdrawn": options.key, "signs": signs}, told)
