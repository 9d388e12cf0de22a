"""Every page of a person's own affairs: opens in both languages, keeps to itself, and its forms do what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from yukuaiban.config.now import now, today
from yukuaiban.people import selectors, services
from yukuaiban.people.models import Desk, Guardianship, Mandate, Post, Relation, Role
from yukuaiban.people.tests import factories as make

pytestmark = pytest.mark.django_db

MINE = [
    "me",
    "me/real-name",
    "me/take-over",
    "me/identities",
    "me/family",
    "me/family/child",
    "me/mandates/offer",
    "me/mandates/ask",
    "me/mandates/ask-organisation",
    "me/mandates/code",
    "me/organisations",
    "me/security",
    "me/security/phone",
    "me/security/logout-everywhere",
    "me/privacy",
    "me/privacy/reads",
    "me/privacy/export",
    "me/privacy/corrections",
    "me/privacy/close",
]
WHEN = {"valid_from": "2026-03-02", "last_day": "2026-12-31"}


@pytest.fixture
def person():
    return make.account(real="示例甲", email="jia@example.com")


@pytest.mark.parametrize("page", MINE)
@pytest.mark.parametrize("real", [True, False], ids=["real name", "just signed up"])
def test_each_page_opens_in_both_languages_and_is_kept_by_nobody(page, real):
    browser = make.reauthenticated(make.account(real="示例甲") if real else make.account())
    for language in ("zh", "en"):
        answer = browser.get(f"/{language}/{page}")
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert "<h1" in answer.content.decode()


@pytest.mark.parametrize("page", MINE)
def test_signed_out_each_leads_to_the_log_in_and_back(page):
    answer = Client().get(f"/zh/{page}")
    assert answer["Location"] == f"/zh/accounts/login/?next=/zh/{page}"


class TestMyPage:
    def test_masks_name_and_number(self, person):
        page = make.signed_in(person).get("/zh/me").content.decode()
        assert person.party.id_number not in page
        assert "示例甲" not in page
        assert "**" in page

    def test_says_what_is_missing(self):
        assert "/zh/me/real-name" in make.signed_in(make.account()).get("/zh/me").content.decode()

    def test_shows_the_posts_of_an_officer(self):
        who, _post = make.officer(Role.HANDLER)
        assert "承办人" in make.signed_in(who).get("/zh/me").content.decode()


class TestNumbersInAddressesAndFields:
    """`²` is a digit to Python and no number."""

    def test_what_is_no_number_is_not_found_or_the_first_page(self, person):
        browser = make.signed_in(person)
        assert browser.get("/zh/me/privacy/reads", {"after": "²"}).status_code == 200
        assert browser.post("/zh/me/identities", {"party": "²"}).status_code == 404
        assert (
            make.signed_in(make.officer(Role.WINDOW)[0]).post("/zh/desk/people/post", {"post": "²"}).status_code == 404
        )


class TestRealNamePage:
    FORM = {"name": "示例甲", "id_kind": "resident_id", "id_number": "500000199001010016"}

    def test_leads_on_to_where_the_person_came_from(self):
        browser = make.signed_in(make.account())
        form = self.FORM | {"id_number": make.resident_id(), "next": "/zh/me/family"}
        assert browser.post("/zh/me/real-name", form)["Location"] == "/zh/me/family"
        again = make.signed_in(make.account())
        elsewhere = self.FORM | {"id_number": make.resident_id(), "next": "https://example.org/"}
        assert again.post("/zh/me/real-name", elsewhere)["Location"] == "/zh/me"

    def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(self):
        answer = make.signed_in(make.account()).post("/zh/me/real-name", self.FORM | {"id_number": "500000"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "18 位" in page
        assert 'value="示例甲"' in page

    def test_a_refusal_of_no_field_is_said_once(self, person):
        stranger = make.account()
        answer = make.signed_in(stranger).post(
            "/zh/me/real-name", {"name": "没有此人", "id_kind": "resident_id", "id_number": make.resident_id()}
        )
        assert answer.status_code == 422
        assert answer.content.decode().count("姓名与证件号码核对不一致") == 1

    def test_a_passport_also_asks_for_birth_and_country(self):
        form = self.FORM | {"id_kind": "passport", "id_number": "E12345678", "name": "SAMPLE Marie"}
        browser = make.signed_in(make.account())
        assert browser.post("/zh/me/real-name", form).status_code == 422
        form |= {"birth_on": "1985-05-04", "country": "fra"}
        assert browser.post("/zh/me/real-name", form).status_code == 302

    def test_then_offers_the_person_himself(self, person):
        browser = make.signed_in(person)
        assert "模拟人脸核验" in browser.get("/zh/me/real-name").content.decode()
        browser.post("/zh/me/real-person", {"proof": "sandbox"})
        person.party.refresh_from_db()
        assert person.party.assurance == "real_person"

    def test_a_link_proves_nobody(self, person):
        make.signed_in(person).get("/zh/me/real-person?proof=sandbox")
        person.party.refresh_from_db()
        assert person.party.assurance == "real_name"

    def test_who_has_an_older_account_is_offered_to_join_it(self, person):
        new = make.account()
        browser = make.signed_in(new)
        form = self.FORM | {"id_number": person.party.id_number}
        assert "/zh/me/take-over" in browser.post("/zh/me/real-name", form).content.decode()
        browser.post("/zh/me/take-over", form | {"proof": "sandbox"})
        new.refresh_from_db()
        assert new.party == person.party


class TestFamilyPages:
    def test_a_child_is_added_acted_for_and_taken_off(self, person):
        browser = make.signed_in(person)
        form = {
            "name": "王𠮷示例",
            "id_kind": "resident_id",
            "id_number": make.resident_id("20180601"),
            "relation": "parent",
        }
        assert "consents" in browser.post("/zh/me/family/child", form).content.decode()
        browser.post("/zh/me/family/child", form | {"consents": "on"})
        row = Guardianship.objects.get()
        browser.post("/zh/me/identities", {"party": row.ward_id})
        assert "王𠮷示例" in browser.get("/zh/me").content.decode()
        browser.post(f"/zh/me/family/child/{row.pk}/consent", {"consents": "no"})
        assert "暂不能代办" in browser.get("/zh/me/family").content.decode()
        assert "王𠮷示例" in browser.get(f"/zh/me/family/child/{row.pk}/end").content.decode()
        browser.post(f"/zh/me/family/child/{row.pk}/end")
        assert "王𠮷示例" not in browser.get("/zh/me/family").content.decode()

    def test_a_stranger_s_child_is_not_found(self, person):
        browser = make.signed_in(person)
        browser.post(
            "/zh/me/family/child",
            {
                "name": "示例子",
                "id_kind": "resident_id",
                "id_number": make.resident_id("20180601"),
                "relation": "parent",
                "consents": "on",
            },
        )
        row, stranger = Guardianship.objects.get(), make.signed_in(make.account(real="示例乙"))
        assert stranger.get(f"/zh/me/family/child/{row.pk}/end").status_code == 404
        assert stranger.post(f"/zh/me/family/child/{row.pk}/consent", {"consents": "no"}).status_code == 404

    def test_two_people_agree_on_a_mandate_through_the_pages(self, person):
        mother = make.account(real="示例母", phone="+8613800138000")
        form = WHEN | {"name": "示例母", "contact": "138 0013 8000", "relation": "parent", "scope": "all"}
        son, hers = make.signed_in(person), make.signed_in(mother)
        assert son.post("/zh/me/mandates/ask", form).status_code == 302
        code = {"code": make.code_sent(mother.phone)}
        terms = hers.post("/zh/me/mandates/code", code).content.decode()
        assert "示例甲 为 示例母 办事" in terms
        assert "全部事项" in terms
        assert not selectors.can_act_for(person, mother.party)  # she has only read it
        hers.post("/zh/me/mandates/code", code | {"sure": "yes"})
        row = Mandate.objects.get()
        assert row.last_day.isoformat() == "2026-12-31"
        assert selectors.can_act_for(person, mother.party)
        assert "撤销" in hers.get("/zh/me/family").content.decode()
        assert make.signed_in(make.account(real="示例乙")).get(f"/zh/me/mandates/{row.pk}/revoke").status_code == 404
        assert "立即不能再" in hers.get(f"/zh/me/mandates/{row.pk}/revoke").content.decode()
        hers.post(f"/zh/me/mandates/{row.pk}/revoke")
        assert not selectors.can_act_for(person, mother.party)

    def test_an_unknown_item_is_named(self, person):
        form = WHEN | {"name": "示例母", "contact": "a@example.com", "relation": "parent", "scope": "some"}
        page = make.signed_in(person).post("/zh/me/mandates/ask", form | {"items": "没有这个事项"}).content.decode()
        assert "没有找到事项“没有这个事项”" in page

    def test_an_organisation_is_registered_and_appoints_its_agent(self, person):
        browser = make.signed_in(person)
        browser.post("/zh/me/organisations", {"credit_code": make.credit_code(), "name": "示例贸易有限公司"})
        organisation = person.party.represented_organisations.get()
        agent = make.account(real="示例经办")
        form = WHEN | {
            "principal": organisation.pk,
            "name": "示例经办",
            "contact": agent.phone,
            "relation": "other",
            "scope": "all",
        }
        browser.post("/zh/me/mandates/offer", form)
        make.signed_in(agent).post("/zh/me/mandates/code", {"code": make.code_sent(agent.phone), "sure": "yes"})
        assert selectors.can_act_for(agent, organisation.party)

    def test_the_head_confirms_who_asked(self, person):
        organisation = services.organisation_register(
            account=person, code=make.credit_code(), name="示例贸易有限公司", at=now()
        )
        agent = make.account(real="示例经办")
        asked = WHEN | {"credit_code": organisation.credit_code, "scope": "all"}
        make.signed_in(agent).post("/zh/me/mandates/ask-organisation", asked)
        row, browser = Mandate.objects.get(), make.signed_in(person)
        assert f"/zh/me/mandates/{row.pk}/confirm" in browser.get("/zh/me/family").content.decode()
        assert "示例经办" in browser.get(f"/zh/me/mandates/{row.pk}/confirm").content.decode()
        browser.post(f"/zh/me/mandates/{row.pk}/confirm")
        assert selectors.can_act_for(agent, organisation.party)


class TestDeskPages:
    def test_a_supervisor_staffs_and_ends_posts(self):
        who, _post = make.officer(Role.SUPERVISOR)
        handler, post = make.officer(Role.HANDLER, "示例承办")
        new = make.account(real="示例新人")
        browser = make.signed_in(who)
        assert "示例承办" in browser.get("/zh/desk/people/posts").content.decode()
        form = {"number": new.number.lower(), "desk": post.desk_id, "valid_from": today().isoformat()}
        assert browser.post("/zh/desk/people/posts/give", form | {"number": "NOBODY"}).status_code == 422
        browser.post("/zh/desk/people/posts/give", form)
        assert selectors.posts_of(new)[0].desk == post.desk
        assert "示例承办" in browser.get(f"/zh/desk/people/posts/{post.pk}/end").content.decode()
        browser.post(f"/zh/desk/people/posts/{post.pk}/end")
        assert selectors.posts_of(handler) == []

    def test_an_officer_names_his_substitute_and_no_one_else_s(self):
        who, post = make.officer(Role.HANDLER)
        _other, others = make.officer(Role.APPROVER)
        deputy = make.account(real="示例代理")
        browser = make.signed_in(who)
        form = {
            "number": deputy.number,
            "valid_from": today().isoformat(),
            "last_day": (today() + timedelta(days=3)).isoformat(),
            "reason": "休假",
        }
        assert browser.post(f"/zh/desk/people/posts/{others.pk}/substitute", form).status_code == 404
        browser.post(f"/zh/desk/people/posts/{post.pk}/substitute", form)
        assert selectors.posts_of(deputy)[0].substitute_for == post

    def test_an_officer_of_two_departments_names_a_substitute_at_either(self):
        """The link stands beside each of his posts, whichever he works from; who stands in himself has none."""
        who, first = make.officer(Role.HANDLER)
        elsewhere = make.department("civil_affairs")
        desk = Desk.objects.create(department=elsewhere, division=elsewhere.division, role=Role.HANDLER)
        second = Post.objects.create(account=who, desk=desk, valid_from=today())
        stood_in = Post.objects.create(
            account=who, desk=make.officer(Role.APPROVER)[1].desk, valid_from=today(),
            valid_until=today() + timedelta(days=9), substitute_for=make.officer(Role.APPROVER, "示例休假")[1], reason="休假",
        )  # fmt: skip
        browser = make.signed_in(who)
        page = browser.get("/en/me").content.decode()
        assert f"posts/{stood_in.pk}/substitute" not in page
        for post in (first, second):
            assert f"posts/{post.pk}/substitute" in page
            assert browser.get(f"/en/desk/people/posts/{post.pk}/substitute").status_code == 200
        assert (
            "civil_affairs · Handler" in browser.get(f"/en/desk/people/posts/{second.pk}/substitute").content.decode()
        )

    def test_an_auditor_sees_the_log_of_his_department_and_nobody_else_does(self, person):
        chief, _seat = make.officer(Role.SUPERVISOR)
        clerk = make.at_work(Role.HANDLER, "示例经手")
        services.person_read(party_id=person.party_id, by=clerk, reason="核对申请人身份", at=now())
        auditor = make.signed_in(make.officer(Role.AUDITOR, "示例审计")[0])
        page = auditor.get("/zh/desk/people/log").content.decode()
        assert "核对申请人身份" in page
        assert "示例经手" in page
        assert person.party.name not in page  # masked
        newcomer = make.account(real="示例新人")
        make.signed_in(chief).post(
            "/zh/desk/people/posts/give",
            {"number": newcomer.number, "desk": clerk.desk_id, "valid_from": today().isoformat()},
        )
        assert "示例新人" in auditor.get("/zh/desk/people/log", {"of": "posts"}).content.decode()
        elsewhere = make.signed_in(make.officer(Role.AUDITOR, "他处示例", make.department("civil_affairs"))[0])
        assert "核对申请人身份" not in elsewhere.get("/zh/desk/people/log").content.decode()
        assert make.signed_in(chief).get("/zh/desk/people/log").status_code == 404

    def test_a_window_answers_requests(self):
        person = make.account(real="示例甲")
        request = services.correction_ask(
            account=person, party=person.party, field="sex", wanted="女", reason="以户口簿为准", at=now()
        )
        row = services.guardianship_declare(
            account=person, name="示例子", id_kind="resident_id", id_number=make.resident_id("20180601"),
            relation=Relation.PARENT, consents=True, at=now(),
        )  # fmt: skip
        Guardianship.objects.update(confirmed_at=None)
        who, _post = make.officer(Role.WINDOW)
        browser = make.signed_in(who)
        page = browser.get("/zh/desk/people/requests").content.decode()
        assert "示例甲" not in page  # masked in lists
        assert f'/corrections/{request.pk}"' in page
        assert f'/guardianships/{row.pk}"' in page
        assert browser.post(f"/zh/desk/people/requests/corrections/{request.pk}", {"grant": "no"}).status_code == 422
        browser.post(f"/zh/desk/people/requests/corrections/{request.pk}", {"grant": "yes"})
        person.party.refresh_from_db()
        assert person.party.sex == "2"
        assert browser.get(f"/zh/desk/people/requests/guardianships/{row.pk}").status_code == 200
        browser.post(f"/zh/desk/people/requests/guardianships/{row.pk}")
        assert selectors.can_act_for(person, row.ward)
