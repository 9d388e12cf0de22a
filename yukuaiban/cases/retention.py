"""Lawful erasure of an ended case: what names a person becomes unreadable for good, the chain stays valid.

Law: 个人信息保护法 第四十七条 (erasure when the purpose is reached or the term of keeping has ended).
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yukuaiban.calendars import last_day
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Case, Remedy
from yukuaiban.cases.states import ENDED, State
from yukuaiban.chain import store
from yukuaiban.config.parameters import parameter
from yukuaiban.materials import services as materials
from yukuaiban.messages.letters import services as letters


def erasable_on(case: Case) -> date | None:
    """The first day on which the case may be erased; None while it is open."""
    if State(case.state) not in ENDED or case.ended_on is None:
        return None
    return last_day(case.ended_on, parameter("case_retention", on=case.ended_on).limit)


@transaction.atomic
def case_erase(*, case_id: int, at: datetime) -> Case:
    """Destroy the case's key, its documents and its letters; dates, states and the chain remain.

    Raises: RuleRefused before the term of keeping has ended, or while a review or lawsuit runs (legal hold).
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    due = erasable_on(case)
    if due is None or at.date() < due:
        raise RuleRefused(
            _("办件 {number} 的保存期限尚未届满，不能删除个人信息。").format(number=case.number),
            details={"erasable_on": due.isoformat() if due else None},
        )
    if Remedy.objects.filter(case=case, concluded_on__isnull=True).exists():
        raise RuleRefused(_("办件 {number} 有未结束的复议或诉讼，依法暂缓删除。").format(number=case.number))
    store.erase(case.pk, at=at)
    materials.erase_for(case.pk)
    letters.erase_for(case.pk)
    for kind in ("messages", "pauses", "site_visits", "third_parties", "opinions"):
        getattr(case, kind).all().delete()
    Case.objects.filter(pk=case.pk).update(answers_sealed=None, lookup_index=None)
    case.refresh_from_db()
    return case
