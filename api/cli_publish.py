"""`geo-risk publish`: the public figures as plain files, for a portal's own server.

Takes a park file and a folder, gives one folder a map: a page that needs no script, its picture,
its table and an oEmbed answer, all with relative addresses, so that they open from a disk too. The
folder is written aside and swapped in whole; the same figures give the same bytes. Refused without
a map approval number or a declared exemption; every publishing is audited.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from api.cli_park import open_workspace
from api.cli_session import KEEPER, OUT, ParkArgument, now
from api.embeds import DEFAULT_HEIGHT, LATEST, Figures, check_approved, checked, view_of
from geo_risk.errors import InputError
from geo_risk.publicbook import PublicBook
from geo_risk.store import Embed
from maps.embed import KINDS, THEMES
from maps.static_site import site_files
from maps.words import LANGS

_MARK = "geo-risk.json"


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(publish)


def publish(
    park: ParkArgument,
    static: Annotated[
        Path, typer.Option("--static", metavar="DIR", help="Folder to write.", show_default=False)
    ],
    month: Annotated[
        str, typer.Option(help="YYYY-MM, or latest: the last month that has closed.")
    ] = LATEST,
    lang: Annotated[
        str, typer.Option(help=f"{', '.join(LANGS)}; or all: a folder for each language.")
    ] = "all",
    theme: Annotated[str, typer.Option(help=f"{' or '.join(THEMES)}.")] = THEMES[0],
) -> None:
    """Write the public figures as plain files, for a portal's own server."""
    langs = LANGS if lang == "all" else (lang,)
    moment = now()
    files: dict[str, bytes] = {}
    with open_workspace(park) as workspace:
        check_approved(workspace.park)
        figures = Figures(
            PublicBook(workspace.store, workspace.park, workspace.boundary()),
            workspace.store,
            workspace.park,
            workspace.store.publication(),
            moment,
        )
        kinds = KINDS if figures.publication is not None else KINDS[:1]
        for one in langs:
            views = {
                what: view_of(figures, _embed(what, month, one, theme, figures), one)
                for what in kinds
            }
            files |= site_files(views, one, alone=len(langs) == 1)
        workspace.store.audit(KEEPER, "publish", f"static/{month}", moment, count=len(files))
    swap_in(static, files)
    size = sum(len(one) for one in files.values())
    OUT.print(f"{static}: {len(files)} files, {size / 1e6:.1f} MB", markup=False)


def swap_in(folder: Path, files: dict[str, bytes]) -> None:
    """Put files in the place of a folder: all of them or none.

    Raises
    ------
    InputError
        When the folder holds something that was not written by this command.
    """
    if folder.exists() and not (folder / _MARK).is_file() and any(folder.iterdir()):
        raise InputError(
            f"{folder} holds other files.", "Name a folder that is empty or not there yet."
        )
    aside, old = (folder.with_name(f".{folder.name}.{word}") for word in ("new", "old"))
    for one in (aside, old):
        shutil.rmtree(one, ignore_errors=True)
    for name, content in {**files, _MARK: _listed(files)}.items():
        path = aside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if folder.exists():
        folder.rename(old)
    aside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _listed(files: dict[str, bytes]) -> bytes:
    return (json.dumps({"files": sorted(files)}, indent=1) + "\n").encode()


def _embed(what: str, month: str, lang: str, theme: str, figures: Figures) -> Embed:
    """Give what a frame would be made of: it is not kept, for files have no address of ours."""
    at = figures.now
    return checked(Embed("static", what, month, lang, theme, "", DEFAULT_HEIGHT, (), "", at, at))
