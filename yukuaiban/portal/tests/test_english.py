"""In English: what stays Chinese is marked so, what has a name in English bears it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from tests.people import RESIDENCE, applicant, at, office, person
from yukuaiban.cases import letters, services
from yukuaiban.cases.context import Context
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.people.models import Account

pytestmark = pytest.mark.django_db
MONDAY = at(date(2026, 3, 2))


def test_the_sources_in_a_guide_are_marked_as_chinese(city):
    page = Client().get(f"/en/items/{office().item.code}").content.decode()
    sources = re.findall(r'<span class="soft small"([^>]*)>[^<]*《', page)
    assert sources
    assert set(sources) == {' lang="zh-Hans"'}


def test_letters_have_english_names_and_two_cases_of_an_item_their_numbers(city):
    who = applicant(person())
    case = services.draft_start(service_item_id=office().item.pk, by=who, at=MONDAY)
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=MONDAY)
    give_materials(case)
    case = services.case_file(case_id=case.pk, by=who, at=MONDAY).case
    assert letters.make_all(Context(case, MONDAY))
    client = Client()
    client.force_login(Account.objects.get(pk=who.account_id))
    assert "Receipt" in client.get(f"/en/cases/{case.number}").content.decode().partition('id="letters"')[2]
    assert "收件回执" in client.get(f"/zh/cases/{case.number}").content.decode()
    listed = re.sub("<[^>]*>", "", client.get("/en/cases").content.decode())
    assert case.number in listed


def test_what_was_found_comes_before_the_choices_that_narrowed_it(city):
    found = Client().get("/en/search", {"theme": "household"}).content.decode()
    assert '<details class="disclosure"><summary><span>Filter</span> <span class="soft">1 set</span>' in found
    nothing = Client().get("/en/search", {"q": "zzqx", "theme": "household"}).content.decode()
    assert '<details class="disclosure" open>' in nothing
