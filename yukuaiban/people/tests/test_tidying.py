"""What nobody needs any more is gone after a while; nothing else is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from yukuaiban.config.now import now
from yukuaiban.people import limits, services, tidying
from yukuaiban.people.models import Account, Attempt, Party, PhoneClaim
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
