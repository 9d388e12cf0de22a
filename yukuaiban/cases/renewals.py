"""延续: what an application asks to prolong, until when silence has not done it, and the term it brings (ADR 0096)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from yukuaiban import conditions
from yukuaiban.calendars import Limit, Unit, WorkingCalendar
from yukuaiban.calendars.limits import last_day
from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Case
from yukuaiban.cases.states import RUNNING
from yukuaiban.config.now import ZONE
from yukuaiban.items.renewals import Window, window
from yukuaiban.items.schema import ItemContent
from yukuaiban.licences import selectors as licences
from yukuaiban.licences.models import Licence


@dataclass(frozen=True, slots=True)
class Renewing:
    """What is to be prolonged: a licence in the wallet, or one of which only the typed day is known."""

    licence: Licence | None
    window: Window


def asked(
    content: ItemContent, answers: Mapping[str, Any], applicant_id: int, calendar: WorkingCalendar, on: date
) -> Renewing | None:
    """The renewal that answers ask for; None where they ask for none, or do not say yet until when it holds.

    A licence in the wallet says itself when it ends. Of several, it is the one whose last day was typed.
    """
    renewal = content.renewal
    if renewal is None or (renewal.when and conditions.evaluate(conditions.parse(renewal.when), answers) is not True):
        return None
    typed = _day(answers.get(renewal.expiry))
    held = licences.renewable(applicant_id, renewal.licence_type)
    found = next((one for one in held if one.last_day == typed), held[0] if len(held) == 1 else None)
    expires_on = found.last_day if found else typed
    return Renewing(found, window(renewal, expires_on, calendar, on)) if expires_on else None


def of_draft(ctx: Context, answers: Mapping[str, Any]) -> Renewing | None:
    """What the applicant is told while he fills in: until when one applies in time, and what late means."""
    return asked(ctx.content, answers, ctx.case.applicant_id, ctx.calendar, ctx.today)


def answers_for(content: ItemContent, party_id: int, licence_id: int) -> dict[str, Any]:
    """The answers that ask for the renewal of a licence in the wallet; nobody else's fills in anything."""
    renewal = content.renewal
    held = licences.renewable(party_id, renewal.licence_type) if renewal else []
    licence = next((one for one in held if one.pk == licence_id), None)
    if renewal is None or licence is None or licence.last_day is None:
        return {}
    known = {renewal.expiry: licence.last_day.isoformat()}
    if renewal.when and renewal.when.get("op") == "eq":
        known[renewal.when["field"]] = renewal.when["value"]
    return known


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def filed(ctx: Context, answers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts and columns that a filing keeps of a renewal; empty where it is none.

    Raises: RuleRefused while another application to renew the same licence runs.
    """
    found = asked(ctx.content, answers, ctx.case.applicant_id, ctx.calendar, ctx.today)
    if found is None:
        return {}, {}
    if found.licence:
        Licence.objects.select_for_update(of=("self",)).get(pk=found.licence.pk)  # of two at once the second waits here
        running = Case.objects.filter(renews_id=found.licence.pk, state__in=RUNNING).exclude(pk=ctx.case.pk).first()
        if running:
            raise RuleRefused(
                _("这份证照的延续已经在办理，办件编号 {number}。").format(number=running.number),
                details={"case": running.number},
            )
    days = found.window
    facts = {
        "renews_until": days.expires_on,
        "renew_by": days.last_on,
        "renews": found.licence.pk if found.licence else None,
    }
    return facts, _columns(found)


def accepted(ctx: Context, answers: Mapping[str, Any], accepted_on: date) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same at acceptance, with the day at whose end silence renews: what the officer took in is what counts.

    Silence renews only what was applied for in time, by the day of the applicant's own act or by the last day that he
    was told (ADR 0085), and was taken in, whole, while the licence still held.
    """
    found = asked(ctx.content, answers, ctx.case.applicant_id, ctx.calendar, ctx.today)
    if found is None:
        return {}, {"renews_id": None, "renews_until": None}
    days, told = found.window, ctx.history[0].facts
    last_on = days.last_on
    if told.get("renews_until") == days.expires_on.isoformat():
        last_on = max(last_on, date.fromisoformat(told["renew_by"]))
    assert ctx.case.filed_at is not None
    in_time = ctx.case.filed_at.astimezone(ZONE).date() <= last_on and accepted_on <= days.expires_on
    facts = {"renews_until": days.expires_on, "in_time": in_time}
    return facts, {**_columns(found), "lapses_on": days.expires_on if in_time else None}


def _columns(found: Renewing) -> dict[str, Any]:
    return {"renews_id": found.licence.pk if found.licence else None, "renews_until": found.window.expires_on}


def term(ctx: Context, months: int) -> tuple[date, date]:
    """The term of the licence that a granted renewal brings: its first day, and the first day on which it no longer holds.

    It holds from today, so that the holder is never without, and ends so many months after the old one's end; decided
    after that end, or where the item says so, after the decision.
    """
    case = ctx.case
    assert case.renews_until is not None
    assert case.decided_on is not None
    old_end = last_day(case.renews_until, Limit(1, Unit.CALENDAR_DAY))
    if case.decided_on > old_end:
        return ctx.today, last_day(case.decided_on, Limit(months, Unit.MONTH))
    from_expiry = ctx.content.renewal is not None and ctx.content.renewal.counted_from == "expiry"
    start = old_end if from_expiry else case.decided_on
    return min(ctx.today, old_end), last_day(start, Limit(months, Unit.MONTH))
