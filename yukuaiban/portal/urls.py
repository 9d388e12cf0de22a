"""Public pages: the same bytes for everyone."""

from django.urls import path

from yukuaiban.portal import pages

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("search", pages.search, name="search"),
    path("search/suggest", pages.suggest, name="suggest"),
    path("services/<str:code>", pages.entry, name="entry"),
    path("items/<str:code>", pages.item, name="item"),
    path("items/<str:code>/feedback", pages.item_feedback, name="item_feedback"),
    path("departments", pages.departments, name="departments"),
    path("announcements", pages.announcements, name="announcements"),
    path("announcements/<int:pk>", pages.announcement, name="announcement"),
    path("help", pages.help_page, name="help"),
]
