"""What the API says of a case; the applicant's side and the desk say it in the same words.

Everything comes from `presentation.page_of` and the selectors, which the pages read too.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Path as InPath
from ninja import Query, Schema
from pydantic import Field

from yukuaiban.cases import selectors
from yukuaiban.cases.models import Case, Correction
from yukuaiban.cases.states import STATE_LABELS, State
from yukuaiban.materials.selectors import Offer, Shown, SlotView
from yukuaiban.messages.letters.models import Letter
from yukuaiban.vault import Erased

#: A case's number, as stored or with its dashes left out by hand.
Number = Annotated[str, InPath(pattern=r"^[0-9A-Za-z-]{1,20}$")]
RowId = Annotated[int, InPath(ge=1, le=2**63 - 1)]
#: Where a page of a list begins: what the page before gave as `after`.
After = Annotated[
    str | None, Query(pattern=r"^[0-9T:.+-]{1,40}~[0-9]{1,19}$", description="`after` of the page before.")
]
#: A text that a person wrote.
LongText = Annotated[str, Field(min_length=1, max_length=4000)]

PDF = {"responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}}
#: The bytes of what was handed in, as they were.
FILE = {
    "responses": {
        200: {
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("application/pdf", "image/jpeg", "image/png")
            }
        }
    }
}


class Words(Schema):
    zh: str
    en: str


class CaseBrief(Schema):
    """A case as a list shows it. Dates of the clock are null while it does not run."""

    number: str
    item: str = Field(description="Code of the service item.")
    title: Words
    applicant: str
    state: Literal[tuple(s.value for s in State)]  # type: ignore[valid-type]
    state_label: str
    light: Literal["green", "yellow", "red", "grey"]
    received_on: date | None
    accepted_on: date | None
    step_on: date | None = Field(description="When the current step ends.")
    promised_on: date | None
    due_on: date | None = Field(description="The statutory limit.")
    first_review_by: date | None = Field(description="The lower body's last day to report it up; null once it was.")
    reported_on: date | None = Field(description="When the lower body reported it up to the body that decides.")
    is_provisional: bool = Field(description="A holiday notice that could move the dates is not out yet.")
    days_left: int | None = Field(description="Working days to the nearest date; negative when late.")
    renews_until: date | None = Field(description="Of a renewal: the last day on which the present licence holds.")
    lapses_on: date | None = Field(description="Undecided at the end of this day the renewal counts as granted.")
    decided_on: date | None
    decision: Literal["granted", "refused"] | None
    ended_on: date | None
    saved_at: datetime


class ToldBody(Schema):
    """One event in plain words."""

    at: datetime
    title: str
    text: str
    by: str


class NextBody(Schema):
    """The one thing to do next, or what is being waited for."""

    title: str
    text: str
    by_day: date | None


class PossibleBody(Schema):
    """An act of one's own side that starts in the case's state; `why_not` is null where it can be done now."""

    act: str
    label: str
    law: str
    why_not: str | None


class MessageBody(Schema):
    id: int
    at: datetime
    from_applicant: bool
    text: str
    read_at: datetime | None


class LetterBody(Schema):
    """A letter (文书); its signed PDF lies under the same address with its id."""

    id: int
    kind: str
    title: str
    number: str
    made_at: datetime
    served_at: datetime | None
    code: str = Field(description="Verification code, as printed.")
    is_sample: bool


class WantedBody(Schema):
    """One thing to correct: `field:<key>` or `material:<slot>`."""

    path: str
    what: str
    basis: str


class CorrectionBody(Schema):
    """The one correction notice (补正) of a case."""

    told_on: date
    hand_in_by: date
    handed_in_on: date | None
    wanted: list[WantedBody]


class UseBody(Schema):
    """One thing that stands, or stood, in a slot. `id` names it."""

    id: str
    slot: str
    title: str
    how: str
    kind: str
    size: int | None
    pages: int
    at: datetime
    is_filed: bool
    is_superseded: bool
    has_file: bool
    is_sample: bool


class OfferBody(Schema):
    """A way to answer a slot without handing anything in. A commitment asks for a yes of the person himself."""

    offer: str
    how: str
    title: str
    detail: str
    valid_until: date | None
    says: list[list[str]] = Field(description="What it says: name in Chinese, in English, value.")
    is_held: bool


class SlotBody(Schema):
    """Something to be shown."""

    slot: str
    title: str
    help: str
    necessity: str
    accept: list[str] = Field(description="pdf, jpeg, png; told from the content, not from the name.")
    limit_bytes: int
    room: int = Field(description="How many more files it takes.")
    is_online: bool
    is_missing: bool
    is_deferred: bool
    uses: list[UseBody]
    offers: list[OfferBody]


class CaseBody(CaseBrief):
    """A case: where it stands, why the dates are what they are, what happened, what can be done."""

    situation: str
    answers: dict[str, Any] | None = Field(description="Null after lawful erasure.")
    reasons: list[str] = Field(description="Why the promised date is what it is.")
    timeline: list[ToldBody]
    next: NextBody | None
    acts: list[PossibleBody]
    correction: CorrectionBody | None
    messages: list[MessageBody]
    letters: list[LetterBody]
    licence_id: int | None


def brief_of(case: Case) -> dict[str, Any]:
    entry = case.service_item.entry
    return {
        "number": case.number,
        "item": case.service_item.code,
        "title": {"zh": entry.name_zh, "en": entry.name_en},
        "applicant": case.applicant.name,
        "state": case.state,
        "state_label": str(STATE_LABELS[State(case.state)]),
        "light": selectors.light_of(case).value,
        "received_on": case.received_on,
        "accepted_on": case.accepted_on,
        "step_on": case.step_on,
        "promised_on": case.promised_on,
        "due_on": case.due_on,
        "first_review_by": case.first_review_by,
        "reported_on": case.reported_on,
        "is_provisional": case.is_provisional,
        "days_left": selectors.days_left(case),
        "renews_until": case.renews_until,
        "lapses_on": case.lapses_on,
        "decided_on": case.decided_on,
        "decision": case.decision or None,
        "ended_on": case.ended_on,
        "saved_at": case.saved_at,
    }


def case_of(page: dict[str, Any]) -> dict[str, Any]:
    """`CaseBody` of what `page_of` gathered."""
    case: Case = page["case"]
    return {
        **brief_of(case),
        "situation": case.situation,
        "answers": answers_of(case),
        "reasons": page["reasons"],
        "timeline": [told_of(t) for t in page["timeline"]],
        "next": _next(page["next"]),
        "acts": [
            {"act": p.row.act.value, "label": str(p.row.label), "law": p.row.law, "why_not": p.refusal}
            for p in page["possible"]
        ],
        "correction": correction_of(case),
        "messages": [
            {"id": m.pk, "at": m.made_at, "from_applicant": m.from_party, "text": m.text, "read_at": m.read_at}
            for m in page["talk"]
        ],
        "letters": [letter_of(row) for row in page["letters"]],
        "licence_id": case.licence_id,
    }


def answers_of(case: Case) -> dict[str, Any] | None:
    try:
        return selectors.answers_of(case)
    except Erased:
        return None


def told_of(told: Any) -> dict[str, Any]:
    return {"at": told.at, "title": told.title, "text": told.text, "by": str(told.by)}


def _next(thing: Any) -> dict[str, Any] | None:
    return {"title": thing.title, "text": thing.text, "by_day": thing.by_day} if thing else None


def correction_of(case: Case) -> dict[str, Any] | None:
    found = Correction.objects.filter(case=case).first()
    if found is None:
        return None
    return {
        "told_on": found.told_on,
        "hand_in_by": found.hand_in_by,
        "handed_in_on": found.handed_in_on,
        "wanted": [{"path": w["path"], "what": w["what"], "basis": w.get("basis", "")} for w in found.wanted],
    }


def letter_of(row: Letter) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "title": row.title_zh,
        "number": row.number,
        "made_at": row.made_at,
        "served_at": row.served_at,
        "code": row.code,
        "is_sample": row.is_sample,
    }


def use_of(shown: Shown) -> dict[str, Any]:
    return {
        "id": shown.number,
        "slot": shown.slot_key,
        "title": shown.title,
        "how": shown.how,
        "kind": shown.kind,
        "size": shown.size,
        "pages": shown.pages,
        "at": shown.at,
        "is_filed": shown.is_filed,
        "is_superseded": shown.is_superseded,
        "has_file": shown.has_file,
        "is_sample": shown.is_sample,
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "offer": offer.ref,
        "how": offer.how.value,
        "title": offer.title,
        "detail": offer.detail,
        "valid_until": offer.valid_until,
        "says": [list(row) for row in offer.rows],
        "is_held": offer.is_held,
    }


def slot_of(view: SlotView) -> dict[str, Any]:
    return {
        "slot": view.key,
        "title": view.title,
        "help": view.help,
        "necessity": view.necessity,
        "accept": list(view.slot.accept),
        "limit_bytes": view.limit_bytes,
        "room": view.room,
        "is_online": view.is_online,
        "is_missing": view.is_missing,
        "is_deferred": view.is_deferred,
        "uses": [use_of(shown) for shown in view.uses],
        "offers": [_offer(offer) for offer in view.offers],
    }
