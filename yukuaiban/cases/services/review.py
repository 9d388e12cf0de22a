"""Review: steps with opinions, special procedures that stop the clock, the one extension, visits, third parties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yukuaiban.calendars.reasons import limit_in_words
from yukuaiban.cases import clocks, door, permissions, rules, work
from yukuaiban.cases.context import Context
from yukuaiban.cases.door import Outcome, one_act
from yukuaiban.cases.errors import NeedsSecondPerson, Overtaken, RuleRefused
from yukuaiban.cases.models import (
    Case,
    Extension,
    Hearing,
    HearingRight,
    Opinion,
    Pause,
    SiteVisit,
    Step,
    ThirdParty,
)
from yukuaiban.cases.preconditions import begin, extension_rule, open_step, upper_body
from yukuaiban.cases.services.receipt import follow, make_steps, need, open_stage
from yukuaiban.cases.states import Act, State
from yukuaiban.config.parameters import parameter
from yukuaiban.identifiers import IdentifierError, credit_code, documents
from yukuaiban.materials import services as materials
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import IdKind, Post


@one_act
def step_pass(*, case_id: int, step_id: int, by: Actor, at: datetime, opinion: str = "") -> Case:
    """Agree at a step. When all who are asked agreed, the step passes; when all steps of a stage passed, the next opens.

    The last step is not passed but decided: `case_grant` or `case_refuse`.
    Raises: RuleRefused, NeedsSecondPerson when the same person agrees twice.  Law: 行政许可法 第三十四条.
    """
    ctx = begin(Act.PASS_STEP, case_id, by=by, at=at)
    case = ctx.case
    step = _at_desk(ctx, step_id, by)
    agreed = give_opinion(ctx, step, by, Opinion.Verdict.PASS, opinion)
    steps = ctx.steps
    facts = {"step": step.key, "agreed": agreed, "of": step.people}
    if agreed >= step.people:
        step.state, step.passed_on = Step.State.PASSED, ctx.today
        Step.objects.filter(pk=step.pk).update(state=step.state, passed_on=step.passed_on)
        steps = [step if s.pk == step.pk else s for s in steps]
        if all(s.state == Step.State.PASSED for s in steps if s.stage == step.stage):
            open_stage(ctx, steps, step.stage + 1, on=ctx.today)
            facts["opened"] = step.stage + 1
    dates = clocks.columns(ctx, ctx.history, steps=steps)
    door.move(
        case,
        Act.PASS_STEP,
        Outcome(
            facts=facts,
            payload={"opinion": opinion} if opinion else None,
            columns=dates,
            work=work.rows(case, State.IN_REVIEW, steps, due_on=dates["promised_on"] or dates["due_on"]),
            outbox=follow(case, Act.PASS_STEP),
        ),
        by=by,
        at=at,
    )
    return case


@one_act
def step_return(*, case_id: int, step_id: int, by: Actor, at: datetime, opinion: str) -> Case:
    """Send the case back to the stage before, with the reason. The clock goes on. Law: 行政许可法 第三十四条."""
    ctx = begin(Act.RETURN_STEP, case_id, by=by, at=at)
    case = ctx.case
    step = _at_desk(ctx, step_id, by)
    need(opinion, _("退回的理由"))
    give_opinion(ctx, step, by, Opinion.Verdict.RETURN, opinion)
    for s in ctx.steps:
        if s.stage == step.stage:
            s.state, s.opened_on, s.due_on = Step.State.WAITING, None, None
        elif s.stage == step.stage - 1:
            s.state, s.passed_on = Step.State.WAITING, None
    Step.objects.bulk_update(ctx.steps, ["state", "opened_on", "due_on", "passed_on"])
    steps = open_stage(ctx, ctx.steps, step.stage - 1, on=ctx.today)
    dates = clocks.columns(ctx, ctx.history, steps=steps)
    door.move(
        case,
        Act.RETURN_STEP,
        Outcome(
            facts={"step": step.key, "to_stage": step.stage - 1},
            payload={"opinion": opinion},
            columns=dates,
            work=work.rows(case, State.IN_REVIEW, steps, due_on=dates["promised_on"] or dates["due_on"]),
        ),
        by=by,
        at=at,
    )
    return case


@one_act
def case_report_up(*, case_id: int, by: Actor, at: datetime, proposal: str, opinion: str) -> Case:
    """上报: the lower body's first review is done; opinion and all materials go up, and the case is the upper body's.

    Args:
        proposal: What the lower body proposes, "grant" or "refuse"; the upper body decides, whatever it is.
        opinion: 初步审查意见, in writing.
    Raises: RuleRefused while a step of the first review is open, and where the upper body already has it.
    Law: 行政许可法 第三十五条, 第四十三条. See ADR 0095.
    """
    ctx = begin(Act.REPORT_UP, case_id, by=by, at=at)
    case = ctx.case
    need(opinion, _("初步审查意见"))
    if proposal not in {Opinion.Verdict.GRANT, Opinion.Verdict.REFUSE}:
        raise RuleRefused(_("请选择初步审查意见：准予，还是不予。"), details={"proposal": proposal})
    step, lower, upper = open_step(ctx, by), case.department_id, upper_body(ctx)
    passed = Step.objects.filter(pk=step.pk, state=Step.State.OPEN).update(state=Step.State.PASSED, passed_on=ctx.today)
    if not passed:  # a colleague was quicker
        raise Overtaken(_("有人刚刚处理了这一办件，请刷新后再试。"), details={"case": case.number})
    give_opinion(ctx, step, by, Opinion.Verdict(proposal), opinion)
    facts = {
        "on": ctx.today, "step": step.key, "proposal": proposal, "from_department": lower, "to_department": upper.pk,
        "first_review_by": case.first_review_by,
    }  # fmt: skip
    case.department_id, case.division_id, case.reported_on = upper.pk, upper.division_id, ctx.today
    steps = open_stage(ctx, make_steps(ctx), step.stage + 1, on=ctx.today)
    dates = clocks.columns(ctx, clocks.with_event(ctx, Act.REPORT_UP, facts), steps=steps)
    door.move(
        case,
        Act.REPORT_UP,
        Outcome(
            facts=facts,
            payload={"opinion": opinion.strip()},
            columns={
                **dates,
                "department_id": upper.pk,
                "division_id": upper.division_id,
                "reported_on": ctx.today,
            },
            work=work.rows(case, State.IN_REVIEW, steps, due_on=dates["promised_on"] or dates["due_on"]),
            outbox=follow(case, Act.REPORT_UP),
        ),
        by=by,
        at=at,
    )
    return case


def give_opinion(ctx: Context, step: Step, by: Actor, verdict: Opinion.Verdict, text: str) -> int:
    """Record one opinion; returns how many agree in this round of the step.

    Raises: NeedsSecondPerson when this person already gave one in this round.
    """
    rounds = opinion_round(ctx)
    given = Opinion.objects.filter(step=step, round=rounds)
    if given.filter(account_id=by.account()).exists():
        raise NeedsSecondPerson(_("您已在这一步发表过意见，这一步还须另一人办理。"))
    Opinion.objects.create(
        case=ctx.case,
        step=step,
        round=rounds,
        account_id=by.account(),
        post_id=by.post(),
        verdict=verdict,
        text=text,
        at=ctx.at,
    )
    return given.exclude(verdict=Opinion.Verdict.RETURN).count()


def opinion_round(ctx: Context) -> int:
    """Which time the steps are gone through: each return, and each reopening after a remedy, begins another."""
    returned = Opinion.objects.filter(case=ctx.case, verdict=Opinion.Verdict.RETURN).count()
    return 1 + returned + sum(h.act == Act.REOPEN.value for h in ctx.history)


def _at_desk(ctx: Context, step_id: int, by: Actor) -> Step:
    """The step that was meant, if it is open at this desk. Raises RuleRefused."""
    for step in ctx.steps:
        if step.pk == step_id and step.desk_id == by.desk_id and step.state == Step.State.OPEN:
            return step
    raise RuleRefused(_("这一步现在不在您的岗位办理。请刷新页面。"), details={"step": step_id})


@one_act
def case_pause(*, case_id: int, by: Actor, at: datetime, kind: str, reason: str, expected_days: int) -> Case:
    """特别程序: stop the clock for one of the procedures that the law names; its time is told in writing.

    Args:
        kind: One of `PauseKind` that the item publishes; hearings have acts of their own.
        expected_days: Working days it is expected to take.
    Law: 行政许可法 第四十五条.
    """
    ctx = begin(Act.PAUSE, case_id, by=by, at=at)
    if kind not in set(ctx.content.process.special_procedures) - {"hearing"}:
        raise RuleRefused(_("本事项没有公布这种特别程序，不能据此停止计时。"), details={"kind": kind})
    need(reason, _("理由"))
    if expected_days < 1:
        raise RuleRefused(_("请写明预计需要的工作日数：依法应当书面告知申请人。"))
    return stop_clock(ctx, Act.PAUSE, kind=kind, reason=reason, expected_days=expected_days, by=by)


def stop_clock(
    ctx: Context,
    act: Act,
    *,
    kind: str,
    reason: str,
    expected_days: int,
    by: Actor,
    facts: dict[str, Any] | None = None,
) -> Case:
    """Pause by any act that has this effect."""
    case = ctx.case
    facts = {"on": ctx.today, "kind": kind, "expected_days": expected_days, **(facts or {})}
    dates = clocks.columns(ctx, clocks.with_event(ctx, act, facts), steps=ctx.steps)
    until = ctx.calendar.add(ctx.today, expected_days).on
    door.move(
        case,
        act,
        Outcome(
            facts=facts,
            payload={"reason": reason},
            columns={**dates, "step_on": until},
            work=work.rows(case, State.PAUSED, ctx.steps, due_on=until),
            outbox=follow(case, act),
        ),
        by=by,
        at=ctx.at,
    )
    Step.objects.bulk_update(ctx.steps, ["due_on"])
    Pause.objects.create(
        case=case, made_at=ctx.at, made_by_post_id=by.post_id, kind=kind, reason=reason, expected_days=expected_days, from_on=ctx.today
    )  # fmt: skip
    return case


@one_act
def case_resume(*, case_id: int, by: Actor, at: datetime, outcome: str) -> Case:
    """End the special procedure: the clock goes on with what was left. Law: 行政许可法 第四十五条."""
    ctx = begin(Act.RESUME, case_id, by=by, at=at)
    need(outcome, _("特别程序的结果"))
    return restart_clock(ctx, Act.RESUME, payload={"outcome": outcome}, by=by)


def restart_clock(
    ctx: Context, act: Act, *, payload: dict[str, Any], by: Actor, facts: dict[str, Any] | None = None
) -> Case:
    """Resume by any act that has this effect."""
    case = ctx.case
    facts = {"on": ctx.today, **(facts or {})}
    dates = clocks.columns(ctx, clocks.with_event(ctx, act, facts), steps=ctx.steps)
    door.move(
        case,
        act,
        Outcome(
            facts=facts,
            payload=payload,
            columns=dates,
            work=work.rows(case, State.IN_REVIEW, ctx.steps, due_on=dates["promised_on"] or dates["due_on"]),
            outbox=follow(case, act),
        ),
        by=by,
        at=ctx.at,
    )
    Step.objects.bulk_update(ctx.steps, ["due_on"])
    case.pauses.filter(until_on__isnull=True).update(until_on=ctx.today)
    return case


@one_act
def case_propose_extension(*, case_id: int, by: Actor, at: datetime, days: int, reason: str) -> Case:
    """Ask for the one extension, at most as long as the item's law says. Law: 行政许可法 第四十二条, or the item's own.

    Raises: RuleRefused when no law lets this item be extended, or not so long.
    """
    ctx = begin(Act.PROPOSE_EXTENSION, case_id, by=by, at=at)
    need(reason, _("延长期限的理由"))
    rule = extension_rule(ctx)
    if not 1 <= days <= rule.most:
        words = limit_in_words(rule.most, rule.unit, get_language() or "zh")
        raise RuleRefused(_("最多可以延长 {limit}。").format(limit=words), details={"max": rule.most})
    door.move(
        ctx.case,
        Act.PROPOSE_EXTENSION,
        Outcome(facts={"days": days, "unit": rule.unit, "law": rule.law}, payload={"reason": reason}),
        by=by,
        at=at,
    )
    Extension.objects.create(case=ctx.case, made_at=at, made_by_post_id=by.post_id, days=days, reason=reason)
    return ctx.case


@one_act
def case_extend(*, case_id: int, by: Actor, at: datetime, document: str = "", document_on: date | None = None) -> Case:
    """The extension is approved; its reason is told to the applicant.

    Args:
        document: Number of the government's approval, where it is the government's head who approves.
        document_on: Its date.
    Raises: RuleRefused when none was proposed, it was used, the limit already ended, or the approval is not named.
    Law: 行政许可法 第四十二条, or the item's own.
    """
    ctx = begin(Act.EXTEND, case_id, by=by, at=at)
    case = ctx.case
    extension = Extension.objects.get(case=case)
    rule = extension_rule(ctx)
    facts = {"on": ctx.today, "days": extension.days, "unit": rule.unit, "law": rule.law, "by": rule.approver}
    if rule.approver == "government":
        facts |= _approval(ctx, document, document_on)
    dates = clocks.columns(ctx, clocks.with_event(ctx, Act.EXTEND, facts), steps=ctx.steps)
    door.move(
        case,
        Act.EXTEND,
        Outcome(
            facts={**facts, "due_before": case.promised_on or case.due_on, **clocks.told(dates)},
            payload={"reason": extension.reason},
            columns=dates,
            work=work.rows(case, State.IN_REVIEW, ctx.steps, due_on=dates["promised_on"] or dates["due_on"]),
            outbox=follow(case, Act.EXTEND),
        ),
        by=by,
        at=at,
    )
    Extension.objects.filter(pk=extension.pk).update(approved_on=ctx.today, approved_by_post_id=by.post_id)
    return case


def _approval(ctx: Context, document: str, document_on: date | None) -> dict[str, Any]:
    """What the case keeps of the government's approval. Law: 行政许可法 第四十二条第二款."""
    need(document, _("本级人民政府批准文件的文号"))
    if document_on is None:
        raise RuleRefused(_("请写明本级人民政府批准的日期。"))
    accepted_on = ctx.case.accepted_on
    if document_on > ctx.today or (accepted_on and document_on < accepted_on):
        raise RuleRefused(_("批准的日期应当在受理之后、今天以前。"))
    return {"document": document.strip(), "document_on": document_on}


@one_act
def case_reject_extension(*, case_id: int, by: Actor, at: datetime, reason: str) -> Case:
    """It is not approved; the limit stays, and another extension may be proposed. Law: 行政许可法 第四十二条."""
    ctx = begin(Act.REJECT_EXTENSION, case_id, by=by, at=at)
    need(reason, _("理由"))
    door.move(
        ctx.case, Act.REJECT_EXTENSION, Outcome(facts={"on": ctx.today}, payload={"reason": reason}), by=by, at=at
    )
    Extension.objects.filter(case=ctx.case, approved_on__isnull=True).delete()
    return ctx.case


@one_act
def site_visit_record(
    *, case_id: int, by: Actor, at: datetime, visited_on: date, officers: Sequence[int], place: str, findings: str, meets: bool
) -> Case:  # fmt: skip
    """现场核查 by two officers at least. Args: officers: posts that were there. Law: 行政许可法 第三十四条第三款."""
    ctx = begin(Act.RECORD_SITE_VISIT, case_id, by=by, at=at)
    least = int(parameter("site_visit_min_officers", on=ctx.today).value)
    persons = set(
        Post.objects.filter(pk__in=officers, desk__department_id=by.department()).values_list("account_id", flat=True)
    )
    if len(persons) < least:
        raise RuleRefused(_("现场核查应当由 {n} 名以上工作人员进行。").format(n=least), details={"min": least})
    if visited_on > ctx.today:
        raise RuleRefused(_("核查日期不能晚于今天。"))
    need(findings, _("核查情况"))
    door.move(
        ctx.case,
        Act.RECORD_SITE_VISIT,
        Outcome(
            facts={"on": visited_on, "officers": sorted(officers), "meets": meets},
            payload={"place": place, "findings": findings},
        ),
        by=by,
        at=at,
    )
    visit = SiteVisit.objects.create(
        case=ctx.case, made_at=at, made_by_post_id=by.post_id, visited_on=visited_on, place=place, findings=findings, meets=meets
    )  # fmt: skip
    visit.officers.set(officers)
    return ctx.case


@one_act
def third_party_hear(
    *,
    case_id: int,
    by: Actor,
    at: datetime,
    name: str,
    interest: str,
    told_on: date,
    heard_on: date | None,
    statement: str,
    id_kind: str = "",
    id_number: str = "",
) -> Case:
    """利害关系人: told of what touches him directly, and what he said, at once or later under the same name. Where the
    right to a hearing was told already, it is told to him with the same letter, and his own five days run.

    Args: id_kind, id_number: his document, where it is known: with it he can act himself.
    Law: 行政许可法 第三十六条、第四十七条第一款.
    """
    ctx = begin(Act.HEAR_THIRD_PARTY, case_id, by=by, at=at)
    need(name, _("利害关系人姓名或名称"))
    need(interest, _("利害关系"))
    document = _document(id_kind, id_number)
    told = _known(ctx, name.strip(), document)
    told_on = told.told_on if told else told_on
    if told and heard_on is None:
        raise RuleRefused(_("已经告知过{name}。请写明听取意见的日期。").format(name=told.name))
    if not told_on <= (heard_on or told_on) <= ctx.today:
        raise RuleRefused(_("听取意见应当在告知之后、今天以前。"))
    right = told is None and ctx.case.hearing_rights.exists() and not Hearing.objects.filter(
        Q(called_on__isnull=False) | Q(recorded_on__isnull=False), case=ctx.case
    ).exists()  # fmt: skip
    until = {"request_by": rules.hearing_request_due(ctx.today, ctx.calendar).on} if right else {}
    door.move(
        ctx.case,
        Act.HEAR_THIRD_PARTY,
        Outcome(
            facts={"told_on": told_on, "heard_on": heard_on, "told_before": told is not None, **until},
            payload={"name": name, "interest": interest, "statement": statement},
            outbox=follow(ctx.case, Act.HEAR_THIRD_PARTY),
        ),
        by=by,
        at=at,
    )
    if told:
        told.heard_on, told.statement = heard_on, _added(told, statement)
        told.document = document or told.document
        told.save(update_fields=["heard_on", "statement", "document", "id_index"])
    else:
        told = ThirdParty.objects.create(
            case=ctx.case, made_at=at, made_by_post_id=by.post_id, name=name.strip(), interest=interest, told_on=told_on, heard_on=heard_on, statement=statement, document=document
        )  # fmt: skip
        if right:
            right_tell(ctx, told, by=by)
    return ctx.case


def _document(id_kind: str, id_number: str) -> str | None:
    """An identity document as `Party.identity` spells it; None where none was given. Raises: RuleRefused."""
    if not id_number.strip():
        return None
    try:
        if id_kind == IdKind.CREDIT_CODE:
            return f"{id_kind}:{credit_code.parse(id_number).text}"
        return f"{id_kind}:{documents.parse(id_kind, id_number).text}"
    except IdentifierError as error:
        raise RuleRefused(error.message) from None


def _known(ctx: Context, name: str, document: str | None) -> ThirdParty | None:
    """The third party who was told already: by his name and, where both are known, his document; one not heard first.

    Raises: RuleRefused where the document is the applicant's or another third party's.
    """
    applicant, told = (
        ctx.case.applicant,
        list(ctx.case.third_parties.order_by(F("heard_on").asc(nulls_first=True), "pk")),
    )
    if document == f"{applicant.id_kind}:{applicant.id_number}":
        raise RuleRefused(_("这是申请人的证件。利害关系人应当是申请人以外的人。"))
    if any(t.document == document and t.name != name for t in told if document):
        raise RuleRefused(_("这个证件已经登记在这一办件的另一个利害关系人名下。"))
    return next((t for t in told if t.name == name and (not (document and t.document) or t.document == document)), None)


def _added(told: ThirdParty, statement: str) -> str:
    """What he said so far, and what he says now."""
    return "\n".join(filter(None, [told.statement, statement.strip()]))


def right_tell(ctx: Context, third_party: ThirdParty | None, *, by: Actor) -> None:
    """The right to a hearing was told today: to the applicant, or to a third party. Law: 行政许可法 第四十七条第一款."""
    HearingRight.objects.create(
        case=ctx.case,
        third_party=third_party,
        made_at=ctx.at,
        made_by_post_id=by.post_id,
        told_on=ctx.today,
        until=rules.hearing_request_due(ctx.today, ctx.calendar).on,
    )


@one_act
def third_party_state(*, case_id: int, by: Actor, at: datetime, statement: str) -> Case:
    """陈述和申辩: the third party says himself what he thinks of it; said again, it is added. Law: 行政许可法 第三十六条."""
    ctx = begin(Act.HEAR_THIRD_PARTY, case_id, by=by, at=at)
    need(statement, _("意见"))
    own = permissions.third_party_of(by, ctx.case)
    if own is None:
        raise RuleRefused(_("由利害关系人本人提出意见；工作人员在“听取利害关系人意见”登记。"))
    door.move(
        ctx.case,
        Act.HEAR_THIRD_PARTY,
        Outcome(
            facts={"told_on": own.told_on, "heard_on": ctx.today, "told_before": True, "third_party": True},
            payload={"name": own.name, "interest": own.interest, "statement": statement.strip()},
            outbox=follow(ctx.case, Act.HEAR_THIRD_PARTY),
        ),
        by=by,
        at=at,
    )
    own.heard_on, own.statement = ctx.today, _added(own, statement)
    own.save(update_fields=["heard_on", "statement"])
    return ctx.case


def unheard(ctx: Context) -> list[ThirdParty]:
    """Third parties who were told and have not been heard yet."""
    return list(ctx.case.third_parties.filter(heard_on__isnull=True))


@one_act
def case_supplement(*, case_id: int, by: Actor, at: datetime) -> Case:
    """容缺后补: the applicant hands in what was left to be made up; the result is issued only then. See ADR 0071."""
    ctx = begin(Act.SUPPLEMENT, case_id, by=by, at=at)
    answers = door.read_answers(ctx.case)
    still = materials.deferred_slots(subject=ctx.case.pk, slots=ctx.content.materials, answers=answers)
    door.move(
        ctx.case,
        Act.SUPPLEMENT,
        Outcome(
            facts={"on": ctx.today, "still": [slot.key for slot in still]}, outbox=follow(ctx.case, Act.SUPPLEMENT)
        ),
        by=by,
        at=at,
    )
    materials.file_for(ctx.case.pk, at=at)
    return ctx.case
