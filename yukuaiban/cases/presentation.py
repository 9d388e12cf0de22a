"""A case in plain words: where it stands, what happened, its clocks drawn, what is to be done next.

What both sides see is computed here once; the portal, the look-up without log-in and the desk differ only in what they
leave out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from yukuaiban.calendars import Light, Reason, Unit, render
from yukuaiban.calendars.reasons import limit_in_words
from yukuaiban.cases import bars, clocks, rules, selectors
from yukuaiban.cases.context import Context, Happened
from yukuaiban.cases.letters import FOLLOWS, department_at
from yukuaiban.cases.models import Case, Hearing, Opinion, Remedy
from yukuaiban.cases.models.procedure import PauseKind
from yukuaiban.cases.preconditions import runs
from yukuaiban.cases.services.receipt import AgreedHow
from yukuaiban.cases.states import ENDED, STATE_LABELS, Act, State
from yukuaiban.chain import store
from yukuaiban.config.now import now, today
from yukuaiban.config.parameters import parameter
from yukuaiban.design.clockline import ClockLine, Pause, clock_line
from yukuaiban.design.formats import datetime_text
from yukuaiban.items.forms import summary
from yukuaiban.items.limits import first_review_of
from yukuaiban.items.schema import ItemContent
from yukuaiban.messages.letters import selectors as letters
from yukuaiban.messages.letters.models import Letter
from yukuaiban.messages.letters.wording import remedy_terms
from yukuaiban.people.actors import Actor
from yukuaiban.places.models import Department
from yukuaiban.places.selectors import DIVISIONS, review_body


@dataclass(frozen=True, slots=True)
class Told:
    """One event in plain words."""

    at: datetime
    title: str
    text: str = ""
    by: str = ""
    kind: str = "done"
    url: str = ""


@dataclass(frozen=True, slots=True)
class NextThing:
    """The one thing to do next, or what is being waited for."""

    title: str
    text: str = ""
    url: str = ""
    button: str = ""
    by_day: date | None = None
    by_day_label: str = ""
    kind: str = "info"
    more: str = ""


@dataclass(frozen=True, slots=True)
class WantedLine:
    """One line of a correction notice: which field or material, what is wrong with it, on what ground."""

    name: str
    what: str
    basis: str = ""


def wanted_of(lines: Iterable[Mapping[str, str]], content: ItemContent, language: str) -> list[WantedLine]:
    """A correction notice as a person reads it."""
    names = {f"field:{f.key}": f.label.in_(language) for f in content.form.all_fields()}
    names |= {f"material:{m.key}": m.title.in_(language) for m in content.materials}
    return [WantedLine(names.get(w["path"], w["path"]), w["what"], w.get("basis", "")) for w in lines]


def page_of(case: Case, by: Actor | None, *, language: str) -> dict[str, Any]:
    """Everything a case page shows. `by` None: the look-up without log-in, without anybody's data."""
    ctx = Context(case, now())
    both = clocks.of_case(ctx) if case.accepted_on else None
    light = selectors.light_of(case)
    return {
        "case": case,
        "guide": ctx.guide,
        "content": ctx.content,
        "state": STATE_LABELS[State(case.state)],
        "is_over": State(case.state) in ENDED,
        "is_rated": State(case.state) in ENDED and hasattr(case, "rating"),
        "light": "none" if light is Light.GREY else light.value,
        "clocks": both,
        "lines": _lines(ctx, both) if both else [],
        "reasons": _reasons(ctx, both, language) if both else [],
        "timeline": list(
            reversed(
                told(ctx, private=by is not None, language=language, to_officer=by is not None and by.kind == "officer")
            )
        ),
        "next": next_thing(ctx, language) if by is not None else None,
        "wanted": wanted_of(case.correction.wanted, ctx.content, language) if hasattr(case, "correction") else [],
        "possible": selectors.possible_acts(ctx, by) if by is not None else [],
        "talk": list(case.messages.all()) if by is not None else [],
        "letters": _letters(case, by),
    }


def _letters(case: Case, by: Actor | None) -> Iterable[Letter]:
    if by is None:
        return []
    return letters.letters_for(case.pk) if by.is_officer else letters.letters_to_applicant(case.pk)


def _lines(ctx: Context, both: clocks.Clocks) -> list[tuple[str, ClockLine]]:
    found = []
    pauses = [
        Pause(p.from_on, p.until_on, PauseKind(p.kind).label if p.kind in PauseKind else p.kind)
        for p in ctx.case.pauses.order_by("from_on")
    ]
    for title, clock in ((_("承诺时限"), both.promised), (_("法定时限"), both.statutory)):
        if clock.due_on is None or clock.started_on is None:
            continue
        state = "paused" if clock.paused else "none" if clock.light is Light.GREY else clock.light.value
        found.append(
            (
                title,
                clock_line(
                    start=clock.started_on,
                    due=clock.due_on.on,
                    today=today(),
                    pauses=pauses,
                    ended=clock.stopped_on,
                    provisional=clock.due_on.provisional,
                    state=state,
                    start_label=pgettext("clock", "受理"),
                ),
            )
        )
    return found


def _reasons(ctx: Context, both: clocks.Clocks, language: str) -> list[str]:
    """Why the promised date is what it is, line by line; then the law's own limit, and the date in the letter if the
    calendar has moved it since."""
    lines: list[Reason] = [*both.promised.reasons, *both.statutory.reasons[:1]]
    said = [render(reason, language) for reason in lines]
    if first := _first_review(ctx, language):
        said.append(first)
    moving = next((h for h in reversed(ctx.history) if clocks.events([h])), None)
    told_on = moving.facts.get("told_due_on") if moving else None
    if told_on and both.promised.due_on and told_on != both.promised.due_on.on.isoformat():
        said.append(
            _("文书上写的日期是 {told}；放假安排公布后重算，现在是 {now}。").format(
                told=told_on, now=both.promised.due_on.on.isoformat()
            )
        )
    return said


def _first_review(ctx: Context, language: str) -> str:
    """Who reviews first until when, or did; and who decides. Law: 行政许可法 第三十五条, 第四十三条."""
    review, case = ctx.content.process.first_review, ctx.case
    if review is None:
        return ""
    if case.reported_on:
        return _("{on} 初审完毕上报，由{body}决定；已经提交的材料不需要再交。").format(
            on=case.reported_on.isoformat(), body=_name(case.department, language)
        )
    if not case.first_review_by or not case.accepted_on:
        return ""
    days, law = first_review_of(review, case.accepted_on)
    return _("先由{body}初审，最迟 {on} 上报上级机关决定（{days}，{law}）。").format(
        body=_name(case.department, language),
        on=case.first_review_by.isoformat(),
        days=limit_in_words(days, Unit.WORKING_DAY, language),
        law=law,
    )


def _name(department: Department, language: str) -> str:
    return department.name_en if language.startswith("en") and department.name_en else department.name_zh


def _title(h: Happened, content: ItemContent, language: str) -> str:
    act = Act(h.act)
    if act is Act.PASS_STEP:
        step = next((s.title.in_(language) for s in content.process.steps if s.key == h.facts["step"]), h.facts["step"])
        if h.facts["agreed"] < h.facts["of"]:
            return _("{step}：{n} 人同意，共须 {of} 人").format(step=step, n=h.facts["agreed"], of=h.facts["of"])
        return _("{step}：通过").format(step=step)
    names = {
        Act.FILE: _("提交了申请"),
        Act.DECLARE_NOT_NEEDED: _("告知：这件事不需要许可，不受理"),
        Act.DECLARE_NOT_COMPETENT: _("告知：不属于本机关职权，不予受理"),
        Act.DECLINE: _("不予受理，已一次告知所缺材料"),
        Act.CORRECT_ON_SPOT: _("窗口当场更正了填写的内容"),
        Act.REQUEST_CORRECTION: _("一次告知需要补正的内容"),
        Act.HAND_IN_CORRECTION: _("提交了补正"),
        Act.ACCEPT: _("受理，从第二天起计时"),
        Act.DEEM_ACCEPTED: _("逾期未告知补正，依法视为受理"),
        Act.LAPSE_CORRECTION: _("逾期没有补正，申请终止"),
        Act.SUPPLEMENT: _("补交了容缺材料"),
        Act.RETURN_STEP: _("退回上一步继续审查"),
        Act.REPORT_UP: _("初审完毕，连同全部材料上报上级机关决定"),
        Act.PAUSE: _("进入特别程序，停止计时"),
        Act.RESUME: _("特别程序结束，恢复计时"),
        Act.PROPOSE_EXTENSION: _("提请延长期限"),
        Act.EXTEND: _("经批准延长期限"),
        Act.REJECT_EXTENSION: _("没有批准延长期限"),
        Act.TELL_HEARING_RIGHT: _("告知听证权利"),
        Act.REQUEST_HEARING: (_("利害关系人申请听证，停止计时") if _of_third_party(h) else _("申请听证，停止计时")),
        Act.JOIN_HEARING: _("利害关系人也要求听证") if _of_third_party(h) else _("也要求听证"),
        Act.WAIVE_HEARING: _("利害关系人放弃听证权利") if _of_third_party(h) else _("放弃听证权利"),
        Act.GIVE_UP_HEARING: _("放弃听证，恢复计时"),
        Act.CALL_HEARING: _("决定举行听证，停止计时"),
        Act.NOTIFY_HEARING: _("通知听证时间和地点"),
        Act.RECORD_HEARING: _("听证结束，恢复计时"),
        Act.RECORD_SITE_VISIT: _("进行了现场核查"),
        Act.HEAR_THIRD_PARTY: _("听取了利害关系人的意见") if h.facts.get("heard_on") else _("告知了利害关系人"),
        Act.GRANT: _("作出准予决定"),
        Act.REFUSE: _("作出不予决定"),
        Act.DEEM_RENEWED: _("到期没有作决定，依法视为准予延续"),
        Act.CERTIFY: _("制作了证件或结果"),
        Act.DELIVER: _("已送达"),
        Act.CLOSE: _("已办结"),
        Act.WITHDRAW: _("撤回了申请"),
        Act.TERMINATE: _("终止办理"),
        Act.REVOKE: _("撤销了许可"),
        Act.CANCEL: _("注销了许可"),
        Act.RECORD_REMEDY: _("登记了复议或诉讼"),
        Act.CONCLUDE_REMEDY: _("复议或诉讼有了结果"),
        Act.REOPEN: _("依复议决定或判决重新办理"),
        Act.HAND_OVER: _("转交同岗位人员办理"),
        Act.WRITE_MESSAGE: _("留言"),
    }
    return str(names[act])


def _of_third_party(h: Happened) -> bool:
    """Whether a third party used his right, himself or on paper that an officer wrote down."""
    return bool(h.facts.get("third_party", h.actor["kind"] == "officer"))


_THE_OTHERS_OWN = {Act.JOIN_HEARING, Act.WAIVE_HEARING, Act.GIVE_UP_HEARING}
_AMONG_OFFICERS = {Act.HAND_OVER, Act.PROPOSE_EXTENSION, Act.REJECT_EXTENSION}


def told(ctx: Context, *, private: bool, language: str, to_officer: bool = False) -> list[Told]:
    """The events of a case, oldest first.

    Args:
        to_officer: With what was found and said in the procedure, and what passes between colleagues.
        private: With reasons and opinions (encrypted payloads); after lawful erasure they are simply not there.
    """
    hidden = {Act.WRITE_MESSAGE} if to_officer else {Act.WRITE_MESSAGE, *_AMONG_OFFICERS}
    payloads = store.payloads(ctx.case.pk) if private else {}
    rows = []
    for h in ctx.history:
        if Act(h.act) not in hidden:
            payload = payloads.get(h.seq, {})
            text = (_of_procedure(h, payload) if to_officer else "") or _text(h, payload, ctx.content, language)
            if not to_officer and h.act in _THE_OTHERS_OWN and _of_third_party(h):
                text = ""  # why he wants it or gives it up is between him and the body
            if private and (until := h.facts.get("barred_until")):
                text = " ".join(filter(None, [text, _barred(until, h.facts["falsehood"], h.on)]))
            if private and (suit := _suit_after_review(ctx, h, language)):
                text = " ".join(filter(None, [text or f"{Remedy.Outcome(h.facts['outcome']).label}。", suit]))
            rows.append(Told(h.at, _title(h, ctx.content, language), text, _who(h)))
    return rows


def _who(h: Happened) -> str:
    if h.actor["kind"] == "party" and h.facts.get("third_party"):
        return _("利害关系人")
    return {"party": _("申请人"), "officer": _("办理部门"), "system": _("系统")}[h.actor["kind"]]


def _text(h: Happened, payload: dict[str, Any], content: ItemContent, language: str) -> str:
    act = Act(h.act)
    if act is Act.REQUEST_CORRECTION:
        return "；".join(f"{w.name}：{w.what}" for w in wanted_of(payload.get("wanted", ()), content, language))
    if act is Act.CORRECT_ON_SPOT and payload:
        return _put_right(h, payload, content, language)
    if act is Act.REFUSE:
        return "；".join(f"{g['reason']}（{g['article']}）" for g in payload.get("grounds", ()))
    if act is Act.DECLARE_NOT_COMPETENT and payload:
        return _("{reason}。请向{body}申请。").format(reason=payload["reason"], body=payload["competent_body"])
    if act is Act.PAUSE and payload:
        kind = PauseKind(h.facts["kind"]).label
        return _("{kind}，预计 {n} 个工作日：{reason}").format(
            kind=kind, n=h.facts["expected_days"], reason=payload["reason"]
        )
    if act is Act.NOTIFY_HEARING and payload:
        held_at = datetime.fromisoformat(payload["held_at"])
        return _("{at}，{place}").format(at=datetime_text(held_at), place=payload["place"])
    if act is Act.EXTEND and payload:
        return _extended(h, payload)
    if act is Act.REPORT_UP:
        return ""  # what the lower body proposes is for who decides
    return str(payload.get("reason") or payload.get("opinion") or "")


def _put_right(h: Happened, payload: dict[str, Any], content: ItemContent, language: str) -> str:
    """Each answer that the window put right, as it was and as it is; why, and who agreed how."""
    was, now_is = (
        {row.path: row for row in summary(content.form, payload[key], language, divisions=DIVISIONS)}
        for key in ("before", "answers")
    )
    none = _("（空）")
    lines = [
        _("{label}：{was} → {now}").format(
            label=(now_is.get(path) or was[path]).label,
            was=was[path].value if path in was else none,
            now=now_is[path].value if path in now_is else none,
        )
        for path in dict.fromkeys([*now_is, *was])
        if path not in was or path not in now_is or was[path].value != now_is[path].value
    ]
    why = _("理由：{reason}。{who}{how}同意").format(
        reason=payload["reason"].rstrip("。"), who=payload["agreed_by"], how=AgreedHow(h.facts["how"]).label
    )
    return "；".join([*lines, why])


def _extended(h: Happened, payload: dict[str, Any]) -> str:
    days = limit_in_words(h.facts["days"], h.facts.get("unit", Unit.WORKING_DAY), get_language() or "zh")
    said = _("延长 {days}：{reason}").format(days=days, reason=payload["reason"])
    if not h.facts.get("document"):
        return said
    return said + _("（本级人民政府批准：{document}，{on}）").format(
        document=h.facts["document"], on=h.facts["document_on"]
    )


def _of_procedure(h: Happened, payload: dict[str, Any]) -> str:
    """What was found, said or proposed: whoever decides, decides on it. Officers only."""
    match Act(h.act):
        case Act.PROPOSE_EXTENSION if payload:
            return _extended(h, payload)
        case Act.RECORD_SITE_VISIT:
            verdict = _("符合要求") if h.facts["meets"] else _("不符合要求")
            found = [h.facts["on"], payload.get("place"), verdict, payload.get("findings")]
        case Act.HEAR_THIRD_PARTY:
            told_on = _("{on} 告知").format(on=h.facts["told_on"])
            heard_on = _("{on} 听取意见").format(on=h.facts["heard_on"]) if h.facts["heard_on"] else None
            found = [payload.get("name"), payload.get("interest"), told_on, heard_on, payload.get("statement")]
        case Act.REPORT_UP:
            found = [Opinion.Verdict(h.facts["proposal"]).label, payload.get("opinion")]
        case Act.RESUME | Act.RECORD_HEARING:
            found = [payload.get("outcome")]
        case Act.RECORD_REMEDY:
            kind = Remedy.Kind(h.facts["kind"]).label
            by = h.facts.get("answer_by")
            answer = _("{on} 前书面答复").format(on=by) if by else None
            found = [kind, h.facts["filed_on"], payload.get("body"), payload.get("reference"), answer]
        case Act.CONCLUDE_REMEDY:
            found = [Remedy.Kind(h.facts["kind"]).label, Remedy.Outcome(h.facts["outcome"]).label, h.facts["on"]]
        case _:
            return ""
    return " · ".join(str(part) for part in found if part)


def _paused_by_hearing(ctx: Context) -> bool:
    last = next(h.act for h in reversed(ctx.history) if h.act in {Act.PAUSE, Act.REQUEST_HEARING, Act.CALL_HEARING})
    return last != Act.PAUSE


def next_thing(ctx: Context, language: str) -> NextThing | None:
    """The one next action on top of the case page, for the applicant."""
    case, number = ctx.case, ctx.case.number
    match ctx.state:
        case State.CORRECTION:
            return NextThing(
                _("请补正 {n} 处").format(n=len(case.correction.wanted)),
                _("部门只会通知这一次。逾期不补正，本次申请终止，可以重新申请。"),
                reverse("cases:correction", args=[number]),
                _("去补正"),
                case.correction.hand_in_by,
                _("补正截止"),
                "warn",
            )
        case State.SUBMITTED | State.CORRECTED:
            return NextThing(
                _("等待部门受理"),
                _("部门须按时受理，或一次告知要补正什么；逾期没有告知，就算已经受理。")
                if ctx.state == State.SUBMITTED
                else _("部门须按时受理，或告知不受理的理由，不能再要求补正；逾期没有告知，就算已经受理。"),
                by_day=case.step_on,
                by_day_label=_("最迟答复"),
            )
        case State.IN_REVIEW:
            right = case.hearing_rights.filter(third_party__isnull=True).first()
            if (
                right
                and runs(right, ctx.today)
                and not Hearing.objects.filter(case=case, called_on__isnull=False).exists()
            ):
                return NextThing(
                    _("您有权申请听证"),
                    _("不申请也不影响办理。"),
                    reverse("cases:request_hearing", args=[number]),
                    _("申请听证"),
                    right.until,
                    _("申请截止"),
                )
            if _owes_deferred(ctx.history):
                return NextThing(
                    _("请补交容缺的材料"),
                    _("补齐后才能发证。"),
                    reverse("cases:supplement", args=[number]),
                    _("去补交"),
                    kind="warn",
                )
            return NextThing(
                _("部门正在审查"),
                _until_silence(case),
                by_day=case.promised_on,
                by_day_label=_("承诺办结"),
                more=_too_late(ctx),
            )
        case State.PAUSED if not _paused_by_hearing(ctx):
            return NextThing(_("正在进行特别程序，不计入时限"), "", by_day=case.step_on, by_day_label=_("预计结束"))
        case State.PAUSED:
            held_at = Hearing.objects.filter(case=case).values_list("held_at", flat=True).first()
            return NextThing(
                _("听证：{at}").format(at=datetime_text(held_at)) if held_at else _("等待听证通知"),
                _("听证的时间不计入办理时限。"),
                by_day=case.step_on,
                by_day_label=_("预计结束"),
            )
        case State.GRANTED | State.CERTIFIED:
            return NextThing(_("已准予，正在制证送达"), by_day=case.step_on, by_day_label=_("最迟送达"))
        case State.CLOSED | State.DELIVERED if case.licence_id:
            return NextThing(_("证照已放进您的卡包"), "", reverse("licences:wallet"), _("查看证照"), kind="success")
        case _:
            return _why_not(ctx, language)


_AGAINST = {  # what the applicant did not ask for
    Act.DECLARE_NOT_NEEDED: gettext_lazy("这件事不需要许可，没有受理"),
    Act.DECLARE_NOT_COMPETENT: gettext_lazy("这件事不归本部门办，没有受理"),
    Act.DECLINE: gettext_lazy("没有受理"),
    Act.REFUSE: gettext_lazy("没有准予"),
    Act.TERMINATE: gettext_lazy("已终止办理"),
    Act.LAPSE_CORRECTION: gettext_lazy("逾期没有补正，申请已终止"),
    Act.REVOKE: gettext_lazy("许可已被撤销"),
    Act.CANCEL: gettext_lazy("许可已被注销"),
}


def _why_not(ctx: Context, language: str) -> NextThing | None:
    """The decision against the applicant that stands: why, what he can do about it, and the letter that says so.

    Law: 行政许可法 第三十八条第二款; 行政复议法 第二十条第一款; 行政诉讼法 第四十六条第一款.
    """
    since_reopened = list(takewhile(lambda h: h.act != Act.REOPEN, reversed(ctx.history)))
    decisive = next((h for h in since_reopened if h.act in _AGAINST), None)
    if decisive is None:
        return None
    act = Act(decisive.act)
    payload = store.payloads(ctx.case.pk).get(decisive.seq, {})
    review, suit = remedy_terms(decisive.on, language)
    department = Department.objects.select_related("parent").get(pk=department_at(ctx, decisive))
    body = review_body(department, decisive.on, language) or _("有管辖权的行政复议机关")
    remedies = _("不服的，自收到文书之日起 {review}内可以向{body}申请行政复议，{suit}内可以提起行政诉讼。").format(
        review=review, body=body, suit=suit
    )
    kind = FOLLOWS[act]
    letter = next((x for x in letters.letters_for(ctx.case.pk) if x.kind == kind), None)
    barred = ctx.case.bars.filter(lifted_on=None).first()
    bar = _barred(barred.until.isoformat(), barred.ground, barred.since) if barred and barred.stands(ctx.today) else ""
    return NextThing(
        str(_AGAINST[act]),
        " ".join(filter(None, [_text(decisive, payload, ctx.content, language), bar])),
        reverse("cases:letter", args=[ctx.case.number, letter.pk]) if letter else "",
        _("看文书") if letter else "",
        kind="warn",
        more=next((words for h in since_reopened if (words := _suit_after_review(ctx, h, language))), remedies),
    )


def _barred(until: str, ground: str, since: date) -> str:
    """Until when the licence is not asked for again. Law: 行政许可法 第七十八条, 第七十九条. See ADR 0097."""
    return _("至 {until}（含）不能再次申请这个事项（{article}）。").format(
        until=until, article=bars.article(ground, since)
    )


def _suit_after_review(ctx: Context, h: Happened, language: str) -> str:
    """By when one may go to court after the review that an event ended; a day that was told never comes earlier.

    Law: 行政诉讼法 第四十五条. See ADR 0085, ADR 0098.
    """
    concluded = h.act == Act.CONCLUDE_REMEDY and h.facts["kind"] == Remedy.Kind.REVIEW
    if not concluded or h.facts["outcome"] == Remedy.Outcome.WITHDRAWN:
        return ""
    if not h.facts.get("sue_by"):
        term = parameter("litigation_after_review_limit", h.on)
        return _("不服复议决定的，可以自收到复议决定书之日起{term}内向人民法院提起诉讼。").format(
            term=limit_in_words(term.value, term.unit, language)
        )
    told_day, received = date.fromisoformat(h.facts["sue_by"]), date.fromisoformat(h.facts["served_on"])
    last = max(told_day, rules.suit_after_review_due(received, ctx.calendar).on)
    return _("{received} 收到复议决定，不服的，最迟可以在 {last} 向人民法院提起诉讼。").format(
        received=received.isoformat(), last=last.isoformat()
    )


def _until_silence(case: Case) -> str:
    """What happens when nothing is decided before the licence ends. Law: 行政许可法 第五十条第二款."""
    if not case.lapses_on:
        return ""
    return _("现有证照有效期到 {day}；到那天部门还没有作决定，依法视为准予延续。").format(day=case.lapses_on)


def _too_late(ctx: Context) -> str:
    """A renewal that was asked for too late for silence to grant it. See ADR 0096."""
    if not any(h.facts.get("in_time") is False for h in ctx.history):
        return ""
    return _("现有证照有效期到 {day}。申请晚于规定的日期，到期没有作决定的，不视为准予延续，证照到期失效。").format(
        day=ctx.case.renews_until
    )


def _owes_deferred(history: Iterable[Happened]) -> bool:
    owed: list[str] = []
    for h in history:
        if h.act == Act.ACCEPT.value:
            owed = h.facts.get("deferred", [])
        elif h.act == Act.SUPPLEMENT.value:
            owed = h.facts.get("still", [])
    return bool(owed)
