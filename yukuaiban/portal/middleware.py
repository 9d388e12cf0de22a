"""Maintenance: what can be read stays readable, what changes something is told to come back later."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.errors import DomainError, is_for_programs, refusal
from yukuaiban.config.fragments import wants_fragment
from yukuaiban.portal import selectors
from yukuaiban.portal.models import Maintenance

RETRY_AFTER = 600  # seconds
READS = {"GET", "HEAD", "OPTIONS"}
#: Forms that only look something up or say how one looks at it, and the way in for the officer who ends the maintenance.
STAY_OPEN = {
    "account_confirm_login_code",
    "api:maintenance",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_request_login_code",
    "cases:track",
    "design:display",
    "desk:maintenance",
    "licences:verify_file",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "people:choose_post",
    "people:identities",
}
#: Opened like a page, yet it begins something: the draft of an application.
ACTS = {"cases:apply"}


class UnderMaintenance(DomainError):
    """The service is being worked on: it can be read, not changed."""

    code, status = "maintenance", 503

    def __init__(self, running: Maintenance) -> None:
        super().__init__(
            _("系统维护中：现在可以查看，暂时不能提交。请稍后再试；期限临近、今天必须提交的，请拨打 12345 说明情况。"),
            details={
                "reason": running.reason_en if (get_language() or "zh").startswith("en") else running.reason_zh,
                "since": running.began_at.isoformat(),
                "retry_after": RETRY_AFTER,
            },
        )


class MaintenanceMode:
    """While maintenance is on, an act is not even begun: 503 with Retry-After, as a page, a fragment or JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in STAY_OPEN or (request.method in READS and name not in ACTS):
            return None
        running = selectors.maintenance()
        if running is None:
            return None
        error = UnderMaintenance(running)
        return error.answered(_answer(request, error))


def _answer(request: HttpRequest, error: UnderMaintenance) -> HttpResponse:
    if is_for_programs(request):
        return refusal(error.status, **error.as_json())
    context = {"error": error, "status": error.status}
    if not wants_fragment(request):
        return render(request, "design/maintenance.html", context, status=error.status)
    response = render(request, "design/error_fragment.html", context, status=error.status)
    # What was typed stays on the page: the refusal is said beside it, not put in its place.
    response["HX-Trigger"] = json.dumps({"ykb:say": {"text": str(error), "kind": "error"}})
    return response
