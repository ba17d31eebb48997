"""Curves as SVG text: a few panels side by side, lines with bands, a legend below.

No drawing library: what a page of docs needs is axes, lines and words. Colours are told apart
without colour too, by dashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

WIDTH, HEIGHT = 400, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 34, 40
_LEGEND = 22
_FONT = 'font-family="system-ui, sans-serif" font-size="11"'


@dataclass(frozen=True, eq=False)
class Line:
    """One curve.

    Parameters
    ----------
    name
        In the legend, once for lines of one name; '' not at all.
    x, y
        (n,); NaN leaves a gap.
    colour, dash
        As SVG has them.
    low, high
        (n,) of a band about it; None: no band.
    width
        Pixels.
    """

    name: str
    x: ArrayLike
    y: ArrayLike
    colour: str = "#1d4ed8"
    dash: str = ""
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    width: float = 2.0


@dataclass(frozen=True)
class Panel:
    """Axes with their title, names, lines; `floor` and `ceiling` are shown whatever the lines."""

    title: str
    x_name: str
    lines: tuple[Line, ...]
    floor: float = 0.0
    ceiling: float = 0.0


def draw(panels: Sequence[Panel]) -> str:
    """Draw panels in a row.

    Returns
    -------
    str
        A whole SVG file.
    """
    width = WIDTH * len(panels)
    height = HEIGHT + _LEGEND
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" {_FONT} fill="#334155">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for number, panel in enumerate(panels):
        parts.append(f'<g transform="translate({number * WIDTH} 0)">{_panel(panel)}</g>')
    parts += [_legend([line for panel in panels for line in panel.lines]), "</svg>"]
    return "\n".join(parts) + "\n"


def ticks(low: float, high: float, many: int = 5) -> list[float]:
    """Give round numbers within [low, high], about so many: steps of 1, 2 or 5 times a power."""
    raw = max(high - low, 1e-12) / many
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(power * one for one in (1.0, 2.0, 5.0, 10.0) if power * one >= raw * (1 - 1e-9))
    first = np.ceil(low / step - 1e-9)
    return [float(k * step) + 0.0 for k in np.arange(first, np.floor(high / step + 1e-9) + 1)]


def _panel(panel: Panel) -> str:
    some = [np.asarray(one.x, float) for one in panel.lines]
    begin, end = min(np.nanmin(x) for x in some), max(np.nanmax(x) for x in some)
    tops = [np.nanmax(np.asarray(v, float)) for one in panel.lines for v in _heights(one)]
    lows = [np.nanmin(np.asarray(v, float)) for one in panel.lines for v in _heights(one)]
    low, high = min([panel.floor, *lows]), max([panel.ceiling, *tops])
    high += 0.04 * (high - low)

    def at(x: ArrayLike, y: ArrayLike) -> Floats:
        across = (np.asarray(x, float) - begin) / max(end - begin, 1e-12)
        up = (np.asarray(y, float) - low) / max(high - low, 1e-12)
        return np.column_stack([
            _LEFT + across * (WIDTH - _LEFT - _RIGHT),
            HEIGHT - _BOTTOM - up * (HEIGHT - _TOP - _BOTTOM),
        ])  # fmt: skip

    parts = [
        f'<text x="{_LEFT}" y="18" font-size="12" font-weight="600">{escape(panel.title)}</text>'
    ]
    for value in ticks(low, high):
        (x, y), (right, _) = at([begin, end], [value, value])
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{right:.1f}" stroke="#e2e8f0"/>')
        parts.append(f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for value in ticks(begin, end):
        ((x, y),) = at([value], [low])
        parts.append(f'<text x="{x:.1f}" y="{y + 15:.1f}" text-anchor="middle">{value:g}</text>')
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{escape(panel.x_name)}</text>'
    )
    for line in panel.lines:
        if line.low is not None and line.high is not None:
            ring = np.vstack([at(line.x, line.low), at(line.x, line.high)[::-1]])
            ring = ring[np.isfinite(ring).all(axis=1)]
            parts.append(f'<path d="{_path(ring)}Z" fill="{line.colour}" opacity="0.15"/>')
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        path = _path(at(line.x, line.y))
        pen = f'stroke="{line.colour}" stroke-width="{line.width:g}"{dash}'
        parts.append(f'<path d="{path}" fill="none" {pen}/>')
    return "\n".join(parts)


def _heights(line: Line) -> list[ArrayLike]:
    return [one for one in (line.y, line.low, line.high) if one is not None]


def _path(points: Floats) -> str:
    """Write points as a path; a NaN lifts the pen."""
    text, pen = [], "M"
    for x, y in points:
        if not (np.isfinite(x) and np.isfinite(y)):
            pen = "M"
            continue
        text.append(f"{pen}{x:.1f} {y:.1f}")
        pen = "L"
    return "".join(text)


def _legend(lines: Sequence[Line]) -> str:
    named = {one.name: one for one in reversed(lines) if one.name}
    parts, x = [], float(_LEFT)
    for name, one in reversed(named.items()):
        dash = f' stroke-dasharray="{one.dash}"' if one.dash else ""
        y = HEIGHT + 8
        parts.append(
            f'<path d="M{x:g} {y}h22" stroke="{one.colour}" stroke-width="2"{dash}/>'
            f'<text x="{x + 28:g}" y="{y + 4}">{escape(name)}</text>'
        )
        x += 50 + 6.2 * len(name)
    return "\n".join(parts)
