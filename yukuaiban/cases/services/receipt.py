"""What becomes of an application when it is received: three different refusals, errors put right on the spot, one
correction notice, or acceptance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from yukuaiban.cases import bars, clocks, door, permissions, renewals, rules, timers, work
from yukuaiban.cases.context import Context, load
from yukuaiban.cases.door import Outcome, one_act
from yukuaiban.cases.errors import AnswersInvalid, RuleRefused
from yukuaiban.cases.models import Case, Correction, Step
from yukuaiban.cases.preconditions import begin, check, last_stage
from yukuaiban.cases.states import TRANSITIONS, Act, State
from yukuaiban.items import forms
from yukuaiban.materials import services as materials
from yukuaiban.people.actors import SYSTEM, Actor
from yukuaiban.places.models import Department
from yukuaiban.places.selectors import DIVISIONS


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to correct: `field:<key>` or `material:<slot>`, what is wrong with it, and the ground for asking."""

    path: str
    what: str
    basis: str = ""


@one_act
def case_declare_not_needed(*, case_id: int, by: Actor, at: datetime, reason: str) -> Case:
    """不受理: no permit is needed for this; tell the applicant at once. Law: 行政许可法 第三十二条第一款（一）."""
    return _not_taken(case_id, Act.DECLARE_NOT_NEEDED, by=by, at=at, reason=reason)


@one_act
def case_declare_not_competent(*, case_id: int, by: Actor, at: datetime, reason: str, competent_body: str) -> Case:
    """不予受理: not this body's power; name the competent one. Law: 行政许可法 第三十二条第一款（二）.

    Raises: RuleRefused without the competent body's name.
    """
    if not competent_body.strip():
        raise RuleRefused(_("请写明有权办理的机关：依法不予受理时应当告知申请人向哪个机关申请。"))
    return _not_taken(
        case_id, Act.DECLARE_NOT_COMPETENT, by=by, at=at, reason=reason, competent_body=competent_body.strip()
    )


@one_act
def case_decline(*, case_id: int, by: Actor, at: datetime, wanted: Sequence[Wanted]) -> Case:
    """当场不予受理并一次告知: for registrations, incomplete papers are refused on the spot with one full list.

    Law: 不动产登记暂行条例 第十七条. A licence application gets a correction notice instead (行政许可法 第三十二条).
    """
    ctx = begin(Act.DECLINE, case_id, by=by, at=at)
    _check_wanted(ctx, wanted)
    return _not_taken(
        case_id, Act.DECLINE, by=by, at=at, reason=_("申请材料不齐全"), wanted=[asdict(w) for w in wanted], ctx=ctx
    )


def _not_taken(
    case_id: int, act: Act, *, by: Actor, at: datetime, reason: str, ctx: Context | None = None, **more: Any
) -> Case:
    ctx = ctx or begin(act, case_id, by=by, at=at)
    need(reason, _("理由"))
    door.move(
        ctx.case,
        act,
        Outcome(
            facts={"on": ctx.today},
            payload={"reason": reason.strip(), **more},
            columns={"ended_on": ctx.today, "step_on": None, "due_on": None, "promised_on": None, "warn_on": None},
            work=work.rows(ctx.case, TRANSITIONS[act].target_from(State(ctx.case.state)), (), due_on=None),
            timers={},
            outbox=follow(ctx.case, act),
        ),
        by=by,
        at=at,
    )
    return ctx.case


class AgreedHow(models.TextChoices):
    """How the applicant's side agreed to what the window puts right."""

    PRESENT = "present", _lazy("当面")
    PHONE = "phone", _lazy("通过电话")


@one_act
def case_correct_on_spot(
    *, case_id: int, by: Actor, at: datetime, answers: Mapping[str, Any], reason: str, agreed_by: str, agreed_how: str
) -> Case:
    """当场更正: the window puts errors of the form right with the applicant, at once. No notice, no clock, no new state:
    the one correction notice stays available, and so does the day by which it must be sent. See ADR 0090.

    Args:
        answers: Field -> what is right; the other fields stay. The form's own rules hold, as at the filing.
        agreed_by: Who of the applicant's side agreed.
        agreed_how: One of `AgreedHow`.

    Raises: AnswersInvalid with every path; RuleRefused where nothing differs, or another material would be needed.
    Law: 行政许可法 第三十二条第一款（三）.
    """
    ctx = begin(Act.CORRECT_ON_SPOT, case_id, by=by, at=at)
    case, form = ctx.case, ctx.content.form
    need(reason, _("更正的理由"))
    need(agreed_by, _("同意更正的人"))
    how = AgreedHow(agreed_how)
    if unknown := sorted(set(answers) - {f.key for f in form.all_fields()}):
        raise RuleRefused(
            _("“{path}”不是本事项的表单里的内容，不能当场更正。").format(path=unknown[0]), details={"fields": unknown}
        )
    before = door.read_answers(case)
    cleaned = forms.clean(form, forms.merged(before, answers), complete=True, divisions=DIVISIONS)
    if cleaned.errors:
        raise AnswersInvalid(
            _("还有 {n} 处需要填写或更正。").format(n=len(cleaned.errors)), details={"fields": dict(cleaned.errors)}
        )
    changed = forms.diff(form, before, cleaned.answers)
    if not changed:
        raise RuleRefused(_("与现在的内容没有不同，不需要更正。"))
    _check_no_more_materials(ctx, before, cleaned.answers)
    bars.check_change(ctx, before, cleaned.answers)
    door.move(
        case,
        Act.CORRECT_ON_SPOT,
        Outcome(
            facts={"on": ctx.today, "changed": sorted(changed), "how": how.value},
            payload={
                "before": before,
                "answers": cleaned.answers,
                "reason": reason.strip(),
                "agreed_by": agreed_by.strip(),
            },
            columns={"answers_sealed": door.seal_answers(case, cleaned.answers)},
            outbox=follow(case, Act.CORRECT_ON_SPOT),
        ),
        by=by,
        at=at,
    )
    return case


def _check_no_more_materials(ctx: Context, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """What is put right asks for no document that was not asked for before: that is for the one notice to say."""
    slots = ctx.content.materials
    was, would_be = (
        {slot.key for slot in materials.missing_slots(subject=ctx.case.pk, slots=slots, answers=answers)}
        for answers in (before, after)
    )
    more = [slot for slot in slots if slot.key in would_be - was]
    if more:
        titles = "、".join(slot.title.in_(get_language() or "zh") for slot in more)
        raise RuleRefused(
            _("这样更正后还须提交：{materials}。材料不能当场更正，请用补正通知书一次告知。").format(materials=titles),
            details={"materials": [slot.key for slot in more]},
        )


@one_act
def case_request_correction(*, case_id: int, by: Actor, at: datetime, wanted: Sequence[Wanted]) -> Case:
    """补正: the one notice that lists everything, within five working days of receipt.

    After the limit there is nothing left to ask: the application counts as accepted from the day of receipt, and the
    caller is told so by TransitionRefused (the timer fired). A second notice is refused.
    Law: 行政许可法 第三十二条第一款（四）.
    """
    ctx = load(case_id, at)
    if ctx.state is State.CORRECTED:
        permissions.check(by, Act.REQUEST_CORRECTION, ctx.case)
        raise RuleRefused(_("已经发过一次补正通知。依法只能一次告知全部内容；请受理，或说明不予受理的理由。"))
    if ctx.case.reported_on:
        permissions.check(by, Act.REQUEST_CORRECTION, ctx.case)
        raise RuleRefused(_("申请材料已由下级机关全部报送，依法不得要求申请人重复提供（行政许可法 第三十五条）。"))
    check(Act.REQUEST_CORRECTION, ctx, by)
    _check_wanted(ctx, wanted)
    hand_in_by = rules.correction_hand_in_due(ctx.today, ctx.calendar)
    door.move(
        ctx.case,
        Act.REQUEST_CORRECTION,
        Outcome(
            facts={"on": ctx.today, "hand_in_by": hand_in_by.on, "paths": [w.path for w in wanted]},
            payload={"wanted": [asdict(w) for w in wanted]},
            columns={"step_on": hand_in_by.on},
            work=work.rows(ctx.case, State.CORRECTION, (), due_on=hand_in_by.on),
            timers={Act.LAPSE_CORRECTION: timers.end_of(hand_in_by.on)},
            outbox=follow(ctx.case, Act.REQUEST_CORRECTION),
        ),
        by=by,
        at=at,
    )
    Correction.objects.create(
        case=ctx.case,
        made_at=at,
        made_by_post_id=by.post_id,
        wanted=[asdict(w) for w in wanted],
        told_on=ctx.today,
        hand_in_by=hand_in_by.on,
        answers_before=door.read_answers(ctx.case),
    )
    return ctx.case


def _check_wanted(ctx: Context, wanted: Sequence[Wanted]) -> None:
    """Every line names a field or a material that this form has, and says what is wrong."""
    if not wanted:
        raise RuleRefused(_("请至少列出一处需要补正的内容；补正通知应当一次列全。"))
    known = {f"field:{f.key}" for f in ctx.content.form.all_fields()} | {
        f"material:{m.key}" for m in ctx.content.materials
    }
    for line in wanted:
        if line.path not in known:
            raise RuleRefused(
                _("“{path}”不是本事项公布的内容，不能要求补正。").format(path=line.path), details={"path": line.path}
            )
        need(line.what, _("需要补正的内容"))


@one_act
def case_hand_in_correction(*, case_id: int, by: Actor, at: datetime, answers: Mapping[str, Any]) -> Case:
    """The applicant hands in what the notice asked for; only the named fields and materials are open.

    Raises: AnswersInvalid with every path, Barred; nothing is lost.  Law: 行政许可法 第三十二条第一款（五）.
    """
    ctx = begin(Act.HAND_IN_CORRECTION, case_id, by=by, at=at)
    case = ctx.case
    correction = case.correction
    open_fields = open_paths(correction, "field")
    before = door.read_answers(case)
    merged = {**before, **{key: value for key, value in answers.items() if key in open_fields}}
    cleaned = forms.clean(ctx.content.form, merged, complete=True, divisions=DIVISIONS)
    if cleaned.errors:
        raise AnswersInvalid(
            _("还有 {n} 处需要填写或更正。").format(n=len(cleaned.errors)), details={"fields": dict(cleaned.errors)}
        )
    bars.check_change(ctx, before, cleaned.answers)
    owed = open_paths(correction, "material") - materials.renewed_slots(subject=case.pk, since=correction.made_at)
    if owed:
        raise RuleRefused(
            _("补正通知列出的材料还差 {n} 份，请上传后再提交。").format(n=len(owed)),
            details={"materials": sorted(owed)},
        )
    corrected_on = rules.received_on(at, ctx.calendar, ctx.closes_at(at))
    answer_by = rules.correction_notice_due(corrected_on, ctx.calendar)
    changed = forms.diff(ctx.content.form, before, cleaned.answers)
    door.move(
        case,
        Act.HAND_IN_CORRECTION,
        Outcome(
            facts={"on": ctx.today, "changed": sorted(changed)},
            payload={"answers": cleaned.answers},
            columns={
                "corrected_on": corrected_on,
                "answers_sealed": door.seal_answers(case, cleaned.answers),
                "step_on": answer_by.on,
            },
            work=work.rows(case, State.CORRECTED, (), due_on=answer_by.on),
            timers={Act.DEEM_ACCEPTED: timers.end_of(answer_by.on)},
            outbox=follow(case, Act.HAND_IN_CORRECTION),
        ),
        by=by,
        at=at,
    )
    Correction.objects.filter(pk=correction.pk).update(handed_in_on=ctx.today)
    materials.file_for(case.pk, at=at)
    return case


def open_paths(correction: Correction, kind: str) -> set[str]:
    """Keys of the fields or materials that a correction notice names."""
    return {w["path"].split(":", 1)[1] for w in correction.wanted if w["path"].startswith(f"{kind}:")}


@one_act
def case_accept(*, case_id: int, by: Actor, at: datetime) -> Case:
    """受理: the application is complete; its clock starts on the next day.

    Materials that the item lets be made up later (容缺) do not hinder it.  Law: 行政许可法 第三十二条第一款（五）.
    """
    ctx = begin(Act.ACCEPT, case_id, by=by, at=at)
    deferred = materials.deferred_slots(
        subject=ctx.case.pk, slots=ctx.content.materials, answers=door.read_answers(ctx.case)
    )
    return enter_review(
        ctx, Act.ACCEPT, accepted_on=ctx.today, how="act", by=by, deferred=[slot.key for slot in deferred]
    )


@timers.performs(Act.DEEM_ACCEPTED)
def deem_accepted(case_id: int, fires_at: datetime) -> Case:
    """No notice within five working days: accepted from the day of receipt. Law: 行政许可法 第三十二条第一款（四）."""
    ctx = Context(Case.objects.select_related("applicant").get(pk=case_id), fires_at)
    accepted_on = ctx.case.corrected_on or ctx.case.received_on
    assert accepted_on is not None
    return enter_review(ctx, Act.DEEM_ACCEPTED, accepted_on=accepted_on, how="lapse", by=SYSTEM)


def enter_review(
    ctx: Context, act: Act, *, accepted_on: date, how: str, by: Actor, deferred: Sequence[str] = ()
) -> Case:
    """Start the review: clocks, steps, work of the first stage. Also when the law has it accepted by lapse of time."""
    case = ctx.case
    if ctx.state not in TRANSITIONS[act].sources:
        raise door.refusal(case, act)
    steps = open_stage(ctx, make_steps(ctx), 1, on=ctx.today)
    dates = clocks.columns(ctx, clocks.with_event(ctx, act, {"accepted_on": accepted_on}), steps=steps)
    renews, prolongs = renewals.accepted(ctx, door.read_answers(case), accepted_on)
    case.lapses_on = prolongs.get("lapses_on")  # the work says it, too
    lapse = {Act.DEEM_RENEWED: max(timers.end_of(case.lapses_on), ctx.at)} if case.lapses_on else {}
    door.move(
        case,
        act,
        Outcome(
            facts={"accepted_on": accepted_on, "deferred": list(deferred), **clocks.told(dates), **renews},
            columns={"accepted_on": accepted_on, "accepted_how": how, **dates, **prolongs},
            work=work.rows(case, State.IN_REVIEW, steps, due_on=dates["promised_on"] or dates["due_on"]),
            timers=lapse,
            outbox=follow(case, act),
        ),
        by=by,
        at=ctx.at,
    )
    return case


def make_steps(ctx: Context) -> list[Step]:
    """Rows for the steps of the body that has the case, at its desks or those of the kinds that a step names.

    Where a lower body reviews first, the upper body has none, and sees nothing, until it was reported up.
    """
    case = ctx.case
    mine = own_stages(ctx)
    if existing := [
        step for step in ctx.steps if step.stage in mine
    ]:  # reopened after a remedy: every step is worked on anew
        for step in existing:
            step.state, step.opened_on, step.due_on, step.passed_on = Step.State.WAITING, None, None, None
        Step.objects.bulk_update(existing, ["state", "opened_on", "due_on", "passed_on"])
        return existing
    rows = []
    for asked in ctx.content.process.steps:
        if asked.stage not in mine:
            continue
        department_id, division_id = case.department_id, case.division_id
        if asked.department:
            other = Department.objects.filter(kind=asked.department, division_id=division_id).first()
            if other:
                department_id = other.pk
        rows.append(
            Step(
                case=case,
                key=asked.key,
                stage=asked.stage,
                role=asked.role,
                desk_id=work.desk_id(department_id, division_id, asked.role),
                people=asked.people,
                days=asked.days,
            )
        )
    return Step.objects.bulk_create(rows)


def own_stages(ctx: Context) -> range:
    """The stages of the body that has the case now: the lower one's until the report, then the upper one's."""
    review, after = ctx.content.process.first_review, last_stage(ctx) + 1
    if review is None:
        return range(1, after)
    return range(review.until_stage + 1, after) if ctx.case.reported_on else range(1, review.until_stage + 1)


def open_stage(ctx: Context, steps: Sequence[Step], stage: int, *, on: date) -> list[Step]:
    """Open the steps of a stage: each gets its own due date."""
    opened = []
    for step in steps:
        if step.stage == stage and step.state == Step.State.WAITING:
            step.state, step.opened_on = Step.State.OPEN, on
            opened.append(step)
    clocks.count_steps(opened, clocks.events(ctx.history), ctx.calendar, ctx.today)
    Step.objects.bulk_update(opened, ["state", "opened_on", "due_on"])
    return list(steps)


def follow(case: Case, act: Act) -> list[tuple[str, Mapping[str, Any]]]:
    """What follows every act: letters and notices, made by a job from the case as it stands in the chain."""
    return [("cases.follow", {"case": case.pk, "act": act.value})]


def need(text: str, what: str) -> None:
    if not text.strip():
        raise RuleRefused(_("请写明{what}。").format(what=what))
