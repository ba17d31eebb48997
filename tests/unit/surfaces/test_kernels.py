"""Kernel sums: brute force over all pairs, the tolerance that was asked for, and laws."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import BSpline

from geo_risk.errors import InputError
from geo_risk.grid import Grid
from geo_risk.surfaces import direct, loops, splines
from geo_risk.surfaces.kernels import Kernel, gaussian_sum, sum_kernels

CRS = "EPSG:4549"
GRID = Grid(CRS, 50.0, (23, 31), (1000.0, 3150.0))
TOLERANCES = (0.3, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-11)
kernels = st.sampled_from(get_args(Kernel))
seeds = st.integers(0, 2**32 - 1)


def brute_force(
    easting: Any, northing: Any, weight: Any, grid: Grid, kernel: str, h: float
) -> np.ndarray:
    """Every pair of cell and point, by the textbook's formula."""
    east, north = grid.centres()
    square = (east[..., None] - easting) ** 2 + (north[..., None] - northing) ** 2
    u = square / (h * h)
    values = {
        "gaussian": np.exp(-u / 2) / (2 * math.pi * h * h),
        "quartic": 3 / (math.pi * h * h) * np.maximum(1 - u, 0) ** 2,
        "epanechnikov": 2 / (math.pi * h * h) * np.maximum(1 - u, 0),
    }[kernel]
    return values @ weight


def drawn(
    seed: int, n: int, *, signed: bool = False, ties: bool = False, grid: Grid = GRID
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw points on and around a grid; with ties, many share a place or stand at a centre."""
    rng = np.random.default_rng(seed)
    west, south, east, north = grid.bounds
    easting = rng.uniform(2 * west - east, 2 * east - west, n)
    northing = rng.uniform(2 * south - north, 2 * north - south, n)
    if ties:
        easting = np.round(easting / 200.0) * 200.0 + grid.cell_m / 2
        northing = np.round(northing / 200.0) * 200.0 - grid.cell_m / 2
    return easting, northing, rng.uniform(-1.0 if signed else 0.0, 3.0, n)


@settings(max_examples=60)
@given(kernels, seeds, st.integers(1, 60), st.floats(51.0, 4000.0), st.booleans(), st.booleans())
def test_sum_equals_brute_force_over_all_pairs(
    kernel: Any, seed: int, n: int, h: float, signed: bool, ties: bool
) -> None:
    """Few points of both signs, tied or not, on the grid or beside it: within 1e-9 of the peak."""
    points = drawn(seed, n, signed=signed, ties=ties)
    size = brute_force(points[0], points[1], abs(points[2]), GRID, kernel, h).max()
    got = sum_kernels(*points, GRID, kernel, h, rtol=1e-9)
    np.testing.assert_allclose(
        got, brute_force(*points, GRID, kernel, h), rtol=0, atol=1e-9 * max(size, 3 / h**2)
    )


@pytest.mark.parametrize("rtol", TOLERANCES)
@pytest.mark.parametrize("h", [25.0, 50.0, 170.0, 900.0, 30000.0])
def test_many_points_keep_the_tolerance(rtol: float, h: float) -> None:
    """4,000 weighted points, scattered and tied: no cell is off by more than rtol of the peak."""
    for ties in (False, True):
        points = drawn(5, 4000, ties=ties)
        oracle = gaussian_sum(*points, GRID, h)
        off = np.abs(sum_kernels(*points, GRID, "gaussian", h, rtol=rtol) - oracle).max()
        assert off <= rtol * oracle.max()


@pytest.mark.parametrize("kernel", ["quartic", "epanechnikov"])
def test_many_points_of_an_exact_kernel_are_exact(kernel: Any) -> None:
    """20,000 points in the order of tiles, bands of rows at the same time: rounding and no more."""
    points = drawn(6, 20_000, signed=True)
    oracle = brute_force(*points, GRID, kernel, 900.0)
    got = sum_kernels(*points, GRID, kernel, 900.0)
    np.testing.assert_allclose(got, oracle, rtol=0, atol=1e-12 * np.abs(oracle).max())


@pytest.mark.parametrize("kernel", ["quartic", "epanechnikov"])
@pytest.mark.parametrize("h", [20.0, 55.0, 170.0, 310.0, 324.0, 326.0, 420.0, 2000.0, 1e5])
def test_discs_of_any_size_are_exact_in_tiles_and_bands(
    kernel: Any, h: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Narrower than a strip, just as wide, wider, wider than the grid; cut by tiles and bands."""
    points = drawn(13, 1500, signed=True, ties=True)
    oracle = brute_force(*points, GRID, kernel, h)
    size = brute_force(points[0], points[1], abs(points[2]), GRID, kernel, h).max()
    for bands in (1, 3):
        monkeypatch.setattr(direct, "_bands", lambda *_, bands=bands: bands)
        got = sum_kernels(*points, GRID, kernel, h)
        np.testing.assert_allclose(got, oracle, rtol=0, atol=1e-12 * size)


def test_points_on_two_threads_keep_the_tolerance() -> None:
    """310,000 points go onto two lattices at once, which add up to the sum of all."""
    points = drawn(7, 310_000)
    oracle = gaussian_sum(*points, GRID, 170.0)
    once, again = (sum_kernels(*points, GRID, "gaussian", 170.0, rtol=1e-5) for _ in range(2))
    assert np.abs(once - oracle).max() <= 1e-5 * oracle.max()
    assert once.tobytes() == again.tobytes()


def test_cells_on_two_threads_keep_the_tolerance() -> None:
    """A million cells are read off the lattice in two halves that meet without a seam."""
    grid = Grid(CRS, 10.0, (1010, 1010), (0.0, 10_100.0))
    points = drawn(8, 30, grid=grid)
    oracle = gaussian_sum(*points, grid, 300.0)
    for scheme in splines.schemes_for(1e-6):
        got, _ = splines.gaussian_on_lattice(*points, grid, 300.0, scheme)
        peak = max(oracle.max(), points[2].max() / (2 * math.pi * 300.0**2))
        assert np.abs(got - oracle).max() <= 1e-6 * peak


@pytest.mark.parametrize("rtol", TOLERANCES)
def test_each_lattice_on_offer_keeps_the_tolerance_for_one_point_anywhere(rtol: float) -> None:
    """Where nothing averages out, one point off the nodes, every scheme keeps what it promises."""
    for scheme in splines.schemes_for(rtol):
        for place in np.random.default_rng(3).uniform(0, 400, (6, 2)):
            point = (np.array([1600.0 + place[0]]), np.array([2400.0 + place[1]]), np.ones(1))
            oracle = gaussian_sum(*point, GRID, 120.0)
            got, total = splines.gaussian_on_lattice(*point, GRID, 120.0, scheme)
            assert total == 1.0
            assert np.abs(got - oracle).max() <= rtol / (2 * math.pi * 120.0**2)


@pytest.mark.parametrize("rtol", [1e-2, 1e-5, 1e-8])
def test_each_lattice_keeps_the_tolerance_at_a_cloud_beside_the_grid(rtol: float) -> None:
    """Points within reach of the grid's corner, none on it: their tails are there, and no echo."""
    rng = np.random.default_rng(2)
    easting, northing = rng.normal(960.0, 30.0, 500), rng.normal(3190.0, 30.0, 500)
    far = np.full(500, GRID.bounds[2] + 900.0)
    for where in ((easting, northing), (far, northing)):
        oracle = gaussian_sum(*where, np.ones(500), GRID, 150.0)
        for scheme in splines.schemes_for(rtol):
            got, _ = splines.gaussian_on_lattice(*where, np.ones(500), GRID, 150.0, scheme)
            assert np.abs(got - oracle).max() <= rtol * 500 / (2 * math.pi * 150.0**2)


@pytest.mark.parametrize("kernel", get_args(Kernel))
@pytest.mark.parametrize("n", [5, 3000])
def test_mass_is_conserved(kernel: Kernel, n: int) -> None:
    """Where no kernel reaches the grid's edge, the cells hold the weights' sum."""
    grid = Grid(CRS, 20.0, (150, 160), (0.0, 3000.0))
    rng = np.random.default_rng(n)
    easting, northing, weight = rng.normal(1500, 60, n), rng.normal(1500, 60, n), rng.random(n)
    width = 100.0 if kernel == "gaussian" else 400.0
    got = sum_kernels(easting, northing, weight, grid, kernel, width, rtol=1e-7)
    # Sums of a polynomial over cells approach its integral with the kernel's kink at the rim.
    assert got.sum() * 400.0 == pytest.approx(
        weight.sum(), rel=1e-6 if kernel == "gaussian" else 2e-3
    )


@settings(max_examples=20)
@given(kernels, seeds, st.integers(1, 400), st.integers(-9, 9), st.integers(-9, 9))
def test_moving_points_by_cells_moves_the_sum(
    kernel: Any, seed: int, n: int, right: int, down: int
) -> None:
    """A shift by whole cells gives the same values, that many cells on."""
    easting, northing, weight = drawn(seed, n)
    whole = Grid(CRS, 50.0, (43, 51), (500.0, 3650.0))
    part = Grid(CRS, 50.0, GRID.shape, (1000.0 - 50.0 * right, 3150.0 + 50.0 * down))
    moved = sum_kernels(
        easting + 50.0 * right, northing - 50.0 * down, weight, whole, kernel, 130.0
    )
    at = moved[10 : 10 + 23, 10 : 10 + 31]
    still = sum_kernels(easting, northing, weight, part, kernel, 130.0)
    np.testing.assert_allclose(at, still, rtol=0, atol=2e-5 * max(moved.max(), 1e-30))


@settings(max_examples=20)
@given(kernels, seeds, st.sampled_from([3, 3000]))
def test_doubling_weights_doubles_and_signs_cancel(kernel: Any, seed: int, n: int) -> None:
    """The sum is linear: twice the weights is twice the sum, and a point and its negative are 0."""
    easting, northing, weight = drawn(seed, n)
    once = sum_kernels(easting, northing, weight, GRID, kernel, 130.0)
    np.testing.assert_array_equal(
        sum_kernels(easting, northing, 2 * weight, GRID, kernel, 130.0), 2 * once
    )
    np.testing.assert_array_equal(
        sum_kernels(easting, northing, -weight, GRID, kernel, 130.0), -once
    )


@pytest.mark.parametrize("kernel", get_args(Kernel))
def test_order_of_points_changes_nothing(kernel: Kernel) -> None:
    """Shuffled rows give the same sum to rounding."""
    points = drawn(11, 50_000)
    order = np.random.default_rng(1).permutation(50_000)
    shuffled = [one[order] for one in points]
    once, again = (sum_kernels(*some, GRID, kernel, 130.0) for some in (points, shuffled))
    np.testing.assert_allclose(again, once, rtol=1e-11)


@pytest.mark.parametrize("kernel", get_args(Kernel))
def test_the_same_input_gives_the_same_bits(kernel: Kernel) -> None:
    """Threads or not, a second call repeats the first."""
    points = drawn(12, 60_000)
    once, again = (sum_kernels(*points, GRID, kernel, 130.0) for _ in range(2))
    assert once.tobytes() == again.tobytes()


@pytest.mark.parametrize("kernel", get_args(Kernel))
@pytest.mark.parametrize("n", [1, 5000])
def test_all_points_at_one_place_are_one_heavy_point(kernel: Kernel, n: int) -> None:
    """Ties do not collapse: n points of weight 1 are one of weight n."""
    place = np.array([1777.0]), np.array([2555.0])
    heavy = brute_force(*place, np.array([float(n)]), GRID, kernel, 140.0)
    got = sum_kernels(
        np.repeat(place[0], n), np.repeat(place[1], n), np.ones(n), GRID, kernel, 140.0, rtol=1e-6
    )
    assert np.abs(got - heavy).max() <= 1e-6 * heavy.max()


@pytest.mark.parametrize("kernel", get_args(Kernel))
def test_no_points_are_nothing_everywhere(kernel: Kernel) -> None:
    """Without points the sum is 0, not unknown."""
    got = sum_kernels([], [], [], GRID, kernel, 100.0)
    assert got.shape == GRID.shape
    assert not got.any()


@pytest.mark.parametrize("kernel", get_args(Kernel))
def test_one_cell_is_a_grid_too(kernel: Kernel) -> None:
    """A park of one cell gets the value at its centre, from one point and from many."""
    grid = Grid(CRS, 50.0, (1, 1), (0.0, 50.0))
    for n in (1, 2000):
        points = drawn(4, n, grid=grid)
        oracle = brute_force(*points, grid, kernel, 60.0)
        np.testing.assert_allclose(
            sum_kernels(*points, grid, kernel, 60.0, rtol=1e-6), oracle, rtol=1e-5
        )


@pytest.mark.parametrize("kernel", get_args(Kernel))
@pytest.mark.parametrize("column", [0, 1, 2])
@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("n", [9, 3000])
def test_a_value_that_is_no_number_is_refused_with_its_row(
    kernel: Kernel, column: int, value: float, n: int
) -> None:
    """The first row that is not finite is named, whichever way the sum would be made."""
    points = drawn(9, n)
    points[column][[4, 7]] = value
    name = ("easting", "northing", "weight")[column]
    with pytest.raises(InputError, match=rf"Row 4 \(from 0\): {name} is {value}"):
        sum_kernels(*points, GRID, kernel, 130.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bandwidth_m": 0.0}, "Bandwidth"),
        ({"bandwidth_m": math.nan}, "Bandwidth"),
        ({"rtol": 0.0}, "Tolerance"),
        ({"rtol": 1.0}, "Tolerance"),
        ({"rtol": math.nan}, "Tolerance"),
        ({"kernel": "triweight"}, "gaussian, quartic, epanechnikov"),
        ({"weight": [1.0, 2.0]}, "one weight per point"),
    ],
)
def test_what_cannot_be_summed_is_refused(change: dict[str, Any], said: str) -> None:
    """No width, no tolerance, an unknown kernel, weights that do not match."""
    given: dict[str, Any] = {
        "easting": [1.0], "northing": [1.0], "weight": [1.0], "grid": GRID,
        "kernel": "gaussian", "bandwidth_m": 50.0,
    }  # fmt: skip
    with pytest.raises(InputError) as caught:
        sum_kernels(**(given | change))
    assert said in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("order", [1, 2, 3, 4, 6, 8])
def test_splines_are_a_partition_of_one(order: int) -> None:
    """At every fraction the splines are positive to rounding, mirror each other, and sum to 1."""
    x = np.linspace(0, 1, 11)
    values = splines.spline_values(x, order)
    assert (values >= -1e-15).all()
    np.testing.assert_allclose(values.sum(axis=1), 1.0, rtol=1e-14)
    np.testing.assert_allclose(values, values[::-1, ::-1], atol=1e-15)


@pytest.mark.parametrize("order", [2, 4, 6, 8])
def test_points_are_spread_by_splines(order: int) -> None:
    """Every point adds weight x spline x spline, as SciPy's splines have it, to its nodes."""
    points = drawn(3, 50)
    west, south, step = GRID.bounds[0] - 2000.0, GRID.bounds[1] - 2000.0, 60.0
    got = np.zeros((100, 110))
    total = loops.add_points(*points, west, south, 1 / step, order, got)
    assert total == pytest.approx(points[2].sum(), rel=1e-14)
    spline = BSpline.basis_element(np.arange(order + 1), extrapolate=False)

    def along(at: np.ndarray, nodes: int) -> np.ndarray:
        # A node's spline ends `order` intervals after it begins, order - 1 before the node.
        return np.nan_to_num(spline(at[:, None] - np.arange(nodes) + order - 1))

    down, across = along((points[1] - south) / step, 100), along((points[0] - west) / step, 110)
    np.testing.assert_allclose(got, (down * points[2][:, None]).T @ across, atol=1e-13)


def test_loops_work_where_no_cache_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a read-only disk without a home folder the loops are compiled in memory."""

    def refuse(*_: Any, **options: Any) -> Any:
        if options.pop("cache", False):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda loop: loop

    monkeypatch.setattr(loops.numba, "njit", refuse)
    assert loops.compiled(abs)(-1) == 1
