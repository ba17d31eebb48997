"""Pages made from running code: commands and Python names."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

import typer

import geo_risk
from api.cli import command_line
from docs.markdown import first_line, table


def commands() -> str:
    """Describe every command, its arguments and options."""
    parts = ["# Commands", "`geo-risk COMMAND --help` says the same."]
    for words, command in command_tree():
        usage = " ".join(_metavar(one) for one in command.params if _is_argument(one))
        heading = f"## `{f'{words} {usage}'.strip()}`"
        parts += [heading, inspect.cleandoc(command.help or "")]
        options = [one for one in command.params if not _is_argument(one) and one.name != "help"]
        rows = [(f"`{' '.join(one.opts)}`", one.help or "", _default(one)) for one in options]
        rows = [
            *((f"`{_metavar(one)}`", one.help, "") for one in command.params if _is_argument(one)),
            *rows,
        ]
        parts.append(table(("", "meaning", "default"), rows))
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

    return walk("geo-risk", typer.main.get_command(command_line()))


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


def _members(kind: type) -> str:
    rows = [
        (f"`{name}`", first_line(member))
        for name, member in vars(kind).items()
        if not name.startswith("_")
        and (inspect.isfunction(member) or isinstance(member, property | classmethod))
    ]
    return table(("method", "what"), rows) if rows else ""


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
