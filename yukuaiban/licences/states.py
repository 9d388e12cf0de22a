"""The states of a licence, the acts that move it, and the article of law beside each.

The codes are those of the national set (packs/china/code_sets.csv, electronic_licence_state). What happens by mere
lapse of time is computed by the reader (`rules.standing`) and not waited for: a licence is out on the day after its
term whether or not anybody wrote it down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(StrEnum):
    """证照状态."""

    VALID = "01"
    SUSPENDED = "02"
    REVOKED = "03"
    CANCELLED = "04"
    LAPSED = "05"
    MOVED_OUT = "06"
    FORFEITED = "07"


class Act(StrEnum):
    ISSUE = "issue"
    SUSPEND = "suspend"
    RESTORE = "restore"
    REVOKE = "revoke"
    FORFEIT = "forfeit"
    CANCEL = "cancel"
    REPLACE = "replace"
    MOVE_OUT = "move_out"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: from which states to which, on what ground. ISSUE has no source."""

    act: Act
    sources: frozenset[State]
    target: State
    law: str
    label: Promise


S, A = State, Act

#: States in which the licence is still the holder's, in its term: at most one version of a licence stands in them.
STANDING: Final = frozenset({S.VALID, S.SUSPENDED})

TRANSITIONS: Final[dict[Act, Transition]] = {
    row.act: row
    for row in [
        Transition(A.ISSUE, frozenset(), S.VALID, "行政许可法 第三十九条", _("颁发")),
        Transition(A.SUSPEND, frozenset({S.VALID}), S.SUSPENDED, "行政处罚法 第九条（三）", _("暂扣")),
        Transition(A.RESTORE, frozenset({S.SUSPENDED}), S.VALID, "行政处罚法 第九条（三）", _("恢复")),
        Transition(A.REVOKE, STANDING, S.REVOKED, "行政许可法 第六十九条", _("撤销")),
        Transition(A.FORFEIT, STANDING, S.FORFEITED, "行政处罚法 第九条（三）", _("吊销")),
        Transition(
            A.CANCEL,
            STANDING | {S.REVOKED, S.FORFEITED, S.LAPSED},
            S.CANCELLED,
            "行政许可法 第七十条",
            _("注销"),
        ),
        Transition(A.REPLACE, STANDING, S.LAPSED, "行政许可法 第四十九条；行政许可法 第五十条", _("换发")),
        Transition(A.MOVE_OUT, frozenset({S.VALID}), S.MOVED_OUT, "制度 ADR 0033", _("办理转出")),
    ]
}

STATE_LABELS: Final[dict[State, Promise]] = {
    S.VALID: _("有效"),
    S.SUSPENDED: _("暂扣"),
    S.REVOKED: _("已撤销"),
    S.CANCELLED: _("已注销"),
    S.LAPSED: _("已失效"),
    S.MOVED_OUT: _("已转出"),
    S.FORFEITED: _("已吊销"),
}
