"""`geo-risk plan`: whom to visit in a week, when, by whom and why; changed, shown, written out.

Takes a park file and a week, prints the plan by officer and day. Interrupted once, the search ends
and the best plan found so far is kept; interrupted again, nothing is. The keeper runs commands;
files with names in them are audited.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli_park import open_workspace
from api.cli_plan_out import PlanFiles, print_plan, write_plan
from api.cli_session import (
    ERR,
    KEEPER,
    OUT,
    Bars,
    JsonOption,
    ParkArgument,
    now,
)
from api.plan_views import difference
from geo_risk import planbook
from geo_risk.errors import InputError
from geo_risk.planbook import Absence, Change, PlanRequest

if TYPE_CHECKING:
    from geo_risk.visits.week import WeekPlan
    from geo_risk.workspace import Workspace

_HALVES = {"": (0, 24), "morning": (0, 13), "afternoon": (13, 24)}
_LANGS = ("zh", "en")
_MOVES = ("keep", "drop")


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(plan)


def plan(  # noqa: PLR0913, PLR0917 (options of a command)
    park: ParkArgument,
    week: Annotated[
        datetime,
        typer.Option(
            "--week",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="First day; with --show, --change: any day of the plan.",
            show_default=False,
        ),
    ],
    days: Annotated[int, typer.Option("--days", help="How many days, 1 to 14.")] = 7,
    officer: Annotated[
        str, typer.Option("--officer", metavar="ID", help="Print and write this one's part only.")
    ] = "",
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", help="Time of the search; else [plan] budget_seconds."),
    ] = None,
    absent: Annotated[
        list[str] | None,
        typer.Option(
            "--absent",
            metavar="OFFICER=DATE[/morning|/afternoon]",
            help="Somebody is away; repeat. With --change the plan there is is changed.",
            show_default=False,
        ),
    ] = None,
    late: Annotated[
        list[str] | None,
        typer.Option(
            "--late",
            metavar="VISIT=MINUTES",
            help="With --change: a visit runs so much longer; repeat.",
            show_default=False,
        ),
    ] = None,
    moves: Annotated[
        str,
        typer.Option(
            "--moves",
            metavar="keep|drop",
            help="What becomes of visits moved by hand when the week is made anew.",
        ),
    ] = "keep",
    json_file: JsonOption = None,
    ics: Annotated[
        Path | None,
        typer.Option("--ics", metavar="F", help="Also write a calendar.", show_default=False),
    ] = None,
    gpx: Annotated[
        Path | None,
        typer.Option("--gpx", metavar="F", help="Also write a track.", show_default=False),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="F.html", help="Also write day sheets to print."),
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="Of the files: zh or en.")] = "zh",
    *,
    change: Annotated[
        bool, typer.Option("--change", help="Change the plan to what has happened since.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Show the plan there is; make none.")
    ] = False,
) -> None:
    """Make a week's visit plan (走访计划): who goes where, when and why; what was left out."""
    day = week.date()
    if lang not in _LANGS:
        raise InputError(f"Language {lang!r}.", "Give zh or en.")
    if moves not in _MOVES:
        raise InputError(f"--moves {moves!r}.", "Give keep or drop.")
    with open_workspace(park) as workspace:
        if show:
            made = planbook.latest_week(workspace.store, day) or _none(day)
        elif change:
            made = _changed(workspace, day, absent or [], late or [])
        else:
            if late:
                raise InputError("--late without --change.", "Add --change.")
            absences = tuple(_absence(workspace, one) for one in absent or [])
            asked = PlanRequest(day, days, absences=absences, seconds=seconds)
            made = _made(workspace, replace(asked, keep_moves=moves == "keep"))
        if officer:
            if officer not in made.officer_ids:
                known = ", ".join(made.officer_ids)
                raise InputError(f"Officer {officer!r} is not in this plan.", f"One of: {known}.")
            made = made.of_officer(officer)
        print_plan(workspace, made)
        write_plan(workspace, made, PlanFiles(json_file, ics, gpx, sheet, lang))


def _made(workspace: Workspace, request: PlanRequest) -> WeekPlan:
    store, moment = workspace.store, now()
    with Bars() as bars, interruptible() as stop:
        made = planbook.make_week(
            store,
            workspace.park,
            store.publication(),
            request,
            actor=KEEPER,
            now=moment,
            progress=lambda share: bars("search", int(100 * share), 100),
            cancelled=lambda: stop[0],
        )
    if stop[0]:
        ERR.print("stopped early: this is the best plan found so far, and it is kept", markup=False)
    return made


def _changed(workspace: Workspace, day: date, absent: list[str], late: list[str]) -> WeekPlan:
    store = workspace.store
    before = planbook.latest_week(store, day) or _none(day)
    absences = [_absence(workspace, one) for one in absent]
    absences += [_late(before, one) for one in late]
    after = planbook.change(
        store,
        workspace.park,
        store.publication(),
        before.first_day,
        Change(tuple(absences)),
        actor=KEEPER,
        now=now(),
    )
    told = difference(before, after)
    OUT.print(
        f"changed: {told['kept']} stay, {told['moved']} moved, {told['added']} came in, "
        f"{told['dropped']} fell out; covered {before.covered:.1f} -> {after.covered:.1f}",
        markup=False,
    )
    return after


@contextmanager
def interruptible() -> Iterator[list[bool]]:
    """Take the first interruption as a wish to stop; the second one interrupts."""
    stop = [False]

    def heed(*_: object) -> None:
        stop[0] = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, heed)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _none(day: date) -> WeekPlan:
    raise InputError(f"There is no plan of {day}.", "Make one: leave --show and --change out.")


def _absence(workspace: Workspace, text: str) -> Absence:
    who, _, when = text.rpartition("=")
    day_text, _, half = when.partition("/")
    try:
        day = date.fromisoformat(day_text)
        begin, end = _HALVES[half]
    except (ValueError, KeyError):
        raise InputError(
            f"--absent {text!r} is not understood.", "Write officers:3=2026-10-13/morning."
        ) from None
    midnight = datetime.combine(day, time(), workspace.park.zone)
    return Absence(who, midnight + timedelta(hours=begin), midnight + timedelta(hours=end))


def _late(plan: WeekPlan, text: str) -> Absence:
    name, _, minutes = text.rpartition("=")
    visit = next((one for one in plan.visits if one.id == name), None)
    if visit is None or not minutes.isdecimal():
        raise InputError(
            f"--late {text!r} is not understood.", "Write VISIT=MINUTES with a visit of the plan."
        )
    return Absence(visit.officer_id, visit.end, visit.end + timedelta(minutes=int(minutes)))
