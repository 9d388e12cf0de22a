"""The statutory clock: what moves it, what it shows, why, and what must always hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yukuaiban.calendars import (
    ClockError,
    ClockKind,
    Extended,
    Light,
    Limit,
    Paused,
    Restarted,
    Resumed,
    Started,
    Stopped,
    Unit,
    clock,
    due_date,
    light_on,
    render,
)
from yukuaiban.calendars.notices import calendar_of, pack_calendar, pack_years
from yukuaiban.calendars.reasons import PAUSES, SENTENCES, STARTS
from yukuaiban.config import laws

CALENDAR = pack_calendar()
TWENTY = Limit(20, Unit.WORKING_DAY)
FIFTEEN_DAYS = Limit(15, Unit.CALENDAR_DAY)
MARCH = Started(date(2025, 3, 3))  # a Monday; 20 working days end on Monday 31 March


def at(today: date, *events, limit=TWENTY, calendar=CALENDAR, **kwargs):
    return clock(events, limit, calendar, today, warn_days=1, **kwargs)


def texts(shown, language="zh"):
    return [render(reason, language) for reason in shown.reasons]


class TestTheDayOfAcceptanceIsNotCounted:
    """民法典 第二百零一条第一款; docs/adr/0007"""

    def test_on_the_day_itself_nothing_is_used(self):
        shown = at(date(2025, 3, 3), MARCH)
        assert (shown.due_on.on, shown.used, shown.left, shown.light) == (date(2025, 3, 31), 0, 20, Light.GREEN)
        assert shown.warn_on == date(2025, 3, 28)

    def test_the_next_working_day_is_the_first(self):
        assert at(date(2025, 3, 4), MARCH).used == 1
        assert at(date(2025, 3, 9), MARCH).used == 4  # a Sunday adds nothing

    def test_on_the_last_day_nothing_is_left_and_it_is_not_late(self):
        shown = at(date(2025, 3, 31), MARCH)
        assert (shown.used, shown.left, shown.light, shown.is_overdue) == (20, 0, Light.YELLOW, False)

    def test_the_day_after_is_late(self):
        shown = at(date(2025, 4, 1), MARCH)
        assert (shown.used, shown.left, shown.light, shown.is_overdue) == (21, -1, Light.RED, True)

    def test_before_it_starts_there_is_no_date(self):
        shown = at(date(2025, 3, 3))
        assert (shown.due_on, shown.warn_on, shown.light, shown.left) == (None, None, Light.GREY, 20)
        assert texts(shown) == ["尚未受理，未开始计时"]
        assert due_date([], TWENTY, CALENDAR, date(2025, 3, 3)) is None

    def test_an_acceptance_that_lies_ahead_uses_nothing(self):
        assert at(date(2025, 2, 1), MARCH).used == 0


class TestADayCountsIfTheClockWasRunningAtItsEnd:
    """行政许可法 第四十五条; docs/adr/0006"""

    def test_the_day_of_the_pause_does_not_count_that_of_the_resumption_does(self):
        pause = Paused(date(2025, 3, 10), "expert_review"), Resumed(date(2025, 3, 17))
        shown = at(date(2025, 3, 17), MARCH, *pause)
        # 4 to 7 March: four days; 10 to 14 not counted; 17 counted
        assert shown.used == 5
        assert shown.due_on.on == CALENDAR.add(date(2025, 3, 31), 5).on == date(2025, 4, 8)

    def test_a_pause_within_a_day_changes_nothing(self):
        shown = at(date(2025, 3, 20), MARCH, Paused(date(2025, 3, 10), "testing"), Resumed(date(2025, 3, 10)))
        assert shown.due_on.on == date(2025, 3, 31)

    def test_a_pause_over_a_weekend_changes_nothing(self):
        shown = at(date(2025, 3, 20), MARCH, Paused(date(2025, 3, 8), "testing"), Resumed(date(2025, 3, 10)))
        assert shown.due_on.on == date(2025, 3, 31)

    def test_a_pause_on_the_day_of_acceptance_holds_the_first_day_back(self):
        shown = at(date(2025, 3, 20), MARCH, Paused(date(2025, 3, 3), "auction"), Resumed(date(2025, 3, 5)))
        assert shown.due_on.on == date(2025, 4, 1)  # only 4 March is lost

    def test_two_pauses_one_after_the_other(self):
        events = [
            MARCH,
            Paused(date(2025, 3, 10), "testing"),
            Resumed(date(2025, 3, 12)),
            Paused(date(2025, 3, 12), "appraisal"),
            Resumed(date(2025, 3, 14)),
        ]
        assert (
            at(date(2025, 3, 20), *events).due_on.on
            == at(date(2025, 3, 20), MARCH, Paused(date(2025, 3, 10), "testing"), Resumed(date(2025, 3, 14))).due_on.on
        )

    def test_a_pause_after_the_due_date_comes_too_late(self):
        shown = at(date(2025, 4, 9), MARCH, Paused(date(2025, 4, 3), "hearing"), Resumed(date(2025, 4, 8)))
        assert shown.due_on.on == date(2025, 3, 31)
        assert shown.light is Light.RED
        assert shown.used == 24  # 1, 2, 8 and 9 April too; 4 April is a holiday

    def test_a_pause_on_the_last_day_saves_it(self):
        """On 31 March the twentieth day had not been counted yet."""
        shown = at(date(2025, 4, 2), MARCH, Paused(date(2025, 3, 31), "hearing"), Resumed(date(2025, 4, 2)))
        assert shown.due_on.on == date(2025, 4, 2)

    def test_calendar_days_are_held_back_too(self):
        events = [Started(date(2025, 3, 3)), Paused(date(2025, 3, 8), "testing"), Resumed(date(2025, 3, 10))]
        shown = at(date(2025, 3, 10), *events, limit=FIFTEEN_DAYS)
        assert shown.due_on.on == date(2025, 3, 20)
        assert (shown.used, shown.left, shown.counted_in) == (5, 10, Unit.CALENDAR_DAY)

    def test_a_last_day_that_moves_into_a_pause_moves_on(self):
        """Saturday 8 March moves to Monday the 10th, which is paused until the 13th."""
        events = [MARCH, Paused(date(2025, 3, 9), "testing"), Resumed(date(2025, 3, 13))]
        shown = at(date(2025, 3, 13), *events, limit=Limit(5, Unit.CALENDAR_DAY))
        assert (shown.due_on.on, shown.left) == (date(2025, 3, 13), 0)


class TestWhilePaused:
    def test_the_light_is_grey_and_nothing_is_used(self):
        paused = Paused(date(2025, 3, 10), "hearing", "利害关系人要求听证", 20)
        for day in (date(2025, 3, 10), date(2025, 3, 20), date(2025, 4, 30)):
            shown = at(day, MARCH, paused)
            assert (shown.used, shown.left, shown.light, shown.paused) == (4, 16, Light.GREY, True)

    def test_the_date_is_the_earliest_possible_as_the_applicant_was_told(self):
        told = at(date(2025, 3, 11), MARCH, Paused(date(2025, 3, 10), "hearing", "", 5))
        then = at(date(2025, 3, 17), MARCH, Paused(date(2025, 3, 10), "hearing", "", 5), Resumed(date(2025, 3, 17)))
        assert told.due_on == then.due_on

    def test_and_moves_on_when_that_has_passed(self):
        shown = at(date(2025, 4, 1), MARCH, Paused(date(2025, 3, 10), "hearing", "", 5))
        assert shown.due_on.on == CALENDAR.add(date(2025, 3, 31), 16).on

    def test_a_matter_that_ends_while_paused_used_only_what_ran(self):
        events = [MARCH, Paused(date(2025, 3, 10), "hearing"), Stopped(date(2025, 3, 20), "申请人撤回")]
        shown = at(date(2025, 6, 1), *events)
        assert (shown.used, shown.paused, shown.stopped_on) == (4, False, date(2025, 3, 20))


class TestAnExtension:
    """行政许可法 第四十二条第一款"""

    def test_adds_to_the_limit(self):
        shown = at(date(2025, 3, 20), MARCH, Extended(10, "王局长", "案情复杂", date(2025, 3, 20)))
        assert shown.due_on.on == CALENDAR.add(date(2025, 3, 3), 30).on
        assert shown.left == 30 - shown.used

    def test_of_a_matter_done_on_the_spot_is_in_working_days(self):
        """市场主体登记管理条例 第十九条第一款"""
        shown = at(
            date(2025, 3, 7), Started(date(2025, 3, 7)), Extended(3, "登记机关"), limit=Limit(0, Unit.ON_THE_SPOT)
        )
        assert shown.due_on.on == date(2025, 3, 12)

    def test_of_calendar_days_is_in_calendar_days(self):
        shown = at(date(2025, 3, 7), MARCH, Extended(30, "负责人"), limit=Limit(60, Unit.CALENDAR_DAY))
        assert shown.due_on.on == CALENDAR.roll(date(2025, 3, 3) + timedelta(days=90)).on

    def test_of_nothing_is_no_extension(self):
        with pytest.raises(ClockError, match="longer"):
            at(date(2025, 3, 7), MARCH, Extended(0, "王局长"))


class TestALateCorrectionNotice:
    """行政许可法 第三十二条第一款第（四）项; docs/adr/0008"""

    def test_moves_the_due_date_back_to_what_counts_from_receipt(self):
        received, accepted = date(2024, 3, 1), date(2024, 3, 12)
        before = at(date(2024, 3, 12), Started(accepted))
        after = at(date(2024, 3, 12), Started(accepted), Restarted(received))
        assert before.due_on.on == date(2024, 4, 10)
        assert after.due_on.on == CALENDAR.add(received, 20).on == date(2024, 3, 29)
        assert (after.started_on, after.used) == (received, 7)

    def test_starts_a_clock_that_had_not_started(self):
        shown = at(date(2024, 3, 12), Restarted(date(2024, 3, 1)))
        assert shown.due_on.on == date(2024, 3, 29)

    def test_can_be_overdue_at_once(self):
        assert at(date(2024, 4, 1), Restarted(date(2024, 3, 1))).light is Light.RED

    def test_keeps_pauses_and_extensions(self):
        more = [Paused(date(2024, 3, 13), "testing"), Resumed(date(2024, 3, 18)), Extended(10, "王局长")]
        shown = at(date(2024, 3, 18), Started(date(2024, 3, 12)), *more, Restarted(date(2024, 3, 1)))
        assert shown.due_on.on == CALENDAR.add(date(2024, 3, 1), 33).on

    def test_says_from_when_to_when_it_moved(self):
        shown = at(date(2024, 3, 12), Started(date(2024, 3, 12)), Restarted(date(2024, 3, 1)))
        assert (
            "逾期未一次告知补正内容，自收到申请材料之日（2024年3月1日）起即为受理，期限自次日起算，"
            "到期日由2024年4月10日改为2024年3月29日（行政许可法 第三十二条第一款第（四）项）"
        ) in texts(shown)

    def test_comes_not_after_the_end(self):
        with pytest.raises(ClockError, match="after its end"):
            at(date(2024, 5, 1), MARCH, Stopped(date(2025, 3, 20)), Restarted(date(2025, 3, 1)))


class TestTheEnd:
    """docs/adr/0012: the day of the decision counts as used"""

    def test_freezes_what_was_used(self):
        shown = at(date(2026, 1, 1), MARCH, Stopped(date(2025, 3, 14), "准予许可"))
        assert (shown.used, shown.left, shown.light, shown.stopped_on) == (9, 11, Light.GREY, date(2025, 3, 14))
        assert shown.due_on.on == date(2025, 3, 31)

    def test_on_the_last_day_is_in_time_and_a_day_later_is_not(self):
        assert not at(date(2026, 1, 1), MARCH, Stopped(date(2025, 3, 31))).is_overdue
        assert at(date(2026, 1, 1), MARCH, Stopped(date(2025, 4, 1))).is_overdue

    def test_on_the_day_of_acceptance_uses_nothing(self):
        assert at(date(2026, 1, 1), MARCH, Stopped(date(2025, 3, 3))).used == 0

    def test_can_be_followed_by_a_new_start(self):
        """A court or a reconsideration body orders the matter decided anew."""
        events = [MARCH, Extended(10, "王局长"), Stopped(date(2025, 3, 20)), Started(date(2025, 9, 15), "重新作出决定")]
        shown = at(date(2025, 9, 16), *events)
        assert (shown.due_on.on, shown.used) == (date(2025, 10, 17), 1)


class TestTheLights:
    """docs/adr/0010"""

    @pytest.mark.parametrize(
        ("today", "light"),
        [
            (date(2025, 3, 27), Light.GREEN),
            (date(2025, 3, 28), Light.YELLOW),  # one working day before
            (date(2025, 3, 31), Light.YELLOW),
            (date(2025, 4, 1), Light.RED),
        ],
    )
    def test_of_the_statutory_clock(self, today, light):
        assert at(today, MARCH).light is light

    @pytest.mark.parametrize("kind", [ClockKind.PROMISED, ClockKind.STEP])
    def test_of_a_promise_or_a_step_never_turn_red(self, kind):
        assert at(date(2025, 6, 1), MARCH, kind=kind).light is Light.YELLOW

    def test_of_a_provisional_date_never_turn_red(self):
        only_2025 = calendar_of([year for year in pack_years() if year.year == 2025])
        shown = at(date(2026, 6, 1), Started(date(2025, 12, 20)), calendar=only_2025)
        assert shown.due_on.provisional
        assert shown.is_overdue
        assert shown.light is Light.YELLOW

    def test_turn_red_once_the_notice_is_there(self):
        assert at(date(2026, 6, 1), Started(date(2025, 12, 20))).light is Light.RED

    @pytest.mark.parametrize(
        ("dates", "light"),
        [
            ({"due_on": None}, Light.GREY),
            ({"due_on": date(2025, 3, 31), "running": False}, Light.GREY),
            ({"due_on": date(2025, 3, 31)}, Light.GREEN),
            ({"due_on": date(2025, 3, 31), "warn_on": date(2025, 3, 20)}, Light.YELLOW),
            ({"due_on": date(2025, 3, 31), "promised_on": date(2025, 3, 19)}, Light.YELLOW),
            ({"due_on": date(2025, 3, 31), "promised_on": date(2025, 3, 20)}, Light.GREEN),
            ({"due_on": date(2025, 3, 31), "step_on": date(2025, 3, 19)}, Light.YELLOW),
            ({"due_on": date(2025, 3, 19)}, Light.RED),
            ({"due_on": date(2025, 3, 19), "provisional": True}, Light.YELLOW),
            ({"due_on": date(2025, 3, 20)}, Light.GREEN),
            ({"due_on": None, "promised_on": date(2025, 3, 19)}, Light.YELLOW),
        ],
    )
    def test_come_from_the_stored_dates_alone(self, dates, light):
        assert light_on(date(2025, 3, 20), **dates) is light

    def test_have_a_word_each(self):
        assert {light.words() for light in Light} == {"正常", "预警", "超期", "不计时"}
        assert all(light.words("en").isascii() for light in Light)

    def test_the_reminder_day_is_the_city_s_parameter(self):
        assert clock([MARCH], TWENTY, CALENDAR, date(2025, 3, 4)).warn_on == date(2025, 3, 28)
        assert clock([MARCH], TWENTY, CALENDAR, date(2025, 3, 4), warn_days=5).warn_on == date(2025, 3, 24)

    def test_the_reminder_never_comes_before_the_start(self):
        assert at(date(2025, 3, 3), MARCH, limit=Limit(1, Unit.WORKING_DAY)).warn_on == date(2025, 3, 3)
        assert at(date(2025, 3, 3), MARCH, limit=Limit(0, Unit.ON_THE_SPOT)).warn_on == date(2025, 3, 3)


class TestEventsThatCannotHaveHappened:
    @pytest.mark.parametrize(
        "events",
        [
            pytest.param([Paused(date(2025, 3, 4), "hearing")], id="paused before the start"),
            pytest.param([MARCH, Resumed(date(2025, 3, 4))], id="resumed without a pause"),
            pytest.param(
                [MARCH, Paused(date(2025, 3, 4), "a"), Paused(date(2025, 3, 5), "b")], id="a pause in a pause"
            ),
            pytest.param(
                [MARCH, Paused(date(2025, 3, 5), "a"), Resumed(date(2025, 3, 4))], id="resumed before it paused"
            ),
            pytest.param(
                [MARCH, Paused(date(2025, 3, 5), "a"), Resumed(date(2025, 3, 7)), Paused(date(2025, 3, 6), "b")],
                id="paused before it resumed",
            ),
            pytest.param([MARCH, Stopped(date(2025, 3, 1))], id="ended before it started"),
            pytest.param([MARCH, Stopped(date(2025, 3, 5)), Extended(5, "x")], id="extended after the end"),
            pytest.param([MARCH, MARCH], id="started twice"),
        ],
    )
    def test_are_refused(self, events):
        with pytest.raises(ClockError):
            at(date(2025, 3, 10), *events)


class TestTheReasons:
    def test_tell_everything_that_moved_the_date_in_order(self):
        events = [
            Started(date(2025, 9, 15)),
            Paused(date(2025, 9, 22), "expert_review", "专家组会议", 5),
            Resumed(date(2025, 9, 29)),
            Extended(10, "王局长", "案情复杂", date(2025, 10, 9)),
        ]
        shown = at(date(2025, 10, 10), *events, law="行政许可法 第四十二条第一款")
        assert texts(shown) == [
            "2025年9月15日受理，当日不计入，自次日起算；法定办结时限20个工作日（行政许可法 第四十二条第一款）",
            "2025年9月22日起停钟：专家评审，专家组会议；2025年9月29日恢复，6个工作日不计入（行政许可法 第四十五条）",
            "10月1日至8日国庆节、中秋节放假（国办发明电〔2024〕12号）",
            "2025年10月9日经王局长批准，延长10个工作日，案情复杂",
            "10月11日（星期六）因国庆节调休上班，计入（国办发明电〔2024〕12号）",
        ]
        assert texts(shown, "en") == [
            "15 September 2025: accepted; that day is not counted. "
            "The statutory limit is 20 working days (行政许可法 第四十二条第一款)",
            "Stopped from 22 September 2025: expert review, 专家组会议; running again on 29 September 2025, "
            "6 working days not counted (行政许可法 第四十五条)",
            "1 to 8 October: National Day and Mid-Autumn Festival holiday (国办发明电〔2024〕12号)",
            "Extended by 10 working days on 9 October 2025, approved by 王局长, 案情复杂",
            "Saturday 11 October is worked in exchange for National Day and counts (国办发明电〔2024〕12号)",
        ]

    def test_leave_out_a_holiday_in_which_the_clock_stood_still(self):
        events = [Started(date(2025, 9, 15)), Paused(date(2025, 9, 20), "hearing"), Resumed(date(2025, 10, 13))]
        assert not any(
            reason.code in ("holiday", "makeup_workday") for reason in at(date(2025, 10, 20), *events).reasons
        )

    def test_say_that_a_date_is_provisional_and_why(self):
        shown = at(date(2026, 11, 22), Started(date(2026, 12, 15)))
        assert texts(shown)[-1] == "2027年放假通知尚未发布，暂按周末和法定节日推算，通知发布后自动更正"
        assert "2027年1月1日元旦，依《全国年节及纪念日放假办法》放假" in texts(shown)

    def test_say_that_the_last_day_moved(self):
        shown = at(date(2019, 9, 20), Started(date(2019, 9, 20), "notified"), limit=FIFTEEN_DAYS)
        assert texts(shown)[-1] == "最后一日2019年10月5日不是工作日，顺延至2019年10月8日（民法典 第二百零三条第一款）"

    def test_say_how_it_ended(self):
        shown = at(date(2025, 6, 1), MARCH, Stopped(date(2025, 3, 14), "准予许可"))
        assert texts(shown)[-1] == "2025年3月14日停止计时，准予许可，共用9个工作日"

    def test_of_a_matter_done_on_the_spot(self):
        shown = at(date(2025, 3, 3), MARCH, limit=Limit(0, Unit.ON_THE_SPOT), kind=ClockKind.PROMISED)
        assert texts(shown) == ["2025年3月3日受理，承诺办结时限为当场办结"]

    @pytest.mark.parametrize("kind", [*PAUSES, "等待上级批复"])
    def test_name_every_kind_of_pause(self, kind):
        shown = at(date(2025, 3, 20), MARCH, Paused(date(2025, 3, 10), kind, "", 5))
        assert PAUSES.get(kind, (kind,))[0] in texts(shown)[1]
        assert PAUSES.get(kind, (kind, kind))[1] in texts(shown, "en")[1]

    def test_are_json_with_both_sentences(self):
        shown = at(date(2025, 9, 20), Started(date(2025, 9, 15)), Paused(date(2025, 9, 20), "hearing"))
        for reason in shown.reasons:
            plain = reason.as_json()
            assert set(plain) == {"code", "zh", "en", "facts"}
            assert plain["zh"]
            assert plain["en"]

    def test_every_code_has_a_sentence_in_both_languages_and_every_law_named_exists(self):
        assert all(len(pair) == 2 for pair in SENTENCES.values())
        assert all(zh and en for zh, en in STARTS.values())
        for _zh, _en, law in PAUSES.values():
            assert all(laws.find(citation) for citation in laws.parse(law))


# --- what always holds --------------------------------------------------------------------------------------------

DAYS = st.dates(date(2024, 1, 1), date(2027, 6, 1))
LIMITS = st.builds(Limit, st.integers(0, 60), st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY])) | st.just(
    Limit(0, Unit.ON_THE_SPOT)
) | st.builds(Limit, st.integers(0, 6), st.just(Unit.MONTH))  # fmt: skip


@st.composite
def histories(draw):
    """A start, up to three pauses with their ends, up to two extensions, as they may really follow each other."""
    start = draw(DAYS)
    events, day = [Started(start)], start
    for _ in range(draw(st.integers(0, 3))):
        day += timedelta(days=draw(st.integers(0, 20)))
        if draw(st.booleans()):
            events.append(Extended(draw(st.integers(1, 15)), "王局长"))
        events.append(Paused(day, "hearing", "", draw(st.none() | st.integers(1, 20))))
        day += timedelta(days=draw(st.integers(0, 30)))
        events.append(Resumed(day))
    return events


class TestWhatAlwaysHolds:
    @given(histories(), LIMITS, DAYS)
    def test_a_pause_never_makes_the_limit_shorter(self, events, limit, today):
        without = [event for event in events if not isinstance(event, (Paused, Resumed))]
        assert at(today, *without, limit=limit).due_on.on <= at(today, *events, limit=limit).due_on.on

    @given(histories(), LIMITS, DAYS, st.integers(1, 20))
    def test_an_extension_never_makes_it_shorter(self, events, limit, today, days):
        longer = at(today, *events, Extended(days, "王局长"), limit=limit)
        assert at(today, *events, limit=limit).due_on.on <= longer.due_on.on

    @given(histories(), LIMITS, DAYS, st.integers(1, 30))
    def test_a_longer_pause_never_makes_it_shorter(self, events, limit, today, days):
        if not isinstance(events[-1], Resumed):
            return
        longer = [*events[:-1], replace(events[-1], on=events[-1].on + timedelta(days=days))]
        assert at(today, *events, limit=limit).due_on.on <= at(today, *longer, limit=limit).due_on.on

    @given(histories(), LIMITS, DAYS, st.integers(0, 40))
    def test_a_late_notice_moves_the_date_backwards_or_leaves_it(self, events, limit, today, days):
        moved = [*events, Restarted(events[0].on - timedelta(days=days))]
        assert at(today, *moved, limit=limit).due_on.on <= at(today, *events, limit=limit).due_on.on

    @given(histories(), LIMITS, DAYS, DAYS)
    def test_the_due_date_of_a_running_clock_does_not_hang_on_today(self, events, limit, one, other):
        assert at(one, *events, limit=limit).due_on == at(other, *events, limit=limit).due_on

    @given(histories(), LIMITS, DAYS)
    def test_a_provisional_date_is_never_red_and_red_is_always_late(self, events, limit, today):
        shown = at(today, *events, limit=limit)
        assert not (shown.due_on.provisional and shown.light is Light.RED)
        if shown.light is Light.RED:
            assert today > shown.due_on.on

    @given(histories(), LIMITS, DAYS)
    def test_used_grows_by_at_most_a_day_a_day_and_never_shrinks(self, events, limit, today):
        now, then = at(today, *events, limit=limit), at(today + timedelta(days=1), *events, limit=limit)
        assert now.used <= then.used <= now.used + 1

    @given(histories(), LIMITS)
    def test_on_the_due_date_nothing_is_left(self, events, limit):
        due = at(events[0].on, *events, limit=limit).due_on.on
        assert at(due, *events, limit=limit).left == 0

    @given(histories(), LIMITS, DAYS)
    def test_used_and_left_are_the_whole(self, events, limit, today):
        one, other = (at(day, *events, limit=limit) for day in (today, today + timedelta(days=9)))
        assert one.used + one.left == other.used + other.left

    @given(histories(), LIMITS, DAYS)
    def test_days_counted_by_hand_are_the_same(self, events, limit, today):
        """A day counts if it is after the start, (a working day,) and the clock was running at its end."""
        if today > date(2027, 12, 31):
            return
        pauses = [(p.on, r.on) for p, r in pairwise(events) if isinstance(p, Paused)]
        counted, day = 0, events[0].on
        while day < today:
            day += timedelta(days=1)
            running = not any(begin <= day < end for begin, end in pauses)
            counted += running and (not limit.in_working_days or CALENDAR.is_working(day))
        assert at(today, *events, limit=limit).used == counted

    @given(histories(), LIMITS, DAYS)
    def test_every_history_can_be_told_in_both_languages(self, events, limit, today):
        for reason in at(today, *events, limit=limit).reasons:
            assert "None" not in reason.as_json()["zh"] + reason.as_json()["en"]

    @given(histories(), LIMITS, DAYS)
    def test_the_short_way_gives_the_same_date(self, events, limit, today):
        assert due_date(events, limit, CALENDAR, today) == at(today, *events, limit=limit).due_on
