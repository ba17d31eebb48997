"""Adaptive and other kernels: pairs as an oracle, Abramson's rule, and shares of a polygon."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from scipy.integrate import dblquad

from geo_risk.errors import InputError
from geo_risk.events import Events
from geo_risk.grid import Grid
from geo_risk.surfaces.adaptive import (
    KERNELS,
    adapt_bandwidths,
    kernel_at,
    kernel_share,
    kernel_sum,
)
from geo_risk.surfaces.kde import Density, KdeParams, fit_kde
from geo_risk.surfaces.kernels import gaussian_sum

POLYNOMIAL = ("quartic", "epanechnikov")


@pytest.fixture(scope="module")
def crowd(ell: Any, events_of: Any) -> Events:
    """150 events: two thirds in a tight crowd, the rest over the L."""
    rng = np.random.default_rng(11)
    east, north = ell.points(50, seed=11)
    easting = np.concatenate([east, 250 + 40 * rng.standard_normal(100)])
    northing = np.concatenate([north, 260 + 40 * rng.standard_normal(100)])
    return events_of(easting, northing, rng.uniform(0, 365, 150), rng.choice([1.0, 2.0], 150))


def fit(ell: Any, events: Any, **params: Any) -> Density:
    return fit_kde(
        events, ell.grid, ell.inside, KdeParams(**params), as_of_days=365.0, history_days=365.0
    )


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernel_integrates_to_one_over_the_plane(kernel: Any) -> None:
    """Density over the plane is 1, in polar coordinates by SciPy's quadrature."""
    reach = 1.0 if kernel in POLYNOMIAL else 9.0

    def ring(r: float, _angle: float) -> float:
        return float(kernel_at(np.array(r * r), 70.0, kernel)) * 70.0**2 * r

    total, _ = dblquad(ring, 0.0, 2 * math.pi, 0.0, reach)
    assert total == pytest.approx(1.0, rel=1e-7)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("power", [1, 2])
def test_kernel_sum_equals_brute_force_over_all_pairs(ell: Any, kernel: Any, power: int) -> None:
    """Points within, on and beyond the grid, of many bandwidths and both signs, to 1e-10."""
    rng = np.random.default_rng(2)
    n = 120
    easting, northing = rng.uniform(-400, 1600, n), rng.uniform(-400, 1400, n)
    easting[:3], northing[:3] = 0.0, 1000.0
    width = np.exp(rng.uniform(math.log(50.0), math.log(500.0), n))
    weight = rng.normal(size=n)
    east, north = ell.grid.centres()
    oracle = np.zeros(ell.grid.shape)
    for x, y, h, w in zip(easting, northing, width, weight, strict=True):
        squared = ((east - x) ** 2 + (north - y) ** 2) / h**2
        if kernel == "gaussian":
            value = np.exp(-squared / 2) / (2 * math.pi * h * h)
        elif kernel == "quartic":
            value = np.where(squared < 1, 3 * (1 - squared) ** 2, 0.0) / (math.pi * h * h)
        else:
            value = np.where(squared < 1, 2 * (1 - squared), 0.0) / (math.pi * h * h)
        oracle += w * value**power
    ours = kernel_sum(easting, northing, weight, ell.grid, width, kernel, power=power)
    np.testing.assert_allclose(ours, oracle, rtol=1e-9, atol=1e-12 * np.abs(oracle).max())


def test_one_bandwidth_for_all_is_the_sum_of_one_bandwidth(ell: Any) -> None:
    """Gaussians of equal width are those of `gaussian_sum`."""
    easting, northing = ell.points(80)
    weight = np.linspace(-1.0, 3.0, 80)
    np.testing.assert_allclose(
        kernel_sum(easting, northing, weight, ell.grid, np.full(80, 90.0), "gaussian"),
        gaussian_sum(easting, northing, weight, ell.grid, 90.0),
        rtol=1e-9,
        atol=1e-15,
    )


@pytest.mark.parametrize(("kernel", "width", "off"), [
    ("gaussian", 50.0, 0.012), ("gaussian", 120.0, 0.003), ("gaussian", 400.0, 0.001),
    ("quartic", 100.0, 0.004), ("quartic", 333.0, 0.002),
    ("epanechnikov", 75.0, 0.004), ("epanechnikov", 260.0, 0.002),
])  # fmt: skip
def test_share_equals_a_fine_integration_of_the_polygon(
    ell: Any, kernel: Any, width: float, off: float
) -> None:
    """The kernel's mass within the park's polygon, on a raster of 2.5 m that knows no cells.

    The narrowest Gaussian is one cell: sums at cell centres are 1.2 % off there, at the edge.
    """
    fine = np.arange(-1200.0, 2400.0, 2.5) + 1.25
    within = shapely.contains_xy(ell.outline, *np.meshgrid(fine, fine)).astype(float)
    share = kernel_share(ell.inside, ell.grid, width, kernel)
    east, north = ell.grid.centres()
    for row, col in [(0, 0), (19, 0), (9, 11), (10, 11), (14, 23), (12, 12), (15, 5)]:
        if not ell.inside[row, col]:
            continue
        squared = (fine[:, None] - north[row, col]) ** 2 + (fine - east[row, col]) ** 2
        mass = kernel_at(squared / width**2, width, kernel)
        assert share[row, col] == pytest.approx(float((mass * within).sum()) * 2.5**2, abs=off)


@pytest.mark.parametrize("kernel", KERNELS)
def test_share_of_many_bandwidths_is_the_share_of_each(ell: Any, kernel: Any) -> None:
    """Each cell's share is that of its own bandwidth, to 2e-3 (shares are interpolated)."""
    rng = np.random.default_rng(8)
    widths = np.exp(rng.uniform(math.log(50.0), math.log(400.0), ell.grid.shape))
    share = kernel_share(ell.inside, ell.grid, widths, kernel)
    for row, col in [(0, 0), (5, 11), (10, 20), (19, 23), (12, 3)]:
        if ell.inside[row, col]:
            one = kernel_share(ell.inside, ell.grid, float(widths[row, col]), kernel)[row, col]
            assert share[row, col] == pytest.approx(one, abs=2e-3)


def test_geometric_mean_of_abramsons_bandwidths_is_the_common_one(ell: Any, crowd: Any) -> None:
    """The constant is taken at the events: over them, by weight, the mean of log h is log h0."""
    pilot = fit(ell, crowd, bandwidth_m=200.0).mean
    widths = adapt_bandwidths(
        crowd.easting, crowd.northing, crowd.weight, pilot, ell.grid, 200.0, widest=1e6
    )
    inner = ell.inside[ell.grid.cell_of(crowd.easting, crowd.northing)]
    assert inner.all()
    mean = np.average(np.log(widths.events), weights=crowd.weight)
    assert math.exp(mean) == pytest.approx(200.0, rel=1e-9)


def test_abramsons_bandwidths_follow_the_square_root_law(ell: Any, crowd: Any) -> None:
    """Between floor and cap, h_i / h_j = (f_j / f_i)^(1/2); none is below a cell or above 5 h0."""
    pilot = fit(ell, crowd, bandwidth_m=120.0).mean
    widths = adapt_bandwidths(
        crowd.easting, crowd.northing, crowd.weight, pilot, ell.grid, 120.0
    ).events
    f = pilot[ell.grid.cell_of(crowd.easting, crowd.northing)]
    free = (widths > 50.0) & (widths < 600.0)
    assert free.sum() > 20
    law = widths[free] * np.sqrt(f[free])
    np.testing.assert_allclose(law, law[0], rtol=1e-9)
    assert widths.min() >= 50.0
    assert widths.max() <= 600.0
    assert widths[:50].mean() > widths[50:].mean()


@pytest.mark.parametrize("kernel", KERNELS)
def test_adaptive_density_equals_a_brute_force_of_its_definition(
    ell: Any, crowd: Any, kernel: Any
) -> None:
    """Pilot, bandwidths, sum over pairs and share of the cell's own bandwidth, written out."""
    h0 = 150.0
    ours = fit(ell, crowd, bandwidth_m=h0, kernel=kernel, adaptive=True)
    pilot = fit(ell, crowd, bandwidth_m=h0, kernel=kernel).mean
    row, col = ell.grid.cell_of(crowd.easting, crowd.northing)
    f = pilot[row, col]
    g = math.exp(float((crowd.weight @ np.log(f)) / crowd.weight.sum()))
    h = np.clip(h0 * np.sqrt(g / f), 50.0, 5 * h0)
    east, north = ell.grid.centres()
    for at in [(0, 0), (15, 5), (12, 20), (19, 0)]:
        squared = ((crowd.easting - east[at]) ** 2 + (crowd.northing - north[at]) ** 2) / h**2
        parts = crowd.weight / 365.0 * kernel_at(squared, h, kernel) * 30e6
        own = float(np.clip(h0 * math.sqrt(g / max(pilot[at], g * 1e-12)), 50.0, 5 * h0))
        share = kernel_share(ell.inside, ell.grid, own, kernel)[at]
        assert ours.mean[at] == pytest.approx(parts.sum() / share, rel=5e-3)
        assert ours.variance[at] == pytest.approx((parts**2).sum() / share**2, rel=1e-2)


def test_adaptive_density_of_a_flat_park_is_flat(ell: Any, events_of: Any) -> None:
    """One event at every centre: no crowd to adapt to, and no bias at the edge."""
    east, north = ell.grid.centres()
    events = events_of(east[ell.inside], north[ell.inside], 100.0)
    values = fit(ell, events, bandwidth_m=150.0, adaptive=True).mean[ell.inside]
    np.testing.assert_allclose(values, values.mean(), rtol=2e-3)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("adaptive", [False, True])
def test_doubling_every_weight_doubles_the_density(
    ell: Any, crowd: Any, kernel: Any, adaptive: bool
) -> None:
    """Bandwidths depend on where events crowd, not on how much each counts in all."""
    twice = replace(crowd, weight=2 * crowd.weight)
    one = fit(ell, crowd, bandwidth_m=120.0, kernel=kernel, adaptive=adaptive)
    two = fit(ell, twice, bandwidth_m=120.0, kernel=kernel, adaptive=adaptive)
    np.testing.assert_allclose(two.mean, 2 * one.mean, rtol=1e-9)
    np.testing.assert_allclose(two.variance, 4 * one.variance, rtol=1e-9)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("n", [0, 1, 40])
def test_no_events_one_event_and_all_at_one_point_have_values(
    ell: Any, events_of: Any, kernel: Any, n: int
) -> None:
    """Never NaN within the park; without events 0, else something, most where the events are."""
    events = events_of(np.full(n, 300.0), np.full(n, 300.0), np.full(n, 100.0), np.ones(n))
    mean = fit(ell, events, bandwidth_m=120.0, kernel=kernel, adaptive=True).mean
    assert np.isfinite(mean[ell.inside]).all()
    assert np.isnan(mean[~ell.inside]).all()
    if n:
        row, col = np.unravel_index(np.nanargmax(mean), mean.shape)
        assert math.hypot(*(np.array(ell.grid.centres())[:, row, col] - 300.0)) <= 50.0
    else:
        assert (mean[ell.inside] == 0).all()


def test_events_outside_the_parks_cells_keep_the_common_bandwidth(ell: Any, events_of: Any) -> None:
    """Where the pilot has no value there is nothing to adapt to."""
    events = events_of([900.0, 300.0, 320.0], [900.0, 300.0, 300.0])
    pilot = fit(ell, events, bandwidth_m=100.0).mean
    widths = adapt_bandwidths(
        events.easting, events.northing, events.weight, pilot, ell.grid, 100.0
    )
    assert widths.events[0] == 100.0


def test_a_park_of_one_cell_has_a_value() -> None:
    """Every kernel, adaptive or not."""
    grid = Grid("EPSG:4549", 100.0, (1, 1), (0.0, 100.0))
    one = np.array([50.0])
    events = Events("EPSG:4549", one, one, one, np.ones(1))
    inside = np.ones((1, 1), dtype=bool)
    for kernel in KERNELS:
        for adaptive in (False, True):
            params = KdeParams(100.0, kernel=kernel, adaptive=adaptive)
            density = fit_kde(events, grid, inside, params, as_of_days=365.0, history_days=365.0)
            assert density.mean[0, 0] > 0


def test_a_kernel_that_is_not_known_is_refused() -> None:
    """The message names those there are."""
    with pytest.raises(InputError, match="gaussian, quartic, epanechnikov"):
        KdeParams(100.0, kernel="triangle")  # type: ignore[arg-type]
