"""What the public told, made ready: by premises, by zone and channel, and by block of the ground.

Takes `Looks` and the park's cells, gives counts, and for each report that names no premises how
near it lies to which. Where the reports belong is found in `channels`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.grid import Grid
    from geo_risk.looks import Looks

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_NODES = 600  # of the integral over the ground
_ERRORS = (0.25, 0.5, 1.0, 2.0)  # cells: how far from its premises a report may be put (sigma)
_REACH = 3.5  # sigmas


@dataclass(frozen=True)
class Ground:
    """The park in blocks, over which rates of the ground are integrated.

    Parameters
    ----------
    easting, northing
        (j,) mean of each block's cells, metres.
    area_km2
        (j, z) area of each block in each zone, last column in none.
    block_of
        (rows, cols) block of each cell, -1 outside the park.
    """

    easting: Floats
    northing: Floats
    area_km2: Floats
    block_of: Ints


def lay_ground(grid: Grid, inside: NDArray[np.bool_], zones: Ints) -> Ground:
    """Cut a park into some hundred square blocks of cells; see `Ground`."""
    side = max(1, int(np.sqrt(inside.sum() / _NODES)))
    rows, cols = np.indices(grid.shape)
    number = (rows // side) * (grid.shape[1] // side + 1) + cols // side
    _, block = np.unique(number[inside], return_inverse=True)
    block_of = np.full(grid.shape, -1, dtype=np.int64)
    block_of[inside] = block
    many, last = int(block.max()) + 1, int(zones.max(initial=-1)) + 1
    zone = np.where(zones[inside] >= 0, zones[inside], last)
    area = np.zeros((many, last + 1))
    np.add.at(area, (block, zone), grid.cell_km2)
    size = np.bincount(block)
    easting, northing = (np.bincount(block, one[inside]) / size for one in grid.centres())
    return Ground(easting, northing, area, block_of)


@dataclass(frozen=True)
class Told:
    """What the public told, made ready.

    Parameters
    ----------
    named
        (n,) reports that name each premises.
    by_zone
        (channels, z) number of reports, last column in no zone.
    zone
        (n,) zone of each premises, the last number for none.
    block
        (u,) block of each report that names no premises.
    easting, northing
        (u,) their places, metres.
    near
        For each error of location (m, sigma), (u, n) density of a report's place round premises,
        per km².
    """

    named: Floats
    by_zone: Floats
    zone: Ints
    block: Ints
    easting: Floats
    northing: Floats
    near: dict[float, sparse.csr_matrix]


def make_told(looks: Looks, grid: Grid, ground: Ground) -> Told:
    """Make reports ready; see `Told`. Unnamed ones outside the park's cells do not count."""
    sites, reports = looks.premises, looks.reports
    zones = ground.area_km2.shape[1]
    zone = _zone_at(sites.easting, sites.northing, looks.zones, grid, zones - 1)
    names = reports.premises >= 0
    named = np.bincount(reports.premises[names], minlength=len(sites.ids)).astype(np.float64)
    row, col = grid.cell_of(reports.easting, reports.northing)
    block = np.where(row >= 0, ground.block_of[row, col], -1)
    free = ~names & (block >= 0)
    at = _zone_at(reports.easting, reports.northing, looks.zones, grid, zones - 1)
    at = np.where(names, zone[np.where(names, reports.premises, 0)] if len(zone) else at, at)
    by_zone = np.zeros((int(reports.channel.max(initial=-1)) + 1, zones))
    counted = names | free
    np.add.at(by_zone, (reports.channel[counted], at[counted]), 1.0)
    easting, northing = reports.easting[free], reports.northing[free]
    near = {}
    if free.any() and sites.located.any():
        for cells in _ERRORS:
            error = cells * grid.cell_m
            near[error] = _near(easting, northing, sites.easting, sites.northing, error)
    return Told(named, by_zone, zone, block[free], easting, northing, near)


def _near(
    easting: Floats, northing: Floats, to_easting: Floats, to_northing: Floats, error: float
) -> sparse.csr_matrix:
    has = np.flatnonzero(np.isfinite(to_easting))
    points = KDTree(np.column_stack([easting, northing]))
    sites = KDTree(np.column_stack([to_easting[has], to_northing[has]]))
    pairs = points.sparse_distance_matrix(sites, _REACH * error, output_type="coo_matrix")
    density = np.exp(-0.5 * (pairs.data / error) ** 2) * (1e6 / (2.0 * np.pi * error**2))
    shape = (len(easting), len(to_easting))
    return sparse.csr_matrix((density, (pairs.row, has[pairs.col])), shape=shape)


def _zone_at(easting: Floats, northing: Floats, zones: Ints, grid: Grid, none: int) -> Ints:
    row, col = grid.cell_of(easting, northing)
    zone = np.where(row >= 0, zones[row, col], -1)
    return np.where(zone >= 0, zone, none)
