"""What nobody needs any more is gone after a while; nothing else is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from yukuaiban.config import retention
from yukuaiban.config.now import now
from yukuaiban.people import limits, services, tidying
from yukuaiban.people.models import Account, AccountEvent, Attempt, CorrectionRequest, Party, PersonRead, PhoneClaim
from yukuaiban.people.tests import factories as make

pytestmark = pytest.mark.django_db


def test_accounts_that_were_never_proved_go_after_a_week():
    old, young = (
        Account.objects.create(party=Party.objects.create(kind="person"), joined_at=now() - timedelta(days=days))
        for days in (8, 6)
    )
    proved = make.account()
    by_mail = make.account(email="jia@example.com")
    Account.objects.filter(pk__in=[proved.pk, by_mail.pk]).update(joined_at=now() - timedelta(days=400))
    tidying.sweep()
    assert set(Account.objects.all()) == {young, proved, by_mail}
    assert not Party.objects.filter(pk=old.party_id).exists()


def test_claims_lapse_and_counts_end():
    PhoneClaim.objects.create(
        phone=make.phone(), proven_at=now() - timedelta(hours=3), expires_at=now() - timedelta(hours=2)
    )
    fresh = services.phone_claim_open(phone=make.phone(), at=now())
    limits.consume("test", "somebody", at_most=5, seconds=0)
    limits.consume("test", "somebody else", at_most=5, seconds=600)
    tidying.sweep()
    assert [claim.state for claim in PhoneClaim.objects.order_by("pk")] == ["lapsed", "proven"]
    assert PhoneClaim.objects.last() == fresh
    assert Attempt.objects.count() == 1


def test_a_count_begins_anew_when_its_time_is_over():
    for _n in range(3):
        limits.consume("test", "somebody", at_most=1, seconds=0)
    limits.consume("test", "another", at_most=1, seconds=600)
    with pytest.raises(limits.TooOften):
        limits.consume("test", "another", at_most=1, seconds=600)


class TestTheRetentionTable:
    """What people leave behind goes by the table: 个人信息保护法 第十九条、第四十七条."""

    def erased(self, kind: str) -> int:
        return retention.run(now(), only=[kind])[kind].erased

    def test_claims_that_are_over_go_after_six_months(self):
        for days, state in ((400, "lapsed"), (400, "proven"), (100, "lapsed")):
            PhoneClaim.objects.create(
                phone=make.phone(),
                state=state,
                proven_at=now() - timedelta(days=days),
                expires_at=now() - timedelta(days=days - 1),
            )
        assert self.erased("phone_claim") == 1
        assert sorted(PhoneClaim.objects.values_list("state", flat=True)) == ["lapsed", "proven"]

    def test_events_go_three_years_after_the_account_was_closed(self):
        accounts = [make.account(email=f"{n}@example.com") for n in range(3)]
        for account, years in zip(accounts, (4, 2, None), strict=True):
            closed = years and now() - timedelta(days=365 * years + 1)
            Account.objects.filter(pk=account.pk).update(closed_at=closed or None, is_active=not years)
            AccountEvent.objects.create(account=account, kind="opened", at=now() - timedelta(days=3000))
        assert self.erased("closed_account") >= 1
        assert set(AccountEvent.objects.values_list("account", flat=True)) == {accounts[1].pk, accounts[2].pk}

    def test_looks_and_answered_requests_go_after_three_years(self):
        account = make.account()
        party = Party.objects.create(kind="person")
        for days in (4 * 365, 30):
            at = now() - timedelta(days=days)
            PersonRead.objects.create(party=party, reader=account, at=at, reason="核对")
            CorrectionRequest.objects.create(
                party=party, asked_by=account, asked_at=at, field="name", wanted="李示例", reason="错字", state="done",
                decided_at=at, decided_by=account,
            )  # fmt: skip
        CorrectionRequest.objects.create(
            party=party, asked_by=account, asked_at=now() - timedelta(days=3000), field="phone", wanted="1", reason="错"
        )
        assert (self.erased("access_log/person"), self.erased("correction_request")) == (1, 1)
        assert PersonRead.objects.count() == 1
        assert set(CorrectionRequest.objects.values_list("state", flat=True)) == {"done", "open"}
