"""People for programs: who I am, for whom I act, families and mandates, who read my data, a copy of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema, Status
from ninja.errors import AuthenticationError
from pydantic import Field

from yukuaiban.config.api_errors import ErrorBody
from yukuaiban.config.now import now
from yukuaiban.identifiers import documents
from yukuaiban.people import contacts, exports, limits, passes, selectors, services
from yukuaiban.people.models import Account, AccountEventKind, Guardianship, Mandate, PersonRead, Relation

router = Router(tags=["people"])

RowId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Refusals = {401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 409: ErrorBody, 422: ErrorBody, 429: ErrorBody}
Text = Annotated[str, Field(min_length=1, max_length=200)]
#: No year in which a day after cannot be said.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]


class ActingOut(Schema):
    """Somebody one may act for. `items`: codes it is limited to, null for all; `last_day` itself included."""

    party_id: int
    name: str
    kind: Literal["person", "organisation"]
    ground: Literal["self", "guardian", "relative", "representative", "agent"]
    items: list[str] | None
    last_day: date | None


class PostOut(Schema):
    """A post the officer holds today."""

    post_id: int
    role: str
    department: str
    division: str
    substitute: bool
    last_day: date | None


class MeOut(Schema):
    """Who is signed in. `party_id`: for whom this request acts (header `X-Acting-As` with a token)."""

    account: str
    name: str
    assurance: str
    party_id: int | None
    acting_for: list[ActingOut]
    posts: list[PostOut]


class RealNameIn(Schema):
    """Name and document, as they stand on the document."""

    name: Text
    id_kind: Literal[tuple(kind.value for kind in documents.Kind)]  # type: ignore[valid-type]
    id_number: Text
    name_latin: str = Field("", max_length=80)
    birth_on: Day | None = None
    country: str = Field("", pattern="^([A-Z]{3})?$")


class AssuranceOut(Schema):
    assurance: str


class ChildIn(Schema):
    """A guardian names his child. `consents`: to the handling of a young child's data."""

    name: Text
    id_kind: Literal[tuple(kind.value for kind in documents.Kind)]  # type: ignore[valid-type]
    id_number: Text
    relation: Relation = Relation.PARENT
    consents: bool = False


class GuardianshipOut(Schema):
    id: int
    ward_party_id: int
    ward: str
    relation: str
    confirmed: bool
    last_day: date | None


class TermsIn(Schema):
    """How far a mandate reaches. `items`: codes of entries or service items, null for all; `last_day` included."""

    items: list[Text] | None = Field(None, min_length=1)
    valid_from: Day
    last_day: Day

    def terms(self) -> services.Terms:
        return services.Terms(self.items, self.valid_from, self.last_day + timedelta(days=1))


class OfferIn(TermsIn):
    """Appoint somebody, who takes it up with the code sent to `contact` (a mobile number or an e-mail address)."""

    principal_party_id: int = Field(ge=1, le=2**63 - 1)
    name: Text
    contact: Text
    relation: Relation = Relation.OTHER


class AskIn(TermsIn):
    """Ask a relative or friend to let one act for him; he confirms with the code sent to `contact`."""

    name: Text
    contact: Text
    relation: Relation = Relation.OTHER


class AskOrganisationIn(TermsIn):
    """Ask to become an organisation's agent."""

    credit_code: Text


class CodeIn(Schema):
    """The code that was sent."""

    code: Text


class MandateOut(Schema):
    id: int
    kind: str
    state: str
    principal: str
    agent: str
    items: list[str] | None
    valid_from: date
    last_day: date


class ReadOut(Schema):
    """An officer read one's full record."""

    id: int
    at: datetime
    department: str | None
    reader: str
    reason: str
    what: list[str]
    reference: str


class ReadsOut(Schema):
    """Newest first; `before` is the parameter of the next page, null at the end."""

    reads: list[ReadOut]
    before: int | None


def account_of(request: HttpRequest) -> Account:
    """The account behind a request, by session or token."""
    found = passes.identify(request)
    if found is None:
        raise AuthenticationError
    return Account.objects.select_related("party").get(pk=found.account_id)


@router.get("/me", response={200: MeOut, **Refusals}, operation_id="me", summary="Who I am")
def me(request: HttpRequest) -> dict[str, Any]:
    account = account_of(request)
    found = passes.identify(request)
    assert found is not None
    return {
        "account": account.number,
        "name": found.name,
        "assurance": found.assurance,
        "party_id": found.party_id,
        "acting_for": [_acting(acting) for acting in selectors.parties_for(account)],
        "posts": [_post(post) for post in selectors.posts_of(account)],
    }


@router.post("/real-name", response={200: AssuranceOut, 503: ErrorBody, **Refusals}, operation_id="real_name")
def real_name(request: HttpRequest, typed: RealNameIn) -> dict[str, Any]:
    """The real-name check."""
    party = services.real_name_check(account=account_of(request), at=now(), **typed.model_dump())
    return {"assurance": party.assurance}


@router.get("/children", response={200: list[GuardianshipOut], **Refusals}, operation_id="children")
def children(request: HttpRequest) -> list[dict[str, Any]]:
    """My wards, confirmed or not."""
    rows = Guardianship.objects.filter(guardian=account_of(request).party_id, ended_at__isnull=True)
    return [_guardianship(row) for row in rows.select_related("ward").order_by("pk")]


@router.post("/children", response={201: GuardianshipOut, 503: ErrorBody, **Refusals}, operation_id="child_add")
def child_add(request: HttpRequest, child: ChildIn) -> Status[dict[str, Any]]:
    """Name my child; confirmed at once where the register knows it."""
    row = services.guardianship_declare(account=account_of(request), at=now(), **child.model_dump())
    return Status(201, _guardianship(row))


@router.delete("/children/{guardianship_id}", response={204: None, **Refusals}, operation_id="child_remove")
def child_remove(request: HttpRequest, guardianship_id: RowId) -> Status[None]:
    """Give a guardianship up on this platform."""
    services.guardianship_end(guardianship_id=guardianship_id, account=account_of(request), reason="", at=now())
    return Status(204, None)


@router.get("/mandates", response={200: list[MandateOut], **Refusals}, operation_id="mandates")
def mandates(request: HttpRequest) -> list[dict[str, Any]]:
    """Mandates given, held, offered and asked for."""
    return [_mandate(row) for row in selectors.mandates_of(account_of(request))]


@router.post("/mandates/offers", response={201: MandateOut, 503: ErrorBody, **Refusals}, operation_id="mandate_offer")
def mandate_offer(request: HttpRequest, offer: OfferIn) -> Status[dict[str, Any]]:
    account = account_of(request)
    row = services.mandate_offer(
        account=account,
        principal=selectors.party_for(account, offer.principal_party_id),
        name=offer.name,
        contact=contacts.read(offer.contact)[1],
        relation=offer.relation,
        terms=offer.terms(),
        at=now(),
    )
    return Status(201, _mandate(row))


@router.post("/mandates/requests", response={201: MandateOut, 503: ErrorBody, **Refusals}, operation_id="mandate_ask")
def mandate_ask(request: HttpRequest, asked: AskIn) -> Status[dict[str, Any]]:
    row = services.mandate_ask_relative(
        account=account_of(request),
        name=asked.name,
        contact=contacts.read(asked.contact)[1],
        relation=asked.relation,
        terms=asked.terms(),
        at=now(),
    )
    return Status(201, _mandate(row))


@router.post("/mandates/agencies", response={201: MandateOut, **Refusals}, operation_id="mandate_ask_organisation")
def mandate_ask_organisation(request: HttpRequest, asked: AskOrganisationIn) -> Status[dict[str, Any]]:
    row = services.mandate_ask_organisation(
        account=account_of(request), code=asked.credit_code, terms=asked.terms(), at=now()
    )
    return Status(201, _mandate(row))


@router.post("/mandates/code", response={200: MandateOut, **Refusals}, operation_id="mandate_code")
def mandate_code(request: HttpRequest, given: CodeIn) -> dict[str, Any]:
    """Confirm that another may act for me, or take up an offer."""
    return _mandate(services.mandate_answer_code(account=account_of(request), code=given.code, at=now()))


@router.post("/mandates/{mandate_id}/{act}", response={200: MandateOut, **Refusals}, operation_id="mandate_act")
def mandate_act(
    request: HttpRequest, mandate_id: RowId, act: Literal["confirm", "decline", "revoke"]
) -> dict[str, Any]:
    """Confirm an agent who asked, decline, or revoke."""
    acts = {
        "confirm": services.mandate_confirm,
        "decline": services.mandate_decline,
        "revoke": services.mandate_revoke,
    }
    return _mandate(acts[act](account=account_of(request), mandate_id=mandate_id, at=now()))


@router.get("/reads", response={200: ReadsOut, **Refusals}, operation_id="reads")
def reads(request: HttpRequest, before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None) -> dict[str, Any]:
    """Which officer read my record, when and why; fifty at a time."""
    rows = PersonRead.objects.filter(party=account_of(request).party_id).select_related("department", "reader__party")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = [
        {
            "id": row.pk,
            "at": row.at,
            "department": row.department.name_zh if row.department else None,
            "reader": row.reader.name,
            "reason": row.reason,
            "what": row.what,
            "reference": row.reference,
        }
        for row in rows.order_by("-pk")[:51]
    ]
    return {"reads": found[:50], "before": found[49]["id"] if len(found) > 50 else None}


@router.get(
    "/export",
    response={200: bytes, **Refusals},
    operation_id="export",
    openapi_extra={
        "responses": {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}
    },
)
def export(request: HttpRequest) -> HttpResponse:
    """All my data as one zip of JSON files."""
    account = account_of(request)
    limits.consume("export", account.number, at_most=5, seconds=24 * 3600)
    at = now()
    content = exports.all_my_data(selectors.party_of(account), at=at)
    services.note(account, AccountEventKind.DATA_EXPORTED, at)
    return HttpResponse(content, content_type="application/zip")


def _acting(acting: selectors.ActingAs) -> dict[str, Any]:
    return {
        "party_id": acting.party.pk,
        "name": acting.party.name,
        "kind": acting.party.kind,
        "ground": acting.ground.value,
        "items": None if acting.items is None else sorted(acting.items),
        "last_day": acting.last_day,
    }


def _post(post: Any) -> dict[str, Any]:
    return {
        "post_id": post.pk,
        "role": post.desk.role,
        "department": post.desk.department.name_zh,
        "division": post.desk.division_id,
        "substitute": post.substitute_for_id is not None,
        "last_day": post.last_day,
    }


def _guardianship(row: Guardianship) -> dict[str, Any]:
    return {
        "id": row.pk,
        "ward_party_id": row.ward_id,
        "ward": row.ward.name,
        "relation": row.relation,
        "confirmed": row.confirmed_at is not None,
        "last_day": row.last_day,
    }


def _mandate(row: Mandate) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "principal": row.principal.name if row.principal else row.invited_name,
        "agent": row.agent.name if row.agent else row.invited_name,
        "items": row.items,
        "valid_from": row.valid_from,
        "last_day": row.last_day,
    }
