"""Every field of every kind of source: its names in Chinese and English, its type, its meaning.

What `columns`, `values` and `set` of a park file may name stands here once; headings are recognised
by it, cells are parsed by it, and the docs' table is generated from it (`field_table`). The first
heading of a field is the one we write; the others are recognised, best first. Where two headings
could both be meant and the choice matters (`strict`), the reader asks instead of choosing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Field:
    """One field of one kind of source.

    Parameters
    ----------
    name
        The word used in the park file.
    type
        How a cell is parsed; key of `TYPES`.
    zh
        The Chinese heading we write.
    meaning
        What it means, with unit.
    headings
        Further headings recognised, best first, Chinese and English.
    required
        Whether the file must have it, and every row a value.
    strict
        Two different headings that both fit are an error, not a choice.
    """

    name: str
    type: str
    zh: str
    meaning: str
    headings: tuple[str, ...] = ()
    required: bool = False
    strict: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading that means this field, best first."""
        return (self.zh, self.name, *self.headings)


class FieldRow(NamedTuple):
    """One line of the docs' table."""

    kind: str
    field: str
    zh: str
    meaning: str
    type: str
    required: str


TYPES: dict[str, str] = {
    "text": "text",
    "code": "text without spaces; a number that lost digits is refused",
    "int": "whole number of 0 or more",
    "float": "number of 0 or more",
    "share": "number above 0, at most 1 (or a percentage with %)",
    "bool": "是/否, 有/无, Y/N, true/false, 1/0, √/×",
    "class": "1 to 4 (4 gravest), 一级 to 四级 (一级 gravest), 红/橙/黄/蓝, 重大/较大/一般/低",
    "severity": "major, general, minor; 立即整改, 限期整改, 当场整改",
    "reason": "why a visit took place: routine, random, slip, order, complaint, recheck, guidance",
    "channel": "one of the nine channels",
    "report_kind": "a kind of report, by id or name",
    "premises_kind": "plant, leased_workshop, construction_site, dormitory, office; else other",
    "state": "state of a case: reported ... closed",
    "level": "level of mediation: village, street, county; 村级, 镇街, 县级",
    "time": "date or time; a date alone is its first moment",
    "time_end": "date or time; a date alone is the end of that day",
    "month": "YYYY-MM",
    "list": "several, separated by 、,;/ or |",
    "coordinate": "degrees, or metres of the datum's EPSG code",
    "geometry": "the shape of a map file, or WKT; of a point also 119.98,30.54",
}
"""Type to what may stand in the cell."""


_ROW = "every row"


def _f(
    name: str, type_: str, zh: str, meaning: str, headings: str = "", required: str = ""
) -> Field:
    names = tuple(one for one in headings.split("|") if one)
    return Field(name, type_, zh, meaning, names, bool(required), strict=name not in _LOOSE)


_LOOSE = {"contact", "phone", "name", "address", "text", "note", "industry", "people", "reporter"}

_VALID = (
    _f("valid_from", "time", "生效时间", "valid from, inclusive", "生效日期|启用日期|有效期起"),
    _f("valid_to", "time_end", "失效时间", "valid to, exclusive", "失效日期|停用日期|有效期止"),
)
_POINT = (
    _f(
        "lon",
        "coordinate",
        "经度",
        "longitude in the source's datum",
        "longitude|lng|long|x坐标|坐标x|经度坐标|高德经度|百度经度|gps经度|东经|x",
    ),
    _f(
        "lat",
        "coordinate",
        "纬度",
        "latitude in the source's datum",
        "latitude|y坐标|坐标y|纬度坐标|高德纬度|百度纬度|gps纬度|北纬|y",
    ),
    _f(
        "geometry",
        "geometry",
        "几何WKT",
        "instead of lon, lat: a shape, or both in one cell",
        "wkt|geom|几何|图形|经纬度|坐标|位置坐标|lnglat|lonlat",
    ),
)
_SHAPE = _f("geometry", "geometry", "几何WKT", "the shape", "wkt|geom|几何|图形", _ROW)
_CLASS = _f(
    "inherent_class",
    "class",
    "固有风险等级",
    "inherent class, 1 to 4, 4 gravest (GB 18218 一级 = 4); also called risk_class",
    "风险等级|固有等级|固有风险|安全风险等级|重大危险源等级|risk_class|risk class|risk level",
)
_PEOPLE = "现场人数|在岗人数|人员数量|on site"
_PREMISES = (
    _f(
        "kind",
        "premises_kind",
        "场所类型",
        "plant, leased workshop, construction site, dormitory, office",
        "场所性质|场所类别|用途|premises kind|premises type",
    ),
    _f("people", "int", "在场人数", "people on site", _PEOPLE),
    _CLASS,
    _f(
        "dangerous_goods",
        "bool",
        "危险品",
        "stores dangerous goods",
        "是否涉危|危化品|危险化学品|是否有危险品|涉危险化学品|是否涉及危险化学品|dangerous goods",
    ),
    _f("opening_hours", "text", "接待时间", "opening hours", "营业时间|工作时间|opening hours"),
)
_ADDRESS = _f(
    "address",
    "text",
    "地址",
    "where it is",
    "经营地址|生产经营地址|企业地址|单位地址|场所地址|详细地址|所在地址|住所|注册地址|通讯地址"
    "|坐落|street address|location",
)
_ENTERPRISE = "企业编号|所属企业|企业信用代码|统一社会信用代码|信用代码|enterprise id|enterprise_id"


def _id(zh: str, headings: str, required: str = _ROW) -> Field:
    return _f("id", "code", zh, "the source's own number", f"编号|{headings}", required)


FIELDS: dict[str, tuple[Field, ...]] = {
    "enterprises": (
        _id("企业编号", "企业id|单位编号|许可证号|注册号|enterprise id|license|licence"),
        _f(
            "credit_code",
            "code",
            "统一社会信用代码",
            "18 characters, GB 32100 check digit",
            "社会信用代码|信用代码|统一信用代码|统一代码|统一社会信用代码证号|信用代码证号"
            "|credit code|uscc|usci",
        ),
        _f(
            "name",
            "text",
            "企业名称",
            "name",
            "单位名称|公司名称|市场主体名称|主体名称|商户名称|企业|单位|名称|company|company name"
            "|enterprise name|dba name",
        ),
        _f("contact", "text", "联系人", "contact person", "安全负责人|负责人|法定代表人|法人"),
        _f("phone", "text", "联系电话", "phone", "手机号码|手机号|手机|电话|联系方式|telephone"),
        _f("industry", "text", "行业", "GB/T 4754 code or name", "行业代码|行业类别|所属行业"),
        _f("above_scale", "bool", "规上", "above scale", "是否规上|规上企业|是否规上企业|规模以上"),
        _f("key_listed", "bool", "重点名单", "on the key list", "重点企业|是否重点企业|是否重点"),
        _f("sole_trader", "bool", "个体工商户", "sole trader", "是否个体工商户|是否个体"),
        _f(
            "employees",
            "int",
            "从业人数",
            "people employed",
            "从业人员|从业人员数|员工人数|员工数|职工人数|职工数|用工人数|人数|headcount|staff",
        ),
        _ADDRESS,
        *_PREMISES,
        *_POINT,
        *_VALID,
    ),
    "premises": (
        _id("场所编号", "场所id|premises id"),
        _f("enterprise", "code", "所属企业", "number or credit code", _ENTERPRISE),
        _ADDRESS,
        _f(
            "host_premises", "code", "所在场所", "premises it is inside of", "所在场所编号|上级场所"
        ),
        *_PREMISES,
        *_POINT,
        *_VALID,
    ),
    "visits": (
        _id("走访编号", "走访id|检查编号|巡查编号|记录编号|visit id|inspection id"),
        _f("enterprise", "code", "所属企业", "number or credit code", _ENTERPRISE),
        _f("premises", "code", "场所", "premises visited", "场所编号|premises id|premises_id"),
        _f("team", "text", "走访组", "the team that looked", "检查组|走访小组|班组"),
        _f(
            "participants",
            "list",
            "参与人",
            "numbers of the officers",
            "走访人|走访人员|检查人员|警长",
        ),
        _f(
            "start",
            "time",
            "开始时间",
            "start; a date alone is the whole day",
            "走访时间|走访日期|检查时间|检查日期|巡查日期|日期|date|visit date|inspection date",
            _ROW,
        ),
        _f("end", "time_end", "结束时间", "end", "离开时间|visit end"),
        _f("reason", "reason", "走访原因", "why the visit took place", "走访类型|检查类型"),
        _f("selection_probability", "share", "抽中概率", "with which a random visit was drawn"),
        _f("items_checked", "int", "已查项", "items checked", "检查项数|已检查项|items checked"),
        _f("items_standard", "int", "应查项", "standard items", "标准项数|应检查项|items standard"),
        _f("major", "int", "重大隐患数", "major hazards found", "立即整改数|立即整改项"),
        _f("general", "int", "一般隐患数", "general hazards found", "限期整改数|限期整改项"),
        _f("minor", "int", "轻微隐患数", "minor hazards found", "当场整改数|当场整改项"),
        _f("note", "text", "备注", "note", "说明|remarks|comment"),
    ),
    "reports": (
        _id("上报编号", "事件编号|隐患编号|工单号|工单编号|案件编号|report id|case number|uid"),
        _f("kind", "report_kind", "类别", "kind of report", "事件类别|上报类别|类型", _ROW),
        _f("channel", "channel", "渠道", "channel it came by", "来源渠道|上报渠道|来源"),
        _f(
            "category",
            "text",
            "子类",
            "the source's own category",
            "小类|隐患类型|事项|subcategory",
        ),
        _f("enterprise", "code", "所属企业", "number or credit code", _ENTERPRISE),
        _f("premises", "code", "场所", "premises", "场所编号|premises id|premises_id"),
        _f("visit", "code", "走访", "visit that found it", "走访编号|visit id|visit_id"),
        _f(
            "occurred",
            "time",
            "发生时间",
            "when; a date alone is the whole day; `occurred = [from, to]` for an interval",
            "案发时间|事发时间|发现时间|发生日期|发现日期|occurred at|incident date",
        ),
        _f("occurred_from", "time", "发生时间起", "earliest time", "最早时间|date_start|earliest"),
        _f("occurred_to", "time_end", "发生时间止", "latest time", "最晚时间|date_end|latest"),
        _f("occurred_mid", "time", "发生时间(推定)", "the source's own best single time"),
        _f("reported_at", "time", "上报时间", "reported at", "上报日期|受理时间|登记时间|接报时间"),
        _f("closed_at", "time", "办结时间", "closed at", "办结日期|销号时间"),
        _f(
            "interim_at",
            "time",
            "临时防护时间",
            "interim protection in place at",
            "临时防护日期|临时措施时间",
        ),
        _f(
            "rectified_at",
            "time",
            "整改完成时间",
            "rectified at, before the recheck",
            "整改完成日期|整改时间",
        ),
        _f("extended_at", "time", "延期时间", "when the one extension was given", "延期日期"),
        *_POINT,
        _f(
            "severity",
            "severity",
            "严重程度",
            "major, general, minor",
            "隐患等级|隐患级别|整改类型",
        ),
        _f("self_reported", "bool", "自查自报", "the enterprise said it first", "是否自查"),
        _f("state", "state", "状态", "case state", "办理状态|处理状态|整改状态|status"),
        _f(
            "due",
            "time_end",
            "期限",
            "to be closed by; a date is its whole day",
            "整改期限|办理期限",
        ),
        _f(
            "station",
            "code",
            "办理阵地",
            "number of the station that handles it",
            "阵地编号|办理单位",
        ),
        _f("level", "level", "调解层级", "of a dispute: village, street, county", "化解层级"),
        _f("reopened", "int", "重新打开次数", "times reopened", "返办次数|重开次数"),
        _f("legal_grade", "text", "重大事故隐患条款", "number of the clause", "条款号"),
        _f("referred_to", "text", "移送", "who else enforces it", "移送部门|移交部门"),
        _f("duplicate_of", "code", "重复于", "number of the report it repeats", "重复编号"),
        _f("text", "text", "内容", "free text", "事件内容|隐患描述|描述|问题描述|description"),
        _f("reporter", "text", "上报人", "who reported", "举报人|反映人|报告人"),
    ),
    "zones": (
        _id("巡区编号", "网格编号|zone id|beat|precinct"),
        _f("name", "text", "巡区名称", "name", "网格名称|名称|zone name"),
        _f("patrol_hours", "float", "每班巡逻小时", "patrol hours per shift", "巡逻小时"),
        _f("shift", "text", "班次", "HH:MM-HH:MM; may cross midnight"),
        _SHAPE,
        *_VALID,
    ),
    "stations": (
        _id("阵地编号", "站点编号|station id"),
        _f("type", "text", "阵地类型", "type of station", "站点类型|类型"),
        _f("name", "text", "阵地名称", "name", "站点名称|名称|station name"),
        _f("hours", "text", "开放时间", "opening hours", "服务时间|hours"),
        _f("services", "list", "服务事项", "services", "服务内容"),
        _f("languages", "list", "语言", "languages", "服务语言"),
        *_POINT,
        *_VALID,
    ),
    "roads": (
        _id("道路编号", "road id", ""),
        _f("name", "text", "道路名称", "name", "路名|名称|road name"),
        _f("road_class", "text", "道路等级", "class", "等级|highway|fclass"),
        _f("speed_kmh", "float", "限速", "speed, km/h", "车速|maxspeed"),
        _SHAPE,
        *_VALID,
    ),
    "officers": (
        _id("警号", "警长编号|人员编号|officer id"),
        _f("name", "text", "姓名", "name", "警长姓名|警长"),
        _f("phone", "text", "电话", "phone", "联系电话|手机号码|手机号|手机"),
        _f("team", "text", "队伍", "team; teams are made from its values", "走访组|班组|所属队伍"),
        _f("station", "code", "所属阵地", "number of the station", "阵地编号|所属站点"),
        *_VALID,
    ),
    "assignments": (
        _id("分工编号", "assignment id", ""),
        _f("officer", "code", "警长", "number of the officer", "警号|警长编号|officer id", _ROW),
        _f("zone", "code", "巡区", "number of the zone", "巡区编号|zone id"),
        _f("enterprise", "code", "企业", "number or credit code", _ENTERPRISE),
        *_VALID,
    ),
    "declarations": (
        _id("申报编号", "declaration id", ""),
        _f("enterprise", "code", "企业", "number or credit code", _ENTERPRISE, _ROW),
        _f("month", "month", "月份", "YYYY-MM", "申报月份|申报月", _ROW),
        _f("indicator", "text", "指标", "indicator of the safety index", "申报指标", _ROW),
        _f("have", "float", "实有", "have", "实有数", _ROW),
        _f("need", "float", "应有", "need", "应有数|应配", _ROW),
        _f("declared_by", "text", "申报人", "who declared"),
        _f("declared_at", "time", "申报时间", "when it was declared", "申报日期"),
        _f("verified_by", "text", "核实人", "who verified"),
        _f("verified_at", "time", "核实时间", "when it was verified", "核实日期"),
        _f("evidence", "text", "佐证", "evidence", "佐证材料"),
    ),
    "orders": (
        _id("点单编号", "订单编号|order id"),
        _f("enterprise", "code", "企业", "number or credit code", _ENTERPRISE, _ROW),
        _f("service", "text", "服务事项", "service ordered", "点单事项", _ROW),
        _f("ordered_at", "time", "下单时间", "ordered at", "点单时间|下单日期", _ROW),
        _f("window_from", "time", "期望时间起", "window from"),
        _f("window_to", "time_end", "期望时间止", "window to"),
        _f("state", "text", "状态", "state of the order", "办理状态|status"),
        _f("text", "text", "说明", "free text", "备注|需求描述"),
    ),
    "services": (
        _id("服务编号", "service id", ""),
        _f("station", "code", "阵地", "number of the station", "阵地编号|站点编号", _ROW),
        _f("service", "text", "服务事项", "service given", "服务内容", _ROW),
        _f("at", "time", "时间", "when", "服务时间|服务日期|日期|date", _ROW),
        _f("people", "int", "人数", "people served", "服务人数|服务人次"),
    ),
    "population": (
        _id("人口点编号", "网格编号|格网编号", ""),
        _f("people", "float", "人数", "people at the place", "人口|人口数|population", _ROW),
        *_POINT,
        *_VALID,
    ),
}
"""Kind of source -> its fields, in the order of the docs' table."""

EITHER: dict[str, tuple[tuple[str, ...], ...]] = {
    "enterprises": (("id", "credit_code"),),
    "reports": (("occurred", "occurred_from", "occurred_to", "occurred_mid", "reported_at"),),
    "visits": (("enterprise", "premises"),),
}
"""Groups of fields of which a file needs at least one."""

ALIASES = {"risk_class": "inherent_class"}
"""Other words the park file may use for a field."""


def fields_of(kind: str) -> dict[str, Field]:
    """Give the fields of a kind by name, in the order of the table."""
    return {one.name: one for one in FIELDS[kind]}


def field_table() -> list[FieldRow]:
    """Give every field of every kind, for the docs.

    Returns
    -------
    list of FieldRow
        kind, field, Chinese heading, meaning, what a cell may hold, and whether it is required:
        `yes`, `one of ...`, or nothing.
    """
    return [
        FieldRow(kind, one.name, one.zh, one.meaning, TYPES[one.type], _required(kind, one))
        for kind, fields in FIELDS.items()
        for one in fields
    ]


def _required(kind: str, one: Field) -> str:
    for group in EITHER.get(kind, ()):
        if one.name in group:
            return f"one of {', '.join(group)}"
    return "yes" if one.required else ""
