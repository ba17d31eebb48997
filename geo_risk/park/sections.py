"""What a park file may say: its sections as frozen dataclasses, each key with its comment.

A value that exists is a value that holds: sources, kinds and publication floors are checked when
built. The comments are what `geo-risk init` writes and the docs show.
"""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Literal

from geo_risk.crs import check_datum
from geo_risk.errors import ParkFileError
from geo_risk.park.keys import key as _key
from geo_risk.park.keys import nearest
from geo_risk.park.map_section import MapSection
from geo_risk.park.plan_section import PlanSection
from geo_risk.records import REPORT_KINDS, SENSITIVE_KINDS

SOURCE_KINDS = (
    "enterprises",
    "premises",
    "visits",
    "reports",
    "zones",
    "stations",
    "roads",
    "officers",
    "assignments",
    "declarations",
    "orders",
    "services",
    "population",
)
"""What a `[[source]]` may hold, in the order in which they are read."""

READING_ORDER = (
    "zones",
    "stations",
    "roads",
    "officers",
    "enterprises",
    "premises",
    "assignments",
    "population",
    "visits",
    "reports",
    "declarations",
    "orders",
    "services",
)
"""Sources are read so that what a row refers to is there before the row."""


@dataclass(frozen=True)
class Boundary:
    """The park's edge: surfaces end here."""

    file: Path = _key("GeoJSON, GPKG or Shapefile")
    datum: str = _key("wgs84 | cgcs2000 | gcj02 | bd09 | EPSG:n")
    layer: str = _key("layer of a GPKG", "")
    dissolve: bool = _key("true: many polygons make one boundary", default=False)


@dataclass(frozen=True)
class ParkSection:
    """`[park]`: who and where."""

    id: str = _key("letters a-z, digits, hyphens: names the state folder and addresses")
    name: str = _key("name shown to people")
    boundary: Boundary = _key("the park's edge")
    crs: str = _key("working CRS: projected, metres")
    synthetic: bool = _key("true: every map and sheet carries a watermark", default=False)
    timezone: str = _key("months, shifts and plain dates are cut in this zone", "Asia/Shanghai")
    datum: Literal["wgs84", "gcj02"] = _key(
        "datum kept inside; gcj02: the park stays in GCJ-02 altogether", "wgs84"
    )
    cell_m: float = _key("side of a surface cell, metres", 25.0)
    data_root: str = _key("folder that source files are relative to, '' = beside this file", "")
    scope: Literal["key_list", "above_scale", "all"] = _key(
        "whom the safety index covers", "above_scale"
    )
    publish: Literal["blue_and_improved", "all"] = _key(
        "who is named in public", "blue_and_improved"
    )


@dataclass(frozen=True)
class Source:
    """`[[source]]`: one file and what its columns mean."""

    kind: str = _key("one of the kinds of source")
    file: Path = _key("CSV, XLSX, GeoJSON, GPKG, Shapefile or Parquet; may end in .gz")
    name: str = _key("first part of record ids; default: the file's stem", "")
    datum: str = _key("required wherever there are coordinates", "")
    columns: dict[str, str] = _key("field = heading, where we cannot guess it", factory=dict)
    values: dict[str, dict[str, Any]] = _key("field = { theirs = ours }", factory=dict)
    set: dict[str, Any] = _key("field = value for every row", factory=dict)
    findings: dict[str, str] = _key("severity = heading of its count, on visits", factory=dict)
    occurred: tuple[str, ...] = _key("heading of the time, or of [earliest, latest]", ())
    layer: str = _key("layer of a GPKG; default: the only one", "")
    sheet: str = _key("sheet of an XLSX; default: the first with a table", "")
    encoding: str = _key("utf-8, gbk or gb18030; default: found out", "")
    timezone: str = _key("of naive times; default: the park's", "")
    date_order: Literal["", "ymd", "dmy", "mdy"] = _key("of dates such as 03/04/2024", "")
    origin: str = _key("public page the file comes from, shown when it is missing", "")
    sha256: str = _key("digest of the file that this description was written for", "")

    def __post_init__(self) -> None:
        """Check kind and datum; name the source after its file."""
        if self.kind not in SOURCE_KINDS:
            raise ParkFileError(
                f"[[source]] kind {self.kind!r} is not known.", nearest(self.kind, SOURCE_KINDS)
            )
        if self.datum:
            object.__setattr__(self, "datum", check_datum(self.datum))
        if not self.name:
            object.__setattr__(self, "name", re.sub(r"\..*$", "", self.file.name))
        if ":" in self.name:
            raise ParkFileError(
                f"[[source]] name {self.name!r} has a colon.", "Record ids need it: choose another."
            )


@dataclass(frozen=True)
class ReportKind:
    """`[[kind]]`: a kind of report the deployment adds, or says more about."""

    id: str = _key("short English word used in ids, as vehicle_theft")
    name: str = _key("Chinese name", "")
    en: str = _key("English name", "")
    forecast: bool = _key("false: shown as a record of the past only", default=True)
    decided_by: str = _key("who decided to forecast public order or fraud", "")

    def __post_init__(self) -> None:
        """Refuse a forecast of a sensitive kind that nobody decided."""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.id):
            raise ParkFileError(f"[[kind]] id {self.id!r}.", "Use a-z, 0-9 and underscores.")
        if self.id in SENSITIVE_KINDS and self.forecast and not self.decided_by:
            raise ParkFileError(
                f"[[kind]] {self.id}: forecast is on and decided_by is empty.",
                "Write who decided, or set forecast = false.",
            )


@dataclass(frozen=True)
class Calendar:
    """`[calendar]`: which days count, and what 'now' is for data that has ended."""

    as_of: str = _key("'' = now; a date for data that has ended: nothing later is known", "")
    days_off: tuple[str, ...] = _key("public holidays, YYYY-MM-DD", ())
    workdays: tuple[str, ...] = _key("weekend days that are worked, YYYY-MM-DD", ())


@dataclass(frozen=True)
class SeverityRule:
    """What one severity means."""

    due_days: int = _key("calendar days until it must be closed")
    points: float = _key("severity points")


@dataclass(frozen=True)
class SeverityTable:
    """`[severity]`: one table for everything."""

    major: SeverityRule = _key("立即整改", SeverityRule(30, 4.0))
    general: SeverityRule = _key("限期整改", SeverityRule(15, 2.0))
    minor: SeverityRule = _key("当场整改", SeverityRule(7, 1.0))

    def points(self, severity: str | None) -> float:
        """Give the points of a severity; a report without one counts as minor."""
        rule: SeverityRule = getattr(self, severity or "minor")
        return rule.points


_WEIGHTS: dict[str, dict[str, float]] = {
    "self_governance": {
        "guards": 4.0,
        "rules": 4.0,
        "training": 5.0,
        "drills": 4.0,
        "services": 3.0,
        "participation": 4.0,
        "self_found": 6.0,
    },
    "hazards": {
        "rate_major": 8.0,
        "rate_general": 6.0,
        "rate_minor": 6.0,
        "overdue": 10.0,
        "timeliness": 8.0,
        "recurrence": 7.0,
    },
    "incidents": {"incidents": 6.0, "disputes": 4.0, "resolution": 5.0},
    "fraud": {"fraud_loss": 5.0, "outreach": 5.0},
}


@dataclass(frozen=True)
class SelfReportRule:
    """What reporting its own hazards brings an enterprise."""

    overdue_factor: float = _key("weight of its own overdue hazard in the burden", 0.25)
    month_cap_points: float = _key("severity points credited in a month, at most", 6.0)
    recheck_share: float = _key("share rechecked at random", 0.10)


@dataclass(frozen=True)
class ColourRule:
    """Colours of the index."""

    cuts: tuple[float, float, float] = _key("blue from, yellow from, orange from", (80, 70, 60))
    margin: float = _key("hysteresis: points beyond a cut", 1.0)
    dwell_months: int = _key("hysteresis: months in a row", 2)


@dataclass(frozen=True)
class SlipRule:
    """Routine reminder slips."""

    worst_share: float = _key("among the lowest so many", 0.10)
    months: int = _key("so many ranked months in a row", 2)
    repeat_days: int = _key("one in so many days", 90)


@dataclass(frozen=True)
class SafetyIndexSection:
    """`[safety_index]`: every number of the index (安商指数); points and due days: [severity]."""

    window_months: int = _key("visits and hazards count so long", 24)
    incident_window_months: int = _key("incidents, disputes, fraud count so long", 12)
    z: float = _key("of the 90 % interval and of ties", 1.6448536269514722)
    theta_scale: float = _key("u = 1 / (1 + theta / scale)", 3.0)
    kappa: float = _key("cases by which a share is shrunk to its peers'", 4.0)
    burden_scale: float = _key("u = 1 / (1 + burden / scale)", 4.0)
    severity_points: dict[str, float] = _key("must say what [severity] says", factory=dict)
    due_days: dict[str, int] = _key("must say what [severity] says", factory=dict)
    self_report: SelfReportRule = _key("自查自报", SelfReportRule())
    colours: ColourRule = _key("蓝黄橙红", ColourRule())
    slip: SlipRule = _key("提醒单", SlipRule())
    incident_kinds: tuple[str, ...] = _key("kinds of report that are preventable", ("fire",))
    completed_fraud: tuple[str, ...] = _key(
        "categories of fraud that succeeded; attempts do not count",
        ("completed", "既遂", "被骗", "损失"),
    )
    weights: dict[str, dict[str, float]] = _key(
        "points by dimension and indicator, 100 together",
        factory=lambda: {name: dict(some) for name, some in _WEIGHTS.items()},
    )

    def __post_init__(self) -> None:
        """Refuse unknown indicators, weights that are not 100 together, cuts that do not fall."""
        where = "[safety_index.weights]"
        for name in self.weights:
            if name not in _WEIGHTS:
                raise ParkFileError(f"{where} {name} is not known.", nearest(name, _WEIGHTS))
        for name, known in _WEIGHTS.items():
            given = self.weights.setdefault(name, dict(known))
            for one in given:
                if one not in known:
                    raise ParkFileError(f"{where} {name}.{one} is not known.", nearest(one, known))
            missing = [one for one in known if one not in given]
            if missing:
                raise ParkFileError(f"{where} {name}: {', '.join(missing)} missing.", "Give 0.")
        values = [one for some in self.weights.values() for one in some.values()]
        if min(values) < 0 or abs(sum(values) - 100.0) > 1e-9:
            raise ParkFileError(f"{where} sum to {sum(values):g}.", "0 or more, 100 together.")
        first, second, third = self.colours.cuts
        if not 100 >= first > second > third >= 0:
            raise ParkFileError(
                f"[safety_index] colours cuts {self.colours.cuts}.", "Let them fall."
            )
        if min(self.window_months, self.incident_window_months, self.slip.months) < 1:
            raise ParkFileError("[safety_index] a window has no month.", "Give 1 or more.")
        if not (0 < self.slip.worst_share <= 1 and 0 <= self.self_report.recheck_share <= 1):
            raise ParkFileError("[safety_index] a share is not in [0, 1].", "Give 0.1 for 10 %.")
        positive = (self.theta_scale, self.kappa, self.burden_scale, self.z)
        if not min(positive) > 0:
            raise ParkFileError("[safety_index] a scale is not above 0.", "Give the default.")


@dataclass(frozen=True)
class ModelSection:
    """`[model]`: every number that a surface depends on."""

    horizon_days: int = _key("a forecast is for the next so many days", 30)
    window_days: int = _key("how far back reports and visits count", 730)
    bandwidth_m: float = _key(
        "kernel bandwidth (sigma), metres; 0 = by prospective likelihood", 0.0
    )
    half_life_days: float = _key("age at which a report counts half; 0 = by likelihood", 0.0)
    shrink_reports: float = _key("reports worth as much as the inherent surface (months 1-5)", 60.0)
    reach_m: float = _key("people and class count within this reach, metres", 150.0)
    patrol_half_credit_hours: float = _key("patrol hours / km2 / 30 days at half the credit", 400.0)
    patrol_max_credit: float = _key("largest protection credit of patrols, 0 to 1", 0.2)
    station_reach_m: float = _key("reach of a station's credit (sigma), metres", 400.0)
    station_max_credit: float = _key("largest protection credit of stations, 0 to 1", 0.1)
    coverage_days: int = _key("looked at: visited within so many days", 180)
    breaks_quantiles: tuple[float, float, float] = _key(
        "class breaks: quantiles over cells and time of the first year", (0.80, 0.95, 0.99)
    )
    break_margin: float = _key("hysteresis: share of a break", 0.05)
    dwell_publications: int = _key("hysteresis: publications in a row", 2)


@dataclass(frozen=True)
class StoreSection:
    """`[store]`: where records are kept."""

    url: str = _key("'' = SQLite in the state folder; or postgresql+psycopg://...", "")


@dataclass(frozen=True)
class DaskSection:
    """`[dask]`: where surfaces are fitted when one machine is not enough."""

    address: str = _key("'' = this machine; or tcp://host:8786", "")


@dataclass(frozen=True)
class ParkFile:
    """A checked park file.

    Parameters
    ----------
    path
        Absolute path of the file itself.
    park, source, kind, calendar, severity, safety_index, model, plan, map, store, dask
        Its sections.
    """

    path: Path
    park: ParkSection
    source: tuple[Source, ...] = ()
    kind: tuple[ReportKind, ...] = ()
    calendar: Calendar = Calendar()
    severity: SeverityTable = SeverityTable()
    safety_index: SafetyIndexSection = field(default_factory=SafetyIndexSection)
    model: ModelSection = ModelSection()
    plan: PlanSection = field(default_factory=PlanSection)
    map: MapSection = MapSection()
    store: StoreSection = StoreSection()
    dask: DaskSection = DaskSection()

    SECTIONS: ClassVar[dict[str, type]] = {
        "park": ParkSection,
        "source": Source,
        "kind": ReportKind,
        "calendar": Calendar,
        "severity": SeverityTable,
        "safety_index": SafetyIndexSection,
        "model": ModelSection,
        "plan": PlanSection,
        "map": MapSection,
        "store": StoreSection,
        "dask": DaskSection,
    }

    def __post_init__(self) -> None:
        """Refuse an index whose severities are not those of the one table."""
        for name, attribute in (("severity_points", "points"), ("due_days", "due_days")):
            for severity, said in getattr(self.safety_index, name).items():
                rule = getattr(self.severity, severity, None)
                if rule is None or getattr(rule, attribute) != said:
                    raise ParkFileError(
                        f"[safety_index] {name} {severity} = {said} is not what [severity] says.",
                        "Change [severity], and leave it out here.",
                    )

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The park's time zone."""
        return zoneinfo.ZoneInfo(self.park.timezone)

    @property
    def kinds(self) -> dict[str, ReportKind]:
        """Every kind of report, the deployment's own included.

        Sensitive ones off unless decided.
        """
        known = {
            id_: ReportKind(
                id=id_, name=zh, en=id_.replace("_", " "), forecast=id_ not in SENSITIVE_KINDS
            )
            for id_, zh in REPORT_KINDS.items()
        }
        for one in self.kind:
            base = known.get(one.id)
            known[one.id] = replace(
                one,
                name=one.name or (base.name if base else one.id),
                en=one.en or one.id.replace("_", " "),
            )
        return known

    def as_of(self, now: datetime) -> datetime:
        """Give the moment up to which things are known: the calendar's own, else `now`."""
        if not self.calendar.as_of:
            return now
        text = self.calendar.as_of
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def sources_in_order(self) -> list[Source]:
        """Give the sources so that what a row refers to is read before the row."""
        return sorted(self.source, key=lambda one: READING_ORDER.index(one.kind))
