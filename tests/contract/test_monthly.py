"""Months frozen in the store, on both engines: same bytes, revisions, weights, what was known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from geo_risk import monthly
from geo_risk.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from geo_risk.monthly.freeze import KINDS, REFERENCE
from geo_risk.records import Actor, Findings, Role, Visit
from geo_risk.safety_index import IndexParams
from geo_risk.store import SourceRun, Store
from tests.contract.examples import KEEPER
from tests.unit.monthly.park_month import PARAMS, PARK, firm, hazard, place, visit

CHIEF = Actor("u-1", Role.CHIEF, "http", station_id="s:1")
OTHER = Actor("u-2", Role.CHIEF, "http", station_id="s:2")
OFFICER = Actor("u-3", Role.OFFICER, "http")
THEN = datetime(2024, 6, 1, tzinfo=UTC)
CLOSED = datetime(2026, 11, 6, 1, tzinfo=UTC)
RUN = SourceRun("files", "d", {})


def _visits(many: int) -> list[Visit]:
    return [
        visit(
            f"v{n:03d}",
            f"2026-{1 + n % 10:02d}-{1 + n % 27:02d}",
            enterprise_id=f"e{n % 30:02d}",
            premises_id="",
            team="AB"[n % 2 if n % 7 else 0],
            found=Findings(n % 17 == 0, n % 5 == 0, n % 3),
        )
        for n in range(many)
    ]


def _fill(store: Store, *more: object) -> None:
    firms = [firm(f"e{n:02d}", industry="C29") for n in range(30)]
    records = [*firms, place("p", enterprise_id="e00"), *_visits(240), *more]
    store.put(records, actor=KEEPER, at=THEN, run=RUN)  # type: ignore[arg-type]


def test_a_month_frozen_twice_is_the_same_bytes(store: Store) -> None:
    """Digest and body; and the digest is the SHA-256 of canonical JSON."""
    _fill(store)
    first = monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED)
    again = monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED)
    assert first == again
    assert set(first) == set(KINDS)
    for one in first.values():
        assert hashlib.sha256(one.body.encode()).hexdigest() == one.digest
        assert monthly.canonical(json.loads(one.body)) == one.body
    said = monthly.results(store, "2026-10")
    for result in said["results"].values():
        assert result["micro"] == sum(result["parts"].values())
        assert sum(result["deficits"].values()) == sum(result["most"].values()) - result["micro"]


def test_tellings_are_the_events_with_their_changes_unopened(store: Store) -> None:
    """Of a collection, in the order of commits, nothing left out."""
    _fill(store)
    store.update("visits", "v000", {"team": "B"}, actor=KEEPER, at=CLOSED)
    store.delete("visits", "v001", actor=KEEPER, at=CLOSED)
    events = store.events("visits")
    assert {one.action for one in events} == {"created", "changed", "deleted"}
    opened = [(*one[:4], json.loads(one.changes)) for one in store.tellings("visits")]
    assert opened == [
        (one.record_id, one.at, one.action, one.source, one.changes) for one in events
    ]


def test_publishing_again_under_other_numbers_is_a_conflict(store: Store) -> None:
    """What was frozen stays: the month keeps its bytes, and who asks is told."""
    _fill(store)
    first = monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED)
    section = PARK.safety_index
    colours = replace(section.colours, cuts=(90.0, 70.0, 60.0))
    other = replace(PARK, safety_index=replace(section, colours=colours))
    with pytest.raises(ConflictError):
        monthly.freeze(store, other, "2026-10", actor=KEEPER, at=CLOSED)
    assert monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED) == first


def test_what_is_recorded_after_the_closing_changes_no_frozen_month(store: Store) -> None:
    """A late visit, and a change of a known report, belong to the next month."""
    _fill(store, hazard("h", "2026-09-01", enterprise_id="e00"))
    first = monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED)
    late = replace(_visits(1)[0], id="late")
    store.put([late], actor=KEEPER, at=datetime(2026, 11, 7, tzinfo=UTC))
    changes = {"state": "void"}
    store.update("reports", "h", changes, actor=KEEPER, at=datetime(2026, 11, 8, tzinfo=UTC))
    assert monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED) == first
    after = monthly.gather(store, PARK, "2026-11", params=PARAMS)
    assert "late" in {some.id for one in after for some in one.visits}
    before = monthly.gather(store, PARK, "2026-10", params=PARAMS)
    assert [len(one.overdue) for one in before if one.id == "e00"] == [1]
    assert [len(one.overdue) for one in after if one.id == "e00"] == [0]


def test_a_month_is_frozen_after_it_closes_and_in_order(store: Store) -> None:
    """Not before the end of day 5; not an earlier one after a later; not one without data."""
    _fill(store)
    early = datetime(2026, 11, 5, 15, 59, tzinfo=UTC)
    with pytest.raises(ConflictError, match="closes on 2026-11-06 00:00"):
        monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=early)
    monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED)
    with pytest.raises(ConflictError, match="2026-10 is frozen already"):
        monthly.freeze(store, PARK, "2026-09", actor=KEEPER, at=CLOSED)
    december = datetime(2027, 1, 7, tzinfo=UTC)
    with pytest.raises(ConflictError, match="Nothing was recorded of 2026-12"):
        monthly.freeze(store, PARK, "2026-12", actor=KEEPER, at=december)
    with pytest.raises(NotFoundError):
        monthly.results(store, "2026-09")


def test_a_preview_keeps_nothing(store: Store) -> None:
    """The running month can be looked at; one that has not begun cannot."""
    _fill(store)
    now = datetime(2026, 10, 15, tzinfo=UTC)
    shown = monthly.preview(store, PARK, "2026-10", now=now)
    assert len(shown.month.results) == 30
    assert monthly.frozen_months(store) == []
    with pytest.raises(NotFoundError, match="has not begun"):
        monthly.preview(store, PARK, "2026-11", now=now)


def test_an_upheld_objection_revises_the_month_and_later_ones(store: Store) -> None:
    """Revision 1 without the report; revision 0 stays readable; publishing again is revision 1."""
    _fill(store, hazard("h", "2026-08-01", enterprise_id="e00"))
    monthly.freeze(store, PARK, "2026-09", actor=KEEPER, at=CLOSED)
    monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED)
    revised = monthly.revise(store, PARK, "2026-09", ["h"], actor=CHIEF, at=CLOSED)
    assert [one["index.output"].revision for one in revised] == [1, 1]
    for month in ("2026-09", "2026-10"):
        old, new = (monthly.results(store, month, one)["results"]["e00"] for one in (0, 1))
        assert old["parts"]["overdue"] < new["parts"]["overdue"]
        assert monthly.results(store, month)["revision"] == 1
    again = monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED)
    assert again == revised[1]
    with pytest.raises(NotFoundError):
        monthly.revise(store, PARK, "2026-08", ["h"], actor=CHIEF, at=CLOSED)


def test_colours_go_on_from_the_frozen_month_before(store: Store) -> None:
    """The second month's state is what the first one's leads to."""
    _fill(store)
    monthly.freeze(store, PARK, "2026-09", actor=KEEPER, at=CLOSED)
    monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED)
    first, second = (monthly.results(store, one)["results"] for one in ("2026-09", "2026-10"))
    ranked = [one for one in first if first[one]["ranked"] and second[one]["ranked"]]
    assert ranked
    for one in ranked:
        moved = second[one]["state"] != first[one]["state"]
        assert not moved or first[one]["wants"]


def test_no_looker_is_in_what_a_month_says(store: Store) -> None:
    """The reference is frozen with the lookers' effects; the output knows none of them."""
    _fill(store)
    kept = monthly.freeze(store, PARK, "2026-10", actor=KEEPER, at=CLOSED)
    assert '"looker":{"A":' in kept[REFERENCE].body
    assert "looker" not in kept["index.output"].body


def test_weights_need_two_persons_and_hold_from_the_next_month(store: Store) -> None:
    """A draft changes nothing, nor does one signature; the month that has begun keeps its own."""
    weights = {**IndexParams().weights, "guards": 3.0, "rules": 5.0}
    with pytest.raises(InputError, match="sum to"):
        monthly.draft(store, PARK, {**weights, "rules": 9.0}, actor=CHIEF, at=CLOSED)
    with pytest.raises(ForbiddenError):
        monthly.draft(store, PARK, weights, actor=OFFICER, at=CLOSED)
    one = monthly.draft(store, PARK, weights, actor=CHIEF, at=CLOSED)
    monthly.sign(store, PARK, one.id, actor=CHIEF, at=CLOSED)
    assert monthly.weights_of(store, PARK, "2027-01") == ("", None)
    with pytest.raises(ConflictError, match="another person"):
        monthly.sign(store, PARK, one.id, actor=CHIEF, at=CLOSED)
    with pytest.raises(ForbiddenError):
        monthly.sign(store, PARK, one.id, actor=OFFICER, at=CLOSED)
    signed = monthly.sign(store, PARK, one.id, actor=OTHER, at=CLOSED)
    assert signed.valid_from == "2026-12"
    assert monthly.weights_of(store, PARK, "2026-11") == ("", None)
    assert monthly.weights_of(store, PARK, "2026-12") == (one.id, weights)
    with pytest.raises(ConflictError, match="both signatures"):
        monthly.sign(store, PARK, one.id, actor=KEEPER, at=CLOSED)
    with pytest.raises(NotFoundError):
        monthly.sign(store, PARK, "w9", actor=CHIEF, at=CLOSED)


def test_a_later_reading_of_a_source_counts_from_when_it_came(store: Store) -> None:
    """The first reading brings history; what a later file adds is known from then on."""
    _fill(store)
    added = replace(_visits(1)[0], id="added")
    store.put([added], actor=KEEPER, at=datetime(2026, 11, 8, tzinfo=UTC), run=RUN)
    for month, there in (("2026-10", False), ("2026-11", True)):
        months = monthly.gather(store, PARK, month, params=PARAMS)
        assert ("added" in {some.id for one in months for some in one.visits}) is there
