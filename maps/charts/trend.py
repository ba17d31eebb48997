"""The index of one enterprise month by month: dots, the band of the interval, gaps, corrections.

Takes published months, gives a `Chart`. A line joins months that follow one another only: where one
is missing it ends, and the picture says so. A month that was corrected has both: what was published
first as a ring, what holds now as a dot. Classes stand at the edge with their letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps.charts.drawing import NARROW, NOTHING, SIZE, WIDE, Chart, Drawing, Table, runs
from maps.charts.scales import Scale, nice_ticks, text_width, widened
from maps.words import word

if TYPE_CHECKING:
    from markupsafe import Markup

_HEIGHT, _TOP, _FOOT = 220.0, 14.0, 44.0
_LEFT, _STRIP = 34.0, 22.0
_COLOURS = ("blue", "yellow", "orange", "red")
_LEAST_BAND = 12.0  # a letter needs so much height


@dataclass(frozen=True)
class TrendPoint:
    """One published month.

    Parameters
    ----------
    month
        YYYY-MM.
    value, low, high
        What holds now, with its 90 % interval.
    colour
        Code of its class, '' for none.
    before
        What was published first, where it was corrected.
    """

    month: str
    value: float
    low: float
    high: float
    colour: str = ""
    before: float | None = None


def months_between(first: str, last: str) -> tuple[str, ...]:
    """Give the months from one to another, both included; YYYY-MM."""
    start, end = (12 * int(one[:4]) + int(one[5:]) - 1 for one in (first, last))
    return tuple(f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(start, end + 1))


def draw_trend(
    name: str, lang: str, points: Sequence[TrendPoint], cuts: tuple[float, float, float]
) -> Chart:
    """Draw the months.

    Parameters
    ----------
    name
        Of the picture on its page.
    lang
        One of the catalogue's languages.
    points
        In any order; at most one a month.
    cuts
        Lowest scores of blue, yellow, orange.

    Returns
    -------
    Chart
        Without a picture where there is no month.
    """
    ordered = sorted(points, key=lambda one: one.month)
    title = word("chart.trend.title", lang)
    table = _table(ordered, lang)
    if not ordered:
        return Chart(title, "", NOTHING, NOTHING, table, (word("chart.trend.none", lang),))
    months = months_between(ordered[0].month, ordered[-1].month)
    by_month = {one.month: one for one in ordered}
    missing = [one for one in months if one not in by_month]
    desc = _desc(ordered, missing, lang)
    graded = any(one.colour for one in ordered)
    notes = [word("chart.trend.key", lang)]
    if graded:
        notes.append(word("chart.trend.classes", lang))
    if any(one.before is not None for one in ordered):
        notes.append(word("chart.trend.corrected", lang))
    if len(ordered) == 1:
        notes.append(word("chart.trend.one", lang))
    drawn = [
        _draw(Drawing(f"{name}-{size}", title, desc, width, _HEIGHT), months, by_month, cuts, lang)
        for size, width in (("n", NARROW), ("w", WIDE))
    ]
    return Chart(title, desc, drawn[0], drawn[1], table, tuple(notes))


def _draw(
    picture: Drawing,
    months: Sequence[str],
    by_month: dict[str, TrendPoint],
    cuts: tuple[float, float, float],
    lang: str,
) -> Markup:
    right, bottom = picture.width - _STRIP - 6.0, _HEIGHT - _FOOT
    values = [one for point in by_month.values() for one in _values(point)]
    low, high = widened(max(0.0, min(values) - 2.0), min(100.0, max(values) + 2.0))
    up = Scale(low, high, bottom, _TOP)
    inset = (right - _LEFT) / (2 * len(months))
    across = Scale(0.0, max(1.0, len(months) - 1.0), _LEFT + inset, right - inset)
    if len(months) == 1:
        across = Scale(-1.0, 1.0, _LEFT, right)
    _axes(picture, up, right)
    if any(one.colour for one in by_month.values()):  # a private score has no class
        _classes(picture, up, cuts, right, lang)
    _month_names(picture, across, months)
    points = [by_month.get(one) for one in months]
    for first, after in runs([one is not None for one in points]):
        some = [(across.at(n), one) for n, one in enumerate(points) if first <= n < after and one]
        edge = [(x, up.at(one.low)) for x, one in some]
        back = [(x, up.at(one.high)) for x, one in reversed(some)]
        if len(some) > 1:
            picture.polygon([*edge, *back], "ch-band")
            picture.polyline([(x, up.at(one.value)) for x, one in some], "ch-main")
        else:
            picture.line(edge[0], back[0], "ch-whisker")
        for x, one in some:
            if one.before is not None:
                picture.circle((x, up.at(one.before)), 4.5, "ch-ring")
            picture.circle((x, up.at(one.value)), 4.0, "ch-dot")
    return picture.markup()


def _axes(picture: Drawing, up: Scale, right: float) -> None:
    for tick in nice_ticks(up.low, up.high):
        y = up.at(tick)
        picture.line((_LEFT, y), (right, y), "ch-grid")
        picture.words((_LEFT - 6, y + 5), f"{tick:g}", "ch-tick", anchor="end")


def _classes(
    picture: Drawing, up: Scale, cuts: tuple[float, float, float], right: float, lang: str
) -> None:
    """Draw the classes at the edge: each with its letter where it is high enough for one."""
    tops = (100.0, *cuts)
    for colour, high, low in zip(_COLOURS, tops, (*cuts, 0.0), strict=True):
        top, foot = up.at(min(high, up.high)), up.at(max(low, up.low))
        if foot - top <= 0:
            continue
        picture.rect(right + 4, top, _STRIP, foot - top, f"ch-class {colour}")
        if foot - top >= _LEAST_BAND + 2:
            letter = word(f"class_letter.{colour}", lang)
            middle = (right + 4 + _STRIP / 2, (top + foot) / 2 + 5)
            picture.words(middle, letter, f"ch-letter {colour}", anchor="middle")
        if up.low < low < up.high:
            picture.line((_LEFT, foot), (right + 4, foot), "ch-cut")


def _month_names(picture: Drawing, across: Scale, months: Sequence[str]) -> None:
    """Write every month that has room, the year under the first of each."""
    bottom = _HEIGHT - _FOOT
    gap = abs(across.at(1.0) - across.at(0.0))
    step = next(n for n in (1, 2, 3, 6, 12, 24) if n * gap >= text_width("00", SIZE) + 6 or n == 24)
    year = ""
    for n, month in enumerate(months):
        if n % step:
            continue
        x = across.at(float(n))
        picture.line((x, bottom), (x, bottom + 4), "ch-axis")
        picture.words((x, bottom + 19), month[5:], "ch-tick", anchor="middle")
        if month[:4] != year and gap * step >= 12:
            year = month[:4]
            picture.words((x, bottom + 37), year, "ch-tick", anchor="middle")


def _values(point: TrendPoint) -> tuple[float, ...]:
    first = () if point.before is None else (point.before,)
    return (point.low, point.value, point.high, *first)


def _desc(ordered: Sequence[TrendPoint], missing: Sequence[str], lang: str) -> str:
    last = ordered[-1]
    said = word(
        "chart.trend.desc",
        lang,
        n=len(ordered),
        first=ordered[0].month,
        last=last.month,
        value=f"{last.value:.1f}",
        low=f"{last.low:.1f}",
        high=f"{last.high:.1f}",
    )
    if not missing:
        return said
    return f"{said} {word('chart.trend.missing', lang, months=_listed(missing, lang))}"


def _listed(months: Sequence[str], lang: str) -> str:
    return word("slip.comma", lang).join(months)


def _table(ordered: Sequence[TrendPoint], lang: str) -> Table:
    corrected = any(one.before is not None for one in ordered)
    heads = ["month", "score", "interval", "class", *(["first"] if corrected else [])]
    rows = []
    for one in ordered:
        row = [
            one.month,
            f"{one.value:.1f}",
            f"{one.low:.1f}–{one.high:.1f}",
            word(f"index.colour_name.{one.colour or 'none'}", lang),
        ]
        if corrected:
            row.append("" if one.before is None else f"{one.before:.1f}")
        rows.append(tuple(row))
    return Table(tuple(word(f"chart.head.{one}", lang) for one in heads), tuple(rows))
