"""A case by number and code, without log-in: found however it is typed, and nobody tries codes out."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import RESIDENCE, applicant, at, office, person
from yukuaiban.cases import services
from yukuaiban.cases.services.lookup import WRONG
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.people import limits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]

MONDAY = date(2026, 3, 2)


@pytest.fixture
def receipt():
    by = applicant(person())
    case = services.draft_start(service_item_id=office().item.pk, by=by, at=at(MONDAY))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=by, at=at(MONDAY))
    give_materials(case)
    return services.case_file(case_id=case.pk, by=by, at=at(MONDAY))


def on_the_page(number: str, code: str, **meta: str):
    return Client().post(reverse("cases:track"), {"number": number, "code": code}, **meta)


def by_a_program(number: str, code: str, **meta: str):
    return Client().get("/api/v1/cases/track", {"number": number}, headers={"Lookup-Code": code}, **meta)


BOTH = pytest.mark.parametrize("ask", [on_the_page, by_a_program])


@BOTH
def test_the_number_is_read_as_it_is_printed_and_as_it_is_typed(receipt, ask):
    number = receipt.case.number
    grouped = f"{number[:4]}-{number[4:8]}-{number[8:]}"
    for typed in (number, grouped, grouped.lower()):
        assert ask(typed, receipt.code.lower()).status_code == 200


@BOTH
@pytest.mark.parametrize("wrong", ["number", "code"])
def test_a_wrong_one_is_not_found_whichever_it_is(receipt, ask, wrong):
    number = "K7MQ3RTX9WHD" if wrong == "number" else receipt.case.number
    code = "WRONG234" if wrong == "code" else receipt.code
    assert ask(number, code).status_code == 404


def test_what_can_be_no_number_is_said_to_be_none(receipt):
    assert "12 位" in on_the_page("渝-1\x00", receipt.code).content.decode()


@BOTH
def test_page_and_program_share_one_brake(receipt, ask):
    """Control: the right code opens the case until the tries are used up, however many wrong ones came before."""
    for n in range(WRONG - 1):
        (on_the_page if n % 2 else by_a_program)(receipt.case.number, "WRONG234")
    assert ask(receipt.case.number, receipt.code).status_code == 200
    assert ask(receipt.case.number, "WRONG234").status_code == 404
    for each in (on_the_page, by_a_program):
        braked = each(receipt.case.number, receipt.code)
        assert braked.status_code == 429
        assert 0 < int(braked["Retry-After"]) <= 600
    assert "分钟后再试" in on_the_page(receipt.case.number, receipt.code).content.decode()
    assert ask(receipt.case.number, receipt.code, REMOTE_ADDR="192.0.2.7").status_code == 200  # somebody else


def test_a_right_one_uses_up_no_try(receipt):
    for _n in range(WRONG + 5):
        assert by_a_program(receipt.case.number, receipt.code).status_code == 200


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("", "unix:", False),
    ],
)
def test_a_line_with_many_addresses_is_one_asker(rf, one, other, same):
    first, second = (limits.asker(rf.get("/", REMOTE_ADDR=address)) for address in (one, other))
    assert (first == second) is same


def test_the_code_of_a_receipt_is_shown_once_and_not_used_up_by_head(receipt):
    client = Client()
    client.force_login(receipt.case.filed_by)
    session = client.session
    session[f"receipt_code:{receipt.case.number}"] = receipt.code
    session.save()
    path = reverse("cases:receipt", args=[receipt.case.number])
    assert client.head(path).status_code == 200
    assert receipt.code in client.get(path).content.decode()
    assert receipt.code not in client.get(path).content.decode()
