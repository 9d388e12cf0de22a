"""The command `yukuaiban`. Each area brings its verbs in a module with `register(subparsers)`, listed in `VERBS`.

    def register(subparsers):
        parser = subparsers.add_parser("chain", help="...")
        parser.set_defaults(run=run)              # run(options) -> exit code

Only the module of the verb asked for is imported, and Django only where the verb needs it: `yukuaiban workdays` answers
from the pack files in a fraction of a second.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from yukuaiban import __version__
from yukuaiban.config.launch import StartRefused, progress

ROOT = Path(__file__).resolve().parent.parent.parent.parent


class Needs(Enum):
    """What must stand before a verb can run."""

    NOTHING = "nothing"
    DJANGO = "django"
    DATABASE = "database"  # which is started for the time of the command if it does not run


@dataclass(frozen=True)
class Verb:
    name: str
    module: str
    summary: str
    needs: Needs = Needs.DATABASE


VERBS: list[Verb] = [
    Verb("up", "yukuaiban.config.cli.service", "start everything on this machine and print the address", Needs.NOTHING),
    Verb("web", "yukuaiban.config.cli.service", "serve pages and API only", Needs.DATABASE),
    Verb("worker", "yukuaiban.config.cli.service", "work off the job queue only", Needs.DATABASE),
    Verb(
        "ticks",
        "yukuaiban.config.cli.service",
        "run what happens by itself only: outbox, timers, seals",
        Needs.DATABASE,
    ),
    Verb("migrate", "yukuaiban.config.cli.service", "bring the database's tables up to date", Needs.DATABASE),
    Verb("prepare", "yukuaiban.config.cli.service", "all steps of a start, without starting", Needs.DATABASE),
    Verb("pack", "yukuaiban.items.cli", "check, compare, load or export a pack of the catalogue"),
    Verb("items", "yukuaiban.items.cli", "figures about the catalogue"),
    Verb("workdays", "yukuaiban.calendars.cli", "count working days, with reasons", Needs.NOTHING),
    Verb("cases", "yukuaiban.cases.cli", "count open cases again, erase ended ones"),
    Verb("chain", "yukuaiban.chain.cli", "verify the event chain and its seals"),
    Verb("keys", "yukuaiban.vault.cli", "make, list and rotate keys"),
    Verb("signing", "yukuaiban.licences.cli", "list, rotate and withdraw the keys that sign documents", Needs.DJANGO),
    Verb("backup", "yukuaiban.backup.cli", "copy database, files, seals and keys as one set; the service may run"),
    Verb("restore", "yukuaiban.backup.cli", "bring a backup back into a new data folder, and verify it", Needs.NOTHING),
    Verb("demo", "yukuaiban.people.cli", "demo people and their log-ins"),
    Verb("posts", "yukuaiban.people.cli", "the first supervisor of a department"),
    Verb("synth", "yukuaiban.synth.cli", "fill the database with a synthetic city"),
    Verb(
        "messages", "yukuaiban.design.translations", "merge and compile translations; list what has none", Needs.DJANGO
    ),
]


def present(verb: Verb) -> bool:
    """Whether the part of the house that brings a verb is installed."""
    try:
        return find_spec(verb.module) is not None
    except ModuleNotFoundError:
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. 0 when it did what was asked, 1 when not, 2 when the question was wrong, 130 after Ctrl-C."""
    try:
        return run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130


def run(arguments: list[str]) -> int:
    """Find the verb, see that what it needs stands, do it; what can be expected to go wrong is one sentence."""
    given = take_data_folder(arguments)
    wanted = next((word for word in given if not word.startswith("-")), None)
    options = parser(wanted).parse_args(given)
    verb = next(verb for verb in VERBS if verb.name == options.verb)
    try:
        progress.to_stderr = getattr(options, "json", False)
        with standing(needs(verb, options)):
            code = options.run(options)
            sys.stdout.flush()
            return int(code or 0)
    except BrokenPipeError:  # `yukuaiban items list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as fault:
        return explain(fault, as_json=getattr(options, "json", False))


def parser(wanted: str | None) -> argparse.ArgumentParser:
    """The parser: every verb with its summary, and in full the one that is wanted."""
    whole = argparse.ArgumentParser(
        prog="yukuaiban",
        description="Yukuaiban (渝快办): a whole city's government services online.",
        epilog="`yukuaiban VERB --help` says more. --data DIR, with any verb, names the data folder "
        "(else YUKUAIBAN_DATA, else var/ in the clone).",
    )
    whole.add_argument("--version", action="version", version=__version__)
    verbs = whole.add_subparsers(dest="verb", metavar="VERB", required=True)
    loaded: set[str] = set()
    for verb in filter(present, VERBS):
        if verb.name in verbs.choices:
            continue
        if any(other.name == wanted and other.module == verb.module for other in VERBS):
            if verb.module not in loaded:
                loaded.add(verb.module)
                import_module(verb.module).register(verbs)
        else:
            verbs.add_parser(verb.name, help=verb.summary)
    return whole


def take_data_folder(given: list[str]) -> list[str]:
    """Take --data DIR out of the words, wherever it stands, and put it where the settings look for it."""
    rest: list[str] = []
    words = iter(given)
    for word in words:
        if word == "--":
            return [*rest, word, *words]
        name, _, value = word.partition("=")
        if name == "--data":
            value = value or next(words, "")
            if not value:
                sys.stderr.write("--data needs a folder.\n")
                raise SystemExit(2)
            os.environ["YUKUAIBAN_DATA"] = str(Path(value).expanduser().absolute())
        else:
            rest.append(word)
    return rest


def add_json(parser: argparse.ArgumentParser) -> None:
    """The verb's answer can be read by a program; progress then goes to standard error."""
    parser.add_argument("--json", action="store_true", help="the answer for programs")


def answer(options: argparse.Namespace, facts: object, sentence: str) -> int:
    """Print what was done, as facts or as a sentence; the exit code of having done it."""
    sys.stdout.write((json.dumps(facts, ensure_ascii=False) if options.json else sentence) + "\n")
    return 0


def data_folder() -> Path:
    return Path(os.environ.get("YUKUAIBAN_DATA") or ROOT / "var").expanduser().absolute()


def needs(verb: Verb, options: argparse.Namespace) -> Needs:
    """What the verb needs; one of its parts may say `set_defaults(needs_database=False)`."""
    return Needs.DJANGO if getattr(options, "needs_database", True) is False else verb.needs


@contextlib.contextmanager
def standing(needs: Needs) -> Iterator[None]:
    """Whatever is needed, for as long as the block runs."""
    with contextlib.ExitStack() as stack:
        if needs is Needs.DATABASE and not os.environ.get("DATABASE_URL"):
            from yukuaiban.config.launch.cluster import Cluster

            stack.enter_context(Cluster(data_folder()).serving())
        if needs is not Needs.NOTHING:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yukuaiban.config.settings")
            import django

            django.setup()
        yield


def explain(fault: Exception, *, as_json: bool) -> int:
    """One sentence for what can be expected to go wrong, JSON for programs; anything else is a bug and shows as one."""
    if "django" in sys.modules:
        from django.core.exceptions import ImproperlyConfigured
        from django.db import OperationalError, ProgrammingError
        from psycopg.errors import UndefinedTable

        from yukuaiban.config.errors import DomainError

        if isinstance(fault, DomainError):
            if as_json:
                sys.stdout.write(json.dumps(fault.as_json(), ensure_ascii=False) + "\n")
            else:
                sys.stderr.write(f"{fault}\n")
            return 1
        if isinstance(fault, ImproperlyConfigured):
            sys.stderr.write(f"{fault}\n")
            return 1
        if isinstance(fault, ProgrammingError) and isinstance(fault.__cause__, UndefinedTable):
            where = "DATABASE_URL" if os.environ.get("DATABASE_URL") else data_folder()
            sys.stderr.write(
                f"The database of {where} holds no city yet, or one of an earlier version: "
                "`yukuaiban up` with the same settings builds it.\n"
            )
            return 1
        if isinstance(fault, OperationalError) and (address := os.environ.get("DATABASE_URL")):
            from yukuaiban.config.launch.up import check_given_database

            try:
                check_given_database(address)
            except StartRefused as refused:
                fault = refused
    if isinstance(fault, StartRefused):
        if as_json:
            refusal = {"code": "start.refused", "message": str(fault), "details": {}}
            sys.stdout.write(json.dumps(refusal, ensure_ascii=False) + "\n")
        else:
            sys.stderr.write(f"{fault}\n")
        return 1
    if isinstance(fault, OSError) and str(fault.filename) in sys.argv:  # a path that the person typed
        sys.stderr.write(f"{fault.filename}: {fault.strerror}.\n")
        return 1
    raise fault
