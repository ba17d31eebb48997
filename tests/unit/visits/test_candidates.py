"""Who may be visited: intervals, what was asked for, what the lot drew, who may not go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from geo_risk.records import VisitReason
from geo_risk.visits.candidates import MORE_OVERDUE, Ask, Candidates, Rules, make_candidates
from geo_risk.visits.lot import Drawn
from geo_risk.visits.prizes import ASKED, HAZARDS, LEARNING, Site, Worth
from geo_risk.visits.problem import Candidate, Shift, Tier

BY_CLASS = (1, 2, 3, 4)
RULES = Rules(
    min_days=dict.fromkeys(BY_CLASS, 30.0),
    max_days=dict.fromkeys(BY_CLASS, 100.0),
    service_s=dict.fromkeys(BY_CLASS, 1800),
)
SHIFTS = (Shift("o1.am", "o1", 8 * 3600, 12 * 3600), Shift("o2.am", "o2", 8 * 3600, 12 * 3600))
RESTED = 50.0


def make(sites: list[Site], rules: Rules = RULES, **given: Any) -> Candidates:
    return make_candidates(sites, [Worth(2.0, {"risk": 2.0})] * len(sites), rules, SHIFTS, **given)


def one(site: Site, **given: Any) -> Candidate:
    (found,) = make([site], **given).candidates
    return found


def rested(name: str = "p", days: float = RESTED, **given: Any) -> Site:
    return Site(premises_id=name, place=0, days_since=days, **given)


def slip(where: str = "p") -> Ask:
    return Ask(where, VisitReason.SLIP, Tier.MUST, "slip:1")


def agreed(hour: float, where: str = "p", *officers: str) -> Ask:
    at = int(hour * 3600)
    window = ((at - 900, at + 900),)
    return Ask(where, VisitReason.ORDER, Tier.APPOINTMENT, f"o:{hour}", 0.0, window, officers)


@pytest.mark.parametrize(
    ("days", "tier"),
    [(29.9, None), (30.0, Tier.OPTIONAL), (100.0, Tier.OPTIONAL), (100.1, Tier.MUST)],
)
def test_the_interval_decides_who_may_and_who_must(days: float, tier: Tier | None) -> None:
    """Before the shortest nobody comes, after the longest somebody must."""
    found = make([rested(days=days)]).candidates
    assert [candidate.tier for candidate in found] == ([] if tier is None else [tier])


def test_one_never_visited_waits_since_it_is_known() -> None:
    """A park that begins today owes nobody a visit; after a year of visits it does."""
    never = Site(premises_id="p", place=0, days_since=None)
    assert one(never).tier is Tier.OPTIONAL
    assert one(Site("p", place=0, days_since=None, known_days=200.0)).tier is Tier.MUST


def test_a_week_owes_no_more_than_it_can_and_says_so() -> None:
    """The latest first, in the measure of their own longest interval."""
    rules = Rules(RULES.min_days, {**RULES.max_days, 4: 50.0}, RULES.service_s, owed=1)
    sites = [rested("a", 120.0), rested("b", 110.0, inherent_class=4)]
    made = make(sites, rules)
    assert [c.tier for c in made.candidates] == [Tier.OPTIONAL, Tier.MUST]
    assert made.notes == (MORE_OVERDUE,)


def test_what_is_asked_for_does_not_wait() -> None:
    """A slip's verification comes before the shortest interval, with its points and its source."""
    made = make([rested(days=1.0)], asks=[slip()])
    (found,) = made.candidates
    assert (found.tier, found.reason) == (Tier.MUST, VisitReason.SLIP)
    assert found.parts == {"risk": 2.0, ASKED: RULES.asked_points}
    assert found.prize == 2.0 + RULES.asked_points
    assert made.source_ids == {"p": ("slip:1",)}


def in_zones(*zones: str) -> tuple[Shift, ...]:
    """Give one shift for each officer, o1 of the first zone and so on."""
    return tuple(
        Shift(f"o{k}.am", f"o{k}", 8 * 3600, 12 * 3600, zone_ids=(zone,))
        for k, zone in enumerate(zones, 1)
    )


def owed_in(zone: str, found: Candidates) -> int:
    return sum(one.tier == Tier.MUST and one.zone_id == zone for one in found.candidates)


@pytest.mark.parametrize(("late_in_b", "owed_a", "owed_b"), [(0, 2, 0), (1, 2, 1), (9, 2, 2)])
def test_nobodys_week_is_owed_where_nobody_ever_went(
    late_in_b: int, owed_a: int, owed_b: int
) -> None:
    """Of four owed each of two officers owes two, however late all of one zone is."""
    sites = [rested(f"a{k}", days=300.0 + k, zone_id="a") for k in range(9)]
    sites += [rested(f"b{k}", days=200.0, zone_id="b") for k in range(late_in_b)]
    rules = replace(RULES, owed=4)
    worths = [Worth(2.0)] * len(sites)
    found = make_candidates(sites, worths, rules, in_zones("a", "b"))
    assert (owed_in("a", found), owed_in("b", found)) == (owed_a, owed_b)
    assert found.notes == (MORE_OVERDUE,)


def test_what_the_lot_drew_counts_before_what_only_its_interval_owes() -> None:
    """Else a zone that is late would never be told of: its lot would not take place."""
    sites = [rested(f"a{k}", days=300.0, zone_id="a") for k in range(9)]
    sites += [rested(f"b{k}", zone_id="b") for k in range(3)]
    worths, shifts = [Worth(2.0)] * len(sites), in_zones("a", "b")
    drawn = {
        "a0": Drawn("a0", 0.1, "", "a"),
        "b0": Drawn("b0", 0.1, "o1", "b"),
        "b1": Drawn("b1", 0.1, "", "b"),
    }
    found = make_candidates(sites, worths, replace(RULES, owed=6), shifts, drawn=drawn)
    assert owed_in("a", found) == 1  # o1 owes three: two are the lot's
    more = make_candidates(sites, worths, replace(RULES, owed=6), shifts)
    assert owed_in("a", more) == 3


def test_overdue_hazards_of_one_premises_are_one_visit() -> None:
    """Their points add up; nothing else is paid for being asked."""
    asks = [Ask("p", VisitReason.RECHECK, Tier.MUST, f"h:{i}", points=4.0) for i in range(2)]
    found = one(rested(), asks=asks)
    assert found.parts == {"risk": 2.0, HAZARDS: 8.0}
    assert found.reason is VisitReason.RECHECK


def test_a_drawn_one_that_is_asked_for_is_random_once() -> None:
    """It keeps the higher tier, the lot's reason and probability, and the slip's id."""
    made = make([rested()], asks=[slip()], drawn={"p": Drawn("p", 0.2)})
    (found,) = made.candidates
    assert found.tier is Tier.MUST
    assert (found.reason, found.selection_probability) == (VisitReason.RANDOM, 0.2)
    assert made.source_ids["p"] == ("slip:1",)


def test_a_drawn_one_may_have_been_seen_yesterday() -> None:
    """Whoever is left out by habit would be missing in the prevalence."""
    found = one(rested(days=1.0), drawn={"p": Drawn("p", 0.2, "o2")})
    assert (found.tier, found.only) == (Tier.DRAWN, ("o2",))


def test_an_appointment_takes_the_rest_along_and_two_are_two_visits() -> None:
    """What has no time of its own is done at the agreed one."""
    made = make([rested()], asks=[agreed(9), agreed(11), slip()], drawn={"p": Drawn("p", 0.5)})
    first, second = made.candidates
    assert [first.id, second.id] == ["p", "p~2"]
    assert (first.windows, second.windows) == (agreed(9).windows, agreed(11).windows)
    assert made.source_ids == {"p": ("o:9", "slip:1"), "p~2": ("o:11",)}
    assert (first.selection_probability, second.selection_probability) == (0.5, None)


def test_an_appointment_outside_all_shifts_drags_nothing_down() -> None:
    """The slip is verified all the same; the appointment is told apart."""
    made = make([rested()], asks=[agreed(20), slip()])
    assert [(c.reason, c.windows) for c in made.candidates] == [
        (VisitReason.SLIP, ()),
        (VisitReason.ORDER, agreed(20).windows),
    ]


def test_two_officers_for_one_visit_come_together() -> None:
    """Two candidates of one time, each for one of them; what it brings counts once."""
    first, second = make([rested()], asks=[agreed(9, "p", "o1", "o2")]).candidates
    assert (first.only, second.only) == (("o1",), ("o2",))
    assert first.windows == second.windows
    assert second.parts == {ASKED: RULES.asked_points}


def test_another_looker_is_one_who_does_not_usually_come() -> None:
    """And is worth a little; where there is nobody else, nothing is asked for."""
    found = one(rested(), cross={"p": ("o1",)})
    assert (found.never, found.free_of_zones) == (("o1",), True)
    assert found.parts[LEARNING] == RULES.cross_points
    assert one(rested(), cross={"p": ("o1", "o2")}).never == ()


def test_a_dwelling_is_visited_only_where_asked_for() -> None:
    """Long unvisited is no reason: it is no unit of risk."""
    assert make([rested(days=900.0)], asked_only={"p"}).candidates == ()
    found = one(rested(days=900.0), asked_only={"p"}, asks=[agreed(9)])
    assert found.tier is Tier.APPOINTMENT


def test_opening_hours_are_windows_unless_a_time_was_agreed() -> None:
    """Who agreed to a time is there then."""
    hours = ((9 * 3600, 10 * 3600),)
    assert one(rested(), open_at={"p": hours}).windows == hours
    found = one(rested(), open_at={"p": hours}, asks=[agreed(11)])
    assert found.windows == agreed(11).windows


def test_an_ask_for_what_is_not_there_is_left_out() -> None:
    """A premises that closed is nobody's candidate."""
    assert make([], asks=[slip("gone")]).candidates == ()
