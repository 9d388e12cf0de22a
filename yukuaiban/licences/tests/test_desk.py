"""A licence is suspended and given back at the desk of who issued it, and nowhere else."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests import people
from yukuaiban.licences.models import How
from yukuaiban.licences.states import State
from yukuaiban.licences.tasks import tell_holder
from yukuaiban.people.models import Account, Role
from yukuaiban.people.tests.factories import department

pytestmark = pytest.mark.django_db


def at(role, where):
    """A browser of an officer of `where`."""
    officer = people.officer(role, where, where.division_id)
    browser = Client()
    browser.force_login(Account.objects.get(pk=officer.account_id))
    return browser


def act(browser, permit, name, reason="行政处罚决定书 示例 1 号"):
    address = f"{reverse('desk:licences')}?q={permit.licence_id}"
    return browser.post(address, {"act": name, "reason": reason})


class TestALicenceAtTheDesk:
    """行政处罚法 第九条（三）"""

    def test_is_suspended_given_back_and_forfeited(self, permit, body):
        browser = at(Role.APPROVER, body)
        for name, state in [
            ("suspend", State.SUSPENDED),
            ("restore", State.VALID),
            ("forfeit", State.FORFEITED),
        ]:
            assert act(browser, permit, name).status_code == 302
            permit.refresh_from_db()
            assert permit.state == state
        assert set(permit.looks.values_list("how", flat=True)) == {How.DESK}

    def test_the_look_stands_in_the_auditors_log_of_that_body_alone(self, permit, body):
        act(at(Role.APPROVER, body), permit, "suspend")
        log = reverse("people:log") + "?of=licences"
        page = at(Role.AUDITOR, body).get(log).content.decode()
        assert permit.title_zh in page
        assert "颁发机关查看" in page
        assert permit.case_number in page
        assert permit.title_zh not in at(Role.AUDITOR, department("civil_affairs")).get(log).content.decode()

    def test_is_found_by_the_code_printed_on_it(self, permit, body):
        page = at(Role.APPROVER, body).get(reverse("desk:licences"), {"q": permit.code})
        assert permit.licence_id in page.content.decode()

    def test_needs_a_reason_and_an_act_that_its_state_allows(self, permit, body):
        browser = at(Role.APPROVER, body)
        assert act(browser, permit, "suspend", reason=" ").status_code == 422
        assert act(browser, permit, "restore").status_code == 422
        permit.refresh_from_db()
        assert permit.state == State.VALID

    @pytest.mark.parametrize("role", [Role.WINDOW, Role.HANDLER, Role.SUPERVISOR])
    def test_is_no_page_for_other_posts(self, permit, body, role):
        assert act(at(role, body), permit, "suspend").status_code == 404

    def test_is_not_found_by_another_body(self, permit):
        browser = at(Role.APPROVER, department("civil_affairs"))
        assert act(browser, permit, "suspend").status_code == 404
        permit.refresh_from_db()
        assert permit.state == State.VALID

    def test_is_acted_on_by_a_program_of_the_same_post(self, permit, body):
        browser, base = at(Role.APPROVER, body), f"/api/v1/desk/licences/{permit.licence_id}"
        assert browser.get(base).json()["acts"] == ["suspend", "forfeit", "move_out"]
        done = browser.post(f"{base}/suspend", {"reason": "示例 1 号"}, content_type="application/json")
        assert (done.status_code, done.json()["standing"]["is_valid"], done.json()["acts"]) == (
            200,
            False,
            ["restore", "forfeit"],
        )
        again = browser.post(f"{base}/suspend", {"reason": "示例 1 号"}, content_type="application/json")
        assert again.status_code == 409
        assert at(Role.APPROVER, department("civil_affairs")).get(base).status_code == 404

    def test_its_holder_is_told(self, permit, body, settings, tmp_path):
        settings.OUTBOX_DIR = tmp_path
        holder = Account.objects.get(party=permit.holder)
        act(at(Role.APPROVER, body), permit, "suspend")
        tell_holder.func(licence=permit.pk, act="suspend")
        (told,) = (json.loads(file.read_text(encoding="utf-8")) for file in tmp_path.glob("*.json"))
        assert told["to"] in {holder.phone, holder.email}
        assert "暂扣" in told["body"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'licences.tell_holder'")
            assert [json.loads(row[0]) for row in cursor.fetchall()] == [{"licence": permit.pk, "act": "suspend"}]
