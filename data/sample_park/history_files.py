"""The sample park's history as files: visits, findings, reports by channel, the desk's papers.

Takes a `Park` and a folder, writes what there is of its months, and describes each file as
`files.write_ground` does. What a channel leaves out is left out: the app gives credit codes, the
hotline writes the day before the month and its points in BD-09, sensors give UTC in Parquet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data.sample_park import formats, geodesy, oddities
from data.sample_park.files import SourceFile
from data.sample_park.oddities import Planted

if TYPE_CHECKING:
    from pathlib import Path

    from data.sample_park.park import Park

REASONS = {
    "routine": "日常走访", "random": "随机抽查", "recheck": "复查", "slip": "提醒单", "order": "点单",
    "complaint": "投诉", "guidance": "上门指导",
}  # fmt: skip
KINDS = {
    "hazard": "隐患", "dispute": "矛盾纠纷", "fraud": "涉诈", "public_order": "治安", "fire": "火情",
    "traffic": "交通",
}  # fmt: skip
SEVERITIES = {"major": "立即整改", "general": "限期整改", "minor": "当场整改", "": ""}
STATES = {
    "reported": "已上报", "assigned": "已派单", "rectifying": "整改中", "rechecking": "待复查",
    "closed": "已办结", "mediating": "调解中", "settled": "已化解", "not_settled": "未化解",
    "followed_up": "已回访", "merged": "已合并",
}  # fmt: skip
ORDER_STATES = {"ordered": "已下单", "accepted": "已接单", "completed": "已完成", "cancelled": "已取消"}
BY_PROGRAM = ("grid", "self_report", "volunteers", "sensor", "anti_fraud_code")


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
        *_papers(park, folder),
    ]


def _visits(park: Park, folder: Path) -> SourceFile:
    visits = park.tables["visits"]
    table = pd.DataFrame({
        "走访编号": visits["id"],
        "企业编号": visits["enterprise"],
        "场所编号": visits["premises"],
        "走访组": visits["team"],
        "参与人": visits["participants"],
        "开始时间": formats.as_people_write(visits["start"]),
        "结束时间": formats.as_people_write(visits["end"]),
        "走访原因": visits["reason"].map(REASONS),
        "抽中概率": visits["selection_probability"].round(6),
        "已查项": visits["items_checked"],
        "应查项": visits["items_standard"],
        "备注": visits["note"],
    })  # fmt: skip
    table, planted = oddities.spoil_visits(table)
    formats.write_csv(folder / "visits.csv", table, "gbk")
    columns = {
        "id": "走访编号", "enterprise": "企业编号", "premises": "场所编号", "team": "走访组",
        "participants": "参与人", "start": "开始时间", "end": "结束时间", "reason": "走访原因",
        "selection_probability": "抽中概率", "items_checked": "已查项", "items_standard": "应查项",
        "note": "备注",
    }  # fmt: skip
    keys = {"encoding": "gbk", "columns": columns, "values": {"reason": _turned(REASONS)}}
    return SourceFile("visits", "visits", "visits.csv", keys, planted)


def _reports(park: Park, *channels: str) -> pd.DataFrame:
    reports = park.tables["reports"]
    return reports[reports["channel"].isin(channels)].reset_index(drop=True)


def _app(park: Park, folder: Path) -> SourceFile:
    """Write the county's grass-roots app: UTF-8 with a byte order mark, GCJ-02, credit codes."""
    reports = _reports(park, "county_app")
    code = park.tables["enterprises"].set_index("id")["credit_code"]
    lon, lat = geodesy.gcj02(reports["lon"], reports["lat"])
    table = pd.DataFrame({
        "编号": reports["id"],
        "类别": reports["kind"].map(KINDS),
        "小类": reports["category"],
        "统一社会信用代码": reports["enterprise"].map(code).fillna(""),
        "场所编号": reports["premises"],
        "发生时间起": formats.isos(reports["occurred_from"]),
        "发生时间止": formats.isos(reports["occurred_to"]),
        "上报时间": formats.as_people_write(reports["reported_at"]),
        "办结时间": formats.isos(reports["closed_at"]),
        "整改期限": reports["due"].dt.strftime("%Y-%m-%d"),
        "严重程度": reports["severity"].map(SEVERITIES),
        "状态": reports["state"].map(STATES),
        "重复编号": reports["duplicate_of"],
        "内容": reports["text"],
        "上报人": reports["reporter"],
        "经度": np.round(lon, 6),
        "纬度": np.round(lat, 6),
    })  # fmt: skip
    beyond = oddities.count_outside(park.place, reports["easting"], reports["northing"])
    table, planted = oddities.spoil_app(table, park.place, geodesy.gcj02)
    planted.outside += beyond
    formats.write_csv(folder / "county_app.csv", table, "utf-8-sig")
    columns = {
        "id": "编号", "kind": "类别", "category": "小类", "enterprise": "统一社会信用代码",
        "premises": "场所编号", "reported_at": "上报时间", "closed_at": "办结时间", "due": "整改期限",
        "severity": "严重程度", "state": "状态", "duplicate_of": "重复编号", "text": "内容",
        "reporter": "上报人", "lon": "经度", "lat": "纬度",
    }  # fmt: skip
    keys = {
        "datum": "gcj02", "columns": columns, "occurred": ["发生时间起", "发生时间止"],
        "values": {"kind": _turned(KINDS)}, "set": {"channel": "county_app"},
    }  # fmt: skip
    return SourceFile("reports", "county_app", "county_app.csv", keys, planted)


def _findings(park: Park, folder: Path) -> SourceFile:
    """Write what visits found, each naming its visit: GB18030, points in WGS-84."""
    reports = _reports(park, "visit")
    main = park.tables["premises"]["shown"].to_numpy()[reports["premises_row"]]
    hidden = main == "missing"
    table = pd.DataFrame({
        "编号": reports["id"],
        "走访编号": reports["visit"],
        "类别": reports["kind"].map(KINDS),
        "小类": reports["category"],
        "企业编号": reports["enterprise"],
        "场所编号": reports["premises"],
        "发现时间起": formats.isos(reports["occurred_from"]),
        "发现时间止": formats.isos(reports["occurred_to"]),
        "登记时间": formats.isos(reports["reported_at"]),
        "销号时间": formats.isos(reports["closed_at"]),
        "整改期限": reports["due"].dt.strftime("%Y年%m月%d日"),
        "整改类型": reports["severity"].map(SEVERITIES),
        "状态": reports["state"].map(STATES),
        "隐患描述": reports["text"],
        "经度": reports["lon"].mask(hidden),
        "纬度": reports["lat"].mask(hidden),
    })  # fmt: skip
    formats.write_csv(folder / "visit_findings.csv", table, "gb18030")
    columns = {
        "id": "编号", "visit": "走访编号", "kind": "类别", "category": "小类", "enterprise": "企业编号",
        "premises": "场所编号", "reported_at": "登记时间", "closed_at": "销号时间", "due": "整改期限",
        "severity": "整改类型", "state": "状态", "text": "隐患描述", "lon": "经度", "lat": "纬度",
    }  # fmt: skip
    keys = {
        "encoding": "gb18030", "datum": "wgs84", "columns": columns,
        "occurred": ["发现时间起", "发现时间止"], "set": {"channel": "visit"},
    }  # fmt: skip
    planted = Planted(len(table), 0, int(hidden.sum()), what={"missing_point": int(hidden.sum())})
    return SourceFile("reports", "visit_findings", "visit_findings.csv", keys, planted)


def _hotline(park: Park, folder: Path) -> SourceFile:
    """Write calls and petitions: day before month, BD-09, no enterprise but by premises' number."""
    reports = _reports(park, "hotline", "petition")
    lon, lat = geodesy.bd09(reports["lon"], reports["lat"])
    table = pd.DataFrame({
        "编号": reports["id"],
        "渠道": reports["channel"].map({"hotline": "热线", "petition": "来信来访"}),
        "类别": reports["kind"].map(KINDS),
        "事项": reports["category"],
        "场所编号": reports["premises"],
        "发生时间": [formats.day_first(one) for one in reports["occurred_from"]],
        "来电时间": [formats.day_first(one) for one in reports["reported_at"]],
        "办结时间": ["" if pd.isna(t) else formats.day_first(t) for t in reports["closed_at"]],
        "状态": reports["state"].map(STATES),
        "重复编号": reports["duplicate_of"],
        "内容": reports["text"],
        "反映人": reports["reporter"],
        "经度": np.round(lon, 6),
        "纬度": np.round(lat, 6),
    })  # fmt: skip
    beyond = oddities.count_outside(park.place, reports["easting"], reports["northing"])
    table, planted = oddities.spoil_hotline(table)
    planted.outside += beyond
    formats.write_csv(folder / "hotline.csv", table, "utf-8")
    columns = {
        "id": "编号", "channel": "渠道", "kind": "类别", "category": "事项", "premises": "场所编号",
        "reported_at": "来电时间", "closed_at": "办结时间", "state": "状态",
        "duplicate_of": "重复编号", "text": "内容", "reporter": "反映人", "lon": "经度", "lat": "纬度",
    }  # fmt: skip
    keys = {
        "datum": "bd09", "date_order": "dmy", "columns": columns, "occurred": ["发生时间"],
        "values": {"channel": {"热线": "hotline", "来信来访": "petition"}},
    }  # fmt: skip
    return SourceFile("reports", "hotline", "hotline.csv", keys, planted)


def _programs(park: Park, folder: Path) -> SourceFile:
    """Write what programs exchange: Parquet, English words, times in UTC."""
    reports = _reports(park, *BY_PROGRAM)
    shown = [
        "id", "kind", "channel", "category", "enterprise", "premises", "occurred_from", "occurred_to",
        "reported_at", "closed_at", "lon", "lat", "severity", "self_reported", "state",
        "duplicate_of", "text", "reporter",
    ]  # fmt: skip
    table = reports[shown].copy()
    for name in ("occurred_from", "occurred_to", "reported_at", "closed_at"):
        table[name] = table[name].dt.tz_localize("Asia/Shanghai").dt.tz_convert("UTC").dt.as_unit("us")
    missing = np.arange(0, len(table), max(1, len(table) // 2))[:2]
    table.loc[missing, ["lon", "lat"]] = np.nan
    located = reports.drop(index=missing)
    beyond = oddities.count_outside(park.place, located["easting"], located["northing"])
    formats.write_parquet(folder / "channels.parquet", table)
    columns = {c: c for c in shown if not c.startswith("occurred")}
    keys = {"datum": "wgs84", "columns": columns, "occurred": ["occurred_from", "occurred_to"]}
    planted = Planted(len(table), 0, len(missing), beyond, {"missing_point": len(missing)})
    return SourceFile("reports", "channels", "channels.parquet", keys, planted)


def _papers(park: Park, folder: Path) -> list[SourceFile]:
    """Write declarations, orders and services."""
    declared = park.tables["declarations"]
    code = park.tables["enterprises"].set_index("id")["credit_code"]
    declarations = pd.DataFrame({
        "统一社会信用代码": declared["enterprise"].map(code),
        "月份": declared["month"],
        "指标": declared["indicator"],
        "实有": declared["have"].astype(int),
        "应有": declared["need"].astype(int),
        "申报人": declared["declared_by"],
        "核实人": declared["verified_by"],
        "核实时间": formats.isos(declared["verified_at"]),
        "佐证": declared["evidence"],
    })  # fmt: skip
    formats.write_csv(folder / "declarations.csv.gz", declarations, "utf-8")
    ordered = park.tables["orders"]
    orders = pd.DataFrame({
        "点单编号": ordered["id"],
        "企业编号": ordered["enterprise"],
        "服务事项": ordered["service"],
        "下单时间": ordered["ordered_at"].dt.floor("s"),
        "期望时间起": ordered["window_from"],
        "期望时间止": ordered["window_to"],
        "状态": ordered["state"].map(ORDER_STATES),
        "说明": ordered["text"],
    })  # fmt: skip
    formats.write_xlsx(folder / "orders.xlsx", "点单", ["样例高新园区点单台账(样例数据)"], orders)
    served = park.tables["services"]
    services = pd.DataFrame({
        "服务编号": served["id"],
        "阵地编号": served["station"],
        "服务事项": served["service"],
        "服务时间": formats.isos(served["at"]),
        "服务人数": served["people"],
    })  # fmt: skip
    formats.write_csv(folder / "services.csv", services, "utf-8")
    headings: dict[str, Any] = {
        "enterprise": "统一社会信用代码", "month": "月份", "indicator": "指标", "have": "实有",
        "need": "应有", "declared_by": "申报人", "verified_by": "核实人", "verified_at": "核实时间",
        "evidence": "佐证",
    }  # fmt: skip
    order_headings = {
        "id": "点单编号", "enterprise": "企业编号", "service": "服务事项", "ordered_at": "下单时间",
        "window_from": "期望时间起", "window_to": "期望时间止", "state": "状态", "text": "说明",
    }  # fmt: skip
    service_headings = {
        "id": "服务编号", "station": "阵地编号", "service": "服务事项", "at": "服务时间",
        "people": "服务人数",
    }  # fmt: skip
    return [
        SourceFile("declarations", "declarations", "declarations.csv.gz", {"columns": headings},
                   Planted(len(declarations))),
        SourceFile("orders", "orders", "orders.xlsx",
                   {"columns": order_headings, "values": {"state": _turned(ORDER_STATES)}},
                   Planted(len(orders))),
        SourceFile("services", "services", "services.csv", {"columns": service_headings},
                   Planted(len(services))),
    ]  # fmt: skip


def _turned(words: dict[str, str]) -> dict[str, str]:
    return {theirs: ours for ours, theirs in words.items() if theirs}
