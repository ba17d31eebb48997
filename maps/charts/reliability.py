"""Said and seen: whether what was forecast came as often as it was said.

Takes the classes of a served model's scorecard, gives a `Chart`: for each class the probability
that was said and the share of cells in which something came, with its Wilson 90 % interval and how
many cells it rests on. On the diagonal what was said is what came. Both sides go with the square
root, for most cells have small probabilities (Murphy & Winkler 1977, Applied Statistics 26, 41-47).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo_risk.casework import wilson
from maps.charts.drawing import NARROW, NOTHING, SIZE, WIDE, Chart, Drawing, Table
from maps.charts.scales import Scale, root_ticks, text_width
from maps.words import word
from maps.words.figures import number_text, share_text

if TYPE_CHECKING:
    from markupsafe import Markup

_HEIGHT, _TOP, _FOOT, _LEFT, _RIGHT = 280.0, 12.0, 44.0, 52.0, 14.0


@dataclass(frozen=True)
class ReliabilityClass:
    """One class of what was said: mean probability, cells, and in how many something came."""

    said: float
    seen: int
    cells: int

    @property
    def share(self) -> float:
        """Of the cells in which something came."""
        return self.seen / self.cells

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, 90 %."""
        rate = wilson(self.seen, self.cells)
        return rate.low or 0.0, rate.high or 0.0


def draw_reliability(
    name: str, lang: str, title: str, classes: Sequence[ReliabilityClass], folds: int
) -> Chart:
    """Draw what was said and what came.

    Parameters
    ----------
    name, lang, title
        Of the picture.
    classes
        From the lowest probability up.
    folds
        How many past windows it rests on.

    Returns
    -------
    Chart
        Without a picture where there is no class.
    """
    table = _table(classes, lang)
    if not classes:
        none = word("chart.reliability.none", lang)
        return Chart(title, "", NOTHING, NOTHING, table, (none,))
    off = [one for one in classes if not one.interval[0] <= one.said <= one.interval[1]]
    desc = word(
        "chart.reliability.desc", lang, n=len(classes), good=len(classes) - len(off), folds=folds
    )
    labels = word("chart.reliability.across", lang), word("chart.reliability.up", lang)
    drawn = [
        _draw(Drawing(f"{name}-{size}", title, desc, width, _HEIGHT), classes, *labels)
        for size, width in (("n", NARROW), ("w", WIDE))
    ]
    notes = word("chart.reliability.key", lang), word("chart.reliability.cells", lang)
    return Chart(title, desc, drawn[0], drawn[1], table, notes)


def _draw(
    picture: Drawing, classes: Sequence[ReliabilityClass], across: str, upwards: str
) -> Markup:
    top = max(max(one.said, one.interval[1]) for one in classes)
    high = min(1.0, top * 1.05) if top > 0 else 1.0
    side = Scale(0.0, high, _LEFT, picture.width - _RIGHT, root=True)
    up = Scale(0.0, high, _HEIGHT - _FOOT, _TOP + 16, root=True)
    _ticks(picture, side, up)
    picture.words((4, _TOP + 4), upwards, "ch-tick", width=picture.width - 8)
    end = (picture.width - _RIGHT, _HEIGHT - _FOOT + 38)
    picture.words(end, across, "ch-tick", anchor="end", width=picture.width - _RIGHT)
    picture.line((side.at(0.0), up.at(0.0)), (side.at(high), up.at(high)), "ch-target")
    places = [(side.at(one.said), up.at(one.share)) for one in classes]
    picture.polyline(places, "ch-main")
    for one, (x, y) in zip(classes, places, strict=True):
        low, above = one.interval
        picture.line((x, up.at(low)), (x, up.at(above)), "ch-whisker")
        picture.circle((x, y), 4.5, "ch-dot")
    return picture.markup()


def _ticks(picture: Drawing, side: Scale, up: Scale) -> None:
    """Write the values on both sides, from the highest down, each where it has room."""
    foot = _HEIGHT - _FOOT
    above, right = -1e9, 1e9
    for tick in reversed(root_ticks(up.high)):
        label = f"{100 * tick:g}%"
        if tick == 0 or up.at(0.0) - 15 >= up.at(tick) >= above + 15:
            above = up.at(tick)
            picture.line((_LEFT, above), (picture.width - _RIGHT, above), "ch-grid")
            picture.words((_LEFT - 6, above + 5), label, "ch-tick", anchor="end")
        half = text_width(label, SIZE) / 2
        x = min(side.at(tick), picture.width - half)
        if tick == 0 or (x + half + 6 <= right and x - half >= side.at(0.0) + 14):
            right = x - half
            picture.line((side.at(tick), foot), (side.at(tick), foot + 4), "ch-axis")
            picture.words((x, foot + 19), label, "ch-tick", anchor="middle")


def _table(classes: Sequence[ReliabilityClass], lang: str) -> Table:
    heads = ("said", "seen", "interval", "came", "cells")
    return Table(
        tuple(word(f"chart.head.{one}", lang) for one in heads),
        tuple(
            (
                share_text(one.said),
                share_text(one.share),
                f"{share_text(one.interval[0])}–{share_text(one.interval[1])}",
                number_text(one.seen, 0),
                number_text(one.cells, 0),
            )
            for one in classes
        ),
    )
