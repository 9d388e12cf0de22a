"""The pages the look itself has: gallery, choice of type and theme, maintenance, offline, errors."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from yukuaiban.config.errors import is_for_programs, refusal
from yukuaiban.config.fragments import wants_fragment
from yukuaiban.design.gallery import specimens
from yukuaiban.design.jinja import static

OFFLINE_FILES = ("tokens.css", "base.css", "components.css", "display.js", "icons.svg", "mark.svg", "skyline.svg")
YEAR = 365 * 24 * 3600
#: What a program is told where a person gets a page.
CODES = {400: "bad_request", 403: "permission_refused"}
CHOICES = {"type": {"normal", "large"}, "theme": {"auto", "light", "dark"}}


@csrf_exempt  # a public page carries no token, and all that can be forged is a type size
@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """Remember type size or theme in a cookie and go back."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(wanted if safe else f"/{request.path_info.split('/')[1]}/")
    response.status_code = 303
    for name, allowed in CHOICES.items():
        value = request.POST.get(name)
        if value not in allowed:
            continue
        if value in {"normal", "auto"}:
            response.delete_cookie(f"ykb_{name}", samesite="Lax")
        else:
            # display.js reads it before the first paint, so scripts must see it; it says nothing about the person.
            response.set_cookie(f"ykb_{name}", value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


@require_safe
def display_css(request: HttpRequest) -> HttpResponse:
    """The same choice as a stylesheet, for a browser without scripts (linked inside <noscript>)."""
    parts = []
    if request.COOKIES.get("ykb_type") == "large":
        parts.append(
            ":root{font-size:125%}.when-normal{display:none!important}.when-large{display:inline-flex!important}"
        )
    if (theme := request.COOKIES.get("ykb_theme")) in {"light", "dark"}:
        parts.append(f"@media screen{{:root:not(#x){{{_theme(theme)}}}}}")
    response = HttpResponse("\n".join(parts), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response


@cache
def _theme(name: str) -> str:
    """The declarations of a theme, from the one file that holds them."""
    tokens = (Path(__file__).parent / "static" / "design" / "tokens.css").read_text(encoding="utf-8")
    tokens = re.sub(r"/\*.*?\*/", "", tokens, flags=re.S)
    selector = re.escape(":root {" if name == "light" else '[data-theme="dark"] {')
    found = re.search(selector + r"([^}]*)\}", tokens)
    assert found is not None, name  # a test reads both
    return found[1]


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in its states, in the light and in the dark."""
    return render(request, "design/gallery.html", specimens())


@require_safe
def maintenance(request: HttpRequest) -> HttpResponse:
    """What stands in for an act while the service is being worked on; reading goes on."""
    response = render(request, "design/maintenance.html", status=503)
    response["Retry-After"] = "1800"
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of one language: keeps the offline page for when the network does not answer."""
    kept = [reverse("design:offline"), *(static(f"design/{name}") for name in OFFLINE_FILES)]
    template = get_template("design/sw.js")
    response = HttpResponse(template.render({"kept": kept}), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What a telephone without a network is shown."""
    return render(request, "design/offline.html")


# --- errors: each says what happened and what to do


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if is_for_programs(request):
        return refusal(status, code=CODES[status], message=title)
    template = "design/error_fragment.html" if wants_fragment(request) else "design/error.html"
    return render(request, template, {"status": status, "title": title, "text": text}, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    text = _("请返回上一页重试；从旧书签进来的，请从首页重新进入。")
    return _error(request, 400, _("无法理解这个请求"), text)


def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    text = _("请确认登录的是正确的账号；需要代他人办理的，请先取得授权。")
    return _error(request, 403, _("您不能查看或办理这一项"), text)


def page_not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    if is_for_programs(request):
        return refusal(404, code="not_found", message=_("没有这个接口。全部接口见 /api/v1/openapi.json。"))
    text = _("地址可能有误，或者内容已经撤下。请用搜索查找，或者从首页进入。")
    return _error(request, 404, _("没有找到这个页面"), text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _("为了您的安全，这次提交没有生效。请返回上一页，刷新后再试。")
    return _error(request, 403, _("页面放置太久，请重新提交"), text)


def server_error(request: HttpRequest) -> HttpResponse:
    """Written without context processors: whatever is broken must not break this page too."""
    if is_for_programs(request):
        return refusal(500, code="server_error", message=_("系统出错了，已经记录。请稍后再试。"))
    html = get_template("design/500.html").render({})
    return HttpResponse(html, status=500)
