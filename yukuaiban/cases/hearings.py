"""Hearings as the public is told of them: when, where, what about, how to attend; nobody's personal data.

行政许可法 第四十六条、第四十八条第一款（一）（二）. See ADR 0091.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yukuaiban.cases.models import Hearing
from yukuaiban.cases.models.procedure import ClosedGround
from yukuaiban.cases.selectors import Page
from yukuaiban.cases.states import State
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import ZONE, today
from yukuaiban.identifiers import person_name
from yukuaiban.items.models import ServiceItem
from yukuaiban.messages.letters import selectors as letters
from yukuaiban.messages.letters.kinds import LetterKind
from yukuaiban.messages.letters.models import Letter
from yukuaiban.people.models import Party, PartyKind
from yukuaiban.places.models import Department, Division

PAGE = 20


@dataclass(frozen=True, slots=True)
class Announced:
    """One hearing on the public list. Of one that is not public, only whose it is, when, and why it is closed."""

    id: int
    at: datetime
    department: Department
    division: Division
    is_public: bool
    closed_ground: str
    is_called: bool  # by the body itself, in the public interest; else somebody asked for it
    item: ServiceItem | None
    applicant: str
    place: str
    letter: Letter | None

    @property
    def closed_label(self) -> str:
        """Why it is not public, in the reader's language."""
        return str(ClosedGround(self.closed_ground).label) if self.closed_ground else ""


def public_name(party: Party) -> str:
    """An organisation by its name, a natural person by the surname alone. Law: 个人信息保护法 第二十五条."""
    return party.name if party.kind == PartyKind.ORGANISATION else person_name.mask(party.name)


def announced(after: str | None = None) -> Page[Announced]:
    """Hearings that are noticed and not over, the next one first, by keyset; `after` as `Page.after` said it."""
    rows = _standing()
    if after:
        at, pk = _cursor(after)
        rows = rows.filter(Q(held_at__gt=at) | Q(held_at=at, pk__gt=pk))
    found = list(rows.order_by("held_at", "pk")[: PAGE + 1])
    shown = found[:PAGE]
    made = {row.subject: row for row in _letters([h.case_id for h in shown if h.is_public])}
    last = shown[-1] if len(found) > PAGE else None
    more = f"{last.held_at.isoformat()}~{last.pk}" if last and last.held_at else None
    return Page([_told(row, made.get(row.case_id)) for row in shown], more)


def announcement(hearing_id: int) -> Letter:
    """The 听证公告 of a hearing on the list, as it was last made. Raises NotFound, also for one that is not public."""
    row = _standing().filter(pk=hearing_id, is_public=True).first()
    found = _letters([row.case_id])[-1:] if row else []
    if not found:
        raise NotFound(_("没有这个听证公告。听证可能已经结束、取消，或者不公开举行。"))
    return found[0]


def _standing() -> QuerySet[Hearing]:
    """Noticed, not given up, on a case that still waits for it; one of today stays until its record."""
    begins = datetime.combine(today(), time(0), tzinfo=ZONE)
    return Hearing.objects.filter(
        noticed_on__isnull=False, held_at__gte=begins, recorded_on__isnull=True, given_up_on__isnull=True,
        case__state=State.PAUSED,
    ).select_related("case__service_item__entry", "case__department", "case__division", "case__applicant")  # fmt: skip


def _letters(cases: Sequence[int]) -> list[Letter]:
    """The announcements of cases, oldest first: a later one says what holds."""
    return list(letters.letters_of_kind(cases, LetterKind.HEARING_ANNOUNCEMENT))


def _told(row: Hearing, letter: Letter | None) -> Announced:
    case = row.case
    assert row.held_at is not None
    return Announced(
        id=row.pk,
        at=row.held_at,
        department=case.department,
        division=case.division,
        is_public=row.is_public,
        closed_ground=row.closed_ground,
        is_called=row.called_on is not None,
        item=case.service_item if row.is_public else None,
        applicant=public_name(case.applicant) if row.is_public else "",
        place=row.place if row.is_public else "",
        letter=letter,
    )


def _cursor(text: str) -> tuple[datetime, int]:
    try:
        at, pk = text.split("~")
        moment = datetime.fromisoformat(at)
        return moment if moment.tzinfo else moment.replace(tzinfo=ZONE), int(pk)
    except ValueError:
        raise NotFound(_("这一页已经不在了，请从列表第一页看起。")) from None
