"""What the fonts hold, and what happens to what they do not hold."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import datetime

import pytest
from PIL import Image

from yukuaiban.config.now import ZONE
from yukuaiban.documents import fonts
from yukuaiban.documents.qr import qr_svg
from yukuaiban.documents.rare import Slots, compositions, is_drawable
from yukuaiban.documents.typesetting import TypesettingFailed, typeset

AT = datetime(2026, 11, 22, 9, 30, tzinfo=ZONE)


def specimen(text: str, title: str = "样张") -> bytes:
    data = {
        "title": title,
        "text": text,
        "issuer": {"name": "重庆市某某局"},
        "qr": qr_svg("https://example/zh/verify/A"),
    }
    return typeset("documents/typst/specimen.typ", data, title=title, at=AT)


def text_of(pdf: bytes) -> str:
    out = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return out.stdout.decode()


def fonts_of(pdf: bytes, tmp_path) -> set[str]:
    path = tmp_path / "document.pdf"
    path.write_bytes(pdf)
    lines = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    return {line.split()[0].partition("+")[2] for line in lines}


class TestCharactersOfTheFont:
    def test_every_character_of_the_basic_plane_block_is_held(self):
        assert fonts.missing_characters("".join(map(chr, range(0x4E00, 0xA000)))) == set()

    def test_the_name_characters_of_the_standard_table_beyond_the_basic_plane_are_held(self):
        assert fonts.missing_characters("𫖮𬭎䶮㛃〇·") == set()

    def test_what_is_missing_is_named(self):
        assert fonts.missing_characters("张𠮷\n\t·ab") == {"𠮷"}

    def test_both_formats_of_the_table_agree_on_the_basic_plane(self):
        font = fonts.font_files()[0].read_bytes()
        cmap = fonts.struct.unpack_from(">I", font, font.index(b"cmap") + 8)[0]
        (count,) = fonts.struct.unpack_from(">H", font, cmap + 2)
        found = {}
        for i in range(count):
            offset = cmap + fonts.struct.unpack_from(">HHI", font, cmap + 4 + 8 * i)[2]
            (kind,) = fonts.struct.unpack_from(">H", font, offset)
            if kind in {4, 12}:
                reader = {4: fonts._segments, 12: fonts._groups}[kind]
                found[kind] = {code for code in reader(font, offset) if code < 0xFFFF}
        assert found[4] == found[12]
        assert len(found[4]) > 20_000

    def test_missing_fonts_are_one_clear_sentence(self, monkeypatch, tmp_path):
        monkeypatch.setattr(fonts, "FONTS_DIR", tmp_path)
        with pytest.raises(fonts.FontsMissing, match="make run"):
            fonts.font_files()


class TestRareCharacters:
    """A name is never cut: 𠮷 and its like are drawn from their parts, the rest as their code."""

    def test_each_composition_in_the_pack_is_needed_and_can_be_drawn(self):
        for char, parts in compositions().items():
            assert fonts.missing_characters(char) == {char}, f"{char} is in the font"
            assert is_drawable(parts), f"{char}: {parts}"

    @pytest.mark.parametrize("ids", ["⿱土", "⿱土口口", "土口", "⿱土𠮷", "⿺辶土", ""])
    def test_a_composition_that_cannot_be_drawn_is_refused(self, ids):
        assert not is_drawable(ids)

    def test_slots_stand_for_characters_wherever_they_are(self):
        slots = Slots()
        prepared = slots.prepare({"name": "张𠮷", "rows": [["𠮷", 1, None, True]]})
        assert prepared == {"name": "张\ue000", "rows": [["\ue000", 1, None, True]]}
        assert slots.drawings() == {"\ue000": {"code": "20BB7", "ids": "⿱土口"}}

    def test_a_private_use_character_of_the_sender_is_not_taken_for_a_slot(self):
        slots = Slots()
        assert slots.prepare("\ue005𠮷") == "\ue000\ue001"
        assert slots.drawings()["\ue000"] == {"code": "E005", "ids": ""}

    def test_the_document_flags_what_it_drew(self):
        text = text_of(specimen("张𠮷😀"))
        assert "U+20BB7" in text
        assert "U+1F600" in text
        assert "以部件拼合" in text

    def test_a_document_without_rare_characters_has_no_note(self):
        assert "以部件拼合" not in text_of(specimen("张吉"))

    def test_the_drawn_character_leaves_ink_where_it_stands(self):
        """Its control: a space there leaves none."""
        assert ink(specimen("𠮷")) > ink(specimen("　")) + 15


def ink(pdf: bytes) -> int:
    """Dark pixels where the text of the specimen stands."""
    page = subprocess.run(["pdftoppm", "-r", "100", "-gray", "-"], input=pdf, capture_output=True, check=True).stdout
    image = Image.open(io.BytesIO(page)).crop((90, 122, 150, 150))
    return sum(image.histogram()[:128])


class TestTypesetting:
    def test_only_our_fonts_are_in_it(self, tmp_path):
        assert fonts_of(specimen("渝快办 Yukuaiban 123 ·"), tmp_path) == {"NotoSerifSC-Regular", "NotoSerifSC-Bold"}

    def test_what_a_person_typed_is_never_markup(self):
        typed = '#let x = 1 *粗* $a$ `b` [c] \\ // d #image("/etc/passwd")'
        assert typed in text_of(specimen(typed))

    def test_the_same_data_give_the_same_bytes(self):
        assert specimen("张三") == specimen("张三")

    def test_it_is_tagged_archive_format_in_chinese_with_the_true_title(self):
        pdf = specimen("张𠮷", title="张𠮷的样张")
        info = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
        assert re.search(r"Title: +张𠮷的样张", info)
        assert re.search(r"Tagged: +yes", info)
        assert b"pdfaid:part" in pdf
        assert b"/Lang (zh-CN)" in pdf or b"zh-CN" in pdf

    def test_a_fault_of_the_template_is_named(self):
        with pytest.raises(TypesettingFailed, match=r"specimen\.typ"):
            typeset("documents/typst/specimen.typ", {"issuer": {"name": "局"}}, title="", at=AT)

    def test_threads_do_not_disturb_each_other(self):
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(6) as pool:
            made = list(pool.map(lambda i: specimen(f"第{i}份"), range(24)))
        assert made == [specimen(f"第{i}份") for i in range(24)]
