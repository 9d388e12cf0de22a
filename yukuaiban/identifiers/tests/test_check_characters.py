"""What the check characters promise: one wrong character is always noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yukuaiban.identifiers import (
    IdentifierError,
    bank_card,
    case_number,
    checks,
    credit_code,
    documents,
    licence_id,
    resident_id,
)
from yukuaiban.identifiers.tests import strategies as codes


def is_foreign_permanent(text: str) -> bool:
    return documents.is_valid("foreign_permanent", text)


SCHEMES = [
    pytest.param(codes.resident_ids(), resident_id.is_valid, "0123456789X", id="resident_id"),
    pytest.param(codes.credit_codes(), credit_code.is_valid, checks.USCC_ALPHABET, id="credit_code"),
    pytest.param(codes.bank_cards(), bank_card.is_valid, "0123456789", id="bank_card"),
    pytest.param(codes.licence_ids(), licence_id.is_valid, checks.ALPHANUMERIC, id="licence_id"),
    pytest.param(codes.case_numbers, case_number.is_valid, case_number.ALPHABET, id="case_number"),
    pytest.param(codes.foreign_permanents(), is_foreign_permanent, "0123456789X", id="foreign_permanent"),
]


@pytest.mark.parametrize(("valid", "is_valid", "alphabet"), SCHEMES)
class TestOneWrongCharacterIsRefused:
    @given(data=st.data())
    def test_whichever_and_wherever(
        self, valid: st.SearchStrategy[str], is_valid: Callable[[str], bool], alphabet: str, data: st.DataObject
    ) -> None:
        text = data.draw(valid)
        assert is_valid(text)
        where = data.draw(st.integers(0, len(text) - 1))
        wrong = data.draw(st.sampled_from([char for char in alphabet if char != text[where]]))
        assert not is_valid(text[:where] + wrong + text[where + 1 :])


@given(st.text(max_size=40))
@pytest.mark.parametrize(
    "parse", [resident_id.parse, credit_code.parse, bank_card.parse, licence_id.parse, case_number.parse]
)
def test_any_text_is_taken_or_refused_with_advice(parse: Callable[[str], object], text: str) -> None:
    refused: IdentifierError | None = None
    try:
        parse(text)
    except IdentifierError as error:
        refused = error
    if refused:
        assert refused.message
        assert "%(" not in refused.message
        assert refused.code.count(".") == 1


@given(codes.resident_ids())
def test_mod_11_2_is_the_weighted_sum_that_the_standard_prints(number: str) -> None:
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    total = sum(weight * int(digit) for weight, digit in zip(weights, number[:17], strict=True))
    assert checks.mod_11_2(number[:17]) == "10X98765432"[total % 11]
