"""Posts, substitutes, the second factor, and who must step aside."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import IntegrityError, transaction
from django.test import Client

from yukuaiban.config.cli import main as cli_main
from yukuaiban.config.errors import Invalid, NotFound, PermissionRefused
from yukuaiban.config.now import now, today
from yukuaiban.people import selectors, services
from yukuaiban.people.actors import SYSTEM, actor_for_party, actor_for_post
from yukuaiban.people.errors import AlreadyDone, NeedsAssurance
from yukuaiban.people.models import Desk, Post, Relation, Role
from yukuaiban.people.permissions import (
    Conflicted,
    SecondPersonNeeded,
    check_disinterested,
    check_second_person,
    own_or_family,
    second_person_needed,
)
from yukuaiban.people.tests import factories as make
from yukuaiban.people.tests.test_signing_in import totp_now

pytestmark = pytest.mark.django_db


def desk(role: Role = Role.HANDLER, where=None) -> Desk:
    where = where or make.department()
    return Desk.objects.get_or_create(department=where, division=where.division, role=role, name="")[0]


class TestTheFirstSupervisor:
    def test_is_named_by_an_operator_once(self, capsys):
        where, who = make.department(), make.account(real="示例干部")
        who.email = "first@example.invalid"
        who.save()
        told = cli_main(["posts", "supervisor", "First@example.invalid", where.code])
        assert told == 0, capsys.readouterr().err
        post = Post.objects.get(account=who)
        assert (post.desk.role, post.desk.department, post.valid_from) == ("supervisor", where, today())
        with pytest.raises(AlreadyDone):
            services.first_supervisor(email=who.email, department=where.code, at=now())

    def test_must_exist_and_be_known_by_his_real_name(self):
        where, stranger = make.department(), make.account()
        for email, code, refusal in (
            ("nobody@example.invalid", where.code, NotFound),
            (stranger.email, "500000-no_such", NotFound),
            (stranger.email, where.code, NeedsAssurance),
        ):
            with pytest.raises(refusal):
                services.first_supervisor(email=email, department=code, at=now())
        assert not Post.objects.filter(desk__department=where).exists()


class TestPosts:
    def test_an_actor_carries_where_he_works_from(self):
        who, post = make.officer(Role.APPROVER)
        actor = actor_for_post(who, post)
        assert (actor.kind, actor.role, actor.desk_id, actor.division) == (
            "officer",
            "approver",
            post.desk_id,
            "500103",
        )
        assert actor.facts() == {
            "kind": "officer", "account": who.pk, "post": post.pk, "desk": post.desk_id, "role": "approver",
        }  # fmt: skip

    def test_who_lacks_the_capacity_is_told_so(self):
        """A None in a query would mean rows without a desk; there is no going on with it."""
        officer, applicant = make.at_work(Role.HANDLER), actor_for_party(make.account(real="示例甲"))
        assert (officer.account(), officer.post(), officer.desk(), officer.department()) == (
            officer.account_id, officer.post_id, officer.desk_id, officer.department_id,
        )  # fmt: skip
        assert applicant.account() == applicant.account_id
        for needs in (SYSTEM.account, applicant.post, applicant.desk, applicant.department):
            with pytest.raises(PermissionRefused, match="切换到有权的岗位"):
                needs()

    def test_holds_from_its_first_day_until_before_its_end(self):
        who, post = make.officer(Role.HANDLER)
        post.valid_until = today() + timedelta(days=5)
        post.save()
        days = [post.valid_from - timedelta(days=1), post.valid_from, today() + timedelta(days=4), post.valid_until]
        assert [bool(selectors.posts_of(who, on=day)) for day in days] == [False, True, True, False]

    def test_no_one_acts_from_a_post_of_another_or_an_ended_one(self):
        who, post = make.officer(Role.HANDLER)
        other, _other_post = make.officer(Role.HANDLER)
        with pytest.raises(PermissionRefused):
            actor_for_post(other, post)
        services.post_end(post_id=post.pk, on=today(), by=SYSTEM, at=now())
        with pytest.raises(PermissionRefused):
            actor_for_post(who, post)

    def test_a_supervisor_staffs_his_own_department_only(self):
        new = make.account(real="示例新人")
        supervisor = make.at_work(Role.SUPERVISOR)
        given = services.post_give(account=new, desk=desk(), valid_from=today(), by=supervisor, at=now())
        assert selectors.officer(new).roles == {"handler"}
        assert selectors.officers_at(given.desk) == [new]
        assert new.events.get(kind="post").facts["by"] == supervisor.account_id
        elsewhere = desk(where=make.department("civil_affairs"))
        with pytest.raises(PermissionRefused):
            services.post_give(account=new, desk=elsewhere, valid_from=today(), by=supervisor, at=now())
        with pytest.raises(PermissionRefused):
            services.post_give(account=new, desk=desk(), valid_from=today(), by=make.at_work(Role.HANDLER), at=now())

    def test_nobody_gives_himself_a_post(self):
        who, post = make.officer(Role.SUPERVISOR)
        with pytest.raises(SecondPersonNeeded):
            services.post_give(account=who, desk=desk(), valid_from=today(), by=actor_for_post(who, post), at=now())

    def test_an_officer_is_known_by_his_real_name(self):
        with pytest.raises(NeedsAssurance):
            services.post_give(account=make.account(), desk=desk(), valid_from=today(), by=SYSTEM, at=now())

    @pytest.mark.parametrize(("has", "wants"), [(Role.AUDITOR, Role.HANDLER), (Role.WINDOW, Role.AUDITOR)])
    def test_who_audits_does_none_of_the_work(self, has, wants):
        who, _post = make.officer(has)
        with pytest.raises(Invalid, match="兼任"):
            services.post_give(account=who, desk=desk(wants), valid_from=today(), by=SYSTEM, at=now())

    def test_a_substitute_stands_in_for_a_dated_time(self):
        holder, post = make.officer(Role.APPROVER)
        deputy = make.account(real="示例代理")
        until = today() + timedelta(days=7)
        services.post_substitute(
            post_id=post.pk,
            account=deputy,
            valid_from=today(),
            valid_until=until,
            reason="休假",
            by=actor_for_post(holder, post),
            at=now(),
        )
        assert selectors.posts_of(deputy)[0].substitute_for == post
        assert selectors.posts_of(deputy, on=until) == []
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.create(account=deputy, desk=post.desk, valid_from=until, substitute_for=post)
        with pytest.raises(Invalid):
            services.post_substitute(
                post_id=post.pk, account=holder, valid_from=today(), valid_until=until, reason="", by=SYSTEM, at=now()
            )


class TestNobodyStandsInByHisOwnWord:
    def ask(self, post, account, by):
        return services.post_substitute(
            post_id=post.pk, account=account, valid_from=today(), valid_until=today() + timedelta(days=7),
            reason="休假", by=by, at=now(),
        )  # fmt: skip

    def test_a_supervisor_does_not_make_himself_an_approver(self):
        _holder, post = make.officer(Role.APPROVER)
        chief, seat = make.officer(Role.SUPERVISOR)
        with pytest.raises(SecondPersonNeeded):
            self.ask(post, chief, actor_for_post(chief, seat))
        assert [held.pk for held in selectors.posts_of(chief)] == [seat.pk]

    def test_a_post_that_is_over_is_not_handed_on(self):
        holder, post = make.officer(Role.APPROVER)
        by = actor_for_post(holder, post)
        services.post_end(post_id=post.pk, on=today(), by=SYSTEM, at=now())
        with pytest.raises(Invalid):
            self.ask(post, make.account(real="示例友人"), by)

    def test_a_substitute_does_not_hand_on_and_ends_with_the_post(self):
        holder, post = make.officer(Role.APPROVER)
        deputy = make.account(real="示例代理")
        row = self.ask(post, deputy, actor_for_post(holder, post))
        with pytest.raises(Invalid, match="代理人不能"):
            self.ask(row, make.account(real="示例友人"), actor_for_post(deputy, row))
        services.post_end(post_id=post.pk, on=today(), by=SYSTEM, at=now())
        assert selectors.posts_of(deputy) == []


class TestTheSecondFactorAtAPost:
    @pytest.fixture(autouse=True)
    def required(self, settings):
        settings.OFFICER_MFA_REQUIRED = True

    def test_without_one_the_officer_is_led_to_set_it_up(self):
        who, _post = make.officer(Role.WINDOW)
        answer = make.signed_in(who).get("/zh/desk/people/requests")
        assert answer["Location"] == "/zh/accounts/2fa/"

    def test_with_one_he_works(self):
        who, _post = make.officer(Role.WINDOW)
        secret = generate_totp_secret()
        TOTP.activate(who, secret)
        browser = Client()
        browser.post("/zh/accounts/login/", {"login": who.phone, "password": make.PASSWORD})
        browser.post("/zh/accounts/2fa/authenticate/", {"code": totp_now(secret)})
        assert browser.get("/zh/desk/people/requests").status_code == 200

    def test_a_log_in_without_it_is_asked_again(self):
        who, _post = make.officer(Role.WINDOW)
        TOTP.activate(who, generate_totp_secret())
        assert "/2fa/reauthenticate/" in make.signed_in(who).get("/zh/desk/people/requests")["Location"]

    def test_a_resident_is_not_asked(self):
        assert make.signed_in(make.account(real="示例甲")).get("/zh/me").status_code == 200


class TestDemonstration:
    def test_the_desk_says_that_no_second_factor_was_asked(self):
        who, _post = make.officer(Role.WINDOW)
        assert "未要求二次验证" in make.signed_in(who).get("/zh/desk/people/requests").content.decode()


class TestTheDoorOfTheDesk:
    def test_a_stranger_finds_nothing_and_nobody_is_asked_to_log_in(self):
        assert make.signed_in(make.account(real="示例甲")).get("/zh/desk/people/requests").status_code == 404
        assert Client().get("/zh/desk/people/requests").status_code == 302

    def test_another_role_finds_nothing(self):
        who, _post = make.officer(Role.AUDITOR)
        assert make.signed_in(who).get("/zh/desk/people/requests").status_code == 404

    def test_who_holds_the_role_at_another_post_is_moved_to_it(self):
        who, first = make.officer(Role.APPROVER)
        second = Post.objects.create(account=who, desk=desk(Role.WINDOW), valid_from=today())
        browser = make.signed_in(who)
        assert browser.get("/zh/desk/people/requests").status_code == 200
        assert browser.session["acting_post"] == second.pk
        browser.post("/zh/desk/people/post", {"post": first.pk})
        assert browser.session["acting_post"] == first.pk
        assert browser.post("/zh/desk/people/post", {"post": 0}).status_code == 404


class TestWhoMustStepAside:
    """公务员法 第七十六条; 行政处罚法 第四十三条"""

    def test_for_himself_his_child_its_other_parent_and_his_company(self):
        who, post = make.officer(Role.HANDLER)
        actor = actor_for_post(who, post)
        mother = make.account(real="示例母")
        number = make.resident_id("20180601")
        rows = [
            services.guardianship_declare(
                account=parent, name="示例子", id_kind="resident_id", id_number=number,
                relation=Relation.PARENT, consents=True, at=now(),
            )
            for parent in (who, mother)
        ]  # fmt: skip
        company = services.organisation_register(
            account=mother, code=make.credit_code(), name="示例贸易有限公司", at=now()
        )
        stranger = make.account(real="示例外人").party
        for party in (who.party, rows[0].ward, mother.party, company.party):
            assert own_or_family(actor, party)
            with pytest.raises(Conflicted):
                check_disinterested(actor, stranger, party)
        assert not own_or_family(actor, stranger)
        check_disinterested(actor, stranger, None)

    def test_for_a_relative_he_acts_or_acted_for_and_a_firm_he_serves(self):
        who, post = make.officer(Role.HANDLER)
        actor = actor_for_post(who, post)
        aunt, head = make.account(real="示例姑"), make.account(real="示例法人")
        services.mandate_offer(
            account=aunt, principal=aunt.party, name=who.party.name, contact=who.phone,
            relation=Relation.OTHER, terms=make.terms(), at=now(),
        )  # fmt: skip
        row = services.mandate_answer_code(account=who, code=make.code_sent(who.phone), at=now())
        services.mandate_revoke(account=aunt, mandate_id=row.pk, at=now())
        assert own_or_family(actor, aunt.party)  # an aunt stays an aunt
        firm = services.organisation_register(account=head, code=make.credit_code(), name="示例公司", at=now())
        asked = services.mandate_ask_organisation(account=who, code=firm.credit_code, terms=make.terms(), at=now())
        assert not own_or_family(actor, firm.party)
        services.mandate_confirm(account=head, mandate_id=asked.pk, at=now())
        assert own_or_family(actor, firm.party)

    def test_the_system_and_the_parties_are_not_officers(self):
        party = make.account(real="示例甲").party
        assert not own_or_family(SYSTEM, party)

    def test_a_second_person_where_two_are_needed(self):
        first, second = make.at_work(Role.EDITOR), make.at_work(Role.EDITOR)
        assert second_person_needed(first, [first.account_id])
        check_second_person(second, [first.account_id, None])
        with pytest.raises(SecondPersonNeeded):
            check_second_person(first, [None, first.account_id])
