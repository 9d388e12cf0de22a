"""Licences for programs: the holder's wallet, show codes, grants; departments; verification for everybody."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from yukuaiban.config import paging
from yukuaiban.config.api_errors import OF_CHANGING, OF_READING, ErrorBody
from yukuaiban.config.errors import DomainError, Invalid
from yukuaiban.config.now import now, today
from yukuaiban.documents import codes, register
from yukuaiban.documents.signing import MAX_BYTES, Outcome, check
from yukuaiban.licences import catalogue, limits, looking, selectors, services
from yukuaiban.licences.access import holder_actor
from yukuaiban.licences.errors import LicenceNotFound
from yukuaiban.licences.looks import look_note
from yukuaiban.licences.models import How, Licence
from yukuaiban.licences.rules import in_words
from yukuaiban.people.access import officer_actor
from yukuaiban.places.models import Department

router = Router(tags=["licences"])

#: Text that a database can hold: without the character NUL.
NO_NUL = r"^[^\x00]*$"

#: The number of a row: what a bigint holds.
RowId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class Words(Schema):
    zh: str
    en: str


class FactOut(Schema):
    """One thing a licence says."""

    title: Words
    value: str


class StandingOut(Schema):
    """How a licence stands today; `state` is a code of the national set (05: also where the term has run out)."""

    state: str
    is_valid: bool
    label: str


class RenewalOut(Schema):
    """When a licence is renewed (延续), and by which service item. `opens_on` null: at any time before."""

    item: str
    opens_on: date | None
    last_on: date = Field(description="Applied for by this day, silence until the end renews it.")
    expires_on: date
    is_provisional: bool


class LicenceOut(Schema):
    """A licence of the holder. `valid_until` is the first day on which it no longer holds; null: without end."""

    id: int
    identifier: str
    title: Words
    type: str
    holder: str
    issuer: str
    issued_at: datetime
    valid_from: date
    valid_until: date | None
    version: int
    standing: StandingOut
    renewal: RenewalOut | None = Field(description="Null where it has no end or is not renewed here.")
    facts: list[FactOut]
    code: str = Field(description="Verification code, as printed.")
    is_sample: bool


class ShowCodeOut(Schema):
    """A code for sixty seconds; `url` is what the QR code opens."""

    token: str
    url: str
    expires_at: datetime
    svg: str


class LookOut(Schema):
    """Somebody saw the licence."""

    id: int
    at: datetime
    who: str
    how: str
    department: str | None
    purpose: str
    case_number: str


class LooksOut(Schema):
    """Newest first; `after` is the parameter of the next page, null at the end."""

    looks: list[LookOut]
    after: int | None


class LicenceGrantIn(Schema):
    """Whom to let use the licence. `until` is the last day, itself included."""

    department: str = Field(description="Code of the department.", max_length=40, pattern=NO_NUL)
    purpose: str = Field(min_length=1, max_length=200, pattern=NO_NUL)
    until: date
    item_code: str = Field("", max_length=60, pattern=NO_NUL)


class LicenceGrantOut(Schema):
    id: int
    department: str
    purpose: str
    item_code: str
    valid_from: date
    valid_until: date
    revoked_at: datetime | None


class VerificationOut(Schema):
    """What anybody may learn of a licence: status and masked facts."""

    title: Words
    identifier: str
    holder: str
    issuer: str
    issued_at: datetime
    valid_from: date
    valid_until: date | None
    standing: StandingOut
    facts: list[FactOut]
    is_sample: bool
    is_current: bool


class KnownOut(Schema):
    """The licence or letter with these very bytes, as it stands today."""

    title: str
    number: str
    issuer: str
    issued_at: datetime
    state: str
    is_in_force: bool


class FileCheckOut(Schema):
    """What can be said about a file that somebody brings."""

    outcome: Literal[tuple(one.value for one in Outcome)]  # type: ignore[valid-type]
    signed_at: datetime | None = Field(description="As the signature states it.")
    signed_by: str
    known: KnownOut | None


class FileTooLarge(DomainError):
    """No document of ours comes near it."""

    code, status = "too_large", 413


class TypeOut(Schema):
    """A type of licence; a sample's code is not official."""

    slug: str
    code: str
    title: Words
    holder: str
    status: str


@router.get("", response={200: list[LicenceOut], **OF_READING}, operation_id="wallet", summary="The wallet")
def wallet(request: HttpRequest) -> list[dict[str, Any]]:
    """All that the party acted for holds, what is valid first."""
    return [_licence(held) for held in selectors.wallet(holder_actor(request).party_id)]


@router.get("/types", response=list[TypeOut], operation_id="licence_types", summary="Types of licences", auth=None)
def types(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "slug": slug,
            "code": kind.code,
            "title": kind.title.model_dump(),
            "holder": kind.holder,
            "status": kind.status,
        }
        for slug, kind in sorted(catalogue.types().items())
    ]


@router.get(
    "/verify/{code}",
    response={200: VerificationOut, 404: ErrorBody, 410: ErrorBody, 422: ErrorBody, 429: ErrorBody},
    operation_id="verify_licence",
    summary="Verify a licence",
    auth=None,
)
def verify(request: HttpRequest, code: str) -> dict[str, Any]:
    """By the code printed on it, or by the token its holder shows. Each look is written down for the holder."""
    limits.check(request, "code", limits.WRONG_CODES)
    try:
        found = looking.verify(code)
    except LicenceNotFound:
        limits.count(request, "code")
        raise
    return {
        "title": found.title.model_dump(),
        "identifier": found.identifier,
        "holder": found.holder,
        "issuer": found.issuer,
        "issued_at": found.issued_at,
        "valid_from": found.valid_from,
        "valid_until": found.valid_until,
        "standing": _standing(found.standing),
        "facts": [{"title": title.model_dump(), "value": value} for title, value in found.rows],
        "is_sample": found.is_sample,
        "is_current": found.is_current,
    }


@router.post(
    "/verify",
    response={200: FileCheckOut, 413: ErrorBody, 429: ErrorBody, 503: ErrorBody},
    operation_id="verify_file",
    summary="Is this file as it was signed?",
    auth=None,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("application/octet-stream", "application/pdf")
            },
        }
    },
)
def verify_file(request: HttpRequest) -> dict[str, Any]:
    """The PDF of a licence or letter is the body. It is looked at and forgotten."""
    limits.check(request, "file", limits.FILES)
    limits.count(request, "file")
    content = request.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise FileTooLarge(_("文件超过 20 MB。渝快办签发的文件远小于此，请检查是否选错。"))
    checked = check(content)
    known = register.find(checked.digest)
    return {
        "outcome": checked.outcome.value,
        "signed_at": checked.signed_at,
        "signed_by": checked.signed_by,
        "known": {
            "title": known.title,
            "number": known.number,
            "issuer": known.issuer,
            "issued_at": known.issued_at,
            "state": known.state,
            "is_in_force": known.is_in_force,
        }
        if known
        else None,
    }


@router.get(
    "/granted/{identifier}",
    response={200: LicenceOut, **OF_READING},
    operation_id="granted_licence",
    summary="Use a licence that its holder granted",
)
def granted(
    request: HttpRequest, identifier: str, item_code: Annotated[str, Query(max_length=60, pattern=NO_NUL)] = ""
) -> dict[str, Any]:
    """For officers: a licence whose holder lets their department use it today. Each use is written down for him."""
    return _licence(selectors.licence_for_department(officer_actor(request), identifier, item_code=item_code))


@router.get("/{licence_id}", response={200: LicenceOut, **OF_READING}, operation_id="licence", summary="One licence")
def licence(request: HttpRequest, licence_id: RowId) -> dict[str, Any]:
    return _licence(selectors.licence_for_holder(holder_actor(request), licence_id))


@router.get(
    "/{licence_id}/file",
    response={200: bytes, **OF_READING},
    operation_id="licence_file",
    summary="The signed PDF",
    openapi_extra={
        "responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}
    },
)
def file(request: HttpRequest, licence_id: RowId) -> HttpResponse:
    by = holder_actor(request)
    held = selectors.licence_for_holder(by, licence_id)
    look_note(licence_id=held.pk, how=How.DOWNLOAD, at=now(), by=by)
    return HttpResponse(selectors.licence_file(held), content_type="application/pdf")


@router.get(
    "/{licence_id}/versions",
    response={200: list[LicenceOut], **OF_READING},
    operation_id="licence_versions",
    summary="All its versions",
)
def versions(request: HttpRequest, licence_id: RowId) -> list[dict[str, Any]]:
    """This licence and what it replaced or was replaced by, newest first."""
    held = selectors.licence_for_holder(holder_actor(request), licence_id)
    return [_licence(version) for version in selectors.versions_of(held) if version.holder_id == held.holder_id]


@router.post(
    "/{licence_id}/show-code",
    response={200: ShowCodeOut, **OF_CHANGING},
    operation_id="show_code",
    summary="A code for a minute",
)
def show(request: HttpRequest, licence_id: RowId) -> dict[str, Any]:
    """What the holder lets somebody scan (亮证). It is good for sixty seconds and for nothing else."""
    shown = services.show_code(licence_id, by=holder_actor(request))
    return {"token": shown.token, "url": shown.url, "expires_at": shown.expires_at, "svg": shown.svg}


@router.get(
    "/{licence_id}/looks", response={200: LooksOut, **OF_READING}, operation_id="licence_looks", summary="Who looked"
)
def looks(
    request: HttpRequest, licence_id: RowId, after: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None
) -> dict[str, Any]:
    """Every look, newest first, fifty at a time."""
    held = selectors.licence_for_holder(holder_actor(request), licence_id)
    found, more = paging.newest(selectors.looks_at(held), after=after, size=selectors.LOOKS_A_PAGE)
    rows = [
        {
            "id": look.pk,
            "at": look.at,
            "who": look.who,
            "how": look.how,
            "department": look.department.name_zh if look.department else None,
            "purpose": look.purpose,
            "case_number": look.case_number,
        }
        for look in found
    ]
    return {"looks": rows, "after": more}


@router.get(
    "/{licence_id}/grants",
    response={200: list[LicenceGrantOut], **OF_READING},
    operation_id="licence_grants",
    summary="Who may use it",
)
def grants(request: HttpRequest, licence_id: RowId) -> list[dict[str, Any]]:
    """Every grant, also those that ended or were taken back."""
    held = selectors.licence_for_holder(holder_actor(request), licence_id)
    return [_grant(made) for made in selectors.grants_of(held)]


@router.post(
    "/{licence_id}/grants",
    response={201: LicenceGrantOut, **OF_CHANGING},
    operation_id="grant_licence",
    summary="Let a department use it",
)
def grant(request: HttpRequest, licence_id: RowId, wanted: LicenceGrantIn) -> Status[dict[str, Any]]:
    by = holder_actor(request)
    selectors.licence_for_holder(by, licence_id)
    department = Department.objects.filter(code=wanted.department).first()
    if department is None:
        raise Invalid(_("没有这个部门。"), details={"department": wanted.department})
    if wanted.until < today() or wanted.until == date.max:
        raise Invalid(_("结束日期应为今天或以后的日期。"), details={"until": wanted.until.isoformat()})
    made = services.licence_grant(
        licence_id=licence_id,
        department=department,
        purpose=wanted.purpose,
        item_code=wanted.item_code,
        valid_from=today(),
        valid_until=wanted.until + timedelta(days=1),
        by=by,
        at=now(),
    )
    return Status(201, _grant(made))


@router.delete(
    "/grants/{grant_id}",
    response={200: LicenceGrantOut, **OF_CHANGING},
    operation_id="revoke_licence_grant",
    summary="Take a grant back",
)
def revoke(request: HttpRequest, grant_id: RowId) -> dict[str, Any]:
    return _grant(services.licence_grant_revoke(grant_id=grant_id, by=holder_actor(request), at=now()))


def _standing(standing: Any) -> dict[str, Any]:
    return {"state": standing.state, "is_valid": standing.is_valid, "label": str(standing.label)}


def _grant(made: Any) -> dict[str, Any]:
    return {
        "id": made.pk,
        "department": made.department.code,
        "purpose": made.purpose,
        "item_code": made.item_code,
        "valid_from": made.valid_from,
        "valid_until": made.valid_until,
        "revoked_at": made.revoked_at,
    }


def _renewal(held: Licence) -> dict[str, Any] | None:
    found = selectors.renewal_of(held)
    return {"item": found.item, **asdict(found.window)} if found else None


def _licence(held: Licence) -> dict[str, Any]:
    return {
        "id": held.pk,
        "identifier": held.licence_id,
        "title": {"zh": held.title_zh, "en": held.title_en},
        "type": held.type_slug,
        "holder": held.holder_name,
        "issuer": held.issuer_name,
        "issued_at": held.issued_at,
        "valid_from": held.valid_from,
        "valid_until": held.valid_until,
        "version": held.version,
        "standing": _standing(held.standing()),
        "renewal": _renewal(held),
        "facts": [
            {"title": fact.title.model_dump(), "value": value}
            for fact in held.kind.fields
            if (value := in_words(held.facts.get(fact.key)))
        ],
        "code": codes.grouped(held.code),
        "is_sample": held.is_sample,
    }
