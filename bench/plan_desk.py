"""The desk of visit plans: a week made, changed when an officer falls ill, and looked at.

The sample park with two years of everything, built and published in a store of its own; the whole
application in this process. A change is timed from the request to its answer with names; what it
moved of the others' visits is in the note. One officer again is the search alone.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from bench.chief import chief_token
from bench.table import Line, timed
from data.sample_park import simulate
from data.sample_park.write import write_park
from geo_risk import open_park
from geo_risk.park import read_park
from geo_risk.planbook import Absence, PlanRequest, Ways, gather, kept_plan
from geo_risk.planbook.gather import Before
from geo_risk.planbook.writing import as_it_was
from geo_risk.settings import Settings
from geo_risk.visits.replan import replan
from geo_risk.visits.week import PlannedVisit, WeekPlan

SUNDAY, MONDAY = datetime(2026, 11, 1, 4, tzinfo=UTC), date(2026, 11, 2)
CHINA = timezone(timedelta(hours=8))


def measure() -> list[Line]:
    """Give the lines of a week made, changed and read."""
    with tempfile.TemporaryDirectory(prefix="geo-risk-bench-") as folder:
        here = Path(folder)
        token = _prepare(here)
        park = read_park(here / "park.toml")
        settings = Settings(state=here / "state", log_level="warning")
        app = create_app(settings, park, clock=lambda: SUNDAY)
        with TestClient(app, headers={"Authorization": f"Bearer {token}"}) as client:
            lines = _made(client)
            lines += [_changed(client, here, day) for day in range(2)]
            lines += [_page(client, f"/plan?week={MONDAY}", "the week's page")]
            lines += [_page(client, f"/today?day={MONDAY}", "an officer's day, the page")]
        return [*lines, _again(here)]


def _made(client: TestClient) -> list[Line]:
    body = {"first_day": MONDAY.isoformat()}
    lines = []
    for name in ("a week's plan, the service's first", "the same again"):
        took, busy, answer = _measured(lambda: client.post("/v1/plan", json=body))
        many = sum(len(one["visits"]) for one in answer["officers"])
        note = f"{many} visits, {len(answer['officers'])} officers; {busy:.1f} s of computing"
        lines.append(Line(name, took, target_s=5.0, note=note))
    return lines


def _changed(client: TestClient, here: Path, day: int) -> Line:
    """Change the plan because one officer is away for a day."""
    before = _week(here)
    officer = before.officer_ids[2 + day]
    begin = datetime.combine(MONDAY + timedelta(days=day), datetime.min.time(), CHINA)
    end = begin + timedelta(days=1)
    away = {"officer_id": officer, "begin": begin.isoformat(), "end": end.isoformat()}
    path = f"/v1/plan/{MONDAY}/changes"
    took, busy, _ = _measured(lambda: client.post(path, json={"absences": [away]}))
    moved, many = _moved(before, _week(here), officer)
    note = f"{moved} of {many} other visits moved, hour or officer; {busy:.1f} s of computing"
    return Line(f"an officer away on day {day + 1}, to the answer", took, target_s=1.0, note=note)


def _page(client: TestClient, path: str, name: str) -> Line:
    size = len(client.get(path).raise_for_status().content)
    seconds = timed(lambda: client.get(path).raise_for_status())
    return Line(name, seconds, 5, 1.0, note=f"{path.partition('?')[0]}, {size / 1000:.0f} kB")


def _again(here: Path) -> Line:
    """Time the search of one officer's change alone."""
    with open_park(here / "park.toml", state=here / "state") as opened:
        publication, kept = opened.store.publication(), kept_plan(opened.store, f"{MONDAY}")
        request, ways = kept.basis.request, Ways()
        begin = datetime.combine(MONDAY + timedelta(days=3), datetime.min.time(), opened.park.zone)
        away = Absence(kept.plan.officer_ids[0], begin, begin + timedelta(days=1))
        asked: PlanRequest = replace(request, absences=(*request.absences, away))
        gathered = gather(
            opened.store,
            opened.park,
            publication,
            asked,
            at=SUNDAY,
            ways=ways,
            before=Before(kept.basis.drawn, kept.basis.learned),
        )
        plan = as_it_was(gathered, kept.plan)
        seconds = timed(lambda: replan(gathered.problem, plan, seconds=0.3))
    return Line("one officer again, the search", seconds, 5, 0.3, note="away for a day")


def _measured(work: Callable[[], Any]) -> tuple[float, float, dict[str, Any]]:
    """Give the seconds waited, those of computing, and the answer."""
    begun, busy = time.perf_counter(), time.process_time()
    answer = work()
    took = time.perf_counter() - begun, time.process_time() - busy
    return *took, answer.raise_for_status().json()


def _week(here: Path) -> WeekPlan:
    with open_park(here / "park.toml", state=here / "state") as opened:
        return kept_plan(opened.store, f"{MONDAY}").plan


def _moved(before: WeekPlan, after: WeekPlan, officer: str) -> tuple[int, int]:
    def at(one: PlannedVisit) -> tuple[str, datetime]:
        return one.officer_id, one.start

    now = {one.id: at(one) for one in after.visits}
    others = [one for one in before.visits if one.officer_id != officer]
    return sum(now.get(one.id) != at(one) for one in others), len(others)


def _prepare(here: Path) -> str:
    """Write the sample park, build it; give a chief's bearer token."""
    write_park(simulate(), here)
    with open_park(here / "park.toml", state=here / "state") as opened:
        opened.build(now=SUNDAY)
        return chief_token(opened.store, SUNDAY)
