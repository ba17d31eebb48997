"""The generated pages of docs/reference: `python -m docs.generate`, or `--check` to see if stale.

Takes the code, gives one Markdown page a topic: commands, park file, fields of source files,
records and their doors, settings, routes, errors, Python names. What is said there stands in the
code once; these pages only show it. CI fails when a page differs from what this makes.
"""

from __future__ import annotations

import argparse
import difflib
import inspect
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import typer
from fastapi import FastAPI
from fastapi.routing import APIRoute

import geo_risk
from api.app import create_app
from api.cli import app as command_line
from api.problems import status_of, title_of
from geo_risk.errors import GeoRiskError
from geo_risk.ingest import field_table
from geo_risk.park import SOURCE_KINDS, ParkFile, parse_park
from geo_risk.records import DOORS
from geo_risk.settings import Settings

FOLDER = Path(__file__).resolve().parent / "reference"
_PARK_FILE = (
    "`geo-risk init` writes all of it, comments included. Paths are relative to the park file or to "
    "`data_root`; `--data` and `GEO_RISK_SHARED_DATA` override that."
)
_SOURCE_FIELDS = (
    "`columns`, `values` and `set` of a `[[source]]` use these words. A heading that is the field's "
    "own word, its Chinese name or a common variant is recognised without an entry."
)
_RECORDS = (
    "Who creates each record, and where. Person data is kept apart from events, under a random id, "
    "with a purpose and an expiry."
)
_ERRORS = (
    "Every error has a message (what happened, where) and a hint (what to do next). On the command "
    "line it is one line on stderr and exit 1; over HTTP an `application/problem+json` with `code`."
)
_INDENT = "&emsp;"
_HEAD = "<!-- Written by `make docs` from the code: change it there. -->\n\n"


def pages() -> dict[str, str]:
    """Make every page.

    Returns
    -------
    dict
        File name to Markdown.
    """
    makers: dict[str, Callable[[], str]] = {
        "commands.md": commands,
        "park-file.md": park_file,
        "source-fields.md": source_fields,
        "records.md": records,
        "settings.md": settings,
        "routes.md": routes,
        "errors.md": errors,
        "python.md": python_names,
    }
    return {name: _HEAD + make().rstrip() + "\n" for name, make in makers.items()}


def commands() -> str:
    """Describe every command, its arguments and options."""
    parts = ["# Commands", "`geo-risk COMMAND --help` says the same."]
    for words, command in command_tree():
        usage = " ".join(_metavar(one) for one in command.params if _is_argument(one))
        parts += [f"## `{words} {usage}`".replace(" `", "`"), inspect.cleandoc(command.help or "")]
        options = [one for one in command.params if not _is_argument(one) and one.name != "help"]
        rows = [(f"`{' '.join(one.opts)}`", one.help or "", _default(one)) for one in options]
        rows = [
            *((f"`{_metavar(one)}`", one.help, "") for one in command.params if _is_argument(one)),
            *rows,
        ]
        parts.append(_table(("", "meaning", "default"), rows))
    return "\n\n".join(parts)


def command_tree() -> Iterator[tuple[str, Any]]:
    """Give every command with the words that call it, groups opened."""

    def walk(words: str, command: Any) -> Iterator[tuple[str, Any]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield words, command
            return
        for name, one in inner.items():
            yield from walk(f"{words} {name}", one)

    return walk("geo-risk", typer.main.get_command(command_line))


def park_file() -> str:
    """Describe every key of the park file with its default."""
    parts = [
        "# The park file",
        _PARK_FILE,
    ]
    for name, section in ParkFile.SECTIONS.items():
        many = name in {"source", "kind"}
        parts += [f"## `{'[[' if many else '['}{name}{']]' if many else ']'}`"]
        parts += [_first_line(section)]
        hints = get_type_hints(section)
        parts.append(
            _table(
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
    table = field_table()
    for kind in SOURCE_KINDS:
        rows = [one for one in table if one.kind == kind]
        parts.append(f"## {kind}")
        parts.append(
            _table(
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
            "" if one.built else "planned",
        )
        for kind, ways in DOORS.items()
        for one in ways
    ]
    parts = [
        "# Records and their doors",
        _RECORDS,
        _table(("record", "role", "where", ""), doors),
    ]
    for kind in DOORS:
        parts += [f"## {kind.__name__} {kind.title_zh}", _first_line(kind)]
        parts.append(
            _table(
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


def settings() -> str:
    """Describe what is read from the environment."""
    prefix = Settings.model_config.get("env_prefix", "")
    rows = [
        (
            f"`{prefix}{name.upper()}`",
            "" if one.default is None else f"`{one.default}`",
            one.description,
        )
        for name, one in Settings.model_fields.items()
    ]
    text = "Read once, when a command or the service starts. Options of a command go before."
    return "\n\n".join(("# Settings", text, _table(("variable", "default", "meaning"), rows)))


def routes() -> str:
    """Describe every address of the service."""
    rows = [
        (f"`{' '.join(methods)}`", f"`{path}`", text)
        for methods, path, text in route_list(application())
    ]
    text = "Errors are `application/problem+json`: see [errors](errors.md)."
    return "\n\n".join(("# Routes", text, _table(("method", "address", "what"), rows)))


def application() -> FastAPI:
    """Make the service of a park that is nowhere: enough to ask for its routes."""
    text = (
        '[park]\nid = "docs"\nname = "docs"\ncrs = "EPSG:4549"\nsynthetic = true\n'
        'boundary = { file = "boundary.geojson", datum = "wgs84" }\n'
    )
    nowhere = Path(tempfile.gettempdir()) / "park.toml"
    return create_app(Settings(), parse_park(text, nowhere))


def route_list(app: FastAPI) -> list[tuple[list[str], str, str]]:
    """Give methods, address and first line of every route, by address."""
    found = []
    for route in app.routes:
        if isinstance(route, APIRoute):
            methods = sorted(route.methods - {"HEAD"})
            text = route.summary or inspect.getdoc(route.endpoint) or ""
            found.append((methods, route.path, text.splitlines()[0] if text else ""))
    return sorted(found, key=lambda one: (one[1], one[0]))


def errors() -> str:
    """Describe every error class, and its status on the wire."""
    rows = [
        (f"{_INDENT * depth}`{kind.__name__}`", f"`{kind.code}`", _status(kind), title_of(kind))
        for kind, depth in error_tree()
    ]
    return "\n\n".join(("# Errors", _ERRORS, _table(("class", "code", "status", "meaning"), rows)))


def error_tree() -> list[tuple[type[GeoRiskError], int]]:
    """Give every error class with its depth, as drawn in `geo_risk/errors.py`."""

    def walk(kind: type[GeoRiskError], depth: int) -> Iterator[tuple[type[GeoRiskError], int]]:
        yield kind, depth
        for one in kind.__subclasses__():
            if one.__module__ == "geo_risk.errors":
                yield from walk(one, depth + 1)

    return list(walk(GeoRiskError, 0))


def python_names() -> str:
    """Describe the public Python names."""
    parts = ["# Python names", "What `geo_risk` promises; a name with an underscore is private."]
    for name in geo_risk.__all__:
        thing = getattr(geo_risk, name)
        shown = f"{name}{_signature(thing)}"
        parts += [f"## {name}", f"```python\n{shown}\n```", inspect.getdoc(thing) or ""]
        parts[-1] = _docstring(parts[-1])
        if inspect.isclass(thing) and not issubclass(thing, BaseException):
            parts += [_members(thing)]
    return "\n\n".join(one for one in parts if one)


def _status(kind: type[GeoRiskError]) -> str:
    usual, under_ogc = status_of(kind(""), "/"), status_of(kind(""), "/ogc")
    return str(usual) if usual == under_ogc else f"{usual}, under /ogc {under_ogc}"


def _members(kind: type) -> str:
    rows = [
        (f"`{name}`", _first_line(member))
        for name, member in vars(kind).items()
        if not name.startswith("_")
        and (inspect.isfunction(member) or isinstance(member, property | classmethod))
    ]
    return _table(("method", "what"), rows) if rows else ""


def _docstring(text: str) -> str:
    """Set a NumPy docstring's sections as plain Markdown."""
    lines: list[str] = []
    for line in text.splitlines():
        if lines and line and set(line) == {"-"}:
            lines[-1] = f"**{lines[-1]}**\n"
        elif line.startswith("    "):
            lines.append(f"  {line.strip()}")
        elif lines and any(one.startswith("**") for one in lines) and line.strip():
            lines.append(f"- `{line.strip()}`:")
        else:
            lines.append(line)
    return "\n".join(lines).strip()


def _signature(thing: Any) -> str:
    if not callable(thing) or (inspect.isclass(thing) and not is_dataclass(thing)):
        return ""
    try:
        return str(inspect.signature(thing)).replace("'", "")
    except ValueError:
        return ""


def _first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    value = parameter.default
    if value in (None, "", 0) or isinstance(value, bool) or callable(value):
        return ""
    return f"`{getattr(value, 'value', value)}`"


def _default_of_field(one: Any) -> str:
    if one.default is MISSING and one.default_factory is MISSING:
        return "required"
    value = one.default if one.default is not MISSING else one.default_factory()
    if is_dataclass(value):
        value = {part.name: getattr(value, part.name) for part in fields(value)}
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{list(value)}`" if isinstance(value, tuple) else f"`{value!r}`".replace("''", '""')


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


def _table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    def line(cells: Sequence[Any]) -> str:
        return "| " + " | ".join(str(one or "").replace("|", "\\|") for one in cells) + " |"

    return "\n".join((line(headings), "|" + "---|" * len(headings), *(line(row) for row in rows)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or say which are stale."""
    parser = argparse.ArgumentParser(description="Write docs/reference from the code.")
    parser.add_argument("--check", action="store_true", help="only say what is stale")
    only_check = parser.parse_args(arguments).check
    FOLDER.mkdir(exist_ok=True)
    stale = 0
    for name, text in pages().items():
        path = FOLDER / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if before == text:
            continue
        stale += 1
        if only_check:
            change = difflib.unified_diff(
                before.splitlines(),
                text.splitlines(),
                f"docs/reference/{name}",
                "the code",
                lineterm="",
            )
            print("\n".join(list(change)[:20]))
        else:
            path.write_text(text, encoding="utf-8")
            print(f"written: docs/reference/{name}")
    if only_check and stale:
        print(f"{stale} page(s) of docs/reference are stale. Run `make docs` and commit them.")
    return 1 if only_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
