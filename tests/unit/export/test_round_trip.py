"""A sheet that goes out comes back the same: export, then ingest with a source's own rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo_risk.export import Cover, sheet_of, write_xlsx
from geo_risk.ingest import Known, ingest_source
from geo_risk.park import parse_park
from geo_risk.records import (
    Assignment,
    Audience,
    Declaration,
    Enterprise,
    Findings,
    Officer,
    Order,
    PatrolZone,
    Population,
    Premises,
    PremisesKind,
    Record,
    Report,
    Road,
    ServiceEvent,
    Severity,
    Station,
    Visit,
    VisitReason,
    credit_code_check_digit,
)

CODE = "91330521MA2B0000X"
CODE += credit_code_check_digit(CODE)
NOON = datetime(2026, 3, 2, 4, 5, 6, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 1, 16, tzinfo=UTC)  # in Shanghai
LATER = NOON + timedelta(hours=1)
COMMON: dict[str, Any] = {
    "source": "s",
    "valid_from": MIDNIGHT,
    "valid_to": MIDNIGHT + timedelta(1),
}

KNOWN = Known(
    ids={
        "enterprises": {CODE: CODE, "7": "s:7"},
        "premises": {"3": "s:3"},
        "zones": {"1": "s:1"},
        "officers": {"001": "s:001"},
        "stations": {"9": "s:9"},
        "teams": {"甲组": "s:甲组"},
        "visits": {"v1": "s:v1"},
        "reports": {"r0": "s:r0"},
    },
    premises_of={CODE: ("s:3",)},
)

RECORDS: dict[str, list[Record]] = {
    "enterprises": [
        Enterprise(
            **COMMON,
            id=CODE,
            number="7",
            credit_code=CODE,
            name="=样例企业 001",
            contact="样例人",
            phone="0571-000",
            industry="C33",
            above_scale=True,
            key_listed=True,
            employees=12,
        ),
        Enterprise(id="s:8", source="s", number="8", name="样例个体户", sole_trader=True),
    ],
    "premises": [
        Premises(
            **COMMON,
            id="s:3",
            number="3",
            enterprise_id=CODE,
            kind=PremisesKind.DORMITORY,
            address="样例大道 1 号",
            people=40,
            inherent_class=4,
            dangerous_goods=True,
            opening_hours="08:00-17:00",
            lon=119.9812345,
            lat=30.5412345,
        ),
        Premises(id="s:4", source="s", number="4", enterprise_id=CODE, unlocated="missing"),
    ],
    "visits": [
        Visit(
            id="s:v1",
            source="s",
            number="v1",
            premises_id="s:3",
            enterprise_id=CODE,
            team="s:甲组",
            participant_ids=("s:001",),
            start=NOON,
            end=LATER,
            reason=VisitReason.RANDOM,
            selection_probability=0.25,
            items_checked=9,
            items_standard=12,
            found=Findings(1, 0, 2),
            note="-看过一遍",
        )
    ],
    "reports": [
        Report(
            id="s:r1",
            source="s",
            number="r1",
            kind="hazard",
            channel="county_app",
            category="消防",
            premises_id="s:3",
            enterprise_id=CODE,
            visit_id="s:v1",
            occurred_from=MIDNIGHT,
            occurred_to=MIDNIGHT + timedelta(1),
            reported_at=NOON,
            closed_at=LATER,
            interim_at=NOON,
            rectified_at=LATER,
            extended_at=NOON,
            severity=Severity.MAJOR,
            self_reported=True,
            state="closed",
            due=MIDNIGHT + timedelta(30),
            station_id="s:9",
            level="street",
            reopened=2,
            legal_grade="3.1",
            referred_to="消防",
            duplicate_of="s:r0",
            text="@样例",
            reporter="样例人",
            lon=119.98,
            lat=30.54,
        )
    ],
    "zones": [
        PatrolZone(
            **COMMON,
            id="s:1",
            number="1",
            name="一号巡区",
            patrol_hours=6.5,
            shift="20:00-04:00",
            geometry=shapely.box(119.97, 30.53, 119.98, 30.54),
        )
    ],
    "stations": [
        Station(
            **COMMON,
            id="s:9",
            number="9",
            type="驻企警务室",
            name="样例警务室",
            hours="24 小时",
            services=("调解", "登记"),
            languages=("汉语",),
            lon=119.98,
            lat=30.54,
        )
    ],
    "roads": [
        Road(
            **COMMON,
            id="s:5",
            number="5",
            name="样例大道",
            road_class="primary",
            speed_kmh=40.0,
            geometry=shapely.LineString([(119.97, 30.53), (119.98, 30.54)]),
        )
    ],
    "officers": [
        Officer(**COMMON, id="s:001", number="001", name="样例警官", phone="000", team="s:甲组")
    ],
    "assignments": [
        Assignment(**COMMON, id="s:a1", number="a1", officer_id="s:001", zone_id="s:1")
    ],
    "declarations": [
        Declaration(
            id="s:d1",
            source="s",
            number="d1",
            enterprise_id=CODE,
            month="2026-03",
            indicator="自防队员",
            have=3,
            need=4,
            declared_by="u1",
            verified_by="u2",
            verified_at=NOON,
            evidence="照片",
        )
    ],
    "orders": [
        Order(
            id="s:o1",
            source="s",
            number="o1",
            enterprise_id=CODE,
            service="法律咨询",
            ordered_at=NOON,
            window_from=MIDNIGHT,
            window_to=MIDNIGHT + timedelta(1),
            text="样例",
        )
    ],
    "services": [
        ServiceEvent(
            id="s:e1", source="s", number="e1", station_id="s:9", service="登记", at=NOON, people=2
        )
    ],
    "population": [
        Population(**COMMON, id="s:p1", number="p1", people=12.5, lon=119.98, lat=30.54)
    ],
}


def cover(*, synthetic: bool) -> Cover:
    """A cover; a synthetic park's sheets carry a watermark above the header."""
    return Cover(
        *("样例园区", synthetic, "Asia/Shanghai", NOON),
        *(Audience.STATION, "样例人", NOON),
    )


@pytest.mark.parametrize("synthetic", [True, False])
@pytest.mark.parametrize("kind", RECORDS)
def test_sheet_reads_back_to_the_same_records(
    kind: str, tmp_path: Path, *, synthetic: bool
) -> None:
    """Every field of every kind survives, without a word about columns in the park file."""
    records = RECORDS[kind]
    write_xlsx(
        tmp_path / "s.xlsx", [sheet_of(type(records[0]), records)], cover(synthetic=synthetic)
    )
    text = (
        '[park]\nid = "p"\nname = "p"\ncrs = "EPSG:4549"\n'
        'boundary = { file = "b.geojson", datum = "wgs84" }\n'
        f'[[source]]\nkind = "{kind}"\nfile = "s.xlsx"\ndatum = "wgs84"\n'
    )
    park = parse_park(text, tmp_path / "park.toml")
    batch = ingest_source(park, park.source[0], KNOWN, boundary=None)
    assert [one.reason for one in batch.rejects] == []
    back = [replace(one) for one in batch.records if type(one) is type(records[0])]
    assert back == records
