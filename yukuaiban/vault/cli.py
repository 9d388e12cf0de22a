"""`yukuaiban keys`: make, list and rotate the keys that personal data lie under."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from yukuaiban.config.cli import add_json, answer

if TYPE_CHECKING:
    from yukuaiban.vault.rotation import Progress


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `keys`."""
    parser = subparsers.add_parser(
        "keys",
        help="make, list and rotate keys",
        description="Keys lie in files of the keys folder, never in the database. Back that folder up apart from the "
        "database: whoever has only one of the two reads nothing.",
    )
    verbs = parser.add_subparsers(dest="keys_verb", metavar="VERB", required=True)
    init = verbs.add_parser("init", help="make the first keys (a production start never does this by itself)")
    add_json(init)
    init.set_defaults(run=_init)
    listing = verbs.add_parser("list", help="every key: its id, purpose and age; which one encrypts")
    listing.add_argument("--count", action="store_true", help="count what stands under each (reads every table)")
    add_json(listing)
    listing.set_defaults(run=_list)
    rotate = verbs.add_parser(
        "rotate",
        help="make a new key and put everything under it; a stopped rotation goes on",
        description="The service may run meanwhile. Old key files stay: backups of the database still need them.",
    )
    rotate.add_argument(
        "--index",
        action="store_true",
        help="the key of the blind indexes instead: in maintenance mode only, as look-ups by number miss meanwhile",
    )
    rotate.add_argument("--resume", action="store_true", help="with --index: go on under the key that was made")
    add_json(rotate)
    rotate.set_defaults(run=_rotate)


def _init(options: argparse.Namespace) -> int:
    from yukuaiban.vault import keys

    made = keys.initialise()
    told = [f"Made the {key.purpose} key {key.id.hex()} in {keys.folder()}." for key in made]
    facts = {"folder": str(keys.folder()), "made": [{"id": k.id.hex(), "purpose": k.purpose.value} for k in made]}
    return answer(options, facts, "\n".join(told) or f"{keys.folder()} has its keys already: nothing was made.")


def _list(options: argparse.Namespace) -> int:
    from yukuaiban.vault import keys, rotation

    ring = keys.ring()
    current = {ring.current.id, ring.index[0].id}
    counts: dict[bytes, int] = {}
    for (_place, key_id), count in (rotation.usage() if options.count else {}).items():
        counts[key_id] = counts.get(key_id, 0) + count
    rows = [
        {
            "id": key.id.hex(),
            "purpose": key.purpose.value,
            "made_at": key.made_at.isoformat(timespec="seconds"),
            "current": key.id in current,
            **({"values": counts.get(key.id, 0)} if options.count and key.purpose is keys.Purpose.DATA else {}),
        }
        for key in keys.everything()
    ]
    if options.json:
        return answer(options, {"folder": str(keys.folder()), "keys": rows}, "")
    for row in rows:
        state = "encrypts" if row["current"] and row["purpose"] == "data" else "current" if row["current"] else "old"
        values = f"  {row['values']:>12,} values" if "values" in row else ""
        print(f"{row['id']}  {row['purpose']:<5}  {row['made_at']}  {state:<8}{values}")
    return 0


def _rotate(options: argparse.Namespace) -> int:
    from yukuaiban.vault import keys, rotation

    out = sys.stderr if options.json else sys.stdout
    if not options.index:
        done = _follow(rotation.rotate(), out)
        key = keys.ring().current.id.hex()
        told = f"Everything stands under key {key}. Old key files stay for old backups."
    else:
        done = _follow(rotation.resume_index() if options.resume else rotation.rotate_index(), out)
        key = keys.ring().index[0].id.hex()
        told = f"Every blind index stands under key {key}."
    return answer(options, {"key": key, "purpose": "index" if options.index else "data", "moved": done}, told)


def _follow(steps: Iterable[Progress], out: TextIO) -> dict[str, int]:
    """Show how far it is: in place on a terminal, a line per place elsewhere. Returns how many were moved per place."""
    on_terminal, place, moved = out.isatty(), "", {}
    for step in steps:
        moved[step.place] = step.done
        if on_terminal:
            start = "\n" if place not in ("", step.place) else "\r"
            out.write(f"{start}{step.place:<48} {step.part:>5.0%}  {step.done:,} put under the new key")
            out.flush()
        elif step.part >= 1.0:
            out.write(f"{step.place}: {step.done} put under the new key\n")
        place = step.place
    if on_terminal and place:
        out.write("\n")
    return moved
