"""Public: working days."""

from django.urls import path

from yukuaiban.calendars import pages

app_name = "calendars"
urlpatterns = [
    path("workdays", pages.workdays, name="workdays"),
]
