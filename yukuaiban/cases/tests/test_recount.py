"""A new holiday notice moves the due date of every open case, and the work lists follow."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest

from tests.people import at
from yukuaiban.calendars.services import notice_load_files
from yukuaiban.cases import notices, recount, services, tasks
from yukuaiban.cases.models import Case, Correction, HearingRight, Timer, Work
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.services.receipt import Wanted
from yukuaiban.cases.tests.test_life import filed  # noqa: F401  (a fixture)
from yukuaiban.config.packs import packs_dir
from yukuaiban.outbox.models import OutboxRow

pytestmark = pytest.mark.django_db


def test_a_day_off_announced_later_moves_the_date_and_the_applicant_is_told(filed, tmp_path, monkeypatch):  # noqa: F811
    receipt, where, who = filed
    services.case_accept(case_id=receipt.case.pk, by=where.window, at=at(date(2026, 3, 2), 11))
    assert Case.objects.get(pk=receipt.case.pk).promised_on == date(2026, 3, 9)
    assert "文书上" not in str(page_of(Case.objects.get(pk=receipt.case.pk), who, language="zh")["reasons"])

    third_of_march_off(tmp_path)
    assert OutboxRow.objects.filter(task="cases.recount").exists()
    assert recount.left() == 1
    assert recount.batch() is None
    assert recount.left() == 0
    assert Case.objects.get(pk=receipt.case.pk).promised_on == date(2026, 3, 10)
    assert receipt.case.steps.get(stage=1).due_on == date(2026, 3, 5)  # two working days from 2 March, the third is off
    assert Work.objects.get(case=receipt.case).due_on == date(2026, 3, 5)

    reasons = page_of(Case.objects.get(pk=receipt.case.pk), who, language="zh")["reasons"]
    assert "文书上写的日期是 2026-03-09；放假安排公布后重算，现在是 2026-03-10。" in reasons

    tell = OutboxRow.objects.get(task="cases.tell_moved")
    heard = []
    monkeypatch.setattr(notices, "send", lambda to, **said: heard.append((to, said["body"])))
    tasks.tell_moved(**tell.args)
    assert [(to, "2026-03-10" in body) for to, body in heard] == [(receipt.case.filed_by.email, True)]


def test_what_lapses_lapses_by_the_new_date(filed, tmp_path):  # noqa: F811
    """行政许可法 第三十二条第一款（四）: the fifth working day is another one now, and the case is not accepted before it."""
    receipt, _where, _who = filed
    timer = Timer.objects.get(case=receipt.case)
    assert timer.fires_at == at(date(2026, 3, 10), 0)
    third_of_march_off(tmp_path)
    recount.batch()
    timer.refresh_from_db()
    assert timer.fires_at == at(date(2026, 3, 11), 0)
    assert (
        Case.objects.get(pk=receipt.case.pk).step_on == Work.objects.get(case=receipt.case).due_on == date(2026, 3, 10)
    )
    assert not OutboxRow.objects.filter(task="cases.tell_moved").exists()  # he was told of no date yet


def test_a_day_that_was_told_never_comes_earlier(filed, tmp_path):  # noqa: F811
    """docs/adr/0085: the notice's day and the day to ask for a hearing move to the applicant's good only."""
    receipt, where, who = filed
    case = receipt.case
    wanted = [Wanted("field:school", "请写学校全称")]
    services.case_request_correction(case_id=case.pk, by=where.window, at=at(date(2026, 3, 2), 11), wanted=wanted)
    before = Case.objects.get(pk=case.pk).correction.hand_in_by
    Correction.objects.filter(case=case).update(hand_in_by=before + timedelta(days=10))
    third_of_march_off(tmp_path)
    recount.batch()
    told = Case.objects.get(pk=case.pk)
    assert told.step_on == told.correction.hand_in_by == before + timedelta(days=10)
    Correction.objects.filter(case=case).update(hand_in_by=before)
    Case.objects.filter(pk=case.pk).update(calendar_version=0)
    recount.batch()
    told = Case.objects.get(pk=case.pk)
    assert told.step_on == told.correction.hand_in_by > before  # thirty working days, one of them off now
    assert Timer.objects.get(case=case).fires_at == at(told.step_on + timedelta(days=1), 0)

    services.case_hand_in_correction(case_id=case.pk, by=who, at=at(date(2026, 3, 4)), answers={"school": "示例大学"})
    services.case_accept(case_id=case.pk, by=where.window, at=at(date(2026, 3, 4), 11))
    services.hearing_tell_right(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 4), 12))
    for stood, stands in ((date(2026, 3, 9), date(2026, 3, 11)), (date(2026, 3, 20), date(2026, 3, 20))):
        HearingRight.objects.filter(case=case).update(until=stood)
        Case.objects.filter(pk=case.pk).update(calendar_version=0)
        recount.batch()
        assert HearingRight.objects.get(case=case).until == stands  # five working days from 4 March, or what was told


def test_a_lawsuit_keeps_its_own_day(filed, tmp_path):  # noqa: F811
    receipt, where, _who = filed
    case = receipt.case
    services.case_accept(case_id=case.pk, by=where.window, at=at(date(2026, 3, 2), 11))
    services.remedy_record(
        case_id=case.pk, by=where.approver, at=at(date(2026, 3, 2), 12), kind="lawsuit", body="示例法院",
        filed_on=date(2026, 3, 2), received_on=date(2026, 3, 2),
    )  # fmt: skip
    third_of_march_off(tmp_path)
    recount.batch()
    assert Work.objects.get(case=case, bucket="follow").due_on == date(2026, 3, 17)


def third_of_march_off(tmp_path):
    """A notice that makes Tuesday 3 March 2026 a holiday."""
    for name in ("2026.csv", "2026.yaml"):
        shutil.copy(packs_dir() / "china" / "holidays" / name, tmp_path / name)
    lines = (tmp_path / "2026.csv").read_text(encoding="utf-8").splitlines()
    row = lines[1].split(",")
    row[0], row[1], row[2], row[3] = "2026-03-03", "holiday", "清明节", "二"
    later = [line for line in lines[1:] if line < "2026-03-03"], [line for line in lines[1:] if line >= "2026-03-03"]
    (tmp_path / "2026.csv").write_text(
        "\n".join([lines[0], *later[0], ",".join(row), *later[1]]) + "\n", encoding="utf-8"
    )
    notice_load_files(files=[tmp_path / "2026.csv"], by="test", at=at(date(2026, 3, 3)))
