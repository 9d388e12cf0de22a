"""The signed pass: sixty seconds without a question to the database, five at most after something was taken away."""

from __future__ import annotations

import threading
from dataclasses import replace
from http.cookies import SimpleCookie

import pytest
from django.core import signing
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.test import Client, RequestFactory

from yukuaiban.config import epochs
from yukuaiban.config.now import now, today
from yukuaiban.people import passes, services
from yukuaiban.people.models import Account, Relation, Revocation, Role
from yukuaiban.people.tests import factories as make

pytestmark = pytest.mark.django_db


def carried(browser: Client) -> HttpRequest:
    """A request as the browser would send it now, before any middleware."""
    request = RequestFactory().get("/zh/")
    request.COOKIES = {name: cookie.value for name, cookie in browser.cookies.items()}
    return request


def held(browser: Client) -> passes.Pass | None:
    return passes.read(carried(browser))


@pytest.fixture
def account() -> Account:
    return make.account(real="示例甲")


@pytest.fixture
def browser(account) -> Client:
    browser = make.signed_in(account)
    browser.get("/zh/me")
    return browser


class TestThePass:
    def test_says_who_in_which_capacity(self, account, browser):
        found = held(browser)
        assert (found.account_id, found.party_id, found.name) == (account.pk, account.party_id, "示例甲")
        assert found.assurance == "real_name"
        assert found.post is None
        assert found.as_party().party_id == account.party_id
        assert found.as_officer() is None

    def test_is_read_without_session_or_account(self, browser, django_assert_num_queries):
        with django_assert_num_queries(1) as asked:  # inside a test's transaction the epochs are asked each time
            assert passes.read(carried(browser)) is not None
        assert "epochs" in asked.captured_queries[0]["sql"]

    def test_counts_for_sixty_seconds(self, browser, monkeypatch):
        later = signing.time.time() + 61
        monkeypatch.setattr(signing.time, "time", lambda: later)
        assert held(browser) is None
        assert browser.get("/zh/me").status_code == 200  # the session still says who it is, and hands out a new one
        assert held(browser) is not None

    def test_is_worth_nothing_without_its_session(self, browser):
        stolen = Client()
        stolen.cookies = SimpleCookie({passes.COOKIE: browser.cookies[passes.COOKIE].value})
        assert held(stolen) is None
        stolen.cookies["ykb_session"] = "another-session"
        assert held(stolen) is None

    def test_cannot_be_made_or_changed(self, browser, account):
        cookie = browser.cookies[passes.COOKIE].value
        for forged in ("x" + cookie, cookie[:-1], signing.TimestampSigner(salt="other").sign("{}"), "", "a:b:c"):
            browser.cookies[passes.COOKIE] = forged
            assert held(browser) is None

    def test_stays_on_the_person_s_machine_and_away_from_scripts(self, browser):
        cookie = browser.cookies[passes.COOKIE]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["max-age"] == 60

    def test_is_not_handed_to_who_is_not_signed_in(self):
        browser = Client()
        browser.get("/zh/accounts/login/")
        assert passes.COOKIE not in browser.cookies

    def test_changes_with_the_party_acted_for(self, browser, account):
        row = services.guardianship_declare(
            account=account,
            name="示例子",
            id_kind="resident_id",
            id_number=make.resident_id("20180601"),
            relation=Relation.PARENT,
            consents=True,
            at=now(),
        )
        browser.post("/zh/me/identities", {"party": row.ward_id})
        browser.get("/zh/me")
        assert held(browser).party_id == row.ward_id
        services.guardianship_end(guardianship_id=row.pk, account=account, reason="", at=now())
        browser.get("/zh/me")
        assert held(browser).party_id == account.party_id

    def test_nobody_becomes_whom_he_may_not_act_for(self, browser, account):
        stranger = make.account(real="示例乙")
        assert browser.post("/zh/me/identities", {"party": stranger.party_id}).status_code == 404
        browser.get("/zh/me")
        assert held(browser).party_id == account.party_id


class TestRevoking:
    @pytest.mark.parametrize(
        "act",
        [
            pytest.param(lambda a: services.account_logout_everywhere(account=a, at=now()), id="log-out everywhere"),
            pytest.param(lambda a: services.account_close(account=a, at=now()), id="closing"),
            pytest.param(
                lambda a: services.phone_change(account=a, phone=make.phone(), proof="old_phone", at=now()),
                id="another phone",
            ),
            pytest.param(lambda a: services.real_person_check(account=a, proof="x", at=now()), id="another level"),
        ],
    )
    def test_whatever_changes_an_account_ends_its_passes(self, act, account, browser):
        assert held(browser) is not None
        act(account)
        assert held(browser) is None

    def test_nobody_else_s_pass_is_touched(self, account, browser):
        other = make.signed_in(make.account(real="示例乙"))
        other.get("/zh/me")
        services.account_logout_everywhere(account=account, at=now())
        assert held(other) is not None

    def test_logging_out_ends_the_one_session_and_its_copies(self, account, browser):
        second = make.signed_in(account)
        second.get("/zh/me")
        copy = carried(browser)
        browser.post("/zh/accounts/logout/")
        assert passes.read(copy) is None
        assert held(second) is not None

    def test_logging_out_everywhere_ends_every_session(self, account, browser):
        second = make.signed_in(account)
        second.get("/zh/me")
        browser.post("/zh/me/security/logout-everywhere")
        assert [b.get("/zh/me").status_code for b in (browser, second)] == [302, 302]

    def test_ending_one_device_from_the_list_ends_its_pass(self, account):
        mine, other = Client(), Client()
        for client in (mine, other):
            client.post("/zh/accounts/login/", {"login": account.phone, "password": make.PASSWORD})
            client.get("/zh/me")
        mine.post("/zh/accounts/sessions/")
        assert held(other) is None
        assert other.get("/zh/me").status_code == 302
        assert mine.get("/zh/me").status_code == 200

    def test_a_post_that_ends_is_gone_from_the_pass(self):
        who, post = make.officer(Role.HANDLER)
        browser = make.signed_in(who)
        browser.get("/zh/me")
        assert held(browser).as_officer().role == "handler"
        services.post_end(post_id=post.pk, on=today(), by=make.at_work(Role.SUPERVISOR, "示例督查"), at=now())
        assert held(browser) is None
        browser.get("/zh/me")
        assert held(browser).as_officer() is None

    def test_one_cut_before_the_revocation_but_sent_after_it_does_not_count(self, account, browser):
        """The session was read, then revoked, then the pass was written: the epoch is of before."""
        found = held(browser)
        late = passes.write(replace(found, epoch=found.epoch))
        passes.revoke(account.pk)
        browser.cookies[passes.COOKIE] = late
        assert held(browser) is None

    def test_old_revocations_are_swept(self, account):
        passes.revoke(account.pk)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE people_revocation SET at = at - interval '2 days'")
        assert passes.sweep() >= 1
        assert not Revocation.objects.exists()


class TestEpochs:
    """What every process knows, and for how long without the database."""

    class Clock:
        now = 100.0

        def __call__(self) -> float:
            return self.now

    def watch(self, *answers):
        clock, asked = self.Clock(), []

        def read():
            asked.append(clock.now)
            answer = answers[min(len(asked), len(answers)) - 1]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return epochs.Watch(read, clock, lambda: True), clock, asked

    def test_are_asked_once_a_second(self):
        watch, clock, asked = self.watch(epochs.Seen(1, 1, 1), epochs.Seen(1, 2, 1))
        for step in (0, 0.3, 0.6, 0.05):
            clock.now += step
            watch.current()
        assert len(asked) == 1
        clock.now += 0.1
        assert watch.current().revocations == 2

    def test_without_the_database_memory_counts_five_seconds_and_then_nothing_does(self):
        watch, clock, _asked = self.watch(epochs.Seen(1, 1, 1), DatabaseError())
        watch.current()
        clock.now += 4.9
        assert watch.current().revocations == 1
        clock.now += 0.2
        with pytest.raises(epochs.Stale):
            watch.current()

    def test_a_slow_question_holds_one_thread_and_not_the_others(self):
        gate, first, clock = threading.Event(), threading.Event(), self.Clock()

        def read():
            if clock.now > 100:
                first.set()
                gate.wait(5)
            return epochs.Seen(1, int(clock.now), 1)

        watch = epochs.Watch(read, clock, lambda: True)
        watch.current()
        clock.now = 102.0
        slow = threading.Thread(target=watch.current)
        slow.start()
        first.wait(5)
        assert watch.current().revocations == 100  # known, two seconds old: good enough meanwhile
        gate.set()
        slow.join()
        assert watch.current().revocations == 102

    def test_a_pass_does_not_count_when_the_epochs_are_stale(self, browser, monkeypatch):
        def stale():
            raise epochs.Stale("too old")

        monkeypatch.setattr(epochs, "current", stale)
        assert held(browser) is None
        assert browser.get("/zh/me").status_code == 200  # the database itself is asked

    def test_what_a_transaction_rolls_back_was_never_seen(self):
        watch = epochs.Watch(lambda: epochs.Seen(9, 9, 9), self.Clock(), lambda: False)
        watch.current()
        assert watch._seen is None


@pytest.mark.django_db(transaction=True)
def test_another_process_sees_a_revocation_within_five_seconds(account):
    """Two processes are two watches and two memories over one database."""
    browser = make.signed_in(account)
    browser.get("/zh/me")
    elsewhere, memory = epochs.Watch(), passes.Revocations()
    found = held(browser)
    assert not memory.cover(found, elsewhere.current().revocations)
    passes.revoke(account.pk)
    clock = elsewhere._clock
    elsewhere._clock = lambda: clock() + 1.01  # a second and a bit later
    assert memory.cover(found, elsewhere.current().revocations)
