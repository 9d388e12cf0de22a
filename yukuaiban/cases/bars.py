"""不得再次申请: what bars a party from asking for a licence again, from when until when, and what lifts it (ADR 0097).

Law: 行政许可法 第七十八条, 第七十九条.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yukuaiban import conditions
from yukuaiban.calendars.limits import Limit, Unit, last_day
from yukuaiban.cases import door, renewals
from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import Barred, RuleRefused
from yukuaiban.cases.models import Bar, Case, Remedy
from yukuaiban.config.parameters import parameter
from yukuaiban.items.guide import Guide
from yukuaiban.items.limits import BARS, LICENCE
from yukuaiban.items.schema import ItemContent
from yukuaiban.people.models import Party

#: A review or judgment with one of these took away the decision, and the bar that rested on it.
ANNULLING = {Remedy.Outcome.CHANGED, Remedy.Outcome.ANNULLED, Remedy.Outcome.ORDERED_ANEW}


def facts(ctx: Context, ground: Bar.Ground | None) -> dict[str, Any]:
    """What the event of a decision keeps of a falsehood: the ground, and the last day of the bar where there is one.

    Raises: RuleRefused where the item is no licence: the articles are of licences alone.
    """
    if ground is None:
        return {}
    if ctx.content.item_type != LICENCE:
        raise RuleRefused(_("只有行政许可事项适用这一条（行政许可法 第七十八条、第七十九条）。"))
    return {"falsehood": ground.value, "barred_until": last_day_of(ground, ctx.today) if brings_one(ctx) else None}


def brings_one(ctx: Context) -> bool:
    """Whether a falsehood in this case bars: it asked for the licence itself, or to prolong it."""
    asked = _asks_for_it(ctx.content, door.read_answers(ctx.case))
    return _concerned(ctx.content) and (asked or ctx.case.renews_until is not None)


def last_day_of(ground: Bar.Ground, on: date) -> date:
    """The last day of a bar that is decided on a day: the corresponding day, also where it is a holiday.

    Law: 行政许可法 第七十八条, 第七十九条; 民法典 第二百零一条第一款, 第二百零二条.
    """
    term = parameter(BARS[ground.value], on)
    return last_day(on, Limit(int(term.value), Unit(term.unit)))


def write(ctx: Context, told: dict[str, Any]) -> None:
    """The bar that a decision brings, in the decision's transaction. Args: told: the facts of its event."""
    if not told.get("barred_until"):
        return
    case = ctx.case
    _one_at_a_time(case.applicant_id)
    Bar.objects.create(
        party_id=case.applicant_id, entry_id=ctx.guide.entry_id, case=case,
        ground=told["falsehood"], since=ctx.today, until=told["barred_until"],
    )  # fmt: skip


def lift_by_remedy(case: Case, remedy: Remedy) -> None:
    """A review or judgment took the decision away; one that was begun before the decision was not against it."""
    if remedy.outcome in ANNULLING:
        _standing_of(case).filter(since__lte=remedy.filed_on).update(lifted_on=remedy.concluded_on)


def lift_by_reopening(case: Case, on: date) -> None:
    """The case is decided anew, whatever the remedy was begun against: nothing rests on the old decision any more."""
    _standing_of(case).update(lifted_on=on)


def _standing_of(case: Case) -> QuerySet[Bar]:
    return Bar.objects.filter(case=case, lifted_on=None)


def standing(party_id: int | None, on: date) -> QuerySet[Bar]:
    """What bars a party on a day, the longest first."""
    found = Bar.objects.filter(party=party_id, lifted_on=None, since__lte=on, until__gte=on)
    return found.select_related("entry", "case")


def check_start(guide: Guide, party_id: int, on: date) -> None:
    """Told before a word is typed, where nothing but the licence itself can be asked for. Raises: Barred."""
    safety = guide.content.process.safety if guide.content else None
    if safety and not safety.when and not (guide.content and guide.content.renewal):
        _refuse(standing(party_id, on).filter(entry=guide.entry_id).first())


def against(ctx: Context, answers: Mapping[str, Any]) -> Bar | None:
    """What stands against an application as far as it is filled in.

    To change or to prolong a licence is not to ask for it again; but after a renewal that was refused for a falsehood the
    renewal of that licence is.
    """
    if not _concerned(ctx.content):
        return None
    found = standing(ctx.case.applicant_id, ctx.today).filter(entry=ctx.guide.entry_id)
    renewing = renewals.of_draft(ctx, answers)
    if renewing:
        return found.filter(case__renews_id=renewing.licence.pk).first() if renewing.licence else None
    return found.first() if _asks_for_it(ctx.content, answers) else None


def check_filing(ctx: Context, answers: Mapping[str, Any]) -> None:
    """The last word, at the filing: of a filing and a decision at the same moment one comes first. Raises: Barred."""
    if _concerned(ctx.content):
        _one_at_a_time(ctx.case.applicant_id)
        _refuse(against(ctx, answers))


def check_change(ctx: Context, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """A correction does not turn a filed change into an application that is barred. Raises: Barred.

    One that asked for the licence before the bar came goes on.
    """
    if _concerned(ctx.content) and against(ctx, before) is None:
        check_filing(ctx, after)


def _concerned(content: ItemContent) -> bool:
    return content.process.safety is not None


def _asks_for_it(content: ItemContent, answers: Mapping[str, Any]) -> bool:
    """For the licence itself; what the answers do not say yet is not held against the applicant."""
    when = content.process.safety.when if content.process.safety else None
    return when is None or conditions.evaluate(conditions.parse(when), answers) is True


def _one_at_a_time(party_id: int) -> None:
    Party.objects.select_for_update(no_key=True).get(pk=party_id)


def _refuse(bar: Bar | None) -> None:
    if bar is None:
        return
    raise Barred(
        _(
            "至 {until}（含）不能再次申请“{item}”：办件 {number} 于 {since} 因“{ground}”被作出不利决定（{article}）。"
            "不服该决定的，按文书写明的期限和机关申请复议或者提起诉讼。"
        ).format(
            until=bar.until.isoformat(),
            item=bar.entry.name_en if (get_language() or "").startswith("en") else bar.entry.name_zh,
            number=bar.case.number,
            since=bar.since.isoformat(),
            ground=Bar.Ground(bar.ground).label,
            article=article(bar.ground, bar.since),
        ),
        details={"until": bar.until.isoformat(), "case": bar.case.number, "ground": bar.ground},
    )


def article(ground: str, on: date) -> str:
    """The article that a bar of a day rests on."""
    return str(parameter(BARS[ground], on).source)
