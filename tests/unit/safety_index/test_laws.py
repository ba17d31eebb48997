"""The exact laws of the specification, section 12, on random months and a fixed reference."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo_risk.errors import InputError
from geo_risk.safety_index import (
    ACTS,
    CountedVisit,
    EnterpriseMonth,
    IndexParams,
    Overdue,
    Reference,
    compute_month,
    fit_reference,
)
from geo_risk.safety_index.colours import class_of_score, states_of
from geo_risk.safety_index.indicators import measure_indicators
from geo_risk.safety_index.lifting import apply_acts, find_lift
from geo_risk.safety_index.parameters import INDICATORS, SEVERITIES
from geo_risk.safety_index.score import MICRO, Score, score_indicators
from tests.unit.safety_index.example import MONTHS, PARAMS, REFERENCE

POINTS = dict(zip(SEVERITIES, PARAMS.severity_points, strict=True))


def _score(one: EnterpriseMonth, reference: Reference = REFERENCE) -> Score:
    return score_indicators(measure_indicators(one, reference, PARAMS), PARAMS)


@given(MONTHS)
def test_contributions_add_up_in_integers(one: EnterpriseMonth) -> None:
    """The score is the sum of its parts, between 0 and 100; deficits are what is left."""
    score = _score(one)
    assert score.micro == sum(score.parts.values())
    assert 0 <= score.micro <= 100 * MICRO
    assert sum(score.deficits().values()) == 100 * MICRO - score.micro


@given(MONTHS, st.sampled_from(SEVERITIES), st.data())
def test_reporting_first_never_loses_and_beats_being_found(
    one: EnterpriseMonth, severity: str, data: st.DataObject
) -> None:
    """Reported and rectified in time: at least as good as unfound, better than found."""
    assume(one.visits)
    told = one.with_share("self_found", POINTS[severity], POINTS[severity])
    told = told.with_share("timeliness", 1, 1).with_share("recurrence", 1, 1)
    row = data.draw(st.integers(0, len(one.visits) - 1))
    visit = one.visits[row]
    place = SEVERITIES.index(severity)
    found = tuple(n + (k == place) for k, n in enumerate(visit.found))
    seen = replace(
        one, visits=(*one.visits[:row], replace(visit, found=found), *one.visits[row + 1 :])
    )
    seen = seen.with_share("self_found", 0, POINTS[severity])
    seen = seen.with_share("timeliness", 1, 1).with_share("recurrence", 1, 1)
    assert _score(told).micro >= _score(one).micro
    assert _score(told).micro > _score(seen).micro


@given(MONTHS, st.sampled_from(SEVERITIES), st.integers(1, 200))
def test_overdue_weighs_less_where_the_enterprise_said_it_first(
    one: EnterpriseMonth, severity: str, days: int
) -> None:
    """Not less than the officer-found one, whatever its age."""
    own = replace(one, overdue=(*one.overdue, Overdue("x", severity, days, self_reported=True)))
    theirs = replace(one, overdue=(*one.overdue, Overdue("x", severity, days)))
    assert _score(own).micro >= _score(theirs.with_share("timeliness", 0, 1)).micro


@given(MONTHS, st.sampled_from(["A", "B", "C", ""]), st.floats(0.0, 5.0))
def test_one_more_clean_visit_never_lowers(
    one: EnterpriseMonth, looker: str, effort: float
) -> None:
    """By anybody, with any effort."""
    more = replace(one, visits=(*one.visits, CountedVisit("w", looker, effort)))
    assert _score(more).micro >= _score(one).micro


@given(MONTHS)
def test_closing_an_overdue_hazard_never_lowers(one: EnterpriseMonth) -> None:
    """Late is better than never."""
    assume(one.overdue)
    closed = replace(one.with_share("recurrence", 1, 1), overdue=one.overdue[1:])
    assert _score(closed).micro >= _score(one).micro


@given(MONTHS, st.sampled_from(["incidents", "disputes", "fraud_loss"]))
def test_one_more_incident_never_raises(one: EnterpriseMonth, name: str) -> None:
    """In any month."""
    first, *rest = one.monthly[name]
    more = replace(first, count=first.count + 1)
    worse = replace(one, monthly={**one.monthly, name: (more, *rest)})
    assert _score(worse).micro <= _score(one).micro


@given(MONTHS)
def test_names_of_lookers_say_nothing(one: EnterpriseMonth) -> None:
    """Renamed everywhere, and exchanged between lookers of equal effect: the same score."""
    names = {"A": "x", "B": "y", "": ""}
    other = replace(
        one, visits=tuple(replace(visit, looker=names[visit.looker]) for visit in one.visits)
    )
    found = {
        severity: replace(rate, looker={names[name]: value for name, value in rate.looker.items()})
        for severity, rate in REFERENCE.found.items()
    }
    assert _score(other, replace(REFERENCE, found=found)) == _score(one)


@given(MONTHS, st.randoms(use_true_random=False))
def test_order_says_nothing(one: EnterpriseMonth, random: object) -> None:
    """Visits and hazards in any order, with the same ids."""
    visits, overdue = list(one.visits), list(one.overdue)
    random.shuffle(visits)  # type: ignore[attr-defined]
    random.shuffle(overdue)  # type: ignore[attr-defined]
    assert _score(replace(one, visits=tuple(visits), overdue=tuple(overdue))) == _score(one)


@given(MONTHS, st.sampled_from([61.0, 71.0, 81.0]))
@settings(max_examples=25)
def test_the_fewest_acts_reach_the_target_and_no_smaller_set_does(
    one: EnterpriseMonth, target: float
) -> None:
    """By brute force over the catalogue."""
    measured = measure_indicators(one, REFERENCE, PARAMS)
    lift = find_lift(one, measured, REFERENCE, PARAMS, target)
    now = score_indicators(measured, PARAMS).micro
    if now >= target * MICRO:
        assert lift.acts == ()
        return

    def reached(acts: tuple[str, ...]) -> int:
        return _score(apply_acts(one, acts, PARAMS)).micro

    most = len(lift.acts) if lift.acts else 4
    best = None
    for many in range(1, most + 1):
        scores = {acts: reached(acts) for acts in combinations(ACTS, many)}
        enough = {acts: score for acts, score in scores.items() if score >= target * MICRO}
        if enough:
            best = max(enough.values())
            assert many == len(lift.acts)
            break
    if lift.acts:
        assert reached(lift.acts) == lift.micro == best
    else:
        assert best is None


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_without_margin_and_dwell_a_colour_is_the_scores(scores: list[float]) -> None:
    """And with them it never moves on one month alone."""
    plain = IndexParams(margin=0.0, dwell_months=1)
    assert states_of(scores, plain) == [class_of_score(one, plain) for one in scores]
    states = states_of(scores, PARAMS)
    for n in range(2, len(states)):
        if states[n] != states[n - 1]:
            assert states[n - 1] == states[n - 2]


def test_a_month_is_the_same_in_any_order_of_enterprises() -> None:
    """Permuting enterprises changes nothing."""
    some = [
        replace(
            EnterpriseMonth(f"e{n:03d}", sector="C" if n % 3 else "I", inherent_class=1 + n % 4),
            employees=20,
            visits=tuple(
                CountedVisit(f"v{n:03d}-{k}", "AB"[(n + k) % 2], 1.0, (0, n % 2, (n + k) % 3))
                for k in range(4)
            ),
        )
        for n in range(80)
    ]
    first = compute_month("2026-10", some, fit_reference(some), PARAMS)
    second = compute_month("2026-10", some[::-1], fit_reference(some[::-1]), PARAMS)
    assert first == second
    assert len({one.group for one in first.results}) > 1


@pytest.mark.parametrize(
    "weights",
    [
        dict.fromkeys(INDICATORS, 5.0),
        {**dict.fromkeys(INDICATORS, 0.0), "guards": 101.0, "rules": -1.0},
        {"guards": 100.0},
    ],
)
def test_weights_that_cannot_be_are_refused(weights: dict[str, float]) -> None:
    """Not 100 together, negative, or not all there."""
    with pytest.raises(InputError, match="safety index"):
        IndexParams(weights=weights)
