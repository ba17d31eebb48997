"""Likely duplicates: near in place, time and words."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from geo_risk.casework import likely_pairs, near_pairs
from geo_risk.casework.duplicates import NEAR_DAYS, NEAR_M, likeness
from geo_risk.crs import project
from tests.unit.casework.conftest import MONDAY

DAY = timedelta(days=1)
POINTS = st.lists(
    st.tuples(st.floats(0, 0.003), st.floats(0, 0.003), st.floats(0, 30), st.booleans()),
    max_size=14,
)


@given(POINTS)
def test_near_pairs_are_those_of_a_search_over_all(report_of: Any, drawn: Any) -> None:
    """Brute force over projected metres; a metre about the limit is left open."""
    reports = []
    for n, (lon, lat, days, fire) in enumerate(drawn):
        at = MONDAY + days * DAY
        kind = "fire" if fire else "hazard"
        report = report_of(n, kind=kind, occurred_from=at, occurred_to=at)
        reports.append((report, (120 + lon, 30.5 + lat)))
    found = {frozenset((one.first_id, one.second_id)) for one in near_pairs(reports)}
    for (one, here), (other, there) in combinations(reports, 2):
        east, north = project([here[0], there[0]], [here[1], there[1]], "EPSG:4549")
        metres = float(((east[0] - east[1]) ** 2 + (north[0] - north[1]) ** 2) ** 0.5)
        near = one.kind == other.kind and abs(one.time - other.time) <= NEAR_DAYS * DAY
        if abs(metres - NEAR_M) > 1:
            pair = frozenset((one.id, other.id))
            assert (pair in found) is (near and metres < NEAR_M)


def test_two_findings_of_one_visit_are_two(report_of: Any) -> None:
    """The officer told them apart; of two visits they may be one."""
    said = {"premises_id": "p:1", "visit_id": "v:1"}
    assert not near_pairs([(report_of(n, **said), None) for n in (1, 2)])
    other = {**said, "visit_id": "v:2"}
    (pair,) = near_pairs([(report_of(1, **said), None), (report_of(2, **other), None)])
    assert pair.metres == 0.0


def test_words_decide_where_there_are_words(report_of: Any) -> None:
    """Alike: proposed; not alike: not; without words only what is very near."""
    here = {"premises_id": "p:1"}
    pairs = near_pairs([(report_of(n, **here), None) for n in (1, 2, 3)])
    texts = {"r:1": "消防通道堵塞", "r:2": "通道堵塞(消防)", "r:3": "电线裸露"}
    assert [(one.first_id, one.second_id) for one in likely_pairs(pairs, texts)] == [
        ("r:1", "r:2"),
    ]
    assert len(likely_pairs(pairs, {})) == 3


def test_likeness_is_symmetric_and_one_with_itself() -> None:
    """Case, spaces and punctuation say nothing; without words there is none."""
    assert likeness("消防通道 堵塞!", "消防通道堵塞") == 1.0
    assert likeness("abcd", "abxy") == likeness("ABXY", "a b c d") == 2 / 6
    assert likeness("", "abc") is None
    assert likeness("!", "?") is None
