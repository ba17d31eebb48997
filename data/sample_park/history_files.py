"""The sample park's history as files: visits, findings, reports by channel, the desk's papers.

Takes a `Park` and a folder, writes what there is of its months, and describes each file as
`files.write_ground` does. What a channel leaves out is left out: the app gives credit codes, the
hotline writes the day before the month and its points in BD-09, sensors give UTC in Parquet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data.sample_park import formats, geodesy, headings, oddities
from data.sample_park.files import SourceFile, in_words
from data.sample_park.oddities import Planted

if TYPE_CHECKING:
    from pathlib import Path

    from data.sample_park.park import Park

FILES = (
    "visits.csv",
    "county_app.csv",
    "visit_findings.csv",
    "hotline.csv",
    "channels.parquet",
    "declarations.csv.gz",
    "anti_fraud_code.csv",
    "orders.xlsx",
    "services.csv",
)
"""What a park without history does not have."""
BY_PROGRAM = ("grid", "self_report", "volunteers", "sensor", "anti_fraud_code")
_REPORT_WORDS: dict[str, dict[Any, str]] = {
    "kind": headings.KINDS,
    "severity": headings.SEVERITIES,
    "state": headings.STATES,
    "level": headings.LEVELS,
}
_TIMES = ("closed_at", "interim_at", "rectified_at", "extended_at")


def write_history(park: Park, folder: Path) -> list[SourceFile]:
    """Write the dated files; none for a park without history."""
    if not park.months:
        return []
    return [
        _visits(park, folder),
        _app(park, folder),
        _findings(park, folder),
        _hotline(park, folder),
        _programs(park, folder),
        _declarations(park, folder),
        _anti_fraud(park, folder),
        _orders(park, folder),
        _services(park, folder),
    ]


def _visits(park: Park, folder: Path) -> SourceFile:
    """Write visits: CSV, GBK, dates three ways."""
    visits = park.tables["visits"]
    said = visits.assign(
        start=formats.as_people_write(visits["start"]),
        end=formats.as_people_write(visits["end"]),
        selection_probability=visits["selection_probability"].round(6),
    )
    table = in_words(said, headings.VISITS, reason=headings.REASONS)
    table, planted = oddities.spoil_visits(table)
    formats.write_csv(folder / "visits.csv", table, "gbk")
    values = {"reason": headings.turned(headings.REASONS)}
    keys = {"encoding": "gbk", "columns": headings.VISITS, "values": values}
    return SourceFile("visits", "visits", "visits.csv", keys, planted)


def _reports(park: Park, *channels: str) -> pd.DataFrame:
    reports = park.tables["reports"]
    return reports[reports["channel"].isin(channels)].reset_index(drop=True)


def _iso_times(reports: pd.DataFrame) -> pd.DataFrame:
    names = ("occurred_from", "occurred_to", "reported_at", *_TIMES)
    return reports.assign(**{name: formats.isos(reports[name]) for name in names})


def _app(park: Park, folder: Path) -> SourceFile:
    """Write the county's grass-roots app: UTF-8 with a byte order mark, GCJ-02, credit codes."""
    reports = _reports(park, "county_app")
    code = park.tables["enterprises"].set_index("id")["credit_code"]
    lon, lat = geodesy.gcj02(reports["lon"], reports["lat"])
    said = _iso_times(reports).assign(
        enterprise=reports["enterprise"].map(code).fillna(""),
        reported_at=formats.as_people_write(reports["reported_at"]),
        due=reports["due"].dt.strftime("%Y-%m-%d"),
        lon=np.round(lon, 6),
        lat=np.round(lat, 6),
    )
    table = in_words(said, headings.APP, **_REPORT_WORDS)
    table, planted = oddities.spoil_app(table, park.place, geodesy.gcj02)
    formats.write_csv(folder / "county_app.csv", table, "utf-8-sig")
    keys = _report_keys(headings.APP, datum="gcj02", set={"channel": "county_app"})
    return SourceFile("reports", "county_app", "county_app.csv", keys, planted)


def _findings(park: Park, folder: Path) -> SourceFile:
    """Write what visits found, each naming its visit: GB18030, points in WGS-84."""
    reports = _reports(park, "visit")
    hidden = park.tables["premises"]["shown"].to_numpy()[reports["premises_row"]] == "missing"
    said = _iso_times(reports).assign(
        due=reports["due"].dt.strftime("%Y年%m月%d日"),
        lon=reports["lon"].mask(hidden),
        lat=reports["lat"].mask(hidden),
    )
    table = in_words(said, headings.FINDINGS, **_REPORT_WORDS)
    formats.write_csv(folder / "visit_findings.csv", table, "gb18030")
    keys = _report_keys(headings.FINDINGS, datum="wgs84", set={"channel": "visit"})
    keys["encoding"] = "gb18030"
    planted = Planted(len(table), what={"only_the_premises_named": int(hidden.sum())})
    return SourceFile("reports", "visit_findings", "visit_findings.csv", keys, planted)


def _hotline(park: Park, folder: Path) -> SourceFile:
    """Write calls and petitions: day before month, BD-09, no enterprise but by premises' number."""
    reports = _reports(park, "hotline", "petition")
    lon, lat = geodesy.bd09(reports["lon"], reports["lat"])
    said = reports.assign(
        occurred=formats.day_firsts(reports["occurred_from"]),
        reported_at=formats.day_firsts(reports["reported_at"]),
        closed_at=formats.day_firsts(reports["closed_at"]),
        lon=np.round(lon, 6),
        lat=np.round(lat, 6),
    )
    words = {
        "kind": headings.KINDS,
        "state": headings.STATES,
        "channel": headings.CALLERS,
        "level": headings.LEVELS,
    }
    table = in_words(said, headings.HOTLINE, **words)
    table, planted = oddities.spoil_hotline(table)
    formats.write_csv(folder / "hotline.csv", table, "utf-8")
    keys = _report_keys(headings.HOTLINE, datum="bd09", date_order="dmy")
    keys["values"] = {"channel": headings.turned(headings.CALLERS)}
    return SourceFile("reports", "hotline", "hotline.csv", keys, planted)


def _programs(park: Park, folder: Path) -> SourceFile:
    """Write what programs exchange: Parquet, our own words, times in UTC."""
    reports = _reports(park, *BY_PROGRAM)
    table = reports[list(headings.PROGRAMS)].copy()
    for name in ("occurred_from", "occurred_to", "reported_at", *_TIMES[:3]):
        local = table[name].dt.tz_localize("Asia/Shanghai")
        table[name] = local.dt.tz_convert("UTC").dt.as_unit("us")
    missing = np.flatnonzero(table["premises"] == "")[:2]  # these have no place at all
    table.loc[missing, ["lon", "lat"]] = np.nan
    formats.write_parquet(folder / "channels.parquet", table)
    keys = _report_keys(headings.PROGRAMS, datum="wgs84")
    planted = Planted(len(table), 0, len(missing), 0, {"missing_point": len(missing)})
    return SourceFile("reports", "channels", "channels.parquet", keys, planted)


def _report_keys(names: dict[str, str], **others: Any) -> dict[str, Any]:
    columns, occurred = headings.apart(names)
    return {**others, "columns": columns, "occurred": occurred}


def _declarations(park: Park, folder: Path) -> SourceFile:
    """Write declarations: CSV, packed."""
    declared = park.tables["declarations"]
    code = park.tables["enterprises"].set_index("id")["credit_code"]
    said = declared.assign(
        enterprise=declared["enterprise"].map(code),
        have=declared["have"].astype(int),
        need=declared["need"].astype(int),
        declared_at=formats.isos(declared["declared_at"]),
        verified_at=formats.isos(declared["verified_at"]),
    )
    table = in_words(said, headings.DECLARATIONS)
    formats.write_csv(folder / "declarations.csv.gz", table, "utf-8")
    keys = {"columns": headings.DECLARATIONS}
    planted = Planted(len(table))
    return SourceFile("declarations", "declarations", "declarations.csv.gz", keys, planted)


def _anti_fraud(park: Park, folder: Path) -> SourceFile:
    """Write how many of each firm's staff have the anti-fraud code: the code's own list, UTF-8."""
    covered = park.tables["anti_fraud"]
    said = covered.assign(
        have=covered["have"].astype(int),
        need=covered["need"].astype(int),
        declared_at=formats.isos(covered["declared_at"]),
        verified_at=formats.isos(covered["verified_at"]),
    )
    table = in_words(said, headings.ANTI_FRAUD)
    formats.write_csv(folder / "anti_fraud_code.csv", table, "utf-8")
    keys = {"columns": headings.ANTI_FRAUD, "set": {"indicator": "anti_fraud_code"}}
    planted = Planted(len(table))
    return SourceFile("declarations", "anti_fraud_code", "anti_fraud_code.csv", keys, planted)


def _orders(park: Park, folder: Path) -> SourceFile:
    """Write orders: XLSX with real dates."""
    ordered = park.tables["orders"]
    said = ordered.assign(ordered_at=ordered["ordered_at"].dt.floor("s"))
    table = in_words(said, headings.ORDERS, state=headings.ORDER_STATES)
    formats.write_xlsx(folder / "orders.xlsx", "点单", ["样例高新园区点单台账(样例数据)"], table)
    values = {"state": headings.turned(headings.ORDER_STATES)}
    keys = {"columns": headings.ORDERS, "values": values}
    return SourceFile("orders", "orders", "orders.xlsx", keys, Planted(len(table)))


def _services(park: Park, folder: Path) -> SourceFile:
    """Write what stations did: CSV, UTF-8."""
    served = park.tables["services"]
    table = in_words(served.assign(at=formats.isos(served["at"])), headings.SERVICES)
    formats.write_csv(folder / "services.csv", table, "utf-8")
    keys = {"columns": headings.SERVICES}
    return SourceFile("services", "services", "services.csv", keys, Planted(len(table)))
