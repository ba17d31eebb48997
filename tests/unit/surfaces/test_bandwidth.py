"""Prospective likelihood: its definition written out, ties, and what it says without outcomes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from geo_risk.errors import InputError
from geo_risk.events import Events
from geo_risk.surfaces.bandwidth import Choice, choose_bandwidth
from geo_risk.surfaces.kde import KdeParams, fit_kde

WIDTHS = tuple(KdeParams(width) for width in (50.0, 100.0, 200.0, 400.0))


def choose(ell: Any, events: Any, candidates: Any = WIDTHS, **more: Any) -> Choice:
    told = {"as_of_days": 360.0, "history_days": 360.0, **more}
    return choose_bandwidth(events, ell.grid, ell.inside, candidates, **told)


@pytest.fixture
def hills(ell: Any, events_of: Any) -> Events:
    """300 events around five places, 80 m wide, over 360 days."""
    rng = np.random.default_rng(0)
    east, north = (some[rng.integers(5, size=300)] for some in ell.points(5, seed=1))
    at = np.column_stack([east, north]) + 80 * rng.standard_normal((300, 2))
    return events_of(at[:, 0], at[:, 1], rng.uniform(0, 360, 300))


def test_gain_is_the_mean_log_density_of_later_events(ell: Any, hills: Any) -> None:
    """Two folds written out: fit before the cut, normalise, mix, take logs at what came after."""
    choice = choose(ell, hills, folds=2, horizon_days=40.0)
    cells = int(ell.inside.sum())
    for one, params in enumerate(WIDTHS):
        logs: list[float] = []
        for cut in (280.0, 320.0):
            mean = fit_kde(
                hills, ell.grid, ell.inside, params, as_of_days=cut, history_days=cut
            ).mean
            for x, y, t in zip(hills.easting, hills.northing, hills.time_days, strict=True):
                row, col = (int(k[0]) for k in ell.grid.cell_of([x], [y]))
                if cut <= t < cut + 40 and row >= 0 and ell.inside[row, col]:
                    share = mean[row, col] / np.nansum(mean)
                    logs.append(math.log(0.999 * share * cells + 0.001))
        assert choice.gain[one] == pytest.approx(np.mean(logs), rel=1e-9)
    assert choice.params == WIDTHS[int(np.argmax(choice.gain))]


def test_choice_is_near_the_width_the_events_were_drawn_with(ell: Any, hills: Any) -> None:
    """Not the narrowest and not the widest."""
    assert 50.0 < choose(ell, hills).params.bandwidth_m < 400.0


def test_decay_is_chosen_where_hills_move(ell: Any, events_of: Any) -> None:
    """Events that leave one place for another are told best by a short memory, else by none."""
    rng = np.random.default_rng(3)
    lives = (KdeParams(100.0, 30.0), KdeParams(100.0))
    days = rng.uniform(0, 360, 300)
    east = np.where(days < 200, 200.0, 450.0) + 50 * rng.standard_normal(300)
    north = 250 + 50 * rng.standard_normal(300)
    moved = choose(ell, events_of(east, north, days), lives)
    stayed = choose(ell, events_of(east, north, rng.permutation(days)), lives)
    assert moved.params == lives[0]
    assert stayed.params == lives[1]


def test_events_told_thrice_choose_the_same(ell: Any, hills: Any) -> None:
    """Ties at one moment do not vouch for each other: the same gains, to rounding."""
    thrice = Events(
        hills.crs,
        *(np.repeat(getattr(hills, k), 3) for k in ("easting", "northing", "time_days", "weight")),
    )
    one, three = choose(ell, hills), choose(ell, thrice)
    np.testing.assert_allclose(three.gain, one.gain, rtol=1e-9)
    assert three.params == one.params
    assert three.events == 3 * one.events


def test_weights_count_as_so_many_events(ell: Any, hills: Any) -> None:
    """Weight 3 is the event three times."""
    heavy = replace(hills, weight=3 * hills.weight)
    np.testing.assert_allclose(choose(ell, heavy).gain, choose(ell, hills).gain, rtol=1e-9)


def test_all_events_tied_choose_one_cell_and_a_finite_surface(ell: Any, events_of: Any) -> None:
    """Nothing collapses: the narrowest candidate is a cell, and its likelihood is finite."""
    tied = events_of(np.full(60, 325.0), np.full(60, 325.0), np.linspace(1, 359, 60))
    choice = choose(ell, tied)
    assert choice.params.bandwidth_m == 50.0
    assert np.isfinite(choice.gain).all()
    mean = fit_kde(
        tied, ell.grid, ell.inside, choice.params, as_of_days=360.0, history_days=360.0
    ).mean
    assert np.isfinite(mean[ell.inside]).all()


def test_half_tied_half_uniform_is_no_collapse(ell: Any, events_of: Any) -> None:
    """Leaving one out, the likelihood of ties grows without bound; of later events it does not."""
    rng = np.random.default_rng(5)
    east, north = ell.points(100, seed=5)
    east[:50], north[:50] = 310.0, 310.0
    choice = choose(ell, events_of(east, north, rng.permutation(np.linspace(1, 359, 100))))
    assert np.abs(choice.gain).max() < math.log(ell.inside.sum())


@pytest.mark.parametrize("n", [0, 1])
def test_without_outcomes_the_first_candidate_is_kept(ell: Any, events_of: Any, n: int) -> None:
    """No events, or one before every cut: nothing judged, and said so."""
    choice = choose(ell, events_of([300.0] * n, [300.0] * n, [5.0] * n, [1.0] * n))
    assert choice.params == WIDTHS[0]
    assert choice.events == 0
    assert np.isnan(choice.gain).all()


def test_what_comes_at_the_as_of_or_later_is_not_known(ell: Any, hills: Any) -> None:
    """Later events change nothing."""
    later = Events(
        hills.crs,
        np.append(hills.easting, 100.0),
        np.append(hills.northing, 100.0),
        np.append(hills.time_days, 360.0),
        np.append(hills.weight, 500.0),
    )
    np.testing.assert_array_equal(choose(ell, later).gain, choose(ell, hills).gain)


def test_other_kernels_and_adaptive_ones_are_candidates_too(ell: Any, hills: Any) -> None:
    """Any `KdeParams` may be compared with any other."""
    some = (
        KdeParams(100.0),
        KdeParams(250.0, kernel="quartic"),
        KdeParams(250.0, kernel="epanechnikov"),
        KdeParams(150.0, adaptive=True),
    )
    assert np.isfinite(choose(ell, hills, some).gain).all()


def test_no_candidates_and_no_horizon_are_refused(ell: Any, hills: Any) -> None:
    """There must be something to choose from, and something to judge by."""
    with pytest.raises(InputError, match="0 candidates"):
        choose(ell, hills, ())
    with pytest.raises(InputError, match="horizon"):
        choose(ell, hills, horizon_days=0.0)
