"""Rate a case that has ended; deal with a bad rating."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from yukuaiban.calendars import selectors as calendars
from yukuaiban.cases import permissions as of_cases
from yukuaiban.cases import work
from yukuaiban.cases.door import WorkRow
from yukuaiban.cases.models import Case, Work
from yukuaiban.cases.states import ENDED
from yukuaiban.cases.states import State as CaseState
from yukuaiban.config.errors import Invalid, NotFound
from yukuaiban.config.now import ZONE
from yukuaiban.outbox.models import OutboxRow
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role
from yukuaiban.people.services.privacy import person_read
from yukuaiban.ratings import permissions, rules
from yukuaiban.ratings.errors import FollowUpRefused, RatingRefused
from yukuaiban.ratings.models import Deed, FollowUp, Level, Rating
from yukuaiban.ratings.states import OVER, STATE_LABELS, TRANSITIONS, Act, State

LONGEST = 500  # characters of a rating
LONGEST_DEED = 2000  # characters of what an officer writes
MATTER = "rating"  # in the work lists


def rating_give(*, case: Case, by: Actor, level: int, words: str = "", channel: str = "web", at: datetime) -> Rating:
    """One case, one rating, by the applicant's side, when the case has ended; a bad one opens its follow-up with it.

    Raises: NotFound for a stranger; RatingRefused; Invalid.  Source: 国办发〔2019〕51号 (一事一评).
    """
    if not of_cases.is_applicants_side(by, case):
        raise NotFound(_("没有这个办件，或您无权查看。"))
    if CaseState(case.state) not in ENDED:
        raise RatingRefused(_("办件还没有结束。办结后请您评价。"))
    if level not in Level.values:
        raise Invalid(_("请在五个等级中选择一个。"), details={"level": level})
    if len(words) > LONGEST:
        raise Invalid(_("最多 {n} 字。").format(n=LONGEST))
    last = rate_by(case)
    if last and at.astimezone(ZONE).date() > last:
        message = _("评价的时间到 {day} 为止，已经过了。有意见请在办件里留言或投诉。")
        raise RatingRefused(message.format(day=date_format(last, "Y-m-d")), details={"rate_by": last.isoformat()})
    try:
        with transaction.atomic():
            rating = Rating.objects.create(case=case, level=level, words=words.strip(), channel=channel, rated_at=at)
            if rating.is_bad:
                _follow(rating, by, at)
            return rating
    except IntegrityError:
        raise RatingRefused(_("这一办件已经评价过，一件事评价一次。谢谢。")) from None


def rate_by(case: Case) -> date | None:
    """The last day on which an ended case can be rated."""
    return rules.rate_by(case.ended_on, calendars.current()) if case.ended_on else None


def _follow(rating: Rating, by: Actor, at: datetime) -> FollowUp:
    """Open the follow-up with the desk that handled the case (谁办理谁负责)."""
    row = FollowUp(rating=rating, rater_id=by.account())
    count(row)
    row.save()
    stand(row)
    return row


def count(row: FollowUp) -> None:
    """Its limits by the calendar that stands now."""
    calendar = calendars.current()
    rated_on = row.rating.rated_at.astimezone(ZONE).date()
    call, answer = rules.call_by(rated_on, calendar), rules.answer_by(rated_on, calendar)
    row.call_by, row.answer_by = call.on, answer.on
    row.is_provisional = call.provisional or answer.provisional
    row.calendar_version = calendar.version


def stand(row: FollowUp) -> None:
    """Put it where it has to be dealt with next: with who handled the case, or with who decides on the appeal."""
    case = row.rating.case
    if row.state in OVER:
        work.stand(case, MATTER, None)
        return
    role = Role.SUPERVISOR if row.state == State.APPEALED else Role.HANDLER
    desk = work.desk_id(case.department_id, case.division_id, role)
    work.stand(case, MATTER, WorkRow(desk, Work.Bucket.FOLLOW, row.due_on))


# --- what is done about a bad rating ----------------------------------------------------------------------------------


@transaction.atomic
def follow_up_act(
    *, follow_up_id: int, act: Act, by: Actor, at: datetime, words: str, put_right_by: date | None = None
) -> FollowUp:
    """One act on a follow-up, by the table. Of two at once one wins; the same request again is the same act.

    Args:
        words: What the act asks for: what was said, the measure, the answer, the reason.
        put_right_by: With SET_DEADLINE, the date of the ledger: not after the limit of the answer, while that runs.

    Raises: NotFound, PermissionRefused, OwnCase, SecondPersonNeeded, FollowUpRefused, Invalid.
    Source: 国办发〔2019〕51号 (回访、整改、反馈、申诉).
    """
    row = (
        FollowUp.objects.select_for_update(of=("self",))
        .select_related("rating__case__service_item__entry")
        .filter(pk=follow_up_id)
        .first()
    )
    if row is None:
        raise permissions.absent()
    permissions.check(by, act, row)
    words = words.strip()
    _check_words(act, words, put_right_by)
    done = list(row.deeds.all())
    if done and _is_the_same(done[-1], act, by, words, put_right_by):
        return row
    state, step = State(row.state), TRANSITIONS[act]
    if state not in step.sources:
        raise FollowUpRefused(cannot(state, act), details={"state": state.value, "act": act.value})
    today = at.astimezone(ZONE).date()
    match act:
        case Act.CALL_BACK:
            row.called_at = at
        case Act.SET_DEADLINE:
            assert put_right_by is not None
            last = max(row.answer_by, today)
            if not today <= put_right_by <= last:
                message = _("整改的日期应当在今天到答复期限 {day} 之间。").format(day=date_format(last, "Y-m-d"))
                raise Invalid(message, details={"fields": {"put_right_by": message}})
            row.put_right_by = put_right_by
        case Act.APPEAL:
            permissions.check_once(act, row)
            row.appealed_by_id, row.appealed_from = by.account(), state.value
    row.state = step.target or State(row.appealed_from)
    if row.state in OVER:
        row.ended_at = at
    row.save()
    Deed.objects.create(
        follow_up=row, number=len(done) + 1, act=act, at=at, account_id=by.account(), post_id=by.post(), words=words,
        put_right_by=put_right_by,
    )  # fmt: skip
    if step.told:
        Rating.objects.filter(pk=row.rating_id).update(answered_at=at, answer=words)
        OutboxRow.objects.create(task="ratings.tell", args={"follow_up": row.pk})
    stand(row)
    return row


def cannot(state: State, act: Act) -> str:
    """Why an act does not start in a state, in words."""
    message = _("这个差评处于“{state}”，不能“{act}”。请刷新页面查看它现在的情况。")
    return message.format(state=STATE_LABELS[state], act=TRANSITIONS[act].label)


def _check_words(act: Act, words: str, put_right_by: date | None) -> None:
    wrong = {}
    if not words:
        wrong["words"] = _("请填写：{what}。").format(what=TRANSITIONS[act].asks)
    elif len(words) > LONGEST_DEED:
        wrong["words"] = _("最多 {n} 字。").format(n=LONGEST_DEED)
    if (act is Act.SET_DEADLINE) != (put_right_by is not None):
        wrong["put_right_by"] = _("列入台账要写明整改完成的日期，其他情况不写。")
    if wrong:
        raise Invalid(next(iter(wrong.values())), details={"fields": wrong})


def _is_the_same(last: Deed, act: Act, by: Actor, words: str, put_right_by: date | None) -> bool:
    """Whether the request is the one that was done last, sent again."""
    return (last.act, last.account_id, last.words, last.put_right_by) == (act, by.account_id, words, put_right_by)


def phone_for_call_back(*, follow_up_id: int, by: Actor, at: datetime) -> str:
    """The number of who rated, for who must call back now; the look is written down where the person can read it.

    Returns: As the person gave it; empty where none is known.
    Raises: NotFound, PermissionRefused, OwnCase; FollowUpRefused once there is nobody to call any more.
    Law: 个人信息保护法 第六条, 第四十四条.
    """
    found = FollowUp.objects.select_related("rating__case__applicant", "rater__party").filter(pk=follow_up_id).first()
    if found is None:
        raise permissions.absent()
    permissions.check(by, Act.CALL_BACK, found)
    if State(found.state) not in TRANSITIONS[Act.CALL_BACK].sources:
        raise FollowUpRefused(_("回访已经结束，电话不再显示。"))
    case, rater = found.rating.case, found.rater
    party = person_read(
        party_id=(rater and rater.party_id) or case.applicant_id,
        by=by,
        reason=_("差评回访"),
        reference=case.number,
        what=["name", "phone"],
        at=at,
    )
    return str((rater and rater.phone) or party.phone or "")
