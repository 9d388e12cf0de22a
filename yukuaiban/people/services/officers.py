"""Posts: given, ended, and stood in for. Whoever gives posts holds none of the work himself (三员分立)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from yukuaiban.config.errors import Invalid, NotFound, PermissionRefused
from yukuaiban.config.now import ZONE
from yukuaiban.people import assurance, passes, selectors
from yukuaiban.people.actors import SYSTEM, Actor
from yukuaiban.people.errors import AlreadyDone, NeedsAssurance
from yukuaiban.people.models import Account, AccountEventKind, Desk, Post, Role
from yukuaiban.people.permissions import SecondPersonNeeded, check_role
from yukuaiban.people.services.accounts import note
from yukuaiban.places.models import Department

#: Roles that nobody may hold together: who checks the work does not do it. Law: 网络安全法 第二十一条; GB/T 22239-2019.
APART = {Role.AUDITOR: {Role.WINDOW, Role.HANDLER, Role.APPROVER, Role.EDITOR, Role.SUPERVISOR}}


@transaction.atomic
def post_give(
    *, account: Account, desk: Desk, valid_from: date, valid_until: date | None = None, by: Actor, at: datetime
) -> Post:
    """Give an officer a post. He must be known by his real name.

    Args:
        by: A supervisor of the same department, or the system (packs, demonstration).

    Raises: PermissionRefused, NeedsAssurance, Invalid, AlreadyDone.
    """
    _check_may_staff(by, desk)
    _check_not_himself(by, account)
    if account.party is None or not assurance.reaches(account.party.assurance, assurance.REAL_NAME):
        raise NeedsAssurance(_("岗位人员须先完成实名认证。"))
    _check_apart(account, desk, valid_from)
    post = Post(account=account, desk=desk, valid_from=valid_from, valid_until=valid_until)
    return _create(post, by, at)


@transaction.atomic
def first_supervisor(*, email: str, department: str, at: datetime) -> Post:
    """Give the post of supervisor in a department that has none; every other post is given at the desk.

    Raises: NotFound, AlreadyDone, NeedsAssurance.
    """
    on = at.astimezone(ZONE).date()
    where = Department.objects.filter(code=department).first()
    if where is None:
        raise NotFound(_("没有编码为 {code} 的部门。").format(code=department))
    account = Account.objects.filter(email__iexact=email).first()
    if account is None:
        raise NotFound(_("没有使用邮箱 {email} 的账号，请先注册。").format(email=email))
    desk, _made = Desk.objects.get_or_create(
        department=where, division=where.division, role=Role.SUPERVISOR, name="", defaults={"is_open": True}
    )
    Desk.objects.select_for_update().get(pk=desk.pk)  # two at once: one is first
    if desk.posts.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on)).exists():
        raise AlreadyDone(_("{department}已有效能监管岗，其他岗位由其在工作台设立。").format(department=where.name_zh))
    return post_give(account=account, desk=desk, valid_from=on, by=SYSTEM, at=at)


@transaction.atomic
def post_substitute(
    *, post_id: int, account: Account, valid_from: date, valid_until: date, reason: str, by: Actor, at: datetime
) -> Post:
    """Somebody stands in at a post for a dated time (代理): named by its holder or by a supervisor of the department.

    Nobody hands on what he does not hold himself: a post that is over, or one at which he only stands in. A supervisor
    stands in nowhere by his own word.

    Raises: NotFound, PermissionRefused, NeedsAssurance, Invalid, AlreadyDone.
    """
    post = _locked(post_id)
    if by.account_id != post.account_id:
        _check_may_staff(by, post.desk)
        _check_not_himself(by, account)
    if post.valid_until is not None and post.valid_until < valid_until:
        message = _("代理不能晚于岗位本身的结束日期。")
        raise Invalid(message, details={"last_day": message})
    if post.substitute_for_id is not None:
        raise Invalid(_("代理人不能再把岗位交给别人代理。请由岗位本人或负责人安排。"))
    if account.pk == post.account_id:
        raise Invalid(_("不能由本人代理自己的岗位。"), details={"account": ""})
    if account.party is None or not assurance.reaches(account.party.assurance, assurance.REAL_NAME):
        raise NeedsAssurance(_("岗位人员须先完成实名认证。"))
    _check_apart(account, post.desk, valid_from)
    row = Post(
        account=account,
        desk=post.desk,
        valid_from=valid_from,
        valid_until=valid_until,
        substitute_for=post,
        reason=reason,
    )
    return _create(row, by, at)


@transaction.atomic
def post_end(*, post_id: int, on: date, by: Actor, at: datetime) -> Post:
    """End a post: the officer, and who stands in for him, hold it until before `on`; they lose it on every page within
    five seconds.

    Raises: NotFound, PermissionRefused.
    """
    post = _locked(post_id)
    _check_may_staff(by, post.desk)
    if post.valid_until is not None and post.valid_until <= on:
        return post
    for stand_in in Post.objects.filter(substitute_for=post, valid_until__gt=on):
        _end(stand_in, on, by, at)
    return _end(post, on, by, at)


def _end(post: Post, on: date, by: Actor, at: datetime) -> Post:
    post.valid_until = max(on, post.valid_from)
    post.save(update_fields=["valid_until"])
    if post.valid_until == post.valid_from:
        _take_away(post)
    passes.revoke(post.account_id)
    note(post.account_id, AccountEventKind.POST, at, desk=post.desk_id, ended=on.isoformat(), by=by.account_id)
    return post


def _take_away(post: Post) -> None:
    """A post that holds on no day is taken away, unless something was done from it."""
    try:
        with transaction.atomic():
            Post.objects.filter(pk=post.pk).delete()
    except ProtectedError:
        return


def _create(post: Post, by: Actor, at: datetime) -> Post:
    if post.valid_until is not None and post.valid_until <= post.valid_from:
        message = _("结束日期应在开始日期之后。")
        raise Invalid(message, details={"last_day": message})
    try:
        with transaction.atomic():
            post.save()
    except IntegrityError as error:
        raise AlreadyDone(_("此人从这一天起已在这个岗位上。")) from error
    passes.revoke(post.account_id)
    note(post.account_id, AccountEventKind.POST, at, desk=post.desk_id, by=by.account_id)
    return post


def _check_may_staff(by: Actor, desk: Desk) -> None:
    if by.kind == "system":
        return
    check_role(by, Role.SUPERVISOR)
    if by.department_id != desk.department_id:
        raise PermissionRefused(_("只能安排本部门的岗位。"))


def _check_not_himself(by: Actor, account: Account) -> None:
    if by.account_id == account.pk:
        raise SecondPersonNeeded(_("不能给自己安排岗位或代理。请由本部门的另一位负责人安排。"))


def _check_apart(account: Account, desk: Desk, on: date) -> None:
    held = {post.desk.role for post in selectors.posts_of(account, on)}
    wanted = Role(desk.role)
    clash = held & APART.get(wanted, set()) or {role for role in held if wanted in APART.get(Role(role), set())}
    if clash:
        names = "、".join(str(Role(role).label) for role in sorted(clash))
        raise Invalid(_("安全审计岗位不能与办理岗位由一人兼任（已任：{roles}）。").format(roles=names))


def _locked(post_id: int) -> Post:
    post = Post.objects.select_for_update(of=("self",)).select_related("desk").filter(pk=post_id).first()
    if post is None:
        raise NotFound(_("没有找到这个岗位。"))
    return post
