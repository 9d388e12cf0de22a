"""How text is brought to one form before anything is compared or kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yukuaiban.identifiers import text


class TestTidy:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("重庆（某某）有限公司", "重庆（某某）有限公司"),  # these brackets are part of the registered name
            ("Ｎｏ．１２，乙", "No．12，乙"),
            ("　一  二\t三\n", "一 二 三"),
            ("e\u0301cole", "école"),
            ("e\u200b\u0301cole", "école"),
            ("\u200b张\ufeff三\x00", "张三"),
            ("𠮷野家", "𠮷野家"),
            ("\ue863", "䶮"),
            ("\ue816\ue831\ue864", "𠂇𡗗龻"),
            ("\ud842", ""),
        ],
    )
    def test_table(self, typed: str, kept: str) -> None:
        assert text.tidy(typed) == kept

    def test_lines_stay(self) -> None:
        assert text.tidy_lines(" 一 \r\n\r\n\r\n\r\n二\r三 ") == "一\n\n二\n三"

    @given(st.text())
    def test_twice_is_once(self, typed: str) -> None:
        for normal in (text.tidy, text.tidy_lines, text.half_width, text.compact):
            assert normal(normal(typed)) == normal(typed)

    @given(st.text(st.characters(min_codepoint=0x20000, max_codepoint=0x323AF, blacklist_categories=["Cs"])))
    def test_rare_characters_survive(self, typed: str) -> None:
        """All but the 542 compatibility ideographs, which NFC is there to unify."""
        kept = "".join(char for char in typed if not 0x2F800 <= ord(char) <= 0x2FA1F)
        assert text.tidy(kept) == kept


@given(st.text(max_size=30), st.integers(0, 5), st.integers(0, 5))
def test_a_cover_hides_something_or_everything(value: str, head: int, tail: int) -> None:
    covered = text.cover(value, head=head, tail=tail)
    assert len(covered) == len(value)
    assert not value or "*" in covered
