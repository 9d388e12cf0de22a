"""国办发〔2019〕51号: a bad rating is called back, put right or explained, and answered; a mistaken one is appealed."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction

from tests.people import applicant, at, office, officer, person
from yukuaiban.cases.errors import OwnCase
from yukuaiban.cases.models import Work
from yukuaiban.config.errors import Invalid, NotFound, PermissionRefused
from yukuaiban.outbox.models import OutboxRow
from yukuaiban.people.actors import SYSTEM
from yukuaiban.people.models import PersonRead, Post
from yukuaiban.people.permissions import SecondPersonNeeded
from yukuaiban.places.models import Department
from yukuaiban.ratings import tasks
from yukuaiban.ratings.errors import FollowUpRefused, RatingRefused
from yukuaiban.ratings.models import Deed, FollowUp, Rating
from yukuaiban.ratings.services import phone_for_call_back, rating_give
from yukuaiban.ratings.states import OVER, STATE_LABELS, TRANSITIONS, Act, State, acts_from
from yukuaiban.ratings.tests.ways import HEARD, MONDAY, TUESDAY, WAYS, Rated, ended_case, rated_badly

pytestmark = pytest.mark.django_db


@pytest.fixture
def rated(city) -> Rated:
    return rated_badly()


class TestTheTable:
    def test_holds_every_act_and_state(self):
        assert set(TRANSITIONS) == set(Act)
        assert set(STATE_LABELS) == set(State) == set(WAYS)

    def test_leads_out_of_every_state_that_is_not_over(self):
        for state in State:
            assert bool(acts_from(state)) == (state not in OVER), state

    @pytest.mark.parametrize("role", ["window", "handler", "approver", "supervisor", "editor"])
    @pytest.mark.parametrize("state", list(State))
    def test_decides_every_act_of_every_role_in_every_state(self, rated, state, role):
        """As the table says, or refused and nothing recorded."""
        row = rated.to(state)
        deeds = row.deeds.count()
        post = officer(role, rated.case.department, rated.case.division_id)
        for act in Act:
            step = TRANSITIONS[act]
            expected: type[Exception] | None = None
            if role not in ("handler", "supervisor"):
                expected = NotFound
            elif role != step.by:
                expected = PermissionRefused
            elif state not in step.sources or (act is Act.APPEAL and row.appealed_by_id):
                expected = FollowUpRefused
            if expected:
                with pytest.raises(expected):
                    rated.do(act, by=post)
                assert FollowUp.objects.get(pk=row.pk).state == state
                assert row.deeds.count() == deeds
                continue
            undo = transaction.savepoint()
            done = rated.do(act, by=post)
            assert done.state == (step.target or row.appealed_from), (state, act)
            assert row.deeds.count() == deeds + 1
            transaction.savepoint_rollback(undo)

    @pytest.mark.parametrize("act", list(Act))
    def test_knows_no_stranger_no_applicant_and_no_system(self, rated, act):
        other = Department.objects.filter(division=rated.case.division).exclude(pk=rated.case.department_id).first()
        for by in (
            rated.who,
            applicant(person("李示例")),
            officer("handler", other, rated.case.division_id),
            officer("supervisor", other, rated.case.division_id),
            SYSTEM,
        ):
            with pytest.raises(NotFound):
                rated.do(act, by=by)


class TestABadRatingOpensAFollowUp:
    @pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
    def test_of_levels_four_and_five_alone(self, city, level):
        where, who = office(), applicant(person())
        case = ended_case(where, who)
        rating_give(case=case, by=who, level=level, at=at(MONDAY, 12))
        assert FollowUp.objects.filter(rating__case=case).count() == (level >= 4)
        assert Work.objects.filter(case=case, bucket="follow").count() == (level >= 4)

    def test_with_the_desk_that_handled_the_case(self, rated):
        work = Work.objects.get(case=rated.case)
        assert (work.desk_id, work.bucket, work.due_on) == (rated.where.handler.desk_id, "follow", TUESDAY)

    def test_or_neither_is_there(self, city, monkeypatch):
        """One transaction: a rating without its follow-up would be forgotten."""
        where, who = office(), applicant(person())
        case = ended_case(where, who)
        monkeypatch.setattr("yukuaiban.ratings.services.stand", lambda row: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rating_give(case=case, by=who, level=5, at=at(MONDAY, 12))
        assert not Rating.objects.filter(case=case).exists()

    def test_a_second_rating_is_refused_and_opens_none(self, rated):
        with pytest.raises(RatingRefused):
            rating_give(case=rated.case, by=rated.who, level=5, at=at(TUESDAY))
        assert FollowUp.objects.count() == 1

    def test_its_list_says_nothing_of_who_rated(self, rated):
        with connection.cursor() as cursor:
            cursor.execute("SELECT search::text FROM cases_work WHERE matter = 'rating'")
            (words,) = cursor.fetchone()
        assert rated.case.number.lower() in words
        assert "示例" not in words
        assert "zhang" not in words
        assert "x:" not in words


class TestTheLimits:
    """`bad_rating_callback_limit`, `bad_rating_limit` in working days, `rating_window`: unconfirmed, configurable."""

    @pytest.mark.parametrize(
        ("rated_on", "call_by", "answer_by"),
        [
            pytest.param(date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 23), id="three ordinary weeks"),
            pytest.param(date(2025, 9, 26), date(2025, 9, 28), date(2025, 10, 23), id="national day, two makeup days"),
            pytest.param(
                date(2026, 2, 13), date(2026, 2, 14), date(2026, 3, 12), id="spring festival, two makeup days"
            ),
        ],
    )
    def test_count_working_days_from_the_day_after(self, city, rated_on, call_by, answer_by):
        row = rated_badly(on=rated_on).row
        assert (row.call_by, row.answer_by, row.is_provisional) == (call_by, answer_by, False)

    def test_are_provisional_where_a_notice_is_missing(self, city):
        row = rated_badly(on=date(2026, 12, 22)).row
        assert row.is_provisional

    def test_end_the_time_to_rate(self, city):
        where, who = office(), applicant(person())
        case = ended_case(where, who, on=date(2026, 3, 4))  # thirty days on is 3 April, a Friday
        with pytest.raises(RatingRefused) as refused:
            rating_give(case=case, by=who, level=5, at=at(date(2026, 4, 4), 0))
        assert refused.value.details == {"rate_by": "2026-04-03"}
        assert rating_give(case=case, by=who, level=5, at=at(date(2026, 4, 3), 23)).is_bad

    def test_which_never_ends_on_a_holiday(self, city):
        where, who = office(), applicant(person())
        case = ended_case(where, who)  # 2 March and thirty days: 1 April, a Wednesday; from 5 March 4 April, a holiday
        assert rating_give(case=case, by=who, level=1, at=at(date(2026, 4, 1), 23)).level == 1
        later = ended_case(where, applicant(other := person()), on=date(2026, 3, 5))
        assert rating_give(case=later, by=applicant(other), level=1, at=at(date(2026, 4, 7), 9)).level == 1


class TestFromTheCallBackToTheAnswer:
    def test_by_the_ledger(self, rated):
        rated.do(Act.NOT_REACHED)
        row = rated.do(Act.CALL_BACK, hour=15, words="说是排队太久")
        assert row.called_at == at(TUESDAY, 15)
        assert Work.objects.get(case=rated.case).due_on == date(2026, 3, 23)
        rated.do(Act.SET_DEADLINE, words="增设引导岗", put_right_by=date(2026, 3, 10))
        assert Work.objects.get(case=rated.case).due_on == date(2026, 3, 10)
        row = rated.do(Act.PUT_RIGHT, on=date(2026, 3, 9), words="已经设好")
        assert (row.state, row.ended_at) == ("answered", at(date(2026, 3, 9)))
        rating = Rating.objects.get(pk=row.rating_id)
        assert (rating.answer, rating.answered_at) == ("已经设好", at(date(2026, 3, 9)))
        assert not Work.objects.filter(case=rated.case).exists()
        assert [d.act for d in row.deeds.all()] == ["not_reached", "call_back", "set_deadline", "put_right"]

    def test_nothing_is_put_right_before_anybody_called(self, rated):
        for act in (Act.PUT_RIGHT_AT_ONCE, Act.SET_DEADLINE, Act.EXPLAIN):
            with pytest.raises(FollowUpRefused):
                rated.do(act)

    @pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 3, 24)])
    def test_the_ledgers_date_is_not_past_and_not_after_the_limit(self, rated, day):
        rated.do(Act.CALL_BACK)
        with pytest.raises(Invalid):
            rated.do(Act.SET_DEADLINE, put_right_by=day)

    @pytest.mark.parametrize(
        ("act", "facts"),
        [
            (Act.CALL_BACK, {"words": "  "}),
            (Act.CALL_BACK, {"words": "x" * 2001}),
            (Act.CALL_BACK, {"put_right_by": TUESDAY}),
            (Act.APPEAL, {"words": ""}),
        ],
    )
    def test_every_act_says_what_it_must_and_nothing_else(self, rated, act, facts):
        with pytest.raises(Invalid):
            rated.do(act, **facts)
        assert not Deed.objects.exists()

    def test_who_rated_is_told_without_its_words(self, rated, monkeypatch):
        rated.do(Act.CALL_BACK)
        rated.do(Act.EXPLAIN, words="收费按文件执行")
        heard = []
        monkeypatch.setattr(
            "yukuaiban.cases.notices.send", lambda to, kind, subject, body: heard.append((to, kind, body))
        )
        tasks.tell(**OutboxRow.objects.get(task="ratings.tell").args)
        assert [(to, kind) for to, kind, _body in heard] == [(rated.account.email, "rating.answered")]
        assert rated.case.number in heard[0][2]
        assert "收费" not in heard[0][2]

    def test_the_same_request_again_is_the_same_act(self, rated):
        first = rated.do(Act.CALL_BACK, words="说是排队太久")
        again = rated.do(Act.CALL_BACK, words="说是排队太久")
        assert (again.pk, again.called_at, again.deeds.count()) == (first.pk, first.called_at, 1)
        with pytest.raises(FollowUpRefused):
            rated.do(Act.CALL_BACK, words="另外一次")
        other = officer("handler", rated.case.department, rated.case.division_id)
        with pytest.raises(FollowUpRefused):
            rated.do(Act.CALL_BACK, words="说是排队太久", by=other)

    def test_nobody_deals_with_his_own(self, rated):
        desk = rated.where.handler.desk_id
        post = Post.objects.create(account=rated.account, desk_id=desk, valid_from=MONDAY)
        from yukuaiban.people.actors import actor_for_post

        with pytest.raises(OwnCase):
            rated.do(Act.CALL_BACK, by=actor_for_post(rated.account, post))


class TestAnAppeal:
    """误评、恶意评价: decided by a supervisor, once, never by who asked."""

    def test_upheld_leaves_the_rating_out_and_says_why(self, rated):
        rated.do(Act.APPEAL, words="评价人写明评错了件")
        work = Work.objects.get(case=rated.case)
        assert (work.desk_id, work.bucket) == (rated.supervisor.desk_id, "follow")
        row = rated.do(Act.LEAVE_OUT, words="经核实为误评")
        assert (row.state, row.rating.case_id) == ("left_out", rated.case.pk)
        assert Rating.objects.get(pk=row.rating_id).answer == "经核实为误评"
        assert OutboxRow.objects.filter(task="ratings.tell").exists()
        assert not Work.objects.filter(case=rated.case).exists()

    @pytest.mark.parametrize("state", [State.OPEN, State.TRIED, State.CALLED, State.LEDGER])
    def test_turned_down_goes_on_where_it_stood_and_is_final(self, rated, state):
        rated.to(state)
        before = Work.objects.values("desk_id", "due_on").get(case=rated.case)
        rated.do(Act.APPEAL)
        row = rated.do(Act.TURN_DOWN)
        assert row.state == state
        assert Work.objects.values("desk_id", "due_on").get(case=rated.case) == before
        with pytest.raises(FollowUpRefused):
            rated.do(Act.APPEAL, words="再申诉一次")
        assert not OutboxRow.objects.filter(task="ratings.tell").exists()

    @pytest.mark.parametrize("act", [Act.LEAVE_OUT, Act.TURN_DOWN])
    def test_nobody_decides_his_own(self, rated, act):
        """Also not from another post of his (两人办理)."""
        from yukuaiban.people.actors import actor_for_post
        from yukuaiban.people.models import Account

        rated.do(Act.APPEAL)
        account = Account.objects.get(pk=rated.where.handler.account_id)
        post = Post.objects.create(account=account, desk_id=rated.supervisor.desk_id, valid_from=MONDAY)
        with pytest.raises(SecondPersonNeeded):
            rated.do(act, by=actor_for_post(account, post))
        assert FollowUp.objects.get(pk=rated.row.pk).state == "appealed"


class TestThePhone:
    def test_is_shown_to_who_must_call_and_the_look_is_written_down(self, rated):
        number = phone_for_call_back(follow_up_id=rated.row.pk, by=rated.where.handler, at=at(TUESDAY))
        assert number == "13800138000"
        read = PersonRead.objects.get(party=rated.case.applicant)
        assert (read.what, read.reference, read.reason) == (["name", "phone"], rated.case.number, "差评回访")

    @pytest.mark.parametrize(
        ("role", "refusal"),
        [("window", NotFound), ("approver", NotFound), ("supervisor", PermissionRefused), ("editor", NotFound)],
    )
    def test_to_nobody_else(self, rated, role, refusal):
        by = officer(role, rated.case.department, rated.case.division_id)
        with pytest.raises(refusal):
            phone_for_call_back(follow_up_id=rated.row.pk, by=by, at=at(TUESDAY))
        assert not PersonRead.objects.exists()

    def test_and_no_longer_once_the_call_was_made(self, rated):
        rated.do(Act.CALL_BACK)
        with pytest.raises(FollowUpRefused):
            phone_for_call_back(follow_up_id=rated.row.pk, by=rated.where.handler, at=at(TUESDAY))
        assert not PersonRead.objects.exists()


def test_words_are_encrypted_at_rest(rated):
    rated.do(Act.CALL_BACK, words="说是排队太久")
    with connection.cursor() as cursor:
        cursor.execute("SELECT d.words, r.words FROM ratings_deed d, ratings_rating r")
        said, wrote = (bytes(value) for value in cursor.fetchone())
    assert "排队".encode() not in said + wrote
    assert Rating.objects.get().words == HEARD
