"""Plans on both engines: made from records, kept version by version, told with plain reasons."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from geo_risk import planbook
from geo_risk.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from geo_risk.monthly.publish import OUTPUT
from geo_risk.planbook.keeping import keep
from geo_risk.records import (
    Actor,
    Assignment,
    Enterprise,
    Officer,
    Premises,
    PremisesKind,
    Role,
    Severity,
    Slip,
)
from geo_risk.store import Store
from geo_risk.visits.problem import REASONS
from tests.contract.planbook_park import (
    CHIEF,
    MONDAY,
    PARK,
    SUNDAY_NOON,
    faults,
    fill,
    firms,
    ground,
    hazard,
    left,
    local,
    make,
    of,
    officers,
    order,
    published,
    visit,
    with_plan,
)


@pytest.fixture
def park_store(store: Store) -> Store:
    """Two officers, two zones, twelve premises."""
    return fill(store, *ground(), *officers("o:1", "o:2"), *firms())


def test_a_plan_can_be_kept_and_tells_of_everybody(park_store: Store) -> None:
    """The judge re-adds the times as they are written; who is not visited has a reason."""
    week = make(park_store)
    assert len(week.visits) >= 10
    assert faults(park_store, week) == []
    told = {one.candidate_id for one in (*week.visits, *week.left_out)}
    assert told == {f"p:{i:02d}" for i in range(12)}
    assert {one.reason for one in week.left_out} <= set(REASONS)
    for one in week.visits:
        assert abs(sum(one.parts.values()) - one.prize) < 1e-9
    assert planbook.latest_week(park_store, MONDAY) == week


def test_without_history_the_plan_says_so_and_class_decides(park_store: Store) -> None:
    """Inherent class, waiting and the lot are all there is."""
    week = make(park_store)
    assert "no_history" in week.notes
    assert {name for one in week.visits for name in one.parts} <= {"inherent", "since"}
    assert {one.tier for one in week.visits} <= {"optional", "drawn"}


def test_with_history_the_premises_own_risk_decides(park_store: Store) -> None:
    """More expected findings, a larger prize; the index is nowhere in it."""
    told = published({f"p:{i:02d}": 0.2 * (i + 1) for i in range(12)})
    week = make(park_store, publication=told)
    assert "no_history" not in week.notes
    risk = {one.premises_id: one.parts["risk"] for one in week.visits}
    assert sorted(risk, key=risk.__getitem__) == sorted(risk)


def test_at_least_one_visit_in_twenty_is_drawn_by_lot(park_store: Store) -> None:
    """Its probability is on the visit; the same week draws the same."""
    week = make(park_store, with_plan(explore_share=0.25))
    drawn = [one for one in week.visits if one.reason == "random"]
    assert len(drawn) >= 0.05 * len(week.visits)
    assert all(0 < one.selection_probability <= 1 for one in drawn)
    assert {one.selection_probability for one in week.visits if one.reason != "random"} == {None}
    again = make(park_store, with_plan(explore_share=0.25))
    assert [one.premises_id for one in again.visits if one.reason == "random"] == [
        one.premises_id for one in drawn
    ]


def test_who_was_visited_lately_waits_and_who_waits_too_long_must_be_visited(
    park_store: Store,
) -> None:
    """Shortest and longest interval by inherent class."""
    some = [visit("v:1", "p:03", local(1, 9) - timedelta(days=5))]
    some += [visit("v:2", "p:07", local(1, 9) - timedelta(days=100))]
    week = make(fill(park_store, *some), with_plan(explore_share=0.05))
    if of(week, "p:03"):
        assert of(week, "p:03")[0].reason == "random"
    assert of(week, "p:07")[0].tier == "must"


@pytest.mark.parametrize("what", ["officers", "premises", "everything"])
def test_what_is_missing_is_said(store: Store, what: str) -> None:
    """A plan of nothing is a plan; its note says why."""
    if what == "officers":
        fill(store, *ground(), *firms())
    elif what == "premises":
        fill(store, *ground(), *officers("o:1"))
    week = make(store)
    assert week.visits == ()
    assert ("no_officers" in week.notes) == (what != "premises")
    assert ("no_premises" in week.notes) == (what != "officers")
    assert {one.reason for one in week.left_out} <= {"no_officers"}


def test_a_week_of_holidays_has_no_visits(park_store: Store) -> None:
    """Nobody works, and that is what is said."""
    days = tuple(f"2026-03-{day:02d}" for day in range(2, 9))
    week = make(park_store, replace(PARK, calendar=replace(PARK.calendar, days_off=days)))
    assert (week.visits, "nobody_works" in week.notes) == ((), True)
    assert len(week.left_out) == 12


def test_no_time_for_the_search_gives_a_plan_all_the_same(park_store: Store) -> None:
    """Zero seconds: the greedy one, and it says so."""
    week = make(park_store, seconds=0)
    assert "greedy" in week.notes
    assert len(week.visits) > 5
    assert faults(park_store, week) == []


def test_a_night_shift_crosses_midnight(park_store: Store) -> None:
    """From 22:00 to 06:00: visits of two days in one shift."""
    park = with_plan(shifts=("22:00-06:00",))
    week = make(park_store, park)
    assert faults(park_store, week, park) == []
    hours = {one.start.hour for one in week.visits}
    assert hours & {22, 23}
    assert hours & {0, 1, 2, 3, 4, 5}
    assert not hours & set(range(7, 22))


def test_who_is_away_visits_nobody(park_store: Store) -> None:
    """The absence cuts the shift; the rest of it is used."""
    away = planbook.Absence("o:1", local(2, 0), local(2, 15))
    week = make(park_store, absences=(away,))
    own = [one for one in week.visits if one.officer_id == "o:1"]
    assert own
    assert all(one.arrive >= local(2, 15) for one in own)
    assert faults(park_store, week) == []


def test_an_appointment_holds_15_minutes_either_side(park_store: Store) -> None:
    """The tier above all others; its window is in the plan."""
    agreed = planbook.Appointment("p:05", local(4, 10))
    week = make(park_store, appointments=(agreed,))
    (found,) = of(week, "p:05")
    assert abs(found.start - local(4, 10)) <= timedelta(minutes=15)
    assert found.window == (local(4, 9.75), local(4, 10.25))
    assert found.tier == "appointment"
    assert faults(park_store, week) == []


def test_an_appointment_outside_all_shifts_is_told(park_store: Store) -> None:
    """Sunday at 20:00 nobody works; the premises is visited by risk all the same."""
    week = make(park_store, appointments=(planbook.Appointment("p:05", local(8, 20)),))
    assert left(week, "p:05") == ["outside_shifts"]
    assert [one.tier for one in of(week, "p:05")] != ["appointment"]


def test_two_appointments_at_once_are_one_each_or_one_is_told(store: Store) -> None:
    """One officer cannot be in two places: the other appointment says clash."""
    fill(store, *ground(), *officers("o:1"), *firms())
    both = tuple(planbook.Appointment(one, local(3, 10)) for one in ("p:00", "p:11"))
    week = make(store, with_plan(crossing=1.0), appointments=both)
    kept = [one for name in ("p:00", "p:11") for one in of(week, name)]
    told = [one for one in week.left_out if one.tier == "appointment"]
    assert len(kept) == len(told) == 1
    assert told[0].reason == "clash"
    assert told[0].other_id == kept[0].candidate_id


def test_two_officers_come_to_one_appointment_together(park_store: Store) -> None:
    """Both have it in their day, at the same window."""
    agreed = planbook.Appointment("p:05", local(4, 10), ("o:1", "o:2"))
    week = make(park_store, appointments=(agreed,))
    assert {one.officer_id for one in of(week, "p:05")} == {"o:1", "o:2"}
    assert len({one.window for one in of(week, "p:05")}) == 1


def test_a_premises_that_is_nowhere_is_visited_and_said_to_be_guessed(park_store: Store) -> None:
    """At its host, else at another of the enterprise, else at the park's centre."""
    fill(park_store, Premises(id="p:90", enterprise_id="f:90", kind=PremisesKind.PLANT))
    week = make(fill(park_store, Enterprise(id="f:90")))
    (found,) = of(week, "p:90")
    assert (found.place_guessed, found.lon) == (True, None)
    assert "locate" in found.parts
    assert "guessed_places" in week.notes


def test_a_park_where_nothing_has_a_place_is_planned(store: Store) -> None:
    """Names and addresses only: every way is as long as any other."""
    bare = [
        replace(one, lon=None, lat=None) if isinstance(one, Premises) else one for one in firms()
    ]
    week = make(fill(store, Officer(id="o:1"), *bare))
    assert len(week.visits) == 12
    assert all(one.place_guessed for one in week.visits)


def test_closed_zones_leave_a_zone_without_officer_out(store: Store) -> None:
    """With crossing 0 nobody may go to the east; with 0.8 somebody does."""
    fill(store, *ground(), *officers("o:1"), *firms())
    park = with_plan(crossing=0.0, rotate_share=0.0)
    closed = make(store, park)
    east = [f"p:{i:02d}" for i in range(12) if i % 2]
    assert all(left(closed, one) == ["nobody_may"] for one in east if not of(closed, one))
    assert not any(of(closed, one) for one in east)
    assert any(of(make(store), one) for one in east)


def test_a_dwelling_is_in_a_plan_only_by_appointment(park_store: Store) -> None:
    """It is no unit of risk, and its visit is worth only what was asked."""
    home = Premises(
        id="p:95",
        enterprise_id="f:00",
        kind=PremisesKind.DORMITORY,
        lon=120.0,
        lat=30.5,
        people=900,
    )
    fill(park_store, home)
    week = make(park_store, with_plan(explore_share=0.5))
    assert not of(week, "p:95")
    assert not left(week, "p:95")
    agreed = (planbook.Appointment("p:95", local(3, 15)),)
    (found,) = of(make(park_store, appointments=agreed), "p:95")
    assert set(found.parts) == {"asked"}


def test_an_overdue_hazard_must_be_seen_again_until_it_is_closed(park_store: Store) -> None:
    """Its severity points are a part; the visit names it."""
    fill(park_store, hazard("h:1", "p:02"))
    week = make(park_store)
    (found,) = of(week, "p:02")
    assert (found.tier, found.reason) in {("must", "recheck"), ("must", "random")}
    assert found.source_ids == ("h:1",)
    assert found.parts["hazards"] == 2.0
    park_store.update("reports", "h:1", {"state": "closed"}, actor=CHIEF, at=SUNDAY_NOON)
    assert "hazards" not in of(make(park_store), "p:02")[0].parts


def test_a_major_hazard_that_somebody_told_of_must_be_seen(park_store: Store) -> None:
    """A hotline's word on a grave thing is reason enough, before it is due."""
    told = hazard("h:1", "p:02", 1, channel="hotline", severity=Severity.MAJOR)
    (found,) = of(make(fill(park_store, told)), "p:02")
    assert (found.tier, found.parts["hazards"]) == ("must", 4.0)


def test_an_issued_slip_must_be_verified(park_store: Store) -> None:
    """One under way asks for a visit; a draft does not."""
    slips = [
        Slip(id="slip:1", enterprise_id="f:04", month="2026-02", state="issued", due=local(9, 0)),
        Slip(id="slip:2", enterprise_id="f:06", month="2026-02", state="drawn"),
    ]
    week = make(fill(park_store, *slips))
    (found,) = of(week, "p:04")
    assert (found.tier, found.source_ids) == ("must", ("slip:1",))
    assert all(one.source_ids == () for one in of(week, "p:06"))


def test_an_accepted_order_is_an_appointment_and_a_wish_is_a_window(park_store: Store) -> None:
    """An agreed time holds; eight hours are eight hours; what is not accepted is optional."""
    fill(
        park_store,
        order("d:1", "f:01", window_from=local(3, 9)),
        order("d:2", "f:02", window_from=local(4, 13), window_to=local(4, 17), state="ordered"),
        order("d:3", "f:03", window_from=local(20, 9)),
    )
    week = make(park_store)
    (first,), (second,) = of(week, "p:01"), of(week, "p:02")
    assert abs(first.start - local(3, 9)) <= timedelta(minutes=15)
    assert first.tier == "appointment"
    assert local(4, 13) <= second.start <= local(4, 17)
    assert second.tier in {"optional", "drawn"}
    assert all("d:3" not in one.source_ids for one in of(week, "p:03"))


def test_where_officer_and_enterprise_cannot_be_told_apart_another_goes(park_store: Store) -> None:
    """What the frozen month of the index asks for: not the usual one, who loses nothing by it."""
    said = {"month": "2026-01", "notes": [], "propose_cross_visits": ["f:00"], "results": {}}
    park_store.keep_document(OUTPUT, "2026-01", 0, json.dumps(said), actor=CHIEF, at=SUNDAY_NOON)
    (found,) = of(make(park_store), "p:00")
    assert found.officer_id == "o:2"
    assert found.parts["learning"] == PARK.plan.cross_points


def test_who_looks_after_an_enterprise_loses_nothing_by_crossing(park_store: Store) -> None:
    """An enterprise with an officer of its own is that officer's zone."""
    own = Assignment(id="a:own", officer_id="o:1", enterprise_id="f:01")
    gathered = planbook.gather(
        fill(park_store, own), PARK, None, planbook.PlanRequest(MONDAY), at=SUNDAY_NOON
    )
    problem = gathered.problem
    there = problem.candidate["p:01"]
    worth = {one.officer_id: problem.worth(there, one) for one in problem.shifts}
    if not there.only:
        assert worth["o:1"] == there.prize > worth["o:2"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"officer_ids": ("o:9",)}, "no officer 'o:9'"),
        ({"absences": (planbook.Absence("o:9", local(2, 0), local(3, 0)),)}, "no officer 'o:9'"),
        ({"appointments": (planbook.Appointment("p:77", local(3, 9)),)}, "no premises 'p:77'"),
        ({"days": 0}, "Give 1 to 14"),
        ({"seconds": -1.0}, "0 s or more"),
    ],
)
def test_who_is_not_there_is_named(park_store: Store, asked: dict, message: str) -> None:
    """A slip of the pen is an error with a name, and nothing is kept."""
    with pytest.raises(InputError) as error:
        make(park_store, **asked)
    assert message in f"{error.value.message} {error.value.hint}"
    assert planbook.latest_week(park_store) is None


def test_an_enterprise_makes_no_plan(park_store: Store) -> None:
    """Nor confirms one."""
    firm = Actor("u", Role.ENTERPRISE, "http", enterprise_id="f:00")
    with pytest.raises(ForbiddenError):
        make(park_store, actor=firm)
    week = make(park_store)
    with pytest.raises(ForbiddenError):
        planbook.confirm(park_store, week.visits[0].id, actor=firm, now=SUNDAY_NOON)


def test_of_two_who_plan_at_once_one_is_refused(park_store: Store) -> None:
    """Nothing of the other's is lost."""
    make(park_store)
    kept = planbook.kept_plan(park_store, MONDAY.isoformat())
    other = replace(kept.plan, notes=("other",))
    keep(park_store, other, kept.basis, actor=CHIEF, at=SUNDAY_NOON)
    with pytest.raises(ConflictError):
        park_store.keep_document("plan", MONDAY.isoformat(), 1, "{}", actor=CHIEF, at=SUNDAY_NOON)
    assert planbook.latest_week(park_store) == other
    assert planbook.kept_plan(park_store, MONDAY.isoformat(), 0).plan == kept.plan


def test_there_is_no_plan_of_another_week(park_store: Store) -> None:
    """A day before and a week after: nothing; the officer's part is the officer's."""
    week = make(park_store)
    assert planbook.latest_week(park_store, MONDAY - timedelta(days=1)) is None
    assert planbook.latest_week(park_store, MONDAY + timedelta(days=7)) is None
    own = planbook.week_of_officer(park_store, "o:1", MONDAY + timedelta(days=6))
    assert own is not None
    assert own.visits == tuple(one for one in week.visits if one.officer_id == "o:1")
    with pytest.raises(NotFoundError):
        planbook.kept_plan(park_store, "2026-03-09")
