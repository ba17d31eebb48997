"""The sample park as files, in the mixture of formats that a real station would hand over.

Takes a `Park` and a folder, writes one file per source, and gives a description of each (what goes into
`park.toml`) with what a correct reader will count in it. GCJ-02 here, BD-09 there; GBK, GB18030, a byte
order mark; Chinese headings, a title row, real Excel dates, serial numbers, full-width digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from data.sample_park import formats, geodesy, oddities
from data.sample_park.calendar import times
from data.sample_park.oddities import Planted

if TYPE_CHECKING:
    from pathlib import Path

    from data.sample_park.park import Park

PREMISES_KINDS = {
    "plant": "厂房", "leased_workshop": "租赁车间", "construction_site": "在建工地", "dormitory": "宿舍",
    "office": "办公",
}  # fmt: skip
GRADES = {4: "一级", 3: "二级", 2: "三级", 1: "四级"}
YES_NO = {True: "是", False: "否"}


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


def turned(words: dict[Any, str]) -> dict[str, Any]:
    """Turn ours -> theirs into theirs -> ours, as the park file's `values` wants it."""
    return {theirs: ours for ours, theirs in words.items()}


def write_ground(park: Park, folder: Path) -> list[SourceFile]:
    """Write what a park has on its first day: edge, zones, roads, stations, officers, enterprises."""
    edge = pd.DataFrame({"name": ["样例高新园区"], "geometry": [park.place.edge]})
    formats.write_geojson(folder / "boundary.geojson", edge)
    return [
        _zones(park, folder),
        *_layers(park, folder),
        _enterprises(park, folder),
        *_people(park, folder),
    ]


def _zones(park: Park, folder: Path) -> SourceFile:
    zones = park.tables["zones"]
    table = pd.DataFrame({
        "巡区编号": zones["id"],
        "巡区名称": zones["name"],
        "每班巡逻小时": zones["patrol_hours"].astype(float),
        "班次": zones["shift"],
        "启用日期": _dates(zones["start"]),
        "停用日期": _last_days(zones["end"]),
        "geometry": zones["geometry"],
    })  # fmt: skip
    formats.write_geojson(folder / "zones.geojson", table)
    columns = {
        "id": "巡区编号", "name": "巡区名称", "patrol_hours": "每班巡逻小时", "shift": "班次",
        "valid_from": "启用日期", "valid_to": "停用日期",
    }  # fmt: skip
    keys = {"datum": "wgs84", "columns": columns}
    return SourceFile("zones", "zones", "zones.geojson", keys, Planted(len(table)))


def _layers(park: Park, folder: Path) -> list[SourceFile]:
    """Write `park.gpkg`: roads and premises in the working CRS, stations in CGCS2000 degrees."""
    gpkg = folder / "park.gpkg"
    gpkg.unlink(missing_ok=True)
    roads, stations = park.tables["roads"], park.tables["stations"]
    formats.write_layer(gpkg, "roads", roads)
    points = shapely.points(stations["lon"], stations["lat"])
    columns = ["id", "type", "name", "hours", "services", "languages"]
    shown = stations[columns].assign(geometry=points)
    formats.write_layer(gpkg, "stations", shown, "EPSG:4490")
    premises = park.tables["premises"]
    more = premises[premises["listed"] == "premises"]
    table = pd.DataFrame({
        "场所编号": more["id"],
        "所属企业": more["enterprise"],
        "场所类型": more["kind"].map(PREMISES_KINDS),
        "地址": more["address"],
        "所在场所": more["host_premises"],
        "在场人数": more["people"],
        "固有风险等级": more["inherent_class"].map(GRADES),
        "危险品": more["dangerous_goods"].map(YES_NO),
        "启用日期": _dates(more["start"]),
        "停用日期": _last_days(more["end"]),
        "geometry": shapely.points(more["easting"], more["northing"]),
    })  # fmt: skip
    stray = table.iloc[[0]].assign(场所编号="CS9999", 所属企业="QY9999")
    table = pd.concat([table, stray], ignore_index=True)
    formats.write_layer(gpkg, "premises", table)
    premises_columns = {
        "id": "场所编号", "enterprise": "所属企业", "kind": "场所类型", "address": "地址",
        "host_premises": "所在场所", "people": "在场人数", "inherent_class": "固有风险等级",
        "dangerous_goods": "危险品", "valid_from": "启用日期", "valid_to": "停用日期",
    }  # fmt: skip
    values = {
        "kind": turned(PREMISES_KINDS), "inherent_class": turned(GRADES),
        "dangerous_goods": turned(YES_NO),
    }  # fmt: skip
    same = {name: name for name in ("id", "name", "road_class", "speed_kmh")}
    return [
        SourceFile("roads", "roads", "park.gpkg",
                   {"layer": "roads", "datum": geodesy.CRS, "columns": same}, Planted(len(roads))),
        SourceFile("stations", "stations", "park.gpkg",
                   {"layer": "stations", "datum": "cgcs2000", "columns": {c: c for c in columns}},
                   Planted(len(stations), outside=int((~stations["inside"]).sum()))),
        SourceFile("premises", "premises", "park.gpkg",
                   {"layer": "premises", "datum": geodesy.CRS, "columns": premises_columns,
                    "values": values},
                   Planted(len(table), 1, what={"unknown_enterprise": 1})),
    ]  # fmt: skip


def _enterprises(park: Park, folder: Path) -> SourceFile:
    firms = park.tables["enterprises"]
    main = park.tables["premises"].iloc[: len(firms)]
    lon, lat = geodesy.gcj02(main["lon"], main["lat"])
    table = pd.DataFrame({
        "序号": np.arange(1, len(firms) + 1),
        "企业编号": firms["id"],
        "统一社会信用代码": firms["credit_code"],
        "企业名称": firms["name"],
        "联系人": firms["contact"],
        "联系电话": firms["phone"],
        "行业": firms["industry"],
        "是否规上": firms["above_scale"].map(YES_NO),
        "个体工商户": firms["sole_trader"].map(YES_NO),
        "从业人数": firms["employees"],
        "场所类型": main["kind"].map(PREMISES_KINDS),
        "地址": main["address"],
        "在场人数": main["people"],
        "固有风险等级": main["inherent_class"].map(GRADES),
        "危险品": main["dangerous_goods"].map(YES_NO),
        "接待时间": main["opening_hours"],
        "成立日期": _excel_dates(firms["start"]),
        "注销日期": times(firms["end"] - 1),
        "经度": np.round(lon, 7),
        "纬度": np.round(lat, 7),
    })  # fmt: skip
    table, planted = oddities.spoil_enterprises(table, main)
    titles = ["样例高新园区企业名录(样例数据)", "截至 2026 年 11 月 1 日 坐标系:GCJ-02"]
    notes = ["本表为合成样例,企业、地址、人员均为虚构。", "经纬度取自手机地图(GCJ-02)。"]
    formats.write_xlsx(folder / "enterprises.xlsx", "企业名录", titles, table, notes)
    columns = {
        "id": "企业编号", "credit_code": "统一社会信用代码", "name": "企业名称", "contact": "联系人",
        "phone": "联系电话", "industry": "行业", "above_scale": "是否规上",
        "sole_trader": "个体工商户", "employees": "从业人数", "kind": "场所类型", "address": "地址",
        "people": "在场人数", "risk_class": "固有风险等级", "dangerous_goods": "危险品",
        "opening_hours": "接待时间", "valid_from": "成立日期", "valid_to": "注销日期",
        "lon": "经度", "lat": "纬度",
    }  # fmt: skip
    values = {
        "kind": turned(PREMISES_KINDS), "risk_class": turned(GRADES), "above_scale": turned(YES_NO),
        "sole_trader": turned(YES_NO), "dangerous_goods": turned(YES_NO),
    }  # fmt: skip
    keys = {"sheet": "企业名录", "datum": "gcj02", "columns": columns, "values": values}
    return SourceFile("enterprises", "enterprises", "enterprises.xlsx", keys, planted)


def _people(park: Park, folder: Path) -> list[SourceFile]:
    officers, duties = park.tables["officers"], park.tables["assignments"]
    headings = {"id": "警号", "name": "姓名", "phone": "电话", "team": "队伍", "station": "所属阵地"}
    formats.write_csv(folder / "officers.csv", officers.rename(columns=headings), "gb18030")
    table = pd.DataFrame({
        "编号": duties["id"],
        "警号": duties["officer"],
        "巡区": duties["zone"],
        "企业编号": duties["enterprise"],
        "起": _dates(duties["start"]),
        "止": _last_days(duties["end"]),
    })  # fmt: skip
    formats.write_csv(folder / "assignments.csv", table, "utf-8")
    columns = {
        "id": "编号", "officer": "警号", "zone": "巡区", "enterprise": "企业编号", "valid_from": "起",
        "valid_to": "止",
    }  # fmt: skip
    population = park.tables["population"]
    formats.write_parquet(folder / "population.parquet", population)
    return [
        SourceFile("officers", "officers", "officers.csv",
                   {"encoding": "gb18030", "columns": headings}, Planted(len(officers))),
        SourceFile("assignments", "assignments", "assignments.csv", {"columns": columns},
                   Planted(len(table))),
        SourceFile("population", "population", "population.parquet", {"datum": "wgs84"},
                   Planted(len(population))),
    ]  # fmt: skip


def _dates(days: pd.Series) -> list[str]:
    """Write day numbers as plain dates, the open ones as nothing."""
    moments = times(np.floor(days))
    return ["" if pd.isna(one) else one.strftime("%Y-%m-%d") for one in moments]


def _last_days(days: pd.Series) -> list[str]:
    """Write the last day on which something was valid: a date alone is its whole day."""
    return _dates(days - 1)


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
