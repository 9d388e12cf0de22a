"""Where the marks of a drawn clock stand."""

from __future__ import annotations

from datetime import date

import pytest

from yukuaiban.design.clockline import Pause, clock_line, sparkline

START, DUE = date(2026, 3, 2), date(2026, 3, 22)


def kinds(line):
    return {segment.kind: (segment.x1, segment.x2) for segment in line.segments}


def test_a_clock_that_runs_is_used_up_to_today():
    line = clock_line(start=START, due=DUE, today=date(2026, 3, 12))
    assert kinds(line) == {"used": (0, 50), "left": (50, 100)}
    assert [(mark.kind, mark.x) for mark in line.marks] == [("start", 0), ("today", 50), ("due", 100)]


def test_a_late_clock_reaches_past_its_due_date():
    line = clock_line(start=START, due=date(2026, 3, 12), today=DUE, state="red")
    assert kinds(line) == {"used": (0, 50), "over": (50, 100)}


def test_a_clock_that_ended_does_not_grow_with_the_days():
    line = clock_line(start=START, due=DUE, today=date(2027, 1, 1), ended=date(2026, 3, 7))
    assert kinds(line) == {"used": (0, 25), "left": (25, 100)}
    assert [mark.kind for mark in line.marks] == ["start", "ended", "due"]


def test_pauses_are_drawn_in_order_and_an_open_one_reaches_today():
    pauses = [Pause(date(2026, 3, 10), None, "鉴定"), Pause(date(2026, 3, 4), date(2026, 3, 6), "听证")]
    line = clock_line(start=START, due=DUE, today=date(2026, 3, 12), pauses=pauses)
    drawn = [(s.label, s.x1, s.x2) for s in line.segments if s.kind == "pause"]
    assert drawn == [("听证", 10, 20), ("鉴定", 40, 50)]


def test_a_clock_filed_today_and_due_today_can_be_drawn():
    line = clock_line(start=START, due=START, today=START)
    assert all(0 <= mark.x <= 100 for mark in line.marks)


@pytest.mark.parametrize(
    ("today", "anchor"), [(date(2026, 3, 3), "start"), (date(2026, 3, 12), "middle"), (DUE, "end")]
)
def test_words_near_an_end_do_not_run_out_of_the_drawing(today, anchor):
    line = clock_line(start=START, due=DUE, today=today)
    assert next(mark.anchor for mark in line.marks if mark.kind == "today") == anchor


def test_the_first_word_gives_way_where_two_would_meet():
    line = clock_line(start=START, due=date(2026, 3, 5), today=date(2026, 6, 1))
    assert [mark.kind for mark in line.marks if not mark.shown] == ["start"]


def test_a_sparkline_needs_two_values_and_spans_the_box():
    assert sparkline([1]) == ""
    assert sparkline([1, 3]) == "0.0,22.0 100.0,2.0"
    assert sparkline([2, 2, 2]).count(",") == 3
