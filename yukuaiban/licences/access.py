"""Who stands behind a request for a wallet, and who looks at a licence."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from yukuaiban.config.errors import PermissionRefused
from yukuaiban.people import access, passes, selectors
from yukuaiban.people.actors import Actor


def holder_actor(request: HttpRequest) -> Actor:
    """The person acting for the party he chose, where his authority reaches its whole wallet.

    An agent whose authority is limited to some items applies with the licences of his principal, but does not open
    the wallet (个人信息保护法 第六条: no more than the purpose needs).
    Raises: NotSignedIn, PermissionRefused.
    """
    by = access.party_actor(request)
    if by.party_id is not None:
        acting = selectors.acting_for(access.account_of(request), by.party_id)
        if acting is None or acting.items is not None:
            raise PermissionRefused(
                _("您的委托只限于所列事项，办这些事时会自动调用证照，但不能打开证照夹。请持证人本人查看。")
            )
    return by


def looker(request: HttpRequest) -> Actor | None:
    """Who verifies, where he is signed in: an officer is named in the holder's log, the public is not."""
    seen = passes.identify(request)
    if seen is None:
        return None
    return seen.as_officer() or (seen.as_party() if seen.party_id is not None else None)
