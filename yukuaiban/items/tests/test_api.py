"""The catalogue for programs: found, paged, read, and a form that other programs can check answers with."""

from __future__ import annotations

import jsonschema_rs
import pytest
from django.test import Client

from tests.people import RESIDENCE
from yukuaiban.items.models import ServiceItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(city):
    def ask(path: str, language: str = "zh", status: int = 200, **query: str):
        answer = Client().get(f"/api/v1/items{path}", query, headers={"accept-language": language})
        assert answer.status_code == status, answer.content.decode()[:500]
        return answer.json()

    return ask


@pytest.fixture
def residence(city):
    return ServiceItem.objects.get(entry__current_version__content__slug="residence_permit", division_id="500103")


def test_pages_hold_every_entry_once_and_in_order(get):
    seen, after = [], None
    while True:
        page = get("", theme="household", **({"after": after} if after else {}))
        seen += [row["code"] for row in page["items"]]
        after = page["after"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) > 0


def test_what_is_searched_is_what_the_portal_finds(get):
    assert get("", q="jzz")["items"][0]["name"]["zh"] == get("", q="居住证")["items"][0]["name"]["zh"]
    assert all(row["online"] for row in get("", online="true")["items"])
    assert get("", q="x", after="nothing-like-it", status=404)["code"] == "not_found"


def test_a_search_keeps_to_what_is_done_in_one_division(get, residence):
    everywhere = {row["code"] for row in get("", q="登记")["items"]}
    city_alone = get("", q="居住证", division="500000")["items"]
    assert get("", q="居住证", division="500103")["items"][0]["code"] == residence.entry.code
    assert residence.entry.code not in {row["code"] for row in city_alone}
    assert everywhere
    assert get("", division="50010", status=422)["code"] == "invalid"


@pytest.mark.parametrize("text", ["渝中区居住证", "居住证 渝中", "渝中区 jzz"])
def test_words_that_name_a_district_are_searched_there(residence, client, text):
    page = client.get("/zh/search", {"q": text}).content.decode()
    assert f"/zh/services/{residence.entry.code}?division=500103" in page
    there = client.get(f"/zh/services/{residence.entry.code}", {"division": "500103"})
    assert there.url == f"/zh/items/{residence.code}"


def test_a_guide_names_the_status_of_each_element(get, residence):
    guide = get(f"/{residence.code}")
    assert guide["content"]["statutory"]["source"]
    assert {e["status"] for e in guide["elements"]} <= {"published", "law", "sample", "missing"}
    offers = get(f"/entries/{guide['entry']}")["offered_by"]
    assert residence.code in [o["code"] for o in offers]
    assert get("/nowhere", status=404)["code"] == "not_found"


def test_the_form_is_a_schema_in_the_language_asked_for(get, residence):
    zh, en = get(f"/{residence.code}/form"), get(f"/{residence.code}/form", "en")
    assert zh["$schema"] == en["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert zh["properties"]["kind"]["title"] != en["properties"]["kind"]["title"]
    check = jsonschema_rs.Draft202012Validator(zh)
    assert not check.is_valid({**RESIDENCE, "kind": "no such kind"})
