"""The stack: learners beside a blend, shares from outcomes that none of them had seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from geo_risk.errors import InputError
from geo_risk.events import Events
from geo_risk.surfaces.bench import Bench, Window
from geo_risk.surfaces.forecast import BLEND, STACK, learn
from geo_risk.surfaces.kde import KdeParams
from geo_risk.surfaces.pooling import fit_weights
from geo_risk.surfaces.predictors import measure_predictors
from geo_risk.surfaces.stack import remember

KERNELS = (KdeParams(50.0, 180.0), KdeParams(100.0), KdeParams(200.0, 45.0))
PAST = [Window(at, at + 30.0) for at in range(120, 390, 30)]


@dataclass(frozen=True)
class Known:
    """A trait that is known of each cell, and two zones."""

    values: NDArray[np.float64]
    zone: NDArray[np.int64]

    def at(self, days: float) -> NDArray[np.float64]:
        """Give the same at every moment."""
        assert np.isfinite(days)
        return self.values[:, None]


@pytest.fixture(scope="module")
def scattered(ell: Any, events_of: Any) -> tuple[Events, Known]:
    """1,500 events, each in any cell of a chosen tenth: cells so few that kernels smear them."""
    rng = np.random.default_rng(11)
    cells = np.flatnonzero(ell.inside.ravel())
    chosen = rng.random(len(cells)) < 0.1
    places = np.where(chosen, 10.0, 1.0)
    hit = rng.choice(cells, 1500, p=places / places.sum())
    east, north = (axis.ravel()[hit] + rng.uniform(-24, 24, 1500) for axis in ell.grid.centres())
    events = events_of(east, north, rng.uniform(0, 400, 1500))
    zone = (ell.grid.centres()[0][ell.inside] > 600).astype(np.int64)
    return events, Known(chosen.astype(np.float64), zone)


def bench_of(ell: Any, events: Events, traits: Any = None) -> Bench:
    return Bench(events, events.time_days, ell.grid, ell.inside, KERNELS, traits=traits)


def test_the_stack_and_its_parts_are_densities(ell: Any, scattered: Any) -> None:
    """Not negative, rows sum to 1; shares sum to 1."""
    bench = bench_of(ell, *scattered)
    lesson = learn(bench, PAST, 390.0)
    parts = lesson.stack.parts(bench.at(390.0))
    assert parts.shape == (4, bench.n_cells)
    assert (parts >= 0).all()
    np.testing.assert_allclose(parts.sum(axis=1), 1.0)
    assert lesson.stack.shares.sum() == pytest.approx(1.0)
    assert lesson.stack.density(bench.at(390.0)).sum() == pytest.approx(1.0)


def test_a_trait_that_tells_where_events_come_is_learnt(ell: Any, scattered: Any) -> None:
    """With it the stack beats the blend, and itself without it; the learners get the weight."""
    events, known = scattered
    with_trait, without = (learn(bench_of(ell, events, one), PAST, 390.0) for one in (known, None))
    gains = with_trait.means()
    assert gains[STACK].ig_nats > gains[BLEND].ig_nats + 0.02
    assert gains[STACK].ig_nats > without.means()[STACK].ig_nats + 0.02
    assert with_trait.stack.shares[1:3].sum() > 0.5


def test_a_trait_that_means_nothing_costs_next_to_nothing(ell: Any, scattered: Any) -> None:
    """Noise is left aside by the ridge and by the shares."""
    events, known = scattered
    noise = np.random.default_rng(5).standard_normal(len(known.values))
    with_noise = learn(bench_of(ell, events, Known(noise, known.zone)), PAST, 390.0).means()
    assert with_noise[STACK].ig_nats > with_noise[BLEND].ig_nats - 0.02


def test_with_few_events_the_stack_is_the_blend(ell: Any, events_of: Any) -> None:
    """Under 100 outcomes nothing is learnt: no learner can do harm."""
    easting, northing = ell.points(60, seed=1)
    bench = bench_of(ell, events_of(easting, northing, np.linspace(0, 399, 60)))
    lesson = learn(bench, PAST, 390.0)
    gains = [[one.ig_nats for one in lesson.scores[name]] for name in (STACK, BLEND)]
    np.testing.assert_allclose(*gains)
    densities = bench.at(390.0).densities()
    np.testing.assert_allclose(
        lesson.density(STACK, bench.at(390.0), densities), lesson.weights @ densities
    )


def test_later_events_change_nothing_in_the_stack(ell: Any, scattered: Any) -> None:
    """Events after the cut moved, doubled or gone: the same density to the bit."""
    events, known = scattered
    before = events.time_days < 300.0
    moved = Events(
        events.crs,
        np.where(before, events.easting, 100.0),
        np.where(before, events.northing, 100.0),
        events.time_days,
        np.where(before, events.weight, 2.0),
    )
    made = []
    for some in (events, moved, events.where(before)):
        bench = bench_of(ell, some, known)
        lesson = learn(bench, PAST[:6], 300.0)
        made.append(lesson.stack.density(bench.at(300.0)))
    np.testing.assert_array_equal(made[1], made[0])
    np.testing.assert_array_equal(made[2], made[0])


def test_the_order_of_events_changes_nothing(ell: Any, scattered: Any) -> None:
    """Relabelling rows leaves the stack, but for rounding."""
    events, known = scattered
    order = np.random.default_rng(1).permutation(len(events))
    made = []
    for some in (events, events.where(order)):  # an index array takes rows as flags do
        bench = bench_of(ell, some, known)
        made.append(learn(bench, PAST, 390.0).stack.density(bench.at(390.0)))
    np.testing.assert_allclose(made[1], made[0], rtol=1e-4)


def test_what_was_learnt_on_counts_holds_for_points(ell: Any, scattered: Any) -> None:
    """A surface of points that are all four is four times the one of counts: the same density."""
    events, known = scattered
    fourfold = Events(
        events.crs, events.easting, events.northing, events.time_days, 4.0 * events.weight
    )
    lesson = learn(bench_of(ell, events, known), PAST, 390.0)
    made = [
        lesson.stack.density(bench_of(ell, some, known).at(390.0)) for some in (events, fourfold)
    ]
    np.testing.assert_allclose(made[1], made[0], rtol=1e-5)


def test_a_member_that_is_the_truth_gets_the_weight() -> None:
    """Of three densities that are each other's equals in form, the one events came from."""
    rng = np.random.default_rng(2)
    densities = rng.gamma(0.5, 1.0, (3, 2000))
    densities /= densities.sum(axis=1, keepdims=True)
    count = rng.poisson(5000 * densities[1]).astype(float)
    weights = fit_weights(densities, count, np.full(3, 1 / 3), start=np.full(3, 1 / 3))
    assert weights[1] > 0.95


def test_what_is_kept_of_a_window_stands_for_all_of_it(ell: Any, scattered: Any) -> None:
    """Every cell with an event once; the others by weights that add up to all cells."""
    bench = bench_of(ell, *scattered)
    snapshot = bench.at(300.0)
    densities = snapshot.densities()
    outcome = bench.outcome(Window(300.0, 330.0), 1000.0)
    table = measure_predictors(snapshot, densities)
    seen = remember(densities, table, densities[0], outcome)
    assert seen.weight.sum() == pytest.approx(bench.n_cells)
    assert seen.count.sum() == outcome.sum()
    assert np.isfinite(table.logs).all()
    assert np.isfinite(table.others).all()


@pytest.mark.parametrize(("n", "tied"), [(0, False), (1, False), (400, True)])
def test_no_report_one_report_and_all_at_one_point_give_a_density(
    ell: Any, events_of: Any, n: int, *, tied: bool
) -> None:
    """Nothing is NaN, nothing crashes; all at one point puts most there."""
    easting, northing = ell.points(n, seed=3)
    if tied:
        easting, northing = np.full(n, 125.0), np.full(n, 125.0)
    bench = bench_of(ell, events_of(easting, northing, np.linspace(1, 399, n)))
    lesson = learn(bench, PAST, 390.0)
    snapshot = bench.at(390.0)
    density = lesson.density(STACK, snapshot, snapshot.densities())
    assert np.isfinite(density).all()
    assert density.sum() == pytest.approx(1.0)
    if tied:
        assert density.max() > 0.5


def test_a_park_of_one_cell_has_all_of_it_there(ell: Any, events_of: Any) -> None:
    """One cell: the density is 1, whatever was learnt."""
    one = np.zeros_like(ell.inside)
    one[-1, 0] = True
    events = events_of(np.full(500, 25.0), np.full(500, 25.0), np.linspace(0, 399, 500))
    bench = Bench(events, events.time_days, ell.grid, one, KERNELS)
    lesson = learn(bench, PAST, 390.0)
    snapshot = bench.at(390.0)
    np.testing.assert_allclose(lesson.density(STACK, snapshot, snapshot.densities()), [1.0])


def test_negative_weights_are_refused(ell: Any, events_of: Any) -> None:
    """A clear error, and what to do."""
    with pytest.raises(InputError, match="negative weight"):
        bench_of(ell, events_of([100.0], [100.0], [1.0], [-1.0]))
