"""The four colours: which index, which class, and that patterns join."""

from __future__ import annotations

import numpy as np
import pytest

from geo_risk.published import RiskClass
from maps.palette import (
    CLASS_COLOURS,
    PALETTE_SIZE,
    ClassColour,
    class_of_index,
    class_of_rgb,
    pattern_index,
    rgb,
    tile_palette,
)


def _luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("risk_class", list(RiskClass))
def test_every_pixel_of_a_class_reads_back_as_that_class(risk_class: RiskClass) -> None:
    """Fill or line, by index and by colour, a pixel says the class it was drawn for."""
    y, x = np.mgrid[0:16, 0:16]
    index = pattern_index(np.full((16, 16), risk_class), x, y)
    assert (class_of_index(index) == risk_class).all()
    palette = tile_palette()
    for one in np.unique(index):
        red, green, blue, alpha = palette[one]
        assert alpha == (0 if risk_class == RiskClass.NONE else 255)
        if alpha:
            assert class_of_rgb(red, green, blue) == risk_class


def test_patterns_join_across_tiles() -> None:
    """Two tiles drawn apart equal one picture drawn whole."""
    rng = np.random.default_rng(7)
    classes = rng.integers(0, 5, (256, 512)).astype(np.uint8)
    x0, y0 = 256 * 26_867, 256 * 12_345
    y, x = np.mgrid[y0 : y0 + 256, x0 : x0 + 512]
    whole = pattern_index(classes, x, y)
    halves = [
        pattern_index(classes[:, part], x[:, part], y[:, part])
        for part in (slice(0, 256), slice(256, 512))
    ]
    assert (np.hstack(halves) == whole).all()
    assert (pattern_index(classes, x + 256, y + 256) == whole).all()


def test_orange_and_yellow_differ_by_pattern_and_red_has_both_diagonals() -> None:
    """Orange and yellow are the weak pair for colour-blind eyes: their lines run another way."""
    y, x = np.mgrid[0:8, 0:8]

    def lines(risk_class: RiskClass) -> np.ndarray:
        index = pattern_index(np.full((8, 8), risk_class), x, y)
        return index != np.bincount(index.ravel()).argmax()

    yellow, orange = lines(RiskClass.YELLOW), lines(RiskClass.ORANGE)
    red, blue = lines(RiskClass.RED), lines(RiskClass.BLUE)
    assert not blue.any()
    assert (yellow.sum(axis=1) > 0).sum() == 1
    assert (orange.sum(axis=1) == 1).all()
    assert (red & orange).sum() == orange.sum()
    assert red.sum() > orange.sum()


def test_lightness_falls_from_blue_to_red_and_words_are_readable() -> None:
    """A grey copy still reads; text on chips and words on white have at least 4.5 to 1."""
    fills = [_luminance(one.fill) for one in CLASS_COLOURS.values()]
    assert fills == sorted(fills, reverse=True)
    for colour in CLASS_COLOURS.values():
        assert _contrast(colour.chip, colour.chip_text) >= 4.5
        assert _contrast(colour.ink, "#ffffff") >= 4.5


def test_palette_has_one_entry_per_colour() -> None:
    """No two classes share a colour, so a pixel cannot say two things."""
    palette = tile_palette()
    assert len(palette) == PALETTE_SIZE
    assert len({entry[:3] for entry in palette}) == PALETTE_SIZE


DEUTAN = np.array(
    (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    )
)
"""A deuteranope's eyes, severity 1: Machado, Oliveira & Fernandes (2009), table 1."""

TO_XYZ = np.array(
    (
        (0.4124564, 0.3575761, 0.1804375),
        (0.2126729, 0.7151522, 0.0721750),
        (0.0193339, 0.1191920, 0.9503041),
    )
)
LEAST_CHIP, LEAST_FILL = 18.6, 20.5
"""Least distance of two classes for a deuteranope (CIE 1976): console design, section 4."""


def _linear(colour: str) -> np.ndarray:
    share = np.array(rgb(colour)) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _lab(linear: np.ndarray) -> np.ndarray:
    """Give CIE 1976 L*a*b* of linear sRGB under D65."""
    white = np.array([0.95047, 1.0, 1.08883])
    x, y, z = (TO_XYZ @ np.clip(linear, 0, 1)) / white
    f = [np.cbrt(v) if v > (6 / 29) ** 3 else v * (29 / 6) ** 2 / 3 + 4 / 29 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _classes() -> dict[RiskClass, ClassColour]:
    return {one: colour for one, colour in CLASS_COLOURS.items() if one != RiskClass.NONE}


@pytest.mark.parametrize(("part", "least"), [("chip", LEAST_CHIP), ("fill", LEAST_FILL)])
def test_a_deuteranope_tells_the_classes_apart(part: str, least: float) -> None:
    """By colour alone no two come closer than the design says; letters and lines help more."""
    seen = [_lab(DEUTAN @ _linear(getattr(one, part))) for one in _classes().values()]
    apart = [np.linalg.norm(a - b) for n, a in enumerate(seen) for b in seen[:n]]
    assert min(apart) >= least


def test_a_grey_copy_still_reads() -> None:
    """Lightness falls from blue to red; the three upper classes have lines of their own shape."""
    order = (RiskClass.BLUE, RiskClass.YELLOW, RiskClass.ORANGE, RiskClass.RED)
    light = [_lab(_linear(CLASS_COLOURS[one].fill))[0] for one in order]
    assert light == sorted(light, reverse=True)
    y, x = np.mgrid[0:8, 0:8]
    grey = np.array([_lab(_linear("#{:02x}{:02x}{:02x}".format(*one)))[0] for one in _shades()])
    drawn = {one: grey[pattern_index(np.full((8, 8), one), x, y)] for one in order}
    assert np.ptp(drawn[RiskClass.BLUE]) == 0
    lined = [drawn[one] for one in order[1:]]
    assert all(np.ptp(one) > 3 for one in lined), "lines are seen without colour"
    assert len({(one > one.mean()).tobytes() for one in lined}) == len(lined)


def _shades() -> list[tuple[int, int, int]]:
    return [(int(red), int(green), int(blue)) for red, green, blue, *_ in tile_palette()]


def test_every_class_has_its_own_letter() -> None:
    """A colour never stands alone: 红橙黄蓝, R O Y B, readable on their chip."""
    some = _classes()
    letters = {one: (colour.letter_zh, colour.letter_en) for one, colour in some.items()}
    assert letters == {
        RiskClass.BLUE: ("蓝", "B"),
        RiskClass.YELLOW: ("黄", "Y"),
        RiskClass.ORANGE: ("橙", "O"),
        RiskClass.RED: ("红", "R"),
    }
    assert all(_contrast(one.chip, one.chip_text) >= 4.5 for one in some.values())
