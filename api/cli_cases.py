"""`geo-risk cases`: lists, figures, likely duplicates, and the check of where entries come from.

Reads as the keeper; nothing here takes a step of a case, for a step is somebody's who was there.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from api import casework
from api.audience import sight_of
from api.cli_export import cover_of
from api.cli_park import open_workspace
from api.cli_session import KEEPER, OUT, JsonOption, ParkArgument, now, print_table, write_json
from geo_risk import casebook, flagbook
from geo_risk.casework import Case, figures, is_open
from geo_risk.export import Sheet, write_xlsx
from geo_risk.park import ParkFile
from geo_risk.provenance import CHECKS
from geo_risk.store import Query
from geo_risk.workspace import Workspace

CHECKED_DAYS = 31

_cases = typer.Typer(help="Casework.", no_args_is_help=True)
SinceOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help=f"First day; default {CHECKED_DAYS} days before the last.",
        show_default=False,
    ),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="The day after the last; default the park's as-of.",
        show_default=False,
    ),
]

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="F.xlsx", help="Also write them as XLSX.", show_default=False),
]
_DAYS = ["%Y-%m-%d"]
FromOption = Annotated[
    datetime | None,
    typer.Option(
        "--from",
        formats=_DAYS,
        metavar="DATE",
        help="First day; default the first of the last day's month.",
        show_default=False,
    ),
]
ToOption = Annotated[
    datetime | None,
    typer.Option(
        "--to",
        formats=_DAYS,
        metavar="DATE",
        help="Last day, included; default the park's as-of.",
        show_default=False,
    ),
]
_SHOWN = ("id", "kind", "severity", "state", "station_id", "zone_now", "due", "days_late", "level")
_COUNTS = ("due", "in_time", "late", "overdue", "open_not_due")


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.add_typer(_cases, name="cases")


@_cases.command("list")
def list_cases(
    park: ParkArgument,
    kind: Annotated[str, typer.Option(metavar="KIND", help="Only these.")] = "",
    json: JsonOption = None,
    out: OutOption = None,
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is late.")] = False,
) -> None:
    """List open cases, the latest by level of escalation first."""
    with open_workspace(park) as workspace:
        as_of = workspace.park.as_of(now())
        cases = [
            one
            for one in _all(workspace, {"kind": kind} if kind else {}, steps=False)
            if is_open(one.report.kind, one.report.state) and not one.report.duplicate_of
        ]
        zones = casebook.zones_of(workspace.store, actor=KEEPER)
        both = list(zip(casework.case_rows(cases, zones, as_of), cases, strict=True))
        both = [pair for pair in both if pair[0]["level"] or not overdue]
        both.sort(key=lambda pair: (-pair[0]["level"], -pair[0]["days_late"], pair[0]["id"]))
        rows = [row for row, _ in both]
        print_table(_SHOWN, [[row[name] for name in _SHOWN] for row in rows])
        for line in casework.calendar_warnings([one.due for _, one in both], workspace.park):
            OUT.print(line, markup=False)
        if json is not None:
            write_json(json, {"cases": rows, "as_of": as_of.isoformat()})
        sheet = casework.case_sheet(rows, [case for _, case in both])
        _write(workspace, out, [sheet], {"kind": kind, "overdue": "是" if overdue else ""})


@_cases.command("figures")
def show_figures(
    park: ParkArgument,
    first: FromOption = None,
    last: ToOption = None,
    by: Annotated[
        str, typer.Option(metavar="GROUP", help="kind, channel, zone, zone_now, station, team")
    ] = "kind",
    json: JsonOption = None,
    out: OutOption = None,
) -> None:
    """Count what fell due from one day to another, both included; every count opens into items."""
    with open_workspace(park) as workspace:
        as_of = workspace.park.as_of(now())
        days = [None if one is None else one.date() for one in (first, last)]
        start, end, said = casework.period(workspace.park, days[0], days[1], as_of)
        cases = _all(workspace, {}, teams=by == "team")
        zones = casebook.zones_of(workspace.store, actor=KEEPER) if "zone" in by else []
        rows = figures(cases, start, end, as_of=as_of, by=by, zones=zones)
        (total,) = figures(cases, start, end, as_of=as_of)
        lines = [[one.group, *(one.counts[name] for name in _COUNTS)] for one in rows]
        lines.append(["all", *(total.counts[name] for name in _COUNTS)])
        print_table((by, *_COUNTS), lines)
        told = {name: casework.figures_json(total)[name] for name in ("closed_in_time", "settled")}
        for name, rate in told.items():
            if rate["share"] is not None:
                text = "{name}: {share:.1%} of {of} (90 %: {low:.1%} to {high:.1%})"
                OUT.print(text.format(name=name, **rate), markup=False)
        if json is not None:
            whole = {**said, "by": by, "rows": [casework.figures_json(one) for one in rows]}
            write_json(json, {**whole, "total": casework.figures_json(total)})
        _write(workspace, out, casework.figure_sheets(rows, total), {**said, "by": by})


@_cases.command()
def duplicates(park: ParkArgument) -> None:
    """Propose reports of the last 60 days that may be one; a person merges them."""
    with open_workspace(park) as workspace:
        as_of = workspace.park.as_of(now())
        pairs = casebook.duplicates(workspace.store, actor=KEEPER, as_of=as_of)
    rows = [casework.pair_json(one) for one in pairs]
    print_table(tuple(casework.PAIR_COLUMNS), [list(one.values()) for one in rows])


@_cases.command()
def check(park: ParkArgument, since: SinceOption = None, until: UntilOption = None) -> None:
    """Ask how visits came to be written down; the persons concerned answer first (/v1/flags)."""
    at = now()
    with open_workspace(park) as workspace:
        last = _midnight(workspace.park, until) or workspace.park.as_of(at)
        first = _midnight(workspace.park, since) or last - timedelta(days=CHECKED_DAYS)
        raised = flagbook.check(workspace.store, workspace.park, first, last, actor=KEEPER, at=at)
    by_check = Counter(one.check for one in raised)
    print_table(("check", "asked"), [(name, by_check[name]) for name in CHECKS])
    zone = workspace.park.zone
    told = (f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in (first, last))
    OUT.print(f"{' to '.join(told)}: {len(raised):,} new", markup=False)


def _all(
    workspace: Workspace, filters: dict[str, Any], *, teams: bool = False, steps: bool = True
) -> list[Case]:
    store, park = workspace.store, workspace.park
    found = store.find(Query("reports", filters=filters), actor=KEEPER)
    return casebook.cases_of(store, park, found, actor=KEEPER, teams=teams, steps=steps)


def _write(
    workspace: Workspace, out: Path | None, sheets: list[Sheet], filters: dict[str, str]
) -> None:
    if out is None:
        return
    asked = {name: value for name, value in filters.items() if value}
    write_xlsx(out, sheets, cover_of(workspace, sight_of(KEEPER), asked))
    rows = sum(len(one.rows) for one in sheets)
    workspace.store.audit(KEEPER, "export", "cases", now(), count=rows)
    OUT.print(f"{out}: {rows:,} rows", markup=False)


def _midnight(park: ParkFile, day: datetime | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day.date(), time(), tzinfo=park.zone).astimezone(UTC)
