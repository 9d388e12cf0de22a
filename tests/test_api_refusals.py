"""Whatever goes wrong under /api/ is told as `{code, message, details}`, and HEAD is answered as GET is."""

from __future__ import annotations

import pytest
from django.http import Http404, HttpRequest
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from yukuaiban.config import urls

pytestmark = pytest.mark.django_db


def breaks(request: HttpRequest) -> None:
    raise RuntimeError("broken")


def misses(request: HttpRequest) -> None:
    raise Http404


urlpatterns = [path("api/v1/breaks", breaks), path("api/v1/misses", misses), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

JSON = "application/json"
WRONG = {
    "no such operation": ("GET", "/api/v1/nothing/here", None, 404, "not_found"),
    "no such version": ("GET", "/api/v9", None, 404, "not_found"),
    "no such row": ("GET", "/api/v1/items/YK-NONE", None, 404, "not_found"),
    "no such page below": ("GET", "/api/v1/misses", None, 404, "not_found"),
    "no such method": ("DELETE", "/api/v1/workdays", None, 405, "method_not_allowed"),
    "nobody signed in": ("GET", "/api/v1/cases", None, 401, "not_signed_in"),
    "does not fit": ("GET", "/api/v1/workdays?start=x", None, 422, "invalid"),
    "a fault of ours": ("GET", "/api/v1/breaks", None, 500, "server_error"),
}


@pytest.mark.parametrize("case", WRONG, ids=list(WRONG))
@override_settings(ROOT_URLCONF=__name__)
def test_every_refusal_is_told_to_programs_in_one_form(case):
    method, address, body, status, code = WRONG[case]
    for language in ("zh", "en"):
        answer = Client(raise_request_exception=False).generic(
            method, address, body or b"", content_type=JSON, headers={"Accept-Language": language}
        )
        assert answer.status_code == status
        assert answer["Content-Type"].startswith(JSON)
        told = answer.json()
        assert set(told) == {"code", "message", "details"}
        assert told["code"] == code
        assert told["message"].isascii() == (language == "en"), told["message"]


def test_a_method_that_is_not_there_is_refused_with_those_that_are():
    answer = Client().delete("/api/v1/workdays")
    assert answer["Allow"] == "GET, HEAD"
    assert Client().put("/api/v1/cases")["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "body", [b"{", b"kind=first", b"\xff\xfe", b"[" * 100_000], ids=["cut", "form", "bytes", "deep"]
)
def test_a_body_that_is_no_json_is_told_so_in_the_readers_language(client, body, django_user_model):
    client.force_login(django_user_model.objects.create_user(email="a@example.test"))
    for language, words in (("zh", "应为 JSON"), ("en", "JSON")):
        answer = client.post("/api/v1/cases", body, content_type=JSON, headers={"Accept-Language": language})
        assert answer.status_code == 400
        assert words in answer.json()["message"]
        assert answer.json()["message"].isascii() == (language == "en")


def test_text_that_no_database_keeps_is_told_apart_from_bad_json(client, django_user_model):
    client.force_login(django_user_model.objects.create_user(email="a@example.test"))
    answer = client.post("/api/v1/cases", rb'{"item": "a\u0000"}', content_type=JSON)
    assert answer.status_code == 422
    assert "无法保存的字符" in answer.json()["message"]


def test_a_page_is_still_refused_as_a_page():
    answer = Client().get("/zh/nothing/here")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("address", ["/api/v1/workdays?start=2024-02-08&number=5", "/api/v1/openapi.json"])
def test_head_is_answered_as_get_is(client, address):
    got, asked = client.get(address), client.head(address)
    assert (asked.status_code, asked.content) == (got.status_code, b"")
    assert asked["Content-Type"] == got["Content-Type"]
