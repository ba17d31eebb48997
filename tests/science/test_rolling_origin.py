"""`evaluate --target events`: as designed, against an implementation that shares no code."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geo_risk.crs import project
from geo_risk.errors import InputError
from geo_risk.evaluation import MODELS, evaluate_events
from geo_risk.records import Report
from tests.science.conftest import AS_OF, rectangle

CUTS = [date(2026, 6, 1), date(2026, 7, 15), date(2026, 9, 1)]
WEST, SOUTH, SIDE, CELL = 500_000.0, 3_390_000.0, 2000.0, 250.0
ZONE = ZoneInfo("Asia/Shanghai")
SCORES = {"ig_nats", "pai", "pei_star", "brier"}


def evaluate(park: Any, **more: Any) -> dict[str, Any]:
    asked = {"kind": "hazard", "cell_m": CELL, "horizon_days": 30, "cuts": CUTS, **more}
    return evaluate_events(park, **asked)


def plainly(reports: list[Report], cut: date, horizon: int) -> dict[str, Any]:
    """Score the three baselines with loops over events and cells, from the design's text."""
    start = datetime(cut.year, cut.month, cut.day, tzinfo=ZONE)
    end = start + timedelta(days=horizon)
    events = []
    for one in reports:
        east, north = project(one.lon, one.lat, "EPSG:4549")
        events.append((one.time, float(east), float(north)))
    n = int(SIDE / CELL)
    centres = [
        (WEST + (col + 0.5) * CELL, SOUTH + (row + 0.5) * CELL)
        for row in range(n)
        for col in range(n)
    ]

    def cell(east: float, north: float) -> int:
        return int((north - SOUTH) // CELL) * n + int((east - WEST) // CELL)

    def count(some: list[tuple[datetime, float, float]]) -> list[float]:
        counts = [0.0] * len(centres)
        for _, east, north in some:
            counts[cell(east, north)] += 1
        return counts

    before = [one for one in events if one[0] < start]
    year = [one for one in before if one[0] >= start - timedelta(days=365)]
    kernel = [
        sum(math.exp(-((x - e) ** 2 + (y - m) ** 2) / (2 * 200.0**2)) for _, e, m in before)
        for x, y in centres
    ]
    outcome = count([one for one in events if start <= one[0] < end])
    total = sum(outcome)
    forecasts = {"count_365d": count(year), "count_all": count(before), "kde_200m": kernel}
    scored: dict[str, Any] = {"n": round(total)}
    for name, density in forecasts.items():
        p = [0.999 * one / sum(density) + 0.001 / len(density) for one in density]
        gain = sum(o * math.log(q * len(p)) for o, q in zip(outcome, p, strict=True)) / total
        pai, pei = {}, {}
        for area in (1, 5, 10):
            k = max(1, round(area / 100 * len(p)))
            order = sorted(range(len(p)), key=lambda i: -p[i])
            bound = p[order[k - 1]]
            sure = [i for i in order if p[i] > bound]
            tied = [i for i in order if p[i] == bound]
            hits = sum(outcome[i] for i in sure)
            hits += (k - len(sure)) / len(tied) * sum(outcome[i] for i in tied)
            pai[str(area)] = hits / total / (k / len(p))
            pei[str(area)] = hits / sum(sorted(outcome)[-k:])
        expected = len(year) * horizon / 365
        brier = sum(
            (1 - math.exp(-q * expected) - (o > 0)) ** 2 for o, q in zip(outcome, p, strict=True)
        )
        scored[name] = {"ig_nats": gain, "pai": pai, "pei_star": pei, "brier": brier / len(p)}
    return scored


@pytest.fixture(scope="module")
def park(hand_park: Any) -> Any:
    """Fourteen months of hazards, none of them from visits."""
    made = hand_park(14)
    kept = [replace(one, kind="hazard") for one in made.reports]
    inside = [one for one in kept if one.lon is not None]
    return replace(made, reports=inside, visits=())


def test_baselines_equal_a_plain_implementation(park: Any) -> None:
    """Every score of every fold, to 1e-9."""
    scored = evaluate(park)
    for cut, fold in zip(CUTS, scored["folds"], strict=True):
        plain = plainly(park.reports, cut, 30)
        assert fold["n"] == plain["n"]
        for name in ("count_365d", "count_all", "kde_200m"):
            for key in ("ig_nats", "brier"):
                assert fold["models"][name][key] == pytest.approx(plain[name][key], rel=1e-9)
            for key in ("pai", "pei_star"):
                assert fold["models"][name][key] == pytest.approx(plain[name][key], rel=1e-9)


def test_json_is_as_designed(park: Any) -> None:
    """Keys, cells, one `served` for the whole run, and means that are plain means of folds."""
    scored = evaluate(park)
    assert json.loads(json.dumps(scored, allow_nan=False)) == scored
    assert (scored["target"], scored["kind"], scored["cells"]) == ("events", "hazard", 64)
    assert (scored["cell_m"], scored["horizon_days"]) == (CELL, 30)
    assert [fold["cut"] for fold in scored["folds"]] == ["2026-06-01", "2026-07-15", "2026-09-01"]
    assert scored["served"] in scored["mean"]
    for table in (scored["mean"], *(fold["models"] for fold in scored["folds"])):
        assert set(table) == set(MODELS)
        assert all(set(scores) == SCORES for scores in table.values())
        assert all(set(one["pai"]) == {"1", "5", "10"} for one in table.values())
    for name in MODELS:
        gains = [fold["models"][name]["ig_nats"] for fold in scored["folds"]]
        assert scored["mean"][name]["ig_nats"] == pytest.approx(np.mean(gains))


def test_served_is_in_every_fold_the_model_that_it_says(park: Any) -> None:
    """`forecast` has the scores of the model chosen at that cut, a baseline among the choices."""
    for fold in evaluate(park)["folds"]:
        assert fold["models"]["forecast"] == fold["models"][fold["chosen"]]


def test_nothing_after_a_cut_changes_what_was_forecast(park: Any, with_records: Any) -> None:
    """No fold leak: later events, later-known events and later cuts leave a fold's choice."""
    cut = CUTS[1]
    start = datetime(cut.year, cut.month, cut.day, tzinfo=ZONE)
    after = start + timedelta(days=45)  # beyond the test period, in a later fold's training
    one = park.reports[0]
    more = with_records(
        park,
        reports=[
            replace(one, id=f"r:new{i}", occurred_from=after, occurred_to=after) for i in range(99)
        ]
        + [
            replace(
                one, id=f"r:late{i}", reported_at=AS_OF, occurred_from=before, occurred_to=before
            )
            for i in range(99)
            for before in [start - timedelta(days=5)]
        ],
    )
    plain, full = evaluate(park, cuts=[cut]), evaluate(more, cuts=[cut])
    assert full["folds"] == plain["folds"]
    assert evaluate(park)["folds"][1] == plain["folds"][0]


def test_periods_are_local_days(park: Any) -> None:
    """An event at 00:30 local time on the cut's day is in the test period, at 23:30 before not."""
    cut = CUTS[0]
    midnight = datetime(cut.year, cut.month, cut.day, tzinfo=ZONE)
    base = park.reports[:50]
    near = [
        replace(park.reports[0], id=f"r:{i}", occurred_from=at, occurred_to=at)
        for i, at in enumerate(
            [midnight - timedelta(minutes=30), midnight, midnight + timedelta(minutes=30)]
        )
    ]
    ends = midnight + timedelta(days=30)
    near += [
        replace(park.reports[0], id=f"r:e{i}", occurred_from=at, occurred_to=at)
        for i, at in enumerate([ends - timedelta(minutes=1), ends])
    ]
    quiet = [one for one in base if not midnight <= one.time < ends]
    fold = evaluate(replace(park, reports=quiet + near), cuts=[cut])["folds"][0]
    assert fold["n"] == 3


def test_a_day_of_25_hours_is_one_day(park: Any) -> None:
    """Where clocks change, the horizon still ends at a local midnight."""
    section = replace(park.park.park, timezone="America/New_York")
    american = replace(park, park=replace(park.park, park=section))
    end = datetime(2026, 11, 2, 5, tzinfo=UTC)  # midnight after the clocks went back on 1 November
    at = [end - timedelta(minutes=1), end]
    reports = [
        replace(park.reports[0], id=f"r:{i}", occurred_from=one, occurred_to=one)
        for i, one in enumerate(at)
    ]
    old = [one for one in park.reports if one.time < datetime(2026, 10, 1, tzinfo=UTC)]
    asked = {"cuts": [date(2026, 10, 31)], "horizon_days": 2}
    assert evaluate(replace(american, reports=old + reports), **asked)["folds"][0]["n"] == 1


def test_events_in_a_cell_count_though_they_lie_beyond_the_boundary(park: Any) -> None:
    """Cells decide, not the polygon: a point outside it in a cell whose centre is inside counts."""
    narrow = replace(park, boundary=rectangle(0, 0, SIDE, SIDE - 100))
    scored = evaluate(narrow)
    assert scored["cells"] == 64
    assert [one["n"] for one in scored["folds"]] == [one["n"] for one in evaluate(park)["folds"]]


def test_findings_of_visits_are_events_with_their_number(hand_park: Any) -> None:
    """A visit that found three hazards is three test events."""
    made = hand_park(14)
    only = replace(made, reports=())
    for fold, cut in zip(evaluate(only)["folds"], CUTS, strict=True):
        start = datetime(cut.year, cut.month, cut.day, tzinfo=ZONE)
        found = [
            one.found.general + one.found.minor
            for one in made.visits
            if start <= one.start < start + timedelta(days=30)
        ]
        assert fold["n"] == sum(found)


def test_a_fold_in_which_nothing_happened_has_no_gain(park: Any) -> None:
    """None, not NaN, in JSON; the mean is of the other folds."""
    scored = evaluate(park, cuts=[*CUTS, date(2027, 6, 1)])
    assert scored["folds"][3]["n"] == 0
    assert scored["folds"][3]["models"]["kde"]["ig_nats"] is None
    assert scored["mean"]["kde"]["ig_nats"] == pytest.approx(
        evaluate(park)["mean"]["kde"]["ig_nats"]
    )


def test_the_first_cut_of_all_serves_the_baseline(park: Any) -> None:
    """Without an earlier outcome nothing has beaten the baseline."""
    fold = evaluate(park, cuts=[date(2025, 9, 15)])["folds"][0]
    assert fold["chosen"] == "kde_200m"


def test_sensitive_kinds_are_not_forecast_unless_decided(hand_park: Any) -> None:
    """Fraud is refused, with where to write the decision; once written it is scored."""
    with pytest.raises(InputError, match=r"'fraud' are not forecast .*decided_by"):
        evaluate(hand_park(14), kind="fraud")
    extra = '[[kind]]\nid = "fraud"\ndecided_by = "所长办公会"\n'
    assert evaluate(hand_park(14, extra), kind="fraud")["kind"] == "fraud"


def test_an_unknown_kind_is_an_error_that_names_the_known(hand_park: Any) -> None:
    """The message lists the kinds that have reports."""
    with pytest.raises(InputError, match=r"no reports of kind 'traffic'.*dispute, fire"):
        evaluate(hand_park(14), kind="traffic")


def test_no_cut_and_no_day_are_refused(park: Any) -> None:
    """A question without a cut or a horizon has no answer."""
    for asked in ({"cuts": []}, {"horizon_days": 0}):
        with pytest.raises(InputError, match="Give --cut and --horizon"):
            evaluate(park, **asked)
