"""The cases of others that touch one's weighty interests: what a third party (利害关系人) sees and does himself.

He sees what is applied for and how it touches him, nothing of the applicant's. 行政许可法 第三十六条、第四十七条; ADR 0092.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yukuaiban.cases import permissions, services, timers
from yukuaiban.cases.context import Context
from yukuaiban.cases.models import Case, Hearing, HearingRight, ThirdParty
from yukuaiban.cases.preconditions import running_hearing, why_not
from yukuaiban.cases.states import OPEN, STATE_LABELS, Act, State
from yukuaiban.config.errors import DomainError, NotFound
from yukuaiban.config.now import now
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Party
from yukuaiban.people.models.parties import identity_indexes

MOST = 50


@dataclass(frozen=True, slots=True)
class Interest:
    """One case as a third party of it sees it.

    Attributes:
        request_by: Until when he may ask for a hearing; None where no right was told to him.
        can: The doings that are possible now, by name: `statement`, `hearing`, `give_up`.
    """

    case: Case
    third_party: ThirdParty
    state: str
    is_open: bool
    request_by: date | None
    asked_on: date | None
    given_up_on: date | None
    held_at: datetime | None
    place: str
    can: tuple[str, ...]


#: What he may do: by name, the act that is asked about, and the service.
DOINGS: dict[str, tuple[tuple[Act, ...], Callable[..., object]]] = {
    "statement": ((Act.HEAR_THIRD_PARTY,), services.third_party_state),
    "hearing": ((Act.REQUEST_HEARING, Act.JOIN_HEARING), services.hearing_request),
    "give_up": ((Act.WAIVE_HEARING, Act.GIVE_UP_HEARING), services.hearing_give_up),
}


def interests(by: Actor) -> list[Interest]:
    """The cases in which the person, or whom he acts for, is a third party; newest first, at most fifty."""
    party = Party.objects.filter(pk=by.party_id).first() if by.party_id else None
    rows = interests_of(party)[:MOST] if party else []
    return [_seen(row.case, row, by) for row in rows if permissions.third_party_of(by, row.case)]


def interests_of(party: Party) -> QuerySet[ThirdParty]:
    """What officers wrote down of the party as a third party, newest first; nothing before he proved who he is."""
    if not party.id_number or party.assurance == "registered":
        return ThirdParty.objects.none()
    return (
        ThirdParty.objects.filter(id_index__in=identity_indexes(party.id_kind, party.id_number))
        .select_related("case__service_item__entry", "case__department", "case__applicant__account")
        .order_by("-pk")
    )


def interest(by: Actor, number: str) -> Interest:
    """One of them. Raises: NotFound, for everybody else."""
    case = (
        Case.objects.filter(number=number)
        .select_related("service_item__entry", "department", "applicant__account")
        .first()
    )
    own = permissions.third_party_of(by, case) if case else None
    if case is None or own is None:
        raise NotFound(_("没有这个办件，或您无权查看。请核对编号。"))
    if timers.fire_due(case.pk, at=now()):
        case.refresh_from_db()
    return _seen(case, own, by)


def _seen(case: Case, own: ThirdParty, by: Actor) -> Interest:
    ctx = Context(case, now())
    right: HearingRight | None = getattr(own, "hearing_right", None)
    hearing = _hearing(ctx)
    can = [name for name, (acts, _do) in DOINGS.items() if any(why_not(act, ctx, by) is None for act in acts)]
    return Interest(
        case=case,
        third_party=own,
        state=str(STATE_LABELS[State(case.state)]),
        is_open=State(case.state) in OPEN,
        request_by=right.until if right else None,
        asked_on=right.asked_on if right else None,
        given_up_on=right.given_up_on if right else None,
        held_at=hearing.held_at if hearing else None,
        place=hearing.place if hearing and hearing.held_at else "",
        can=tuple(can),
    )


def _hearing(ctx: Context) -> Hearing | None:
    try:
        return running_hearing(ctx)
    except DomainError:
        return None
