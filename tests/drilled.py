"""What runs inside a data folder that is killed: the real launcher, and the drafts that are filed meanwhile.

`serve` is `yukuaiban up` with two switches that exist only here, so that the proof can be proved:

    DRILL_PAUSE=0.5            so long between the commit of a filing and its answer: there the kill is meant to fall
    DATA/drill-control         read at each filing; while it says
        early                  the answer is given before the commit
        unguarded              a filing that is repeated is filed again
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from datetime import date, timedelta

TOO_LATE = 5  # seconds between an answer and its commit
CONTROL_FILE = "drill-control"  # in the data folder


def serve(arguments: list[str]) -> int:
    """The launcher, without the steps of a start that filing does not need."""
    from yukuaiban.config.cli import main
    from yukuaiban.config.launch import services, steps

    load_program = services.load_program

    def load_with_switches() -> None:
        load_program()
        file_again()
        acknowledge_before_the_commit()
        linger(float(os.environ.get("DRILL_PAUSE", "0")))

    services.load_program = load_with_switches
    steps.STEPS = [step for step in steps.STEPS if step.title in {"migrations", "keys", "packs"}]
    return int(main(["up", *arguments]) or 0)


def control() -> str:
    """Which guard is taken away just now."""
    from django.conf import settings

    try:
        return (settings.DATA_DIR / CONTROL_FILE).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def linger(seconds: float) -> None:
    """Wait between a filing's commit and whatever follows it in the request."""
    from yukuaiban.cases import services

    case_file = services.case_file

    def case_file_and_wait(**how):
        receipt = case_file(**how)
        time.sleep(seconds)
        return receipt

    services.case_file = case_file_and_wait


def acknowledge_before_the_commit() -> None:
    """Under `early` the receipt goes out first and the transaction ends later; only a kill between them shows it."""
    from django.db import transaction

    from yukuaiban.cases import services

    case_file = services.case_file

    def file_without_commit(**how):
        receipts: queue.Queue = queue.Queue()

        def hold() -> None:
            with transaction.atomic():
                receipts.put(case_file(**how))
                time.sleep(TOO_LATE)

        threading.Thread(target=hold, daemon=True).start()
        receipt = receipts.get(timeout=20)
        receipt.case.refresh_from_db = lambda: None  # another connection would still see the draft
        return receipt

    services.case_file = lambda **how: (file_without_commit if control() == "early" else case_file)(**how)


def file_again() -> None:
    """Under `unguarded` nothing knows a filing again: not the key, not the look at the state, not the act's statement."""
    from dataclasses import replace

    from yukuaiban.cases import door, states
    from yukuaiban.cases.services import filing
    from yukuaiban.cases.states import Act, State

    class Rows(dict):
        def __getitem__(self, act: Act) -> states.Transition:
            row = super().__getitem__(act)
            if act == Act.FILE and control() == "unguarded":
                return replace(row, sources=frozenset({State.DRAFT, State.SUBMITTED}))
            return row

    def load_as_draft(case_id, at):
        ctx = load(case_id, at)
        if control() == "unguarded":
            ctx.case.state = State.DRAFT
        return ctx

    filed_with, load = filing._filed_with, filing.load
    filing._filed_with = lambda by, key: None if control() == "unguarded" else filed_with(by, key)
    filing.load = load_as_draft
    door.TRANSITIONS = Rows(states.TRANSITIONS)


def make_drafts(many: int) -> list[dict[str, object]]:
    """Complete drafts, each of another person with a token: [{"id", "number", "token"}]."""
    from tests.people import RESIDENCE, applicant, person
    from yukuaiban.cases import services
    from yukuaiban.cases.tests.test_life import give_materials
    from yukuaiban.config.now import now, today
    from yukuaiban.items.models import ServiceItem
    from yukuaiban.people.models import Party
    from yukuaiban.people.services import token_make

    item = ServiceItem.objects.get(entry__current_version__content__slug="residence_permit", division_id="500103")
    made = []
    for _n in range(many):
        account = person(birth=date(1950, 1, 1) + timedelta(days=Party.objects.count()))  # another at each call
        who = applicant(account)
        case = services.draft_start(service_item_id=item.pk, by=who, at=now())
        services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=now())
        give_materials(case)
        _token, text = token_make(
            account=account,
            name="drill",
            scopes=["cases:read", "cases:write"],
            expires_on=today() + timedelta(days=2),
            at=now(),
        )
        made.append({"id": case.pk, "number": case.number, "token": text})
    return made


def drafts(arguments: list[str]) -> int:
    """Make so many drafts and print them as JSON."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yukuaiban.config.settings")
    django.setup()
    sys.stdout.write(json.dumps(make_drafts(int(arguments[0]))))
    return 0


if __name__ == "__main__":
    sys.exit({"serve": serve, "drafts": drafts}[sys.argv[1]](sys.argv[2:]))
