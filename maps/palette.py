"""The four colours: fills, patterns, chips, letters, and the indices of a tile's palette.

Takes classes (`RiskClass`, 0 = nothing there), gives colours and palette indices. The colours and
ratios are those of the console's design, chosen so that lightness falls from blue to red and a grey
copy still reads. Colour never stands alone: red is cross-hatched, orange has diagonals, yellow has
level lines, blue is plain; dots are no pattern, dots are enterprises. A pattern depends on absolute
pixel coordinates only and repeats every 8 pixels, so patterns join from tile to tile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_risk.published import RiskClass

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Bytes = NDArray[np.uint8]

PERIOD = 8
"""Patterns repeat after so many pixels both ways; divides a tile's 256."""


@dataclass(frozen=True)
class ClassColour:
    """How one class looks, on the map, in a chip and in words.

    Parameters
    ----------
    key
        Its word: `red`, `orange`, `yellow`, `blue`, `none`.
    fill, line
        Map area and the lines on it, #rrggbb; `line` equals `fill` where there is no pattern.
    chip, chip_text
        Ground and text of the small label, #rrggbb.
    ink
        For words on white, #rrggbb.
    letter_zh, letter_en
        The character that stands beside the colour.
    """

    key: str
    fill: str
    line: str
    chip: str
    chip_text: str
    ink: str
    letter_zh: str
    letter_en: str


INK = "#15202b"
NO_DATA = ClassColour("none", "#eef1f3", "#76838f", "#eef1f3", "#46535f", "#46535f", "–", "–")

CLASS_COLOURS: dict[RiskClass, ClassColour] = {
    RiskClass.BLUE: ClassColour(
        "blue", "#dce8f7", "#dce8f7", "#1f5fae", "#ffffff", "#174a8c", "蓝", "B"
    ),
    RiskClass.YELLOW: ClassColour(
        "yellow", "#f5d76e", "#947a23", "#ffd84d", "#15202b", "#6b5200", "黄", "Y"
    ),
    RiskClass.ORANGE: ClassColour(
        "orange", "#e8862e", "#914c0e", "#f08a24", "#15202b", "#8a4300", "橙", "O"
    ),
    RiskClass.RED: ClassColour(
        "red", "#a61c1c", "#e9c6c6", "#b3261e", "#ffffff", "#9b1c15", "红", "R"
    ),
}
"""From the lowest class to the highest. `line` is the design's ink over the fill at its opacity."""

_FILL_INDEX = {
    RiskClass.BLUE: 1,
    RiskClass.YELLOW: 2,
    RiskClass.ORANGE: 4,
    RiskClass.RED: 6,
}
_LINE_INDEX = {
    RiskClass.BLUE: 1,
    RiskClass.YELLOW: 3,
    RiskClass.ORANGE: 5,
    RiskClass.RED: 7,
}
PALETTE_SIZE = 8


def rgb(colour: str) -> tuple[int, int, int]:
    """Give red, green, blue (0 to 255) of `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def tile_palette() -> tuple[tuple[int, int, int, int], ...]:
    """Give a tile's palette: `PALETTE_SIZE` entries of (red, green, blue, alpha).

    Entry 0 is transparent.
    """
    entries = [(0, 0, 0, 0)] * PALETTE_SIZE
    for risk_class, colour in CLASS_COLOURS.items():
        entries[_FILL_INDEX[risk_class]] = (*rgb(colour.fill), 255)
        entries[_LINE_INDEX[risk_class]] = (*rgb(colour.line), 255)
    return tuple(entries)


def pattern_index(classes: ArrayLike, px: ArrayLike, py: ArrayLike) -> Bytes:
    """Give the palette index of each pixel of a graded picture.

    Parameters
    ----------
    classes
        `RiskClass` of each pixel, integers, any shape; 0 is transparent.
    px, py
        Absolute pixel coordinates (tile number x 256 + place in the tile), integers that broadcast
        to the shape of `classes`; py grows southwards.

    Returns
    -------
    ndarray
        uint8 of the shape of `classes`, indices into `tile_palette()`.
    """
    x, y = np.asarray(px, np.int64), np.asarray(py, np.int64)
    return _INDEX_TABLE[np.asarray(classes, np.uint8), y % PERIOD, x % PERIOD]


def pattern_table() -> list[list[list[int]]]:
    """Give the palette index by class, y and x within one period, for a browser that draws."""
    return [[[int(one) for one in row] for row in rows] for rows in _INDEX_TABLE]


def class_of_index(index: ArrayLike) -> Bytes:
    """Give the class that a palette index belongs to: uint8 of the same shape."""
    return _CLASS_OF_INDEX[np.asarray(index, np.uint8)]


def class_of_rgb(red: int, green: int, blue: int) -> RiskClass:
    """Give the class whose fill or line has exactly this colour, `NONE` for any other."""
    for index, entry in enumerate(tile_palette()):
        if index and entry[:3] == (red, green, blue):
            return RiskClass(int(_CLASS_OF_INDEX[index]))
    return RiskClass.NONE


def _index_table() -> Bytes:
    """Give the index by class, y and x within one period: (5, PERIOD, PERIOD)."""
    y, x = np.mgrid[0:PERIOD, 0:PERIOD]
    rising, falling = (x + y) % PERIOD == PERIOD - 1, x == y
    lines = {
        RiskClass.BLUE: np.zeros_like(rising),
        RiskClass.YELLOW: y == PERIOD // 2,
        RiskClass.ORANGE: rising,
        RiskClass.RED: rising | falling,
    }
    table = np.zeros((len(RiskClass), PERIOD, PERIOD), np.uint8)
    for risk_class, on_line in lines.items():
        table[risk_class] = np.where(on_line, _LINE_INDEX[risk_class], _FILL_INDEX[risk_class])
    return table


def _class_of_index() -> Bytes:
    table = np.zeros(256, np.uint8)
    for indices in (_LINE_INDEX, _FILL_INDEX):
        for risk_class, index in indices.items():
            table[index] = risk_class
    return table


_INDEX_TABLE = _index_table()
_CLASS_OF_INDEX = _class_of_index()
