"""One dated table says how long what names a person is kept: 个人信息保护法 第十九条、第四十七条."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from yukuaiban.calendars import last_day
from yukuaiban.config import laws, retention
from yukuaiban.config.now import today
from yukuaiban.config.parameters import ParameterFileInvalid, UnknownParameter, parameter

ROW = """
case:
  title: {zh: 办件, en: cases}
  counts_from: {zh: 办结, en: the end}
  unit: %s
  values: {2019-01-01: {value: %s, source: 本市设定, status: unconfirmed}%s}
"""


@pytest.fixture
def pack(tmp_path):
    """A table of a test's own."""

    def written(text: str) -> dict[str, retention.Row]:
        path = tmp_path / "retention.yaml"
        path.write_text(text, encoding="utf-8")
        return retention.read_file(path)

    return written


class TestTheTable:
    def test_every_kind_the_program_erases_has_its_row_and_the_other_way_round(self):
        assert {name.partition("/")[0] for name in retention.kinds()} == {
            name.partition("/")[0] for name in retention.table()
        }

    @pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in retention.table().items()])
    def test_every_row_names_itself_in_both_languages_and_its_source(self, row):
        assert row.title.zh
        assert row.title.en.isascii()
        assert row.counts_from.en.isascii()
        for term in row.terms:
            citations = laws.parse(term.source)
            seen = bool(citations) and all(laws.find(citation) for citation in citations)
            assert seen or term.status == "unconfirmed"

    @pytest.mark.parametrize("kind", ["access_log", "closed_account", "phone_claim"])
    def test_logs_are_kept_at_least_as_long_as_the_law_asks(self, kind):
        """网络安全法 第二十一条第一款第（三）项: six months."""
        least = last_day(today(), parameter("network_log_retention").limit)
        assert retention.erasable_on(retention.row_of(kind), today()) >= least

    def test_a_narrower_row_wins(self, pack, monkeypatch):
        rows = pack(ROW % ("year", 10, "") + (ROW % ("permanent", 0, "")).replace("case:", "case/type:07:"))
        monkeypatch.setattr(retention, "table", lambda: rows)
        assert retention.row_of("case", "item:500", "type:07").terms[0].unit == "permanent"
        assert retention.row_of("case", "item:500", "type:01").terms[0].value == 10
        with pytest.raises(UnknownParameter):
            retention.row_of("nothing")

    @pytest.mark.parametrize("unit", ["working_day", "fortnight"])
    def test_a_term_is_not_counted_with_the_holiday_calendar(self, pack, unit):
        with pytest.raises(ParameterFileInvalid, match=f"unit is '{unit}'"):
            pack(ROW % (unit, 10, ""))

    def test_every_fault_of_a_file_is_told_at_once(self, pack):
        with pytest.raises(ParameterFileInvalid) as wrong:
            pack(ROW % ("year", "ten", "") + (ROW % ("hour", 1, "")).replace("case:", "draft:"))
        assert str(wrong.value).count("retention.yaml: ") == 2


class TestDue:
    @pytest.mark.parametrize(
        ("unit", "value", "start", "first"),
        [
            pytest.param("year", 10, date(2026, 3, 3), date(2036, 3, 3), id="ten years"),
            pytest.param("year", 1, date(2024, 2, 29), date(2025, 2, 28), id="a leap day has no fellow"),
            pytest.param("month", 6, date(2025, 8, 31), date(2026, 2, 28), id="six months to the end of February"),
            pytest.param("calendar_day", 30, date(2026, 2, 1), date(2026, 3, 3), id="thirty days"),
            pytest.param("permanent", 0, date(1990, 1, 1), None, id="for good"),
        ],
    )
    def test_the_first_day_of_erasure(self, pack, unit, value, start, first):
        row = pack((ROW % (unit, value, "")).replace("2019-01-01", "1980-01-01"))["case"]
        assert retention.erasable_on(row, start) == first

    def test_the_term_is_that_of_the_day_it_counts_from(self, pack):
        longer = ", 2024-01-01: {value: 30, source: 本市设定, status: unconfirmed}"
        row = pack(ROW % ("year", 10, longer))["case"]
        assert retention.erasable_on(row, date(2023, 12, 31)) == date(2033, 12, 31)
        assert retention.erasable_on(row, date(2024, 1, 1)) == date(2054, 1, 1)
        assert retention.erasable_on(row, date(2018, 12, 31)) is None  # no term is known: it stays

    @pytest.mark.parametrize("unit", ["year", "month", "calendar_day", "permanent"])
    def test_the_query_and_the_rule_agree_on_every_day(self, pack, unit):
        """With a term that grew, one that shrank, and the ends of months."""
        shrank = ", 2023-05-31: {value: 3, source: 本市设定}, 2024-02-29: {value: 1, source: 本市设定}"
        row = pack(ROW % (unit, 2 if unit != "permanent" else 0, shrank))["case"]
        for on in (date(2019, 1, 1), date(2024, 2, 29), date(2024, 5, 31), date(2026, 3, 2), date(2030, 1, 1)):
            spans = [
                (dict(part.children)["ended_on__gte"], dict(part.children)["ended_on__lt"])
                for part in _parts(retention.due("ended_on", row, on))
            ]
            for n in range(4200):
                start = date(2018, 12, 1) + timedelta(days=n)
                first = retention.erasable_on(row, start)
                assert any(a <= start < b for a, b in spans) == (first is not None and first <= on), (on, start)

    def test_an_instant_belongs_to_its_day_in_the_city(self, pack):
        row = pack(ROW % ("year", 1, ""))["case"]
        wanted = dict(retention.due("saved_at", row, date(2026, 3, 2)).children)
        assert wanted["saved_at__lt"].isoformat() == "2025-03-03T00:00:00+08:00"


def _parts(q):
    if not q.children or isinstance(q.children[0], tuple):
        return [q] if any(name.endswith("__gte") for name, _value in q.children) else []
    return [part for child in q.children for part in _parts(child)]
