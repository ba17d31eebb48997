"""Writing a park file: every key, default and comment, as TOML that reads back the same."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from geo_risk.park.sections import ParkFile


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
