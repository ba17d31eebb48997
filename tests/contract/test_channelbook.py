"""Results go back out under the source's own number, are confirmed once, and lists are compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from geo_risk import casebook, channelbook
from geo_risk.casework import Act
from geo_risk.channelbook import Acknowledged, Theirs
from geo_risk.errors import InputError, NotFoundError
from geo_risk.park import ParkFile, parse_park
from geo_risk.records import Actor, Role, Severity
from geo_risk.store import Store, User
from tests.contract.examples import DAY, NOW, one_of_each, report

CLERK = Actor("u-clerk", Role.CLERK, "http")
CHIEF = Actor("u-chief", Role.CHIEF, "http")
WORDS = "已现场清理通道"


@pytest.fixture
def park() -> ParkFile:
    text = (
        '[park]\nid = "p"\nname = "样例"\ncrs = "EPSG:4549"\n'
        'boundary = { file = "b.geojson", datum = "wgs84" }\n'
    )
    return parse_park(text, Path("/nowhere/park.toml"))


@pytest.fixture
def cases(store: Store) -> Store:
    """Two hazards of the county app, two of the hotline, one that was entered here."""
    stations = [one for one in one_of_each() if one.collection == "stations"]
    reports = [
        replace(
            report(n, severity=Severity.MINOR, reported_at=NOW - DAY),
            id=f"{source}:{n:05d}",
            source=source,
            channel=channel,
        )
        for n, source, channel in (
            (1, "app", "county_app"),
            (2, "app", "county_app"),
            (3, "hotline", "hotline"),
            (4, "hotline", "hotline"),
            (5, "http", "county_app"),
        )
    ]
    store.put([*stations, *reports], actor=CLERK, at=NOW)
    for actor in (CLERK, CHIEF):
        store.put_user(User(actor.id, actor.id, actor.role, "x"), actor=CHIEF, at=NOW)
    return store


def act(store: Store, park: ParkFile, report_id: str, *actions: str) -> None:
    for action in actions:
        casebook.act(store, park, report_id, Act(action, text=WORDS), actor=CHIEF, at=NOW)


def close(store: Store, park: ParkFile, report_id: str) -> None:
    act(store, park, report_id, "rectify", "pass")


def test_what_is_closed_here_goes_out_until_it_is_confirmed(cases: Store, park: ParkFile) -> None:
    """Under the source's own number, once; what was entered here has nobody to tell."""
    assert channelbook.outbox(cases, "county_app", actor=CLERK) == []
    close(cases, park, "app:00001")
    close(cases, park, "http:00005")
    (result,) = channelbook.outbox(cases, "county_app", actor=CLERK)
    assert (result.number, result.outcome, result.words) == ("00001", "done", "")
    items = [("app", "00001", result.version)]
    told = channelbook.acknowledge(cases, "county_app", items, actor=CLERK, at=NOW)
    assert told == Acknowledged(1, 0, ())
    again = channelbook.acknowledge(cases, "county_app", items, actor=CLERK, at=NOW)
    assert again == Acknowledged(0, 1, ())
    assert channelbook.outbox(cases, "county_app", actor=CLERK) == []


def test_a_case_that_changed_meanwhile_stays_in_the_outbox(cases: Store, park: ParkFile) -> None:
    """Its old version is not taken for the new one."""
    close(cases, park, "app:00001")
    (old,) = channelbook.outbox(cases, "county_app", actor=CLERK)
    items = [("app", "00001", old.version)]
    channelbook.acknowledge(cases, "county_app", items, actor=CLERK, at=NOW)
    act(cases, park, "app:00001", "reopen")
    (now,) = channelbook.outbox(cases, "county_app", actor=CLERK)
    assert now.outcome == "open"
    told = channelbook.acknowledge(cases, "county_app", items, actor=CLERK, at=NOW)
    assert told == Acknowledged(0, 0, ("00001",))
    assert channelbook.outbox(cases, "county_app", actor=CLERK) == [now]


def test_words_go_only_where_somebody_is_owed_an_answer(cases: Store, park: ParkFile) -> None:
    """And reading them is in the audit."""
    close(cases, park, "app:00001")
    close(cases, park, "hotline:00003")
    assert [one.words for one in channelbook.outbox(cases, "county_app", actor=CLERK)] == [""]
    before = len(cases.audits())
    assert [one.words for one in channelbook.outbox(cases, "hotline", actor=CLERK)] == [WORDS]
    assert len(cases.audits()) > before


def test_a_repeat_names_the_number_it_repeats(cases: Store, park: ParkFile) -> None:
    """Of the same source; another source's number says nothing to it."""
    for report_id, other in (("app:00001", "app:00002"), ("hotline:00003", "app:00002")):
        merge = Act("merge", other_id=other, text=WORDS)
        casebook.act(cases, park, report_id, merge, actor=CHIEF, at=NOW)
    (ours,) = channelbook.outbox(cases, "county_app", actor=CLERK)
    (others,) = channelbook.outbox(cases, "hotline", actor=CLERK)
    assert (ours.outcome, ours.same_as) == ("duplicate", "00002")
    assert (others.outcome, others.same_as) == ("duplicate", "")


def test_their_list_is_kept_and_compared_with_what_is_now(cases: Store, park: ParkFile) -> None:
    """Closed on one side only, unknown on either; after a closing here it agrees."""
    theirs = Theirs(NOW, (("00001", True), ("00009", False)))
    first = channelbook.take_list(cases, "county_app", theirs, actor=CLERK, at=NOW)
    assert first.closed_there == ("00001",)
    assert first.unknown_here == ("00009",)
    assert first.unknown_there == ("00002",)
    close(cases, park, "app:00001")
    now, made_at = channelbook.reconciliation(cases, "county_app", actor=CLERK)
    assert (now.closed_there, now.both_closed, made_at) == ((), 1, NOW)
    channelbook.take_list(cases, "county_app", theirs, actor=CLERK, at=NOW + DAY)
    assert len(cases.documents(channelbook.THEIRS, "county_app")) == 1


def test_what_cannot_be_is_refused(cases: Store) -> None:
    """Unknown channel or number, no list yet, an empty one, one of tomorrow."""
    with pytest.raises(NotFoundError, match="no channel"):
        channelbook.outbox(cases, "fax", actor=CLERK)
    with pytest.raises(NotFoundError, match="No list"):
        channelbook.reconciliation(cases, "hotline", actor=CLERK)
    items = [("app", "77", "x")]
    with pytest.raises(InputError, match="no result of 77"):
        channelbook.acknowledge(cases, "county_app", items, actor=CLERK, at=NOW)
    for theirs in (Theirs(NOW, ()), Theirs(NOW + DAY, (("1", True),))):
        with pytest.raises(InputError, match="The list"):
            channelbook.take_list(cases, "hotline", theirs, actor=CLERK, at=NOW)
    assert channelbook.outbox(cases, "sensor", actor=CLERK) == []
