"""What `geo-risk plan` prints and writes: the plan by officer and day, and the files to take along.

Takes a plan and an open park. What is printed names nobody; files with names are audited.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api import plan_files, plan_views
from api.audience import sight_of, without_persons
from api.cli_session import KEEPER, OUT, made_by, now, print_table, write_json, write_text
from api.plan_days import DayMaker, make_ground
from geo_risk import planbook
from geo_risk.records import Audience
from geo_risk.settings import Settings
from geo_risk.store import Query
from maps.day_sheet import day_sheets
from maps.stops import DayView
from maps.views import Frame
from maps.words import phrase, word
from maps.words.figures import weekday_text

if TYPE_CHECKING:
    from geo_risk.visits.week import PlannedVisit, WeekPlan
    from geo_risk.workspace import Workspace


@dataclass(frozen=True)
class PlanFiles:
    """Files that were asked for, None for those that were not, and their language."""

    json: Path | None = None
    ics: Path | None = None
    gpx: Path | None = None
    sheet: Path | None = None
    lang: str = "zh"


def print_plan(workspace: Workspace, plan: WeekPlan) -> None:
    """Print a plan by officer and day, and what was left out; ids only, no names."""
    last = plan.first_day + timedelta(days=plan.days - 1)
    drawn = sum(one.selection_probability is not None for one in plan.visits)
    bound = ""
    if plan.bound is not None and plan.covered > 0:
        share = 100 * max(0.0, plan.bound / plan.covered - 1)
        bound = f", at most {plan.bound:.1f} (gap {share:.1f} %)"
    OUT.print(
        f"{plan.first_day} to {last}: {len(plan.visits)} visits, {drawn} by lot; "
        f"covered {plan.covered:.1f} points{bound}; {plan.solver}, {plan.seconds:g} s",
        markup=False,
    )
    for code in plan.notes:
        OUT.print(f"note: {code}: {phrase('plan_note', code, 'en')}", markup=False)
    for officer_id in plan.officer_ids:
        _print_officer(workspace, plan, officer_id)
    _print_moves(workspace, plan)
    counts = Counter(one.reason for one in plan.left_out)
    for reason, many in counts.most_common():
        told = word(f"left_out.{reason}", "en")
        OUT.print(f"left out: {many:,} because {told} ({reason})", markup=False)
    first = [one for one in plan.left_out if one.tier in {"appointment", "must"}]
    if first:
        OUT.print("left out though asked for:")
        print_table(
            ("enterprise", "premises", "tier", "reason"),
            [(one.enterprise_id, one.premises_id, one.tier, one.reason) for one in first],
        )


def _print_moves(workspace: Workspace, plan: WeekPlan) -> None:
    """Say how many visits moved by hand the plan keeps, and each that it does not, with why."""
    moves = planbook.moves_of(workspace.store, workspace.park, plan)
    if not moves:
        return
    kept = sum(one.kept for one in moves)
    OUT.print(f"moved by hand: {kept} kept, {len(moves) - kept} not", markup=False)
    for one in moves:
        if not one.kept:
            at = f"{one.move.at.astimezone(workspace.park.zone):%Y-%m-%d %H:%M}"
            why = phrase("move_refused", one.reason, "en")
            told = f"{one.move.candidate_id} ({one.move.officer_id}, {at})"
            OUT.print(f"not kept: {told}: {why} ({one.reason})", markup=False)


def _print_officer(workspace: Workspace, plan: WeekPlan, officer_id: str) -> None:
    zone = workspace.park.zone
    days: dict[date, list[PlannedVisit]] = {}
    for one in sorted(plan.visits, key=lambda one: one.start):
        if one.officer_id == officer_id:
            days.setdefault(one.start.astimezone(zone).date(), []).append(one)
    for day, visits in days.items():
        OUT.print(f"\n{officer_id}, {weekday_text(day, 'en')}", markup=False)
        print_table(
            ("from", "to", "way", "enterprise", "visit", "why"),
            [
                (
                    f"{one.start.astimezone(zone):%H:%M}",
                    f"{one.end.astimezone(zone):%H:%M}",
                    f"{-(-one.travel_s // 60)} min",
                    one.enterprise_id,
                    one.id,
                    _why(one),
                )
                for one in visits
            ],
        )
    OUT.print("")


def _why(one: PlannedVisit) -> str:
    said = [phrase("visit_reason", one.reason, "en")]
    if one.confirmed:
        said.append(word("plan.why_told", "en"))
    largest = sorted(one.parts, key=lambda name: -one.parts[name])[:2]
    said += [phrase("prize_part", name, "en") for name in largest if one.parts[name] > 0]
    return "; ".join(said)


def write_plan(workspace: Workspace, plan: WeekPlan, files: PlanFiles) -> None:
    """Write the files that were asked for; those with names are audited."""
    store, park, sight = workspace.store, workspace.park, sight_of(KEEPER)
    if files.json is not None:
        plain = without_persons(sight)
        names = plan_views.names_in(store, plain, plan)
        told = plan_views.plan_json(plan, plain, names, park.park.datum)
        told["moves"] = plan_views.moves_json(plan, plain, planbook.moves_of(store, park, plan))
        write_json(files.json, _as_text(told))
    if not (files.ics or files.gpx or files.sheet):
        return
    days = _days(workspace, plan)
    stops = plan_files.field_stops(days, park, files.lang)
    revision = planbook.kept_plan(store, plan.first_day.isoformat()).revision
    if files.ics is not None:
        files.ics.write_bytes(plan_files.plan_calendar(plan, stops, park, files.lang, revision))
        _told(workspace, files.ics, len(stops))
    if files.gpx is not None:
        write_text(files.gpx, plan_files.plan_track(plan, stops, park, files.lang))
        _told(workspace, files.gpx, len(stops))
    if files.sheet is not None:
        _write_sheet(workspace, plan, days, files.sheet, files.lang)
        _told(workspace, files.sheet, len(stops))


def _days(workspace: Workspace, plan: WeekPlan) -> list[DayView]:
    store, sight = workspace.store, sight_of(KEEPER)
    moment = now()
    found = [
        one.record
        for name in ("zones", "roads")
        for one in store.find(Query(name, valid_at=moment), actor=KEEPER)
    ]
    ground = make_ground(
        workspace.boundary(), workspace.park.park.datum, found, store.publication()
    )
    base = Settings().public_url.rstrip("/")
    maker = DayMaker(ground, plan, plan_views.names_in(store, sight, plan), base)
    days = [maker.day(who, day) for who in plan.officer_ids for day in maker.dates]
    return [one for one in days if one.stops]


def _write_sheet(
    workspace: Workspace, plan: WeekPlan, days: list[DayView], path: Path, lang: str
) -> None:

    park = workspace.park
    frame = Frame(
        park.park.name,
        park.zone,
        synthetic=park.park.synthetic,
        audience=Audience.STATION,
        user=made_by(),
        approval_number=park.map.approval_number,
        approval_exemption=park.map.approval_exemption,
    )
    text = day_sheets(frame, lang, days, as_of=plan.as_of, printed_at=now(), linked=False)
    write_text(path, text)


def _told(workspace: Workspace, path: Path, count: int) -> None:
    workspace.store.audit(KEEPER, "export", f"plan/{path.suffix[1:]}", now(), count=count)
    OUT.print(f"written: {path} ({count} visits)", markup=False)


def _as_text(value: Any) -> Any:
    """Give times as text, wherever they stand."""
    if isinstance(value, dict):
        return {name: _as_text(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
