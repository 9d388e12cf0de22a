"""What the pages share: one page for a form, with its refusals in place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yukuaiban.people import access

INVALID = 422


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of somebody who is signed in: never kept by a cache on the way."""
    response = render(request, template, {**access.context(request), **context}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: Any,
    submit: Any,
    back: str,
    lead: Any = "",
    note: Any = "",
    here: str = "people:me",
    template: str = "people/form.html",
    **context: Any,
) -> HttpResponse:
    """A page with one form.

    Args:
        title, lead, note: What it is, what it is for, what follows from it.
        submit: The verb on the button.
        back: Where "no" leads.
    """
    given = {"form": form, "title": title, "submit": submit, "back": back, "lead": lead, "note": note, "here": here}
    return page(request, template, given | context, status=INVALID if form.errors else 200)
