"""当场更正: errors that can be put right on the spot are put right at once. 行政许可法 第三十二条第一款（三）; docs/adr/0090."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.people import RESIDENCE, applicant, at, person
from yukuaiban.cases import door, notices, services
from yukuaiban.cases.context import history
from yukuaiban.cases.errors import AnswersInvalid, RuleRefused, TransitionRefused
from yukuaiban.cases.models import Case, Timer, Work
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.services.receipt import Wanted
from yukuaiban.cases.states import Act
from yukuaiban.cases.tests.test_life import MONDAY, filed  # noqa: F401  (a fixture)
from yukuaiban.chain.verification import verify
from yukuaiban.config.errors import NotFound, PermissionRefused
from yukuaiban.messages.letters.selectors import letters_for

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 3, 3)
RIGHT = {
    "answers": {"school": "示例大学（示例校区）"},
    "reason": "校名少写",
    "agreed_by": "张示例",
    "agreed_how": "phone",
}


def put_right(receipt, by, on=TUESDAY, **more):
    return services.case_correct_on_spot(**{"case_id": receipt.case.pk, "by": by, "at": at(on), **RIGHT, **more})


def test_it_is_put_right_at_once_and_nothing_else_moves(filed):  # noqa: F811
    receipt, where, _who = filed
    before = Case.objects.get(pk=receipt.case.pk)
    standing = list(Work.objects.filter(case=before).values_list("desk", "bucket", "due_on"))
    timer = Timer.objects.get(case=before)
    put_right(receipt, where.window)
    case = Case.objects.get(pk=before.pk)
    assert door.read_answers(case) == {**door.read_answers(before), "school": "示例大学（示例校区）"}
    dates = ("state", "received_on", "step_on", "due_on", "promised_on", "accepted_on")
    assert [getattr(case, name) for name in dates] == [getattr(before, name) for name in dates]
    assert list(Work.objects.filter(case=case).values_list("desk", "bucket", "due_on")) == standing
    assert Timer.objects.get(case=case) == timer
    assert not letters_for(case.pk).exclude(kind="receipt").exists()
    assert history(case.pk)[-1].facts["changed"] == ["school"]
    assert verify(case.pk).holds


def test_the_applicant_is_told_what_was_and_what_is_and_who_agreed(filed, settings, tmp_path):  # noqa: F811
    receipt, where, who = filed
    put_right(receipt, where.window)
    case = Case.objects.get(pk=receipt.case.pk)
    told = page_of(case, who, language="zh")["timeline"][0]
    assert told.text == "学校名称：示例大学 → 示例大学（示例校区）；理由：校名少写。张示例通过电话同意"
    assert "示例" not in page_of(case, None, language="zh")["timeline"][0].text, "without log-in nobody's data"
    settings.OUTBOX_DIR = tmp_path
    notices.tell(case, Act.CORRECT_ON_SPOT)
    (message,) = (json.loads(file.read_text(encoding="utf-8")) for file in tmp_path.glob("*.json"))
    assert "当场更正" in message["body"]


def test_the_one_notice_is_still_to_be_had_and_after_it_errors_are_put_right_too(filed):  # noqa: F811
    receipt, where, who = filed
    put_right(receipt, where.window)
    services.case_request_correction(
        case_id=receipt.case.pk, by=where.window, at=at(TUESDAY), wanted=[Wanted("field:school", "请写学校全称")]
    )
    with pytest.raises(TransitionRefused):
        put_right(receipt, where.window, answers={"paper": True})
    services.case_hand_in_correction(case_id=receipt.case.pk, by=who, at=at(TUESDAY), answers={"school": "示例大学"})
    put_right(receipt, where.handler, date(2026, 3, 4))
    assert Case.objects.get(pk=receipt.case.pk).state == "corrected"
    services.case_accept(case_id=receipt.case.pk, by=where.window, at=at(date(2026, 3, 4)))
    with pytest.raises(TransitionRefused):
        put_right(receipt, where.window, date(2026, 3, 4), answers={"school": "示例学院"})


def test_the_rules_of_the_form_hold(filed):  # noqa: F811
    receipt, where, who = filed
    with pytest.raises(AnswersInvalid) as told:
        put_right(receipt, where.window, answers={"lived_since": "2099-01-01"})
    assert list(told.value.details["fields"]) == ["lived_since"]
    with pytest.raises(RuleRefused, match="不是本事项的表单"):
        put_right(receipt, where.window, answers={"materials": "x"})
    with pytest.raises(RuleRefused, match="没有不同"):
        put_right(receipt, where.window, answers={"school": RESIDENCE["school"]})
    for empty in ("reason", "agreed_by"):
        with pytest.raises(RuleRefused, match="请写明"):
            put_right(receipt, where.window, **{empty: " "})
    with pytest.raises(
        RuleRefused, match="补正通知书"
    ):  # who lives in his own home shows a title, and that is asked for in writing
        put_right(receipt, where.window, answers={"ground": "home", "tenure": "own"})
    for by, refusal in (
        (who, PermissionRefused),
        (where.approver, PermissionRefused),
        (applicant(person("李示例")), NotFound),
    ):
        with pytest.raises(refusal):
            put_right(receipt, by)
    assert [h.act for h in history(receipt.case.pk)] == ["file"]


def test_the_same_twice_is_done_once(filed):  # noqa: F811
    receipt, where, _who = filed
    put_right(receipt, where.window)
    with pytest.raises(RuleRefused, match="没有不同"):
        put_right(receipt, where.window)
    assert [h.act for h in history(receipt.case.pk)] == ["file", "correct_on_spot"]


def test_no_notice_in_five_days_is_acceptance_all_the_same(filed):  # noqa: F811
    receipt, where, _who = filed
    with pytest.raises(TransitionRefused):
        put_right(receipt, where.window, date(2026, 3, 10))
    assert Case.objects.get(pk=receipt.case.pk).accepted_on == MONDAY
