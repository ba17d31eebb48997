"""`geo-risk zones rebalance`, `geo-risk stations site`: proposals, printed, drawn, never applied.

Takes a park file, prints what would change and writes it as JSON, GeoJSON (CRS84) or one HTML file
with a map, which says who made it and until when it is good. No zone and no station is changed:
whoever decides brings the new ones in as a source.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.audience import sight_of
from api.cli_export import ExpiresOption, expiry_of
from api.cli_park import open_workspace
from api.cli_session import (
    KEEPER,
    OUT,
    JsonOption,
    ParkArgument,
    made_by,
    now,
    print_table,
    write_json,
    write_text,
)
from api.proposal_views import stations_shown, zones_shown
from api.reading import names_of
from geo_risk.districts import BalanceParams
from geo_risk.planbook.proposal_figures import (
    stations_geojson,
    stations_json,
    zones_geojson,
    zones_json,
)
from geo_risk.planbook.proposals import propose_stations, propose_zones
from geo_risk.planbook.survey import read_survey
from geo_risk.records import Audience
from maps.proposal import Origin, stations_proposal_file, zones_proposal_file
from maps.views import Frame
from maps.words import DEFAULT_LANG, LANGS, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_risk.workspace import Workspace

_zones = typer.Typer(help="Patrol zones (巡区).", no_args_is_help=True)
_stations = typer.Typer(help="Stations (阵地).", no_args_is_help=True)

GeoJsonOption = Annotated[
    Path | None,
    typer.Option(
        "--geojson",
        metavar="F",
        help="Also write what is proposed, to draw it: CRS84.",
        show_default=False,
    ),
]
MapOption = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="F.html",
        help="Also write a map with its tables, for the station.",
        show_default=False,
    ),
]
LangOption = Annotated[str, typer.Option(help=f"Of the map: {' or '.join(LANGS)}.")]


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.add_typer(_zones, name="zones")
    app.add_typer(_stations, name="stations")


@_zones.callback()
def _of_zones() -> None:
    """Stand above one command: without it `zones rebalance` would lose its second word."""


@_stations.callback()
def _of_stations() -> None:
    """As for zones."""


@_zones.command()
def rebalance(
    park: ParkArgument,
    json_file: JsonOption = None,
    geojson: GeoJsonOption = None,
    map_file: MapOption = None,
    lang: LangOption = DEFAULT_LANG,
    expires: ExpiresOption = None,
    penalty: Annotated[
        float, typer.Option(help="What changing officers costs; 0: nothing.", min=0.0)
    ] = BalanceParams.change_penalty,
) -> None:
    """Propose patrol zones of equal workload (巡区均衡): who changes, hours before and after."""
    _check_lang(lang)
    with open_workspace(park) as workspace:
        moment = now()
        found = propose_zones(
            read_survey(workspace.store, workspace.park, moment),
            params=BalanceParams(change_penalty=penalty),
        )
        figures = zones_json(found)
        if map_file is not None:
            owners = [one["enterprise_id"] for one in figures["changes"]]
            names = names_of(workspace.store, sight_of(KEEPER), owners) if any(owners) else {}
            shown = zones_shown(found, names, moment)
            frame, origin = _around(workspace, moment, expires)
            write_text(map_file, zones_proposal_file(frame, lang, shown, origin))
        workspace.store.audit(
            KEEPER, "export", "zones/rebalance", moment, count=len(figures["changes"])
        )
    _print_zones(figures)
    _write(json_file, figures, geojson, zones_geojson(found), map_file)


@_stations.command()
def site(
    park: ParkArgument,
    sites: Annotated[int, typer.Option(help="So many places at most.", min=1, max=20)] = 1,
    minutes: Annotated[
        float, typer.Option(help="Near is what can be reached within so many.", min=0.5, max=120)
    ] = 3.0,
    station_type: Annotated[
        str, typer.Option("--type", help="Count stations of this type only.", show_default=False)
    ] = "",
    json_file: JsonOption = None,
    geojson: GeoJsonOption = None,
    map_file: MapOption = None,
    lang: LangOption = DEFAULT_LANG,
    expires: ExpiresOption = None,
) -> None:
    """Propose places for stations (阵地选址): what each adds, and who stays beyond."""
    _check_lang(lang)
    with open_workspace(park) as workspace:
        moment = now()
        found = propose_stations(
            read_survey(workspace.store, workspace.park, moment),
            count=sites,
            minutes=minutes,
            type_=station_type,
        )
        if map_file is not None:
            shown = stations_shown(found, sites, moment)
            frame, origin = _around(workspace, moment, expires)
            write_text(map_file, stations_proposal_file(frame, lang, shown, origin))
        workspace.store.audit(KEEPER, "export", "stations/site", moment, count=len(found.site_at))
    figures = stations_json(found)
    _print_stations(figures)
    _write(json_file, figures, geojson, stations_geojson(found), map_file)


def _check_lang(lang: str) -> None:
    if lang not in LANGS:
        raise typer.BadParameter(f"{lang!r} is none of {', '.join(LANGS)}.", param_hint="--lang")


def _around(
    workspace: Workspace, moment: datetime, expires: datetime | None
) -> tuple[Frame, Origin]:
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
    return frame, Origin(made_by(), moment, expiry_of(park, expires, moment))


def _print_notes(codes: Sequence[str]) -> None:
    for code in codes:
        OUT.print(f"note: {code}: {word(f'proposal.note.{code}', 'en')}", markup=False)


def _print_zones(figures: Mapping[str, Any]) -> None:
    before, after = figures["per_officer"]["before"], figures["per_officer"]["after"]
    share = figures["hours_changed"] / figures["hours"] if figures["hours"] else 0.0
    OUT.print(
        f"hours a month per officer: {before[0]:.1f} to {before[1]:.1f} today, "
        f"{after[0]:.1f} to {after[1]:.1f} as proposed",
        markup=False,
    )
    OUT.print(
        f"{len(figures['changes']):,} premises change zone, {share:.0%} of the hours; "
        "a proposal, nothing is changed",
        markup=False,
    )
    _print_notes(figures["notes"])
    hours = ("hours_before", "hours_after", "target")
    counts = ("premises_before", "premises_after")
    print_table(
        ("zone", "name", "officers", "hours", "proposed", "fair share", "premises", "proposed"),
        [
            (
                one["id"],
                one["name"],
                one["officers"],
                *(f"{one[name]:.1f}" for name in hours),
                *(one[name] for name in counts),
            )
            for one in figures["zones"]
        ],
    )


def _print_stations(figures: Mapping[str, Any]) -> None:
    today, then = figures["covered"], figures["covered_with_sites"]
    standard = f"{figures['minutes']:g} minutes"
    OUT.print(
        f"people within {standard} of a station: {_percent(today['share'])} today, "
        f"{_percent(then['share'])} with {len(figures['sites'])} more",
        markup=False,
    )
    OUT.print(
        f"no choice of as many places reaches more than another {then['gap']:.1%}; "
        "a proposal, nothing is changed",
        markup=False,
    )
    _print_notes(figures["notes"])
    print_table(
        ("site", "lon", "lat", "adds people"),
        [
            (n, f"{one['lon']:.6f}", f"{one['lat']:.6f}", round(one["adds"]))
            for n, one in enumerate(figures["sites"], start=1)
        ],
    )
    OUT.print("")
    print_table(
        ("zone", "people", "reached", "with sites", "premises", "still beyond"),
        [
            (
                one["name"],
                *(round(one[key]) for key in ("people", "covered", "covered_with_sites")),
                one["premises"],
                one["premises_beyond"],
            )
            for one in figures["zones"]
        ],
    )


def _percent(share: float | None) -> str:
    return "–" if share is None or share != share else f"{share:.0%}"  # noqa: PLR0124  # NaN


def _write(
    json_file: Path | None,
    figures: Mapping[str, Any],
    geojson: Path | None,
    drawn: Mapping[str, Any],
    map_file: Path | None,
) -> None:
    if json_file is not None:
        write_json(json_file, figures)
    if geojson is not None:
        write_json(geojson, drawn)
    for path in (json_file, geojson, map_file):
        if path is not None:
            OUT.print(f"written: {path}", markup=False)
