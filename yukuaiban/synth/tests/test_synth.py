"""A tiny synthetic city: what it holds is valid, the product reads it, and a second run goes on where the first was."""

from __future__ import annotations

import os

import pytest
from django.db import connection
from django.urls import reverse

from yukuaiban.cases import clocks, selectors
from yukuaiban.cases.context import Context
from yukuaiban.cases.models import Case, Step, Work
from yukuaiban.cases.states import ENDED, State
from yukuaiban.chain.verification import verify
from yukuaiban.config.now import now
from yukuaiban.identifiers import case_number, credit_code, phone, resident_id
from yukuaiban.people.models import Account, OrganisationProfile, Party, Role
from yukuaiban.synth import bulk, held, load, offers, plan
from yukuaiban.synth.load import synthesise
from yukuaiban.vault import blind_index, crypto, decrypt

SIZE = (60, 20, 150, 7)


def made(**more):
    return synthesise(*SIZE, processes=1, **more)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(offers, "VARIANTS", 1)


@pytest.fixture
def synthetic(db, city):
    assert made()


@pytest.mark.usefixtures("synthetic")
class TestACity:
    def test_identifiers_are_valid_and_read_back(self):
        people = list(Party.objects.filter(kind="person", id_kind="resident_id"))
        assert len(people) == 60
        for person in people:
            number = resident_id.parse(person.id_number)
            assert (number.born_on, number.sex) == (person.birth_on, "male" if person.sex == "1" else "female")
            assert Party.objects.with_identity("resident_id", person.id_number) == person
        for profile in OrganisationProfile.objects.select_related("party", "legal_representative"):
            assert credit_code.parse(profile.credit_code).text == profile.party.id_number
            assert Party.objects.with_identity("credit_code", profile.credit_code) == profile.party
        for account in Account.objects.filter(phone__isnull=False):
            assert phone.parse(account.phone)
            assert Account.objects.with_phone(account.phone) == account
        assert all(case_number.parse(number) for number in Case.objects.values_list("number", flat=True))

        # everything is marked, and only the first can log in
        assert not Party.objects.filter(is_sample=False).exists()
        assert not Account.objects.filter(is_sample=False).exists()
        usable = [a for a in Account.objects.all() if a.has_usable_password()]
        assert len(usable) == 60
        assert {a.email.partition("@")[2] for a in usable} == {"synthetic.invalid"}

    def test_cases_are_as_acts_would_have_left_them(self):
        report = verify()
        assert report.holds, report.fault
        assert report.subjects == 150
        assert 4 < report.events / report.subjects < 9

        # open cases have work and ended ones none
        assert Case.objects.count() == 150
        for case in Case.objects.all():
            work = Work.objects.filter(case=case)
            assert work.exists() == (State(case.state) not in ENDED), case.state
            if case.state == State.IN_REVIEW:
                assert work.filter(step__state=Step.State.OPEN).exists()

        # a stored date is the one the product would store
        for case in Case.objects.filter(state=State.IN_REVIEW):
            ctx = Context(case, now())
            fresh = clocks.columns(ctx, ctx.history, steps=ctx.steps)
            assert {name: getattr(case, name) for name in ("due_on", "promised_on", "warn_on")} == {
                name: fresh[name] for name in ("due_on", "promised_on", "warn_on")
            }

    def test_the_product_reads_it_and_a_second_run_does_nothing(self, client):
        case = Case.objects.filter(acting_as="self", state=State.CLOSED).first()
        client.force_login(case.filed_by, backend="allauth.account.auth_backends.AuthenticationBackend")
        mine = client.get(reverse("cases:mine"))
        assert mine.status_code == 200
        assert case.number in mine.content.decode().replace("-", "")
        page = client.get(case_url(case))
        assert page.status_code == 200
        body = client.get("/api/v1/cases").json()
        assert case.number in {row["number"] for row in body["cases"]}
        assert selectors.answers_of(case)

        # every state has a page
        for state in set(Case.objects.values_list("state", flat=True)):
            case = Case.objects.filter(state=state).first()
            client.force_login(case.filed_by, backend="allauth.account.auth_backends.AuthenticationBackend")
            assert client.get(case_url(case)).status_code == 200, state

        # a desk finds its work
        row = Work.objects.select_related("desk", "case__applicant").first()
        found = selectors.work_list([row.desk_id], search=row.case.applicant.name)
        assert row.case_id in {each.case_id for each in found.rows}
        assert row.desk.role in Role.values

        # a second run does nothing, and another city is refused
        before = Party.objects.count()
        assert not made()
        assert Party.objects.count() == before
        with pytest.raises(plan.AnotherCity, match="150"):
            synthesise(61, 20, 150, 7, processes=1)


def case_url(case):
    return reverse("cases:case", args=[case.number])


class Stopped(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_a_stopped_run_goes_on_with_its_constraints_off_and_puts_them_back(city, monkeypatch):
    monkeypatch.setattr(held, "HOLD_FROM", 0)
    monkeypatch.setattr(plan, "CHUNK", {"persons": 20, "organisations": 20, "cases": 50})
    before = definitions()

    def stop_in_the_second_chunk_of_cases(self, part, number):
        if (part, number) == ("cases", 1):
            raise Stopped
        return rows(self, part, number)

    rows = load._Maker.rows
    with monkeypatch.context() as patch:
        patch.setattr(load._Maker, "rows", stop_in_the_second_chunk_of_cases)
        with pytest.raises(Stopped):
            made()
    assert Case.objects.count() == 50
    assert definitions() != before
    assert synthesise(*SIZE, processes=2)
    assert (Case.objects.count(), Party.objects.filter(id_kind="resident_id").count()) == (150, 60)
    assert definitions() == before
    assert verify().holds


def definitions():
    """Constraints and indexes of the tables that are filled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) UNION"
            " SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)",
            [list(load.TABLES), list(load.TABLES)],
        )
        return set(cursor.fetchall())


class TestBulk:
    """The same bytes as the vault's own."""

    def test_what_is_sealed_opens_in_its_place_only(self):
        sealed = bulk.sealer(b"here")(b"text")
        assert decrypt(sealed, b"here") == b"text"
        with pytest.raises(crypto.Unreadable):
            decrypt(sealed, b"there")

    def test_under_a_subject(self):
        key = os.urandom(16)
        sealed = bulk.subject_sealer(b"answers")(key, b"text")
        assert crypto.decrypt_for(crypto.wrap(key), sealed, aad=b"answers") == b"text"

    def test_blind_indexes(self):
        assert bulk.indexer("phone")("+8617000000000") == blind_index("phone", "+8617000000000")
