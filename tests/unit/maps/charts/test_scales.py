"""Scales and ticks: laws that hold whatever the numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geo_risk.errors import InputError
from maps.charts.scales import Scale, fitted, nice_ticks, root_ticks, text_width, widened

BOUNDS = [
    (low, low + span)
    for low, span in itertools.product((-3.7, 0.0, 0.013, 61.2), (0.004, 0.9, 7.0, 1234.5))
]


@pytest.mark.parametrize(("low", "high"), BOUNDS)
def test_ticks_are_round_even_few_and_within(low: float, high: float) -> None:
    """Steps are 1, 2, 2.5 or 5 of a power of ten; every multiple of the step between is there."""
    ticks = np.array(nice_ticks(low, high, 6))
    assert 1 <= len(ticks) <= 6
    assert (ticks >= low - 1e-9).all()
    assert (ticks <= high + 1e-9).all()
    if len(ticks) > 1:
        steps = np.diff(ticks)
        assert np.allclose(steps, steps[0])
        mantissa = steps[0] / 10 ** np.floor(np.log10(steps[0]) + 1e-9)
        assert np.isclose(mantissa, [1, 2, 2.5, 5, 10]).any()


@pytest.mark.parametrize(("low", "high"), BOUNDS)
def test_widened_bounds_hold_both_values_and_are_ticks(low: float, high: float) -> None:
    """Nothing that is drawn lies beyond the last tick."""
    foot, top = widened(low, high)
    assert foot <= low + 1e-9
    assert top >= high - 1e-9
    ticks = nice_ticks(foot, top, 7)
    assert ticks[0] == pytest.approx(foot)
    assert ticks[-1] == pytest.approx(top)


@pytest.mark.parametrize("root", [False, True])
def test_a_scale_keeps_order_and_meets_its_ends(*, root: bool) -> None:
    """The ends are the ends, and more is further on, turned over or not."""
    for start, end in ((10.0, 300.0), (300.0, 10.0)):
        scale = Scale(0.0, 7.0, start, end, root=root)
        assert (scale.at(0.0), scale.at(7.0)) == pytest.approx((start, end))
        drawn = [scale.at(one) for one in np.linspace(0, 7, 50)]
        assert drawn == sorted(drawn, reverse=end < start)


def test_a_root_scale_puts_a_quarter_in_the_middle() -> None:
    """The square root of a quarter is a half."""
    assert Scale(0.0, 1.0, 0.0, 100.0, root=True).at(0.25) == pytest.approx(50.0)


@pytest.mark.parametrize("high", [0.0013, 0.04, 0.7, 1.0, 8.0])
def test_root_ticks_begin_at_zero_and_rise(high: float) -> None:
    """At most six, none beyond the end."""
    ticks = root_ticks(high)
    assert ticks[0] == 0.0
    assert list(ticks) == sorted(set(ticks))
    assert 3 <= len(ticks) <= 6
    assert ticks[-1] <= high


def test_a_scale_of_nothing_is_refused() -> None:
    """Two equal ends would put every value in one place without a word."""
    with pytest.raises(InputError, match="low < high"):
        Scale(1.0, 1.0, 0.0, 10.0)
    with pytest.raises(InputError, match="two ticks"):
        nice_ticks(2.0, 1.0)
    assert widened(3.0, 3.0)[0] < 3.0 < widened(3.0, 3.0)[1]


@pytest.mark.parametrize(
    "words", ["离制造业场所近（37.5 米内）", "Near manufacturing premises", "a"]
)
def test_a_text_is_cut_only_where_it_has_no_room(words: str) -> None:
    """What fits stays whole; what does not ends with an ellipsis and fits."""
    assert fitted(words, 14, text_width(words, 14)) == words
    short = fitted(words, 14, text_width(words, 14) * 0.6)
    assert short.endswith("…")
    assert text_width(short, 14) <= max(14 * 1.0, text_width(words, 14) * 0.6)
