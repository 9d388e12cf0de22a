"""Other people's files are read in a child that may die alone."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import NumberObject

from yukuaiban.materials import limited
from yukuaiban.materials.inspection import Kind, Refused
from yukuaiban.materials.limited_child import MEMORY
from yukuaiban.materials.tests import files

ALL = ("pdf", "jpeg", "png")
STAMP = "仅供办理“居住证”使用\n渝-1234 王建国"


def run(code: str):
    """A task of another kind, to show what the child may not do."""
    prefix = "import sys; sys.path.insert(0, sys.argv[1]); from yukuaiban.materials import limited_child as c; "
    limited_start = limited._START
    limited._START = prefix + code + "; c.main()"
    try:
        return limited._run("hostile", io.BytesIO(b"x"), {})
    finally:
        limited._START = limited_start


def task(body: str) -> str:
    return f"c._TASKS['hostile'] = lambda d, o: ({body})"


class TestTheChildIsLimited:
    def test_an_answer_comes_back(self):
        assert run(task("{'a': 1}, b'data'")) == ({"a": 1}, b"data")

    def test_it_may_not_take_all_memory(self):
        assert run(task(f"{{}}, bytes({MEMORY})")) is None

    def test_it_may_not_compute_for_ever(self):
        assert run("c.COMPUTING = 1; " + task("[None for _ in iter(int, 1)]")) is None

    def test_it_may_not_sleep_for_ever(self, monkeypatch):
        monkeypatch.setattr(limited, "TIMEOUT", 1.0)
        assert run("import time; " + task("time.sleep(60)")) is None

    def test_it_may_not_write_files(self, tmp_path):
        target = tmp_path / "written"
        assert run(task(f"open({str(target)!r}, 'w').write('a' * 100)")) is None
        assert not target.exists() or target.read_text() == ""

    def test_it_knows_no_secret_of_the_environment(self, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
        answer, _data = run("import os; " + task("dict(os.environ), b''"))
        assert "DATABASE_URL" not in answer


class TestInspection:
    def test_the_answer_is_that_of_the_inspection(self):
        found = limited.inspect(io.BytesIO(files.pdf(3)), accept=ALL)
        assert (found.kind, found.pages) == (Kind.PDF, 3)

    def test_a_refusal_keeps_its_reason(self):
        with pytest.raises(Refused) as caught:
            limited.inspect(io.BytesIO(files.jpeg()), accept=["pdf"])
        assert (caught.value.code, caught.value.facts["kind"]) == ("kind_not_accepted", "jpeg")

    def test_a_child_that_gives_up_is_a_refusal(self, monkeypatch):
        monkeypatch.setattr(limited, "TIMEOUT", 0.001)
        with pytest.raises(Refused, match="too_complex"):
            limited.inspect(io.BytesIO(files.jpeg()), accept=ALL)


class TestDrawing:
    @pytest.mark.parametrize("stamp", ["", STAMP])
    def test_a_page_of_a_pdf(self, stamp):
        content_type, data = limited.draw(io.BytesIO(files.pdf(2)), Kind.PDF, page=2, width=600, stamp=stamp)
        image = Image.open(io.BytesIO(data))
        assert (content_type, image.width) == ("image/png", 600)
        assert image.height == pytest.approx(600 * 842 / 595, abs=2)
        assert (image.convert("RGB").getextrema()[1][0] < 250) or not stamp

    @pytest.mark.parametrize(
        ("content", "is_red"),
        [
            pytest.param(files.pdf_with_seal(), True, id="the seal of a signature"),
            pytest.param(files.pdf_with_seal(matrix=(0, 1, -1, 0, 10, 0)), True, id="a seal that is turned"),
            pytest.param(files.pdf_with_ticked_box(ticked=True), True, id="a ticked box"),
            pytest.param(files.pdf_with_ticked_box(ticked=False), False, id="a box that is not ticked"),
            pytest.param(files.pdf_with_seal(annotation={"/F": NumberObject(2)}), False, id="a hidden field"),
        ],
    )
    def test_what_lies_on_a_page_is_drawn_where_it_lies(self, content, is_red):
        """电子签名法 第十四条: a seal that a reader shows must be in the picture that an officer decides by."""
        for _type, data in [
            limited.draw(io.BytesIO(content), Kind.PDF, width=600),
            limited.draw(
                io.BytesIO(limited.stamped_copy(io.BytesIO(content), Kind.PDF, pages=1, stamp="x")[1]),
                Kind.PDF,
                width=600,
            ),
        ]:
            image = Image.open(io.BytesIO(data)).convert("RGB")
            inside = [image.getpixel(at) for at in [(405, 105), (495, 195), (450, 150)]]
            outside = [image.getpixel(at) for at in [(390, 150), (510, 150), (450, 90), (450, 210)]]
            assert all(r > 150 and g < 90 and b < 90 for r, g, b in inside) is is_red
            assert all(g > 150 for _r, g, _b in outside)

    def test_the_stamp_changes_the_picture(self):
        plain = limited.draw(io.BytesIO(files.pdf()), Kind.PDF, width=600)
        assert limited.draw(io.BytesIO(files.pdf()), Kind.PDF, width=600, stamp=STAMP) != plain

    @pytest.mark.parametrize(
        "content", [files.jpeg(3000, 2000), files.png(3000, 2000, "RGBA"), files.png(3000, 2000, "1")]
    )
    def test_a_photograph(self, content):
        kind = Kind.JPEG if content[:2] == b"\xff\xd8" else Kind.PNG
        content_type, data = limited.draw(io.BytesIO(content), kind, width=300, stamp=STAMP)
        image = Image.open(io.BytesIO(data))
        assert (content_type, image.format, image.size) == ("image/jpeg", "JPEG", (300, 200))

    def test_a_photograph_taken_upright_is_shown_upright_and_without_its_place(self):
        exif = Image.Exif()
        exif[0x0112] = 6  # held upright
        exif.get_ifd(0x8825)[1] = "N"
        _type, data = limited.draw(io.BytesIO(files.jpeg(400, 200, exif=exif)), Kind.JPEG, width=100)
        image = Image.open(io.BytesIO(data))
        assert image.size == (100, 200)
        assert not image.getexif()

    def test_a_page_that_is_not_there(self):
        with pytest.raises(limited.Undrawable):
            limited.draw(io.BytesIO(files.pdf()), Kind.PDF, page=2)

    def test_a_copy_of_a_pdf_has_the_stamp_on_every_page(self):
        content_type, data = limited.stamped_copy(io.BytesIO(files.pdf(3)), Kind.PDF, pages=3, stamp=STAMP)
        assert content_type == "application/pdf"
        pages = PdfReader(io.BytesIO(data)).pages
        assert len(pages) == 3
        assert [round(float(page.mediabox.width)) for page in pages] == [595] * 3
        whole = PdfReader(io.BytesIO(files.pdf(3))).pages
        assert len(pages[2].get_contents().get_data()) > len(
            whole[2].get_contents().get_data() if whole[2].get_contents() else b""
        )

    def test_a_copy_of_a_photograph(self):
        content_type, data = limited.stamped_copy(io.BytesIO(files.jpeg(400, 300)), Kind.JPEG, pages=1, stamp=STAMP)
        assert content_type == "image/jpeg"
        assert Image.open(io.BytesIO(data)).size == (400, 300)

    def test_a_stamp_is_words_and_never_commands(self):
        hostile = 'x", fill: red) #read("/etc/passwd")\n"]'
        assert limited.draw(io.BytesIO(files.pdf()), Kind.PDF, width=300, stamp=hostile)[0] == "image/png"
