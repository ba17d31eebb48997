"""What an items request asks: bbox, datetime, limit, cursor, CRS, filters; or a refusal that helps.

Takes the query string's pairs, gives an `Asked`. A parameter nobody declared is an error, as OGC
API - Features wants, with the nearest known word; so is one that comes twice. Times are RFC 3339
instants and intervals, open ends as `..` or empty; a date alone is that whole day in the park's
time zone.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from api.ogc.wire import CRS84, Box, Wire
from geo_risk.errors import InputError

DEFAULT_LIMIT = 1000
MAX_LIMIT = 10_000
PARAMETERS = ("bbox", "bbox-crs", "datetime", "limit", "crs", "after", "f")
FORMATS = ("json", "xlsx")
_OPEN = {"", ".."}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Asked:
    """One items request, checked.

    Parameters
    ----------
    bbox
        Degrees in the park's datum, None: anywhere.
    time_from, time_to
        [from, to); None: open. Both equal: that instant.
    limit
        At most so many items, 1 to `MAX_LIMIT`.
    after
        Cursor: the id after which to go on.
    crs
        CRS of the answer.
    format
        `json` or `xlsx`.
    filters
        Field to the text it must equal.
    """

    bbox: Box | None = None
    time_from: datetime | None = None
    time_to: datetime | None = None
    limit: int = DEFAULT_LIMIT
    after: str | None = None
    crs: str = CRS84
    format: str = "json"
    filters: Mapping[str, str] = field(default_factory=dict)


def read_asked(
    pairs: Iterable[tuple[str, str]], queryables: Iterable[str], wire: Wire, zone: tzinfo
) -> Asked:
    """Check the query string of an items request.

    Parameters
    ----------
    pairs
        As they came.
    queryables
        Fields by which this reader may filter this collection.
    wire
        Which CRSs the park offers.
    zone
        The park's time zone, for dates alone.

    Returns
    -------
    Asked

    Raises
    ------
    InputError
        When a parameter is unknown, doubled, or cannot be read; the message names it.
    """
    fields_ = tuple(queryables)
    given = unique(pairs, (*PARAMETERS, *fields_))
    time_from, time_to = _interval(given["datetime"], zone) if "datetime" in given else (None, None)
    form = read_format(given.get("f"))
    return Asked(
        bbox=_bbox(given, wire),
        time_from=time_from,
        time_to=time_to,
        limit=_limit(given.get("limit"), DEFAULT_LIMIT if form == "json" else MAX_LIMIT),
        after=given.get("after"),
        crs=wire.check(given["crs"]) if "crs" in given else CRS84,
        format=form,
        filters={name: value for name, value in given.items() if name in fields_},
    )


def unique(pairs: Iterable[tuple[str, str]], known: Iterable[str]) -> dict[str, str]:
    """Give parameters as a mapping; refuse unknown and doubled ones.

    Raises
    ------
    InputError
        The hint names the nearest known parameter.
    """
    words = tuple(known)
    given: dict[str, str] = {}
    for name, value in pairs:
        if name not in words:
            close = difflib.get_close_matches(name, words, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(words)}."
            raise InputError(f"Parameter {name!r} is not known here.", hint)
        if name in given:
            raise InputError(f"Parameter {name!r} comes twice.", "Give it once.")
        given[name] = value
    return given


def read_format(asked: str | None, offered: tuple[str, ...] = FORMATS) -> str:
    """Give the format of an answer, the first that is offered where none was asked for.

    Raises
    ------
    InputError
        When it is none that is offered.
    """
    chosen = offered[0] if asked is None else asked
    if chosen not in offered:
        raise InputError(f"Format {asked!r} is not offered.", f"Ask for {' or '.join(offered)}.")
    return chosen


def _limit(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise InputError(f"limit is {text!r}.", f"Give a whole number from 1 to {MAX_LIMIT}.")
    return min(int(text), MAX_LIMIT)


def _bbox(given: Mapping[str, str], wire: Wire) -> Box | None:
    if "bbox" not in given:
        if "bbox-crs" in given:
            raise InputError("bbox-crs comes without bbox.", "Give both or neither.")
        return None
    source = wire.check(given["bbox-crs"]) if "bbox-crs" in given else CRS84
    numbers = [_number(part) for part in given["bbox"].split(",")]
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4:
        raise InputError(
            f"bbox has {len(numbers)} numbers.",
            "Give west,south,east,north: four, or six with height.",
        )
    first_x, first_y, second_x, second_y = numbers
    box = (first_x, first_y, second_x, second_y)
    if source == CRS84:
        _check_degrees(box)
    return wire.box_in(box, source)


def _check_degrees(box: Box) -> None:
    west, south, east, north = box
    if south > north:
        raise InputError(f"bbox: south {south} is north of {north}.", "Exchange the two.")
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise InputError(f"bbox {box} is not in degrees.", "Give degrees, or name its bbox-crs.")


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise InputError(f"bbox: {text!r} is not a number.", "Write it as 120.05.") from None
    if not math.isfinite(number):
        raise InputError(f"bbox: {text!r} is not a number.", "Write it as 120.05.")
    return number


def _interval(text: str, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    parts = text.split("/")
    if len(parts) == 1:
        return _moment(text, zone)
    if len(parts) != 2 or _OPEN.issuperset(parts):
        raise InputError(f"datetime is {text!r}.", "Give one time, or start/end with one end open.")
    start = None if parts[0] in _OPEN else _moment(parts[0], zone)[0]
    end = None if parts[1] in _OPEN else _moment(parts[1], zone)[1]
    if start is not None and end is not None and end < start:
        raise InputError(f"datetime {text!r} ends before it begins.", "Exchange the two.")
    if end is not None and end != start and not _DAY.fullmatch(parts[1]):
        end += _INSTANT  # OGC's intervals are closed, the store's half-open
    return start, end


def _moment(text: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Give an instant twice, or a day's beginning and end."""
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            start = datetime.combine(day, time(), zone).astimezone(UTC)
            return start, datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        instant = datetime.fromisoformat(text.replace(" ", "+"))  # in an address a + is a blank
        if instant.tzinfo is not None and "T" in text.upper():
            return instant.astimezone(UTC), instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InputError(
        f"datetime: {text!r} is no RFC 3339 time.", "Write it as 2026-05-01T00:00:00Z."
    )
