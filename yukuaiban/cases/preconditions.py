"""What must hold of a case before an act, beyond state and permission: the rules that a button can ask about.

A service runs the same check (`begin`) that decides whether the button is offered (`why_not`). What depends on what is
typed into the act itself is checked by the service.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from yukuaiban.cases import door, limited, permissions, rules
from yukuaiban.cases.context import Context, load
from yukuaiban.cases.errors import NeedsSecondPerson, RuleRefused
from yukuaiban.cases.models import Extension, Hearing, HearingRight, Remedy, Step
from yukuaiban.cases.states import TRANSITIONS, Act, State
from yukuaiban.config.errors import DomainError
from yukuaiban.items.limits import LICENCE, ExtensionRule, extension_of
from yukuaiban.materials import services as materials
from yukuaiban.people.actors import Actor
from yukuaiban.places.models import Department
from yukuaiban.places.selectors import DIVISIONS, counterpart

Check = Callable[[Context, Actor], None]


def begin(act: Act, case_id: int, *, by: Actor, at: datetime) -> Context:
    """Read a case for an act: permission, state and preconditions hold.

    Raises: NotFound, PermissionRefused, TransitionRefused, RuleRefused.
    """
    ctx = load(case_id, at)
    check(act, ctx, by)
    return ctx


def check(act: Act, ctx: Context, by: Actor) -> None:
    """Permission first (a stranger learns nothing), then the state, then what the law asks of the case."""
    permissions.check(by, act, ctx.case)
    if ctx.state not in TRANSITIONS[act].sources:
        raise door.refusal(ctx.case, act)
    if act in CHECKS:
        CHECKS[act](ctx, by)


def why_not(act: Act, ctx: Context, by: Actor) -> str | None:
    """Why the act is refused now; None when it can be done."""
    try:
        check(act, ctx, by)
    except DomainError as error:
        return str(error)
    return None


# --- receipt ----------------------------------------------------------------------------------------------------------


def _request_correction(ctx: Context, _by: Actor) -> None:
    if ctx.content.process.receipt == "registration":
        raise RuleRefused(_("登记类事项材料不齐的，应当场书面告知不予受理并一次告知所需材料。"))


def _decline(ctx: Context, _by: Actor) -> None:
    if ctx.content.process.receipt != "registration":
        raise RuleRefused(_("行政许可申请材料不齐的，应当一次告知补正，不能当场退回。"))


def _supplement(ctx: Context, _by: Actor) -> None:
    accepted = [h for h in ctx.history if h.act == Act.ACCEPT.value]
    if not (accepted and accepted[-1].facts.get("deferred")):
        raise RuleRefused(_("这一办件没有需要补交的材料。"))


# --- review -----------------------------------------------------------------------------------------------------------


def last_stage(ctx: Context) -> int:
    """The stage that decides. Its step is there when the body that decides has the case: an upper one after the report."""
    return max(step.stage for step in ctx.content.process.steps)


def open_step(ctx: Context, by: Actor) -> Step:
    """The open step of the officer's desk. Raises RuleRefused."""
    found = [s for s in ctx.steps if s.state == Step.State.OPEN and s.desk_id == by.desk_id]
    if not found:
        raise RuleRefused(_("现在没有轮到您的岗位办理的步骤。"))
    return found[0]


def _pass_step(ctx: Context, by: Actor) -> None:
    stage = open_step(ctx, by).stage
    if stage == last_stage(ctx):
        raise RuleRefused(_("这是最后一步：请作出准予或不予的决定。"))
    if stage == _reports_at(ctx):
        raise RuleRefused(_("这是初审的最后一步：请写明初步审查意见，把全部申请材料上报。"))


def _return_step(ctx: Context, by: Actor) -> None:
    stage = open_step(ctx, by).stage
    if stage == 1:
        raise RuleRefused(_("这是第一步，没有可退回的上一步。"))
    if stage - 1 == _reports_at(ctx):
        raise RuleRefused(_("初审已经上报，由本机关决定，不能退回下级机关重新初审。"))


def _reports_at(ctx: Context) -> int:
    """The stage whose opinion goes up to the body that decides; 0 where there is none."""
    review = ctx.content.process.first_review
    return review.until_stage if review else 0


def _report_up(ctx: Context, by: Actor) -> None:
    if not _reports_at(ctx):
        raise RuleRefused(_("本事项由本机关决定，不需要初审后上报。"))
    if ctx.case.reported_on:
        raise RuleRefused(_("初审已经上报，由本机关作出决定。"))
    if open_step(ctx, by).stage != _reports_at(ctx):
        raise RuleRefused(_("初审的步骤还没有走完，不能上报。"))
    upper_body(ctx)


def upper_body(ctx: Context) -> Department:
    """The body above the item's own that decides after the first review. Raises RuleRefused where there is none."""
    review, here = ctx.content.process.first_review, DIVISIONS.get(ctx.case.division_id)
    found = counterpart(review.reports_to, here.parent) if review and here and here.parent else None
    if found is None:
        raise RuleRefused(_("找不到作决定的上级机关，不能上报。请联系事项管理员。"))
    return found


def _pause(ctx: Context, _by: Actor) -> None:
    if not set(ctx.content.process.special_procedures) - {"hearing"}:
        raise RuleRefused(_("本事项没有公布特别程序，不能据此停止计时。"))
    right = open_hearing_right(ctx)
    if right:  # a case that stands still takes no request: the right would be lost
        raise RuleRefused(_("申请听证的期限到 {on} 才届满，此前不能停止计时。").format(on=right.until))


def _resume(ctx: Context, _by: Actor) -> None:
    if ctx.case.pauses.filter(until_on__isnull=True, kind="hearing").exists():
        raise RuleRefused(_("听证以听证笔录结束。请记录听证结果。"))


def extension_rule(ctx: Context) -> ExtensionRule:
    """How this case's limit may be extended. Raises RuleRefused: its law does not say that it may (docs/adr/0093)."""
    rule = extension_of(ctx.content, ctx.today)
    if rule is not None:
        return rule
    if special := ctx.content.statutory.set_by:
        raise RuleRefused(
            _("本事项的期限由《{law}》另行规定，其中没有规定可以延长期限，不能延长。").format(law=special.law)
        )
    raise RuleRefused(_("本事项所依据的法律没有规定可以延长期限，不能延长。"))


def law_of(act: Act, ctx: Context) -> str:
    """The article on which an act rests in this case: an extension on that of the item, any other as the table says."""
    rule = extension_of(ctx.content, ctx.today) if act in EXTENDING else None
    return rule.law if rule else TRANSITIONS[act].law


EXTENDING = {Act.PROPOSE_EXTENSION, Act.EXTEND, Act.REJECT_EXTENSION}


def _propose_extension(ctx: Context, _by: Actor) -> None:
    extension_rule(ctx)
    if Extension.objects.filter(case=ctx.case).exists():
        raise RuleRefused(_("期限只能延长一次，这一办件已经提出过延长。"))


def _extend(ctx: Context, by: Actor) -> None:
    extension_rule(ctx)
    extension = Extension.objects.filter(case=ctx.case).first()
    if extension is None:
        raise RuleRefused(_("还没有人提出延长期限。"))
    if extension.approved_on:
        raise RuleRefused(_("期限只能延长一次，这一办件已经延长过。"))
    proposer = extension.made_by_post
    if proposer is not None and proposer.account_id == by.account_id:
        raise NeedsSecondPerson(_("延长期限须经批准，提出的人不能自己批准。"))
    if ctx.case.due_on and ctx.case.due_on < ctx.today:
        raise RuleRefused(_("法定期限已届满，不能再延长。"))


def _reject_extension(ctx: Context, _by: Actor) -> None:
    if not Extension.objects.filter(case=ctx.case, approved_on__isnull=True).exists():
        raise RuleRefused(_("没有等待批准的延长申请。"))


# --- hearing ----------------------------------------------------------------------------------------------------------


def _tell_hearing_right(ctx: Context, _by: Actor) -> None:
    if ctx.case.hearing_rights.exists() or Hearing.objects.filter(case=ctx.case).exists():
        raise RuleRefused(_("听证权利已经告知过。"))


def rights_of(ctx: Context, by: Actor) -> list[HearingRight]:
    """The rights to a hearing that are the actor's to use: his own; an officer writes down for every third party."""
    rights = ctx.case.hearing_rights.select_related("third_party")
    if by.is_officer:
        return list(rights.filter(third_party__isnull=False))
    return list(rights.filter(third_party=permissions.third_party_of(by, ctx.case)))


def runs(right: HearingRight, on: date) -> bool:
    """Whether a right may still be used."""
    return rules.may_ask_for_hearing(right.until, right.asked_on, right.given_up_on, on)


def check_right(right: HearingRight, on: date) -> None:
    """Raises RuleRefused with why the right can no longer be used."""
    if right.given_up_on:
        raise RuleRefused(_("已经放弃听证。"))
    if right.asked_on:
        raise RuleRefused(_("已经申请过听证。"))
    if not runs(right, on):
        raise RuleRefused(
            _("申请听证的期限已于 {on} 届满。").format(on=right.until), details={"request_by": right.until.isoformat()}
        )


def _some_right(ctx: Context, by: Actor) -> None:
    """Some right of the actor's runs. Raises RuleRefused."""
    rights = rights_of(ctx, by)
    if not rights:
        if by.is_officer:
            raise RuleRefused(_("没有已告知的利害关系人。工作人员只能代为登记利害关系人的听证申请。"))
        raise RuleRefused(_("办理机关尚未告知听证权利。如认为应当听证，可以给办理人员留言。"))
    if not any(runs(right, ctx.today) for right in rights):
        check_right(rights[-1], ctx.today)


def _request_hearing(ctx: Context, by: Actor) -> None:
    _some_right(ctx, by)
    if _is_settled(ctx):
        raise RuleRefused(_("这一办件已经举行过听证。"))


def _join_hearing(ctx: Context, by: Actor) -> None:
    """Another asked first: the hearing is held for both, and not lost when the first gives it up."""
    hearing = running_hearing(ctx)
    if hearing.called_on:
        raise RuleRefused(_("听证由办理机关依职权举行，不需要再申请。"))
    if hearing.held_at and hearing.held_at <= ctx.at:
        raise RuleRefused(_("听证的时间已到。没有到场的，记入听证笔录。"))
    _some_right(ctx, by)


def _is_settled(ctx: Context) -> bool:
    """A hearing was held, or the body called one: nobody needs to ask."""
    held = Q(recorded_on__isnull=False) | Q(called_on__isnull=False)
    return Hearing.objects.filter(held, case=ctx.case).exists()


def open_hearing_right(ctx: Context) -> HearingRight | None:
    """The right to a hearing that runs longest, of the applicant or a third party: what one gave up another may want."""
    if _is_settled(ctx):
        return None
    rights = [right for right in ctx.case.hearing_rights.all() if runs(right, ctx.today)]
    return max(rights, key=lambda right: right.until, default=None)


def _call_hearing(ctx: Context, _by: Actor) -> None:
    hearing = Hearing.objects.filter(case=ctx.case, given_up_on__isnull=True).first()
    if hearing and (hearing.requested_on or hearing.called_on):
        raise RuleRefused(_("这一办件已经有听证。"))


def wanted_by(ctx: Context) -> list[HearingRight]:
    """The rights of those who asked for the hearing and still want it."""
    return list(ctx.case.hearing_rights.filter(asked_on__isnull=False, given_up_on__isnull=True))


def _not_held_yet(ctx: Context) -> None:
    """Until it is held, one may give up what one asked for; what the body called for the public's sake nobody can."""
    hearing = running_hearing(ctx)
    if hearing.called_on:
        raise RuleRefused(_("听证由办理机关依职权举行，不能放弃。"))
    if hearing.held_at and hearing.held_at <= ctx.at:
        raise RuleRefused(_("听证的时间已到。没有到场的，记入听证笔录。"))


def _give_up_hearing(ctx: Context, by: Actor) -> None:
    """Who alone wanted it gives it up."""
    _not_held_yet(ctx)
    wanted, mine = wanted_by(ctx), {right.pk for right in rights_of(ctx, by)}
    if not any(right.pk in mine for right in wanted):
        raise RuleRefused(_("听证由谁申请，由谁放弃。"))
    if len(wanted) > 1:
        raise RuleRefused(_("还有别人要求听证，听证照常举行。"))


def _waive_hearing(ctx: Context, by: Actor) -> None:
    """A right that runs, or a wish that others share: to give it up moves nothing else."""
    rights, wanted = rights_of(ctx, by), list[HearingRight]()
    if ctx.state is State.PAUSED:
        _not_held_yet(ctx)
        wanted = wanted_by(ctx)
    shared = len(wanted) > 1 and any(right in wanted for right in rights)
    if shared or (not _is_settled(ctx) and any(runs(right, ctx.today) for right in rights)):
        return
    raise RuleRefused(_("听证由谁申请，由谁放弃。") if ctx.state is State.PAUSED else _("没有可以放弃的听证权利。"))


def running_hearing(ctx: Context) -> Hearing:
    """The hearing that was requested or called and has no record yet. Raises RuleRefused."""
    hearing = Hearing.objects.filter(case=ctx.case, recorded_on__isnull=True, given_up_on__isnull=True).first()
    if hearing is None or not (hearing.requested_on or hearing.called_on):
        raise RuleRefused(_("这一办件没有进行中的听证。"))
    return hearing


def _notify_hearing(ctx: Context, _by: Actor) -> None:
    running_hearing(ctx)


def _record_hearing(ctx: Context, _by: Actor) -> None:
    hearing = running_hearing(ctx)
    if hearing.held_at is None:
        raise RuleRefused(_("还没有通知听证的时间和地点。"))
    if hearing.held_at > ctx.at:
        raise RuleRefused(_("听证尚未举行，不能记录结果。"))


# --- decision and after -------------------------------------------------------------------------------------------------


def deciding_step(ctx: Context) -> Step:
    """The last step, which decides."""
    return next(s for s in ctx.steps if s.stage == last_stage(ctx))


def _decide(ctx: Context, by: Actor) -> None:
    """No decision while a step, a third party or the time to ask for a hearing is outstanding.

    Law: 行政许可法 第三十四条, 第三十六条, 第四十七条.
    """
    case, touched = ctx.case, ctx.case.third_parties.exists()
    waiting = [s for s in ctx.steps if s.stage < last_stage(ctx) and s.state != Step.State.PASSED]
    if waiting:
        raise RuleRefused(
            _("还有 {n} 个审查步骤没有通过，不能作决定。").format(n=len(waiting)),
            details={"steps": [s.key for s in waiting]},
        )
    permissions.check(by, Act.GRANT, case, step=deciding_step(ctx))
    accepted_by = next((h.actor.get("account") for h in reversed(ctx.history) if h.act == Act.ACCEPT.value), None)
    permissions.check_decider(by, case, accepted_by=accepted_by, steps=len(ctx.steps))
    right = open_hearing_right(ctx)
    if right:
        raise RuleRefused(_("申请听证的期限到 {on} 才届满，此前不能作决定。").format(on=right.until))
    if touched and ctx.guide.item_type == LICENCE and not case.hearing_rights.exists() and not _is_settled(ctx):
        raise RuleRefused(_("办件直接关系他人重大利益，作决定前应当告知申请人和利害关系人听证权利。"))
    if case.third_parties.filter(heard_on__isnull=True).exists():
        raise RuleRefused(_("还有利害关系人的意见没有听取。"))


def _grant(ctx: Context, by: Actor) -> None:
    _decide(ctx, by)
    if ctx.content.process.site_visit and not ctx.case.site_visits.filter(meets=True).exists():
        raise RuleRefused(_("本事项须经两人以上现场核查合格后才能准予。请先记录现场核查。"))
    if ctx.content.process.third_parties and not ctx.case.third_parties.exists():
        raise RuleRefused(_("本事项关系他人重大利益，准予前应当告知并听取利害关系人的意见。"))
    limited.check(ctx)


def _certify(ctx: Context, _by: Actor) -> None:
    owed = materials.deferred_slots(
        subject=ctx.case.pk, slots=ctx.content.materials, answers=door.read_answers(ctx.case)
    )
    if owed:
        raise RuleRefused(
            _("容缺受理的材料还没有补齐（{n} 份），补齐后才能发证。").format(n=len(owed)),
            details={"materials": [s.key for s in owed]},
        )


def _only_granted(ctx: Context, _by: Actor) -> None:
    if ctx.case.decision != "granted":
        raise RuleRefused(_("这一办件没有准予许可，没有可撤销或注销的许可。"))


def _conclude_remedy(ctx: Context, _by: Actor) -> None:
    if not ctx.case.remedies.filter(concluded_on__isnull=True).exists():
        raise RuleRefused(_("没有进行中的复议或诉讼。"))


def _reopen(ctx: Context, _by: Actor) -> None:
    ordering = [Remedy.Outcome.ANNULLED, Remedy.Outcome.ORDERED_ANEW]
    if not ctx.case.remedies.filter(outcome__in=ordering, redone_on__isnull=True).exists():
        raise RuleRefused(_("只有复议决定或判决撤销、责令重新作出时，才重新办理。请先登记复议或诉讼结果。"))


CHECKS: dict[Act, Check] = {
    Act.REQUEST_CORRECTION: _request_correction,
    Act.DECLINE: _decline,
    Act.SUPPLEMENT: _supplement,
    Act.PASS_STEP: _pass_step,
    Act.RETURN_STEP: _return_step,
    Act.REPORT_UP: _report_up,
    Act.PAUSE: _pause,
    Act.RESUME: _resume,
    Act.PROPOSE_EXTENSION: _propose_extension,
    Act.EXTEND: _extend,
    Act.REJECT_EXTENSION: _reject_extension,
    Act.TELL_HEARING_RIGHT: _tell_hearing_right,
    Act.REQUEST_HEARING: _request_hearing,
    Act.JOIN_HEARING: _join_hearing,
    Act.WAIVE_HEARING: _waive_hearing,
    Act.GIVE_UP_HEARING: _give_up_hearing,
    Act.CALL_HEARING: _call_hearing,
    Act.NOTIFY_HEARING: _notify_hearing,
    Act.RECORD_HEARING: _record_hearing,
    Act.GRANT: _grant,
    Act.REFUSE: _decide,
    Act.CERTIFY: _certify,
    Act.REVOKE: _only_granted,
    Act.CANCEL: _only_granted,
    Act.CONCLUDE_REMEDY: _conclude_remedy,
    Act.REOPEN: _reopen,
}
