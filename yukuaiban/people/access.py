"""Who stands behind a request, and the doors of pages: signed in, or at a post.

    @signed_in                                     @at_post(Role.HANDLER, Role.APPROVER)
    def mine(request):                             def work(request):
        actor = party_actor(request)                   actor = officer_actor(request)

A door never says that something exists: whoever may not pass a post's door gets 404.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yukuaiban.config.errors import DomainError, NotFound, PermissionRefused
from yukuaiban.people import passes, selectors
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account, Role

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., HttpResponse])
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

NOTHING_HERE = gettext_lazy("没有找到这个页面。请检查网址，或从首页重新进入。")


class NotSignedIn(DomainError):
    """The act needs somebody who is signed in."""

    code, status = "people.not_signed_in", 401


def who(request: HttpRequest) -> passes.Pass:
    """The pass of whoever is signed in.

    Raises: NotSignedIn.
    """
    found = passes.identify(request)
    if found is None:
        raise NotSignedIn(gettext_lazy("请先登录。"))
    return found


def account_of(request: HttpRequest) -> Account:
    """The account itself, from the database.

    Raises: NotSignedIn.
    """
    if not request.user.is_authenticated:
        raise NotSignedIn(gettext_lazy("请先登录。"))
    account: Account = request.user
    return account


def party_actor(request: HttpRequest) -> Actor:
    """The person, acting for the party he chose (himself at first)."""
    return who(request).as_party()


def officer_actor(request: HttpRequest, *roles: Role) -> Actor:
    """The officer at the post he works from, of one of the roles where any are named.

    Raises: NotSignedIn; NotFound for who holds no post; PermissionRefused for another role.
    """
    actor = who(request).as_officer()
    if actor is None:
        raise NotFound(NOTHING_HERE)
    if roles and (actor.role is None or actor.role not in roles):
        wanted = "、".join(str(role.label) for role in roles)
        raise PermissionRefused(
            _("此页面属于{roles}岗位，您现在的岗位是{role}。请切换岗位。").format(
                roles=wanted, role=Role(str(actor.role)).label
            )
        )
    return actor


def signed_in(view: View[P]) -> View[P]:
    """A page for who is signed in; others log in first and come back."""

    @wraps(view)
    def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if passes.identify(request) is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return cast(View[P], door)


def at_post(*roles: Role) -> Callable[[View[P]], View[P]]:
    """A page for officers; of some roles where any are named. Who has no second factor yet is sent to set one up."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            found = passes.identify(request)
            if found is None:
                return redirect_to_login(request.get_full_path())
            if found.post is None and _lacks_second_factor(request):
                return _to_second_factor(request)
            if found.post is None or (roles and not _change_post(request, found, roles)):
                raise NotFound(NOTHING_HERE)
            return view(request, *args, **kwargs)

        return cast(View[P], door)

    return decorate


def password_again(*, on_get: bool = True) -> Callable[[V], V]:
    """A page that asks for the password (or another proof) again when that was more than five minutes ago.

    Args:
        on_get: Whether already opening the page asks; else only handing something in.
    """

    def decorate(view: V) -> V:
        return cast(V, reauthentication_required(view, allow_get=not on_get))

    return decorate


def choose_party(request: HttpRequest, party_id: int) -> None:
    """Act for another party from now on (身份切换).

    Raises: NotFound where the account may not.
    """
    party = selectors.party_for(account_of(request), party_id)
    request.session[passes.PARTY_KEY] = party.pk
    passes.renew(request)


def choose_post(request: HttpRequest, post_id: int) -> None:
    """Work from another of one's posts from now on.

    Raises: NotFound where it is not his.
    """
    if post_id not in {post.pk for post in selectors.posts_of(account_of(request))}:
        raise NotFound(NOTHING_HERE)
    request.session[passes.POST_KEY] = post_id
    passes.renew(request)


def _change_post(request: HttpRequest, found: passes.Pass, roles: tuple[Role, ...]) -> bool:
    """Whether he works from a post of the roles; who holds one besides the post he works from changes to it."""
    if found.post is not None and found.post.role in roles:
        return True
    others = [post for post in selectors.posts_of(account_of(request)) if post.desk.role in roles]
    if not others:
        return False
    choose_post(request, others[0].pk)
    messages.info(request, _("已切换到岗位：{post}").format(post=others[0].desk))
    return passes.identify(request) is not None


def _lacks_second_factor(request: HttpRequest) -> bool:
    return (
        settings.OFFICER_MFA_REQUIRED
        and not passes.second_factor_given(request)
        and bool(selectors.posts_of(account_of(request)))
    )


def _to_second_factor(request: HttpRequest) -> HttpResponse:
    from allauth.mfa.utils import is_mfa_enabled

    if is_mfa_enabled(account_of(request)):
        messages.warning(request, _("进入岗位需要二次验证：请输入身份验证器上的数字，或用通行密钥。"))
        return redirect_to_login(request.get_full_path(), login_url="mfa_reauthenticate")
    messages.warning(request, _("岗位人员须先设置二次验证（验证器应用或通行密钥），再进入工作台。"))
    return redirect("mfa_index")


def context(request: HttpRequest) -> dict[str, Any]:
    """For templates of signed-in pages: who, for whom."""
    found = who(request)
    acting = selectors.acting_for(account_of(request), found.party_id) if found.party_id else None
    return {"who": found, "acting": acting}
