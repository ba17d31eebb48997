"""The exact laws of the specification, section 12, on random months and a fixed reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from geo_risk.errors import InputError
from geo_risk.monthly.freeze import canonical, output_of
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
from geo_risk.safety_index.parameters import COVERAGE, INDICATORS, SEVERITIES, SHARES
from geo_risk.safety_index.score import MICRO, Score, score_indicators
from tests.unit.safety_index.example import MONTHS, PARAMS, REFERENCE

POINTS = dict(zip(SEVERITIES, PARAMS.severity_points, strict=True))


def _score(one: EnterpriseMonth, reference: Reference = REFERENCE) -> Score:
    return score_indicators(measure_indicators(one, reference, PARAMS), PARAMS)


WEIGHTS = st.lists(st.integers(0, 1000), min_size=len(INDICATORS), max_size=len(INDICATORS)).filter(
    any
)


@given(MONTHS, WEIGHTS, st.sets(st.sampled_from(COVERAGE)))
def test_contributions_add_up_in_integers(
    one: EnterpriseMonth, ratios: list[int], unknown: set[str]
) -> None:
    """Any weights, indicators left out or not: parts add up to the score, deficits to its rest."""
    assume(any(ratio for name, ratio in zip(INDICATORS, ratios, strict=True) if name in SHARES))
    weights = [100.0 * ratio / sum(ratios) for ratio in ratios]
    params = replace(PARAMS, weights=dict(zip(INDICATORS, weights, strict=True)))
    told = {key: some for key, some in REFERENCE.coverage.items() if key[1] not in unknown}
    reference = replace(REFERENCE, coverage=told)
    score = score_indicators(measure_indicators(one, reference, params), params)
    assert score.micro == sum(score.parts.values())
    assert 0 <= score.micro <= 100 * MICRO
    assert sum(score.deficits().values()) == 100 * MICRO - score.micro
    assert all(lack >= 0 for lack in score.deficits().values())


@given(MONTHS, st.sampled_from(SEVERITIES), st.floats(0, 1), st.data())
def test_reporting_first_never_loses_and_beats_being_found(
    one: EnterpriseMonth, severity: str, room: float, data: st.DataObject
) -> None:
    """Reported and rectified in time: at least as good as unfound, better than found.

    Whatever room the month's cap leaves for its credit, none too.
    """
    assume(one.visits)
    told = one.with_share("self_found", room * POINTS[severity], room * POINTS[severity])
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


@given(MONTHS, st.lists(st.sampled_from("AC"), min_size=8, max_size=8))
def test_lookers_of_equal_effect_can_be_exchanged(one: EnterpriseMonth, who: list[str]) -> None:
    """On any visits: the same score."""
    found = {
        severity: replace(rate, looker={**rate.looker, "C": rate.looker["A"]})
        for severity, rate in REFERENCE.found.items()
    }
    other = tuple(
        replace(visit, looker=name) if visit.looker == "A" else visit
        for visit, name in zip(one.visits, who, strict=False)
    )
    reference = replace(REFERENCE, found=found)
    assert _score(replace(one, visits=other), reference) == _score(one, reference)


@given(MONTHS)
def test_names_of_lookers_say_nothing(one: EnterpriseMonth) -> None:
    """Renamed everywhere: the same score."""
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
def test_order_says_nothing(one: EnterpriseMonth, random: Random) -> None:
    """Visits and hazards in any order, with the same ids."""
    visits, overdue = list(one.visits), list(one.overdue)
    random.shuffle(visits)
    random.shuffle(overdue)
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


def _stated_run(scores: list[float | None], margin: float, dwell: int) -> list[int]:
    """Section 7, word by word, for a dwell of 1 or 2."""
    states: list[int] = []
    k, before = 0, 0
    for score in scores:
        if score is None:
            before = 0
        elif not k:
            k = class_of_score(score, PARAMS)
        else:
            up, down = (class_of_score(score + by, PARAMS) for by in (margin, -margin))
            want = up if up > k else min(k, down)
            like = before != 0 and (before > k) == (want > k)
            if want == k:
                before = 0
            elif dwell == 1 or like:
                k, before = (min(want, before or want) if want > k else max(want, before)), 0
            else:
                before = want
        states.append(k)
    return states


SCORES = st.one_of(
    st.floats(0, 100), st.sampled_from([58.9, 59.5, 60.5, 69.1, 70.9, 79.0, 80.9, 81.0])
)


@given(st.lists(st.one_of(st.none(), SCORES), max_size=40))
def test_a_colour_moves_after_two_like_months_only(scores: list[float | None]) -> None:
    """As section 7 says it; a month without rank breaks the run."""
    assert states_of(scores, PARAMS) == _stated_run(scores, PARAMS.margin, PARAMS.dwell_months)
    plain = replace(PARAMS, margin=0.0, dwell_months=1)
    ranked = [one for one in scores if one is not None]
    assert states_of(ranked, plain) == [class_of_score(one, plain) for one in ranked]
    states = [0, *states_of(scores, PARAMS)]
    for n in range(2, len(states)):
        if states[n - 1] and states[n] != states[n - 1]:
            assert states[n - 1] == states[n - 2]
            assert None not in scores[n - 2 : n]


def _many(some: list[EnterpriseMonth]) -> list[EnterpriseMonth]:
    """Give them ids, sectors and classes of their own, and their visits too."""
    return [
        replace(
            one,
            id=f"e{n:02d}",
            sector="CI"[n % 2],
            inherent_class=1 + n % 4,
            visits=tuple(replace(visit, id=f"{n:02d}-{visit.id}") for visit in one.visits),
        )
        for n, one in enumerate(some)
    ]


@given(st.lists(MONTHS, min_size=2, max_size=8).map(_many), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_a_month_is_the_same_in_any_order_and_under_any_names(
    some: list[EnterpriseMonth], random: Random
) -> None:
    """Enterprises, visits and hazards permuted, lookers renamed: the same bytes."""

    def said(enterprises: list[EnterpriseMonth]) -> str:
        month = compute_month("2026-10", enterprises, fit_reference(enterprises), PARAMS)
        return canonical(output_of(month))

    names = {"A": "y", "B": "x", "": ""}
    other = [
        replace(
            one,
            visits=tuple(
                replace(visit, looker=names[visit.looker])
                for visit in random.sample(one.visits, len(one.visits))
            ),
            overdue=tuple(random.sample(one.overdue, len(one.overdue))),
        )
        for one in random.sample(some, len(some))
    ]
    assert said(other) == said(some)


def test_a_month_with_fitted_lookers_and_groups_is_the_same_in_any_order() -> None:
    """320 visits, several groups: nothing in it is provisional, and order and names say nothing."""
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
    names = {"A": "y", "B": "x"}
    other = [
        replace(one, visits=tuple(replace(v, looker=names[v.looker]) for v in one.visits[::-1]))
        for one in some[::-1]
    ]
    first = compute_month("2026-10", some, fit_reference(some), PARAMS)
    second = compute_month("2026-10", other, fit_reference(other), PARAMS)
    assert first.results == second.results
    assert len({one.group for one in first.results}) > 1
    assert any(abs(one.score.points - first.results[0].score.points) > 1 for one in first.results)


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


LAWS = (
    test_contributions_add_up_in_integers,
    test_reporting_first_never_loses_and_beats_being_found,
    test_overdue_weighs_less_where_the_enterprise_said_it_first,
    test_one_more_clean_visit_never_lowers,
    test_closing_an_overdue_hazard_never_lowers,
    test_one_more_incident_never_raises,
    test_names_of_lookers_say_nothing,
    test_lookers_of_equal_effect_can_be_exchanged,
)


@pytest.mark.soak
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_each_exact_law_holds_in_20000_random_cases(law: Callable[[], None]) -> None:
    """Laws 1 to 3 and the identity in 4, in their long form."""
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    settings(max_examples=20_000, deadline=None, suppress_health_check=slow)(law)()
