"""Sample people: made once per data folder, on this machine only, and never real."""

from __future__ import annotations

import json
import stat

import pytest
from django.test import Client

from yukuaiban.identifiers import resident_id
from yukuaiban.people import demo, selectors
from yukuaiban.people.models import Account, Party, Post
from yukuaiban.people.selectors import Ground
from yukuaiban.people.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demonstration(settings, tmp_path):
    """A data folder of its own; the keys that encrypt stay where they are."""
    settings.DEMO = True
    path = tmp_path / "demo_logins.json"
    demo_file = demo._file
    demo._file = lambda: path
    yield path
    demo._file = demo_file


def account(login: str) -> Account:
    return Account.objects.get(email=f"{login}@demo.yukuaiban.example")


class TestMakingThem:
    def test_each_can_log_in_with_his_own_password(self):
        demo.ensure_demo()
        logins = demo.demo_logins()
        assert len({found.password for found in logins}) == len(logins) >= 12
        for found in logins:
            browser = Client()
            browser.post("/zh/accounts/login/", {"login": found.login, "password": found.password})
            assert browser.get("/zh/me").status_code == 200
        assert demo.login_of("resident").name == "王示例"

    def test_the_file_is_its_owner_s_only_and_another_start_changes_nothing(self, demonstration):
        demo.ensure_demo()
        before = demonstration.read_text()
        assert stat.S_IMODE(demonstration.stat().st_mode) == 0o600
        said = []
        demo.ensure_demo(report=said.append)
        assert demonstration.read_text() == before
        assert said == ["12 sample people, 0 posts"]
        assert Account.objects.count() == 12

    def test_a_lost_file_makes_new_passwords(self, demonstration):
        demo.ensure_demo()
        old = demo.login_of("resident").password
        demonstration.unlink()
        demo.ensure_demo()
        new = demo.login_of("resident").password
        assert new != old
        assert account("resident").check_password(new)
        assert set(json.loads(demonstration.read_text())) == {row["login"] for row in demo._people()}

    def test_a_new_database_keeps_the_passwords_of_the_folder(self, demonstration):
        demonstration.write_text(json.dumps({"resident": "kept-password"}))
        demo.ensure_demo()
        assert account("resident").check_password("kept-password")

    def test_nobody_can_be_taken_for_a_real_person(self):
        demo.ensure_demo()
        for party in Party.objects.filter(kind="person"):
            assert "示例" in party.name
            assert party.is_sample
            assert resident_id.parse(party.id_number).region == "500000"

    def test_they_act_for_each_other_as_said(self):
        demo.ensure_demo()
        grounds = {login: [a.ground for a in selectors.parties_for(account(login))] for login in ("resident", "agent")}
        assert grounds["resident"] == [Ground.SELF, Ground.GUARDIAN, Ground.GUARDIAN, Ground.RELATIVE]
        assert grounds["agent"] == [Ground.SELF, Ground.AGENT]
        assert "王𠮷示例" in {a.party.name for a in selectors.parties_for(account("resident"))}


class TestInTheLoadedCity:
    @pytest.mark.usefixtures("city")
    def test_officers_sit_wherever_there_is_a_worked_out_item(self):
        demo.ensure_demo()
        roles = set(Post.objects.values_list("desk__role", flat=True))
        assert roles == {"window", "handler", "approver", "editor", "supervisor", "auditor"}
        departments = {post.desk.department_id for post in selectors.posts_of(account("window"))}
        assert departments == {post.desk.department_id for post in selectors.posts_of(account("approver"))}
        made = Post.objects.count()
        demo.ensure_demo()
        assert Post.objects.count() == made
        browser = make.signed_in(account("window"))
        assert browser.get("/zh/desk/people/requests").status_code == 200


class TestWhereTheyAreRefused:
    @pytest.mark.parametrize("change", [{"PRODUCTION": True}, {"DEMO": False}])
    def test_in_production_and_beyond_this_machine(self, settings, change):
        for name, value in change.items():
            setattr(settings, name, value)
        for refused in (demo.ensure_demo, demo.demo_logins):
            with pytest.raises(demo.DemoRefused):
                refused()
        assert not Account.objects.exists()

    def test_production_can_tell_a_folder_that_held_a_demonstration(self):
        assert not demo.logins_present()
        demo.ensure_demo()
        assert demo.logins_present()
