"""Terrain factors: near which kinds of places a cell lies, and how dense they are there.

Takes the park's records and its cells, gives one row per cell and one column per kind of place,
measure and reach, each from 0 to 1. Every kind of place passes the deny-list: dormitories, stations
for new residents and whatever is named after a person attribute never become a column. Which of
them tell anything is found in `surfaces.terrain`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import KDTree

from geo_risk.crs import project_geometry
from geo_risk.errors import InputError
from geo_risk.features.denied import allowed_premises, allowed_stations, check_inputs, is_denied
from geo_risk.features.places import holds, place
from geo_risk.records import PremisesKind

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from geo_risk.features.inputs import ParkInputs
    from geo_risk.features.proximity import Sites
    from geo_risk.grid import Grid

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

LEAST_PLACES = 3
"""A kind of fewer places is a place, not a kind."""

MOST_KINDS = 20
"""Kinds of places with the most places enter; the rest are too rare to tell apart."""

_GRAVE = 3
_LOW, _HIGH = 0.05, 0.95  # quantiles over cells that count as 0 and 1
_SECTIONS = (
    (1, 5, "A"), (6, 12, "B"), (13, 43, "C"), (44, 46, "D"), (47, 50, "E"), (51, 52, "F"),
    (53, 60, "G"), (61, 62, "H"), (63, 65, "I"), (66, 69, "J"), (70, 70, "K"), (71, 72, "L"),
    (73, 75, "M"), (76, 79, "N"), (80, 82, "O"), (83, 83, "P"), (84, 85, "Q"), (86, 90, "R"),
    (91, 96, "S"), (97, 97, "T"),
)  # fmt: skip
"""Divisions of GB/T 4754-2017, first and last, and their section."""


@dataclass(frozen=True)
class Layer:
    """Places of one kind.

    Parameters
    ----------
    easting, northing
        (n,) metres; places outside the park count for those near them.
    weight
        (n,) what each counts: 1, people, or metres of road.
    near
        Whether being near one of them is a factor; not where only their weight tells.
    """

    easting: Floats
    northing: Floats
    weight: Floats
    near: bool = True


@dataclass(frozen=True)
class TerrainFactors:
    """Factors of the park's cells.

    Parameters
    ----------
    values
        (cells, factors) 0 to 1, cells in the order in which the park's mask picks them.
    names
        (factors,) as `near.station.police.300m` or `dense.industry.C.150m`.
    kinds
        (factors,) the kind of place of each, as `station.police`.
    """

    values: Floats
    names: tuple[str, ...]
    kinds: tuple[str, ...]


def measure_terrain_factors(
    inputs: ParkInputs,
    sites: Sites,
    grid: Grid,
    inside: Mask,
    *,
    reaches_m: Sequence[float],
    as_of: datetime,
) -> TerrainFactors:
    """Measure every kind of place that a model may know.

    Premises by kind and by their enterprise's section of industry, premises of class 3 and 4,
    people, stations by type, roads by class.

    Parameters
    ----------
    inputs
        The park's records; those whose valid time holds at `as_of` count.
    sites
        Places with people, as of `proximity.measure_sites`.
    grid, inside
        Where; (rows, cols) of bool.
    reaches_m
        Reaches, metres.
    as_of
        Moment.

    Returns
    -------
    TerrainFactors
    """
    return measure_layers(_layers(inputs, sites, grid, as_of), grid, inside, reaches_m)


def measure_layers(
    layers: Mapping[str, Layer], grid: Grid, inside: Mask, reaches_m: Sequence[float]
) -> TerrainFactors:
    """Give two factors of each layer for each reach.

    `near`: 1 - d / reach, 0 beyond it, d the distance to the nearest place. `dense`:
    log(1 + s / m), s the sum over places within reach of weight x (1 - d / reach), m its median
    over cells that have any: twice as many places are a step, not twice the exponent. Each is
    stretched over what occurs in the park: 0 is the 5 % quantile over its cells and below, 1 the
    95 % quantile of those above that, and beyond. So the relative risk of a factor is that of the
    nearest (densest) twentieth against the farthest, and never one that no cell has.

    Parameters
    ----------
    layers
        Kind of place to its places. The 20 with the most places enter, none of fewer than 3.
    grid, inside
        Where; (rows, cols) of bool.
    reaches_m
        Metres, above 0; one cell at least is used.

    Returns
    -------
    TerrainFactors
        Columns by name; a place is at its cell's centre for `dense`, at its point for `near`.

    Raises
    ------
    InputError
        When a kind of place is on the deny-list, or a reach is not above 0.

    References
    ----------
    Caplan and Kennedy (2010), Risk Terrain Modeling Manual, step 6: distance and density of each
    risk factor, at several reaches; tapered here, so that no factor jumps where a cell is a metre
    further away.
    """
    check_inputs(layers)
    if not all(reach > 0 and np.isfinite(reach) for reach in reaches_m):
        raise InputError(f"Reaches are {tuple(reaches_m)} m.", "Give metres above 0.")
    reaches = sorted({max(float(reach), grid.cell_m) for reach in reaches_m})
    counted = {kind: one for kind, one in layers.items() if len(one.easting) >= LEAST_PLACES}
    kept = sorted(counted, key=lambda kind: (-len(counted[kind].easting), kind))[:MOST_KINDS]
    easting, northing = (axis[inside] for axis in grid.centres())
    cells = np.column_stack([easting, northing])
    columns: list[Floats] = []
    names: list[str] = []
    kinds: list[str] = []
    for kind in sorted(kept):
        layer = layers[kind]
        points = np.column_stack([layer.easting, layer.northing])
        nearest, _ = KDTree(points).query(cells, distance_upper_bound=reaches[-1])
        held = _held(layer, grid)
        for reach in reaches:
            dense = _density(held, grid, reach)[inside]
            columns.append(_stretched(_steps(dense)))
            names.append(f"dense.{kind}.{reach:g}m")
            if layer.near:
                columns.append(_stretched(np.maximum(0.0, 1.0 - nearest / reach)))
                names.append(f"near.{kind}.{reach:g}m")
        kinds += [kind] * (len(columns) - len(kinds))
    values = np.column_stack(columns) if columns else np.zeros((len(cells), 0))
    return TerrainFactors(values, tuple(names), tuple(kinds))


def industry_section(industry: str) -> str:
    """Give the section of an industry, A to T of GB/T 4754, else the name itself in one word.

    Parameters
    ----------
    industry
        A code (`C2614`, `26`, `2614`, `C26 ...`) or a name.

    Returns
    -------
    str
        '' for an empty one, and for a code that is none.
    """
    text = industry.strip()
    letter = re.match(r"([A-Ta-t])(\d{1,4}\b|$)", text)
    if letter:
        return letter[1].upper()
    if re.match(r"\d{2,4}\b", text):
        division = int(text[:2])
        return next((key for low, high, key in _SECTIONS if low <= division <= high), "")
    return re.sub(r"[\s./]+", "_", text.lower()).strip("_")


def _layers(inputs: ParkInputs, sites: Sites, grid: Grid, as_of: datetime) -> dict[str, Layer]:
    held = [one for one in allowed_premises(inputs.premises) if holds(one, as_of)]
    industry = {
        one.id: industry_section(one.industry) for one in inputs.enterprises if holds(one, as_of)
    }
    placed = place(held, inputs.outline, grid.crs)
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, one in enumerate(held):
        if not np.isfinite(placed.easting[row]):
            continue
        if one.kind != PremisesKind.OTHER:  # what is of no kind stands for none
            rows[f"premises.{one.kind.value}"].append(row)
        section = industry.get(one.enterprise_id, "")
        if section and not is_denied(section):
            rows[f"industry.{section}"].append(row)
        if (one.inherent_class or 0) >= _GRAVE:
            rows["class.3_and_4"].append(row)
    layers = {kind: _layer(placed.easting, placed.northing, some) for kind, some in rows.items()}
    layers["people"] = Layer(sites.easting, sites.northing, sites.people, near=False)
    stations = [one for one in allowed_stations(inputs.stations) if holds(one, as_of)]
    at = place(stations, inputs.outline, grid.crs)
    of_type: defaultdict[str, list[int]] = defaultdict(list)
    for row, station in enumerate(stations):
        if np.isfinite(at.easting[row]):
            of_type[f"station.{station.type or 'any'}"].append(row)
    layers |= {kind: _layer(at.easting, at.northing, some) for kind, some in of_type.items()}
    return layers | _roads(inputs, grid, as_of)


def _roads(inputs: ParkInputs, grid: Grid, as_of: datetime) -> dict[str, Layer]:
    """Give points along the roads of each class, half a cell apart, with metres as weights."""
    lines: defaultdict[str, list[shapely.Geometry]] = defaultdict(list)
    for road in inputs.roads:
        kind = f"road.{road.road_class or 'any'}"
        if holds(road, as_of) and not is_denied(kind):
            lines[kind].append(project_geometry(road.geometry, grid.crs))
    layers = {}
    for kind, some in lines.items():
        points = shapely.get_coordinates(shapely.segmentize(np.array(some), grid.cell_m / 2.0))
        length = float(shapely.length(np.array(some)).sum()) / max(len(points), 1)
        layers[kind] = Layer(points[:, 0], points[:, 1], np.full(len(points), length))
    return layers


def _layer(easting: Floats, northing: Floats, rows: Iterable[int]) -> Layer:
    index = np.array(list(rows))
    return Layer(easting[index], northing[index], np.ones(len(index)))


def _held(layer: Layer, grid: Grid) -> Floats:
    row, col = grid.cell_of(layer.easting, layer.northing)
    at = row >= 0
    flat = row[at] * grid.shape[1] + col[at]
    held = np.bincount(flat, layer.weight[at], minlength=grid.size)
    return np.asarray(held, dtype=np.float64).reshape(grid.shape)


def _density(held: Floats, grid: Grid, reach_m: float) -> Floats:
    half = int(reach_m // grid.cell_m)
    steps = np.arange(-half, half + 1) * grid.cell_m
    taper = np.maximum(0.0, 1.0 - np.hypot(steps[:, None], steps) / reach_m)
    if not held.any():
        return held
    from scipy.signal import fftconvolve  # noqa: PLC0415  # 3 s that a park without terrain saves

    dense = fftconvolve(held, taper, mode="same")
    return np.where(dense > 1e-9 * dense.max(), dense, 0.0)  # rounding of the transform


def _steps(dense: Floats) -> Floats:
    some = dense[dense > 0]
    return np.log1p(dense / np.median(some)) if some.size else dense


def _stretched(values: Floats) -> Floats:
    if not values.size:
        return values
    noise = 1e-9 * float(np.abs(values).max())
    low = float(np.quantile(values, _LOW))
    above = values[values > low + noise]
    if not above.size:
        return np.zeros(len(values))
    high = float(np.quantile(above, _HIGH))
    return np.clip((values - low) / (high - low), 0.0, 1.0)
