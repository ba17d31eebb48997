"""Figures of casework: each opens into its items, groups add up, rates are the definitions'."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from shapely.geometry import box

from geo_risk.casework import GROUPS, Case, figures, late, lateness, wilson
from geo_risk.casework.due import end_of_day
from geo_risk.errors import InputError
from geo_risk.park import ParkFile
from geo_risk.records import PatrolZone, Severity, Step
from tests.unit.casework.conftest import MONDAY

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
START, END, NOW = MONDAY, MONDAY + 100 * DAY, MONDAY + 400 * DAY


def step(action: str, day: float, n: int = 0) -> Step:
    at = MONDAY + day * DAY
    return Step(id=f"s:{n}", subject="reports", subject_id="r", action=action, at=at)


def row(*cases: Case) -> Any:
    (one,) = figures(cases, START, END, as_of=NOW)
    return one


@given(st.integers(0, 60), st.integers(1, 60))
def test_wilson_is_scipys(hits: int, more: int) -> None:
    """The independent implementation gives the same interval."""
    rate = wilson(hits, hits + more)
    theirs = binomtest(hits, hits + more).proportion_ci(0.9, "wilson")
    assert rate.low == pytest.approx(theirs.low, abs=1e-9)
    assert rate.high == pytest.approx(theirs.high, abs=1e-9)


def test_nothing_due_has_no_rate() -> None:
    """Not 0 %, not 100 %."""
    assert row().closed_in_time.share is None
    assert row().settled.share is None


def test_closed_by_the_due_date_is_counted_against_what_fell_due(report_of: Any) -> None:
    """In time, late, never; what is not due yet stands beside."""
    due = MONDAY + 10 * DAY
    cases = [
        Case(report_of(1, state="closed", closed_at=due - SECOND), due),
        Case(report_of(2, state="closed", closed_at=due), due),
        Case(report_of(3), due),
        Case(report_of(4), NOW + DAY),
        Case(report_of(5, state="void"), due),
        Case(report_of(6, state="merged", duplicate_of="r:1"), due),
        Case(report_of(7), END + DAY),
    ]
    told = row(*cases)
    assert told.items["in_time"] == ("r:1",)
    assert told.items["late"] == ("r:2",)
    assert told.items["overdue"] == ("r:3",)
    assert told.items["open_not_due"] == ("r:4",)
    assert (told.items["void"], told.items["merged"]) == (("r:5",), ("r:6",))
    assert (told.closed_in_time.hits, told.closed_in_time.of) == (1, 3)


MONTHS = [datetime(2026, n, 1, tzinfo=ZoneInfo("Asia/Shanghai")) for n in range(3, 13)]


@pytest.mark.parametrize("days", range(5))
def test_every_case_falls_due_in_the_month_of_its_printed_day_and_in_no_other(
    report_of: Any, park: ParkFile, days: int
) -> None:
    """Over all months the counts sum to all cases; the last evening is in time, midnight late."""
    cases, printed = [], {}
    for n in range(200):
        begun = MONDAY + n * DAY
        due = end_of_day(begun, 7 + days, park)
        closed = due - SECOND if n % 2 else due
        report = report_of(n, reported_at=begun, state="closed", closed_at=closed)
        cases.append(Case(report, due))
        printed[report.id] = (due - SECOND).astimezone(park.zone)
    assert any(day.day >= 30 for day in printed.values()), "some are due on a month's last day"
    counted: dict[str, list[str]] = {}
    for begin, end in pairwise(MONTHS):
        (told,) = figures(cases, begin, end, as_of=end)
        for name in told.items["due"]:
            counted.setdefault(name, []).append(f"{begin:%Y-%m}")
        assert all(int(name[2:]) % 2 for name in told.items["in_time"])
        assert all(int(name[2:]) % 2 == 0 for name in told.items["late"])
        assert told.counts["in_time"] + told.counts["late"] == told.counts["due"]
    assert counted == {name: [f"{day:%Y-%m}"] for name, day in printed.items()}


def test_overdue_begins_when_the_last_day_is_over(report_of: Any) -> None:
    """A second before midnight it is not late; at midnight it is, by no whole day yet."""
    due = MONDAY + 10 * DAY
    case = Case(report_of(1), due)
    assert lateness(case, due - SECOND) is None
    at_midnight = lateness(case, due)
    assert at_midnight is not None
    assert (at_midnight.days, at_midnight.level) == (0, 1)
    (told,) = figures([case], START, due, as_of=due)
    assert told.items["overdue"] == ("r:1",)
    (told,) = figures([case], START, due, as_of=due - SECOND)
    assert (told.items["due"], told.items["open_not_due"]) == ((), ("r:1",))


@pytest.mark.parametrize(
    ("steps", "counts"),
    [
        ([("settle", 5)], True),
        ([("settle", 5), ("reopen", 94), ("settle", 99)], False),
        ([("settle", 5), ("reopen", 96), ("settle", 99)], True),
        ([("reopen", 1), ("settle", 5)], False),
    ],
)
def test_settled_is_what_was_not_reopened_within_90_days(
    report_of: Any, steps: list[tuple[str, float]], counts: bool
) -> None:
    """Settled on day 5 and reopened on day 94: no; on day 96: yes."""
    reopened = sum(action == "reopen" for action, _ in steps)
    settled = report_of(
        kind="dispute", state="settled", closed_at=MONDAY + 99 * DAY, reopened=reopened
    )
    taken = tuple(step(*one, n) for n, one in enumerate(steps))
    told = row(Case(settled, MONDAY + 30 * DAY, steps=taken))
    assert bool(told.items["settled"]) is counts
    assert told.settled.of == 1


def test_a_dispute_nobody_took_up_is_told_apart(report_of: Any) -> None:
    """It is overdue, and not among those the rate is of; given up on is no settlement."""
    due = MONDAY + 30 * DAY
    given_up = Case(report_of(2, kind="dispute", state="followed_up"), due)
    told = row(Case(report_of(1, kind="dispute"), due), given_up)
    assert told.items["not_taken_up"] == told.items["overdue"] == ("r:1",)
    assert (told.settled.hits, told.settled.of) == (0, 1)


def test_what_ended_in_the_period_is_counted_whenever_it_fell_due(report_of: Any) -> None:
    """By when it ended: before, in, after the period; reopened since, it has not ended."""
    due = MONDAY - 10 * DAY
    ends = [START - DAY, START, END - DAY, END]
    cases = [
        Case(report_of(n, state="closed", closed_at=at), due) for n, at in enumerate(ends, start=1)
    ]
    cases.append(Case(report_of(5, state="rectifying", closed_at=START), due))
    cases.append(Case(report_of(6, state="closed", closed_at=None), due))
    assert row(*cases).items["closed"] == ("r:2", "r:3")


def test_a_zone_is_the_one_that_was_and_the_one_that_is(report_of: Any) -> None:
    """A zone that was split in between; a case without a place is in none."""
    split = MONDAY + 50 * DAY
    whole = PatrolZone(id="z:0", geometry=box(0, 0, 2, 2), valid_to=split)
    half = PatrolZone(id="z:1", geometry=box(0, 0, 1, 2), valid_from=split)
    cases = [Case(report_of(1), END, (0.5, 1.0)), Case(report_of(2), END)]

    def groups(by: str) -> dict[str, str]:
        told = figures(cases, START, END, as_of=NOW, by=by, zones=[half, whole])
        return {id_: one.group for one in told for id_ in one.items["reported"]}

    assert groups("zone") == {"r:1": "z:0", "r:2": ""}
    assert groups("zone_now") == {"r:1": "z:1", "r:2": ""}


def test_a_team_has_counts_and_no_rate(report_of: Any) -> None:
    """And not how many it found."""
    case = Case(report_of(), START + DAY, None, "t:1")
    (told,) = figures([case], START, END, as_of=NOW, by="team")
    assert (told.closed_in_time, told.settled) == (None, None)
    assert "reported" not in told.items


def test_a_case_handed_over_twice_counts_once(report_of: Any) -> None:
    """As one case, of the station that has it now."""
    moved = (step("hand_over", 1), step("hand_over", 2, 1))
    case = Case(report_of(station_id="s:2"), END, steps=moved)
    (told,) = figures([case], START, END, as_of=NOW, by="station")
    assert (told.group, told.items["handed_over"]) == ("s:2", ("r:1",))


CASES = st.lists(
    st.builds(
        dict,
        kind=st.sampled_from(["hazard", "dispute", "fire"]),
        channel=st.sampled_from(["grid", "hotline", ""]),
        state=st.sampled_from(["reported", "closed", "settled", "merged", "void", "自定"]),
        station_id=st.sampled_from(["", "s:1", "s:2"]),
        due=st.none() | st.integers(-10, 500),
        closed=st.none() | st.integers(-10, 500),
        place=st.none() | st.tuples(st.floats(0, 3), st.floats(0, 3)),
        team=st.sampled_from(["", "t:1"]),
    ),
    max_size=12,
)


@given(CASES)
def test_groups_add_up_to_the_whole_and_no_item_is_twice(report_of: Any, drawn: Any) -> None:
    """By whatever they are grouped; due = in time + late + overdue."""
    zones = [PatrolZone(id=f"z:{n}", geometry=box(n, 0, n + 1, 3)) for n in (0, 1)]
    cases = []
    for n, said in enumerate(drawn):
        days, closed, place = said.pop("due"), said.pop("closed"), said.pop("place")
        team = said.pop("team")
        at = None if closed is None else MONDAY + closed * DAY
        due = None if days is None else MONDAY + days * DAY
        cases.append(Case(report_of(n, closed_at=at, **said), due, place, team))
    whole = row(*cases).items
    assert sorted((*whole["in_time"], *whole["late"], *whole["overdue"])) == sorted(whole["due"])
    for by in GROUPS:
        rows = figures(cases, START, END, as_of=NOW, by=by, zones=zones)
        for measure in rows[0].items if rows else ():
            ids = [id_ for one in rows for id_ in one.items[measure]]
            assert sorted(ids) == sorted(whole[measure])
            assert len(set(ids)) == len(ids)


def test_what_is_late_rises_a_level_by_the_stated_days(report_of: Any) -> None:
    """A day: the station; over a week: the chief; over a month: the county."""
    case = Case(report_of(severity=Severity.GENERAL), MONDAY + 15 * DAY)
    levels = [lateness(case, MONDAY + days * DAY) for days in (14, 16, 23, 46)]
    assert [one.level if one else 0 for one in levels] == [0, 1, 2, 3]
    major = Case(report_of(2, severity=Severity.MAJOR), MONDAY + 30 * DAY)
    ordered = late([case, major], now=MONDAY + 16 * DAY)
    assert [(one.case.report.id, one.level, one.unprotected) for one in ordered] == [
        ("r:2", 2, True),
        ("r:1", 1, False),
    ]
    assert lateness(major, MONDAY + 0.9 * DAY) is None
    for ended in ("closed", "void", "merged"):
        assert lateness(Case(report_of(state=ended), MONDAY), NOW) is None


def test_a_period_or_grouping_that_is_none_is_refused() -> None:
    """With what would do."""
    with pytest.raises(InputError, match="period"):
        figures([], END, START, as_of=NOW)
    with pytest.raises(InputError, match="officer"):
        figures([], START, END, as_of=NOW, by="officer")
