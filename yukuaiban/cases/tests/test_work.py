"""Searching inside a work list: at every desk the case comes to, by what an officer has at hand."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from tests.people import at
from yukuaiban.calendars import Light
from yukuaiban.cases import selectors, services
from yukuaiban.cases.models import Case
from yukuaiban.cases.services.decision import Ground
from yukuaiban.cases.tests.test_life import filed  # noqa: F401  (a fixture)
from yukuaiban.identifiers.case_number import CaseNumber
from yukuaiban.vault import keys, rotation

pytestmark = pytest.mark.django_db


def known_by(case: Case) -> list[str]:
    who = case.applicant
    return [
        case.number, case.number.lower(), CaseNumber(case.number).grouped, who.name, who.name[1:], "zhang", "zsl",
        case.service_item.entry.name_zh[:2], who.id_number, who.id_number.lower(), who.phone, "+86 138 0013 8000",
    ]  # fmt: skip


def found_at(desk_id: int, text: str) -> list[str]:
    return [work.case.number for work in selectors.work_list([desk_id], search=text).rows]


def not_found(desk_id: int, case: Case) -> list[str]:
    """What the case should be found by at the desk, and is not."""
    return [text for text in known_by(case) if found_at(desk_id, text) != [case.number]]


def test_the_case_is_found_at_every_desk_it_comes_to(filed):  # noqa: F811
    receipt, where, _who = filed
    case = receipt.case
    assert not_found(where.window.desk_id, case) == []
    services.case_accept(case_id=case.pk, by=where.window, at=at(date(2026, 3, 2)))
    assert not_found(where.handler.desk_id, case) == []
    step = case.steps.get(stage=1)
    services.step_pass(case_id=case.pk, step_id=step.pk, by=where.handler, at=at(date(2026, 3, 3)))
    assert not_found(where.approver.desk_id, case) == []
    services.case_refuse(
        case_id=case.pk, by=where.approver, at=at(date(2026, 3, 3)), grounds=[Ground("不符合条件", "第一条")]
    )
    assert not_found(where.window.desk_id, case) == []
    assert found_at(where.window.desk_id, "李四") == []
    assert found_at(where.window.desk_id, case.applicant.id_number[:-1]) == []  # in full or not at all


def test_decided_anew_it_is_found_again(filed):  # noqa: F811
    receipt, where, _who = filed
    case = receipt.case
    done = {"case_id": case.pk, "by": where.approver}
    services.case_accept(case_id=case.pk, by=where.window, at=at(date(2026, 3, 2)))
    services.step_pass(case_id=case.pk, step_id=case.steps.get(stage=1).pk, by=where.handler, at=at(date(2026, 3, 3)))
    services.case_refuse(**done, at=at(date(2026, 3, 3)), grounds=[Ground("不符合条件", "第一条")])
    services.case_deliver(case_id=case.pk, by=where.window, at=at(date(2026, 3, 3)), how="electronic")
    services.case_close(case_id=case.pk, by=where.window, at=at(date(2026, 3, 3)))
    assert found_at(where.window.desk_id, case.number) == []
    services.remedy_record(
        **done, kind="review", body="示例区人民政府", filed_on=date(2026, 3, 4), at=at(date(2026, 3, 4))
    )
    services.remedy_conclude(
        **done,
        remedy_id=case.remedies.get().pk,
        outcome="annulled",
        concluded_on=date(2026, 3, 5),
        at=at(date(2026, 3, 5)),
    )
    services.case_reopen(**done, at=at(date(2026, 3, 5)))
    assert not_found(where.handler.desk_id, case) == []


def test_a_new_index_key_loses_nothing_and_the_old_one_may_go(filed, settings, tmp_path):  # noqa: F811
    receipt, where, _who = filed
    shutil.copytree(settings.KEYS_DIR, tmp_path / "keys")
    settings.KEYS_DIR = tmp_path / "keys"
    old = list(keys.folder().glob("index-*.key"))
    keys.make(keys.Purpose.INDEX)
    assert not_found(where.window.desk_id, receipt.case) == []
    list(rotation.resume_index())
    for file in old:
        file.unlink()
    keys.reload()
    assert not_found(where.window.desk_id, receipt.case) == []


DAY, NEAR, FAR = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)  # today is the second
STORED = [
    {"due_on": due, "promised_on": promised, "step_on": step, "warn_on": warn, "is_provisional": provisional}
    for due, warn in ((None, None), (DAY, DAY), (NEAR, DAY), (FAR, NEAR), (FAR, FAR))
    for promised in (None, DAY, FAR)
    for step in (None, DAY, NEAR)
    for provisional in (False, True)
]


@pytest.mark.parametrize("light", [Light.RED, Light.YELLOW])
def test_the_list_of_a_light_holds_the_cases_that_show_it(filed, light):  # noqa: F811
    receipt, where, _who = filed
    case = receipt.case
    for state in ("submitted", "correction", "in_review", "paused"):
        for dates in STORED:
            Case.objects.filter(pk=case.pk).update(state=state, **dates)
            case.refresh_from_db()
            shown = [row.case_id for row in selectors.work_list([where.window.desk_id], light=light).rows]
            assert (shown == [case.pk]) == (selectors.light_of(case) is light), (state, dates)
