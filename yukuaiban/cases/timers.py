"""What the law lets happen by mere lapse of time: a tick performs it, a reader meets it as already performed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db import transaction

from yukuaiban.cases.errors import TransitionRefused
from yukuaiban.cases.models import Case, Timer
from yukuaiban.cases.states import Act
from yukuaiban.config.now import ZONE, now
from yukuaiban.people.actors import SYSTEM

log = logging.getLogger(__name__)

BATCH = 200


def end_of(day: date) -> datetime:
    """The instant at which a day has passed entirely in the city."""
    return datetime.combine(day + timedelta(days=1), time(0), tzinfo=ZONE)


def _deem_accepted(case_id: int, fires_at: datetime) -> None:
    """No notice within five working days: accepted from the day of receipt. Law: 行政许可法 第三十二条第一款（四）."""
    from yukuaiban.cases.context import Context
    from yukuaiban.cases.services.receipt import enter_review

    case = Case.objects.select_related("applicant").get(pk=case_id)
    accepted_on = case.corrected_on or case.received_on
    assert accepted_on is not None
    enter_review(Context(case, fires_at), Act.DEEM_ACCEPTED, accepted_on=accepted_on, how="lapse", by=SYSTEM)


def _lapse_correction(case_id: int, fires_at: datetime) -> None:
    from yukuaiban.cases.services.exits import lapse_correction

    lapse_correction(case_id, by=SYSTEM, at=fires_at)


ACTS: dict[str, Callable[[int, datetime], None]] = {
    Act.DEEM_ACCEPTED.value: _deem_accepted,
    Act.LAPSE_CORRECTION.value: _lapse_correction,
}


def fire_due(case_id: int, *, at: datetime) -> bool:
    """Perform what lapsed for a case before `at`; the event bears the instant of the lapse, not of its discovery."""
    due = list(Timer.objects.filter(case_id=case_id, fires_at__lte=at).order_by("fires_at"))
    return sum(_fire(timer) for timer in due) > 0


def _fire(timer: Timer) -> bool:
    try:
        with transaction.atomic():
            ACTS[timer.act](timer.case_id, timer.fires_at)
    except TransitionRefused:  # an act came first; its own statement removed the timer
        return False
    return True


def tick() -> int:
    """Perform all timers that are due; several ticks at once share them. Returns how many fired."""
    fired = 0
    for timer in Timer.objects.filter(fires_at__lte=now()).order_by("fires_at")[:BATCH]:
        try:
            fired += _fire(timer)
        except Exception:
            log.exception("timer %s of case %s failed and stays", timer.act, timer.case_id)
    return fired
