"""`yukuaiban cases`: count open cases again after a holiday notice; erase what the law lets be erased, or hold it."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from yukuaiban.config.cli import add_json, answer


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb `cases`."""
    parser = subparsers.add_parser(
        "cases",
        help="count open cases again, erase ended ones",
        description="Count the dates of open cases again, erase what the law lets be erased, hold what must be kept.",
    )
    verbs = parser.add_subparsers(dest="cases_verb", required=True)
    recount = verbs.add_parser("recount", help="count the due dates of all open cases by the calendar that stands now")
    add_json(recount)
    recount.set_defaults(run=_recount)
    erase = verbs.add_parser(
        "erase", help="erase one ended case, or with --due all whose term of keeping has ended; chains stay valid"
    )
    which = erase.add_mutually_exclusive_group(required=True)
    which.add_argument("number", nargs="?", help="one case's number")
    which.add_argument(
        "--due", action="store_true", help="all kinds of the retention table; may be stopped and repeated"
    )
    erase.add_argument("--kind", action="append", default=[], help="with --due: this kind only (may be repeated)")
    erase.add_argument("--dry-run", action="store_true", help="with --due: count, erase nothing")
    add_json(erase)
    erase.set_defaults(run=_erase)
    terms = verbs.add_parser("retention", help="how long each kind of personal data is kept, and by which source")
    add_json(terms)
    terms.set_defaults(run=_retention)
    hold = verbs.add_parser("hold", help="keep a case from being erased, for an audit or an investigation")
    hold.add_argument("number", help="the case's number")
    hold.add_argument("--by", required=True, help="who orders it: name and office")
    hold.add_argument("--reason", required=True, help="why, and on what ground")
    add_json(hold)
    hold.set_defaults(run=_hold)
    lift = verbs.add_parser("lift", help="lift a hold; who, why and until when stay on record")
    lift.add_argument("hold", type=int, help="its number, of `cases holds`")
    lift.add_argument("--by", required=True, help="who orders it: name and office")
    lift.add_argument("--reason", required=True, help="why")
    add_json(lift)
    lift.set_defaults(run=_lift)
    holds = verbs.add_parser("holds", help="list the holds that stand")
    holds.add_argument("--all", action="store_true", help="those that were lifted, too")
    add_json(holds)
    holds.set_defaults(run=_holds)


def _recount(options: argparse.Namespace) -> int:
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
    return answer(options, {"counted": done}, str(done))


def _erase(options: argparse.Namespace) -> int:
    from yukuaiban.cases.models import Case
    from yukuaiban.cases.retention import case_erase
    from yukuaiban.config.now import now

    if options.due:
        return _erase_due(options)
    found = Case.objects.filter(number=options.number).first()
    if found is None:
        print(f"There is no case {options.number}.", file=sys.stderr)
        return 1
    case_erase(case_id=found.pk, at=now())
    told = f"{found.number}: erased; the chain of subject {found.pk} stays valid."
    return answer(options, {"case": found.number, "subject": found.pk, "erased": True}, told)


def _erase_due(options: argparse.Namespace) -> int:
    """Kind by kind, with progress; stopped anywhere it is taken up by the next run."""
    from yukuaiban.config import retention
    from yukuaiban.config.now import now

    if unknown := sorted(set(options.kind) - set(retention.kinds())):
        known = ", ".join(retention.kinds())
        print(f"There is no kind {', '.join(unknown)}. The kinds are {known}.", file=sys.stderr)
        return 1

    def report(name: str, tally: retention.Tally) -> None:
        print(f"\r{name}: {tally.erased:,} of {tally.due - tally.held:,}", end="", file=sys.stderr, flush=True)

    done = retention.run(now(), only=options.kind, dry=options.dry_run, report=report)
    print(file=sys.stderr)
    if options.json:
        print(json.dumps({name: asdict(tally) for name, tally in done.items()}))
        return 0
    print(f"{'kind':<22}{'due':>10}{'held':>10}{'erased':>10}")
    for name, tally in done.items():
        print(f"{name:<22}{tally.due:>10,}{tally.held:>10,}{tally.erased:>10,}")
    if options.dry_run:
        print("Nothing was erased (--dry-run).")
    return 0


def _retention(options: argparse.Namespace) -> int:
    from yukuaiban.config import retention

    rows = [
        {
            "kind": row.name,
            "title": row.title.en,
            "counts_from": row.counts_from.en,
            "since": term.since.isoformat(),
            "value": term.value,
            "unit": term.unit,
            "source": term.source,
            "status": term.status,
        }
        for row in retention.table().values()
        for term in row.terms
    ]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        print(
            f"{row['kind']:<20} {row['value']:>3} {row['unit']:<13} from {row['counts_from']}; since {row['since']}, {row['source']}, {row['status']}"
        )
    return 0


def _hold(options: argparse.Namespace) -> int:
    from yukuaiban.cases.models import Case
    from yukuaiban.cases.retention import hold_set
    from yukuaiban.config.now import now

    found = Case.objects.filter(number=options.number).first()
    if found is None:
        print(f"There is no case {options.number}.", file=sys.stderr)
        return 1
    hold = hold_set(case_id=found.pk, by=options.by, reason=options.reason, at=now())
    told = f"{found.number}: hold {hold.pk} stands until it is lifted."
    return answer(options, {"case": found.number, "hold": hold.pk}, told)


def _lift(options: argparse.Namespace) -> int:
    from yukuaiban.cases.models import LegalHold
    from yukuaiban.cases.retention import hold_lift
    from yukuaiban.config.now import now

    try:
        hold = hold_lift(hold_id=options.hold, by=options.by, reason=options.reason, at=now())
    except LegalHold.DoesNotExist:
        print(f"There is no hold {options.hold}: `yukuaiban cases holds` lists them.", file=sys.stderr)
        return 1
    told = f"{hold.case.number}: hold {hold.pk} is lifted."
    return answer(options, {"case": hold.case.number, "hold": hold.pk, "lifted": True}, told)


def _holds(options: argparse.Namespace) -> int:
    from yukuaiban.cases.models import LegalHold

    found = LegalHold.objects.select_related("case")
    if not options.all:
        found = found.filter(lifted_at__isnull=True)
    rows = [
        {
            "hold": hold.pk,
            "case": hold.case.number,
            "since": hold.set_at.isoformat(timespec="minutes"),
            "by": hold.set_by,
            "reason": hold.reason,
            "lifted": hold.lifted_at.isoformat(timespec="minutes") if hold.lifted_at else None,
            "lifted_by": hold.lifted_by,
            "lift_reason": hold.lift_reason,
        }
        for hold in found
    ]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        ended = f"; lifted {row['lifted']} by {row['lifted_by']}: {row['lift_reason']}" if row["lifted"] else ""
        print(f"{row['hold']:>6}  {row['case']}  since {row['since']} by {row['by']}: {row['reason']}{ended}")
    return 0
