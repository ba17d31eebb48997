"""How the sample's files look outside: dates as people write them, and bytes without a clock.

Takes tables, writes CSV in several encodings, XLSX with a title, Parquet, GPKG, GeoJSON. Nothing
of the time of writing gets into a file: same seed, same bytes. Dates are written as in real
offices, several ways in one column.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from data.sample_park.calendar import AS_OF
from data.sample_park.geodesy import CRS
from data.sample_park.place import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
FULL_WIDTH = str.maketrans("0123456789.", "0123456789.")


def iso(moment: pd.Timestamp) -> str:
    """Write a time as 2026-03-04 09:30."""
    return moment.strftime("%Y-%m-%d %H:%M")


def slashed(moment: pd.Timestamp) -> str:
    """Write a time as 2026/3/4 9:30."""
    return f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment.minute:02d}"


def chinese(moment: pd.Timestamp) -> str:
    """Write a time as 2026年3月4日 9:30."""
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment.hour}:{moment.minute:02d}"


def day_firsts(times: pd.Series) -> list[str]:
    """Write times as 04/03/2026 09:30, the empty ones as nothing."""
    return ["" if pd.isna(moment) else moment.strftime("%d/%m/%Y %H:%M") for moment in times]


def as_people_write(times: pd.Series) -> list[str]:
    """Write times three ways: most ISO, every 7th with slashes, every 11th in Chinese."""
    written = []
    for row, moment in enumerate(times):
        if pd.isna(moment):
            written.append("")
        elif row % 11 == 5:
            written.append(chinese(moment))
        else:
            written.append(slashed(moment) if row % 7 == 3 else iso(moment))
    return written


def isos(times: pd.Series) -> list[str]:
    """Write times as ISO, the empty ones as nothing."""
    return ["" if pd.isna(moment) else iso(moment) for moment in times]


def write_csv(path: Path, table: pd.DataFrame, encoding: str) -> None:
    """Write a CSV with CRLF, as Excel does; a name that ends in .gz is packed."""
    text = table.to_csv(index=False, lineterminator="\r\n")
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def write_xlsx(
    path: Path, sheet: str, titles: Sequence[str], table: pd.DataFrame, notes: Sequence[str] = ()
) -> None:
    """Write a workbook: merged title rows, then headings, then rows; a sheet of notes after it.

    Parameters
    ----------
    path, sheet
        File, and name of the sheet.
    titles
        Text of the merged rows above the headings.
    table
        Cells; datetimes become real Excel dates.
    notes
        Lines of a second sheet.
    """
    book = Workbook()
    book.properties.created = AS_OF.to_pydatetime()
    page = book.worksheets[0]
    page.title = sheet
    for row, title in enumerate(titles, start=1):
        page.append([title])
        page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(table.columns))
        page.cell(row, 1).alignment = Alignment(horizontal="center")
        page.cell(row, 1).font = Font(bold=row == 1, size=14 if row == 1 else 10)
    page.append(list(table.columns))
    for cells in table.itertuples(index=False):
        page.append([_cell(one) for one in cells])
    if notes:
        second = book.create_sheet("填表说明")
        for note in notes:
            second.append([note])
    made = io.BytesIO()
    book.save(made)
    path.write_bytes(_without_clock(made))


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write Parquet."""
    table.to_parquet(path, index=False)


def write_geojson(path: Path, table: pd.DataFrame) -> None:
    """Write polygons (metres) as GeoJSON in WGS-84 degrees, the other columns as properties."""
    features = [
        {
            "type": "Feature",
            "properties": {k: v for k, v in row.items() if k != "geometry"},
            "geometry": shapely.geometry.mapping(rounded(row["geometry"])),
        }
        for row in table.to_dict("records")
    ]
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False, indent=1), encoding="utf-8")


def write_layer(path: Path, layer: str, table: pd.DataFrame, crs: str = CRS) -> None:
    """Add a layer to a GPKG; the clock GDAL would write into it is the as-of."""
    frame: Any = gpd.GeoDataFrame(table, geometry="geometry", crs=crs)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": AS_OF.strftime("%Y-%m-%dT00:00:00.000Z")})
    try:
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=False)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _cell(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def _without_clock(made: io.BytesIO) -> bytes:
    """Pack a workbook again with the time of writing taken out of it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, (2026, 11, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            content = old.read(name)
            if name == "docProps/core.xml":  # openpyxl writes the present moment into it
                content = _MODIFIED.sub(rb"\g<1>2026-11-01T00:00:00Z\g<2>", content)
            new.writestr(member, content)
    return packed.getvalue()
