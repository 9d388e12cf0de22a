"""Pages that file the sample form, as small as can be: what the portal does, without people and cases."""

from __future__ import annotations

import threading
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import path

from yukuaiban.config import urls
from yukuaiban.items import forms
from yukuaiban.items.tests.forms_samples import FORM, TODAY, Divisions

DRAFT: dict[str, Any] = {}
ORIGINS: dict[str, str] = {}
SLOW = threading.Event()  # while it is not set, a screen is not drawn again

PAGE = """
{% extends "design/base.html" %}
{% from "design/components.html" import button, errors_summary %}
{% from "items/fields.html" import fields %}
{% block head %}<link rel="stylesheet" href="{{ static('items/fields.css') }}">{% endblock %}
{% block scripts %}<script src="{{ static('items/fields.js') }}" defer></script>{% endblock %}
{% block title %}{{ screen.title }}{% endblock %}
{% block content %}
<form method="post" novalidate>{{ csrf_input }}
  {{ errors_summary(errors) }}
  {{ fields(screen, here) }}
  <div class="form-actions">{{ button(_("下一步")) }}</div>
</form>
{% endblock %}
"""
FRAGMENT = """{% from "items/fields.html" import fields %}{{ fields(screen, here) }}"""


def ask(request: HttpRequest, group: str) -> HttpResponse:
    """One screen: shown, sent, sent back with errors, or drawn again."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        posted = forms.read_post(FORM, request.POST, group, divisions=Divisions())
        draft = forms.merged(DRAFT, posted)
        DRAFT.clear()
        DRAFT.update(draft)
        if not forms.wants_redraw(request.POST):
            cleaned = forms.clean(FORM, DRAFT, divisions=Divisions(), today=TODAY)
            errors = forms.errors_in(FORM, cleaned.errors, group)
            if not errors:
                after = cleaned.groups[cleaned.groups.index(group) + 1 :]
                return redirect("form_screen", after[0]) if after else HttpResponse("<title>x</title>filed")
    screen = forms.screen(FORM, group, DRAFT, errors, divisions=Divisions(), origins=ORIGINS, today=TODAY)
    context = {"screen": screen, "errors": forms.error_list(FORM, errors), "here": request.path}
    template = PAGE
    if request.headers.get("HX-Request"):
        template = FRAGMENT
        SLOW.wait(10)
    return HttpResponse(engines["jinja2"].from_string(template).render(context, request))


urlpatterns = [
    path("zh/form/<group>", ask, name="form_screen"),
    path("en/form/<group>", ask),
    *urls.urlpatterns,
]
handler404 = urls.handler404
