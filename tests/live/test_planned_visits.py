"""A visit that is written down over HTTP is what the plan says it is, whoever types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from geo_risk import planbook
from geo_risk.park import ParkFile, read_park
from geo_risk.records import Actor, Order, Role
from geo_risk.visits.week import PlannedVisit

VISITS = "/ogc/collections/visits/items"
CHIEF = Actor("u-chief", Role.CHIEF, "http")


@dataclass
class Planned:
    """A served park with a plan of this week, and who writes visits down."""

    server: Any
    park: ParkFile
    visits: list[PlannedVisit]
    drawn: dict[str, float]
    client: httpx.Client

    def write(self, premises_id: str, key: str = "", **values: Any) -> httpx.Response:
        """Write a visit down that began 40 minutes ago."""
        start = datetime.now(UTC) - timedelta(minutes=40)
        body = {"properties": {"premises_id": premises_id, "start": start.isoformat(), **values}}
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(VISITS, json=body, headers=headers)


@pytest.fixture(scope="module")
def planned(sample_park, server_on, tmp_path_factory) -> Iterator[Planned]:
    """The sample with one more order, and a plan that began yesterday."""
    built = sample_park.copy(tmp_path_factory.mktemp("planned") / "state")
    park = read_park(built.park_file)
    now = datetime.now(UTC)
    first = (now.astimezone(park.zone) - timedelta(days=1)).date()
    with built.open() as store:
        premises = next(one for one in built.records("premises") if one.id.endswith("0001"))
        waits = Order(
            id="orders:own",
            enterprise_id=premises.enterprise_id,
            service="安全培训",
            ordered_at=now - timedelta(days=2),
            state="accepted",
        )
        store.put([waits], actor=CHIEF, at=now)
        request = planbook.PlanRequest(first, days=14, seconds=0)
        made = now - timedelta(days=2)
        planbook.make_week(store, park, store.publication(), request, actor=CHIEF, now=made)
        kept = planbook.newest(store)
    drawn = {one.premises_id: one.probability for one in kept.basis.drawn}
    with server_on(built) as server, server.client("officer") as client:
        yield Planned(server, park, list(kept.plan.visits), drawn, client)


def test_a_drawn_visit_is_random_with_its_probability_once(planned: Planned) -> None:
    """Nobody says so: the plan does. The same request again is the same visit."""
    name, probability = min(planned.drawn.items())
    first = planned.write(name, "drawn-visit-1")
    assert first.status_code == 201, first.text
    said = first.json()["properties"]
    assert (said["reason"], said["selection_probability"]) == ("random", probability)
    again = planned.client.post(
        VISITS,
        content=first.request.content,
        headers={"Idempotency-Key": "drawn-visit-1", "Content-Type": "application/json"},
    )
    assert again.text == first.text
    second = planned.write(name).json()["properties"]
    assert (second["reason"] == "random", second["selection_probability"]) == (False, None)


def test_a_probability_typed_by_hand_is_refused(planned: Planned) -> None:
    """So is a visit called random that no lot drew; the answer says what to do."""
    plain = next(one for one in planned.visits if one.premises_id not in planned.drawn)
    refused = planned.write(plain.premises_id, reason="random")
    assert refused.status_code == 400
    assert "Write routine" in refused.text
    typed = planned.write(plain.premises_id, selection_probability=0.5)
    assert typed.status_code == 400
    assert "taken from the plan" in typed.text


def test_a_visit_for_an_order_completes_it(planned: Planned) -> None:
    """Through one door written down, through another read."""
    visit = next(one for one in planned.visits if "orders:own" in one.source_ids)
    answer = planned.write(visit.premises_id)
    assert answer.status_code == 201, answer.text
    with planned.server.client("chief") as chief:
        order = chief.get("/ogc/collections/orders/items/orders%3Aown").json()
    assert order["properties"]["state"] == "completed"
