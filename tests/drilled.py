"""What runs inside a data folder that is killed: the real launcher, and the drafts that are filed meanwhile.

`serve` is `yukuaiban up` with two switches that exist only here, so that the proof can be proved:

    DRILL_PAUSE=0.5            so long between the commit of a filing and its answer: there the kill is meant to fall
    DRILL_CONTROL=early        the answer is given before the commit
    DRILL_CONTROL=unguarded    a filing that is repeated is filed again
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from datetime import date, timedelta
from types import SimpleNamespace

NEVER = 600  # seconds: longer than any drill


def serve(arguments: list[str]) -> int:
    """The launcher, without the steps of a start that filing does not need."""
    from yukuaiban.config.cli import main
    from yukuaiban.config.launch import services, steps

    load_program = services.load_program

    def load_with_switches() -> None:
        load_program()
        if control := os.environ.get("DRILL_CONTROL"):
            CONTROLS[control]()
        linger(float(os.environ.get("DRILL_PAUSE", "0")))

    services.load_program = load_with_switches
    steps.STEPS = [step for step in steps.STEPS if step.title in {"migrations", "keys", "packs"}]
    return int(main(["up", *arguments]) or 0)


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
    """The filing is done in a transaction that stays open; its receipt goes out all the same."""
    from django.db import transaction

    from yukuaiban.cases import services

    case_file = services.case_file

    def file_without_commit(**how):
        receipts: queue.Queue = queue.Queue()

        def hold() -> None:
            with transaction.atomic():
                receipts.put(case_file(**how))
                time.sleep(NEVER)

        threading.Thread(target=hold, daemon=True).start()
        receipt = receipts.get(timeout=20)
        receipt.case.refresh_from_db = lambda: None  # another connection would still see the draft
        return receipt

    services.case_file = file_without_commit


def file_again() -> None:
    """Take away what knows a filing again: the key, the look at the state, and the state in the act's statement."""
    from dataclasses import replace

    from yukuaiban.cases import door, states
    from yukuaiban.cases.services import filing
    from yukuaiban.cases.states import Act, State

    class Anything:
        def __eq__(self, other: object) -> bool:
            return True

        def __ne__(self, other: object) -> bool:
            return False

        __hash__ = None

    filing._filed_with = lambda by, key: None
    filing.State = SimpleNamespace(DRAFT=Anything(), SUBMITTED=State.SUBMITTED)
    row = states.TRANSITIONS[Act.FILE]
    door.TRANSITIONS = {
        **states.TRANSITIONS,
        Act.FILE: replace(row, sources=frozenset({State.DRAFT, State.SUBMITTED})),
    }


CONTROLS = {"early": acknowledge_before_the_commit, "unguarded": file_again}


def drafts(arguments: list[str]) -> int:
    """Print N complete drafts, each of another person with a token: [{"id", "number", "token"}]."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yukuaiban.config.settings")
    django.setup()

    from tests.people import RESIDENCE, applicant, person
    from yukuaiban.cases import services
    from yukuaiban.cases.tests.test_life import give_materials
    from yukuaiban.config.now import now, today
    from yukuaiban.items.models import ServiceItem
    from yukuaiban.people.models import Party
    from yukuaiban.people.services import token_make

    item = ServiceItem.objects.get(entry__current_version__content__slug="residence_permit", division_id="500103")
    made = []
    for _n in range(int(arguments[0])):
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
    sys.stdout.write(json.dumps(made))
    return 0


if __name__ == "__main__":
    sys.exit({"serve": serve, "drafts": drafts}[sys.argv[1]](sys.argv[2:]))
