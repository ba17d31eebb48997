"""A park's files as such: which are missing, what their digests are, where the edge runs.

Takes a park file, gives sources, digests and the boundary's polygon. The digest of a source
covers the bytes of its file and everything that decides what its rows become (description, time
zone, datum, kinds, boundary), so that equal digests mean equal records.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from geo_risk.errors import FileFormatError, ParkFileError
from geo_risk.ingest.read import missing_text, read_table
from geo_risk.ingest.shapes import fit_shape, merge_zones
from geo_risk.ingest.values import Bad
from geo_risk.park import Source

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo_risk.park import ParkFile

FORMAT = 1
"""Raised when the same file would give other records: everything is then read again."""


def source_digest(park: ParkFile, source: Source, file: Path | None = None) -> str:
    """Give the SHA-256 (hex) of a file and of all that decides what its rows become.

    Parameters
    ----------
    park, source
        The description; where the files lie does not count.
    file
        Another file of the same description.

    Raises
    ------
    FileFormatError
        When the file or the boundary is missing.
    """
    told = {
        one.name: getattr(source, one.name)
        for one in fields(source)
        if one.name not in {"file", "origin", "sha256"}
    }
    told["park"] = [park.park.timezone, park.park.datum, sorted(park.kinds)]
    told["format"] = FORMAT
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode())
    for path in (*_with_companions(file or source.file), park.park.boundary.file):
        if path.is_file():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def missing_files(park: ParkFile) -> list[Source]:
    """Give the sources whose file is not there; `read.missing_text` says where each comes from."""
    return [one for one in park.source if not one.file.is_file()]


def read_boundary(park: ParkFile) -> BaseGeometry:
    """Read the park's edge.

    Returns
    -------
    shapely geometry
        Polygon or MultiPolygon, degrees in the park's datum.

    Raises
    ------
    FileFormatError
        When the file is missing, or holds no polygon.
    ParkFileError
        When it holds several and `dissolve` is not set.
    """
    edge = park.park.boundary
    about = Source(
        kind="zones", file=edge.file, name="boundary", datum=edge.datum, layer=edge.layer
    )
    if not edge.file.is_file():
        raise FileFormatError(missing_text(about), "Put it there, or correct [park] boundary.")
    table = read_table(edge.file, about)
    shapes = [] if table.shapes is None else [one for one in table.shapes if one is not None]
    fitted = [
        fit_shape(one, "zones", datum=edge.datum, park_datum=park.park.datum, boundary=None)
        for one in shapes
    ]
    polygons = [one[0] for one in fitted if not isinstance(one, Bad)]
    if not polygons:
        raise FileFormatError(f"{table.where}: there is no polygon.", "Draw the park's edge in it.")
    if len(polygons) > 1 and not edge.dissolve:
        raise ParkFileError(
            f"[park] boundary: {table.where} holds {len(polygons)} polygons.",
            "Set dissolve = true to make one boundary of them, or name another layer.",
        )
    return merge_zones(polygons)


def _with_companions(path: Path) -> list[Path]:
    """Give a file and, of a Shapefile, those that belong to it."""
    name = path.name.lower().removesuffix(".gz")
    if not name.endswith(".shp"):
        return [path]
    stem = path.name[: len(name) - len(".shp")]
    return sorted(one for one in path.parent.iterdir() if one.name.startswith(f"{stem}."))
