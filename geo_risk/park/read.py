"""Reading and checking a park file: TOML in, `ParkFile` out, every slip answered by name.

The reader walks the sections' fields and types; it knows nothing of any one key. Paths are made
absolute: looked for in the data root first, then beside the park file.
"""

from __future__ import annotations

import re
import tomllib
import types
import zoneinfo
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from geo_risk.crs import check_datum, check_working_crs
from geo_risk.errors import InputError, ParkFileError
from geo_risk.park.keys import nearest
from geo_risk.park.sections import ParkFile, ParkSection
from geo_risk.records import REPORT_KINDS


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
    try:
        park = ParkFile(path=path, **parsed)
    except ParkFileError as error:
        raise ParkFileError(f"{path.name}: {error.message}", error.hint) from None
    return _with_absolute_paths(park, path.parent, data_root)


def _parse_sections(raw: dict[str, Any]) -> dict[str, Any]:
    known = ParkFile.SECTIONS
    for name in raw:
        if name not in known:
            raise ParkFileError(f"[{name}] is not known.", nearest(name, known))
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
                f"Add [[kind]] with id = {kind!r}. {nearest(str(kind), known_kinds)}",
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
            nearest(park.timezone, zoneinfo.available_timezones()),
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
            raise ParkFileError(f"{where}: key {name!r} is not known.", nearest(name, known))
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
            raise ParkFileError(f"{where} is {raw!r}.", nearest(str(raw), get_args(hint)))
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
