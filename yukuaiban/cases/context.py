"""All that a service looks at before it acts: the case as read, its item, its history, the calendar, today."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from yukuaiban.calendars import WorkingCalendar
from yukuaiban.calendars import selectors as calendars
from yukuaiban.cases.models import Case, Step
from yukuaiban.cases.states import State
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import ZONE
from yukuaiban.items import selectors as items
from yukuaiban.items.guide import Guide
from yukuaiban.items.schema import ItemContent
from yukuaiban.places import selectors as places


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a case as the chain tells it, without personal data."""

    seq: int
    act: str  # without the prefix "case."
    at: datetime
    actor: dict[str, Any]
    facts: dict[str, Any]

    @property
    def on(self) -> date:
        """The city's date of the event."""
        return self.at.astimezone(ZONE).date()


@dataclass
class Context:
    """A case read for one act."""

    case: Case
    at: datetime

    @property
    def today(self) -> date:
        return self.at.astimezone(ZONE).date()

    def closes_at(self, at: datetime) -> time | None:
        """When the hall that serves the item's division closes on the day of `at` (docs/adr/0009)."""
        return places.closes_at(self.case.division_id, at.astimezone(ZONE).date())

    @property
    def state(self) -> State:
        return State(self.case.state)

    @cached_property
    def guide(self) -> Guide:
        """The item in the version the case was asked by."""
        return items.guide_at(self.case.service_item_id, self.case.entry_version_id, self.case.differences_id)

    @property
    def content(self) -> ItemContent:
        assert self.guide.content is not None
        return self.guide.content

    @cached_property
    def calendar(self) -> WorkingCalendar:
        return calendars.current()

    @cached_property
    def history(self) -> list[Happened]:
        """Its events up to where it was read; a later one with the older state would make a case that never was."""
        return history(self.case.pk, upto=self.case.seq)

    @cached_property
    def steps(self) -> list[Step]:
        return list(self.case.steps.select_related("desk").order_by("stage", "pk"))


def history(subject: int, *, upto: int | None = None) -> list[Happened]:
    """The events of a case, oldest first; none after the `upto`th."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, kind, at, actor::text, facts::text FROM chain_event"
            " WHERE subject = %s AND seq <= coalesce(%s, seq) ORDER BY seq",
            [subject, upto],
        )
        return [
            Happened(seq, kind.removeprefix("case."), at, json.loads(actor), json.loads(facts))
            for seq, kind, at, actor, facts in cursor.fetchall()
        ]


def load(case_id: int, at: datetime) -> Context:
    """Read a case for an act. Raises NotFound."""
    try:
        return Context(Case.objects.select_related("applicant").get(pk=case_id), at)
    except Case.DoesNotExist:
        raise NotFound(_("没有这个办件，或您无权查看。")) from None
