"""The sample park's files: same seed same bytes, in the formats promised, with what was planted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from data.sample_park import Park
from data.sample_park.__main__ import main
from data.sample_park.history_files import FILES
from data.sample_park.write import write_park
from geo_risk.crs import wgs84_from_gcj02
from geo_risk.ingest import Known, ingest_source, read_boundary
from geo_risk.park import ParkFile, read_park

Draw = Callable[..., Park]
COUNTED = ("read", "accepted", "rejected", "unlocated", "outside")


@pytest.fixture(scope="module")
def folder(draw: Draw, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the sample park with three months of history."""
    made = tmp_path_factory.mktemp("sample")
    write_park(draw(1).last(3), made)
    return made


@pytest.fixture(scope="module")
def described(folder: Path) -> ParkFile:
    """Read its park file."""
    return read_park(folder / "park.toml")


def test_same_seed_writes_the_same_bytes(draw: Draw, folder: Path, tmp_path: Path) -> None:
    """Every file, the workbooks and the GPKG too: no clock gets into them."""
    write_park(draw(1).last(3), tmp_path)
    names = sorted(one.relative_to(folder) for one in folder.rglob("*") if one.is_file())
    assert names == sorted(
        one.relative_to(tmp_path) for one in tmp_path.rglob("*") if one.is_file()
    )
    assert [n for n in names if (folder / n).read_bytes() != (tmp_path / n).read_bytes()] == []


def test_without_months_no_dated_file_is_left(draw: Draw, tmp_path: Path) -> None:
    """Nor one that an earlier run with a history wrote there."""
    write_park(draw(1).last(1), tmp_path)
    assert all((tmp_path / name).exists() for name in FILES)
    write_park(draw(1).last(0), tmp_path)
    assert not any((tmp_path / name).exists() for name in FILES)
    kinds = {one.kind for one in read_park(tmp_path / "park.toml").source}
    assert {"enterprises", "premises", "zones", "stations", "roads", "officers"} <= kinds
    assert not kinds & {"visits", "reports", "declarations", "orders", "services"}


def test_park_file_says_that_it_is_synthetic(described: ParkFile) -> None:
    """With an as-of, an exemption from the map number, and no forecast of sensitive kinds."""
    assert described.park.synthetic
    assert described.calendar.as_of == "2026-11-01"
    assert described.map.approval_exemption
    assert not described.kinds["public_order"].forecast
    assert not described.kinds["fraud"].forecast
    assert described.kinds["hazard"].forecast


def test_every_source_is_there_and_says_its_datum(described: ParkFile) -> None:
    """Where it has coordinates; four datums and two working CRSs between them."""
    for source in described.source:
        assert source.file.exists(), source.name
        if {"lon", "lat"} & set(source.columns) or source.layer:
            assert source.datum, source.name
    datums = {source.datum for source in described.source}
    assert {"wgs84", "gcj02", "bd09", "cgcs2000", "EPSG:4549"} <= datums


def test_the_enterprises_workbook_looks_like_an_offices(folder: Path, draw: Draw) -> None:
    """Merged titles above the headings, points in GCJ-02, dates as dates, serials and text."""
    page = openpyxl.load_workbook(folder / "enterprises.xlsx").worksheets[0]
    assert len(page.merged_cells.ranges) == 2
    table = pd.read_excel(folder / "enterprises.xlsx", header=2, dtype=object)
    assert len(table) == 901
    kinds = {type(value).__name__ for value in table["成立日期"]}
    assert {"datetime", "int", "str"} <= kinds
    shown = table.iloc[:896]
    numbers = pd.to_numeric(shown["经度"], errors="coerce").between(119.9, 120.1)
    numbers &= pd.to_numeric(shown["纬度"], errors="coerce").between(30.4, 30.7)
    lon, lat = (shown.loc[numbers, name].astype(float) for name in ("经度", "纬度"))
    true = draw(1).tables["premises"].iloc[:896][numbers.to_numpy()]
    back = wgs84_from_gcj02(lon, lat)
    assert abs(back[0] - true["lon"].to_numpy()).max() < 1e-6
    assert abs(back[1] - true["lat"].to_numpy()).max() < 1e-6
    assert abs(lon.to_numpy() - true["lon"].to_numpy()).min() > 0.003


@pytest.mark.parametrize(
    ("name", "encoding", "first"),
    [
        ("visits.csv", "gbk", "走访编号"),
        ("officers.csv", "gb18030", "警号"),
        ("visit_findings.csv", "gb18030", "编号"),
        ("county_app.csv", "utf-8-sig", "编号"),
        ("hotline.csv", "utf-8", "编号"),
    ],
)
def test_text_files_are_in_their_encodings(
    folder: Path, name: str, encoding: str, first: str
) -> None:
    """The Chinese ones are not UTF-8; the app's begins with a byte order mark."""
    content = (folder / name).read_bytes()
    assert content.decode(encoding).split(",")[0] == first
    assert content.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    if encoding.startswith("gb"):
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")


def test_map_layers_carry_their_crs(folder: Path) -> None:
    """Roads and premises in the working CRS, stations in CGCS2000 degrees."""
    for layer, code, rows in (
        ("roads", 4549, 136),
        ("premises", 4549, 105),
        ("stations", 4490, 65),
    ):
        frame = gpd.read_file(folder / "park.gpkg", layer=layer)
        assert frame.crs is not None
        assert frame.crs.to_epsg() == code
        assert len(frame) == rows


def test_a_reader_counts_what_was_planted(described: ParkFile, folder: Path) -> None:
    """Source by source, with the very reasons."""
    planted = json.loads((folder / "truth/truth.json").read_text(encoding="utf-8"))["sources"]
    boundary = read_boundary(described)
    ids: dict[str, dict[str, str]] = {}
    premises_of: dict[str, tuple[str, ...]] = {}
    for source in described.sources_in_order():
        batch = ingest_source(described, source, Known(ids, premises_of), boundary=boundary)
        assert {name: getattr(batch, name) for name in COUNTED} == {
            name: planted[source.name][name] for name in COUNTED
        }, source.name
        for record in batch.records:
            known = ids.setdefault(record.collection, {})
            known |= {record.number: record.id, record.id: record.id}
            owner = getattr(record, "enterprise_id", "")
            if record.collection == "premises":
                premises_of[owner] = (*premises_of.get(owner, ()), record.id)


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line: where, how many sources, how many rows."""
    assert main(["--out", str(tmp_path / "new"), "--months", "0", "--variant", "null"]) == 0
    assert capsys.readouterr().out.strip() == f"{tmp_path / 'new/park.toml'}: 8 sources, 1,365 rows"


def test_the_command_refuses_other_months(capsys: pytest.CaptureFixture[str]) -> None:
    """With those there are."""
    with pytest.raises(SystemExit):
        main(["--months", "5"])
    assert "choose from 0, 1, 3, 6, 13, 24" in capsys.readouterr().err
