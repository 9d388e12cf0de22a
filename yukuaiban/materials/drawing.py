"""Pictures of what was handed in: a page as an image, a copy with a stamp across it. No Django: run by `limited`.

A stamp says what the copy is for and who took it (仅供…使用), drawn into the picture and not laid over it, so that it
goes wherever the copy goes. Position data and other notes of the camera do not enter a picture made here.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import BinaryIO, Literal

MAX_COPY_SIDE = 3000  # pixels of a stamped copy: enough to read the small print of an A4 scan
STAMP_OPACITY = 70  # of 255


def page_of_pdf(path: str, *, page: int, width: int, stamp: str, fonts: str) -> bytes:
    """One page of a PDF as PNG, at most `width` pixels wide and twice as high."""
    return _typst(
        f"""
        #let shown = image({json.dumps(path)}, format: "pdf", page: {page})
        #context {{
          let natural = measure(shown)
          let scale = calc.min({width}pt / natural.width, {2 * width}pt / natural.height)
          image({json.dumps(path)}, format: "pdf", page: {page}, width: natural.width * scale)
        }}
        """,
        stamp=stamp,
        fonts=fonts,
        size=max(12, width // 45),
        form="png",
    )


def stamped_pdf(path: str, *, pages: int, stamp: str, fonts: str) -> bytes:
    """A copy of a PDF with the stamp on each page. Signatures in the original are not in the copy."""
    shown = "\n#pagebreak(weak: true)\n".join(
        f'#image({json.dumps(path)}, format: "pdf", page: {page})' for page in range(1, pages + 1)
    )
    return _typst(shown, stamp=stamp, fonts=fonts, size=16, form="pdf")


# A tile is as wide as the longest line of the stamp; the words stand aslant in its middle.
_TILED = f"""
#let tiled(words, size) = {{
  let width = calc.max(..words.split("\\n").map(line => line.clusters().len())) * size * 0.9 + 4 * size
  let tile = (width, width * 0.45 + 3 * size)
  let ink = rgb(150, 20, 20, {STAMP_OPACITY})
  let word = rotate(-24deg, box(width: width, text(size, fill: ink, words)))
  let drawn = box(width: tile.at(0), height: tile.at(1), align(center + horizon, word))
  rect(width: 100%, height: 100%, inset: 0pt, fill: tiling(size: tile, drawn))
}}
"""


def _typst(body: str, *, stamp: str, fonts: str, size: int, form: Literal["png", "pdf"]) -> bytes:
    import typst

    foreground = f"tiled({json.dumps(stamp, ensure_ascii=False)}, {size}pt)" if stamp else "none"
    source = f"""
        {_TILED}
        #set page(width: auto, height: auto, margin: 0pt, fill: white, foreground: {foreground})
        #set text(font: "Noto Serif SC")
        {body}
    """
    made: bytes = typst.compile(  # type: ignore[misc]  # its stubs want source, root and fonts of one type
        source.encode(), root="/", format=form, ppi=72.0, font_paths=[fonts], ignore_system_fonts=True
    )
    return made


def picture(file: BinaryIO, *, width: int, stamp: str, fonts: str) -> bytes:
    """A photograph or scan as JPEG, at most `width` pixels wide and twice as high, upright, stamped."""
    from PIL import Image, ImageOps

    with Image.open(file, formats=["JPEG", "PNG"]) as opened:
        opened.draft("RGB", (width, 2 * width))  # a JPEG is read at an eighth where that is enough
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((width, 2 * width))
        image = Image.new("RGB", upright.size, "white")
        shown = upright.convert("RGBA")
        image.paste(shown, mask=shown)
    if stamp:
        _stamp(image, stamp, Path(fonts) / "NotoSerifSC_400Regular.ttf")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _stamp(image, text: str, font_file: Path) -> None:  # type: ignore[no-untyped-def]  # PIL is loaded by the caller
    from PIL import Image, ImageDraw, ImageFont

    size = max(14, image.width // 45)
    font = ImageFont.truetype(str(font_file), size)
    width = int(max(font.getlength(line) for line in text.splitlines()))
    word = Image.new("RGBA", (width + 3 * size, 4 * size))
    ImageDraw.Draw(word).multiline_text(
        (word.width // 2, word.height // 2),
        text,
        font=font,
        fill=(150, 20, 20, STAMP_OPACITY + 30),
        anchor="mm",
        align="center",
    )
    word = word.rotate(24, expand=True)
    for top in range(-word.height // 4, image.height, word.height):
        for left in range(-word.width // 6, image.width, word.width):
            image.paste(word, (left, top), word)
