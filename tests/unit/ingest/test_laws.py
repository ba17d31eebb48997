"""Laws of reading: nothing is lost, nothing depends on what should not matter."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError

from geo_risk.errors import InputError
from geo_risk.ingest import Batch, Known, ingest_source, source_digest, write_rejects
from geo_risk.ingest.fields import FIELDS
from geo_risk.park import parse_park

HEAD = ("编号", "企业名称", "经度", "纬度", "从业人数", "规上", "风险等级", "生效时间")
GOOD = ("119.95", "30.55", "7", "是", "一级", "2024-03-05")
PARK = """
[park]
id = "laws"
name = "样例园区"
crs = "EPSG:4549"
boundary = {{ file = "boundary.geojson", datum = "wgs84" }}
[[source]]
kind = "{kind}"
file = "{file}"
name = "list"
datum = "wgs84"
"""

cells = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "0",
            "-",
            "119.95",
            "30.55",
            "12",
            "是",
            "一级",
            "2024-03-05",
            "45356",
            "A1",
            "无",
            "1e400",
            "9.1E+17",
            "=1+1",
            "#REF!",
            "119,95",
            "03/04/2024",
            "1970-01-01",
            "E1",
            "nan",
            "隐患",
            "POINT (119.95 30.55)",
            "POLYGON ((0 0",
            "999999999999999999999",
            "\ufeff",
            "\u3000",
        ]
    ),
    st.text(max_size=12),
)
broken_bytes = st.binary(max_size=8)


def read(kind: str, name: str, data: bytes) -> Batch | InputError:
    """Read a file; where the file as a whole is refused, give the error."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        park = parse_park(PARK.format(kind=kind, file=name), Path(folder) / "park.toml")
        known = Known({"enterprises": {"E1": "firms:E1"}})
        try:
            batch = ingest_source(park, park.source[0], known, boundary=None)
        except InputError as error:
            return error
        if batch.rejects:
            write_rejects(Path(folder) / "rejects.xlsx", batch)
        return batch


def holds(batch: Batch | InputError) -> None:
    if isinstance(batch, InputError):
        assert batch.message
        assert batch.hint
        return
    assert batch.accepted + batch.rejected == batch.read == len(batch.rows)
    assert len(batch.rejects) == len(batch.rejected_rows) == batch.rejected
    assert batch.unlocated <= batch.accepted
    assert batch.outside <= batch.accepted
    assert len({(one.collection, one.id) for one in batch.records}) == len(batch.records)
    for one in batch.rejects:
        assert all([one.code, one.reason, one.reason_zh, one.remedy, one.remedy_zh])


@given(data=st.data(), kind=st.sampled_from(sorted(FIELDS)))
@settings(max_examples=80)
def test_whatever_a_csv_holds_accepted_and_rejected_are_what_was_read(
    data: st.DataObject, kind: str
) -> None:
    """Random cells, missing cells, surplus cells, broken bytes, any encoding: the counts add up."""
    headings = data.draw(st.permutations([one.zh for one in FIELDS[kind]]))
    rows = data.draw(st.lists(st.lists(cells, max_size=len(headings) + 2), max_size=12))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=data.draw(st.sampled_from(",\t;")))
    writer.writerows([headings, *rows])
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
    content = out.getvalue().encode(encoding, "replace")
    for junk in data.draw(st.lists(broken_bytes, max_size=3)):
        at = data.draw(st.integers(0, len(content)))
        content = content[:at] + junk + content[at:]
    holds(read(kind, "list.csv", content))


@given(data=st.data(), kind=st.sampled_from(sorted(FIELDS)))
@settings(max_examples=30)
def test_whatever_a_workbook_holds_accepted_and_rejected_are_what_was_read(
    data: st.DataObject, kind: str
) -> None:
    """Texts, numbers, dates, formulas and truth values in any cell: the counts add up."""
    typed = st.one_of(
        cells,
        st.integers(-(10**19), 10**19),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.datetimes(),
        st.dates(),
        st.times(),
        st.none(),
    )
    headings = data.draw(st.permutations([one.zh for one in FIELDS[kind]]))
    rows = data.draw(st.lists(st.lists(typed, max_size=len(headings) + 2), max_size=8))
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for i, row in enumerate([list(headings), *rows], 1):
        for j, value in enumerate(row, 1):
            _put(sheet, i, j, value)
    out = io.BytesIO()
    book.save(out)
    holds(read(kind, "list.xlsx", out.getvalue()))


def _put(sheet: Any, i: int, j: int, value: object) -> None:
    try:
        sheet.cell(i, j).value = value
    except (IllegalCharacterError, ValueError):
        sheet.cell(i, j).value = "x"


def table(n: int, seed: int = 3) -> list[tuple[str, ...]]:
    """Make rows of which some are bad, some unlocated, some repeat a number."""
    rng = np.random.default_rng(seed)
    rows = [(f"A{i}", f"样例企业 {i}", *GOOD) for i in range(n)]
    for i in rng.choice(n, n // 4, replace=False):
        row = list(rows[i])
        column = int(rng.integers(2, len(row)))
        row[column] = str(rng.choice(["", "坏", "1970-01-01", "-5"]))
        rows[i] = tuple(row)
    return rows


def test_the_same_file_twice_gives_the_same_batch(ingest: Callable[..., Batch]) -> None:
    """Records, rejects, counts and digest: nothing depends on when or how often."""
    rows = [HEAD, *table(40)]
    assert ingest("enterprises", "list.csv", rows) == ingest("enterprises", "list.csv", rows)


def test_the_order_of_columns_changes_nothing(ingest: Callable[..., Batch]) -> None:
    """A table is known by its headings."""
    rows = [HEAD, *table(40)]
    turned = [row[::-1] for row in rows]
    first, second = (ingest("enterprises", "list.csv", one) for one in (rows, turned))
    assert first.records == second.records
    assert [one.row for one in first.rejects] == [one.row for one in second.rejects]


OTHER = (
    "企业编号",
    "单位名称",
    "LONGITUDE",
    "latitude",
    "员工数(人)",
    "是否规上",
    "安全风险等级",
    "启用日期",
)
NAMES = ("ID", "name", "lon", "lat", "employees", "above_scale", "risk_class", "valid_from")


@pytest.mark.parametrize("other", [OTHER, NAMES])
def test_other_headings_for_the_same_columns_change_nothing(
    ingest: Callable[..., Batch], other: tuple[str, ...]
) -> None:
    """Relabelled columns give identical records."""
    rows = table(40)
    first = ingest("enterprises", "list.csv", [HEAD, *rows])
    assert ingest("enterprises", "list.csv", [other, *rows]).records == first.records


def test_the_order_of_rows_decides_only_which_duplicate_wins(
    ingest: Callable[..., Batch],
) -> None:
    """The same rows in any order give the same records; of two with one number, the first."""
    rows = table(40)
    first = ingest("enterprises", "list.csv", [HEAD, *rows])
    turned = ingest("enterprises", "list.csv", [HEAD, *rows[::-1]])
    assert set(first.records) == set(turned.records)
    double = [*rows, ("A0", "另一家", *GOOD)]
    for order in (double, double[::-1]):
        batch = ingest("enterprises", "list.csv", [HEAD, *order])
        kept = next(one for one in batch.records if one.number == "A0")
        assert kept.name == next(row[1] for row in order if row[0] == "A0")
        assert batch.odd["duplicate_number"] == 1


def test_what_holds_the_table_changes_no_record(
    ingest: Callable[..., Batch], workbook: Callable[..., bytes]
) -> None:
    """CSV in three encodings and XLSX give the same records."""
    rows = [HEAD, *table(40)]
    text = "\n".join(",".join(row) for row in rows)
    first = ingest("enterprises", "list.csv", text)
    for encoding in ("utf-8-sig", "gbk", "gb18030"):
        assert ingest("enterprises", "list.csv", text.encode(encoding)).records == first.records
    assert ingest("enterprises", "list.xlsx", workbook(rows)).records == first.records


def test_a_bad_row_does_not_touch_its_neighbours(ingest: Callable[..., Batch]) -> None:
    """Without the rejected rows the file gives the same records."""
    rows = table(60)
    first = ingest("enterprises", "list.csv", [HEAD, *rows])
    bad = {one.row for one in first.rejects}
    good = [row for i, row in enumerate(rows, 2) if i not in bad]
    second = ingest("enterprises", "list.csv", [HEAD, *good])
    assert second.rejected == 0
    assert second.records == first.records


def test_the_digest_follows_what_decides_the_records(tmp_path: Path) -> None:
    """Another byte, another meaning of a column, another zone: another digest; a move is none."""
    (tmp_path / "list.csv").write_text("编号\nA1\n", encoding="utf-8")
    text = PARK.format(kind="enterprises", file="list.csv")

    def digest(said: str, folder: Path = tmp_path) -> str:
        park = parse_park(said, folder / "park.toml")
        return source_digest(park, park.source[0])

    first = digest(text)
    assert digest(text) == first
    assert digest(text + 'columns = { name = "编号" }\n') != first
    assert digest(text.replace('id = "laws"', 'id = "laws"\ntimezone = "UTC"')) != first
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "list.csv").write_bytes((tmp_path / "list.csv").read_bytes())
    assert digest(text, elsewhere) == first
    (tmp_path / "list.csv").write_text("编号\nA2\n", encoding="utf-8")
    assert digest(text) != first
