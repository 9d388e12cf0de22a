"""The one life of every application: its states, its acts, and the article of law beside each.

This table is the only source: the database statement of an act, the buttons a person sees, the tests of every
(state, act, role), and docs/case-diagram.md are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(StrEnum):
    """Where a case (办件) stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CORRECTION = "correction"
    CORRECTED = "corrected"
    IN_REVIEW = "in_review"
    PAUSED = "paused"
    GRANTED = "granted"
    REFUSED = "refused"
    CERTIFIED = "certified"
    DELIVERED = "delivered"
    CLOSED = "closed"
    NOT_NEEDED = "not_needed"
    NOT_COMPETENT = "not_competent"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    REVOKED = "revoked"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What can be done to a case; each is one service function."""

    FILE = "file"
    DECLARE_NOT_NEEDED = "declare_not_needed"
    DECLARE_NOT_COMPETENT = "declare_not_competent"
    DECLINE = "decline"
    CORRECT_ON_SPOT = "correct_on_spot"
    REQUEST_CORRECTION = "request_correction"
    HAND_IN_CORRECTION = "hand_in_correction"
    ACCEPT = "accept"
    DEEM_ACCEPTED = "deem_accepted"
    LAPSE_CORRECTION = "lapse_correction"
    SUPPLEMENT = "supplement"
    PASS_STEP = "pass_step"  # noqa: S105  # an act, no password
    RETURN_STEP = "return_step"
    REPORT_UP = "report_up"
    PAUSE = "pause"
    RESUME = "resume"
    PROPOSE_EXTENSION = "propose_extension"
    EXTEND = "extend"
    REJECT_EXTENSION = "reject_extension"
    TELL_HEARING_RIGHT = "tell_hearing_right"
    REQUEST_HEARING = "request_hearing"
    JOIN_HEARING = "join_hearing"
    WAIVE_HEARING = "waive_hearing"
    GIVE_UP_HEARING = "give_up_hearing"
    CALL_HEARING = "call_hearing"
    NOTIFY_HEARING = "notify_hearing"
    RECORD_HEARING = "record_hearing"
    RECORD_SITE_VISIT = "record_site_visit"
    HEAR_THIRD_PARTY = "hear_third_party"
    GRANT = "grant"
    REFUSE = "refuse"
    DEEM_RENEWED = "deem_renewed"
    CERTIFY = "certify"
    DELIVER = "deliver"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    TERMINATE = "terminate"
    REVOKE = "revoke"
    CANCEL = "cancel"
    RECORD_REMEDY = "record_remedy"
    CONCLUDE_REMEDY = "conclude_remedy"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"
    WRITE_MESSAGE = "write_message"


class By(StrEnum):
    """Who may act: the applicant's side, a third party who was told, a post of the item's department, or the lapse of
    time."""

    PARTY = "party"
    THIRD_PARTY = "third_party"
    WINDOW = "window"
    HANDLER = "handler"
    APPROVER = "approver"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table.

    Attributes:
        target: The state after the act; None when the act leaves the state as it is.
        by: Who may; the permission is checked with the item, the step and the person besides.
        law: Article that gives or orders the act; "制度" where it is our own order, with an ADR.
        label: The verb on the button.
    """

    act: Act
    sources: frozenset[State]
    target: State | None
    by: frozenset[By]
    law: str
    label: Promise

    def target_from(self, state: State) -> State:
        return self.target or state


S, A = State, Act

RECEIVED: Final = frozenset({S.SUBMITTED, S.CORRECTED})
RUNNING: Final = frozenset({S.SUBMITTED, S.CORRECTION, S.CORRECTED, S.IN_REVIEW, S.PAUSED})
DECIDED: Final = frozenset({S.GRANTED, S.REFUSED, S.CERTIFIED, S.DELIVERED, S.CLOSED})
NOT_TAKEN: Final = frozenset({S.NOT_NEEDED, S.NOT_COMPETENT, S.DECLINED})
ENDED: Final = NOT_TAKEN | {S.CLOSED, S.WITHDRAWN, S.TERMINATED, S.REVOKED, S.CANCELLED}
CONTESTABLE: Final = frozenset(S) - {S.DRAFT}  # not to act is contested like an act, and a grant by those it touches
ENTITLED: Final = {By.PARTY, By.THIRD_PARTY, By.HANDLER, By.APPROVER}  # to a hearing, or who writes it down for one
OPEN: Final = frozenset(S) - ENDED - {S.DRAFT}


def _row(
    act: Act, sources: set[State] | frozenset[State], target: State | None, by: set[By], law: str, label: Promise
) -> Transition:
    return Transition(act, frozenset(sources), target, frozenset(by), law, label)


TRANSITIONS: Final[dict[Act, Transition]] = {
    row.act: row
    for row in [
        # --- filing and receipt ---------------------------------------------------------------------------------------
        _row(A.FILE, {S.DRAFT}, S.SUBMITTED, {By.PARTY}, "行政许可法 第二十九条", _("提交申请")),
        _row(A.DECLARE_NOT_NEEDED, RECEIVED, S.NOT_NEEDED, {By.WINDOW, By.HANDLER}, "行政许可法 第三十二条第一款（一）", _("告知不需许可（不受理）")),
        _row(A.DECLARE_NOT_COMPETENT, RECEIVED, S.NOT_COMPETENT, {By.WINDOW, By.HANDLER}, "行政许可法 第三十二条第一款（二）", _("不予受理（不属本机关职权）")),
        _row(A.DECLINE, {S.SUBMITTED}, S.DECLINED, {By.WINDOW, By.HANDLER}, "不动产登记暂行条例 第十七条", _("当场不予受理并一次告知")),
        _row(A.CORRECT_ON_SPOT, RECEIVED, None, {By.WINDOW, By.HANDLER}, "行政许可法 第三十二条第一款（三）", _("当场更正")),
        _row(A.REQUEST_CORRECTION, {S.SUBMITTED}, S.CORRECTION, {By.WINDOW, By.HANDLER}, "行政许可法 第三十二条第一款（四）", _("一次告知补正")),
        _row(A.HAND_IN_CORRECTION, {S.CORRECTION}, S.CORRECTED, {By.PARTY}, "行政许可法 第三十二条第一款（五）", _("提交补正")),
        _row(A.ACCEPT, RECEIVED, S.IN_REVIEW, {By.WINDOW, By.HANDLER}, "行政许可法 第三十二条第一款（五）", _("受理")),
        _row(A.DEEM_ACCEPTED, RECEIVED, S.IN_REVIEW, {By.SYSTEM}, "行政许可法 第三十二条第一款（四）", _("逾期未告知，视为受理")),
        _row(A.LAPSE_CORRECTION, {S.CORRECTION}, S.TERMINATED, {By.SYSTEM}, "制度 ADR 0070", _("逾期未补正，终止")),
        _row(A.SUPPLEMENT, {S.IN_REVIEW, S.PAUSED}, None, {By.PARTY}, "制度 ADR 0071（容缺受理）", _("补交容缺材料")),
        # --- review -----------------------------------------------------------------------------------------------------
        _row(A.PASS_STEP, {S.IN_REVIEW}, None, {By.HANDLER, By.APPROVER}, "行政许可法 第三十四条", _("同意，转下一步")),
        _row(A.RETURN_STEP, {S.IN_REVIEW}, None, {By.HANDLER, By.APPROVER}, "行政许可法 第三十四条", _("退回上一步")),
        _row(A.REPORT_UP, {S.IN_REVIEW}, None, {By.HANDLER, By.APPROVER}, "行政许可法 第三十五条、第四十三条", _("初审完毕，上报")),
        _row(A.PAUSE, {S.IN_REVIEW}, S.PAUSED, {By.HANDLER, By.APPROVER}, "行政许可法 第四十五条", _("转特别程序（停止计时）")),
        _row(A.RESUME, {S.PAUSED}, S.IN_REVIEW, {By.HANDLER, By.APPROVER}, "行政许可法 第四十五条", _("结束特别程序（恢复计时）")),
        _row(A.PROPOSE_EXTENSION, {S.IN_REVIEW}, None, {By.HANDLER}, "行政许可法 第四十二条", _("申请延长期限")),
        _row(A.EXTEND, {S.IN_REVIEW}, None, {By.APPROVER}, "行政许可法 第四十二条", _("批准延长期限")),
        _row(A.REJECT_EXTENSION, {S.IN_REVIEW}, None, {By.APPROVER}, "行政许可法 第四十二条", _("不同意延长期限")),
        _row(A.TELL_HEARING_RIGHT, {S.IN_REVIEW}, None, {By.HANDLER, By.APPROVER}, "行政许可法 第四十七条第一款", _("告知听证权利")),
        _row(A.REQUEST_HEARING, {S.IN_REVIEW}, S.PAUSED, ENTITLED, "行政许可法 第四十七条第一款", _("申请听证")),
        _row(A.JOIN_HEARING, {S.PAUSED}, None, ENTITLED, "行政许可法 第四十七条第一款", _("也要求听证")),
        _row(A.WAIVE_HEARING, {S.IN_REVIEW, S.PAUSED}, None, ENTITLED, "制度 ADR 0092", _("放弃听证权利")),
        _row(A.GIVE_UP_HEARING, {S.PAUSED}, S.IN_REVIEW, ENTITLED, "制度 ADR 0079", _("放弃听证（恢复计时）")),
        _row(A.CALL_HEARING, {S.IN_REVIEW}, S.PAUSED, {By.HANDLER, By.APPROVER}, "行政许可法 第四十六条", _("依职权举行听证")),
        _row(A.NOTIFY_HEARING, {S.PAUSED}, None, {By.HANDLER, By.APPROVER}, "行政许可法 第四十八条第一款（一）", _("通知听证时间地点")),
        _row(A.RECORD_HEARING, {S.PAUSED}, S.IN_REVIEW, {By.HANDLER, By.APPROVER}, "行政许可法 第四十八条第一款（五）", _("记录听证结果（恢复计时）")),
        _row(A.RECORD_SITE_VISIT, {S.IN_REVIEW}, None, {By.HANDLER, By.APPROVER}, "行政许可法 第三十四条第三款", _("记录现场核查")),
        _row(A.HEAR_THIRD_PARTY, {S.IN_REVIEW}, None, {By.THIRD_PARTY, By.HANDLER, By.APPROVER}, "行政许可法 第三十六条", _("听取利害关系人意见")),
        # --- decision and result ------------------------------------------------------------------------------------------
        _row(A.GRANT, {S.IN_REVIEW}, S.GRANTED, {By.APPROVER}, "行政许可法 第三十八条第一款", _("准予")),
        _row(A.REFUSE, {S.IN_REVIEW}, S.REFUSED, {By.APPROVER}, "行政许可法 第三十八条第二款", _("不予许可")),
        _row(A.DEEM_RENEWED, {S.IN_REVIEW, S.PAUSED}, S.GRANTED, {By.SYSTEM}, "行政许可法 第五十条第二款", _("届满未作决定，视为准予延续")),
        _row(A.CERTIFY, {S.GRANTED}, S.CERTIFIED, {By.WINDOW, By.HANDLER, By.APPROVER, By.SYSTEM}, "行政许可法 第三十九条、第四十四条", _("制作证件")),
        _row(A.DELIVER, {S.CERTIFIED, S.REFUSED}, S.DELIVERED, {By.WINDOW, By.HANDLER, By.APPROVER, By.SYSTEM}, "行政许可法 第四十四条", _("送达")),
        _row(A.CLOSE, {S.DELIVERED}, S.CLOSED, {By.WINDOW, By.HANDLER, By.APPROVER, By.SYSTEM}, "制度 ADR 0072", _("办结")),
        # --- side exits ---------------------------------------------------------------------------------------------------
        _row(A.WITHDRAW, RUNNING, S.WITHDRAWN, {By.PARTY}, "制度 ADR 0073", _("撤回申请")),
        _row(A.TERMINATE, {S.CORRECTED, S.IN_REVIEW, S.PAUSED}, S.TERMINATED, {By.APPROVER}, "制度 ADR 0070", _("终止办理")),
        _row(A.REVOKE, {S.CERTIFIED, S.DELIVERED, S.CLOSED}, S.REVOKED, {By.APPROVER}, "行政许可法 第六十九条", _("撤销许可")),
        _row(A.CANCEL, {S.CERTIFIED, S.DELIVERED, S.CLOSED}, S.CANCELLED, {By.APPROVER}, "行政许可法 第七十条", _("注销许可")),
        # --- remedies -----------------------------------------------------------------------------------------------------
        _row(A.RECORD_REMEDY, CONTESTABLE, None, {By.HANDLER, By.APPROVER}, "行政许可法 第七条", _("登记复议或诉讼")),
        _row(A.CONCLUDE_REMEDY, CONTESTABLE, None, {By.HANDLER, By.APPROVER}, "行政许可法 第七条", _("登记复议或诉讼结果")),
        _row(A.REOPEN, {S.REFUSED, S.DELIVERED, S.CLOSED, S.TERMINATED, S.NOT_NEEDED, S.NOT_COMPETENT, S.DECLINED}, S.IN_REVIEW, {By.APPROVER}, "行政许可法 第七条", _("依复议决定或判决重新办理")),
        # --- at any time --------------------------------------------------------------------------------------------------
        _row(A.HAND_OVER, OPEN, None, {By.WINDOW, By.HANDLER, By.APPROVER}, "制度 ADR 0074", _("转交")),
        _row(A.WRITE_MESSAGE, frozenset(S) - {S.DRAFT}, None, {By.PARTY, By.WINDOW, By.HANDLER, By.APPROVER}, "行政许可法 第三十条", _("留言")),
    ]
}  # fmt: skip


STATE_LABELS: Final[dict[State, Promise]] = {
    S.DRAFT: _("草稿"),
    S.SUBMITTED: _("已提交，待受理"),
    S.CORRECTION: _("待补正"),
    S.CORRECTED: _("已补正，待受理"),
    S.IN_REVIEW: _("审查中"),
    S.PAUSED: _("特别程序中（停止计时）"),
    S.GRANTED: _("已准予，制证中"),
    S.REFUSED: _("不予许可，待送达"),
    S.CERTIFIED: _("已制证，待送达"),
    S.DELIVERED: _("已送达"),
    S.CLOSED: _("已办结"),
    S.NOT_NEEDED: _("不受理（不需许可）"),
    S.NOT_COMPETENT: _("不予受理（不属本机关职权）"),
    S.DECLINED: _("不予受理（已一次告知）"),
    S.WITHDRAWN: _("已撤回"),
    S.TERMINATED: _("已终止"),
    S.REVOKED: _("已撤销"),
    S.CANCELLED: _("已注销"),
}


def acts_from(state: State) -> list[Transition]:
    """The rows that start in a state, in the table's order."""
    return [row for row in TRANSITIONS.values() if state in row.sources]
