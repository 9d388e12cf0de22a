"""听证: the right is told, asked for within five days, the hearing organised within twenty, noticed seven days ahead,
held in public, recorded; the decision rests on the record. Its time is not counted (行政许可法 第四十五至四十八条)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from yukuaiban.cases import door, rules
from yukuaiban.cases.context import Context, load
from yukuaiban.cases.door import Outcome, one_act
from yukuaiban.cases.errors import NeedsSecondPerson, RuleRefused
from yukuaiban.cases.models import Case, Hearing, HearingRight, Opinion
from yukuaiban.cases.permissions import third_party_of
from yukuaiban.cases.preconditions import begin, check, check_right, rights_of, running_hearing, runs, wanted_by
from yukuaiban.cases.services.receipt import follow, need
from yukuaiban.cases.services.review import restart_clock, right_tell, stop_clock
from yukuaiban.cases.states import Act, State
from yukuaiban.config.now import ZONE
from yukuaiban.config.parameters import parameter
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Post


@one_act
def hearing_tell_right(*, case_id: int, by: Actor, at: datetime) -> Case:
    """Tell the applicant and every third party known of the right to a hearing. Law: 行政许可法 第四十七条第一款."""
    ctx = begin(Act.TELL_HEARING_RIGHT, case_id, by=by, at=at)
    request_by = rules.hearing_request_due(ctx.today, ctx.calendar).on
    door.move(
        ctx.case,
        Act.TELL_HEARING_RIGHT,
        Outcome(facts={"on": ctx.today, "request_by": request_by}, outbox=follow(ctx.case, Act.TELL_HEARING_RIGHT)),
        by=by,
        at=at,
    )
    for third_party in (None, *ctx.case.third_parties.all()):
        right_tell(ctx, third_party, by=by)
    return ctx.case


@one_act
def hearing_request(*, case_id: int, by: Actor, at: datetime, reason: str = "") -> Case:
    """The applicant, or a third party himself, asks for the hearing within his five days of being told; where another
    asked first, he joins it. Law: 行政许可法 第四十七条第一款. See ADR 0092.
    """
    return _ask(case_id, by=by, at=at, third_party=None, reason=reason.strip())


@one_act
def hearing_request_of(*, case_id: int, by: Actor, at: datetime, third_party: int, reason: str) -> Case:
    """A third party who was told asks on paper; an officer writes it down. Law: 行政许可法 第四十七条第一款.

    Args: third_party: one of those of the case.
    """
    return _ask(case_id, by=by, at=at, third_party=third_party, reason=reason.strip())


def _ask(case_id: int, *, by: Actor, at: datetime, third_party: int | None, reason: str) -> Case:
    ctx = load(case_id, at)
    act = Act.JOIN_HEARING if ctx.state is State.PAUSED else Act.REQUEST_HEARING
    check(act, ctx, by)
    right = _right(ctx, by, third_party)
    check_right(right, ctx.today)
    if by.is_officer:
        need(reason, _("理由"))
    of_other = right.third_party_id is not None
    who = "利害关系人要求听证" if of_other else "申请人要求听证"
    said = f"{who}：{reason}" if of_other and reason else reason or who
    if act is Act.JOIN_HEARING:
        facts = {"on": ctx.today, "third_party": of_other}
        door.move(ctx.case, act, Outcome(facts=facts, payload={"reason": said}), by=by, at=at)
    else:
        hearing = Hearing.objects.filter(case=ctx.case).first() or Hearing(
            case=ctx.case, made_at=at, made_by_post_id=by.post_id
        )
        _begin(ctx, act, hearing, reason=said, by=by, of_other=of_other)
    HearingRight.objects.filter(pk=right.pk).update(asked_on=ctx.today)
    return ctx.case


def _right(ctx: Context, by: Actor, third_party: int | None) -> HearingRight:
    """The right that is meant. Raises RuleRefused."""
    if by.is_officer:
        found = next((r for r in rights_of(ctx, by) if r.third_party_id == third_party), None)
        if found is None:
            raise RuleRefused(_("这一办件没有这个利害关系人。"))
        return found
    return rights_of(ctx, by)[0]


@one_act
def hearing_give_up(*, case_id: int, by: Actor, at: datetime, reason: str = "", third_party: int | None = None) -> Case:
    """Who asked for the hearing, or may ask for it, wants none. The clock goes on when nobody wants it any more.

    Args: third_party: for whom an officer writes it down.  See ADR 0079, ADR 0092.
    """
    ctx = load(case_id, at)
    wanted = wanted_by(ctx)
    alone = ctx.state is State.PAUSED and len(wanted) == 1 and wanted[0].third_party_id == _meant(ctx, by, third_party)
    act = Act.GIVE_UP_HEARING if alone else Act.WAIVE_HEARING
    check(act, ctx, by)
    right = _right(ctx, by, third_party)
    if not (runs(right, ctx.today) or (ctx.state is State.PAUSED and right in wanted)):
        check_right(right, ctx.today)
    facts = {"third_party": right.third_party_id is not None}
    if alone:
        restart_clock(ctx, act, payload={"reason": reason.strip()}, by=by, facts=facts)
        Hearing.objects.filter(case=ctx.case).update(given_up_on=ctx.today)
    else:
        door.move(
            ctx.case, act, Outcome(facts={"on": ctx.today, **facts}, payload={"reason": reason.strip()}), by=by, at=at
        )
    HearingRight.objects.filter(pk=right.pk).update(given_up_on=ctx.today)
    return ctx.case


def _meant(ctx: Context, by: Actor, third_party: int | None) -> int | None:
    """The third party for whom the actor acts; None for the applicant."""
    if by.is_officer:
        return third_party if third_party is not None else 0  # an officer never acts for the applicant
    own = third_party_of(by, ctx.case)
    return own.pk if own else None


@one_act
def hearing_call(*, case_id: int, by: Actor, at: datetime, reason: str) -> Case:
    """The body holds a hearing of its own accord, for great public interest. Law: 行政许可法 第四十六条."""
    ctx = begin(Act.CALL_HEARING, case_id, by=by, at=at)
    need(reason, _("举行听证的理由"))
    hearing = Hearing.objects.filter(case=ctx.case).first() or Hearing(
        case=ctx.case, made_at=at, made_by_post_id=by.post_id
    )
    return _begin(ctx, Act.CALL_HEARING, hearing, reason=reason, by=by)


def _begin(ctx: Context, act: Act, hearing: Hearing, *, reason: str, by: Actor, of_other: bool = False) -> Case:
    """From here the clock stands still until the record (ADR 0076)."""
    hold_by = rules.hearing_hold_due(ctx.today, ctx.calendar).on
    expected = int(parameter("hearing_organise_limit", on=ctx.today).value)
    case = stop_clock(
        ctx, act, kind="hearing", reason=reason, expected_days=expected, by=by, facts={"third_party": of_other}
    )
    if act is Act.REQUEST_HEARING:
        hearing.requested_on = ctx.today
    else:
        hearing.called_on = ctx.today
    hearing.hold_by = hold_by
    hearing.given_up_on = hearing.noticed_on = hearing.held_at = None
    hearing.save()
    return case


@one_act
def hearing_notify(
    *,
    case_id: int,
    by: Actor,
    at: datetime,
    held_at: datetime,
    place: str,
    chair: int,
    is_public: bool = True,
    closed_ground: str = "",
) -> Case:
    """Tell time and place at least seven days ahead, the parties and everyone; the chair is not one who reviewed the
    application. See ADR 0091.

    Args: chair: a post. closed_ground: one of `ClosedGround` where the hearing is not public.
    Law: 行政许可法 第五条第二款、第四十六条、第四十八条第一款（一）（二）（三）.
    """
    ctx = begin(Act.NOTIFY_HEARING, case_id, by=by, at=at)
    hearing = running_hearing(ctx)
    need(place, _("听证地点"))
    if is_public == bool(closed_ground):
        raise RuleRefused(_("听证应当公开举行。只有涉及国家秘密、商业秘密或者个人隐私的才不公开，并写明是哪一种。"))
    earliest = rules.hearing_earliest(ctx.today, ctx.calendar)
    on = held_at.astimezone(ZONE).date()
    if on < earliest:
        raise RuleRefused(
            _("听证应当提前通知：最早可以在 {on} 举行。").format(on=earliest),
            details={"earliest": earliest.isoformat()},
        )
    if hearing.hold_by and on > hearing.hold_by >= earliest:  # one that is late is held all the same, and at once
        raise RuleRefused(
            _("听证应当在 {on} 以前组织。").format(on=hearing.hold_by), details={"hold_by": hearing.hold_by.isoformat()}
        )
    chair_account = Post.objects.filter(pk=chair).values_list("account_id", flat=True).first()
    if chair_account is None or Opinion.objects.filter(case=ctx.case, account_id=chair_account).exists():
        raise NeedsSecondPerson(_("听证主持人应当是审查该申请的工作人员以外的人员。"))
    door.move(
        ctx.case,
        Act.NOTIFY_HEARING,
        Outcome(
            facts={
                "on": ctx.today,
                "held_on": on,
                "public": is_public,
                "closed_ground": closed_ground,
                "chair": chair,
                "called": hearing.called_on is not None,
            },
            payload={"place": place, "held_at": held_at.isoformat()},
            outbox=follow(ctx.case, Act.NOTIFY_HEARING),
        ),
        by=by,
        at=at,
    )
    Hearing.objects.filter(pk=hearing.pk).update(
        noticed_on=ctx.today,
        held_at=held_at,
        place=place,
        chair_id=chair,
        is_public=is_public,
        closed_ground=closed_ground,
    )
    return ctx.case


@one_act
def hearing_record(
    *,
    case_id: int,
    by: Actor,
    at: datetime,
    record: str,
    parties: Sequence[Mapping[str, str]],
    signed_by: Sequence[str],
) -> Case:
    """The signed record ends the hearing; the clock goes on, and the decision rests on the record.

    Law: 行政许可法 第四十八条第一款（五）、第二款.
    """
    ctx = begin(Act.RECORD_HEARING, case_id, by=by, at=at)
    hearing = running_hearing(ctx)
    need(record, _("听证笔录"))
    if not signed_by:
        raise RuleRefused(_("听证笔录应当交听证参加人确认无误后签字或者盖章。请写明签字人。"))
    hearing.record, hearing.recorded_on = record, ctx.today
    hearing.parties, hearing.signed_by = list(map(dict, parties)), list(signed_by)
    payload = {"outcome": record, "parties": hearing.parties, "signed_by": hearing.signed_by}
    case = restart_clock(ctx, Act.RECORD_HEARING, payload=payload, by=by)
    hearing.save(update_fields=["record", "recorded_on", "parties", "signed_by"])
    return case
