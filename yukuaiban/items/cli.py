"""`yukuaiban pack …` and `yukuaiban items …`: check, compare, load, publish, export; figures; a department's Excel."""

from __future__ import annotations

import argparse
import json
import sys
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yukuaiban.items.loading.models import PackLoad
    from yukuaiban.people.models import Account

Subparsers = Any


def register(subparsers: Subparsers) -> None:
    """Add the verbs `pack` and `items`."""
    _register_pack(
        subparsers.add_parser(
            "pack",
            help="check, compare, load, publish or export a city's data",
            description="A pack is a folder of data with sources: check it, see what it would change, load it whole or not at "
            "all, publish what waits for a second person, or write what stands as a pack.",
        )
    )
    _register_items(
        subparsers.add_parser(
            "items",
            help="figures about the catalogue; Excel from departments",
            description="What the catalogue holds, in figures; sheets for departments to fill in, and what they sent back.",
        )
    )


def _register_pack(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="pack_verb", required=True)

    check = verbs.add_parser("check", help="all errors at once: file, line, field, found, expected")
    check.set_defaults(run=_check)
    diff = verbs.add_parser("diff", help="what a load would change, row by row")
    diff.add_argument("--theirs", action="store_true", help="take the pack's row where a desk has edited it")
    diff.set_defaults(run=_diff)
    load = verbs.add_parser("load", help="propose the pack; the first load of an empty database is written at once")
    load.add_argument("--theirs", action="store_true", help="overwrite what was edited at a desk")
    load.add_argument("--by", metavar="ACCOUNT", help="who loads: phone, e-mail or account number")
    load.set_defaults(run=_load)
    for verb in (check, diff, load):
        verb.add_argument("folder", type=Path, metavar="DIR", help="the city's folder, such as packs/chongqing")

    publish = verbs.add_parser("publish", help="write a proposal into the live catalogue; needs a second person")
    publish.set_defaults(run=_publish)
    reject = verbs.add_parser("reject", help="send a proposal back")
    reject.add_argument("--reason", default="", help="why, for who proposed it")
    reject.set_defaults(run=_reject)
    withdraw = verbs.add_parser("withdraw", help="take back one's own proposal")
    withdraw.set_defaults(run=_withdraw)
    claim = verbs.add_parser("claim", help="become the proposer of a load that nobody signed")
    claim.set_defaults(run=_claim)
    for verb in (publish, reject, withdraw, claim):
        verb.add_argument("number", type=int, help="the number that `pack load` printed")
        verb.add_argument("--by", metavar="ACCOUNT", required=True, help="phone, e-mail or account number")

    loads = verbs.add_parser("loads", help="the loads so far: who loaded, who published")
    loads.set_defaults(run=_loads)
    export = verbs.add_parser("export", help="write the catalogue as it stands into a folder")
    export.add_argument("folder", type=Path, metavar="DIR", help="an empty or a new folder")
    export.set_defaults(run=_export)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="for programs")


def _register_items(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="items_verb", required=True)
    stats = verbs.add_parser("stats", help="how much there is, how deep online, how much is whose statement")
    stats.set_defaults(run=_stats)
    take = verbs.add_parser("import", help="take service items from a department's .xlsx")
    take.add_argument("file", type=Path)
    take.add_argument("--by", metavar="ACCOUNT", required=True, help="phone, e-mail or account number")
    take.add_argument("--all-or-nothing", action="store_true", help="one bad row refuses the file")
    take.add_argument("--errors", type=Path, metavar="FILE", help="where the copy to send back goes (beside the file)")
    take.set_defaults(run=_import)
    blank = verbs.add_parser("template", help="an .xlsx for a department to fill in, with its service items")
    blank.add_argument("file", type=Path)
    blank.add_argument("--department", required=True, metavar="CODE", help="such as 500103-civil_affairs")
    blank.set_defaults(run=_template)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="for programs")


# --- pack ------------------------------------------------------------------------------------------------------------


def _check(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.checking import read_pack
    from yukuaiban.items.loading.pack import files_of
    from yukuaiban.items.loading.problems import PackErrors

    try:
        pack = read_pack(files_of(args.folder.resolve()), args.folder.resolve().name)
    except PackErrors as errors:
        if args.json:
            _print_json({"problems": [problem.as_json() for problem in errors.problems]})
        else:
            for problem in errors.problems:
                print(problem)
            print(f"{len(errors.problems)} errors.", file=sys.stderr)
        return 1
    counts = {table: len(rows) for table, rows in pack.tables.items()} | {"items": len(pack.items)}
    if args.json:
        _print_json({"problems": [], "rows": counts})
    else:
        print(f"{pack.head.id} {pack.head.version} holds: " + ", ".join(f"{n:,} {t}" for t, n in counts.items()))
    return 0


def _diff(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.publishing import compare

    found = compare(args.folder, theirs=args.theirs)
    if args.json:
        _print_json({"is_empty": found.is_empty, "tables": found.counts()})
    elif found.is_empty:
        print("A load would change nothing.")
        _print_lines(found.lines())
    else:
        _print_lines(found.lines())
    return 0


def _load(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.pack import files_of
    from yukuaiban.items.loading.proposals import compare_start
    from yukuaiban.items.loading.publishing import catalogue_is_live, is_loaded, load_city, propose_folder

    if not catalogue_is_live():
        done = load_city(report=_say(args), folder=args.folder, theirs=args.theirs)
        return _report_load(args, done)
    by = _editor(args.by) if args.by else None
    if is_loaded(files_of(args.folder.resolve()), theirs=args.theirs):
        return _report_load(args, None)
    proposal = propose_folder(args.folder, by=by, theirs=args.theirs)
    compare_start(proposal)
    return _report_load(args, proposal)


def _report_load(args: argparse.Namespace, load: PackLoad | None) -> int:
    if args.json:
        _print_json(_as_json(load) if load else {"state": "unchanged"})
    elif load is None:
        print("Nothing to load: these files were published last.")
    elif load.state == load.State.PROPOSED:
        print(
            f"Load {load.pk} is proposed. A second person publishes it, at the desk or here:"
            f" yukuaiban pack publish {load.pk} --by ACCOUNT"
        )
    else:
        print(f"Load {load.pk} is published{f' ({load.exempt_because})' if load.exempt_because else ''}.")
    return 0


def _publish(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.publishing import publish

    return _report_load(args, publish(args.number, by=_editor(args.by), report=_say(args)))


def _reject(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.publishing import reject

    load = reject(args.number, by=_editor(args.by), reason=args.reason)
    if args.json:
        _print_json(_as_json(load))
    else:
        print(f"Load {load.pk} was sent back.")
    return 0


def _withdraw(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.publishing import withdraw

    load = withdraw(args.number, by=_editor(args.by))
    if args.json:
        _print_json(_as_json(load))
    else:
        print(f"Load {load.pk} was withdrawn.")
    return 0


def _claim(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.publishing import claim

    return _report_load(args, claim(args.number, by=_editor(args.by)))


def _loads(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.models import PackLoad

    rows = list(PackLoad.objects.select_related("loaded_by", "published_by")[:50])
    if args.json:
        _print_json([_as_json(load) for load in rows])
        return 0
    for load in rows:
        who = load.exempt_because or f"{load.loaded_by or '—'} → {load.published_by or '—'}"
        print(f"{load.pk}  {load.loaded_at:%Y-%m-%d %H:%M}  {load.pack} {load.version}  {load.state}  {who}")
    return 0


def _export(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.export import export

    try:
        written = export(args.folder)
    except FileExistsError as error:
        print(error, file=sys.stderr)
        return 1
    if args.json:
        _print_json({"files": [str(path) for path in written]})
    else:
        print(f"{len(written)} files in {args.folder}.")
    return 0


# --- items -----------------------------------------------------------------------------------------------------------


def _stats(args: argparse.Namespace) -> int:
    from yukuaiban.items.stats import stats

    found = stats()
    if args.json:
        _print_json(found)
        return 0
    for name, value in found.items():
        shown = ", ".join(f"{key}: {n:,}" for key, n in value.items()) if isinstance(value, dict) else f"{value:,}"
        print(f"{name.replace('_', ' ')}: {shown}")
    return 0


def _import(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.excel import import_workbook

    report = import_workbook(args.file.read_bytes(), by=_editor(args.by), all_or_nothing=args.all_or_nothing)
    copy = (args.errors or _free_name(args.file)) if report.errors else None
    if copy:
        copy.write_bytes(report.error_copy)
    if args.json:
        _print_json(report.as_json() | {"error_copy": str(copy) if copy else None})
    else:
        for error in report.errors:
            print(error)
        print(report.summary())
        if copy:
            print(f"The copy to send back: {copy}")
    return 1 if report.errors else 0


def _free_name(file: Path) -> Path:
    """Where the copy goes when nobody said: beside the file, never over a copy that somebody may be mending."""
    names = (file.with_name(f"{file.stem}-errors{n}.xlsx") for n in chain([""], (f"-{i}" for i in count(2))))
    return next(name for name in names if not name.exists())


def _template(args: argparse.Namespace) -> int:
    from yukuaiban.items.loading.excel import template

    args.file.write_bytes(template(args.department))
    if args.json:
        _print_json({"file": str(args.file)})
    else:
        print(f"{args.file} is ready to be filled in.")
    return 0


# --- common ----------------------------------------------------------------------------------------------------------


def _say(args: argparse.Namespace) -> Any:
    return (lambda line: None) if args.json else print


def _print_json(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    print()


def _print_lines(lines: Any) -> None:
    for line in lines:
        print(line)


def _as_json(load: PackLoad) -> dict[str, Any]:
    return {
        "number": load.pk,
        "pack": load.pack,
        "version": load.version,
        "state": load.state,
        "loaded_by": load.loaded_by and load.loaded_by.number,
        "published_by": load.published_by and load.published_by.number,
        "exempt_because": load.exempt_because,
        "report": load.report,
    }


def _editor(text: str) -> Account:
    """The account that a phone, e-mail address or account number names, if it holds a catalogue editor's post."""
    from django.utils.translation import gettext as _

    from yukuaiban.config.errors import NotFound, PermissionRefused
    from yukuaiban.identifiers import phone
    from yukuaiban.identifiers.errors import IdentifierError
    from yukuaiban.people.models import Account, Role
    from yukuaiban.people.selectors import posts_of

    active = Account.objects.filter(is_active=True)
    account = active.filter(number=text).first() or (active.filter(email__iexact=text).first() if "@" in text else None)
    if account is None:
        try:
            account = Account.objects.with_phone(phone.parse(text).text)
        except IdentifierError:
            account = None
    if account is None:
        raise NotFound(_("没有账号“{text}”。请写手机号、邮箱或账号编号。").format(text=text))
    if not any(post.desk.role == Role.EDITOR for post in posts_of(account)):
        raise PermissionRefused(_("“{name}”没有事项管理员岗位，不能装载或发布目录。").format(name=account))
    return account
