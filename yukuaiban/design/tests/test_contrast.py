"""Every pair of colours that may meet, computed: WCAG 2.2 success criteria 1.4.3, 1.4.6 and 1.4.11."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parent.parent / "static" / "design" / "tokens.css").read_text(encoding="utf-8")
AAA, AA, SHAPE = 7.0, 4.5, 3.0
GROUNDS = ("paper", "mist")
TINTS = ("river-soft", "cinnabar-soft", "ochre-soft")

PAIRS = [
    # running text, and what stands beside it, on the page and on every tinted ground
    *[(text, ground, AAA) for text in ("ink", "ink-soft") for ground in GROUNDS],
    *[("ink", tint, AAA) for tint in TINTS],
    # links and words with a meaning
    *[("river", ground, AA) for ground in (*GROUNDS, "river-soft")],
    *[("river-strong", ground, AA) for ground in (*GROUNDS, "river-soft")],
    *[("cinnabar", ground, AA) for ground in (*GROUNDS, "cinnabar-soft")],
    *[("ochre", ground, AA) for ground in (*GROUNDS, "ochre-soft")],
    *[("ink-soft", tint, AA) for tint in TINTS],
    # words on filled grounds
    ("on-river", "river", AA),
    ("on-river", "river-strong", AA),
    ("on-cinnabar", "cinnabar", AA),
    ("on-ochre", "ochre", AA),
    ("on-deep", "deep", AAA),
    ("on-deep-soft", "deep", AAA),
    ("deep", "on-deep", AA),
    # outlines of controls, marks of the clock, focus
    *[("edge", ground, SHAPE) for ground in GROUNDS],
    *[("focus", ground, SHAPE) for ground in (*GROUNDS, *TINTS)],
    ("river", "line", SHAPE),  # the used part of a clock line beside the part that is left
    ("cinnabar", "line", SHAPE),
    ("ochre", "line", SHAPE),
]


def blocks() -> dict[str, dict[str, str]]:
    """The colours of each theme as tokens.css gives them."""
    css = re.sub(r"/\*.*?\*/", "", TOKENS, flags=re.S)
    found: dict[str, dict[str, str]] = {}
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        colours = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", body))
        if colours:
            found[selector.strip()] = colours
    return found


LIGHT, CHOSEN_DARK, DEVICE_DARK = (
    blocks()[name] for name in (":root", '[data-theme="dark"]', ':root:not([data-theme="light"])')
)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", [pytest.param(LIGHT, id="light"), pytest.param(CHOSEN_DARK, id="dark")])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_every_pair_can_be_read(theme, text, ground, least):
    ratio = contrast(theme[text], theme[ground])
    assert ratio >= least, f"--{text} on --{ground} is {ratio:.2f}, needs {least}"


def test_the_measure_itself_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_dark_is_the_same_whoever_chose_it():
    assert CHOSEN_DARK == DEVICE_DARK


def test_light_and_dark_know_the_same_names():
    assert set(LIGHT) == set(CHOSEN_DARK)


def test_colours_stand_in_the_tokens_only():
    """But for white paper: in print, and behind a QR code, which a camera must read."""
    for css in (Path(__file__).parent.parent / "static" / "design").glob("*.css"):
        if css.name == "tokens.css":
            continue
        text = re.sub(r"/\*.*?\*/", "", css.read_text(encoding="utf-8"), flags=re.S)
        allowed = {"#000000", "#333333", "#666666", "#999999", "#ffffff"}
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])", text)) <= allowed, css.name
