"""A table's columns to parsed values, row by row issues, and the number of each row.

Takes a `Table` and its source, gives for every field a list as long as the table. A cell that
cannot be used is an issue of its row, named by heading; the rest of the row is parsed all the
same, so that a person sees everything wrong with a row at once. Which columns must be there is
checked first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from geo_risk.errors import ColumnError
from geo_risk.ingest import values as v
from geo_risk.ingest import vocabulary
from geo_risk.ingest.columns import field_name, match_columns, nearest
from geo_risk.ingest.fields import EITHER, Field, fields_of
from geo_risk.ingest.table import Table
from geo_risk.ingest.times import Moment, TimeReader
from geo_risk.ingest.values import Bad

if TYPE_CHECKING:
    from geo_risk.park import ParkFile, Source

NATURAL_KEYS: dict[str, tuple[str, ...]] = {
    "declarations": ("enterprise", "month", "indicator"),
    "assignments": ("officer", "zone", "enterprise", "valid_from"),
    "services": ("station", "service", "at"),
    "roads": (),
    "population": (),
}
"""Kinds whose rows need no number: what identifies one; () = all that it says."""

_TOTALS = frozenset({"合计", "总计", "小计", "合计:", "总计:", "total", "Total", "TOTAL"})
_PLACED = frozenset({"geometry", "lon", "lat"})


@dataclass(frozen=True)
class Issue:
    """One thing wrong with one row: where, what it says, and why that will not do."""

    column: str
    value: str
    code: str
    detail: str = ""
    detail_zh: str = ""


@dataclass
class Parsed:
    """A table, parsed.

    Parameters
    ----------
    table
        As it was read.
    columns
        Field -> index of its column.
    values
        Field -> one value per row; constants of `set` among them; coordinates and shapes as text.
    numbers
        The source's own number of each row, '' where it has none.
    issues
        Row index -> what is wrong with it.
    skipped_times
        How many times name an hour that the clocks skip.
    """

    table: Table
    columns: dict[str, int]
    values: dict[str, list[Any]]
    numbers: list[str]
    issues: dict[int, list[Issue]] = field(default_factory=dict)
    skipped_times: int = 0

    def heading(self, name: str) -> str:
        """Give the heading of a field's column, '' where it has none."""
        return self.table.headings[self.columns[name]] if name in self.columns else ""

    def cell(self, name: str, i: int) -> str:
        """Give a cell as it came, '' where the field has no column."""
        return self.table.columns[self.columns[name]][i] if name in self.columns else ""

    def add(self, i: int, name: str, bad: Bad) -> None:
        """Note that a row is wrong in one field."""
        issue = Issue(self.heading(name), self.cell(name, i), bad.code, bad.detail, bad.detail_zh)
        self.issues.setdefault(i, []).append(issue)


def parse_table(table: Table, source: Source, park: ParkFile) -> Parsed:
    """Parse every column of a table.

    Parameters
    ----------
    table
        As read.
    source, park
        What its columns mean.

    Returns
    -------
    Parsed

    Raises
    ------
    ColumnError
        When a column is missing, doubled, or a constant of `set` cannot be used.
    """
    columns = match_columns(source, table.headings, table.headings_at)
    _require_columns(source, columns, table)
    known = fields_of(source.kind)
    parsers = _parsers(source, park, table)
    parsed = Parsed(table, columns, {}, [])
    for i, (code, detail) in table.faults.items():
        parsed.issues[i] = [Issue("", "", code, detail)]
    for name, index in columns.items():
        if name not in _PLACED:
            cells = _translated(table.columns[index], source, name)
            parsed.values[name] = v.parse_column(cells, parsers[known[name].type])
            _note_bad(parsed, name)
            if known[name].type in {"time", "time_end"}:
                times = parsed.values[name]
                parsed.skipped_times += sum(isinstance(one, Moment) and one.moved for one in times)
        else:
            parsed.values[name] = table.columns[index]
    for i, j in table.formulas:
        for name, index in columns.items():
            if index == j:
                parsed.issues.setdefault(i, [])
                parsed.issues[i] = [
                    one for one in parsed.issues[i] if one.column != table.headings[j]
                ]
                parsed.add(i, name, Bad("formula_without_value"))
    for name, value in source.set.items():
        parsed.values[field_name(name)] = _constant(source, name, value, known, parsers, len(table))
    _fill_numbers(parsed, source.kind)
    _find_repeated_headings(parsed)
    return parsed


def _require_columns(source: Source, columns: Mapping[str, int], table: Table) -> None:
    there = {*columns, *map(field_name, source.set)}
    if table.shapes is not None:
        there.add("geometry")
    either = EITHER.get(source.kind, ())
    chosen = {name for group in either for name in group}
    groups = [
        *either,
        *((one.name,) for one in fields_of(source.kind).values() if one.required),
    ]
    for group in groups:
        if len(group) == 1 and group[0] in chosen:
            continue
        if not there & set(group):
            wanted = fields_of(source.kind)[group[0]]
            also = "".join(f" or {fields_of(source.kind)[name].zh}" for name in group[1:])
            raise ColumnError(
                f"{table.headings_at}: no column is recognised as {wanted.zh}{also} "
                f"({', '.join(group)}).",
                f"Say which: columns = {{ {group[0]} = ... }}. "
                f"{nearest(wanted.zh, table.headings)}",
            )
    if "geometry" not in there and ("lon" in columns) != ("lat" in columns):
        one, other = ("lon", "lat") if "lon" in columns else ("lat", "lon")
        raise ColumnError(
            f"{table.headings_at}: there is a column for {one} and none for {other}.",
            f"Say which: columns = {{ {other} = ... }}.",
        )


def _parsers(source: Source, park: ParkFile, table: Table) -> dict[str, Callable[[str], Any]]:
    zone = ZoneInfo(source.timezone) if source.timezone else park.zone
    time = TimeReader(zone, source.date_order, table.epoch_1904)
    return {
        "text": v.parse_text,
        "code": v.parse_code,
        "int": v.parse_int,
        "float": v.parse_float,
        "share": v.parse_share,
        "bool": vocabulary.parse_bool,
        "class": vocabulary.parse_class,
        "severity": vocabulary.parse_severity,
        "reason": vocabulary.parse_reason,
        "channel": vocabulary.parse_channel,
        "report_kind": vocabulary.report_kinds(park.kinds),
        "premises_kind": vocabulary.parse_premises_kind,
        "state": vocabulary.parse_state,
        "level": vocabulary.parse_level,
        "time": time,
        "time_end": time,
        "month": v.parse_month,
        "list": v.parse_list,
    }


def _translated(cells: list[str], source: Source, name: str) -> list[str]:
    """Put our word in place of theirs, as `values` of the park file says."""
    said = {
        theirs: ours
        for key, table in source.values.items()
        if field_name(key) == name
        for theirs, ours in table.items()
    }
    if not said:
        return cells
    exact = {theirs.strip(): _word(ours) for theirs, ours in said.items()}
    loose = {v.half_width(theirs).lower(): _word(ours) for theirs, ours in said.items()}
    ours = {
        cell: exact.get(cell.strip(), loose.get(v.half_width(cell).lower(), cell))
        for cell in set(cells)
    }
    return [ours[cell] for cell in cells]


def _word(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _constant(
    source: Source,
    name: str,
    value: Any,
    known: Mapping[str, Field],
    parsers: Mapping[str, Callable[[str], Any]],
    length: int,
) -> list[Any]:
    one = known[field_name(name)]
    if one.name in _PLACED:
        return [_word(value)] * length
    parsed = parsers[one.type](_word(value))
    if isinstance(parsed, Bad):
        raise ColumnError(
            f"[[source]] {source.name}: set.{name} = {value!r} is no {one.type}.",
            f"It takes {parsed.detail or one.meaning}.",
        )
    return [parsed] * length


def _find_repeated_headings(parsed: Parsed) -> None:
    table = parsed.table
    filled = [j for j, heading in enumerate(table.headings) if heading]
    if len(filled) < 2:
        return
    first = filled[0]
    for i, cell in enumerate(table.columns[first]):
        if " ".join(cell.split()) == table.headings[first] and all(
            " ".join(table.columns[j][i].split()) == table.headings[j] for j in filled
        ):
            parsed.issues[i] = [Issue("", "", "repeated_heading")]


def _note_bad(parsed: Parsed, name: str) -> None:
    for i, value in enumerate(parsed.values[name]):
        if isinstance(value, Bad):
            parsed.add(i, name, value)


def _fill_numbers(parsed: Parsed, kind: str) -> None:
    """Give each row its number: its own, an enterprise's credit code, or what identifies it."""
    length = len(parsed.table)
    ids = parsed.values.get("id") or [""] * length
    parsed.numbers = ["" if one is None or isinstance(one, Bad) else str(one) for one in ids]
    if kind == "enterprises":
        _credit_codes(parsed)
    elif kind in NATURAL_KEYS:
        names = NATURAL_KEYS[kind]
        for i, number in enumerate(parsed.numbers):
            if not number and i not in parsed.issues:
                parsed.numbers[i] = _natural(parsed, names, i)
    for i, number in enumerate(parsed.numbers):
        if number in _TOTALS:
            parsed.issues[i] = []
            parsed.add(i, "id", Bad("total_row"))
        elif not number and i not in parsed.issues:
            parsed.add(i, "id" if "id" in parsed.columns else "credit_code", Bad("missing_id"))


def _credit_codes(parsed: Parsed) -> None:
    """Check credit codes, wherever they stand; without a number of its own a row has its code's.

    In a column of credit codes 16 characters and more are meant as one; shorter texts there are old
    registration numbers. In a column of the source's own numbers only what has the form of a credit
    code is meant as one.
    """
    codes = parsed.values.get("credit_code") or [""] * len(parsed.table)
    checked: list[str] = []
    for i, (number, given) in enumerate(zip(parsed.numbers, codes, strict=True)):
        code = "" if isinstance(given, Bad) else (given or "").upper()
        text = code or number.upper()
        meant = len(code) > 15 or (not code and v.looks_like_credit_code(text))
        bad = v.check_credit_code(text) if meant else None
        if bad:
            parsed.add(i, "credit_code" if code else "id", bad)
        checked.append(text if meant and bad is None else "")
        parsed.numbers[i] = number or code
        if checked[i] and number.upper() == checked[i]:
            parsed.numbers[i] = checked[i]
    parsed.values["credit_code"] = checked


def _natural(parsed: Parsed, names: tuple[str, ...], i: int) -> str:
    if names:
        return "|".join(v.half_width(parsed.cell(name, i)) for name in names)
    digest = hashlib.sha256()
    for name in parsed.columns:
        digest.update(f"{name}={v.half_width(parsed.cell(name, i))}\n".encode("utf-8", "replace"))
    shapes = parsed.table.shapes
    if shapes is not None and shapes[i] is not None:
        digest.update(shapes[i].wkb)
    return digest.hexdigest()[:16]
