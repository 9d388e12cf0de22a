"""Files as people send them, and as attackers do. Made here: nothing binary lies in the repository."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    NumberObject,
    TextStringObject,
)


def jpeg(width: int = 64, height: int = 48, **options) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(out, "JPEG", **options)
    return out.getvalue()


def png(width: int = 64, height: int = 48, mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 50).convert(mode).save(out, "PNG", **options)
    return out.getvalue()


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


def writer(pages: int = 1) -> PdfWriter:
    made = PdfWriter()
    for number in range(pages):
        page = made.add_blank_page(595, 842)
        content = DecodedStreamObject()
        content.set_data(b"0.2 0.4 0.4 rg 50 %d 400 12 re 50 %d 300 12 re f" % (760 - 20 * number, 720 - 20 * number))
        page[NameObject("/Contents")] = made._add_object(content)
    return made


def pdf_with_a_note() -> bytes:
    """A note that each reader draws as it likes: the file says only what it says."""
    made = writer()
    made.add_annotation(made.pages[0], FreeText(text="同意", rect=(50, 600, 300, 650)))
    return written(made)


def written(made: PdfWriter) -> bytes:
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def pdf(pages: int = 1) -> bytes:
    return written(writer(pages))


def encrypted_pdf(*, user: str = "", owner: str = "owner") -> bytes:
    made = writer()
    made.encrypt(user, owner, algorithm="AES-256")
    return written(made)


def pdf_with_javascript() -> bytes:
    made = writer()
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('hello')")}
    made.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    return written(made)


def pdf_with_hidden_javascript() -> bytes:
    """The script in a compressed object stream, under an escaped name: no look at the raw bytes finds it."""
    inside = b"9 0 << /S /J#61vaScript /J#53 (app.alert\\(1\\)) >>"
    packed = zlib.compress(inside)
    objects = [
        b"1 0 obj << /Type /Catalog /Pages 2 0 R /OpenAction 9 0 R >> endobj\n",
        b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n",
        b"3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >> endobj\n",
        b"4 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >> stream\n" % len(packed)
        + packed
        + b"\nendstream endobj\n",
    ]
    body, offsets = b"%PDF-1.7\n", []
    for part in objects:
        offsets.append(len(body))
        body += part
    start = len(body)
    rows = b"\x00\x00\x00\x00" + b"".join(b"\x01" + struct.pack(">H", offset) + b"\x00" for offset in offsets)
    rows += b"\x01" + struct.pack(">H", start) + b"\x00"  # object 5: this table
    rows += b"\x00\x00\x00\x00" * 3 + b"\x02" + struct.pack(">H", 4) + b"\x00"  # object 9: in stream 4
    table = b"5 0 obj << /Type /XRef /Size 10 /W [1 2 1] /Root 1 0 R /Length %d >> stream\n" % len(rows)
    return body + table + rows + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % start


def pdf_with_action(kind: str, *, pointed_to: bool = False) -> bytes:
    made = writer()
    name = made._add_object(NameObject(kind)) if pointed_to else NameObject(kind)
    action = DictionaryObject({NameObject("/S"): name, NameObject("/F"): TextStringObject("cmd.exe")})
    made.root_object[NameObject("/OpenAction")] = made._add_object(action)
    return written(made)


def pdf_with_xfa() -> bytes:
    made = writer()
    made.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): ArrayObject()})
    return written(made)


def pdf_with_attachment(name: str) -> bytes:
    made = writer()
    made.add_attachment(name, b"content")
    return written(made)


def pdf_with_bomb(size: int = 500 * 1024 * 1024) -> bytes:
    """A page whose content unpacks to half a gigabyte."""
    made = writer()
    stream = EncodedStreamObject()
    packer = zlib.compressobj(9)
    block, packed = b" " * (1024 * 1024), bytearray()
    for _ in range(size // len(block)):
        packed += packer.compress(block)
    stream._data = bytes(packed + packer.flush())
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    made.pages[0][NameObject("/Contents")] = made._add_object(stream)
    return written(made)


def pdf_packed_twice() -> bytes:
    made = writer()
    stream = EncodedStreamObject()
    stream._data = zlib.compress(zlib.compress(b" " * 10_000_000, 9), 9)
    stream[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode"), NameObject("/FlateDecode")])
    made.pages[0][NameObject("/Contents")] = made._add_object(stream)
    return written(made)


def pdf_with_huge_image() -> bytes:
    made = writer()
    image = DecodedStreamObject()
    image.set_data(b"")
    image.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(100_000),
            NameObject("/Height"): NumberObject(100_000),
        }
    )
    made._add_object(image)
    return written(made)


def pdf_with_seal(*, pages: int = 1, annotation: dict | None = None, matrix: tuple | None = None) -> bytes:
    """A signature field whose appearance is a red square in the upper right corner of the last page."""
    made = PdfWriter()
    for _page in range(pages):
        made.add_blank_page(600, 800)
    seal = DecodedStreamObject()
    seal.set_data(b"1 0 0 rg 0 0 10 10 re f")
    seal.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([NumberObject(n) for n in (0, 0, 10, 10)]),
        }
    )
    if matrix:
        seal[NameObject("/Matrix")] = ArrayObject([NumberObject(n) for n in matrix])
    field = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Sig"),
            NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (400, 600, 500, 700)]),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): made._add_object(seal)}),
            **{NameObject(key): value for key, value in (annotation or {}).items()},
        }
    )
    made.pages[-1][NameObject("/Annots")] = ArrayObject([made._add_object(field)])
    return written(made)


def pdf_with_ticked_box(*, ticked: bool) -> bytes:
    """A box with two appearances; `/AS` says which one is shown."""
    made = PdfWriter(io.BytesIO(pdf_with_seal()))
    field = made.pages[0]["/Annots"][0].get_object()
    blank = DecodedStreamObject()
    blank.set_data(b"")
    blank[NameObject("/BBox")] = ArrayObject([NumberObject(n) for n in (0, 0, 10, 10)])
    states = {NameObject("/Yes"): field["/AP"].raw_get("/N"), NameObject("/Off"): made._add_object(blank)}
    field[NameObject("/AP")] = DictionaryObject({NameObject("/N"): DictionaryObject(states)})
    field[NameObject("/AS")] = NameObject("/Yes" if ticked else "/Off")
    return written(made)


def archive(name: str = "a.txt", content: bytes = b"a") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return out.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(width: int = 20_000, height: int = 20_000) -> bytes:
    """A few hundred bytes that claim to be a picture of 400 megapixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(b""))
        + png_chunk(b"IEND", b"")
    )


def png_that_unpacks_to_more(times: int = 200) -> bytes:
    """An honest header of 10 by 10 pixels, and megabytes behind it."""
    header = struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1024 * 1024 * times, 9)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def png_with_text_bomb() -> bytes:
    whole = png()
    bomb = png_chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"a" * 20_000_000, 9))
    return whole[:33] + bomb + whole[33:]


def jpeg_bomb() -> bytes:
    """The frame of a small photograph rewritten to 60,000 by 60,000."""
    whole = bytearray(jpeg())
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", 60_000, 60_000)
    return bytes(whole)


def jpeg_with_many_scans(scans: int = 200) -> bytes:
    whole = jpeg(progressive=True)
    at = whole.index(b"\xff\xda")
    return whole[:at] + whole[at:-2] * scans + b"\xff\xd9"


def jpeg_comment(text: bytes) -> bytes:
    whole = jpeg()
    return whole[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + whole[2:]
