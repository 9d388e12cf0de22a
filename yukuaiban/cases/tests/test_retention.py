"""个人信息保护法 第四十七条: erased when the term of keeping has ended; the chain stays valid."""

from __future__ import annotations

from datetime import date

import pytest

from tests.people import at
from yukuaiban.cases import retention, selectors, services
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Case
from yukuaiban.cases.tests.test_life import filed  # noqa: F401  (a fixture)
from yukuaiban.chain import store
from yukuaiban.chain.verification import verify

pytestmark = pytest.mark.django_db


def test_only_after_the_term_and_the_chain_holds(filed):  # noqa: F811
    receipt, _where, who = filed
    case = receipt.case
    with pytest.raises(RuleRefused):
        retention.case_erase(case_id=case.pk, at=at(date(2040, 1, 1)))  # open: never
    services.case_withdraw(case_id=case.pk, by=who, at=at(date(2026, 3, 3)), reason="不办了")
    with pytest.raises(RuleRefused):
        retention.case_erase(case_id=case.pk, at=at(date(2036, 3, 2)))
    retention.case_erase(case_id=case.pk, at=at(date(2036, 3, 3)))
    assert store.payloads(case.pk) == {}
    assert selectors.answers_of(Case.objects.get(pk=case.pk)) == {}
    assert verify(case.pk).holds
