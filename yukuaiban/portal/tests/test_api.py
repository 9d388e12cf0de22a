"""What the public pages can do, programs can: announcements, feedback on a guide, a file brought for checking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.people import office, officer
from yukuaiban.config.now import now
from yukuaiban.desk.tests.test_api import Program
from yukuaiban.items.models import ItemFeedback
from yukuaiban.portal.models import Announcement

pytestmark = pytest.mark.django_db
WORDS = {"title_zh": "停机", "title_en": "Outage", "body_zh": "今晚", "body_en": "Tonight"}


def written(**facts):
    at = now()
    return Announcement.objects.create(
        kind="outage", written_at=at, **(WORDS | {"starts_at": at - timedelta(hours=1), "published_at": at} | facts)
    )


def test_announcements_that_stand_are_read_without_a_token(client):
    shown, waiting = written(), written(published_at=None)
    gone = written(withdrawn_at=now())
    told = client.get("/api/v1/announcements").json()
    assert [one["id"] for one in told["announcements"]] == [shown.pk]
    assert told["announcements"][0]["title"] == {"zh": "停机", "en": "Outage"}
    assert told["maintenance"] is None
    assert client.get(f"/api/v1/announcements/{shown.pk}").json()["kind"] == "outage"
    for other in (waiting, gone):
        assert client.get(f"/api/v1/announcements/{other.pk}").status_code == 404


def test_the_city_is_closed_and_opened_again_by_a_program(city, client):
    where = office()
    editor = Program(officer("editor", where.item.department, "500103"))
    assert Program(where.window)("POST", "/maintenance", {}, status=403)["code"] == "permission_refused"
    editor("POST", "/maintenance", {"reason_zh": "升级"}, status=204)
    assert client.get("/api/v1/announcements").json()["maintenance"]["reason"]["zh"] == "升级"
    assert editor("POST", "/announcements", {}, status=503)["code"] == "maintenance"
    editor("DELETE", "/maintenance", status=204)
    assert client.get("/api/v1/announcements").json()["maintenance"] is None


def test_a_reader_says_whether_a_guide_was_right(city):
    code = office().item.code
    answer = Client(enforce_csrf_checks=True).post(
        f"/api/v1/items/{code}/feedback", {"was_right": False, "note": "电话不对"}, content_type="application/json"
    )
    assert answer.status_code == 201
    assert ItemFeedback.objects.get().note == "电话不对"


def test_a_file_brought_for_checking_is_judged_and_forgotten(client):
    def checked(content):
        return client.post("/api/v1/licences/verify", content, content_type="application/pdf")

    assert checked(b"no pdf").json() == {"outcome": "unreadable", "signed_at": None, "signed_by": "", "known": None}
    assert checked(b"0" * (20 * 1024 * 1024 + 1)).json()["code"] == "too_large"


def test_a_letter_that_nobody_wrote_is_not_found(client):
    answer = client.get("/api/v1/messages/letters/verify/0000-0000-0000-0000")
    assert (answer.status_code, answer.json()["code"]) == (404, "letter.not_found")
