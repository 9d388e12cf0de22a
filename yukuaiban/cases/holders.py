"""What the holder of an account gets and leaves of his cases: a copy of all of them, and what closing means for them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from yukuaiban.cases import selectors
from yukuaiban.cases.context import history
from yukuaiban.cases.interests import interests_of
from yukuaiban.cases.models import Bar, Case, Correction, HearingRight, ThirdParty
from yukuaiban.cases.states import OPEN, STATE_LABELS, State
from yukuaiban.materials import services as materials
from yukuaiban.messages.letters.selectors import letters_to_applicant
from yukuaiban.people import exports
from yukuaiban.people.models import Account, Party
from yukuaiban.people.services import add_obstacle
from yukuaiban.people.signals import account_closed, party_merged
from yukuaiban.vault import Erased

NAMED_AT_MOST = 3  # numbers in a sentence


def connect() -> None:
    """Called once, when the program starts."""
    exports.register("cases", export)
    add_obstacle(under_way)
    account_closed.connect(discard_drafts, dispatch_uid="cases")
    party_merged.connect(take_along, dispatch_uid="cases")


def export(party: Party) -> Any:
    """Everything of the party's cases, and which ones its account filed for others. Law: 个人信息保护法 第四十五条."""
    cases = Case.objects.select_related("service_item__entry", "department", "filed_by__party").order_by("created_at")
    own = [_case(case) for case in cases.filter(applicant=party)]
    account = Account.objects.filter(party=party).first()
    others = cases.filter(filed_by=account).exclude(applicant=party) if account else ()
    filed = [{"number": case.number, "item": case.service_item.entry.name_zh, "filed_at": case.filed_at, "acting_as": case.acting_as} for case in others]  # fmt: skip
    touched = [_interest(row) for row in interests_of(party)]
    barred = [_bar(row) for row in Bar.objects.filter(party=party).select_related("entry", "case")]
    found = {"cases": own, "filed_for_others": filed, "as_third_party": touched, "barred": barred}
    return found if any(found.values()) else None


def _bar(row: Bar) -> dict[str, Any]:
    """A time in which he does not ask for a licence again, also one that has ended or was lifted."""
    return {
        "item": row.entry.name_zh,
        "number": row.case.number,
        "ground": Bar.Ground(row.ground).label,
        "since": row.since,
        "until": row.until,
        "lifted_on": row.lifted_on,
    }


def _interest(row: ThirdParty) -> dict[str, Any]:
    """What is kept of him as a third party of another's case; nothing of the applicant's."""
    right: HearingRight | None = getattr(row, "hearing_right", None)
    return {
        "number": row.case.number,
        "item": row.case.service_item.entry.name_zh,
        "department": row.case.department.name_zh,
        "name": row.name,
        "document": row.document,
        "interest": row.interest,
        "told_on": row.told_on,
        "heard_on": row.heard_on,
        "statement": row.statement,
        "hearing_right_until": right.until if right else None,
        "asked_on": right.asked_on if right else None,
        "given_up_on": right.given_up_on if right else None,
    }


def _case(case: Case) -> dict[str, Any]:
    correction = Correction.objects.filter(case=case).first()
    try:
        answers = selectors.answers_of(case)
        wanted = correction.wanted if correction else None
        messages = [
            {"at": row.made_at, "from_applicant": row.from_party, "text": row.text} for row in case.messages.all()
        ]
    except Erased:
        answers, wanted, messages = {}, None, []
    return {
        "number": case.number,
        "item": case.service_item.entry.name_zh,
        "department": case.department.name_zh,
        "state": STATE_LABELS[State(case.state)],
        "filed_by": case.filed_by.name,
        "acting_as": case.acting_as,
        "filed_at": case.filed_at,
        "received_on": case.received_on,
        "accepted_on": case.accepted_on,
        "due_on": case.due_on,
        "decided_on": case.decided_on,
        "decision": case.decision,
        "ended_on": case.ended_on,
        "answers": answers,
        "correction_wanted": wanted,
        "events": [{"at": event.at, "act": event.act} for event in history(case.pk)],
        "messages": messages,
        "letters": [
            {"title": row.title_zh, "number": row.number, "made_on": row.made_on, "served_at": row.served_at}
            for row in letters_to_applicant(case.pk)
        ],
    }


def under_way(account: Account) -> list[str]:
    """Cases of the person himself that nobody could answer for any more once the account is closed."""
    numbers = list(
        Case.objects.filter(applicant=account.party_id, state__in=OPEN).order_by("filed_at").values_list("number", flat=True)[: NAMED_AT_MOST + 1]
    )  # fmt: skip
    if not numbers:
        return []
    named = "、".join(numbers[:NAMED_AT_MOST]) + ("……" if len(numbers) > NAMED_AT_MOST else "")
    return [_("还有没办结的办件（{numbers}）。请等它办结，或先撤回申请。").format(numbers=named)]


def discard_drafts(*, account: Account, **_said: Any) -> None:
    """What the account began and never filed goes with it, uploads included."""
    for case in Case.objects.select_for_update().filter(filed_by=account, state=State.DRAFT):
        materials.discard_for(case.pk)
        case.delete()


def take_along(*, from_id: int, into_id: int, **_said: Any) -> None:
    """What was begun or filed before the person was proved to be one we know is that person's.

    Of two drafts for one item the one saved last stays.
    """
    Bar.objects.filter(party=from_id).update(party=into_id)
    for case in Case.objects.select_for_update().filter(applicant_id=from_id):
        if case.state == State.DRAFT:
            twin = (
                Case.objects.select_for_update()
                .filter(filed_by=case.filed_by_id, applicant_id=into_id, service_item=case.service_item_id, state=State.DRAFT)
                .first()
            )  # fmt: skip
            if twin is not None:
                older = min(case, twin, key=lambda draft: draft.saved_at)
                materials.discard_for(older.pk)
                older.delete()
                if older is case:
                    continue
        case.applicant_id = into_id
        case.save(update_fields=["applicant"])
        materials.give_to(case.pk, into_id)
