"""Errors that teach: what was asked, why not, what to do next. One middleware makes them page, fragment or JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from yukuaiban.config.fragments import wants_fragment


class DomainError(Exception):
    """A refusal that a person can act on.

    Args:
        message: For people, in their language: what was asked, why not, what to do.
        details: For programs: any JSON.
    """

    code: ClassVar[str] = "error"  # stable: programs match on it
    status: ClassVar[int] = 400

    def __init__(self, message: Any, *, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details or {}

    def __str__(self) -> str:
        return str(self.message)

    def answered(self, response: HttpResponse) -> HttpResponse:
        """The answer, with Retry-After where `details` hold `retry_after`, in seconds."""
        if "retry_after" in self.details:
            response["Retry-After"] = str(self.details["retry_after"])
        return response

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": str(self.message), "details": self.details}


class NotFound(DomainError):
    """There is nothing here for this person: absent and forbidden look the same."""

    code, status = "not_found", 404


class PermissionRefused(DomainError):
    """Known to the person, but not his to do."""

    code, status = "permission_refused", 403


class Invalid(DomainError):
    """The input does not hold; `details` names each field."""

    code, status = "invalid", 422


def refusal(status: int, *, code: str, message: Any, details: dict[str, Any] | None = None) -> JsonResponse:
    """A refusal as every program gets it, whoever refuses: `{code, message, details}`."""
    body = {"code": code, "message": str(message), "details": details or {}}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def is_for_programs(request: HttpRequest) -> bool:
    """Whether a refusal is read by a program: its address is one of the API."""
    return request.path.startswith("/api/")


class DomainErrorMiddleware:
    """The only place where a DomainError becomes an answer; views catch nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if is_for_programs(request):
            return error.answered(refusal(error.status, **error.as_json()))
        template = "design/error_fragment.html" if wants_fragment(request) else "design/error.html"
        context = {"error": error, "status": error.status}
        return error.answered(render(request, template, context, status=error.status))
