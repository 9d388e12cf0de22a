"""The public page of a letter: is it ours, what is it. It says nothing about a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yukuaiban.messages.letters import selectors


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What a letter's QR code opens."""
    return render(request, "letters/verify.html", {"letter": selectors.letter_by_code(code)})
