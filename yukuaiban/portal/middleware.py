"""Maintenance: what can be read stays readable, what changes something is told to come back later."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yukuaiban.portal import selectors

SAFE = {"GET", "HEAD", "OPTIONS"}
ALWAYS = ("/accounts/log", "/desk/maintenance", "/display")  # officers end the maintenance from here


class MaintenanceMode:
    """While maintenance is on, unsafe requests get 503 with Retry-After and nothing they carried is half done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE or any(part in request.path for part in ALWAYS) or selectors.maintenance() is None:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            body = {"code": "maintenance", "message": _("系统维护中，现在只能查看。请稍后再试。"), "details": {}}
            response: HttpResponse = JsonResponse(body, status=503)
        else:
            response = render(request, "design/maintenance.html", status=503)
        response["Retry-After"] = "600"
        return response
