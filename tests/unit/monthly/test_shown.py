"""What each reader is told of a month: counts and names in public, itself to an enterprise."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from geo_risk.monthly.cross_visits import LEAST, propose_cross_visits
from geo_risk.safety_index import CountedVisit, EnterpriseMonth, fit_reference
from geo_risk.safety_index.shown import (
    COLOURS,
    LEAST_GROUP,
    bulletin_of,
    circulated,
    own_row,
    ranking,
)

Z = 1.6448536269514722


def said(group: str = "C/1", colour: str = "yellow", micro: int = 75_000_000, **more: Any) -> Any:
    return {
        "group": group,
        "colour": colour,
        "micro": micro,
        "sd": "1",
        "interval": ["70", "80"],
        "ranks": [1, 2],
        "ranked": True,
        "notes": [],
        "slip": "",
        "slip_reasons": [],
        "parts": {"guards": 1, "incidents": 2, "disputes": 3, "resolution": 4},
        "most": {"guards": 10, "incidents": 20, "disputes": 30, "resolution": 40},
        "imputed": [],
        "measured": "1",
        "clean_visit": 250_000,
        "leaves_window": "2027-03",
        "lifts": {"blue": {"target": "81", "acts": ["settle_disputes"], "micro": 81_000_000}},
        **more,
    }


def month(results: dict[str, Any]) -> dict[str, Any]:
    return {"month": "2026-10", "revision": 0, "digest": "d", "notes": [], "results": results}


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.sampled_from(COLOURS)), max_size=60
    )
)
def test_no_group_of_a_bulletin_is_too_small(pairs: list[tuple[str, str]]) -> None:
    """Groups under 8 are merged, and withheld where even all together are fewer; all are there."""
    results = {f"e{n:02d}": said(*pair) for n, pair in enumerate(pairs)}
    told = bulletin_of(month(results), None, z=Z, publish="blue_and_improved")
    counts = [one.enterprises for one in told.groups]
    if len(pairs) >= LEAST_GROUP:
        assert all(one is not None and one >= LEAST_GROUP for one in counts)
        assert sum(one or 0 for one in counts) == len(pairs)
        for colour in COLOURS:
            there = sum(one.colours[colour] or 0 for one in told.groups)
            assert there == sum(one == colour for _, one in pairs)
    else:
        assert all(one is None for one in counts)


def test_public_are_blue_and_the_most_improved_only() -> None:
    """Beyond the tie limit; never a name in yellow, orange or red for its colour."""
    before = month({name: said(micro=70_000_000) for name in ("a", "b", "c")})
    now = {
        "a": said(colour="orange", micro=74_000_000),
        "b": said(micro=72_000_000),
        "c": said(colour="blue", micro=70_000_000),
    }
    told = bulletin_of(month(now), before, z=Z, publish="blue_and_improved")
    assert told.blue == ("c",)
    assert told.improved == ("a",)  # 4 > z sqrt(2) = 2.33; 2 is a tie
    assert told.named == {}
    assert bulletin_of(month(now), before, z=Z, publish="all").named == {
        "a": "orange",
        "b": "yellow",
        "c": "blue",
    }


def test_an_enterprise_reads_what_others_told_of_it_as_one_sum() -> None:
    """Three parts are one; the act that would name a dispute does not."""
    row = own_row("e", said())
    assert row["parts"] == {"guards": 1, "incidents_and_disputes": 9}
    assert row["most"] == {"guards": 10, "incidents_and_disputes": 90}
    assert row["lifts"]["blue"]["acts"] == ["incidents_and_disputes"]


def test_a_new_enterprises_score_is_not_circulated() -> None:
    """Nor is that of one outside the scope; both read their own."""
    results = {
        "a": said(),
        "b": said(notes=["new"], ranked=False, ranks=None),
        "c": said(notes=["out_of_scope"], ranked=False, ranks=None),
        "d": said(notes=["stale"], ranked=False, ranks=None),
    }
    assert [row["id"] for row in circulated(results)] == ["a", "d"]
    assert own_row("b", results["b"])["score"] == 75.0
    assert own_row("b", results["b"])["leaves_window"] == "2027-03"


def test_ties_stand_in_the_order_of_ids() -> None:
    """Ranked ones first; those without a rank last."""
    results = {
        "c": said(ranks=[1, 3]),
        "b": said(ranks=[1, 3]),
        "a": said(ranks=None),
        "d": said(ranks=[2, 4]),
    }
    assert [row["id"] for row in ranking(results)] == ["b", "c", "d", "a"]


def _visited(name: str, *lookers: str, in_scope: bool = True) -> EnterpriseMonth:
    visits = tuple(CountedVisit(f"{name}-{n}", one) for n, one in enumerate(lookers))
    return EnterpriseMonth(name, visits=visits, in_scope=in_scope)


def test_cross_visits_are_proposed_where_one_team_went_alone() -> None:
    """Enough of them to come to a tenth, those visited most first."""
    months = [_visited(f"e{n:03d}", *"A" * (1 + n % 3)) for n in range(200)]
    proposed = propose_cross_visits(months)
    visits = sum(len(one.visits) for one in months)
    assert len(proposed) >= 0.1 * (visits + len(proposed))
    assert proposed[0] == "e002"
    assert fit_reference(months).unidentified
    mixed = [_visited(f"e{n}", "A", "B") for n in range(30)]
    assert propose_cross_visits([*mixed, _visited("alone", "A", "A")]) == ["alone"]
    assert len(propose_cross_visits(months[:5])) <= LEAST
    assert propose_cross_visits([_visited("x", "A", in_scope=False)]) == []
