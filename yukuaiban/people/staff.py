"""What officers read of officers and of people's requests: who sits where, the auditor's log, what waits for an answer.

Each takes the officer who asks (`by`) and reaches no further than his department or his own post; the rest is not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yukuaiban.config import paging
from yukuaiban.config.errors import Invalid, NotFound
from yukuaiban.config.now import today
from yukuaiban.people.actors import Actor
from yukuaiban.people.looks import Looked, log_of
from yukuaiban.people.models import (
    Account,
    AccountEvent,
    AccountEventKind,
    CorrectionRequest,
    Desk,
    Guardianship,
    PersonRead,
    Post,
    Role,
)
from yukuaiban.people.selectors import in_force
from yukuaiban.people.services.privacy import FIELD_NAMES

LOG_A_PAGE = 50

# --- posts ------------------------------------------------------------------------------------------------------------


def desks_of(by: Actor) -> QuerySet[Desk]:
    """The desks of the officer's department."""
    rows = Desk.objects.filter(department=by.department()).select_related("department", "division")
    return rows.order_by("role", "name", "pk")


def desk_of(by: Actor, desk_id: int) -> Desk:
    """A desk of the officer's department. Raises: NotFound."""
    found = desks_of(by).filter(pk=desk_id).first()
    if found is None:
        raise NotFound(_("没有找到这个岗位。"))
    return found


def seated(by: Actor) -> list[tuple[Desk, list[Post]]]:
    """Who sits at each desk of the officer's department today, who stands in included."""
    held = _posts(by).filter(in_force(today())).order_by("valid_from", "pk")
    by_desk: dict[int, list[Post]] = {}
    for post in held:
        by_desk.setdefault(post.desk_id, []).append(post)
    return [(desk, by_desk.get(desk.pk, [])) for desk in desks_of(by)]


def post_of_department(by: Actor, post_id: int) -> Post:
    """A post in the officer's department. Raises: NotFound."""
    found = _posts(by).filter(pk=post_id).first()
    if found is None:
        raise NotFound(_("没有找到这个岗位。"))
    return found


def post_to_hand_on(by: Actor, post_id: int) -> Post:
    """A post at which the officer may let somebody stand in: one of his own, whichever he works from; for a
    supervisor any of his department.

    Raises: NotFound.
    """
    own = _all_posts().filter(account=by.account(), pk=post_id).first()
    if own is not None:
        return own
    if by.role != Role.SUPERVISOR:
        raise NotFound(_("没有找到这个岗位。"))
    return post_of_department(by, post_id)


def account_by_number(number: str) -> Account:
    """The account somebody told the number of. Raises: Invalid, at `number`."""
    found = Account.objects.filter(number=number.strip().upper(), is_active=True).select_related("party").first()
    if found is None:
        message = _("没有这个账号编号。请对方在“账号与安全”页查看。")
        raise Invalid(message, details={"number": message})
    return found


def _posts(by: Actor) -> QuerySet[Post]:
    return _all_posts().filter(desk__department=by.department())


def _all_posts() -> QuerySet[Post]:
    return Post.objects.select_related(
        "account__party", "desk__department", "desk__division", "substitute_for__account__party"
    )


# --- the log ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostChange:
    """Somebody was given a post or lost it. `by`: who arranged it, None for the system."""

    row: AccountEvent
    desk: Desk
    by: Account | None

    @property
    def is_end(self) -> bool:
        return bool(self.row.facts.get("ended"))


def looks_in_department(by: Actor, kind: str, *, after: int | None) -> tuple[list[tuple[int, Looked]], int | None]:
    """Who of the officer's department looked at whose data, newest first, and what opens the next page.

    Args:
        kind: The domain's log, one of `looks.logs()`. Raises: NotFound for another.
    """
    found = log_of(kind)
    if found is None:
        raise NotFound(_("没有这种日志。"))
    return found.page(by.department(), after=after)


def records_read(department_id: int) -> QuerySet[PersonRead]:
    """For the log: who of a department read a person's full record."""
    rows = PersonRead.objects.filter(department=department_id)
    return rows.select_related("party", "reader__party", "post__desk")


def record_read(row: PersonRead) -> Looked:
    """One of them, as the log shows it."""
    return Looked(
        at=row.at,
        reader=row.reader,
        party=row.party,
        what=tuple((name, str(FIELD_NAMES.get(name, name))) for name in row.what),
        role=Role(row.post.desk.role) if row.post else None,
        reason=row.reason,
        reference=row.reference,
    )


def post_changes(by: Actor, *, after: int | None) -> tuple[Sequence[PostChange], int | None]:
    """Who got or lost a post in the officer's department, newest first, and what opens the next page."""
    desks = desks_of(by).in_bulk()
    events = AccountEvent.objects.filter(kind=AccountEventKind.POST, facts__desk__in=list(desks))
    found, more = paging.newest(events.select_related("account__party"), after=after, size=LOG_A_PAGE)
    doers = Account.objects.select_related("party").in_bulk({row.facts.get("by") for row in found} - {None})
    return [PostChange(row, desks[row.facts["desk"]], doers.get(row.facts.get("by"))) for row in found], more


# --- what waits for an officer who sees the papers --------------------------------------------------------------------


def open_corrections() -> QuerySet[CorrectionRequest]:
    """Requests for correction that nobody answered yet: any counter of the city may."""
    return CorrectionRequest.objects.filter(state=CorrectionRequest.State.OPEN).select_related("party")


def unconfirmed_guardianships() -> QuerySet[Guardianship]:
    """Guardianships that the register did not know and no officer confirmed yet."""
    rows = Guardianship.objects.filter(confirmed_at__isnull=True, ended_at__isnull=True)
    return rows.select_related("ward", "guardian")


def unconfirmed_guardianship(guardianship_id: int) -> Guardianship:
    """One of them. Raises: NotFound."""
    found = unconfirmed_guardianships().filter(pk=guardianship_id).first()
    if found is None:
        raise NotFound(_("没有找到这项监护关系。"))
    return found
