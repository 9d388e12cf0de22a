"""How a bad rating (差评) is dealt with: the states of its follow-up, the acts that move it, and who may do which.

This table is the only source: the guard of every act, the buttons of the desk and the tests of every (state, act, role)
are made from it. All rows rest on 国办发〔2019〕51号: who handled the case calls back first, then puts right at once, puts
right by a date (整改台账), or explains where there is no ground; a mistaken or malicious rating is appealed (ADR 0088).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yukuaiban.people.models import Role


class State(StrEnum):
    """Where the follow-up of a bad rating stands."""

    OPEN = "open"
    TRIED = "tried"
    CALLED = "called"
    LEDGER = "ledger"
    APPEALED = "appealed"
    ANSWERED = "answered"
    LEFT_OUT = "left_out"


class Act(StrEnum):
    """What can be done about it; each is one service call."""

    NOT_REACHED = "not_reached"
    CALL_BACK = "call_back"
    PUT_RIGHT_AT_ONCE = "put_right_at_once"
    SET_DEADLINE = "set_deadline"
    PUT_RIGHT = "put_right"
    EXPLAIN = "explain"
    APPEAL = "appeal"
    LEAVE_OUT = "leave_out"
    TURN_DOWN = "turn_down"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table.

    Attributes:
        target: The state after the act; None: the one in which the appeal found it.
        by: The post that may; besides it, nobody acts on his own case, and nobody decides his own appeal.
        asks: What the words are, as the field of the form is called.
        told: Whether the words go to who rated.
    """

    act: Act
    sources: frozenset[State]
    target: State | None
    by: Role
    label: Promise
    asks: Promise
    told: bool = False


S, A = State, Act

OVER: Final = frozenset({S.ANSWERED, S.LEFT_OUT})
STANDING: Final = frozenset(S) - OVER
_TO_CALL, _HEARD = frozenset({S.OPEN, S.TRIED}), frozenset({S.TRIED, S.CALLED})

TRANSITIONS: Final[dict[Act, Transition]] = {
    row.act: row
    for row in [
        Transition(A.CALL_BACK, _TO_CALL, S.CALLED, Role.HANDLER, _("记录回访"), _("评价人说了什么")),
        Transition(A.NOT_REACHED, _TO_CALL, S.TRIED, Role.HANDLER, _("没有联系上"), _("怎样联系过")),
        Transition(A.PUT_RIGHT_AT_ONCE, _HEARD, S.ANSWERED, Role.HANDLER, _("当场整改并答复"), _("给评价人的答复"), told=True),
        Transition(A.SET_DEADLINE, _HEARD, S.LEDGER, Role.HANDLER, _("列入整改台账"), _("整改措施")),
        Transition(A.PUT_RIGHT, frozenset({S.LEDGER}), S.ANSWERED, Role.HANDLER, _("整改完成并答复"), _("给评价人的答复"), told=True),
        Transition(A.EXPLAIN, _HEARD | {S.LEDGER}, S.ANSWERED, Role.HANDLER, _("没有依据，说明理由"), _("给评价人的说明"), told=True),
        Transition(A.APPEAL, STANDING - {S.APPEALED}, S.APPEALED, Role.HANDLER, _("申诉（误评、恶意评价）"), _("申诉的理由")),
        Transition(A.LEAVE_OUT, frozenset({S.APPEALED}), S.LEFT_OUT, Role.SUPERVISOR, _("申诉成立，不计入统计"), _("理由（评价人会看到）"), told=True),
        Transition(A.TURN_DOWN, frozenset({S.APPEALED}), None, Role.SUPERVISOR, _("申诉不成立，继续整改"), _("理由（办理岗位会看到）")),
    ]
}  # fmt: skip

STATE_LABELS: Final[dict[State, Promise]] = {
    S.OPEN: _("待回访"),
    S.TRIED: _("待回访（尚未联系上）"),
    S.CALLED: _("已回访，待整改"),
    S.LEDGER: _("整改中（已列入台账）"),
    S.APPEALED: _("申诉待复核"),
    S.ANSWERED: _("已答复"),
    S.LEFT_OUT: _("申诉成立，不计入统计"),
}


def acts_from(state: State) -> list[Transition]:
    """The rows that start in a state, in the table's order."""
    return [row for row in TRANSITIONS.values() if state in row.sources]
