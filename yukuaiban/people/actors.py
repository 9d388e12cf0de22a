"""Who acts: what every service takes as `by=`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from yukuaiban.config.errors import PermissionRefused
from yukuaiban.people import selectors
from yukuaiban.people.models import Account, Party, Post


@dataclass(frozen=True, slots=True)
class Actor:
    """One person in one capacity, or the system itself.

    A person acts for one party (himself, a ward, a principal, an organisation); an officer acts from one post.
    What he may do follows from the capacity, never from the account alone.
    """

    kind: Literal["party", "officer", "system"]
    account_id: int | None
    name: str
    party_id: int | None = None
    desk_id: int | None = None
    post_id: int | None = None
    role: str | None = None
    department_id: int | None = None
    division: str | None = None

    @property
    def is_officer(self) -> bool:
        return self.kind == "officer"

    @property
    def is_party(self) -> bool:
        return self.kind == "party"

    def account(self) -> int:
        """The account's number. Raises: PermissionRefused for the system, which is nobody."""
        return self._in_capacity(self.account_id)

    def post(self) -> int:
        """The post's number. Raises: PermissionRefused for who does not act from one."""
        return self._in_capacity(self.post_id)

    def desk(self) -> int:
        """The number of the post's desk. Raises: PermissionRefused for who does not act from one."""
        return self._in_capacity(self.desk_id)

    def department(self) -> int:
        """The number of the desk's department. Raises: PermissionRefused for who does not act from a post."""
        return self._in_capacity(self.department_id)

    def _in_capacity(self, number: int | None) -> int:
        """An act or look-up that needs a capacity must not go on with None, which in a query means "without one"."""
        if number is None:
            raise PermissionRefused(
                _("您现在的身份不能办理这件事。请先登录，或切换到有权的岗位。"),
                details={"kind": self.kind},
            )
        return number

    def facts(self) -> dict[str, Any]:
        """What the chain may keep for ever: numbers of rows and the role, no name."""
        named = {
            "account": self.account_id,
            "party": self.party_id,
            "post": self.post_id,
            "desk": self.desk_id,
            "role": self.role,
        }
        return {"kind": self.kind, **{key: value for key, value in named.items() if value is not None}}


SYSTEM = Actor(kind="system", account_id=None, name="系统")


def actor_for_party(
    account: Account, acting_as: Party | None = None, *, item: str | Iterable[str] | None = None
) -> Actor:
    """The account acting for a party; for itself where none is given.

    Args:
        item: The codes of the item it is about, where the authority may be limited to items.

    Raises: PermissionRefused where the account has no authority for the party today.
    """
    party = acting_as or selectors.party_of(account)
    if not selectors.can_act_for(account, party, item):
        raise PermissionRefused(
            _("您没有代“{name}”办理此事的权限。请先在“我的—家庭与委托”里取得委托，或切换为本人。").format(name=party)
        )
    return Actor(kind="party", account_id=account.pk, name=str(account), party_id=party.pk)


def actor_for_post(account: Account, post: Post) -> Actor:
    """The officer acting from a post he holds today.

    Raises: PermissionRefused where he does not hold it.
    """
    if post.account_id != account.pk or not selectors.is_held(post):
        raise PermissionRefused(_("您今天不在这个岗位上。请切换到您的岗位，或请负责人安排代理。"))
    desk = post.desk
    return Actor(
        kind="officer",
        account_id=account.pk,
        name=str(account),
        desk_id=desk.pk,
        post_id=post.pk,
        role=desk.role,
        department_id=desk.department_id,
        division=desk.division_id,
    )
