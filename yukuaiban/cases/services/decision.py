"""The decision, the certificate, its delivery, and the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from yukuaiban.calendars import Limit, Unit
from yukuaiban.calendars.limits import last_day
from yukuaiban.cases import bars, clocks, door, limited, renewals, rules, timers, work
from yukuaiban.cases.context import Context, load
from yukuaiban.cases.door import Outcome, one_act
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Bar, Case, Opinion, Step, Timer
from yukuaiban.cases.preconditions import begin, deciding_step
from yukuaiban.cases.services.receipt import follow, need
from yukuaiban.cases.services.review import give_opinion, opinion_round
from yukuaiban.cases.states import TRANSITIONS, Act, State
from yukuaiban.items.forms import Form
from yukuaiban.items.forms.showing import printable
from yukuaiban.licences import selectors as licence_selectors
from yukuaiban.licences import services as licences
from yukuaiban.people.actors import SYSTEM, Actor
from yukuaiban.places.models import Department
from yukuaiban.places.selectors import DivisionIndex


@dataclass(frozen=True, slots=True)
class Ground:
    """A reason for a refusal with the article it rests on."""

    reason: str
    article: str


@one_act
def case_grant(*, case_id: int, by: Actor, at: datetime, opinion: str = "") -> Case:
    """准予. Raises: RuleRefused while a step, a hearing, a third party or a site visit is outstanding, or where of a limited
    number no place is left or others come first.

    Law: 行政许可法 第三十八条第一款, 第五十七条.
    """
    ctx = begin(Act.GRANT, case_id, by=by, at=at)
    limited.check(ctx, lock=True)
    return _decide(
        ctx, Act.GRANT, deciding_step(ctx), by, decision="granted", payload={"opinion": opinion} if opinion else None
    )


@one_act
def case_refuse(*, case_id: int, by: Actor, at: datetime, grounds: Sequence[Ground], falsehood: bool = False) -> Case:
    """不予许可, in writing, with reasons, articles, and the right to review and to sue.

    Args:
        falsehood: The applicant hid facts or gave false materials; where the item touches safety or health, he does not
            ask for it again for a time (ADR 0097).
    Law: 行政许可法 第三十八条第二款, 第七十八条.
    """
    ctx = begin(Act.REFUSE, case_id, by=by, at=at)
    if not grounds:
        raise RuleRefused(_("不予许可应当说明理由。"))
    for ground in grounds:
        need(ground.reason, _("理由"))
        need(ground.article, _("所依据的条款"))
    reasons = [{"reason": g.reason.strip(), "article": g.article.strip()} for g in grounds]
    more = bars.facts(ctx, Bar.Ground.FALSE_APPLICATION if falsehood else None)
    refused = _decide(
        ctx, Act.REFUSE, deciding_step(ctx), by, decision="refused", payload={"grounds": reasons}, more=more
    )
    if refused.decision:
        bars.write(ctx, more)
    return refused


def _decide(
    ctx: Context,
    act: Act,
    step: Step,
    by: Actor,
    *,
    decision: str,
    payload: dict[str, Any] | None,
    more: Mapping[str, Any] | None = None,
) -> Case:
    """One of those who decide says so; the last one of them decides. Args: more: facts of the decision besides."""
    case = ctx.case
    verdict = Opinion.Verdict.GRANT if decision == "granted" else Opinion.Verdict.REFUSE
    agreed = give_opinion(ctx, step, by, verdict, (payload or {}).get("opinion", ""))
    others = Opinion.objects.filter(
        step=step, round=opinion_round(ctx), verdict__in=[Opinion.Verdict.GRANT, Opinion.Verdict.REFUSE]
    ).exclude(verdict=verdict)
    if others.exists():
        raise RuleRefused(_("共同决定的人意见不一致：请先退回或商议一致。"))
    falsehood = {"falsehood": more["falsehood"]} if more else {}
    said = [h.facts.get("falsehood") for h in ctx.history if h.act == Act.PASS_STEP and h.facts.get("step") == step.key]
    if agreed > 1 and said and said[-1] != falsehood.get("falsehood"):
        raise RuleRefused(_("共同决定的人对申请人是否弄虚作假说法不一致：请先商议一致。"))
    if agreed < step.people:
        door.move(
            case,
            Act.PASS_STEP,
            Outcome(facts={"step": step.key, "agreed": agreed, "of": step.people, **falsehood}, payload=payload),
            by=by,
            at=ctx.at,
        )
        return case
    Step.objects.filter(pk=step.pk).update(state=Step.State.PASSED, passed_on=ctx.today)
    _decided(
        ctx, act, by, decision=decision, facts={"on": ctx.today, "decision": decision, **(more or {})}, payload=payload
    )
    return case


def _decided(
    ctx: Context, act: Act, by: Actor, *, decision: str, facts: dict[str, Any], payload: dict[str, Any] | None
) -> None:
    """The one statement of a decision, by whom or whatever it was taken: the clock stops, the result is to be served."""
    case = ctx.case
    history = clocks.with_event(ctx, act, facts)
    dates = clocks.columns(ctx, history, steps=())
    used_days = clocks.working_days_used(history, ctx.calendar, ctx.today)
    deliver_by = rules.certificate_due(ctx.today, ctx.calendar).on
    door.move(
        case,
        act,
        Outcome(
            facts=facts,
            payload=payload,
            columns={
                **dates,
                "decided_on": ctx.today,
                "decision": decision,
                "used_days": used_days,
                "step_on": deliver_by,
                "lapses_on": None,
            },
            work=work.rows(case, State.GRANTED, (), due_on=deliver_by),
            timers={},
            outbox=follow(case, act),
        ),
        by=by,
        at=ctx.at,
    )


@timers.performs(Act.DEEM_RENEWED)
def deem_renewed(case_id: int, fires_at: datetime) -> Case:
    """视为准予延续: the licence ended, its renewal was asked for in time, and nothing was decided.

    Not where the licence itself was taken away meanwhile: there is nothing to prolong, and the case waits to be decided.
    Law: 行政许可法 第五十条第二款. See ADR 0096.
    """
    ctx = Context(Case.objects.select_related("applicant").get(pk=case_id), fires_at)
    case = ctx.case
    if ctx.state not in TRANSITIONS[Act.DEEM_RENEWED].sources:
        raise door.refusal(case, Act.DEEM_RENEWED)
    if case.renews_id and not licence_selectors.newest_standing(case.renews_id):
        Timer.objects.filter(case=case, act=Act.DEEM_RENEWED).delete()
        case.lapses_on = None
        case.save(update_fields=["lapses_on"])
        return case
    facts = {"on": ctx.today, "decision": "granted", "renews_until": case.renews_until}
    _decided(ctx, Act.DEEM_RENEWED, SYSTEM, decision="granted", facts=facts, payload=None)
    case.pauses.filter(until_on__isnull=True).update(until_on=ctx.today)
    open_steps = Step.objects.filter(case=case, state=Step.State.OPEN)
    open_steps.update(state=Step.State.WAITING, opened_on=None, due_on=None)  # nobody passed them
    return case


@one_act
def case_certify(*, case_id: int, by: Actor, at: datetime) -> Case:
    """制证: issue the licence (or make the result document). Law: 行政许可法 第三十九条, 第四十四条.

    Raises: RuleRefused while deferred materials (容缺) are still owed.
    """
    ctx = begin(Act.CERTIFY, case_id, by=by, at=at)
    case = ctx.case
    answers = door.read_answers(case)
    licence_id = None
    result = ctx.content.result
    if result.kind == "licence" and result.licence_type:
        licence_id = _licence(
            ctx, by, result.licence_type, _licence_facts(ctx.content.form, result.facts, answers, case)
        )
    door.move(
        case,
        Act.CERTIFY,
        Outcome(
            facts={"on": ctx.today, "licence": licence_id, "kind": result.kind},
            columns={"licence_id": licence_id},
            work=work.rows(case, State.CERTIFIED, (), due_on=case.step_on),
            outbox=follow(case, Act.CERTIFY),
        ),
        by=by,
        at=at,
    )
    return case


def _licence(ctx: Context, by: Actor, type_code: str, facts: dict[str, str]) -> int:
    """Issue the licence; of a renewal, a new version of the one that is prolonged. Law: 行政许可法 第三十九条, 第五十条."""
    case, months = ctx.case, ctx.content.result.valid_months
    first, until = ctx.today, _valid_until(ctx.today, months)
    if case.renews_until and months:
        first, until = renewals.term(ctx, months)
    common: dict[str, Any] = {
        "facts": facts, "by": by, "at": ctx.at, "case_number": case.number, "case_subject": case.pk,
        "valid_from": first, "valid_until": until,
    }  # fmt: skip
    old = licence_selectors.newest_standing(case.renews_id) if case.renews_id else None
    if old is not None and old.issuer_id == case.department_id:
        return int(licences.licence_replace(licence_id=old.pk, reason="延续", **common).pk)
    issuer = Department.objects.get(pk=case.department_id)
    return int(licences.licence_issue(type_code=type_code, holder=case.applicant, issuer=issuer, **common).pk)


def _valid_until(start: date, months: int | None) -> date | None:
    """The first day on which it is not valid any more; None without end."""
    return last_day(start, Limit(months, Unit.MONTH)) if months else None


def _licence_facts(form: Form, paths: Mapping[str, str], answers: dict[str, Any], case: Case) -> dict[str, str]:
    """What is printed on the licence: answers by dotted path, in words as the form knows them."""
    facts = {"name": case.applicant.name}
    for name, path in paths.items():
        printed = _printed(form, answers, path)
        if printed:
            facts[name] = printed
    return facts


def _printed(form: Form, answers: dict[str, Any], path: str) -> str:
    head, *rest = path.split(".")
    field = next((field for field in form.all_fields() if field.key == head), None)
    value = answers.get(head)
    for part in rest:
        field = next((inner for inner in field.inner if inner.key == part), None) if field else None
        value = value.get(part) if isinstance(value, dict) else None
    if field is None or value is None:
        return ""
    return printable(field, value, divisions=DivisionIndex())


@one_act
def case_deliver(*, case_id: int, by: Actor, at: datetime, how: str, note: str = "") -> Case:
    """送达: hand over the certificate or the refusal. Args: how: electronic | window | post. Law: 行政许可法 第四十四条."""
    ctx = begin(Act.DELIVER, case_id, by=by, at=at)
    if how not in {"electronic", "window", "post"}:
        raise RuleRefused(_("请选择送达方式。"), details={"how": how})
    door.move(
        ctx.case,
        Act.DELIVER,
        Outcome(
            facts={"on": ctx.today, "how": how},
            payload={"note": note} if note else None,
            columns={"step_on": None},
            work=work.rows(ctx.case, State.DELIVERED, (), due_on=None),
            outbox=follow(ctx.case, Act.DELIVER),
        ),
        by=by,
        at=at,
    )
    return ctx.case


@one_act
def case_close(*, case_id: int, by: Actor, at: datetime) -> Case:
    """办结: nothing is left to do. See ADR 0072."""
    ctx = begin(Act.CLOSE, case_id, by=by, at=at)
    door.move(
        ctx.case,
        Act.CLOSE,
        Outcome(
            facts={"on": ctx.today},
            columns={"ended_on": ctx.today},
            work=work.rows(ctx.case, State.CLOSED, (), due_on=None),
            timers={},
            outbox=follow(ctx.case, Act.CLOSE),
        ),
        by=by,
        at=at,
    )
    return ctx.case


def deliver_electronically(case_id: int, *, at: datetime) -> None:
    """By the job that follows a certificate or a refusal: put it in the applicant's account, and close.

    Only where the item delivers electronically; what also goes by window or post is delivered by the desk.
    """
    ctx = load(case_id, at)
    if ctx.state in {State.CERTIFIED, State.REFUSED} and ctx.content.result.delivery[0] == "electronic":
        case_deliver(case_id=case_id, by=SYSTEM, at=at, how="electronic")
        case_close(case_id=case_id, by=SYSTEM, at=at)
