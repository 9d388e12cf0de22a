"""From an empty form to a filed application with its receipt."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yukuaiban import conditions
from yukuaiban.cases import bars, door, permissions, renewals, rules, timers, work
from yukuaiban.cases.context import Context, load
from yukuaiban.cases.door import Outcome, one_act
from yukuaiban.cases.errors import AnswersInvalid, MaterialsMissing, RuleRefused, TransitionRefused
from yukuaiban.cases.models import Case
from yukuaiban.cases.states import STATE_LABELS, Act, State
from yukuaiban.chain import store
from yukuaiban.chain.events import GENESIS
from yukuaiban.config.errors import PermissionRefused
from yukuaiban.config.now import ZONE
from yukuaiban.identifiers import case_number
from yukuaiban.items import forms
from yukuaiban.items import selectors as items
from yukuaiban.items.guide import Guide
from yukuaiban.items.schema import Audience, ItemContent
from yukuaiban.materials import services as materials
from yukuaiban.people import facts
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.people.assurance import assurance_missing
from yukuaiban.people.models import Account, Party
from yukuaiban.places.selectors import DIVISIONS
from yukuaiban.vault import blind_index

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that can be misread on paper


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the applicant holds after filing. `code` is shown once; with the number it opens the case without log-in."""

    case: Case
    code: str | None


def draft_start(*, service_item_id: int, by: Actor, at: datetime, renews: int | None = None) -> Case:
    """The applicant's draft for an item: the one he has, or a new one on the item's current version.

    Args:
        renews: A licence in his wallet that he wants prolonged: the answers that say so are filled in.

    Raises: NotFound, PermissionRefused (assurance, or who may act), RuleRefused (the item is not filed here), Barred.
    """
    guide = items.guide_by_id(service_item_id)
    if guide.content is None or guide.version_id is None:
        raise RuleRefused(_("这个事项还不能在网上申请。请查看办理地点和电话。"), details={"item": guide.code})
    if by.party_id is None or by.account_id is None:
        raise PermissionRefused(_("请先登录，并选择为谁办理。"))
    _check_audience(guide.content, Party.objects.get(pk=by.party_id))
    acting = _authority(by, by.party_id, guide)
    if acting.ground.value not in _accepted_grounds(guide.content):
        raise PermissionRefused(_why_not_on_this_ground(guide.content), details={"acting": acting.ground.value})
    bars.check_start(guide, by.party_id, at.astimezone(ZONE).date())
    existing = Case.objects.filter(
        filed_by_id=by.account_id, applicant_id=by.party_id, service_item_id=service_item_id, state=State.DRAFT
    ).first()
    known = renewals.answers_for(guide.content, by.party_id, renews) if renews else {}
    if existing:
        return _carry_over(existing, at=at, known=known)
    with transaction.atomic():
        subject, wrapped = store.new_subject()
        case = Case(
            pk=subject,
            number=case_number.new(),
            head=GENESIS,
            service_item_id=service_item_id,
            entry_version_id=guide.version_id,
            differences_id=guide.differences_id,
            division_id=guide.division,
            department_id=guide.department_id,
            applicant_id=by.party_id,
            filed_by_id=by.account_id,
            acting_as=acting.ground.value,
            mandate_id=acting.authority_id if acting.ground in {people.Ground.AGENT, people.Ground.RELATIVE} else None,
            saved_at=at,
            created_at=at,
        )
        case._subject_key = wrapped
        case.answers_sealed = door.seal_answers(case, {**_known(guide.content, by.party_id), **known})
        try:
            with transaction.atomic():
                case.save(force_insert=True)
        except IntegrityError:  # a second tab was quicker: its draft is the draft
            return Case.objects.get(
                filed_by_id=by.account_id, applicant_id=by.party_id, service_item_id=service_item_id, state=State.DRAFT
            )
    return case


def _check_audience(content: ItemContent, applicant: Party) -> None:
    """Told before a word is typed: an item for organisations asked for by a person, or the other way round."""
    for_persons = Audience.NATURAL_PERSON in content.audience
    if applicant.is_person and not for_persons:
        raise RuleRefused(_("这个事项由单位办理。请在“我的”里登记您的单位或切换到单位，再来申请。"))
    if not applicant.is_person and set(content.audience) == {Audience.NATURAL_PERSON}:
        raise RuleRefused(_("这个事项由个人办理。请在“我的”里切换为本人，再来申请。"))


def _authority(by: Actor, party_id: int, guide: Guide) -> people.ActingAs:
    """On what ground this account may act for the applicant in this item, today. Raises PermissionRefused."""
    acting = people.acting_for(Account.objects.get(pk=by.account()), party_id, item=(guide.entry_code, guide.code))
    if acting is None:
        raise PermissionRefused(_("您没有代其办理这个事项的权限，或授权已到期、已撤销。"))
    return acting


def _accepted_grounds(content: ItemContent) -> set[str]:
    """The grounds of acting that an item accepts; a legal representative is the organisation itself."""
    grounds = {a.value for a in content.acting}
    return grounds | {people.Ground.REPRESENTATIVE.value} if grounds & {"self", "agent"} else grounds


def _why_not_on_this_ground(content: ItemContent) -> str:
    if "self" in _accepted_grounds(content):
        return _("这个事项不能由他人代办。请由申请人本人登录办理。")
    return _("这个事项为孩子办理，由监护人申请。请先在“身份切换”里选孩子；还没有添加孩子的，先到“家庭与委托”添加。")


def _known(content: ItemContent, party_id: int) -> dict[str, Any]:
    """What the platform already knows is not asked again (国务院令第716号 第七条); the person still sees it."""
    return forms.prefill(content.form, facts.of_party(party_id)).answers


def _carry_over(case: Case, *, at: datetime, known: Mapping[str, Any]) -> Case:
    """A draft on an older version goes on on the current one; what is not asked any more is dropped when it is filed."""
    guide = items.guide_by_id(case.service_item_id)
    if (guide.version_id, guide.differences_id) != (case.entry_version_id, case.differences_id) and guide.version_id:
        case.entry_version_id, case.differences_id = guide.version_id, guide.differences_id
        case.save(update_fields=["entry_version", "differences"])
    if known:
        case.answers_sealed, case.saved_at = door.seal_answers(case, {**door.read_answers(case), **known}), at
        case.save(update_fields=["answers_sealed", "saved_at"])
    return case


@transaction.atomic
def draft_save(*, case_id: int, answers: Mapping[str, Any], by: Actor, at: datetime) -> forms.Cleaned:
    """Save what was typed, whole or not; nothing typed is lost, errors come back with it.

    Raises: NotFound, TransitionRefused once it was filed.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    permissions.check(by, Act.FILE, case)
    if case.state != State.DRAFT:
        raise door.refusal(case, Act.FILE)
    content = Context(case, at).content
    merged = forms.merged(door.read_answers(case), answers)
    cleaned = forms.clean(content.form, merged, complete=False, divisions=DIVISIONS)
    case.answers_sealed, case.saved_at = door.seal_answers(case, merged), at
    case.save(update_fields=["answers_sealed", "saved_at"])
    return cleaned


@transaction.atomic
def draft_discard(*, case_id: int, by: Actor) -> None:
    """Throw a draft away, with what was uploaded for it. Raises NotFound, TransitionRefused once it was filed."""
    case = Case.objects.select_for_update().get(pk=case_id)
    permissions.check(by, Act.FILE, case)
    if case.state != State.DRAFT:
        raise TransitionRefused(
            _("办件 {number} 已提交（{state}），不能当草稿删除；可以撤回申请。").format(
                number=case.number, state=STATE_LABELS[State(case.state)]
            )
        )
    materials.discard_for(case.pk)
    case.delete()


def case_file(*, case_id: int, by: Actor, at: datetime, idempotency_key: str | None = None) -> Receipt:
    """File a draft: check everything, then one act with a receipt. Filing the same draft again gives the same filing,
    and so does filing it twice at once: whoever comes second is given the receipt of the first.

    Raises:
        AnswersInvalid, MaterialsMissing: with every path or slot at once; the draft stays as it is.
        RuleRefused: a condition of acceptance is not met, with its words.
        Barred: he may not ask for it again yet.
        PermissionRefused: the level of assurance or the authority does not suffice.
    Law: 行政许可法 第二十九条.
    """
    if idempotency_key and (earlier := _filed_with(by, idempotency_key)):
        return Receipt(earlier, None)
    try:
        return _file(case_id=case_id, by=by, at=at, idempotency_key=idempotency_key)
    except (TransitionRefused, IntegrityError):
        filed = _filed_meanwhile(case_id, by, idempotency_key)
        if filed is None:
            raise
        return Receipt(filed, None)


@one_act
def _file(*, case_id: int, by: Actor, at: datetime, idempotency_key: str | None) -> Receipt:
    ctx = load(case_id, at)
    case, content = ctx.case, ctx.content
    permissions.check(by, Act.FILE, case)
    if case.state != State.DRAFT and case.filed_by_id == by.account_id:
        return Receipt(case, None)
    _authority(by, case.applicant_id, ctx.guide)
    if missing_level := assurance_missing(Account.objects.get(pk=by.account()), content.assurance.value):
        raise PermissionRefused(
            _("办理这个事项需要更高的身份核验级别。请先完成核验。"),
            details={"needs": content.assurance.value, "url": missing_level.url},
        )
    answers = door.read_answers(case)
    cleaned = forms.clean(content.form, answers, complete=True, divisions=DIVISIONS)
    if cleaned.errors:
        raise AnswersInvalid(
            _("还有 {n} 处需要填写或更正。").format(n=len(cleaned.errors)), details={"fields": dict(cleaned.errors)}
        )
    _check_requirements(ctx, cleaned.answers)
    renews, prolongs = renewals.filed(ctx, cleaned.answers)
    bars.check_filing(ctx, cleaned.answers)
    missing = materials.missing_slots(subject=case.pk, slots=content.materials, answers=cleaned.answers)
    if missing:
        raise MaterialsMissing(
            _("还缺 {n} 份必需的材料。").format(n=len(missing)), details={"materials": [slot.key for slot in missing]}
        )
    received_on = rules.received_on(at, ctx.calendar, ctx.closes_at(at))
    notice_by = rules.correction_notice_due(received_on, ctx.calendar)
    code = "".join(secrets.choice(CODE_ALPHABET) for _n in range(8))
    situation = _situation(content, cleaned.answers)
    door.move(
        case,
        Act.FILE,
        Outcome(
            facts={"received_on": received_on, "notice_by": notice_by.on, "situation": situation, "item": ctx.guide.code, "version": ctx.guide.version, **renews},
            payload={"answers": cleaned.answers},
            columns={
                "filed_at": at,
                "received_on": received_on,
                "situation": situation,
                "answers_sealed": door.seal_answers(case, cleaned.answers),
                "saved_at": at,
                "idempotency_key": idempotency_key,
                "lookup_index": blind_index("lookup", f"{case.number}{code}"),
                "step_on": notice_by.on,
                "is_provisional": notice_by.provisional,
                "calendar_version": ctx.calendar.version,
                **prolongs,
            },
            work=work.rows(case, State.SUBMITTED, (), due_on=notice_by.on),
            words=work.words(case, item_name=ctx.guide.name_zh),
            timers={Act.DEEM_ACCEPTED: timers.end_of(notice_by.on)},
            outbox=[("cases.follow", {"case": case.pk, "act": Act.FILE.value})],
        ),
        by=by,
        at=at,
    )  # fmt: skip
    materials.file_for(case.pk, at=at)
    return Receipt(case, code)


def _filed_with(by: Actor, key: str) -> Case | None:
    return Case.objects.filter(filed_by_id=by.account_id, idempotency_key=key).first()


def _filed_meanwhile(case_id: int, by: Actor, key: str | None) -> Case | None:
    """What the same request, sent at the same time, filed first: this draft, or another one under its key."""
    if key and (other := _filed_with(by, key)):
        return other
    return Case.objects.filter(pk=case_id, filed_by_id=by.account_id).exclude(state=State.DRAFT).first()


def _check_requirements(ctx: Context, answers: Mapping[str, Any]) -> None:
    """Conditions of acceptance that can be checked: one that is surely not met is told before filing, in its own words."""
    known = {**answers, "subject": facts.of_party(ctx.case.applicant_id), "today": ctx.today.isoformat()}
    failed = [
        r
        for r in ctx.content.requirements
        if r.check and conditions.evaluate(conditions.parse(r.check), known) is False
    ]
    if failed:
        from django.utils.translation import get_language

        language = get_language() or "zh"
        raise RuleRefused(
            _("不符合受理条件：{conditions}。如有疑问，请拨打 12345 或到窗口咨询。").format(
                conditions="；".join(r.text.in_(language) for r in failed)
            ),
            details={"requirements": [r.key for r in failed]},
        )


def _situation(content: ItemContent, answers: Mapping[str, Any]) -> str:
    """The first situation (业务办理项) whose condition the answers meet; one without a condition fits always."""
    for one in content.situations:
        if one.when is None or conditions.evaluate(conditions.parse(one.when), answers) is True:
            return str(one.key)
    return ""
