"""Addresses of letters that anybody may open; the letters of a case are reached through the case."""

from __future__ import annotations

from django.urls import path

from yukuaiban.messages.letters import pages

app_name = "letters"
urlpatterns = [path("verify/letter/<str:code>", pages.verify, name="verify")]
