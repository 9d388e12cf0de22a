"""The letters of a case: which follow which act, and what they say, from the case as it stands in the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import override

from yukuaiban.calendars import Unit
from yukuaiban.cases import bars
from yukuaiban.cases.context import Context, Happened
from yukuaiban.cases.hearings import public_name
from yukuaiban.cases.models import Case
from yukuaiban.cases.models.procedure import ClosedGround, PauseKind
from yukuaiban.cases.states import Act
from yukuaiban.chain import store
from yukuaiban.config.now import ZONE
from yukuaiban.identifiers.case_number import CaseNumber
from yukuaiban.items.schema import ItemContent
from yukuaiban.licences import selectors as licences
from yukuaiban.messages.letters import services as letters
from yukuaiban.messages.letters.context import (
    Body,
    Correction,
    Deferred,
    LetterContext,
    LicenceFacts,
    Person,
    ServedDocument,
)
from yukuaiban.messages.letters.kinds import LetterKind as K
from yukuaiban.people.models import Post
from yukuaiban.places.models import Department
from yukuaiban.places.selectors import review_body

FOLLOWS: dict[Act, K] = {
    Act.FILE: K.RECEIPT,
    Act.ACCEPT: K.ACCEPTANCE,
    Act.DEEM_ACCEPTED: K.ACCEPTANCE,
    Act.REQUEST_CORRECTION: K.CORRECTION,
    Act.DECLARE_NOT_NEEDED: K.NOT_NEEDED,
    Act.DECLARE_NOT_COMPETENT: K.NOT_COMPETENT,
    Act.DECLINE: K.DECLINED,
    Act.PAUSE: K.PAUSE,
    Act.REQUEST_HEARING: K.PAUSE,
    Act.CALL_HEARING: K.PAUSE,
    Act.EXTEND: K.EXTENSION,
    Act.HEAR_THIRD_PARTY: K.THIRD_PARTY,
    Act.TELL_HEARING_RIGHT: K.HEARING_RIGHT,
    Act.NOTIFY_HEARING: K.HEARING_NOTICE,
    Act.RECORD_HEARING: K.HEARING_RECORD,
    Act.GRANT: K.GRANT,
    Act.DEEM_RENEWED: K.GRANT,
    Act.REFUSE: K.REFUSAL,
    Act.DELIVER: K.SERVICE,
    Act.WITHDRAW: K.WITHDRAWAL,
    Act.TERMINATE: K.TERMINATION,
    Act.LAPSE_CORRECTION: K.TERMINATION,
    Act.REVOKE: K.REVOCATION,
    Act.CANCEL: K.CANCELLATION,
}


def _kinds(happened: Happened) -> list[K]:
    """The letters that an event asks for, the parties' own first."""
    act = Act(happened.act)
    kind = FOLLOWS.get(act)
    if kind is None or happened.facts.get("told_before"):
        return []
    if kind is K.ACCEPTANCE and happened.facts.get("deferred"):
        kind = K.DEFERRED_ACCEPTANCE
    # everyone is told of a hearing in public (行政许可法 第四十六条、第四十八条第一款（一）; ADR 0091)
    return [kind, K.HEARING_ANNOUNCEMENT] if act is Act.NOTIFY_HEARING and happened.facts["public"] else [kind]


_ALSO_TO_THIRD_PARTIES = {
    Act.TELL_HEARING_RIGHT,
    Act.NOTIFY_HEARING,
}  # 行政许可法 第四十七条第一款、第四十八条第一款（一）


def make_all(ctx: Context) -> int:
    """Make every letter that the acts of a case ask for and that is not there yet. Returns how many were made.

    Idempotent: a letter is known by case, kind and occasion.
    """
    made = 0
    payloads = store.payloads(ctx.case.pk)
    occasions: dict[K, int] = {}
    for happened in ctx.history:
        if happened.act == Act.DELIVER:
            _serve(ctx.case, happened)
        for kind, third_party in _letters_of(ctx, happened):
            occasions[kind] = occasions.get(kind, 0) + 1
            if letters.exists(ctx.case.pk, kind, occasions[kind]):
                continue
            context = replace(context_of(ctx, happened, payloads), occasion=occasions[kind])
            if kind is K.HEARING_ANNOUNCEMENT:
                context = replace(context, addressee=public_name(ctx.case.applicant))
            if third_party is not None:
                name = payloads.get(third_party.seq, {}).get("name", "")
                context = replace(context, addressee=name, agent="", to_third_party=True)
            department_id = department_at(ctx, happened)
            letters.letter_issue(subject=ctx.case.pk, kind=kind, context=context, department_id=department_id)
            made += 1
    return made


def department_at(ctx: Context, h: Happened) -> int:
    """Whose act an event was: the lower body's until it reported the case up (ADR 0095)."""
    report = next((r for r in ctx.history if r.act == Act.REPORT_UP.value), None)
    return int(report.facts["from_department"]) if report and h.seq <= report.seq else ctx.case.department_id


def _letters_of(ctx: Context, h: Happened) -> list[tuple[K, Happened | None]]:
    """Each letter of an event and, of one to a third party, the telling of him."""
    kinds = _kinds(h)
    own: list[tuple[K, Happened | None]] = [(kind, None) for kind in kinds]
    return own + [(kinds[0], third_party) for third_party in _third_parties(ctx, h)]


def _third_parties(ctx: Context, h: Happened) -> list[Happened]:
    """The telling of each third party who is written to as the applicant is: those known when it happened."""
    if Act(h.act) not in _ALSO_TO_THIRD_PARTIES:
        return []
    return [t for t in ctx.history if t.seq < h.seq and t.act == Act.HEAR_THIRD_PARTY and not t.facts["told_before"]]


def _serve(case: Case, delivered: Happened) -> None:
    """The decision that was delivered is noted as served. Law: 行政许可法 第四十四条."""
    for kind in (K.REFUSAL, K.GRANT):
        for letter in letters.letters_for(case.pk).filter(kind=kind, served_at__isnull=True, made_at__lte=delivered.at):
            letters.letter_served(letter_id=letter.pk, how=delivered.facts["how"], at=delivered.at)


def context_of(ctx: Context, h: Happened, payloads: Mapping[int, dict[str, Any]]) -> LetterContext:
    """What the letter for one event says. Args: payloads: of all events, by number; without those erased."""
    case, content = ctx.case, ctx.content
    department = Department.objects.select_related("parent").get(pk=department_at(ctx, h))
    base = LetterContext(
        body=Body(name=department.name_zh, phone=department.phone, review_body=review_body(department, h.on)),
        addressee=case.applicant.name,
        item_name=ctx.guide.name_zh,
        item_type=ctx.guide.item_type,
        case_number=CaseNumber(case.number).grouped,
        made_at=h.at.astimezone(ZONE),
        articles=tuple(f"《{b.law}》{b.article or ''}" for b in content.basis),
        is_sample=ctx.guide.status == "sample",
        received_at=case.filed_at.astimezone(ZONE) if case.filed_at else None,
        accepted_on=case.accepted_on,
        due_on=_told(h) or case.promised_on or case.due_on,
        is_due_provisional=h.facts.get("provisional", case.is_provisional),
        limit_days=content.promised.value,
        limit_unit=content.promised.unit.value,
    )
    return replace(base, **_more(ctx, Act(h.act), h, payloads, content))


def _more(
    ctx: Context, act: Act, h: Happened, payloads: Mapping[int, dict[str, Any]], content: ItemContent
) -> dict[str, Any]:
    """The fields that a kind of letter adds."""
    payload = payloads.get(h.seq, {})
    reasons = tuple(filter(None, [payload.get("reason", "")]))
    match act:
        case Act.ACCEPT | Act.DEEM_ACCEPTED:
            titles = {m.key: m.title.zh for m in content.materials}
            until = _told(h) or h.on
            return {"deferred": tuple(Deferred(titles.get(k, k), until) for k in h.facts.get("deferred", ()))}
        case Act.REQUEST_CORRECTION:
            return {
                "corrections": _corrections(payload, content),
                "hand_in_by": date.fromisoformat(h.facts["hand_in_by"]),
            }
        case Act.DECLINE:
            return {"corrections": _corrections(payload, content), "reasons": reasons}
        case Act.DECLARE_NOT_COMPETENT:
            return {"reasons": reasons, "competent_body": payload.get("competent_body", "")}
        case Act.PAUSE | Act.REQUEST_HEARING | Act.CALL_HEARING:
            with override("zh"):  # letters are Chinese, whatever page the officer acts on
                kind = str(PauseKind(h.facts["kind"]).label)
            return {
                "special_kind": kind,
                "special_days": h.facts["expected_days"],
                "special_from": h.on,
                "reasons": reasons,
            }
        case Act.EXTEND:
            before = h.facts.get("due_before")
            return {
                "extension_days": h.facts["days"],
                "extension_unit": h.facts.get("unit", Unit.WORKING_DAY),
                "extension_law": h.facts.get("law", ""),
                "approver": h.facts.get("by", "head"),
                "approval": h.facts.get("document", ""),
                "approved_on": date.fromisoformat(h.facts["document_on"]) if h.facts.get("document_on") else None,
                "due_before": date.fromisoformat(before) if before else None,
                "reasons": reasons,
            }
        case Act.HEAR_THIRD_PARTY:
            return {
                "addressee": payload.get("name", ""),
                "to_third_party": True,
                "third_party_interest": payload.get("interest", ""),
                "request_by": _date(h.facts.get("request_by")),
            }
        case Act.TELL_HEARING_RIGHT:
            return {"hearing_subject": ctx.guide.name_zh, "request_by": date.fromisoformat(h.facts["request_by"])}
        case Act.NOTIFY_HEARING | Act.RECORD_HEARING:
            return _hearing(ctx, h, payloads)
        case Act.GRANT | Act.DEEM_RENEWED:
            told = {"decided_on": h.on, "licence": _licence(ctx), "renews_until": ctx.case.renews_until}
            return {**told, "is_by_silence": act is Act.DEEM_RENEWED}
        case Act.REFUSE:
            grounds = payload.get("grounds", ())
            return {
                "decided_on": h.on,
                "reasons": tuple(g["reason"] for g in grounds) or ("—",),
                "articles": tuple(dict.fromkeys(g["article"] for g in grounds)),
                **_barred(h),
            }
        case Act.DELIVER:
            decided = {Act.GRANT, Act.REFUSE, Act.DEEM_RENEWED}
            decided_at = next(e.at for e in reversed(ctx.history) if e.seq < h.seq and e.act in decided)
            done = letters.letters_for(ctx.case.pk).filter(kind__in=[K.GRANT, K.REFUSAL], made_at__gte=decided_at)
            return {
                "served": tuple(ServedDocument(d.title_zh, d.number) for d in done.filter(made_at__lte=h.at)),
                "served_how": {"electronic": "电子送达", "window": "窗口领取", "post": "邮寄送达"}[h.facts["how"]],
                "served_at": h.at.astimezone(ZONE),
                "receiver": ctx.case.applicant.name,
                "service_note": payload.get("note", ""),
            }
        case Act.REVOKE | Act.CANCEL:
            return {
                "decided_on": h.on,
                "reasons": reasons,
                "articles": (h.facts.get("ground", ""),),
                "decision_number": _number_of_grant(ctx.case),
                **_barred(h),
            }
        case Act.LAPSE_CORRECTION:
            return {"reasons": ("在补正通知书载明的期限内没有提交补正材料",)}
        case _:
            return {"reasons": reasons}


def _barred(h: Happened) -> dict[str, Any]:
    """The falsehood that a decision rests on, and the bar that it brings, as it was decided."""
    ground = h.facts.get("falsehood")
    return {"falsehood": bars.article(ground, h.on), "barred_until": _date(h.facts["barred_until"])} if ground else {}


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _number_of_grant(case: Case) -> str:
    granted = letters.letters_for(case.pk).filter(kind=K.GRANT).last()
    return granted.number if granted else ""


def _told(h: Happened) -> date | None:
    """The due date as it stood with the event: a letter made later, or again, says what held when it was due."""
    told = h.facts.get("told_due_on")
    return date.fromisoformat(told) if told else None


def _corrections(payload: dict[str, Any], content: ItemContent) -> tuple[Correction, ...]:
    names = {f"field:{f.key}": f.label.zh for f in content.form.all_fields()}
    names |= {f"material:{m.key}": m.title.zh for m in content.materials}
    return tuple(
        Correction(names.get(w["path"], w["path"]), w["what"], w.get("basis", "")) for w in payload.get("wanted", ())
    )


def _hearing(ctx: Context, h: Happened, payloads: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    """Of a notice, or of a record with the notice that stood when it was made: a notice may be followed by another."""
    notice = next(n for n in reversed(ctx.history) if n.seq <= h.seq and n.act == Act.NOTIFY_HEARING)
    told, record = payloads.get(notice.seq, {}), payloads.get(h.seq, {})
    chair = Post.objects.select_related("account__party").get(pk=notice.facts["chair"])
    return {
        "hearing_subject": ctx.guide.name_zh,
        "hearing_at": datetime.fromisoformat(told["held_at"]).astimezone(ZONE) if told else None,
        "hearing_place": told.get("place", ""),
        "is_hearing_public": notice.facts["public"],
        "closed_ground": _closed_ground(notice.facts.get("closed_ground", "")),
        "is_hearing_called": notice.facts.get("called", False),
        "chair": str(chair.account),
        "people": tuple(Person(p["name"], p["as"]) for p in record.get("parties", ())),
        "record": tuple(record.get("outcome", "").splitlines()),
    }


def _closed_ground(code: str) -> str:
    with override("zh"):
        return str(ClosedGround(code).label) if code else ""


def _licence(ctx: Context) -> LicenceFacts | None:
    result = ctx.content.result
    if result.kind != "licence":
        return None
    licence = licences.of_case(ctx.case.pk)
    if licence is None:
        return LicenceFacts(result.title.zh)
    return LicenceFacts(result.title.zh, licence.licence_id, licence.valid_from, licence.valid_until)
