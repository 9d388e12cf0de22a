"""`/api/v1/desk/licences`: a licence after its issue, for an approver of who issued it; the acts of the desk's page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path as InPath
from ninja import Router, Schema
from pydantic import Field

from yukuaiban.config.api_errors import OF_CHANGING, OF_READING
from yukuaiban.config.now import now
from yukuaiban.desk.licences import ACTS, possible
from yukuaiban.licences import selectors
from yukuaiban.licences.api import NO_NUL, StandingOut, Words
from yukuaiban.licences.models import Licence
from yukuaiban.licences.states import Act
from yukuaiban.people.access import officer_actor

router = Router(tags=["desk"])

Identifier = Annotated[
    str, InPath(max_length=80, pattern=NO_NUL, description="Its identifier, or the code printed on it.")
]


class LicenceAtDeskOut(Schema):
    """A licence as its issuer sees it, and what he can do with it now."""

    identifier: str
    title: Words
    holder: str
    issuer: str
    case_number: str
    standing: StandingOut
    acts: list[Literal[tuple(act.value for act in ACTS)]]  # type: ignore[valid-type]


class LicenceActIn(Schema):
    """The reason and the decision it rests on."""

    reason: str = Field(min_length=1, max_length=500, pattern=NO_NUL)


@router.get(
    "/{identifier}", response={200: LicenceAtDeskOut, **OF_READING}, operation_id="desk_licence", summary="A licence"
)
def licence(request: HttpRequest, identifier: Identifier) -> dict[str, Any]:
    """Noted in the log that its holder can read."""
    return _body(selectors.licence_at_desk(officer_actor(request), identifier))


@router.post(
    "/{identifier}/{act}",
    response={200: LicenceAtDeskOut, **OF_CHANGING},
    operation_id="desk_licence_act",
    summary="Suspend it, give it back, forfeit it, move it out",
)
def act(
    request: HttpRequest,
    identifier: Identifier,
    act: Literal[tuple(act.value for act in ACTS)],  # type: ignore[valid-type]
    given: LicenceActIn,
) -> dict[str, Any]:
    """What undoes the decision itself (撤销, 注销) is an act on the case."""
    by = officer_actor(request)
    found = selectors.licence_at_desk(by, identifier)
    run, _consequence = ACTS[Act(act)]
    run(licence_id=found.pk, by=by, at=now(), reason=given.reason)
    return _body(Licence.objects.select_related("holder", "issuer").get(pk=found.pk))


def _body(row: Licence) -> dict[str, Any]:
    standing = row.standing()
    return {
        "identifier": row.licence_id,
        "title": {"zh": row.title("zh"), "en": row.title("en")},
        "holder": row.holder.name,
        "issuer": row.issuer_name,
        "case_number": row.case_number,
        "standing": {"state": standing.state, "is_valid": standing.is_valid, "label": str(standing.label)},
        "acts": [act.value for act in possible(row)],
    }
