"""Rates of areas beside the limits of chance: a funnel plot, so that small areas do not look worst.

Takes hits and denominators by area, gives a `Chart`; after Spiegelhalter (2005), with exact limits
(`limits`) at 95 % and 99.8 % around the common rate. Areas within are dots without a name; those
beyond have their own shapes and names. Of officers and teams no funnel is drawn, ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from maps.charts.drawing import NARROW, NOTHING, SIZE, WIDE, Chart, Drawing, Place, Table
from maps.charts.limits import LEVELS, binomial_limits, poisson_limits
from maps.charts.scales import Scale, fitted, nice_ticks, text_width, widened
from maps.words import word
from maps.words.figures import number_text

if TYPE_CHECKING:
    from markupsafe import Markup
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_HEIGHT, _TOP, _FOOT, _LEFT, _RIGHT = 260.0, 12.0, 44.0, 50.0, 10.0
_CURVE, _NAME = 120, 120.0
Box = tuple[float, float, float, float]
LEAST_AREAS = 3
"""Fewer are no funnel: their table says all."""


@dataclass(frozen=True)
class FunnelPoint:
    """One area: its name, how many of how many (or events against what)."""

    name: str
    hits: float
    of: float

    @property
    def rate(self) -> float:
        """Hits of one."""
        return self.hits / self.of


@dataclass(frozen=True)
class Judged:
    """An area and where it lies: `within`, `above_95`, `above_998`, `below_95`, `below_998`."""

    point: FunnelPoint
    verdict: str

    @property
    def is_beyond(self) -> bool:
        """Whether chance alone hardly explains it."""
        return self.verdict != "within"


def judge(points: Sequence[FunnelPoint], *, poisson: bool = False) -> list[Judged]:
    """Say of each area where it lies, in their order; all need a denominator above 0."""
    if not points:
        return []
    of = np.array([one.of for one in points])
    limits = [_limits(points, of, level, poisson=poisson) for level in LEVELS]
    found = []
    for n, one in enumerate(points):
        verdict = "within"
        for name, (low, high) in zip(("95", "998"), limits, strict=True):
            if one.rate > high[n] + 1e-12:
                verdict = f"above_{name}"
            elif one.rate < low[n] - 1e-12:
                verdict = f"below_{name}"
        found.append(Judged(one, verdict))
    return found


def draw_funnel(
    name: str,
    lang: str,
    title: str,
    points: Sequence[FunnelPoint],
    *,
    across: str,
    poisson: bool = False,
) -> Chart:
    """Draw the areas.

    Parameters
    ----------
    name, lang, title
        Of the picture.
    points
        One an area; those without a denominator are left out.
    across
        What the denominators count, in the page's language.
    poisson
        Events against an exposure, shown a hundred of it; else a share, shown in percent.

    Returns
    -------
    Chart
        Without a picture where fewer than `LEAST_AREAS` have a denominator.
    """
    known = judge([one for one in points if one.of > 0], poisson=poisson)
    table = _table(known, lang, poisson=poisson)
    if len(known) < LEAST_AREAS:
        none = word("chart.funnel.none", lang, n=len(known))
        return Chart(title, "", NOTHING, NOTHING, table, (none,))
    desc = _desc(known, lang, poisson=poisson)
    drawn = [
        _draw(
            Drawing(f"{name}-{size}", title, desc, width, _HEIGHT), known, across, poisson=poisson
        )
        for size, width in (("n", NARROW), ("w", WIDE))
    ]
    key = word("chart.funnel.key", lang)
    return Chart(title, desc, drawn[0], drawn[1], table, (key,))


def _draw(picture: Drawing, known: Sequence[Judged], across: str, *, poisson: bool) -> Markup:
    points = [one.point for one in known]
    most = max(one.of for one in points)
    side = Scale(0.0, widened(0.0, most)[1], _LEFT, picture.width - _RIGHT)
    of = np.unique(np.round(np.linspace(1.0, side.high, _CURVE)))  # a binomial counts whole cases
    curves = [_limits(points, of, level, poisson=poisson) for level in LEVELS]
    rates = [one.rate for one in points]
    seen = of >= min(one.of for one in points) * 0.7
    reach = (
        [float(edge[seen].max()) for _, edge in curves],
        [float(edge[seen].min()) for edge, _ in curves],
    )
    low, high = widened(max(0.0, min(*rates, *reach[1])), max(*rates, *reach[0]))
    up = Scale(low, high if poisson else min(1.0, high), _HEIGHT - _FOOT, _TOP)
    _frame(picture, side, up, across, poisson=poisson)
    for kind, pair in zip(("ch-limit", "ch-limit far"), curves, strict=True):
        for edge in pair:
            for places in _inside(side, up, of, edge):
                picture.polyline(places, kind)
    middle = up.at(_target(points))
    picture.line((_LEFT, middle), (picture.width - _RIGHT, middle), "ch-target")
    marks = [(one, (side.at(one.point.of), up.at(one.point.rate))) for one in known]
    for one, at in sorted(marks, key=lambda pair: pair[0].is_beyond):
        _mark(picture, one, at)
    _names(picture, marks)
    return picture.markup()


def _frame(picture: Drawing, side: Scale, up: Scale, across: str, *, poisson: bool) -> None:
    said = _said(poisson=poisson)
    for tick in nice_ticks(up.low, up.high):
        y = up.at(tick)
        picture.line((_LEFT, y), (picture.width - _RIGHT, y), "ch-grid")
        picture.words((_LEFT - 6, y + 5), said(tick, 0), "ch-tick", anchor="end")
    foot = _HEIGHT - _FOOT
    for tick in nice_ticks(side.low, side.high, 5):
        label = number_text(tick, 0)
        half = text_width(label, SIZE) / 2
        x = min(side.at(tick), picture.width - half)
        picture.line((side.at(tick), foot), (side.at(tick), foot + 4), "ch-axis")
        picture.words((x, foot + 19), label, "ch-tick", anchor="middle")
    middle = (_LEFT + picture.width - _RIGHT) / 2
    width = 2 * min(middle, picture.width - middle)
    picture.words((middle, foot + 38), across, "ch-tick", anchor="middle", width=width)


def _mark(picture: Drawing, one: Judged, at: Place) -> None:
    if not one.is_beyond:
        picture.circle(at, 4.5, "ch-area")
    elif one.verdict.endswith("998"):
        picture.diamond(at, 7.0, "ch-area out far")
    else:
        picture.diamond(at, 6.0, "ch-area out")


def _names(picture: Drawing, marks: Sequence[tuple[Judged, Place]]) -> None:
    """Write the names of areas beyond the limits, each beside its mark where nothing stands."""
    taken = [(x - 8, y - 8, x + 8, y + 8) for _, (x, y) in marks]
    for one, (x, y) in marks:
        if not one.is_beyond:
            continue
        name = fitted(one.point.name, SIZE, _NAME)
        width = 1.1 * text_width(name, SIZE)
        base = max(_TOP + 12.0, min(y + 5.0, _HEIGHT - _FOOT - 4.0))
        for start, anchor in ((x + 10.0, "start"), (x - 10.0, "end")):
            left = start if anchor == "start" else start - width
            box = (left, base - 12.0, left + width, base + 3.0)
            if left < _LEFT or box[2] > picture.width or any(_meet(box, other) for other in taken):
                continue
            taken.append(box)
            picture.words((start, base), name, "ch-name", anchor=anchor)
            break


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _inside(side: Scale, up: Scale, of: Floats, edge: Floats) -> list[list[Place]]:
    """Give a limit's line where it lies in the picture, in pieces."""
    pieces: list[list[Place]] = [[]]
    for n, value in zip(of, edge, strict=True):
        if up.low <= value <= up.high:
            pieces[-1].append((side.at(float(n)), up.at(float(value))))
        elif pieces[-1]:
            pieces.append([])
    return [one for one in pieces if len(one) > 1]


def _target(points: Sequence[FunnelPoint]) -> float:
    return sum(one.hits for one in points) / sum(one.of for one in points)


def _limits(
    points: Sequence[FunnelPoint], of: ArrayLike, level: float, *, poisson: bool
) -> tuple[Floats, Floats]:
    return (poisson_limits if poisson else binomial_limits)(_target(points), of, level)


def _said(*, poisson: bool) -> Callable[[float, int], str]:
    """Give how a rate is written: a share in percent, events a hundred of their exposure."""

    def percent(rate: float, decimals: int) -> str:
        return f"{100 * rate:.{decimals}f}%"

    def hundred(rate: float, decimals: int) -> str:
        return number_text(100 * rate, decimals)

    return hundred if poisson else percent


def _desc(known: Sequence[Judged], lang: str, *, poisson: bool) -> str:
    target = _said(poisson=poisson)(_target([one.point for one in known]), 1)
    beyond = [one.point.name for one in known if one.is_beyond]
    if not beyond:
        return word("chart.funnel.all_within", lang, n=len(known), target=target)
    names = word("slip.comma", lang).join(beyond)
    return word("chart.funnel.beyond", lang, n=len(beyond), names=names, target=target)


def _table(known: Sequence[Judged], lang: str, *, poisson: bool) -> Table:
    rate = "rate" if poisson else "share_of"
    heads = ("area", "hits", "of", rate, "verdict")
    said = _said(poisson=poisson)
    return Table(
        tuple(word(f"chart.head.{one}", lang) for one in heads),
        tuple(
            (
                one.point.name,
                number_text(one.point.hits, 0),
                number_text(one.point.of, 0),
                said(one.point.rate, 1),
                word(f"chart.verdict.{one.verdict}", lang),
            )
            for one in known
        ),
    )
