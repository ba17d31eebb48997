"""`geo-risk build`, `readmit`, `evaluate`: from files to surfaces, and how good they are.

Take a park file and what to do, print tables, and write the figures as JSON for other programs. The
work itself is done in `pipeline` and `evaluation`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli_park import open_workspace
from api.cli_session import (
    KEEPER,
    OUT,
    AsOfOption,
    Bars,
    DataOption,
    JsonOption,
    ParkArgument,
    now,
    print_table,
    write_json,
    write_text,
)
from geo_risk.errors import InputError

if TYPE_CHECKING:
    from geo_risk.evaluation import VisitEvaluation


class Target(StrEnum):
    """What models are scored on."""

    EVENTS = "events"
    VISITS = "visits"


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(build)
    app.command()(readmit)
    app.command()(evaluate)


def build(
    park: ParkArgument,
    json: JsonOption = None,
    data: DataOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Read the sources, fit the surfaces, publish."""
    with open_workspace(park, data, as_of) as workspace, Bars() as bars:
        result = workspace.build(now=now(), actor=KEEPER, progress=bars)
        rejects = workspace.state_dir / "rejects"
    if json is not None:
        write_json(json, result.summary)
    _print_build(result.summary, rejects)


def readmit(
    park: ParkArgument,
    rejects: Annotated[
        Path, typer.Argument(metavar="REJECTS.xlsx", help="The corrected file.", show_default=False)
    ],
    source: Annotated[
        str, typer.Option(help="Source of the rows; else the file's name.", show_default=False)
    ] = "",
    data: DataOption = None,
) -> None:
    """Read corrected rejects again: good rows go in, the others stay rejected."""
    with open_workspace(park, data) as workspace:
        from geo_risk import intake  # noqa: PLC0415  # readers of files, which no other command wants

        batch = intake.readmit(
            workspace.park,
            workspace.store,
            source or rejects.stem,
            rejects,
            actor=KEEPER,
            now=now(),
            state_dir=workspace.state_dir,
        )
    OUT.print(f"{batch.accepted} of {batch.read} rows accepted, {batch.rejected} still rejected.")
    for one in batch.rejects:
        OUT.print(f"  row {one.row}, {one.column}: {one.reason} {one.remedy}", markup=False)
    if batch.accepted:
        OUT.print("Run `geo-risk build` to bring them onto the map.")


def evaluate(  # noqa: PLR0913, PLR0917  # a command's options are its arguments
    park: ParkArgument,
    kind: Annotated[str, typer.Option(help="Events: kind of report.", show_default=False)] = "",
    cut: Annotated[
        list[datetime] | None,
        typer.Option(
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="Events: first day of a test period; repeat.",
            show_default=False,
        ),
    ] = None,
    target: Annotated[Target, typer.Option(help="What is scored.")] = Target.EVENTS,
    cell: Annotated[float, typer.Option(help="Events: side of a cell, metres.")] = 250.0,
    horizon: Annotated[int, typer.Option(help="Events: days of a test period.")] = 90,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="Visits: first day; models are fitted on what was known before it.",
            show_default=False,
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="Visits: last day, included.",
            show_default=False,
        ),
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(
            metavar="F.csv",
            help="Visits: write visit_id,probability here, a row per visit.",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = None,
    data: DataOption = None,
) -> None:
    """Score every model and the baselines on what came later: events in cells, or visits."""
    if target == Target.VISITS:
        _evaluate_visits(park, data, first, last, predictions, json)
        return
    if not kind or not cut:
        raise InputError("Events are scored by kind and from a day on.", "Give --kind and --cut.")
    with open_workspace(park, data) as workspace, Bars() as bars:
        scores = workspace.evaluate_events(
            kind,
            cell_m=cell,
            horizon_days=horizon,
            cuts=[one.date() for one in cut],
            now=now(),
            progress=bars,
        )
    if json is not None:
        write_json(json, scores)
    _print_scores(scores, target)


def _evaluate_visits(
    park: Path,
    data: Path | None,
    first: datetime | None,
    last: datetime | None,
    predictions: Path | None,
    json: Path | None,
) -> None:
    if first is None or last is None:
        raise InputError("Visits are scored over a period.", "Give --from and --to.")
    with open_workspace(park, data) as workspace, Bars() as bars:
        told = workspace.evaluate_visits(first.date(), last.date(), now=now(), progress=bars)
    if predictions is not None:
        write_text(predictions, _as_csv(told))
    if json is not None:
        write_json(json, told.scores)
    _print_visit_scores(told.scores)


def _as_csv(told: VisitEvaluation) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("visit_id", "probability"))
    rows.writerows(zip(told.visit_ids, (f"{one:.9f}" for one in told.probability), strict=True))
    return out.getvalue()


def _print_build(summary: dict[str, Any], rejects: Path) -> None:
    counts = ("read", "accepted", "rejected", "unlocated", "outside")
    print_table(
        ("source", "kind", *counts),
        [(one["name"], one["kind"], *(one[key] for key in counts)) for one in summary["sources"]],
    )
    for one in summary["sources"]:
        if any(one["odd"].values()):
            OUT.print(f"odd in {one['name']}: {_odd(one['odd'])}", markup=False)
    OUT.print()
    print_table(
        ("surface", "unit", "model", "version"),
        [(one["id"], one["unit"], one["model"], one["version"]) for one in summary["surfaces"]],
    )
    rung = summary["rung"]
    OUT.print(f"\n{rung['months']} months of history: {rung['key']}, served {rung['served']}.")
    for one in summary["sources"]:
        if one["rejected"]:
            OUT.print(
                f"{one['rejected']} rows of {one['name']} wait in {rejects / one['name']}.xlsx: "
                "correct them there, then `geo-risk readmit`.",
                markup=False,
            )


def _odd(odd: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in odd.items() if count)


def _print_scores(scores: dict[str, Any], target: Target) -> None:
    tested = sum(fold["n"] for fold in scores["folds"])
    OUT.print(
        f"{target}: {scores['kind']}, {scores['cells']:,} cells of {scores['cell_m']:g} m, "
        f"{len(scores['folds'])} folds of {scores['horizon_days']} days, {tested:,} events"
    )
    print_table(
        ("model", "ig_nats", "pai 1 %", "pai 5 %", "pai 10 %", "pei* 5 %", "brier"),
        [
            (
                f"{name} (served)" if name == scores["served"] else name,
                one["ig_nats"],
                *(one["pai"][share] for share in ("1", "5", "10")),
                one["pei_star"]["5"],
                one["brier"],
            )
            for name, one in scores["mean"].items()
        ],
    )


def _print_visit_scores(scores: Mapping[str, Any]) -> None:
    OUT.print(
        f"visits: {scores['from']} to {scores['to']}, {scores['n']:,} visits, "
        f"{scores['positives']:,} with a major finding; chosen by {scores['folds']} earlier months"
    )
    names = ("auc", "brier", "log_loss", "auc_within_team", "first_half_share")
    print_table(
        ("model", *names),
        [
            (f"{name} (served)" if name == scores["served"] else name, *(one[key] for key in names))
            for name, one in scores["models"].items()
        ],
    )
