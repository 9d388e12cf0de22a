"""`/api/v1/desk`: the officer's work for programs: work list and its filters, case, acts, letters; what is published.

An act's body is made from the form that the desk shows (`desk.acts.ACTS`), and read by it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yukuaiban.calendars import Light
from yukuaiban.cases import preconditions, selectors
from yukuaiban.cases.api_bodies import (
    FILE,
    PDF,
    After,
    CaseBody,
    CaseBrief,
    LetterBody,
    Number,
    RowId,
    UseBody,
    brief_of,
    case_of,
    letter_of,
    use_of,
)
from yukuaiban.cases.context import Context
from yukuaiban.cases.models import Case, Work
from yukuaiban.cases.pages import pdf
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.states import TRANSITIONS, Act
from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.config.now import now, today
from yukuaiban.desk import (
    catalogue_api,
    drafts_api,
    filters,
    licences_api,
    news_api,
    pages,
    proposals_api,
    ratings_api,
)
from yukuaiban.desk.act_bodies import body_of, facts_of, questions_of
from yukuaiban.desk.acts import ACTS
from yukuaiban.desk.bulk import MOST, act_on_many
from yukuaiban.desk.models import SavedFilter
from yukuaiban.materials import pages as material_pages
from yukuaiban.materials import selectors as materials
from yukuaiban.messages.letters import selectors as letter_selectors
from yukuaiban.people import tokens
from yukuaiban.people.access import account_of, officer_actor
from yukuaiban.people.actors import Actor
from yukuaiban.people.services import person_read

router = Router(tags=["desk"])

LetterDay = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31), description="Left out: today.")]
BULK = tuple(act.value for act, row in ACTS.items() if row.bulk)


class WorkBody(Schema):
    """One thing a desk has to do."""

    case: CaseBrief
    bucket: Literal[tuple(Work.Bucket.values)]  # type: ignore[valid-type]
    due_on: date = Field(description="The nearest date that the desk must keep; far in the future where none runs.")
    step: str | None
    matter: Literal["", "rating"] = Field(
        description="What hangs on the case beside its own life: a bad rating, see `/desk/ratings`; names no applicant."
    )
    desk_id: int
    mine: bool = Field(description="Handed to the post one works from.")


class WorkListBody(Schema):
    """By due date; `after` opens the next page, null at the end. Nothing is counted."""

    work: list[WorkBody]
    after: str | None


class StepBody(Schema):
    key: str
    stage: int
    role: str
    state: Literal["waiting", "open", "passed"]
    people: int = Field(description="How many must agree.")
    due_on: date | None
    passed_on: date | None


class OpinionBody(Schema):
    """审查意见: what one officer thought of one step."""

    step: str
    verdict: str
    text: str
    by: str


class DeskCaseBody(CaseBody):
    """A case with everything the desk has at hand."""

    changed: list[str] = Field(
        description="What the correction changed, or the window on the spot: paths of answers, `material:slot`."
    )
    files: list[UseBody]
    antivirus_off: bool
    steps: list[StepBody]
    opinions: list[OpinionBody]


class ChoiceBody(Schema):
    value: str | int
    label: str


class QuestionBody(Schema):
    """One thing an act asks; the name is that in its body."""

    name: str
    label: str
    help: str
    required: bool
    choices: list[ChoiceBody]


class ActBody(Schema):
    """An act of one's post: what follows, and why it is not possible now (null: it is)."""

    act: str
    label: str
    law: str
    consequence: str
    why_not: str | None
    asks: list[QuestionBody]


class BulkIn(Schema):
    """The same act, which asks nothing, on many cases."""

    act: Literal[BULK]  # type: ignore[valid-type]
    cases: list[Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,20}$")]] = Field(min_length=1, max_length=MOST)


class DoneBody(Schema):
    number: str
    done: bool
    code: str | None = Field(description="Of the refusal.")
    message: str


class FilterIn(Schema):
    """Filters of the work list, as `GET /desk/work` takes them, and their name."""

    name: str = Field(min_length=1, max_length=filters.LONGEST_NAME)
    bucket: Literal[tuple(Work.Bucket.values)] | None = None  # type: ignore[valid-type]
    light: Literal["red", "yellow"] | None = None
    q: str = Field("", max_length=filters.LONGEST_SEARCH)
    mine: bool = False


class FilterBody(FilterIn):
    """Filters kept under a name; they are one's own."""

    id: int
    name: str


@router.get("/work", response={200: WorkListBody, **OF_READING}, operation_id="work", summary="The work list")
def work(
    request: HttpRequest,
    bucket: Annotated[Literal[tuple(Work.Bucket.values)] | None, Query()] = None,  # type: ignore[valid-type]
    light: Annotated[Literal["red", "yellow"] | None, Query()] = None,
    q: Annotated[str, Query(max_length=60, description="Name, item, number, pinyin, or a full ID or phone.")] = "",
    mine: bool = False,
    after: After = None,
) -> dict[str, Any]:
    """What the desks one sits at have to do, by due date, twenty at a time."""
    by = _officer(request)
    page = selectors.work_list(
        _desks(request, by),
        bucket=bucket,
        search=q,
        after=after,
        light=Light(light) if light else None,
        mine=by.post_id if mine else None,
    )
    return {"work": [_work(row, by) for row in page.rows], "after": page.after}


@router.get("/filters", response={200: list[FilterBody], **OF_READING}, operation_id="filters", summary="Saved filters")
def saved_filters(request: HttpRequest) -> list[dict[str, Any]]:
    """One's own, by name: at most fifty."""
    return [_filter(row) for row in filters.of(_officer(request))]


@router.post(
    "/filters",
    response={200: FilterBody, 201: FilterBody, **OF_CHANGING},
    operation_id="filter_save",
    summary="Save filters under a name",
)
def filter_save(request: HttpRequest, given: FilterIn) -> Status[dict[str, Any]]:
    """A new name (201), or what the name stood for before is replaced (200)."""
    wanted = filters.WorkFilter.read(given.model_dump(exclude={"name"}))
    saved, is_new = filters.filter_save(name=given.name, wanted=wanted, by=_officer(request))
    return Status(201 if is_new else 200, _filter(saved))


@router.delete(
    "/filters/{filter_id}", response={204: None, **OF_CHANGING}, operation_id="filter_forget", summary="Forget a filter"
)
def filter_forget(request: HttpRequest, filter_id: RowId) -> Status[None]:
    filters.filter_forget(filter_id=filter_id, by=_officer(request))
    return Status(204, None)


@router.get("/cases/{number}", response={200: DeskCaseBody, **OF_READING}, operation_id="desk_case", summary="A case")
def case(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Everything at hand. That it was read is written down for the applicant."""
    by, found = _reach(request, number)
    person_read(
        party_id=found.applicant_id,
        by=by,
        reason=_("办理办件"),
        reference=found.number,
        what=["name", "case"],
        at=now(),
    )
    return _body(found, by)


@router.get(
    "/cases/{number}/acts", response={200: list[ActBody], **OF_READING}, operation_id="acts", summary="What can be done"
)
def acts(request: HttpRequest, number: Number) -> list[dict[str, Any]]:
    """Each act of one's post that starts in the case's state, why not where it cannot be done, and what it asks."""
    by, found = _reach(request, number)
    ctx = Context(found, now())
    return [
        {
            "act": p.row.act.value,
            "label": str(p.row.label),
            "law": preconditions.law_of(p.row.act, ctx),
            "consequence": str(ACTS[p.row.act].consequence),
            "why_not": p.refusal,
            "asks": questions_of(ACTS[p.row.act].form(ctx=ctx, by=by)),
        }
        for p in selectors.possible_acts(ctx, by)
        if p.row.act in ACTS
    ]


@router.post("/bulk", response={200: list[DoneBody], **OF_CHANGING}, operation_id="bulk", summary="One act, many cases")
def bulk(request: HttpRequest, wanted: BulkIn) -> list[dict[str, Any]]:
    """A report per case; none hinders another."""
    by = _officer(request)
    account = None if tokens.is_named(request) else account_of(request)
    report = act_on_many(act=Act(wanted.act), numbers=wanted.cases, by=by, at=now(), account=account)
    return [
        {"number": d.number, "done": d.refusal is None, "code": d.code, "message": d.refusal or _("已完成")}
        for d in report
    ]


@router.get(
    "/cases/{number}/files/{use}",
    response={200: bytes, **OF_READING},
    operation_id="desk_file",
    summary="A file as handed in",
    openapi_extra=FILE,
)
def file(
    request: HttpRequest, number: Number, use: Annotated[str, InPath(pattern=r"^[0-9A-Za-z-]{1,40}$")]
) -> HttpResponseBase:
    """The bytes as they were handed in. That it was read is written down for the applicant."""
    _reach(request, number)
    return material_pages.original(request, use)


@router.get(
    "/letters", response={200: list[LetterBody], **OF_READING}, operation_id="desk_letters", summary="Letters of a day"
)
def letters(request: HttpRequest, on: LetterDay = None) -> list[dict[str, Any]]:
    """What one's department wrote on a day for cases of one's division."""
    return [letter_of(row) for row in pages.letters_of_day(_officer(request), on or today())]


@router.get(
    "/letters/print",
    response={200: bytes, **OF_READING},
    operation_id="desk_letters_print",
    summary="Letters of a day, to print",
    openapi_extra=PDF,
)
def letters_print(request: HttpRequest, on: LetterDay = None) -> HttpResponse:
    """One PDF with all of them, each beginning on a right-hand page, without signatures; 404 where there are none."""
    return pages.letters_pdf(_officer(request), on or today())


@router.get(
    "/cases/{number}/letters/{letter_id}",
    response={200: bytes, **OF_READING},
    operation_id="desk_letter",
    summary="A letter, signed",
    openapi_extra=PDF,
)
def letter(request: HttpRequest, number: Number, letter_id: RowId) -> HttpResponse:
    """The signed PDF."""
    _by, found = _reach(request, number)
    return pdf(letter_selectors.letter_of(found.pk, letter_id))


def _offer(act: Act) -> None:
    """Hang in the operation of one act, with a body of its own where it asks something."""

    def do(request: HttpRequest, number: str, given: dict[str, Any]) -> dict[str, Any]:
        by, found = _reach(request, number)
        facts = facts_of(act, given, ctx=Context(found, now()), by=by)
        ACTS[act].run(case_id=found.pk, by=by, at=now(), **facts)
        return _body(selectors.case_for_officer(by, number), by)

    def with_body(request: HttpRequest, number: Number, given: Any) -> dict[str, Any]:
        return do(request, number, given.model_dump(mode="json"))

    def without_body(request: HttpRequest, number: Number) -> dict[str, Any]:
        return do(request, number, {})

    body, row = body_of(act), TRANSITIONS[act]
    with_body.__annotations__["given"] = body
    router.post(
        f"/cases/{{number}}/acts/{act.value}",
        response={200: DeskCaseBody, **OF_CHANGING},
        operation_id=f"act_{act.value}",
        summary=act.value.replace("_", " ").capitalize(),
        description=f"{row.label}（{row.law}）。{ACTS[act].consequence}",
    )(with_body if body.model_fields else without_body)


for _act in ACTS:
    _offer(_act)

router.add_router("/announcements", news_api.router)
router.add_router("/maintenance", news_api.closing)
router.add_router("/licences", licences_api.router)
router.add_router("/ratings", ratings_api.router)
router.add_router("", catalogue_api.router)
router.add_router("", proposals_api.router)
router.add_router("", drafts_api.router)


# --- inside -----------------------------------------------------------------------------------------------------------


def _officer(request: HttpRequest) -> Actor:
    return officer_actor(request)


def _reach(request: HttpRequest, number: str) -> tuple[Actor, Case]:
    """A case and the officer at the post from which he may see it; a token stays at its own post."""
    by = _officer(request)
    return (
        (by, selectors.case_for_officer(by, number)) if tokens.is_named(request) else pages.reach(request, by, number)
    )


def _desks(request: HttpRequest, by: Actor) -> list[int]:
    """A token works from its post only; who is signed in sees the work of all the desks he sits at."""
    if tokens.is_named(request):
        return [by.desk_id] if by.desk_id is not None else []
    return pages.desks_of(request, by)


def _filter(row: SavedFilter) -> dict[str, Any]:
    wanted = filters.read_saved(row)
    light = wanted.light.value if wanted.light else None
    return {"id": row.pk, "name": row.name, "bucket": wanted.bucket, "light": light, "q": wanted.q, "mine": wanted.mine}


def _work(row: Work, by: Actor) -> dict[str, Any]:
    brief = brief_of(row.case)
    return {
        "case": brief | {"applicant": ""} if row.matter else brief,
        "bucket": row.bucket,
        "due_on": row.due_on,
        "step": row.step.key if row.step else None,
        "matter": row.matter,
        "desk_id": row.desk_id,
        "mine": row.post_id is not None and row.post_id == by.post_id,
    }


def _body(found: Case, by: Actor) -> dict[str, Any]:
    page = page_of(found, by, language=get_language() or "zh")
    body = case_of(page)
    changed: list[str] = []
    if body["answers"] is not None:
        changed = sorted(pages.changed_answers(Context(found, now()), body["answers"]))
    files = materials.files_of(found.pk, by=by)
    handed_in = pages.changed_files(found, files)
    changed += sorted({f"material:{f.slot_key}" for f in files if f.number in handed_in})
    return {
        **body,
        "changed": changed,
        "files": [use_of(shown) for shown in files],
        "antivirus_off": materials.antivirus_is_off(),
        "steps": [
            {
                "key": s.key,
                "stage": s.stage,
                "role": s.role,
                "state": s.state,
                "people": s.people,
                "due_on": s.due_on,
                "passed_on": s.passed_on,
            }
            for s in found.steps.all()
        ],
        "opinions": [
            {"step": o.step.key, "verdict": o.verdict, "text": o.text, "by": str(o.account)}
            for o in found.opinions.select_related("step", "account__party")
        ],
    }
