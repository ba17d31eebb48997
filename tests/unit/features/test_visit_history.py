"""Features of visits: nothing of the day itself or later enters, and what enters has a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from geo_risk.features.inputs import ParkInputs
from geo_risk.features.visit_history import measure_visit_features
from geo_risk.features.visit_lookers import Targets, team_rates
from geo_risk.features.visit_table import NO_TEAM, make_calls, make_visit_table
from geo_risk.park import parse_park
from geo_risk.records import (
    Enterprise,
    Findings,
    Premises,
    PremisesKind,
    Report,
    Severity,
    Visit,
    VisitOutcome,
    VisitReason,
)

PARK = """
[park]
id = "square"
name = "方园"
crs = "EPSG:4549"
boundary = { file = "b.geojson", datum = "wgs84" }
"""
START = datetime(2025, 3, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def park(square) -> ParkInputs:
    """Forty premises, a year of visits by three teams and none, and calls around them."""
    rng = np.random.default_rng(5)
    where = rng.random((40, 2)) * 1000
    where[1] = where[0]
    premises = [
        Premises(
            id=f"p:{i}", enterprise_id=f"e:{i}", inherent_class=int(rng.integers(1, 5)),
            people=int(rng.integers(1, 90)), **(square.degrees(*where[i]) if i != 2 else {}),
        )
        for i in range(40)
    ]  # fmt: skip
    visits = [
        Visit(
            id=f"v:{i:03d}", premises_id=f"p:{rng.integers(40)}", team=("a", "b", "c", "")[i % 4],
            start=START + timedelta(days=int(rng.integers(360))),
            found=Findings(*(int(n) for n in rng.integers(0, 2, 3))),
        )
        for i in range(300)
    ]  # fmt: skip
    calls = []
    for i in range(120):
        day = START + timedelta(days=int(rng.integers(360)))
        calls.append(
            Report(
                id=f"r:{i}", kind="dispute", channel="hotline", occurred_from=day, occurred_to=day,
                closed_at=day + timedelta(days=int(rng.integers(1, 60))),
                **square.degrees(*rng.random(2) * 1000),
            )
        )  # fmt: skip
    enterprises = [
        Enterprise(id=f"e:{i}", industry=("C33 金属", "F51 批发")[i % 2]) for i in range(40)
    ]
    return ParkInputs(
        parse_park(PARK, Path("/nowhere/park.toml")), square.polygon(0, 0, 1000, 1000),
        enterprises=enterprises, premises=premises, visits=visits, reports=calls,
    )  # fmt: skip


def features(park: ParkInputs):
    table = make_visit_table(park)
    return table, measure_visit_features(table, make_calls(park), Targets.of(table))


@pytest.mark.parametrize("cut", [60, 200, 330])
def test_results_on_or_after_a_visits_day_change_none_of_its_features(park, cut) -> None:
    """What visits find from a day on is permuted, and when calls come and end: nothing moves."""
    rng = np.random.default_rng(cut)
    table, before = features(park)
    day = START.date().toordinal() + cut
    later = [i for i, one in enumerate(park.visits) if one.start.date().toordinal() >= day]
    visits = list(park.visits)
    for i, j in zip(later, rng.permutation(later), strict=True):
        visits[i] = replace(visits[i], found=park.visits[j].found)
    since = datetime.fromordinal(day).replace(tzinfo=UTC)
    reports = []
    for one in park.reports:
        if one.occurred_from >= since:
            moved = since + timedelta(days=int(rng.integers(0, 90)))
            reports.append(replace(one, occurred_from=moved, occurred_to=moved, closed_at=None))
        elif one.closed_at and one.closed_at >= since:
            reports.append(replace(one, closed_at=None, state="merged"))
        else:
            reports.append(one)
    again, after = features(replace(park, visits=visits, reports=reports))
    assert again.ids == table.ids
    told = table.day <= day
    assert told.sum() > 30
    assert np.array_equal(before.values[told], after.values[told])
    assert not np.array_equal(before.values, after.values)


def test_a_gate_that_stayed_shut_is_no_row_and_changes_no_feature(park) -> None:
    """Of a visit that could not look nobody learns anything."""
    table, before = features(park)
    shut = [
        replace(one, id=f"{one.id}:shut", outcome=VisitOutcome.SHUT) for one in park.visits[::5]
    ]
    again, after = features(replace(park, visits=[*park.visits, *shut]))
    assert again.ids == table.ids
    assert np.array_equal(before.values, after.values)


def test_later_visits_that_are_not_there_yet_change_nothing(park) -> None:
    """A park cut off at a day has the features of the whole one."""
    table, whole = features(park)
    day = START.date().toordinal() + 180
    known = [one for one in park.visits if one.start.date().toordinal() <= day]
    cut, part = features(replace(park, visits=known))
    assert cut.ids == table.ids[: len(cut)]
    assert np.allclose(whole.values[: len(cut)], part.values)


def test_order_of_records_changes_no_feature(park) -> None:
    """A store gives its rows in any order."""
    _, one = features(park)
    _, other = features(replace(park, visits=park.visits[::-1], reports=park.reports[::-1]))
    assert np.allclose(one.values, other.values, atol=1e-9)


def test_names_of_teams_change_no_feature(park) -> None:
    """Who is who does not matter, only who found what."""
    names = {"a": "z", "b": "m", "c": "k", "": ""}
    renamed = [replace(one, team=names[one.team]) for one in park.visits]
    one, other = features(park)[1], features(replace(park, visits=renamed))[1]
    assert one.names == other.names
    who = np.array([name in {"team_0", "team_1", "team_2"} for name in one.names])
    assert np.allclose(one.values[:, ~who], other.values[:, ~who])
    assert np.array_equal(one.values[:, who], other.values[:, who][:, ::-1])


def test_every_feature_is_a_number_and_has_a_factor(park) -> None:
    """Premises without a point, visits without a team, first visits: all finite."""
    table, told = features(park)
    assert (table.team == NO_TEAM).any()
    assert np.isfinite(told.values).all()
    assert len(told.names) == len(told.factor) == told.values.shape[1] == len(set(told.names))


def test_a_teams_rate_is_its_own_share_shrunk_to_all(park) -> None:
    """Between the share of all and its own, nearer its own with more visits."""
    table = make_visit_table(park)
    far = date(2026, 3, 1).toordinal()
    teams = Targets(np.zeros(4, dtype=int), np.full(4, far), np.array([-1, 0, 1, 2]))
    rate, overall = team_rates(table, teams)
    assert np.allclose(rate[0], overall[0])
    age = 2.0 ** (-(far - table.day) / 365)
    for team in range(3):
        own = np.average(table.positive, weights=age * (table.team == team))
        low, high = sorted((own, overall[0, 0]))
        assert low <= rate[team + 1, 0] <= high


def test_findings_are_counts_or_reports_that_name_the_visit(park) -> None:
    """Both ways say the same; reports that come in late are known late."""
    late = START + timedelta(days=30)
    visits = [
        Visit(id="v:1", premises_id="p:1", start=START, found=Findings(1, 0, 2)),
        Visit(id="v:2", premises_id="p:1", start=START),
        Visit(id="v:3", premises_id="p:1", start=START, reason=VisitReason.RANDOM),
    ]
    levels = (Severity.MAJOR, Severity.MINOR, None)
    reports = [
        Report(
            id=f"r:{i}", kind="hazard", visit_id="v:2", severity=level, channel="visit",
            occurred_from=START, occurred_to=START, reported_at=late if i == 1 else START,
        )
        for i, level in enumerate(levels)
    ]  # fmt: skip
    table = make_visit_table(replace(park, visits=visits, reports=reports))
    assert table.found.tolist() == [[1, 0, 2], [1, 0, 2], [0, 0, 0]]
    assert (table.known_day - table.day).tolist() == [0, 30, 0]


def test_what_is_found_in_dwellings_is_added_up_for_nobody(park) -> None:
    """Each visit of a dormitory stands alone; it is no place of the table's premises."""
    home = Premises(id="p:home", kind=PremisesKind.DORMITORY, people=200, inherent_class=4)
    visits = [Visit(id=f"v:{i}", premises_id="p:home", start=START, found=Findings(1, 1, 1))
              for i in range(3)]  # fmt: skip
    table = make_visit_table(replace(park, premises=[*park.premises, home], visits=visits))
    assert "p:home" not in table.places.ids
    assert len(set(table.place.tolist())) == 3
    assert np.isnan(table.places.people[table.place]).all()


def test_kinds_that_may_not_be_forecast_are_no_calls(park) -> None:
    """Public order and fraud are off until the park file says on."""
    off = [replace(one, kind="public_order") for one in park.reports[:50]]
    assert len(make_calls(replace(park, reports=[*park.reports, *off])).day) == 120
    assert len(make_calls(replace(park, reports=off)).day) == 0


def test_a_park_without_visits_has_no_rows_and_no_trouble(park) -> None:
    """Nothing in, nothing out; a place without history is told all the same."""
    empty = replace(park, visits=(), reports=())
    table, told = features(empty)
    assert told.values.shape[0] == len(table) == 0
    one = Targets(np.zeros(1, dtype=int), np.array([table.places.easting.size]), np.array([-1]))
    assert np.isfinite(measure_visit_features(table, make_calls(empty), one).values).all()


def test_places_of_the_usual_class_have_nothing_in_the_other_ones_columns(park) -> None:
    """Season and surroundings once more, where a class is not the one that most places have."""
    table, told = features(park)
    classes = table.places.inherent_class[table.place]
    usual = np.bincount(table.places.inherent_class.astype(int)).argmax()
    doubled = [i for i, name in enumerate(told.names) if name.endswith("_of_other_class")]
    for i in doubled:
        plain = told.values[:, told.names.index(told.names[i].removesuffix("_of_other_class"))]
        assert np.array_equal(told.values[:, i], np.where(classes == usual, 0.0, plain))
    assert {told.factor[i] for i in doubled} == {"inherent_class", "neighbourhood", "calls"}


def test_the_number_found_is_freed_of_a_team_that_writes_much(park) -> None:
    """One team writes ten times what another does: premises of the two hardly differ by it."""
    many = {"a": 10, "b": 1, "c": 3, "": 3}
    home = {"a": range(10), "b": range(10, 20), "c": range(20, 30), "": range(30, 40)}
    visits = [
        replace(one, found=Findings(0, 0, many[one.team]),
                premises_id=f"p:{home[one.team][i % 10]}")
        for i, one in enumerate(park.visits)
    ]  # fmt: skip
    table, told = features(replace(park, visits=visits))
    late = (table.day > START.date().toordinal() + 240) & (table.team != NO_TEAM)
    column = told.values[late, told.names.index("own_number")]
    raw = np.log1p(table.found.sum(axis=1))[late]
    means = [column[table.team[late] == team].mean() for team in range(3)]
    plain = [raw[table.team[late] == team].mean() for team in range(3)]
    assert np.ptp(means) < np.ptp(plain) / 2
