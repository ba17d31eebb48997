"""Cells in a file: exact as printed, and found where they lie."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo_risk.crs import to_wgs84, unproject
from geo_risk.errors import InputError
from geo_risk.grid import Grid
from maps.cells import cells_block, grid_block, printed_parts, printed_units
from maps.words.figures import decimals_of, number_text

FINITE = st.floats(-1e5, 1e5, allow_nan=False)


@given(value=FINITE)
def test_printed_units_print_as_the_number_itself(value: float) -> None:
    """Three kept digits are the three that are printed."""
    digits, decimals = printed_units(np.array([value]))
    assert decimals[0] == decimals_of(value)
    assert number_text(digits[0] / 10.0 ** decimals[0], int(decimals[0])) in {
        number_text(value),
        number_text(value).removeprefix("-"),
    }


@given(
    parts=hnp.arrays(np.float64, st.tuples(st.integers(1, 7), st.integers(1, 5)), elements=FINITE)
)
def test_printed_parts_add_up_to_the_printed_value(parts: np.ndarray) -> None:
    """Whatever the parts, as printed they add up, and none is off by more than a unit."""
    values = parts.sum(axis=0)
    digits, decimals = printed_units(values)
    units = printed_parts(digits, decimals, parts)
    assert (units.sum(axis=0) == digits).all()
    assert np.abs(units - parts * 10.0 ** decimals.astype(float)).max() <= 1 + 1e-6


def test_a_missing_value_has_no_digits() -> None:
    """NaN is told apart from zero."""
    digits, decimals = printed_units(np.array([np.nan, 0.0]))
    assert digits.tolist() == [0, 0]
    assert decimals.tolist() == [-128, 0]


@pytest.mark.parametrize(
    ("grid", "datum"),
    [
        (Grid("EPSG:4549", 25, (200, 200), (480_000, 3_380_000)), "wgs84"),
        (Grid("EPSG:4549", 100, (400, 400), (480_000, 3_400_000)), "gcj02"),
        (Grid("EPSG:26916", 200, (220, 180), (420_000, 4_655_000)), "wgs84"),
    ],
)
def test_polynomials_find_the_cell_of_a_place(grid: Grid, datum: str) -> None:
    """Against the real projection, at random places: within a hundredth of a cell."""
    block = grid_block(grid, datum)
    rng = np.random.default_rng(5)
    col, row = rng.uniform(0, grid.shape[1], 400), rng.uniform(0, grid.shape[0], 400)
    lon, lat = to_wgs84(
        *unproject(
            grid.origin[0] + col * grid.cell_m, grid.origin[1] - row * grid.cell_m, grid.crs
        ),
        datum,
    )
    x = (lon + 180) / 360
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
    west, north, east, south = block["box"]
    u, v = 2 * (x - west) / (east - west) - 1, 2 * (y - north) / (south - north) - 1

    def at(name: str) -> np.ndarray:
        return np.polynomial.polynomial.polyval2d(v, u, np.array(block[name]))

    assert np.abs(at("col") - col).max() < 0.01
    assert np.abs(at("row") - row).max() < 0.01


def test_a_grid_that_no_polynomial_follows_is_refused() -> None:
    """A continent in one file would be drawn wrong, so it is not drawn."""
    with pytest.raises(InputError, match="too large for one map file"):
        grid_block(Grid("EPSG:4549", 500, (7000, 7000), (-1_300_000, 5_000_000)), "gcj02")


def _column(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), f"<{kind}")


def test_blocks_read_back_as_the_publication(small_park: Any) -> None:
    """Class, value and parts of every cell come back; cells without a value are not there."""
    publication = small_park.publication
    block = cells_block(publication)
    main = publication.surfaces[publication.main]
    runs = np.array(block["runs"]).reshape(-1, 2)
    cells = np.concatenate([np.arange(start, start + length) for start, length in runs])
    values = main.surface.values.ravel()
    assert (cells == np.flatnonzero(np.isfinite(values))).all()
    columns = block["surfaces"][publication.main]
    levels = _column(columns["levels"], "u1")
    assert (levels & 7 == main.classes.ravel()[cells]).all()
    decimals = (levels >> 3).astype(float) - 1
    digits = _column(columns["digits"], columns["digits_type"])
    assert np.allclose(digits / 10**decimals, values[cells], rtol=6e-3)
    parts = sum(_column(one, columns["parts_type"]).astype(int) for one in columns["parts"])
    assert (parts == digits).all()
    assert len(columns["parts"]) == 1 + len(columns["factors"])
    plain = block["surfaces"]["intensity.hazard"]
    assert "parts" not in plain
