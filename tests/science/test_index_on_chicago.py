"""The index's rate part beside counts, on a city nobody here made: what was claimed of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.safety_index import (
    COUNTS,
    INDEX,
    MONTH_COUNT,
    City,
    Comparison,
    read_chicago,
    score_month,
    scored_months,
)

APART = tuple(one for one in COUNTS if one != MONTH_COUNT)


@pytest.fixture(scope="module")
def city(shared_data: Path) -> City:
    """Chicago's establishments and inspections, read as a build reads them."""
    return read_chicago(shared_data)


def check_claims(one: Comparison) -> None:
    """Better than both sums in order, than counts in fairness, than all in what it promises."""
    figures = one.draw()
    for name in ("month count", "24-month sum"):
        assert figures["gain", name] > 0
    for name in APART:
        assert figures["spread, usual", INDEX] < figures["spread, usual", name]
    assert figures["spread, usual", INDEX] < figures["spread, usual", "here"]
    visited, of_all = one.visited_share()
    assert visited > 5 * of_all
    for name in APART:
        off, others = (abs(figures["slope", some] - 1) for some in (INDEX, name))
        assert off < others
    assert np.isnan(figures["slope", MONTH_COUNT]) or abs(figures["slope", MONTH_COUNT] - 1) > abs(
        figures["slope", INDEX] - 1
    )


def test_the_rate_part_orders_better_than_sums_and_is_fairer_than_counts(city: City) -> None:
    """Every third month of Chicago: AUC within teams, spread of the worst decile, calibration."""
    check_claims(Comparison(city, [score_month(city, one) for one in scored_months(city)[::-3]]))


@pytest.mark.soak
def test_the_rate_part_orders_better_than_sums_in_every_month(city: City) -> None:
    """All months; where lookers can be told apart its slope is within the interval of 1."""
    scored = [score_month(city, one) for one in scored_months(city)]
    check_claims(Comparison(city, scored))
    told = Comparison(city, [one for one in scored if one.told])
    check_claims(told)
    between = told.intervals(np.random.default_rng(0), 200)
    assert between["slope", INDEX][0] < 1 < between["slope", INDEX][1]
    for name in COUNTS:
        assert not between["slope", name][1] > between["slope", INDEX][0]
