"""The specification's own figures, to 1e-9."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geo_risk.safety_index import CountedVisit, Coverage, EnterpriseMonth, Overdue
from geo_risk.safety_index.colours import states_of
from geo_risk.safety_index.exposure import measure_moments
from geo_risk.safety_index.indicators import measure_indicators, measure_rate
from geo_risk.safety_index.lifting import find_lift
from geo_risk.safety_index.score import score_indicators, ties
from tests.unit.safety_index.example import EXAMPLE, PARAMS, REFERENCE

RATES = {
    "rate_major": (2.610062893082, 1.940326663077, 1.345166740606),
    "rate_general": (5.301380018248, 4.389071380314, 1.207859148071),
    "rate_minor": (16.0, 16.66, 0.960384153661),
    "incidents": (2.993443274389, 2.262269024439, 1.323203934657),
    "disputes": (2.0, 2.392118031488, 0.836079145625),
    "fraud_loss": (2.995074381810, 2.197024727598, 1.363241088817),
}
PARTS = {
    "guards": 3000000,
    "rules": 3600000,
    "training": 4000000,
    "drills": 2000000,
    "services": 3000000,
    "participation": 2000000,
    "self_found": 1200000,
    "rate_major": 5523378,
    "rate_general": 4277710,
    "rate_minor": 4545014,
    "overdue": 5714286,
    "timeliness": 6700000,
    "recurrence": 6813333,
    "incidents": 4163579,
    "disputes": 3128194,
    "resolution": 3500000,
    "fraud_loss": 3437811,
    "outreach": 4000000,
}
MEASURED = measure_indicators(EXAMPLE, REFERENCE, PARAMS)
SCORE = score_indicators(MEASURED, PARAMS)


def _micro(one: EnterpriseMonth) -> int:
    return score_indicators(measure_indicators(one, REFERENCE, PARAMS), PARAMS).micro


@pytest.mark.parametrize("name", RATES)
def test_rates_are_the_specifications(name: str) -> None:
    """A, B and theta of each."""
    one = MEASURED[name]
    assert one.a is not None
    assert one.b is not None
    assert (one.a, one.b, one.a / one.b) == pytest.approx(RATES[name], abs=1e-9)


def test_micro_points_score_and_interval_are_the_specifications() -> None:
    """S = 70.603305, sd 2.173132421423."""
    assert SCORE.parts == PARTS
    assert SCORE.micro == 70603305
    assert SCORE.sd == pytest.approx(2.173132421423, abs=1e-9)
    assert SCORE.interval(PARAMS) == pytest.approx((67.028820254777, 74.177789745223), abs=1e-9)
    assert ties(SCORE.points, SCORE.sd, 74.0, 2.0, PARAMS.z)


def test_one_addition_changes_the_score_by_the_specifications_figure() -> None:
    """Reported first, found, a clean visit, a closed hazard, a third month without a word."""

    def first(severity: float) -> int:
        one = EXAMPLE.with_share("self_found", severity, severity)
        return _micro(one.with_share("timeliness", 1, 1).with_share("recurrence", 1, 1))

    def found(*triple: int) -> int:
        visit = EXAMPLE.visits[0]
        more = replace(visit, found=tuple(np.add(visit.found, triple).tolist()))
        one = replace(EXAMPLE, visits=(more, *EXAMPLE.visits[1:]))
        points = float(np.dot(triple, (4, 2, 1)))
        one = one.with_share("self_found", 0, points)
        return _micro(one.with_share("timeliness", 1, 1).with_share("recurrence", 1, 1))

    def clean(looker: str) -> int:
        return _micro(replace(EXAMPLE, visits=(*EXAMPLE.visits, CountedVisit("v9", looker))))

    closed = replace(EXAMPLE.with_share("recurrence", 1, 1), overdue=())
    silent = {**EXAMPLE.coverage, "outreach": Coverage(missing=3)}
    changes = {
        "first minor": first(1) - SCORE.micro,
        "first major": first(4) - SCORE.micro,
        "found minor": found(0, 0, 1) - SCORE.micro,
        "found major": found(1, 0, 0) - SCORE.micro,
        "clean A": clean("A") - SCORE.micro,
        "clean B": clean("B") - SCORE.micro,
        "closed late": _micro(closed) - SCORE.micro,
        "silent": _micro(replace(EXAMPLE, coverage=silent)) - SCORE.micro,
    }
    assert changes == {
        "first minor": 288138,
        "first major": 799249,
        "found minor": -29719,
        "found major": -645485,
        "clean A": 257590,
        "clean B": 151287,
        "closed late": 4297381,
        "silent": -1000000,
    }


def test_five_acts_lift_it_to_blue() -> None:
    """81.126684, as the specification says."""
    lift = find_lift(EXAMPLE, MEASURED, REFERENCE, PARAMS, 81.0)
    assert (len(lift.acts), lift.micro) == (5, 81126684)


def test_an_enterprise_without_any_data_is_neutral_and_wide() -> None:
    """78.95, sd 3.292161618906."""
    measured = measure_indicators(EnterpriseMonth("x"), REFERENCE, PARAMS)
    score = score_indicators(measured, PARAMS)
    assert score.micro == 78950000
    assert score.sd == pytest.approx(3.292161618906, abs=1e-9)


def test_only_what_repeats_is_signal() -> None:
    """Two enterprises, two visits each: tau^2 = 2, phi = 0, theta = 7/3 and 1/3."""
    found, expected = np.array([2.0, 1.0, 0.0, 0.0]), np.full(4, 0.5)
    moments = measure_moments(found, expected, np.array([0, 0, 1, 1]))
    assert moments == pytest.approx((2.0, 0.0))
    rate = measure_rate([(2.0, 0.5), (1.0, 0.5)], 2.0, 0.0, PARAMS)
    assert rate.a is not None
    assert rate.b is not None
    assert rate.a / rate.b == pytest.approx(7 / 3)
    clean = measure_rate([(0.0, 0.5), (0.0, 0.5)], 2.0, 0.0, PARAMS)
    assert clean.a is not None
    assert clean.b is not None
    assert clean.a / clean.b == pytest.approx(1 / 3)


def test_colours_move_after_two_like_months() -> None:
    """The specification's own run of scores."""
    scores = [81, 79.5, 78.9, 78.8, 80.5, 81.2, 81.1, 58.5, 68.9, 68, 68]
    assert states_of(scores, PARAMS) == [1, 1, 1, 2, 2, 2, 1, 1, 3, 3, 3]
    plain = replace(PARAMS, margin=0.0, dwell_months=1)
    assert states_of(scores, plain) == [1, 2, 2, 2, 1, 1, 1, 4, 3, 3, 3]


def test_burden_of_a_self_reported_hazard_is_a_quarter() -> None:
    """0.25 of the officer-found one's."""
    told = replace(EXAMPLE, overdue=(Overdue("r", "general", 15, self_reported=True),))
    u = measure_indicators(told, REFERENCE, PARAMS)["overdue"].u
    assert u == pytest.approx(1.0 / (1.0 + 2 * 0.25 * 1.5 / 4.0))
