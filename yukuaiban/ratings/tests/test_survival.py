"""A bad rating beside the life of its case: other acts, a new calendar, many at once, the person's copy, erasure."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import pytest

from tests.people import RESIDENCE, applicant, at, office, officer, person
from yukuaiban.cases import retention
from yukuaiban.cases import services as cases
from yukuaiban.cases.models import Case, Remedy, Work
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.cases.tests.test_recount import third_of_march_off
from yukuaiban.cases.tests.test_together import run_together
from yukuaiban.cases.work import reindex
from yukuaiban.config.errors import DomainError
from yukuaiban.outbox.models import OutboxRow
from yukuaiban.people import exports
from yukuaiban.ratings import recount, tasks
from yukuaiban.ratings.errors import FollowUpRefused
from yukuaiban.ratings.models import Deed, FollowUp, Rating
from yukuaiban.ratings.services import follow_up_act, rating_give
from yukuaiban.ratings.states import Act, State
from yukuaiban.ratings.tests.ways import HEARD, MONDAY, TUESDAY, Rated, ended_case, rated_badly

WEDNESDAY = date(2026, 3, 4)


def standing(case):
    """The row of the rating, as the desk finds it."""
    return Work.objects.values_list("desk_id", "bucket", "due_on", "step_id").get(case=case, matter="rating")


@pytest.mark.django_db
class TestBesideTheCase:
    def test_every_act_on_the_case_leaves_it_where_it_is(self, city):
        """A review is filed, ends, orders anew; the case is reopened, handed over, decided: the bad rating stays."""
        where, who = office(), applicant(person())
        case = cases.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
        cases.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(MONDAY))
        give_materials(case)
        cases.case_file(case_id=case.pk, by=who, at=at(MONDAY))
        cases.case_declare_not_needed(case_id=case.pk, by=where.window, at=at(MONDAY, 11), reason="不需许可")
        rating_give(case=Case.objects.get(pk=case.pk), by=who, level=4, at=at(MONDAY, 12))
        row = standing(case)
        assert row == (where.handler.desk_id, "follow", TUESDAY, None)

        cases.remedy_record(
            case_id=case.pk, by=where.approver, at=at(TUESDAY), kind="review", body="渝中区人民政府", filed_on=TUESDAY,
            received_on=TUESDAY,
        )  # fmt: skip
        assert standing(case) == row
        assert Work.objects.get(case=case, matter="").desk_id == where.approver.desk_id
        remedy = Remedy.objects.get(case=case)
        cases.remedy_conclude(
            case_id=case.pk, remedy_id=remedy.pk, by=where.approver, at=at(WEDNESDAY), outcome="ordered_anew",
            concluded_on=WEDNESDAY,
        )  # fmt: skip
        assert standing(case) == row
        cases.case_reopen(case_id=case.pk, by=where.approver, at=at(WEDNESDAY, 11))
        assert standing(case) == row
        colleague = officer("handler", where.item.department, where.item.division_id)
        cases.case_hand_over(
            case_id=case.pk, by=where.handler, at=at(WEDNESDAY, 12), to_post=colleague.post_id, reason="休假"
        )
        assert Work.objects.get(case=case, matter="rating").post_id is None  # the case was handed over, not the rating
        step = case.steps.get(stage=1)
        cases.step_pass(case_id=case.pk, step_id=step.pk, by=colleague, at=at(WEDNESDAY, 13))
        assert standing(case) == row
        cases.case_grant(case_id=case.pk, by=where.approver, at=at(WEDNESDAY, 14))
        assert standing(case) == row
        assert Work.objects.get(case=case, matter="").bucket == "issue"

        follow_up = FollowUp.objects.get(rating__case=case)
        for act in (Act.CALL_BACK, Act.EXPLAIN):
            follow_up_act(follow_up_id=follow_up.pk, act=act, by=where.handler, at=at(WEDNESDAY, 15), words="示例")
        assert Work.objects.get(case=case).bucket == "issue"  # and what was dealt with leaves the case's own work alone

    def test_the_words_of_a_case_reopened_are_its_own(self, city):
        """Its new work is found by the applicant's name, the rating's is not: neither row lends its words to the other."""
        rated = rated_badly()
        list(reindex())
        found = Work.objects.extra(where=["search @@ to_tsquery('simple', 'zhang')"])
        assert not found.filter(case=rated.case).exists()


@pytest.mark.django_db
class TestANewCalendar:
    def test_moves_its_dates_and_the_work_list(self, city, tmp_path):
        rated = rated_badly()
        third_of_march_off(tmp_path)
        assert OutboxRow.objects.filter(task="ratings.recount").exists()
        tasks.recount_batch(after=0)
        row = FollowUp.objects.get(pk=rated.row.pk)
        assert (row.call_by, row.answer_by) == (WEDNESDAY, date(2026, 3, 24))
        assert standing(rated.case)[2] == WEDNESDAY
        assert not FollowUp.objects.filter(calendar_version__lt=row.calendar_version).exists()

    def test_keeps_the_date_of_the_ledger_and_what_is_over(self, city, tmp_path):
        ledger, over = rated_badly(), rated_badly()
        ledger.to(State.LEDGER)
        over.to(State.ANSWERED)
        before = FollowUp.objects.values().get(pk=over.row.pk)
        third_of_march_off(tmp_path)
        assert recount.batch() is None
        assert standing(ledger.case)[2] == FollowUp.objects.get(pk=ledger.row.pk).put_right_by == date(2026, 3, 6)
        assert FollowUp.objects.values().get(pk=over.row.pk) == before
        assert not Work.objects.filter(case=over.case).exists()


@pytest.mark.django_db
class TestWhatThePersonKeeps:
    def test_a_copy_of_all_that_was_written(self, city):
        rated = rated_badly()
        rated.do(Act.CALL_BACK, words="说是排队太久")
        rated.do(Act.EXPLAIN, words="已向您说明")
        with zipfile.ZipFile(io.BytesIO(exports.all_my_data(rated.case.applicant, at=at(TUESDAY)))) as archive:
            (copy,) = json.loads(archive.read("ratings.json"))
        assert (copy["words"], copy["answer"]) == (HEARD, "已向您说明")
        assert [deed["words"] for deed in copy["follow_up"]["acts"]] == ["说是排队太久", "已向您说明"]

    def test_erasure_takes_the_words_and_leaves_the_figures(self, city):
        rated = rated_badly()
        rated.to(State.ANSWERED)
        due = retention.erasable_on(rated.case)
        retention.case_erase(case_id=rated.case.pk, at=at(due))
        rating, row = Rating.objects.get(case=rated.case), FollowUp.objects.get(pk=rated.row.pk)
        assert (rating.words, rating.answer, row.rater_id) == ("", "", None)
        assert set(Deed.objects.values_list("act", "words")) != set()
        assert {deed.words for deed in Deed.objects.filter(follow_up=row)} == {""}
        assert (rating.level, row.state) == (5, "answered")


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_of_many_acts_wins_and_the_others_are_told(self, city):
        rated = rated_badly()
        kinds = [Act.CALL_BACK, Act.APPEAL]
        acts = [lambda n=n: self.act(rated, kinds[n % 2], f"{n} 示例") for n in range(12)]
        ended = run_together(acts)
        assert all(error is None or isinstance(error, FollowUpRefused) for error in ended), ended
        deeds = list(Deed.objects.filter(follow_up=rated.row))
        assert ended.count(None) == len(deeds)
        assert [deed.act for deed in deeds] in (["call_back", "appeal"], ["appeal"])
        assert Work.objects.filter(case=rated.case).count() == 1

    def test_the_same_request_many_times_is_one_act(self, city):
        rated = rated_badly()
        assert run_together([lambda: self.act(rated, Act.CALL_BACK, "示例")] * 8) == [None] * 8
        assert Deed.objects.filter(follow_up=rated.row).count() == 1

    def test_many_ratings_of_one_case_are_one(self, city):
        where, who = office(), applicant(person())
        case = ended_case(where, who)
        ended = run_together([lambda: rating_give(case=case, by=who, level=5, at=at(MONDAY, 12))] * 8)
        assert ended.count(None) == 1
        assert all(isinstance(error, DomainError) for error in ended if error)
        assert FollowUp.objects.count() == Work.objects.filter(case=case).count() == 1

    def test_an_act_on_the_case_and_one_on_the_rating(self, city):
        """Neither takes the other's work away or brings it back."""
        rated = rated_badly()
        rated.do(Act.CALL_BACK)
        ended = run_together(
            [
                lambda: self.act(rated, Act.EXPLAIN, "已说明"),
                lambda: cases.remedy_record(
                    case_id=rated.case.pk, by=rated.where.approver, at=at(TUESDAY), kind="review", body="渝中区人民政府",
                    filed_on=TUESDAY,
                ),
            ]
        )  # fmt: skip
        assert ended == [None, None]
        assert [w.matter for w in Work.objects.filter(case=rated.case)] == [""]

    @staticmethod
    def act(rated: Rated, act: Act, words: str) -> None:
        follow_up_act(follow_up_id=rated.row.pk, act=act, by=rated.where.handler, at=at(TUESDAY), words=words)
