"""Who was visited in time, against plain counting day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from geo_risk.visits.kept_up import Visited, count_in_time

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def at(day: float) -> datetime:
    return START + day * DAY


def by_hand(premises, visits, moments, records_from):
    """Count with nothing but comparisons."""
    told = {}
    for one in premises:
        for n, moment in enumerate(moments):
            since = moment - one.longest_days * DAY
            there = (one.begun or at(-9999)) <= since and (one.ended or at(9999)) > moment
            if since >= records_from and there:
                hits, of = told.setdefault(one.zone_id, {}).get(n, (0, 0))
                seen = any(since < when <= moment for when in visits.get(one.premises_id, ()))
                told[one.zone_id][n] = (hits + seen, of + 1)
    return {zone: [some.get(n, (0, 0)) for n in range(len(moments))] for zone, some in told.items()}


def test_it_counts_as_by_hand() -> None:
    """Two hundred premises, some new, some gone, with visits in no order."""
    rng = np.random.default_rng(5)
    premises = [
        Visited(
            f"p{n}",
            f"z{n % 4}",
            int(rng.choice([90, 180, 365])),
            at(float(rng.integers(0, 200))) if n % 3 == 0 else None,
            at(float(rng.integers(200, 500))) if n % 7 == 0 else None,
        )
        for n in range(200)
    ]
    visits = {
        f"p{n}": [at(float(one)) for one in rng.uniform(0, 500, rng.integers(0, 5))]
        for n in range(0, 200, 2)
    }
    moments = [at(float(one)) for one in range(30, 500, 30)]
    counted = count_in_time(premises, visits, moments, at(10.0))
    assert counted == by_hand(premises, visits, moments, at(10.0))
    assert list(counted) == ["z0", "z1", "z2", "z3"]


def test_of_what_records_do_not_reach_nothing_is_said() -> None:
    """After 89 days nobody knows whether a yearly premises was visited in time."""
    yearly = Visited("a", "z", 365)
    assert count_in_time([yearly], {"a": [at(50)]}, [at(89)], START) == {}
    assert count_in_time([yearly], {"a": [at(50)]}, [at(366)], START) == {"z": [(1, 1)]}
    assert count_in_time([yearly], {}, [at(366)], START) == {"z": [(0, 1)]}


def test_a_visit_on_the_last_day_counts_and_one_before_does_not() -> None:
    """The interval is (moment - days, moment]."""
    one = Visited("a", "z", 10)
    assert count_in_time([one], {"a": [at(5)]}, [at(15)], START) == {"z": [(0, 1)]}
    assert count_in_time([one], {"a": [at(5.01)]}, [at(15)], START) == {"z": [(1, 1)]}
    assert count_in_time([one], {"a": [at(15)]}, [at(15)], START) == {"z": [(1, 1)]}
    assert count_in_time([one], {"a": [at(15.01)]}, [at(15)], START) == {"z": [(0, 1)]}
