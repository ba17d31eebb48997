"""A small park on disk and one source at a time: what every test of reading starts from."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely

from geo_risk.ingest import Batch, Known, ingest_source
from geo_risk.park import ParkFile, parse_park
from geo_risk.records import credit_code_check_digit

Rows = Sequence[Sequence[Any]]

PARK = """
[park]
id = "test"
name = "样例园区"
crs = "EPSG:4549"
timezone = "{timezone}"
datum = "{datum}"
boundary = {{ file = "boundary.geojson", datum = "wgs84" }}

[[kind]]
id = "sanitation"
name = "环卫"
"""

BOUNDARY = shapely.box(119.90, 30.50, 120.00, 30.60)


def code(n: int) -> str:
    """Give the n-th synthetic credit code, its check digit right."""
    first = f"91330599MA2X{n:05d}"
    return first + credit_code_check_digit(first)


def csv_text(rows: Rows, delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def xlsx(rows: Rows, *, title: str = "Sheet1", merge: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for block in merge:
        sheet.merge_cells(block)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def make_park(folder: Path, *, timezone: str = "Asia/Shanghai", datum: str = "wgs84") -> ParkFile:
    return parse_park(PARK.format(timezone=timezone, datum=datum), folder / "park.toml")


Ingest = Callable[..., Batch]


@pytest.fixture
def ingest(tmp_path: Path) -> Ingest:
    """Write content as a file, describe it, read it: rows, text or bytes by the name's ending."""

    def run(
        kind: str,
        name: str,
        content: Rows | str | bytes | None,
        *,
        known: Known | None = None,
        file: Path | None = None,
        park_timezone: str = "Asia/Shanghai",
        park_datum: str = "wgs84",
        boundary: Any = BOUNDARY,
        progress: Callable[[int, int | None], None] | None = None,
        **keys: Any,
    ) -> Batch:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(_bytes(name, content))
        park = make_park(tmp_path, timezone=park_timezone, datum=park_datum)
        described = {"datum": "wgs84", "name": "list", **keys}
        text = "\n".join(f"{key} = {_toml(value)}" for key, value in described.items())
        source_toml = f"[[source]]\nkind = '{kind}'\nfile = '{name}'\n{text}\n"
        toml = PARK.format(timezone=park_timezone, datum=park_datum) + source_toml
        park = parse_park(toml, tmp_path / "park.toml")
        return ingest_source(
            park,
            park.source[0],
            known or Known(),
            boundary=boundary,
            progress=progress,
            file=file,
        )

    return run


def _bytes(name: str, content: Rows | str | bytes) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    return xlsx(content) if name.endswith(".xlsx") else csv_text(content).encode()


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{key}' = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return f"'{value}'" if isinstance(value, str) else str(value)


KNOWN = Known(
    ids={
        "enterprises": {"E1": "firms:E1", "E2": "firms:E2"},
        "premises": {"P1": "places:P1", "P2": "places:P2"},
        "visits": {"V1": "log:V1"},
        "officers": {"007": "staff:007", "008": "staff:008"},
        "zones": {"Z1": "zones:Z1"},
        "stations": {"S1": "posts:S1"},
    },
    premises_of={"firms:E1": ("places:P1", "places:P2")},
)


@pytest.fixture
def known() -> Known:
    """A store with two enterprises, two premises of the first, and one of what else rows name."""
    return KNOWN


@pytest.fixture
def credit_code() -> Callable[[int], str]:
    """Synthetic credit codes by number."""
    return code


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Rows as the bytes of an .xlsx."""
    return xlsx
