"""Numbers and names of natural persons."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from yukuaiban.identifiers import IdentifierError, bank_card, documents, person_name, phone, resident_id
from yukuaiban.identifiers.checks import mod_11_2


def with_check(body: str) -> str:
    return body + mod_11_2(body)


class TestResidentId:
    """GB 11643-1999"""

    def test_the_sample_of_the_standard(self) -> None:
        number = resident_id.parse("11010519491231002X")
        assert (number.region, number.born_on, number.sex) == ("110105", date(1949, 12, 31), "female")
        assert number.age_on(date(2026, 12, 30)) == 76
        assert number.age_on(date(2026, 12, 31)) == 77

    @pytest.mark.parametrize(
        "typed",
        [
            "11010519491231002x",
            " 110105 19491231 002X ",
            "１１０１０５１９４９１２３１００２Ｘ",
            "110105-19491231-002x",
        ],
    )
    def test_is_read_as_people_type_it(self, typed: str) -> None:
        assert str(resident_id.parse(typed)) == "11010519491231002X"

    def test_a_region_that_no_longer_exists_is_no_error(self) -> None:
        """510202 was a district of Chongqing when the city still belonged to Sichuan."""
        assert resident_id.parse(with_check("51020219640229101")).born_on == date(1964, 2, 29)

    @pytest.mark.parametrize(
        ("typed", "code", "position"),
        [
            ("", "resident_id.empty", None),
            ("110105491231002", "resident_id.old_15", None),
            ("1101051949123100", "resident_id.length", None),
            ("1101051949123100ZX", "resident_id.character", 17),
            ("11010519491231002Y", "resident_id.character", 18),
            ("01010519491231002X", "resident_id.region", 1),
            ("11010519491331002X", "resident_id.birth", 7),
            ("11010500011231002X", "resident_id.birth", 7),
            ("110105194912310020", "resident_id.check", 18),
        ],
    )
    def test_refusals_say_what_and_where(self, typed: str, code: str, position: int | None) -> None:
        with pytest.raises(IdentifierError) as caught:
            resident_id.parse(typed)
        assert (caught.value.code, caught.value.position) == (code, position)

    def test_nobody_is_born_tomorrow(self) -> None:
        number = with_check("50011220261123001")
        assert resident_id.is_valid(number, today=date(2026, 11, 23))
        assert not resident_id.is_valid(number, today=date(2026, 11, 22))

    def test_the_15_digit_number_is_refused_with_what_to_do(self) -> None:
        with pytest.raises(IdentifierError, match="18 位") as caught:
            resident_id.parse("110105491231002")
        with translation.override("en"):
            assert "15 digits" in caught.value.message

    def test_mask(self) -> None:
        assert resident_id.mask("11010519491231002x") == "110***********002X"
        assert resident_id.mask("123") == "***"


class TestDocuments:
    @pytest.mark.parametrize(
        ("kind", "typed", "stored"),
        [
            ("resident_id", "11010519491231002x", "11010519491231002X"),
            ("hk_macao_residence", with_check("81000019900101001"), with_check("81000019900101001")),
            ("taiwan_residence", with_check("83000019900101002"), with_check("83000019900101002")),
            ("hk_macao_permit", "h 1234 5678", "H12345678"),
            ("hk_macao_permit", "M1234567802", "M12345678"),
            ("taiwan_permit", "01234567", "01234567"),
            ("taiwan_permit", "0123456789(b)", "0123456789B"),
            ("foreign_permanent", "USA110059123108", "USA110059123108"),
            ("foreign_permanent", with_check("91112419810803002"), with_check("91112419810803002")),
            ("passport", "ej1234567", "EJ1234567"),
            ("passport", "C01X00T47", "C01X00T47"),
        ],
    )
    def test_each_kind_is_read(self, kind: str, typed: str, stored: str) -> None:
        document = documents.parse(kind, typed)
        assert (document.kind, document.text) == (kind, stored)
        assert documents.parse(kind, document.text).text == stored

    @pytest.mark.parametrize(
        ("kind", "typed"),
        [
            ("drivers_licence", "1"),
            ("resident_id", ""),
            ("resident_id", with_check("81000019900101001")),
            ("hk_macao_residence", with_check("83000019900101002")),
            ("taiwan_residence", "11010519491231002X"),
            ("hk_macao_permit", "A12345678"),
            ("hk_macao_permit", "H123456789"),
            ("taiwan_permit", "1234567"),
            ("foreign_permanent", "US110059123108"),
            ("passport", "PASSPORT"),
            ("passport", "E12"),
        ],
    )
    def test_the_wrong_kind_is_refused(self, kind: str, typed: str) -> None:
        with pytest.raises(IdentifierError):
            documents.parse(kind, typed)

    def test_the_time_of_issue_is_no_part_of_who_somebody_is(self) -> None:
        first, second = (documents.parse("hk_macao_permit", f"H12345678{n}") for n in ("01", "02"))
        assert first.text == second.text
        assert (first.reissue, second.reissue) == ("01", "02")

    def test_every_kind_has_a_name(self) -> None:
        assert set(documents.NAMES) == set(documents.Kind)

    def test_mask(self) -> None:
        assert documents.mask("EJ1234567") == "E******67"
        assert documents.mask("11010519491231002X") == "110***********002X"


class TestPersonName:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("张三", "张三"),
            (" 张　三 ", "张三"),
            ("𠮷田麻衣", "𠮷田麻衣"),
            ("\U00030edd", "\U00030edd"),  # biáng, extension G
            ("\U000323b0", "\U000323b0"),  # extension H, newer than Python 3.11's tables
            ("\ue863", "䶮"),
            ("阿不都•热合曼", "阿不都·热合曼"),
            ("古丽 · 阿依木", "古丽·阿依木"),
            ("买买提.吐尔逊", "买买提·吐尔逊"),
            ("Ｍａｒｉａ  Lopez-García", "Maria Lopez-García"),
            ("O'Brien, Seán Jr.", "O'Brien, Seán Jr."),
            ("〇", "〇"),
            ("\ud842\udfb7", "𠮷"),  # its two halves, as some JavaScript sends them
            ("नेहा शर्मा", "नेहा शर्मा"),
            ("字" * 40, "字" * 40),
        ],
    )
    def test_is_taken_as_it_is(self, typed: str, kept: str) -> None:
        assert person_name.parse(typed).text == kept
        assert person_name.parse(kept).text == kept

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("", "person_name.empty"),
            ("   ", "person_name.empty"),
            ("字" * 41, "person_name.length"),
            ("张3", "person_name.character"),
            ("张😀", "person_name.character"),
            ("张<b>", "person_name.character"),
            ("张\ue000", "person_name.character"),
            ("\ud842", "person_name.empty"),
            ("···", "person_name.letters"),
            ("·张三", "person_name.edge"),
        ],
    )
    def test_what_no_register_could_hold_is_refused(self, typed: str, code: str) -> None:
        with pytest.raises(IdentifierError) as caught:
            person_name.parse(typed)
        assert caught.value.code == code

    def test_rare_characters_are_named_for_whoever_prints(self) -> None:
        assert person_name.parse("𠮷祥").rare == ("𠮷",)

    @pytest.mark.parametrize(
        ("name", "masked"),
        [
            ("张三", "张*"),
            ("张小三", "张**"),
            ("欧阳小明", "欧阳**"),
            ("欧阳", "欧*"),
            ("𠮷", "*"),
            ("𠮷田", "𠮷*"),
            ("Maria Lopez", "M**** L****"),
            ("阿不都·热合曼", "阿**·***"),
        ],
    )
    def test_mask(self, name: str, masked: str) -> None:
        assert person_name.mask(name) == masked


class TestPhone:
    @pytest.mark.parametrize(
        ("typed", "stored", "kind"),
        [
            ("13812345678", "+8613812345678", "mobile"),
            ("138 1234 5678", "+8613812345678", "mobile"),
            ("＋86 138-1234-5678", "+8613812345678", "mobile"),
            ("023-67890123", "+862367890123", "landline"),
            ("(023) 6789 0123", "+862367890123", "landline"),
            ("023-67890123转801", "+862367890123;ext=801", "landline"),
            ("+852 5123 4567", "+85251234567", "international"),
            ("+1 212 555 2368", "+12125552368", "international"),
        ],
    )
    def test_is_read_as_people_write_it(self, typed: str, stored: str, kind: str) -> None:
        number = phone.parse(typed)
        assert (number.text, number.kind) == (stored, kind)
        assert phone.parse(number.text) == number

    @pytest.mark.parametrize("typed", ["", "1381234567", "12345", "电话", "+99912345", "138123456789"])
    def test_refuses_what_nobody_can_call(self, typed: str) -> None:
        assert not phone.is_valid(typed)

    def test_a_code_goes_to_a_mainland_mobile_only(self) -> None:
        assert phone.is_valid("13812345678", mobile_only=True)
        assert not phone.is_valid("023-67890123", mobile_only=True)
        assert not phone.is_valid("+85251234567", mobile_only=True)

    def test_mask(self) -> None:
        assert phone.mask("+8613812345678") == "138****5678"
        assert phone.mask("+85251234567") == "+85*****4567"
        assert phone.mask("none") == "****"


class TestBankCard:
    def test_reads_and_groups(self) -> None:
        card = bank_card.parse("6222 0212 3456 7890 128")
        assert str(card) == "6222021234567890128"
        assert card.grouped == "6222 0212 3456 7890 128"

    @pytest.mark.parametrize("typed", ["", "6222", "6222021234567890129", "622202123456789012X", "0" * 16])
    def test_refuses(self, typed: str) -> None:
        assert not bank_card.is_valid(typed)

    def test_mask(self) -> None:
        assert bank_card.mask("6222 0212 3456 7890 128") == "***************0128"
