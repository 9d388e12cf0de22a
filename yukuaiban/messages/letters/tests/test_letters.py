"""What letters say, how they look, and that the file is signed; real PDFs throughout."""

from __future__ import annotations

import re
import subprocess
from datetime import date

import pytest

from yukuaiban.config import laws
from yukuaiban.documents.signing import Outcome, check
from yukuaiban.documents.tests.test_fonts import fonts_of
from yukuaiban.documents.tests.test_signing import pdfsig
from yukuaiban.messages.letters.context import Body, LetterContext, LicenceFacts, Person
from yukuaiban.messages.letters.errors import LetterIncomplete
from yukuaiban.messages.letters.kinds import KINDS, LetterKind
from yukuaiban.messages.letters.making import letter_data, letter_make, letter_number
from yukuaiban.messages.letters.tests.samples import everything
from yukuaiban.messages.letters.wording import cite

LONG_NAME = "阿卜杜热合曼·买买提依明·吐尔逊江·努尔麦麦提·艾合买提江·阿布都克里木"
LONG_COMPANY = "重庆两江新区示例国际供应链管理与跨境电子商务综合服务产业发展有限责任公司渝中分公司"
LONG_BODY = "重庆市石柱土家族自治县文化和旅游发展委员会文化市场综合行政执法支队"


@pytest.fixture(autouse=True)
def _own_keys(signing_keys):
    """Every test signs."""


def text_of(pdf: bytes) -> str:
    """The words without line breaks, in the order in which they were written."""
    out = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s+", "", out)


def words_outside_the_page(pdf: bytes) -> list[str]:
    """Words that run over the edge of the text (GB/T 9704: 26 mm on the right)."""
    out = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    boxes = re.findall(r'<word xMin="([\d.]+)"[^>]*xMax="([\d.]+)"[^>]*>([^<]*)<', out)
    lean = 8  # the blank half of a bracket or stop may lean out
    left, right = 28 / 25.4 * 72 - lean, 595.3 - 26 / 25.4 * 72 + lean
    return [word for begin, end, word in boxes if (float(begin) < left or float(end) > right) and word not in "示例"]


class TestEveryKind:
    @pytest.mark.parametrize("kind", LetterKind)
    def test_is_a_signed_letter_in_our_fonts_that_says_what_it_must(self, kind, tmp_path):
        ctx = everything()
        pdf = letter_make(kind, ctx)
        text = text_of(pdf)
        row = KINDS[kind]
        assert row.title in text
        assert letter_number(kind, ctx).replace(" ", "") in text
        assert "张三" in text
        assert ctx.body.name in text
        assert "2026年3月2日" in text
        assert "7K3M-Q9TX-2WHD-R5NA" in text
        assert ("向重庆市渝中区人民政府申请行政复议" in text) == row.tells_remedies
        assert fonts_of(pdf, tmp_path) == {"NotoSerifSC-Regular", "NotoSerifSC-Bold"}
        assert check(pdf).outcome is Outcome.UNCHANGED
        assert check(pdf).signed_at == ctx.made_at

    def test_pdfsig_agrees(self, tmp_path):
        said = pdfsig(letter_make(LetterKind.REFUSAL, everything()), tmp_path)
        assert "Signature is Valid." in said
        assert "Total document signed" in said

    @pytest.mark.parametrize("kind", LetterKind)
    def test_names_of_any_length_stay_on_the_page(self, kind):
        ctx = everything(
            body=Body(name=LONG_BODY),
            addressee=LONG_NAME,
            agent=LONG_COMPANY,
            receiver=LONG_COMPANY,
            people=(Person(LONG_NAME, "applicant"),),
            item_name="从事城市生活垃圾（含粪便）经营性清扫、收集、运输、处理服务审批" * 3,
        )
        pdf = letter_make(kind, ctx)
        assert words_outside_the_page(pdf) == []
        assert LONG_NAME in text_of(pdf)

    @pytest.mark.parametrize("name", ["一", "张𠮷", "McDonald O'Neil-Ñandú", "欧阳·A", LONG_COMPANY])
    def test_any_name_is_printed_or_flagged(self, name):
        text = text_of(letter_make(LetterKind.GRANT, everything(addressee=name)))
        if "𠮷" in name:
            assert "U+20BB7" in text
        else:
            assert name.replace(" ", "") in text
            assert "U+" not in text

    @pytest.mark.parametrize("kind", LetterKind)
    def test_cites_law_that_stands_in_the_packs(self, kind):
        source = KINDS[kind].law
        if source.startswith("制度 ADR"):
            return
        for citation in laws.parse(source):
            assert laws.find(citation), source

    @pytest.mark.parametrize("kind", [k for k in LetterKind if KINDS[k].needs])
    def test_without_what_it_needs_it_is_not_made(self, kind):
        for name in KINDS[kind].needs:
            empty = () if isinstance(getattr(everything(), name), tuple) else None
            with pytest.raises(LetterIncomplete) as refused:
                letter_data(kind, everything(**{name: empty}))
            assert refused.value.details["missing"] == [name]

    def test_needs_are_fields_of_the_context(self):
        fields = set(LetterContext.__dataclass_fields__)
        assert all(set(row.needs) <= fields for row in KINDS.values())

    def test_no_two_kinds_share_the_word_in_their_number(self):
        words = [row.word for row in KINDS.values()]
        assert len(set(words)) == len(words)


class TestWords:
    def test_a_citation_is_printed_with_the_full_name_of_the_law(self):
        assert cite("行政许可法 第三十二条第一款（四）") == "《中华人民共和国行政许可法》第三十二条第一款第（四）项"
        assert cite("食品安全法 第三十五条") == "《食品安全法》第三十五条"
        assert cite("参照《居住证暂行条例》第十条（每年签注一次）") == "参照《居住证暂行条例》第十条（每年签注一次）"

    def test_the_correction_notice_lists_everything_at_once(self):
        """行政许可法 第三十二条第一款（四）"""
        text = text_of(letter_make(LetterKind.CORRECTION, everything()))
        for part in [
            "未标明加工区与就餐区的分隔",
            "与营业执照经营范围不一致",
            "2026年4月15日（含当日）前补正",
            "不再另提新的要求",
        ]:
            assert part in text

    @pytest.mark.parametrize(
        ("value", "unit", "says"),
        [
            (20, "working_day", "办理期限为20个工作日，自受理次日起"),
            (30, "calendar_day", "办理期限为30日，自受理次日起"),
            (3, "month", "办理期限为3个月，自受理次日起"),
            (0, "on_the_spot", "该事项当场办结，"),
        ],
    )
    def test_the_limit_is_told_in_its_own_unit(self, value, unit, says):
        said = letter_data(LetterKind.ACCEPTANCE, everything(limit_days=value, limit_unit=unit))["blocks"]
        assert says in str(said)

    def test_a_third_party_is_not_told_that_he_applied(self):
        for kind in (LetterKind.HEARING_RIGHT, LetterKind.HEARING_NOTICE):
            said = str(letter_data(kind, everything(to_third_party=True))["blocks"])
            assert "提出的“" not in said
            assert "本机关正在审查的“食品经营许可" in said

    def test_a_provisional_date_says_so(self):
        text = text_of(letter_make(LetterKind.ACCEPTANCE, everything(is_due_provisional=True)))
        assert "放假安排尚未公布" in text
        assert "放假安排" not in text_of(letter_make(LetterKind.ACCEPTANCE, everything()))

    def test_an_item_that_is_no_licence_gets_no_licensing_law(self):
        text = text_of(
            letter_make(LetterKind.REFUSAL, everything(item_type="05", articles=("本市高龄津贴办法（示例）",)))
        )
        assert "不予办理决定书" in text
        assert "行政许可" not in text
        assert "依据本市高龄津贴办法（示例），本机关于2026年3月30日决定不予行政给付" in text

    def test_the_remedies_follow_the_parameters_of_the_day(self):
        text = text_of(letter_make(LetterKind.REFUSAL, everything()))
        assert "60日内向重庆市渝中区人民政府申请行政复议" in text
        assert "6个月内依法向重庆市渝中区人民法院提起行政诉讼" in text

    def test_where_nobody_named_the_review_body_it_is_described(self):
        text = text_of(letter_make(LetterKind.REFUSAL, everything(body=Body(name="重庆市某局"))))
        assert "向有管辖权的行政复议机关申请行政复议" in text

    def test_a_term_ends_the_day_before_its_first_day_outside(self):
        licence = LicenceFacts("许可证", "", date(2026, 3, 30), date(2031, 3, 30))
        text = text_of(letter_make(LetterKind.GRANT, everything(licence=licence)))
        assert "自2026年3月30日起至2031年3月29日止" in text
        assert "10个工作日内颁发、送达证件" in text

    def test_one_reason_is_a_sentence_and_several_are_numbered(self):
        assert "具体理由：不符合条件。" in text_of(letter_make(LetterKind.REFUSAL, everything(reasons=("不符合条件",))))
        assert "（二）未配备食品安全管理人员。" in text_of(letter_make(LetterKind.REFUSAL, everything()))

    def test_the_second_letter_of_a_kind_has_its_own_number(self):
        assert letter_number(LetterKind.PAUSE, everything(occasion=2)) == "渝办特〔2026〕第K7MQ-3RTX-9WHD号之二"

    def test_a_sample_is_marked_and_a_real_one_is_not(self):
        assert "不具有法律效力" in text_of(letter_make(LetterKind.GRANT, everything()))
        assert "不具有法律效力" not in text_of(letter_make(LetterKind.GRANT, everything(is_sample=False)))

    def test_a_bilingual_letter_has_an_english_line(self):
        assert "Decisiontogrant" in text_of(letter_make(LetterKind.GRANT, everything(is_bilingual=True)))

    def test_what_a_person_typed_is_not_markup(self):
        typed = '#image("x")*a*_b_`c`$d$'
        assert typed in text_of(letter_make(LetterKind.REFUSAL, everything(reasons=(typed,))))

    def test_a_sheet_never_holds_the_seal_alone(self):
        for lines in range(1, 14):
            pdf = letter_make(LetterKind.REFUSAL, everything(reasons=("理由充分而且写得很清楚。" * 3,) * lines))
            pages = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
            last = [page for page in pages.stdout.decode().split("\f") if page.strip()][-1]
            assert "提起行政诉讼" in re.sub(r"\s+", "", last), lines
