"""Hot spots: esda and SciPy as oracles, and what the three classes mean."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from esda import G_Local
from libpysal.weights import W
from scipy.spatial import KDTree
from scipy.stats import false_discovery_control, hypergeom

from geo_risk.errors import InputError
from geo_risk.surfaces.hotspots import (
    HotSpot,
    adjust,
    band_sum,
    choose_band,
    classify,
    fit_hotspots,
    getis_ord,
    hot_chance,
)

CELL = 50.0


def ragged(rows: int, cols: int, seed: int) -> Any:
    """Give a park with a ragged edge, two holes and a cell on its own."""
    rng = np.random.default_rng(seed)
    inside = rng.random((rows, cols)) < 0.85
    inside[3:6, 4:8] = False
    inside[-3:, :3] = False
    inside[-1, 0] = True
    return inside


@pytest.mark.parametrize(("seed", "band_m"), [(0, 50.0), (1, 75.0), (2, 130.0), (3, 250.0)])
@pytest.mark.parametrize("kind", ["counts", "severity"])
def test_gi_star_equals_esda_on_a_ragged_park_with_holes(
    seed: int, band_m: float, kind: str
) -> None:
    """The analytic z of `esda.G_Local(star=True)` with binary weights, to 1e-10."""
    inside = ragged(14, 19, seed)
    rng = np.random.default_rng(seed + 10)
    values = rng.poisson(2.0, inside.shape) * (1.0 if kind == "counts" else 1.37)
    row, col = np.nonzero(inside)
    points = np.column_stack([col * CELL, -row * CELL])
    near = KDTree(points).query_ball_point(points, band_m + 1e-6)
    weights = W(dict(enumerate(near)), silence_warnings=True)
    oracle = G_Local(values[inside], weights, transform="B", star=True, permutations=0)
    ours = getis_ord(values, inside, CELL, band_m)
    np.testing.assert_allclose(ours[inside], oracle.Zs, rtol=1e-10, atol=1e-10)
    assert np.isnan(ours[~inside]).all()


@pytest.mark.parametrize("band_m", [10.0, 50.0, 71.0, 100.0, 223.7, 5000.0])
def test_band_sum_equals_a_sum_over_all_pairs(band_m: float) -> None:
    """Cells whose centres are at most a band apart, those exactly a band apart included."""
    values = np.random.default_rng(5).integers(0, 9, (11, 17)).astype(float)
    row, col = np.indices(values.shape)
    apart = np.hypot(*(axis.reshape(-1, 1) - axis.ravel() for axis in (row, col))) * CELL
    oracle = (apart <= band_m + 1e-6) @ values.ravel()
    np.testing.assert_array_equal(band_sum(values, CELL, band_m).ravel(), oracle)


def test_what_lies_outside_the_park_changes_nothing() -> None:
    """Values outside are not read: not as neighbours, not in the mean, not even where NaN."""
    inside = ragged(12, 12, 4)
    values = np.random.default_rng(1).poisson(3.0, inside.shape).astype(float)
    other = np.where(inside, values, np.nan)
    np.testing.assert_array_equal(
        getis_ord(values, inside, CELL, 100.0), getis_ord(other, inside, CELL, 100.0)
    )


def test_scaling_and_shifting_the_values_changes_no_z() -> None:
    """Gi* asks where, not how much: another unit gives the same z."""
    inside = ragged(12, 15, 6)
    values = np.random.default_rng(2).poisson(3.0, inside.shape).astype(float)
    one = getis_ord(values, inside, CELL, 110.0)[inside]
    np.testing.assert_allclose(
        getis_ord(7.0 * values + 3.0, inside, CELL, 110.0)[inside], one, rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("seed", range(4))
def test_adjustment_equals_scipys_false_discovery_control(seed: int) -> None:
    """Benjamini and Hochberg's adjusted p-values, ties included."""
    chance = np.random.default_rng(seed).beta(0.4, 1.0, (3, 40)).round(2)
    np.testing.assert_allclose(
        adjust(chance).ravel(), false_discovery_control(chance.ravel()), rtol=1e-12
    )


def test_adjustment_rejects_what_the_step_up_rule_rejects() -> None:
    """Adjusted <= rate is: all up to the largest i with p_(i) <= rate i / m."""
    chance = np.random.default_rng(9).beta(0.3, 1.0, 60)
    ordered = np.sort(chance)
    passed = np.flatnonzero(ordered <= 0.1 * np.arange(1, 61) / 60)
    bound = ordered[passed[-1]] if passed.size else -1.0
    np.testing.assert_array_equal(adjust(chance) <= 0.1, chance <= bound)


def test_chance_follows_the_hypergeometric_where_cells_hold_one_event_at_most() -> None:
    """Shuffled ones among zeros: the tail of the band's count, half of the tie counted."""
    inside = np.ones((40, 40), dtype=bool)
    rng = np.random.default_rng(3)
    values = np.zeros(inside.shape)
    values.ravel()[rng.choice(1600, 60, replace=False)] = 1.0
    z = getis_ord(values, inside, CELL, 100.0)
    chance = hot_chance(z, values, inside, CELL, 100.0)
    here = band_sum(values, CELL, 100.0)[10:30, 10:30]
    for held in range(1, 4):
        at = here == held
        if at.any():
            law = hypergeom(1600, 60, 13)
            middle = law.sf(held) + 0.5 * law.pmf(held)
            ours = float(chance[10:30, 10:30][at].mean())
            assert 0.4 < ours / middle < 2.5


@pytest.mark.parametrize("clump", [1, 3])
def test_parks_where_all_cells_are_alike_are_rarely_called_hot(clump: int) -> None:
    """Without any pattern about one park in twenty has a hot spot; at most 5 of 30 here.

    Events that come in clumps of several reports in one cell change that little.
    """
    false = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        inside = ragged(30, 30, seed)
        events = rng.poisson(0.1, (3, *inside.shape))
        counts = (events if clump == 1 else events * rng.poisson(clump, events.shape)).astype(float)
        band = choose_band(float(counts[0][inside].sum()), int(inside.sum()), CELL)
        false += bool((fit_hotspots(counts, inside, CELL, band).classes[inside] > 0).any())
    assert false <= 5


def test_a_planted_hot_spot_is_found_where_it_is() -> None:
    """Ten times the rate in a corner: most of its cells are hot, next to none far away."""
    inside = ragged(30, 30, 2)
    rate = np.full(inside.shape, 0.1)
    rate[6:12, 12:18] = 1.0
    counts = np.random.default_rng(0).poisson(rate, (4, *inside.shape)).astype(float)
    spots = fit_hotspots(counts, inside, CELL, 100.0)
    core = np.zeros_like(inside)
    core[7:11, 13:17] = True
    far = inside.copy()
    far[3:15, 9:21] = False
    assert (spots.classes[core & inside] == HotSpot.PERSISTENT).mean() > 0.8
    assert (spots.classes[far] > 0).mean() < 0.02


@pytest.mark.parametrize(
    ("hot", "z", "expected"),
    [
        ([0, 0, 0, 1], [0, 0, 1, 5], HotSpot.EMERGING),
        ([1, 0, 0, 1], [4, 0, 1, 5], HotSpot.EMERGING),
        ([1, 1, 1, 1], [5, 5, 5, 5], HotSpot.PERSISTENT),
        ([0, 1, 1, 1], [1, 5, 5, 5], HotSpot.PERSISTENT),
        ([1, 1, 0, 0], [5, 4, 2, 1], HotSpot.FADING),
        ([1, 0, 0, 0], [5, 2, 1, 1], HotSpot.FADING),
        ([0, 1, 0, 0], [0, 4, 2, 3], HotSpot.NONE),
        ([0, 0, 0, 0], [1, 1, 1, 1], HotSpot.NONE),
        ([1], [5], HotSpot.EMERGING),
        ([0], [1], HotSpot.NONE),
    ],
)
def test_classes_tell_new_from_old_from_going(
    hot: list[int], z: list[float], expected: HotSpot
) -> None:
    """Emerging is hot now and seldom before; persistent, now and often; fading, no longer."""
    columns = np.array(hot, dtype=bool)[:, None], np.array(z, dtype=float)[:, None]
    assert classify(*columns)[0] == expected


def test_every_history_has_exactly_one_class_that_agrees_with_now() -> None:
    """Over all histories of five periods: hot now is emerging or persistent, else neither."""
    histories = np.array(list(itertools.product([False, True], repeat=5))).T
    z = np.where(histories, 4.0, 0.0)
    classes = classify(histories, z)
    assert set(classes[histories[-1]]) == {HotSpot.EMERGING, HotSpot.PERSISTENT}
    assert set(classes[~histories[-1]]) == {HotSpot.NONE, HotSpot.FADING}
    assert (classes[~histories.any(axis=0)] == HotSpot.NONE).all()


@pytest.mark.parametrize("counts", [0.0, 3.0])
def test_a_park_where_all_cells_are_alike_has_no_hot_spot(counts: float) -> None:
    """No events, or the same number everywhere: z is 0, chance 1, class none."""
    inside = ragged(10, 12, 1)
    spots = fit_hotspots(np.full((2, *inside.shape), counts), inside, CELL, 100.0)
    assert (spots.z[:, inside] == 0).all()
    assert (spots.adjusted[:, inside] == 1).all()
    assert (spots.classes[inside] == HotSpot.NONE).all()
    assert (spots.classes[~inside] == -1).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (1, 9)])
def test_the_smallest_parks_have_values_everywhere(shape: tuple[int, int]) -> None:
    """A park of one cell, two or a row: never NaN within, never a crash."""
    inside = np.ones(shape, dtype=bool)
    counts = np.zeros((3, *shape))
    counts[:, 0, 0] = 5.0
    spots = fit_hotspots(counts, inside, CELL, 100.0)
    assert np.isfinite(spots.z).all()
    assert np.isfinite(spots.adjusted).all()


def test_everything_in_one_cell_is_hot_around_it_only() -> None:
    """All events tied at one place heat the cells within a band of it and no other."""
    inside = np.ones((30, 30), dtype=bool)
    counts = np.zeros((2, 30, 30))
    counts[:, 15, 15] = 200.0
    spots = fit_hotspots(counts, inside, CELL, 100.0)
    row, col = np.nonzero(spots.classes)
    assert np.hypot(row - 15, col - 15).max() <= 2.0


@pytest.mark.parametrize(
    ("bad", "says"), [(np.nan, "is nan"), (np.inf, "is inf"), (-1.0, "below 0")]
)
def test_counts_that_are_none_are_refused(bad: float, says: str) -> None:
    """NaN, infinite and negative counts within the park are errors that say so."""
    inside = np.ones((4, 5), dtype=bool)
    counts = np.ones((2, 4, 5))
    counts[1, 2, 3] = bad
    with pytest.raises(InputError, match=says):
        fit_hotspots(counts, inside, CELL, 100.0)


@pytest.mark.parametrize("band_m", [0.0, -5.0, np.nan, np.inf])
def test_a_band_without_width_is_refused(band_m: float) -> None:
    """A distance is above 0 and finite."""
    with pytest.raises(InputError, match="above 0"):
        fit_hotspots(np.ones((1, 3, 3)), np.ones((3, 3), dtype=bool), CELL, band_m)


def test_counts_of_another_shape_are_refused() -> None:
    """Periods, rows and columns, of the park's own grid."""
    with pytest.raises(InputError, match="periods, rows, cols"):
        fit_hotspots(np.ones((3, 3)), np.ones((3, 3), dtype=bool), CELL, 100.0)


@pytest.mark.parametrize("total", [0.0, 1.0, 50.0, 5000.0, 1e7])
def test_band_holds_enough_events_or_a_tenth_of_the_park(total: float) -> None:
    """At least the eight cells around, at most about a tenth of the park."""
    band = choose_band(total, 10_000, CELL) / CELL
    assert band >= 1.5
    assert np.pi * (band - 1) ** 2 <= 1000
    if total >= 50:
        assert np.pi * band**2 * total / 10_000 >= 4.0 or total < 40
