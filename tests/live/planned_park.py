"""The small park with two officers, each in charge of a zone: for tests of visit plans."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from geo_risk.records import Actor, Assignment, Officer, Role
from tests.live.conftest import BuiltPark, Server
from tests.live.every_route import next_monday
from tests.live.small_park import write_small_park

OFFICERS = ("o:1", "o:2")
ZONES = ("zones:Z0", "zones:Z1")
NAMES = {"o:1": "样例警长甲", "o:2": "样例警长乙"}
KEEPER = Actor("tests", Role.KEEPER, "cli")


def planned_park(folder: Path) -> BuiltPark:
    """Build the park; nothing is planned yet."""
    park = BuiltPark(write_small_park(folder / "park").park_file, folder / "state")
    park.build()
    at = datetime.now(UTC)
    with park.open() as store:
        people = [Officer(id=one, name=NAMES[one], team="样例甲组") for one in OFFICERS]
        charge = [
            Assignment(id=f"a:{who}", officer_id=who, zone_id=zone)
            for who, zone in zip(OFFICERS, ZONES, strict=True)
        ]
        store.put([*people, *charge], actor=KEEPER, at=at)
    return park


def make_plan(server: Server, **asked: Any) -> dict[str, Any]:
    """Have the chief plan two weeks from next Monday: there are working days in any two."""
    body = {"first_day": next_monday().isoformat(), "days": 14, "seconds": 0.3, **asked}
    with server.client("chief") as chief:
        made = chief.post("/v1/plan", json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def visits_of(plan: dict[str, Any], officer_id: str) -> list[dict[str, Any]]:
    """Give one officer's visits of a plan in the order of time."""
    found = next(one for one in plan["officers"] if one["id"] == officer_id)
    return sorted(found["visits"], key=lambda one: str(one["start"]))


def door(plan: dict[str, Any], officer_id: str = "", rest: str = "") -> str:
    """Give the address of a plan, or of one officer's part."""
    own = f"/officers/{quote(officer_id, safe='')}" if officer_id else ""
    return f"/v1/plan/{plan['week']}{own}{rest}"


def full_day(plan: dict[str, Any], officer_id: str) -> list[dict[str, Any]]:
    """Give a day of one officer with several visits, of which the first has a place."""
    days: dict[str, list[dict[str, Any]]] = {}
    for one in visits_of(plan, officer_id):
        days.setdefault(one["day"], []).append(one)
    return next(some for some in days.values() if len(some) > 2 and not some[0]["place_guessed"])
