"""Small made-up records, actors and moments that the contract tests share."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from shapely.geometry import LineString, MultiPolygon, box

from geo_risk.records import (
    Actor,
    Assignment,
    Campaign,
    Declaration,
    Enterprise,
    Findings,
    Flag,
    Guidance,
    Officer,
    Order,
    PatrolZone,
    Population,
    Premises,
    PremisesKind,
    Record,
    Report,
    Road,
    Role,
    ServiceEvent,
    Severity,
    Slip,
    Station,
    Step,
    Team,
    Visit,
    VisitReason,
)
from geo_risk.store import SourceRun

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
KEEPER = Actor("cli", Role.KEEPER, "cli")
OFFICER = Actor("u-7", Role.OFFICER, "http", station_id="s:1")
RUN = SourceRun("files", "digest-1", {"read": 1})


def report(number: int, /, **values: Any) -> Report:
    start = NOW - number * timedelta(hours=7)
    given = {
        "id": f"hotline:{number:05d}",
        "source": "hotline",
        "number": f"{number:05d}",
        "kind": "hazard",
        "channel": "hotline",
        "occurred_from": start,
        "occurred_to": start + timedelta(hours=3),
        "lon": 120.0 + number * 0.001,
        "lat": 30.5 + number * 0.0005,
    }
    return Report(**{**given, **values})


def enterprise(number: int = 1, /, **values: Any) -> Enterprise:
    given = {
        "id": f"list:{number}",
        "source": "list",
        "number": str(number),
        "name": f"样例企业 {number:03d}",
        "contact": f"样例联系人{number:03d}",
        "phone": f"1380000{number:04d}",
        "employees": number,
    }
    return Enterprise(**{**given, **values})


def premises(number: int = 1, /, **values: Any) -> Premises:
    given = {
        "id": f"list:{number}",
        "source": "list",
        "number": str(number),
        "enterprise_id": f"list:{number}",
        "address": f"样例路 {number} 号",
        "lon": 120.0 + number * 0.001,
        "lat": 30.5,
    }
    return Premises(**{**given, **values})


def visit(number: int = 1, /, **values: Any) -> Visit:
    given = {
        "id": f"visits:{number}",
        "source": "visits",
        "number": str(number),
        "premises_id": f"list:{number}",
        "enterprise_id": f"list:{number}",
        "start": NOW - number * DAY,
    }
    return Visit(**{**given, **values})


def zone(number: int = 1, /, **values: Any) -> PatrolZone:
    west = 120.0 + 0.01 * number
    given = {
        "id": f"zones:{number}",
        "source": "zones",
        "number": str(number),
        "name": f"样例巡区 {number}",
        "geometry": box(west, 30.5, west + 0.01, 30.52),
    }
    return PatrolZone(**{**given, **values})


def one_of_each() -> list[Record]:
    """A record of every collection, with as many fields filled as it has."""
    return [
        Enterprise(
            id="list:1",
            source="list",
            number="1",
            name="样例企业 001",
            contact="样例联系人",
            phone="13800000001",
            industry="C2927",
            above_scale=True,
            employees=12,
            valid_from=NOW - 900 * DAY,
        ),
        Premises(
            id="list:1",
            source="list",
            number="1",
            enterprise_id="list:1",
            kind=PremisesKind.PLANT,
            address="样例路 1 号",
            people=40,
            inherent_class=4,
            dangerous_goods=True,
            opening_hours="08:00-17:00",
            lon=120.01,
            lat=30.51,
        ),
        Officer(id="o:1", name="样例警长", phone="13900000001", team="t:1", station_id="s:1"),
        Team(id="t:1", member_ids=("o:1", "o:2")),
        Assignment(id="a:1", officer_id="o:1", zone_id="z:1", valid_from=NOW),
        Visit(
            id="v:1",
            premises_id="list:1",
            enterprise_id="list:1",
            team="t:1",
            participant_ids=("o:1",),
            start=NOW,
            end=NOW + timedelta(hours=1),
            reason=VisitReason.RANDOM,
            selection_probability=0.05,
            items_checked=20,
            items_standard=24,
            found=Findings(1, 0, 2),
            note="样例备注",
        ),
        Report(
            id="r:1",
            kind="hazard",
            channel="visit",
            category="电气",
            premises_id="list:1",
            enterprise_id="list:1",
            visit_id="v:1",
            occurred_from=NOW,
            occurred_to=NOW + DAY,
            occurred_mid=NOW + timedelta(hours=5, microseconds=7),
            reported_at=NOW,
            severity=Severity.MAJOR,
            self_reported=True,
            due=NOW + 30 * DAY,
            lon=120.0101,
            lat=30.5101,
            text="样例内容:配电箱未接地",
            reporter="样例上报人",
        ),
        Step(
            id="st:1",
            subject="reports",
            subject_id="r:1",
            action="assign",
            state_from="reported",
            state_to="assigned",
            at=NOW,
            actor_id="u-7",
            role="clerk",
            station_id="s:1",
            due=NOW + 30 * DAY,
            text="样例说明:转派",
        ),
        Flag(
            id="f:1",
            check="machine_times",
            subject="visits",
            subject_ids=("v:1",),
            person_id="o:1",
            at=NOW,
            answer="样例答复",
        ),
        Declaration(
            id="d:1",
            enterprise_id="list:1",
            month="2026-02",
            indicator="cameras",
            have=3,
            need=4.5,
            evidence="样例佐证",
        ),
        PatrolZone(
            id="z:1",
            name="样例巡区",
            patrol_hours=6.5,
            shift="22:00-06:00",
            geometry=MultiPolygon(
                [box(120, 30.5, 120.01, 30.51), box(120.02, 30.5, 120.03, 30.51)]
            ),
        ),
        Station(
            id="s:1",
            type="police_room",
            name="样例警务室",
            services=("调解", "点单"),
            languages=("zh", "en"),
            lon=120.02,
            lat=30.52,
        ),
        ServiceEvent(id="se:1", station_id="s:1", service="调解", at=NOW, people=3),
        Order(
            id="or:1",
            enterprise_id="list:1",
            service="培训",
            ordered_at=NOW,
            window_from=NOW,
            window_to=NOW + DAY,
            text="样例说明",
        ),
        Slip(
            id="sl:1",
            enterprise_id="list:1",
            month="2026-02",
            basis="at_once",
            slip_no="2026-001",
            reasons=("overdue",),
            item_ids=("r:1",),
            drawn_at=NOW,
            text="样例正文",
            decision="样例签发意见",
            answer="样例回复",
            objection="样例异议",
        ),
        Guidance(
            id="g:1",
            enterprise_id="list:1",
            officer_id="o:1",
            at=NOW,
            topics=("消防",),
            text="样例指导",
        ),
        Campaign(id="c:1", topic="反诈", at=NOW, people=50),
        Road(
            id="rd:1",
            name="样例路",
            road_class="primary",
            speed_kmh=40,
            geometry=LineString([(120, 30.5), (120.05, 30.55)]),
        ),
        Population(id="p:1", people=812.5, lon=120.03, lat=30.53),
    ]


def scattered_reports(count: int, seed: int = 1) -> list[Report]:
    """Reports at random, some without a point, some on one and the same."""
    draw = random.Random(seed)  # noqa: S311 (made-up reports)
    made = []
    for number in range(count):
        lon, lat = draw.uniform(119.9, 120.1), draw.uniform(30.4, 30.6)
        if number % 11 == 0:
            lon, lat = 120.0, 30.5
        place: dict[str, Any] = {"lon": lon, "lat": lat}
        if number % 13 == 0:
            place = {"lon": None, "lat": None, "unlocated": "missing"}
        kind = draw.choice(("hazard", "fire", "traffic"))
        made.append(report(number, kind=kind, self_reported=bool(number % 3), **place))
    return made
