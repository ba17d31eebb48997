"""A surface in other people's tools says the same numbers at the same places."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from rasterio.io import MemoryFile

from geo_risk import crs
from geo_risk.errors import InputError
from geo_risk.grid import Grid, Period, Provenance, Surface, Unit

WORKING = "EPSG:4549"
START, END = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 31, tzinfo=UTC)


@pytest.fixture
def surface() -> Surface:
    """Forty by sixty cells near Deqing, three rows of them outside the park."""
    (east,), (north,) = crs.project([120.0], [30.55], WORKING)
    grid = Grid.covering(shapely.box(east, north, east + 1500, north + 1000), WORKING, 25)
    values = np.random.default_rng(3).random(grid.shape)
    values[:3] = np.nan
    return Surface(
        "intensity.hazard", values, grid, Unit.SEVERITY_PER_KM2_30D, Period(START, END),
        Provenance("kde", {}, "0", START),
    )  # fmt: skip


def test_an_array_is_found_by_its_coordinates(surface):
    """The nearest cell of any point is the cell that the surface gives."""
    array = surface.to_xarray()
    assert array.dims == ("y", "x")
    assert array.attrs["unit"] == surface.unit.value
    west, south, east, north = surface.grid.bounds
    rng = np.random.default_rng(1)
    for x, y in zip(rng.uniform(west, east, 20), rng.uniform(south, north, 20), strict=True):
        there = float(array.sel(x=x, y=y, method="nearest"))
        assert there == pytest.approx(surface.value_at(x, y), nan_ok=True)


def test_squares_cover_the_cells_that_have_a_value(surface):
    """As many, of one cell's size each, and each holds the value at its own centre."""
    table = surface.to_geodataframe()
    assert len(table) == int(np.isfinite(surface.values).sum())
    assert table.crs.to_epsg() == 4549
    assert table.area.to_numpy() == pytest.approx(625.0)
    for row in table.sample(20, random_state=1).itertuples():
        at = row.geometry.centroid
        assert row.value == surface.value_at(at.x, at.y)


def test_a_geotiff_holds_every_value_and_what_it_means(surface):
    """Rasterio as judge; a tag of the caller's stands beside ours."""
    with MemoryFile(surface.to_cog(tags={"breaks": "1 2 3"})) as file, file.open() as opened:
        np.testing.assert_array_equal(opened.read(1), surface.values)
        assert opened.tags()["version"] == surface.version
        assert opened.tags()["breaks"] == "1 2 3"


def test_all_three_agree_where_a_distorted_park_truly_is(surface):
    """In GCJ-02 the same cell is some 500 m away; every form moves it by the same step."""
    array = surface.to_xarray(datum="gcj02")
    step = np.hypot(
        array["x"].to_numpy()[0] - surface.grid.eastings()[0],
        array["y"].to_numpy()[0] - surface.grid.northings()[0],
    )
    assert 300 < step < 800
    with MemoryFile(surface.to_cog(datum="gcj02")) as file, file.open() as opened:
        np.testing.assert_array_equal(opened.read(1), array.to_numpy())
        assert opened.xy(0, 0) == pytest.approx((float(array["x"][0]), float(array["y"][0])))
    table = surface.to_geodataframe(datum="gcj02")
    first = table.iloc[0]
    centre = first.geometry.centroid
    assert float(array.sel(x=centre.x, y=centre.y, method="nearest")) == first["value"]


def test_an_unknown_datum_is_refused(surface):
    """Only what a park may be kept in."""
    with pytest.raises(InputError, match="bd09"):
        surface.to_cog(datum="bd09")


def test_without_xarray_the_error_says_what_to_install(surface, monkeypatch):
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(InputError, match="notebook"):
        surface.to_xarray()
