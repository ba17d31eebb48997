"""Real cities from files that nobody here made, and the sample park, by the command people type.

What the build counts in the sample is what was planted; New York's scores are those computed
independently. Chicago, which takes longest to build, is told in `test_chicago`.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_risk.park import read_park
from geo_risk.surfaces.members import BASELINES
from tests.live.commands import run_for_json

ROOT = Path(__file__).resolve().parents[2]
CUTS = [f"{year}-{month:02d}-01" for year in (2016, 2017) for month in (1, 4, 7, 10)]
IN_CELLS = [1841, 2137, 2515, 2160, 1776, 1786, 2238, 1983]
COUNTED = ("read", "accepted", "rejected", "unlocated", "outside")


@pytest.mark.parametrize("park", ["chicago", "nyc"])
def test_park_file_names_the_page_and_the_digest_of_every_file(
    park: str, shared_data: Path
) -> None:
    """The digests are those of the files that are there."""
    for source in read_park(ROOT / f"data/{park}.toml", data_root=shared_data).source:
        assert source.origin.startswith("https://")
        assert hashlib.sha256(source.file.read_bytes()).hexdigest() == source.sha256


@pytest.mark.parametrize("park", ["chicago", "nyc"])
def test_without_the_data_every_file_page_and_digest_is_named(
    park: str, command_path: str, tmp_path: Path
) -> None:
    """One message, no traceback, exit code 1."""
    told = subprocess.run(
        [command_path, "build", f"data/{park}.toml", "--data", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "GEO_RISK_STATE": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    said = " ".join((told.stdout + told.stderr).split())
    assert told.returncode == 1
    assert "Traceback" not in said
    for source in read_park(ROOT / f"data/{park}.toml", data_root=tmp_path).source:
        assert source.file.name in said
        assert source.sha256 in said
        assert source.origin in said


@pytest.fixture(scope="module")
def new_york(
    command_path: str, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Vehicle thefts of New York at the eight quarter starts of 2016 and 2017."""
    return run_for_json(
        command_path, "evaluate", "data/nyc.toml", "--target", "events",
        "--kind", "vehicle_theft", "--cell", "250", "--horizon", "90",
        *[part for cut in CUTS for part in ("--cut", cut)],
        state=tmp_path_factory.mktemp("nyc"), data=shared_data,
    )  # fmt: skip


def test_vehicle_thefts_score_as_computed_independently(new_york: dict[str, Any]) -> None:
    """New York: 12,510 cells, 16,436 test events, and the count baselines within 0.03."""
    told = new_york
    assert told["cells"] == 12510
    assert [fold["n"] for fold in told["folds"]] == IN_CELLS
    assert sum(IN_CELLS) == 16436
    for name, ig, pai in (
        ("count_365d", -1.28, (7.26, 3.52, 2.81)),
        ("count_all", 0.11, (7.37, 3.83, 3.05)),
    ):
        scores = told["mean"][name]
        assert scores["ig_nats"] == pytest.approx(ig, abs=0.03)
        assert [scores["pai"][area] for area in ("1", "5", "10")] == pytest.approx(pai, abs=0.03)
    assert told["served"] in told["mean"]


def test_what_is_served_in_new_york_beats_every_baseline_in_every_column(new_york: Any) -> None:
    """In the mean of folds: gain, PAI and PEI* at 1, 5 and 10 % of the area, Brier."""
    served = new_york["mean"][new_york["served"]]
    for name in BASELINES:
        baseline = new_york["mean"][name]
        assert served["ig_nats"] > baseline["ig_nats"] + 0.03
        assert served["brier"] < baseline["brier"]
        for column in ("pai", "pei_star"):
            for area in ("1", "5", "10"):
                assert served[column][area] > baseline[column][area]


def test_what_is_served_in_new_york_gains_more_in_every_fold(new_york: Any) -> None:
    """No quarter is bought with another."""
    for fold in new_york["folds"]:
        gains = {name: one["ig_nats"] for name, one in fold["models"].items()}
        assert gains[new_york["served"]] > max(gains[name] for name in BASELINES)


def test_in_new_york_what_is_said_of_a_cell_is_seen(new_york: Any) -> None:
    """The probability of at least one theft is right within 0.05, in each class of it."""
    for one in new_york["reliability"]:
        if one["cells"] > 1000:
            assert one["said"] == pytest.approx(one["seen"], abs=0.05)


def test_vehicle_thefts_in_cells_are_counted_the_same_by_hand(shared_data: Path) -> None:
    """The figures above follow from the files: cells centred in a precinct, middle times."""
    precincts = gpd.read_file(shared_data / "nyc/zones.gpkg", layer="precincts").to_crs(32618)
    edge = precincts.union_all()
    west, south, east, north = edge.bounds
    cols, rows = int(np.ceil((east - west) / 250)), int(np.ceil((north - south) / 250))
    x, y = np.meshgrid(west + 125 + 250 * np.arange(cols), south + 125 + 250 * np.arange(rows))
    cells = np.asarray(shapely.contains_xy(edge, x, y))
    assert cells.sum() == 12510
    thefts = pd.read_parquet(shared_data / "nyc/vehicle_thefts.parquet")
    points = gpd.GeoSeries(
        gpd.points_from_xy(thefts["longitude"], thefts["latitude"]), crs=4326
    ).to_crs(32618)
    col = np.floor((points.x - west) / 250).astype(int).clip(0, cols - 1)
    row = np.floor((points.y - south) / 250).astype(int).clip(0, rows - 1)
    last = thefts["date_end"].fillna(thefts["date_start"])
    middle = (thefts["date_start"] + (last - thefts["date_start"]) / 2)[cells[row, col]]
    for cut, expected in zip(pd.to_datetime(CUTS), IN_CELLS, strict=True):
        assert middle.between(cut, cut + pd.Timedelta(days=90), inclusive="left").sum() == expected


@pytest.mark.parametrize(("months", "variant"), [(0, "misspecified"), (6, "misspecified")])
def test_the_sample_park_is_counted_as_it_was_planted(
    command_path: str, tmp_path: Path, months: int, variant: str
) -> None:
    """Every source: as many rows read, taken, refused, without a place and beyond the edge."""
    subprocess.run(
        [sys.executable, "-m", "data.sample_park", "--out", str(tmp_path / "sample"),
         "--months", str(months), "--variant", variant],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    planted = json.loads((tmp_path / "sample/truth/truth.json").read_text(encoding="utf-8"))
    told = run_for_json(
        command_path, "build", str(tmp_path / "sample/park.toml"), state=tmp_path
    )  # fmt: skip
    counted = {one["name"]: one for one in told["sources"]}
    assert set(counted) == set(planted["sources"])
    for name, expected in planted["sources"].items():
        assert {key: counted[name][key] for key in COUNTED} == {
            key: expected[key] for key in COUNTED
        }, name
    odd = counted["enterprises"]["odd"]
    assert odd["swapped"] == planted["sources"]["enterprises"]["what"]["swapped"]
    assert odd["duplicate_number"] == planted["sources"]["enterprises"]["what"]["repeated_number"]
