"""Month's end: the index of a whole park, from request to answer, with nothing read before.

The sample park with two years of everything, every enterprise in scope, in a store of its own; the
whole application in this process. Publishing counts the month and the one before from the events,
fits the reference table, scores, looks for what would lift each, and freezes four documents.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from bench.chief import chief_token
from bench.table import Line
from data.sample_park import simulate
from data.sample_park.write import write_park
from geo_risk import intake, open_park
from geo_risk.park import read_park
from geo_risk.records import Actor, Role
from geo_risk.settings import Settings

MONTH, CLOSED = "2026-10", datetime(2026, 11, 6, 1, tzinfo=UTC)
BEGUN = datetime(2026, 11, 1, tzinfo=UTC)
TARGET_S = 10.0
_KEEPER = Actor(id="bench", role=Role.KEEPER, door="cli")


def measure() -> list[Line]:
    """Give the lines of a month published, published again, and read."""
    with tempfile.TemporaryDirectory(prefix="geo-risk-bench-") as folder:
        here = Path(folder)
        token = _prepare(here)
        park = read_park(here / "park.toml")
        settings = Settings(state=here / "state", log_level="warning")
        app = create_app(settings, park, clock=lambda: CLOSED)
        index = f"/v1/index/{MONTH}"
        with TestClient(app, headers={"Authorization": f"Bearer {token}"}) as client:

            def took(method: str, path: str) -> float:
                begun = time.perf_counter()
                client.request(method, path).raise_for_status()
                return time.perf_counter() - begun

            begun = time.process_time()
            first = took("POST", f"{index}/publish")
            busy = time.process_time() - begun
            rows = client.get(index).json()["enterprises"]
            inside = [row for row in rows if "out_of_scope" not in row["notes"]]
            ranked = sum(row["ranks"] is not None for row in inside)
            note = f"{len(inside)} in scope, {ranked} ranked; {busy:.1f} s of it computing"
            return [
                Line("month-end index, published cold", first, target_s=TARGET_S, note=note),
                Line("published again, the same digests", took("POST", f"{index}/publish")),
                Line("the month read as JSON", took("GET", index)),
                Line("the month as a workbook", took("GET", f"{index}?f=xlsx")),
                Line("its bulletin", took("GET", f"{index}/bulletin")),
            ]


def _prepare(here: Path) -> str:
    """Write the sample park, read it in; give a chief's bearer token."""
    write_park(simulate(), here)
    told = (here / "park.toml").read_text(encoding="utf-8")
    (here / "park.toml").write_text(
        told.replace("[park]\n", '[park]\nscope = "all"\n', 1), encoding="utf-8"
    )
    with open_park(here / "park.toml", state=here / "state") as opened:
        intake.ingest_park(
            opened.park,
            opened.store,
            actor=_KEEPER,
            now=BEGUN,
            state_dir=opened.state_dir,
            progress=lambda _stage, _done, _total: None,
        )
        return chief_token(opened.store, CLOSED)
