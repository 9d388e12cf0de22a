"""Who may do which act to which case. Buttons and guards ask the same function."""

from __future__ import annotations

from django.utils.translation import gettext as _

from yukuaiban.cases.errors import NeedsSecondPerson, OwnCase
from yukuaiban.cases.models import Case, Opinion, Step, ThirdParty
from yukuaiban.cases.states import TRANSITIONS, Act, By
from yukuaiban.config.errors import NotFound, PermissionRefused
from yukuaiban.people import selectors as people
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account, Party
from yukuaiban.people.models.parties import identity_indexes


def check(by: Actor, act: Act, case: Case, *, step: Step | None = None) -> None:
    """Let the actor do the act, or say why not.

    A stranger is told that there is no such case; one who knows the case is told what is missing.

    Raises: NotFound, PermissionRefused, OwnCase, NeedsSecondPerson.
    """
    row = TRANSITIONS[act]
    if by.kind == "system":
        if By.SYSTEM not in row.by:
            raise PermissionRefused(_("系统不能代人“{act}”。").format(act=row.label))
        return
    if by.kind == "party":
        if is_applicants_side(by, case):
            if By.PARTY not in row.by:
                raise PermissionRefused(_("“{act}”由办理部门进行，申请人不能操作。").format(act=row.label))
            return
        if third_party_of(by, case) is None:
            raise _absent()
        if By.THIRD_PARTY not in row.by:
            raise PermissionRefused(_("利害关系人不能“{act}”。").format(act=row.label))
        return
    if not _is_of_the_body(by, case, step):
        raise _absent()
    if case.reported_on and by.division != case.division_id:
        raise PermissionRefused(
            _("这一办件已于 {on} 上报，由上级机关“{body}”决定，您可以查看，不能办理。").format(
                on=case.reported_on, body=case.department.name_zh
            ),
            details={"reported_on": case.reported_on.isoformat()},
        )
    if by.role not in {b.value for b in row.by}:
        raise PermissionRefused(
            _("您的岗位不能“{act}”。请交给有权的岗位办理。").format(act=row.label), details={"role": by.role}
        )
    _check_own(by, case)
    if step is not None and step.desk_id != by.desk_id:
        raise PermissionRefused(_("这一步由另一个岗位办理。"), details={"step": step.key})


def check_decider(by: Actor, case: Case, *, accepted_by: int | None, steps: int) -> None:
    """Separation of duties: where the item asks for more than one person, who took the case in does not decide it alone.

    Raises: NeedsSecondPerson.
    """
    if steps < 2 or by.account_id != accepted_by:
        return
    others = Opinion.objects.filter(case=case).exclude(account_id=by.account()).exists()
    if not others:
        raise NeedsSecondPerson(_("这一办件由您受理，须由另一人审查或决定。请转交。"))


def is_applicants_side(by: Actor, case: Case) -> bool:
    """The applicant, or who acts for him and holds authority in this item today: one that ended or was revoked ends
    what may be seen and done in the cases filed under it, too.

    Law: 民法典 第一百六十二条, 第一百七十三条; 个人信息保护法 第六条.
    """
    if by.kind != "party" or (by.party_id != case.applicant_id and by.account_id != case.filed_by_id):
        return False
    holder = getattr(case.applicant, "account", None)
    if holder is not None and holder.pk == by.account_id:
        return True
    asked: dict[int, bool] = case.__dict__.setdefault("_may_act_for_applicant", {})  # asked once for all acts of a page
    if by.account() not in asked:
        item = case.service_item
        account = Account.objects.select_related("party").get(pk=by.account())
        asked[by.account()] = people.can_act_for(account, case.applicant_id, item=(item.entry.code, item.code))
    return asked[by.account()]


def third_party_of(by: Actor, case: Case) -> ThirdParty | None:
    """The third party of the case who acts, himself or through one who holds authority for him: known by the document
    that the officer wrote down, to whom has proved that it is his. None for anybody else.

    Law: 行政许可法 第三十六条、第四十七条第一款; 个人信息保护法 第六条.
    """
    if by.kind != "party" or by.party_id is None or not case.pk:
        return None
    party = Party.objects.filter(pk=by.party_id).exclude(assurance="registered").first()
    if party is None or not party.id_number:
        return None
    documents = identity_indexes(party.id_kind, party.id_number)
    found = case.third_parties.filter(id_index__in=documents).select_related("hearing_right").first()
    if found is None:
        return None
    account, item = Account.objects.select_related("party").get(pk=by.account()), case.service_item
    if account.party_id != party.pk and not people.can_act_for(account, party.pk, item=(item.entry.code, item.code)):
        return None
    return found


def _is_of_the_body(by: Actor, case: Case, step: Step | None) -> bool:
    if by.department_id == case.department_id and by.division == case.division_id:
        return True
    if reviewed_first(by, case):
        return True
    return case.steps.filter(desk_id=by.desk()).exists() if step is None else step.desk_id == by.desk_id


def reviewed_first(by: Actor, case: Case) -> bool:
    """Whether the officer is of the lower body that reported the case up: it still sees what became of it."""
    if not case.reported_on:
        return False
    item = case.service_item
    return (by.department_id, by.division) == (item.department_id, item.division_id)


def _check_own(by: Actor, case: Case) -> None:
    from yukuaiban.people import permissions

    if permissions.own_or_family(by, case.applicant_id) or by.account_id == case.filed_by_id:
        raise OwnCase(_("这是您本人或亲属的办件，依法应当回避：由同岗位的其他人员办理，您不能办，也不用转交。"))


def _absent() -> NotFound:
    return NotFound(_("没有这个办件，或您无权查看。"))
