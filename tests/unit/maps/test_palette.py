"""The four colours: which index, which class, and that patterns join."""

from __future__ import annotations

import numpy as np
import pytest

from geo_risk.published import RiskClass
from maps.palette import (
    CLASS_COLOURS,
    PALETTE_SIZE,
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
