"""`/api/v1/desk/proposals` and `/api/v1/desk/holidays`: loads and years of holidays, seen in words, then published."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yukuaiban.calendars import Notice
from yukuaiban.calendars.notices import LONGEST, LONGEST_TEXT, MOST_ROWS, NoticeYear, notices_file, rows_file
from yukuaiban.calendars.reasons import FESTIVALS
from yukuaiban.cases import recount
from yukuaiban.cases.api_bodies import Words
from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.desk import excel
from yukuaiban.desk.bodies import Day
from yukuaiban.desk.holidays import doubts_of, years
from yukuaiban.desk.proposals import moves_dates, recount_now, stage_of
from yukuaiban.items.loading import proposals as loads
from yukuaiban.items.loading.excel import MAX_BYTES
from yukuaiban.items.loading.holidays import year_in
from yukuaiban.items.loading.models import PackChange, PackLoad
from yukuaiban.items.loading.telling import Told
from yukuaiban.items.loading.wording import said
from yukuaiban.people.access import officer_actor
from yukuaiban.people.actors import Actor

router = Router(tags=["desk"])

FIRST_YEAR, LAST_YEAR = years()
Id = Annotated[int, InPath(ge=1, le=2**63 - 1)]
AfterId = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`after` of the page before.")]
if TYPE_CHECKING:
    States = str
    Sections = str
    Kinds = str
else:
    States = Literal[tuple(PackLoad.State.values)]
    Sections = Literal[tuple(PackChange.Section.values)]
    Kinds = Literal[tuple(PackChange.Kind.values)]


class WorkingBody(Schema):
    """What the worker does to it now."""

    stage: str
    percent: int


class RecountBody(Schema):
    """How far the counting of open cases is after a new notice."""

    done: int
    of: int


class ProposalBody(Schema):
    """A load: of a pack, of a department's Excel file, or of a year of holidays (放假通知)."""

    id: int
    kind: Literal[tuple(PackLoad.Kind.values)]  # type: ignore[valid-type]
    pack: str
    version: str
    state: States
    overwrites_edits: bool = Field(description="Also what was edited at a desk is replaced.")
    proposed_by: str | None = Field(description="Null for a load that nobody signed.")
    proposed_at: datetime
    published_by: str | None
    published_at: datetime | None
    published_alone_because: str = Field(description="Why no second person was needed.")
    sent_back_by: str | None
    sent_back_at: datetime | None
    sent_back_because: str
    withdrawn_at: datetime | None = Field(description="By who proposed it.")
    reason: str = Field(description="Of an item edited at a desk: why. Else empty.")
    counts: dict[str, dict[str, int]] = Field(description="Section -> kind -> how many things.")
    compared_at: datetime | None
    is_current: bool = Field(description="What is told is what publishing it now would change; only then it can be.")
    working: WorkingBody | None
    problem: str = Field(description="Why the last comparison or publication could not be done.")
    why_not_publish: str | None = Field(description="Of one that waits: why one may not publish it oneself.")
    open_cases: int | None = Field(description="How many open cases are counted again once it is published.")
    recount: RecountBody | None


class ProposalsBody(Schema):
    """Newest first; `after` opens the next page, null at the end."""

    proposals: list[ProposalBody]
    after: int | None


class LineBody(Schema):
    """One difference in words. `before` and `after` are null where a thing comes, goes or stays as a whole."""

    kind: Literal["new", "changed", "ended", "kept", "more"]
    what: str
    before: str | None
    after: str | None
    where: str


class LoadChangeBody(Schema):
    """One thing that changes: an entry, a place, or a year of holidays."""

    section: Sections
    kind: Kinds
    code: str
    name: Words
    lines: list[LineBody]


class LoadChangesBody(Schema):
    """In the order of the catalogue; `after` opens the next page, null at the end."""

    changes: list[LoadChangeBody]
    after: int | None


class BackIn(Schema):
    reason: str = Field(min_length=1, max_length=500)


class NoticeIn(Schema):
    """A notice (放假通知). What is not known is left out, never made up."""

    title: str = Field(min_length=1, max_length=LONGEST["title"])
    number: str = Field("", max_length=LONGEST["number"])
    issued_on: Day | None = None
    source: str = Field(min_length=1, max_length=LONGEST["source"], description="Its address, or where it is kept.")


class HolidayIn(Schema):
    """A day that the notice frees, or has worked in exchange."""

    date: Day
    kind: Literal["holiday", "makeup_workday"]
    festival: Literal[tuple(FESTIVALS)]  # type: ignore[valid-type]
    notice: str = Field("", max_length=LONGEST["number"], description="Its number, where there are several.")
    note: str = Field("", max_length=LONGEST_TEXT)


class HolidaysIn(Schema):
    """A whole year: what stands for it now is replaced."""

    year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    notices: list[NoticeIn] = Field(min_length=1, max_length=5)
    days: list[HolidayIn] = Field(min_length=1, max_length=MOST_ROWS - 1)


class RowErrorBody(Schema):
    row: int = Field(description="As Excel counts; 0: the whole file.")
    column: str
    message: str


class ExcelBody(Schema):
    """What became of a department's file: the good rows are proposed, the bad ones go back."""

    good: int
    same: int = Field(description="Rows that say what stands already; nothing is proposed of them.")
    load: int | None = Field(description="The proposal of the good rows, for `GET /desk/proposals/{load_id}`.")
    errors: list[RowErrorBody]
    error_copy: str | None = Field(description="An .xlsx to send back, each bad row with its problem; base64.")


class HolidaysLookBody(Schema):
    """What a year would change, before anybody proposes it."""

    changes: list[LoadChangeBody]
    doubts: list[str] = Field(description="What is odd about it, but allowed.")
    open_cases: int


@router.get(
    "/proposals", response={200: ProposalsBody, **OF_READING}, operation_id="proposals", summary="Loads, by state"
)
def proposals(
    request: HttpRequest, state: Annotated[States | None, Query()] = None, after: AfterId = None
) -> dict[str, Any]:
    """Loads of every kind, twenty at a time. For editors."""
    by = _editor(request)
    rows, more = loads.proposals(state=state, after=after)
    return {"proposals": [load_body(row, by) for row in rows], "after": more}


@router.get(
    "/proposals/{load_id}", response={200: ProposalBody, **OF_READING}, operation_id="proposal", summary="One load"
)
def proposal(request: HttpRequest, load_id: Id) -> dict[str, Any]:
    """Where it stands. What it would change is worked out when it is first asked for: ask again until `is_current`."""
    by = _editor(request)
    return load_body(loads.compare_start(loads.proposal(load_id)), by)


@router.get(
    "/proposals/{load_id}/changes",
    response={200: LoadChangesBody, **OF_READING},
    operation_id="proposal_changes",
    summary="What it would change",
)
def changes(
    request: HttpRequest,
    load_id: Id,
    section: Annotated[Sections | None, Query()] = None,
    kind: Annotated[Kinds | None, Query()] = None,
    after: AfterId = None,
) -> dict[str, Any]:
    """In plain words, thing by thing, twenty at a time."""
    _editor(request)
    rows, more = loads.changes_of(loads.proposal(load_id), section=section, kind=kind, after=after)
    return {"changes": [_change(row) for row in rows], "after": more}


@router.post(
    "/proposals/{load_id}/compare",
    response={200: ProposalBody, **OF_CHANGING},
    operation_id="proposal_compare",
    summary="Compare it once more",
)
def compare(request: HttpRequest, load_id: Id) -> dict[str, Any]:
    """After what could not be done the last time."""
    by = _editor(request)
    return load_body(loads.compare_start(loads.proposal(load_id), again=True), by)


@router.post(
    "/proposals/{load_id}/publish",
    response={200: ProposalBody, 202: ProposalBody, **OF_CHANGING},
    operation_id="proposal_publish",
    summary="Publish what another editor proposed",
)
def publish(request: HttpRequest, load_id: Id) -> Status[dict[str, Any]]:
    """Done (200), or begun for the worker to finish (202). 409 where the catalogue has changed since it was compared."""
    by = _editor(request)
    done = loads.publish_start(load_id=load_id, by=by)
    return Status(200 if done.state == PackLoad.State.PUBLISHED else 202, load_body(loads.proposal(load_id), by))


@router.post(
    "/proposals/{load_id}/back",
    response={200: ProposalBody, **OF_CHANGING},
    operation_id="proposal_back",
    summary="Send it back",
)
def send_back(request: HttpRequest, load_id: Id, given: BackIn) -> dict[str, Any]:
    """With the reason, for who proposed it. It can no longer be published."""
    by = _editor(request)
    return load_body(loads.send_back(load_id=load_id, by=by, reason=given.reason), by)


@router.post(
    "/proposals/{load_id}/withdraw",
    response={200: ProposalBody, **OF_CHANGING},
    operation_id="proposal_withdraw",
    summary="Take back one's own proposal",
)
def withdraw(request: HttpRequest, load_id: Id) -> dict[str, Any]:
    """While nobody has published it. A draft of an item can be changed and proposed again."""
    by = _editor(request)
    return load_body(loads.withdraw(load_id=load_id, by=by), by)


@router.post(
    "/proposals/{load_id}/sign",
    response={200: ProposalBody, **OF_CHANGING},
    operation_id="proposal_sign",
    summary="Sign a load that nobody signed",
)
def sign(request: HttpRequest, load_id: Id) -> dict[str, Any]:
    """One becomes its proposer; another editor publishes it."""
    by = _editor(request)
    return load_body(loads.take_over(load_id=load_id, by=by), by)


@router.post(
    "/holidays/look",
    response={200: HolidaysLookBody, **OF_CHANGING},
    operation_id="holidays_look",
    summary="What a year of holidays would change",
)
def look(request: HttpRequest, given: HolidaysIn) -> dict[str, Any]:
    """Nothing is written."""
    _editor(request)
    year = _year(given)
    told = [_change(one) for one in loads.preview([year])]
    return {"changes": told, "doubts": doubts_of(year), "open_cases": recount.running()}


@router.post(
    "/holidays",
    response={200: ProposalBody, 201: ProposalBody, **OF_CHANGING},
    operation_id="holidays_propose",
    summary="Propose a year of holidays",
)
def propose(request: HttpRequest, given: HolidaysIn) -> Status[dict[str, Any]]:
    """It waits for a second editor (201). The same again is the same proposal (200)."""
    by = _editor(request)
    load, is_new = loads.propose_notice(year=_year(given), by=by)
    return Status(201 if is_new else 200, load_body(loads.proposal(load.pk), by))


@router.get(
    "/excel/template",
    response={200: bytes, **OF_READING},
    operation_id="excel_template",
    summary="A department's sheet to fill in",
    openapi_extra={"responses": {200: {"content": {excel.XLSX: {"schema": {"type": "string", "format": "binary"}}}}}},
)
def excel_template(
    request: HttpRequest,
    department: Annotated[str, Query(max_length=40, pattern=r"^[^\x00]*$", description="Its code.")] = "",
) -> HttpResponse:
    """An .xlsx with its service items; a cell left empty changes nothing."""
    _editor(request)
    return excel.template_file(department)


@router.post(
    "/excel",
    response={200: ExcelBody, **OF_CHANGING},
    operation_id="excel_import",
    summary="Propose a department's Excel file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("application/octet-stream", excel.XLSX)
            },
        }
    },
)
def excel_import(request: HttpRequest, all_or_nothing: bool = False) -> dict[str, Any]:
    """The file is the body. Good rows wait for a second editor; the same file again is the same proposal."""
    by = _editor(request)
    report = excel.take(request.read(MAX_BYTES + 1), by=by, all_or_nothing=all_or_nothing)
    copy = b64encode(report.error_copy).decode() if report.error_copy else None
    return {**report.as_json(), "error_copy": copy}


# --- inside -----------------------------------------------------------------------------------------------------------


def _editor(request: HttpRequest) -> Actor:
    by = officer_actor(request)
    loads.check_editor(by)
    return by


def _year(given: HolidaysIn) -> NoticeYear:
    """By the reader of packs. Raises: NoticesRefused with each error."""
    notices = [Notice(given.year, n.title, n.number or None, n.issued_on, n.source) for n in given.notices]
    default = notices[0].number or notices[0].title
    rows = rows_file(
        {
            "date": day.date.isoformat(),
            "kind": day.kind,
            "festival": day.festival,
            "notice": day.notice,
            "source": day.notice or default,
            "note": day.note,
        }
        for day in given.days
    )
    return year_in(f"{given.year}.csv", rows, given.year, notices_file(notices))


def load_body(load: PackLoad, by: Actor) -> dict[str, Any]:
    is_waiting, moves = load.state == PackLoad.State.PROPOSED, moves_dates(load)
    counting = recount_now() if moves and load.state == PackLoad.State.PUBLISHED else None
    is_at_work = is_waiting or load.state == PackLoad.State.PUBLISHING
    return {
        "id": load.pk,
        "kind": load.kind,
        "pack": load.pack,
        "version": load.version,
        "state": load.state,
        "overwrites_edits": load.theirs,
        "proposed_by": _name(load.loaded_by),
        "proposed_at": load.loaded_at,
        "published_by": _name(load.published_by),
        "published_at": load.published_at,
        "published_alone_because": load.exempt_because,
        "sent_back_by": _name(load.rejected_by),
        "sent_back_at": load.rejected_at,
        "sent_back_because": load.rejected_because,
        "withdrawn_at": load.withdrawn_at,
        "reason": load.reason,
        "counts": load.summary,
        "compared_at": load.compared_at,
        "is_current": is_waiting and loads.is_current(load),
        "working": (
            {"stage": stage_of(load), "percent": load.progress.get("percent", 0)}
            if is_at_work and load.progress
            else None
        ),
        "problem": load.problem,
        "why_not_publish": loads.why_not_publish(load, by) if is_waiting else None,
        "open_cases": recount.running() if is_waiting and moves else None,
        "recount": {"done": counting.done, "of": counting.of} if counting else None,
    }


def _name(account: Any) -> str | None:
    return str(account) if account else None


def _change(row: PackChange | Told) -> dict[str, Any]:
    return {
        "section": row.section,
        "kind": row.kind,
        "code": row.code,
        "name": {"zh": row.name_zh, "en": row.name_en},
        "lines": [
            {"kind": one.kind, "what": one.what, "before": one.before, "after": one.after, "where": one.where}
            for one in map(said, row.lines)
        ],
    }
