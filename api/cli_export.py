"""`geo-risk export`: a collection or the figures of the last build as XLSX.

Takes a park file, what to export and for whom, gives a workbook whose cover says so. The audience
is decided by `audience` as on every other way out, and is the public's unless somebody says
otherwise; names and texts go out only when asked for, and that is audited like every export.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.audience import Sight, own_filters, sight_of
from api.cli_park import open_workspace
from api.cli_session import KEEPER, OUT, ParkArgument, made_by, now
from api.figures import public_json
from api.sheets import STATION_FILE_LIFE
from geo_risk.disclosure import Area
from geo_risk.errors import ForbiddenError, InputError
from geo_risk.export import CLASS_ZH, Cover, Sheet, figure_sheets, sheet_of, write_xlsx
from geo_risk.park import ParkFile
from geo_risk.publicbook import PublicBook
from geo_risk.published import Publication
from geo_risk.records import COLLECTIONS, LISTED, Actor, Role, personal_fields
from geo_risk.store import Query
from geo_risk.workspace import Workspace

FIGURES = "figures"


class Reader(StrEnum):
    """For whom a file is made."""

    PUBLIC = "public"
    ANALYST = "analyst"
    STATION = "station"


READERS: dict[Reader, Actor | None] = {
    Reader.PUBLIC: None,
    Reader.ANALYST: Actor(id="cli", role=Role.ANALYST, door="cli"),
    Reader.STATION: KEEPER,
}
ReaderOption = Annotated[
    Reader, typer.Option("--audience", help="For whom: public shows aggregates only.")
]
ExpiresOption = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Last day of a station's file; default in 30 days.",
        show_default=False,
    ),
]

NamesOption = Annotated[
    bool, typer.Option("--names", help="With names, phones, texts; for the station only.")
]


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(export)


def export(
    park: ParkArgument,
    what: Annotated[
        str,
        typer.Argument(
            metavar="COLLECTION",
            help=f"{', '.join(LISTED)}; or {FIGURES}: what the last build published.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="File.", show_default=False)],
    audience: ReaderOption = Reader.PUBLIC,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=VALUE", help="Only these; repeat.", show_default=False),
    ] = None,
    expires: ExpiresOption = None,
    *,
    names: NamesOption = False,
) -> None:
    """Write a list or the figures as XLSX: Chinese headings, real dates, filters and as-of."""
    filters = dict(_pair(one) for one in where or ())
    sight = sight_of(READERS[audience])
    with open_workspace(park) as workspace:
        if what == FIGURES:
            sheets = figures_for(workspace, sight, now())
        else:
            sheets = [_collection(workspace, sight, what, filters, names=names)]
        write_xlsx(out, sheets, cover_of(workspace, sight, filters, expires))
        rows = sum(len(one.rows) for one in sheets)
        workspace.store.audit(KEEPER, "export", what, now(), count=rows)
    OUT.print(f"{out}: {rows:,} rows, for {audience}", markup=False)


def cover_of(
    workspace: Workspace, sight: Sight, filters: dict[str, str], expires: datetime | None = None
) -> Cover:
    """Say what a sheet is: a station's own file carries a name and an expiry."""
    park, made_at = workspace.park, now()
    return Cover(
        park=park.park.name,
        synthetic=park.park.synthetic,
        timezone=park.park.timezone,
        datum=park.park.datum,
        as_of=park.as_of(made_at),
        audience=sight.audience,
        made_by=made_by(),
        made_at=made_at,
        filters=filters,
        expires=expiry_of(park, expires, made_at) if sight.is_station else None,
    )


def expiry_of(park: ParkFile, last_day: datetime | None, made_at: datetime) -> datetime:
    """Give the moment from which a station's file is no longer good: the end of its last day."""
    if last_day is None:
        return made_at + STATION_FILE_LIFE
    return (last_day + timedelta(days=1)).replace(tzinfo=park.zone)


def figures_for(workspace: Workspace, sight: Sight, moment: datetime) -> list[Sheet]:
    """Give the figures of the last build as one reader may see them."""
    publication = workspace.publication()
    zones = workspace.store.find(Query(collection="zones"), actor=sight.reader)
    zone_names = {one.record.id: getattr(one.record, "name", "") for one in zones}
    if sight.cells:
        return figure_sheets(publication, zone_names)
    return [_areas(workspace, publication, zone_names, moment)]


def _collection(
    workspace: Workspace, sight: Sight, name: str, filters: dict[str, str], *, names: bool
) -> Sheet:
    if name not in LISTED:
        raise InputError(
            f"There is no collection {name!r}.", f"There are: {', '.join(LISTED)}, {FIGURES}."
        )
    if name not in sight.collections:
        raise ForbiddenError(
            f"{name} are not for this audience.", "Say for whom: --audience station."
        )
    kind = COLLECTIONS[name]
    personal = names and name in sight.personal
    hidden = {one.name for one in fields(kind) if not sight.shows(name, one.name)}
    hidden |= set() if personal else set(personal_fields(kind))
    query = Query(
        collection=name, filters={**filters, **own_filters(sight, name)}, personal=personal
    )
    found = workspace.store.find(query, actor=sight.reader)
    return sheet_of(kind, [one.record for one in found], hidden)


def _areas(
    workspace: Workspace, publication: Publication, zone_names: dict[str, str], moment: datetime
) -> Sheet:
    """Give the main surface's areas: where the station looked is the station's own."""
    park = workspace.park
    surface = publication.surfaces[publication.main]
    book = PublicBook(workspace.store, park, workspace.boundary())
    shown = book.surface(publication, lambda: public_json(publication, park), moment)
    areas = [(area, _named(area, zone_names)) for area in shown.areas]
    areas += [(shown.total, "合计")] if shown.total else []
    return Sheet(
        "区域风险",
        (
            *("图层", "单位", "区域", "面积(km²)", "平均值", "等级"),
            *("企业数", "近一年上报", "不公开"),
        ),
        [
            (
                *(surface.id, surface.surface.unit.zh, name),
                *(area.area_km2, area.mean, CLASS_ZH[area.risk_class]),
                *(area.enterprises, area.reports, area.withheld),
            )
            for area, name in areas
        ],
    )


def _named(area: Area, zone_names: dict[str, str]) -> str:
    return "、".join(zone_names.get(one) or one for one in area.zone_ids)


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        raise typer.BadParameter(f"{text!r} has no '='. Write FIELD=VALUE.", param_hint="--where")
    return name, value
