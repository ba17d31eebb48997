"""What stands open: with its own aged event it is a report of now."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo_risk.events import OpenCases
from geo_risk.surfaces.kde import Density, KdeParams, fit_kde
from geo_risk.surfaces.standing import LONGEST_HALF_LIFE_DAYS, fit_standing

NOW, HISTORY = 400.0, 365.0


@pytest.fixture
def standing(ell: Any) -> Any:
    def make(events: Any, ended: float = np.inf, at: float = NOW, life: float = 60.0) -> Density:
        cases = OpenCases(events, events.time_days, np.full(len(events), ended))
        return fit_standing(
            cases,
            ell.grid,
            ell.inside,
            bandwidth_m=100.0,
            half_life_days=life,
            as_of_days=at,
            history_days=HISTORY,
        )

    return make


def kde(ell: Any, events: Any, life: float) -> np.ndarray:
    params = KdeParams(100.0, life)
    fitted = fit_kde(events, ell.grid, ell.inside, params, as_of_days=NOW, history_days=HISTORY)
    return fitted.mean


@pytest.mark.parametrize("life", [45.0, 180.0])
def test_an_open_case_and_its_event_are_a_report_of_now(
    ell: Any, events_of: Any, standing: Any, life: float
) -> None:
    """However old it is, as long as it is open."""
    old = events_of([200.0, 500.0], [300.0, 100.0], [300.0, 380.0], [4.0, 1.0])
    new = events_of([200.0, 500.0], [300.0, 100.0], NOW - 1e-9, [4.0, 1.0])
    both = kde(ell, old, life) + standing(old, life=life).mean
    np.testing.assert_allclose(both, kde(ell, new, life), rtol=1e-6)


def test_closing_takes_it_away(standing: Any, events_of: Any) -> None:
    """Open until the day before: nothing stands; it never takes anything off."""
    event = events_of(200.0, 300.0, 300.0, 4.0)
    assert np.nanmax(standing(event).mean) > 0
    assert np.nanmax(standing(event, ended=NOW - 1).mean) == 0
    assert np.nanmin(standing(event).mean) >= 0


def test_without_decay_it_counts_as_with_the_longest(standing: Any, events_of: Any) -> None:
    """Where events do not age, an open case still weighs more than a closed one."""
    event = events_of(200.0, 300.0, 300.0, 4.0)
    longest = standing(event, life=LONGEST_HALF_LIFE_DAYS).mean
    np.testing.assert_array_equal(standing(event, life=np.inf).mean, longest)
    assert np.nanmax(longest) > 0


def test_what_is_too_old_or_to_come_adds_nothing(standing: Any, events_of: Any, ell: Any) -> None:
    """And nothing open is a surface of zeros inside, none outside."""
    for event in (events_of(1.0, 1.0, 1.0), events_of(1.0, 1.0, 500.0), events_of([], [], [], [])):
        mean = standing(event).mean
        assert (mean[ell.inside] == 0).all()
        assert np.isnan(mean[~ell.inside]).all()
