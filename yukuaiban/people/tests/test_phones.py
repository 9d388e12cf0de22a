"""A number that changes, is lost, or now belongs to another."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from yukuaiban.config.now import now
from yukuaiban.people import selectors, services
from yukuaiban.people.errors import AlreadyDone, PhoneTaken
from yukuaiban.people.models import Account, PhoneClaim
from yukuaiban.people.tests import factories as make

OLD, NEW = "+8613800138000", "+8613900139000"
IDENTITY = {"id_kind": "resident_id", "name": "示例甲"}


@pytest.fixture
def holder(db) -> Account:
    return make.account(real="示例甲", phone=OLD, email="holder@example.com")


class TestChangingIt:
    def test_with_a_code_from_the_old_and_one_from_the_new(self, holder, django_capture_on_commit_callbacks):
        browser = make.reauthenticated(holder)
        answer = browser.post("/zh/me/security/phone", {"phone": "139 0013 9000", "how": "old_phone"})
        assert answer["Location"] == "/zh/me/security/phone/codes"
        codes = {"new_code": make.code_sent(NEW), "old_code": make.code_sent(OLD)}
        refused = browser.post("/zh/me/security/phone/codes", codes | {"old_code": "000000"})
        assert refused.status_code == 422
        with django_capture_on_commit_callbacks(execute=True):
            browser.post("/zh/me/security/phone/codes", codes)
        holder.refresh_from_db()
        assert (holder.phone, holder.party.phone) == (NEW, NEW)
        assert Account.objects.with_phone(OLD) is None
        for to in ("holder@example.com", OLD):  # the old number learns of it too
            assert "139****9000" in make.messages(to)[-1]["body"]

    def test_one_wrong_code_leaves_the_other_valid(self, holder):
        browser = make.reauthenticated(holder)
        browser.post("/zh/me/security/phone", {"phone": "139 0013 9000", "how": "old_phone"})
        codes = {"new_code": make.code_sent(NEW), "old_code": make.code_sent(OLD)}
        refused = browser.post("/zh/me/security/phone/codes", codes | {"new_code": "000000"}).content.decode()
        assert 'href="#id_new_code"' in refused
        assert 'href="#id_old_code"' not in refused
        browser.post("/zh/me/security/phone/codes", codes)
        holder.refresh_from_db()
        assert holder.phone == NEW

    def test_needs_the_password_of_a_moment_ago(self, holder):
        assert "reauthenticate" in make.signed_in(holder).get("/zh/me/security/phone")["Location"]

    def test_lost_with_name_and_document_instead_of_the_old_code(self, holder):
        browser = make.reauthenticated(holder)
        form = {"phone": "13900139000", "how": "real_name", **IDENTITY, "id_number": holder.party.id_number}
        on_the_lost_phone = Client()
        on_the_lost_phone.post("/zh/accounts/login/", {"login": "13800138000", "password": make.PASSWORD})
        assert on_the_lost_phone.get("/zh/me").status_code == 200
        browser.post("/zh/me/security/phone", form)
        assert make.messages(OLD) == []
        browser.post("/zh/me/security/phone/codes", {"new_code": make.code_sent(NEW)})
        holder.refresh_from_db()
        assert holder.phone == NEW
        assert browser.get("/zh/me").status_code == 200
        assert "login" in on_the_lost_phone.get("/zh/me")["Location"]
        assert holder.events.filter(kind="phone_recovered").exists()

    @pytest.mark.parametrize(
        "typed",
        [
            pytest.param({"id_number": make.resident_id()}, id="somebody else's document"),
            pytest.param({"name": "王建国"}, id="a name that does not match"),
            pytest.param({"name": ""}, id="no name"),
        ],
    )
    def test_lost_is_not_said_for_another(self, holder, typed):
        browser = make.reauthenticated(holder)
        form = {"phone": "13900139000", "how": "real_name", **IDENTITY, "id_number": holder.party.id_number} | typed
        assert browser.post("/zh/me/security/phone", form).status_code == 422
        assert make.messages(NEW) == []

    def test_a_number_of_another_account_is_not_sent_a_code_but_can_be_claimed(self, holder):
        make.account(phone=NEW)
        browser = make.reauthenticated(holder)
        answer = browser.post("/zh/me/security/phone", {"phone": "13900139000", "how": "old_phone"})
        assert answer.status_code == 422
        assert "/zh/claim-phone" in answer.content.decode()
        assert make.messages(NEW) == []

    def test_three_wrong_codes_end_it(self, holder):
        browser = make.reauthenticated(holder)
        browser.post("/zh/me/security/phone", {"phone": "13900139000", "how": "old_phone"})
        right = {"new_code": make.code_sent(NEW), "old_code": make.code_sent(OLD)}
        for _n in range(3):
            browser.post("/zh/me/security/phone/codes", right | {"old_code": "000000"})
        assert browser.post("/zh/me/security/phone/codes", right).status_code == 422

    def test_the_first_number_of_an_account_opened_by_e_mail(self, db):
        account = make.account(email="mail@example.com")
        browser = make.reauthenticated(account)
        browser.post("/zh/me/security/phone", {"phone": "13900139000"})
        browser.post("/zh/me/security/phone/codes", {"new_code": make.code_sent(NEW)})
        account.refresh_from_db()
        assert account.phone == NEW


@pytest.mark.django_db
class TestOneNumberOneAccount:
    def test_the_database_refuses_a_second_proved_holder(self):
        make.account(phone=OLD)
        other = make.account(phone=NEW)
        with pytest.raises(PhoneTaken):
            services.phone_change(account=other, phone=OLD, proof="old_phone", at=now())
        other.set_phone(OLD)
        other.phone_verified_at = now()
        with pytest.raises(IntegrityError), transaction.atomic():
            other.save()


class TestClaimingANumberThatIsMineNow:
    def claim(self, browser: Client, phone: str, **identity):
        browser.post("/zh/claim-phone", {"phone": phone})
        browser.post("/zh/claim-phone/code", {"code": make.code_sent(phone)})
        return browser.post("/zh/claim-phone/person", IDENTITY | identity)

    def test_without_an_account_one_is_opened_and_the_old_one_learns_only_that_it_lost_it(
        self, holder, django_capture_on_commit_callbacks
    ):
        browser = Client()
        with django_capture_on_commit_callbacks(execute=True):
            answer = self.claim(browser, OLD, name="示例乙", id_number=make.resident_id())
        assert answer["Location"] == "/zh/me"
        new = Account.objects.with_phone(OLD)
        holder.refresh_from_db()
        assert new.party.name == "示例乙"
        assert (holder.phone, holder.phone_verified_at, holder.party.phone) == (None, None, None)
        assert holder.party.name == "示例甲"
        assert "示例甲" not in browser.get("/zh/me").content.decode()
        told = make.messages("holder@example.com")[-1]
        assert told["kind"] == "account.phone_taken"
        assert "示例乙" not in told["body"]
        assert holder.events.filter(kind="phone_taken").exists()

    def test_with_an_account_the_number_comes_to_it(self, holder):
        mine = make.account(real="示例乙", phone=NEW)
        self.claim(make.signed_in(mine), OLD, name="示例乙", id_number=mine.party.id_number)
        mine.refresh_from_db()
        assert mine.phone == OLD

    def test_the_holder_himself_is_led_to_his_own_account(self, holder):
        answer = self.claim(Client(), OLD, id_number=holder.party.id_number)
        assert answer["Location"] == "/zh/me"
        holder.refresh_from_db()
        assert holder.phone == OLD
        assert Account.objects.count() == 1

    def test_without_the_code_nobody_gets_to_the_name(self, holder):
        browser = Client()
        browser.post("/zh/claim-phone", {"phone": OLD})
        browser.post("/zh/claim-phone/code", {"code": "000000"})
        assert browser.get("/zh/claim-phone/person")["Location"] == "/zh/claim-phone"
        assert not PhoneClaim.objects.exists()

    def test_without_a_real_name_the_number_stays(self, holder):
        answer = self.claim(Client(), OLD, name="王建国", id_number=make.resident_id())
        assert answer.status_code == 422
        holder.refresh_from_db()
        assert holder.phone == OLD
        assert Account.objects.count() == 1

    def test_who_had_an_account_under_another_number_is_sent_to_it(self, holder):
        mine = make.account(real="示例乙", phone=NEW)
        answer = self.claim(Client(), OLD, name="示例乙", id_number=mine.party.id_number)
        assert answer.status_code == 422
        holder.refresh_from_db()
        assert holder.phone == OLD

    def test_a_claim_waits_an_hour_and_no_longer(self, holder):
        claim = services.phone_claim_open(phone=OLD, at=now())
        with pytest.raises(AlreadyDone):
            services.phone_claim_settle(
                claim_id=claim.pk,
                **IDENTITY | {"name": "示例乙", "id_number": make.resident_id()},
                account=None,
                at=now() + timedelta(hours=2),
            )

    def test_who_proved_the_number_later_wins_over_an_older_proof(self, holder):
        claim = services.phone_claim_open(phone=OLD, at=now())
        services.phone_verified(account=holder, phone=OLD, at=now() + timedelta(minutes=5))
        with pytest.raises(AlreadyDone):
            services.phone_claim_settle(
                claim_id=claim.pk,
                **IDENTITY | {"name": "示例乙", "id_number": make.resident_id()},
                account=None,
                at=now() + timedelta(minutes=10),
            )


@pytest.mark.django_db(transaction=True)
def test_five_claim_one_number_at_once_and_one_gets_it():
    make.account(real="示例甲", phone=OLD)
    claims = [services.phone_claim_open(phone=OLD, at=now()) for _n in range(5)]
    people = [{"id_kind": "resident_id", "name": "示例乙", "id_number": make.resident_id()} for _claim in claims]
    start, outcomes = threading.Barrier(len(claims)), []

    def settle(claim, person):
        start.wait()
        try:
            services.phone_claim_settle(claim_id=claim.pk, **person, account=None, at=now())
            outcomes.append("won")
        except AlreadyDone:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=settle, args=pair) for pair in zip(claims, people, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told"] * 4 + ["won"]
    winner = Account.objects.with_phone(OLD)
    assert winner.party.name == "示例乙"
    assert Account.objects.filter(phone_verified_at__isnull=False).count() == 1
    assert selectors.parties_for(winner)[0].party == winner.party
