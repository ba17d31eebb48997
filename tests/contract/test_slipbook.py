"""Slips on both engines: drawn from records, one step at a time, numbers without gaps, links."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from geo_risk import slipbook
from geo_risk.errors import ConflictError, ForbiddenError, NotFoundError, StaleError
from geo_risk.park import Boundary, ParkFile, ParkSection
from geo_risk.records import Actor, Enterprise, Report, Role, Severity, Slip, Visit, VisitReason
from geo_risk.slips import Act
from geo_risk.store import Query, Store
from tests.contract.examples import DAY, KEEPER, NOW

PARK = ParkFile(
    Path("/nowhere/park.toml"),
    ParkSection("p", "样例", Boundary(Path("b.geojson"), "wgs84"), "EPSG:4549"),
)
CHIEF = Actor("u-chief", Role.CHIEF, "http")
OTHER = Actor("u-other", Role.CHIEF, "http")
OFFICER = Actor("u-officer", Role.OFFICER, "http")
OWN = Actor("u-own", Role.ENTERPRISE, "http", enterprise_id="list:1")
MONTH = "2026-02"


def _firm(number: int, *, above_scale: bool = True) -> Enterprise:
    return Enterprise(id=f"list:{number}", name=f"样例 {number}", above_scale=above_scale)


def _major(number: int, firm: int, channel: str = "visit") -> Report:
    at = NOW - 40 * DAY
    return Report(
        id=f"http:r{number}",
        kind="hazard",
        channel=channel,
        enterprise_id=f"list:{firm}",
        occurred_from=at,
        occurred_to=at,
        reported_at=at,
        interim_at=at,
        severity=Severity.MAJOR,
    )


def frozen_of(*firms: int) -> dict[str, object]:
    figures = {
        "slip": "routine",
        "slip_reasons": ["worst_two_months"],
        "deficits": {"overdue": 4_000_000, "drills": 1_000_000},
        "lifts": {"yellow": {"acts": ["close_overdue"]}},
    }
    return {"revision": 0, "results": {f"list:{one}": figures for one in firms}}


@pytest.fixture
def park_store(store: Store) -> Store:
    """Five enterprises: two with an overdue major, one only told of by a hotline, one small."""
    firms = [_firm(one) for one in (1, 2, 3, 5)]
    store.put([*firms, _firm(4, above_scale=False)], actor=KEEPER, at=NOW)
    store.put([_major(1, 1), _major(2, 2)], actor=OFFICER, at=NOW)
    store.put([_major(3, 3, "hotline"), _major(4, 4)], actor=KEEPER, at=NOW)
    return store


def _act(store: Store, slip_id: str, actor: Actor, action: str, **given: str) -> Slip:
    slipbook.act(store, PARK, slip_id, Act(action, **given), actor=actor, at=NOW)
    return store.get("slips", slip_id, actor=KEEPER).record


def _issue(store: Store, slip_id: str) -> Slip:
    _act(store, slip_id, OFFICER, "check")
    return _act(store, slip_id, CHIEF, "issue", text="逾期")


def test_drawing_twice_changes_nothing(park_store: Store) -> None:
    """Who is in scope and seen gets a draft once; a hotline's word alone asks for a visit."""
    made = slipbook.draw(park_store, PARK, MONTH, results=frozen_of(5, 2), actor=CHIEF, at=NOW)
    slips = {one.record.id: one.record for one in park_store.find(Query("slips"), actor=KEEPER)}
    assert sorted((one.enterprise_id, one.basis) for one in slips.values()) == [
        ("list:1", "at_once"),
        ("list:2", "at_once"),
        ("list:2", "routine"),
        ("list:5", "routine"),
    ]
    assert set(slips) == set(made.slip_ids)
    assert made.needs_visit == ("http:r3",)
    assert {one.state for one in slips.values()} == {"drawn"}
    again = slipbook.draw(
        park_store, PARK, MONTH, results=frozen_of(5, 2), actor=CHIEF, at=NOW + DAY
    )
    assert again.slip_ids == ()
    assert again.already == ("list:1", "list:2", "list:5")


def test_a_slip_says_what_was_so_when_it_was_drawn(park_store: Store) -> None:
    """Closing the hazard later changes the record, not what the slip says."""
    made = slipbook.draw(park_store, PARK, actor=CHIEF, at=NOW)
    said = slipbook.content_of(park_store, made.slip_ids[0])
    assert [one.id for one in said.items] == ["http:r1"]
    assert said.items[0].reasons == ("major_overdue",)
    park_store.update("reports", "http:r1", {"state": "closed"}, actor=OFFICER, at=NOW)
    assert slipbook.content_of(park_store, made.slip_ids[0]) == said


def test_one_that_has_left_is_reminded_of_nothing(park_store: Store) -> None:
    """Its hazards stay in casework; no slip is drawn for it, at once or by a frozen month."""
    park_store.update("enterprises", "list:1", {"valid_to": NOW - DAY}, actor=KEEPER, at=NOW)
    made = slipbook.draw(park_store, PARK, MONTH, results=frozen_of(1, 2), actor=CHIEF, at=NOW)
    slips = [one.record for one in park_store.find(Query("slips"), actor=KEEPER)]
    assert {one.enterprise_id for one in slips} == {"list:2"}
    assert len(made.slip_ids) == len(slips)
    assert park_store.get("reports", "http:r1", actor=KEEPER).record.state == "reported"


def test_a_report_from_the_future_asks_for_nothing_before_its_day(park_store: Store) -> None:
    """A file may bring one: it is kept as it came, and no slip is drawn until it is overdue."""
    ahead = replace(_major(9, 5), reported_at=NOW + 5 * DAY, interim_at=None)
    park_store.put([ahead], actor=OFFICER, at=NOW)
    now = slipbook.draw(park_store, PARK, actor=CHIEF, at=NOW)
    assert not [one for one in now.slip_ids if "list-5" in one]
    later = slipbook.draw(park_store, PARK, actor=CHIEF, at=NOW + 60 * DAY)
    assert [one for one in later.slip_ids if "list-5" in one]


def test_a_withheld_slip_stays_and_is_not_drawn_again(park_store: Store) -> None:
    """Of the same month; and a month that is not frozen has none."""
    made = slipbook.draw(park_store, PARK, MONTH, results=frozen_of(5), actor=CHIEF, at=NOW)
    routine = next(one for one in made.slip_ids if "routine" in one)
    assert _act(park_store, routine, CHIEF, "withhold", text="本周停产").state == "withheld"
    again = slipbook.draw(park_store, PARK, MONTH, results=frozen_of(5), actor=CHIEF, at=NOW + DAY)
    assert again.slip_ids == ()
    with pytest.raises(NotFoundError, match="not published"):
        slipbook.draw(park_store, PARK, "2026-01", actor=CHIEF, at=NOW)
    with pytest.raises(ForbiddenError):
        slipbook.draw(park_store, PARK, actor=OFFICER, at=NOW)


def test_numbers_have_no_gap_whoever_is_refused(park_store: Store) -> None:
    """Eight people issue two slips at once: two succeed, with the numbers 1 and 2."""
    made = slipbook.draw(park_store, PARK, actor=CHIEF, at=NOW)
    for one in made.slip_ids:
        _act(park_store, one, OFFICER, "check")

    def issue(number: int) -> bool:
        try:
            _act(park_store, made.slip_ids[number % 2], CHIEF, "issue", text="逾期")
        except (ConflictError, StaleError):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(issue, range(8))) == 2
    slips = [one.record for one in park_store.find(Query("slips"), actor=KEEPER)]
    assert sorted(one.slip_no for one in slips) == ["安提〔2026〕1号", "安提〔2026〕2号"]


def test_the_year_of_a_number_is_the_year_of_the_issue(park_store: Store) -> None:
    """Checked after New Year by one clock, issued by one that is behind it."""
    slip_id = slipbook.draw(park_store, PARK, actor=CHIEF, at=NOW).slip_ids[0]
    in_january = NOW.replace(year=NOW.year + 1, month=1)
    slipbook.act(park_store, PARK, slip_id, Act("check"), actor=OFFICER, at=in_january)
    issued = _act(park_store, slip_id, CHIEF, "issue", text="逾期")
    assert (issued.decided_at, issued.slip_no) == (in_january, "安提〔2027〕1号")


def test_issuing_asks_for_a_visit_until_it_is_verified(park_store: Store) -> None:
    """The plan reads the visit at once; after the verification it is gone."""
    slip_id = slipbook.draw(park_store, PARK, actor=CHIEF, at=NOW).slip_ids[0]
    assert slipbook.must_visits(park_store) == []
    issued = _issue(park_store, slip_id)
    (asked,) = slipbook.must_visits(park_store)
    assert (asked.enterprise_id, asked.slip_id, asked.due) == ("list:1", slip_id, issued.due)
    visit = Visit(id="http:v1", enterprise_id="list:1", start=NOW, reason=VisitReason.SLIP)
    park_store.put([visit], actor=OFFICER, at=NOW)
    with pytest.raises(ConflictError, match="still open"):
        _act(park_store, slip_id, OFFICER, "verify", code="fixed", other_id="http:v1")
    park_store.update("reports", "http:r1", {"state": "closed"}, actor=OFFICER, at=NOW)
    closed = _act(park_store, slip_id, OFFICER, "verify", code="fixed", other_id="http:v1")
    assert (closed.state, closed.visit_id) == ("closed", "http:v1")
    assert slipbook.must_visits(park_store) == []
    assert [one.action for one in slipbook.steps_of(park_store, slip_id)] == [
        "draw",
        "check",
        "issue",
        "plan_visit",
        "verify",
    ]


def test_who_found_it_does_not_decide_the_objection(park_store: Store) -> None:
    """The finding is whoever entered the hazard, in the store's own events."""
    park_store.put([_major(9, 5)], actor=CHIEF, at=NOW)
    made = slipbook.draw(park_store, PARK, actor=CHIEF, at=NOW)
    slip_id = next(one for one in made.slip_ids if "list-5" in one)
    slip = _issue(park_store, slip_id)
    assert slipbook.finders_of(park_store, slip) == {"u-chief"}
    own = Actor("u-5", Role.ENTERPRISE, "http", enterprise_id="list:5")
    _act(park_store, slip_id, own, "object", text="不是我们的")
    with pytest.raises(ForbiddenError, match="did not make"):
        _act(park_store, slip_id, CHIEF, "decide_objection", code="upheld", text="是")
    done = _act(park_store, slip_id, OTHER, "decide_objection", code="upheld", text="是")
    assert done.state == "withdrawn"


def test_an_enterprise_sees_its_own_once_it_is_issued(park_store: Store) -> None:
    """A draft, a withheld one and another's are not there."""
    first, second = slipbook.draw(park_store, PARK, actor=CHIEF, at=NOW).slip_ids
    for one in (first, second):
        with pytest.raises(NotFoundError):
            slipbook.visible_slip(park_store, one, OWN)
    _issue(park_store, first)
    _issue(park_store, second)
    assert slipbook.visible_slip(park_store, first, OWN).record.id == first
    with pytest.raises(NotFoundError):
        slipbook.act(park_store, PARK, second, Act("receive"), actor=OWN, at=NOW)


def test_a_changed_slip_refuses_who_read_it_before(park_store: Store) -> None:
    """Two people at once: one gets 412 and loses nothing."""
    slip_id = slipbook.draw(park_store, PARK, actor=CHIEF, at=NOW).slip_ids[0]
    etag = park_store.get("slips", slip_id, actor=KEEPER).etag
    check = Act("check")
    slipbook.act(park_store, PARK, slip_id, check, actor=OFFICER, at=NOW, if_match=etag)
    with pytest.raises(StaleError):
        slipbook.act(park_store, PARK, slip_id, check, actor=CHIEF, at=NOW, if_match=etag)


def test_a_link_opens_one_slip_and_keeps_no_secret(park_store: Store) -> None:
    """Known by its hash, until it expires; acting by it is acting as that enterprise only."""
    slip_id = slipbook.draw(park_store, PARK, actor=CHIEF, at=NOW).slip_ids[0]
    draft = park_store.get("slips", slip_id, actor=KEEPER).record
    with pytest.raises(ConflictError, match="Issue it first"):
        slipbook.make_link(park_store, draft, "s" * 32, at=NOW)
    expires = slipbook.make_link(park_store, _issue(park_store, slip_id), "s" * 32, at=NOW)
    opened = slipbook.open_link(park_store, "s" * 32, now=NOW)
    assert opened.slip.record.id == slip_id
    assert (opened.actor.role, opened.actor.enterprise_id) == (Role.ENTERPRISE, "list:1")
    assert "s" * 32 not in repr(opened.link)
    late = expires + timedelta(seconds=1)
    assert slipbook.open_link(park_store, "s" * 32, now=late) is None
    assert slipbook.open_link(park_store, "t" * 32, now=NOW) is None
