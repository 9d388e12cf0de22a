"""Issue, and everything after; who may, what is recorded, what the database refuses."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from yukuaiban.chain.verification import verify as verify_chain
from yukuaiban.config.errors import Invalid, PermissionRefused
from yukuaiban.documents import register
from yukuaiban.documents.signing import Outcome, check
from yukuaiban.documents.tests.test_fonts import fonts_of
from yukuaiban.documents.tests.test_signing import pdfsig
from yukuaiban.identifiers import licence_id
from yukuaiban.licences import door, selectors, services
from yukuaiban.licences.errors import FactsInvalid, LicenceNotFound, LicenceRefused
from yukuaiban.licences.models import Licence
from yukuaiban.licences.states import TRANSITIONS, Act, State
from yukuaiban.licences.tests.conftest import AT, at_work, issue
from yukuaiban.people.actors import SYSTEM
from yukuaiban.people.models import Account, Party, Role
from yukuaiban.people.permissions import Conflicted
from yukuaiban.people.tests.factories import department

pytestmark = pytest.mark.django_db

ACTS = {
    Act.SUSPEND: services.licence_suspend,
    Act.RESTORE: services.licence_restore,
    Act.REVOKE: services.licence_revoke,
    Act.FORFEIT: services.licence_forfeit,
    Act.CANCEL: services.licence_cancel,
    Act.MOVE_OUT: services.licence_move_out,
}


def do(act: Act, licence: Licence, by) -> Licence:
    return ACTS[act](licence_id=licence.pk, by=by, at=AT, reason="依法处理")


class TestIssue:
    """行政许可法 第三十九条; 在线政务服务若干规定 第十条"""

    def test_gives_an_identifier_a_signed_file_and_an_event(self, permit, tmp_path):
        parsed = licence_id.parse(permit.licence_id)
        assert (parsed.type_code, parsed.issuer, parsed.version) == (permit.type_code, permit.issuer_code, 1)
        pdf = selectors.licence_file(permit)
        found = check(pdf)
        assert (found.outcome, found.signed_at, found.signed_by) == (Outcome.UNCHANGED, AT, permit.issuer_name)
        assert "Signature is Valid." in pdfsig(pdf, tmp_path)
        assert "Total document signed" in pdfsig(pdf, tmp_path)
        assert fonts_of(pdf, tmp_path) == {"NotoSerifSC-Regular", "NotoSerifSC-Bold"}
        assert verify_chain(permit.pk).holds
        assert permit.seq == 1

    def test_a_changed_byte_fails_in_pdfsig(self, permit, tmp_path):
        pdf = bytearray(selectors.licence_file(permit))
        pdf[len(pdf) // 3] ^= 1
        assert "Signature is Valid" not in pdfsig(bytes(pdf), tmp_path)

    def test_prints_what_it_says(self, permit):
        text = words(selectors.licence_file(permit))
        for said in ["重庆市居住证", "张小三", permit.holder.id_number, "重庆市渝中区示例路1号", "2025年11月1日",
                     "2026年3月2日至2027年3月1日", permit.licence_id, "示例证照，不具有法律效力"]:  # fmt: skip
            assert said in text

    @pytest.mark.parametrize(
        "name", ["张𠮷", "阿卜杜热合曼·买买提依明·吐尔逊江·努尔麦麦提·艾合买提江·阿布都克里木", "一"]
    )
    def test_any_name_is_printed_or_flagged(self, body, approver, account, name):
        account.party.name = name
        text = words(selectors.licence_file(issue(account.party, body, approver)))
        assert ("U+20BB7" in text) if "𠮷" in name else (name in text)

    def test_personal_facts_are_encrypted_at_rest(self, permit):
        with connection.cursor() as cursor:
            cursor.execute("SELECT facts FROM licences_licence WHERE id = %s", [permit.pk])
            stored = bytes(cursor.fetchone()[0])
        assert permit.holder.id_number.encode() not in stored
        assert Licence.objects.get(pk=permit.pk).facts["number"] == permit.holder.id_number

    def test_a_case_asked_twice_gets_the_licence_it_has(self, body, approver, account):
        one = issue(account.party, body, approver, case_subject=77)
        assert issue(account.party, body, approver, case_subject=77).pk == one.pk
        assert selectors.of_case(77).pk == one.pk

    def test_the_term_follows_the_type_where_the_case_says_nothing(self, body, approver, account):
        made = issue(account.party, body, approver, valid_from=None, valid_until=None)
        assert (made.valid_from, made.valid_until) == (date(2026, 3, 2), date(2027, 3, 2))

    def test_facts_that_do_not_fit_are_named(self, body, approver, account):
        with pytest.raises(FactsInvalid) as refused:
            issue(account.party, body, approver, facts={"colour": "红"})
        assert set(refused.value.details) == {"colour", "number", "address"}
        assert not Licence.objects.exists()

    def test_a_body_gets_no_licence_made_for_persons(self, body, approver, account):
        company = Party(kind="organisation", name="示例公司", id_kind="", assurance="registered")
        company.save()
        with pytest.raises(FactsInvalid, match="不能颁发给单位"):
            issue(company, body, approver)

    def test_only_the_issuing_body_and_the_system_issue(self, body, approver, account, holder):
        elsewhere = at_work(Role.APPROVER, department("transport"))
        for by in (holder, elsewhere, at_work(Role.SUPERVISOR, body)):
            with pytest.raises(PermissionRefused):
                issue(account.party, body, by)
        assert issue(account.party, body, SYSTEM).state == State.VALID

    def test_the_name_on_it_may_be_another_than_the_holders(self, body, approver, account):
        """A self-employed's trade name; it stands on the register, so anybody may read it."""
        made = issue(
            account.party,
            body,
            approver,
            type_code="individual_business_licence",
            facts={"name": "渝中区示例面馆", "operator": account.party.name},
        )
        assert made.holder_name == "渝中区示例面馆"
        assert "渝中区示例面馆" in words(selectors.licence_file(made))
        assert services.verify(made.code, at=AT).holder == "渝中区示例面馆"

    def test_the_address_is_printed_with_the_names_of_its_divisions(self, body, approver, account):
        facts = {"number": account.party.id_number, "address": {"division": "500103", "detail": "示例路 9 号"}}
        made = issue(account.party, body, approver, facts=facts)
        assert "重庆市示例区示例路9号" in words(selectors.licence_file(made))


class TestActs:
    @pytest.mark.parametrize("act", ACTS)
    def test_only_the_transitions_in_the_table_are_possible(self, permit, approver, act):
        """Every pair of state and act: as the table says, or refused and nothing recorded."""
        row = TRANSITIONS[act]
        for state in State:
            point = transaction.savepoint()
            Licence.objects.filter(pk=permit.pk).update(state=state)
            if state in row.sources:
                assert do(act, permit, approver).state == row.target
                assert Licence.objects.get(pk=permit.pk).seq == 2
            else:
                with pytest.raises(LicenceRefused):
                    do(act, permit, approver)
                fresh = Licence.objects.get(pk=permit.pk)
                assert (fresh.state, fresh.seq) == (state, 1)
            assert verify_chain(permit.pk).holds
            transaction.savepoint_rollback(point)

    def test_each_act_is_an_event_with_its_reason_kept_apart(self, permit, approver):
        do(Act.SUSPEND, permit, approver)
        do(Act.RESTORE, permit, approver)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT kind, facts->>'from', facts->>'to', payload_digest IS NOT NULL FROM chain_event"
                " WHERE subject = %s ORDER BY seq", [permit.pk],
            )  # fmt: skip
            rows = cursor.fetchall()
        assert rows == [
            ("licence.issue", None, "01", True),
            ("licence.suspend", "01", "02", True),
            ("licence.restore", "02", "01", True),
        ]

    def test_what_ran_out_is_only_cancelled_revoked_or_renewed(self, permit, approver):
        Licence.objects.filter(pk=permit.pk).update(valid_from=date(2024, 1, 1), valid_until=date(2025, 1, 1))
        for act in (Act.SUSPEND, Act.FORFEIT, Act.MOVE_OUT):
            with pytest.raises(LicenceRefused, match="有效期"):
                do(act, permit, approver)
        assert do(Act.CANCEL, permit, approver).state == State.CANCELLED

    def test_a_reason_is_needed(self, permit, approver):
        with pytest.raises(Invalid):
            services.licence_revoke(licence_id=permit.pk, by=approver, at=AT, reason="  ")

    def test_nobody_decides_about_his_own_licence(self, body):
        """公务员法 第七十六条"""
        by = at_work(Role.APPROVER, body)
        own = issue(Account.objects.get(pk=by.account_id).party, body, SYSTEM)
        with pytest.raises(Conflicted):
            do(Act.SUSPEND, own, by)

    def test_who_may(self, permit, body, holder):
        for by in (
            holder,
            at_work(Role.HANDLER, body),
            at_work(Role.APPROVER, department("transport")),
        ):
            with pytest.raises(PermissionRefused):
                do(Act.REVOKE, permit, by)
        assert do(Act.REVOKE, permit, SYSTEM).state == State.REVOKED

    def test_the_body_above_may(self, permit, body):
        """行政许可法 第六十九条第一款"""
        above = department("public_security", "500000")
        body.parent = above
        body.save()
        assert do(Act.REVOKE, permit, at_work(Role.APPROVER, above)).state == State.REVOKED

    def test_an_unknown_licence_is_not_found(self, approver):
        with pytest.raises(LicenceNotFound):
            services.licence_revoke(licence_id=1, by=approver, at=AT, reason="依法")


class TestReplace:
    """行政许可法 第四十九条, 第五十条"""

    def test_makes_a_linked_version_and_the_old_one_lapses(self, permit, approver, holder):
        new = services.licence_replace(
            licence_id=permit.pk, facts={"address": "重庆市渝中区新路 2 号"}, by=approver, at=AT, reason="地址变更"
        )
        permit.refresh_from_db()
        assert (permit.state, new.state) == (State.LAPSED, State.VALID)
        assert (new.previous_id, new.version, new.serial) == (permit.pk, 2, permit.serial)
        assert new.facts["number"] == permit.facts["number"]
        assert licence_id.parse(permit.licence_id).next_version().text == new.licence_id
        assert [held.pk for held in selectors.wallet(holder.party_id)] == [new.pk]
        assert [version.version for version in selectors.versions_of(permit)] == [2, 1]
        assert selectors.licence_for_holder(holder, permit.pk).pk == permit.pk
        assert verify_chain(new.pk).holds
        assert verify_chain(permit.pk).holds

    def test_what_was_revoked_is_not_renewed(self, permit, approver):
        do(Act.REVOKE, permit, approver)
        with pytest.raises(LicenceRefused):
            services.licence_replace(licence_id=permit.pk, facts={}, by=approver, at=AT)


class TestTheDatabaseSaysItToo:
    def test_two_versions_of_a_licence_do_not_stand(self, permit, approver):
        services.licence_replace(licence_id=permit.pk, facts={}, by=approver, at=AT)
        with pytest.raises(IntegrityError, match="one_version_of_a_licence_stands"), transaction.atomic():
            Licence.objects.filter(pk=permit.pk).update(state=State.VALID)

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"valid_until": date(2026, 3, 2)}, "a_licence_ends_after_it_begins"),
            ({"version": 2}, "only_the_first_version_has_no_previous"),
            ({"state": "99"}, "a_licence_state_is_a_code_of_the_set"),
        ],
    )
    def test_constraints(self, permit, change, name):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Licence.objects.filter(pk=permit.pk).update(**change)


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_one_wins_and_the_others_are_told(self, permit, approver):
        from django.db import connections

        def suspend(_n: int) -> str:
            try:
                do(Act.SUSPEND, Licence.objects.get(pk=permit.pk), approver)
            except LicenceRefused:
                return "refused"
            finally:
                connections.close_all()
            return "done"

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(suspend, range(16)))
        assert sorted(results) == ["done"] + ["refused"] * 15
        permit.refresh_from_db()
        assert (permit.state, permit.seq) == (State.SUSPENDED, 2)
        assert verify_chain(permit.pk).holds

    def test_the_control_without_the_guard_goes_red(self, permit, approver, monkeypatch):
        """With the guard on the state taken out, a revoked licence comes back to life."""
        do(Act.REVOKE, permit, approver)
        every = frozenset(State)
        row = TRANSITIONS[Act.RESTORE]
        monkeypatch.setitem(door.TRANSITIONS, Act.RESTORE, type(row)(row.act, every, row.target, row.law, row.label))
        assert do(Act.RESTORE, permit, approver).state == State.VALID


class TestReliance:
    def test_valid_licences_are_those_that_hold_on_the_day(self, permit, approver, holder):
        on = date(2026, 3, 2)
        assert [held.pk for held in selectors.valid_licences(holder.party_id, "residence_permit", on)] == [permit.pk]
        for day in (on - timedelta(days=1), date(2027, 3, 2)):
            assert selectors.valid_licences(holder.party_id, "residence_permit", day) == []
        assert selectors.valid_licences(holder.party_id, "driving_licence", on) == []
        do(Act.SUSPEND, permit, approver)
        assert selectors.valid_licences(holder.party_id, "residence_permit", on) == []

    def test_the_wallet_answers_a_material(self, permit, holder):
        (held,) = selectors.held_for_material(holder.party_id, "residence_permit")
        assert held.identifier == permit.licence_id
        assert ("公民身份号码", "Citizen identity number", permit.holder.id_number) in held.rows

    def test_a_file_of_ours_is_known_by_its_bytes(self, permit, approver):
        digest = check(selectors.licence_file(permit)).digest
        known = register.find(digest)
        assert (known.number, known.is_in_force) == (permit.licence_id, True)
        do(Act.REVOKE, permit, approver)
        assert register.find(digest).is_in_force is False
        assert register.find("0" * 64) is None


def words(pdf: bytes) -> str:
    out = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(out.stdout.decode().split())
