"""Other ends: withdrawal, termination, revocation, cancellation; and what follows a review or a lawsuit."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from yukuaiban.cases import bars, clocks, door, rules, timers, work
from yukuaiban.cases.context import Context
from yukuaiban.cases.door import Outcome, one_act
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Bar, Case, Extension, Hearing, Remedy, Step
from yukuaiban.cases.preconditions import begin
from yukuaiban.cases.services.receipt import follow, make_steps, need, open_stage, own_stages
from yukuaiban.cases.states import TRANSITIONS, Act, State
from yukuaiban.licences import selectors as licence_selectors
from yukuaiban.licences import services as licences
from yukuaiban.licences.states import STANDING
from yukuaiban.people.actors import SYSTEM, Actor

_CLOCK_OFF = {
    "due_on": None,
    "promised_on": None,
    "step_on": None,
    "warn_on": None,
    "is_provisional": False,
    "lapses_on": None,
    "first_review_by": None,
}


def _end(ctx: Context, act: Act, *, by: Actor, reason: str, **facts: object) -> Case:
    door.move(
        ctx.case,
        act,
        Outcome(
            facts={"on": ctx.today, **facts},
            payload={"reason": reason.strip()} if reason.strip() else None,
            columns={**_CLOCK_OFF, "ended_on": ctx.today},
            work=work.rows(ctx.case, TRANSITIONS[act].target_from(State(ctx.case.state)), (), due_on=None),
            timers={},
            outbox=follow(ctx.case, act),
        ),
        by=by,
        at=ctx.at,
    )
    ctx.case.pauses.filter(until_on__isnull=True).update(until_on=ctx.today)
    return ctx.case


@one_act
def case_withdraw(*, case_id: int, by: Actor, at: datetime, reason: str = "") -> Case:
    """撤回: the applicant takes the application back before it is decided. He may file again. See ADR 0073."""
    ctx = begin(Act.WITHDRAW, case_id, by=by, at=at)
    return _end(ctx, Act.WITHDRAW, by=by, reason=reason)


@one_act
def case_terminate(*, case_id: int, by: Actor, at: datetime, reason: str) -> Case:
    """终止: it cannot be gone on with (the applicant died or ended, its object is gone, ...). See ADR 0070."""
    ctx = begin(Act.TERMINATE, case_id, by=by, at=at)
    need(reason, _("终止的理由"))
    return _end(ctx, Act.TERMINATE, by=by, reason=reason)


@timers.performs(Act.LAPSE_CORRECTION)
def lapse_correction(case_id: int, fires_at: datetime) -> Case:
    """What the notice asked for was not handed in. See ADR 0070."""
    ctx = Context(Case.objects.select_related("applicant").get(pk=case_id), fires_at)
    return _end(ctx, Act.LAPSE_CORRECTION, by=SYSTEM, reason="")


@one_act
def case_revoke(*, case_id: int, by: Actor, at: datetime, reason: str, ground: str, fraud: bool = False) -> Case:
    """撤销 a licence that should not have been granted.

    Args:
        ground: The paragraph of article 69.
        fraud: It was obtained by fraud, bribery or the like; where the item touches safety or health, the holder does not
            ask for it again for a time (ADR 0097).
    Law: 行政许可法 第六十九条, 第七十九条.
    """
    ctx = begin(Act.REVOKE, case_id, by=by, at=at)
    need(reason, _("撤销的理由"))
    need(ground, _("所依据的条款"))
    more = bars.facts(ctx, Bar.Ground.FRAUD if fraud else None)
    case = _end(ctx, Act.REVOKE, by=by, reason=reason, ground=ground, **more)
    bars.write(ctx, more)
    if case.licence_id:
        licences.licence_revoke(licence_id=case.licence_id, by=by, at=at, reason=reason)
    return case


@one_act
def case_cancel(*, case_id: int, by: Actor, at: datetime, reason: str, ground: str) -> Case:
    """注销: expired, holder dead or ended, licence revoked or withdrawn by law. Law: 行政许可法 第七十条."""
    ctx = begin(Act.CANCEL, case_id, by=by, at=at)
    need(reason, _("注销的理由"))
    need(ground, _("所依据的条款"))
    case = _end(ctx, Act.CANCEL, by=by, reason=reason, ground=ground)
    if case.licence_id:
        licences.licence_cancel(licence_id=case.licence_id, by=by, at=at, reason=reason)
    return case


@one_act
def remedy_record(
    *,
    case_id: int,
    by: Actor,
    at: datetime,
    kind: str,
    filed_on: date,
    body: str,
    received_on: date | None = None,
    reference: str = "",
    note: str = "",
) -> Case:
    """A review (复议) or lawsuit (诉讼) was filed against what was done or not done; the approver follows it to its end.

    Args:
        body: Who hears it.
        received_on: The day on which the copy reached the department: from it the limit of its answer counts.
    Law: 行政许可法 第七条; 行政复议法 第四十八条; 行政诉讼法 第六十七条.
    """
    ctx = begin(Act.RECORD_REMEDY, case_id, by=by, at=at)
    need(body, _("受理复议或诉讼的机关"))
    applied_on = ctx.history[0].on
    if not applied_on <= filed_on <= ctx.today:
        raise RuleRefused(_("提起日期应当在 {since} 提出申请之后、今天以前。").format(since=applied_on))
    if received_on and not filed_on <= received_on <= ctx.today:
        raise RuleRefused(_("收到副本的日期应当在提起之后、今天以前。"))
    if Remedy.objects.filter(case=ctx.case, kind=kind, concluded_on__isnull=True).exists():
        raise RuleRefused(_("同类的复议或诉讼已经登记，尚未结束。"))
    answer_by = rules.remedy_answer_due(kind, received_on, ctx.calendar) if received_on else None
    Remedy.objects.create(
        case=ctx.case, made_at=at, made_by_post_id=by.post_id, kind=kind, filed_on=filed_on, body=body,
        answer_by=answer_by, reference=reference, note=note,
    )  # fmt: skip
    door.move(
        ctx.case,
        Act.RECORD_REMEDY,
        Outcome(
            facts={"kind": kind, "filed_on": filed_on, "received_on": received_on, "answer_by": answer_by},
            payload={"body": body, "reference": reference},
            work=work.standing(ctx.case),
            words=work.words(ctx.case, item_name=ctx.guide.name_zh),
        ),
        by=by,
        at=at,
    )
    return ctx.case


@one_act
def remedy_conclude(
    *,
    case_id: int,
    remedy_id: int,
    by: Actor,
    at: datetime,
    outcome: str,
    concluded_on: date,
    served_on: date | None = None,
    note: str = "",
) -> Case:
    """How the review or lawsuit ended; where a new decision was ordered, `case_reopen` follows.

    Args:
        served_on: The day on which who asked for the review received its decision: from it the time to sue counts.
    Law: 行政许可法 第七条; 行政诉讼法 第四十五条.
    """
    ctx = begin(Act.CONCLUDE_REMEDY, case_id, by=by, at=at)
    remedy = Remedy.objects.filter(case=ctx.case, pk=remedy_id, concluded_on__isnull=True).first()
    if remedy is None:
        raise RuleRefused(_("没有进行中的这一复议或诉讼。"))
    if not remedy.filed_on <= concluded_on <= ctx.today:
        raise RuleRefused(_("结束日期应当在提起之后、今天以前。"))
    if served_on and remedy.kind != Remedy.Kind.REVIEW:
        raise RuleRefused(_("只有复议才登记收到复议决定的日期。"))
    if served_on and not concluded_on <= served_on <= ctx.today:
        raise RuleRefused(_("收到复议决定的日期应当在复议结束之后、今天以前。"))
    sue_by = rules.suit_after_review_due(served_on, ctx.calendar).on if served_on else None
    remedy.outcome, remedy.concluded_on, remedy.note = outcome, concluded_on, note or remedy.note
    remedy.save(update_fields=["outcome", "concluded_on", "note"])
    bars.lift_by_remedy(ctx.case, remedy)
    door.move(
        ctx.case,
        Act.CONCLUDE_REMEDY,
        Outcome(
            facts={
                "kind": remedy.kind,
                "outcome": outcome,
                "on": concluded_on,
                "served_on": served_on,
                "sue_by": sue_by,
            },
            work=work.standing(ctx.case),
            words=work.words(ctx.case, item_name=ctx.guide.name_zh),
            outbox=follow(ctx.case, Act.CONCLUDE_REMEDY),
        ),
        by=by,
        at=at,
    )
    return ctx.case


@one_act
def case_reopen(*, case_id: int, by: Actor, at: datetime) -> Case:
    """Decide anew, as a review or judgment ordered: the clock starts afresh from today. Law: 行政许可法 第七条.

    A grant that was annulled is none: the licence it brought is revoked.
    """
    ctx = begin(Act.REOPEN, case_id, by=by, at=at)
    case = ctx.case
    annulled = licence_selectors.of_case(case.pk)
    bars.lift_by_reopening(case, ctx.today)
    case.remedies.filter(concluded_on__isnull=False, redone_on__isnull=True).update(redone_on=ctx.today)
    steps = open_stage(ctx, make_steps(ctx), own_stages(ctx)[0], on=ctx.today)
    facts = {"on": ctx.today, "accepted_on": ctx.today}
    dates = clocks.columns(ctx, clocks.with_event(ctx, Act.REOPEN, facts), steps=steps)
    door.move(
        case,
        Act.REOPEN,
        Outcome(
            facts=facts,
            columns={
                **dates,
                "accepted_on": case.accepted_on or ctx.today,
                "accepted_how": case.accepted_how or "act",
                "decided_on": None,
                "decision": "",
                "used_days": None,
                "ended_on": None,
                "licence_id": None,
                "lapses_on": None,  # what was ordered is decided: silence has done its part
            },
            timers={},
            work=work.rows(case, State.IN_REVIEW, steps, due_on=dates["promised_on"] or dates["due_on"]),
            words=work.words(case, item_name=ctx.guide.name_zh),
            outbox=follow(case, Act.REOPEN),
        ),
        by=by,
        at=at,
    )
    if annulled and annulled.state in STANDING:
        licences.licence_revoke(licence_id=annulled.pk, by=by, at=at, reason="复议决定或者判决撤销了准予决定")
    Step.objects.filter(case=case).exclude(state=Step.State.PASSED).update(passed_on=None)
    Extension.objects.filter(case=case).delete()  # the new limit may be extended once, as any
    case.hearing_rights.all().delete()
    Hearing.objects.filter(case=case).delete()  # and the right to a hearing is told anew; the chain keeps what was
    return case
