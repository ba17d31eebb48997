"""The nouns: every record of the park, who may create it, and where.

Takes checked values, gives frozen dataclasses; nothing here reads a file or a store. What can
change in the world carries valid time [valid_from, valid_to). A premises or report without a
usable point is a record like any other, with the reason in `unlocated`. Fields made with
`personal` hold what belongs to persons: the store keeps them apart from events, under a random id,
with a purpose and an expiry. `lon`, `lat` are degrees in the park's datum (WGS-84 unless the park
file says GCJ-02); times are UTC. The field's Chinese name and meaning stand beside it, and the
docs' tables are generated from here.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from geo_risk.errors import InputError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


class Role(StrEnum):
    """Who acts. What each may see and do is decided where it happens; see `DOORS` for creating."""

    OFFICER = "officer"
    CLERK = "clerk"
    CHIEF = "chief"
    MEDIATOR = "mediator"
    ENTERPRISE = "enterprise"
    VOLUNTEER = "volunteer"
    ANALYST = "analyst"
    PORTAL = "portal"
    KEEPER = "keeper"


class Audience(StrEnum):
    """For whom something leaves the system; ordered from widest to narrowest."""

    PUBLIC = "public"
    ENTERPRISE = "enterprise"
    STATION = "station"


@dataclass(frozen=True)
class Actor:
    """Who reads or writes: goes down from the door through every write and read of person data.

    Parameters
    ----------
    id
        User id, token id, or `cli` for the keeper at the command line.
    role
        What the actor is.
    door
        Where the actor came in: `cli`, `http`, `console`.
    station_id, zone_ids, enterprise_id
        What the actor belongs to, where the role is limited to it.
    """

    id: str
    role: Role
    door: str
    station_id: str | None = None
    zone_ids: tuple[str, ...] = ()
    enterprise_id: str | None = None


class Severity(StrEnum):
    """Severity of a hazard; deadlines and points stand in the park file."""

    MAJOR = "major"
    GENERAL = "general"
    MINOR = "minor"


class VisitReason(StrEnum):
    """Why a visit took place; only routine and random ones say how often hazards occur."""

    ROUTINE = "routine"
    RANDOM = "random"
    SLIP = "slip"
    ORDER = "order"
    COMPLAINT = "complaint"
    RECHECK = "recheck"
    GUIDANCE = "guidance"


class Channel(StrEnum):
    """The nine ways by which a report reaches the park."""

    VISIT = "visit"
    GRID = "grid"
    PETITION = "petition"
    COUNTY_APP = "county_app"
    ANTI_FRAUD_CODE = "anti_fraud_code"
    SELF_REPORT = "self_report"
    VOLUNTEERS = "volunteers"
    HOTLINE = "hotline"
    SENSOR = "sensor"


class PremisesKind(StrEnum):
    """What a premises is used for."""

    PLANT = "plant"
    LEASED_WORKSHOP = "leased_workshop"
    CONSTRUCTION_SITE = "construction_site"
    DORMITORY = "dormitory"
    OFFICE = "office"
    OTHER = "other"


class CaseState(StrEnum):
    """Where a hazard or dispute stands on its way to closure."""

    REPORTED = "reported"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    RECHECKING = "rechecking"
    CLOSED = "closed"
    MEDIATING = "mediating"
    SETTLED = "settled"
    NOT_SETTLED = "not_settled"
    FOLLOWED_UP = "followed_up"
    MERGED = "merged"


REPORT_KINDS: dict[str, str] = {
    "hazard": "隐患",
    "dispute": "矛盾纠纷",
    "fraud": "涉诈",
    "public_order": "治安",
    "fire": "火情",
    "traffic": "交通",
}
"""The kinds every deployment has; `[[kind]]` in the park file adds its own."""

SENSITIVE_KINDS = frozenset({"public_order", "fraud"})
"""Kinds whose forecasts are off until the park file says on, with who decided."""


def about(zh: str, en: str, **metadata: Any) -> dict[str, Any]:
    """Describe a field: Chinese name, meaning with unit, and what else the docs should say."""
    return {"zh": zh, "en": en, **metadata}


def personal(zh: str, en: str, purpose: str) -> dict[str, Any]:
    """Describe a field that belongs to a person: kept apart, with a purpose and an expiry."""
    return about(zh, en, personal=True, purpose=purpose)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What all records share.

    Parameters
    ----------
    id
        `source:number`, or the credit code of an enterprise that has one.
    source
        Name of the source that first brought it, `console` or `http` otherwise.
    number
        The source's own number.
    valid_from, valid_to
        Half-open valid time, UTC; None means since ever, and until further notice.
    """

    collection: ClassVar[str] = ""
    title_zh: ClassVar[str] = ""

    id: str = field(metadata=about("标识", "record id"))
    source: str = field(default="", metadata=about("来源", "source that first brought it"))
    number: str = field(default="", metadata=about("编号", "the source's own number"))
    valid_from: datetime | None = field(
        default=None, metadata=about("生效时间", "valid from, inclusive (UTC)")
    )
    valid_to: datetime | None = field(
        default=None, metadata=about("失效时间", "valid to, exclusive (UTC)")
    )

    def __post_init__(self) -> None:
        """Refuse what cannot hold: an empty id, a reversed or naive time, half a point."""
        where = f"{type(self).__name__} {self.id!r}"
        if not self.id:
            raise InputError(f"A {type(self).__name__} has no id.", "Give it its number.")
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, datetime) and value.tzinfo is None:
                raise InputError(
                    f"{where}: {one.name} {value} has no time zone.", "Give a zone-aware time."
                )
        _check_order(where, "valid_from", self.valid_from, "valid_to", self.valid_to)


def _check_order(
    where: str, low: str, first: datetime | None, high: str, last: datetime | None
) -> None:
    if first is not None and last is not None and last < first:
        raise InputError(f"{where}: {high} {last} is before {low} {first}.", "Exchange the two.")


def _check_point(where: str, lon: float | None, lat: float | None) -> None:
    if (lon is None) != (lat is None):
        raise InputError(f"{where}: only one of lon and lat is there.", "Give both or neither.")
    if lon is None or lat is None:
        return
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise InputError(
            f"{where}: lon {lon}, lat {lat} is no place on Earth.", "Give degrees, longitude first."
        )


def _check_at_least(where: str, name: str, value: float | None, low: float = 0) -> None:
    if value is not None and not (math.isfinite(value) and value >= low):
        raise InputError(f"{where}: {name} is {value}.", f"Give a number of at least {low}.")


_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_CODE = re.compile(rf"[{_CREDIT_ALPHABET}]{{18}}")


def credit_code_check_digit(first_17: str) -> str:
    """Give the 18th character of a credit code (GB 32100-2015, 5.2; ISO 7064 MOD 31-3)."""
    total = sum(
        _CREDIT_ALPHABET.index(char) * weight
        for char, weight in zip(first_17, _CREDIT_WEIGHTS, strict=True)
    )
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def is_credit_code(text: str) -> bool:
    """Say whether a text is a unified social credit code with a right check digit."""
    return bool(_CREDIT_CODE.fullmatch(text)) and credit_code_check_digit(text[:17]) == text[17]


@dataclass(frozen=True, kw_only=True)
class Located(Record):
    """A record that may have a point; `unlocated` says why it has none."""

    lon: float | None = field(default=None, metadata=about("经度", "longitude, degrees"))
    lat: float | None = field(default=None, metadata=about("纬度", "latitude, degrees"))
    unlocated: str = field(default="", metadata=about("待定位原因", "why there is no point"))
    located_by: str = field(
        default="source", metadata=about("定位方式", "source, address, pin or visit")
    )
    outside: bool = field(
        default=False, metadata=about("界外", "outside the boundary: counted, left out of surfaces")
    )

    def __post_init__(self) -> None:
        """Refuse half a point, and one that is nowhere."""
        super().__post_init__()
        _check_point(f"{type(self).__name__} {self.id!r}", self.lon, self.lat)

    @property
    def is_located(self) -> bool:
        """Whether there is a point."""
        return self.lon is not None


@dataclass(frozen=True, kw_only=True)
class Enterprise(Record):
    """企业: a legal person or sole trader. Where it works are its premises."""

    collection: ClassVar[str] = "enterprises"
    title_zh: ClassVar[str] = "企业"

    credit_code: str = field(
        default="", metadata=about("统一社会信用代码", "18 characters, GB 32100 check digit")
    )
    name: str = field(default="", metadata=personal("企业名称", "name", "name an enterprise"))
    contact: str = field(
        default="", metadata=personal("联系人", "contact person", "reach the enterprise")
    )
    phone: str = field(default="", metadata=personal("联系电话", "phone", "reach the enterprise"))
    industry: str = field(default="", metadata=about("行业", "GB/T 4754 code or name"))
    above_scale: bool = field(
        default=False, metadata=about("规上", "above scale; dated by valid time")
    )
    sole_trader: bool = field(default=False, metadata=about("个体工商户", "sole trader"))
    employees: int | None = field(default=None, metadata=about("从业人数", "people employed"))

    def __post_init__(self) -> None:
        """Check the credit code and the head count."""
        super().__post_init__()
        _check_at_least(self.id, "employees", self.employees)
        if self.credit_code and not is_credit_code(self.credit_code):
            raise InputError(
                f"Enterprise {self.id!r}: credit code {self.credit_code!r} fails its check digit.",
                "Correct the code, or leave it empty.",
            )


@dataclass(frozen=True, kw_only=True)
class Premises(Located):
    """场所: where an enterprise works; visits, hazards and travel attach here. Moving is a row."""

    collection: ClassVar[str] = "premises"
    title_zh: ClassVar[str] = "场所"

    enterprise_id: str = field(default="", metadata=about("所属企业", "enterprise"))
    kind: PremisesKind = field(
        default=PremisesKind.OTHER, metadata=about("场所类型", "plant, leased workshop, ...")
    )
    address: str = field(default="", metadata=personal("地址", "address", "find the premises"))
    host_premises_id: str = field(
        default="", metadata=about("所在场所", "premises it is inside of")
    )
    people: int | None = field(default=None, metadata=about("在场人数", "people on site"))
    inherent_class: int | None = field(
        default=None, metadata=about("固有风险等级", "1 to 4, 4 gravest (GB 18218 一级 = 4)")
    )
    dangerous_goods: bool = field(
        default=False, metadata=about("危险品", "stores dangerous goods: never on a public map")
    )
    opening_hours: str = field(default="", metadata=about("接待时间", "opening hours"))

    def __post_init__(self) -> None:
        """Check people and class."""
        super().__post_init__()
        _check_at_least(self.id, "people", self.people)
        if self.inherent_class is not None and self.inherent_class not in {1, 2, 3, 4}:
            raise InputError(
                f"Premises {self.id!r}: inherent class {self.inherent_class!r}.",
                "Give 1 to 4, where 4 is the gravest.",
            )


@dataclass(frozen=True, kw_only=True)
class Officer(Record):
    """企业警长 and others who visit."""

    collection: ClassVar[str] = "officers"
    title_zh: ClassVar[str] = "警长"

    name: str = field(default="", metadata=personal("姓名", "name", "name an officer"))
    phone: str = field(default="", metadata=personal("电话", "phone", "reach an officer"))
    team: str = field(default="", metadata=about("队伍", "team the officer belongs to"))
    station_id: str = field(default="", metadata=about("所属阵地", "station"))


@dataclass(frozen=True, kw_only=True)
class Team(Record):
    """走访组: the looker of all formulas."""

    collection: ClassVar[str] = "teams"
    title_zh: ClassVar[str] = "走访组"

    member_ids: tuple[str, ...] = field(default=(), metadata=about("成员", "officers"))


@dataclass(frozen=True, kw_only=True)
class Assignment(Record):
    """责任分工: which officer looks after which zone or enterprise, from when to when."""

    collection: ClassVar[str] = "assignments"
    title_zh: ClassVar[str] = "责任分工"

    officer_id: str = field(metadata=about("警长", "officer"))
    zone_id: str = field(default="", metadata=about("巡区", "patrol zone"))
    enterprise_id: str = field(default="", metadata=about("企业", "enterprise"))

    def __post_init__(self) -> None:
        """Require exactly one of zone and enterprise."""
        super().__post_init__()
        if bool(self.zone_id) == bool(self.enterprise_id):
            named = "both" if self.zone_id else "neither"
            raise InputError(
                f"Assignment {self.id!r} names {named} of zone and enterprise.",
                "Name exactly one of them.",
            )


@dataclass(frozen=True)
class Findings:
    """How many hazards of each severity a visit found; all zero is 'looked and found nothing'."""

    major: int = 0
    general: int = 0
    minor: int = 0

    def __post_init__(self) -> None:
        """Refuse negative counts."""
        if min(self.major, self.general, self.minor) < 0:
            raise InputError(f"Findings {self} hold a negative count.", "Give counts of 0 or more.")


@dataclass(frozen=True, kw_only=True)
class Visit(Record):
    """走访: somebody looked. Its place is the premises'. Nothing found is a record too."""

    collection: ClassVar[str] = "visits"
    title_zh: ClassVar[str] = "走访"

    premises_id: str = field(default="", metadata=about("场所", "premises"))
    enterprise_id: str = field(default="", metadata=about("企业", "enterprise"))
    team: str = field(
        default="",
        metadata=about("走访组", "the looker: id of the team of participants; '' unknown"),
    )
    participant_ids: tuple[str, ...] = field(default=(), metadata=about("参与人", "officers"))
    start: datetime = field(metadata=about("开始时间", "start (UTC)"))
    end: datetime | None = field(default=None, metadata=about("结束时间", "end (UTC)"))
    reason: VisitReason = field(
        default=VisitReason.ROUTINE, metadata=about("走访原因", "why the visit took place")
    )
    selection_probability: float | None = field(
        default=None, metadata=about("抽中概率", "probability with which a random visit was drawn")
    )
    items_checked: int | None = field(default=None, metadata=about("已查项", "items checked"))
    items_standard: int | None = field(default=None, metadata=about("应查项", "standard items"))
    found: Findings | None = field(
        default=None,
        metadata=about("发现", "counts by severity; None where reports name the visit instead"),
    )
    note: str = field(default="", metadata=personal("备注", "note", "record of a visit"))

    def __post_init__(self) -> None:
        """Check times, effort and probability."""
        super().__post_init__()
        _check_order(self.id, "start", self.start, "end", self.end)
        _check_at_least(self.id, "items_checked", self.items_checked)
        _check_at_least(self.id, "items_standard", self.items_standard)
        p = self.selection_probability
        if p is not None and not 0 < p <= 1:
            raise InputError(
                f"Visit {self.id!r}: selection probability {p}.", "Give a number in (0, 1]."
            )


@dataclass(frozen=True, kw_only=True)
class Report(Located):
    """上报: a hazard, dispute, fraud, incident..., by whatever channel it came."""

    collection: ClassVar[str] = "reports"
    title_zh: ClassVar[str] = "上报"

    kind: str = field(metadata=about("类别", "kind of report"))
    channel: str = field(default="", metadata=about("渠道", "channel it came by"))
    category: str = field(default="", metadata=about("子类", "the source's own category"))
    premises_id: str = field(default="", metadata=about("场所", "premises"))
    enterprise_id: str = field(default="", metadata=about("企业", "enterprise"))
    visit_id: str = field(default="", metadata=about("走访", "visit that found it"))
    occurred_from: datetime = field(metadata=about("发生时间起", "earliest time (UTC)"))
    occurred_to: datetime = field(metadata=about("发生时间止", "latest time, exclusive (UTC)"))
    occurred_mid: datetime | None = field(
        default=None, metadata=about("发生时间", "the source's own best single time (UTC)")
    )
    reported_at: datetime | None = field(
        default=None, metadata=about("上报时间", "reported at (UTC)")
    )
    closed_at: datetime | None = field(default=None, metadata=about("办结时间", "closed at (UTC)"))
    severity: Severity | None = field(
        default=None, metadata=about("严重程度", "major, general, minor")
    )
    self_reported: bool = field(
        default=False, metadata=about("自查自报", "the enterprise said it first")
    )
    state: str = field(default=CaseState.REPORTED.value, metadata=about("状态", "case state"))
    due: datetime | None = field(default=None, metadata=about("期限", "due (UTC)"))
    legal_grade: str = field(default="", metadata=about("重大事故隐患条款", "number of the clause"))
    referred_to: str = field(default="", metadata=about("移送", "who else enforces it"))
    duplicate_of: str = field(default="", metadata=about("重复于", "report it repeats"))
    text: str = field(default="", metadata=personal("内容", "free text", "handle the report"))
    reporter: str = field(
        default="", metadata=personal("上报人", "reporter", "answer the reporter")
    )

    def __post_init__(self) -> None:
        """Check the interval."""
        super().__post_init__()
        _check_order(self.id, "occurred_from", self.occurred_from, "occurred_to", self.occurred_to)

    @property
    def time(self) -> datetime:
        """The one time used in models: the source's own, else the middle of the interval."""
        if self.occurred_mid is not None:
            return self.occurred_mid
        return self.occurred_from + (self.occurred_to - self.occurred_from) / 2


@dataclass(frozen=True, kw_only=True)
class Declaration(Record):
    """自治申报: what an enterprise says of one indicator in one month, and who verified it."""

    collection: ClassVar[str] = "declarations"
    title_zh: ClassVar[str] = "自治申报"

    enterprise_id: str = field(metadata=about("企业", "enterprise"))
    month: str = field(metadata=about("月份", "YYYY-MM"))
    indicator: str = field(metadata=about("指标", "indicator of the safety index"))
    have: float = field(metadata=about("实有", "have"))
    need: float = field(metadata=about("应有", "need"))
    declared_by: str = field(default="", metadata=about("申报人", "actor who declared"))
    verified_by: str = field(default="", metadata=about("核实人", "officer who verified"))
    verified_at: datetime | None = field(default=None, metadata=about("核实时间", "when (UTC)"))
    evidence: str = field(default="", metadata=personal("佐证", "evidence", "verify a declaration"))

    def __post_init__(self) -> None:
        """Check month and amounts."""
        super().__post_init__()
        _check_at_least(self.id, "have", self.have)
        _check_at_least(self.id, "need", self.need)
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", self.month):
            raise InputError(f"Declaration {self.id!r}: month {self.month!r}.", "Write YYYY-MM.")


@dataclass(frozen=True, kw_only=True)
class PatrolZone(Record):
    """巡区: a polygon, and how many hours it is patrolled per shift."""

    collection: ClassVar[str] = "zones"
    title_zh: ClassVar[str] = "巡区"

    geometry: BaseGeometry = field(metadata=about("范围", "Polygon or MultiPolygon, degrees"))
    name: str = field(default="", metadata=about("巡区名称", "name"))
    patrol_hours: float | None = field(
        default=None, metadata=about("每班巡逻小时", "patrol hours per shift")
    )
    shift: str = field(default="", metadata=about("班次", "HH:MM-HH:MM; may cross midnight"))

    def __post_init__(self) -> None:
        """Check the polygon and the hours."""
        super().__post_init__()
        _check_at_least(self.id, "patrol_hours", self.patrol_hours)
        if self.geometry.geom_type not in {"Polygon", "MultiPolygon"} or self.geometry.is_empty:
            raise InputError(
                f"Patrol zone {self.id!r} is a {self.geometry.geom_type}.", "Give a polygon."
            )


@dataclass(frozen=True, kw_only=True)
class Station(Located):
    """阵地: a place where help is to be had."""

    collection: ClassVar[str] = "stations"
    title_zh: ClassVar[str] = "阵地"

    type: str = field(default="", metadata=about("阵地类型", "type of station"))
    name: str = field(default="", metadata=about("阵地名称", "name"))
    hours: str = field(default="", metadata=about("开放时间", "opening hours"))
    services: tuple[str, ...] = field(default=(), metadata=about("服务事项", "services"))
    languages: tuple[str, ...] = field(default=(), metadata=about("语言", "languages"))


@dataclass(frozen=True, kw_only=True)
class ServiceEvent(Record):
    """服务记录: a station gave a service."""

    collection: ClassVar[str] = "services"
    title_zh: ClassVar[str] = "服务记录"

    station_id: str = field(metadata=about("阵地", "station"))
    service: str = field(metadata=about("服务事项", "service"))
    at: datetime = field(metadata=about("时间", "when (UTC)"))
    people: int = field(default=1, metadata=about("人数", "people served"))


@dataclass(frozen=True, kw_only=True)
class Order(Record):
    """点单: an enterprise orders a service."""

    collection: ClassVar[str] = "orders"
    title_zh: ClassVar[str] = "点单"

    enterprise_id: str = field(metadata=about("企业", "enterprise"))
    service: str = field(metadata=about("服务事项", "service"))
    ordered_at: datetime = field(metadata=about("下单时间", "ordered at (UTC)"))
    window_from: datetime | None = field(default=None, metadata=about("期望时间起", "window from"))
    window_to: datetime | None = field(default=None, metadata=about("期望时间止", "window to"))
    state: str = field(default="ordered", metadata=about("状态", "state"))
    text: str = field(default="", metadata=personal("说明", "free text", "serve the order"))


@dataclass(frozen=True, kw_only=True)
class Slip(Record):
    """提醒单: an enterprise is reminded; sent only by a named person's decision."""

    collection: ClassVar[str] = "slips"
    title_zh: ClassVar[str] = "提醒单"

    enterprise_id: str = field(metadata=about("企业", "enterprise"))
    month: str = field(metadata=about("月份", "YYYY-MM"))
    reasons: tuple[str, ...] = field(default=(), metadata=about("事由", "codes of the reasons"))
    state: str = field(default="drawn", metadata=about("状态", "state"))
    due: datetime | None = field(default=None, metadata=about("期限", "deadline (UTC)"))
    decided_by: str = field(default="", metadata=about("签发人", "chief who decided"))
    text: str = field(default="", metadata=personal("正文", "text of the slip", "remind"))


@dataclass(frozen=True, kw_only=True)
class Guidance(Record):
    """上门指导: one-to-one help at the enterprise."""

    collection: ClassVar[str] = "guidance"
    title_zh: ClassVar[str] = "上门指导"

    enterprise_id: str = field(metadata=about("企业", "enterprise"))
    officer_id: str = field(default="", metadata=about("警长", "officer"))
    at: datetime = field(metadata=about("时间", "when (UTC)"))
    topics: tuple[str, ...] = field(default=(), metadata=about("主题", "topics"))
    text: str = field(default="", metadata=personal("内容", "what was said", "follow up guidance"))


@dataclass(frozen=True, kw_only=True)
class Campaign(Record):
    """宣传: an outreach campaign and how many it reached."""

    collection: ClassVar[str] = "campaigns"
    title_zh: ClassVar[str] = "宣传"

    topic: str = field(metadata=about("主题", "topic"))
    at: datetime = field(metadata=about("时间", "when (UTC)"))
    people: int = field(default=0, metadata=about("人数", "people reached"))
    enterprise_id: str = field(default="", metadata=about("企业", "enterprise, where held in one"))


@dataclass(frozen=True, kw_only=True)
class Road(Record):
    """道路: a line to draw, to travel on and to place addresses by."""

    collection: ClassVar[str] = "roads"
    title_zh: ClassVar[str] = "道路"

    geometry: BaseGeometry = field(metadata=about("线形", "LineString or MultiLineString, degrees"))
    name: str = field(default="", metadata=about("道路名称", "name"))
    road_class: str = field(default="", metadata=about("道路等级", "class"))
    speed_kmh: float | None = field(default=None, metadata=about("限速", "speed, km/h"))


@dataclass(frozen=True, kw_only=True)
class Population(Located):
    """人口: people at a place, as a number; never who they are."""

    collection: ClassVar[str] = "population"
    title_zh: ClassVar[str] = "人口"

    people: float = field(metadata=about("人数", "people"))


@dataclass(frozen=True)
class Door:
    """Where a record comes into being.

    Parameters
    ----------
    role
        Who creates it there.
    where
        The command or the route, in the words a person types.
    built
        False while the page or command is planned only; the docs say so.
    """

    role: Role
    where: str
    built: bool = True


def _imported(kind: str) -> Door:
    return Door(Role.KEEPER, f"geo-risk build ({kind})")


DOORS: dict[type[Record], tuple[Door, ...]] = {
    Enterprise: (_imported("enterprises"),),
    Premises: (
        _imported("premises"),
        _imported("enterprises"),
        Door(Role.CLERK, "PATCH /ogc/collections/premises/items/{fid}"),
        Door(Role.OFFICER, "PATCH /ogc/collections/premises/items/{fid}"),
    ),
    Officer: (_imported("officers"),),
    Team: (_imported("officers"),),
    Assignment: (_imported("assignments"),),
    Visit: (_imported("visits"), Door(Role.OFFICER, "POST /ogc/collections/visits/items")),
    Report: (
        _imported("reports"),
        Door(Role.OFFICER, "POST /ogc/collections/reports/items"),
        Door(Role.CLERK, "POST /ogc/collections/reports/items"),
        Door(Role.ENTERPRISE, "POST /ogc/collections/reports/items"),
        Door(Role.VOLUNTEER, "POST /ogc/collections/reports/items"),
    ),
    Declaration: (_imported("declarations"),),
    PatrolZone: (_imported("zones"),),
    Station: (_imported("stations"),),
    ServiceEvent: (_imported("services"),),
    Order: (_imported("orders"), Door(Role.ENTERPRISE, "POST /v1/orders", built=False)),
    Slip: (Door(Role.CHIEF, "geo-risk slips", built=False),),
    Guidance: (Door(Role.OFFICER, "POST /ogc/collections/guidance/items", built=False),),
    Campaign: (Door(Role.CLERK, "POST /ogc/collections/campaigns/items", built=False),),
    Road: (_imported("roads"),),
    Population: (_imported("population"),),
}
"""Every record has a door: the docs' table is made from this, and tests fail without one."""

COLLECTIONS: dict[str, type[Record]] = {one.collection: one for one in DOORS}
"""Collection name to record class, in the order of the flow."""


def personal_fields(kind: type[Record]) -> tuple[str, ...]:
    """Give the names of the fields that the store keeps apart as person data."""
    return tuple(one.name for one in fields(kind) if one.metadata.get("personal"))


def may_create(role: Role, kind: type[Record], door: str) -> bool:
    """Say whether a role creates this kind of record at this door (the text of `Door.where`)."""
    return any(one.role == role and one.where == door and one.built for one in DOORS.get(kind, ()))
