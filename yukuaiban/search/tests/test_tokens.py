import pytest
from hypothesis import given
from hypothesis import strategies as st

from yukuaiban.search import pinyin_beginnings, pinyin_keys, slips, tokens
from yukuaiban.search.tokens import query_tokens


def test_one_and_two_characters_are_found():
    assert {"居", "居住", "住证"} <= tokens("居住证办理")


def test_a_longer_query_asks_for_pairs_in_order():
    assert query_tokens("公积金") == {"公积", "积金"}


def test_latin_words_are_found_by_their_beginning():
    assert "res" in tokens("Residence permit")


def test_pinyin_in_full_by_syllable_and_by_initials():
    assert {"juzhuzheng", "jzz", "zheng"} <= pinyin_keys("居住证")


def test_a_rare_character_is_a_character():
    assert "𠮷" in tokens("张𠮷")


@given(st.text(max_size=40))
def test_a_text_is_found_by_itself(text):
    assert query_tokens(text) <= tokens(text)


@pytest.mark.parametrize(
    ("typed", "word", "far"),
    [
        ("gongjijin", "gongjijin", 0),
        ("gongjijn", "gongjijin", 1),
        ("yilaio", "yiliao", 1),
        ("residense", "residents", 2),
    ],
)
def test_slips_are_counted(typed, word, far):
    assert slips(typed, word, 2) == far


def test_counting_slips_stops_at_the_most_allowed():
    assert slips("abcdefgh", "stuvwxyz", 1) == 2


def test_a_text_is_read_aloud_character_by_character():
    assert pinyin_beginnings("居住证") == {"ju": "居", "juzhu": "居住", "juzhuzheng": "居住证"}
