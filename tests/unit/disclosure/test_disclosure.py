"""What the public may know: brute force over all counts finds nothing pinned."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_risk.disclosure import month_areas, partition, rounded, shown_reports
from geo_risk.errors import ParkFileError
from geo_risk.park import MapSection
from geo_risk.published import RiskClass

RULES = MapSection()
LARGE = {"a": 20, "b": 9, "c": 12}
counts_ = st.fixed_dictionaries({zone: st.integers(0, 30) for zone in LARGE})
enterprises_ = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 20), max_size=8)


def said(reports: dict[str, int], enterprises: dict[str, int] = LARGE) -> tuple[object, ...]:
    """Give all that a month's table says."""
    return month_areas(enterprises, reports, RULES)


@pytest.mark.parametrize(
    "truth", [(0, 0, 0), (4, 4, 4), (4, 5, 0), (3, 14, 7), (12, 4, 9), (0, 30, 5)]
)
def test_every_table_leaves_five_values_to_a_withheld_count(truth: tuple[int, int, int]) -> None:
    """All tables of up to fifteen reports a zone are made; those that read the same are kept."""
    seen = said(dict(zip(LARGE, truth, strict=True)))
    same = [
        one
        for one in itertools.product(range(max(16, max(truth) + 3)), repeat=3)
        if said(dict(zip(LARGE, one, strict=True))) == seen
    ]
    for n, count in enumerate(truth):
        possible = {one[n] for one in same}
        assert count in possible
        assert possible >= set(range(5)) if count < 5 else len(possible) >= 3


@given(counts_, st.sampled_from("abc"))
def test_one_report_more_in_a_small_zone_changes_no_word(
    reports: dict[str, int], zone: str
) -> None:
    """Below the floor a table with it is the table without it."""
    if reports[zone] < 4:
        assert said(reports) == said({**reports, zone: reports[zone] + 1})


@given(counts_, counts_)
def test_what_is_said_of_a_zone_hangs_on_that_zone_alone(
    reports: dict[str, int], others: dict[str, int]
) -> None:
    """Whatever the others count."""
    mixed = {**others, "a": reports["a"]}
    first, second = ({one.zone_ids: one for one in said(some)} for some in (reports, mixed))
    assert first["a",] == second["a",]


@given(enterprises_, st.integers(0, 40), st.integers(0, 40))
def test_the_cut_hangs_on_enterprises_alone(
    enterprises: dict[str, int], one: int, other: int
) -> None:
    """Reports do not move a border, and each zone is in one area."""
    tables = [said(dict.fromkeys(enterprises, n), enterprises) for n in (one, other)]
    cuts = [[area.zone_ids for area in table] for table in tables]
    assert cuts[0] == cuts[1] == list(partition(enterprises, RULES))
    assert sorted(itertools.chain.from_iterable(cuts[0])) == sorted(enterprises)


@given(enterprises_, st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40)))
def test_no_area_that_is_shown_is_too_small(
    enterprises: dict[str, int], reports: dict[str, int]
) -> None:
    """Eight enterprises and five reports; of a merged one the enterprises are not said."""
    for area in said(reports, enterprises):
        if area.withheld:
            assert (area.reports, area.rate, area.enterprises) == (None, None, None)
            assert area.risk_class is RiskClass.NONE
            continue
        assert sum(enterprises[one] for one in area.zone_ids) >= 8
        assert sum(reports.get(one, 0) for one in area.zone_ids) >= 5
        assert area.reports % 5 == 0
        assert (area.enterprises is None) == (len(area.zone_ids) > 1) == (area.rate is None)


def test_class_and_rate_are_made_of_the_rounded_count() -> None:
    """Eight and twelve reports of twenty enterprises are ten, 50 a hundred, orange."""
    for count in (8, 12):
        area = said({"a": count})[0]
        assert (area.reports, area.rate, area.risk_class) == (10, 50.0, RiskClass.ORANGE)
    assert [rounded(n) for n in (5, 7, 8, 12, 13, 100)] == [5, 5, 10, 10, 15, 100]


def test_a_lower_bound_belongs_to_its_class() -> None:
    """Forty a hundred is orange."""
    rules = MapSection(report_breaks=(20.0, 40.0, 50.0))
    area = month_areas({"a": 25}, {"a": 10}, rules)[0]
    assert (area.rate, area.risk_class) == (40.0, RiskClass.ORANGE)


def test_a_year_is_what_was_shown_of_its_months() -> None:
    """A withheld month adds nothing; of merged zones only those inside count."""
    tables = [said({"a": 7, "b": 3}), said({"a": 3, "b": 9}), said({"a": 11, "b": 12})]
    assert shown_reports(tables, ["a"]) == 5 + 10
    assert shown_reports(tables, ["b"]) == 10 + 10
    assert shown_reports(tables, ["a", "b"]) == 35
    merged = [said({"d": 9}, {"d": 4, "e": 5})]
    assert (shown_reports(merged, ["d"]), shown_reports(merged, ["d", "e"])) == (0, 10)


@pytest.mark.parametrize("breaks", [(20.0, 20.0, 80.0), (0.0, 1.0, 2.0), (40.0, 20.0, 80.0)])
def test_breaks_rise(breaks: tuple[float, float, float]) -> None:
    """A park file whose classes overlap is refused."""
    with pytest.raises(ParkFileError, match="report_breaks"):
        MapSection(report_breaks=breaks)
