"""A plan when the day changes: what was told stays, little moves, what is done has left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from geo_risk import planbook
from geo_risk.errors import ConflictError, InputError, NotFoundError
from geo_risk.planbook.keeping import Basis, keep
from geo_risk.records import Findings, Severity, Visit, VisitReason
from geo_risk.store import Store
from geo_risk.visits.lot import Drawn
from geo_risk.visits.week import WeekPlan
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
    local,
    make,
    of,
    officers,
    order,
    visit,
    with_plan,
)

SOME = with_plan(explore_share=0.2)


@pytest.fixture
def park_store(store: Store) -> Store:
    """Two officers, two zones, sixty premises: more than a week can hold."""
    return fill(store, *ground(), *officers("o:1", "o:2"), *firms(60))


def change(
    store: Store, what: planbook.Change | None = None, *, now: datetime = SUNDAY_NOON
) -> WeekPlan:
    return planbook.change(store, SOME, None, MONDAY, what, actor=CHIEF, now=now, seconds=0.1)


def moved(before: WeekPlan, after: WeekPlan) -> float:
    """Give the share of visits of before that are in another shift, or in none."""
    shift = {one.id: one.shift_id for one in after.visits}
    return sum(shift.get(one.id) != one.shift_id for one in before.visits) / len(before.visits)


def test_nothing_happened_and_nothing_moves(park_store: Store) -> None:
    """The same day, the same plan but for what fits better."""
    week = make(park_store, SOME)
    after = change(park_store)
    assert moved(week, after) <= 0.1
    assert faults(park_store, after, SOME) == []


def test_a_new_hazard_becomes_a_visit_and_little_else_changes(park_store: Store) -> None:
    """A hotline tells of a major hazard on Monday morning."""
    week = make(park_store, SOME)
    grave = hazard("h:1", "p:40", 0, channel="hotline", severity=Severity.MAJOR)
    park_store.put([grave], actor=CHIEF, at=local(2, 9))
    after = change(park_store)
    (found,) = of(after, "p:40")
    assert "h:1" in found.source_ids
    assert found.tier == "must"
    others = [one for one in week.visits if one.premises_id != "p:40"]
    shift = {one.id: one.shift_id for one in after.visits}
    assert sum(shift.get(one.id) != one.shift_id for one in others) <= 0.1 * len(others) + 1


def test_what_was_confirmed_is_never_moved(park_store: Store) -> None:
    """Whatever comes in: the same officer, the same second, and it says confirmed."""
    week = make(park_store, SOME)
    told = [one for one in week.visits if one.officer_id == "o:2"][2:9:3]
    for one in told:
        planbook.confirm(park_store, one.id, actor=CHIEF, now=SUNDAY_NOON)
    some = [
        hazard(f"h:{i}", f"p:{i:02d}", 0, channel="hotline", severity=Severity.MAJOR)
        for i in range(1, 40, 4)
    ]
    park_store.put(some, actor=CHIEF, at=SUNDAY_NOON)
    agreed = planbook.Appointment("p:03", told[0].start + timedelta(hours=1))
    away = planbook.Absence("o:1", local(3, 0), local(6, 0))
    after = change(park_store, planbook.Change((away,), (agreed,)))
    for one in told:
        (still,) = [v for v in after.visits if v.id == one.id]
        assert (still.officer_id, still.start, still.confirmed) == (one.officer_id, one.start, True)
        assert still.tier == one.tier
    again = make(park_store, SOME)
    kept = {one.id: (one.officer_id, one.start) for one in again.visits if one.confirmed}
    assert kept == {one.id: (one.officer_id, one.start) for one in told}


def test_a_confirmed_visit_of_who_falls_ill_is_told_not_given_to_another(
    park_store: Store,
) -> None:
    """The enterprise was told who comes: somebody must call it."""
    week = make(park_store, SOME)
    told = next(one for one in week.visits if one.officer_id == "o:1")
    planbook.confirm(park_store, told.id, actor=CHIEF, now=SUNDAY_NOON)
    ill = planbook.Absence("o:1", local(2, 0), local(9, 0))
    after = change(park_store, planbook.Change((ill,)))
    assert not [one for one in after.visits if one.officer_id == "o:1"]
    (left,) = [one for one in after.left_out if one.candidate_id == told.candidate_id]
    assert left.reason in {"outside_shifts", "nobody_may"}


def test_confirming_has_its_bounds(park_store: Store) -> None:
    """Twice is once; what is not there, or over, cannot be."""
    week = make(park_store, SOME)
    one = week.visits[0]
    first = planbook.confirm(park_store, one.id, actor=CHIEF, now=SUNDAY_NOON)
    assert planbook.confirm(park_store, one.id, actor=CHIEF, now=SUNDAY_NOON) == first
    with pytest.raises(NotFoundError):
        planbook.confirm(park_store, "2026-03-02.p:99", actor=CHIEF, now=SUNDAY_NOON)
    with pytest.raises(ConflictError):
        planbook.confirm(park_store, week.visits[1].id, actor=CHIEF, now=local(9, 0))
    with pytest.raises(NotFoundError):
        planbook.change(park_store, SOME, None, MONDAY - timedelta(7), actor=CHIEF, now=SUNDAY_NOON)


def test_what_is_done_has_left_and_the_day_goes_on_from_there(park_store: Store) -> None:
    """At noon the morning's visits are written down; nothing is planned in the past."""
    week = make(park_store, SOME)
    morning = [one for one in week.visits if one.end <= local(2, 12)]
    done = [visit(f"v:{i}", one.premises_id, one.start) for i, one in enumerate(morning[:-1])]
    fill(park_store, *done)
    after = change(park_store, now=local(2, 12.5))
    gone = {one.premises_id for one in done}
    assert gone
    drawn = {one.premises_id for one in after.visits if one.reason == "random"}
    assert not gone & ({one.premises_id for one in after.visits} - drawn)
    assert all(one.arrive >= local(2, 12.5) for one in after.visits)
    missed = morning[-1].premises_id
    assert of(after, missed) or any(one.premises_id == missed for one in after.left_out)


def test_a_visit_that_ran_long_pushes_only_its_officer(park_store: Store) -> None:
    """Busy until 16:00: the officer's next visit is later; the other's day is as it was."""
    week = make(park_store, SOME)
    long = planbook.Absence("o:1", local(2, 13.5), local(2, 16))
    after = change(park_store, planbook.Change((long,)), now=local(2, 12.5))
    own = [one for one in after.visits if one.officer_id == "o:1" and one.start < local(3, 0)]
    assert all(one.arrive >= local(2, 16) for one in own)
    before = {one.id: one.start for one in week.visits if one.officer_id == "o:2"}
    later = {one.id: one for one in after.visits if one.officer_id == "o:2"}
    ahead = [name for name, start in before.items() if start > local(2, 13.5)]
    assert sum(name in later for name in ahead) >= 0.9 * len(ahead)


def test_a_visit_under_way_is_not_torn_away(park_store: Store) -> None:
    """In its middle it stays, and the officer goes on from there."""
    week = make(park_store, SOME)
    here = next(one for one in week.visits if one.officer_id == "o:1" and one.order == 2)
    middle = here.start + (here.end - here.start) / 2
    after = change(park_store, now=middle)
    (still,) = [one for one in after.visits if one.id == here.id]
    assert (still.start, still.end) == (here.start, here.end)
    rest = [one for one in after.visits if one.officer_id == "o:1" and one.id != here.id]
    assert all(one.arrive >= here.end for one in rest)


def test_who_is_on_the_way_arrives_as_planned(park_store: Store) -> None:
    """Somebody else falls ill meanwhile: this day is as it was, made visits still unwritten."""
    week = make(park_store, SOME)
    mine = [one for one in week.visits if one.officer_id == "o:2" and one.start < local(2, 12)]
    now = mine[2].arrive - timedelta(seconds=1)
    assert mine[1].end <= now
    ill = planbook.Absence("o:1", local(2, 0), local(3, 0))
    after = change(park_store, planbook.Change((ill,)), now=now)
    before = {one.id: one.start for one in mine[2:]}
    later = {one.id: one.start for one in after.visits if one.officer_id == "o:2"}
    morning = {name for name, start in later.items() if start < local(2, 12)}
    assert later[mine[2].id] == mine[2].start
    assert morning - before.keys() or before.items() <= later.items()
    assert not {one.id for one in mine[:2]} & morning


def test_who_is_on_the_way_and_falls_ill_does_not_arrive(park_store: Store) -> None:
    """An absence that covers the visit ahead takes it off."""
    week = make(park_store, SOME)
    ahead = next(one for one in week.visits if one.officer_id == "o:2" and one.order == 3)
    now = ahead.arrive - timedelta(seconds=1)
    ill = planbook.Absence("o:2", now, local(3, 0))
    after = change(park_store, planbook.Change((ill,)), now=now)
    assert not [
        one for one in after.visits if one.officer_id == "o:2" and now <= one.start < local(3, 0)
    ]


def test_what_is_asked_for_again_is_nothing_new_but_a_graver_ask_is(park_store: Store) -> None:
    """What was left out stays so when nothing happens, and is a visit when a major is told of."""
    away = planbook.Absence("o:1", local(2, 0), local(6, 0))
    week = make(park_store, SOME, absences=(away,))
    left_out = next(one for one in week.left_out if one.tier == "optional")
    assert not of(change(park_store), left_out.premises_id)
    told = hazard("h:9", left_out.premises_id, 0, channel="hotline", severity=Severity.MAJOR)
    park_store.put([told], actor=CHIEF, at=SUNDAY_NOON)
    (found,) = of(change(park_store), left_out.premises_id)
    assert found.tier == "must"


def test_changes_add_up_over_the_week(park_store: Store) -> None:
    """Tuesday's absence is still known on Wednesday; every version can be read again."""
    make(park_store, SOME)
    away = planbook.Absence("o:1", local(5, 0), local(6, 0))
    change(park_store, planbook.Change((away,)))
    after = change(
        park_store, planbook.Change(appointments=(planbook.Appointment("p:07", local(4, 10)),))
    )
    assert not [one for one in after.visits if one.officer_id == "o:1" and one.start.day == 5]
    assert of(after, "p:07")[0].tier == "appointment"
    kept = planbook.kept_plan(park_store, MONDAY.isoformat())
    assert (kept.revision, len(kept.basis.request.absences)) == (2, 1)


def test_the_lot_of_a_week_stays_drawn(park_store: Store) -> None:
    """Made again on Wednesday, after visits: the same premises are random, no others."""
    make(park_store, SOME)
    drawn = planbook.kept_plan(park_store, MONDAY.isoformat()).basis.drawn
    fill(park_store, visit("v:1", "p:01", local(2, 9)))
    make(park_store, with_plan(explore_share=0.5), now=local(4, 8))
    assert planbook.kept_plan(park_store, MONDAY.isoformat()).basis.drawn == drawn


def test_next_week_does_not_ask_again_for_what_friday_will_do(park_store: Store) -> None:
    """Made on Friday at noon: what is planned for the afternoon is not planned once more."""
    week = make(park_store, SOME)
    friday = local(6, 12.25)
    ahead = {one.premises_id for one in week.visits if one.start > friday}
    assert ahead
    request = planbook.PlanRequest(MONDAY + timedelta(days=7))
    after = planbook.make_week(park_store, SOME, None, request, actor=CHIEF, now=friday)
    again = {one.premises_id for one in after.visits if one.reason != "random"}
    told = {one.premises_id for one in after.left_out if one.tier != "drawn"}
    assert not ahead & (again | told)
    assert again
    assert planbook.latest_week(park_store, MONDAY) == week


def written(store: Store, premises: str, **values: Any) -> Visit:
    """Write a visit down as the API does."""
    made, updates, _ = planbook.linked(store, SOME, visit("v:9", premises, local(3, 9), **values))
    store.apply([made], updates, actor=CHIEF, at=local(3, 10))
    return made


def test_a_visit_takes_reason_and_probability_from_the_plan(park_store: Store) -> None:
    """Whoever writes it down; the second visit of a drawn premises is not random again."""
    week = make(park_store, SOME)
    drawn = next(one for one in week.visits if one.reason == "random")
    made = written(park_store, drawn.premises_id)
    assert made.reason is VisitReason.RANDOM
    assert made.selection_probability == drawn.selection_probability
    again = visit("v:10", drawn.premises_id, local(4, 9))
    assert planbook.linked(park_store, SOME, again)[0].reason is not VisitReason.RANDOM


def test_nobody_types_a_probability(park_store: Store) -> None:
    """Nor calls a visit random that no lot drew; without a plan neither."""
    with pytest.raises(InputError, match="No lot"):
        planbook.linked(
            park_store, SOME, visit("v", "p:01", local(3, 9), reason=VisitReason.RANDOM)
        )
    week = make(park_store, SOME)
    drawn = {one.premises_id for one in planbook.newest(park_store, MONDAY).basis.drawn}
    plain = next(one for one in week.visits if one.premises_id not in drawn)
    with pytest.raises(InputError, match="No lot"):
        written(park_store, plain.premises_id, reason=VisitReason.RANDOM)
    with pytest.raises(InputError, match="plan says"):
        written(park_store, plain.premises_id, selection_probability=0.5)
    with pytest.raises(InputError, match="plan says"):
        written(park_store, min(drawn), selection_probability=0.123)


def test_another_reason_stays_what_it_is(park_store: Store) -> None:
    """Who went for a complaint went for a complaint; the lot's visit is still to be made."""
    week = make(park_store, SOME)
    drawn = next(one for one in week.visits if one.reason == "random")
    made = written(park_store, drawn.premises_id, reason=VisitReason.COMPLAINT)
    assert (made.reason, made.selection_probability) == (VisitReason.COMPLAINT, None)
    after = change(park_store, now=local(3, 10))
    still = [
        one for one in (*after.visits, *after.left_out) if one.premises_id == drawn.premises_id
    ]
    assert still


def test_a_visit_made_for_an_order_completes_it(park_store: Store) -> None:
    """And the next plan asks for nothing."""
    fill(park_store, order("d:1", "f:01", window_from=local(3, 9)))
    week = make(park_store, with_plan(explore_share=0.05))
    assert of(week, "p:01")[0].source_ids == ("d:1",)
    made = written(park_store, "p:01")
    assert made.reason in {VisitReason.ORDER, VisitReason.RANDOM}
    assert park_store.get("orders", "d:1", actor=CHIEF).record.state == "completed"
    assert not of(change(park_store, now=local(3, 10)), "p:01")


def test_prevalence_is_told_from_the_visits_by_lot(park_store: Store) -> None:
    """Hazards counted on the visit or by reports that name it; what was not visited is counted."""
    week = make(park_store, SOME)
    kept = planbook.kept_plan(park_store, MONDAY.isoformat())
    some = ("p:00", "p:02", "p:01", "p:03")
    zones = ("z:west", "z:west", "z:east", "z:east")
    lots = tuple(Drawn(name, 0.1, "", zone) for name, zone in zip(some, zones, strict=True))
    basis = Basis(kept.basis.request, lots, kept.basis.learned)
    keep(park_store, week, basis, actor=CHIEF, at=SUNDAY_NOON)
    given = {"reason": VisitReason.RANDOM, "selection_probability": 0.1}
    fill(
        park_store,
        visit("v:0", "p:00", local(3, 9), found=Findings(1, 0, 2), **given),
        visit("v:1", "p:02", local(3, 10), found=Findings(), **given),
        visit("v:2", "p:01", local(3, 11), **given),
        visit("v:3", "p:00", local(4, 11), found=Findings(9, 9, 9)),
        hazard("h:1", "p:01", 0, visit_id="v:2"),
    )
    park, east, west = planbook.prevalence(park_store, PARK, MONDAY, MONDAY)
    assert (park.visits, park.not_visited, east.not_visited) == (3, 1, 1)
    assert (west.hazards.value, east.hazards.value) == (1.5, 1.0)
    assert (west.with_major.value, east.with_major.value) == (0.5, 0.0)
    assert park.hazards.value == pytest.approx(4 / 3)
    assert (
        planbook.prevalence(park_store, PARK, MONDAY + timedelta(7), MONDAY + timedelta(9))[
            0
        ].visits
        == 0
    )


def test_visits_by_lot_of_a_file_are_told_too(park_store: Store) -> None:
    """Weeks without a plan: by the probability that stands on them, in the zone of that day."""
    given = {"reason": VisitReason.RANDOM, "selection_probability": 0.2}
    fill(
        park_store,
        visit("v:0", "p:00", local(3, 9), found=Findings(0, 0, 2), **given),
        visit("v:1", "p:01", local(3, 10), **given),
        visit("v:2", "p:02", local(3, 11), reason=VisitReason.RANDOM),
        visit("v:3", "p:03", local(20, 11), **given),
        hazard("h:1", "p:01", 0, visit_id="v:1", severity=Severity.MAJOR),
    )
    park, east, west = planbook.prevalence(park_store, PARK, MONDAY, MONDAY + timedelta(3))
    assert (park.visits, park.not_visited) == (2, 0)
    assert (east.zone_id, west.zone_id) == ("z:east", "z:west")
    assert (east.hazards.value, east.with_major.value) == (1.0, 1.0)
    assert (west.hazards.value, west.with_major.value) == (2.0, 0.0)
    make(park_store, SOME)
    assert planbook.prevalence(park_store, PARK, MONDAY, MONDAY)[0].not_visited > 0
