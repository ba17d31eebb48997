"""Combined risk: the formula, and contributions that add up."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from geo_risk.errors import GridMismatchError
from geo_risk.surfaces.combine import FACTORS, CombineParams, combine, shapley

SHAPE = (6, 7)
PARAMS = CombineParams(400.0, 0.2, 0.1)


@pytest.fixture
def layers() -> Any:
    """Six factors on 6 x 7 cells, one corner outside the park."""
    rng = np.random.default_rng(11)
    values = {
        "hazards": rng.gamma(1.0, 30.0, SHAPE),
        "other_reports": rng.gamma(1.0, 10.0, SHAPE),
        "people": rng.gamma(0.5, 100.0, SHAPE),
        "inherent_class": 1.0 + 3.0 * rng.random(SHAPE),
        "patrol": rng.gamma(1.0, 300.0, SHAPE),
        "stations": rng.random(SHAPE),
    }
    for one in values.values():
        one[:2, :2] = np.nan
    return values


def by_hand(at: Any, mean: Any, level: Any) -> Any:
    """The formula of the docstring, for one cell, in plain Python."""
    consequence = (1 + at["people"] / mean["people"]) / 2
    consequence *= at["inherent_class"] / mean["inherent_class"]
    credit = 0.2 * at["patrol"] / (at["patrol"] + 400.0) + 0.1 * at["stations"]
    return (at["hazards"] + at["other_reports"]) * consequence / level * (1 - credit)


def level_of(layers: Any, mean: Any) -> Any:
    u = (1 + layers["people"] / mean["people"]) / 2
    return np.nanmean(u * layers["inherent_class"] / mean["inherent_class"])


def test_risk_is_intensity_times_consequence_times_the_unprotected_rest(layers: Any) -> None:
    """Every cell equals the formula computed by hand."""
    combined = combine(layers, PARAMS)
    mean = {name: float(np.nanmean(values)) for name, values in layers.items()}
    for cell in [(2, 3), (5, 6), (0, 4)]:
        at = {name: float(values[cell]) for name, values in layers.items()}
        expected = by_hand(at, mean, level_of(layers, mean))
        assert combined.values[cell] == pytest.approx(expected, rel=1e-12)
        intensity = at["hazards"] + at["other_reports"]
        assert combined.multiplier[cell] * intensity == pytest.approx(expected, rel=1e-12)


def test_consequence_has_mean_one_over_the_park(layers: Any) -> None:
    """Without protection, a flat intensity keeps its mean: consequence moves risk, it adds none."""
    layers["hazards"][2:] = layers["hazards"][:2, 2:] = 5.0
    layers["other_reports"] = 0.0 * layers["hazards"]
    combined = combine(layers, CombineParams(400.0, 0.0, 0.0))
    assert np.nanmean(combined.values) == pytest.approx(5.0, rel=1e-12)


def test_contributions_add_up_to_value_minus_reference(layers: Any) -> None:
    """Six shares and the reference are the value, cell by cell, to float32 rounding: no 'other'."""
    combined = combine(layers, PARAMS)
    total = combined.factors.parts.sum(axis=0) + combined.factors.reference
    assert combined.factors.names == FACTORS
    np.testing.assert_allclose(total, combined.values, rtol=1e-5, atol=1e-4)


def test_contributions_equal_the_mean_over_all_orders(layers: Any) -> None:
    """A share is the mean, over all 720 orders of arrival, of what the factor adds on arriving."""
    combined = combine(layers, PARAMS)
    mean = {name: float(np.nanmean(values)) for name, values in layers.items()}
    level = level_of(layers, mean)
    cell = (3, 4)
    at = {name: float(values[cell]) for name, values in layers.items()}
    shares = dict.fromkeys(FACTORS, 0.0)
    orders = list(itertools.permutations(FACTORS))
    for order in orders:
        present = dict(mean)
        before = by_hand(present, mean, level)
        for name in order:
            present[name] = at[name]
            after = by_hand(present, mean, level)
            shares[name] += (after - before) / len(orders)
            before = after
    got = dict(zip(FACTORS, combined.factors.parts[:, cell[0], cell[1]], strict=True))
    assert got == pytest.approx(shares, rel=1e-5, abs=1e-4)


def test_a_factor_at_its_park_mean_contributes_nothing(layers: Any) -> None:
    """Where a factor stands at its reference its share is exactly 0 (design, 4c.4)."""
    for name in FACTORS:
        even = {**layers, name: np.where(np.isnan(layers[name]), np.nan, 0.5)}
        row = FACTORS.index(name)
        assert np.nanmax(np.abs(combine(even, PARAMS).factors.parts[row])) == 0


def test_equal_factors_share_equally() -> None:
    """Two factors that do the same get the same (symmetry)."""
    cells = {"a": np.array([3.0]), "b": np.array([3.0]), "c": np.array([7.0])}
    parts = shapley(lambda at: at["a"] * at["b"] * at["c"], cells, {"a": 1.0, "b": 1.0, "c": 2.0})
    assert parts[0] == pytest.approx(parts[1])
    assert parts.sum() == pytest.approx(63.0 - 2.0)


def test_more_patrol_or_a_nearer_station_never_raises_risk(layers: Any) -> None:
    """Protection only lowers, and never below the sum of the largest credits."""
    more = {**layers, "patrol": layers["patrol"] + 500.0}
    near = {**layers, "stations": np.minimum(1.0, layers["stations"] + 0.3)}
    plain = combine(layers, PARAMS).values
    for better in (more, near):
        values = combine(better, PARAMS).values
        assert (values[2:] <= plain[2:] + 1e-12).all()
        assert (values[2:] >= plain[2:] * (1 - 0.3)).all()


def test_a_park_without_people_or_patrol_still_has_risk(layers: Any) -> None:
    """Zero people or patrol everywhere is a factor without influence, no division by zero."""
    nothing = np.where(np.isnan(layers["people"]), np.nan, 0.0)
    combined = combine({**layers, "people": nothing, "patrol": nothing}, PARAMS)
    assert (combined.values[2:] > 0).all()
    assert np.nanmax(np.abs(combined.factors.parts[[2, 4]])) == 0


def test_a_missing_factor_and_another_study_area_are_refused(layers: Any) -> None:
    """Six factors on one set of cells, or nothing."""
    with pytest.raises(GridMismatchError, match="stations"):
        combine({name: layers[name] for name in FACTORS[:5]}, PARAMS)
    with pytest.raises(GridMismatchError, match="patrol"):
        combine({**layers, "patrol": np.zeros(SHAPE)}, PARAMS)
