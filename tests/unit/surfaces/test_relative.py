"""Relative risk: two densities compared, and what is said where there is nothing to compare."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from geo_risk.errors import GridMismatchError, InputError
from geo_risk.surfaces.kde import Density, KdeParams, fit_kde
from geo_risk.surfaces.relative import relative_risk


def density(ell: Any, events: Any, width: float = 120.0) -> Density:
    return fit_kde(
        events, ell.grid, ell.inside, KdeParams(width), as_of_days=365.0, history_days=365.0
    )


def test_log_ratio_equals_its_definition(ell: Any, events_of: Any) -> None:
    """The log of (share per mean share + floor) over the same, cell by cell."""
    f, g = (density(ell, events_of(*ell.points(60, seed))) for seed in (1, 2))
    ours = relative_risk(f, g, floor=0.05)
    n = ell.inside.sum()
    for at in [(0, 0), (15, 5), (12, 20), (19, 23)]:
        if ell.inside[at]:
            top = f.mean[at] / np.nansum(f.mean) * n + 0.05
            bottom = g.mean[at] / np.nansum(g.mean) * n + 0.05
            assert ours.log_ratio[at] == pytest.approx(math.log(top / bottom))
    assert (np.isnan(ours.log_ratio) == ~ell.inside).all()


def test_twice_the_cases_everywhere_is_no_relative_risk(ell: Any, events_of: Any) -> None:
    """Only where things lie is compared."""
    f = density(ell, events_of(*ell.points(60, 1)))
    ours = relative_risk(f.scaled(2.0), f)
    np.testing.assert_allclose(ours.log_ratio[ell.inside], 0.0, atol=1e-12)


def test_exchanging_cases_and_controls_changes_the_sign(ell: Any, events_of: Any) -> None:
    """rho(f, g) = -rho(g, f), with the same variance."""
    f, g = (density(ell, events_of(*ell.points(60, seed))) for seed in (1, 2))
    one, other = relative_risk(f, g), relative_risk(g, f)
    np.testing.assert_allclose(one.log_ratio, -other.log_ratio, atol=1e-12)
    np.testing.assert_allclose(one.variance, other.variance)


def test_where_the_denominator_has_nothing_it_says_so(ell: Any, events_of: Any) -> None:
    """Nothing over nothing is 0 and not supported; something over nothing is bounded, and not."""
    cases = density(ell, events_of([100.0], [100.0]), 50.0)
    controls = density(ell, events_of([500.0], [900.0]), 50.0)
    ours = relative_risk(cases, controls)
    nothing, something, there = ((12, 20)), ((17, 1)), ((1, 9))
    assert ours.log_ratio[nothing] == pytest.approx(0.0, abs=1e-6)
    assert 0 < ours.log_ratio[something] <= math.log(1 + ell.inside.sum() / 0.01)
    assert [bool(ours.supported[at]) for at in (nothing, something, there)] == [False, False, True]
    assert not ours.supported[~ell.inside].any()


def test_a_park_without_cases_is_flat_and_nowhere_supported(ell: Any, events_of: Any) -> None:
    """Nothing to compare is 0, not NaN."""
    f = density(ell, events_of(*ell.points(60, 1)))
    none = density(ell, events_of([], [], [], []))
    for pair in ((none, f), (f, none), (none, none)):
        ours = relative_risk(*pair)
        assert (ours.log_ratio[ell.inside] == 0).all()
        assert (ours.z[ell.inside] == 0).all()
        assert not ours.supported.any()


def test_z_of_equal_risks_scatters_as_a_standard_normal(ell: Any, events_of: Any) -> None:
    """Cases drawn where controls are: over 30 draws, z in the middle has mean 0 and deviation 1."""
    at = (13, 6)
    z = [
        relative_risk(
            density(ell, events_of(*ell.points(400, 2 * seed))),
            density(ell, events_of(*ell.points(800, 2 * seed + 1))),
        ).z[at]
        for seed in range(30)
    ]
    assert abs(np.mean(z)) < 0.5
    assert 0.65 < np.std(z) < 1.4


def test_a_planted_excess_is_found(ell: Any, events_of: Any) -> None:
    """Half of the cases in one corner: the largest ratio is there and beyond 3 deviations."""
    east, north = ell.points(300, 4)
    rng = np.random.default_rng(0)
    east[:150], north[:150] = (rng.normal(250, 50, 150) for _ in range(2))
    controls = density(ell, events_of(*ell.points(600, 5)))
    ours = relative_risk(density(ell, events_of(east, north)), controls)
    row, col = np.unravel_index(np.nanargmax(ours.z), ours.z.shape)
    assert math.hypot(ell.grid.eastings()[col] - 250, ell.grid.northings()[row] - 250) < 150
    assert ours.z[row, col] > 3


def test_other_cells_and_no_floor_are_refused(ell: Any, events_of: Any) -> None:
    """Two grids never meet; a floor of 0 would divide by nothing."""
    f = density(ell, events_of([100.0], [100.0]))
    with pytest.raises(GridMismatchError, match="other cells"):
        relative_risk(f, Density(f.mean[1:], f.variance[1:]))
    with pytest.raises(InputError, match="floor is 0"):
        relative_risk(f, f, floor=0.0)
