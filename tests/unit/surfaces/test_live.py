"""A live surface: whatever was stamped, taken back and aged, it is what a refit would give."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_risk.errors import InputError
from geo_risk.events import Events
from geo_risk.grid import Grid
from geo_risk.surfaces.adaptive import KERNELS, kernel_share
from geo_risk.surfaces.kde import KdeParams, fit_kde
from geo_risk.surfaces.live import LiveSurface

CRS = "EPSG:4549"
WIDTH_M = {"gaussian": 90.0, "gaussian, wide": 210.0, "quartic": 260.0, "epanechnikov": 220.0}
KEPT = list(WIDTH_M)  # a wide Gaussian is kept on nodes, all others on cells
SINCE = 100.0
report = st.tuples(
    st.floats(0.0, 1200.0),  # the L's box: a quarter of it is not the park
    st.floats(0.0, 1000.0),
    st.floats(0.0, 0.99),  # when, as a share of what has passed
    st.sampled_from([1.0, 2.0, 4.0]),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("stamp"), report),
        st.tuples(st.just("retract"), st.integers(0, 99)),
        st.tuples(st.just("age"), st.floats(0.0, 400.0)),
    ),
    min_size=1,
    max_size=40,
)


def live_on(ell: Any, kept: str = "gaussian", half_life_days: float = 60.0) -> LiveSurface:
    kernel: Any = kept.partition(",")[0]
    assert kernel in KERNELS
    return LiveSurface(
        ell.grid, ell.inside, WIDTH_M[kept], half_life_days, SINCE, SINCE + 50.0, kernel
    )


def refit(ell: Any, live: LiveSurface, reports: Any, inside: Any = None) -> np.ndarray:
    """Fit the same reports anew, at the surface's as-of."""
    columns = np.array([(e, n, t, w) for e, n, t, w in reports]).reshape(-1, 4).T
    density = fit_kde(
        Events(CRS, *(np.ascontiguousarray(one) for one in columns)),
        ell.grid,
        ell.inside if inside is None else inside,
        KdeParams(live.bandwidth_m, live.half_life_days, live.kernel),
        as_of_days=live.as_of_days,
        history_days=live.as_of_days - live.since_days,
    )
    return density.mean


@pytest.mark.parametrize("kernel", KEPT)
@settings(max_examples=30)
@given(steps=steps)
def test_any_sequence_equals_a_refit(ell: Any, kernel: Any, steps: Any) -> None:
    """Stamped, taken back and aged in any order: 1e-6 of the maximum, at the park's edge too."""
    live, kept = live_on(ell, kernel), []
    for what, value in steps:
        if what == "age":
            live.age(live.as_of_days + value)
        elif what == "stamp":
            east, north, share, weight = value
            when = SINCE + share * (live.as_of_days - SINCE)
            live.stamp(east, north, when, weight)
            kept.append((east, north, when, weight))
        elif kept:
            live.retract(*kept.pop(value % len(kept)))
    # The maximum is over the whole box: a report beside the park peaks there.
    peak = refit(ell, live, kept, np.ones(ell.grid.shape, dtype=bool)).max()
    off = np.abs(live.values() - refit(ell, live, kept))
    assert np.nanmax(off) <= 1e-6 * peak + 1e-12  # rounding of what was taken back


@pytest.mark.parametrize("kernel", KEPT)
def test_years_of_reports_equal_a_refit(ell: Any, kernel: str) -> None:
    """Ten years at a half-life of five days, 730 half-lives: the scalar is folded in, unseen."""
    live, kept = live_on(ell, kernel, half_life_days=5.0), []
    rng = np.random.default_rng(8)
    for _ in range(400):
        live.age(live.as_of_days + rng.exponential(9.0))
        one = (*rng.uniform(0, 1000, 2), live.as_of_days - rng.uniform(0, 3) - 1e-3, 1.0)
        live.stamp(*one)
        kept.append(one)
    assert live.as_of_days - SINCE > 600 * 5.0
    oracle = refit(ell, live, kept)
    np.testing.assert_allclose(live.values(), oracle, rtol=0, atol=1e-6 * np.nanmax(oracle))


@settings(max_examples=40)
@given(
    st.floats(200.0, 20_000.0),
    st.floats(-3.0, 3.0),
    st.floats(-3.0, 3.0),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_a_gaussian_kept_on_nodes_is_the_gaussian(
    h: float, right: float, up: float, rows: int, cols: int
) -> None:
    """One report anywhere, on any grid, of any width from four cells on: its own peak's 4e-7."""
    grid = Grid(CRS, 50.0, (rows, cols), (700.0, 900.0))
    live = LiveSurface(grid, np.ones(grid.shape, dtype=bool), h, 60.0, 0.0, 1.0)
    place = grid.eastings().mean() + right * h, grid.northings().mean() + up * h
    live.stamp(*place, 0.5)
    east, north = grid.centres()
    square = ((east - place[0]) ** 2 + (north - place[1]) ** 2) / (h * h)
    kernel = np.exp(-0.5 * square)
    # lambda = 30 days x 1e6 m² x rate x decay x K / share, as `fit_kde` has it.
    rate = math.log(2.0) / 60.0
    share = kernel_share(np.ones(grid.shape, dtype=bool), grid, h)
    factor = 30e6 / share * rate / -math.expm1(-rate) * math.exp2(-0.5 / 60.0)
    factor /= 2 * math.pi * h * h
    np.testing.assert_array_less(np.abs(live.values() / factor - kernel), 4e-7)


@pytest.mark.parametrize("kernel", KEPT)
def test_a_report_taken_back_leaves_nothing(ell: Any, kernel: str) -> None:
    """Rounding of what stood there, and no more."""
    live = live_on(ell, kernel)
    live.stamp(310.0, 690.0, SINCE + 2.0, 4.0)
    most = np.nanmax(live.values())
    live.retract(310.0, 690.0, SINCE + 2.0, 4.0)
    assert np.nanmax(np.abs(live.values())) <= 1e-15 * most


@pytest.mark.parametrize("kernel", KEPT)
def test_whole_numbers_are_numbers(ell: Any, kernel: str) -> None:
    """A report of whole metres, days and weight is the report of the same decimals."""
    one, other = live_on(ell, kernel), live_on(ell, kernel)
    one.stamp(300, 400, 120, 2)
    other.stamp(300.0, 400.0, 120.0, 2.0)
    np.testing.assert_array_equal(one.values(), other.values())


def test_a_surface_left_alone_for_decades_is_nothing_and_still_takes_reports(ell: Any) -> None:
    """No overflow, no underflow to NaN: all of it fades to 0, and the next report counts fully."""
    live = live_on(ell, half_life_days=1.0)
    live.stamp(300.0, 300.0, SINCE + 1.0)
    live.age(SINCE + 40_000.0)
    assert (live.values()[ell.inside] == 0).all()
    one = (400.0, 400.0, SINCE + 39_999.0, 2.0)
    live.stamp(*one)
    np.testing.assert_allclose(
        live.values(), refit(ell, live, [one]), rtol=0, atol=1e-6 * np.nanmax(live.values())
    )


@pytest.mark.parametrize("kernel", KEPT)
def test_stamp_says_which_cells_changed(ell: Any, kernel: Any) -> None:
    """Outside the rows and columns given back nothing changes; within, the report is there."""
    live = live_on(ell, kernel)
    live.stamp(900.0, 200.0, SINCE + 1.0)
    before = live.values()
    rows, cols = live.stamp(310.0, 690.0, SINCE + 2.0)
    changed = live.values() != before
    changed[~ell.inside] = False
    assert changed[rows, cols].any()
    changed[rows, cols] = False
    assert not changed.any()


def test_a_report_out_of_reach_changes_nothing(ell: Any) -> None:
    """Far beside the grid: no cells, and none changed."""
    live = live_on(ell)
    rows, cols = live.stamp(9000.0, 9000.0, SINCE + 1.0)
    assert live.values()[rows, cols].size == 0
    assert (live.values()[ell.inside] == 0).all()


@pytest.mark.parametrize("kernel", KEPT)
@pytest.mark.parametrize(
    "part", [np.s_[3:11, 2:9], np.s_[-4:, :3], np.s_[5:5, :], np.s_[::3, 1::2], np.s_[::-1, 9:2:-2]]
)
def test_a_part_is_that_part_of_the_whole(ell: Any, kernel: str, part: Any) -> None:
    """Values of some rows and columns are the whole's, to rounding."""
    live = live_on(ell, kernel)
    live.stamp(400.0, 300.0, SINCE + 1.0)
    whole = live.values()
    np.testing.assert_allclose(live.values(*part), whole[part], rtol=1e-13)


def test_inside_the_park_there_is_a_number_everywhere(ell: Any) -> None:
    """NaN outside the boundary and nowhere else, before the first report too."""
    np.testing.assert_array_equal(np.isnan(live_on(ell).values()), ~ell.inside)


def test_a_park_of_one_cell_is_carried_forward_too() -> None:
    """One cell, all reports in it."""
    grid, inside = Grid(CRS, 50.0, (1, 1), (0.0, 50.0)), np.ones((1, 1), dtype=bool)
    live = LiveSurface(grid, inside, 50.0, 30.0, 0.0, 10.0)
    for _ in range(3):
        live.stamp(25.0, 25.0, 9.0)
    one = LiveSurface(grid, inside, 50.0, 30.0, 0.0, 10.0)
    one.stamp(25.0, 25.0, 9.0, 3.0)
    np.testing.assert_allclose(live.values(), one.values(), rtol=1e-12)


@pytest.mark.parametrize(
    "report",
    [
        (math.nan, 0.0, SINCE + 1.0),
        (0.0, math.inf, SINCE + 1.0),
        (0.0, 0.0, SINCE + 1.0, math.nan),
        (0.0, 0.0, math.nan),
        (0.0, 0.0, SINCE + 50.0),  # at the as-of
        (0.0, 0.0, SINCE + 80.0),  # the future
        (0.0, 0.0, SINCE - 1.0),  # before anything was recorded
    ],
)
def test_a_report_that_cannot_be_known_is_refused_and_changes_nothing(
    ell: Any, report: Any
) -> None:
    """Not a number, in the future, or older than the records."""
    live = live_on(ell)
    with pytest.raises(InputError):
        live.stamp(*report)
    assert (live.values()[ell.inside] == 0).all()


def test_time_does_not_run_backwards(ell: Any) -> None:
    """A surface ages forward only; NaN is no time."""
    live = live_on(ell)
    for day in (SINCE + 49.0, math.nan, math.inf):
        with pytest.raises(InputError):
            live.age(day)


@pytest.mark.parametrize(
    "change",
    [
        {"bandwidth_m": 49.0},
        {"bandwidth_m": math.nan},
        {"half_life_days": 0.0},
        {"half_life_days": math.inf},
        {"since_days": 200.0},
        {"as_of_days": math.nan},
        {"kernel": "triweight"},
        {"inside": np.ones((2, 2), dtype=bool)},
    ],
)
def test_what_cannot_be_carried_forward_is_refused(ell: Any, change: Any) -> None:
    """A kernel below a cell, no decay, an as-of before the records, another grid's cells."""
    given = {
        "grid": ell.grid, "inside": ell.inside, "bandwidth_m": 90.0, "half_life_days": 60.0,
        "since_days": SINCE, "as_of_days": SINCE + 50.0, "kernel": "gaussian",
    }  # fmt: skip
    with pytest.raises(InputError):
        LiveSurface(**(given | change))
