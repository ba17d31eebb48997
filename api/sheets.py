"""Lists and figures as tables to download: the same rows that the answer beside it gives.

Takes JSON rows already cut to their reader, gives sheets with Chinese headings and the cover that
says which park, as of when, for whom and by whom. Every export is in the audit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from api.answers import workbook
from geo_risk.export import Cover, Sheet
from geo_risk.records import Audience

if TYPE_CHECKING:
    from fastapi.responses import Response

    from api.audience import Sight
    from geo_risk.park import ParkFile
    from geo_risk.store import Store

CLASS_ZH = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝", "none": ""}
STATION_FILE_LIFE = timedelta(days=30)
"""A file for the station names its maker and is to be gone after this."""

ZONE_COLUMNS = {
    "id": "巡区编号",
    "name": "巡区名称",
    "class": "等级",
    "mean": "平均值",
    "maximum": "最大值",
    "total": "合计",
    "area_km2": "面积(km²)",
    "enterprises": "企业数",
    "premises": "场所数",
    "reports": "近一年上报",
    "visits": "近一年走访",
    "withheld": "数量太少不公布",
}
SURFACE_COLUMNS = {
    "id": "图层编号",
    "title": "图层",
    "unit_zh": "单位",
    "version": "版本",
    "breaks_version": "分级版本",
}
UNLOCATED_COLUMNS = {
    "id": "场所编号",
    "enterprise_id": "企业编号",
    "name": "企业名称",
    "address": "地址",
    "reason": "待定位原因",
}
SOURCE_COLUMNS = {
    "name": "来源",
    "kind": "类别",
    "read": "读入",
    "accepted": "接收",
    "rejected": "退回",
    "unlocated": "待定位",
    "outside": "界外",
}
ENTERPRISE_COLUMNS = {
    "id": "企业编号",
    "name": "企业名称",
    "credit_code": "统一社会信用代码",
    "industry": "行业",
    "above_scale": "规上",
    "zone": "巡区",
    "class": "等级",
    "value": "数值",
    "last_visit": "最近走访",
    "located": "已定位",
}


def table(title: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """Make a sheet of rows.

    Parameters
    ----------
    title
        Of the sheet, Chinese.
    columns
        Key to heading; keys that no row has are left out.
    rows
        Plain values.
    """
    kept = {
        key: heading
        for key, heading in columns.items()
        if not rows or any(key in row for row in rows)
    }
    return Sheet(
        title,
        tuple(kept.values()),
        [tuple(_cell(key, row.get(key)) for key in kept) for row in rows],
    )


def download(
    name: str,
    sheets: Sequence[Sheet],
    *,
    store: Store,
    park: ParkFile,
    sight: Sight,
    as_of: datetime,
    now: datetime,
    filters: Mapping[str, str] | None = None,
    datum: str = "",
) -> Response:
    """Give sheets as a workbook, and put the export into the audit.

    Parameters
    ----------
    name
        File name without its ending.
    sheets
        What it holds.
    store, park, sight
        Where the audit is, whose it is, who reads.
    as_of
        What was known by then is in it.
    now
        When it is made.
    filters
        What the reader asked for.
    datum
        Of the coordinates in it; '' where there are none.
    """
    reader = sight.reader
    rows = sum(len(one.rows) for one in sheets)
    store.audit(reader, "export", name, now, count=rows)
    station = sight.audience is Audience.STATION
    cover = Cover(
        park=park.park.name,
        synthetic=park.park.synthetic,
        timezone=park.park.timezone,
        as_of=as_of,
        audience=sight.audience,
        made_by=reader.id,
        made_at=now,
        filters=filters or {},
        expires=now + STATION_FILE_LIFE if station else None,
        datum=datum,
    )
    return workbook(f"{park.park.name}-{name}", sheets, cover)


def _cell(key: str, value: Any) -> Any:
    if key == "class":
        return CLASS_ZH.get(value, value)
    if key == "last_visit" and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value
