"""The API with a token: `Authorization: Bearer ykb_...`, limited to scopes, in one capacity.

    scope     area:read (GET) or area:write (everything else); the area is the first part of the address after /api/v1/
    capacity  the person himself; with `X-Acting-As: <party>` somebody he may act for; an officer's token: its post

A request that names a token is judged by the token alone; a session beside it is not looked at.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yukuaiban.config import paging
from yukuaiban.config.errors import NotFound, PermissionRefused
from yukuaiban.config.now import today
from yukuaiban.people import selectors
from yukuaiban.people.models import ApiToken, Post

PREFIX = "ykb_"


@dataclass(frozen=True, slots=True)
class Area:
    """One part of the API: what it is about, and whether anything can be done there besides reading."""

    label: Promise
    acts: bool = True


AREAS: Final = {
    "cases": Area(gettext_lazy("办件")),
    "interests": Area(gettext_lazy("与我有利害关系的办件")),
    "materials": Area(gettext_lazy("材料"), acts=False),
    "licences": Area(gettext_lazy("电子证照")),
    "messages": Area(gettext_lazy("消息"), acts=False),
    "people": Area(gettext_lazy("个人信息、单位和授权")),
    "officers": Area(gettext_lazy("岗位（工作人员）")),
    "desk": Area(gettext_lazy("办件工作台（工作人员）")),
    "items": Area(gettext_lazy("事项与办事指南")),
    "places": Area(gettext_lazy("行政区划、部门和大厅"), acts=False),
    "workdays": Area(gettext_lazy("工作日计算"), acts=False),
    "decisions": Area(gettext_lazy("许可决定公开"), acts=False),
    "hearings": Area(gettext_lazy("听证公告"), acts=False),
    "announcements": Area(gettext_lazy("公告"), acts=False),
}
SCOPES: Final = {
    f"{name}:{right}": (area.label, right)
    for name, area in AREAS.items()
    for right in (("read", "write") if area.acts else ("read",))
}
ACTING_AS = "X-Acting-As"


def scope_in_words(scope: str) -> str:
    """What a scope allows, for people: 办件：查看. One that is no longer given stands as its code."""
    if scope not in SCOPES:
        return scope
    label, right = SCOPES[scope]
    return _("{area}：{right}").format(area=label, right=_("查看") if right == "read" else _("提交和更改"))


def in_words(scopes: Iterable[str]) -> list[str]:
    """What a token allows, in the order of the form."""
    given = set(scopes)
    return [scope_in_words(one) for one in [*(s for s in SCOPES if s in given), *sorted(given - SCOPES.keys())]]


def is_named(request: HttpRequest) -> bool:
    """Whether the request is one of the API that brings a token."""
    return request.path.startswith("/api/") and request.headers.get("Authorization", "").startswith("Bearer ")


def new() -> str:
    """A token that nobody guesses."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def scope_of(request: HttpRequest) -> str:
    """The scope a request needs: `cases:write`."""
    area = request.path.removeprefix("/api/v1/").partition("/")[0]
    return f"{area}:{'read' if request.method in ('GET', 'HEAD') else 'write'}"


def find(request: HttpRequest) -> ApiToken | None:
    """The token of a request, if it counts today; None for one that is unknown, over, or revoked.

    Raises: PermissionRefused where it does not reach what is asked for.
    """
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    on = today()
    found = (
        ApiToken.objects.select_related("account__party", "post__desk")
        .filter(digest=digest(given), revoked_at__isnull=True, expires_on__gt=on, account__is_active=True)
        .filter(Q(post__isnull=True) | Q(post__in=Post.objects.filter(selectors.in_force(on), desk__is_open=True)))
        .first()
    )
    if found is None:
        return None
    needed = scope_of(request)
    if needed not in found.scopes:
        raise PermissionRefused(
            _("这个令牌没有 {scope} 权限。请在“账号与安全—接口令牌”里另建一个。").format(scope=needed),
            details={"scope": needed},
        )
    if found.last_used_on != on:
        ApiToken.objects.filter(pk=found.pk).update(last_used_on=on)
    return found


def acting_party(request: HttpRequest, token: ApiToken) -> int | None:
    """For whom the request acts: the person, or whom `X-Acting-As` names.

    Raises: NotFound where the person may not act for him.
    """
    wanted = request.headers.get(ACTING_AS, "")
    if not wanted:
        return token.account.party_id
    party_id = paging.number_in(wanted)
    if party_id is None or not selectors.can_act_for(token.account, party_id):
        raise NotFound(_("没有找到这个人或单位，或者您没有代其办理的权限。"))
    return party_id
