"""The park file: one TOML file describes a deployment. Read, check, and write with every default.

Takes TOML text or a path, gives a frozen `ParkFile`; paths in it are made absolute. An unknown key
is an error that names the nearest known word; a value of the wrong type says what was expected.
Each key's comment stands beside it here once: `geo-risk init` writes it, the docs' table is
generated from it. Nothing about a city or a park is in code; sources are described, never opened,
here.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import types
import zoneinfo
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from geo_risk.crs import check_datum, check_working_crs
from geo_risk.errors import InputError, ParkFileError
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


def _key(comment: str, default: Any = MISSING, factory: Any = MISSING) -> Any:
    meta = {"comment": comment}
    if factory is not MISSING:
        return field(default_factory=factory, metadata=meta)
    return field(metadata=meta) if default is MISSING else field(default=default, metadata=meta)


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
                f"[[source]] kind {self.kind!r} is not known.", _nearest(self.kind, SOURCE_KINDS)
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
class MapSection:
    """`[map]`: what a map must say."""

    approval_number: str = _key("审图号; a public exit asks for it or for an exemption", "")
    approval_exemption: str = _key("why none is needed, as declared", "")
    min_enterprises: int = _key("public: areas with fewer enterprises are merged or withheld", 8)
    min_reports: int = _key("public: areas with fewer reports are merged or withheld", 5)

    def __post_init__(self) -> None:
        """Let the public floor be raised, never lowered."""
        if self.min_enterprises < 8 or self.min_reports < 5:
            raise ParkFileError(
                "[map] min_enterprises and min_reports cannot be below 8 and 5.", "Raise them."
            )


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
    park, source, kind, calendar, severity, model, map, store, dask
        Its sections.
    """

    path: Path
    park: ParkSection
    source: tuple[Source, ...] = ()
    kind: tuple[ReportKind, ...] = ()
    calendar: Calendar = Calendar()
    severity: SeverityTable = SeverityTable()
    model: ModelSection = ModelSection()
    map: MapSection = MapSection()
    store: StoreSection = StoreSection()
    dask: DaskSection = DaskSection()

    SECTIONS: ClassVar[dict[str, type]] = {
        "park": ParkSection,
        "source": Source,
        "kind": ReportKind,
        "calendar": Calendar,
        "severity": SeverityTable,
        "model": ModelSection,
        "map": MapSection,
        "store": StoreSection,
        "dask": DaskSection,
    }

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


def read_park(path: str | Path, data_root: str | Path | None = None) -> ParkFile:
    """Read and check a park file.

    Parameters
    ----------
    path
        The TOML file.
    data_root
        Overrides `[park] data_root` (`--data`, `GEO_RISK_SHARED_DATA`).

    Returns
    -------
    ParkFile
        With absolute paths.

    Raises
    ------
    ParkFileError
        When it is missing, no TOML, or does not hold together; the message says where.
    """
    path = Path(path).expanduser().resolve()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ParkFileError(
            f"There is no park file {path}.", "Write one with `geo-risk init`."
        ) from None
    except IsADirectoryError:
        raise ParkFileError(f"{path} is a folder.", "Name the TOML file in it.") from None
    except UnicodeDecodeError:
        raise ParkFileError(f"{path.name} is not UTF-8.", "Save it as UTF-8.") from None
    return parse_park(text, path, data_root)


def parse_park(text: str, path: Path, data_root: str | Path | None = None) -> ParkFile:
    """Check the text of a park file; as `read_park`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ParkFileError(f"{path.name} is not TOML: {error}.", "Mend that line.") from None
    try:
        parsed = _parse_sections(raw)
    except ParkFileError as error:
        raise ParkFileError(f"{path.name}: {error.message}", error.hint) from None
    except InputError as error:
        raise ParkFileError(f"{path.name}: {error.message}", error.hint) from None
    park = ParkFile(path=path, **parsed)
    return _with_absolute_paths(park, path.parent, data_root)


def write_park(park: ParkFile) -> str:
    """Write a park file as TOML, every default and every comment in it.

    Parameters
    ----------
    park
        What to write; paths beside the file are written relative to it.

    Returns
    -------
    str
        TOML that `parse_park` reads back to the same.
    """
    lines = ["# A geo-risk park file. Every key is here; those you do not need may go.", ""]
    for name, section in ParkFile.SECTIONS.items():
        value = getattr(park, name)
        many = isinstance(value, tuple)
        doc = (section.__doc__ or "").splitlines()[0].replace("`", "")
        if many and not value:
            lines += [f"# {doc}", f"# [[{name}]]", ""]
        for one in value if many else (value,):
            head = f"[[{name}]]" if many else f"[{name}]"
            lines += [f"# {doc}", head, *_lines(one, park.path.parent), ""]
    return "\n".join(lines)


def _parse_sections(raw: dict[str, Any]) -> dict[str, Any]:
    known = ParkFile.SECTIONS
    for name in raw:
        if name not in known:
            raise ParkFileError(f"[{name}] is not known.", _nearest(name, known))
    if "park" not in raw:
        raise ParkFileError("[park] is missing.", "See `geo-risk init` for all of it.")
    parsed: dict[str, Any] = {}
    for name, value in raw.items():
        if name in {"source", "kind"}:
            if not isinstance(value, list):
                raise ParkFileError(f"[{name}] must be a list.", f"Write [[{name}]].")
            parsed[name] = tuple(
                _parse_table(known[name], one, f"[[{name}]] no. {i + 1}")
                for i, one in enumerate(value)
            )
        elif not isinstance(value, dict):
            raise ParkFileError(f"{name} must be a table.", f"Write [{name}].")
        else:
            parsed[name] = _parse_table(known[name], value, f"[{name}]")
    _check_park(parsed["park"])
    names = [one.name for one in parsed.get("source", ())]
    for name in names:
        if names.count(name) > 1:
            raise ParkFileError(
                f"Two sources are called {name!r}.", "Give one of them another `name`."
            )
    known_kinds = {*REPORT_KINDS, *(one.id for one in parsed.get("kind", ()))}
    for one in parsed.get("source", ()):
        kind = one.set.get("kind")
        if one.kind == "reports" and kind is not None and kind not in known_kinds:
            raise ParkFileError(
                f"[[source]] {one.name}: set kind {kind!r} is not declared.",
                f"Add [[kind]] with id = {kind!r}. {_nearest(str(kind), known_kinds)}",
            )
    if as_of := getattr(parsed.get("calendar"), "as_of", ""):
        try:
            datetime.fromisoformat(as_of)
        except ValueError:
            raise ParkFileError(
                f"[calendar] as_of {as_of!r} is no date.", "Write YYYY-MM-DD."
            ) from None
    return parsed


def _check_park(park: ParkSection) -> None:
    if not re.fullmatch(r"[a-z0-9-]+", park.id):
        raise ParkFileError(f"[park] id {park.id!r}.", "Use a-z, 0-9 and hyphens only.")
    check_working_crs(park.crs)
    check_datum(park.boundary.datum)
    try:
        zoneinfo.ZoneInfo(park.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise ParkFileError(
            f"[park] timezone {park.timezone!r} is not known.",
            _nearest(park.timezone, zoneinfo.available_timezones()),
        ) from None
    if not park.cell_m > 0:
        raise ParkFileError(f"[park] cell_m is {park.cell_m}.", "Give metres above 0.")


def _parse_table(section: type, raw: Any, where: str) -> Any:
    if not isinstance(raw, dict):
        raise ParkFileError(f"{where} is {raw!r}.", "Write a table { key = value }.")
    hints = get_type_hints(section)
    known = {one.name: one for one in fields(section)}
    for name in raw:
        if name not in known:
            raise ParkFileError(f"{where}: key {name!r} is not known.", _nearest(name, known))
    values: dict[str, Any] = {}
    for name, one in known.items():
        if name in raw:
            values[name] = _parse_value(hints[name], raw[name], f"{where} {name}")
        elif one.default is MISSING and one.default_factory is MISSING:
            raise ParkFileError(f"{where}: {name} is missing.", f"{one.metadata['comment']}.")
    try:
        return section(**values)
    except ParkFileError:
        raise
    except InputError as error:
        raise ParkFileError(f"{where}: {error.message}", error.hint) from None


def _parse_value(hint: Any, raw: Any, where: str) -> Any:
    origin = get_origin(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return _parse_table(hint, raw, where)
    if origin is Literal:
        if raw not in get_args(hint):
            raise ParkFileError(f"{where} is {raw!r}.", _nearest(str(raw), get_args(hint)))
        return raw
    if origin is tuple:
        return _parse_tuple(hint, raw, where)
    if origin is dict:
        if not isinstance(raw, dict):
            raise ParkFileError(f"{where} is {raw!r}.", "Write a table { key = value }.")
        return {str(k): _parse_value(get_args(hint)[1], v, f"{where}.{k}") for k, v in raw.items()}
    if hint is Any or origin in {Union, types.UnionType}:
        return raw
    if isinstance(raw, date | datetime | time) and hint is str:
        return raw.isoformat()
    if hint is Path and isinstance(raw, str) and raw:
        return Path(raw)
    if hint is float and isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    if hint in {str, bool, int} and type(raw) is hint:
        return raw
    expected = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
    raise ParkFileError(f"{where} is {raw!r}.", f"Write {expected.get(hint, 'a file name')}.")


def _parse_tuple(hint: Any, raw: Any, where: str) -> tuple[Any, ...]:
    inner = get_args(hint)
    if isinstance(raw, str) and inner[0] is str:
        raw = [raw]
    if not isinstance(raw, list):
        raise ParkFileError(f"{where} is {raw!r}.", "Write a list [ ... ].")
    if inner[-1] is not Ellipsis and len(raw) != len(inner):
        raise ParkFileError(f"{where} has {len(raw)} values.", f"Give {len(inner)}.")
    return tuple(_parse_value(inner[0], one, where) for one in raw)


def _nearest(word: str, known: Any) -> str:
    words = [str(one) for one in known]
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(sorted(words)[:30])}."


def _with_absolute_paths(park: ParkFile, here: Path, data_root: str | Path | None) -> ParkFile:
    roots = [here]
    chosen = data_root if data_root is not None else park.park.data_root
    if chosen:
        roots.insert(0, (here / Path(chosen).expanduser()).resolve())

    def absolute(file: Path) -> Path:
        if file.is_absolute():
            return file
        candidates = [(root / file).resolve() for root in roots]
        return next((one for one in candidates if one.exists()), candidates[0])

    boundary = replace(park.park.boundary, file=absolute(park.park.boundary.file))
    return replace(
        park,
        park=replace(park.park, boundary=boundary),
        source=tuple(replace(one, file=absolute(one.file)) for one in park.source),
    )


def _lines(section: Any, here: Path) -> list[str]:
    lines = []
    for one in fields(section):
        value = getattr(section, one.name)
        text = f"{one.name} = {_toml(value, here)}"
        lines.append(f"{text}{' ' * max(1, 44 - len(text))}# {one.metadata['comment']}")
    return lines


def _toml(value: Any, here: Path) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Path):
        value = value.relative_to(here).as_posix() if value.is_relative_to(here) else str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(one, here) for one in value)}]"
    if is_dataclass(value):
        value = {one.name: getattr(value, one.name) for one in fields(value)}
    inside = ", ".join(f"{_bare(k)} = {_toml(v, here)}" for k, v in value.items())
    return f"{{ {inside} }}" if inside else "{}"


def _bare(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(
        char if char >= " " and char != "\x7f" else f"\\u{ord(char):04x}" for char in escaped
    )
    return f'"{escaped}"'
