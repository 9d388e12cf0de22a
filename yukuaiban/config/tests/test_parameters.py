"""The numbers of the law: each cites its article, and the article is there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from yukuaiban.calendars import Limit, Unit
from yukuaiban.config import laws, parameters
from yukuaiban.config.parameters import ParameterFileInvalid, UnknownParameter, parameter

EVERY_VALUE = [
    pytest.param(value, id=f"{name}-{value.since}") for name in parameters.names() for value in parameters.history(name)
]


class TestEveryParameterCitesTheLaw:
    @pytest.mark.parametrize("value", EVERY_VALUE)
    def test_what_is_confirmed_stands_in_a_text_at_hand(self, value):
        """`confirmed` means: the article cited can be read in packs/*/laws, down to paragraph and item."""
        citations = laws.parse(value.source)
        seen = bool(citations) and all(laws.find(citation) for citation in citations)
        if value.status == "confirmed":
            assert seen, f"{value.source} is not at hand: mark {value.name} unconfirmed"

    @pytest.mark.parametrize("value", EVERY_VALUE)
    def test_a_cited_article_exists_where_its_law_is_at_hand(self, value):
        for citation in laws.parse(value.source):
            if laws.at_hand(citation.law) and value.status == "confirmed":
                assert laws.find(citation), f"{citation} does not exist"

    @pytest.mark.parametrize("value", EVERY_VALUE)
    def test_the_number_stands_in_the_words_cited(self, value):
        """The article says the number, in figures or in Chinese numerals."""
        if value.status != "confirmed" or not isinstance(value.value, int):
            return
        words = "".join(laws.find(citation) or "" for citation in laws.parse(value.source))
        written = {str(value.value), _in_chinese(value.value), "两" if value.value == 2 else _in_chinese(value.value)}
        assert any(number in words for number in written), f"{written} not in {words}"

    @pytest.mark.parametrize("value", EVERY_VALUE)
    def test_it_is_named_in_both_languages(self, value):
        assert value.title.zh
        assert value.title.en
        assert value.title.en.isascii()


class TestTheNumbersTheCaseLifeNeeds:
    """行政许可法 第三十二条、第四十二条至第五十条"""

    @pytest.mark.parametrize(
        ("name", "limit"),
        [
            ("correction_notice_limit", Limit(5, Unit.WORKING_DAY)),
            ("licensing_decision_limit", Limit(20, Unit.WORKING_DAY)),
            ("licensing_extension_max", Limit(10, Unit.WORKING_DAY)),
            ("joint_handling_limit", Limit(45, Unit.WORKING_DAY)),
            ("joint_handling_extension_max", Limit(15, Unit.WORKING_DAY)),
            ("first_review_limit", Limit(20, Unit.WORKING_DAY)),
            ("certificate_delivery_limit", Limit(10, Unit.WORKING_DAY)),
            ("hearing_request_limit", Limit(5, Unit.WORKING_DAY)),
            ("hearing_organise_limit", Limit(20, Unit.WORKING_DAY)),
            ("hearing_notice_lead", Limit(7, Unit.WORKING_DAY)),
            ("renewal_lead", Limit(30, Unit.CALENDAR_DAY)),
            ("review_application_limit", Limit(60, Unit.CALENDAR_DAY)),
            ("litigation_limit", Limit(6, Unit.MONTH)),
            ("review_answer_limit", Limit(10, Unit.WORKING_DAY)),
            ("lawsuit_answer_limit", Limit(15, Unit.CALENDAR_DAY)),
        ],
    )
    def test_is_as_the_law_says(self, name, limit):
        assert parameter(name, on=date(2026, 1, 1)).limit == limit

    @pytest.mark.parametrize("name", ["promised_warning_lead", "correction_hand_in_limit", "litigation_limit"])
    def test_what_was_not_seen_in_a_law_says_so(self, name):
        assert parameter(name).status == "unconfirmed"


class TestAValueHoldsFromItsDate:
    def test_the_holidays_of_the_law_grew_in_2025(self):
        assert len(parameter("statutory_holidays", on=date(2024, 12, 31)).value["春节"]) == 3
        assert len(parameter("statutory_holidays", on=date(2025, 1, 1)).value["春节"]) == 4

    def test_before_the_law_there_is_no_number(self):
        with pytest.raises(UnknownParameter, match="2004-07-01"):
            parameter("licensing_decision_limit", on=date(2004, 6, 30))

    def test_a_misspelt_name_is_helped(self):
        with pytest.raises(UnknownParameter, match="did you mean 'licensing_decision_limit'"):
            parameter("licencing_decision_limit")

    def test_what_is_no_length_of_time_is_no_limit(self):
        with pytest.raises(TypeError, match="count"):
            _ = parameter("site_visit_min_officers").limit


class TestAFileThatDoesNotHold:
    def test_says_all_that_is_wrong_with_file_line_and_what_was_found(self, tmp_path: Path):
        path = tmp_path / "some_limit.yaml"
        path.write_text(
            "title: {zh: 期限, en: Limit}\nunit: working_day\nvalues:\n  2004-07-01: {value: twenty}\ncolour: red\n",
            encoding="utf-8",
        )
        with pytest.raises(ParameterFileInvalid) as error:
            parameters.read_file(path)
        lines = str(error.value).splitlines()
        assert any(line.startswith(f"{path}:4: values.2004-07-01.source: found") for line in lines)
        assert any(line.startswith(f"{path}:5: colour: found 'red'") for line in lines)

    @pytest.mark.parametrize("bad", ["[1, 2", "title: {zh: a", "a: b: c"])
    def test_which_is_no_yaml_says_where(self, tmp_path: Path, bad: str):
        path = tmp_path / "some_limit.yaml"
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(ParameterFileInvalid, match=r"some_limit\.yaml:1: not YAML"):
            parameters.read_file(path)

    def test_a_source_that_cites_nothing_is_refused(self, tmp_path: Path):
        path = tmp_path / "some_limit.yaml"
        path.write_text(
            "title: {zh: 期限, en: Limit}\nunit: working_day\nvalues:\n  2004-07-01: {value: 20, source: somewhere}\n",
            encoding="utf-8",
        )
        with pytest.raises(ParameterFileInvalid, match="is no citation"):
            parameters.read_file(path)

    @pytest.mark.parametrize(("unit", "value"), [("working_day", '"20"'), ("time_of_day", '"25:00"'), ("month", "-1")])
    def test_a_value_must_fit_its_unit(self, tmp_path: Path, unit: str, value: str):
        path = tmp_path / "some_limit.yaml"
        path.write_text(
            f"title: {{zh: 期限, en: Limit}}\nunit: {unit}\nvalues:\n"
            f"  2004-07-01: {{value: {value}, source: 行政许可法 第四十二条}}\n",
            encoding="utf-8",
        )
        with pytest.raises(ParameterFileInvalid, match=f"no {unit}"):
            parameters.read_file(path)


class TestCitations:
    def test_are_read_down_to_paragraph_and_item(self):
        assert laws.parse("行政许可法 第三十二条第一款第（四）项；民法典 第二百零三条第二款") == [
            laws.Citation("行政许可法", "三十二", 1, "四"),
            laws.Citation("民法典", "二百零三", 2),
        ]

    def test_find_their_words(self):
        [citation] = laws.parse("行政许可法 第八十二条")
        assert laws.find(citation) == "本法规定的行政机关实施行政许可的期限以工作日计算，不含法定节假日。"

    @pytest.mark.parametrize(
        "source", ["行政许可法 第八十四条", "行政许可法 第八十二条第二款", "行政许可法 第三十二条第（九）项"]
    )
    def test_that_point_nowhere_find_nothing(self, source):
        [citation] = laws.parse(source)
        assert laws.find(citation) is None

    def test_a_law_changed_twice_is_read_in_its_newest_edition(self):
        [citation] = laws.parse("全国年节及纪念日放假办法 第二条")
        assert "春节，放假4天" in (laws.find(citation) or "")

    @pytest.mark.parametrize(
        ("text", "number"), [("四", 4), ("十", 10), ("二十六", 26), ("二百零三", 203), ("一百二十", 120)]
    )
    def test_numerals(self, text, number):
        assert laws.numeral(text) == number

    @pytest.mark.parametrize("law", laws.laws(), ids=lambda law: law.path.stem)
    def test_every_text_of_the_index_is_there_and_starts_with_its_title(self, law):
        assert law.path.read_text(encoding="utf-8").startswith(f"# {law.title}")


def _in_chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if number >= 100:
        return str(number)
    return ("" if not tens else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones or not tens else "")
