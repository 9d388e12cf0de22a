"""One act on many cases, as the list shows them: those of all posts that the officer holds."""

from __future__ import annotations

from datetime import date

import pytest

from tests.people import at, officer
from yukuaiban.cases.models import Case
from yukuaiban.cases.states import Act
from yukuaiban.cases.tests.test_life import filed  # noqa: F401  (a fixture)
from yukuaiban.desk.bulk import act_on_many
from yukuaiban.people.models import Account, Post
from yukuaiban.places.models import Department

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def test_a_case_of_another_post_of_his_is_done_and_one_of_nobody_of_his_is_not(filed):  # noqa: F811
    receipt, where, _who = filed
    elsewhere = Department.objects.exclude(pk=where.item.department_id).first()
    both = officer("window", elsewhere, where.item.division_id, name="兼岗示例")
    account, numbers = Account.objects.get(pk=both.account_id), [receipt.case.number]
    wanted = {"act": Act.ACCEPT, "numbers": numbers, "by": both, "at": at(DAY), "account": account}
    assert act_on_many(**wanted)[0].refusal
    Post.objects.filter(pk=where.window.post_id).update(account=account)
    assert act_on_many(**{**wanted, "account": None})[0].refusal  # a program acts from its own post alone
    assert act_on_many(**wanted)[0].refusal is None
    assert Case.objects.get(pk=receipt.case.pk).state == "in_review"
