"""What of the records a month counts: one test per rule of docs/safety-index-rules.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from geo_risk.errors import InputError
from geo_risk.monthly.counted import sector_of
from geo_risk.monthly.gather import gather, is_empty
from geo_risk.records import Order, Report, Severity, Step, VisitOutcome, VisitReason
from geo_risk.safety_index import Coverage, Overdue, Share
from tests.unit.monthly.park_month import (
    MONTH,
    PARAMS,
    PARK,
    Memory,
    at,
    firm,
    fixed,
    found,
    hazard,
    month_of,
    own,
    place,
    said,
    visit,
)


@pytest.mark.parametrize("reason", list(VisitReason))
def test_only_routine_and_random_visits_are_counted(reason: VisitReason) -> None:
    """Visits that went because of something say nothing of how often it is found."""
    one = month_of(visit("v", "2026-10-02", reason=reason, found=found(1)))
    counted = reason in {VisitReason.ROUTINE, VisitReason.RANDOM}
    assert [some.found for some in one.visits] == ([(1, 0, 0)] if counted else [])
    assert one.months_since_visit == 0


@pytest.mark.parametrize("outcome", list(VisitOutcome))
def test_who_could_not_look_enters_neither_o_nor_e(outcome: VisitOutcome) -> None:
    """A shut gate is no visit that found nothing, and no visit at all since the one before."""
    looked = visit("v1", "2026-08-02")
    one = month_of(looked, visit("v2", "2026-10-02", outcome=outcome))
    done = outcome is VisitOutcome.DONE
    assert [some.id for some in one.visits] == (["v1", "v2"] if done else ["v1"])
    assert one.months_since_visit == (0 if done else 2)


def test_visits_count_for_24_months_and_never_from_later() -> None:
    """The window runs from the first of a month to the last day of the month, local time."""
    days = ["2024-10-31", "2024-11-01", "2026-10-31", "2026-11-01"]
    one = month_of(*(visit(f"v{n}", day) for n, day in enumerate(days)))
    assert [some.id for some in one.visits] == ["v1", "v2"]


def test_a_visit_at_local_midnight_belongs_to_the_local_month() -> None:
    """A month is cut in the park's time zone: 00:00 there is 16:00 UTC of the day before."""
    midnight = at("2026-11-01", 0)
    assert not month_of(visit("v", "2026-10-01", start=midnight)).visits
    assert month_of(visit("v", "2026-10-01", start=midnight - timedelta(minutes=1))).visits


def test_what_was_recorded_after_the_closing_goes_to_the_next_month() -> None:
    """Recorded on day 5: October's. Recorded on day 6: November's."""
    late = visit("v", "2026-10-20")
    for day, counted in (("2026-11-05", 1), ("2026-11-06", 0)):
        assert len(month_of(late, recorded={"v": at(day)}).visits) == counted
    assert len(month_of(late, recorded={"v": at("2026-11-06")}, month="2026-11").visits) == 1


def test_findings_come_from_reports_that_name_the_visit_or_from_its_own_counts() -> None:
    """A report that a visit found counts by its severity; void and merged ones do not."""
    reports = [
        hazard("a", "2026-10-02", visit_id="v", severity=Severity.MAJOR),
        hazard("b", "2026-10-02", visit_id="v"),
        hazard("c", "2026-10-02", visit_id="v", severity=None),
        hazard("d", "2026-10-02", visit_id="v", state="void"),
        hazard("f", "2026-10-02", visit_id="v", state="merged", duplicate_of="a"),
    ]
    (counted,) = month_of(visit("v", "2026-10-02"), *reports).visits
    assert counted.found == (1, 1, 1)
    (counted,) = month_of(visit("v", "2026-10-02", found=found(0, 2, 5)), *reports).visits
    assert counted.found == (0, 2, 5)


def test_effort_is_items_checked_of_standard_and_the_looker_is_the_team() -> None:
    """Without items the effort is 1; without a team its participants stand for it."""
    one = month_of(
        visit("v1", "2026-10-02", items_checked=18, items_standard=36),
        visit("v2", "2026-10-03", team="", participant_ids=("o2", "o1")),
    )
    assert [some.effort for some in one.visits] == [0.5, 1.0]
    assert [some.looker for some in one.visits] == ["A", "o1+o2"]


def test_a_hazard_reported_first_never_enters_what_officers_found() -> None:
    """An officer sees it a day later, within its due date: it is the enterprise's find."""
    first = own("s", "2026-10-01", category="k")
    seen = hazard("h", "2026-10-05", category="k", visit_id="v")
    (counted,) = month_of(visit("v", "2026-10-05"), first, seen).visits
    assert counted.found == (0, 0, 0)
    past_due = hazard("h", "2026-10-25", category="k", visit_id="v")
    (counted,) = month_of(visit("v", "2026-10-25"), first, past_due).visits
    assert counted.found == (0, 1, 0)


def test_a_report_of_what_an_officer_showed_that_day_is_no_self_report() -> None:
    """It must be said on a calendar day before anybody else first shows it."""
    seen = hazard("h", "2026-10-05", category="k", **fixed("2026-10-08"))
    told = own("s", "2026-10-05", category="k", **fixed("2026-10-08"))
    one = month_of(seen, told)
    assert one.shares["self_found"] == Share(0, 2)
    assert one.shares["timeliness"] == Share(1, 1)


def test_a_self_report_in_time_brings_points_timeliness_and_recurrence() -> None:
    """+s to x and n of self_found, +1 to x and n of the two others."""
    one = month_of(own("s", "2026-10-01", **fixed("2026-10-03")))
    assert one.shares["self_found"] == Share(2, 2)
    assert one.shares["timeliness"] == Share(1, 1)
    assert one.shares["recurrence"] == Share(1, 1)
    assert one.credited_points == 2


def test_self_found_grows_by_at_most_six_points_a_month() -> None:
    """Five general hazards are ten points; six are credited, and timeliness takes all five."""
    some = [own(f"s{n}", f"2026-10-0{n + 1}", **fixed("2026-10-09")) for n in range(5)]
    one = month_of(*some)
    assert one.shares["self_found"] == Share(6, 6)
    assert one.shares["timeliness"] == Share(5, 5)
    other = own("t", "2026-09-02", **fixed("2026-09-03"))
    assert month_of(*some, other).shares["self_found"] == Share(8, 8)


def test_the_same_place_and_kind_within_180_days_earns_no_credit() -> None:
    """Reporting never loses: timeliness and recurrence still count."""
    first = own("s1", "2026-06-01", category="k", **fixed("2026-06-02"))
    for day, points in (("2026-10-01", 2), ("2026-12-01", 4)):
        again = own("s2", day, category="k", **fixed(day[:8] + "03"))
        one = month_of(first, again, month=day[:7])
        assert one.shares["self_found"] == Share(points, points)
        assert one.shares["timeliness"] == Share(2, 2)


def test_a_self_report_that_is_overdue_weighs_less_and_is_no_failure() -> None:
    """Burden at a quarter, no failure of timeliness, no credit."""
    one = month_of(own("s", "2026-09-01"))
    assert [some.self_reported for some in one.overdue] == [True]
    assert one.shares["timeliness"] == Share(0, 0)
    assert one.shares["self_found"] == Share(0, 0)


def test_a_false_report_is_a_failure_and_stops_credit_for_90_days() -> None:
    """Void by the step of a recheck that found nothing; a void for another reason costs nothing."""
    false = own("f", "2026-08-01", state="void")
    step = Step(
        id="st",
        subject="reports",
        subject_id="f",
        action="void",
        code="false_report",
        at=at("2026-08-10"),
    )
    told = own("s", "2026-10-01", **fixed("2026-10-03"))
    one = month_of(false, step, told)
    assert one.shares["timeliness"] == Share(1, 2)
    assert one.shares["self_found"] == Share(0, 0)
    assert month_of(false, replace(step, code=""), told).shares["timeliness"] == Share(1, 1)
    later = own("s", "2026-11-20", **fixed("2026-11-21"))
    assert month_of(false, step, later, month="2026-11").shares["self_found"] == Share(2, 2)


def test_a_major_self_report_needs_interim_protection_for_its_credit() -> None:
    """Within 24 hours; rectified within them is as good."""
    major = {"severity": Severity.MAJOR}
    bare = own("s", "2026-10-01", **major, **fixed("2026-10-20"))
    assert month_of(bare).shares["self_found"] == Share(0, 0)
    safe = replace(bare, interim_at=at("2026-10-02", 8))
    assert month_of(safe).shares["self_found"] == Share(4, 4)


def test_officer_found_hazards_count_for_timeliness_by_their_due_date() -> None:
    """In time: 1 of 1; late or overdue: 0 of 1; open and not yet due: no case."""
    cases = [
        (fixed("2026-09-10"), Share(1, 1)),
        (fixed("2026-09-25"), Share(0, 1)),
        ({}, Share(0, 1)),
    ]
    for how, share in cases:
        assert month_of(hazard("h", "2026-09-01", **how)).shares["timeliness"] == share
    assert month_of(hazard("h", "2026-10-25")).shares["timeliness"] == Share(0, 0)


def test_an_extended_due_date_is_the_due_date() -> None:
    """One extension with interim protection costs nothing while it runs."""
    one = hazard("h", "2026-09-01", due=at("2026-11-10"), extended_at=at("2026-09-10"))
    assert month_of(one).overdue == ()
    assert month_of(one).shares["timeliness"] == Share(0, 0)


def test_found_again_within_180_days_is_no_lasting_repair() -> None:
    """Same place and kind; another kind, or a later day, does not count against it."""
    first = hazard("h1", "2026-03-01", category="k", **fixed("2026-03-10"))
    for day, category, lasting in (
        ("2026-08-01", "k", 0),
        ("2026-08-01", "j", 1),
        ("2026-10-01", "k", 1),
    ):
        again = hazard("h2", day, category=category)
        assert month_of(first, again).shares["recurrence"] == Share(lasting, 1)


def test_its_own_later_report_never_spoils_a_repair() -> None:
    """Reporting the same again first costs nothing."""
    first = hazard("h1", "2026-03-01", category="k", **fixed("2026-03-10"))
    again = own("s", "2026-05-01", category="k", **fixed("2026-05-02"))
    assert month_of(first, again).shares["recurrence"] == Share(2, 2)


def test_what_is_open_past_its_due_date_is_overdue_by_whole_days() -> None:
    """Due by the end of 16 October: 15 days at the end of the month; closing it later is later."""
    late = hazard("h", "2026-09-01", due=at("2026-10-17", 0))
    assert month_of(late).overdue == (Overdue("h", "general", 15),)
    assert month_of(late, month="2026-09").overdue == ()
    closed_later = hazard("h", "2026-09-01", due=at("2026-10-17", 0), **fixed("2026-11-02"))
    assert month_of(closed_later).overdue == (Overdue("h", "general", 15),)


def test_majors_overdue_and_without_interim_protection_are_named() -> None:
    """Both call for a slip at once; a protected or a rectified one does not."""
    major = {"severity": Severity.MAJOR}
    bare = hazard("a", "2026-10-20", **major)
    assert month_of(bare).interim_missing == ("a",)
    assert month_of(bare).major_overdue == ()
    assert month_of(replace(bare, interim_at=at("2026-10-20", 20))).interim_missing == ()
    assert month_of(replace(bare, **fixed("2026-10-25"))).interim_missing == ()
    old = hazard("b", "2026-08-01", interim_at=at("2026-08-01"), **major)
    assert month_of(old).major_overdue == ("b",)


def _told(record_id: str, day: str, **values: object) -> Report:
    return hazard(record_id, day, **{"severity": None, "category": "", **values})


def test_incidents_disputes_and_frauds_count_by_month_for_twelve_months() -> None:
    """Preventable kinds; disputes the enterprise did not bring; frauds that succeeded."""
    one = month_of(
        _told("f1", "2026-10-03", kind="fire"),
        _told("f2", "2025-10-31", kind="fire"),
        _told("d1", "2026-09-03", kind="dispute"),
        _told("d2", "2026-09-04", kind="dispute", channel="self_report"),
        _told("c1", "2025-11-03", kind="fraud", category="completed"),
        _told("c2", "2025-11-03", kind="fraud", category="attempt"),
    )
    counts = {name: [some.count for some in told] for name, told in one.monthly.items()}
    assert counts == {
        "incidents": [0] * 11 + [1],
        "disputes": [0] * 10 + [1, 0],
        "fraud_loss": [1] + [0] * 11,
    }
    assert {some.employees for some in one.monthly["incidents"]} == {110}


def test_settled_disputes_of_those_taken_up() -> None:
    """One only reported is not taken up; one given up is a case, and not an open one."""
    one = month_of(
        _told("a", "2026-09-01", kind="dispute", state="settled", closed_at=at("2026-09-09")),
        _told("b", "2026-09-01", kind="dispute", state="mediating"),
        _told("c", "2026-09-01", kind="dispute", state="not_settled"),
        _told("d", "2026-09-01", kind="dispute", state="reported"),
    )
    assert one.shares["resolution"] == Share(1, 3)
    assert one.open_disputes == 1


def test_employees_are_those_of_each_month() -> None:
    """A new head count counts from the month in which it was recorded."""
    grown = {"e": ((at("2026-01-01"), {"employees": 80}), (at("2026-09-10"), {"employees": 110}))}
    one = month_of(firm(), history=grown)
    assert [some.employees for some in one.monthly["incidents"]] == [80] * 10 + [110] * 2
    young = month_of(firm(valid_from=at("2026-08-15")))
    assert [some.employees for some in young.monthly["incidents"]] == [0] * 9 + [110] * 3


def test_declarations_count_verified_or_not_and_missing_ones_age() -> None:
    """A month in which nobody declared anything lets nothing age."""
    months = ("2026-05", "2026-06", "2026-08", "2026-10")
    others = [said("rules", month, verified_at=at(f"{month}-20")) for month in months]
    one = month_of(
        *others,
        said("guards", verified_at=at("2026-10-21"), verified_by="o"),
        said("training"),
        said("drills", "2026-06"),
        said("participation", "2026-08"),
    )
    assert one.coverage["guards"] == Coverage(3, 4)
    assert one.coverage["training"] == Coverage(3, 4, verified=False)
    assert one.coverage["drills"] == Coverage(missing=2)
    assert one.coverage["participation"] == Coverage(missing=1)
    assert one.coverage["outreach"] == Coverage(missing=4)


def test_services_are_those_the_station_delivered() -> None:
    """None ordered is neutral; an order that the station has not served says nothing."""
    assert month_of().coverage["services"] == Coverage(neutral=True)
    states = ("done", "done", "missed", "ordered")
    orders = [
        Order(id=f"o{n}", enterprise_id="e", service="s", ordered_at=at("2026-05-01"), state=state)
        for n, state in enumerate(states)
    ]
    assert month_of(*orders).coverage["services"] == Coverage(2, 3)


@pytest.mark.parametrize(
    ("scope", "values", "inside"),
    [
        ("above_scale", {"above_scale": True}, True),
        ("above_scale", {"key_listed": True}, False),
        ("key_list", {"key_listed": True}, True),
        ("all", {}, True),
    ],
)
def test_the_scope_is_the_park_files(scope: str, values: dict[str, bool], inside: bool) -> None:
    """Others get a score of their own."""
    park = replace(PARK, park=replace(PARK.park, scope=scope))  # type: ignore[arg-type]
    assert month_of(firm(**values), park=park).in_scope is inside


def test_the_scope_is_dated() -> None:
    """Above scale since 3 November: not in October's scope, in November's."""
    park = replace(PARK, park=replace(PARK.park, scope="above_scale"))
    history = {
        "e": ((at("2025-01-01"), {"above_scale": False}), (at("2026-11-03"), {"above_scale": True}))
    }
    for month, inside in (("2026-10", False), ("2026-11", True)):
        one = month_of(firm(above_scale=True), park=park, history=history, month=month)
        assert one.in_scope is inside


def _there(*records: object, month: str = MONTH) -> list[str]:
    books = Memory(*records)  # type: ignore[arg-type]
    return [one.id for one in gather(None, PARK, month, params=PARAMS, books=books)]  # type: ignore[arg-type]


def test_one_that_closes_is_in_its_last_month_and_out_from_the_next() -> None:
    """So is one whose premises have all ended; one that does not exist yet is not there."""
    closed = firm(valid_to=at("2026-09-15"))
    assert _there(closed, month="2026-09") == ["e"]
    assert _there(closed) == []
    left = place(valid_to=at("2026-09-15"))
    assert _there(firm(), left, month="2026-09") == ["e"]
    assert _there(firm(), left) == []
    assert _there(firm(valid_from=at("2026-11-02"))) == []


def test_one_that_moved_within_the_park_goes_on() -> None:
    """An address left and a new row: its visits at both places count."""
    rows = (place(valid_to=at("2026-09-15")), place("q", valid_from=at("2026-09-15")))
    one = month_of(
        *rows,
        visit("v1", "2026-09-01"),
        visit("v2", "2026-10-01", premises_id="q"),
    )
    assert [some.id for some in one.visits] == ["v1", "v2"]


def test_a_reopened_licence_of_the_same_legal_person_goes_on() -> None:
    """Same credit code: its visits come with it. Another code starts new."""
    code = "91990000YL0000047W"
    old = firm("a", credit_code=code, valid_to=at("2026-08-01"))
    seen = visit("v", "2026-07-01", enterprise_id="a", premises_id="")
    new = firm(credit_code=code, valid_from=at("2026-09-01"))
    assert [some.id for some in month_of(new, old, seen).visits] == ["v"]
    assert month_of(replace(new, credit_code=""), old, seen).visits == ()


def test_merged_enterprises_pool_their_visits_from_the_merger() -> None:
    """One closes and its premises name the other; the months before stay as they were."""
    gone = firm("a", valid_to=at("2026-09-20"))
    taken = place("q")
    history = {
        "q": (
            (at("2025-01-01"), {"enterprise_id": "a"}),
            (at("2026-09-20"), {"enterprise_id": "e"}),
        )
    }
    seen = visit("v", "2026-07-01", enterprise_id="a", premises_id="q")
    assert month_of(firm(), gone, taken, seen, history=history).visits
    assert not month_of(firm(), gone, taken, seen, history=history, month="2026-08").visits


def test_months_known_are_whole_months() -> None:
    """Since its first day; one that was there before anybody counted is not new."""
    assert month_of(firm(valid_from=at("2026-09-15"))).months_known == 1
    assert month_of(firm(valid_from=at("2026-09-01", 0))).months_known == 2
    assert month_of().months_known > 24
    assert month_of(recorded={"e": at("2026-10-10")}).months_known == 0


def test_an_objection_that_is_upheld_takes_its_report_out() -> None:
    """The revision is counted without it."""
    one = hazard("h", "2026-09-01")
    assert month_of(one).overdue
    assert month_of(one, without=["h"]).overdue == ()


def test_an_enterprise_without_anything_has_a_month() -> None:
    """No employees, no premises, no visits: neutral values, nothing that is not a number."""
    one = month_of(firm(employees=None))
    assert one.employees == 0
    assert one.months_since_visit is None
    assert set(one.shares.values()) == {Share(0, 0)}


def test_a_month_is_empty_when_nothing_was_told_of_it() -> None:
    """Declarations alone are data."""
    assert is_empty(None, PARK, MONTH, Memory(firm(), visit("v", "2026-09-01")))  # type: ignore[arg-type]
    assert not is_empty(None, PARK, MONTH, Memory(said("guards")))  # type: ignore[arg-type]


def test_a_month_must_be_one() -> None:
    """2026-13 is refused with what to write."""
    with pytest.raises(InputError, match="no month"):
        month_of(month="2026-13")


@pytest.mark.parametrize(
    ("industry", "sector"),
    [("C29 橡胶", "C"), ("C", "C"), ("C2911", "C"), ("Restaurant", "Restaurant"), ("", "")],
)
def test_the_sector_is_the_section_of_the_standard(industry: str, sector: str) -> None:
    """One letter of GB/T 4754, else the source's own words."""
    assert sector_of(industry) == sector
