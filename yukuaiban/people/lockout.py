"""Too many wrong passwords: under which name attempts are counted, and what the person is told.

A phone number or e-mail typed at log-in is personal data, so attempts are counted under its blind index.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.core.exceptions import RateLimited
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yukuaiban.config.errors import DomainError, DomainErrorMiddleware
from yukuaiban.identifiers import phone
from yukuaiban.identifiers.errors import IdentifierError
from yukuaiban.people.limits import TooOften
from yukuaiban.vault import blind_index


class LockedOut(DomainError):
    """Too many failed log-ins from here for this account."""

    code, status = "people.locked_out", 429


def name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """What attempts are counted under; the same for every spelling of one address."""
    given = credentials or {}
    typed = given.get("phone") or given.get("email")
    if not typed and request is not None:
        typed = request.POST.get("login")
    typed = typed or given.get("username")
    return blind_index("login", one_spelling(str(typed))).hex()[:40] if typed else ""


def one_spelling(typed: str) -> str:
    """A phone number as E.164, anything else in lower case."""
    try:
        return phone.parse(typed).text
    except IdentifierError:
        return typed.strip().lower()


class TooManyRequests:
    """allauth's own limits (codes asked for too quickly) answered like every other refusal of ours.

    A code that came too late leads it back to the log-in page without a word: here it gets one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.refusals = DomainErrorMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _came_too_late(request, response):
            messages.error(request, _("验证码已失效，请重新获取。"))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, RateLimited):
            return None
        return self.refusals.process_exception(request, TooOften(_("操作太频繁，请过一分钟再试。")))


def _came_too_late(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        response.status_code == 302
        and request.method == "POST"
        and "code" in request.POST
        and "/accounts/" in request.path
        and urlsplit(response["Location"]).path == reverse("account_login")
        and not request.user.is_authenticated
        and not len(messages.get_messages(request))  # three wrong ones have said so already
    )


def answer(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """The page for who is locked out for a while: how long, and the ways in that remain."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    error = LockedOut(_("密码连续输错次数过多，请 {minutes} 分钟后再试，或改用验证码登录。").format(minutes=minutes))
    if request.path.startswith("/api/"):
        return JsonResponse(error.as_json(), status=error.status, json_dumps_params={"ensure_ascii": False})
    return render(request, "design/error.html", {"error": error, "status": error.status}, status=error.status)
