"""Codes of bodies, places, items, cases, licences, real estate and projects."""

from __future__ import annotations

import pytest
from django.utils import translation

from yukuaiban.identifiers import (
    IdentifierError,
    case_number,
    credit_code,
    division,
    item_code,
    licence_id,
    project_code,
    real_estate_unit,
)
from yukuaiban.identifiers.checks import mod_37_36


class TestCreditCode:
    """GB 32100-2015"""

    def test_a_real_one(self) -> None:
        code = credit_code.parse("91110000600037341l")
        assert (code.text, code.authority, code.kind, code.region) == ("91110000600037341L", "9", "1", "110000")
        assert code.organisation == "600037341"

    @pytest.mark.parametrize("real", ["12441500196720244T", "11430000006122244L", "91110000600037341L"])
    def test_real_ones_hold(self, real: str) -> None:
        assert credit_code.is_valid(real)

    def test_the_letter_that_never_stands_there_is_named_with_what_it_may_be(self) -> None:
        with pytest.raises(IdentifierError, match=r"“O”.*可能是“0”") as caught:
            credit_code.parse("9111O000600037341L")
        assert caught.value.position == 5
        with translation.override("en"):
            assert "may be “0”" in caught.value.message

    @pytest.mark.parametrize("typed", ["", "9111", "91110000600037341M", "91A10000600037341L", "51180000MD0000000é"])
    def test_refuses(self, typed: str) -> None:
        assert not credit_code.is_valid(typed)

    def test_is_public(self) -> None:
        assert credit_code.mask("91110000600037341l") == "91110000600037341L"


class TestDivision:
    @pytest.mark.parametrize(
        ("typed", "kept", "level", "twelve"),
        [
            ("500000", "500000", "province", "500000000000"),
            ("500000000000", "500000", "province", "500000000000"),
            ("500100", "500100", "prefecture", "500100000000"),
            ("500112", "500112", "county", "500112000000"),
            ("500112000", "500112", "county", "500112000000"),
            ("500112001", "500112001", "town", "500112001000"),
            ("500112001000", "500112001", "town", "500112001000"),
            ("500112001003", "500112001003", "village", "500112001003"),
            ("441900003", "441900003", "town", "441900003000"),  # 东莞 has towns and no counties
            ("429004", "429004", "county", "429004000000"),  # 仙桃, straight under its province
        ],
    )
    def test_levels(self, typed: str, kept: str, level: str, twelve: str) -> None:
        code = division.parse(typed)
        assert (code.text, code.level, code.twelve) == (kept, level, twelve)

    @pytest.mark.parametrize("typed", ["", "5001", "000000", "500012", "500112000003", "50011A"])
    def test_refuses(self, typed: str) -> None:
        assert not division.is_valid(typed)

    def test_contains_goes_down_and_not_sideways(self) -> None:
        city, district, town = (division.parse(code) for code in ("500000", "500112", "500112001"))
        assert city.contains(town)
        assert district.contains(town)
        assert district.contains(district)
        assert not town.contains(district)
        assert not division.parse("500113").contains(town)
        assert town.county == "500112"
        assert city.county is None


class TestItemCode:
    REAL = "12441500196720244T3442199806003"

    def test_a_real_implementation_code(self) -> None:
        code = item_code.parse(self.REAL)
        assert code.kind is item_code.Kind.IMPLEMENTATION
        assert (code.body, code.level, code.basic) == ("12441500196720244T", "3", "442199806003")

    def test_parts_make_the_whole(self) -> None:
        item = item_code.implementation(body="12441500196720244T", level="3", basic="442199806003")
        assert item.text == self.REAL
        situation = item_code.handling(item, 7)
        assert situation.text == self.REAL + "07"
        assert item_code.parse(situation.text).serial == "07"

    def test_lengths_are_configuration(self) -> None:
        printed = item_code.Scheme(basic=10, body=13, level=1, serial=2)
        assert item_code.parse("1234567890", scheme=printed).kind is item_code.Kind.BASIC
        assert item_code.is_valid("000000000000")
        assert not item_code.is_valid("1234567890")

    def test_an_old_body_code_is_refused_here_and_flagged_by_imports(self) -> None:
        old = "12441500196720244S3442199806003"
        assert not item_code.is_valid(old)
        assert item_code.parse(old, check_body=False).body == "12441500196720244S"

    @pytest.mark.parametrize("typed", ["", "123", "12441500196720244T8442199806003", "44219980600_"])
    def test_refuses(self, typed: str) -> None:
        assert not item_code.is_valid(typed)

    def test_a_serial_that_does_not_fit_is_our_own_mistake(self) -> None:
        with pytest.raises((ValueError, IdentifierError)):
            item_code.handling(item_code.parse(self.REAL), 100)


class TestCaseNumber:
    def test_is_twelve_friendly_characters_in_three_groups(self) -> None:
        number = case_number.parse(case_number.new())
        assert len(number.text) == 12
        assert number.text[0] in case_number.LETTERS
        assert not set(number.text) & set("BILOSUVZ")
        assert [len(group) for group in number.grouped.split("-")] == [4, 4, 4]
        assert case_number.parse(number.grouped) == number

    def test_no_two_alike(self) -> None:
        assert len({case_number.new() for _n in range(2000)}) == 2000

    def test_look_alikes_are_read_as_what_was_meant(self) -> None:
        body = next(f"K0125{n:06d}" for n in range(999999) if mod_37_36(f"K0125{n:06d}") in case_number.ALPHABET)
        number = body + mod_37_36(body)
        typed = number.replace("0", "o").replace("1", "l").replace("2", "z").replace("5", "S").replace("8", "b")
        assert case_number.parse(f" {typed[:4]} – {typed[4:]}").text == number

    @pytest.mark.parametrize("typed", ["", "K7MQ", "U" * 12, "1" * 12])
    def test_refuses(self, typed: str) -> None:
        assert not case_number.is_valid(typed)

    def test_mask(self) -> None:
        assert case_number.mask("K7MQ-3RTX-9WHD") == "********9WHD"


class TestLicenceId:
    SAMPLE = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"

    def test_the_public_sample(self) -> None:
        licence = licence_id.parse(self.SAMPLE)
        assert (licence.type_code, licence.issuer) == ("11100000000013338W011", "11430000006122244L")
        assert (licence.serial, licence.version, licence.check) == ("20230000403", 1, "U")
        assert str(licence) == self.SAMPLE

    def test_its_second_version_is_the_second_public_sample(self) -> None:
        assert licence_id.parse(self.SAMPLE).next_version().text == self.SAMPLE[:-5] + "002.S"

    def test_the_check_of_another_version_is_refused(self) -> None:
        with pytest.raises(IdentifierError) as caught:
            licence_id.parse(self.SAMPLE[:-1] + "S")
        assert caught.value.code == "licence_id.check"

    @pytest.mark.parametrize("typed", ["", "1.2.156.3005.2", SAMPLE[2:], SAMPLE.replace("3005", "3006"), SAMPLE + ".1"])
    def test_refuses(self, typed: str) -> None:
        assert not licence_id.is_valid(typed)

    @pytest.mark.parametrize("parts", [{"version": 0}, {"version": 1000}, {"issuer": "short"}])
    def test_our_own_tables_must_fit(self, parts: dict[str, object]) -> None:
        good = {"type_code": "11100000000013338W011", "issuer": "11430000006122244L", "serial": "1", "version": 1}
        assert licence_id.make(**good)
        with pytest.raises(ValueError, match="not"):
            licence_id.make(**(good | parts))

    def test_mask(self) -> None:
        assert licence_id.mask(self.SAMPLE) == self.SAMPLE.replace("20230000403", "*******0403")


class TestRealEstateUnit:
    """GB/T 37346-2019"""

    SAMPLE = "310104019001GB00045F00430086"

    def test_the_sample(self) -> None:
        unit = real_estate_unit.parse("310104 019001 GB00045 F00430086")
        assert unit.text == self.SAMPLE
        assert unit.parcel == "310104019001GB00045"
        assert (unit.building, unit.unit) == ("0043", "0086")
        assert unit.grouped == "310104 019001 GB00045 F00430086"

    def test_land_without_fixture(self) -> None:
        assert real_estate_unit.parse("500112001002JC00012W00000000").building is None
        assert not real_estate_unit.is_valid("500112001002JC00012W00000001")

    @pytest.mark.parametrize(
        "typed", ["", SAMPLE[:-1], SAMPLE.replace("GB", "XB"), SAMPLE.replace("F", "K"), "A" + SAMPLE[1:]]
    )
    def test_refuses(self, typed: str) -> None:
        assert not real_estate_unit.is_valid(typed)


class TestProjectCode:
    """GB/T 40058-2021"""

    def test_a_new_and_an_old_one(self) -> None:
        new, old = project_code.parse("2101-500112-04-01-123456"), project_code.parse("20203303274801167360")
        assert (new.region, new.department, new.is_old) == ("500112", "04", False)
        assert (old.text, old.is_old) == ("2020-330327-48-01-167360", True)

    @pytest.mark.parametrize("typed", ["", "2101-500112", "2113-500112-04-01-123456", "2101-500112-04-01-12345A"])
    def test_refuses(self, typed: str) -> None:
        assert not project_code.is_valid(typed)
