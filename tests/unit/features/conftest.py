"""A square park of 1 km on metres that can be reasoned about, and records to put in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely.geometry import Polygon, box

from geo_risk.crs import unproject
from geo_risk.grid import Grid
from geo_risk.records import Premises, Report, Visit

CRS = "EPSG:4549"
WEST, SOUTH = 500_000.0, 3_390_000.0
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Square:
    """1000 x 1000 m on cells of 50 m, its south-west corner at (500000, 3390000)."""

    outline: Polygon
    grid: Grid
    inside: NDArray[np.bool_]
    as_of: datetime = AS_OF
    crs: str = CRS

    def degrees(self, east: float, north: float) -> dict[str, float]:
        """Give lon and lat of a point so many metres from the corner."""
        lon, lat = unproject(WEST + east, SOUTH + north, CRS)
        return {"lon": float(lon), "lat": float(lat)}

    def polygon(self, west: float, south: float, east: float, north: float) -> Polygon:
        """Give a rectangle in degrees, from metres from the corner."""
        corners = [(west, south), (east, south), (east, north), (west, north)]
        return Polygon([tuple(self.degrees(x, y).values()) for x, y in corners])

    def cell(self, east: float, north: float) -> tuple[int, int]:
        """Give row and column of a point."""
        row, col = self.grid.cell_of([WEST + east], [SOUTH + north])
        return int(row[0]), int(col[0])

    def days_ago(self, days: float) -> datetime:
        """Give a moment so many days before the as-of."""
        return self.as_of - timedelta(days=days)


@pytest.fixture(scope="session")
def square() -> Square:
    outline = box(WEST, SOUTH, WEST + 1000, SOUTH + 1000)
    grid = Grid.covering(outline, CRS, 50.0)
    return Square(outline, grid, grid.inside(outline))


@pytest.fixture
def premises_of(square: Square) -> Callable[..., Premises]:
    """Make premises `p:1` of enterprise `e:1` at metres from the corner, or without a point."""

    def make(
        number: int, east: float | None = 500.0, north: float | None = 500.0, **more: Any
    ) -> Premises:
        at = {} if east is None or north is None else square.degrees(east, north)
        more = {"enterprise_id": f"e:{number}", **more}
        return Premises(id=f"p:{number}", **at, **more)

    return make


@pytest.fixture
def visit_of(square: Square) -> Callable[..., Visit]:
    """Make a visit of one hour to premises `p:1`, so many days before the as-of."""

    def make(number: int, days: float, premises_id: str = "p:1", **more: Any) -> Visit:
        start = square.days_ago(days)
        more = {"start": start, "end": start + timedelta(hours=1), **more}
        return Visit(id=f"v:{number}", premises_id=premises_id, **more)

    return make


@pytest.fixture
def report_of(square: Square) -> Callable[..., Report]:
    """Make a hazard so many days before the as-of, with a point where metres are given."""

    def make(
        number: int,
        days: float,
        east: float | None = None,
        north: float | None = None,
        **more: Any,
    ) -> Report:
        at = {} if east is None or north is None else square.degrees(east, north)
        moment = square.days_ago(days)
        more = {"kind": "hazard", "occurred_from": moment, "occurred_to": moment, **more}
        return Report(id=f"r:{number}", **at, **more)

    return make
