"""A new holiday notice moves the due date of every open case, and the work lists follow."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from tests.people import at
from yukuaiban.calendars.services import notice_load_files
from yukuaiban.cases import recount, services
from yukuaiban.cases.models import Case, Work
from yukuaiban.cases.tests.test_life import filed  # noqa: F401  (a fixture)
from yukuaiban.config.packs import packs_dir
from yukuaiban.outbox.models import OutboxRow

pytestmark = pytest.mark.django_db


def test_a_day_off_announced_later_moves_the_date(filed, tmp_path):  # noqa: F811
    receipt, where, _who = filed
    services.case_accept(case_id=receipt.case.pk, by=where.window, at=at(date(2026, 3, 2), 11))
    assert Case.objects.get(pk=receipt.case.pk).promised_on == date(2026, 3, 9)

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

    assert OutboxRow.objects.filter(task="cases.recount").exists()
    assert recount.left() == 1
    assert recount.batch() is None
    assert recount.left() == 0
    assert Case.objects.get(pk=receipt.case.pk).promised_on == date(2026, 3, 10)
    assert receipt.case.steps.get(stage=1).due_on == date(2026, 3, 5)  # two working days from 2 March, the third is off
    assert Work.objects.get(case=receipt.case).due_on == date(2026, 3, 5)
