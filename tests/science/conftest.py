"""Parks to fit: one made by hand in a second, and the sample at any length of history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely.geometry import Polygon

from data.sample_park import simulate
from data.sample_park.write import write_park
from geo_risk.crs import unproject
from geo_risk.fitting import ParkInputs
from geo_risk.ingest import Known, ingest_source, read_boundary
from geo_risk.park import parse_park, read_park
from geo_risk.records import (
    Enterprise,
    Findings,
    PatrolZone,
    Premises,
    Record,
    Report,
    Severity,
    Station,
    Visit,
)

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
WEST, SOUTH, SIDE = 500_000.0, 3_390_000.0, 2000.0
PARK = """
[park]
id = "hand"
name = "手工园区"
crs = "EPSG:4549"
timezone = "Asia/Shanghai"
cell_m = 100
boundary = { file = "boundary.geojson", datum = "wgs84" }
"""


def degrees(east: float, north: float) -> tuple[float, float]:
    """Give lon, lat of a point so many metres from the park's corner."""
    lon, lat = unproject(WEST + east, SOUTH + north, "EPSG:4549")
    return float(lon), float(lat)


def rectangle(west: float, south: float, east: float, north: float) -> Polygon:
    return Polygon(
        [degrees(*at) for at in ((west, south), (east, south), (east, north), (west, north))]
    )


@pytest.fixture(scope="session")
def hand_park() -> Callable[..., ParkInputs]:
    """Give a park of 2 x 2 km with 60 premises, three zones and a hot corner in the south-west.

    `months` of history before 2026-11-01, 40 reports and 40 visits a month; `extra` is appended to
    the park file.
    """

    def make(months: int, extra: str = "", seed: int = 0) -> ParkInputs:
        rng = np.random.default_rng(seed)
        at = rng.random((60, 2)) * SIDE
        premises = [
            Premises(
                id=f"p:{i}",
                enterprise_id=f"e:{i}",
                lon=degrees(*at[i])[0],
                lat=degrees(*at[i])[1],
                people=int(rng.integers(1, 200)),
                inherent_class=int(rng.integers(1, 5)),
            )
            for i in range(60)
        ]
        reports, visits = [], []
        for i in range(40 * months):
            start = AS_OF - timedelta(days=float(rng.random() * 30.4 * months))
            hot = rng.random() < 0.6
            spot = np.abs(300 + 120 * rng.standard_normal(2)) if hot else rng.random(2) * SIDE
            lon, lat = degrees(*spot)
            kind = ("hazard", "dispute", "fire", "fraud", "public_order")[int(rng.integers(5))]
            severity = (Severity.MAJOR, Severity.MINOR, None)[int(rng.integers(3))]
            reports.append(
                Report(
                    id=f"r:{i}",
                    kind=kind,
                    lon=lon,
                    lat=lat,
                    occurred_from=start,
                    occurred_to=start,
                    severity=severity if kind == "hazard" else None,
                )
            )
            found = Findings(0, int(rng.random() < 0.2), int(rng.random() < 0.4))
            visits.append(
                Visit(
                    id=f"v:{i}",
                    premises_id=f"p:{rng.integers(60)}",
                    start=start,
                    end=start + timedelta(hours=1),
                    found=found,
                )
            )
        zones = [
            PatrolZone(
                id=f"z:{i}",
                geometry=rectangle(i * SIDE / 3, 0, (i + 1) * SIDE / 3, SIDE),
                patrol_hours=2.0 + i,
                shift="22:00-06:00",
            )
            for i in range(3)
        ]
        lon, lat = degrees(1500, 1500)
        return ParkInputs(
            parse_park(PARK + extra, Path("/nowhere/park.toml")),
            rectangle(0, 0, SIDE, SIDE),
            enterprises=[Enterprise(id=f"e:{i}", employees=10) for i in range(60)],
            premises=premises,
            visits=visits,
            reports=reports,
            zones=zones,
            stations=[Station(id="s:1", type="police", lon=lon, lat=lat)],
        )

    return cache(make)


@pytest.fixture(scope="session")
def sample_inputs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], ParkInputs]:
    """Give the sample park as its files say, with so many months of history."""

    def make(months: int) -> ParkInputs:
        folder = tmp_path_factory.mktemp(f"sample{months}")
        write_park(simulate(1, months=months), folder)
        park = read_park(folder / "park.toml")
        boundary = read_boundary(park)
        kept: dict[str, list[Any]] = {}
        for source in park.sources_in_order():
            for one in ingest_source(park, source, known_of(kept), boundary=boundary).records:
                kept.setdefault(one.collection, []).append(one)
        names = [name for name in ParkInputs.__dataclass_fields__ if name in kept]
        return ParkInputs(park, boundary, **{name: tuple(kept[name]) for name in names})

    return cache(make)


def known_of(kept: dict[str, Sequence[Record]]) -> Known:
    """Give what a new row may refer to, as the store would."""
    ids = {
        name: {key: one.id for one in some for key in keys_of(one) if key}
        for name, some in kept.items()
    }
    owners: dict[str, tuple[str, ...]] = {}
    for one in kept.get("premises", ()):
        owner = getattr(one, "enterprise_id", "")
        owners[owner] = (*owners.get(owner, ()), one.id)
    owners.pop("", None)
    return Known(ids=ids, premises_of=owners)


def keys_of(record: Record) -> tuple[str, ...]:
    return record.id, record.number, getattr(record, "credit_code", "")


@pytest.fixture
def with_records() -> Callable[..., ParkInputs]:
    """Add records to a park: `with_records(inputs, reports=[...])`."""

    def add(inputs: ParkInputs, **more: Sequence[Any]) -> ParkInputs:
        return replace(
            inputs, **{name: (*getattr(inputs, name), *some) for name, some in more.items()}
        )

    return add
