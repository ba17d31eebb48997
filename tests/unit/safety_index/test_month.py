"""Who is ranked, coloured and reminded: the rules of the specification, sections 5, 8 and 9."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from geo_risk.safety_index import (
    CountedVisit,
    Coverage,
    EnterpriseMonth,
    Overdue,
    PastMonth,
    Reference,
    Result,
    Share,
    compute_month,
)
from geo_risk.safety_index.indicators import measure_indicators
from geo_risk.safety_index.parameters import COVERAGE
from geo_risk.safety_index.reference import PeerCoverage
from tests.unit.safety_index.example import PARAMS, REFERENCE

MANY = 30
VISITS = tuple(CountedVisit(f"v{n}", "A") for n in range(4))
FULL = {name: Coverage(1, 1) for name in COVERAGE}
BAD = {name: Coverage(0, 1) for name in COVERAGE}
WORST = PastMonth("2026-09", 40.0, ranked=True, state=4, worst=True)


def firm(record_id: str = "x", **values: Any) -> EnterpriseMonth:
    return EnterpriseMonth(
        record_id, **{"employees": 50, "visits": VISITS, "coverage": FULL, **values}
    )


def bad(record_id: str = "x", **values: Any) -> EnterpriseMonth:
    """One that is clearly the worst: nothing covered, eight minor hazards overdue."""
    overdue = tuple(Overdue(f"r{n}", "minor", 100) for n in range(8))
    return firm(record_id, **{"coverage": BAD, "overdue": overdue, **values})


def result_of(
    one: EnterpriseMonth,
    *past: PastMonth,
    reference: Reference = REFERENCE,
    days: int | None = None,
) -> Result:
    """Give the result of one among thirty that are well."""
    others = [firm(f"e{n:02d}") for n in range(MANY)]
    month = compute_month(
        "2026-10",
        [one, *others],
        reference,
        PARAMS,
        {one.id: past},
        {one.id: days} if days is not None else {},
    )
    return next(some for some in month.results if some.id == one.id)


def test_a_routine_slip_needs_two_ranked_months_at_the_bottom() -> None:
    """The worst month alone brings none; nor does one whose last ranked month was not worst."""
    assert result_of(bad()).worst
    assert result_of(bad()).slip == ""
    assert result_of(bad(), WORST).slip == "routine"
    assert result_of(bad(), WORST).slip_reasons == ("worst_two_months",)
    assert result_of(bad(), replace(WORST, worst=False)).slip == ""
    unranked = replace(WORST, month="2026-10", ranked=False, worst=False)
    assert result_of(bad(), WORST, unranked).slip == "routine"
    assert result_of(firm(), WORST).slip == ""


@pytest.mark.parametrize(("days", "slip"), [(89, ""), (90, "routine"), (None, "routine")])
def test_one_routine_slip_in_90_days(days: int | None, slip: str) -> None:
    """The next one no earlier than on the ninetieth day."""
    assert result_of(bad(), WORST, days=days).slip == slip


def test_lookers_who_cannot_be_told_bring_no_routine_slip() -> None:
    """Scores and colours there are; a major hazard past due still asks for a slip at once."""
    for reference in (
        replace(REFERENCE, unidentified=True),
        replace(REFERENCE, provisional=True),
    ):
        one = result_of(bad(), WORST, reference=reference)
        assert (one.slip, one.worst, one.ranked) == ("", True, True)
        assert one.colour
        late = result_of(bad(major_overdue=("r0",)), WORST, reference=reference)
        assert (late.slip, late.slip_reasons) == ("at_once", ("major_overdue",))


def test_an_upper_bound_above_the_peers_median_is_no_bottom() -> None:
    """The lowest tenth is always there; only who is clearly below its peers is among the worst."""
    others = [firm(f"e{n:02d}") for n in range(MANY)]
    month = compute_month("2026-10", [*others, firm("x")], REFERENCE, PARAMS)
    assert not any(one.worst for one in month.results)
    slightly = firm("x", shares={"resolution": Share(0, 1)})
    month = compute_month("2026-10", [*others, slightly], REFERENCE, PARAMS)
    assert min(month.results, key=lambda one: one.score.micro).id == "x"
    assert not any(one.worst for one in month.results)


def test_a_sector_that_is_too_small_is_compared_with_all() -> None:
    """Two bad ones of a small sector are not each other's median: all of the scope are."""
    groups = {f"e{n:02d}": "C/1" for n in range(MANY)} | {"x": "all", "y": "all"}
    enterprises = [bad("x"), bad("y"), *(firm(f"e{n:02d}") for n in range(MANY))]
    month = compute_month("2026-10", enterprises, replace(REFERENCE, groups=groups), PARAMS)
    assert {one.id for one in month.results if one.worst} == {"x", "y"}


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ({"months_known": 2}, "new"),
        ({"visits": VISITS[:1]}, "new"),
        ({"months_since_visit": 6}, "stale"),
        ({"employees": 0}, "no_staff"),
        ({"in_scope": False}, "out_of_scope"),
        ({"coverage": {}}, "imputed"),
    ],
)
def test_who_is_not_ranked_has_a_score_and_no_routine_slip(
    values: dict[str, Any], note: str
) -> None:
    """New, not seen for six months, without staff, outside the scope: each says so."""
    one = result_of(bad(**values), WORST)
    assert note in one.notes
    assert one.score.micro > 0
    if note != "imputed":
        assert not one.ranked
        assert one.ranks is None
        assert one.slip == ""
        assert one.state.state == WORST.state
    usual = result_of(firm(months_known=3, visits=VISITS[:2], months_since_visit=5))
    assert usual.ranked
    assert not usual.notes


def test_a_new_one_has_no_colour_unless_a_major_hazard_is_past_due() -> None:
    """Then it is orange at best, and a slip at once; outside the scope there is neither."""
    assert result_of(firm(months_known=1)).colour == ""
    late = result_of(firm(months_known=1, major_overdue=("r",)))
    assert (late.colour, late.slip) == ("orange", "at_once")
    outside = result_of(firm(in_scope=False, major_overdue=("r",)))
    assert (outside.colour, outside.slip, outside.lifts) == ("", "", {})


def test_a_major_hazard_past_due_shows_orange_and_leaves_the_state_beneath() -> None:
    """On the day of acceptance the blue is back."""
    blue = PastMonth("2026-09", 90.0, ranked=True, state=1)
    late = result_of(firm(major_overdue=("r",)), blue)
    assert (late.colour, late.state.state) == ("orange", 1)
    assert result_of(firm(), blue).colour == "blue"
    unprotected = result_of(firm(interim_missing=("r",)), blue)
    assert (unprotected.slip, unprotected.colour) == ("at_once", "blue")


def test_a_stale_ones_colour_stays() -> None:
    """A month without rank moves nothing, up or down, and breaks the run."""
    wanted = PastMonth("2026-09", 90.0, ranked=True, state=3, want=1)
    assert result_of(firm(), wanted).state.state == 1
    stale = result_of(firm(months_since_visit=7), wanted)
    assert (stale.state.state, stale.state.wants) == (3, ())


def test_less_than_60_percent_of_the_weight_measured_is_no_rank() -> None:
    """Imputed coverage is not measured: 29 points of it leave 71, a rank; more would not."""
    rare = replace(PARAMS, least_measured=0.72)
    one = firm(coverage={})
    month = compute_month("2026-10", [one], REFERENCE, rare)
    assert "little_measured" in month.results[0].notes
    assert not month.results[0].ranked
    month = compute_month("2026-10", [one], REFERENCE, replace(PARAMS, least_measured=0.71))
    assert month.results[0].ranked


def test_what_was_not_declared_is_the_peers_mean_then_their_lower_quartile() -> None:
    """Two months the mean, then the quartile; marked, with the peers' variance; never 0."""
    peers = REFERENCE.coverage["all", "rules"]
    for missing, u in ((1, peers.mean), (2, peers.mean), (3, peers.lower_quartile)):
        one = firm(coverage={**FULL, "rules": Coverage(missing=missing)})
        rules = measure_indicators(one, REFERENCE, PARAMS)["rules"]
        assert (rules.u, rules.variance, rules.imputed) == (u, peers.variance, True)


def test_what_nobody_verified_counts_at_most_at_the_peers_median() -> None:
    """A low declaration counts as it is; nothing needed is full."""
    told = {("all", "rules"): PeerCoverage(0.7, 0.5, 0.75, 0.02)}
    reference = replace(REFERENCE, coverage={**REFERENCE.coverage, **told})

    def u(have: float, need: float, *, verified: bool) -> float | None:
        one = firm(coverage={**FULL, "rules": Coverage(have, need, verified=verified)})
        return measure_indicators(one, reference, PARAMS)["rules"].u

    assert u(9, 10, verified=True) == 0.9
    assert u(9, 10, verified=False) == 0.75
    assert u(6, 10, verified=False) == 0.6
    assert u(0, 0, verified=True) == 1.0
    assert u(12, 10, verified=True) == 1.0


def test_an_indicator_nobody_has_data_of_is_left_out_and_the_month_says_so() -> None:
    """The weights of the others are rescaled to 100, in micro-points."""
    told = {key: some for key, some in REFERENCE.coverage.items() if key[1] != "drills"}
    reference = replace(REFERENCE, coverage=told)
    coverage = {name: some for name, some in FULL.items() if name != "drills"}
    month = compute_month("2026-10", [firm(coverage=coverage)], reference, PARAMS)
    (one,) = month.results
    assert "left_out" in month.notes
    assert "drills" not in one.score.parts
    assert sum(round(1_000_000 * some) for some in one.score.weights.values()) == 100_000_000
    assert compute_month("2026-10", [firm()], REFERENCE, PARAMS).notes == ()


def test_ranks_are_ranges_and_those_who_tie_share_them() -> None:
    """Equal ones all tie; one clearly worse is last alone, and nobody else can be."""
    assert result_of(firm()).ranks == (1, MANY + 1)
    assert result_of(bad()).ranks == (MANY + 1, MANY + 1)
    others = compute_month(
        "2026-10", [bad(), *(firm(f"e{n}") for n in range(5))], REFERENCE, PARAMS
    ).results
    assert {one.ranks for one in others if one.id != "x"} == {(1, 5)}


def test_a_clean_visit_is_information_and_tells_of_no_looker() -> None:
    """What it would bring is what one by an unknown looker brings; it is no act of any lift."""
    one = result_of(bad(leaves_window="2027-03"))
    more = bad(visits=(*VISITS, CountedVisit("w", "")))
    assert one.clean_visit == result_of(more).score.micro - one.score.micro > 0
    assert one.leaves_window == "2027-03"
    assert all("visit" not in act for lift in one.lifts.values() for act in lift.acts)
