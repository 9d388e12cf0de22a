"""Tokens for the API: made, revoked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from yukuaiban.config.errors import Invalid, NotFound
from yukuaiban.people import tokens
from yukuaiban.people.models import Account, AccountEventKind, ApiToken
from yukuaiban.people.services.accounts import note

LONGEST_DAYS, AT_MOST = 366, 20


def token_make(
    *, account: Account, name: str, scopes: Iterable[str], expires_on: date, post_id: int | None = None, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token; the text comes back once and is kept nowhere.

    Args:
        expires_on: The first day on which it no longer counts.
        post_id: The post an officer works from now; the token works from there only.

    Raises: Invalid, naming the field.
    """
    wanted = sorted(set(scopes))
    if not name.strip():
        raise Invalid(_("请给令牌起个名称。"), details={"name": _("请给令牌起个名称。")})
    if not wanted or not set(wanted) <= tokens.SCOPES.keys():
        raise Invalid(_("请选择令牌能做什么。"), details={"scopes": _("请至少选择一项。")})
    if not at.date() < expires_on <= at.date() + timedelta(days=LONGEST_DAYS):
        raise Invalid(_("有效期最长一年。"), details={"last_day": _("请选择今天以后、一年以内的日期。")})
    if ApiToken.objects.filter(account=account, revoked_at__isnull=True, expires_on__gt=at.date()).count() >= AT_MOST:
        raise Invalid(_("令牌太多了，请先停用不再使用的。"))
    text = tokens.new()
    made = ApiToken.objects.create(
        account=account,
        post_id=post_id,
        name=name.strip()[:60],
        digest=tokens.digest(text),
        hint=text[-4:],
        scopes=wanted,
        made_at=at,
        expires_on=expires_on,
    )
    note(account, AccountEventKind.TOKEN, at, token=made.pk, made=True)
    return made, text


def token_revoke(*, account: Account, token_id: int, at: datetime) -> None:
    """Stop a token at once.

    Raises: NotFound.
    """
    stopped = ApiToken.objects.filter(pk=token_id, account=account, revoked_at__isnull=True).update(revoked_at=at)
    if not stopped:
        raise NotFound(_("没有找到这个令牌。"))
    note(account, AccountEventKind.TOKEN, at, token=token_id, revoked=True)
