"""A first review at the desk and by API: what is asked, and what the lower body is told afterwards."""

from __future__ import annotations

import pytest
from django.test import Client

from yukuaiban.cases.tests.test_first_review import MONDAY, TEN_DAYS, World
from yukuaiban.desk.tests.test_api import Program
from yukuaiban.people.models import Account

pytestmark = pytest.mark.django_db


def test_is_reported_up_at_the_desk_and_by_api(city):
    world = World(**TEN_DAYS)
    world.check()
    lower, path = Program(world.where.approver), f"/cases/{world.number}"
    assert lower("GET", path)["first_review_by"] == "2026-03-16"
    offered = next(a for a in lower("GET", f"{path}/acts") if a["act"] == "report_up")
    assert (offered["why_not"], offered["law"]) == (None, "行政许可法 第三十五条、第四十三条")
    assert [(q["name"], q["required"]) for q in offered["asks"]] == [("proposal", True), ("opinion", True)]
    lower("POST", f"{path}/acts/report_up", {"proposal": "pass", "opinion": "示例"}, status=422)
    client = Client()
    client.force_login(Account.objects.get(pk=world.where.approver.account_id))
    sent = client.post(f"/zh/desk{path}/report_up", {"proposal": "grant", "opinion": "符合条件"})
    assert sent.status_code == 302
    told = Program(world.upper["handler"])("GET", path)
    assert (told["reported_on"], told["first_review_by"]) == (MONDAY.isoformat(), None)
    refused = lower("POST", f"{path}/acts/report_up", {"proposal": "grant", "opinion": "再报"}, status=403)
    assert "上级机关" in refused["message"]
