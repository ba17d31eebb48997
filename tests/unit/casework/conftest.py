"""A park with a calendar of 2026, a report, and a way to take steps without a store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from geo_risk.casework import Act, decide
from geo_risk.park import ParkFile
from geo_risk.park.sections import Boundary, Calendar, ParkSection
from geo_risk.records import Actor, Report, Role, Step

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)  # 9:00 in Shanghai


@pytest.fixture(scope="session")
def park() -> ParkFile:
    """Days off 2026-05-01 to 05-05, and the Saturday 05-09 worked."""
    section = ParkSection("p", "样例", Boundary("b.geojson", "wgs84"), "EPSG:4549")
    days = tuple(f"2026-05-0{n}" for n in range(1, 6))
    return ParkFile(Path("/park.toml"), section, calendar=Calendar("", days, ("2026-05-09",)))


@pytest.fixture(scope="session")
def report_of() -> Callable[..., Report]:
    def make(number: int = 1, **said: Any) -> Report:
        given = {"kind": "hazard", "occurred_from": MONDAY, "occurred_to": MONDAY}
        return Report(id=f"r:{number}", **{**given, "reported_at": MONDAY, **said})

    return make


def actor(role: Role, name: str = "", **more: Any) -> Actor:
    return Actor(name or f"u-{role.value}", role, "http", **more)


class Bench:
    """One case, taken step by step without a store."""

    def __init__(self, report: Report, park: ParkFile) -> None:
        self.report, self.park = report, park
        self.steps: list[Step] = []

    def do(self, action: str, who: Actor, at: datetime = MONDAY, **said: Any) -> Bench:
        """Take one step; give the bench itself."""
        decision = decide(
            self.report,
            self.steps,
            Act(action, **said),
            park=self.park,
            actor=who,
            now=at,
            step_id=f"s:{len(self.steps)}",
        )
        self.report = replace(self.report, **decision.changes)
        self.steps.append(decision.step)
        return self
