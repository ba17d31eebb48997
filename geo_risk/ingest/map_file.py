"""Map files and Parquet as tables: GeoJSON, GPKG, Shapefile, GeoParquet, Parquet.

Takes a path, gives a `Table` whose attributes are text and whose shapes are shapely geometries.
Rows count from 1 in the file's order. A file in a projected CRS whose source names only a datum
(wgs84, gcj02...) is brought to degrees of that datum here: the CRS says how it is projected, the
datum what it means. A CRS that contradicts a declared EPSG code is an error. A .gz is unpacked to
a folder that is gone afterwards, with the files that belong to a Shapefile.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo_risk.crs import unproject_geometry
from geo_risk.errors import CRSMismatchError, FileFormatError
from geo_risk.ingest.columns import nearest
from geo_risk.ingest.table import Table, cell_text
from geo_risk.ingest.text_file import decode
from geo_risk.ingest.unpacked import unzipped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

OGR_SUFFIXES = (".geojson", ".json", ".gpkg", ".shp")
PARQUET_SUFFIXES = (".parquet", ".geoparquet")
_DBF_HEADER = 32


def read_map_file(path: Path, *, layer: str = "", encoding: str = "", datum: str = "") -> Table:
    """Read a GeoJSON, GPKG or Shapefile.

    Parameters
    ----------
    path
        The file; may end in .gz.
    layer
        Of a GPKG; '' for the only one.
    encoding
        Of a Shapefile's attributes; '' to find out.
    datum
        What the source declares; '' leaves coordinates as they are.

    Returns
    -------
    Table
        With shapes (None where a feature has none).

    Raises
    ------
    FileFormatError
        When it cannot be read, or the layer is not there or not named.
    CRSMismatchError
        When the file's CRS is not the declared one.
    """
    with _unpacked(path) as plain_path:
        layer = _layer(plain_path, path.name, layer)
        options: dict[str, Any] = {"layer": layer} if layer else {}
        if plain_path.suffix.lower() == ".shp":
            options["encoding"] = encoding or _dbf_encoding(plain_path)
        if plain_path.suffix.lower() in {".geojson", ".json"}:
            options["DATE_AS_STRING"] = "YES"
        try:
            meta, _, wkb, data = pyogrio.raw.read(
                plain_path, datetime_as_string=True, read_geometry=True, **options
            )
        except (DataSourceError, FieldError, GeometryError, UnicodeDecodeError) as error:
            raise _unreadable(path, plain_path, error) from None
    shapes = _shapes(wkb, len(data[0]) if data else 0)
    columns = [[cell_text(one) for one in column.tolist()] for column in data]
    crs = str(meta.get("crs") or "")
    return Table(
        file=path.name,
        sheet=layer if plain_path.suffix.lower() == ".gpkg" else "",
        headings=tuple(str(one) for one in meta["fields"]),
        columns=columns,
        rows=list(range(1, len(shapes) + 1)),
        shapes=_in_datum(shapes, crs, datum, path.name),
        crs=crs,
    )


def read_parquet(path: Path, *, datum: str = "") -> Table:
    """Read a Parquet or GeoParquet file; parameters and errors as `read_map_file`."""
    with _unpacked(path) as plain_path:
        try:
            content = pq.read_table(plain_path)
        except (pa.ArrowException, OSError):
            raise FileFormatError(
                f"{path.name} is damaged or no Parquet file.", "Export it again."
            ) from None
    geo = _geo_metadata(content)
    shapes, crs = None, ""
    if geo:
        name = geo["primary_column"]
        shapes, crs = _parquet_shapes(content, geo, path.name)
        content = content.drop_columns([name])
        shapes = _in_datum(shapes, crs, datum, path.name)
    return Table(
        file=path.name,
        sheet="",
        headings=tuple(content.column_names),
        columns=[[cell_text(one) for one in column.to_pylist()] for column in content.columns],
        rows=list(range(1, content.num_rows + 1)),
        shapes=shapes,
        crs=crs,
    )


def layers_of(path: Path) -> list[str]:
    """Give the names of a map file's layers that have shapes."""
    return [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Give a path that GDAL or Arrow can open; a .gz is unpacked beside its companions."""
    if path.suffix.lower() != ".gz":
        yield path
        return
    stem = path.name[: -len(".gz")].rsplit(".", 1)[0]
    with tempfile.TemporaryDirectory(prefix="geo-risk-") as folder:
        for one in path.parent.glob(f"{glob_safe(stem)}.*"):
            belongs = one == path or path.name.lower().endswith(".shp.gz")
            if belongs and one.is_file():
                _unpack(one, Path(folder))
        yield Path(folder) / path.name[: -len(".gz")]


def glob_safe(name: str) -> str:
    """Write a file name so that a pattern takes it letter by letter."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _unpack(one: Path, folder: Path) -> None:
    if one.suffix.lower() != ".gz":
        shutil.copy(one, folder / one.name)
        return
    with one.open("rb") as packed, (folder / one.name[: -len(".gz")]).open("wb") as out:
        out.writelines(unzipped(packed, one.stat().st_size, one.name))


def _layer(path: Path, name: str, layer: str) -> str:
    try:
        known = layers_of(path)
    except (DataSourceError, DataLayerError):
        known = []
    if layer and layer not in known and path.suffix.lower() == ".gpkg":
        raise FileFormatError(f"{name} has no layer {layer!r}.", nearest(layer, known))
    if not layer and len(known) > 1:
        raise FileFormatError(
            f"{name} has {len(known)} layers.", f"Say which one: layer = one of {', '.join(known)}."
        )
    return layer or (known[0] if known and path.suffix.lower() == ".gpkg" else "")


def _unreadable(path: Path, plain_path: Path, error: Exception) -> FileFormatError:
    name = path.name
    if plain_path.suffix.lower() == ".shp" and not plain_path.with_suffix(".shx").exists():
        return FileFormatError(
            f"{name} lacks its .shx file.", "Put .shp, .shx and .dbf side by side."
        )
    if plain_path.suffix.lower() in {".geojson", ".json"} and plain_path.exists():
        try:
            json.loads(plain_path.read_bytes())
        except json.JSONDecodeError as wrong:
            return FileFormatError(
                f"{name}, line {wrong.lineno}: no valid JSON ({wrong.msg}).",
                "Export the file again as GeoJSON.",
            )
        except UnicodeDecodeError:
            return FileFormatError(f"{name} is no UTF-8.", "Export the file again as GeoJSON.")
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return FileFormatError(
        f"{name} cannot be read: {reason.replace(str(plain_path), name)}", "Export the file again."
    )


def _dbf_encoding(path: Path) -> str:
    """Find out the encoding of a Shapefile's attributes where no .cpg says it."""
    if any(path.with_suffix(one).exists() for one in (".cpg", ".CPG")):
        return ""
    dbf = next(
        (one for one in (path.with_suffix(".dbf"), path.with_suffix(".DBF")) if one.exists()), None
    )
    if dbf is None:
        return ""
    body = dbf.read_bytes()[_DBF_HEADER:]
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        text = decode(body.replace(b"\0", b" "), dbf.name)
        return "UTF-8" if text.encode("utf-8", "surrogateescape") == body else "GB18030"
    return "UTF-8"


def _shapes(wkb: Any, length: int) -> Shapes:
    if wkb is None:
        return np.full(length, None, dtype=object)
    return np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)


def _in_datum(shapes: Shapes, crs: str, datum: str, name: str) -> Shapes:
    """Bring shapes to what the source's datum speaks of: degrees, or metres of an EPSG code."""
    if not datum or not crs:
        return shapes
    try:
        own = CRS.from_user_input(crs)
    except CRSError:
        return shapes
    if datum.startswith("EPSG:"):
        if not _same(own, CRS.from_user_input(datum)):
            raise CRSMismatchError(
                f"{name} is in {own.name}, its source says {datum}.",
                "Correct `datum`, or project the file.",
            )
        return shapes
    if not own.is_projected:
        return shapes
    return np.array(
        [None if one is None else unproject_geometry(one, crs) for one in shapes], dtype=object
    )


def _same(own: CRS, declared: CRS) -> bool:
    both_degrees = own.is_geographic and declared.is_geographic
    return (
        both_degrees
        or own.equals(declared, ignore_axis_order=True)
        or own.to_epsg() == declared.to_epsg()
    )


def _geo_metadata(content: Any) -> dict[str, Any]:
    raw = (content.schema.metadata or {}).get(b"geo")
    if raw is None:
        return {}
    try:
        geo = json.loads(raw)
    except ValueError:
        return {}
    name = geo.get("primary_column") if isinstance(geo, dict) else None
    return geo if name in content.column_names else {}


def _parquet_shapes(content: Any, geo: dict[str, Any], name: str) -> tuple[Shapes, str]:
    column = geo["primary_column"]
    about = geo.get("columns", {}).get(column, {})
    if about.get("encoding", "WKB") != "WKB":
        raise FileFormatError(
            f"{name}: shapes are encoded as {about['encoding']}.", "Write them as WKB."
        )
    crs = about.get("crs", "OGC:CRS84")
    text = json.dumps(crs) if isinstance(crs, dict) else str(crs or "")
    return _shapes(np.array(content[column].to_pylist(), dtype=object), content.num_rows), text
