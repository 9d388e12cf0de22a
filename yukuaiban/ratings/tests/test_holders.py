"""A person's copy of all his data holds his cases; an account is not closed over a case that nobody could answer for."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.people import RESIDENCE, applicant, at, office, person
from yukuaiban.cases import services
from yukuaiban.cases.models import Case
from yukuaiban.cases.tests.test_life import MONDAY, give_materials
from yukuaiban.materials.models import MaterialUse
from yukuaiban.people import exports
from yukuaiban.people.errors import CannotClose
from yukuaiban.people.models import Account, Party, Relation
from yukuaiban.people.services import Terms, account_close, mandate_offer
from yukuaiban.people.signals import party_merged
from yukuaiban.ratings.services import rating_give

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(city):
    """A person with a licence from a case that has ended, rated, and with a draft of another item."""
    where, account = office(), person()
    who = applicant(account)
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(MONDAY))
    give_materials(case)
    services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
    services.case_accept(case_id=case.pk, by=where.window, at=at(MONDAY))
    services.step_pass(case_id=case.pk, step_id=case.steps.get(stage=1).pk, by=where.handler, at=at(MONDAY))
    services.case_grant(case_id=case.pk, by=where.approver, at=at(MONDAY))
    services.case_certify(case_id=case.pk, by=where.approver, at=at(MONDAY))
    services.case_deliver(case_id=case.pk, by=where.window, at=at(MONDAY), how="electronic")
    services.case_close(case_id=case.pk, by=where.window, at=at(MONDAY))
    case.refresh_from_db()
    rating_give(case=case, by=who, level=5, words="太慢", at=at(MONDAY))
    return account, case, where


def test_the_copy_holds_cases_licences_and_ratings(ended):
    account, case, _where = ended
    archive = zipfile.ZipFile(io.BytesIO(exports.all_my_data(account.party, at=at(MONDAY))))
    part = {name: json.loads(archive.read(f"{name}.json")) for name in ("cases", "licences", "ratings")}
    (mine,) = part["cases"]["cases"]
    assert mine["number"] == case.number
    assert mine["answers"]["school"] == RESIDENCE["school"]
    assert [event["act"] for event in mine["events"]][:2] == ["file", "accept"]
    assert [licence["case"] for licence in part["licences"]] == [case.number]
    assert part["ratings"][0]["words"] == "太慢"
    stranger = zipfile.ZipFile(io.BytesIO(exports.all_my_data(person("别人示例").party, at=at(MONDAY))))
    assert case.number not in "".join(stranger.read(name).decode() for name in stranger.namelist())


def test_an_account_with_a_case_under_way_is_not_closed(city):
    where, account = office(), person()
    who = applicant(account)
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(MONDAY))
    give_materials(case)
    services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
    with pytest.raises(CannotClose, match=case.number):
        account_close(account=account, at=at(MONDAY))
    services.case_withdraw(case_id=case.pk, by=who, at=at(MONDAY), reason="不办了")
    account_close(account=account, at=at(MONDAY))
    assert Account.objects.get(pk=account.pk).closed_at


def test_closing_takes_drafts_and_unanswered_offers_along(ended):
    account, case, where = ended
    draft = services.draft_start(service_item_id=where.item.pk, by=applicant(account), at=at(MONDAY))
    terms = Terms(None, MONDAY, MONDAY + timedelta(days=30))
    offer = mandate_offer(
        account=account, principal=account.party, name="李示例", contact="+8613800138077", relation=Relation.OTHER,
        terms=terms, at=at(MONDAY),
    )  # fmt: skip
    account_close(account=account, at=at(MONDAY))
    assert not Case.objects.filter(pk=draft.pk).exists()
    assert Case.objects.filter(pk=case.pk).exists()  # kept: an archive
    offer.refresh_from_db()
    assert (offer.state, offer.code_hash) == ("declined", "")


def test_a_draft_goes_with_the_person_whom_its_account_proves_to_be(city):
    where, account = office(), person()
    known = person("先前登记").party
    who = applicant(account)
    draft = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
    services.draft_save(case_id=draft.pk, answers=RESIDENCE, by=who, at=at(MONDAY))
    give_materials(draft)
    party_merged.send(sender=Party, from_id=account.party_id, into_id=known.pk)
    draft.refresh_from_db()
    assert draft.applicant_id == known.pk
    assert set(MaterialUse.objects.filter(subject=draft.pk).values_list("owner", flat=True)) == {known.pk}
    assert services.draft_start(service_item_id=where.item.pk, by=replace(who, party_id=account.party_id), at=at(MONDAY)) != draft  # fmt: skip
    Case.objects.filter(applicant=account.party_id).update(saved_at=at(MONDAY + timedelta(days=1)))
    party_merged.send(sender=Party, from_id=account.party_id, into_id=known.pk)
    assert Case.objects.get(filed_by=account).saved_at == at(MONDAY + timedelta(days=1))  # the one saved last stays
    assert not MaterialUse.objects.filter(subject=draft.pk).exists()
