"""Lawful erasure of an ended case: what names a person becomes unreadable for good, the chain stays valid.

The terms stand in the retention table (`config.retention`). A case is held while a review or a lawsuit runs, and for as
long as a legal hold stands that somebody set with a reason.
Law: 个人信息保护法 第四十七条 (erasure when the purpose is reached or the term of keeping has ended).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import structlog
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Bar, Case, LegalHold, Remedy
from yukuaiban.cases.states import ENDED, State
from yukuaiban.chain import store
from yukuaiban.config import retention
from yukuaiban.config.errors import DomainError, Invalid
from yukuaiban.config.now import today
from yukuaiban.materials import services as materials
from yukuaiban.messages.letters import services as letters

log = structlog.get_logger("yukuaiban.retention")

ITEM, TYPE = "case/item:", "case/type:"

_also: list[Callable[[int], None]] = []


def also_erase(erase: Callable[[int], None]) -> None:
    """What else names a person of a case, and is held by another: `erase(case_id)` runs in the erasure's transaction."""
    _also.append(erase)


def erasable_on(case: Case) -> date | None:
    """The first day on which the case may be erased; None while it is open, or where it is kept for good."""
    if State(case.state) not in ENDED or case.ended_on is None:
        return None
    entry = case.service_item.entry
    row = retention.row_of("case", f"item:{entry.code}", f"type:{entry.item_type}")
    return retention.erasable_on(row, case.ended_on)


def due(on: date) -> models.QuerySet[Case]:
    """Ended cases whose term has ended, held or not: the rule of `erasable_on` as a query."""
    rows = retention.table()
    items = {name.removeprefix(ITEM): row for name, row in rows.items() if name.startswith(ITEM)}
    types = {name.removeprefix(TYPE): row for name, row in rows.items() if name.startswith(TYPE)}
    code, kind = "service_item__entry__code", "service_item__entry__item_type"
    general = retention.due("ended_on", rows["case"], on)
    found = general & ~Q(**{f"{code}__in": list(items)}) & ~Q(**{f"{kind}__in": list(types)})
    for name, row in types.items():
        found |= Q(**{kind: name}) & ~Q(**{f"{code}__in": list(items)}) & retention.due("ended_on", row, on)
    for name, row in items.items():
        found |= Q(**{code: name}) & retention.due("ended_on", row, on)
    return Case.objects.filter(found, ended_on__isnull=False, erased_at__isnull=True)


def held() -> dict[int, str]:
    """Cases that may not be erased now, whatever their term says."""
    standing = Q(holds__lifted_at__isnull=True, holds__isnull=False)
    running = Q(remedies__concluded_on__isnull=True, remedies__isnull=False)
    barred = Q(bars__lifted_on__isnull=True, bars__until__gte=today())
    return {
        int(pk): str(number)
        for pk, number in Case.objects.filter(standing | running | barred).values_list("pk", "number")
    }


@transaction.atomic
def case_erase(*, case_id: int, at: datetime) -> Case:
    """Destroy the case's key, its documents and its letters; dates, states and the chain remain.

    Raises: RuleRefused before the term of keeping has ended, or while it is held.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("service_item__entry").get(pk=case_id)
    day = erasable_on(case)
    if day is None or at.date() < day:
        raise RuleRefused(
            _("办件 {number} 的保存期限尚未届满，不能删除个人信息。").format(number=case.number),
            details={"erasable_on": day.isoformat() if day else None},
        )
    if Remedy.objects.filter(case=case, concluded_on__isnull=True).exists():
        raise RuleRefused(_("办件 {number} 有未结束的复议或诉讼，依法暂缓删除。").format(number=case.number))
    if Bar.objects.filter(case=case, lifted_on=None, until__gte=at.date()).exists():
        raise RuleRefused(
            _("办件 {number} 使当事人在一定期间内不得再次申请，期间届满前不能删除。").format(number=case.number)
        )
    if hold := LegalHold.objects.filter(case=case, lifted_at__isnull=True).first():
        raise RuleRefused(
            _("办件 {number} 已被要求保全（{reason}），解除前不能删除。").format(number=case.number, reason=hold.reason)
        )
    store.erase(case.pk, at=at)
    materials.erase_for(case.pk)
    letters.erase_for(case.pk)
    for erase in _also:
        erase(case.pk)
    for kind in ("bars", "messages", "pauses", "site_visits", "third_parties", "opinions"):
        getattr(case, kind).all().delete()
    Case.objects.filter(pk=case.pk).update(answers_sealed=None, lookup_index=None, erased_at=at)
    case.refresh_from_db()
    return case


# --- legal hold -------------------------------------------------------------------------------------------------------


@transaction.atomic
def hold_set(*, case_id: int, by: str, reason: str, at: datetime) -> LegalHold:
    """Keep a case from being erased until the hold is lifted, for example for an audit or a criminal investigation.

    Args:
        by: Who orders it, in words: a name and an office.
    Raises: RuleRefused once it was erased; Invalid without a reason.
    """
    if not reason.strip():
        raise Invalid(_("请写明保全的理由和依据。"), details={"reason": "missing"})
    case = Case.objects.select_for_update().get(pk=case_id)  # as the erasure does: one of the two comes first
    if case.erased_at is not None:
        raise RuleRefused(_("办件 {number} 的个人信息已依法删除，不能再保全。").format(number=case.number))
    hold = LegalHold.objects.create(case=case, reason=reason.strip(), set_by=by, set_at=at)
    log.warning("legal hold set", case=case.number, hold=hold.pk, by=by)
    return hold


@transaction.atomic
def hold_lift(*, hold_id: int, by: str, reason: str, at: datetime) -> LegalHold:
    """Lift a hold; the row stays. Raises: RuleRefused where it was lifted already; Invalid without a reason."""
    if not reason.strip():
        raise Invalid(_("请写明解除保全的理由。"), details={"reason": "missing"})
    hold = LegalHold.objects.select_for_update(of=("self",)).select_related("case").get(pk=hold_id)
    if hold.lifted_at is not None:
        raise RuleRefused(_("这项保全已经解除。"))
    hold.lifted_at, hold.lifted_by, hold.lift_reason = at, by, reason.strip()
    hold.save()
    log.warning("legal hold lifted", case=hold.case.number, hold=hold.pk, by=by)
    return hold


# --- what the run of the table does with cases and drafts ---------------------------------------------------------------


def _erase_cases(keys: Sequence[Any], at: datetime) -> int:
    erased = 0
    for key in keys:
        try:
            case_erase(case_id=key, at=at)
        except DomainError:  # held since the run began
            continue
        erased += 1
    return erased


def due_drafts(on: date) -> models.QuerySet[Case]:
    return Case.objects.filter(retention.due("saved_at", retention.row_of("draft"), on), state=State.DRAFT)


def _erase_drafts(keys: Sequence[Any], at: datetime) -> int:
    erased = 0
    for key in keys:
        with transaction.atomic():
            draft = due_drafts(at.date()).select_for_update().filter(pk=key).first()
            if draft is None:  # filed or saved again meanwhile
                continue
            materials.discard_for(draft.pk)
            store.erase(draft.pk, at=at)
            draft.delete()
        erased += 1
    return erased


def register() -> None:
    """Tell the table what cases keep, and what is held."""
    retention.holds_from(held)
    retention.register(
        retention.Kind("case", due, _erase_cases, lambda rows: rows.exclude(pk__in=list(held()))),
        retention.Kind("draft", due_drafts, _erase_drafts),
    )
