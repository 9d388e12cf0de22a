"""延续: in time or late, silence at the licence's end, the new term, and who comes first on the last day."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from tests.people import applicant, at, office, organisation, person
from yukuaiban.calendars import selectors as calendars
from yukuaiban.cases import bars, door, letters, renewals, services, tasks, timers
from yukuaiban.cases.context import Context, history
from yukuaiban.cases.errors import Barred, RuleRefused, TransitionRefused
from yukuaiban.cases.models import Bar, Case, Timer, Work
from yukuaiban.cases.presentation import page_of
from yukuaiban.cases.recount import _recount, _work_dates
from yukuaiban.cases.services.decision import Ground
from yukuaiban.cases.tests.test_life import give_materials
from yukuaiban.cases.tests.test_together import run_together
from yukuaiban.chain.verification import verify
from yukuaiban.items import selectors as items
from yukuaiban.items.models import EntryVersion
from yukuaiban.items.renewals import window
from yukuaiban.items.schema import Renewal, TimeLimit
from yukuaiban.licences import selectors
from yukuaiban.licences.models import Licence
from yukuaiban.licences.services import licence_issue, licence_revoke
from yukuaiban.messages.letters.selectors import letters_for
from yukuaiban.people.actors import SYSTEM
from yukuaiban.synth.answers import filled

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
END = date(2026, 4, 2)  # the last day of the present licence


def renewal(**more):
    return Renewal(licence_type="food_business_licence", expiry="food_expires", **more)


def limit(value, unit="working_day"):
    return TimeLimit(value=value, unit=unit)


class TestWindow:
    """行政许可法 第五十条第一款; 民法典 第二百零三条第一款"""

    @pytest.mark.parametrize(
        ("expires", "last"),
        [
            pytest.param(date(2026, 4, 15), date(2026, 3, 16), id="thirty calendar days"),
            pytest.param(date(2025, 11, 3), date(2025, 10, 9), id="4 October is a holiday: the next working day"),
            pytest.param(date(2026, 3, 17), date(2026, 2, 24), id="15 February is in the Spring Festival"),
            pytest.param(date(2026, 3, 16), date(2026, 2, 14), id="Saturday 14 February is worked"),
        ],
    )
    def test_thirty_days_before_the_end_where_no_law_says_otherwise(self, city, expires, last):
        found = window(renewal(), expires, calendars.current(), MONDAY)
        assert (found.opens_on, found.last_on) == (None, last)

    def test_an_item_names_its_own_window_in_working_days(self, city):
        own = renewal(earliest=limit(90), latest=limit(15))
        found = window(own, date(2025, 10, 20), calendars.current(), MONDAY)
        calendar = calendars.current()
        assert found.last_on == date(
            2025, 9, 23
        )  # not the eight days of the National Day, but Sunday 28 September, Saturday 11 October
        assert calendar.between(found.opens_on, date(2025, 10, 19)) == 89  # it is itself the ninetieth
        assert found.is_early(found.opens_on - timedelta(days=1))
        assert found.is_open(found.opens_on)
        assert found.is_open(found.last_on)
        assert not found.is_open(found.last_on + timedelta(days=1))

    def test_a_last_day_never_moves_past_the_licences_end(self, city):
        sunday = date(2026, 3, 8)
        found = window(renewal(latest=limit(0, "calendar_day")), sunday, calendars.current(), MONDAY)
        assert found.last_on == sunday


def food(expires=END, *, held=True, filed_on=MONDAY, slug="food_business_licence"):
    """An application for the renewal of a food business licence, ready to be filed."""
    where = office(slug)
    holder = organisation(person())
    who = applicant(holder.organisation.legal_representative.account, holder)
    licence = None
    if held:
        licence = licence_issue(
            type_code="food_business_licence", holder=holder, facts={}, issuer=where.item.department, by=SYSTEM,
            at=at(date(2021, 4, 3)), valid_from=date(2021, 4, 3), valid_until=expires + timedelta(days=1),
        )  # fmt: skip
    case = services.draft_start(service_item_id=where.item.pk, by=who, at=at(filed_on))
    content = items.guide(where.item.code).content
    answers = filled(content, where.item.division_id) | {
        "food_apply": "renew", "food_old_number": "JY15001030000001", "food_expires": expires.isoformat(),
    }  # fmt: skip
    services.draft_save(case_id=case.pk, answers=answers, by=who, at=at(filed_on))
    give_materials(case, "required", "deferrable")
    return case, where, who, licence


def accepted(**how):
    case, where, who, licence = food(**how)
    filed_on = how.get("filed_on", MONDAY)
    services.case_file(case_id=case.pk, by=who, at=at(filed_on))
    services.case_accept(case_id=case.pk, by=where.window, at=at(filed_on, 11))
    return Case.objects.get(pk=case.pk), where, who, licence


def ready(case, where, on):
    """Every step before the last is passed."""
    services.site_visit_record(
        case_id=case.pk, by=where.handler, at=at(on), visited_on=on, place="示例路 1 号", findings="一致", meets=True,
        officers=[where.handler.post_id, where.approver.post_id],
    )  # fmt: skip
    case.steps.exclude(role="approver").update(state="passed", opened_on=on, passed_on=on)
    case.steps.filter(role="approver").update(state="open", opened_on=on)


class TestSilence:
    """行政许可法 第五十条第二款: 逾期未作决定的，视为准予延续"""

    def test_what_was_asked_for_in_time_and_not_decided_is_renewed_at_the_end_of_the_last_day(self, city):
        case, where, who, licence = accepted()
        assert (case.renews_id, case.renews_until, case.lapses_on) == (licence.pk, END, END)
        assert Timer.objects.get(case=case, act="deem_renewed").fires_at == at(date(2026, 4, 3), 0)
        assert "2026" in page_of(case, who, language="zh")["next"].text
        assert timers.fire_due(case.pk, at=at(END, 23)) is False
        assert timers.fire_due(case.pk, at=at(date(2026, 4, 3), 0)) is True
        assert timers.fire_due(case.pk, at=at(date(2026, 4, 3), 1)) is False  # exactly once
        case.refresh_from_db()
        assert (case.state, case.decision, case.lapses_on) == ("granted", "granted", None)
        assert [h.act for h in history(case.pk)].count("deem_renewed") == 1
        assert set(Work.objects.filter(case=case).values_list("bucket", flat=True)) == {"issue"}
        with pytest.raises(TransitionRefused):
            services.case_refuse(
                case_id=case.pk, by=where.approver, at=at(date(2026, 4, 3)), grounds=[Ground("a", "b")]
            )
        tasks.follow(case.pk, "deem_renewed")
        new = Licence.objects.get(case_subject=case.pk)
        assert (new.previous_id, new.version, new.serial) == (licence.pk, 2, licence.serial)
        assert (new.valid_from, new.valid_until) == (MONDAY, date(2031, 4, 3))  # today of tests; five years
        assert letters_for(case.pk).get(kind="grant").title_zh == "准予行政许可决定书"
        assert verify(case.pk).holds

    def test_the_letter_says_that_it_was_by_silence_and_on_which_article(self, city):
        from yukuaiban.messages.letters.kinds import LetterKind
        from yukuaiban.messages.letters.wording import blocks

        case, _where, _who, _licence = accepted()
        timers.fire_due(case.pk, at=at(date(2026, 4, 3), 0))
        ctx = Context(Case.objects.get(pk=case.pk), at(date(2026, 4, 3)))
        text = str(blocks(LetterKind.GRANT, letters.context_of(ctx, ctx.history[-1], {})))
        assert "有效期至2026年4月2日届满" in text
        assert "第五十条第二款，视为准予延续" in text

    def test_it_renews_a_case_that_stands_still_and_ends_what_it_stood_still_for(self, city):
        case, where, _who, _licence = accepted()
        services.case_pause(
            case_id=case.pk,
            by=where.handler,
            at=at(date(2026, 3, 30)),
            kind="inspection",
            expected_days=30,
            reason="检验",
        )
        timers.fire_due(case.pk, at=at(date(2026, 4, 3), 0))
        case.refresh_from_db()
        assert case.state == "granted"
        assert case.pauses.get().until_on == date(2026, 4, 3)
        assert not case.steps.filter(state="open").exists()

    @pytest.mark.parametrize(
        ("expires", "in_time"),
        [
            pytest.param(date(2026, 3, 23), True, id="fifteen working days before"),
            pytest.param(date(2026, 3, 20), False, id="fourteen"),
        ],
    )
    def test_who_applies_late_is_decided_on_but_not_renewed_by_silence(self, city, expires, in_time):
        case, _where, who, _licence = accepted(expires=expires)
        assert case.renews_until == expires
        assert (case.lapses_on == expires) is in_time
        assert Timer.objects.filter(case=case, act="deem_renewed").exists() is in_time
        assert ("不视为准予延续" in page_of(case, who, language="zh")["next"].more) is not in_time

    def test_his_own_act_counts_not_the_working_day_on_which_it_is_received(self, city):
        """Filed at 23:00 on the last day: received on the next, and in time."""
        case, where, who, _licence = food(expires=date(2026, 3, 23))
        services.case_file(case_id=case.pk, by=who, at=at(MONDAY, 23))
        services.case_accept(case_id=case.pk, by=where.window, at=at(date(2026, 3, 3)))
        assert Case.objects.get(pk=case.pk).lapses_on == date(2026, 3, 23)

    def test_accepted_only_after_the_licence_ended_silence_renews_nothing(self, city):
        case, where, who, _licence = food(expires=date(2026, 3, 23))
        services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
        from yukuaiban.cases.services.receipt import Wanted

        services.case_request_correction(
            case_id=case.pk, by=where.window, at=at(date(2026, 3, 6)), wanted=[Wanted("field:food_area", "面积不符")]
        )
        told = case.number and Case.objects.get(pk=case.pk).correction.hand_in_by
        handed_in = min(told, date(2026, 3, 24))
        services.case_hand_in_correction(case_id=case.pk, by=who, at=at(handed_in), answers={"food_area": 40})
        services.case_accept(case_id=case.pk, by=where.window, at=at(date(2026, 3, 25)))
        assert Case.objects.get(pk=case.pk).lapses_on is None

    def test_without_a_licence_in_the_wallet_the_typed_day_counts(self, city):
        case, _where, _who, _none = accepted(held=False)
        assert (case.renews_id, case.renews_until, case.lapses_on) == (None, END, END)
        timers.fire_due(case.pk, at=at(date(2026, 4, 3), 0))
        tasks.follow(case.pk, "deem_renewed")
        assert Licence.objects.get(case_subject=case.pk).valid_until == date(2031, 4, 3)

    def test_the_wallet_knows_better_than_what_was_typed(self, city):
        case, _where, who, licence = food(expires=END)
        answers = {"food_expires": "2026-12-31"}
        services.draft_save(case_id=case.pk, answers=answers, by=who, at=at(MONDAY))
        services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
        case.refresh_from_db()
        assert (case.renews_id, case.renews_until) == (licence.pk, END)

    def test_a_licence_that_was_taken_away_is_not_renewed_by_silence(self, city):
        case, _where, _who, licence = accepted()
        licence_revoke(licence_id=licence.pk, by=SYSTEM, at=at(date(2026, 3, 10)), reason="撤销")
        timers.fire_due(case.pk, at=at(date(2026, 4, 3), 0))
        case.refresh_from_db()
        assert (case.state, case.lapses_on) == ("in_review", None)
        assert not Timer.objects.filter(case=case).exists()

    def test_desks_see_the_earlier_of_the_step_and_the_end_and_a_recount_keeps_it(self, city):
        case, _where, _who, _licence = accepted(expires=date(2026, 3, 23))
        case.steps.filter(state="open").update(due_on=date(2026, 4, 30))
        _work_dates([case.pk])
        assert set(Work.objects.filter(case=case).values_list("due_on", flat=True)) == {date(2026, 3, 23)}
        _recount(Case.objects.select_related("applicant").get(pk=case.pk))
        assert Timer.objects.get(case=case, act="deem_renewed").fires_at == at(date(2026, 3, 24), 0)

    @pytest.mark.parametrize("end", ["withdraw", "terminate", "refuse", "grant"])
    def test_whatever_ends_it_first_removes_the_timer(self, city, end):
        case, where, who, _licence = accepted()
        on = date(2026, 3, 4)
        ready(case, where, on)
        do = {"case_id": case.pk, "at": at(on)}
        match end:
            case "withdraw":
                services.case_withdraw(**do, by=who)
            case "terminate":
                services.case_terminate(**do, by=where.approver, reason="示例")
            case "refuse":
                services.case_refuse(**do, by=where.approver, grounds=[Ground("不符合条件", "第一条")])
            case "grant":
                services.case_grant(**do, by=where.approver)
        case.refresh_from_db()
        assert not Timer.objects.filter(case=case).exists()
        assert case.lapses_on is None
        assert timers.fire_due(case.pk, at=at(date(2026, 4, 3), 0)) is False

    def test_reopened_it_is_decided_and_not_lapsed(self, city):
        case, where, _who, _licence = accepted()
        on = date(2026, 3, 4)
        ready(case, where, on)
        do = {"case_id": case.pk, "by": where.approver, "at": at(on)}
        services.case_refuse(**do, grounds=[Ground("不符合条件", "第一条")])
        services.remedy_record(**do, kind="review", body="示例机关", filed_on=on)
        services.remedy_conclude(**do, remedy_id=case.remedies.get().pk, outcome="annulled", concluded_on=on)
        services.case_reopen(**do)
        assert not Timer.objects.filter(case=case).exists()


class TestFromTheWallet:
    """One application per licence; nobody else's licence fills anything in."""

    def test_a_second_application_for_the_same_licence_is_refused(self, city):
        case, where, who, _licence = food()
        services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
        again = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY))
        answers = door.read_answers(Case.objects.get(pk=case.pk))
        services.draft_save(case_id=again.pk, answers=answers, by=who, at=at(MONDAY))
        give_materials(again, "required", "deferrable")
        with pytest.raises(RuleRefused, match=case.number):
            services.case_file(case_id=again.pk, by=who, at=at(MONDAY))
        services.case_withdraw(case_id=case.pk, by=who, at=at(MONDAY))
        assert services.case_file(case_id=again.pk, by=who, at=at(MONDAY)).code

    def test_a_draft_is_begun_with_what_the_licence_says_and_only_for_its_holder(self, city):
        _case, where, who, licence = food()
        content = items.guide(where.item.code).content
        assert renewals.answers_for(content, who.party_id, licence.pk) == {
            "food_apply": "renew",
            "food_expires": END.isoformat(),
        }
        stranger = applicant(person("李示例"))
        assert renewals.answers_for(content, stranger.party_id, licence.pk) == {}

    def test_of_several_licences_the_one_whose_day_was_typed_is_meant(self, city):
        case, where, who, licence = food()
        other = licence_issue(
            type_code="food_business_licence", holder=licence.holder, facts={}, issuer=where.item.department, by=SYSTEM,
            at=at(date(2021, 4, 3)), valid_from=date(2021, 4, 3), valid_until=date(2027, 1, 1),
        )  # fmt: skip
        services.case_file(case_id=case.pk, by=who, at=at(MONDAY))
        case.refresh_from_db()
        assert case.renews_id == licence.pk != other.pk

    def test_the_wallet_says_when_and_by_which_item(self, city):
        _case, where, _who, licence = food()
        found = selectors.renewal_of(licence)
        assert found.item == where.item.code
        assert (found.window.last_on, found.window.expires_on) == (date(2026, 3, 12), END)
        licence_revoke(licence_id=licence.pk, by=SYSTEM, at=at(MONDAY), reason="撤销")
        licence.refresh_from_db()
        assert selectors.renewal_of(licence) is None


class TestTerm:
    """The new term, from the end of the old one or from the decision; never a day without a licence."""

    def granted(self, monkeypatch, counted_from, decided_on):
        case, where, _who, _licence = accepted()
        ready(case, where, MONDAY)
        content = Context(case, at(MONDAY)).content
        changed = content.model_copy(
            update={"renewal": content.renewal.model_copy(update={"counted_from": counted_from})}
        )
        Case.objects.filter(pk=case.pk).update(
            lapses_on=None, decided_on=decided_on, decision="granted", state="granted"
        )
        ctx = Context(Case.objects.get(pk=case.pk), at(decided_on))
        monkeypatch.setattr(Context, "content", changed)
        return renewals.term(ctx, 60)

    @pytest.mark.parametrize(
        ("counted_from", "decided_on", "term"),
        [
            ("expiry", date(2026, 3, 10), (date(2026, 3, 10), date(2031, 4, 3))),
            ("decision", date(2026, 3, 10), (date(2026, 3, 10), date(2031, 3, 10))),
            ("expiry", date(2026, 4, 3), (date(2026, 4, 3), date(2031, 4, 3))),  # by silence
            ("expiry", date(2026, 4, 10), (date(2026, 4, 10), date(2031, 4, 10))),  # late: the old one had ended
        ],
    )
    def test_where_it_begins_and_ends(self, city, monkeypatch, counted_from, decided_on, term):
        assert self.granted(monkeypatch, counted_from, decided_on) == term


@pytest.mark.django_db(transaction=True)
class TestTheLastDay:
    """A decision and the lapse at once, each in its own transaction."""

    def test_a_decision_that_is_being_written_on_the_last_day_wins_over_the_lapse(self, city):
        case, where, _who, _licence = accepted()
        ready(case, where, MONDAY)
        decided, lapse_begun = threading.Event(), threading.Event()
        from django.db import transaction

        def decide():
            with transaction.atomic():
                services.case_refuse(
                    case_id=case.pk, by=where.approver, at=at(END, 23), grounds=[Ground("不符合条件", "第一条")]
                )
                decided.set()
                lapse_begun.wait(10)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(1)")  # the lapse waits for the row

        def lapse():
            decided.wait(10)
            lapse_begun.set()
            timers.fire_due(case.pk, at=at(date(2026, 4, 3), 0))

        run_together([decide, lapse])
        if Timer.objects.filter(case=case).exists():  # it was overtaken: the next tick finds nothing left to do
            timers.fire_due(case.pk, at=at(date(2026, 4, 3), 1))
        case.refresh_from_db()
        assert (case.state, case.decision) == ("refused", "refused")
        assert "deem_renewed" not in [h.act for h in history(case.pk)]
        assert not Timer.objects.filter(case=case).exists()
        assert verify(case.pk).holds

    def test_many_ticks_at_once_renew_it_once(self, city):
        case, _where, _who, _licence = accepted()
        run_together([lambda: timers.fire_due(case.pk, at=at(date(2026, 4, 3), 0))] * 8)
        acts = [h.act for h in history(case.pk)]
        assert acts.count("deem_renewed") == 1
        assert Case.objects.get(pk=case.pk).state == "granted"
        assert verify(case.pk).holds


def test_every_item_that_is_renewed_says_by_which_source(city):
    versions = EntryVersion.objects.filter(content__renewal__licence_type__isnull=False)
    found = {v.content["slug"]: v.content["renewal"]["source"] for v in versions}
    assert set(found) >= {"food_business_licence", "driving_licence_renewal"}
    assert all(found.values())


class TestBarred:
    """A falsehood bars from asking for the licence again (行政许可法 第七十八条), and what is not that it does not bar."""

    @staticmethod
    def asks(case, **answers):
        ctx = Context(Case.objects.get(pk=case.pk), at(MONDAY, 15))
        return bars.against(ctx, door.read_answers(ctx.case) | answers)

    def test_a_false_renewal_bars_that_renewal_and_a_new_licence(self, city):
        case, where, who, licence = accepted()
        ready(case, where, MONDAY)
        lied = [Ground("谎报经营条件", "行政许可法 第七十八条")]
        services.case_refuse(case_id=case.pk, by=where.approver, at=at(MONDAY, 14), grounds=lied, falsehood=True)
        bar = Bar.objects.get()
        assert (bar.case.renews_id, bar.until) == (licence.pk, date(2027, 3, 2))
        again = services.draft_start(service_item_id=where.item.pk, by=who, at=at(MONDAY, 15))  # a change may be wanted
        assert self.asks(again) is None  # nothing said yet
        assert self.asks(again, food_apply="new") == bar
        assert self.asks(again, food_apply="change") is None
        assert self.asks(again, food_apply="renew", food_expires=END.isoformat()) == bar

    def test_a_false_application_leaves_the_licence_he_holds_renewable(self, city):
        case, where, who, licence = food()
        entry = where.item.entry
        Bar.objects.create(
            party=licence.holder, entry=entry, case=case, ground="fraud", since=MONDAY, until=date(2029, 3, 2)
        )
        assert self.asks(case) is None
        assert self.asks(case, food_apply="new")
        assert services.case_file(case_id=case.pk, by=who, at=at(MONDAY, 15)).code

    def test_a_correction_does_not_turn_a_change_into_what_is_barred(self, city):
        case, where, _who, licence = food()
        ctx = Context(Case.objects.get(pk=case.pk), at(MONDAY, 15))
        change, new = ({"food_apply": kind} for kind in ("change", "new"))
        bars.check_change(ctx, change, new)
        Bar.objects.create(
            party=licence.holder,
            entry=where.item.entry,
            case=case,
            ground="fraud",
            since=MONDAY,
            until=date(2029, 3, 2),
        )
        with pytest.raises(Barred):
            bars.check_change(ctx, change, new)
        bars.check_change(ctx, new, new)  # it asked for it before the bar came
        bars.check_change(ctx, new, change)
