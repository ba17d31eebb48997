"""Grid, Surface, Unit: where cells are, what they hold, and in which unit.

Takes a working CRS and a boundary in it, gives cells; holds values with everything a reader must
know of them. A grid is anchored at the south-west corner of the boundary's box, row 0 in the
north, so the stored `origin` is (west, south + rows x cell): GDAL's convention, with a stable
anchor. What meets two surfaces checks grid, unit and period and refuses rather than guesses.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo_risk.conversions import Conversions
from geo_risk.crs import check_same_crs, check_working_crs
from geo_risk.display import Displayed
from geo_risk.errors import GridMismatchError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]

MAX_CELLS = 50_000_000


class Unit(StrEnum):
    """What a value counts, and per what. The value is the text that a legend shows in English."""

    REPORTS_PER_KM2_30D = "reports / km² / 30 days"
    SEVERITY_PER_KM2_30D = "severity points / km² / 30 days"
    VISITS_PER_KM2_30D = "visits / km² / 30 days"
    HOURS_PER_KM2_30D = "patrol hours / km² / 30 days"
    PROBABILITY = "probability of at least one"
    RELATIVE = "rank, 0 to 1"
    SHARE = "share, 0 to 1"
    RELATIVE_RISK = "times the park's mean"
    HOT_SPOT = "0 none, 1 fading, 2 persistent, 3 emerging"
    PEOPLE_CLASS_PER_KM2 = "people x class / km²"
    METRES = "m"
    COUNT = "count"

    @property
    def zh(self) -> str:
        """The unit in Chinese."""
        return _UNIT_ZH[self]


_UNIT_ZH = {
    Unit.REPORTS_PER_KM2_30D: "起/(km²·30 天)",
    Unit.SEVERITY_PER_KM2_30D: "严重度分/(km²·30 天)",
    Unit.VISITS_PER_KM2_30D: "次走访/(km²·30 天)",
    Unit.HOURS_PER_KM2_30D: "巡逻小时/(km²·30 天)",
    Unit.PROBABILITY: "至少一起的概率",
    Unit.RELATIVE: "相对位次(0–1)",
    Unit.SHARE: "比例(0–1)",
    Unit.RELATIVE_RISK: "倍(园区平均 = 1)",
    Unit.HOT_SPOT: "0 无、1 消退、2 持续、3 新发",
    Unit.PEOPLE_CLASS_PER_KM2: "人数×等级/km²",
    Unit.METRES: "米",
    Unit.COUNT: "个",
}


@dataclass(frozen=True)
class Grid:
    """Where the cells are.

    Parameters
    ----------
    crs
        Projected working CRS, metres.
    cell_m
        Side of a square cell, metres.
    shape
        (rows, cols).
    origin
        (west, north) of the upper left corner, metres.
    """

    crs: str
    cell_m: float
    shape: tuple[int, int]
    origin: tuple[float, float]

    def __post_init__(self) -> None:
        """Refuse a cell without size, an empty grid, and one too large to hold."""
        check_working_crs(self.crs)
        if not (math.isfinite(self.cell_m) and self.cell_m > 0):
            raise InputError(f"Cell size is {self.cell_m} m.", "Give a size above 0 m.")
        rows, cols = self.shape
        if rows < 1 or cols < 1:
            raise InputError(f"Grid of {rows} x {cols} cells.", "Give at least one cell each way.")
        if rows * cols > MAX_CELLS:
            raise InputError(
                f"Grid of {rows} x {cols} cells is more than {MAX_CELLS:,}.", "Use a larger cell_m."
            )

    @classmethod
    def covering(cls, boundary: BaseGeometry, crs: str, cell_m: float) -> Grid:
        """Make the smallest grid that covers a boundary, anchored at its box's south-west corner.

        Parameters
        ----------
        boundary
            Polygon or multipolygon in `crs`, metres.
        crs, cell_m
            As for the class.

        Returns
        -------
        Grid
            ceil(height / cell) x ceil(width / cell) cells, at least one.
        """
        if boundary.is_empty:
            raise InputError("The boundary is empty.", "Give a polygon with an area.")
        west, south, east, north = boundary.bounds
        rows = max(1, math.ceil((north - south) / cell_m - 1e-9))
        cols = max(1, math.ceil((east - west) / cell_m - 1e-9))
        return cls(crs, cell_m, (rows, cols), (west, south + rows * cell_m))

    @property
    def size(self) -> int:
        """How many cells."""
        return self.shape[0] * self.shape[1]

    @property
    def cell_km2(self) -> float:
        """Area of one cell, km²."""
        return self.cell_m * self.cell_m / 1e6

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north), metres."""
        west, north = self.origin
        return (
            west,
            north - self.shape[0] * self.cell_m,
            west + self.shape[1] * self.cell_m,
            north,
        )

    def eastings(self) -> Floats:
        """Give the centres' eastings, west to east: (cols,) metres."""
        steps = np.arange(self.shape[1], dtype=np.float64)
        return self.origin[0] + (steps + 0.5) * self.cell_m

    def northings(self) -> Floats:
        """Give the centres' northings, north to south: (rows,) metres."""
        steps = np.arange(self.shape[0], dtype=np.float64)
        return self.origin[1] - (steps + 0.5) * self.cell_m

    def centres(self) -> tuple[Floats, Floats]:
        """Give all centres: easting and northing, each (rows, cols), metres."""
        easting, northing = np.meshgrid(self.eastings(), self.northings())
        return easting, northing

    def cell_of(
        self, easting: ArrayLike, northing: ArrayLike
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the cell of each point.

        A cell owns its western and southern edge: [west, east) x [south, north).

        Parameters
        ----------
        easting, northing
            Metres, (n,).

        Returns
        -------
        row, col
            (n,) integers, -1 both where the point is outside the grid or not finite.
        """
        x = (np.asarray(easting, np.float64) - self.origin[0]) / self.cell_m
        up = (np.asarray(northing, np.float64) - self.bounds[1]) / self.cell_m
        rows, cols = self.shape
        inside = (x >= 0) & (x < cols) & (up >= 0) & (up < rows)
        col = np.where(inside, np.floor(np.where(inside, x, 0)), -1).astype(np.int64)
        row = np.where(inside, rows - 1 - np.floor(np.where(inside, up, 0)), -1).astype(np.int64)
        return row, col

    def inside(self, boundary: BaseGeometry) -> NDArray[np.bool_]:
        """Say which cells have their centre within a boundary: (rows, cols) of bool."""
        within = np.zeros(self.shape, dtype=bool)
        if boundary.is_empty:
            return within
        west, south, east, north = boundary.bounds
        eastings, northings = self.eastings(), self.northings()
        left, right = np.searchsorted(eastings, west), np.searchsorted(eastings, east, "right")
        top = np.searchsorted(-northings, -north)
        bottom = np.searchsorted(-northings, -south, "right")
        shapely.prepare(boundary)
        easting, northing = np.meshgrid(eastings[left:right], northings[top:bottom])
        within[top:bottom, left:right] = shapely.contains_xy(boundary, easting, northing)
        return within

    def tiles(self, rows: int, cols: int, halo: int = 0) -> Iterator[tuple[slice, slice, Grid]]:
        """Cut the grid into tiles; each comes with its place in the whole and its haloed grid.

        Parameters
        ----------
        rows, cols
            Size of a tile in cells, without halo.
        halo
            Cells added on each side, cut at the grid's edge.

        Yields
        ------
        row_slice, col_slice, grid
            The tile's own cells in the whole, and the grid of tile and halo.
        """
        for top in range(0, self.shape[0], rows):
            for left in range(0, self.shape[1], cols):
                bottom, right = min(top + rows, self.shape[0]), min(left + cols, self.shape[1])
                yield (
                    slice(top, bottom),
                    slice(left, right),
                    self._window(
                        max(0, top - halo),
                        max(0, left - halo),
                        min(self.shape[0], bottom + halo),
                        min(self.shape[1], right + halo),
                    ),
                )

    def _window(self, top: int, left: int, bottom: int, right: int) -> Grid:
        west, north = self.origin
        return Grid(
            self.crs,
            self.cell_m,
            (bottom - top, right - left),
            (west + left * self.cell_m, north - top * self.cell_m),
        )

    def check_same(self, other: Grid, what: str) -> None:
        """Refuse to go on with another grid.

        Raises
        ------
        CRSMismatchError, GridMismatchError
            When the two differ.
        """
        check_same_crs(self.crs, other.crs, what)
        if (self.cell_m, self.shape, self.origin) != (other.cell_m, other.shape, other.origin):
            raise GridMismatchError(
                f"{what}: one grid is {self.shape} cells of {self.cell_m} m at {self.origin}, "
                f"the other {other.shape} of {other.cell_m} m at {other.origin}.",
                "Resample one of them first.",
            )


@dataclass(frozen=True)
class Period:
    """A half-open interval of time [start, end), zone-aware."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse naive and reversed times."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise InputError("A period has no time zone.", "Give zone-aware times.")
        if self.end < self.start:
            raise InputError(f"Period ends {self.end} before its start {self.start}.", "Exchange.")

    @property
    def days(self) -> float:
        """Length in days of 24 hours."""
        return (self.end - self.start).total_seconds() / 86400.0


@dataclass(frozen=True)
class Provenance:
    """Where a surface comes from.

    Parameters
    ----------
    model
        Name of the model, as `kde`.
    parameters
        What was used in fact, units in the names.
    inputs_digest
        SHA-256 (hex) of what went in.
    as_of
        What was known by then went in, nothing later.
    """

    model: str
    parameters: Mapping[str, Any]
    inputs_digest: str
    as_of: datetime


@dataclass(frozen=True)
class Surface(Conversions, Displayed):
    """Values on a grid, with everything a reader must know of them.

    `to_xarray()`, `to_cog()` and `to_geodataframe()` give it in other tools' types; in a notebook
    it shows itself, and `explore()` gives its map with options.

    Parameters
    ----------
    id
        `family.kind`, as `intensity.hazard`.
    values
        float64 (rows, cols), NaN outside the study area.
    grid, unit, period
        Where, in what unit, for what time.
    provenance
        Model, parameters, digest of inputs, as-of.
    score
        Its own out-of-sample score, or why there is none: {"status": ..., "folds": n, ...}.
    notes
        Codes of what the map must say beside it, as `ladder.inherent_only`.
    """

    id: str
    values: Floats
    grid: Grid
    unit: Unit
    period: Period
    provenance: Provenance
    score: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values that do not fit the grid, infinite ones, and none at all."""
        if self.values.shape != self.grid.shape or self.values.dtype != np.float64:
            raise GridMismatchError(
                f"Surface {self.id}: values {self.values.dtype} {self.values.shape}, "
                f"grid {self.grid.shape}.",
                "Give float64 of the grid's shape.",
            )
        if np.isinf(self.values).any():
            raise InputError(f"Surface {self.id} has infinite values.", "Check the exposure.")
        self.values.setflags(write=False)

    @property
    def version(self) -> str:
        """First 12 hex digits of the digest of all that the surface says."""
        head = json.dumps(
            {
                "id": self.id,
                "grid": [self.grid.crs, self.grid.cell_m, self.grid.shape, self.grid.origin],
                "unit": self.unit.name,
                "period": [self.period.start.isoformat(), self.period.end.isoformat()],
                "model": self.provenance.model,
                "parameters": dict(self.provenance.parameters),
                "inputs": self.provenance.inputs_digest,
                "as_of": self.provenance.as_of.isoformat(),
                "score": dict(self.score),
                "notes": list(self.notes),
            },
            sort_keys=True,
            default=str,
        )
        digest = hashlib.sha256(head.encode())
        digest.update(np.ascontiguousarray(self.values).tobytes())
        return digest.hexdigest()[:12]

    @property
    def meaning(self) -> dict[str, str]:
        """What the values mean, in words that travel with a file."""
        return {
            "unit": self.unit.value,
            "unit_zh": self.unit.zh,
            "period_start": self.period.start.isoformat(),
            "period_end": self.period.end.isoformat(),
            "as_of": self.provenance.as_of.isoformat(),
            "model": self.provenance.model,
            "version": self.version,
        }

    def facts(self) -> dict[str, str]:
        """Give what a plain table says of the surface."""
        known = self.values[np.isfinite(self.values)]
        span = f"{known.min():.3g} – {known.max():.3g}" if known.size else "–"
        rows, cols = self.grid.shape
        return {
            "surface": self.id,
            **self.meaning,
            "cells": f"{rows} x {cols} of {self.grid.cell_m:g} m, {known.size} with a value",
            "values": span,
        }

    def value_at(self, easting: float, northing: float) -> float:
        """Give the value of the cell at a point in metres, NaN outside the study area."""
        row, col = self.grid.cell_of([easting], [northing])
        return float(self.values[row[0], col[0]]) if row[0] >= 0 else math.nan

    def check_meets(self, other: Surface, what: str) -> None:
        """Refuse to combine with a surface of another grid, unit or period.

        Raises
        ------
        GridMismatchError
            When grid, unit or period differ.
        """
        self.grid.check_same(other.grid, what)
        if self.unit != other.unit:
            raise GridMismatchError(
                f"{what}: {self.id} is in {self.unit}, {other.id} in {other.unit}.",
                "Convert one of them first.",
            )
        if self.period != other.period:
            raise GridMismatchError(
                f"{what}: {self.id} is for {self.period.start:%Y-%m-%d} to "
                f"{self.period.end:%Y-%m-%d}, {other.id} for {other.period.start:%Y-%m-%d} to "
                f"{other.period.end:%Y-%m-%d}.",
                "Fit both for one period.",
            )
