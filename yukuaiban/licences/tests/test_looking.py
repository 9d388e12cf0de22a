"""Show, verify, grant, and the log that the holder reads."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from yukuaiban.config.errors import Invalid
from yukuaiban.documents import codes
from yukuaiban.licences import looking, selectors, services
from yukuaiban.licences.errors import LicenceNotFound, ShowCodeExpired
from yukuaiban.licences.models import How, LicenceLook
from yukuaiban.licences.tests.conftest import AT, at_work
from yukuaiban.people.models import Role
from yukuaiban.people.tests.factories import department

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


class TestPrintedCode:
    """The public learns status and masked facts, and nothing else."""

    def test_says_status_and_masked_facts_only(self, permit):
        found = looking.verify(codes.grouped(permit.code), at=AT)
        said = {title.zh: value for title, value in found.rows}
        assert (found.holder, found.standing.is_valid, found.how) == ("张**", True, How.CODE)
        assert said["公民身份号码"].count("*") == 11
        assert said["住址"] == "重庆市渝中区*******"
        assert "起始日期" not in said

    @pytest.mark.parametrize("spoil", [str.lower, lambda c: c.replace("-", ""), lambda c: c.replace("-", " ")])
    def test_is_read_however_it_was_typed(self, permit, spoil):
        assert looking.verify(spoil(codes.grouped(permit.code)), at=AT).identifier == permit.licence_id

    @pytest.mark.parametrize("code", ["", "7K3M-Q9TX-2WHD-R5NA", "../../etc", "A" * 400, "１２３"])
    def test_what_is_no_code_is_not_found(self, permit, code):
        with pytest.raises(LicenceNotFound):
            looking.verify(code, at=AT)

    def test_follows_the_licence(self, permit, approver):
        services.licence_suspend(licence_id=permit.pk, by=approver, at=AT, reason="依法暂扣")
        found = looking.verify(permit.code, at=AT)
        assert (found.standing.is_valid, found.standing.state) == (False, "02")

    def test_says_when_there_is_a_newer_version(self, permit, approver):
        new = services.licence_replace(licence_id=permit.pk, facts={}, by=approver, at=AT)
        assert not looking.verify(permit.code, at=AT).is_current
        assert looking.verify(new.code, at=AT).is_current


class TestShowCode:
    """亮证: sixty seconds, by the holder only, for this page only."""

    def test_opens_for_a_minute_and_shows_the_whole_name(self, permit, holder):
        shown = services.show_code(permit.pk, by=holder, at=AT)
        assert shown.url.endswith(f"/zh/verify/show/{shown.token}")
        assert "<svg" in shown.svg
        found = looking.verify(shown.token, at=AT + timedelta(seconds=59))
        assert (found.holder, found.how) == ("张小三", How.SHOWN)
        with pytest.raises(ShowCodeExpired):
            looking.verify(shown.token, at=AT + timedelta(seconds=61))

    def test_only_for_the_holder(self, permit, stranger, approver):
        for by in (stranger, approver):
            with pytest.raises(LicenceNotFound):
                services.show_code(permit.pk, by=by)

    def test_a_changed_token_opens_nothing(self, permit, holder):
        token = services.show_code(permit.pk, by=holder, at=AT).token
        later = "z" + token[1:]
        for forged in (later, token[:-1], token + "a", token.replace(".", "")):
            with pytest.raises(LicenceNotFound):
                looking.verify(forged, at=AT)

    def test_it_is_good_for_nothing_else(self, permit, holder):
        token = services.show_code(permit.pk, by=holder, at=AT).token
        assert codes.read(token) is None
        from django.core import signing

        with pytest.raises(signing.BadSignature):
            signing.Signer(sep=".").unsign(token)


class TestLog:
    """个人信息保护法 第四十四条: who looked, when, which way, for what."""

    def test_each_look_is_written_down(self, permit, holder, approver):
        looking.verify(permit.code, at=AT)
        looking.verify(services.show_code(permit.pk, by=holder, at=AT).token, at=AT, by=approver, purpose="核验住址")
        rows = [
            (look.who, look.how, look.department_id, look.purpose)
            for look in selectors.looks_at(permit).order_by("-pk")
        ]
        assert rows == [
            ("officer", "shown", approver.department_id, "核验住址"),
            ("public", "code", None, ""),
        ]

    def test_the_holder_trying_his_own_code_is_no_look(self, permit, holder):
        looking.verify(permit.code, at=AT, by=holder)
        assert not selectors.looks_at(permit).exists()

    def test_a_failed_look_leaves_nothing(self, permit):
        with pytest.raises(LicenceNotFound):
            looking.verify("7K3M-Q9TX-2WHD-R5NA", at=AT)
        assert not LicenceLook.objects.exists()


class TestGrant:
    """个人信息保护法 第十四条, 第十五条"""

    def give(self, permit, holder, body, **more):
        wanted = {
            "licence_id": permit.pk,
            "department": body,
            "purpose": "核对居住地",
            "valid_from": TODAY,
            "valid_until": TODAY + timedelta(days=10),
            "by": holder,
            "at": AT,
        }
        return services.licence_grant(**(wanted | more))

    def test_opens_it_for_that_department_and_is_logged(self, permit, holder):
        school = department("education")
        clerk = at_work(Role.WINDOW, school)
        with pytest.raises(LicenceNotFound):
            selectors.licence_for_department(clerk, permit.licence_id)
        self.give(permit, holder, school)
        assert selectors.licence_for_department(clerk, permit.licence_id).pk == permit.pk
        (look,) = selectors.looks_at(permit)
        assert (look.how, look.department_id, look.purpose) == ("granted", school.pk, "核对居住地")

    def test_not_for_others_nor_for_another_item(self, permit, holder):
        school = department("education")
        self.give(permit, holder, school, item_code="X1")
        with pytest.raises(LicenceNotFound):
            selectors.licence_for_department(at_work(Role.WINDOW, department("transport")), permit.licence_id)
        clerk = at_work(Role.WINDOW, school)
        with pytest.raises(LicenceNotFound):
            selectors.licence_for_department(clerk, permit.licence_id, item_code="X2")
        assert selectors.licence_for_department(clerk, permit.licence_id, item_code="X1").pk == permit.pk

    def test_ends_with_its_term_and_when_taken_back(self, permit, holder):
        school = department("education")
        clerk = at_work(Role.WINDOW, school)
        self.give(permit, holder, school, valid_from=TODAY - timedelta(days=9), valid_until=TODAY)
        with pytest.raises(LicenceNotFound):
            selectors.licence_for_department(clerk, permit.licence_id)
        grant = self.give(permit, holder, school)
        services.licence_grant_revoke(grant_id=grant.pk, by=holder, at=AT)
        with pytest.raises(LicenceNotFound):
            selectors.licence_for_department(clerk, permit.licence_id)

    def test_a_stranger_neither_gives_nor_takes_back(self, permit, holder, stranger, body):
        with pytest.raises(LicenceNotFound):
            self.give(permit, stranger, body)
        grant = self.give(permit, holder, body)
        with pytest.raises(LicenceNotFound):
            services.licence_grant_revoke(grant_id=grant.pk, by=stranger, at=AT)

    @pytest.mark.parametrize("wrong", [{"purpose": " "}, {"valid_until": TODAY}])
    def test_what_is_not_said_is_asked_for(self, permit, holder, body, wrong):
        with pytest.raises(Invalid) as refused:
            self.give(permit, holder, body, **wrong)
        assert set(refused.value.details) == set(wrong)
