"""The clock of a case: notices, lapse of time, pauses, with real dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests.people import RESIDENCE, applicant, at, office, person
from yukuaiban.calendars import Started
from yukuaiban.calendars import selectors as calendars
from yukuaiban.cases import clocks, rules, selectors, services, timers
from yukuaiban.cases.clocks import of_case
from yukuaiban.cases.context import Context, history
from yukuaiban.cases.errors import NeedsSecondPerson, RuleRefused, TransitionRefused
from yukuaiban.cases.letters import context_of, make_all
from yukuaiban.cases.models import Case, Timer
from yukuaiban.cases.preconditions import open_hearing_right
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.services.decision import Ground
from yukuaiban.cases.services.receipt import Wanted
from yukuaiban.cases.tests.test_life import MONDAY, filed, give_materials  # noqa: F401  (a fixture)
from yukuaiban.chain import store
from yukuaiban.config.errors import PermissionRefused
from yukuaiban.config.now import ZONE
from yukuaiban.items.schema import TimeLimit
from yukuaiban.licences.models import Licence
from yukuaiban.licences.states import State as LicenceState
from yukuaiban.messages.letters.errors import LetterNotFound
from yukuaiban.messages.letters.selectors import letters_for
from yukuaiban.outbox.models import OutboxRow
from yukuaiban.places import selectors as places

pytestmark = pytest.mark.django_db
LATE = date(2026, 3, 10)  # received on Monday 2 March, five working days end on 9 March
WANTED = [Wanted("field:school", "请写学校全称")]


class TestCorrectionNoticeWithinFiveDays:
    """行政许可法 第三十二条第一款（四）"""

    def test_no_notice_in_time_means_accepted_from_the_day_of_receipt(self, filed):  # noqa: F811
        receipt, where, _who = filed
        assert Timer.objects.get(case=receipt.case).fires_at == at(date(2026, 3, 10), 0)
        with pytest.raises(TransitionRefused):
            services.case_request_correction(case_id=receipt.case.pk, by=where.window, at=at(LATE), wanted=WANTED)
        case = Case.objects.get(pk=receipt.case.pk)
        assert (case.state, case.accepted_on, case.accepted_how) == ("in_review", date(2026, 3, 2), "lapse")
        assert case.promised_on == date(2026, 3, 9)  # counted from receipt: the due date moved backwards
        assert history(case.pk)[-1].at == at(date(2026, 3, 10), 0)  # the event bears the instant of the lapse

    def test_a_reader_meets_an_expired_timer_as_fired(self, filed, monkeypatch):  # noqa: F811
        receipt, _where, who = filed
        monkeypatch.setenv("YUKUAIBAN_TODAY", "2026-03-10")
        assert selectors.case_for_party(who, receipt.case.number).state == "in_review"

    def test_a_second_notice_is_refused(self, filed):  # noqa: F811
        receipt, where, who = filed
        services.case_request_correction(
            case_id=receipt.case.pk, by=where.window, at=at(date(2026, 3, 3)), wanted=WANTED
        )
        services.case_hand_in_correction(
            case_id=receipt.case.pk, by=who, at=at(date(2026, 3, 4)), answers={"school": "新"}
        )
        with pytest.raises(RuleRefused, match="只能一次告知"):
            services.case_request_correction(
                case_id=receipt.case.pk, by=where.window, at=at(date(2026, 3, 5)), wanted=WANTED
            )

    def test_only_what_the_notice_names_can_change(self, filed):  # noqa: F811
        receipt, where, who = filed
        services.case_request_correction(
            case_id=receipt.case.pk, by=where.window, at=at(date(2026, 3, 3)), wanted=WANTED
        )
        services.case_hand_in_correction(
            case_id=receipt.case.pk,
            by=who,
            at=at(date(2026, 3, 4)),
            answers={"school": "新校名", "registered_at": "别处"},
        )
        answers = selectors.answers_of(Case.objects.get(pk=receipt.case.pk))
        assert (answers["school"], answers["registered_at"]) == ("新校名", "四川省广安市广安区")

    def test_what_is_not_published_may_not_be_asked_for(self, filed):  # noqa: F811
        receipt, where, _who = filed
        with pytest.raises(RuleRefused, match="不是本事项公布的内容"):
            services.case_request_correction(
                case_id=receipt.case.pk,
                by=where.window,
                at=at(date(2026, 3, 3)),
                wanted=[Wanted("material:blood_test", "x")],
            )

    def test_not_handed_in_ends_the_application(self, filed):  # noqa: F811
        receipt, where, who = filed
        services.case_request_correction(
            case_id=receipt.case.pk, by=where.window, at=at(date(2026, 3, 3)), wanted=WANTED
        )
        fires = Timer.objects.get(case=receipt.case, act="lapse_correction").fires_at
        with pytest.raises(TransitionRefused):
            services.case_hand_in_correction(case_id=receipt.case.pk, by=who, at=fires, answers={"school": "晚了"})
        assert Case.objects.get(pk=receipt.case.pk).state == "terminated"


def test_a_lapse_that_fails_does_not_hold_up_the_others(filed, monkeypatch, caplog):  # noqa: F811
    receipt, _where, _who = filed
    fires_at = Timer.objects.get(case=receipt.case, act="deem_accepted").fires_at
    Timer.objects.all().delete()
    Timer.objects.create(case=receipt.case, act="no such act", fires_at=fires_at - timedelta(hours=1))
    Timer.objects.create(case=receipt.case, act="deem_accepted", fires_at=fires_at)
    monkeypatch.setattr(timers, "BATCH", 1)
    monkeypatch.setattr(timers, "now", lambda: fires_at)
    assert timers.tick() == 1
    assert "no such act" in caplog.text
    assert Case.objects.get(pk=receipt.case.pk).state == "in_review"


@pytest.fixture
def accepted(filed):  # noqa: F811
    receipt, where, who = filed
    services.case_accept(case_id=receipt.case.pk, by=where.window, at=at(date(2026, 3, 2), 11))
    return Case.objects.get(pk=receipt.case.pk), where, who


def test_nothing_is_promised_beyond_the_law(city):
    """docs/adr/0086: accepted before the long holiday of 2025, seven calendar days end on 9 October, three working days on
    Saturday the 11th, which was worked."""
    content = SimpleNamespace(
        statutory=TimeLimit(value=7, unit="calendar_day", source="《法律援助法》第四十三条"),
        promised=TimeLimit(value=3, source="示例承诺"),
    )
    calendar = calendars.current()
    dates = [
        clocks.dates([Started(day, "accepted")], content, calendar, day, steps=())
        for day in (date(2025, 9, 30), date(2025, 9, 1))
    ]
    assert [(d["due_on"], d["promised_on"]) for d in dates] == [
        (date(2025, 10, 9), date(2025, 10, 9)),
        (date(2025, 9, 8), date(2025, 9, 4)),
    ]


class TestThirdParties:
    """行政许可法 第三十六条"""

    ROAD = {"name": "邻居示例", "interest": "相邻", "told_on": date(2026, 3, 3)}

    def test_one_told_first_is_heard_later_and_the_case_is_decided(self, accepted):
        case, where, _who = accepted
        services.step_pass(
            case_id=case.pk, step_id=case.steps.get(stage=1).pk, by=where.handler, at=at(date(2026, 3, 3))
        )
        hear = {"case_id": case.pk, "by": where.approver, **self.ROAD}
        services.third_party_hear(**hear, at=at(date(2026, 3, 3)), heard_on=None, statement="")
        with pytest.raises(RuleRefused, match="利害关系人"):
            services.case_grant(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 4)))
        with pytest.raises(RuleRefused, match="告知之后"):
            services.third_party_hear(**hear, at=at(date(2026, 3, 4)), heard_on=date(2026, 3, 2), statement="没有意见")
        services.third_party_hear(**hear, at=at(date(2026, 3, 4)), heard_on=date(2026, 3, 4), statement="没有意见")
        assert case.third_parties.get().statement == "没有意见"
        make_all(Context(Case.objects.get(pk=case.pk), at(date(2026, 3, 4))))
        assert letters_for(case.pk).filter(kind="third_party").count() == 1  # told in writing once
        services.case_grant(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 4)))

    def test_who_decides_reads_what_was_said_and_found_and_the_applicant_does_not(self, accepted):
        case, where, who = accepted
        services.third_party_hear(
            case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)), **self.ROAD, heard_on=date(2026, 3, 3),
            statement="影响采光",
        )  # fmt: skip
        case = Case.objects.get(pk=case.pk)
        at_desk, at_home = (str(page_of(case, by, language="zh")["timeline"]) for by in (where.approver, who))
        assert "影响采光" in at_desk
        assert "影响采光" not in at_home


class TestDecidedAnew:
    """行政许可法 第七条: what a review or a court ordered is done by whoever handles it now, the same people or others."""

    def test_refused_then_reopened_it_can_be_granted(self, accepted):
        case, where, _who = accepted
        first, done = case.steps.get(stage=1), {"case_id": case.pk, "by": where.approver}
        services.step_pass(case_id=case.pk, step_id=first.pk, by=where.handler, at=at(date(2026, 3, 3)))
        services.case_refuse(**done, at=at(date(2026, 3, 3)), grounds=[Ground("不符合条件", "第一条")])
        services.remedy_record(
            **done, kind="review", body="示例区政府", filed_on=date(2026, 3, 4), at=at(date(2026, 3, 4))
        )
        services.remedy_conclude(
            **done, remedy_id=case.remedies.get().pk, outcome="annulled", concluded_on=date(2026, 3, 5),
            at=at(date(2026, 3, 5)),
        )  # fmt: skip
        services.case_reopen(**done, at=at(date(2026, 3, 5)))
        services.step_pass(case_id=case.pk, step_id=first.pk, by=where.handler, at=at(date(2026, 3, 5)))
        services.case_grant(**done, at=at(date(2026, 3, 6)))
        case.refresh_from_db()
        assert (case.state, case.decision) == ("granted", "granted")

    def test_a_grant_that_was_annulled_leaves_no_licence(self, accepted):
        case, where, _who = accepted
        done = {"case_id": case.pk, "by": where.approver, "at": at(date(2026, 3, 3))}
        first = case.steps.get(stage=1)
        services.step_pass(case_id=case.pk, step_id=first.pk, by=where.handler, at=at(date(2026, 3, 3)))
        services.case_grant(**done)
        services.case_certify(**done)
        services.case_deliver(**done, how="electronic")
        make_all(Context(Case.objects.get(pk=case.pk), at(date(2026, 3, 3), 12)))
        services.remedy_record(**done, kind="lawsuit", body="示例法院", filed_on=date(2026, 3, 3))
        services.remedy_conclude(
            **done, remedy_id=case.remedies.get().pk, outcome="annulled", concluded_on=date(2026, 3, 3)
        )
        services.case_reopen(**done)
        annulled = Licence.objects.get(case_subject=case.pk)
        case.refresh_from_db()
        assert (annulled.state, case.licence_id) == (LicenceState.REVOKED, None)
        again = {**done, "at": at(date(2026, 3, 4))}
        services.step_pass(**again | {"by": where.handler}, step_id=first.pk)
        services.case_refuse(**again, grounds=[Ground("不符合条件", "第一条")])
        services.case_deliver(**again, how="window")
        ctx = Context(Case.objects.get(pk=case.pk), at(date(2026, 3, 4), 12))
        make_all(ctx)
        payloads = store.payloads(case.pk)
        served = [context_of(ctx, h, payloads).served for h in ctx.history if h.act == "deliver"]
        assert [[document.title for document in each] for each in served] == [
            ["准予办理决定书"],
            ["不予办理决定书"],
        ]


class TestRemedies:
    """行政许可法 第七条; 行政复议法 第四十八条、第八十八条; 行政诉讼法 第六十七条"""

    def follow(self, case):
        return [w.due_on for w in case.work.filter(bucket="follow", desk__role="approver")]

    def test_a_review_and_a_lawsuit_are_followed_to_their_end(self, accepted):
        case, where, _who = accepted
        first, do = case.steps.get(stage=1), {"case_id": case.pk, "by": where.approver, "at": at(date(2026, 3, 5))}
        services.step_pass(case_id=case.pk, step_id=first.pk, by=where.handler, at=at(date(2026, 3, 3)))
        services.case_refuse(**do | {"at": at(date(2026, 3, 3))}, grounds=[Ground("不符合条件", "第一条")])
        told = {"body": "示例机关", "filed_on": date(2026, 3, 4), "received_on": date(2026, 3, 5)}
        services.remedy_record(**do, kind="lawsuit", **told)
        assert self.follow(case) == [date(2026, 3, 20)]  # fifteen days after the copy
        services.remedy_record(**do, kind="review", **told)
        assert self.follow(case) == [date(2026, 3, 19)]  # ten working days: the nearest stands
        assert case.work.filter(bucket="issue").count() == 1  # the refusal is still to be served
        review, lawsuit = (case.remedies.get(kind=kind) for kind in ("review", "lawsuit"))
        end = {"concluded_on": date(2026, 3, 5), **do}
        services.remedy_conclude(**end, remedy_id=lawsuit.pk, outcome="withdrawn")
        services.case_deliver(case_id=case.pk, by=where.window, at=at(date(2026, 3, 5)), how="window")
        assert self.follow(case) == [date(2026, 3, 19)]
        services.remedy_conclude(**end, remedy_id=review.pk, outcome="ordered_anew")
        services.case_close(case_id=case.pk, by=where.window, at=at(date(2026, 3, 5)))
        assert len(self.follow(case)) == 1  # what was ordered is still to be done
        services.case_reopen(**do)
        assert self.follow(case) == []
        services.step_pass(case_id=case.pk, step_id=first.pk, by=where.handler, at=at(date(2026, 3, 5)))
        services.case_refuse(**do, grounds=[Ground("不符合条件", "第一条")])
        with pytest.raises(RuleRefused, match="责令"):  # an order is obeyed once
            services.case_reopen(**do)

    @pytest.mark.parametrize(
        ("received", "last"),
        [
            pytest.param(date(2026, 3, 9), date(2026, 3, 24), id="fifteen calendar days"),
            pytest.param(date(2025, 9, 17), date(2025, 10, 9), id="2 October is a holiday"),
            pytest.param(date(2026, 4, 17), date(2026, 5, 6), id="2 May is a holiday"),
            pytest.param(
                date(2024, 1, 30), date(2024, 2, 18), id="14 February is a holiday, Sunday the 18th is worked"
            ),
        ],
    )
    def test_fifteen_days_to_sue_after_a_review(self, accepted, received, last):
        assert rules.suit_after_review_due(received, calendars.current()).on == last

    def test_who_lost_a_review_is_told_until_when_he_may_sue(self, accepted):
        case, where, who = accepted
        first, do = case.steps.get(stage=1), {"case_id": case.pk, "by": where.approver}
        services.step_pass(case_id=case.pk, step_id=first.pk, by=where.handler, at=at(date(2026, 3, 3)))
        services.case_refuse(**do, at=at(date(2026, 3, 3)), grounds=[Ground("不符合条件", "第一条")])
        services.remedy_record(**do, at=at(date(2026, 3, 5)), kind="review", body="示例机关", filed_on=date(2026, 3, 4))
        end = {**do, "remedy_id": case.remedies.get().pk, "outcome": "upheld", "concluded_on": date(2026, 4, 16)}
        with pytest.raises(RuleRefused, match="收到复议决定"):
            services.remedy_conclude(**end, at=at(date(2026, 4, 20)), served_on=date(2026, 4, 15))
        services.remedy_conclude(**end, at=at(date(2026, 4, 20)), served_on=date(2026, 4, 17))
        page = page_of(Case.objects.get(pk=case.pk), who, language="zh")
        assert "最迟可以在 2026-05-06 向人民法院提起诉讼" in page["next"].more
        assert "最迟可以在 2026-05-06" in page["timeline"][0].text
        assert "2026-05-06" not in str(page_of(Case.objects.get(pk=case.pk), None, language="zh")["timeline"])
        assert OutboxRow.objects.filter(
            task="cases.follow", args__act="conclude_remedy"
        ).exists()  # and he is written to

    def test_without_the_day_of_receipt_the_term_is_told_and_a_lawsuit_has_none(self, accepted):
        case, where, who = accepted
        do = {"case_id": case.pk, "by": where.approver, "at": at(date(2026, 3, 5))}
        for kind in ("review", "lawsuit"):
            services.remedy_record(**do, kind=kind, body="示例机关", filed_on=date(2026, 3, 4))
        review, lawsuit = (case.remedies.get(kind=kind) for kind in ("review", "lawsuit"))
        end = {**do, "outcome": "dismissed", "concluded_on": date(2026, 3, 5)}
        with pytest.raises(RuleRefused, match="只有复议"):
            services.remedy_conclude(**end, remedy_id=lawsuit.pk, served_on=date(2026, 3, 5))
        services.remedy_conclude(**end, remedy_id=lawsuit.pk)
        services.remedy_conclude(**end, remedy_id=review.pk)
        ended, before = page_of(Case.objects.get(pk=case.pk), who, language="zh")["timeline"][:2]
        assert "收到复议决定书之日起15日内" in ended.text
        assert before.text == ""

    def test_not_to_act_is_contested_like_an_act(self, accepted):
        case, where, _who = accepted
        before = set(case.work.values_list("desk", "bucket", "due_on", "step"))
        do = {"case_id": case.pk, "by": where.handler, "at": at(date(2026, 3, 20))}
        services.remedy_record(**do, kind="review", body="示例机关", filed_on=date(2026, 3, 19))
        assert set(case.work.exclude(bucket="follow").values_list("desk", "bucket", "due_on", "step")) == before
        assert self.follow(case) == [date(9999, 1, 1)]  # the copy has not come yet
        services.remedy_conclude(
            **do, remedy_id=case.remedies.get().pk, outcome="dismissed", concluded_on=date(2026, 3, 20)
        )
        assert set(case.work.values_list("desk", "bucket", "due_on", "step")) == before

    @pytest.mark.parametrize(
        ("filed_on", "received_on", "says"),
        [(date(2026, 3, 1), None, "2026-03-02"), (date(2026, 3, 3), date(2026, 3, 2), "副本")],
    )
    def test_dates_that_cannot_be(self, accepted, filed_on, received_on, says):
        case, where, _who = accepted
        with pytest.raises(RuleRefused, match=says):
            services.remedy_record(
                case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)), kind="review", body="示例机关",
                filed_on=filed_on, received_on=received_on,
            )  # fmt: skip


class TestDecision:
    def test_waits_for_every_step(self, accepted):
        case, where, _who = accepted
        with pytest.raises(RuleRefused, match="审查步骤"):
            services.case_grant(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 3)))

    def test_a_refusal_gives_reasons_and_articles(self, accepted):
        """行政许可法 第三十八条第二款"""
        case, where, _who = accepted
        step = case.steps.get(stage=1)
        services.step_pass(case_id=case.pk, step_id=step.pk, by=where.handler, at=at(date(2026, 3, 3)))
        with pytest.raises(RuleRefused, match="理由"):
            services.case_refuse(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 3)), grounds=[])
        services.case_refuse(
            case_id=case.pk,
            by=where.approver,
            at=at(date(2026, 3, 3)),
            grounds=[Ground("居住不满半年", "居住证暂行条例 第二条")],
        )
        case.refresh_from_db()
        assert (case.state, case.decision) == ("refused", "refused")

    def test_a_hearing_right_that_was_told_must_lapse_first(self, accepted):
        """行政许可法 第四十七条第一款"""
        case, where, _who = accepted
        services.hearing_tell_right(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)))
        services.step_pass(
            case_id=case.pk, step_id=case.steps.get(stage=1).pk, by=where.handler, at=at(date(2026, 3, 3))
        )
        with pytest.raises(RuleRefused, match="听证"):
            services.case_grant(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 10)))
        services.case_grant(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 11)))


class TestHearing:
    """行政许可法 第四十五条至第四十八条"""

    def test_stops_the_clock_until_its_record(self, accepted):
        case, where, who = accepted
        services.hearing_tell_right(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)))
        services.hearing_request(case_id=case.pk, by=who, at=at(date(2026, 3, 4)))
        with pytest.raises(RuleRefused, match="2026-03-16"):
            services.hearing_notify(
                case_id=case.pk, by=where.handler, at=at(date(2026, 3, 5)), held_at=at(date(2026, 3, 12)),
                place="示例会议室", chair=where.window.post_id,
            )  # fmt: skip
        services.hearing_notify(
            case_id=case.pk, by=where.handler, at=at(date(2026, 3, 5)), held_at=at(date(2026, 3, 16)),
            place="示例会议室", chair=where.window.post_id,
        )  # fmt: skip
        services.hearing_record(
            case_id=case.pk, by=where.handler, at=at(date(2026, 3, 16), 16), record="听证笔录",
            parties=[{"name": "张示例", "as": "申请人"}], signed_by=["张示例"],
        )  # fmt: skip
        case.refresh_from_db()
        clocks = of_case(Context(case, at(date(2026, 3, 16), 17)))
        assert clocks.promised.used == 2  # 3 March and 16 March: a day counts if the clock ran at its end
        assert case.promised_on == date(2026, 3, 19)
        step = case.steps.get(state="open")
        assert (step.opened_on, step.days) == (date(2026, 3, 2), 2)
        assert step.due_on == case.step_on == date(2026, 3, 16)  # 3 and 16 March: what stops the case stops its steps

    def test_who_asked_for_it_gives_it_up_and_the_clock_goes_on(self, accepted):
        """docs/adr/0079"""
        case, where, who = accepted
        services.hearing_tell_right(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)))
        services.hearing_request(case_id=case.pk, by=who, at=at(date(2026, 3, 3)))
        with pytest.raises(RuleRefused, match="由谁放弃"):
            services.hearing_give_up(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 4)))
        services.hearing_give_up(case_id=case.pk, by=who, at=at(date(2026, 3, 6)))
        case.refresh_from_db()
        assert (case.state, case.promised_on) == ("in_review", date(2026, 3, 12))  # 3, 4 and 5 March did not count
        with pytest.raises(RuleRefused):
            services.hearing_request(case_id=case.pk, by=who, at=at(date(2026, 3, 6)))
        services.hearing_call(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 6)), reason="重大公共利益")
        with pytest.raises(RuleRefused, match="依职权"):
            services.hearing_give_up(case_id=case.pk, by=who, at=at(date(2026, 3, 6)))

    def test_those_whose_interests_are_at_stake_are_written_to_as_well(self, accepted):
        """第四十五条 (the time is told in writing), 第四十七条第一款, 第四十八条第一款（一）"""
        case, where, who = accepted
        services.third_party_hear(
            case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)), **TestThirdParties.ROAD, heard_on=None, statement=""
        )  # fmt: skip
        services.hearing_tell_right(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3), 11))
        services.hearing_request(case_id=case.pk, by=who, at=at(date(2026, 3, 4)))
        services.hearing_notify(
            case_id=case.pk, by=where.handler, at=at(date(2026, 3, 5)), held_at=at(date(2026, 3, 16)), place="示例会议室",
            chair=where.window.post_id,
        )  # fmt: skip
        ctx = Context(Case.objects.get(pk=case.pk), at(date(2026, 3, 5), 17))
        made = make_all(ctx)
        assert make_all(ctx) == 0
        to = sorted(letters_for(case.pk).values_list("kind", "to_third_party"))
        assert (made, to) == (9, sorted([
            ("receipt", False), ("acceptance", False), ("third_party", True), ("hearing_right", False),
            ("hearing_right", True), ("pause", False), ("hearing_notice", False), ("hearing_notice", True),
            ("hearing_announcement", False),
        ]))  # fmt: skip
        stopped = next(context_of(ctx, h, store.payloads(case.pk)) for h in ctx.history if h.act == "request_hearing")
        assert (stopped.special_kind, stopped.special_days, stopped.special_from) == ("听证", 20, date(2026, 3, 4))
        assert "邻居" not in str(list(page_of(case, who, language="zh")["letters"].values()))
        assert page_of(case, who, language="zh")["letters"].count() == 6
        assert page_of(case, where.handler, language="zh")["letters"].count() == 9
        letter = letters_for(case.pk).filter(to_third_party=True).first()
        with pytest.raises(LetterNotFound):
            services.letter_open(case=case, letter_id=letter.pk, by=who, at=at(date(2026, 3, 6)))

    def test_a_second_notice_is_a_second_letter_and_each_says_its_own_time(self, accepted):
        case, where, who = accepted
        services.hearing_tell_right(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)))
        services.hearing_request(case_id=case.pk, by=who, at=at(date(2026, 3, 4)))
        for held_on in (date(2026, 3, 16), date(2026, 3, 18)):
            services.hearing_notify(
                case_id=case.pk, by=where.handler, at=at(date(2026, 3, 5)), held_at=at(held_on), place="示例会议室",
                chair=where.window.post_id,
            )  # fmt: skip
        ctx = Context(Case.objects.get(pk=case.pk), at(date(2026, 3, 5), 17))
        make_all(ctx)
        assert letters_for(case.pk).filter(kind="hearing_notice").count() == 2
        payloads = store.payloads(case.pk)
        told = [context_of(ctx, h, payloads).hearing_at for h in ctx.history if h.act == "notify_hearing"]
        assert [at.date() for at in told] == [date(2026, 3, 16), date(2026, 3, 18)]

    def test_one_that_is_late_is_held_all_the_same(self, accepted):
        case, where, who = accepted
        services.hearing_tell_right(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)))
        services.hearing_request(case_id=case.pk, by=who, at=at(date(2026, 3, 4)))
        told = {"case_id": case.pk, "by": where.handler, "place": "示例会议室", "chair": where.window.post_id}
        with pytest.raises(RuleRefused, match="2026-04-01"):  # twenty working days: in time it is held in time
            services.hearing_notify(**told, at=at(date(2026, 3, 5)), held_at=at(date(2026, 4, 20)))
        services.hearing_notify(**told, at=at(date(2026, 3, 30)), held_at=at(date(2026, 4, 20)))
        assert Case.objects.get(pk=case.pk).hearing.held_at == at(date(2026, 4, 20))

    def test_a_third_party_asks_and_an_officer_writes_it_down(self, accepted):
        """行政许可法 第四十七条第一款: the applicant and those whose interests are at stake are told, and may ask."""
        case, where, who = accepted
        services.hearing_tell_right(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)))
        ask = {"case_id": case.pk, "by": where.handler, "at": at(date(2026, 3, 4)), "reason": "影响采光"}
        with pytest.raises(RuleRefused, match="没有已告知的利害关系人"):
            services.hearing_request_of(**ask, third_party=1)
        services.third_party_hear(
            case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)), **TestThirdParties.ROAD, heard_on=None, statement=""
        )  # fmt: skip
        with pytest.raises(RuleRefused, match="没有这个利害关系人"):
            services.hearing_request_of(**ask, third_party=0)
        services.hearing_request_of(**ask, third_party=case.third_parties.get().pk)
        case.refresh_from_db()
        assert case.state == "paused"
        assert "利害关系人申请听证" in str(page_of(case, who, language="zh")["timeline"])

    def test_no_procedure_runs_while_it_may_be_asked_for(self, accepted):
        case, where, _who = accepted
        services.hearing_tell_right(case_id=case.pk, by=where.handler, at=at(date(2026, 3, 3)))
        ctx = Context(Case.objects.get(pk=case.pk), at(date(2026, 3, 4)))
        assert open_hearing_right(ctx).until == date(2026, 3, 10)
        assert open_hearing_right(Context(ctx.case, at(date(2026, 3, 11)))) is None

    def test_the_chair_did_not_review_the_case(self, accepted):
        case, where, _who = accepted
        services.step_pass(
            case_id=case.pk, step_id=case.steps.get(stage=1).pk, by=where.handler, at=at(date(2026, 3, 3))
        )
        services.hearing_call(case_id=case.pk, by=where.approver, at=at(date(2026, 3, 3)), reason="重大公共利益")
        with pytest.raises(NeedsSecondPerson):
            services.hearing_notify(
                case_id=case.pk, by=where.approver, at=at(date(2026, 3, 4)), held_at=at(date(2026, 3, 20)), place="x",
                chair=where.handler.post_id,
            )  # fmt: skip


def test_a_revocation_names_the_decision_it_revokes(accepted):
    case, where, _who = accepted
    do = {"case_id": case.pk, "by": where.approver, "at": at(date(2026, 3, 3))}
    services.step_pass(**do | {"by": where.handler}, step_id=case.steps.get(stage=1).pk)
    services.case_grant(**do)
    services.case_certify(**do)
    services.case_revoke(**do, reason="以欺骗手段取得", ground="行政许可法 第六十九条第二款")
    ctx = Context(Case.objects.get(pk=case.pk), at(date(2026, 3, 3), 12))
    make_all(ctx)
    told = context_of(ctx, ctx.history[-1], store.payloads(case.pk))
    assert told.decision_number == letters_for(case.pk).get(kind="grant").number
    assert letters_for(case.pk).filter(kind="revocation").exists()


def test_a_letter_is_served_when_its_addressee_opens_it(accepted):
    """docs/adr/0087"""
    case, where, who = accepted
    make_all(Context(case, at(date(2026, 3, 2), 12)))
    letter = letters_for(case.pk).get(kind="acceptance")
    for by, day, served_on in (
        (where.handler, date(2026, 3, 3), None),
        (who, date(2026, 3, 4), date(2026, 3, 4)),
        (who, date(2026, 3, 5), date(2026, 3, 4)),
    ):
        opened = services.letter_open(case=case, letter_id=letter.pk, by=by, at=at(day))
        assert (opened.served_at and opened.served_at.astimezone(ZONE).date()) == served_on


def test_withdrawal_ends_it_and_only_the_applicant_can(accepted):
    case, where, who = accepted
    with pytest.raises(PermissionRefused):
        services.case_withdraw(case_id=case.pk, by=where.window, at=at(date(2026, 3, 3)))
    services.case_withdraw(case_id=case.pk, by=who, at=at(date(2026, 3, 3)), reason="不办了")
    case.refresh_from_db()
    assert (case.state, case.due_on, case.ended_on) == ("withdrawn", None, date(2026, 3, 3))


def test_filing_twice_is_one_filing(filed):  # noqa: F811
    receipt, _where, who = filed
    again = services.case_file(case_id=receipt.case.pk, by=who, at=at(date(2026, 3, 2)))
    assert (again.case.pk, again.code) == (receipt.case.pk, None)
    assert len(history(receipt.case.pk)) == 1


@pytest.mark.parametrize(("minutes", "received"), [(-1, date(2026, 3, 2)), (0, date(2026, 3, 3))])
def test_the_halls_own_closing_time_ends_the_day_of_receipt(city, minutes, received):
    """docs/adr/0009: the closing time is the hall's own."""
    where, who = office(), applicant(person())
    closes = datetime.combine(MONDAY, places.closes_at(where.item.division_id, MONDAY), ZONE)
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
    services.draft_save(case_id=case.pk, answers=RESIDENCE, by=who, at=at(MONDAY))
    give_materials(case)
    case = services.case_file(case_id=case.pk, by=who, at=closes + timedelta(minutes=minutes)).case
    assert case.received_on == received
