"""Control limits against SciPy's quantiles, brute force, and what chance does."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from maps.charts.limits import LEVELS, binomial_limits, poisson_limits

OF = np.array([1, 2, 5, 17, 44, 240, 3000])


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("target", [0.03, 0.5, 0.883])
def test_binomial_limits_are_the_quantiles_of_scipy(target: float, level: float) -> None:
    """Smoothing stays within one case: rounded up, a limit is the exact quantile."""
    low, high = binomial_limits(target, OF, level)
    for edge, chance in ((low, (1 - level) / 2), (high, (1 + level) / 2)):
        exact = stats.binom.ppf(chance, OF, target)
        cases = edge * OF
        assert (cases <= exact + 1e-9).all()
        assert (cases >= np.maximum(exact - 1, 0) - 1e-9).all()


@pytest.mark.parametrize("level", LEVELS)
def test_poisson_limits_are_the_quantiles_of_scipy(level: float) -> None:
    """As of shares, for events against an exposure."""
    low, high = poisson_limits(0.7, OF, level)
    for edge, chance in ((low, (1 - level) / 2), (high, (1 + level) / 2)):
        exact = stats.poisson.ppf(chance, 0.7 * OF)
        events = edge * OF
        assert (events <= exact + 1e-9).all()
        assert (events >= np.maximum(exact - 1, 0) - 1e-9).all()


def test_the_smoothing_is_the_papers() -> None:
    """Spiegelhalter's appendix, by hand for 20 cases and a target of a half."""
    total = np.cumsum(stats.binom.pmf(np.arange(21), 20, 0.5))
    r = int(np.argmax(total >= 0.975))
    share = (total[r] - 0.975) / stats.binom.pmf(r, 20, 0.5)
    _, high = binomial_limits(0.5, [20], 0.95)
    assert high[0] == pytest.approx((r - share) / 20)


def test_limits_close_in_on_the_target_and_nest() -> None:
    """More cases, narrower limits; 99.8 % lies outside of 95 %."""
    of = np.array([10, 100, 1000, 10_000])
    inner, outer = (binomial_limits(0.3, of, level) for level in LEVELS)
    assert (np.diff(inner[1] - inner[0]) < 0).all()
    assert (outer[0] <= inner[0]).all()
    assert (outer[1] >= inner[1]).all()
    assert inner[0][-1] == pytest.approx(0.3, abs=0.01)


def test_chance_alone_is_beyond_as_rarely_as_said() -> None:
    """Of 40,000 areas that do not differ, about 5 % lie beyond 95 %."""
    rng = np.random.default_rng(3)
    of = rng.integers(200, 400, 40_000)
    share = rng.binomial(of, 0.6) / of
    low, high = binomial_limits(0.6, of, 0.95)
    beyond = float(((share < low) | (share > high)).mean())
    assert 0.035 < beyond < 0.065


def test_a_target_at_the_end_has_no_width() -> None:
    """Where everything was in time, nothing but everything is within."""
    low, high = binomial_limits(1.0, [5, 50], 0.95)
    assert np.allclose(high, 1.0)
    assert (low <= 1.0).all()
    assert np.allclose(poisson_limits(0.0, [5.0], 0.95)[1], 0.0)
