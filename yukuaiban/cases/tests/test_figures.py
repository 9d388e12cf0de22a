"""What items really took, counted from the cases themselves."""

from __future__ import annotations

from datetime import date

import pytest

from tests.people import at
from yukuaiban.cases import figures, services
from yukuaiban.cases.tests.test_life import filed  # noqa: F401  (a fixture)
from yukuaiban.items import selectors as items
from yukuaiban.items.models import ItemFigures

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted(filed, monkeypatch):  # noqa: F811
    """Accepted on Monday 2 March, paused by a hearing from the 4th to the 16th, granted on the 17th."""
    receipt, where, who = filed
    case = receipt.case
    services.case_accept(case_id=case.pk, by=where.window, at=at(date(2026, 3, 2)))
    services.hearing_tell_right(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)))
    services.hearing_request(case_id=case.pk, by=who, at=at(date(2026, 3, 4)))
    services.hearing_notify(
        case_id=case.pk, by=where.handler, at=at(date(2026, 3, 5)), held_at=at(date(2026, 3, 16)), place="示例会议室",
        chair=where.window.post_id,
    )  # fmt: skip
    services.hearing_record(
        case_id=case.pk, by=where.handler, at=at(date(2026, 3, 16), 16), record="听证笔录",
        parties=[{"name": "张示例", "as": "申请人"}], signed_by=["张示例"],
    )  # fmt: skip
    step = case.steps.get(stage=1)
    services.step_pass(case_id=case.pk, step_id=step.pk, by=where.handler, at=at(date(2026, 3, 16), 17))
    services.case_grant(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 17)))
    case.refresh_from_db()
    monkeypatch.setenv("YUKUAIBAN_TODAY", "2026-03-18")
    return case


def test_a_decision_keeps_the_working_days_it_took(granted):
    assert granted.used_days == 3  # 3, 16 and 17 March: the day of acceptance and the pause are not counted


def test_figures_are_counted_per_item_and_place(granted):
    figures.count()
    found = ItemFigures.objects.get()
    assert (found.entry_id, found.division_id) == (granted.service_item.entry_id, granted.division_id)
    assert (found.decided, found.median_days) == (1, 3)
    guide = items.guide(granted.service_item.code)
    assert items.real_time(guide) is None  # one case says nothing yet about the next
    ItemFigures.objects.update(decided=30)
    assert items.real_time(guide) == items.RealTime(3, 30)


def test_what_is_older_than_a_year_counts_no_more(granted, monkeypatch):
    figures.count()
    monkeypatch.setenv("YUKUAIBAN_TODAY", "2027-03-19")
    figures.count()
    assert not ItemFigures.objects.exists()
