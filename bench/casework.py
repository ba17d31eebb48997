"""A step of a case, from request to answer: sign-in, rules, one transaction on disk.

The whole application in this process, on a store with as many reports as a county app brings in two
years; the wire is not in it.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from starlette.testclient import TestClient

from api.app import create_app
from api.auth import new_token
from api.demo import demo_logins
from bench.table import Line, timed
from geo_risk.park import read_park
from geo_risk.records import Actor, Report, Role, Severity, Step
from geo_risk.settings import Settings
from geo_risk.store import open_store

REPORTS, STEPS_EACH, REPEATS = 4000, 3, 40
TARGET_S = 0.3
_KEEPER = Actor(id="bench", role=Role.KEEPER, door="cli")
_PARK = """
[park]
id = "bench"
name = "bench"
synthetic = true
crs = "EPSG:4549"
boundary = { file = "boundary.geojson", datum = "wgs84" }
"""


def measure() -> list[Line]:
    """Give the lines of a case step and of the lists made of cases."""
    with tempfile.TemporaryDirectory(prefix="geo-risk-bench-") as folder:
        here = Path(folder)
        token = _prepare(here)
        park = read_park(here / "park.toml")
        app = create_app(Settings(state=here / "state", log_level="warning"), park)
        headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
        with TestClient(app, headers=headers) as client:
            numbers = iter(range(REPEATS))

            def step() -> None:
                case = quote(f"http:{next(numbers)}", safe="")
                body = {"action": "start", "text": "bench"}
                client.post(f"/v1/reports/{case}/transitions", json=body).raise_for_status()

            took = timed(step, REPEATS)
            lists = {
                "open cases": timed(lambda: client.get("/v1/cases").raise_for_status(), 3),
                "figures by kind": timed(
                    lambda: client.get("/v1/cases/figures").raise_for_status(), 3
                ),
            }
    size = f"{REPORTS:,} reports, {REPORTS * STEPS_EACH:,} steps"
    first = Line("a step of a case, kept and answered", took, REPEATS, TARGET_S, note=size)
    return [first, *(Line(name, seconds, 3, note=size) for name, seconds in lists.items())]


def _prepare(here: Path) -> str:
    """Write a park and its store; give the chief's bearer token."""
    ring = [[119.9, 30.4], [120.1, 30.4], [120.1, 30.6], [119.9, 30.6], [119.9, 30.4]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    boundary = {"type": "Feature", "geometry": shape, "properties": {}}
    whole = {"type": "FeatureCollection", "features": [boundary]}
    (here / "boundary.geojson").write_text(json.dumps(whole), encoding="utf-8")
    (here / "park.toml").write_text(_PARK, encoding="utf-8")
    park, now = read_park(here / "park.toml"), datetime.now(UTC)
    settings = Settings(state=here / "state")
    folder = settings.state_dir(park)
    with open_store(settings.url_of_store(park), park_id="bench", state_dir=folder) as store:
        reports, steps = [], []
        for n in range(REPORTS):
            at = now - timedelta(hours=4 * n)
            reports.append(
                Report(
                    id=f"http:{n}",
                    source="http",
                    number=str(n),
                    kind="hazard",
                    channel="county_app",
                    occurred_from=at,
                    occurred_to=at,
                    reported_at=at,
                    severity=Severity.GENERAL,
                    state="reported",
                    lon=119.95 + 0.00002 * n,
                    lat=30.5,
                )
            )
            steps += [
                Step(
                    id=f"step:{n}-{k}",
                    subject="reports",
                    subject_id=f"http:{n}x",
                    action="x",
                    at=at,
                )
                for k in range(STEPS_EACH)
            ]
        store.put([*reports, *steps], actor=_KEEPER, at=now)
        demo_logins(store, now)
        chief = store.user_by_name("chief")
        if chief is None:
            raise LookupError("chief")
        secret, token = new_token("bench", chief.role, now, user=chief)
        store.put_token(token, actor=_KEEPER, at=now)
    return secret
