"""Rating a case."""

from django.urls import path

from yukuaiban.ratings import pages

app_name = "ratings"
urlpatterns = [path("cases/<str:number>/rating", pages.rate, name="rate")]
