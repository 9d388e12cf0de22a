"""Who somebody is: the sandbox's rules, the real-name and real-person check, and two accounts of one person."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection

from yukuaiban.config.errors import Invalid
from yukuaiban.config.now import now
from yukuaiban.identifiers import documents
from yukuaiban.people import assurance, limits, services
from yukuaiban.people.errors import IdentityFixed, IdentityHasAccount, NeedsAssurance, NotVerified, RegisterUnavailable
from yukuaiban.people.models import Account, Party
from yukuaiban.people.signals import party_merged
from yukuaiban.people.tests import factories as make
from yukuaiban.people.verifiers import Outcome, Sandbox


def check(account: Account, name: str = "示例甲", **typed) -> Party:
    typed = {"id_kind": "resident_id", "id_number": make.resident_id()} | typed
    return services.real_name_check(account=account, name=name, at=now(), **typed)


class TestTheSandboxAnswersByItsRules:
    @pytest.mark.parametrize(
        ("kind", "number", "name", "outcome"),
        [
            pytest.param("resident_id", make.resident_id(), "示例甲", Outcome.MATCH, id="sample number, sample name"),
            pytest.param("resident_id", make.resident_id(), "王建国", Outcome.MISMATCH, id="a name without 示例"),
            pytest.param(
                "resident_id", "11010519491231002X", "示例甲", Outcome.UNKNOWN, id="a number of a real region"
            ),
            pytest.param(
                "resident_id", make.resident_id(serial="990"), "示例甲", Outcome.UNAVAILABLE, id="register down"
            ),
            pytest.param("resident_id", make.resident_id(serial="992"), "示例甲", Outcome.UNKNOWN, id="nobody"),
            pytest.param("passport", "E12345678", "SAMPLE Marie", Outcome.MATCH, id="sample passport"),
            pytest.param("passport", "E12345678", "Marie Curie", Outcome.UNKNOWN, id="any other passport"),
            pytest.param("resident_id", "500000199001010016", "王示例", Outcome.MATCH, id="a person of sandbox.yaml"),
            pytest.param("resident_id", "500000199001010016", "示例甲", Outcome.MISMATCH, id="under another name"),
        ],
    )
    def test_for_persons(self, kind, number, name, outcome):
        assert Sandbox().check_person(documents.parse(kind, number), name).outcome is outcome

    def test_for_a_child_of_the_list_and_by_age(self):
        parent = documents.parse("resident_id", make.resident_id("19900101"))
        for born, outcome in [("20180101", Outcome.MATCH), ("20000101", Outcome.MISMATCH)]:
            child = documents.parse("resident_id", make.resident_id(born))
            assert Sandbox().check_guardian(parent, child, "示例父", "示例子") is outcome


@pytest.mark.django_db
class TestRealNameCheck:
    """在线政务服务若干规定 第五条"""

    @pytest.mark.parametrize(
        ("kind", "number", "more"),
        [
            pytest.param("resident_id", make.resident_id("19770707"), {}, id="居民身份证"),
            pytest.param("passport", "E12345678", {"birth_on": date(1985, 5, 4), "country": "FRA"}, id="护照"),
            pytest.param("hk_macao_permit", "H12345678", {"birth_on": date(1980, 1, 1)}, id="港澳通行证"),
            pytest.param("taiwan_permit", "12345678", {"birth_on": date(1980, 1, 1)}, id="台湾通行证"),
            pytest.param("foreign_permanent", "FRA110099010101", {"birth_on": date(1980, 1, 1)}, id="永久居留"),
        ],
    )
    def test_each_kind_of_document_makes_a_real_person(self, kind, number, more):
        account = make.account()
        party = check(
            account, "示例 SAMPLE" if kind == "passport" else "示例甲", id_kind=kind, id_number=number, **more
        )
        account.refresh_from_db()
        assert account.party == party
        assert (party.assurance, party.id_kind, party.id_number) == ("real_name", kind, number)
        assert party.birth_on == (more.get("birth_on") or date(1977, 7, 7))
        assert party.is_sample  # the sandbox vouches for nobody real

    def test_the_number_stands_encrypted_and_is_found_by_its_index(self):
        number = make.resident_id()
        party = check(make.account(), id_number=number)
        with connection.cursor() as cursor:
            cursor.execute("SELECT id_number, id_index FROM people_party WHERE id = %s", [party.pk])
            stored, index = cursor.fetchone()
        assert number.encode() not in bytes(stored)
        assert len(bytes(index)) == 32
        assert Party.objects.with_identity("resident_id", number) == party
        assert Party.objects.with_identity("passport", number) is None

    @pytest.mark.parametrize(
        ("typed", "error", "field"),
        [
            pytest.param({"id_number": "500000199001010017"}, Invalid, "id_number", id="a slip in the number"),
            pytest.param({"name": "甲1"}, Invalid, "name", id="a digit in the name"),
            pytest.param({"name": "王建国"}, NotVerified, None, id="another name"),
            pytest.param({"id_number": make.resident_id(serial="990")}, RegisterUnavailable, None, id="register down"),
        ],
    )
    def test_refusals_say_what_is_wrong_and_change_nothing(self, typed, error, field):
        account = make.account()
        with pytest.raises(error) as refused:
            check(account, **typed)
        assert (field in refused.value.details) if field else refused.value.details == {}
        account.party.refresh_from_db()
        assert account.party.assurance == "registered"

    def test_nobody_tries_names_and_numbers_without_end(self):
        account = make.account()
        for _n in range(8):
            with pytest.raises(NotVerified):
                check(account, "王建国")
        with pytest.raises(limits.TooOften) as refused:
            check(account, "示例甲")
        assert refused.value.details["retry_after"] > 0

    def test_an_account_stays_with_its_person(self):
        account = make.account(real="示例甲")
        with pytest.raises(IdentityFixed):
            check(account, "示例乙")

    def test_a_person_met_before_is_found_and_what_he_had_stays_his(self):
        number = make.resident_id("20100101")
        met = Party.objects.create(
            kind="person", name="示例孩子", id_kind="resident_id", id_number=number, assurance="real_name"
        )
        heard = []
        party_merged.connect(receiver := lambda **said: heard.append((said["from_id"], said["into_id"])), weak=False)
        account = make.account()
        empty = account.party
        try:
            assert check(account, "示例孩子", id_number=number) == met
        finally:
            party_merged.disconnect(receiver)
        account.refresh_from_db()
        empty.refresh_from_db()
        assert account.party == met
        assert empty.merged_into == met
        assert heard == [(empty.pk, met.pk)]

    def test_a_level_never_falls(self):
        account = make.account(real="示例甲")
        services.real_person_check(account=account, proof="sandbox", at=now())
        check(account, id_number=account.party.id_number)
        account.party.refresh_from_db()
        assert account.party.assurance == "real_person"

    def test_face_that_does_not_match(self):
        account = make.account()
        check(account, id_number=make.resident_id(serial="994"))
        account.refresh_from_db()
        with pytest.raises(NotVerified):
            services.real_person_check(account=account, proof="sandbox", at=now())

    def test_real_person_comes_after_real_name(self):
        with pytest.raises(NeedsAssurance):
            services.real_person_check(account=make.account(), proof="sandbox", at=now())


@pytest.mark.django_db
class TestLevelsAreData:
    def test_each_level_says_what_is_missing_and_where(self):
        fresh, real = make.account(), make.account(real="示例甲")
        assert assurance.assurance_missing(fresh, "registered") is None
        assert assurance.assurance_missing(real, "real_name") is None
        missing = assurance.assurance_missing(fresh, "real_name")
        assert missing.url == "/zh/me/real-name"
        assert missing.text["zh"]
        assert missing.text["en"]
        assert assurance.assurance_missing(real, "real_person").level.code == "real_person"
        assert assurance.assurance_missing(None, "registered").url == "/zh/accounts/login/"

    def test_levels_are_ordered(self):
        assert [level.rank for level in assurance.levels().values()] == [0, 1, 2]
        assert assurance.reaches("real_person", "real_name")
        assert not assurance.reaches("registered", "real_name")


@pytest.mark.django_db
class TestTakingOverOnesOlderAccount:
    """A lost phone: a new account, the same person."""

    def test_matters_move_and_the_older_account_ends(self, django_capture_on_commit_callbacks):
        older = make.account(real="示例甲", email="old@example.com")
        person, number = older.party, older.party.id_number
        old_browser = make.signed_in(older)
        new = make.account()
        with pytest.raises(IdentityHasAccount):
            check(new, "示例甲", id_number=number)
        with django_capture_on_commit_callbacks(execute=True):
            services.identity_take_over(
                account=new, id_kind="resident_id", id_number=number, name="示例甲", proof="sandbox", at=now()
            )
        new.refresh_from_db()
        older.refresh_from_db()
        person.refresh_from_db()
        assert new.party == person
        assert person.assurance == "real_person"
        assert person.phone == new.phone
        assert (older.party, older.is_active, older.phone) == (None, False, None)
        assert old_browser.get("/zh/me").status_code == 302
        assert "12345" in make.messages("old@example.com")[-1]["body"]

    def test_without_the_face_nothing_moves(self):
        older, new = make.account(real="示例甲"), make.account()
        with pytest.raises(NotVerified):
            services.identity_take_over(
                account=new,
                id_kind="resident_id",
                id_number=older.party.id_number,
                name="示例甲",
                proof="",
                at=now(),
            )
        older.refresh_from_db()
        assert older.party is not None


@pytest.mark.django_db(transaction=True)
def test_two_accounts_prove_the_same_person_at_once_and_one_gets_him():
    number, accounts, outcomes = make.resident_id(), [make.account() for _n in range(4)], []
    start = threading.Barrier(len(accounts))

    def prove(account):
        start.wait()
        try:
            check(account, id_number=number)
            outcomes.append("joined")
        except IdentityHasAccount:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=prove, args=(account,)) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["joined", "refused", "refused", "refused"]
    assert Party.objects.filter(id_index__isnull=False).count() == 1


@pytest.mark.django_db
class TestPassportsOfTwoStates:
    """One number, two persons: the second is never taken for the first."""

    def test_the_number_alone_joins_nobody(self):
        first = make.account()
        services.real_name_check(
            account=first, id_kind="passport", id_number="P7654321", name="John SAMPLE", country="USA",
            birth_on=date(1980, 1, 2), at=now(),
        )  # fmt: skip
        second = make.account()
        for act, more in (
            (services.real_name_check, {"country": "GBR", "birth_on": date(1990, 1, 2)}),
            (services.identity_take_over, {"proof": "face"}),
        ):
            with pytest.raises(NotVerified):
                act(account=second, id_kind="passport", id_number="P7654321", name="Jane SAMPLE", at=now(), **more)
        first.refresh_from_db()
        assert first.is_active
        assert first.party.name == "John SAMPLE"
        taken = services.identity_take_over(
            account=second, id_kind="passport", id_number="P7654321", name="John SAMPLE", proof="face", at=now()
        )
        assert taken == first.party
