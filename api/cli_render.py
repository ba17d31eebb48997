"""`geo-risk render`: the last build as one map file that opens offline.

Takes a park file and for whom the map is, gives one HTML document that holds what the service would
answer to that reader at /v1/map and /v1/surfaces; a station's file also holds the cells, says who
made it, and shows nothing after its expiry. Every render is audited.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.audience import Sight, sight_of
from api.auth import PUBLIC, Throttles
from api.cli_export import (
    READERS,
    ExpiresOption,
    NamesOption,
    Reader,
    ReaderOption,
    expiry_of,
)
from api.cli_park import open_workspace
from api.cli_session import KEEPER, OUT, ParkArgument, made_by, now, write_text
from api.edge import configure_logs
from api.jobs import Jobs
from api.kept import KeptRecords
from api.live_feed import LiveFeed
from api.live_map import LiveMap
from api.ogc.wire import wire_of
from api.pages import Pages
from api.past import Past
from api.previews import Previews
from api.reading import names_of
from api.routes.map import read_map
from api.routes.surfaces import read_surfaces
from api.service import Service
from api.shown import Watcher
from geo_risk.publicbook import PublicBook
from geo_risk.settings import Settings
from maps.render import FileContent, render_file
from maps.words import DEFAULT_LANG, LANGS

if TYPE_CHECKING:
    from fastapi import Response

    from geo_risk.workspace import Workspace


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(render)


def render(
    park: ParkArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT.html", help="File.", show_default=False)],
    audience: ReaderOption = Reader.PUBLIC,
    lang: Annotated[str, typer.Option(help=f"{' or '.join(LANGS)}.")] = DEFAULT_LANG,
    expires: ExpiresOption = None,
    *,
    names: NamesOption = False,
) -> None:
    """Write the last build as one map file that opens offline."""
    if lang not in LANGS:
        raise typer.BadParameter(f"{lang!r} is none of {', '.join(LANGS)}.", param_hint="--lang")
    configure_logs("warning")
    moment = now()
    sight = sight_of(READERS[audience])
    with open_workspace(park) as workspace:
        text = map_file(workspace, sight, moment, lang, expires, names=names)
        workspace.store.audit(KEEPER, "render", f"{audience}", moment)
    write_text(out, text)
    OUT.print(f"{out}: {out.stat().st_size / 1e6:.1f} MB, for {audience}", markup=False)


def map_file(
    workspace: Workspace,
    sight: Sight,
    moment: datetime,
    lang: str,
    expires: datetime | None,
    *,
    names: bool,
) -> str:
    """Make the document for one reader; its data is what the routes answer to that reader."""
    workspace.publication()  # says so where nothing was built yet
    service = _service(workspace, moment)
    service.watcher.poll()
    shown = service.watcher.shown
    drawn = _body(read_map(service, shown, sight, moment))
    owners = sorted({one["properties"]["enterprise_id"] for one in drawn["premises"]["features"]})
    surfaces = _body(read_surfaces(service, shown, shown, sight, moment))
    for one in surfaces["surfaces"]:
        one.pop("live", None)  # a file takes no reports
    content = FileContent(
        map=drawn,
        surfaces=surfaces,
        publication=shown.publication if sight.cells else None,
        datum=workspace.park.park.datum,
        names=names_of(workspace.store, sight, owners) if names else {},
    )
    view = Pages(service, shown, PUBLIC, sight, moment, "/").map_view("now", shown)
    limit = expiry_of(workspace.park, expires, moment)
    return render_file(view, content, lang=lang, made_by=made_by(), made_at=moment, expires=limit)


def _service(workspace: Workspace, moment: datetime) -> Service:
    """Give the service as a route would have it, at one moment and without watching."""
    park, store = workspace.park, workspace.store
    kept, boundary = KeptRecords(store), workspace.boundary()
    watcher = Watcher(store, park.park.datum)
    return Service(
        settings=Settings(),
        park=park,
        store=store,
        kept=kept,
        past=Past(store, kept, park),
        live=LiveFeed(store),
        live_map=LiveMap(store, kept, park, boundary, watcher, lambda: moment),
        boundary=boundary,
        wire=wire_of(park),
        watcher=watcher,
        throttles=Throttles(),
        clock=lambda: moment,
        jobs=Jobs(Settings(), park),
        previews=Previews(),
        public=PublicBook(store, park, boundary),
    )


def _body(answer: Response) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(bytes(answer.body))
    return body
