"""Who may do what about a bad rating. Buttons and guards ask the same function."""

from __future__ import annotations

from django.utils.translation import gettext as _

from yukuaiban.cases.errors import OwnCase
from yukuaiban.config.errors import NotFound, PermissionRefused
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role
from yukuaiban.people.permissions import check_second_person, own_or_family
from yukuaiban.ratings.errors import FollowUpRefused
from yukuaiban.ratings.models import FollowUp
from yukuaiban.ratings.states import TRANSITIONS, Act

#: Who has business with bad ratings of his body: who calls back and puts right, and who decides on appeals.
CONCERNED = frozenset({Role.HANDLER, Role.SUPERVISOR})


def is_concerned(by: Actor, row: FollowUp) -> bool:
    """Whether the follow-up is his body's and his post's business (谁办理谁负责)."""
    case = row.rating.case
    return (
        by.is_officer
        and by.role in CONCERNED
        and (by.department_id, by.division) == (case.department_id, case.division_id)
    )


def check(by: Actor, act: Act, row: FollowUp) -> None:
    """Let the officer do the act, or say why not.

    Raises: NotFound for whom it does not concern; PermissionRefused for another post; OwnCase; SecondPersonNeeded for
        the appeal's own author.
    """
    if not is_concerned(by, row):
        raise absent()
    step = TRANSITIONS[act]
    if by.role != step.by:
        raise PermissionRefused(
            _("“{act}”由{role}岗位办理。").format(act=step.label, role=step.by.label), details={"role": by.role}
        )
    if own_or_family(by, row.rating.case.applicant_id) or by.account_id == row.rater_id:
        raise OwnCase(_("这是您本人或亲属的评价，依法应当回避：由同岗位的其他人员办理。"))
    if step.by == Role.SUPERVISOR:
        check_second_person(by, [row.appealed_by_id])


def check_once(act: Act, row: FollowUp) -> None:
    """A rating is appealed once. Raises: FollowUpRefused."""
    if act is Act.APPEAL and row.appealed_by_id is not None:
        raise FollowUpRefused(_("这个差评已经申诉过一次，复核结果是最终的。请继续整改。"))


def absent() -> NotFound:
    return NotFound(_("没有这个差评，或者它不归您的岗位处理。"))
