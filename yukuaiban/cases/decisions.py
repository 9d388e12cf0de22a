"""Licences that were granted, for anyone to read: what, to whom, by whom, when, how it stands; nobody's personal data.

行政许可法 第五条第二款、第四十条. See ADR 0100.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yukuaiban.cases.hearings import public_name
from yukuaiban.cases.models import Case
from yukuaiban.cases.selectors import Page
from yukuaiban.cases.states import STATE_LABELS, State
from yukuaiban.config.errors import NotFound
from yukuaiban.items.limits import LICENCE
from yukuaiban.items.models import ServiceItem
from yukuaiban.licences.models import Licence
from yukuaiban.messages.letters import selectors as letters
from yukuaiban.messages.letters.kinds import LetterKind
from yukuaiban.messages.letters.models import Letter
from yukuaiban.places.models import Department

PAGE = 20
_UNDONE = {State.REVOKED, State.CANCELLED}


@dataclass(frozen=True, slots=True)
class Granted:
    """One decision on the public list. `last_day` is the licence's; None without end, or before it was made."""

    item: ServiceItem
    holder: str
    department: Department
    decided_on: date
    number: str  # of the decision (文号); empty until its letter was made
    licence: str  # the licence's own number
    last_day: date | None
    undone: str  # how it stands, where it was revoked or cancelled
    is_sample: bool


def granted(*, division: str = "", after: str | None = None) -> Page[Granted]:
    """Licences granted, the newest first, by keyset; `after` as `Page.after` said it.

    Args: division: only those of one division; all of them when empty.
    """
    rows = _public()
    if division:
        rows = rows.filter(division=division)
    if after:
        on, pk = _cursor(after)
        rows = rows.filter(Q(decided_on__lt=on) | Q(decided_on=on, pk__lt=pk))
    found = list(rows.order_by("-decided_on", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    made = {letter.subject: letter for letter in letters.letters_of_kind([c.pk for c in shown], LetterKind.GRANT)}
    held = Licence.objects.in_bulk([c.licence_id for c in shown if c.licence_id])
    last = shown[-1] if len(found) > PAGE else None
    more = f"{last.decided_on}~{last.pk}" if last else None
    return Page([_told(case, made, held) for case in shown], more)


def _public() -> QuerySet[Case]:
    """A decision that a review or judgment took away has none; one whose data were erased names nobody any more."""
    found = Case.objects.filter(decision="granted", erased_at=None, service_item__entry__item_type=LICENCE)
    return found.select_related("service_item__entry", "department", "applicant")


def _told(case: Case, made: dict[int, Letter], held: dict[int, Licence]) -> Granted:
    letter, licence, state = made.get(case.pk), held.get(case.licence_id or 0), State(case.state)
    assert case.decided_on is not None
    return Granted(
        item=case.service_item,
        holder=public_name(case.applicant),
        department=case.department,
        decided_on=case.decided_on,
        number=letter.number if letter else "",
        licence=licence.licence_id if licence else "",
        last_day=licence.last_day if licence else None,
        undone=str(STATE_LABELS[state]) if state in _UNDONE else "",
        is_sample=case.applicant.is_sample,
    )


def _cursor(text: str) -> tuple[date, int]:
    try:
        on, pk = text.split("~")
        return date.fromisoformat(on), int(pk)
    except ValueError:
        raise NotFound(_("这一页已经不在了，请从列表第一页看起。")) from None
