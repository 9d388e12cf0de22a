"""The main journey by the API alone: found, started, filled in, filed once, corrected, decided; the licence verified.

Programs bring tokens; nobody signs in. Everything is asserted from the answers a program gets.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.people import RESIDENCE, office, person
from yukuaiban.cases.models import Case
from yukuaiban.config.now import now, today
from yukuaiban.licences.models import Licence
from yukuaiban.materials.tests import files
from yukuaiban.people.models import Account
from yukuaiban.people.services import token_make, token_revoke

pytestmark = pytest.mark.django_db
PHOTO = files.jpeg(800, 600)


@dataclass
class Program:
    """A program with a token."""

    token: str

    def __call__(self, method: str, path: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:
        raw = isinstance(body, bytes)
        answer = Client(enforce_csrf_checks=True).generic(
            method,
            f"/api/v1{path}",
            body if raw else json.dumps(body) if body is not None else b"",
            content_type="application/octet-stream" if raw else "application/json",
            headers={"Authorization": f"Bearer {self.token}", **{k.replace("_", "-"): v for k, v in headers.items()}},
        )
        assert answer.status_code == status, (method, path, answer.status_code, answer.content.decode()[:800])
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.json() if is_json else b"".join(answer) if answer.streaming else answer.content


def program(account: Account, *scopes: str, post_id: int | None = None) -> Program:
    _made, text = token_make(
        account=account, name="test", scopes=scopes, expires_on=today() + timedelta(days=30), post_id=post_id, at=now()
    )
    return Program(text)


@pytest.fixture
def world(city):
    where = office()
    resident = person("张示例")

    def officer(actor) -> Program:
        return program(Account.objects.get(pk=actor.account_id), "desk:read", "desk:write", post_id=actor.post_id)

    mine = program(resident, "items:read", "cases:read", "cases:write", "licences:read", "licences:write")
    return resident, mine, officer(where.window), officer(where.handler), officer(where.approver), where


def test_from_search_to_licence(world):
    _resident, mine, window, handler, approver, where = world

    found = mine("GET", "/items?q=jzz")["items"][0]
    offers = mine("GET", f"/items/entries/{found['code']}")["offered_by"]
    item = next(o["code"] for o in offers if o["division"] == "500103")
    assert item == where.item.code

    number = mine("POST", "/cases", {"item": item}, status=201)["number"]
    assert mine("POST", "/cases", {"item": item}, status=200)["number"] == number
    draft = mine("PATCH", f"/cases/{number}", {"answers": {"kind": "first"}})
    assert "school" not in draft["missing"]  # hidden until the ground is chosen
    assert "ground" in draft["missing"]
    assert not mine("PATCH", f"/cases/{number}", {"answers": RESIDENCE})["missing"]
    assert mine("PATCH", f"/cases/{number}", {"answers": {"nonsense": 1}}, status=422)["details"]["fields"]

    refused = mine("POST", f"/cases/{number}/file", status=422)
    assert refused["code"] == "case.materials_missing"
    for slot in refused["details"]["materials"]:
        mine("POST", f"/cases/{number}/materials/{slot}?name=x.jpg", b"not a picture", status=422)
        held = next(s for s in mine("GET", f"/cases/{number}/materials") if s["slot"] == slot)
        assert held["is_missing"]
        assert not held["uses"]
        mine("POST", f"/cases/{number}/materials/{slot}?name=x.jpg", PHOTO, status=201)

    key = {"Idempotency_Key": "one-filing-and-no-more"}
    receipt = mine("POST", f"/cases/{number}/file", **key)
    again = mine("POST", f"/cases/{number}/file", **key)
    assert receipt["code"]
    assert again == {**receipt, "code": None}
    assert Case.objects.filter(applicant=_resident.party).count() == 1
    assert mine("POST", f"/cases/{number}/file", Idempotency_Key="another-key-altogether")["code"] is None

    tracked = Client().get(f"/api/v1/cases/track?number={number}", headers={"Lookup-Code": receipt["code"]})
    assert tracked.status_code == 200
    assert "applicant" not in tracked.json()
    assert Client().get(f"/api/v1/cases/track?number={number}", headers={"Lookup-Code": "WRONG234"}).status_code == 404

    row = next(w for w in window("GET", "/desk/work?q=zsl")["work"] if w["case"]["number"] == number)
    assert row["bucket"] == "intake"
    wanted = {"wanted": {"field:school": "请写学校全称"}}
    desk = f"/desk/cases/{number}"
    possible = {a["act"]: a for a in window("GET", f"{desk}/acts")}
    assert "field:school" in [q["name"] for q in possible["request_correction"]["asks"]]
    assert window("POST", f"{desk}/acts/request_correction", wanted)["state"] == "correction"
    assert mine("GET", f"/cases/{number}")["correction"]["wanted"][0]["path"] == "field:school"
    mine("POST", f"/cases/{number}/correction", {"answers": {"school": "示例大学（示例校区）"}})
    assert window("GET", desk)["changed"] == ["school"]

    assert handler("POST", f"{desk}/acts/grant", {"opinion": ""}, status=403)["code"] == "permission_refused"
    assert window("POST", f"{desk}/acts/accept")["accepted_on"] == today().isoformat()
    assert window("POST", f"{desk}/acts/accept", status=409)["code"] == "case.transition_refused"
    mine("POST", f"/cases/{number}/messages", {"text": "请问还要多久？"})
    handler("POST", f"{desk}/acts/write_message", {"text": "很快。"})
    assert [m["from_applicant"] for m in mine("GET", f"/cases/{number}")["messages"]] == [True, False]

    file = window("GET", desk)["files"][0]
    assert window("GET", f"{desk}/files/{file['id']}") == PHOTO
    handler("POST", f"{desk}/acts/pass_step", {"opinion": "符合条件"})
    approver("POST", f"{desk}/acts/grant", {"opinion": "准予"})
    approver("POST", f"{desk}/acts/certify")
    window("POST", f"{desk}/acts/deliver", {"how": "electronic"})
    assert window("POST", "/desk/bulk", {"act": "close", "cases": [number, "NOSUCHCASE"]}) == [
        {"number": number, "done": True, "code": None, "message": "已完成"},
        {
            "number": "NOSUCHCASE",
            "done": False,
            "code": "not_found",
            "message": "没有这个办件，或您无权查看。请核对编号。",
        },
    ]

    done = mine("GET", f"/cases/{number}")
    assert done["state"] == "closed"
    held = next(one for one in mine("GET", "/licences") if one["id"] == done["licence_id"])
    assert mine("GET", f"/licences/{held['id']}/file").startswith(b"%PDF")
    seen = Client().get(f"/api/v1/licences/verify/{Licence.objects.get(pk=held['id']).code}")
    assert seen.json()["standing"]["is_valid"]
    mine("POST", f"/cases/{number}/rating", {"level": 1, "words": "很好"}, status=201)
    assert mine("POST", f"/cases/{number}/rating", {"level": 2}, status=409)["code"] == "rating.refused"


def test_a_token_reaches_its_scopes_and_nothing_else(world):
    resident, mine, window, *_others = world
    reader = program(resident, "cases:read")
    assert reader("GET", "/cases")["cases"] == []
    assert reader("POST", "/cases", {"item": "x"}, status=403)["code"] == "permission_refused"
    assert Program("ykb_nothing")("GET", "/cases", status=401)["code"] == "not_signed_in"
    assert mine("GET", "/desk/work", status=403)
    assert window("GET", "/cases", status=403)
    made = resident.api_tokens.get(scopes=["cases:read"])
    token_revoke(account=resident, token_id=made.pk, at=now())
    reader("GET", "/cases", status=401)


def test_a_session_changes_nothing_without_its_csrf_token(world):
    resident, *_others, where = world
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(resident)
    start = {"data": json.dumps({"item": where.item.code}), "content_type": "application/json"}
    assert browser.get("/api/v1/cases").status_code == 200
    assert browser.post("/api/v1/cases", **start).status_code == 403
    page = browser.get("/zh/me").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert browser.post("/api/v1/cases", **start, headers={"X-CSRFToken": token}).status_code == 201


def test_a_stranger_finds_nothing(world):
    _resident, mine, *_others, where = world
    number = mine("POST", "/cases", {"item": where.item.code}, status=201)["number"]
    other = program(person("李示例"), "cases:read", "cases:write")
    assert other("GET", f"/cases/{number}", status=404)["code"] == "not_found"
    other("PATCH", f"/cases/{number}", {"answers": {}}, status=404)
    other("POST", f"/cases/{number}/file", status=404)
    assert other("GET", "/cases")["cases"] == []


def test_one_key_is_for_one_filing(world):
    _resident, mine, *_others, where = world
    number = mine("POST", "/cases", {"item": where.item.code}, status=201)["number"]
    mine("PATCH", f"/cases/{number}", {"answers": RESIDENCE})
    for slot in mine("GET", f"/cases/{number}/materials"):
        if slot["is_missing"]:
            mine("POST", f"/cases/{number}/materials/{slot['slot']}", PHOTO, status=201)
    mine("POST", f"/cases/{number}/file", Idempotency_Key="key-of-the-first")
    second = mine("POST", "/cases", {"item": where.item.code}, status=201)["number"]
    refused = mine("POST", f"/cases/{second}/file", status=409, Idempotency_Key="key-of-the-first")
    assert refused == {**refused, "code": "case.key_used_already", "details": {"number": number}}
