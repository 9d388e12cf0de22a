"""One act on many cases: a report per case, none hinders another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from yukuaiban.cases import selectors
from yukuaiban.cases.context import Context
from yukuaiban.cases.states import Act
from yukuaiban.config.errors import DomainError
from yukuaiban.desk.acts import ACTS
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account

MOST = 100  # cases at once


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one case; `refusal` None: the act was done."""

    number: str
    refusal: str | None
    code: str | None = None


def act_on_many(
    *, act: Act, numbers: Iterable[str], by: Actor, at: datetime, account: Account | None = None
) -> list[Done]:
    """Do an act that asks nothing to each case, at most a hundred, each for itself.

    Args:
        account: Whose other posts may act too, as they see their cases in one list; None: the post of `by` alone.
    """
    row = ACTS[act]
    if not row.bulk:
        raise ValueError(f"{act} is not done in bulk")
    report = []
    for number in islice(dict.fromkeys(numbers), MOST):
        try:
            actor, found = (
                selectors.reach(account, by, number) if account else (by, selectors.case_for_officer(by, number))
            )
            form = row.form({}, ctx=Context(found, at), by=actor)
            form.is_valid()
            row.run(case_id=found.pk, by=actor, at=at, **form.facts())
        except DomainError as error:
            report.append(Done(number, str(error), error.code))
        else:
            report.append(Done(number, None))
    return report
