"""The desk's writing side for programs: announcements, filters, a day's letters, an item's guide; by the same rules."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client

from tests.people import Office, office, officer
from yukuaiban.config.now import now, today
from yukuaiban.desk import filters
from yukuaiban.desk.models import ItemChange, SavedFilter
from yukuaiban.items import selectors as items
from yukuaiban.items.models import Differences, ServiceItem
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account
from yukuaiban.people.services import token_make
from yukuaiban.portal.models import Announcement

pytestmark = pytest.mark.django_db

NEWS = {
    "kind": "news",
    "title_zh": "端午节放假安排",
    "title_en": "Dragon Boat Festival",
    "body_zh": "6 月 19 日至 21 日放假。",
    "body_en": "Closed from 19 to 21 June.",
    "starts_at": "2026-03-02T09:00",
}


NO = {"reason": "与上级文件不符"}


class Program:
    """An officer's program: a token at his post."""

    def __init__(self, by: Actor) -> None:
        self.account = Account.objects.get(pk=by.account_id)
        _made, self.token = token_make(
            account=self.account, name="test", scopes=("desk:read", "desk:write"),
            expires_on=today() + timedelta(days=30), post_id=by.post_id, at=now(),
        )  # fmt: skip

    def __call__(self, method: str, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:
        answer = Client(enforce_csrf_checks=True).generic(
            method,
            f"/api/v1/desk{path}",
            json.dumps(body) if body is not None else b"",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", **{k.replace("_", "-"): v for k, v in headers.items()}},
        )
        assert answer.status_code == status, (method, path, answer.status_code, answer.content.decode()[:800])
        return answer.json() if answer.content else None

    def send(self, path: str, content: bytes, *, status: int = 200) -> Any:
        """A file as the body."""
        answer = Client().post(
            f"/api/v1/desk{path}",
            content,
            content_type="application/octet-stream",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == status, answer.content.decode()[:800]
        return answer.json()


@pytest.fixture
def where(city: None) -> Office:
    return office()


@pytest.fixture
def editors(where: Office) -> tuple[Program, Program]:
    def made() -> Program:
        return Program(officer("editor", where.item.department, "500103"))

    return made(), made()


class TestAnAnnouncement:
    def test_is_written_by_one_and_published_by_another(self, editors):
        one, other = editors
        written = one("POST", "/announcements", NEWS, status=201)
        assert written["state"] == "waiting"
        assert written["why_not_publish"] == "公告须由另一人发布。"
        path = f"/announcements/{written['id']}"
        assert one("POST", f"{path}/publish", status=403)["code"] == "permission_refused"
        assert other("GET", path)["why_not_publish"] is None
        assert other("POST", f"{path}/publish")["state"] == "published"
        assert other("POST", f"{path}/publish", status=409)["code"] == "portal.news_refused"
        assert one("PUT", path, NEWS, status=409)["code"] == "portal.news_refused"
        assert one("POST", f"{path}/withdraw")["state"] == "withdrawn"
        assert one("POST", f"{path}/withdraw", status=409)["code"] == "portal.news_refused"

    def test_written_twice_with_one_key_is_one(self, editors):
        one, other = editors
        key = {"Idempotency_Key": "one-announcement"}
        first = one("POST", "/announcements", NEWS, status=201, **key)
        assert one("POST", "/announcements", NEWS, status=201, **key)["id"] == first["id"]
        assert other("POST", "/announcements", NEWS, status=201, **key)["id"] != first["id"], "keys are one's own"
        assert one("POST", "/announcements", NEWS, status=201)["id"] != first["id"]

    def test_that_another_changed_counts_as_his(self, editors):
        one, other = editors
        path = f"/announcements/{one('POST', '/announcements', NEWS, status=201)['id']}"
        other("PUT", path, NEWS | {"title_zh": "端午节放假"})
        other("POST", f"{path}/publish", status=403)
        assert one("POST", f"{path}/publish")["title"]["zh"] == "端午节放假"

    def test_that_ends_before_it_starts_is_refused_with_the_field(self, editors):
        refused = editors[0]("POST", "/announcements", NEWS | {"ends_at": "2026-03-01T09:00"}, status=422)
        assert refused["details"]["fields"] == {"ends_at": "结束须晚于开始。"}
        refused = editors[0]("POST", "/announcements", NEWS | {"title_zh": "  "}, status=422)
        assert list(refused["details"]["fields"]) == ["title_zh"]

    def test_belongs_to_editors_and_supervisors(self, where):
        handler = Program(where.handler)
        assert handler("POST", "/announcements", NEWS, status=403)["code"] == "permission_refused"
        assert handler("GET", "/announcements")["announcements"] == []

    def test_lists_go_on_where_the_page_before_ended(self, editors):
        Announcement.objects.bulk_create(
            Announcement(title_zh=f"{n}", title_en=f"{n}", body_zh="x", body_en="x", starts_at=now(), written_at=now())
            for n in range(45)
        )
        seen, after = [], None
        for _page in range(3):
            page = editors[0]("GET", f"/announcements{f'?after={after}' if after else ''}")
            seen += [a["title"]["zh"] for a in page["announcements"]]
            after = page["after"]
        assert after is None
        assert seen == [str(n) for n in reversed(range(45))]


class TestASavedFilter:
    def test_is_kept_replaced_and_forgotten(self, where):
        window, handler = Program(where.window), Program(where.handler)
        wanted = {"name": "快到期的", "light": "yellow", "q": "居住证" * 20}
        saved = window("POST", "/filters", wanted, status=201)
        assert {key: saved[key] for key in wanted} == wanted
        replaced = window("POST", "/filters", {"name": "快到期的", "mine": True})
        assert (replaced["id"], replaced["light"], replaced["mine"]) == (saved["id"], None, True)
        assert window("GET", "/filters") == [replaced]
        assert handler("GET", "/filters") == []
        handler("DELETE", f"/filters/{saved['id']}", status=404)
        window("DELETE", f"/filters/{saved['id']}", status=204)
        window("DELETE", f"/filters/{saved['id']}", status=404)

    def test_needs_a_name_and_there_are_at_most_fifty(self, where):
        window = Program(where.window)
        assert window("POST", "/filters", {"name": " "}, status=422)["code"] == "invalid"
        for number in range(filters.MOST):
            window("POST", "/filters", {"name": str(number)}, status=201)
        window("POST", "/filters", {"name": "one more"}, status=422)
        window("POST", "/filters", {"name": "0", "mine": True})

    def test_of_the_page_is_the_same(self, where):
        client = Client()
        client.force_login(Account.objects.get(pk=where.window.account_id))
        client.post("/zh/desk/filters", {"name": "红灯", "query": "light=red&q=%E5%BC%A0&nonsense=1"})
        saved = SavedFilter.objects.get()
        assert dict(parse_qsl(saved.query)) == {"light": "red", "q": "张"}
        assert Program(where.window)("GET", "/filters")[0]["light"] == "red"
        assert "红灯" in client.get("/zh/desk/").content.decode()
        client.post("/zh/desk/filters", {"forget": str(saved.pk)})
        assert not SavedFilter.objects.exists()
        assert client.post("/zh/desk/filters", {"forget": "not a number"}).status_code == 302


def test_a_day_without_letters_has_nothing_to_print(where):
    assert Program(where.window)("GET", "/letters/print?on=2026-03-01", status=404)["code"] == "not_found"


class TestAnItemsGuide:
    @pytest.fixture
    def path(self, where):
        return f"/items/{where.item.code}"

    def body(self, stands: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return stands | {"reason": "压缩时限"} | changes

    def test_is_changed_by_one_editor_and_published_by_another(self, editors, path, where):
        one, other = editors
        stands = one("GET", path)["stands"]
        less = stands["promised"] - 1
        made = one("PUT", f"{path}/change", self.body(stands, promised=less), status=201)
        assert [c["element"] for c in made["changes"]] == ["promised"]
        assert made["why_not_decide"] == "修改须由另一人发布。"
        assert one("GET", path)["waiting"]["id"] == made["id"]
        assert [c["id"] for c in other("GET", "/changes")] == [made["id"]]
        one("POST", f"/changes/{made['id']}/publish", status=403)
        assert items.guide(where.item.code).content.promised.value == stands["promised"]
        assert other("POST", f"/changes/{made['id']}/publish")["is_published"]
        assert items.guide(where.item.code).content.promised.value == less
        assert other("POST", f"/changes/{made['id']}/reject", NO, status=409)["code"] == "desk.change_decided"
        assert one("GET", path)["waiting"] is None
        [kept] = one("GET", path)["history"]
        assert (kept["id"], kept["is_published"]) == (made["id"], True)
        assert kept["decided_by"]

    def test_the_same_proposal_again_is_the_same_and_another_one_waits(self, editors, path):
        one, other = editors
        stands = one("GET", path)["stands"]
        body = self.body(stands, promised=stands["promised"] - 1)
        first = one("PUT", f"{path}/change", body, status=201)
        assert one("PUT", f"{path}/change", body)["id"] == first["id"]
        refused = other("PUT", f"{path}/change", body, status=409)
        assert refused == refused | {"code": "desk.change_waits", "details": {"change": first["id"]}}

    def test_turned_down_changes_nothing(self, editors, path, where):
        one, other = editors
        stands = one("GET", path)["stands"]
        made = one("PUT", f"{path}/change", self.body(stands, promised=stands["promised"] - 1), status=201)
        other("POST", f"/changes/{made['id']}/reject", status=422)
        refused = other("POST", f"/changes/{made['id']}/reject", {"reason": "  "}, status=422)
        assert list(refused["details"]["fields"]) == ["reason"]
        assert not other("POST", f"/changes/{made['id']}/reject", NO)["is_published"]
        assert ServiceItem.objects.get(pk=where.item.pk).differences_id is None
        assert one("GET", path)["history"][0]["rejected_because"] == NO["reason"], "who wrote it reads why"

    def test_the_page_asks_why_and_keeps_what_was_typed(self, editors, path, where):
        one, other = editors
        stands = one("GET", path)["stands"]
        made = one("PUT", f"{path}/change", self.body(stands, promised=stands["promised"] - 1), status=201)
        browser = Client()
        browser.force_login(other.account)
        address = f"/zh/desk/items/{where.item.code}/changes/{made['id']}"
        refused = browser.post(address, {"do": "reject", "reason": " "})
        assert refused.status_code == 422
        assert "请写明不采用的理由" in refused.content.decode()
        assert browser.post(address, {"do": "reject", "reason": NO["reason"]}).status_code == 302
        browser.force_login(one.account)
        assert NO["reason"] in browser.get(address).content.decode()
        assert NO["reason"] in browser.get(f"/zh/desk/items/{where.item.code}").content.decode()

    def test_that_breaks_a_rule_of_the_catalogue_is_refused_in_words(self, editors, path):
        stands = editors[0]("GET", path)["stands"]
        refused = editors[0]("PUT", f"{path}/change", self.body(stands, promised=700), status=422)
        assert refused["details"]["fields"] == {"promised": "承诺办结时限不得长于法定办结时限"}
        assert editors[0]("PUT", f"{path}/change", self.body(stands), status=422)["code"] == "invalid"
        assert not ItemChange.objects.exists()

    def test_keeps_what_the_form_does_not_ask(self, editors, path, where):
        """What came with a department's Excel file is not lost by an edit at the desk."""
        over = {"scope": "national", "promised": {"value": 1, "unit": "working_day", "status": "sample"}}
        differences = Differences.objects.create(digest=b"x" * 32, content=over)
        ServiceItem.objects.filter(pk=where.item.pk).update(differences=differences)
        one, other = editors
        stands = one("GET", path)["stands"]
        made = one("PUT", f"{path}/change", self.body(stands, promised=2), status=201)
        other("POST", f"/changes/{made['id']}/publish")
        found = ServiceItem.objects.get(pk=where.item.pk).differences.content
        assert (found["scope"], found["promised"]["value"]) == ("national", 2)

    def test_that_a_load_has_overtaken_can_only_be_turned_down(self, editors, path, where):
        """Publishing it would undo what a department's file or a pack brought in the meantime."""
        one, other = editors
        stands = one("GET", path)["stands"]
        made = one("PUT", f"{path}/change", self.body(stands, promised=stands["promised"] - 1), status=201)
        loaded = Differences.objects.create(digest=b"y" * 32, content={"scope": "national"})
        ServiceItem.objects.filter(pk=where.item.pk).update(differences=loaded)
        assert "导入" in other("GET", f"/changes/{made['id']}")["why_not_publish"]
        assert other("POST", f"/changes/{made['id']}/publish", status=409)["code"] == "desk.change_outrun"
        assert ServiceItem.objects.get(pk=where.item.pk).differences_id == loaded.pk
        assert not other("POST", f"/changes/{made['id']}/reject", NO)["is_published"]

    def test_belongs_to_the_editors_of_its_division(self, where, path):
        elsewhere = Program(officer("editor", where.item.department, "500105"))
        elsewhere("GET", path, status=404)
        assert Program(where.handler)("GET", path, status=403)["code"] == "permission_refused"
        found = elsewhere("GET", "/items?q=居住证")["items"]
        assert found
        assert all(row["code"].endswith("-500105") for row in found)
