"""Inherent risk: people x class, spread."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo_risk.surfaces.inherent import fit_inherent


def test_inherent_surface_is_linear_in_people_times_class(ell: Any) -> None:
    """Two places are the sum of each, and twice the stake is twice the surface."""
    east, north = np.array([200.0, 800.0]), np.array([200.0, 300.0])
    both = fit_inherent(east, north, np.array([10.0, 40.0]), ell.grid, ell.inside, 75.0)
    first = fit_inherent(east[:1], north[:1], np.array([1.0]), ell.grid, ell.inside, 75.0)
    second = fit_inherent(east[1:], north[1:], np.array([1.0]), ell.grid, ell.inside, 75.0)
    np.testing.assert_allclose(both, 10 * first + 40 * second, rtol=1e-12)


def test_inherent_mass_is_people_times_class(ell: Any) -> None:
    """A place far from the edge adds its people x class to the park's total."""
    values = fit_inherent(
        np.array([310.0]), np.array([290.0]), np.array([120.0]), ell.grid, ell.inside, 50.0
    )
    assert np.nansum(values) * ell.grid.cell_km2 == pytest.approx(120.0, rel=1e-4)


def test_no_places_are_no_stake(ell: Any) -> None:
    """A park without located places is 0 everywhere, not unknown."""
    none = np.empty(0)
    values = fit_inherent(none, none, none, ell.grid, ell.inside, 75.0)
    assert (values[ell.inside] == 0).all()
    assert np.isnan(values[~ell.inside]).all()
