"""Proposals on a map: zones as they are and as proposed, stations and sites; the figures beside.

Takes geometries in metres and figures, gives a page of the console or one file that opens offline.
The map is an SVG drawn here: it needs no script and prints as it is. Colours tell zones apart and
mean nothing else; the four colours of risk are not among them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from markupsafe import Markup

from geo_risk.errors import InputError
from maps.assets import read_asset
from maps.console import render_page

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from maps.views import Frame

    Floats = NDArray[np.float64]

_WIDTH, _EDGE = 900, 30
_TINTS = ("#dde6ee", "#e9e0f0", "#dfeede", "#f0e8d8", "#d8ecea", "#f0e0e4", "#e4e4da")
_BAR_SHARE = 0.25
_LABEL = (64, 22)  # half the width and height that a label and a sign keep free, pixels


@dataclass(frozen=True)
class Ground:
    """What is drawn, metres of one CRS.

    Parameters
    ----------
    today, shapes
        Zone id to its polygon today, and to the one that is filled: proposed, or today's.
    labels
        Zone id to what stands in it.
    roads
        Lines.
    plain, marked
        (n, 2), (k, 2) premises: as they are, and those that change or stay beyond.
    stations, sites
        (s, 2), (k, 2) where stations are, and are proposed; sites are numbered.
    kinds
        Kind of each station, which chooses its sign; () draws squares.
    """

    today: Mapping[str, BaseGeometry]
    shapes: Mapping[str, BaseGeometry]
    labels: Mapping[str, str]
    roads: Sequence[BaseGeometry]
    plain: Floats
    marked: Floats
    stations: Floats
    sites: Floats
    kinds: Sequence[str] = ()


@dataclass(frozen=True)
class Shown:
    """What every page of a proposal has.

    Parameters
    ----------
    ground
        To draw.
    figures
        As `/v1/zones/rebalance` or `/v1/stations/site` gives them.
    names
        Enterprise id to name; {} where names are not shown.
    made_at
        When it was worked out.
    """

    ground: Ground
    figures: Mapping[str, Any]
    names: Mapping[str, str]
    made_at: datetime


@dataclass(frozen=True)
class Origin:
    """Who made a file, when, and until when it is good."""

    made_by: str
    made_at: datetime
    expires: datetime


def zones_proposal_page(frame: Frame, lang: str, shown: Shown) -> str:
    """Give the page of proposed zones."""
    return render_page(
        "zones_proposal.html", frame, lang, "rebalance", **_zones_values(shown, frame)
    )


def stations_proposal_page(frame: Frame, lang: str, shown: Shown) -> str:
    """Give the page of proposed stations; its form asks for `count`, `minutes` and `type`."""
    values = _stations_values(shown, frame)
    return render_page("stations_proposal.html", frame, lang, "site", ask=True, **values)


def nothing_page(frame: Frame, lang: str, current: str) -> str:
    """Give the page of a proposal before the first build: `rebalance` or `site`."""
    return render_page("proposal_nothing.html", frame, lang, current)


def zones_proposal_file(frame: Frame, lang: str, shown: Shown, origin: Origin) -> str:
    """Give proposed zones as one file; raises as `stations_proposal_file`."""
    return _file(frame, lang, "zones", _zones_values(shown, frame), origin)


def stations_proposal_file(frame: Frame, lang: str, shown: Shown, origin: Origin) -> str:
    """Give proposed stations as one HTML document that opens offline and fetches nothing.

    Raises
    ------
    InputError
        When nobody is named who made it, or it expires before it is made.
    """
    return _file(frame, lang, "stations", _stations_values(shown, frame), origin)


def _file(frame: Frame, lang: str, topic: str, values: Mapping[str, Any], origin: Origin) -> str:
    if not origin.made_by or origin.expires <= origin.made_at:
        raise InputError(
            "A station's file needs who made it, and a day on which it ends.", "Give both."
        )
    style = read_asset("console/console.css")
    return render_page(
        "proposal_file.html",
        frame,
        lang,
        "",
        topic=topic,
        ask=False,
        origin=origin,
        style=Markup(style),  # noqa: S704 - our own file, no data in it
        **values,
    )


def _zones_values(shown: Shown, frame: Frame) -> dict[str, Any]:
    figures = shown.figures
    pairs: dict[tuple[str, str], list[float]] = {}
    for one in figures["changes"]:
        sums = pairs.setdefault((one["from"], one["to"]), [0, 0.0])
        sums[0] += 1
        sums[1] += one["hours"]
    return {
        "shown": shown,
        "figures": figures,
        "drawing": draw(shown.ground, synthetic=frame.synthetic),
        "pairs": [(*pair, *sums) for pair, sums in sorted(pairs.items())],
        "labels": {one["id"]: one["name"] for one in figures["zones"]},
    }


def _stations_values(shown: Shown, frame: Frame) -> dict[str, Any]:
    return {
        "shown": shown,
        "figures": shown.figures,
        "drawing": draw(shown.ground, synthetic=frame.synthetic),
    }


def draw(ground: Ground, *, synthetic: bool = False) -> dict[str, Any]:
    """Give what the SVG is made of: pixels, paths and texts, nothing of it markup."""
    sketch = _Sketch(ground)
    tint = _tints(ground.shapes)
    held = [sketch.holds(one) for one in ground.stations]
    stations = [sketch.at(one) for one, is_in in zip(ground.stations, held, strict=True) if is_in]
    kinds = [one for one, is_in in zip(ground.kinds, held, strict=False) if is_in]
    sites = [sketch.at(one) for one in ground.sites]
    signs = [*stations, *sites]
    return {
        "width": _WIDTH,
        "height": sketch.height,
        "synthetic": synthetic,
        "zones": [
            {
                "path": sketch.path(shape),
                "fill": _TINTS[tint[one]],
                "at": _beside(sketch.at(shape.representative_point().coords[0]), signs),
                "label": ground.labels[one],
            }
            for one, shape in ground.shapes.items()
            if not shape.is_empty
        ],
        "today": [sketch.path(shape) for shape in ground.today.values()],
        "roads": [sketch.path(line) for line in ground.roads],
        "plain": [sketch.at(one) for one in ground.plain],
        "marked": [sketch.at(one) for one in ground.marked],
        "stations": stations,
        "kinds": kinds or ["square"] * len(stations),
        "sites": sites,
        "bar_m": sketch.bar_m,
        "bar_px": sketch.bar_m * sketch.scale,
    }


def _beside(at: tuple[float, float], signs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Move a label below the signs that it would be hidden by."""
    x, y = at
    covered = [there for here, there in signs if abs(here - x) < _LABEL[0]]
    while any(abs(there - y + 6) < _LABEL[1] for there in covered):
        y += 4
    return x, y


class _Sketch:
    """Metres to pixels, north up; shows the zones, or the premises where there are none."""

    def __init__(self, ground: Ground) -> None:
        parts = [*ground.shapes.values(), *ground.today.values()]
        if not parts:
            points = [one for one in (ground.plain, ground.marked, ground.sites) if len(one)]
            parts = [shapely.MultiPoint(np.concatenate(points))] if points else []
        whole = shapely.union_all(parts) if parts else shapely.box(0, 0, 1000, 1000)
        west, south, east, north = whole.bounds
        across, down = max(east - west, 100.0), max(north - south, 100.0)
        self._west, self._north = west, north
        self._frame = shapely.box(west, south, east, north).buffer(0.05 * max(across, down))
        self.scale = (_WIDTH - 2 * _EDGE) / across
        self.height = round(down * self.scale) + 2 * _EDGE
        power = 10 ** math.floor(math.log10(across * _BAR_SHARE))
        self.bar_m = next(n * power for n in (5, 2, 1) if n * power <= across * _BAR_SHARE)

    def at(self, place: Any) -> tuple[float, float]:
        """Give the pixel of a place."""
        x = _EDGE + (place[0] - self._west) * self.scale
        y = _EDGE + (self._north - place[1]) * self.scale
        return round(float(x), 1), round(float(y), 1)

    def holds(self, place: Any) -> bool:
        """Say whether a place is on the map."""
        return bool(self._frame.contains(shapely.Point(place)))

    def path(self, shape: BaseGeometry) -> str:
        """Give a line or polygon as SVG path data; what lies off the map is cut."""
        if shape.geom_type.endswith("LineString"):
            shape = shape.intersection(self._frame)
        rings: list[Any] = []
        for part in shapely.get_parts(shape):
            rings += [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        return " ".join(
            "M" + "L".join("{},{}".format(*self.at(one)) for one in ring.coords)
            for ring in rings
            if not ring.is_empty
        )


def _tints(shapes: Mapping[str, BaseGeometry]) -> dict[str, int]:
    """Give each zone a tint that none of its neighbours has, as long as there are enough."""
    found: dict[str, int] = {}
    for one, shape in shapes.items():
        taken = {tint for other, tint in found.items() if shapes[other].dwithin(shape, 1.0)}
        free = [n for n in range(len(_TINTS)) if n not in taken]
        found[one] = free[0] if free else len(found) % len(_TINTS)
    return found
