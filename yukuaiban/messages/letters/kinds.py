"""Which letters there are, what each needs to be written, and the article of law beside each."""

# the table is read across, one row a letter
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LICENCE = "01"  # 事项类型 行政许可


class LetterKind(StrEnum):
    RECEIPT = "receipt"
    ACCEPTANCE = "acceptance"
    DEFERRED_ACCEPTANCE = "deferred_acceptance"
    CORRECTION = "correction"
    NOT_NEEDED = "not_needed"
    NOT_COMPETENT = "not_competent"
    DECLINED = "declined"
    PAUSE = "pause"
    EXTENSION = "extension"
    THIRD_PARTY = "third_party"
    HEARING_RIGHT = "hearing_right"
    HEARING_NOTICE = "hearing_notice"
    HEARING_ANNOUNCEMENT = "hearing_announcement"
    HEARING_RECORD = "hearing_record"
    GRANT = "grant"
    REFUSAL = "refusal"
    WITHDRAWAL = "withdrawal"
    TERMINATION = "termination"
    REVOCATION = "revocation"
    CANCELLATION = "cancellation"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table.

    Attributes:
        title: As printed, official Chinese; `title_other` where the item is no licence.
        name: The same for pages, in the reader's language.
        word: The character(s) of the kind in a document number.
        law: The article that orders the letter for a licence.
        needs: The fields of LetterContext without which it cannot be written.
        tells_remedies: Whether it must say how to ask for review or sue.
    """

    kind: LetterKind
    title: str
    title_en: str
    name: Promise
    word: str
    law: str
    needs: tuple[str, ...] = ()
    title_other: str = ""
    tells_remedies: bool = False

    def title_for(self, item_type: str) -> str:
        return self.title_other if self.title_other and item_type != LICENCE else self.title


K = LetterKind
KINDS: Final[dict[LetterKind, Kind]] = {
    row.kind: row
    for row in [
        Kind(K.RECEIPT, "收件回执", "Receipt for an application", _("收件回执"), "收", "电子签名法 第十一条第二款", ("received_at",)),
        Kind(K.ACCEPTANCE, "受理通知书", "Notice of acceptance", _("受理通知书"), "受", "行政许可法 第三十二条第一款（五）", ("accepted_on", "due_on", "limit_days")),
        Kind(K.DEFERRED_ACCEPTANCE, "容缺受理通知书", "Notice of acceptance with materials to follow", _("容缺受理通知书"), "容", "重庆市优化营商环境条例 第四十七条第二款", ("accepted_on", "deferred")),
        Kind(K.CORRECTION, "补正材料通知书", "Notice to correct an application", _("补正通知书"), "补", "行政许可法 第三十二条第一款（四）", ("corrections", "hand_in_by")),
        Kind(K.NOT_NEEDED, "不受理告知书", "Notice that no permission is needed", _("不受理告知书"), "不需", "行政许可法 第三十二条第一款（一）", ("reasons",), tells_remedies=True),
        Kind(K.NOT_COMPETENT, "不予受理决定书", "Decision not to accept an application", _("不予受理决定书"), "不受", "行政许可法 第三十二条第一款（二）", ("reasons",), tells_remedies=True),
        Kind(K.DECLINED, "不予受理告知书", "Refusal to accept, with all that is to be put right", _("不予受理告知书"), "退", "不动产登记暂行条例 第十七条", ("corrections",), tells_remedies=True),
        Kind(K.PAUSE, "特别程序告知书", "Notice of a special procedure (time not counted)", _("特别程序告知书"), "特", "行政许可法 第四十五条", ("special_kind", "special_days", "reasons")),
        Kind(K.EXTENSION, "延长办理期限告知书", "Notice of a longer time limit", _("延长期限告知书"), "延", "行政许可法 第四十二条第一款", ("extension_days", "reasons", "due_on")),
        Kind(K.THIRD_PARTY, "利害关系人告知书", "Notice to an interested third party", _("利害关系人告知书"), "利", "行政许可法 第三十六条", ("third_party_interest",)),
        Kind(K.HEARING_RIGHT, "听证权利告知书", "Notice of the right to a hearing", _("听证权利告知书"), "听告", "行政许可法 第四十七条第一款", ("hearing_subject", "request_by")),
        Kind(K.HEARING_NOTICE, "听证通知书", "Notice of a hearing", _("听证通知书"), "听通", "行政许可法 第四十八条第一款（一）", ("hearing_at", "hearing_place", "chair")),
        Kind(K.HEARING_ANNOUNCEMENT, "听证公告", "Public announcement of a hearing", _("听证公告"), "听公", "行政许可法 第四十八条第一款（一）", ("hearing_at", "hearing_place", "chair")),
        Kind(K.HEARING_RECORD, "听证笔录", "Record of a hearing", _("听证笔录"), "听录", "行政许可法 第四十八条第一款（五）", ("hearing_at", "hearing_place", "people", "record")),
        Kind(K.GRANT, "准予行政许可决定书", "Decision to grant", _("准予决定书"), "准", "行政许可法 第三十八条第一款", ("decided_on",), "准予办理决定书"),
        Kind(K.REFUSAL, "不予行政许可决定书", "Decision to refuse", _("不予许可决定书"), "不准", "行政许可法 第三十八条第二款", ("decided_on", "reasons"), "不予办理决定书", True),
        Kind(K.WITHDRAWAL, "撤回申请通知书", "Notice that an application was withdrawn", _("撤回申请通知书"), "回", "制度 ADR 0073", ()),
        Kind(K.TERMINATION, "终止办理通知书", "Notice that a case was ended", _("终止办理通知书"), "终", "制度 ADR 0070", ("reasons",), tells_remedies=True),
        Kind(K.REVOCATION, "撤销行政许可决定书", "Decision to revoke", _("撤销决定书"), "撤", "行政许可法 第六十九条", ("decided_on", "reasons", "decision_number"), "撤销决定书", True),
        Kind(K.CANCELLATION, "注销行政许可决定书", "Decision to cancel", _("注销决定书"), "注", "行政许可法 第七十条", ("decided_on", "reasons"), "注销决定书", True),
        Kind(K.SERVICE, "送达回证", "Proof of service", _("送达回证"), "送", "行政许可法 第四十四条", ("served", "served_how")),
    ]
}  # fmt: skip
