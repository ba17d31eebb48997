"""Records as plain values, as digests, as rows of a table, and back.

Takes records, gives JSON values per field (times in UTC, geometries as WKB in hex), which is what
events hold; a digest of what differs from the fields' defaults, so that a new field changes no old
digest; and the values of a table's columns. Person data is no part of any of the three:
`persons_of` gives it apart. Main time and place of a record are decided here too.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from typing import Any, get_origin

import shapely

from geo_risk.errors import InputError
from geo_risk.records import COLLECTIONS, Findings, Record, personal_fields
from geo_risk.store.column_types import iso
from geo_risk.store.schema import bare, hints_of, is_spatial, per_kind

Plain = dict[str, Any]
_POINT = struct.Struct("<BIdd")
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str, check_circular=False
)

SERVER_FIELDS = ("id", "source", "number")
"""What says whose record it is: never changed by a later write."""


@dataclass(frozen=True)
class _Field:
    name: str
    unset: Any  # the class's default; MISSING where it has none
    default: Any  # the same, plain
    to_plain: Callable[[Any], Any]
    from_plain: Callable[[Any], Any]
    from_row: Callable[[Any], Any]
    as_json: bool  # kept as JSON text in its column


def kind_of(collection: str) -> type[Record]:
    """Give the record class of a collection.

    Raises
    ------
    InputError
        When there is no such collection.
    """
    if collection not in COLLECTIONS:
        raise InputError(
            f"There is no collection {collection!r}.", f"There are: {', '.join(COLLECTIONS)}."
        )
    return COLLECTIONS[collection]


def plain_of(record: Record) -> Plain:
    """Give every field but id and person data as JSON values.

    Raises
    ------
    InputError
        When a value is not of its field's type, or holds a character no database takes.
    """
    plain = {}
    for one in fields_of(type(record)).values():
        value = getattr(record, one.name)
        if value is one.unset:  # most fields of most records
            plain[one.name] = one.default
            continue
        try:
            plain[one.name] = None if value is None else one.to_plain(value)
        except (TypeError, ValueError, AttributeError):
            raise InputError(
                f"{type(record).__name__} {record.id!r}: {one.name} is {value!r}.",
                "Give a value of the field's type.",
            ) from None
    return plain


def persons_of(record: Record) -> dict[str, str]:
    """Give the person data of a record: field to text, '' where there is none."""
    return {name: getattr(record, name) for name in person_fields_of(type(record))}


def told_of(kind: type[Record], plain: Mapping[str, Any]) -> Plain:
    """Keep what differs from the fields' defaults: what a first event holds."""
    known = fields_of(kind)
    return {name: value for name, value in plain.items() if value != known[name].default}


def digest_of(kind: type[Record], plain: Mapping[str, Any]) -> str:
    """Give 32 hex digits of what a record says, person data apart; whatever the order of fields."""
    return text_digest(dump(told_of(kind, plain)))


def text_digest(text: str) -> str:
    """Give the first 32 hex digits of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def dump(value: Any) -> str:
    """Write JSON in one spelling; values that JSON lacks become their text.

    Raises
    ------
    InputError
        When a text holds a character no database takes (NUL, half a surrogate pair).
    """
    if value == {}:
        return "{}"
    text = _ENCODER.encode(value)
    check_text(text)
    if "\\u0000" in text and _has_nul(value):
        raise InputError("A text holds a NUL character.", "Take it out.")
    return text


def check_text(text: str) -> str:
    """Give a text back, or refuse one that no database takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(f"{text!r} is not whole text.", "Read it with its encoding.") from None
    if "\0" in text:
        raise InputError("A text holds a NUL character.", "Take it out.")
    return text


def record_of(
    kind: type[Record], record_id: str, plain: Mapping[str, Any], persons: Mapping[str, str]
) -> Record:
    """Make the record again from plain values."""
    values: dict[str, Any] = {
        name: None if plain[name] is None else one.from_plain(plain[name])
        for name, one in fields_of(kind).items()
        if name in plain
    }
    return kind(id=record_id, **values | dict(persons))


def record_of_row(kind: type[Record], row: Mapping[Any, Any], persons: Mapping[str, str]) -> Record:
    """Make the record again from a row of its table."""
    values = {}
    for name, one in fields_of(kind).items():
        value = row["geom" if name == "geometry" else name]
        values[name] = None if value is None else one.from_row(value)
    record = object.__new__(kind)  # it was checked when it was kept
    record.__dict__.update(id=row["id"], **values, **persons)
    return record


def columns_of(kind: type[Record], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values of a table's columns: fields, main time, place."""
    columns = {
        name: dump(plain[name]) if one.as_json and plain[name] is not None else plain[name]
        for name, one in fields_of(kind).items()
        if name != "geometry"
    }
    columns["t_from"], columns["t_to"] = main_time(kind.collection, plain)
    if is_spatial(kind):
        columns.update(_place(plain))
    return columns


def main_time(collection: str, plain: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Give the time a record is about, as ISO text: [from, to), equal for an instant, None open."""
    if collection == "visits":
        return plain["start"], plain["end"] or plain["start"]
    if collection == "reports":
        return plain["occurred_from"], plain["occurred_to"]
    if collection in {"declarations", "slips"}:
        year, month = (int(part) for part in plain["month"].split("-"))
        after = (year + month // 12, month % 12 + 1)
        return iso(datetime(year, month, 1, tzinfo=UTC)), iso(datetime(*after, 1, tzinfo=UTC))
    for name in ("at", "ordered_at"):
        if name in plain:
            return plain[name], plain[name]
    return plain["valid_from"], plain["valid_to"]


def _place(plain: Mapping[str, Any]) -> dict[str, Any]:
    if "geometry" in plain:
        wkb = bytes.fromhex(plain["geometry"])
        box = shapely.from_wkb(wkb).bounds
    elif plain["lon"] is None:
        return dict.fromkeys(("geom", "west", "south", "east", "north"))
    else:
        wkb = _point(plain["lon"], plain["lat"])
        box = (plain["lon"], plain["lat"]) * 2
    return {"geom": wkb, **dict(zip(("west", "south", "east", "north"), box, strict=True))}


def _point(lon: float, lat: float) -> bytes:
    """Write the WKB of a point: byte order, type 1, two doubles (OGC 06-103r4, 8.2)."""
    return _POINT.pack(1, 1, lon, lat)


@per_kind
def fields_of(kind: type[Record]) -> dict[str, _Field]:
    """Give how each field but id and person data is written and read, in the order of the class."""
    hints = hints_of(kind)
    return {
        one.name: _field(one.name, hints[one.name], one.default)
        for one in fields(kind)
        if one.name != "id" and not one.metadata.get("personal")
    }


@per_kind
def person_fields_of(kind: type[Record]) -> tuple[str, ...]:
    """Give the names of a record's person fields; as `records.personal_fields`, remembered."""
    return personal_fields(kind)


def _field(name: str, hint: Any, default: Any) -> _Field:
    inner, _ = bare(hint)
    how: tuple[Callable[[Any], Any], Callable[[Any], Any], Callable[[Any], Any], bool]
    if inner is datetime:
        how = (iso, _moment, _moment, False)
    elif inner in {str, bool, int}:
        to_plain: dict[Any, Callable[[Any], Any]] = {str: str, bool: bool, int: _whole}
        how = (to_plain[inner], _same, inner, False)
    elif inner is float:
        how = (_number, float, float, False)
    elif get_origin(inner) is tuple:
        how = (_texts, tuple, lambda text: tuple(json.loads(text)), True)
    elif inner is Findings:
        how = (
            _findings,
            lambda one: Findings(*one),
            lambda text: Findings(*json.loads(text)),
            True,
        )
    elif issubclass(inner, Enum):
        how = (lambda value: inner(value).value, inner, inner, False)
    else:
        how = (
            _wkb_hex,
            lambda text: shapely.from_wkb(bytes.fromhex(text)),
            shapely.from_wkb,
            False,
        )
    plain_default = default if default is MISSING or default is None else how[0](default)
    return _Field(name, default, plain_default, *how)


def _same(value: Any) -> Any:
    return value


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _whole(value: Any) -> int:
    number = int(value)
    if number != value or isinstance(value, bool) or abs(number) >= 1 << 63:
        raise ValueError(value)
    return number


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number + 0.0  # -0.0 and 0.0 are one number


def _texts(values: Any) -> list[str]:
    return [str(one) for one in values]


def _findings(value: Findings) -> list[int]:
    return [value.major, value.general, value.minor]


def _wkb_hex(geometry: Any) -> str:
    return str(shapely.to_wkb(shapely.force_2d(geometry), hex=True, byte_order=1))


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(_has_nul(one) for pair in value.items() for one in pair)
    return isinstance(value, list | tuple) and any(_has_nul(one) for one in value)
