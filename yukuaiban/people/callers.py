"""Who may call the API: a program with a token, or a page of ours with the session of who is signed in.

`passes.identify` judges both, and asks a session that changes something for its CSRF token; here is only how the
description of the API (OpenAPI) names them, and that nobody is told 401. An operation for everybody says `auth=None`.
"""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from yukuaiban.people import passes
from yukuaiban.people.models import Account
from yukuaiban.people.passes import Pass


class Token(HttpBearer):
    """`Authorization: Bearer ykb_...`: limited to its scopes, for the person himself or whom `X-Acting-As` names."""

    def authenticate(self, request: HttpRequest, token: str) -> Pass | None:
        """Raises: PermissionRefused where the token's scopes do not reach what is asked for."""
        found = passes.identify(request)
        if found is not None:
            request.user = Account.objects.select_related("party").get(pk=found.account_id)
        return found


class Session(APIKeyCookie):
    """The session of a browser; what changes something needs `X-CSRFToken` besides."""

    param_name = "ykb_session"

    def __init__(self) -> None:
        super().__init__(csrf=False)  # `passes.identify` asks for the CSRF token, wherever it is called from

    def authenticate(self, request: HttpRequest, key: str | None) -> Pass | None:
        return passes.identify(request)


CALLERS = (Token(), Session())
