"""Forecasts: members of a blend, weights from past outcomes, and nothing from later."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from geo_risk.errors import GeoRiskWarning, InputError
from geo_risk.events import Events
from geo_risk.surfaces.bench import Bench, Window
from geo_risk.surfaces.forecast import (
    DEFAULT_BASELINE,
    FORECAST,
    OURS,
    learn,
)
from geo_risk.surfaces.kde import KdeParams, fit_kde
from geo_risk.surfaces.kernels import edge_share
from geo_risk.surfaces.members import BASELINES, Members, candidate_kernels
from geo_risk.surfaces.pooling import fit_weights

KERNELS = (KdeParams(50.0, 45.0), KdeParams(100.0, 180.0), KdeParams(200.0))


def bench_of(ell: Any, events: Events, known: Any = None, kernels: Any = KERNELS) -> Bench:
    known = events.time_days if known is None else known
    return Bench(events, known, ell.grid, ell.inside, kernels)


@pytest.fixture
def hot_corner(ell: Any, events_of: Any) -> Events:
    """600 events over 400 days: half of them within 60 m of one corner, the rest anywhere."""
    rng = np.random.default_rng(5)
    easting, northing = ell.points(600, seed=5)
    hot = rng.random(600) < 0.5
    easting[hot], northing[hot] = (
        150 + 60 * rng.standard_normal(hot.sum()),
        150 + 60 * rng.standard_normal(hot.sum()),
    )
    return events_of(easting, northing, rng.uniform(0, 400, 600))


def windows(*starts: float, days: float = 30.0) -> list[Window]:
    return [Window(start, start + days) for start in starts]


def test_every_members_density_sums_to_one(ell: Any, hot_corner: Any) -> None:
    """Baselines, uniform, kernels and pools are densities over the park's cells."""
    densities = bench_of(ell, hot_corner).at(300.0).densities()
    assert densities.shape == (len(bench_of(ell, hot_corner).members.names), ell.inside.sum())
    np.testing.assert_allclose(densities.sum(axis=1), 1.0, rtol=1e-12)
    assert (densities >= 0).all()


def test_count_members_count(ell: Any, events_of: Any) -> None:
    """`count_365d` is [cut - 365 d, cut), `count_all` everything before the cut, per cell."""
    times = np.array([100.0, 134.9, 135.0, 499.9, 500.0])
    bench = bench_of(ell, events_of([125.0] * 5, [125.0] * 5, times))
    cell = np.flatnonzero(bench.outcome(Window(0, 1000), math.inf))[0]
    snapshot = bench.at(500.0)
    assert snapshot.mass(bench.members.names.index("count_365d"))[cell] == 2
    assert snapshot.mass(bench.members.names.index("count_all"))[cell] == 4


def test_kde_200m_is_exact_at_cell_centres(ell: Any, hot_corner: Any) -> None:
    """The baseline equals the sum over all pairs at true coordinates, with no edge correction."""
    bench = bench_of(ell, hot_corner)
    for cut in (100.0, 300.0, 200.0):  # also after another cut, forward and back
        mass = bench.at(cut).mass(bench.members.names.index("kde_200m"))
        before = hot_corner.where(hot_corner.time_days < cut)
        east, north = (axis[ell.inside] for axis in ell.grid.centres())
        in_cells = bench.events.where(bench.events.time_days < cut)
        assert len(in_cells) <= len(before)
        square = (east[:, None] - in_cells.easting) ** 2 + (north[:, None] - in_cells.northing) ** 2
        oracle = np.exp(-square / (2 * 200.0**2)).sum(axis=1)
        np.testing.assert_allclose(mass / mass.sum(), oracle / oracle.sum(), rtol=1e-10)


def test_kernel_members_equal_the_kernel_density_of_binned_events(
    ell: Any, hot_corner: Any
) -> None:
    """A kernel member is `fit_kde` of events moved to their cells' centres, normalised."""
    bench = bench_of(ell, hot_corner)
    events = bench.events
    row, col = ell.grid.cell_of(events.easting, events.northing)
    centred = Events(
        events.crs,
        ell.grid.eastings()[col],
        ell.grid.northings()[row],
        events.time_days,
        events.weight,
    )
    for member in bench.members.kernel_rows:
        kernel = bench.members.kernel_of(member)
        density = fit_kde(
            centred, ell.grid, ell.inside, kernel, as_of_days=350.0, history_days=350.0
        ).mean[ell.inside]
        snapshot = bench.at(350.0)
        np.testing.assert_allclose(snapshot.density(member), density / density.sum(), rtol=1e-9)


def test_kernel_members_variance_equals_that_of_the_kernel_density(
    ell: Any, hot_corner: Any
) -> None:
    """Relative variance agrees with `fit_kde`'s for events at the cells' centres."""
    bench = bench_of(ell, hot_corner)
    row, col = ell.grid.cell_of(bench.events.easting, bench.events.northing)
    centred = Events(
        bench.events.crs,
        ell.grid.eastings()[col],
        ell.grid.northings()[row],
        bench.events.time_days,
        bench.events.weight,
    )
    member = bench.members.kernel_rows[1]
    density = fit_kde(
        centred,
        ell.grid,
        ell.inside,
        bench.members.kernel_of(member),
        as_of_days=350.0,
        history_days=350.0,
    )
    snapshot = bench.at(350.0)
    relative = snapshot.variance(member) / snapshot.mass(member) ** 2
    oracle = (density.variance / density.mean**2)[ell.inside]
    np.testing.assert_allclose(relative, oracle, rtol=1e-8)


def test_a_pool_is_the_posterior_mean_of_a_gamma_poisson_cell(ell: Any, hot_corner: Any) -> None:
    """Around x (own + a) / (around + a), each from its own definition."""
    bench = bench_of(ell, hot_corner)
    snapshot = bench.at(400.0)
    own = snapshot.mass(bench.members.names.index("count_all"))
    row = bench.members.names.index("pool_200m_infd_3")
    kernel_row, _ = bench.members.pool_of(row)
    around = snapshot.mass(kernel_row)
    np.testing.assert_allclose(
        snapshot.mass(row), around * (own + 3.0) / (around + 3.0), rtol=1e-12
    )
    share = edge_share(ell.inside, ell.grid, 200.0)[ell.inside]
    assert around @ share == pytest.approx(
        bench_of(ell, hot_corner).binned(bench.events.weight)[ell.inside] @ share, rel=1e-9
    )


def test_weights_of_the_blend_maximise_the_likelihood() -> Any:
    """EM reaches what a general optimiser reaches on the same objective."""
    rng = np.random.default_rng(9)
    densities = rng.gamma(0.5, 1.0, (3, 400))
    densities /= densities.sum(axis=1, keepdims=True)
    count = rng.poisson(400 * 5 * (0.7 * densities[0] + 0.3 * densities[2])).astype(float)
    prior = np.full(3, 1 / 3)

    def loss(free: Any) -> Any:
        weights = np.exp(np.append(free, 0.0))
        weights /= weights.sum()
        return -(count @ np.log(weights @ densities) + 20.0 * prior @ np.log(weights))

    best = minimize(loss, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-8}).x
    oracle = np.exp(np.append(best, 0.0))
    oracle /= oracle.sum()
    weights = prior
    for _ in range(20):
        weights = fit_weights(densities, count, prior, start=weights)
    np.testing.assert_allclose(weights, oracle, atol=2e-3)
    assert weights.sum() == pytest.approx(1.0)


def test_later_events_change_no_weight_and_no_choice(ell: Any, hot_corner: Any) -> None:
    """No fold leak: with events after the cut moved, doubled or gone, the lesson is the same."""
    before = hot_corner.time_days < 300.0
    swapped = Events(
        hot_corner.crs,
        np.where(before, hot_corner.easting, 900.0),
        np.where(before, hot_corner.northing, 450.0),
        hot_corner.time_days,
        np.where(before, hot_corner.weight, 50.0),
    )
    past = windows(120, 150, 180, 210, 240, 270)
    lessons = [
        learn(bench_of(ell, events), past, 300.0)
        for events in (hot_corner, swapped, hot_corner.where(before))
    ]
    for other in lessons[1:]:
        np.testing.assert_array_equal(other.weights, lessons[0].weights)
        assert (other.kde, other.served) == (lessons[0].kde, lessons[0].served)
        assert other.scores == lessons[0].scores


def test_what_became_known_later_is_not_known_yet(ell: Any, hot_corner: Any) -> None:
    """Late reports are neither events nor outcomes before they are reported."""
    late = np.arange(len(hot_corner)) % 3 == 0
    known = np.where(late, 1000.0, hot_corner.time_days)
    some = bench_of(ell, hot_corner, known)
    none = bench_of(ell, hot_corner.where(~late))
    past = windows(120, 150, 180)
    np.testing.assert_allclose(
        learn(some, past, 210.0).weights, learn(none, past, 210.0).weights, rtol=1e-9
    )
    np.testing.assert_allclose(
        some.at(210.0).densities(), none.at(210.0).densities(), rtol=1e-9, atol=1e-15
    )


def test_each_window_is_scored_with_weights_from_windows_before_it(
    ell: Any, hot_corner: Any
) -> None:
    """Scores of the first windows do not depend on windows after them."""
    bench = bench_of(ell, hot_corner)
    short = learn(bench, windows(120, 150), 400.0)
    long = learn(bench, windows(120, 150, 180, 210, 240), 400.0)
    for name in (*BASELINES, *OURS):
        assert long.scores[name][:2] == short.scores[name]


def test_a_hot_corner_is_found_and_the_blend_beats_every_baseline(
    ell: Any, hot_corner: Any
) -> None:
    """Where there is something to learn, what is served beats counts and the fixed kernel."""
    lesson = learn(bench_of(ell, hot_corner), windows(*range(90, 390, 30)), 400.0)
    means = lesson.means()
    assert lesson.served in OURS
    assert means[lesson.served].ig_nats > max(means[name].ig_nats for name in BASELINES)


def test_without_an_outcome_the_baseline_is_served(
    ell: Any, hot_corner: Any, events_of: Any
) -> None:
    """Nothing has beaten the baseline yet: it is served, and named."""
    for bench in (bench_of(ell, hot_corner), bench_of(ell, events_of([], [], [], []))):
        lesson = learn(bench, [], 100.0)
        assert lesson.served == DEFAULT_BASELINE
        mix = lesson.mix(FORECAST, bench.members)
        assert mix[bench.members.names.index(DEFAULT_BASELINE)] == 1.0


def test_a_baseline_that_nothing_beats_is_served(ell: Any, events_of: Any) -> None:
    """Where the same cells are hit again and again and no other, counting them is best."""
    rng = np.random.default_rng(2)
    cells = np.flatnonzero(ell.inside.ravel())
    chosen = cells[rng.permutation(len(cells))[: len(cells) // 2]]
    east, north = (axis.ravel()[chosen] for axis in ell.grid.centres())
    days = np.repeat(np.arange(0.0, 400.0, 4.0), len(chosen))
    events = events_of(np.tile(east, 100), np.tile(north, 100), days)
    bench = bench_of(ell, events, kernels=(KdeParams(400.0),))
    lesson = learn(bench, windows(200, 230, 260, 290), 320.0)
    assert lesson.served in {"count_all", "count_365d"}


def test_tied_coordinates_do_not_collapse_the_bandwidth(ell: Any, events_of: Any) -> None:
    """Many reports at identical points leave the bandwidth at a cell or more."""
    rng = np.random.default_rng(4)
    easting, northing = ell.points(12, seed=4)
    at = rng.integers(0, 12, 400)
    events = events_of(easting[at], northing[at], rng.uniform(0, 300, 400))
    kernels = candidate_kernels(ell.grid)
    bench = bench_of(ell, events, kernels=kernels)
    lesson = learn(bench, windows(120, 150, 180, 210, 240, 270), 300.0)
    assert bench.members.kernel_of(lesson.kde).bandwidth_m >= ell.grid.cell_m


def test_candidates_start_at_one_cell_and_follow_the_park_file(ell: Any) -> None:
    """Open: a ladder from one cell. Fixed: what the park file says, raised to a cell."""
    assert min(one.bandwidth_m for one in candidate_kernels(ell.grid)) == ell.grid.cell_m
    assert candidate_kernels(ell.grid, 120.0, 90.0) == (KdeParams(120.0, 90.0),)
    with pytest.warns(GeoRiskWarning, match="below the cell"):
        assert candidate_kernels(ell.grid, 20.0, 90.0) == (KdeParams(50.0, 90.0),)


def test_members_have_names_of_their_own() -> None:
    """No two rows are called alike, and each kernel says its bandwidth and half-life."""
    names = Members(KERNELS, 50.0).names
    assert len(set(names)) == len(names)
    assert {"kde_50m_45d", "kde_100m_180d", "kde_200m_infd"} <= set(names)


def test_events_without_the_time_they_became_known_are_refused(ell: Any, hot_corner: Any) -> None:
    """One time of knowledge for each event."""
    with pytest.raises(InputError, match="known_days"):
        bench_of(ell, hot_corner, np.zeros(3))
