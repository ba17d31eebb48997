"""Grid, Surface, Unit: cells are where they are said to be, and unlike things do not meet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_risk.errors import CRSMismatchError, GridMismatchError, InputError
from geo_risk.grid import Grid, Period, Provenance, Surface, Unit

CRS = "EPSG:4549"
START = datetime(2026, 11, 1, tzinfo=UTC)


def surface(grid: Grid, values: np.ndarray, **changes: object) -> Surface:
    """Make a small surface of counts."""
    made = Surface(
        id="intensity.hazard",
        values=values,
        grid=grid,
        unit=Unit.COUNT,
        period=Period(START, START + timedelta(days=30)),
        provenance=Provenance("kde", {"bandwidth_m": 100.0}, "00", START),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@given(
    st.floats(1, 5_000),
    st.floats(1, 5_000),
    st.floats(10, 500),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1, exclude_max=True),
)
def test_grid_is_anchored_south_west_and_covers_the_boundary(
    width: float, height: float, cell: float, u: float, v: float
) -> None:
    """The south-west corner is the box's own, and every point of the box has a cell around it."""
    west, south = 500_000.0, 3_380_000.0
    box = shapely.box(west, south, west + width, south + height)
    grid = Grid.covering(box, CRS, cell)
    assert grid.bounds[0] == west
    assert grid.bounds[1] == pytest.approx(south)
    assert grid.bounds[2] >= west + width - 1e-4
    assert grid.bounds[3] >= south + height - 1e-4
    x, y = west + u * width, south + v * height
    row, col = grid.cell_of([x], [y])
    assert row[0] >= 0
    centre_x, centre_y = grid.eastings()[col[0]], grid.northings()[row[0]]
    assert abs(centre_x - x) <= cell / 2 * (1 + 1e-6)
    assert abs(centre_y - y) <= cell / 2 * (1 + 1e-6)


def test_a_cell_owns_its_western_and_southern_edge() -> None:
    """A point on an edge has one cell, and one on the grid's far edges has none."""
    grid = Grid(CRS, 10.0, (2, 2), (0.0, 20.0))
    row, col = grid.cell_of([0, 10, 20, 0, np.nan], [0, 10, 0, 20, 5])
    assert row.tolist() == [1, 0, -1, -1, -1]
    assert col.tolist() == [0, 1, -1, -1, -1]


def test_a_park_smaller_than_a_cell_still_has_one_cell() -> None:
    """A cell size never rounds the grid away."""
    grid = Grid.covering(shapely.box(0, 0, 3, 3), CRS, 25.0)
    assert grid.shape == (1, 1)


def test_row_zero_is_in_the_north() -> None:
    """Northings fall from row to row."""
    assert (np.diff(Grid(CRS, 10.0, (5, 3), (0.0, 50.0)).northings()) == -10).all()


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 3))
def test_tiles_cover_the_whole_once_and_haloes_stay_inside(rows: int, cols: int, halo: int) -> None:
    """Every cell is in exactly one tile, and each tile's grid lies where the whole says."""
    grid = Grid(CRS, 10.0, (13, 11), (100.0, 400.0))
    seen = np.zeros(grid.shape, int)
    for row_slice, col_slice, window in grid.tiles(rows, cols, halo):
        seen[row_slice, col_slice] += 1
        top = max(0, row_slice.start - halo)
        left = max(0, col_slice.start - halo)
        np.testing.assert_allclose(
            window.northings(), grid.northings()[top : top + window.shape[0]]
        )
        np.testing.assert_allclose(
            window.eastings(), grid.eastings()[left : left + window.shape[1]]
        )
    assert (seen == 1).all()


def test_cells_inside_are_those_whose_centre_is_inside() -> None:
    """Against a test of each centre by itself."""
    boundary = shapely.Polygon([(0, 0), (95, 10), (60, 80), (10, 70)])
    grid = Grid.covering(boundary, CRS, 7.0)
    inside = grid.inside(boundary)
    for row, y in enumerate(grid.northings()):
        for col, x in enumerate(grid.eastings()):
            assert inside[row, col] == boundary.contains(shapely.Point(x, y))


@pytest.mark.parametrize(
    ("cell", "shape", "message"),
    [(0.0, (1, 1), "Cell size"), (10.0, (0, 3), "0 x 3"), (1.0, (10**5, 10**5), "more than")],
)
def test_a_grid_that_cannot_be_is_refused(
    cell: float, shape: tuple[int, int], message: str
) -> None:
    """No size, no cells, too many cells."""
    with pytest.raises(InputError, match=message):
        Grid(CRS, cell, shape, (0.0, 0.0))


def test_unlike_surfaces_do_not_meet() -> None:
    """Another grid, CRS, unit or period is refused with both sides named."""
    grid = Grid(CRS, 10.0, (2, 2), (0.0, 20.0))
    first = surface(grid, np.ones((2, 2)))
    first.check_meets(surface(grid, np.zeros((2, 2))), "sum")
    with pytest.raises(GridMismatchError, match="sum"):
        first.check_meets(surface(replace(grid, cell_m=5.0), np.ones((2, 2))), "sum")
    with pytest.raises(CRSMismatchError, match="EPSG:26916"):
        first.check_meets(surface(replace(grid, crs="EPSG:26916"), np.ones((2, 2))), "sum")
    with pytest.raises(GridMismatchError, match="count"):
        first.check_meets(surface(grid, np.ones((2, 2)), unit=Unit.METRES), "sum")
    other = Period(START, START + timedelta(days=7))
    with pytest.raises(GridMismatchError, match="is for"):
        first.check_meets(surface(grid, np.ones((2, 2)), period=other), "sum")


def test_version_changes_with_anything_a_surface_says() -> None:
    """Values, period and score each give another version; the same gives the same."""
    grid = Grid(CRS, 10.0, (2, 2), (0.0, 20.0))
    first = surface(grid, np.ones((2, 2)))
    assert len(first.version) == 12
    assert first.version == surface(grid, np.ones((2, 2))).version
    others = [
        surface(grid, np.full((2, 2), 2.0)),
        surface(grid, np.ones((2, 2)), score={"folds": 1}),
        surface(grid, np.ones((2, 2)), notes=("x",)),
    ]
    assert len({first.version, *(one.version for one in others)}) == 4


def test_values_must_fit_and_be_finite_or_missing() -> None:
    """Another shape, another type and infinity are refused; NaN is 'outside'."""
    grid = Grid(CRS, 10.0, (2, 2), (0.0, 20.0))
    with pytest.raises(GridMismatchError):
        surface(grid, np.ones((3, 2)))
    with pytest.raises(GridMismatchError):
        surface(grid, np.ones((2, 2), np.float32))
    with pytest.raises(InputError, match="infinite"):
        surface(grid, np.array([[np.inf, 1], [1, 1]]))
    assert np.isnan(surface(grid, np.array([[np.nan, 1.0], [1, 1]])).value_at(5, 15))


def test_every_unit_has_a_chinese_name() -> None:
    """A unit shown without its Chinese name would be a hole in the legend."""
    assert all(unit.zh for unit in Unit)
