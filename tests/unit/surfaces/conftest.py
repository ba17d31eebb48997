"""A small park, cut like an L so that it has an inner corner, and events to put in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely.geometry import Polygon

from geo_risk.events import Events
from geo_risk.grid import Grid

CRS = "EPSG:4549"


@dataclass(frozen=True)
class Ell:
    """An L of 1200 x 1000 m with the north-east quarter missing, on cells of 50 m."""

    outline: Polygon
    grid: Grid
    inside: NDArray[np.bool_]

    def points(self, n: int, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Draw n points, uniform in the L."""
        rng = np.random.default_rng(seed)
        easting, northing = np.empty(0), np.empty(0)
        while len(easting) < n:
            east, north = rng.uniform(0, 1200, 4 * n), rng.uniform(0, 1000, 4 * n)
            keep = (east < 600) | (north < 500)
            easting = np.concatenate([easting, east[keep]])
            northing = np.concatenate([northing, north[keep]])
        return easting[:n], northing[:n]


@pytest.fixture(scope="session")
def ell() -> Ell:
    outline = Polygon([(0, 0), (1200, 0), (1200, 500), (600, 500), (600, 1000), (0, 1000)])
    grid = Grid.covering(outline, CRS, 50.0)
    return Ell(outline, grid, grid.inside(outline))


@pytest.fixture(scope="session")
def events_of() -> Callable[..., Events]:
    """Make events from positions; times default to day 0, weights to 1."""

    def make(
        easting: object, northing: object, time_days: object = 0.0, weight: object = 1.0
    ) -> Events:
        east = np.atleast_1d(np.asarray(easting, dtype=np.float64))
        return Events(
            CRS,
            east,
            np.atleast_1d(np.asarray(northing, dtype=np.float64)),
            np.broadcast_to(np.asarray(time_days, dtype=np.float64), east.shape).copy(),
            np.broadcast_to(np.asarray(weight, dtype=np.float64), east.shape).copy(),
        )

    return make
