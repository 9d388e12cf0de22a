"""`yukuaiban workdays`: count working days from the packs, or from the database; check and load a year of notices."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yukuaiban.calendars import questions
from yukuaiban.calendars.limits import Limit, Unit
from yukuaiban.calendars.notices import FileError, NoticesInvalid, error_copy, pack_calendar, read_year
from yukuaiban.calendars.reasons import render
from yukuaiban.calendars.working_days import CalendarGap, DueDate, WorkingCalendar
from yukuaiban.config.parameters import Pair

if TYPE_CHECKING:
    from yukuaiban.calendars.services import NoticeLoad

Subparsers = Any  # argparse's own type is private


def register(subparsers: Subparsers) -> None:
    """Add the verb `workdays`."""
    parser = subparsers.add_parser(
        "workdays",
        help="count working days, with reasons",
        description="Count working days as the holiday notices leave them. The start day is not counted. A date that "
        "hangs on a notice which is not out yet is printed with a note on standard error; --strict refuses it.",
    )
    verbs = parser.add_subparsers(dest="workdays_verb", metavar="WHAT", required=True)

    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="the whole answer with reasons, for programs")
    shared.add_argument("--database", action="store_true", help="the notices of the database instead of the packs'")
    shared.add_argument("--strict", action="store_true", help="refuse what is not certain: exit 1")
    shared.add_argument("--why", action="store_true", help="print the reasons too")
    shared.add_argument("--language", choices=["zh", "en"], default=_language(), help="of the reasons")

    verb = verbs.add_parser("add", parents=[shared], help="the last day of a limit: add 2024-02-08 5 -> 2024-02-21")
    verb.add_argument("start", type=_day, metavar="DATE", help="the day it begins, which is not counted")
    verb.add_argument("number", type=_number, metavar="N", help="how many")
    verb.add_argument("--unit", type=Unit, choices=list(Unit), default=Unit.WORKING_DAY, help="of what")
    verb.set_defaults(run=_add)

    verb = verbs.add_parser("before", parents=[shared], help="the day so many working days ahead of a date")
    verb.add_argument("day", type=_day, metavar="DATE", help="the day itself is not counted")
    verb.add_argument("number", type=_number, metavar="N", help="how many working days ahead")
    verb.set_defaults(run=_before)

    verb = verbs.add_parser("between", parents=[shared], help="working days after one date up to and with another")
    verb.add_argument("start", type=_day, metavar="DATE", help="not counted")
    verb.add_argument("end", type=_day, metavar="DATE", help="counted")
    verb.set_defaults(run=_between)

    verb = verbs.add_parser("why", parents=[shared], help="whether a day is worked, and by which notice")
    verb.add_argument("day", type=_day, metavar="DATE")
    verb.set_defaults(run=_why)

    verb = verbs.add_parser("roll", parents=[shared], help="the day itself if it is worked, else the next one that is")
    verb.add_argument("day", type=_day, metavar="DATE")
    verb.set_defaults(run=_roll)

    files = argparse.ArgumentParser(add_help=False)
    files.add_argument("files", nargs="+", type=Path, metavar="FILE", help="such as 2027.csv or 2027.xlsx")
    files.add_argument("--year", type=int, help="of the notices, where the file's name does not begin with it")
    files.add_argument("--json", action="store_true", help="for programs")
    files.add_argument("--language", choices=["zh", "en"], default=_language(), help="of what is said")

    verb = verbs.add_parser("check", parents=[files], help="say everything that is wrong in a file of holiday notices")
    verb.add_argument("--error-copy", type=Path, metavar="XLSX", help="write the first file with its errors beside it")
    verb.set_defaults(run=_check)

    verb = verbs.add_parser("load", parents=[files], help="load holiday notices into the database, all or none")
    verb.add_argument("--dry-run", action="store_true", help="only say what would change")
    verb.add_argument("--by", default="yukuaiban workdays load", help="who loads it, for the record")
    verb.set_defaults(run=_load)


# --- counting -----------------------------------------------------------------------------------------------------


def _add(options: argparse.Namespace) -> int:
    if options.unit is Unit.ON_THE_SPOT and options.number:
        return _refuse(options, "On the spot takes no number: write 0.")
    with ExitStack() as stack:
        calendar = _calendar(options, stack)
        try:
            answer = questions.add(calendar, options.start, Limit(options.number, options.unit))
        except CalendarGap as gap:
            return _refuse(options, f"{gap}.")
        return _answer(options, answer.as_json(), answer.due.on.isoformat(), answer.reasons, answer.due.missing_years)


def _before(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        return _date(options, stack, "before", lambda calendar: calendar.before(options.day, options.number))


def _roll(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        return _date(options, stack, "roll", lambda calendar: calendar.roll(options.day))


def _between(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        calendar = _calendar(options, stack)
        try:
            answer = questions.between(calendar, options.start, options.end)
        except CalendarGap as gap:
            return _refuse(options, f"{gap}.")
        return _answer(options, answer.as_json(), str(answer.working_days), answer.reasons, answer.missing_years)


def _why(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        calendar = _calendar(options, stack)
        try:
            answer = questions.why(calendar, options.day)
        except CalendarGap as gap:
            return _refuse(options, f"{gap}.")
        missing = frozenset(answer.reason.facts["missing_years"])
        options.why = False  # the answer is the reason
        text = render(answer.reason, options.language)
        return _answer(options, answer.as_json(), text, (answer.reason,), missing, told=True)


def _date(options: argparse.Namespace, stack: ExitStack, question: str, ask: Any) -> int:
    calendar = _calendar(options, stack)
    try:
        found: DueDate = ask(calendar)
    except CalendarGap as gap:
        return _refuse(options, f"{gap}.")
    reason = calendar.why(options.day)
    body = {
        "question": question,
        "day": options.day.isoformat(),
        "on": found.on.isoformat(),
        "provisional": found.provisional,
        "missing_years": sorted(found.missing_years),
        "reasons": [reason.as_json()],
    }
    return _answer(options, body, found.on.isoformat(), (reason,), found.missing_years)


def _answer(
    options: argparse.Namespace,
    body: dict[str, Any],
    text: str,
    reasons: Any,
    missing: frozenset[int],
    *,
    told: bool = False,
) -> int:
    years = " and ".join(str(year) for year in sorted(missing))
    if missing and options.strict:
        return _refuse(options, f"Not certain: the holiday notice for {years} is not known.", missing)
    if options.json:
        print(json.dumps(body, ensure_ascii=False))
        return 0
    print(text)
    if options.why:
        for reason in reasons:
            print(f"  {render(reason, options.language)}")
    elif missing and not told:
        print(f"provisional: the holiday notice for {years} is not known", file=sys.stderr)
    return 0


def _refuse(options: argparse.Namespace, message: str, missing: frozenset[int] = frozenset()) -> int:
    if options.json:
        body = {"code": "calendars.refused", "message": message, "details": {"missing_years": sorted(missing)}}
        print(json.dumps(body, ensure_ascii=False))
    else:
        print(message, file=sys.stderr)
    return 1


def _calendar(options: argparse.Namespace, stack: ExitStack) -> WorkingCalendar:
    """The packs' calendar, which needs nothing; with --database that of the database, started if it does not run."""
    if not options.database:
        return pack_calendar()
    _database(stack)
    from yukuaiban.calendars import selectors

    return selectors.current()


def _database(stack: ExitStack) -> None:
    from yukuaiban.config.cli import Needs, standing

    stack.enter_context(standing(Needs.DATABASE))


# --- notices ------------------------------------------------------------------------------------------------------


def _check(options: argparse.Namespace) -> int:
    errors: list[FileError] = []
    doubts: list[tuple[str, Pair]] = []
    for path in options.files:
        try:
            doubts += [(path.name, doubt) for doubt in read_year(path, options.year).doubts]
        except NoticesInvalid as problem:
            errors += problem.errors
    if options.error_copy and errors:
        options.error_copy.write_bytes(error_copy(options.files[0], errors, options.language))
    if options.json:
        body = {
            "holds": not errors,
            "errors": [error.as_json() for error in errors],
            "doubts": [{"file": file, "zh": doubt.zh, "en": doubt.en} for file, doubt in doubts],
        }
        print(json.dumps(body, ensure_ascii=False))
        return 1 if errors else 0
    for error in errors:
        print(error.words(options.language), file=sys.stderr)
    for file, doubt in doubts:
        print(f"{file}: {doubt.words(options.language)}")
    if not errors:
        print(f"{len(options.files)} file(s) hold.")
    return 1 if errors else 0


def _load(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        _database(stack)
        from django.utils import translation

        from yukuaiban.calendars.services import notice_load_files
        from yukuaiban.config.now import now

        with translation.override(options.language):
            done = notice_load_files(
                files=options.files, by=options.by, at=now(), year=options.year, dry_run=options.dry_run
            )
        _report(options, done)
    return 0


def _report(options: argparse.Namespace, done: NoticeLoad) -> None:
    if options.json:
        days = {"added": done.added, "changed": done.changed, "removed": done.removed}
        body: dict[str, Any] = {name: [day.isoformat() for day in found] for name, found in days.items()}
        doubts = [{"zh": doubt.zh, "en": doubt.en} for doubt in done.doubts]
        print(json.dumps({**body, "unchanged": done.unchanged, "version": done.version, "doubts": doubts}))
        return
    for doubt in done.doubts:
        print(doubt.words(options.language))
    verb = "would be" if options.dry_run else "were"
    print(
        f"{len(done.added)} days {verb} added, {len(done.changed)} changed, {len(done.removed)} removed; "
        f"{done.unchanged} stay. Calendar version {done.version}."
    )


# --- reading the command line -------------------------------------------------------------------------------------


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write one such as 2024-02-08") from None


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days: write one such as 20")
    return int(text)


def _language() -> str:
    wanted = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if wanted.lower().startswith("zh") else "en"


def main(arguments: list[str] | None = None) -> int:
    """`python -m yukuaiban.calendars`: the verb alone, without the rest of the command."""
    parser = argparse.ArgumentParser(prog="yukuaiban")
    register(parser.add_subparsers(dest="verb", required=True))
    given = sys.argv[1:] if arguments is None else arguments
    options = parser.parse_args(["workdays", *given])
    code: int = options.run(options)
    return code
