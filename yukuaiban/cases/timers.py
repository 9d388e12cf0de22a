"""What the law lets happen by mere lapse of time: a tick performs it, a reader meets it as already performed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from operator import attrgetter

from django.db import transaction

from yukuaiban.cases.errors import TransitionRefused
from yukuaiban.cases.models import Timer
from yukuaiban.cases.states import Act
from yukuaiban.config.now import ZONE, now

log = logging.getLogger(__name__)

BATCH = 200


def end_of(day: date) -> datetime:
    """The instant at which a day has passed entirely in the city."""
    return datetime.combine(day + timedelta(days=1), time(0), tzinfo=ZONE)


Performer = Callable[[int, datetime], object]
_performers: dict[str, Performer] = {}


def performs(act: Act) -> Callable[[Performer], Performer]:
    """Mark the service that does an act when its time has come; it is given the case's id and the instant."""

    def mark(service: Performer) -> Performer:
        _performers[act.value] = service
        return service

    return mark


def fire_due(case_id: int, *, at: datetime) -> bool:
    """Perform what lapsed for a case before `at`; the event bears the instant of the lapse, not of its discovery."""
    due = list(Timer.objects.filter(case_id=case_id, fires_at__lte=at).order_by("fires_at"))
    return sum(_fire(timer) for timer in due) > 0


def _fire(timer: Timer) -> bool:
    try:
        with transaction.atomic():
            _performers[timer.act](timer.case_id, timer.fires_at)
    except TransitionRefused:  # an act came first; its own statement removed the timer
        return False
    return True


def tick() -> int:
    """Perform all timers that are due; several ticks at once share them. Returns how many fired."""
    fired, after, until = 0, 0, now()
    while batch := list(Timer.objects.filter(pk__gt=after, fires_at__lte=until).order_by("pk")[:BATCH]):
        for timer in sorted(batch, key=attrgetter("fires_at")):
            try:
                fired += _fire(timer)
            except Exception:
                log.exception("timer %s of case %s failed and stays", timer.act, timer.case_id)
        after = batch[-1].pk  # those that failed do not stand in the way of the others
    return fired
