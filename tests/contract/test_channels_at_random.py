"""Casework and confirmations at random: nothing is told twice, nothing that ended is kept back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo_risk import casebook, channelbook
from geo_risk.casework import Act, possible
from geo_risk.park import ParkFile, parse_park
from geo_risk.records import Actor, Role
from geo_risk.store import Store, User
from tests.contract.examples import DAY, NOW, one_of_each, report

CHIEF = Actor("u-chief", Role.CHIEF, "http")
ENDED = {"closed": "done", "merged": "duplicate", "void": "void"}
NUMBERS = range(1, 5)


@pytest.fixture
def park() -> ParkFile:
    text = (
        '[park]\nid = "p"\nname = "样例"\ncrs = "EPSG:4549"\n'
        'boundary = { file = "b.geojson", datum = "wgs84" }\n'
    )
    return parse_park(text, Path("/nowhere/park.toml"))


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.soak) for n in range(2, 8))]
)
def test_the_outbox_is_what_a_source_does_not_know_yet(
    store: Store, park: ParkFile, seed: int
) -> None:
    """After every act: a source that keeps its own book lacks exactly what waits for it."""
    rng = np.random.default_rng(seed)
    stations = [one for one in one_of_each() if one.collection == "stations"]
    reports = [
        replace(
            report(n, kind="traffic", reported_at=NOW - DAY),
            id=f"app:{n}", source="app", number=str(n), channel="county_app",
        )
        for n in NUMBERS
    ]  # fmt: skip
    store.put([*stations, *reports], actor=CHIEF, at=NOW)
    store.put_user(User(CHIEF.id, CHIEF.id, CHIEF.role, "x"), actor=CHIEF, at=NOW)
    book: dict[str, tuple[str, object]] = {}  # what the source knows: outcome, and when
    for turn in range(25):
        at = NOW + turn * DAY
        case = f"app:{rng.choice(NUMBERS)}"
        _act(store, park, case, rng, turn)
        waiting = channelbook.outbox(store, "county_app", actor=CHIEF)
        assert {one.number for one in waiting} == _unknown(store, book)
        told = [one for one in waiting if rng.random() < 0.4]
        items = [(one.source, one.number, one.version) for one in told]
        done = channelbook.acknowledge(store, "county_app", items, actor=CHIEF, at=at)
        assert (done.new, done.before, done.changed) == (len(told), 0, ())
        book |= {one.number: (one.outcome, one.closed_at) for one in told}


def _act(store: Store, park: ParkFile, case: str, rng: np.random.Generator, turn: int) -> None:
    now = casebook.report_of(store, case, CHIEF).record
    others = [f"app:{n}" for n in NUMBERS if f"app:{n}" != case]
    free = [one for one in others if _state(store, one) not in {"merged", "void"}]
    moves = [one.action for one in possible(now, CHIEF) if one.action not in {"merge", "correct"}]
    if not moves:
        return
    station = next(one.id for one in one_of_each() if one.collection == "stations")
    stations = {"station_id": station} if now.station_id != station else {}
    action = str(rng.choice(moves))
    if action == "hand_over" and not stations:
        return
    act = Act(action, text="样例", station_id=station, other_id=free[0] if free else "")
    casebook.act(store, park, case, act, actor=CHIEF, at=NOW + turn * DAY)


def _state(store: Store, case: str) -> str:
    return casebook.report_of(store, case, CHIEF).record.state


def _unknown(store: Store, book: dict[str, tuple[str, object]]) -> set[str]:
    """Give the numbers of which a source that was told everything would know something else."""
    found = set()
    for n in NUMBERS:
        now = casebook.report_of(store, f"app:{n}", CHIEF).record
        outcome = ENDED.get(now.state, "open")
        closed = now.closed_at if outcome != "open" else None
        known = book.get(str(n))
        if known != (outcome, closed) and not (known is None and outcome == "open"):
            found.add(str(n))
    return found
