"""Who has been visited in time: the share of premises by zone, month by month, as small columns.

Takes counts by zone and month end, gives a `Chart`: one line a zone with the newest share in words
and a column a month, all on one scale from nothing to all. A month in which a zone had no premises
is left blank. Whose work it was is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps.charts.drawing import NARROW, NOTHING, SIZE, WIDE, Chart, Drawing, Table
from maps.charts.scales import text_width
from maps.words import word
from maps.words.figures import number_text, share_text

if TYPE_CHECKING:
    from markupsafe import Markup

_ROW, _COLUMN, _TOP, _FOOT, _SIDE, _GAP = 62.0, 34.0, 4.0, 26.0, 6.0, 3.0


@dataclass(frozen=True)
class CoverageRow:
    """One zone: for each month how many premises were visited in time, of how many."""

    name: str
    in_time: tuple[int, ...]
    of: tuple[int, ...]


def draw_coverage(
    name: str, lang: str, title: str, months: Sequence[str], rows: Sequence[CoverageRow]
) -> Chart:
    """Draw the zones.

    Parameters
    ----------
    name, lang, title
        Of the picture.
    months
        YYYY-MM, oldest first; at the end of each, premises were counted.
    rows
        One a zone, a number for each of the months.

    Returns
    -------
    Chart
        Without a picture where there is no month or no zone.
    """
    table = _table(months, rows, lang)
    if not months or not rows:
        none = word("chart.coverage.none", lang)
        return Chart(title, "", NOTHING, NOTHING, table, (none,))
    last = sum(one.in_time[-1] for one in rows), sum(one.of[-1] for one in rows)
    desc = word(
        "chart.coverage.desc",
        lang,
        month=months[-1],
        share=share_text(last[0] / last[1]) if last[1] else "–",
        hits=number_text(last[0], 0),
        of=number_text(last[1], 0),
    )
    height = _TOP + _ROW * len(rows) + _FOOT
    drawn = [
        _draw(Drawing(f"{name}-{size}", title, desc, width, height), months, rows)
        for size, width in (("n", NARROW), ("w", WIDE))
    ]
    return Chart(title, desc, drawn[0], drawn[1], table, (word("chart.coverage.key", lang),))


def _draw(picture: Drawing, months: Sequence[str], rows: Sequence[CoverageRow]) -> Markup:
    step = (picture.width - 2 * _SIDE) / len(months)
    width = min(step - _GAP, 40.0)
    for n, row in enumerate(rows):
        top = _TOP + n * _ROW
        said = _share(row.in_time[-1], row.of[-1])
        room = picture.width - 2 * _SIDE - text_width(said, SIZE) - 8
        picture.words((_SIDE, top + 15), row.name, width=room)
        picture.words((picture.width - _SIDE, top + 15), said, "ch-num", anchor="end")
        foot = top + 21 + _COLUMN
        for place, (hits, of) in enumerate(zip(row.in_time, row.of, strict=True)):
            left = _SIDE + place * step
            if of == 0:
                continue
            picture.rect(left, foot - _COLUMN, width, _COLUMN, "ch-whole")
            picture.rect(left, foot - _COLUMN * hits / of, width, _COLUMN * hits / of, "ch-fill")
    _month_names(picture, months, step, width)
    return picture.markup()


def _month_names(picture: Drawing, months: Sequence[str], step: float, width: float) -> None:
    """Write the first and the last month, each where it fits."""
    y = picture.height - 8
    picture.words((_SIDE, y), months[0], "ch-tick")
    right = _SIDE + (len(months) - 1) * step + width
    if len(months) > 1 and right - text_width(months[-1], SIZE) > text_width(months[0], SIZE) + 12:
        picture.words((right, y), months[-1], "ch-tick", anchor="end")


def _share(hits: int, of: int) -> str:
    if not of:
        return "–"
    return f"{share_text(hits / of)} ({number_text(hits, 0)} / {number_text(of, 0)})"


def _table(months: Sequence[str], rows: Sequence[CoverageRow], lang: str) -> Table:
    return Table(
        (word("chart.head.area", lang), *months),
        tuple(
            (row.name, *(_share(*pair) for pair in zip(row.in_time, row.of, strict=True)))
            for row in rows
        ),
    )
