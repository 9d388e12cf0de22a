"""People for programs: who I am, for whom I act, my children, mandates and organisations.

What concerns the record is in `privacy_api`; what officers do is an area of its own, `officers_api`. The log-in itself, who the holder of the
account is, and the copy of all data stay in the browser (ADR 0080).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.config.now import now
from yukuaiban.identifiers import documents
from yukuaiban.people import contacts, privacy_api, reach, selectors, services
from yukuaiban.people.access import account_of, who
from yukuaiban.people.api_bodies import Day, PostOut, RowId, Text, post_out
from yukuaiban.people.models import Account, Guardianship, Mandate, OrganisationProfile, Relation

router = Router(tags=["people"])


class ActingOut(Schema):
    """Somebody one may act for. `items`: codes it is limited to, null for all; `last_day` itself included."""

    party_id: int
    name: str
    kind: Literal["person", "organisation"]
    ground: Literal["self", "guardian", "relative", "representative", "agent"]
    items: list[str] | None
    last_day: date | None


class MeOut(Schema):
    """Who is signed in. `party_id`: for whom this request acts (header `X-Acting-As` with a token)."""

    account: str
    name: str
    assurance: str
    party_id: int | None
    acting_for: list[ActingOut]
    posts: list[PostOut]


class ChildIn(Schema):
    """A guardian names his child. `consents`: to the handling of a young child's data."""

    name: Text
    id_kind: Literal[tuple(kind.value for kind in documents.Kind)]  # type: ignore[valid-type]
    id_number: Text
    relation: Relation = Relation.PARENT
    consents: bool = False


class GuardianshipOut(Schema):
    """A ward. One acts for him once it is `confirmed`; for a young child only while one `consents` besides."""

    id: int
    ward_party_id: int
    ward: str
    relation: str
    confirmed: bool
    is_young: bool = Field(description="Below the age at which a child's data need the guardian's consent.")
    consents: bool
    last_day: date | None


class ConsentIn(Schema):
    """Whether the guardian consents to the handling of a young child's data."""

    consents: bool


class TermsIn(Schema):
    """How far a mandate reaches. `items`: codes or exact names of entries or service items, null for all; `last_day`
    included."""

    items: list[Text] | None = Field(None, min_length=1)
    valid_from: Day
    last_day: Day

    def terms(self) -> services.Terms:
        items = None if self.items is None else [reach.code_of(line) for line in self.items]
        return services.Terms(items, self.valid_from, selectors.day_after(self.last_day))


class MandateOfferIn(TermsIn):
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
    """A mandate. `acts`: what one may do about it now."""

    id: int
    kind: str
    state: str
    principal: str
    agent: str
    items: list[str] | None
    valid_from: date
    last_day: date
    acts: list[Literal["confirm", "decline", "revoke"]]


class OrganisationIn(Schema):
    """Code and name as on the business licence or registration certificate."""

    credit_code: Text
    name: Text


class OrganisationOut(Schema):
    """An organisation whose legal representative one is."""

    party_id: int
    credit_code: str
    name: str
    kind: str = Field(description="服务对象 of GB/T 39046-2020 Annex A.")
    status: Literal[tuple(OrganisationProfile.Status.values)]  # type: ignore[valid-type]
    representative_since: date | None


@router.get("/me", response={200: MeOut, **OF_READING}, operation_id="me", summary="Who I am")
def me(request: HttpRequest) -> dict[str, Any]:
    account, found = account_of(request), who(request)
    return {
        "account": account.number,
        "name": found.name,
        "assurance": found.assurance,
        "party_id": found.party_id,
        "acting_for": [_acting(acting) for acting in selectors.parties_for(account)],
        "posts": [post_out(post) for post in selectors.posts_of(account)],
    }


@router.get("/children", response={200: list[GuardianshipOut], **OF_READING}, operation_id="children")
def children(request: HttpRequest) -> list[dict[str, Any]]:
    """My wards, confirmed or not."""
    account = account_of(request)
    return [_guardianship(row, account) for row in selectors.guardianships_of(account)]


@router.post("/children", response={201: GuardianshipOut, **OF_CHANGING}, operation_id="child_add")
def child_add(request: HttpRequest, child: ChildIn) -> Status[dict[str, Any]]:
    """Name my child; confirmed at once where the register knows it."""
    account = account_of(request)
    row = services.guardianship_declare(account=account, at=now(), **child.model_dump())
    return Status(201, _guardianship(row, account))


@router.delete("/children/{guardianship_id}", response={204: None, **OF_CHANGING}, operation_id="child_remove")
def child_remove(request: HttpRequest, guardianship_id: RowId) -> Status[None]:
    """Give a guardianship up on this platform."""
    services.guardianship_end(
        guardianship_id=guardianship_id, account=account_of(request), reason=_("监护人自行解除"), at=now()
    )
    return Status(204, None)


@router.put(
    "/children/{guardianship_id}/consent",
    response={200: GuardianshipOut, **OF_CHANGING},
    operation_id="child_consent",
    summary="Consent to the handling of a young child's data",
)
def child_consent(request: HttpRequest, guardianship_id: RowId, given: ConsentIn) -> dict[str, Any]:
    """Given or withdrawn; without it one does not act for a young child (个人信息保护法 第三十一条)."""
    account = account_of(request)
    services.child_consent_set(account=account, guardianship_id=guardianship_id, consents=given.consents, at=now())
    return _guardianship(selectors.guardianship_of(account, guardianship_id), account)


@router.get("/mandates", response={200: list[MandateOut], **OF_READING}, operation_id="mandates")
def mandates(request: HttpRequest) -> list[dict[str, Any]]:
    """Mandates given, held, offered and asked for."""
    account = account_of(request)
    return [_mandate(row, account) for row in selectors.mandates_of(account)]


@router.post("/mandates/offers", response={201: MandateOut, **OF_CHANGING}, operation_id="mandate_offer")
def mandate_offer(request: HttpRequest, offer: MandateOfferIn) -> Status[dict[str, Any]]:
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
    return Status(201, _mandate(row, account))


@router.post("/mandates/requests", response={201: MandateOut, **OF_CHANGING}, operation_id="mandate_ask")
def mandate_ask(request: HttpRequest, asked: AskIn) -> Status[dict[str, Any]]:
    account = account_of(request)
    row = services.mandate_ask_relative(
        account=account,
        name=asked.name,
        contact=contacts.read(asked.contact)[1],
        relation=asked.relation,
        terms=asked.terms(),
        at=now(),
    )
    return Status(201, _mandate(row, account))


@router.post("/mandates/agencies", response={201: MandateOut, **OF_CHANGING}, operation_id="mandate_ask_organisation")
def mandate_ask_organisation(request: HttpRequest, asked: AskOrganisationIn) -> Status[dict[str, Any]]:
    account = account_of(request)
    row = services.mandate_ask_organisation(account=account, code=asked.credit_code, terms=asked.terms(), at=now())
    return Status(201, _mandate(row, account))


@router.post("/mandates/code", response={200: MandateOut, **OF_CHANGING}, operation_id="mandate_code")
def mandate_code(request: HttpRequest, given: CodeIn) -> dict[str, Any]:
    """Confirm that another may act for me, or take up an offer."""
    account = account_of(request)
    return _mandate(services.mandate_answer_code(account=account, code=given.code, at=now()), account)


@router.post(
    "/mandates/code/look",
    response={200: MandateOut, **OF_CHANGING},
    operation_id="mandate_look",
    summary="What a code would bring into force",
)
def mandate_look(request: HttpRequest, given: CodeIn) -> dict[str, Any]:
    """To read whom and what it reaches, and until when, before `POST /people/mandates/code` does. Nothing is changed."""
    account = account_of(request)
    return _mandate(services.mandate_by_code(account=account, code=given.code, at=now()), account) | {"acts": []}


@router.post("/mandates/{mandate_id}/{act}", response={200: MandateOut, **OF_CHANGING}, operation_id="mandate_act")
def mandate_act(
    request: HttpRequest, mandate_id: RowId, act: Literal["confirm", "decline", "revoke"]
) -> dict[str, Any]:
    """Confirm an agent who asked, decline, or revoke."""
    acts = {
        "confirm": services.mandate_confirm,
        "decline": services.mandate_decline,
        "revoke": services.mandate_revoke,
    }
    account = account_of(request)
    return _mandate(acts[act](account=account, mandate_id=mandate_id, at=now()), account)


@router.get(
    "/organisations",
    response={200: list[OrganisationOut], **OF_READING},
    operation_id="organisations",
    summary="My organisations",
)
def organisations(request: HttpRequest) -> list[dict[str, Any]]:
    """Those whose legal representative I am."""
    return [_organisation(row) for row in selectors.organisations_of(account_of(request))]


@router.post(
    "/organisations",
    response={201: OrganisationOut, **OF_CHANGING},
    operation_id="organisation_register",
    summary="Register an organisation",
)
def organisation_register(request: HttpRequest, given: OrganisationIn) -> Status[dict[str, Any]]:
    """By its legal representative; the register confirms code, name and him. 503 while the register is away."""
    row = services.organisation_register(account=account_of(request), code=given.credit_code, name=given.name, at=now())
    return Status(201, _organisation(row))


def _acting(acting: selectors.ActingAs) -> dict[str, Any]:
    return {
        "party_id": acting.party.pk,
        "name": acting.party.name,
        "kind": acting.party.kind,
        "ground": acting.ground.value,
        "items": None if acting.items is None else sorted(acting.items),
        "last_day": acting.last_day,
    }


def _guardianship(row: Guardianship, account: Account) -> dict[str, Any]:
    return {
        "id": row.pk,
        "ward_party_id": row.ward_id,
        "ward": row.ward.name,
        "relation": row.relation,
        "confirmed": row.confirmed_at is not None,
        "is_young": selectors.is_young_child(row.ward),
        "consents": selectors.child_consents(account).filter(party=row.ward_id).exists(),
        "last_day": row.last_day,
    }


def _mandate(row: Mandate, account: Account) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "principal": row.principal.name if row.principal else row.invited_name,
        "agent": row.agent.name if row.agent else row.invited_name,
        "items": row.items,
        "valid_from": row.valid_from,
        "last_day": row.last_day,
        "acts": selectors.acts_on(row, account),
    }


def _organisation(row: OrganisationProfile) -> dict[str, Any]:
    return {
        "party_id": row.pk,
        "credit_code": row.credit_code,
        "name": row.party.name,
        "kind": row.organisation_kind,
        "status": row.status,
        "representative_since": row.representative_since,
    }


router.add_router("", privacy_api.router)
