"""Handing in (`at/<subject>/...`), looking at what was handed in, and the person's own log."""

from django.urls import path

from yukuaiban.materials import pages

app_name = "materials"
urlpatterns = [
    path("materials/at/<int:subject>/use-all", pages.use_all, name="use_all"),
    path("materials/at/<int:subject>/<slug:slot>", pages.slot, name="slot"),
    path("materials/at/<int:subject>/<slug:slot>/upload", pages.upload, name="upload"),
    path("materials/at/<int:subject>/<slug:slot>/use", pages.use_offer, name="use_offer"),
    path("materials/at/<int:subject>/<slug:slot>/<str:number>/remove", pages.remove, name="remove"),
    path("materials/<str:number>", pages.use, name="use"),
    path("materials/<str:number>/pages/<int:page>", pages.page, name="page"),
    path("materials/<str:number>/copy", pages.copy, name="copy"),
    path("materials/<str:number>/original", pages.original, name="original"),
    path("materials/earlier/<str:number>/original", pages.earlier, name="earlier"),
    path("me/data-use", pages.data_use, name="data_use"),
]
