"""A park of two zones and twelve premises, small enough to plan in a blink."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from shapely.geometry import box

from geo_risk import planbook
from geo_risk.park import Boundary, Calendar, ParkFile, ParkSection, PlanSection
from geo_risk.published import PremisesSummary, Publication, RiskClass, Rung
from geo_risk.records import (
    Actor,
    Assignment,
    Enterprise,
    Officer,
    Order,
    PatrolZone,
    Premises,
    PremisesKind,
    Record,
    Report,
    Role,
    Severity,
    Station,
    Visit,
)
from geo_risk.store import Store
from geo_risk.visits.check import check
from geo_risk.visits.week import PlannedVisit, WeekPlan
from tests.contract.published_examples import graded

PARK = ParkFile(
    Path("/nowhere/park.toml"),
    ParkSection("p", "样例", Boundary(Path("b.geojson"), "wgs84"), "EPSG:4549"),
    calendar=Calendar(days_off=("2026-01-01",)),
    plan=PlanSection(budget_seconds=0.05),
)
MONDAY = date(2026, 3, 2)
SUNDAY_NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
CHIEF = Actor("u-chief", Role.CHIEF, "http")
KEEPER = Actor("cli", Role.KEEPER, "cli")
FIRMS = 12


def local(day: int, hour: float) -> datetime:
    """Give a moment of a day of March 2026, the park's wall clock."""
    return datetime(2026, 3, day, tzinfo=PARK.zone) + timedelta(hours=hour)


def with_plan(**values: Any) -> ParkFile:
    """Give the park with another `[plan]`."""
    return replace(PARK, plan=replace(PARK.plan, **values))


def firms(many: int = FIRMS) -> list[Record]:
    """Give enterprises `f:i` with a premises `p:i` each, every other one in the east."""
    made: list[Record] = []
    for i in range(many):
        made.append(Enterprise(id=f"f:{i:02d}", employees=10))
        made.append(
            Premises(
                id=f"p:{i:02d}",
                enterprise_id=f"f:{i:02d}",
                lon=120.0 + 0.002 * (i // 2) + 0.02 * (i % 2),
                lat=30.5 + 0.001 * (i % 5),
                kind=PremisesKind.PLANT,
                people=10 + i,
                inherent_class=1 + i % 4,
            )
        )
    return made


def ground() -> list[Record]:
    """Give two zones and the station between them."""
    return [
        PatrolZone(id="z:west", geometry=box(119.99, 30.49, 120.015, 30.52)),
        PatrolZone(id="z:east", geometry=box(120.015, 30.49, 120.05, 30.52)),
        Station(id="s:1", type="police", lon=120.015, lat=30.502),
    ]


def officers(*ids: str) -> list[Record]:
    """Give officers; the first looks after the west, the second after the east."""
    some: list[Record] = [Officer(id=one, team=f"t-{one}", station_id="s:1") for one in ids]
    for number, one in enumerate(ids[:2]):
        zone = ("z:west", "z:east")[number]
        some.append(Assignment(id=f"a:{one}", officer_id=one, zone_id=zone))
    return some


def fill(store: Store, *records: Record) -> Store:
    """Put records into a store."""
    store.put(records, actor=KEEPER, at=SUNDAY_NOON - timedelta(days=30))
    return store


def visit(name: str, premises: str, start: datetime, **values: Any) -> Visit:
    """Give a visit of half an hour."""
    given = {"enterprise_id": premises.replace("p:", "f:"), "end": start + timedelta(minutes=30)}
    return Visit(id=name, premises_id=premises, start=start, **{**given, **values})


def hazard(name: str, premises: str, days_ago: float = 40, **values: Any) -> Report:
    """Give an open hazard that an officer found."""
    at = SUNDAY_NOON - timedelta(days=days_ago)
    given = {"kind": "hazard", "channel": "visit", "severity": Severity.GENERAL, "reported_at": at}
    given |= {"premises_id": premises, "enterprise_id": premises.replace("p:", "f:")}
    return Report(id=name, occurred_from=at, occurred_to=at, **{**given, **values})


def order(name: str, firm: str, **values: Any) -> Order:
    """Give an accepted order."""
    given = {"service": "安全培训", "ordered_at": SUNDAY_NOON, "state": "accepted"}
    return Order(id=name, enterprise_id=firm, **{**given, **values})


def published(findings: dict[str, float]) -> Publication:
    """Give a publication that tells these premises' expected findings."""
    surface = graded("risk.combined", 1)
    told = tuple(
        PremisesSummary(
            premises_id=name,
            surface_id=surface.id,
            value=1.0,
            risk_class=RiskClass.BLUE,
            probability=0.1 * number,
            probability_low=0.05 * number,
            probability_high=0.2 * number,
            expected_findings=number,
        )
        for name, number in findings.items()
    )
    facts = {"enterprise_risk": {"status": "scored", "model": "premises_risk"}}
    rung = Rung(24, "full", 12, "combined")
    return Publication(
        SUNDAY_NOON, rung, {surface.id: surface}, surface.id, premises=told, facts=facts
    )


def make(
    store: Store,
    park: ParkFile = PARK,
    publication: Publication | None = None,
    *,
    now: datetime = SUNDAY_NOON,
    actor: Actor = CHIEF,
    **request: Any,
) -> WeekPlan:
    """Make the plan of the week of 2 March."""
    asked = planbook.PlanRequest(MONDAY, **request)
    return planbook.make_week(store, park, publication, asked, actor=actor, now=now)


def faults(store: Store, week: WeekPlan, park: ParkFile = PARK, **given: Any) -> list[Any]:
    """Give what the judge finds wrong with a plan as it is kept, read from its times alone."""
    from geo_risk.planbook.gather import gather  # noqa: PLC0415
    from geo_risk.planbook.writing import plan_of  # noqa: PLC0415

    kept = planbook.kept_plan(store, MONDAY.isoformat())
    gathered = gather(
        store, park, given.get("publication"), kept.basis.request, at=given.get("at", week.made_at)
    )
    return check(gathered.problem, plan_of(gathered.problem, week, gathered.now.clock))


def of(week: WeekPlan, premises: str) -> list[PlannedVisit]:
    """Give the planned visits of a premises."""
    return [one for one in week.visits if one.premises_id == premises]


def left(week: WeekPlan, premises: str) -> list[str]:
    """Give the reasons for which a premises was left out."""
    return [one.reason for one in week.left_out if one.premises_id == premises]
