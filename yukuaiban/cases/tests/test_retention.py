"""个人信息保护法 第四十七条: erased when the term of keeping has ended; the chain stays valid."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tests.people import RESIDENCE, applicant, at, person
from yukuaiban.cases import retention, selectors, services
from yukuaiban.cases.errors import RuleRefused
from yukuaiban.cases.models import Case, LegalHold, Remedy
from yukuaiban.cases.tests.test_life import filed, give_materials  # noqa: F401  (a fixture)
from yukuaiban.chain import store
from yukuaiban.chain.verification import verify
from yukuaiban.config import retention as terms
from yukuaiban.config.errors import Invalid
from yukuaiban.materials.models import MaterialRead, MaterialUse

pytestmark = pytest.mark.django_db


def test_only_after_the_term_and_the_chain_holds(filed):  # noqa: F811
    receipt, _where, who = filed
    case = receipt.case
    with pytest.raises(RuleRefused):
        retention.case_erase(case_id=case.pk, at=at(date(2040, 1, 1)))  # open: never
    services.case_withdraw(case_id=case.pk, by=who, at=at(date(2026, 3, 3)), reason="不办了")
    with pytest.raises(RuleRefused):
        retention.case_erase(case_id=case.pk, at=at(date(2036, 3, 2)))
    retention.case_erase(case_id=case.pk, at=at(date(2036, 3, 3)))
    assert store.payloads(case.pk) == {}
    assert selectors.answers_of(Case.objects.get(pk=case.pk)) == {}
    assert verify(case.pk).holds


@pytest.fixture
def ended(filed):  # noqa: F811
    """A case that was withdrawn on 3 March 2026: due on 3 March 2036."""
    receipt, _where, who = filed
    services.case_withdraw(case_id=receipt.case.pk, by=who, at=at(date(2026, 3, 3)), reason="不办了")
    return Case.objects.get(pk=receipt.case.pk)


BEFORE, DUE = at(date(2036, 3, 2)), at(date(2036, 3, 3))


def is_erased(case: Case) -> bool:
    case.refresh_from_db()
    return case.erased_at is not None and store.key_of(case.pk) is None


class TestTheRun:
    def test_erases_what_is_due_and_nothing_a_day_earlier(self, ended):
        assert terms.run(BEFORE)["case"] == terms.Tally()
        assert terms.run(DUE)["case"] == terms.Tally(due=1, erased=1)
        assert is_erased(ended)
        assert verify(ended.pk).holds
        assert not MaterialUse.objects.filter(subject=ended.pk).exists()
        assert terms.run(DUE)["case"] == terms.Tally()  # again finds nothing

    def test_a_dry_run_only_counts(self, ended):
        assert terms.run(DUE, dry=True)["case"] == terms.Tally(due=1)
        assert not is_erased(ended)

    def test_stopped_in_the_middle_the_next_run_goes_on(self, ended, monkeypatch):
        others = [_withdrawn(name, ended) for name in ("王示例", "赵示例")]
        erase, seen = retention.case_erase, []

        def killed(*, case_id, at):
            if seen:
                raise KeyboardInterrupt
            seen.append(case_id)
            return erase(case_id=case_id, at=at)

        with monkeypatch.context() as patch:
            patch.setattr(retention, "case_erase", killed)
            with pytest.raises(KeyboardInterrupt):
                terms.run(DUE)
        assert sum(map(is_erased, [ended, *others])) == 1
        assert terms.run(DUE)["case"] == terms.Tally(due=2, erased=2)
        assert all(verify(case.pk).holds for case in [ended, *others])

    def test_an_item_or_a_type_may_have_its_own_term(self, ended, monkeypatch):
        entry = ended.service_item.entry
        longer = terms.Row("case", *[terms.table()["case"].title] * 2, terms.table()["draft"].terms)  # six months
        for narrower in (f"case/item:{entry.code}", f"case/type:{entry.item_type}"):
            rows = {**terms.table(), narrower: longer}
            with monkeypatch.context() as patch:
                patch.setattr(terms, "table", lambda rows=rows: rows)
                assert retention.erasable_on(ended) == date(2026, 9, 3)
                assert not retention.due(date(2026, 9, 2)).exists()
                assert list(retention.due(date(2026, 9, 3))) == [ended]

    def test_an_open_case_is_never_due(self, filed):  # noqa: F811
        assert not retention.due(date(2099, 1, 1)).exists()

    def test_a_draft_goes_six_months_after_it_was_saved_last(self, ended):
        who = applicant(person("李示例"))
        draft = services.draft_start(service_item_id=ended.service_item_id, by=who, at=at(date(2026, 3, 2)))
        services.draft_save(case_id=draft.pk, answers=RESIDENCE, by=who, at=at(date(2026, 3, 31), 23))
        give_materials(draft)
        assert terms.run(at(date(2026, 9, 29)), only=["draft"])["draft"].due == 0
        assert terms.run(at(date(2026, 9, 30)), only=["draft"])["draft"] == terms.Tally(due=1, erased=1)
        assert not Case.objects.filter(pk=draft.pk).exists()
        assert store.key_of(draft.pk) is None
        assert not MaterialUse.objects.filter(subject=draft.pk).exists()
        assert Case.objects.filter(pk=ended.pk).exists()


def _withdrawn(name: str, like: Case) -> Case:
    who = applicant(person(name))
    case = services.draft_start(service_item_id=like.service_item_id, by=who, at=at(date(2026, 3, 2)))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(date(2026, 3, 2)))
    give_materials(case)
    services.case_file(case_id=case.pk, by=who, at=at(date(2026, 3, 2)))
    services.case_withdraw(case_id=case.pk, by=who, at=at(date(2026, 3, 3)), reason="不办了")
    return Case.objects.get(pk=case.pk)


class TestLegalHold:
    """What an audit, an investigation or a lawsuit needs stays, whatever the term says."""

    def test_keeps_a_case_until_it_is_lifted(self, ended):
        hold = retention.hold_set(case_id=ended.pk, by="李示例，审计局", reason="审计需要", at=at(date(2036, 1, 5)))
        assert terms.run(DUE)["case"] == terms.Tally(due=1, held=1)
        with pytest.raises(RuleRefused, match="审计需要"):
            retention.case_erase(case_id=ended.pk, at=DUE)
        retention.hold_lift(hold_id=hold.pk, by="李示例，审计局", reason="审计结束", at=at(date(2036, 6, 1)))
        assert terms.run(at(date(2036, 6, 2)))["case"] == terms.Tally(due=1, erased=1)
        kept = LegalHold.objects.get()
        assert (kept.reason, kept.lift_reason, kept.lifted_by) == ("审计需要", "审计结束", "李示例，审计局")

    def test_two_holds_are_lifted_one_by_one(self, ended):
        first, _second = (
            retention.hold_set(case_id=ended.pk, by="某人", reason=why, at=at(date(2036, 1, 5))) for why in "甲乙"
        )
        retention.hold_lift(hold_id=first.pk, by="某人", reason="完", at=at(date(2036, 2, 1)))
        assert terms.run(DUE)["case"] == terms.Tally(due=1, held=1)

    def test_a_lawsuit_holds_by_itself(self, ended):
        suit = Remedy.objects.create(
            case=ended, kind="lawsuit", filed_on=date(2026, 5, 6), body="示例法院", made_at=at(date(2026, 5, 6))
        )
        assert terms.run(DUE)["case"] == terms.Tally(due=1, held=1)
        suit.outcome, suit.concluded_on = "upheld", date(2036, 3, 1)
        suit.save()
        assert terms.run(DUE)["case"] == terms.Tally(due=1, erased=1)

    def test_a_hold_set_while_the_run_is_under_way_counts(self, ended, monkeypatch):
        batches = terms._batches

        def late(rows):
            for keys in batches(rows):
                retention.hold_set(case_id=ended.pk, by="某人", reason="刚刚", at=DUE)
                yield keys

        monkeypatch.setattr(terms, "_batches", lambda rows: late(rows) if rows.model is Case else batches(rows))
        assert terms.run(DUE, only=["case"])["case"] == terms.Tally(due=1, held=1)
        assert not is_erased(ended)

    def test_who_looked_at_a_held_case_stays_known(self, ended):
        use = MaterialUse.objects.filter(subject=ended.pk).first()
        looked = at(date(2026, 3, 2))
        MaterialRead.objects.create(use=use, reader_id=ended.filed_by_id, what="shown", on=looked.date(), at=looked)
        hold = retention.hold_set(case_id=ended.pk, by="某人", reason="审计", at=looked)
        later = at(date(2029, 3, 2))
        assert terms.run(later, only=["access_log/material"])["access_log/material"] == terms.Tally(due=1, held=1)
        retention.hold_lift(hold_id=hold.pk, by="某人", reason="完", at=later)
        assert terms.run(later, only=["access_log/material"])["access_log/material"].erased == 1
        assert not MaterialRead.objects.exists()

    def test_says_by_whom_and_why_or_is_refused(self, ended):
        with pytest.raises(Invalid):
            retention.hold_set(case_id=ended.pk, by="某人", reason=" ", at=DUE)
        hold = retention.hold_set(case_id=ended.pk, by="某人", reason="审计", at=DUE)
        with pytest.raises(Invalid):
            retention.hold_lift(hold_id=hold.pk, by="某人", reason="", at=DUE)
        retention.hold_lift(hold_id=hold.pk, by="某人", reason="完", at=DUE)
        with pytest.raises(RuleRefused, match="已经解除"):
            retention.hold_lift(hold_id=hold.pk, by="某人", reason="完", at=DUE)
        with pytest.raises(IntegrityError, match="a_hold_says_by_whom"), transaction.atomic():
            LegalHold.objects.create(case=ended, reason="x", set_by="", set_at=DUE)

    def test_what_was_erased_can_no_longer_be_held(self, ended):
        terms.run(DUE)
        with pytest.raises(RuleRefused, match="已依法删除"):
            retention.hold_set(case_id=ended.pk, by="某人", reason="审计", at=DUE)


class TestTheCommand:
    @pytest.fixture
    def ten_years_later(self, monkeypatch):
        monkeypatch.setenv("YUKUAIBAN_TODAY", "2036-03-03")

    def run(self, capsys, *words: str) -> tuple[int, str]:
        options = _options(words)
        code = options.run(options)
        return code, capsys.readouterr().out

    def test_dry_then_held_then_for_good(self, ended, ten_years_later, capsys):
        code, out = self.run(capsys, "erase", "--due", "--dry-run", "--json")
        assert (code, json.loads(out)["case"]) == (0, {"due": 1, "held": 0, "erased": 0})
        code, out = self.run(capsys, "hold", ended.number, "--by", "李示例，审计局", "--reason", "审计")
        assert code == 0
        number = LegalHold.objects.get().pk
        code, out = self.run(capsys, "holds", "--json")
        assert [row["hold"] for row in json.loads(out)] == [number]
        code, out = self.run(capsys, "erase", "--due", "--kind", "case", "--json")
        assert json.loads(out) == {"case": {"due": 1, "held": 1, "erased": 0}}
        assert self.run(capsys, "lift", str(number), "--by", "李示例，审计局", "--reason", "完")[0] == 0
        code, out = self.run(capsys, "erase", "--due")
        assert code == 0
        assert is_erased(ended)

    def test_an_unknown_kind_is_told_which_there_are(self, ended, capsys):
        options = _options(["erase", "--due", "--kind", "cases"])
        assert options.run(options) == 1
        assert "The kinds are" in capsys.readouterr().err

    def test_the_table_says_where_each_term_comes_from(self, db, capsys):
        code, out = self.run(capsys, "retention", "--json")
        assert code == 0
        assert {row["kind"] for row in json.loads(out)} == set(terms.table())


def _options(words):
    import argparse

    from yukuaiban.cases.cli import register

    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    return parser.parse_args(["cases", *words])
