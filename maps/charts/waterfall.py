"""Why a value is what it is: from where it starts, step by step, to where it ends.

Takes a start, named steps and the end as they are printed, gives a `Chart`. The steps must add up
to the last printed digit: a picture that does not is refused. Each step hangs where the one before
it ended; more and less differ in shape of their end, not in colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from geo_risk.errors import InputError
from maps.charts.drawing import NARROW, SIZE, WIDE, Chart, Drawing, Table
from maps.charts.scales import Scale, text_width
from maps.words import word
from maps.words.figures import number_text

if TYPE_CHECKING:
    from markupsafe import Markup

_ROW, _BAR, _TOP, _SIDE = 38.0, 11.0, 4.0, 8.0

Step = tuple[str, float]
"""A name and what it adds."""


def draw_waterfall(
    name: str,
    lang: str,
    title: str,
    start: Step,
    steps: Sequence[Step],
    end: Step,
    decimals: int,
) -> Chart:
    """Draw how a value comes about.

    Parameters
    ----------
    name, lang
        Of the picture on its page; one of the catalogue's languages.
    title
        What it shows, unit included.
    start, end
        Where it starts and ends: name and value, as printed.
    steps
        In the order in which they are drawn; at least one.
    decimals
        With which all of them are printed.

    Raises
    ------
    InputError
        When start and steps do not add up to the end at that precision.
    """
    _check(start, steps, end, decimals)
    numbers = [number_text(start[1], decimals)]
    numbers += [_signed(value, decimals) for _, value in steps]
    numbers.append(number_text(end[1], decimals))
    largest = max(steps, key=lambda one: abs(one[1]))
    desc = word(
        "chart.waterfall.desc",
        lang,
        start=f"{start[0]} {numbers[0]}",
        end=f"{end[0]} {numbers[-1]}",
        largest=f"{largest[0]} {_signed(largest[1], decimals)}",
    )
    names = [start[0], *(one for one, _ in steps), end[0]]
    drawn = [
        _draw(
            Drawing(f"{name}-{size}", title, desc, width, _TOP * 2 + _ROW * len(names)),
            names,
            numbers,
            (start[1], [value for _, value in steps], end[1]),
        )
        for size, width in (("n", NARROW), ("w", WIDE))
    ]
    head = tuple(word(f"chart.head.{one}", lang) for one in ("part", "share"))
    table = Table(head, tuple(zip(names, numbers, strict=True)))
    return Chart(title, desc, drawn[0], drawn[1], table, (word("chart.waterfall.key", lang),))


def _draw(
    picture: Drawing,
    names: Sequence[str],
    numbers: Sequence[str],
    values: tuple[float, Sequence[float], float],
) -> Markup:
    start, steps, end = values
    stands = [start]
    for step in steps:
        stands.append(stands[-1] + step)
    low, high = min(0.0, end, *stands), max(0.0, end, *stands)
    across = Scale(low, high if high > low else low + 1.0, _SIDE, picture.width - _SIDE)
    bars = [(0.0, start, "ch-total"), *_moves(stands), (0.0, end, "ch-total")]
    zero = across.at(0.0)
    for n, (name, number, (begun, ended, kind)) in enumerate(
        zip(names, numbers, bars, strict=True)
    ):
        top = _TOP + n * _ROW
        room = picture.width - 2 * _SIDE - 1.15 * text_width(number, SIZE) - 8  # it is bold
        picture.words((_SIDE, top + 15), name, width=room)
        picture.words((picture.width - _SIDE, top + 15), number, "ch-num", anchor="end")
        if low < 0.0:
            picture.line((zero, top + 18), (zero, top + 24 + _BAR), "ch-axis")
        left, right = sorted((across.at(begun), across.at(ended)))
        picture.rect(left, top + 21, max(right - left, 0.5), _BAR, kind)
        if kind != "ch-total":
            tip = across.at(ended)
            picture.line((tip, top + 19), (tip, top + 23 + _BAR), "ch-tip")
        if n + 1 < len(bars):
            there = across.at(ended)
            picture.line((there, top + 21 + _BAR), (there, top + 21 + _ROW), "ch-join")
    return picture.markup()


def _moves(stands: Sequence[float]) -> list[tuple[float, float, str]]:
    return [
        (begun, ended, "ch-more" if ended >= begun else "ch-less")
        for begun, ended in pairwise(stands)
    ]


def _signed(value: float, decimals: int) -> str:
    shown = number_text(abs(value), decimals)
    return f"−{shown}" if value < 0 else f"+{shown}"


def _check(start: Step, steps: Sequence[Step], end: Step, decimals: int) -> None:
    """Add up what is printed, digit by digit."""
    if not steps:
        raise InputError("A waterfall without steps.", "Give at least one.")
    unit = Decimal(1).scaleb(-decimals)
    parts = [Decimal(one).quantize(unit) for one in (start[1], *(value for _, value in steps))]
    if sum(parts) != Decimal(end[1]).quantize(unit):
        raise InputError(
            f"{' + '.join(str(one) for one in parts)} is not {end[1]:.{decimals}f}.",
            "Round the parts so that they add up.",
        )
