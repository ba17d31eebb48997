"""Proximity: how many people, how grave a site, and which stations are within reach of each cell.

Takes premises, population and stations, gives one number per cell for each. People within reach are
tapered by 1 - (d / reach)²; the class within reach is the gravest, tapered alike, so that moving a
site by a metre moves nothing by a jump. Dormitories and stations for new residents never enter
(`denied`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.spatial import KDTree

from geo_risk.features.denied import allowed_premises, allowed_stations
from geo_risk.features.places import holds, in_order, place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_risk.features.counts import PremisesLine
    from geo_risk.grid import Grid
    from geo_risk.records import Enterprise, Located, Population, Premises, Station

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sites:
    """Places that hold people, located within the boundary.

    Parameters
    ----------
    easting, northing
        (n,) metres.
    people
        (n,) people.
    inherent_class
        (n,) 1 to 4, 4 gravest; 1 for population points.
    assumed_people, assumed_class
        Number of premises whose people or class were not given and were taken as the median.
    """

    easting: Floats
    northing: Floats
    people: Floats
    inherent_class: Floats
    assumed_people: int = 0
    assumed_class: int = 0


def measure_sites(
    *,
    enterprises: Sequence[Enterprise],
    premises: Sequence[Premises],
    population: Sequence[Population],
    boundary: BaseGeometry,
    crs: str,
    as_of: datetime,
) -> Sites:
    """Give people and inherent class of every place that may be counted.

    People of a premises are its own figure, else its enterprise's employees shared evenly over the
    enterprise's premises (dormitories excepted), else the median of those known here, else 1. The
    class is its own, else the lower median of those known here, else 1.

    Parameters
    ----------
    enterprises, premises, population
        Those whose valid time holds at `as_of` count.
    boundary
        Polygon in `crs`, metres.
    crs
        Working CRS.
    as_of
        Moment.

    Returns
    -------
    Sites
    """
    held = [one for one in allowed_premises(premises) if holds(one, as_of)]
    people = _people(held, [one for one in enterprises if holds(one, as_of)])
    classes = np.array(
        [np.nan if one.inherent_class is None else one.inherent_class for one in held]
    )
    assumed_people, assumed_class = int(np.isnan(people).sum()), int(np.isnan(classes).sum())
    people = _filled(people, "linear")
    classes = _filled(classes, "lower")
    living = [one for one in population if holds(one, as_of)]
    located: list[Located] = [*held, *living]
    placed = place(located, boundary, crs)
    all_people = np.concatenate([people, [one.people for one in living]])
    all_classes = np.concatenate([classes, np.ones(len(living))])
    inside = np.flatnonzero(placed.inside)
    inside = inside[in_order(placed.easting[inside], placed.northing[inside], all_people[inside])]
    return Sites(
        placed.easting[inside],
        placed.northing[inside],
        all_people[inside],
        all_classes[inside],
        assumed_people,
        assumed_class,
    )


def measure_reach(
    sites: Sites, grid: Grid, inside: NDArray[np.bool_], reach_m: float
) -> tuple[Floats, Floats]:
    """Give people and the gravest class within reach of each cell.

    Parameters
    ----------
    sites
        Places.
    grid, inside
        Where; (rows, cols) of bool.
    reach_m
        Reach, metres; one cell at least, so that no site falls between two centres.

    Returns
    -------
    people
        (rows, cols) sum of people x (1 - (d / reach)²), NaN outside the study area.
    inherent_class
        (rows, cols) largest 1 + (class - 1) x (1 - (d / reach)²), 1 without a site, NaN outside.
    """
    reach = max(reach_m, grid.cell_m)
    cells = _centres(grid, inside)
    people, gravest = np.zeros(len(cells)), np.ones(len(cells))
    if sites.people.size and len(cells):
        points = np.column_stack([sites.easting, sites.northing])
        near = KDTree(cells).sparse_distance_matrix(KDTree(points), reach, output_type="coo_matrix")
        taper = 1.0 - (near.data / reach) ** 2
        sums = np.bincount(near.row, taper * sites.people[near.col], minlength=len(cells))
        people = np.asarray(sums, dtype=np.float64)
        np.maximum.at(gravest, near.row, 1.0 + (sites.inherent_class[near.col] - 1.0) * taper)
    return _on_grid(people, grid, inside), _on_grid(gravest, grid, inside)


def measure_stations(
    stations: Sequence[Station],
    grid: Grid,
    inside: NDArray[np.bool_],
    *,
    reach_m: float,
    as_of: datetime,
    boundary: BaseGeometry,
) -> Floats:
    """Give how close the nearest station is: exp(-d² / (2 reach²)), 1 at the station.

    Parameters
    ----------
    stations
        Those whose valid time holds at `as_of`, and that the deny-list lets through, count; a
        station outside the boundary helps those near it all the same.
    grid, inside
        Where; (rows, cols) of bool.
    reach_m
        Standard deviation of the reach, metres.
    as_of
        Moment.
    boundary
        Polygon in the grid's CRS.

    Returns
    -------
    ndarray
        (rows, cols) 0 to 1, NaN outside the study area.
    """
    held = [one for one in allowed_stations(stations) if holds(one, as_of)]
    placed = place(held, boundary, grid.crs)
    has = np.isfinite(placed.easting)
    cells = _centres(grid, inside)
    near = np.zeros(len(cells))
    if has.any() and len(cells):
        tree = KDTree(np.column_stack([placed.easting[has], placed.northing[has]]))
        distance, _ = tree.query(cells)
        near = np.exp(-0.5 * (distance / reach_m) ** 2)
    return _on_grid(near, grid, inside)


def measure_coverage(
    premises: Sequence[PremisesLine],
    grid: Grid,
    inside: NDArray[np.bool_],
    *,
    reach_m: float,
    as_of: datetime,
    coverage_days: float,
) -> Floats:
    """Give the share of premises within reach that were looked at lately.

    Parameters
    ----------
    premises
        Lines with their last visit; those within the boundary count.
    grid, inside, reach_m
        As for `measure_reach`, and with its taper.
    as_of, coverage_days
        Lately: within so many days before the moment.

    Returns
    -------
    ndarray
        (rows, cols) 0 to 1; NaN outside the study area and where no premises is within reach.
    """
    reach = max(reach_m, grid.cell_m)
    some = [one for one in premises if one.inside]
    since = as_of - timedelta(days=coverage_days)
    looked = np.array(
        [one.last_visit is not None and one.last_visit >= since for one in some], dtype=np.float64
    )
    cells = _centres(grid, inside)
    share = np.full(len(cells), np.nan)
    if some and len(cells):
        points = np.array([(one.easting, one.northing) for one in some])
        order = in_order(points[:, 0], points[:, 1], looked)
        points, looked = points[order], looked[order]
        near = KDTree(cells).sparse_distance_matrix(KDTree(points), reach, output_type="coo_matrix")
        taper = 1.0 - (near.data / reach) ** 2
        total = np.bincount(near.row, taper, minlength=len(cells))
        seen = np.bincount(near.row, taper * looked[near.col], minlength=len(cells))
        np.divide(seen, total, out=share, where=total > 0)
    return _on_grid(share, grid, inside)


def _people(premises: Sequence[Premises], enterprises: Sequence[Enterprise]) -> Floats:
    employees = {one.id: one.employees for one in enterprises if one.employees is not None}
    shares = Counter(
        one.enterprise_id for one in premises if one.people is None and one.enterprise_id
    )
    own: Counter[str] = Counter()
    for one in premises:
        if one.people is not None and one.enterprise_id:
            own[one.enterprise_id] += one.people
    people = np.full(len(premises), np.nan)
    for row, one in enumerate(premises):
        if one.people is not None:
            people[row] = one.people
        elif one.enterprise_id in employees:
            rest = max(0, employees[one.enterprise_id] - own[one.enterprise_id])
            people[row] = rest / shares[one.enterprise_id]
    return people


def _filled(values: Floats, method: Literal["linear", "lower"]) -> Floats:
    known = values[np.isfinite(values)]
    if not known.size:
        return np.ones(len(values))
    middle = np.quantile(known, 0.5, method=method)
    return np.where(np.isfinite(values), values, middle)


def _centres(grid: Grid, inside: NDArray[np.bool_]) -> Floats:
    easting, northing = grid.centres()
    return np.column_stack([easting[inside], northing[inside]])


def _on_grid(values: Floats, grid: Grid, inside: NDArray[np.bool_]) -> Floats:
    whole = np.full(grid.shape, np.nan)
    whole[inside] = values
    return whole
