"""Pages made from declarations: park file, source fields, records, settings, routes, errors."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

from fastapi import FastAPI

from api.app import create_app
from api.problems import status_of, title_of
from api.rights import rights
from docs.markdown import first_line, table
from geo_risk.errors import GeoRiskError
from geo_risk.ingest import field_table
from geo_risk.park import SOURCE_KINDS, ParkFile, parse_park
from geo_risk.records import DOORS, Role
from geo_risk.settings import Settings
from maps.menu import NOBODY, PAGES, Reader, pages_showing
from maps.words import word

_INDENT = "&emsp;"
_PARK_FILE = (
    "`geo-risk init` writes all of it, comments included. Paths are relative to the park file or "
    "to `data_root`; `--data` and `GEO_RISK_SHARED_DATA` override that."
)
_SOURCE_FIELDS = (
    "`columns`, `values` and `set` of a `[[source]]` use these words. A heading that is the "
    "field's own word, its Chinese name or a common variant is recognised without an entry."
)
_RECORDS = (
    "Who creates each record, and where. Person data is kept apart from events, under a random id, "
    "with a purpose and an expiry."
)
_PAGES = (
    "Who opens what: `all` for every record, `own` for what belongs to the reader (its enterprise, "
    "its cases, what it entered), `–` is refused. The menu is drawn from the same declaration "
    "(`maps/menu.py`, `api/rights.py`), and a test asks every address as every role."
)
_ROUTES = (
    "`/openapi.json` says all of it; `/assets/` serves the pages' own files. Errors are "
    "`application/problem+json`: see [errors](errors.md)."
)
_ERRORS = (
    "Every error has a message (what happened, where) and a hint (what to do next). On the command "
    "line it is one line on stderr and exit 1; over HTTP an `application/problem+json` with `code`."
)


def park_file() -> str:
    """Describe every key of the park file with its default."""
    parts = [
        "# The park file",
        _PARK_FILE,
    ]
    for name, section in ParkFile.SECTIONS.items():
        many = name in {"source", "kind"}
        parts += [f"## `{'[[' if many else '['}{name}{']]' if many else ']'}`"]
        parts += [first_line(section)]
        hints = get_type_hints(section)
        parts.append(
            table(
                ("key", "type", "default", "meaning"),
                [
                    (
                        f"`{one.name}`",
                        _type_name(hints[one.name]),
                        _default_of_field(one),
                        one.metadata["comment"],
                    )
                    for one in fields(section)
                ],
            )
        )
    return "\n\n".join(parts)


def source_fields() -> str:
    """Describe what each kind of source may hold."""
    parts = [
        "# Fields of source files",
        _SOURCE_FIELDS,
    ]
    known = field_table()
    for kind in SOURCE_KINDS:
        rows = [one for one in known if one.kind == kind]
        parts.append(f"## {kind}")
        parts.append(
            table(
                ("field", "中文", "meaning", "what a cell may hold", "required"),
                [(f"`{one.field}`", one.zh, one.meaning, one.type, one.required) for one in rows],
            )
        )
    return "\n\n".join(parts)


def records() -> str:
    """Describe every record: its fields, and who creates it where."""
    doors = [
        (
            f"{kind.__name__} {kind.title_zh}",
            one.role.value,
            f"`{one.where}`",
            _door_kind(one.where),
            ", ".join(f"`{page.path}`" for page in pages_showing(kind.collection)),
        )
        for kind, ways in DOORS.items()
        for one in ways
    ]
    parts = [
        "# Records and their doors",
        _RECORDS,
        table(("record", "role", "where", "by", "seen on"), doors),
    ]
    for kind in DOORS:
        parts += [f"## {kind.__name__} {kind.title_zh}", first_line(kind)]
        parts.append(
            table(
                ("field", "中文", "meaning", "person data"),
                [
                    (
                        f"`{one.name}`",
                        one.metadata["zh"],
                        one.metadata["en"],
                        f"purpose: {one.metadata['purpose']}"
                        if one.metadata.get("personal")
                        else "",
                    )
                    for one in fields(kind)
                ],
            )
        )
    return "\n\n".join(parts)


def _door_kind(where: str) -> str:
    """Say by what a door is used: a command, a page's form, or a program."""
    if where.startswith("geo-risk"):
        return "command"
    return "program" if where.split(" ")[1].startswith(("/v1/", "/ogc/")) else "page"


def pages_by_role() -> str:
    """Describe which role opens which page, and who may ask every other address."""
    readers = tuple(dict.fromkeys((NOBODY, *Role)))
    heads = ("nobody", *(one.value for one in Role))
    pages = [
        (
            f"{word(f'nav.{one.name}', 'zh')} {word(f'nav.{one.name}', 'en')}",
            f"`{one.path}`",
            *(_opens(one.all, one.own, reader) for reader in readers),
        )
        for one in PAGES
    ]
    others = [
        (f"`{operation}`", *(_opens(right.all, right.own, reader) for reader in readers))
        for operation, right in sorted(rights().items(), key=lambda one: one[0].split()[::-1])
        if operation not in {f"GET {one.path}" for one in PAGES}
    ]
    return "\n\n".join(
        (
            "# Pages and roles",
            _PAGES,
            table(("page", "address", *heads), pages),
            "## Every other address",
            table(("address", *heads), others),
        )
    )


def _opens(everything: Collection[Reader], own: Collection[Reader], reader: Reader) -> str:
    if reader in everything:
        return "all"
    return "own" if reader in own else "–"


def settings() -> str:
    """Describe what is read from the environment."""
    prefix = Settings.model_config.get("env_prefix", "")
    rows = [
        (
            f"`{prefix}{name.upper()}`",
            "" if one.default in (None, "") else f"`{one.default}`",
            one.description,
        )
        for name, one in Settings.model_fields.items()
    ]
    text = "Read once, when a command or the service starts. Options of a command go before."
    return "\n\n".join(("# Settings", text, table(("variable", "default", "meaning"), rows)))


def routes() -> str:
    """Describe every address of the service."""
    found = sorted(route_list(application()), key=lambda one: (one[1], one[0]))
    rows = [(f"`{method}`", f"`{path}`", text) for method, path, text in found]
    return "\n\n".join(("# Routes", _ROUTES, table(("method", "address", "what"), rows)))


def application() -> FastAPI:
    """Make the service of a park that is nowhere: enough to ask for its routes."""
    text = (
        '[park]\nid = "docs"\nname = "docs"\ncrs = "EPSG:4549"\nsynthetic = true\n'
        'boundary = { file = "boundary.geojson", datum = "wgs84" }\n'
    )
    nowhere = Path(tempfile.gettempdir()) / "park.toml"
    return create_app(Settings(), parse_park(text, nowhere))


def route_list(app: FastAPI) -> list[tuple[str, str, str]]:
    """Give method, address and first line of every route, by address, as /openapi.json has them."""
    return sorted(
        (method.upper(), path, (one.get("description") or one["summary"]).splitlines()[0])
        for path, operations in app.openapi()["paths"].items()
        for method, one in operations.items()
        if method in {"get", "post", "put", "patch", "delete"}
    )


def errors() -> str:
    """Describe every error class, and its status on the wire."""
    rows = [
        (f"{_INDENT * depth}`{kind.__name__}`", f"`{kind.code}`", _status(kind), title_of(kind))
        for kind, depth in error_tree()
    ]
    return "\n\n".join(("# Errors", _ERRORS, table(("class", "code", "status", "meaning"), rows)))


def error_tree() -> list[tuple[type[GeoRiskError], int]]:
    """Give every error class with its depth, as drawn in `geo_risk/errors.py`."""

    def walk(kind: type[GeoRiskError], depth: int) -> Iterator[tuple[type[GeoRiskError], int]]:
        yield kind, depth
        for one in kind.__subclasses__():
            if one.__module__ == "geo_risk.errors":
                yield from walk(one, depth + 1)

    return list(walk(GeoRiskError, 0))


def _status(kind: type[GeoRiskError]) -> str:
    usual, under_ogc = status_of(kind(""), "/"), status_of(kind(""), "/ogc")
    return str(usual) if usual == under_ogc else f"{usual}, under /ogc {under_ogc}"


def _default_of_field(one: Any) -> str:
    if one.default is MISSING and one.default_factory is MISSING:
        return "required"
    value = one.default if one.default is not MISSING else one.default_factory()
    if is_dataclass(value):
        value = {part.name: getattr(value, part.name) for part in fields(value)}
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _type_name(hint: Any) -> str:
    names = {str: "text", bool: "true or false", int: "whole number", float: "number", Path: "file"}
    if hint in names:
        return names[hint]
    if is_dataclass(hint):
        return "table"
    text = str(hint).replace("typing.", "").replace("str", "text")
    if text.startswith("Literal["):
        return " or ".join(f"`{one}`" for one in hint.__args__)
    return "list" if text.startswith("tuple") else "table"
