"""What follows an act, after it is committed. Every task may run twice."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app

from yukuaiban.cases import letters, notices, recount, timers
from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import RuleRefused, TransitionRefused
from yukuaiban.cases.models import Case
from yukuaiban.cases.services.decision import case_certify, deliver_electronically
from yukuaiban.cases.states import Act, State
from yukuaiban.config.jobs import RETRY
from yukuaiban.config.now import now
from yukuaiban.people.actors import SYSTEM


@app.task(name="cases.follow", retry=RETRY)
def follow(case: int, act: str) -> None:
    """Licence, delivery, letters and notices that follow from an act."""
    found = Case.objects.select_related("applicant").filter(pk=case).first()
    if found is None:
        return
    if act in {Act.GRANT.value, Act.DEEM_RENEWED.value} or (
        act == Act.SUPPLEMENT.value and found.state == State.GRANTED
    ):
        _certify(found)
    if act in {Act.CERTIFY.value, Act.REFUSE.value}:
        deliver_electronically(case, at=now())
    found = Case.objects.select_related("applicant").get(pk=case)
    letters.make_all(Context(found, now()))
    notices.tell(found, Act(act))


def _certify(case: Case) -> None:
    """An electronic result needs nobody's hand; one that is still owed material (容缺) waits at the window."""
    try:
        case_certify(case_id=case.pk, by=SYSTEM, at=now())
    except (RuleRefused, TransitionRefused):
        return


@app.task(name="cases.recount", retry=RETRY)
def recount_batch(after: int = 0, **_ignored: Any) -> None:
    """Re-count one thousand open cases by the calendar that stands now, and queue the next thousand."""
    last = recount.batch(after)
    if last is not None:
        recount_batch.defer(after=last)


@app.task(name="cases.tell_moved", retry=RETRY)
def tell_moved(case: int) -> None:
    """Tell the applicant whose date a holiday notice moved."""
    found = Case.objects.select_related("applicant", "filed_by").filter(pk=case).first()
    if found is not None:
        notices.tell_moved(found)


@app.task(name="cases.fire_timers", retry=RETRY)
def fire_timers() -> None:
    timers.tick()
