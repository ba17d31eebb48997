"""A page to recognise three places by: what a file's coordinates would mean in each reading.

Takes the points and samples that were guessed for a new park, gives one HTML document that opens
offline: the boundary, every point, and three enterprises where each reading of the coordinates puts
them, drawn to scale, with the pairs to compare with a phone's GPS at the gate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined

LonLat = tuple[float, float]

_WIDTH, _HEIGHT, _EDGE = 900, 640, 40
_METRES_PER_DEGREE = 111_320.0
_COLOURS = ("#0b5d3b", "#8a2be2", "#b45309", "#1d4ed8")
_BAR_SHARE = 0.2


@dataclass(frozen=True)
class Place:
    """One enterprise to recognise.

    Parameters
    ----------
    name
        What it calls itself.
    readings
        Reading of the coordinates -> (longitude, latitude), degrees WGS-84.
    """

    name: str
    readings: Mapping[str, LonLat]


def first_look_page(
    rings: Sequence[Sequence[LonLat]],
    points: Sequence[LonLat],
    places: Sequence[Place],
    words: Mapping[str, str],
) -> str:
    """Write the page.

    Parameters
    ----------
    rings
        Rings of the boundary, degrees WGS-84.
    points
        Every enterprise with a point, degrees WGS-84.
    places
        Three to recognise.
    words
        `title`, `lead`, `name`, and one per reading.

    Returns
    -------
    str
        One HTML document; nothing in it is fetched.
    """
    draw = _Sketch([*points, *(one for ring in rings for one in ring), *_all_of(places)])
    readings = list(dict.fromkeys(name for one in places for name in one.readings))
    colours = dict(zip(readings, _COLOURS, strict=False))
    return _PAGE.render(
        width=_WIDTH,
        height=_HEIGHT,
        words=words,
        readings=readings,
        colours=colours,
        rings=[" ".join("{:.1f},{:.1f}".format(*draw.at(one)) for one in ring) for ring in rings],
        points=[draw.at(one) for one in points],
        places=[
            (number, one.name, {name: (draw.at(at), at) for name, at in one.readings.items()})
            for number, one in enumerate(places, start=1)
        ],
        bar_m=draw.bar_m,
        bar_px=draw.bar_m * draw.scale,
    )


def _all_of(places: Sequence[Place]) -> list[LonLat]:
    return [at for one in places for at in one.readings.values()]


class _Sketch:
    """Degrees to pixels, metres kept equal both ways; good for a few tens of kilometres."""

    def __init__(self, shown: Sequence[LonLat]) -> None:
        lons, lats = zip(*shown, strict=True)
        self._west, self._north = min(lons), max(lats)
        self._squeeze = math.cos(math.radians((min(lats) + max(lats)) / 2))
        across = (max(lons) - self._west) * _METRES_PER_DEGREE * self._squeeze
        down = (self._north - min(lats)) * _METRES_PER_DEGREE
        self.scale = min(
            (_WIDTH - 2 * _EDGE) / max(across, 1.0), (_HEIGHT - 2 * _EDGE) / max(down, 1.0)
        )
        power = 10 ** math.floor(math.log10(_WIDTH * _BAR_SHARE / self.scale))
        self.bar_m = next(
            step * power for step in (5, 2, 1) if step * power * self.scale <= _WIDTH * _BAR_SHARE
        )

    def at(self, place: LonLat) -> tuple[float, float]:
        """Give the pixel of a place."""
        x = (place[0] - self._west) * _METRES_PER_DEGREE * self._squeeze * self.scale
        y = (self._north - place[1]) * _METRES_PER_DEGREE * self.scale
        return _EDGE + x, _EDGE + y


_PAGE = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(
    """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>{{ words.title }}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body { font: 16px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 1rem; }
svg { border: 1px solid #cbd5e1; max-width: 100%; }
table { border-collapse: collapse; } td, th { border: 1px solid #cbd5e1; padding: .3rem .7rem; }
td { font-variant-numeric: tabular-nums; }
</style>
<h1>{{ words.title }}</h1>
<p>{{ words.lead }}</p>
<svg viewBox="0 0 {{ width }} {{ height }}" width="{{ width }}" role="img">
{% for ring in rings %}
<polygon points="{{ ring }}" fill="#eef2f7" stroke="#1f2937" stroke-width="2"/>
{% endfor %}
{% for x, y in points %}
<circle cx="{{ '%.1f' % x }}" cy="{{ '%.1f' % y }}" r="2" fill="#94a3b8"/>
{% endfor %}
{% for number, name, readings_of in places %}
{% for reading, (at, degrees) in readings_of.items() %}
<circle cx="{{ '%.1f' % at[0] }}" cy="{{ '%.1f' % at[1] }}" r="9" fill="{{ colours[reading] }}"/>
<text x="{{ '%.1f' % at[0] }}" y="{{ '%.1f' % (at[1] + 4) }}" fill="#fff" font-size="12"
 text-anchor="middle">{{ number }}</text>
{% endfor %}
{% endfor %}
<path d="M {{ width - 30 - bar_px }} {{ height - 20 }} h {{ '%.1f' % bar_px }}" stroke="#111" \
stroke-width="3"/>
<text x="{{ width - 30 - bar_px }}" y="{{ height - 26 }}" font-size="13">{{ '%g' % bar_m }} m</text>
</svg>
<table>
<tr><th></th><th>{{ words.name }}</th>
{% for reading in readings %}
<th style="color: {{ colours[reading] }}">{{ words[reading] }}</th>
{% endfor %}
</tr>
{% for number, name, readings_of in places %}
<tr><td>{{ number }}</td><td>{{ name }}</td>
{% for reading in readings %}
{% set lon, lat = readings_of[reading][1] %}
<td>{{ '%.6f, %.6f' % (lon, lat) }}</td>
{% endfor %}
</tr>
{% endfor %}
</table>
</html>
"""
)
