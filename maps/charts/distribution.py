"""How the scores of a month are spread: a column for every five points, classes at their cuts.

Takes scores, gives a `Chart`. A score at a bound belongs to the column above it, as to the class
above it; classes stand under the columns with their letters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from maps.charts.drawing import NARROW, NOTHING, SIZE, WIDE, Chart, Drawing, Table
from maps.charts.scales import Scale, nice_ticks, text_width, widened
from maps.words import word
from maps.words.figures import number_text

if TYPE_CHECKING:
    from markupsafe import Markup

_HEIGHT, _TOP, _FOOT, _LEFT, _RIGHT, _STRIP = 210.0, 12.0, 48.0, 40.0, 14.0, 20.0
_BIN = 5.0
_COLOURS = ("red", "orange", "yellow", "blue")


def draw_distribution(
    name: str, lang: str, scores: Sequence[float], cuts: tuple[float, float, float]
) -> Chart:
    """Draw the scores of a month.

    Parameters
    ----------
    name, lang
        Of the picture on its page; one of the catalogue's languages.
    scores
        From 0 to 100.
    cuts
        Lowest scores of blue, yellow, orange.

    Returns
    -------
    Chart
        Without a picture where there is no score.
    """
    title = word("chart.distribution.title", lang)
    bins = _counted(scores)
    heads = tuple(word(f"chart.head.{one}", lang) for one in ("points", "enterprises"))
    rows = tuple((f"{low:g}–{low + _BIN:g}", number_text(n, 0)) for low, n in bins)
    table = Table(heads, rows)
    if not bins:
        none = word("chart.distribution.none", lang)
        return Chart(title, "", NOTHING, NOTHING, table, (none,))
    ordered = sorted(scores)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    desc = word("chart.distribution.desc", lang, n=len(scores), middle=f"{middle:.1f}")
    drawn = [
        _draw(Drawing(f"{name}-{size}", title, desc, width, _HEIGHT), bins, cuts, lang)
        for size, width in (("n", NARROW), ("w", WIDE))
    ]
    key = word("chart.distribution.key", lang)
    return Chart(title, desc, drawn[0], drawn[1], table, (key,))


def _counted(scores: Sequence[float]) -> list[tuple[float, int]]:
    """Count scores in columns of five points, from the lowest to the highest that has any."""
    if not scores:
        return []
    places = [min(int(100 / _BIN) - 1, math.floor(one / _BIN)) for one in scores]
    return [(n * _BIN, places.count(n)) for n in range(min(places), max(places) + 1)]


def _draw(
    picture: Drawing,
    bins: Sequence[tuple[float, int]],
    cuts: tuple[float, float, float],
    lang: str,
) -> Markup:
    foot = _HEIGHT - _FOOT
    side = Scale(bins[0][0], bins[-1][0] + _BIN, _LEFT, picture.width - _RIGHT)
    up = Scale(0.0, widened(0.0, max(n for _, n in bins))[1], foot, _TOP)
    for tick in nice_ticks(up.low, up.high, 5):
        if tick != int(tick):
            continue
        picture.line((_LEFT, up.at(tick)), (picture.width - _RIGHT, up.at(tick)), "ch-grid")
        label = number_text(tick, 0)
        picture.words((_LEFT - 6, up.at(tick) + 5), label, "ch-tick", anchor="end")
    for low, n in bins:
        left, right = side.at(low), side.at(low + _BIN)
        picture.rect(left + 1, up.at(n), right - left - 2, foot - up.at(n), "ch-fill")
    edges = (0.0, *sorted(cuts), 100.0)
    for colour, (low, high) in zip(_COLOURS, pairwise(edges), strict=True):
        begin, end = side.at(max(low, side.low)), side.at(min(high, side.high))
        if end <= begin:
            continue
        picture.rect(begin, foot + 2, end - begin, _STRIP, f"ch-class {colour}")
        letter = word(f"class_letter.{colour}", lang)
        if end - begin >= text_width(letter, SIZE) + 2:
            at = ((begin + end) / 2, foot + 2 + _STRIP / 2 + 5)
            picture.words(at, letter, f"ch-letter {colour}", anchor="middle")
    for tick in nice_ticks(side.low, side.high, 5):
        at = (side.at(tick), _HEIGHT - 8)
        picture.words(at, f"{tick:g}", "ch-tick", anchor="middle")
    return picture.markup()
