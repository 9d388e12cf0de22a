"""The catalogue, standing, facts and masks: no database."""

from __future__ import annotations

from datetime import date

import pytest

from yukuaiban.config import laws
from yukuaiban.identifiers import credit_code, licence_id
from yukuaiban.licences import catalogue
from yukuaiban.licences.catalogue import Fact, Pair, Public, TypeFileInvalid, UnknownType, licence_type
from yukuaiban.licences.rules import check_facts, in_words, masked, sample_credit_code, standing
from yukuaiban.licences.states import STATE_LABELS, TRANSITIONS, State

FROM, UNTIL = date(2026, 3, 2), date(2027, 3, 2)


class TestCatalogue:
    def test_every_type_of_the_packs_holds(self):
        found = catalogue.types()
        assert len(found) >= 60
        assert all(kind.fields[0].key == "name" for kind in found.values())

    def test_every_code_fits_the_identifier(self):
        """GB/T 36904-2018: the owner's credit code and three characters."""
        for kind in catalogue.types().values():
            assert credit_code.is_valid(kind.code[:18]), kind.slug
            made = licence_id.make(type_code=kind.code, issuer=kind.code[:18], serial="2026A", version=1)
            assert licence_id.is_valid(made.text)

    def test_what_is_not_official_is_a_sample(self):
        assert all(kind.is_sample for kind in catalogue.types().values() if "XTYB" in kind.code)

    def test_a_type_is_found_by_slug_and_by_code(self):
        assert licence_type(licence_type("residence_permit").code).slug == "residence_permit"
        with pytest.raises(UnknownType, match="no_such"):
            licence_type("no_such")

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("title: {zh: 证}", "title.en"),
            ("code: 123", "code"),
            ("fields: [{key: number, title: {zh: 号, en: No}}]", "name"),
            ("colour: red", "colour"),
        ],
    )
    def test_a_file_that_does_not_hold_says_where(self, tmp_path, text, what):
        whole = {
            "title": "title: {zh: 证, en: Licence}",
            "code": "code: Y1100000XTYB00001W001",
            "owner": "owner: {zh: 部, en: Ministry}",
            "holder": "holder: person",
            "source": "source: 示例",
            "fields": "fields: [{key: name, title: {zh: 名, en: Name}}]",
        }
        whole[text.partition(":")[0]] = text
        path = tmp_path / "sample.yaml"
        path.write_text("\n".join(whole.values()), encoding="utf-8")
        with pytest.raises(TypeFileInvalid, match=what):
            catalogue.read_file(path)

    def test_every_licence_that_an_item_brings_is_in_the_catalogue(self):
        """What an item prints and what it counts on in a wallet are of types that we have, with their facts."""
        from ruamel.yaml import YAML

        from yukuaiban.config.packs import pack_folders

        for folder in pack_folders():
            for path in sorted((folder / "items").glob("*.yaml")):
                item = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
                for material in item.get("materials", []):
                    if material.get("licence_type"):
                        licence_type(material["licence_type"])
                result = item.get("result", {})
                if result.get("licence_type"):
                    kind = licence_type(result["licence_type"])
                    given = {"name": "名", **dict.fromkeys(result.get("facts", {}), "某")}
                    assert check_facts(kind, given) == {}, f"{path.name} -> {kind.slug}"


class TestStates:
    def test_the_codes_are_those_of_the_national_set(self):
        import csv

        from django.conf import settings

        with (settings.PACKS_DIR / "china" / "code_sets.csv").open(encoding="utf-8") as file:
            rows = {row["code"] for row in csv.DictReader(file) if row["code_set"] == "electronic_licence_state"}
        assert {state.value for state in State} == rows - {"99"}
        assert set(STATE_LABELS) == set(State)

    def test_every_act_cites_its_law(self):
        for row in TRANSITIONS.values():
            if not row.law.startswith("制度 ADR"):
                assert all(laws.find(place) for place in laws.parse(row.law)), row.law


class TestStanding:
    """行政许可法 第七十条（一）: what has run out is out, written down or not."""

    @pytest.mark.parametrize(
        ("state", "on", "code", "is_valid"),
        [
            pytest.param("01", date(2026, 3, 1), "01", False, id="the day before it begins"),
            pytest.param("01", date(2026, 3, 2), "01", True, id="its first day"),
            pytest.param("01", date(2027, 3, 1), "01", True, id="its last day"),
            pytest.param("01", date(2027, 3, 2), "05", False, id="the first day outside"),
            pytest.param("02", date(2026, 6, 1), "02", False, id="suspended"),
            pytest.param("02", date(2027, 6, 1), "05", False, id="suspended and run out"),
            pytest.param("03", date(2027, 6, 1), "03", False, id="revoked stays revoked"),
        ],
    )
    def test_on_a_day(self, state, on, code, is_valid):
        found = standing(state, FROM, UNTIL, on)
        assert (found.state, found.is_valid) == (code, is_valid)

    def test_without_end_it_does_not_run_out(self):
        assert standing("01", FROM, None, date(2999, 1, 1)).is_valid


class TestFacts:
    def test_what_is_missing_or_foreign_is_named(self):
        kind = licence_type("residence_permit")
        assert set(check_facts(kind, {"name": "张三", "colour": "红"})) == {"colour", "number", "address"}

    @pytest.mark.parametrize(
        ("value", "printed"),
        [
            (None, ""),
            ("某路 1 号", "某路 1 号"),
            ("2026-03-02", "2026年3月2日"),
            ("2026-13-02", "2026-13-02"),
            (True, "是"),
            (12, "12"),
            (["热食", "冷食"], "热食、冷食"),
            (
                {"division": "500103", "division_name": "重庆市渝中区", "detail": "示例路 1 号"},
                "重庆市渝中区示例路 1 号",
            ),
            ({"kind": "passport", "number": "E1234567"}, "E1234567"),
            ({"name": "张三", "document": {"number": "1"}, "phone": "138"}, "张三"),
        ],
    )
    def test_answers_of_any_shape_are_printed(self, value, printed):
        assert in_words(value) == printed

    @pytest.mark.parametrize(
        ("public", "value", "of_person", "seen"),
        [
            (Public.HIDDEN, "红", True, None),
            (Public.CLEAR, "热食", True, "热食"),
            (Public.NAME, "欧阳小明", True, "欧阳**"),
            (Public.NAME, "示例公司", False, "示例公司"),
            (Public.ID_NUMBER, "11010519491231002X", True, "110***********002X"),
            (Public.ID_NUMBER, "E1234567", True, "****4567"),
            (Public.ID_NUMBER, "91110000600037341L", False, "91110000600037341L"),
            (Public.PHONE, "13800138000", True, "138****8000"),
            (Public.PLACE, "重庆市渝中区示例路 1 号", True, "重庆市渝中区*******"),
        ],
    )
    def test_the_public_sees_what_the_type_allows(self, public, value, of_person, seen):
        fact = Fact(key="x", title=Pair(zh="项", en="Item"), public=public)
        assert masked(fact, value, of_person=of_person) == seen

    def test_a_sample_code_is_valid_and_says_what_it_is(self):
        code = sample_credit_code("500103", 7)
        assert credit_code.is_valid(code)
        assert code.startswith("Y1500103XTYB")
