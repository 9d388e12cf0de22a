"""`/api/v1/items`: find what government does, read its guide, and the form it asks. Public and read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Path as InPath
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yukuaiban.config.api_errors import refusals
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import today
from yukuaiban.items import forms, selectors
from yukuaiban.items.filters import Filters, find
from yukuaiban.items.guide import Guide
from yukuaiban.items.index import Entry
from yukuaiban.items.limits import bars_of, extension_of, first_review_of
from yukuaiban.items.models import ServiceItem
from yukuaiban.items.schema import (
    Fee,
    LegalBasis,
    MaterialSlot,
    Process,
    Question,
    Requirement,
    Result,
    Situation,
    StatutoryLimit,
    Text,
    TimeLimit,
)
from yukuaiban.items.services import LONGEST_NOTE, feedback_leave

router = Router(tags=["items"], auth=None)

PAGE = 20
#: Codes of entries and service items: local codes, and the official ones they will be replaced by.
CODE = r"^[0-9A-Za-z][0-9A-Za-z_.-]{0,49}$"
WORD = r"^[0-9A-Za-z_]{0,60}$"
Code = Annotated[str, InPath(pattern=CODE)]
REFUSALS = refusals(404, 422)


class Asked(Schema):
    """What is looked for; everything left out counts as "all"."""

    q: str = Field("", max_length=80, description="Chinese of one character or more, pinyin, initials, English.")
    theme: str = Field("", pattern=WORD)
    event: str = Field("", pattern=WORD, description="Life event.")
    department: str = Field("", pattern=WORD, description="Kind of department, such as `police`.")
    audience: str = Field("", pattern=WORD, description="Whom it is for: `natural_person`, ...")
    type: str = Field(
        "", pattern=r"^([0-9]{2})?$", description="01 licensing, 05 payment, 07 confirmation, 20 service."
    )
    online: bool = Field(False, description="Only what can be filed here.")
    division: str = Field("", pattern=r"^([0-9A-Z]{6})?$", description="Only what is done there: the city, a district.")
    after: str | None = Field(None, pattern=CODE, description="The `after` of the page before.")


class Words(Schema):
    zh: str
    en: str


class EntryBody(Schema):
    """An entry of the directory (基本目录). `name.en` is empty where nobody translated it yet."""

    code: str
    name: Words
    summary: Words
    type: str
    department: str
    levels: Literal["city", "district", "both"]
    audience: list[str]
    themes: list[str]
    life_events: list[str]
    online: bool = Field(description="Worked out: can be filed here.")
    promised_days: int | None
    visits: int | None
    status: str


class FoundBody(Schema):
    """One page of what was found, best first; `after` opens the next, null at the end."""

    items: list[EntryBody]
    corrected: str | None = Field(description="What was searched instead: what was typed found nothing.")
    near: bool = Field(description="Only a part of the words was found.")
    after: str | None


class OfferedBody(Schema):
    """One department of one division that does it (实施清单)."""

    code: str = Field(description="For `GET /items/{code}`.")
    division: str
    division_name: Words
    department: Words


class EntryOffersBody(Schema):
    entry: EntryBody
    offered_by: list[OfferedBody]


class ElementBody(Schema):
    """An element of the national standard, and how far it can be relied on."""

    key: str
    label: Words
    status: Literal["published", "law", "sample", "missing"]


class GuideContentBody(Schema):
    """What the guide says. Each part names its source and status."""

    summary: Text
    audience: list[str]
    acting: list[str] = Field(description="Who may file for the applicant.")
    assurance: str = Field(description="Level of assurance of the identity that filing needs.")
    basis: list[LegalBasis]
    statutory: StatutoryLimit
    promised: TimeLimit
    online_depth: list[int]
    visits: int
    channels: list[str]
    scope: str
    requirements: list[Requirement]
    situations: list[Situation]
    materials: list[MaterialSlot]
    process: Process
    result: Result
    fees: list[Fee]
    questions: list[Question]


class RealTimeBody(Schema):
    """What it really took, where thirty decided cases or more say so."""

    median_working_days: int
    cases: int


class ExtensionBody(Schema):
    """延长期限: how much longer than the statutory limit it may take, on which article, who approves."""

    most: int
    unit: Literal["working_day", "calendar_day"]
    law: str
    approver: Literal["head", "government"]
    status: Literal["published", "law", "sample"]


class FirstReviewBody(Schema):
    """初审: kinds of the department that accepts and reviews, and of the one above that decides; how long the first has."""

    by: str
    reports_to: str
    days: int = Field(description="Working days from acceptance.")
    law: str
    status: Literal["published", "law", "sample"]


class SafetyBody(Schema):
    """直接关系公共安全、人身健康、生命财产安全: after a falsehood the licence is not asked for again for a time."""

    interests: list[Literal["public_safety", "personal_health", "life_and_property"]]
    years_after_false_application: int
    years_after_fraud: int
    status: Literal["published", "law", "sample"]


class GuideBody(Schema):
    """The guide (办事指南) of a service item. `content` is null for one that is listed here but not filed here."""

    code: str
    entry: str
    name: Words
    type: str
    level: str
    division: str
    department: Words
    status: str
    version: int | None
    content: GuideContentBody | None
    took: RealTimeBody | None
    extension: ExtensionBody | None = Field(description="Null: it cannot be extended. Once, and told with its reason.")
    places: int | None = Field(description="数量限制: how many of these licences a body may have out; null: no limit.")
    safety: SafetyBody | None = Field(description="Null: a falsehood does not bar from asking again.")
    first_review: FirstReviewBody | None = Field(description="Null: the department that accepts decides.")
    elements: list[ElementBody]


class FeedbackBody(Schema):
    was_right: bool
    note: str = Field("", max_length=LONGEST_NOTE)


@router.get("", response={200: FoundBody, **REFUSALS}, operation_id="items", summary="Find what government does")
def items(request: HttpRequest, asked: Annotated[Asked, Query()]) -> dict[str, Any]:
    """The directory by words, pinyin, initials, theme, department, division, audience and type, ranked; twenty at a time."""
    filters = Filters(
        asked.theme, asked.event, asked.department, asked.audience, asked.type, asked.online, asked.division
    )
    found, rows = find(asked.q, filters)
    start = _after(rows, asked.after)
    page = rows[start : start + PAGE]
    return {
        "items": [_entry(row) for row in page],
        "corrected": found.corrected,
        "near": found.near,
        "after": page[-1].code if len(rows) > start + PAGE else None,
    }


@router.get("/entries/{code}", response={200: EntryOffersBody, **REFUSALS}, operation_id="entry", summary="Who does it")
def entry(request: HttpRequest, code: Code) -> dict[str, Any]:
    """An entry with every department that does it: the city's first, then by division."""
    row = next((row for row in selectors.catalogue().entries if row.code == code), None)
    if row is None:
        raise NotFound(_("没有这个事项，或它已停办。请从首页搜索。"))
    return {"entry": _entry(row), "offered_by": [_offered(one) for one in selectors.offered_by(code)]}


@router.get("/{code}", response={200: GuideBody, **REFUSALS}, operation_id="item", summary="The guide of an item")
def item(request: HttpRequest, code: Code) -> dict[str, Any]:
    """Everything the national standard asks a guide to say, with the status of each element."""
    guide = selectors.guide(code)
    department = selectors.department_of(guide)
    took = selectors.real_time(guide)
    rule = extension_of(guide.content, today()) if guide.content else None
    return {
        "code": guide.code,
        "entry": guide.entry_code,
        "name": {"zh": guide.name_zh, "en": guide.name_en},
        "type": guide.item_type,
        "level": guide.level,
        "division": guide.division,
        "department": {"zh": department.name_zh, "en": department.name_en},
        "status": guide.status,
        "version": guide.version,
        "content": _content(guide),
        "extension": asdict(rule) if rule else None,
        "first_review": _first_review(guide),
        "places": limited.places if guide.content and (limited := guide.content.process.limited) else None,
        "safety": _safety(guide),
        "took": {"median_working_days": took.median, "cases": took.cases} if took else None,
        "elements": [
            {"key": e.key, "label": {"zh": e.label_zh, "en": e.label_en}, "status": status.value}
            for e, status in selectors.elements_of(guide)
        ],
    }


@router.get(
    "/{code}/form",
    response={200: dict[str, Any], **REFUSALS},
    operation_id="item_form",
    summary="The form of an item, as JSON Schema 2020-12",
)
def form(request: HttpRequest, code: Code) -> dict[str, Any]:
    """What is asked, in the language of `Accept-Language`; bounds that speak of today are those of today.

    Answers that are valid under it are accepted; fields that show by condition are compiled into if/then.
    """
    guide = selectors.guide(code)
    if guide.content is None:
        raise NotFound(_("这个事项还不能在网上申请，没有表单。请查看办理地点和电话。"))
    return forms.json_schema(guide.content.form, get_language() or "zh", today=today())


@router.post(
    "/{code}/feedback",
    response={201: FeedbackBody, **refusals(400, 404, 413, 422, 503)},
    operation_id="item_feedback",
    summary="Was this guide right?",
)
def feedback(request: HttpRequest, code: Code, given: FeedbackBody) -> Status[dict[str, Any]]:
    """What a reader found. Nothing about the reader is kept."""
    left = feedback_leave(guide=selectors.guide(code), was_right=given.was_right, note=given.note)
    return Status(201, {"was_right": left.was_right, "note": left.note})


def _after(rows: Sequence[Entry], code: str | None) -> int:
    """Where the page after an entry begins."""
    if code is None:
        return 0
    place = next((n for n, row in enumerate(rows) if row.code == code), None)
    if place is None:
        raise NotFound(_("这一页已经不在了，请从列表第一页看起。"))
    return place + 1


def _entry(row: Entry) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": {"zh": row.name_zh, "en": row.name_en},
        "summary": {"zh": row.summary_zh, "en": row.summary_en},
        "type": row.item_type,
        "department": row.department_kind,
        "levels": row.levels,
        "audience": list(row.audience),
        "themes": list(row.themes),
        "life_events": list(row.life_events),
        "online": row.online,
        "promised_days": row.promised_days,
        "visits": row.visits,
        "status": row.status,
    }


def _offered(one: ServiceItem) -> dict[str, Any]:
    return {
        "code": one.code,
        "division": one.division_id,
        "division_name": {"zh": one.division.name_zh, "en": one.division.name_en},
        "department": {"zh": one.department.name_zh, "en": one.department.name_en},
    }


def _content(guide: Guide) -> dict[str, Any] | None:
    if guide.content is None:
        return None
    parts = GuideContentBody.model_fields
    return guide.content.model_dump(mode="json", include=set(parts))


def _first_review(guide: Guide) -> dict[str, Any] | None:
    review = guide.content.process.first_review if guide.content else None
    if review is None:
        return None
    days, law = first_review_of(review, today())
    return {"by": review.by, "reports_to": review.reports_to, "days": days, "law": law, "status": review.status.value}


def _safety(guide: Guide) -> dict[str, Any] | None:
    content = guide.content
    terms = bars_of(content, today()) if content else None
    if content is None or content.process.safety is None or terms is None:
        return None
    return {
        "interests": list(content.process.safety.interests),
        "years_after_false_application": terms["false_application"].value,
        "years_after_fraud": terms["fraud"].value,
        "status": content.process.safety.status.value,
    }
