"""Addresses of the look itself."""

from __future__ import annotations

from django.urls import path

from yukuaiban.design import pages

app_name = "design"
urlpatterns = [
    path("display", pages.display, name="display"),
    path("display.css", pages.display_css, name="display_css"),
    path("gallery", pages.gallery, name="gallery"),
    path("maintenance", pages.maintenance, name="maintenance"),
    path("sw.js", pages.worker, name="worker"),
    path("offline", pages.offline, name="offline"),
]
