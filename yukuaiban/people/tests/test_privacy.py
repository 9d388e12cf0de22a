"""What the Personal Information Protection Law gives a person: who looked, a copy, correction, an end."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from allauth.account.models import EmailAddress

from yukuaiban.config.errors import Invalid, PermissionRefused
from yukuaiban.config.now import now
from yukuaiban.people import exports, selectors, services
from yukuaiban.people.actors import SYSTEM, actor_for_party
from yukuaiban.people.errors import AlreadyDone, CannotClose
from yukuaiban.people.models import Account, CorrectionRequest, Mandate, Party, PersonRead, Relation, Role
from yukuaiban.people.permissions import Conflicted
from yukuaiban.people.services import accounts
from yukuaiban.people.services.privacy import FIELD_NAMES
from yukuaiban.people.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Account:
    return make.account(real="示例甲", email="jia@example.com", phone="+8613800138000")


class TestWhoLooked:
    """个人信息保护法 第四十四条, 第五十一条"""

    def test_each_reading_is_written_down_and_shown_to_the_person(self, person):
        officer = make.at_work(Role.HANDLER, "示例承办")
        found = services.person_read(
            party_id=person.party_id, by=officer, reason="核对申请人身份", reference="渝-7F3K", what=["name"], at=now()
        )
        assert found == person.party
        row = PersonRead.objects.get()
        assert (row.reader_id, row.post_id, row.department_id) == (
            officer.account_id,
            officer.post_id,
            officer.department_id,
        )
        page = make.signed_in(person).get("/zh/me/privacy/reads").content.decode()
        for shown in ("核对申请人身份", "渝-7F3K", "示例承办", "示例public_security局"):
            assert shown in page

    def test_no_reason_no_reading(self, person):
        with pytest.raises(Invalid):
            services.person_read(party_id=person.party_id, by=make.at_work(Role.HANDLER), reason=" ", at=now())
        assert not PersonRead.objects.exists()

    def test_only_an_officer_reads(self, person):
        for actor in (SYSTEM, actor_for_party(make.account(real="示例乙"))):
            with pytest.raises(PermissionRefused):
                services.person_read(party_id=person.party_id, by=actor, reason="看看", at=now())

    def test_nobody_else_sees_the_list(self, person):
        services.person_read(party_id=person.party_id, by=make.at_work(Role.HANDLER), reason="核对申请人身份", at=now())
        other = make.signed_in(make.account(real="示例乙")).get("/zh/me/privacy/reads").content.decode()
        assert "核对申请人身份" not in other


class TestACopyOfEverything:
    """个人信息保护法 第四十五条"""

    def download(self, account: Account):
        answer = make.reauthenticated(account).post("/zh/me/privacy/export")
        assert answer["Content-Type"] == "application/zip"
        assert answer["Cache-Control"] == "private, no-store"
        return zipfile.ZipFile(io.BytesIO(answer.content))

    def test_is_one_file_with_a_part_of_each_domain(self, person, monkeypatch):
        monkeypatch.setitem(exports._exporters, "cases", lambda party: [{"number": "渝-7F3K"}])
        monkeypatch.setitem(exports._exporters, "empty", lambda party: None)
        archive = self.download(person)
        content = json.loads(archive.read("people.json"))
        assert content["person"]["id_number"] == person.party.id_number  # in full: it is his own
        assert content["account"]["phone"] == "+8613800138000"
        assert json.loads(archive.read("cases.json")) == [{"number": "渝-7F3K"}]
        assert "empty.json" not in archive.namelist()
        assert "第四十五条" in archive.read("README.txt").decode()
        assert person.events.filter(kind="data_exported").exists()

    def test_needs_the_password_of_a_moment_ago(self, person):
        assert "reauthenticate" in make.signed_in(person).post("/zh/me/privacy/export")["Location"]

    def test_of_a_child_for_his_guardian_and_of_nobody_for_an_agent(self, person):
        row = services.guardianship_declare(
            account=person, name="示例子", id_kind="resident_id", id_number=make.resident_id("20180601"),
            relation=Relation.PARENT, consents=True, at=now(),
        )  # fmt: skip
        browser = make.reauthenticated(person)
        browser.post("/zh/me/identities", {"party": row.ward_id})
        archive = zipfile.ZipFile(io.BytesIO(browser.post("/zh/me/privacy/export").content))
        assert json.loads(archive.read("people.json"))["person"]["name"] == "示例子"
        aunt = make.account(real="示例姑")
        services.mandate_offer(
            account=aunt, principal=aunt.party, name="示例甲", contact=person.phone,
            relation=Relation.OTHER, terms=make.terms(), at=now(),
        )  # fmt: skip
        services.mandate_answer_code(account=person, code=make.code_sent(person.phone), at=now())
        browser.post("/zh/me/identities", {"party": aunt.party_id})
        archive = zipfile.ZipFile(io.BytesIO(browser.post("/zh/me/privacy/export").content))
        assert json.loads(archive.read("people.json"))["person"]["name"] == "示例甲"


class TestCorrection:
    """个人信息保护法 第四十六条, 第五十条"""

    def ask(self, person, field="birth_on", wanted="1990-01-02") -> CorrectionRequest:
        return services.correction_ask(
            account=person, party=person.party, field=field, wanted=wanted, reason="以户口簿为准", at=now()
        )

    def test_an_officer_checks_and_corrects(self, person, django_capture_on_commit_callbacks):
        row = self.ask(person)
        officer = make.at_work(Role.WINDOW)
        with django_capture_on_commit_callbacks(execute=True):
            services.correction_decide(request_id=row.pk, grant=True, answer="", by=officer, at=now())
        person.party.refresh_from_db()
        assert str(person.party.birth_on) == "1990-01-02"
        assert "出生日期" in make.messages("jia@example.com")[-1]["body"]

    def test_a_renewed_document_has_another_number(self, person):
        number = make.resident_id("19900101")
        row = self.ask(person, "id_number", number)
        services.correction_decide(request_id=row.pk, grant=True, answer="", by=make.at_work(Role.WINDOW), at=now())
        assert Party.objects.with_identity("resident_id", number) == person.party
        with pytest.raises(Invalid):  # a slip, or another's
            self.ask(person, "id_number", number[:-1] + ("0" if number[-1] != "0" else "1"))
        other = make.account(real="示例乙")
        with pytest.raises(Invalid):
            self.ask(person, "id_number", other.party.id_number)

    def test_the_answer_is_in_the_person_s_language(self, person, django_capture_on_commit_callbacks):
        Account.objects.filter(pk=person.pk).update(language="en")
        row = self.ask(person)
        with django_capture_on_commit_callbacks(execute=True):
            services.correction_decide(request_id=row.pk, grant=True, answer="", by=make.at_work(Role.WINDOW), at=now())
        assert make.messages("jia@example.com")[-1]["subject"] == "Answer to your correction request"

    def test_decided_once(self, person):
        row, officer = self.ask(person), make.at_work(Role.WINDOW)
        services.correction_decide(request_id=row.pk, grant=True, answer="", by=officer, at=now())
        with pytest.raises(AlreadyDone):
            services.correction_decide(request_id=row.pk, grant=False, answer="x", by=officer, at=now())

    def test_a_refusal_gives_its_reason(self, person):
        row = self.ask(person)
        officer = make.at_work(Role.WINDOW)
        with pytest.raises(Invalid):
            services.correction_decide(request_id=row.pk, grant=False, answer=" ", by=officer, at=now())
        services.correction_decide(request_id=row.pk, grant=False, answer="户口簿未见更改", by=officer, at=now())
        assert "户口簿未见更改" in make.signed_in(person).get("/zh/me/privacy/corrections").content.decode()

    def test_nobody_corrects_himself(self):
        who, post = make.officer(Role.WINDOW)
        row = self.ask(who)
        from yukuaiban.people.actors import actor_for_post

        with pytest.raises(Conflicted):
            services.correction_decide(request_id=row.pk, grant=True, answer="", by=actor_for_post(who, post), at=now())

    @pytest.mark.parametrize(
        ("field", "wanted"),
        [("birth_on", "昨天"), ("sex", "?"), ("name", "甲1"), ("assurance", "real_person"), ("address", " ")],
    )
    def test_what_cannot_be_right_is_not_taken(self, person, field, wanted):
        with pytest.raises(Invalid):
            self.ask(person, field, wanted)

    def test_one_open_request_about_one_thing(self, person):
        self.ask(person)
        with pytest.raises(AlreadyDone):
            self.ask(person)

    def test_reading_for_it_is_logged(self, person):
        row = self.ask(person)
        who, _post = make.officer(Role.WINDOW)
        assert make.signed_in(who).get(f"/zh/desk/people/requests/corrections/{row.pk}").status_code == 200
        assert PersonRead.objects.get(party=person.party).what == ["name", "birth_on", "id_number"]


class TestClosingAnAccount:
    """个人信息保护法 第四十七条; 在线政务服务若干规定 第十二条"""

    def test_what_goes_and_what_the_law_keeps(self, person, django_capture_on_commit_callbacks):
        party = person.party
        browser = make.reauthenticated(person)
        assert "依法保留" in browser.get("/zh/me/privacy/close").content.decode()
        assert browser.post("/zh/me/privacy/close").status_code == 422  # not ticked
        with django_capture_on_commit_callbacks(execute=True):
            browser.post("/zh/me/privacy/close", {"sure": "on"})
        person.refresh_from_db()
        party.refresh_from_db()
        assert (person.is_active, person.phone, person.email, person.party) == (False, None, "", None)
        assert not person.has_usable_password()
        assert not EmailAddress.objects.filter(user=person).exists()
        assert (party.name, party.phone, party.email) == ("示例甲", None, "")
        assert party.id_number
        assert make.messages("jia@example.com")[-1]["kind"] == "account.closed"
        assert browser.get("/zh/me").status_code == 302

    def test_mandates_end_with_it(self, person):
        aunt = make.account(real="示例姑")
        services.mandate_offer(
            account=aunt, principal=aunt.party, name="示例甲", contact=person.phone,
            relation=Relation.OTHER, terms=make.terms(), at=now(),
        )  # fmt: skip
        services.mandate_answer_code(account=person, code=make.code_sent(person.phone), at=now())
        services.account_close(account=aunt, at=now())
        assert Mandate.objects.get().state == Mandate.State.REVOKED
        assert len(selectors.parties_for(person)) == 1

    def test_not_while_something_is_under_way(self, person, monkeypatch):
        monkeypatch.setattr(accounts, "_obstacles", [lambda account: ["还有 1 件办理中的事项"]])
        with pytest.raises(CannotClose, match="1 件"):
            services.account_close(account=person, at=now())
        assert "还有 1 件" in make.reauthenticated(person).get("/zh/me/privacy/close").content.decode()

    def test_who_comes_back_finds_what_was_kept(self, person):
        party, number = person.party, person.party.id_number
        services.account_close(account=person, at=now())
        again = make.account(phone="+8613800138000", email="jia@example.com")
        services.real_name_check(account=again, id_kind="resident_id", id_number=number, name="示例甲", at=now())
        again.refresh_from_db()
        assert again.party == party
        assert Party.objects.filter(merged_into=party).count() == 1


def test_what_an_officer_reads_of_a_case_has_a_name():
    """`desk` notes `case`; nobody should read a word of the program in the list of who looked at him."""
    assert str(FIELD_NAMES["case"]) == "申请表和材料"
