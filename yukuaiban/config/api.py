"""The API: one description (OpenAPI 3.1), one form of refusal, routers from one list.

Each area brings a `router` in its `api.py`; it calls the same services as the pages. Addresses carry no language: the
sentences follow `Accept-Language`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.datastructures import MultiValueDict
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, Throttled, ValidationError
from ninja.parser import Parser

from yukuaiban import __version__
from yukuaiban.config.errors import DomainError, Invalid


@dataclass(frozen=True)
class Part:
    """Where an area's `router` lies and under which address it hangs."""

    prefix: str
    module: str


View = Callable[..., HttpResponseBase]
ROUTERS: list[Part] = [
    Part("/workdays", "yukuaiban.calendars.api"),
    Part("/items", "yukuaiban.items.api"),
    Part("/places", "yukuaiban.places.api"),
    Part("/people", "yukuaiban.people.api"),
    Part("/officers", "yukuaiban.people.officers_api"),
    Part("/cases", "yukuaiban.cases.api"),
    Part("/cases", "yukuaiban.ratings.api"),
    Part("/decisions", "yukuaiban.cases.decisions_api"),
    Part("/hearings", "yukuaiban.cases.hearings_api"),
    Part("/interests", "yukuaiban.cases.interests_api"),
    Part("/materials", "yukuaiban.materials.api"),
    Part("/licences", "yukuaiban.licences.api"),
    Part("/messages", "yukuaiban.messages.api"),
    Part("/desk", "yukuaiban.desk.api"),
    Part("/announcements", "yukuaiban.portal.api"),
]

#: Who may call what does not say `auth=None`; it lives two floors above.
CALLERS = "yukuaiban.people.callers.CALLERS"


class Readable(Parser):
    """Reads bodies and queries, and refuses text that no database could keep: a zero byte, half a character."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = super().parse_body(request)
        _check_text(body)
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        found = super().parse_querydict(data, list_fields, request)
        _check_text(found)
        return found


def _check_text(value: Any) -> None:
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
                raise Invalid(_("文字里有无法保存的字符（空字符或不完整的编码）。请删去后重试。"))
        case dict():
            for key, inner in value.items():
                _check_text(key)
                _check_text(inner)
        case list():
            for inner in value:
                _check_text(inner)


api = NinjaAPI(
    title="渝快办 Yukuaiban",
    version=__version__,
    description="What portal and desk can do, for programs. Refusals are `{code, message, details}`; "
    "sentences follow `Accept-Language`.",
    urls_namespace="api",
    docs_url=None,  # its page loads scripts from elsewhere, which our content security policy forbids
    openapi_url="/openapi.json",
    auth=list(import_string(CALLERS)),
    parser=Readable(),
)


@api.exception_handler(DomainError)
def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    return error.answered(api.create_response(request, error.as_json(), status=error.status))


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The request does not fit its description; `details.errors` names each place."""
    errors = [{"at": [str(part) for part in e["loc"]], "message": e["msg"]} for e in error.errors]
    return _answer(request, 422, "invalid", _("请求的内容有误，请按 details 中所列改正。"), {"errors": errors})


@api.exception_handler(AuthenticationError)
def unknown_caller(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _answer(request, 401, "not_signed_in", _("请先登录，或提供有效的令牌。"))


@api.exception_handler(AuthorizationError)
def forbidden(request: HttpRequest, error: AuthorizationError) -> HttpResponse:
    return _answer(request, 403, "permission_refused", _("没有这项权限。"))


@api.exception_handler(Http404)
def absent(request: HttpRequest, error: Http404) -> HttpResponse:
    return _answer(request, 404, "not_found", _("没有找到，或您无权查看。"))


@api.exception_handler(Throttled)
def too_often(request: HttpRequest, error: Throttled) -> HttpResponse:
    response = _answer(request, 429, "too_many_requests", _("请求过于频繁，请稍后再试。"), {"retry_after": error.wait})
    if error.wait is not None:
        response.headers["Retry-After"] = str(int(error.wait) + 1)
    return response


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return _answer(request, 413, "too_large", _("请求的内容太大。文件请用上传材料的接口。"))


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses before a service is asked: a body that is no JSON, a file that is missing."""
    if isinstance(error.__cause__, DomainError):  # of `Readable`, which the framework takes for bad JSON
        return refused(request, error.__cause__)
    message = _("看不懂请求的内容：应为 JSON。") if error.status_code == 400 else str(error)
    return _answer(request, error.status_code, "bad_request", message)


def _answer(
    request: HttpRequest, status: int, code: str, message: str, details: dict[str, Any] | None = None
) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": message, "details": details or {}}, status=status)


def hang_routers() -> None:
    """Hang in every area's router."""
    for part in ROUTERS:
        api.add_router(part.prefix, import_module(part.module).router)


def _answered(view: View) -> View:
    """HEAD is answered as GET is, and a method that is not there is refused like everything else.

    The server sends the headers alone. In the description HEAD does not appear: it is part of GET.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked, request.method = request.method, "GET" if request.method == "HEAD" else request.method
        try:
            response = view(request, *args, **kwargs)
        finally:
            request.method = asked
        if response.status_code != 405:
            return response
        allowed = {name.strip() for name in response.headers["Allow"].split(",")}
        allow = ", ".join(sorted(allowed | {"HEAD"} if "GET" in allowed else allowed))
        refused = _answer(
            request,
            405,
            "method_not_allowed",
            _("这个接口不支持 {method}，支持：{allow}。").format(method=asked, allow=allow),
        )
        refused.headers["Allow"] = allow
        return refused

    return answered


hang_routers()
_patterns, _app, _namespace = api.urls
for _pattern in _patterns:
    assert _pattern.callback is not None
    _pattern.callback = _answered(_pattern.callback)
urlpatterns = [path("v1/", (_patterns, _app, _namespace))]
