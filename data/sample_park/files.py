"""The sample park as files, in the mixture of formats that a real station would hand over.

Takes a `Park` and a folder, writes one file per source, and gives a description of each (what
goes into `park.toml`) with what a correct reader will count in it. GCJ-02 here, BD-09 there;
GBK, GB18030, a byte order mark; Chinese headings, a title row, real Excel dates, serial numbers,
full-width digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from data.sample_park import formats, geodesy, headings, oddities
from data.sample_park.calendar import times
from data.sample_park.oddities import Planted

if TYPE_CHECKING:
    from pathlib import Path

    from data.sample_park.park import Park

_PREMISES_WORDS: dict[str, dict[Any, str]] = {
    "kind": headings.PREMISES_KINDS,
    "inherent_class": headings.GRADES,
    "dangerous_goods": headings.YES_NO,
}


@dataclass(frozen=True)
class SourceFile:
    """One source as `park.toml` describes it.

    Parameters
    ----------
    kind, name, file
        Kind of source, its name, file name in the folder.
    keys
        The other keys of `[[source]]`.
    planted
        What a correct reader will count.
    """

    kind: str
    name: str
    file: str
    keys: dict[str, Any] = field(default_factory=dict)
    planted: Planted = field(default_factory=Planted)


def write_ground(park: Park, folder: Path) -> list[SourceFile]:
    """Write what a park has on its first day: edge, zones, roads, stations, people, enterprises."""
    edge = pd.DataFrame({"name": ["样例高新园区"], "geometry": [park.place.edge]})
    formats.write_geojson(folder / "boundary.geojson", edge)
    (folder / "park.gpkg").unlink(missing_ok=True)
    return [
        _zones(park, folder),
        _roads(park, folder),
        _stations(park, folder),
        _enterprises(park, folder),
        _premises(park, folder),
        _officers(park, folder),
        _assignments(park, folder),
        _population(park, folder),
    ]


def in_words(
    table: pd.DataFrame, headings: dict[str, str], **words: dict[Any, str]
) -> pd.DataFrame:
    """Write a table in the file's headings and words.

    Parameters
    ----------
    table
        Columns by our field names.
    headings
        Ours -> theirs; other columns are left out, but for `geometry`.
    words
        Field -> ours -> theirs; what has no word becomes nothing.

    Returns
    -------
    DataFrame
        Columns in the order of `headings`.
    """
    said = {name: table[name].map(known).fillna("") for name, known in words.items()}
    shown = [*headings, *(["geometry"] if "geometry" in table else [])]
    return table.assign(**said)[shown].rename(columns=headings)


def _zones(park: Park, folder: Path) -> SourceFile:
    """Write zones: GeoJSON, WGS-84."""
    table = in_words(_dated(park.tables["zones"]), headings.ZONES)
    formats.write_geojson(folder / "zones.geojson", table)
    keys = {"datum": "wgs84", "columns": headings.ZONES}
    return SourceFile("zones", "zones", "zones.geojson", keys, Planted(len(table)))


def _roads(park: Park, folder: Path) -> SourceFile:
    """Write roads: a layer of `park.gpkg` in the working CRS."""
    roads = park.tables["roads"]
    formats.write_layer(folder / "park.gpkg", "roads", roads)
    columns = {name: name for name in ("id", "name", "road_class", "speed_kmh")}
    keys = {"layer": "roads", "datum": geodesy.CRS, "columns": columns}
    return SourceFile("roads", "roads", "park.gpkg", keys, Planted(len(roads)))


def _stations(park: Park, folder: Path) -> SourceFile:
    """Write stations: a layer of `park.gpkg` in CGCS2000 degrees."""
    stations = park.tables["stations"]
    columns = {c: c for c in ("id", "type", "name", "hours", "services", "languages")}
    shown = stations[list(columns)].copy()
    shown["geometry"] = _points(stations, "lon", "lat")
    formats.write_layer(folder / "park.gpkg", "stations", shown, "EPSG:4490")
    keys = {"layer": "stations", "datum": "cgcs2000", "columns": columns}
    planted = Planted(len(stations), outside=int((~stations["inside"]).sum()))
    return SourceFile("stations", "stations", "park.gpkg", keys, planted)


def _premises(park: Park, folder: Path) -> SourceFile:
    """Write the premises that are not in the enterprises' list: a layer in the working CRS."""
    premises = park.tables["premises"]
    more = _dated(premises[premises["listed"] == "premises"])
    more["geometry"] = _points(more, "easting", "northing")
    table = in_words(more, headings.PREMISES, **_PREMISES_WORDS)
    stray = table.iloc[[0]].assign(场所编号="CS9999", 所属企业="QY9999")
    table = pd.concat([table, stray], ignore_index=True)
    formats.write_layer(folder / "park.gpkg", "premises", table)
    values = {name: headings.turned(words) for name, words in _PREMISES_WORDS.items()}
    keys = {
        "layer": "premises",
        "datum": geodesy.CRS,
        "columns": headings.PREMISES,
        "values": values,
    }
    planted = Planted(len(table), 1, what={"unknown_enterprise": 1})
    return SourceFile("premises", "premises", "park.gpkg", keys, planted)


def _enterprises(park: Park, folder: Path) -> SourceFile:
    """Write the list of enterprises: XLSX with title rows, GCJ-02."""
    firms = park.tables["enterprises"]
    main = park.tables["premises"].iloc[: len(firms)]
    own = [one for one in main.columns if one not in firms.columns]
    table = firms.join(main[own])
    table["risk_class"] = table["inherent_class"]
    lon, lat = geodesy.gcj02(main["lon"], main["lat"])
    table["lon"], table["lat"] = np.round(lon, 7), np.round(lat, 7)
    table["valid_from"] = _excel_dates(firms["start"])
    table["valid_to"] = times(firms["end"] - 1)
    words: dict[str, dict[Any, str]] = {
        "kind": headings.PREMISES_KINDS,
        "risk_class": headings.GRADES,
        "above_scale": headings.YES_NO,
        "key_listed": headings.YES_NO,
        "sole_trader": headings.YES_NO,
        "dangerous_goods": headings.YES_NO,
    }
    shown = in_words(table, headings.ENTERPRISES, **words)
    shown.insert(0, "序号", np.arange(1, len(shown) + 1))
    shown, planted = oddities.spoil_enterprises(shown, main)
    titles = ["样例高新园区企业名录(样例数据)", "截至 2026 年 11 月 1 日 坐标系:GCJ-02"]
    notes = ["本表为合成样例,企业、地址、人员均为虚构。", "经纬度取自手机地图(GCJ-02)。"]
    formats.write_xlsx(folder / "enterprises.xlsx", "企业名录", titles, shown, notes)
    keys = {
        "sheet": "企业名录",
        "datum": "gcj02",
        "columns": headings.ENTERPRISES,
        "values": {name: headings.turned(known) for name, known in words.items()},
    }
    return SourceFile("enterprises", "enterprises", "enterprises.xlsx", keys, planted)


def _officers(park: Park, folder: Path) -> SourceFile:
    """Write officers: CSV, GB18030."""
    officers = in_words(park.tables["officers"], headings.OFFICERS)
    formats.write_csv(folder / "officers.csv", officers, "gb18030")
    keys = {"encoding": "gb18030", "columns": headings.OFFICERS}
    return SourceFile("officers", "officers", "officers.csv", keys, Planted(len(officers)))


def _assignments(park: Park, folder: Path) -> SourceFile:
    """Write who looks after what: CSV, UTF-8."""
    table = in_words(_dated(park.tables["assignments"]), headings.ASSIGNMENTS)
    formats.write_csv(folder / "assignments.csv", table, "utf-8")
    keys = {"columns": headings.ASSIGNMENTS}
    return SourceFile("assignments", "assignments", "assignments.csv", keys, Planted(len(table)))


def _population(park: Park, folder: Path) -> SourceFile:
    """Write how many people live where: Parquet, WGS-84."""
    table = park.tables["population"]
    formats.write_parquet(folder / "population.parquet", table)
    keys = {"datum": "wgs84", "columns": {c: c for c in ("id", "people", "lon", "lat")}}
    return SourceFile("population", "population", "population.parquet", keys, Planted(len(table)))


def _points(table: pd.DataFrame, across: str, up: str) -> pd.Series:
    points: Any = shapely.points(table[[across, up]].to_numpy())
    return pd.Series(points, index=table.index, dtype=object)


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """Write valid time as plain dates: first day, last day (a date alone is its whole day)."""
    return table.assign(valid_from=_dates(table["start"]), valid_to=_dates(table["end"] - 1))


def _dates(days: pd.Series) -> list[str]:
    """Write day numbers as plain dates, the open ones as nothing."""
    moments = times(np.floor(days))
    return ["" if pd.isna(one) else one.strftime("%Y-%m-%d") for one in moments]


def _excel_dates(days: pd.Series) -> pd.Series:
    """Write founding days as an office does: real dates, bare serial numbers, Chinese text."""
    written: list[Any] = []
    for row, moment in enumerate(times(np.floor(days))):
        if row % 10 == 4:
            written.append((moment - pd.Timestamp("1899-12-30")).days)
        elif row % 10 == 7:
            written.append(f"{moment.year}年{moment.month}月{moment.day}日")
        else:
            written.append(moment)
    return pd.Series(written, dtype=object)
