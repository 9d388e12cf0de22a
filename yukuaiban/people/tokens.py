"""The API with a token: `Authorization: Bearer ykb_...`, limited to scopes, in one capacity.

    scope     area:read (GET) or area:write (everything else); the area is the first part of the address after /api/v1/
    capacity  the person himself; with `X-Acting-As: <party>` somebody he may act for; an officer's token: its post

A request that names a token is judged by the token alone; a session beside it is not looked at.
"""

from __future__ import annotations

import hashlib
import secrets

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yukuaiban.config import paging
from yukuaiban.config.errors import NotFound, PermissionRefused
from yukuaiban.config.now import today
from yukuaiban.people import selectors
from yukuaiban.people.models import ApiToken, Post

PREFIX = "ykb_"
AREAS = (
    "workdays",
    "items",
    "places",
    "people",
    "officers",
    "cases",
    "hearings",
    "interests",
    "materials",
    "licences",
    "messages",
    "ratings",
    "desk",
    "announcements",
    "chain",
)
SCOPES = tuple(f"{area}:{right}" for area in AREAS for right in ("read", "write"))
ACTING_AS = "X-Acting-As"


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
