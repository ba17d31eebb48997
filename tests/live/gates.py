"""A gate of the first officer's plan, and what is saved there. The fixture: `gate_fixtures`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from geo_risk.store import Store
from tests.live.conftest import BuiltPark
from tests.live.field_day import FieldDay

VISITS = "/v1/field/visits"


@dataclass
class Gate:
    """One premises of the first officer's plan, and who saves there."""

    day: FieldDay
    folder: Path
    stop: dict[str, Any]

    def store(self) -> Store:
        """Open the store that the service writes to."""
        return BuiltPark(self.folder / "park" / "park.toml", self.folder / "state").open()

    def body(self, **values: Any) -> dict[str, Any]:
        """Give a visit of twenty minutes that ended a minute ago."""
        end = self.day.clock[0] - timedelta(minutes=1)
        given = {"premises_id": self.stop["premises_id"], "end": end.isoformat()}
        given |= {"start": (end - timedelta(minutes=20)).isoformat()}
        return {**given, **values}

    def save(self, role: str = "officer", key: str = "", **values: Any) -> httpx.Response:
        """Send a visit as a phone does."""
        with self.day.client(role) as client:
            headers = {"Idempotency-Key": key or str(uuid4())}
            return client.post(VISITS, json=self.body(**values), headers=headers)

    def read(self, path: str, role: str = "chief") -> httpx.Response:
        """Ask one address."""
        with self.day.client(role) as client:
            return client.get(path)

    def here(self) -> dict[str, Any]:
        """Give what the phone takes along of this premises."""
        told = self.read(f"/v1/field/day?day={self.stop['day']}", "officer").json()
        return next(one for one in told["premises"] if one["id"] == self.stop["premises_id"])


def finding(**values: Any) -> dict[str, Any]:
    """Give a hazard as a phone sends it."""
    given = {"key": str(uuid4()), "kind": "hazard", "category": "electric"}
    return {**given, "severity": "general", "words": "样例：线头外露", **values}
