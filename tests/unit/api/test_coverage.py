"""A coverage opens in other programs with the right numbers at the right places."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from shapely.geometry import box

from api.coverage import write_cog
from geo_risk import crs
from geo_risk.grid import Grid, Period, Provenance, Surface, Unit
from geo_risk.published import GradedSurface, classes_of

WORKING = "EPSG:4549"
START, END = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 31, tzinfo=UTC)


def graded_park() -> GradedSurface:
    (east,), (north,) = crs.project([120.0], [30.55], WORKING)
    grid = Grid.covering(box(east, north, east + 3000, north + 2000), WORKING, 25)
    values = np.random.default_rng(7).random(grid.shape)
    values[:3] = np.nan
    surface = Surface(
        "intensity.hazard", values, grid, Unit.SEVERITY_PER_KM2_30D, Period(START, END),
        Provenance("kde", {}, "0", START),
    )  # fmt: skip
    breaks = (0.5, 0.8, 0.95)
    return GradedSurface(surface, breaks, classes_of(values, breaks))


@pytest.fixture(scope="module")
def graded() -> GradedSurface:
    return graded_park()


def test_values_grid_and_crs_are_the_surfaces(graded):
    """Every cell, bit for bit; rasterio as judge."""
    with MemoryFile(write_cog(graded, "wgs84")) as file, file.open() as opened:
        np.testing.assert_array_equal(opened.read(1), graded.surface.values)
        assert opened.crs.to_epsg() == 4549
        assert opened.bounds == pytest.approx(graded.surface.grid.bounds)
        assert opened.res == (25.0, 25.0)
        assert np.isnan(opened.nodata)


def test_it_says_what_it_is(graded):
    """Surface, unit, period, as-of and version as tags."""
    with MemoryFile(write_cog(graded, "wgs84")) as file, file.open() as opened:
        tags = opened.tags()
        assert tags["surface"] == opened.descriptions[0] == "intensity.hazard"
        assert tags["version"] == graded.surface.version
        assert tags["unit"] == opened.units[0] == Unit.SEVERITY_PER_KM2_30D.value
        assert tags["as_of"] == START.isoformat()
        assert tags["period_end"] == END.isoformat()


def test_it_is_cloud_optimized(graded):
    """Tiled, and laid out so that a reader fetches what it needs."""
    with MemoryFile(write_cog(graded, "wgs84")) as file, file.open() as opened:
        assert opened.profile["tiled"]
        assert opened.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


def test_a_park_in_gcj02_is_written_at_its_true_places(graded):
    """A point in WGS-84 finds the value of the cell it lies in, as the shifted park has it."""
    rng = np.random.default_rng(2)
    grid = graded.surface.grid
    rows, cols = rng.integers(10, grid.shape[0] - 10, 30), rng.integers(10, grid.shape[1] - 10, 30)
    kept = crs.unproject(grid.eastings()[cols], grid.northings()[rows], WORKING)
    true = crs.project(*crs.wgs84_from_gcj02(*kept), WORKING)
    with MemoryFile(write_cog(graded, "gcj02")) as file, file.open() as opened:
        assert abs(opened.bounds.left - grid.bounds[0]) > 200
        found = np.array([one[0] for one in opened.sample(zip(*true, strict=True))])
    near = [
        graded.surface.values[row - 1 : row + 2, col - 1 : col + 2]
        for row, col in zip(rows, cols, strict=True)
    ]
    assert all((value == around).any() for value, around in zip(found, near, strict=True))


def test_no_gdal_error_is_left_behind(graded):
    """Reading it leaves no warning; warnings are errors here."""
    with rasterio.Env(), MemoryFile(write_cog(graded, "wgs84")) as file, file.open() as opened:
        assert opened.count == 1
