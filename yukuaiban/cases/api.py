"""`/api/v1/cases`: the applicant's side for programs, from the empty form to the letters.

Each operation reaches its case through the selector and acts by the service that the pages use.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Body, Header, Query, Router, Schema, Status
from ninja import Path as InPath
from pydantic import Field

from yukuaiban import storage
from yukuaiban.cases import bars, selectors, services
from yukuaiban.cases.api_bodies import (
    FILE,
    PDF,
    After,
    CaseBody,
    CaseBrief,
    LetterBody,
    LongText,
    Number,
    RowId,
    SlotBody,
    ToldBody,
    UseBody,
    Words,
    answers_of,
    brief_of,
    case_of,
    letter_of,
    slot_of,
    told_of,
    use_of,
)
from yukuaiban.cases.context import Context
from yukuaiban.cases.errors import AnswersInvalid, KeyUsedAlready
from yukuaiban.cases.matters import matter_of
from yukuaiban.cases.models import Bar, Case
from yukuaiban.cases.pages import pdf
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.states import STATE_LABELS, State
from yukuaiban.config.api_errors import OF_CHANGING, OF_READING, refusals
from yukuaiban.config.now import now, today
from yukuaiban.items import forms
from yukuaiban.items import selectors as items
from yukuaiban.materials import pages as material_pages
from yukuaiban.materials import selectors as materials
from yukuaiban.materials import services as material_services
from yukuaiban.materials.models import MaterialUse
from yukuaiban.messages.letters import selectors as letters
from yukuaiban.people import limits
from yukuaiban.people.access import party_actor
from yukuaiban.people.actors import Actor
from yukuaiban.places.selectors import DIVISIONS

router = Router(tags=["cases"])

CHUNK = 64 * 1024
Slot = Annotated[str, InPath(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
UseId = Annotated[str, InPath(pattern=r"^[0-9A-Za-z-]{1,40}$")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{8,80}$",
        description="Yours, one for each filing: the same key again gives the same receipt and files nothing twice.",
    ),
]


class CasesBody(Schema):
    """Newest first; `after` opens the next page, null at the end."""

    cases: list[CaseBrief]
    after: str | None


class StartIn(Schema):
    """Which service item is applied for."""

    item: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.-]{0,49}$", description="Code of the service item.")


class AnswersIn(Schema):
    """Answers as the form's schema (`GET /items/{code}/form`) asks for them; null or empty takes one away."""

    answers: dict[str, Any]


class BarBody(Schema):
    """A licence that is not asked for again yet (行政许可法 第七十八条, 第七十九条)."""

    item: str = Field(description="The entry of the directory, in the whole city.")
    title: Words
    number: str = Field(description="Of the case in which it was decided.")
    ground: Literal[tuple(Bar.Ground.values)]  # type: ignore[valid-type]
    article: str
    since: date
    until: date = Field(description="The last day.")


class DraftBody(Schema):
    """A draft after saving. Nothing sent is lost: what is wrong is kept, named in `errors`, and cannot be filed."""

    number: str
    answers: dict[str, Any]
    errors: dict[str, str] = Field(description="Path -> what is wrong and what to do.")
    missing: dict[str, str] = Field(description="Path -> what must still be answered before filing.")


class OfferIn(Schema):
    """Which of the slot's offers to take. `promised`: the person read what he commits to and said yes."""

    offer: str = Field(min_length=1, max_length=200)
    promised: bool = False


class ReceiptBody(Schema):
    """The receipt. `code` is told once: with the number it opens the case without log-in."""

    number: str
    code: str | None
    received_on: date | None
    answer_by: date | None = Field(description="By then the department accepts or asks for one correction.")
    state: str


class ReasonIn(Schema):
    reason: str = Field("", max_length=500)


class TextIn(Schema):
    text: LongText


class TrackedBody(Schema):
    """Where a case stands, without anybody's data."""

    number: str
    title: Words
    state: str
    state_label: str
    light: str
    received_on: date | None
    accepted_on: date | None
    promised_on: date | None
    due_on: date | None
    is_provisional: bool
    timeline: list[ToldBody]


# --- finding ----------------------------------------------------------------------------------------------------------


@router.get("", response={200: CasesBody, **OF_READING}, operation_id="cases", summary="My cases")
def mine(
    request: HttpRequest,
    show: Annotated[Literal["all", "drafts", "filed"], Query()] = "all",
    after: After = None,
) -> dict[str, Any]:
    """Cases of the party acted for, newest first, twenty at a time."""
    drafts = {"drafts": True, "filed": False}.get(show)
    page = selectors.my_cases(party_actor(request), after=after, drafts=drafts)
    return {"cases": [brief_of(case) for case in page.rows], "after": page.after}


@router.get(
    "/bars", response={200: list[BarBody], **OF_READING}, operation_id="bars", summary="What I may not ask again"
)
def barred(request: HttpRequest) -> list[dict[str, Any]]:
    """Licences that the party acted for may not ask for again yet after a falsehood; each ends by itself."""
    return [
        {
            "item": bar.entry.code,
            "title": {"zh": bar.entry.name_zh, "en": bar.entry.name_en},
            "number": bar.case.number,
            "ground": bar.ground,
            "article": bars.article(bar.ground, bar.since),
            "since": bar.since,
            "until": bar.until,
        }
        for bar in bars.standing(party_actor(request).party_id, today())
    ]


@router.get(
    "/track",
    response={200: TrackedBody, **refusals(404, 422, 429)},
    operation_id="track",
    summary="Look a case up without log-in",
    auth=None,
)
def track(
    request: HttpRequest,
    number: Annotated[str, Query(pattern=r"^[0-9A-Za-z-]{1,20}$")],
    code: Annotated[
        str,
        Header(
            alias="Lookup-Code", pattern=r"^[0-9A-Za-z]{1,20}$", description="From the receipt; no address holds it."
        ),
    ],
) -> dict[str, Any]:
    """By the number and the code of the receipt: where it stands and by when."""
    case = services.case_look_up(number=number, code=code, asker=limits.asker(request))
    page = page_of(case, None, language=_language())
    brief = brief_of(case)
    return {
        **{key: brief[key] for key in TrackedBody.model_fields if key in brief},
        "timeline": [told_of(t) for t in page["timeline"]],
    }


@router.get("/{number}", response={200: CaseBody, **OF_READING}, operation_id="case", summary="One case")
def case(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Where it stands, the clock with its reasons, what happened, the one next thing to do."""
    found, by = _mine(request, number)
    services.messages_mark_read(case=found, by=by, at=now())
    return _body(found, by)


# --- the draft --------------------------------------------------------------------------------------------------------


@router.post(
    "",
    response={200: CaseBody, 201: CaseBody, **OF_CHANGING},
    operation_id="draft_start",
    summary="Start an application",
)
def start(request: HttpRequest, wanted: StartIn) -> Status[dict[str, Any]]:
    """The draft for an item: a new one (201), or the one that is there already (200). Known answers are filled in."""
    by, at = party_actor(request), now()
    draft = services.draft_start(service_item_id=items.guide(wanted.item).service_item_id, by=by, at=at)
    body = _body(selectors.case_for_party(by, draft.number), by)
    return Status(201 if draft.created_at == at else 200, body)


@router.patch("/{number}", response={200: DraftBody, **OF_CHANGING}, operation_id="draft_save", summary="Save answers")
def save(request: HttpRequest, number: Number, typed: AnswersIn) -> dict[str, Any]:
    """Lay answers over those of the draft."""
    found, by = _mine(request, number)
    form = Context(found, now()).content.form
    if unknown := sorted(set(typed.answers) - set(form.by_key)):
        message = _("表单里没有这些问题：{keys}。").format(keys="、".join(unknown[:5]))
        raise AnswersInvalid(message, details={"fields": dict.fromkeys(unknown[:50], _("表单里没有这个问题。"))})
    cleaned = services.draft_save(case_id=found.pk, answers=typed.answers, by=by, at=now())
    found.refresh_from_db()
    answers = selectors.answers_of(found)
    whole = forms.clean(form, answers, complete=True, divisions=DIVISIONS)
    return {
        "number": found.number,
        "answers": answers,
        "errors": cleaned.errors,
        "missing": {path: text for path, text in whole.errors.items() if path not in cleaned.errors},
    }


@router.delete(
    "/{number}", response={204: None, **OF_CHANGING}, operation_id="draft_discard", summary="Discard a draft"
)
def discard(request: HttpRequest, number: Number) -> Status[None]:
    """What was typed and uploaded is gone afterwards; a filed case is withdrawn instead."""
    found, by = _mine(request, number)
    services.draft_discard(case_id=found.pk, by=by)
    return Status(204, None)


# --- materials --------------------------------------------------------------------------------------------------------


@router.get(
    "/{number}/materials",
    response={200: list[SlotBody], **OF_READING},
    operation_id="slots",
    summary="What must be shown",
)
def slots(request: HttpRequest, number: Number) -> list[dict[str, Any]]:
    """What the answers make asked for, what stands there, and what the platform holds already."""
    found, by = _mine(request, number)
    ctx = Context(found, now())
    answers = answers_of(found) or {}
    views = materials.slots_of(found.pk, ctx.content.materials, answers, by=by, party_id=found.applicant_id)
    return [slot_of(view) for view in views]


@router.post(
    "/{number}/materials/{slot}",
    response={201: UseBody, **OF_CHANGING, **refusals(503, 507)},
    operation_id="upload",
    summary="Hand in a file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("application/octet-stream", "application/pdf", "image/jpeg", "image/png")
            },
        }
    },
)
def upload(
    request: HttpRequest,
    number: Number,
    slot: Slot,
    name: Annotated[str, Query(max_length=120, description="What the file is called; shown, never believed.")] = "",
) -> Status[dict[str, Any]]:
    """The file is the body. It goes into the storage encrypted while it arrives; a refused one leaves nothing."""
    found, by = _mine(request, number)
    matter = matter_of(found, by)
    wanted = matter.slot(slot)
    with storage.receive(limit=wanted.max_mb * material_services.MEGABYTE) as received:
        while chunk := request.read(CHUNK):
            received.write(chunk)
        received.finish()
        use = material_services.material_upload(matter=matter, slot=wanted, received=received, name=name, at=now())
    return Status(201, _use(use))


@router.post(
    "/{number}/materials/{slot}/offer",
    response={201: UseBody, **OF_CHANGING},
    operation_id="use_offer",
    summary="Use what is held already",
)
def use_offer(request: HttpRequest, number: Number, slot: Slot, taken: OfferIn) -> Status[dict[str, Any]]:
    """Answer a slot with a licence, a register's answer, an earlier document, or a commitment."""
    matter = matter_of(*_mine(request, number))
    use = material_services.material_use(
        matter=matter, slot=matter.slot(slot), offer=taken.offer, is_promised=taken.promised, at=now()
    )
    return Status(201, _use(use))


@router.post(
    "/{number}/offers",
    response={200: list[UseBody], **OF_CHANGING},
    operation_id="use_all",
    summary="Use all that is held",
)
def use_all(request: HttpRequest, number: Number) -> list[dict[str, Any]]:
    """Answer every empty slot with the best that the platform holds."""
    matter = matter_of(*_mine(request, number))
    return [_use(use) for use in material_services.material_use_all(matter=matter, at=now())]


@router.delete(
    "/{number}/materials/{slot}/{use}",
    response={204: None, **OF_CHANGING},
    operation_id="take_back",
    summary="Take it back",
)
def take_back(request: HttpRequest, number: Number, slot: Slot, use: UseId) -> Status[None]:
    """Take something out of a slot before it is filed."""
    matter = matter_of(*_mine(request, number))
    material_services.material_remove(matter=matter, slot=matter.slot(slot), number=use)
    return Status(204, None)


@router.get(
    "/{number}/files/{use}",
    response={200: bytes, **OF_READING},
    operation_id="own_file",
    summary="A file as handed in",
    openapi_extra=FILE,
)
def own_file(request: HttpRequest, number: Number, use: UseId) -> HttpResponseBase:
    """The bytes as they were handed in."""
    _mine(request, number)
    return material_pages.original(request, use)


# --- filing and after -------------------------------------------------------------------------------------------------


@router.post("/{number}/file", response={200: ReceiptBody, **OF_CHANGING}, operation_id="file", summary="File it")
def file(request: HttpRequest, number: Number, idempotency_key: IdempotencyKey = None) -> dict[str, Any]:
    """Check everything, then file, all or nothing. Filing again gives the same receipt, without the code."""
    found, by = _mine(request, number)
    receipt = services.case_file(case_id=found.pk, by=by, at=now(), idempotency_key=idempotency_key)
    filed = receipt.case
    if filed.pk != found.pk:
        raise KeyUsedAlready(
            _("这个 Idempotency-Key 已用于办件 {number}。每次提交请用新的。").format(number=filed.number),
            details={"number": filed.number},
        )
    filed.refresh_from_db()
    return {
        "number": filed.number,
        "code": receipt.code,
        "received_on": filed.received_on,
        "answer_by": filed.step_on if filed.state == State.SUBMITTED else None,
        "state": str(STATE_LABELS[State(filed.state)]),
    }


@router.post(
    "/{number}/correction",
    response={200: CaseBody, **OF_CHANGING},
    operation_id="hand_in",
    summary="Hand in a correction",
)
def hand_in(request: HttpRequest, number: Number, typed: AnswersIn) -> dict[str, Any]:
    """Answers to the fields that the notice names, and only those; files are handed in first, under /materials."""
    return _act(request, number, services.case_hand_in_correction, answers=typed.answers)


@router.post("/{number}/withdraw", response={200: CaseBody, **OF_CHANGING}, operation_id="withdraw", summary="Withdraw")
def withdraw(request: HttpRequest, number: Number, given: Annotated[ReasonIn, Body()]) -> dict[str, Any]:
    return _act(request, number, services.case_withdraw, reason=given.reason)


@router.post(
    "/{number}/hearing", response={200: CaseBody, **OF_CHANGING}, operation_id="hearing", summary="Ask for a hearing"
)
def hearing(request: HttpRequest, number: Number, given: ReasonIn) -> dict[str, Any]:
    return _act(request, number, services.hearing_request, reason=given.reason)


@router.post(
    "/{number}/hearing/give-up",
    response={200: CaseBody, **OF_CHANGING},
    operation_id="give_up_hearing",
    summary="Give up the hearing that one asked for",
)
def give_up_hearing(request: HttpRequest, number: Number, given: Annotated[ReasonIn, Body()]) -> dict[str, Any]:
    return _act(request, number, services.hearing_give_up, reason=given.reason)


@router.post(
    "/{number}/supplement",
    response={200: CaseBody, **OF_CHANGING},
    operation_id="supplement",
    summary="What was deferred",
)
def supplement(request: HttpRequest, number: Number) -> dict[str, Any]:
    """The materials that could be made up later (容缺) are all there now."""
    return _act(request, number, services.case_supplement)


@router.post(
    "/{number}/messages",
    response={200: CaseBody, **OF_CHANGING},
    operation_id="message",
    summary="Write to the officer",
)
def message(request: HttpRequest, number: Number, written: TextIn) -> dict[str, Any]:
    return _act(request, number, services.message_write, text=written.text)


@router.get(
    "/{number}/letters",
    response={200: list[LetterBody], **OF_READING},
    operation_id="letters",
    summary="Letters of a case",
)
def letter_list(request: HttpRequest, number: Number) -> list[dict[str, Any]]:
    found, _by = _mine(request, number)
    return [letter_of(row) for row in letters.letters_to_applicant(found.pk)]


@router.get(
    "/{number}/letters/{letter_id}",
    response={200: bytes, **OF_READING},
    operation_id="letter",
    summary="A letter, signed",
    openapi_extra=PDF,
)
def letter(request: HttpRequest, number: Number, letter_id: RowId) -> HttpResponse:
    """The signed PDF. It is served when its addressee first opens it."""
    found, by = _mine(request, number)
    return pdf(services.letter_open(case=found, letter_id=letter_id, by=by, at=now()))


# --- inside -----------------------------------------------------------------------------------------------------------


def _mine(request: HttpRequest, number: str) -> tuple[Case, Actor]:
    by = party_actor(request)
    return selectors.case_for_party(by, number), by


def _act(request: HttpRequest, number: str, service: Callable[..., Any], **facts: Any) -> dict[str, Any]:
    """One act by its service; the case as it stands afterwards."""
    found, by = _mine(request, number)
    service(case_id=found.pk, by=by, at=now(), **facts)
    return _body(selectors.case_for_party(by, number), by)


def _body(found: Case, by: Actor) -> dict[str, Any]:
    return case_of(page_of(found, by, language=_language()))


def _use(use: MaterialUse) -> dict[str, Any]:
    return use_of(materials.shown(use))


def _language() -> str:
    return get_language() or "zh"
