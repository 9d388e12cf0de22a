"""Addresses of licences: the holder's wallet, and the public pages of verification."""

from __future__ import annotations

from django.urls import path

from yukuaiban.licences import pages

app_name = "licences"
urlpatterns = [
    path("wallet", pages.wallet, name="wallet"),
    path("wallet/<int:pk>", pages.licence, name="licence"),
    path("wallet/<int:pk>/show", pages.show, name="show"),
    path("wallet/<int:pk>/file", pages.download, name="download"),
    path("wallet/<int:pk>/looks", pages.looks, name="looks"),
    path("wallet/<int:pk>/grant", pages.grant, name="grant"),
    path("wallet/grants/<int:pk>/revoke", pages.revoke_grant, name="revoke_grant"),
    path("verify", pages.verify_start, name="verify_start"),
    path("verify/file", pages.verify_file, name="verify_file"),
    path("verify/show/<str:token>", pages.verify_shown, name="verify_shown"),
    path("verify/<str:code>", pages.verify, name="verify"),
]
