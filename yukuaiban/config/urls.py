"""Every address. Pages carry their language; the API does not."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.generic import RedirectView

from yukuaiban.config import health

PAGES = [
    "people",
    "portal",
    "places",
    "cases",
    "materials",
    "licences",
    "messages",
    "messages.letters",
    "ratings",
    "calendars",
    "desk",
    "design",
]

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", RedirectView.as_view(url="/zh/", query_string=True)),
    *i18n_patterns(*[path("", include(f"yukuaiban.{a}.urls")) for a in PAGES if find_spec(f"yukuaiban.{a}.urls")]),
]
if find_spec("yukuaiban.config.api"):
    urlpatterns.insert(0, path("api/", include("yukuaiban.config.api")))

handler400 = "yukuaiban.design.pages.bad_request"
handler403 = "yukuaiban.design.pages.permission_denied"
handler404 = "yukuaiban.design.pages.page_not_found"
handler500 = "yukuaiban.design.pages.server_error"
