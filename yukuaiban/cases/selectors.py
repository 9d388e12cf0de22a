"""What is read of cases; the only ways to reach one. A stranger gets NotFound, never a hint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from yukuaiban.calendars import Light, light_on
from yukuaiban.calendars import selectors as calendars
from yukuaiban.cases import door, permissions, timers
from yukuaiban.cases.context import Context
from yukuaiban.cases.models import Case, Step, Work
from yukuaiban.cases.preconditions import why_not
from yukuaiban.cases.states import ENDED, OPEN, State, Transition, acts_from
from yukuaiban.cases.work import asked_for
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import ZONE, now, today
from yukuaiban.identifiers import case_number
from yukuaiban.identifiers.errors import IdentifierError
from yukuaiban.people.actors import Actor, actor_for_post
from yukuaiban.people.models import Account, Post, Role
from yukuaiban.people.selectors import parties_for, posts_of
from yukuaiban.vault import blind_indexes

PAGE = 20
#: The states in which a clock runs.
RUNNING = frozenset({State.SUBMITTED, State.CORRECTED, State.IN_REVIEW})
T = TypeVar("T")
WORKS_WITH_CASES = {Role.WINDOW, Role.HANDLER, Role.APPROVER, Role.SUPERVISOR}

_JOINED = ("applicant__account", "service_item__entry", "division", "department")


def case_for_party(by: Actor, number: str) -> Case:
    """A case of the party the person acts for, or one he filed himself, while he has authority in it. Raises NotFound."""
    case = _one(Q(applicant_id=by.party_id) | Q(filed_by_id=by.account_id), number)
    if not permissions.is_applicants_side(by, case):
        raise _absent()
    return case


def case_for_officer(by: Actor, number: str) -> Case:
    """A filed case of the officer's department and division, or one that has a step at his desk. Raises NotFound.

    A catalogue editor and a security auditor have no business in cases. Law: 个人信息保护法 第六条.
    """
    if by.role not in WORKS_WITH_CASES:
        raise _absent()
    body = Q(department_id=by.department_id, division_id=by.division)
    body |= Q(
        reported_on__isnull=False, service_item__department_id=by.department_id, service_item__division_id=by.division
    )  # the lower body that reviewed it first (行政许可法 第三十五条)
    at_his_desk = Exists(Step.objects.filter(case=OuterRef("pk"), desk=by.desk_id))
    return _one((body | at_his_desk) & ~Q(state=State.DRAFT), number)


def posts_for(number: str, posts: Sequence[Post]) -> list[Post]:
    """Those of an officer's posts from which a case can be seen; the ones at its open steps first."""
    case = Case.objects.filter(number=number).exclude(state=State.DRAFT).first()
    if case is None:
        return []
    at_steps = set(case.steps.exclude(state="passed").values_list("desk_id", flat=True))
    bodies = {(case.department_id, case.division_id)}
    if case.reported_on:
        bodies.add((case.service_item.department_id, case.service_item.division_id))
    of_body = [p for p in posts if (p.desk.department_id, p.desk.division_id) in bodies]
    return [p for p in posts if p.desk_id in at_steps] + of_body


def reach(account: Account, by: Actor, number: str) -> tuple[Actor, Case]:
    """A case for an officer: from the post he works from, else from another of his own that may see it.

    Raises: NotFound.
    """
    try:
        return by, case_for_officer(by, number)
    except NotFound:
        for post in posts_for(number, posts_of(account)):
            other = actor_for_post(account, post)
            return other, case_for_officer(other, number)
        raise


def case_by_code(number: str, code: str) -> Case:
    """Without log-in: number, however it is spelt, and look-up code of the receipt; asked by `case_look_up` alone.

    Raises: NotFound; it never says which was wrong, but says where a number cannot be one.
    """
    try:
        wanted = case_number.parse(number).text
    except IdentifierError as error:
        raise NotFound(error.message) from None
    return _one(Q(lookup_index__in=blind_indexes("lookup", f"{wanted}{code}")), wanted)


def _one(allowed: Q, number: str) -> Case:
    """The case of a number. `allowed` joins no table of many rows: telling rows apart by their hundred columns (DISTINCT)
    takes PostgreSQL a hundred times as long to plan as the case to read."""
    case = Case.objects.filter(allowed, number=number).select_related(*_JOINED).first()
    if case is None:
        raise _absent()
    if timers.fire_due(case.pk, at=now()):
        case = Case.objects.select_related(*_JOINED).get(pk=case.pk)
    return case


def _absent() -> NotFound:
    return NotFound(_("没有这个办件，或您无权查看。请核对编号。"))


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list that is never counted: `after` opens the next one, None at the end."""

    rows: Sequence[T]
    after: str | None


def my_cases(by: Actor, *, after: str | None = None, drafts: bool | None = None) -> Page[Case]:
    """Cases of the party the person acts for, newest first, by keyset.

    Args:
        drafts: True only drafts, False only filed ones, None both.
    """
    rows = Case.objects.filter(_within_authority(by)).select_related("service_item__entry", "division", "applicant")
    if drafts is not None:
        rows = rows.filter(state=State.DRAFT) if drafts else rows.exclude(state=State.DRAFT)
    if after:
        at, pk = _cursor(after)
        rows = rows.filter(Q(saved_at__lt=at) | Q(saved_at=at, pk__lt=pk))
    found = list(rows.order_by("-saved_at", "-pk")[: PAGE + 1])
    more = f"{found[PAGE - 1].saved_at.isoformat()}~{found[PAGE - 1].pk}" if len(found) > PAGE else None
    return Page(found[:PAGE], more)


def _within_authority(by: Actor) -> Q:
    """The cases of the party the person acts for, of the items his authority reaches."""
    mine = Q(applicant_id=by.party_id)
    account = Account.objects.select_related("party").get(pk=by.account())
    if account.party_id == by.party_id:
        return mine
    limits = [acting.items for acting in parties_for(account) if acting.party.pk == by.party_id]
    if any(items is None for items in limits):
        return mine
    codes = sorted({code for items in limits for code in items or ()})
    return mine & (Q(service_item__code__in=codes) | Q(service_item__entry__code__in=codes))


def next_matters(by: Actor, *, most: int = 3) -> list[Case]:
    """What the person has to do next, or waits for: corrections first, then what is due first, drafts last."""
    rows = Case.objects.filter(_within_authority(by), state__in=[*OPEN, State.DRAFT]).select_related(
        "service_item__entry", "applicant"
    )
    order = {State.CORRECTION: 0, State.DRAFT: 2}
    newest = rows.order_by("-saved_at")[:50]
    return sorted(newest, key=lambda c: (order.get(State(c.state), 1), c.promised_on or c.step_on or date.max, -c.pk))[
        :most
    ]


def work_list(
    desks: Sequence[int],
    *,
    bucket: str | None = None,
    search: str = "",
    after: str | None = None,
    light: Light | None = None,
    mine: int | None = None,
) -> Page[Work]:
    """What desks have to do, by due date; several desks are merged. Keyset, never counted.

    Args:
        search: Names, item, number, pinyin, or a full ID or phone number.
        mine: Only what was handed to this post.
    """
    rows = Work.objects.filter(desk_id__in=desks).select_related(
        "case__applicant", "case__service_item__entry", "case__division", "step", "desk__department"
    )
    if bucket:
        rows = rows.filter(bucket=bucket)
    if mine is not None:
        rows = rows.filter(post_id=mine)
    if light in (Light.RED, Light.YELLOW):
        rows = rows.filter(_shows(light, today()))
    if search.strip():
        rows = rows.extra(where=["cases_work.search @@ %s::tsquery"], params=[_search(desks, search)])
    if after:
        at, pk = _cursor(after)
        rows = rows.filter(Q(due_on__gt=at.date()) | Q(due_on=at.date(), pk__gt=pk))
    found = list(rows.order_by("due_on", "pk")[: PAGE + 1])
    more = f"{found[PAGE - 1].due_on.isoformat()}~{found[PAGE - 1].pk}" if len(found) > PAGE else None
    return Page(found[:PAGE], more)


def _search(desks: Sequence[int], text: str) -> str:
    """The desk is a lexeme, so one index scan finds a word within a desk."""
    at = " | ".join(f"'d{desk}'" for desk in desks)
    wanted = asked_for(text)
    return f"({at}) & ({wanted})" if wanted else f"({at})"


def _shows(light: Light, on: date) -> Q:
    """The rows that `light_of_row` gives a red or a yellow light."""
    of_case = Q(matter="", case__state__in=RUNNING)
    over = Q(case__due_on__lt=on) | Q(case__first_review_by__lt=on)
    late = over & Q(case__is_provisional=False)
    if light is Light.RED:
        return of_case & late | ~Q(matter="") & Q(due_on__lt=on)
    passed = over | Q(case__promised_on__lt=on) | Q(case__step_on__lt=on)
    return of_case & (passed | Q(case__warn_on__lte=on)) & ~late | ~Q(matter="") & Q(due_on=on)


def light_of_row(row: Work) -> Light:
    """The light of a row of work: its case's; of a matter beside the case, its own date's: yellow on the last day."""
    if not row.matter:
        return light_of(row.case)
    on = today()
    return Light.RED if row.due_on < on else Light.YELLOW if row.due_on == on else Light.GREEN


def light_of(case: Case, on: date | None = None) -> Light:
    """The light of a case today, from its stored dates. A first review has a limit of the law, as the case has."""
    running = State(case.state) in RUNNING
    return light_on(
        on or today(),
        due_on=min((d for d in (case.due_on, case.first_review_by) if d), default=None),
        provisional=case.is_provisional,
        promised_on=case.promised_on,
        step_on=case.step_on,
        warn_on=case.warn_on,
        running=running,
    )


def days_left(case: Case) -> int | None:
    """Working days to the nearest date of a case, negative when late; None when nothing runs."""
    dates = (case.step_on, case.promised_on, case.due_on, case.first_review_by)
    nearest = min((d for d in dates if d), default=None)
    return None if nearest is None else days_until(nearest)


def days_until(day: date) -> int:
    """Working days from today to a day, negative when it is past."""
    calendar = calendars.current()
    return calendar.between(today(), day) if day >= today() else -calendar.between(day, today())


@dataclass(frozen=True, slots=True)
class Possible:
    """An act with the answer to "why not": None when it can be done now."""

    row: Transition
    refusal: str | None


def possible_acts(ctx: Context, by: Actor) -> list[Possible]:
    """Every act of the person's side or post that starts in the case's state, with why it is refused if it is.

    The check that guards the act decides, so a button is never offered that would only refuse.
    """
    side = by.role if by.kind == "officer" else by.kind
    rows = [row for row in acts_from(ctx.state) if side in {b.value for b in row.by}]
    return [Possible(row, why_not(row.act, ctx, by)) for row in rows]


def _cursor(text: str) -> tuple[datetime, int]:
    """Where a page begins, as `Page.after` said it. A day is read as its midnight."""
    try:
        moment, pk = text.split("~")
        at = datetime.fromisoformat(moment)
        return at if at.tzinfo else at.replace(tzinfo=ZONE), int(pk)
    except ValueError:
        raise NotFound(_("这一页已经不在了，请从列表第一页看起。")) from None


def answers_of(case: Case) -> dict[str, Any]:
    """The form's answers; empty after lawful erasure."""
    return door.read_answers(case)


def is_over(case: Case) -> bool:
    return State(case.state) in ENDED
