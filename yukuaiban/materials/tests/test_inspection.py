"""What may come in and what may not, by real files; the name of a file is never looked at."""

from __future__ import annotations

import contextlib
import io
import time

import pytest

from yukuaiban.materials.inspection import Found, Kind, Refused, inspect
from yukuaiban.materials.tests import files

ALL = ("pdf", "jpeg", "png")


def look(content: bytes, **options) -> Found:
    return inspect(io.BytesIO(content), **{"accept": ALL, **options})


def refusal(content: bytes, **options) -> str:
    with pytest.raises(Refused) as caught:
        look(content, **options)
    return caught.value.code


class TestHonestFiles:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(lambda: files.jpeg(), id="baseline"),
            pytest.param(lambda: files.jpeg(1000, 700, progressive=True), id="progressive"),
            pytest.param(lambda: files.jpeg(1000, 700, restart_marker_rows=1), id="restart markers"),
            pytest.param(lambda: files.jpeg(3000, 2000, quality=95), id="several megabytes"),
        ],
    )
    def test_a_photograph(self, content):
        found = look(content())
        assert (found.kind, found.pages, found.flags) == (Kind.JPEG, 1, ())
        assert (found.width, found.height) in {(64, 48), (1000, 700), (3000, 2000)}

    @pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
    def test_a_scan_of_every_colour(self, mode):
        found = look(files.png(37, 23, mode))
        assert (found.kind, found.width, found.height) == (Kind.PNG, 37, 23)

    def test_an_interlaced_png(self):
        """Pillow writes none; this one is put together by its seven passes."""
        import struct
        import zlib

        width = height = 5
        rows = [(1, 1), (1, 1), (2, 1), (1, 2), (3, 1), (2, 3), (5, 2)]
        pixels = b"".join((b"\0" + b"\7" * columns) * lines for columns, lines in rows)
        header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
        content = (
            b"\x89PNG\r\n\x1a\n"
            + files.png_chunk(b"IHDR", header)
            + files.png_chunk(b"IDAT", zlib.compress(pixels))
            + files.png_chunk(b"IEND", b"")
        )
        assert look(content).width == 5

    @pytest.mark.parametrize("pages", [1, 7])
    def test_a_pdf_has_its_pages_counted(self, pages):
        assert look(files.pdf(pages)) == Found(Kind.PDF, pages=pages)

    def test_a_pdf_after_a_line_end_or_byte_order_mark(self):
        assert look(b"\xef\xbb\xbf" + files.pdf()).kind is Kind.PDF
        assert look(b"\r\n" + files.pdf()).kind is Kind.PDF

    def test_a_pdf_that_everybody_may_read_but_not_change_is_flagged(self):
        assert look(files.encrypted_pdf(user="")).flags == ("restricted",)

    def test_an_electronic_invoice_carries_its_data_and_is_flagged(self):
        assert look(files.pdf_with_attachment("invoice.xml")).flags == ("attachments",)

    def test_a_note_that_no_picture_of_the_page_shows_is_flagged(self):
        assert look(files.pdf_with_a_note()).flags == ("unpainted",)
        assert look(files.pdf_with_seal()).flags == ()

    def test_a_photograph_with_something_harmless_behind_it_is_flagged(self):
        """Telephones append a preview, a film, or their own notes."""
        assert look(files.jpeg() + files.jpeg()).flags == ("trailing_data",)
        assert look(files.jpeg() + b"SEFHe\0\0\0SEFT").flags == ("trailing_data",)

    def test_a_photograph_that_tells_where_it_was_taken_is_flagged(self):
        from PIL import Image

        exif = Image.Exif()
        exif.get_ifd(0x8825)[1] = "N"
        assert look(files.jpeg(exif=exif)).flags == ("location",)

    def test_a_letter_made_by_typst(self):
        typst = pytest.importorskip("typst")
        assert look(typst.compile(b"= Hello\n#lorem(500)")).kind is Kind.PDF


class TestKindsByContent:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            pytest.param(lambda: files.picture("WEBP"), "webp", id="webp"),
            pytest.param(lambda: files.picture("GIF"), "gif", id="gif"),
            pytest.param(lambda: files.picture("BMP"), "bmp", id="bmp"),
            pytest.param(lambda: files.picture("TIFF"), "tiff", id="tiff"),
            pytest.param(lambda: files.picture("AVIF"), "avif", id="avif"),
            pytest.param(lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 50, "heic", id="heic"),
            pytest.param(lambda: b"\0\0\0\x18ftypisom\0\0\0\0" + b"\0" * 50, "video", id="mp4"),
            pytest.param(lambda: files.archive("OFD.xml"), "ofd", id="ofd"),
            pytest.param(lambda: files.archive("word/document.xml"), "office", id="docx"),
            pytest.param(lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50, "office", id="doc"),
            pytest.param(lambda: files.archive(), "archive", id="zip"),
            pytest.param(lambda: files.archive("0", b"0" * 50_000_000), "archive", id="zip bomb"),
            pytest.param(lambda: b"Rar!\x1a\x07\x01\x00", "archive", id="rar"),
            pytest.param(lambda: b"MZ" + b"\0" * 100, "program", id="exe"),
            pytest.param(lambda: b"\x7fELF" + b"\0" * 100, "program", id="elf"),
            pytest.param(lambda: b"#!/bin/sh\nrm -rf /", "program", id="script"),
            pytest.param(lambda: b"<!DOCTYPE html><script>alert(1)</script>", "web", id="html"),
            pytest.param(
                lambda: b"\xef\xbb\xbf <svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "web", id="svg"
            ),
            pytest.param(lambda: "户口本".encode(), "text", id="text"),
            pytest.param(lambda: b"\x01\x02\x03\xff", "unknown", id="noise"),
            pytest.param(lambda: b"0" * 100 + files.pdf(), "unknown", id="a pdf that begins late"),
        ],
    )
    def test_everything_else_is_named_and_refused(self, content, kind):
        with pytest.raises(Refused) as caught:
            look(content())
        assert (caught.value.code, caught.value.facts["kind"]) == ("kind_not_accepted", kind)

    def test_an_item_may_take_less(self):
        with pytest.raises(Refused) as caught:
            look(files.jpeg(), accept=["pdf"])
        assert caught.value.facts == {"kind": "jpeg", "accept": ["pdf"]}

    def test_nothing_is_not_a_file(self):
        assert refusal(b"") == "empty"


class TestBombs:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            pytest.param(lambda: files.png_bomb(), "too_many_pixels", id="png of 400 megapixels"),
            pytest.param(lambda: files.png_bomb(40_000, 10), "too_many_pixels", id="png wider than a wall"),
            pytest.param(lambda: files.png_that_unpacks_to_more(), "broken", id="png with more behind its header"),
            pytest.param(lambda: files.png_with_text_bomb(), "too_complex", id="png with a packed novel"),
            pytest.param(lambda: files.jpeg_bomb(), "too_many_pixels", id="jpeg of 3600 megapixels"),
            pytest.param(lambda: files.jpeg_with_many_scans(), "too_complex", id="jpeg drawn two hundred times"),
            pytest.param(lambda: files.pdf_with_bomb(), "too_complex", id="pdf that unpacks to 500 MB"),
            pytest.param(lambda: files.pdf_packed_twice(), "too_complex", id="pdf packed twice"),
            pytest.param(
                lambda: files.pdf_with_huge_image(), "too_many_pixels", id="pdf with an image of 10 gigapixels"
            ),
        ],
    )
    def test_is_refused_quickly(self, content, code):
        hostile = content()
        started = time.process_time()
        assert refusal(hostile) == code
        assert time.process_time() - started < 5

    def test_too_many_pages(self):
        with pytest.raises(Refused) as caught:
            look(files.pdf(4), max_pages=3)
        assert (caught.value.code, caught.value.facts) == ("too_many_pages", {"pages": 4, "limit": 3})


class TestPolyglots:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(lambda: files.jpeg() + files.archive(), id="jpeg and zip"),
            pytest.param(lambda: files.png() + files.archive(), id="png and zip"),
            pytest.param(lambda: files.pdf() + files.archive(), id="pdf and zip"),
            pytest.param(lambda: files.pdf() + b"<script>alert(1)</script>", id="pdf with a suffix"),
            pytest.param(lambda: files.pdf() + b"\n" * 5000, id="pdf with a long blank suffix"),
            pytest.param(lambda: files.jpeg() + files.pdf(), id="jpeg and pdf"),
            pytest.param(lambda: files.png() + b"x", id="png with a suffix"),
            pytest.param(lambda: files.jpeg_comment(b"%PDF-1.7 1 0 obj"), id="jpeg with a pdf in its comment"),
            pytest.param(
                lambda: files.jpeg_comment(b"<html><script>alert(1)</script>"), id="jpeg with a page in its comment"
            ),
            pytest.param(
                lambda: files.jpeg_comment(b"*/=1;<?php system($_GET[0]);"), id="jpeg with a program in its comment"
            ),
            pytest.param(lambda: files.jpeg() + b"\0" * 100 + b"Rar!\x1a\x07\x01\0" + b"a" * 50, id="jpeg and rar"),
        ],
    )
    def test_is_refused(self, content):
        assert refusal(content()) == "polyglot"


class TestHostilePdfs:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            pytest.param(lambda: files.encrypted_pdf(user="secret"), "encrypted", id="needs a password"),
            pytest.param(lambda: files.pdf_with_javascript(), "active_content", id="javascript"),
            pytest.param(
                lambda: files.pdf_with_hidden_javascript(), "active_content", id="javascript in an object stream"
            ),
            pytest.param(lambda: files.pdf_with_action("/Launch"), "active_content", id="launches a program"),
            pytest.param(lambda: files.pdf_with_action("/SubmitForm"), "active_content", id="sends a form"),
            pytest.param(lambda: files.pdf_with_action("/ImportData"), "active_content", id="fetches data"),
            pytest.param(
                lambda: files.pdf_with_action("/SubmitForm", pointed_to=True),
                "active_content",
                id="points to its action",
            ),
            pytest.param(lambda: files.pdf_with_xfa(), "active_content", id="xfa form"),
            pytest.param(lambda: files.pdf_with_attachment("setup.exe"), "attachments", id="carries a program"),
            pytest.param(lambda: files.pdf_with_attachment("more.pdf"), "attachments", id="carries another document"),
        ],
    )
    def test_is_refused(self, content, code):
        assert refusal(content()) == code

    def test_a_link_and_an_open_action_to_a_page_are_harmless(self):
        assert look(files.pdf_with_action("/URI")).flags == ()
        assert look(files.pdf_with_action("/GoTo")).flags == ()


class TestBrokenFiles:
    @pytest.mark.parametrize(
        "content", [lambda: files.jpeg(500, 500), lambda: files.png(500, 500), lambda: files.pdf(3)], ids=ALL
    )
    @pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.9, 0.999])
    def test_an_upload_that_was_cut_off(self, content, part):
        whole = content()
        assert refusal(whole[: int(len(whole) * part)]) == "broken"

    def test_a_damaged_png(self):
        content = bytearray(files.png())
        content[len(content) // 2] ^= 1
        assert refusal(bytes(content)) == "broken"

    @pytest.mark.parametrize(
        "content",
        [
            b"%PDF-1.7\n%%EOF",
            b"%PDF-1.7\nstartxref\n0\n%%EOF",
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
            b"\xff\xd8\xff\xd9",
            b"\xff\xd8\xff\xe0\xff\xff" + b"\0" * 100,
            b"\x89PNG\r\n\x1a\n",
        ],
    )
    def test_a_shell_without_content(self, content):
        assert refusal(content) == "broken"

    @pytest.mark.parametrize("seed", range(30))
    def test_noise_in_an_honest_file_never_raises_anything_else(self, seed):
        import random

        chance = random.Random(seed)
        for honest in (files.jpeg(), files.png(), files.pdf(2), files.encrypted_pdf()):
            content = bytearray(honest)
            for _ in range(chance.randrange(1, 20)):
                content[chance.randrange(len(content))] = chance.randrange(256)
            with contextlib.suppress(Refused):
                look(bytes(content))
