"""A visit that the chief moves: it is where it was wanted, what it costs is told before, or not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from geo_risk import planbook
from geo_risk.errors import ConflictError
from geo_risk.park import ParkFile
from geo_risk.planbook import Change, Changed, Move
from geo_risk.records import Premises
from geo_risk.store import Store
from geo_risk.visits.week import PlannedVisit, WeekPlan, week_text
from tests.contract.planbook_park import (
    CHIEF,
    MONDAY,
    SUNDAY_NOON,
    faults,
    fill,
    firms,
    ground,
    local,
    make,
    of,
    officers,
    with_plan,
)

SOME = with_plan(explore_share=0.2)
LATE = timedelta(minutes=2 * SOME.plan.appointment_minutes)


@pytest.fixture
def park_store(store: Store) -> Store:
    """Two officers, two zones, sixty premises: more than a week can hold."""
    return fill(store, *ground(), *officers("o:1", "o:2"), *firms(60))


def preview(store: Store, *moves: Move, park: ParkFile = SOME) -> Changed:
    what = Change(moves=moves)
    return planbook.preview(store, park, None, MONDAY, what, actor=CHIEF, now=SUNDAY_NOON)


def save(store: Store, *moves: Move) -> WeekPlan:
    what = Change(moves=moves)
    return planbook.change(store, SOME, None, MONDAY, what, actor=CHIEF, now=SUNDAY_NOON)


def some_visit(week: WeekPlan, officer: str = "o:1") -> PlannedVisit:
    """Give an officer's visit that anybody may make: no lot named who goes."""
    return next(
        one
        for one in week.visits
        if one.officer_id == officer and one.selection_probability is None
    )


def test_a_visit_goes_where_it_is_wanted(park_store: Store) -> None:
    """Another day, another officer: it begins at the time said, or as soon after as can be."""
    week = make(park_store, SOME)
    visit = some_visit(week)
    at = local(5, 10)
    after = save(park_store, Move(visit.candidate_id, "o:2", at))
    (moved,) = of(after, visit.premises_id)
    assert moved.officer_id == "o:2"
    assert at <= moved.start <= at + LATE
    assert moved.id == visit.id
    assert faults(park_store, after, SOME) == []


def test_what_the_preview_says_is_what_is_kept(park_store: Store) -> None:
    """To the last digit; and the preview keeps nothing."""
    week = make(park_store, SOME)
    move = Move(some_visit(week).candidate_id, "o:2", local(4, 9.5))
    said = preview(park_store, move)
    assert said.refused is None
    assert planbook.kept_plan(park_store, MONDAY.isoformat()).plan == said.before == week
    assert week_text(save(park_store, move)) == week_text(said.after)


def test_a_full_shift_makes_room_by_what_is_worth_least(park_store: Store) -> None:
    """Nothing that must be made makes way, and what does is not worth more than what stays."""
    week = make(park_store, SOME)
    visit = some_visit(week, "o:2")
    target = some_visit(week, "o:1")
    said = preview(park_store, Move(visit.candidate_id, "o:1", target.start))
    assert said.refused is None
    gone = {one.id: one for one in said.before.visits}
    for one in said.after.visits:
        gone.pop(one.id, None)
    assert all(one.tier in {"optional", "drawn"} for one in gone.values())
    assert faults(park_store, said.after, SOME) == []


def test_another_zones_officer_brings_less(park_store: Store) -> None:
    """The price of crossing is in what the plan covers: it is seen before it is paid."""
    week = make(park_store, SOME)
    own = some_visit(week)
    said = preview(park_store, Move(own.candidate_id, "o:2", local(6, 16)))
    assert said.refused is None
    assert said.after.covered != said.before.covered


def test_a_time_that_was_told_never_moves(park_store: Store) -> None:
    """The chief would have to tell the enterprise first."""
    week = make(park_store, SOME)
    visit = some_visit(week)
    planbook.confirm(park_store, visit.id, actor=CHIEF, now=SUNDAY_NOON)
    move = Move(visit.candidate_id, "o:1", local(6, 10))
    said = preview(park_store, move)
    assert said.refused is not None
    assert said.refused.code == "told"
    assert said.after == said.before
    with pytest.raises(ConflictError, match="told"):
        save(park_store, move)


def test_a_told_visit_does_not_make_way(park_store: Store) -> None:
    """A visit wanted at the very time of another that was told: there is no room."""
    week = make(park_store, SOME)
    told, other = some_visit(week, "o:1"), some_visit(week, "o:2")
    planbook.confirm(park_store, told.id, actor=CHIEF, now=SUNDAY_NOON)
    said = preview(park_store, Move(other.candidate_id, "o:1", told.start))
    where = {one.id: one.start for one in said.after.visits}
    assert where[told.id] == told.start
    assert said.refused is None or said.refused.code in {"clash", "worth_less"}


@pytest.mark.parametrize(
    ("hour", "code"), [(2, "outside_shifts"), (12.1, "outside_shifts"), (23, "outside_shifts")]
)
def test_outside_of_anybodys_hours_is_refused(park_store: Store, hour: float, code: str) -> None:
    """At night and at lunch nobody works; the reason is one that pages have words for."""
    week = make(park_store, SOME)
    said = preview(park_store, Move(some_visit(week).candidate_id, "o:1", local(4, hour)))
    assert said.refused is not None
    assert said.refused.code == code


def test_a_closed_gate_is_refused(store: Store) -> None:
    """Who opens in the afternoon is not visited in the morning."""
    some = [
        one
        if not isinstance(one, Premises)
        else Premises(**{**vars(one), "opening_hours": "14:00-17:00"})
        for one in firms(12)
    ]
    fill(store, *ground(), *officers("o:1", "o:2"), *some)
    week = make(store, SOME)
    said = preview(store, Move(some_visit(week).candidate_id, "o:1", local(4, 9)))
    assert said.refused is not None
    assert said.refused.code == "never_open"


@pytest.mark.parametrize(
    ("who", "at", "code"),
    [("o:9", local(4, 9), "no_officer"), ("o:1", SUNDAY_NOON - timedelta(hours=1), "over")],
)
def test_nobody_and_yesterday_are_refused(
    park_store: Store, who: str, at: object, code: str
) -> None:
    """As is a visit that the plan does not hold."""
    week = make(park_store, SOME)
    said = preview(park_store, Move(some_visit(week).candidate_id, who, at))  # type: ignore[arg-type]
    assert said.refused is not None
    assert said.refused.code == code
    gone = preview(park_store, Move("p:none", "o:1", local(4, 9)))
    assert gone.refused is not None
    assert gone.refused.code == "gone"


def test_a_move_holds_when_the_plan_is_changed_again(park_store: Store) -> None:
    """Somebody reports something else: what the chief wanted is still there."""
    week = make(park_store, SOME)
    visit = some_visit(week)
    at = local(5, 15)
    save(park_store, Move(visit.candidate_id, "o:2", at))
    again = planbook.change(
        park_store, SOME, None, MONDAY, actor=CHIEF, now=SUNDAY_NOON, seconds=0.1
    )
    (there,) = of(again, visit.premises_id)
    assert there.officer_id == "o:2"
    assert at <= there.start <= at + LATE
    twice = save(park_store, Move(visit.candidate_id, "o:1", local(3, 9)))
    (last,) = of(twice, visit.premises_id)
    assert (last.officer_id, last.start.date()) == ("o:1", local(3, 9).date())


def test_a_change_is_taken_back_for_a_moment(park_store: Store) -> None:
    """Then the plan is as it was; later, or when something came after, it stays."""
    week = make(park_store, SOME)
    move = Move(some_visit(week).candidate_id, "o:2", local(5, 10))
    save(park_store, move)
    soon, late = SUNDAY_NOON + timedelta(seconds=9), SUNDAY_NOON + timedelta(seconds=20)
    with pytest.raises(ConflictError):
        planbook.take_back(park_store, MONDAY, 1, actor=CHIEF, now=late)
    with pytest.raises(ConflictError):
        planbook.take_back(park_store, MONDAY, 0, actor=CHIEF, now=soon)
    back = planbook.take_back(park_store, MONDAY, 1, actor=CHIEF, now=soon)
    assert back.visits == week.visits
    kept = planbook.kept_plan(park_store, MONDAY.isoformat())
    assert (kept.revision, kept.basis.request.moves) == (2, ())
