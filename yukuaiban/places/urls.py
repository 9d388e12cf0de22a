"""Public pages of places."""

from django.urls import path

from yukuaiban.places import pages

app_name = "places"
urlpatterns = [
    path("halls", pages.halls, name="halls"),
    path("halls/<slug:code>", pages.hall, name="hall"),
]
