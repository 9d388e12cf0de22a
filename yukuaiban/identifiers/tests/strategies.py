"""Valid codes of every scheme, for tests here and elsewhere."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from yukuaiban.identifiers import case_number, checks, licence_id


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def alphanumerics(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(checks.ALPHANUMERIC, min_size=least, max_size=most)


births = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from("12345678")) + draw(digits(5))
    if region in {"810000", "820000", "830000"}:
        region = "500112"
    body = f"{region}{draw(births):%Y%m%d}{draw(digits(3))}"
    return body + checks.mod_11_2(body)


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    letters = st.text(checks.USCC_ALPHABET, min_size=9, max_size=9)
    body = draw(st.sampled_from(["91", "92", "11", "12", "51"])) + draw(digits(6)) + draw(letters)
    return body + checks.mod_31(body)


@st.composite
def bank_cards(draw: st.DrawFn) -> str:
    body = "62" + draw(digits(draw(st.integers(9, 16))))
    return body + checks.luhn(body)


@st.composite
def foreign_permanents(draw: st.DrawFn) -> str:
    body = "9" + draw(digits(5)) + f"{draw(births):%Y%m%d}" + draw(digits(3))
    return body + checks.mod_11_2(body)


@st.composite
def licence_ids(draw: st.DrawFn) -> str:
    return licence_id.make(
        type_code=draw(alphanumerics(21, 21)),
        issuer=draw(alphanumerics(18, 18)),
        serial=draw(alphanumerics(1, 32)),
        version=draw(st.integers(1, 999)),
    ).text


case_numbers = st.builds(lambda _n: case_number.new(), st.integers())
