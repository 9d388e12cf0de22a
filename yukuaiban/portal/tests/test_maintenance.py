"""Maintenance: reading goes on, acts are refused in words, and whoever closed the city can open it again."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import translation

from tests import rights
from tests.people import office, officer, person
from yukuaiban.cases.models import Case
from yukuaiban.config import epochs
from yukuaiban.config.now import now
from yukuaiban.items.models import ItemFeedback
from yukuaiban.people.models import Account
from yukuaiban.portal import middleware, selectors
from yukuaiban.portal.services import maintenance_begin, maintenance_end

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


@pytest.fixture
def where():
    return office()


@pytest.fixture
def chief(where):
    return officer("supervisor", where.item.department, "500103")


@pytest.fixture
def closed(chief):
    maintenance_begin(by=chief, at=now(), reason_zh="更换机房", reason_en="New machines")


def signed_in(account: Account, **headers: str) -> Client:
    client = Client(headers=headers)
    client.force_login(account)
    return client


@pytest.mark.usefixtures("closed")
class TestWhatCanBeRead:
    @pytest.mark.parametrize("path", ["/zh/", "/en/", "/zh/search?q=居住证", "/zh/accounts/login/", "/api/v1/items"])
    def test_stays_readable(self, path):
        assert Client().get(path).status_code == 200

    def test_and_says_why_above_every_page(self):
        assert "可以查看，暂时不能提交：更换机房" in Client().get("/zh/").content.decode()
        assert "not file just now. New machines" in Client().get("/en/").content.decode()

    def test_a_look_up_that_is_sent_as_a_form_is_still_a_look_up(self):
        assert Client().post("/zh/cases/track", {"number": "渝-1", "code": "XXXXXXXX"}).status_code == 404

    def test_every_form_that_stays_open_exists(self):
        assert set(rights.named(get_resolver())) >= middleware.STAY_OPEN | middleware.ACTS


@pytest.mark.usefixtures("closed")
class TestActs:
    @pytest.mark.parametrize(("language", "words"), [("zh", "暂时不能提交"), ("en", "cannot file just now")])
    def test_get_a_page_that_teaches(self, where, language, words):
        with translation.override(language):
            path = reverse("portal:item_feedback", args=[where.item.code])
        response = Client().post(path, {"right": "yes"})
        assert (response.status_code, response["Retry-After"]) == (503, "600")
        assert words in response.content.decode()
        assert "12345" in response.content.decode()
        assert not ItemFeedback.objects.exists()

    def test_opening_an_application_is_an_act(self, where):
        response = signed_in(person()).get(f"/zh/apply/{where.item.code}")
        assert response.status_code == 503
        assert not Case.objects.exists()

    def test_of_an_officer_too(self, chief):
        by = signed_in(Account.objects.get(pk=chief.account_id))
        assert by.post("/zh/desk/announcements/new", {}).status_code == 503

    @pytest.mark.parametrize(
        ("language", "words", "reason"), [("zh", "维护", "更换机房"), ("en", "Maintenance", "New")]
    )
    def test_of_a_program_get_json(self, where, language, words, reason):
        client = signed_in(person(), accept_language=language)
        body = json.dumps({"item": where.item.code})
        response = client.post("/api/v1/cases", body, content_type="application/json")
        assert (response.status_code, response["Retry-After"]) == (503, "600")
        said = response.json()
        assert said.keys() == {"code", "message", "details"}
        assert (said["code"], said["details"]["retry_after"]) == ("maintenance", 600)
        assert words in said["message"]
        assert reason in said["details"]["reason"]

    def test_of_a_part_of_a_page_leave_what_was_typed_where_it_is(self, where):
        path = reverse("portal:item_feedback", args=[where.item.code])
        response = Client(headers={"HX-Request": "true"}).post(path, {"right": "yes"})
        assert response.status_code == 503
        assert "<html" not in response.content.decode()
        assert "暂时不能提交" in json.loads(response["HX-Trigger"])["ykb:say"]["text"]


class TestOpeningAgain:
    def test_is_done_from_the_desk(self, chief, closed, where):
        by = signed_in(Account.objects.get(pk=chief.account_id))
        assert by.post("/zh/desk/maintenance", {"do": "end"}).status_code == 302
        assert (
            Client().post(reverse("portal:item_feedback", args=[where.item.code]), {"right": "yes"}).status_code == 302
        )
        assert ItemFeedback.objects.exists()

    def test_by_somebody_who_logs_in_for_it(self, closed):
        assert (
            Client().post("/zh/accounts/login/", {"login": "nobody@example.invalid", "password": "x"}).status_code
            == 200
        )

    def test_who_may_not_close_does_not_open(self, closed, where):
        by = signed_in(Account.objects.get(pk=where.handler.account_id))
        assert by.post("/zh/desk/maintenance", {"do": "end"}).status_code == 403
        assert selectors.maintenance() is not None


def test_without_maintenance_nothing_is_refused(where):
    path = reverse("portal:item_feedback", args=[where.item.code])
    assert Client().post(path, {"right": "yes"}).status_code == 302


def test_where_the_epochs_are_too_old_to_trust_the_table_is_asked(chief, closed, monkeypatch):
    def stale() -> epochs.Seen:
        raise epochs.Stale

    monkeypatch.setattr(epochs, "current", stale)
    assert selectors.maintenance() is not None
    maintenance_end(by=chief, at=now())
    assert selectors.maintenance() is None
