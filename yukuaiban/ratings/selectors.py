"""What is read of ratings: by who rated his own; by officers the bad ones of their body, never who rated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from yukuaiban.cases.models import Case
from yukuaiban.config.errors import DomainError, NotFound
from yukuaiban.people.actors import Actor, actor_for_post
from yukuaiban.people.models import Account
from yukuaiban.people.selectors import posts_of
from yukuaiban.ratings import permissions
from yukuaiban.ratings.models import FollowUp, Rating
from yukuaiban.ratings.states import OVER, STANDING, State, Transition, acts_from

PAGE = 30


def rating_of(case: Case) -> Rating | None:
    """The rating of a case that the caller may see, with what came of it."""
    return Rating.objects.select_related("follow_up").filter(case=case).first()


def follow_ups(
    by: Actor, *, states: frozenset[State] | None = None, after: int | None = None
) -> tuple[list[FollowUp], int | None]:
    """The bad ratings of the officer's body, newest first, by keyset; and what opens the next page.

    Raises: NotFound for a post that has no business with them.
    """
    rows = _of_body(by).select_related("rating__case__service_item__entry")
    if states is not None:
        rows = rows.filter(state__in=[state.value for state in states])
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def _of_body(by: Actor) -> QuerySet[FollowUp]:
    if not (by.is_officer and by.role in permissions.CONCERNED):
        raise NotFound(_("没有这个页面。"))
    return FollowUp.objects.filter(
        rating__case__department_id=by.department_id or 0, rating__case__division_id=by.division
    )


def follow_up_for(by: Actor, number: str) -> FollowUp:
    """The bad rating of a case, for who has business with it. Raises: NotFound."""
    row = (
        FollowUp.objects.select_related("rating__case__service_item__entry")
        .prefetch_related("deeds__account__party", "deeds__post__desk__department")
        .filter(rating__case__number=number)
        .first()
    )
    if row is None or not permissions.is_concerned(by, row):
        raise permissions.absent()
    return row


def reach(account: Account, by: Actor, number: str) -> tuple[Actor, FollowUp]:
    """The same from the post he works from, else from another of his own that has business with it. Raises: NotFound."""
    others = (actor_for_post(account, post) for post in posts_of(account) if post.pk != by.post_id)
    for actor in (by, *others):
        try:
            return actor, follow_up_for(actor, number)
        except NotFound:
            continue
    raise permissions.absent()


@dataclass(frozen=True, slots=True)
class Possible:
    """An act that starts in the state, with the answer to "why not": None when this officer can do it now."""

    row: Transition
    refusal: str | None


def possible_acts(by: Actor, row: FollowUp) -> list[Possible]:
    """Judged by what guards the acts, so that no button is offered that would only refuse."""
    return [Possible(step, _why_not(by, step, row)) for step in acts_from(State(row.state))]


def _why_not(by: Actor, step: Transition, row: FollowUp) -> str | None:
    try:
        permissions.check(by, step.act, row)
        permissions.check_once(step.act, row)
    except DomainError as error:
        return str(error)
    return None


@dataclass(frozen=True, slots=True)
class Figures:
    """How a body dealt with the bad ratings of a year. Ratings left out on appeal count in `left_out` alone.

    Attributes:
        received: Bad ratings given in the year.
        called_in_time: Called back and answered by the last day for it.
        answered_in_time: Answered by the last day for it.
        late: Not answered, and the last day for it is over.
        standing: Not answered yet, late ones included.
        left_out: Mistaken or malicious, by the decision of a supervisor.
    """

    year: int
    received: int
    called_in_time: int
    answered_in_time: int
    late: int
    standing: int
    left_out: int


def figures(by: Actor, *, year: int, on: date) -> Figures:
    """Of the officer's body. Raises: NotFound for other posts.  Source: 国办发〔2019〕51号 (差评回访整改)."""
    counted = ~Q(state=State.LEFT_OUT)
    open_ = Q(state__in=[state.value for state in STANDING])
    told = _of_body(by).filter(rating__rated_at__year=year).aggregate(
        received=Count("pk"),
        called_in_time=Count("pk", filter=counted & Q(called_at__date__lte=F("call_by"))),
        answered_in_time=Count("pk", filter=Q(state=State.ANSWERED, ended_at__date__lte=F("answer_by"))),
        late=Count("pk", filter=open_ & Q(answer_by__lt=on)),
        standing=Count("pk", filter=open_),
        left_out=Count("pk", filter=Q(state=State.LEFT_OUT)),
    )  # fmt: skip
    return Figures(year=year, **told)


#: What a list shows: those that stand, those that are over, all.
SHOWN: dict[str, frozenset[State] | None] = {"standing": STANDING, "over": OVER, "all": None}
