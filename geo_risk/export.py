"""Sheets for people: lists and figures as XLSX that Excel opens rightly and ingest reads back.

Takes records or figures that were already cut to their audience, gives a workbook: Chinese
headings, real dates in the park's own time, codes as text, a frozen and filterable header, and a
cover sheet that says which park, as of when, for whom, by whom and under which filters. Text stays
text: a cell that begins like a formula is no formula. Which rows an audience may see is decided
before, not here.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, tzinfo
from enum import Enum
from numbers import Integral, Real
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import shapely
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from geo_risk.errors import InputError
from geo_risk.published import RiskClass
from geo_risk.records import Audience, Findings

if TYPE_CHECKING:
    from geo_risk.published import Publication
    from geo_risk.records import Record

AUDIENCE_ZH = {Audience.PUBLIC: "公开", Audience.ENTERPRISE: "企业", Audience.STATION: "阵地内部"}
"""For whom a sheet is, in the words on its cover."""

CLASS_ZH = {
    RiskClass.NONE: "",
    RiskClass.BLUE: "蓝",
    RiskClass.YELLOW: "黄",
    RiskClass.ORANGE: "橙",
    RiskClass.RED: "红",
}
"""The four colours, in the words of a sheet."""

FINDINGS_ZH = {"major": "立即整改数", "general": "限期整改数", "minor": "当场整改数"}
"""Headings of a visit's counts by severity."""

LIST_SEPARATOR = "；"
WATERMARK = "样例数据（人工合成，非真实记录）"

_MAX_TEXT = 32767
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_HEADER_FONT = Font(bold=True)
_HEADER_FILL = PatternFill("solid", fgColor="E7ECF3")
_WIDEST = 48
_SAMPLED_ROWS = 200


@dataclass(frozen=True)
class Sheet:
    """One table.

    Parameters
    ----------
    title
        Name of the sheet, Chinese; at most 31 characters.
    headings
        One text a column.
    rows
        Tuples as long as `headings`: text, numbers, truth values, zone-aware times, dates, codes
        (enums), tuples of texts, None.
    """

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    def __post_init__(self) -> None:
        """Refuse doubled headings and rows of another length."""
        if len(set(self.headings)) != len(self.headings):
            raise InputError(f"Sheet {self.title}: a heading is doubled.", "Rename one of them.")
        odd = next((n for n, row in enumerate(self.rows) if len(row) != len(self.headings)), None)
        if odd is not None:
            raise InputError(
                f"Sheet {self.title}: row {odd} has {len(self.rows[odd])} values for "
                f"{len(self.headings)} headings.",
                "Give one value a heading.",
            )


@dataclass(frozen=True)
class Cover:
    """What a sheet must say of itself.

    Parameters
    ----------
    park
        Name of the park.
    synthetic
        True: every table carries a watermark.
    timezone
        IANA name of the zone in which times are written.
    as_of
        What was known by then is in it.
    audience
        For whom it was cut.
    made_by, made_at
        Who exported it, and when.
    filters
        What it was filtered by, as shown to the person; empty = everything.
    expires
        When a station-level file must be gone; None = no limit.
    datum
        Of the coordinates; '' where there are none.
    """

    park: str
    synthetic: bool
    timezone: str
    as_of: datetime
    audience: Audience
    made_by: str
    made_at: datetime
    filters: Mapping[str, str] = field(default_factory=dict)
    expires: datetime | None = None
    datum: str = ""


def write_xlsx(target: Path | IO[bytes], sheets: Sequence[Sheet], cover: Cover) -> None:
    """Write tables and their cover as one workbook.

    Parameters
    ----------
    target
        A path (replaced in one step: a reader never meets half a file) or an open binary file.
    sheets
        In this order, before the cover.
    cover
        What the last sheet says.

    Raises
    ------
    InputError
        When there is no sheet, or two have one title.
    """
    titles = [_title(one.title) for one in sheets]
    if not titles or len({*titles, "说明"}) != len(titles) + 1:
        raise InputError(f"Sheets {titles}.", "Give at least one, each with a title of its own.")
    book = Workbook(write_only=True)
    book.properties.creator = _text(cover.made_by)
    book.properties.title = _text(cover.park)
    zone = ZoneInfo(cover.timezone)
    for title, sheet in zip(titles, sheets, strict=True):
        _write_table(book.create_sheet(title), sheet, zone, watermark=cover.synthetic)
    _write_table(
        book.create_sheet("说明"), _cover_sheet(sheets, cover), zone, watermark=cover.synthetic
    )
    if isinstance(target, Path):
        part = target.with_name(f".{target.name}.part")
        try:
            book.save(part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    else:
        book.save(target)


def sheet_of(kind: type[Record], records: Sequence[Record], hidden: Collection[str] = ()) -> Sheet:
    """Make the table of one kind of record, in the headings that ingest knows.

    Parameters
    ----------
    kind
        The record class; its fields' Chinese names are the headings.
    records
        Records of that class.
    hidden
        Fields that the reader may not see: they get no column.

    Returns
    -------
    Sheet
        A row a record, in order. A shape is written as WKT (degrees of the park's datum); one too
        long for a cell is left out, and the OGC API gives it.
    """
    shown = [one for one in fields(kind) if one.name not in {"found", *hidden}]
    headings = ["几何WKT" if one.name == "geometry" else one.metadata["zh"] for one in shown]
    counts = any(one.name == "found" for one in fields(kind)) and "found" not in hidden
    rows = []
    for record in records:
        row = [_value(record, one.name) for one in shown]
        if counts:
            row += _findings(getattr(record, "found", None))
        rows.append(tuple(row))
    return Sheet(kind.title_zh, (*headings, *(FINDINGS_ZH.values() if counts else ())), rows)


def figure_sheets(
    publication: Publication, zone_names: Mapping[str, str] | None = None
) -> list[Sheet]:
    """Make the tables of a publication: surfaces, zones, premises, sources.

    Parameters
    ----------
    publication
        What was published, cut to its audience.
    zone_names
        Zone id to name, where known.

    Returns
    -------
    list of Sheet
    """
    names = zone_names or {}
    return [
        _surfaces(publication),
        Sheet(
            "巡区风险",
            (
                *("巡区编号", "巡区名称", "图层", "面积(km²)", "平均值", "最大值", "合计", "等级"),
                *(
                    "蓝格数",
                    "黄格数",
                    "橙格数",
                    "红格数",
                    "企业数",
                    "场所数",
                    "近一年上报",
                    "近一年走访",
                ),
            ),
            [
                (
                    *(one.zone_id, names.get(one.zone_id, ""), one.surface_id, one.area_km2),
                    *(one.mean, one.maximum, one.total, CLASS_ZH[one.risk_class]),
                    *one.class_cells,
                    *(one.enterprises, one.premises, one.reports, one.visits),
                )
                for one in publication.zones
            ],
        ),
        Sheet(
            "场所风险",
            ("场所", "图层", "数值", "等级", "巡区编号", "最近走访", "近一年走访", "近一年上报"),
            [
                (
                    *(one.premises_id, one.surface_id, one.value, CLASS_ZH[one.risk_class]),
                    *(one.zone_id, one.last_visit, one.visits_365d, one.reports_365d),
                )
                for one in publication.premises
            ],
        ),
        Sheet(
            "数据来源",
            ("来源", "类别", "读入", "接收", "退回", "待定位", "界外"),
            [
                tuple(
                    one.get(key)
                    for key in (
                        *("name", "kind", "read", "accepted", "rejected", "unlocated", "outside"),
                    )
                )
                for one in publication.sources
            ],
        ),
    ]


def _surfaces(publication: Publication) -> Sheet:
    return Sheet(
        "图层",
        (
            *(
                "图层",
                "版本",
                "单位",
                "时段起",
                "时段止",
                "截至",
                "模型",
                "黄色下限",
                "橙色下限",
                "红色下限",
            ),
            *("分级版本", "蓝格数", "黄格数", "橙格数", "红格数"),
        ),
        [
            (
                *(one.id, one.surface.version, one.surface.unit.zh),
                *(one.surface.period.start, one.surface.period.end),
                *(one.surface.provenance.as_of, one.surface.provenance.model, *one.breaks),
                one.breaks_version,
                *(int((one.classes == level).sum()) for level in list(RiskClass)[1:]),
            )
            for one in publication.surfaces.values()
        ],
    )


def _value(record: Record, name: str) -> Any:
    value = getattr(record, name)
    if name == "team":  # by its own name: the source that reads it back makes the id again
        return value.removeprefix(f"{record.source}:")
    if name != "geometry":
        return value
    text = shapely.to_wkt(value, rounding_precision=-1)
    return text if len(text) <= _MAX_TEXT else None


def _findings(found: Findings | None) -> list[int | None]:
    return [getattr(found, name) if found is not None else None for name in FINDINGS_ZH]


def _cover_sheet(sheets: Sequence[Sheet], cover: Cover) -> Sheet:
    rows: list[tuple[str, Any]] = [
        ("园区", cover.park),
        ("数据性质", WATERMARK if cover.synthetic else "实际数据"),
        ("截至", cover.as_of),
        ("时区", cover.timezone),
        *([("坐标基准", cover.datum)] if cover.datum else []),
        ("读者范围", AUDIENCE_ZH[cover.audience]),
        ("导出人", cover.made_by),
        ("导出时间", cover.made_at),
        ("有效期至", cover.expires if cover.expires is not None else "不限"),
    ]
    rows += [(f"筛选：{name}", value) for name, value in cover.filters.items()]
    rows += [] if cover.filters else [("筛选", "无（全部）")]
    rows += [(f"行数：{one.title}", len(one.rows)) for one in sheets]
    return Sheet("说明", ("项目", "内容"), rows)


def _write_table(out: Any, sheet: Sheet, zone: tzinfo, *, watermark: bool) -> None:
    top = 2 if watermark else 1
    last = get_column_letter(max(1, len(sheet.headings)))
    for number, width in enumerate(_widths(sheet, zone), start=1):
        out.column_dimensions[get_column_letter(number)].width = width
    out.freeze_panes = f"A{top + 1}"
    out.auto_filter.ref = f"A{top}:{last}{top + len(sheet.rows)}"
    if watermark:
        out.append([_cell(out, WATERMARK, zone)])
    header = [_cell(out, heading, zone) for heading in sheet.headings]
    for cell in header:
        cell.font, cell.fill = _HEADER_FONT, _HEADER_FILL
    out.append(header)
    for row in sheet.rows:
        out.append([_cell(out, value, zone) for value in row])


def _cell(out: Any, value: Any, zone: tzinfo) -> Any:
    plain = _plain(value, zone)
    if not isinstance(plain, str):
        cell = WriteOnlyCell(out, value=plain)
        if isinstance(plain, datetime):
            cell.number_format = "yyyy-mm-dd hh:mm:ss"
        elif isinstance(plain, date):
            cell.number_format = "yyyy-mm-dd"
        return cell
    cell = WriteOnlyCell(out, value=plain)
    cell.data_type = "s"  # openpyxl took a text that begins with "=" for a formula
    cell.number_format = "@"
    # Excel keeps it a text even when somebody edits the cell.
    cell.quotePrefix = plain.startswith(_FORMULA_STARTS)
    return cell


def _plain(value: Any, zone: tzinfo) -> Any:
    """Give what a cell can hold: local naive times, 是/否, codes, joined lists, no NaN."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, tuple | list):
        return _text(LIST_SEPARATOR.join(str(one) for one in value)) or None
    if isinstance(value, Real):
        number = int(value) if isinstance(value, Integral) else float(value)
        return number if math.isfinite(number) else None
    if value is None or isinstance(value, date):
        return value
    return _text(str(value)) or None


def _text(text: str) -> str:
    """Leave out what XML cannot hold; refuse nothing, so that one odd character loses no sheet."""
    return _ILLEGAL.sub("\ufffd", text)[:_MAX_TEXT]


def _title(text: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", "_", text)[:31]


def _widths(sheet: Sheet, zone: tzinfo) -> list[int]:
    rows = sheet.rows[:_SAMPLED_ROWS]
    columns = [(heading, *(row[n] for row in rows)) for n, heading in enumerate(sheet.headings)]
    return [min(_WIDEST, 3 + max(_width(one, zone) for one in column)) for column in columns]


def _width(value: Any, zone: tzinfo) -> int:
    plain = _plain(value, zone)
    text = "" if plain is None else str(plain)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
