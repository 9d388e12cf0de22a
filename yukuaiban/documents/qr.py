"""QR codes as SVG: sharp at any size, on paper and on a phone."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str, *, border: int = 2, error: str = "m") -> str:
    """The QR code of a text as one `<svg>` element without inline style (our pages allow none).

    Args:
        error: Correction level; `m` survives a fold and a coffee stain on paper.
    """
    out = io.BytesIO()
    segno.make(text, error=error, micro=False).save(
        out,
        kind="svg",
        border=border,
        xmldecl=False,
        nl=False,
        omitsize=True,
        light="#fff",
        svgclass="qr",
        lineclass=None,
    )
    return out.getvalue().decode()
