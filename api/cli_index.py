"""`geo-risk index`: a month of the safety index, as it stands or frozen.

Takes a park file and a month, prints the table; with `--publish` the month is frozen for ever. What
is frozen is shown as it was frozen. The keeper runs commands, so the table is the station's own; no
looker's effect is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli_park import open_workspace
from api.cli_session import KEEPER, OUT, JsonOption, ParkArgument, now, print_table, write_json
from geo_risk import monthly
from geo_risk.errors import InputError
from geo_risk.safety_index import shown
from geo_risk.safety_index.corrected import Standing, changes_of

if TYPE_CHECKING:
    from geo_risk.workspace import Workspace

_SHOWN = 20
_NOTES = {
    "provisional": "provisional: too few visits to tell lookers apart; no routine slips",
    "officer_effect_unidentified": "officer_effect_unidentified: nearly every enterprise is "
    "visited by one team alone; scores only, no routine slips",
    "left_out": "left_out: nobody has data of some indicators; the other weights are rescaled",
}


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(index)


def index(
    park: ParkArgument,
    month: Annotated[
        str, typer.Option("--month", metavar="YYYY-MM", help="Which month.", show_default=False)
    ],
    json_file: JsonOption = None,
    correct: Annotated[
        list[str] | None,
        typer.Option(
            "--correct",
            metavar="ID",
            help="Correct (更正) the published month: leave this report or visit out; repeat.",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="With --correct: why, in words.", show_default=False)
    ] = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="With --correct: do not ask.")] = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="Freeze it; it must have closed.")
    ] = False,
) -> None:
    """Compute a month of the safety index (安商指数); the last places first."""
    monthly.check_month(month)
    if publish and correct:
        raise InputError("--publish with --correct.", "Publish first, then correct.")
    if (reason or yes) and not correct:
        raise InputError("--reason or --yes without --correct.", "Name what is left out.")
    with open_workspace(park) as workspace:
        store, moment = workspace.store, now()
        if publish:
            monthly.freeze(store, workspace.park, month, actor=KEEPER, at=moment)
        if correct:
            _correct(workspace, month, correct, reason, yes=yes)
        frozen = month in monthly.frozen_months(store)
        if frozen:
            said = monthly.results(store, month)
        else:
            said = monthly.said_by(monthly.preview(store, workspace.park, month, now=moment))
        store.audit(KEEPER, "export", f"index/{month}", moment, count=len(said["results"]))
    rows = shown.ranking(said["results"])
    state = f"revision {said['revision']}, {said['digest'][:12]}" if frozen else "preview, not kept"
    inside = [row for row in rows if "out_of_scope" not in row["notes"]]
    OUT.print(f"{month}: {len(inside):,} in scope, {state}", markup=False)
    for note in said["notes"]:
        OUT.print(f"note: {_NOTES.get(note, note)}", markup=False)
    if said["propose_cross_visits"]:
        proposed = ", ".join(said["propose_cross_visits"])
        OUT.print(f"cross-visits proposed: {proposed}", markup=False)
    lowest = sorted(inside, key=lambda row: (row["ranks"] is None, row["score"], row["id"]))
    print_table(
        ("enterprise", "score", "low", "high", "ranks", "colour", "slip", "notes"),
        [
            (
                row["id"],
                row["score"],
                *row["interval"],
                "–".join(map(str, row["ranks"] or ())),
                row["colour"],
                row["slip"],
                ", ".join(row["notes"]),
            )
            for row in lowest[:_SHOWN]
        ],
    )
    if json_file is not None:
        kept = ("month", "revision", "digest", "notes", "propose_cross_visits")
        head = {name: said[name] for name in kept if name in said}
        write_json(json_file, {**head, "enterprises": rows})


def _correct(
    workspace: Workspace, month: str, without: list[str], reason: str, *, yes: bool
) -> None:
    """Say what a correction changes, ask, and keep it."""
    store, park = workspace.store, workspace.park
    before, after = monthly.preview_correction(store, park, month, without, reason, actor=KEEPER)
    changes = changes_of(before, after, circulated=False)
    number = int(before["revision"]) + 1
    OUT.print(f"correction {number} of {month}: {len(changes):,} stand differently", markup=False)
    print_table(
        ("enterprise", f"revision {number - 1}", f"revision {number}", "change"),
        [
            (one.id, _stands(one.before), _stands(one.after), f"{one.moved:+.2f}")
            for one in changes[:_SHOWN]
        ],
    )
    later = [one for one in monthly.frozen_months(store) if one > month]
    if later:
        OUT.print(f"made anew with it: {', '.join(later)}", markup=False)
    if not yes:
        typer.confirm(f"Keep this correction of {month}? It is circulated as 更正版.", abort=True)
    monthly.correct(store, park, month, without, reason, actor=KEEPER, at=now())


def _stands(one: Standing | None) -> str:
    if one is None:
        return "–"
    ranks = f", {one.ranks[0]}–{one.ranks[1]}" if one.ranks else ""
    return f"{one.score:.2f} {one.colour}{ranks}".rstrip()
