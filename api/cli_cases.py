"""`geo-risk cases`: casework from the command line; here, the check of where entries come from."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

import typer

from api.cli_park import open_workspace
from api.cli_session import KEEPER, OUT, ParkArgument, now, print_table
from geo_risk import flagbook
from geo_risk.park import ParkFile
from geo_risk.provenance import CHECKS

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


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.add_typer(_cases, name="cases")


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


def _midnight(park: ParkFile, day: datetime | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day.date(), time(), tzinfo=park.zone).astimezone(UTC)
