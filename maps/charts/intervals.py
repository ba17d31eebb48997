"""Shares with their intervals, one a line on one scale: what is known, and how well.

Takes counts with intervals, gives a `Chart`. The dot is the share, the bar its interval; a line
without cases has words instead. Few cases show as a long bar, so nobody reads much into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps.charts.drawing import NARROW, NOTHING, SIZE, WIDE, Chart, Drawing, Table
from maps.charts.scales import Scale, nice_ticks, text_width, widened
from maps.words import word
from maps.words.figures import number_text, share_text

if TYPE_CHECKING:
    from markupsafe import Markup

_ROW, _TOP, _FOOT, _SIDE = 42.0, 4.0, 28.0, 26.0


@dataclass(frozen=True)
class IntervalRow:
    """One share: `hits` of `of`, None where the share is weighted; low and high of its interval."""

    name: str
    share: float | None
    low: float
    high: float
    of: int
    hits: int | None = None


def draw_intervals(
    name: str,
    lang: str,
    title: str,
    rows: Sequence[IntervalRow],
    *,
    level: int,
    none: str,
    desc: str = "",
) -> Chart:
    """Draw the shares.

    Parameters
    ----------
    name, lang, title
        Of the picture.
    rows
        In their order; a share is None where there was no case.
    level
        Of the intervals, in percent.
    none
        What is said where no row has a share.
    desc
        What the picture says.

    Returns
    -------
    Chart
        Without a picture where no row has a share.
    """
    table = _table(rows, lang, level)
    known = [one for one in rows if one.share is not None]
    if not known:
        return Chart(title, "", NOTHING, NOTHING, table, (none,))
    height = _TOP + _ROW * len(known) + _FOOT
    drawn = [
        _draw(Drawing(f"{name}-{size}", title, desc or title, width, height), known)
        for size, width in (("n", NARROW), ("w", WIDE))
    ]
    key = word("chart.intervals.key", lang, level=level)
    return Chart(title, desc or title, drawn[0], drawn[1], table, (key,))


def _draw(picture: Drawing, rows: Sequence[IntervalRow]) -> Markup:
    low, high = widened(min(one.low for one in rows), max(one.high for one in rows), 5)
    low, high = max(0.0, low), min(1.0, high)
    across = Scale(low, high, _SIDE, picture.width - _SIDE)
    foot = picture.height - _FOOT
    for tick in nice_ticks(low, high, 5):
        x = across.at(tick)
        picture.line((x, _TOP), (x, foot + 4), "ch-grid")
        picture.words((x, foot + 20), f"{100 * tick:g}%", "ch-tick", anchor="middle")
    for n, one in enumerate(rows):
        top = _TOP + n * _ROW
        said = _said(one)
        room = picture.width - 12 - text_width(said, SIZE) - 8
        picture.words((6, top + 15), one.name, width=room)
        picture.words((picture.width - 6, top + 15), said, "ch-num", anchor="end")
        y = top + 28
        picture.line((across.at(one.low), y), (across.at(one.high), y), "ch-whisker")
        for end in (one.low, one.high):
            picture.line((across.at(end), y - 4), (across.at(end), y + 4), "ch-whisker")
        picture.circle((across.at(one.share or 0.0), y), 4.5, "ch-dot")
    return picture.markup()


def _said(one: IntervalRow) -> str:
    if one.share is None:
        return "–"
    if one.hits is None:
        return f"{share_text(one.share)} ({number_text(one.of, 0)})"
    return f"{share_text(one.share)} ({number_text(one.hits, 0)} / {number_text(one.of, 0)})"


def _table(rows: Sequence[IntervalRow], lang: str, level: int) -> Table:
    heads = [word(f"chart.head.{one}", lang) for one in ("name", "hits", "of", "share_of")]
    heads.append(word("chart.head.interval_of", lang, level=level))
    cells = []
    for one in rows:
        known = one.share is not None
        cells.append(
            (
                one.name,
                "–" if one.hits is None else number_text(one.hits, 0),
                number_text(one.of, 0),
                share_text(one.share) if one.share is not None else "–",
                f"{share_text(one.low)}–{share_text(one.high)}" if known else "–",
            )
        )
    return Table(tuple(heads), tuple(cells))
