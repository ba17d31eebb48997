"""Kernel density: an oracle over all pairs, and the laws an intensity obeys."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from geo_risk.errors import CRSMismatchError, GeoRiskWarning, InputError
from geo_risk.events import Events
from geo_risk.grid import Grid
from geo_risk.surfaces.kde import Density, KdeParams, decay, fit_kde
from geo_risk.surfaces.kernels import edge_share, gaussian_spread, gaussian_sum

PARAMS = KdeParams(80.0, 60.0)
AS_OF, HISTORY = 365.0, 365.0


def fit(ell: Any, events: Any, params: Any = PARAMS) -> Density:
    return fit_kde(events, ell.grid, ell.inside, params, as_of_days=AS_OF, history_days=HISTORY)


@pytest.fixture
def scattered(ell: Any, events_of: Any) -> Events:
    """200 events over the L and the year, of three weights."""
    rng = np.random.default_rng(7)
    easting, northing = ell.points(200, seed=7)
    return events_of(easting, northing, rng.uniform(0, 365, 200), rng.choice([1.0, 2.0, 4.0], 200))


def test_kde_equals_brute_force_over_all_pairs(ell: Any, scattered: Any) -> None:
    """Mean and variance are the sums over every pair of cell and event, to 1e-12."""
    density = fit(ell, scattered)
    h, rate = PARAMS.bandwidth_m, math.log(2) / PARAMS.half_life_days
    east, north = ell.grid.centres()
    centres = [
        (x, y) for x, y, ok in zip(east.flat, north.flat, ell.inside.flat, strict=True) if ok
    ]
    for row, col in [(0, 0), (5, 11), (12, 20), (19, 23)]:
        x, y = east[row, col], north[row, col]
        if not ell.inside[row, col]:
            assert math.isnan(density.mean[row, col])
            continue
        share = sum(
            math.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * h * h)) / (2 * math.pi * h * h) * 2500
            for a, b in centres
        )
        parts = [
            w
            * rate
            * math.exp(-rate * (AS_OF - t))
            / (1 - math.exp(-rate * HISTORY))
            * math.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * h * h))
            / (2 * math.pi * h * h)
            * 30e6
            / share
            for a, b, t, w in zip(
                scattered.easting,
                scattered.northing,
                scattered.time_days,
                scattered.weight,
                strict=True,
            )
        ]
        assert density.mean[row, col] == pytest.approx(sum(parts), rel=1e-12)
        assert density.variance[row, col] == pytest.approx(sum(p * p for p in parts), rel=1e-12)


def test_kernel_sum_equals_scipys_normal_density(ell: Any) -> None:
    """One point of weight 3 is 3 times the product of two of SciPy's normal densities."""
    total = gaussian_sum(np.array([333.0]), np.array([777.0]), np.array([3.0]), ell.grid, 45.0)
    across = norm.pdf(ell.grid.eastings(), 333.0, 45.0)
    down = norm.pdf(ell.grid.northings(), 777.0, 45.0)
    np.testing.assert_allclose(total, 3.0 * np.outer(down, across), rtol=1e-12)


@pytest.mark.parametrize("bandwidth_m", [50.0, 130.0, 2000.0])
def test_spreading_cells_equals_summing_points_at_their_centres(
    ell: Any, bandwidth_m: float
) -> None:
    """Mass in cells spreads like points at the centres, to rounding of the largest."""
    rng = np.random.default_rng(1)
    mass = rng.random(ell.grid.shape)
    east, north = ell.grid.centres()
    oracle = gaussian_sum(east.ravel(), north.ravel(), mass.ravel(), ell.grid, bandwidth_m) * 2500
    spread = gaussian_spread(mass, ell.grid.cell_m, bandwidth_m)
    np.testing.assert_allclose(spread, oracle, rtol=1e-11, atol=1e-14)


def test_kde_mass_equals_weighted_expected_count(ell: Any, scattered: Any) -> None:
    """Intensity x share within the park x area sums to what the aged events put within the park."""
    density = fit(ell, scattered)
    share = edge_share(ell.inside, ell.grid, PARAMS.bandwidth_m)
    mass = np.nansum(density.mean * share) * ell.grid.cell_km2
    rows = scattered
    weight = rows.weight * decay(AS_OF - rows.time_days, PARAMS.half_life_days, HISTORY)
    within = [
        gaussian_sum(np.array([x]), np.array([y]), np.array([1.0]), ell.grid, PARAMS.bandwidth_m)[
            ell.inside
        ].sum()
        * ell.grid.cell_m**2
        for x, y in zip(rows.easting, rows.northing, strict=True)
    ]
    assert mass == pytest.approx(30.0 * float(weight @ within), rel=1e-12)


def test_far_from_the_edge_mass_equals_the_aged_count(events_of: Any) -> None:
    """Where no kernel reaches the edge, the park's total is 30 days of the aged rate."""
    grid = Grid("EPSG:4549", 20.0, (200, 200), (0.0, 4000.0))
    inside = np.ones(grid.shape, dtype=bool)
    events = events_of([2000.0, 2100.0], [2000.0, 1900.0], [300.0, 200.0], [4.0, 1.0])
    density = fit_kde(events, grid, inside, PARAMS, as_of_days=365.0, history_days=365.0)
    expected = 30.0 * float(events.weight @ decay(365.0 - events.time_days, 60.0, 365.0))
    assert density.mean.sum() * grid.cell_km2 == pytest.approx(expected, rel=1e-9)


def test_doubling_the_events_doubles_the_intensity(ell: Any, scattered: Any) -> None:
    """Twice every event is twice the intensity and twice the variance."""
    twice = Events(
        scattered.crs,
        *(
            np.tile(getattr(scattered, name), 2)
            for name in ("easting", "northing", "time_days", "weight")
        ),
    )
    one, two = fit(ell, scattered), fit(ell, twice)
    np.testing.assert_allclose(two.mean, 2 * one.mean, rtol=1e-12)
    np.testing.assert_allclose(two.variance, 2 * one.variance, rtol=1e-12)


def test_order_of_events_changes_nothing(ell: Any, scattered: Any) -> None:
    """Shuffled rows give the same surface to rounding."""
    order = np.random.default_rng(3).permutation(len(scattered))
    shuffled = scattered.where(np.ones(len(scattered), dtype=bool))
    shuffled = Events(
        scattered.crs,
        scattered.easting[order],
        scattered.northing[order],
        scattered.time_days[order],
        scattered.weight[order],
    )
    np.testing.assert_allclose(fit(ell, shuffled).mean, fit(ell, scattered).mean, rtol=1e-12)


def test_moving_park_and_events_moves_the_surface(ell: Any, scattered: Any) -> None:
    """A shift of everything by the same metres leaves the cells' values."""
    east, north = 500_000.0, 3_390_000.0
    origin = (ell.grid.origin[0] + east, ell.grid.origin[1] + north)
    grid = Grid(ell.grid.crs, ell.grid.cell_m, ell.grid.shape, origin)
    moved = Events(
        scattered.crs,
        scattered.easting + east,
        scattered.northing + north,
        scattered.time_days,
        scattered.weight,
    )
    density = fit_kde(moved, grid, ell.inside, PARAMS, as_of_days=AS_OF, history_days=HISTORY)
    np.testing.assert_allclose(density.mean, fit(ell, scattered).mean, rtol=1e-9)


def test_waiting_ages_the_whole_surface_by_one_scalar(ell: Any, scattered: Any) -> None:
    """With a long history, t days later is the same surface times 2^(-t / half-life)."""
    long = {"history_days": 1e6}
    now = fit_kde(scattered, ell.grid, ell.inside, PARAMS, as_of_days=365.0, **long)
    later = fit_kde(scattered, ell.grid, ell.inside, PARAMS, as_of_days=395.0, **long)
    np.testing.assert_allclose(later.mean, now.mean * 2 ** (-30 / 60), rtol=1e-9)


def test_uniform_events_make_a_flat_surface_up_to_the_edge(events_of: Any, ell: Any) -> None:
    """One event at every centre gives one value everywhere: the correction has no bias."""
    east, north = ell.grid.centres()
    events = events_of(east[ell.inside], north[ell.inside], 100.0)
    values = fit(ell, events, KdeParams(80.0)).mean[ell.inside]
    per_km2 = 1 / ell.grid.cell_km2 * 30.0 / HISTORY
    np.testing.assert_allclose(values, per_km2, rtol=1e-9)


def test_events_at_the_as_of_and_before_history_are_left_out(ell: Any, events_of: Any) -> None:
    """What happens at the as-of is not known; what is older than history was not recorded."""
    known = events_of([300.0], [300.0], [200.0])
    more = events_of([300.0] * 3, [300.0] * 3, [200.0, 365.0, -1.0])
    np.testing.assert_array_equal(fit(ell, more).mean, fit(ell, known).mean)


@pytest.mark.parametrize("half_life_days", [5.0, 60.0, 1000.0, math.inf])
def test_decay_integrates_to_one_over_history(half_life_days: float) -> None:
    """What an event adds to the daily rate adds up to one event over the history."""
    area, _ = quad(lambda a: float(decay(np.array([a]), half_life_days, 200.0)[0]), 0.0, 200.0)
    assert area == pytest.approx(1.0, rel=1e-6)


def test_bandwidth_below_a_cell_is_raised_with_a_warning(ell: Any, scattered: Any) -> None:
    """A kernel narrower than a cell would miss the centres: one cell is used, and said."""
    with pytest.warns(GeoRiskWarning, match="10 m is below the cell of 50 m: 50 m is used"):
        raised = fit(ell, scattered, KdeParams(10.0, 60.0))
    np.testing.assert_array_equal(raised.mean, fit(ell, scattered, KdeParams(50.0, 60.0)).mean)


def test_no_events_are_no_risk_and_not_unknown(ell: Any, events_of: Any) -> None:
    """Without events the intensity is 0 within the park and NaN outside."""
    density = fit(ell, events_of([], [], [], []))
    assert (density.mean[ell.inside] == 0).all()
    assert np.isnan(density.mean[~ell.inside]).all()


def test_events_of_another_crs_are_refused(ell: Any) -> None:
    """Points and grid in two systems never meet."""
    one = np.zeros(1)
    with pytest.raises(CRSMismatchError, match="EPSG:32618"):
        fit(ell, Events("EPSG:32618", one, one, one, one))


@pytest.mark.parametrize(("width", "life"), [(0.0, 30.0), (math.inf, 30.0), (50.0, 0.0)])
def test_kernel_without_width_or_length_is_refused(width: float, life: float) -> None:
    """Bandwidth and half-life are above 0; only the half-life may be infinite."""
    with pytest.raises(InputError):
        KdeParams(width, life)
