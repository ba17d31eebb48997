"""What is printed adds up: parts rounded by largest remainders, numbers that JSON can hold."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.rounding import decimals_of, finite, json_ready, round_parts
from maps.words import figures

parts_ = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=7)


@given(parts_, st.integers(0, 6))
def test_rounded_parts_add_up_to_the_rounded_whole(parts, decimals):
    """In units of the last decimal, exactly."""
    whole, rounded = round_parts(math.fsum(parts), parts, decimals)
    unit = 10**decimals
    assert sum(round(one * unit) for one in rounded) == round(whole * unit)


@given(parts_, st.integers(0, 6))
def test_no_part_moves_by_more_than_one_unit(parts, decimals):
    """A part is its own value, rounded down or up."""
    _, rounded = round_parts(math.fsum(parts), parts, decimals)
    slack = 1e-9 * max(1.0, *map(abs, parts))
    for part, printed in zip(parts, rounded, strict=True):
        assert abs(part - printed) <= 10**-decimals + slack


def test_three_thirds_of_one_print_as_one():
    """The missing hundredth goes to one of them."""
    whole, parts = round_parts(1.0, [1 / 3, 1 / 3, 1 / 3], 2)
    assert whole == 1.0
    assert sorted(parts) == [0.33, 0.33, 0.34]


def test_a_part_of_nothing_stays_nothing():
    """A factor at its reference contributes 0, also as printed."""
    assert round_parts(2.6, [0.2, 0.0, 2.4], 2) == (2.6, [0.2, 0.0, 2.4])


@given(st.floats(1e-9, 1e9))
def test_precision_is_that_of_the_pages(value):
    """A page and the API print the same number of decimals."""
    assert decimals_of(value) == figures.decimals_of(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None])
def test_what_is_no_number_is_null(value):
    """JSON has no NaN."""
    assert finite(value) is None


nested_ = st.recursive(
    st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@settings(max_examples=50)
@given(nested_)
def test_any_nested_value_becomes_strict_json(value):
    """Whatever a score holds can be sent."""
    json.dumps(json_ready(value), allow_nan=False)
