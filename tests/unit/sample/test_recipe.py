"""The sample park's recipe: its own, seeded, of the promised size, invented, and cut by months."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

import data.sample_park as package
from data.sample_park import Park, simulate
from data.sample_park.calendar import AS_OF, MONTHS_OFFERED, START, times
from data.sample_park.desk import FOUR_KINDS
from data.sample_park.enterprises import check_character, credit_code
from data.sample_park.geodesy import bd09, degrees, gcj02, metres
from geo_risk import crs
from geo_risk.records import Channel, credit_code_check_digit, is_credit_code

Draw = Callable[..., Park]
FOLDER = Path(package.__file__).parent
DATED = {"visits": "start", "reports": "reported_at", "orders": "ordered_at", "services": "at"}


@pytest.mark.parametrize("module", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_recipe_imports_nothing_of_the_project(module: Path) -> None:
    """No module of the recipe names geo_risk, api or maps: its truth is not the model's."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {name.split(".")[0] for name in names} & {"geo_risk", "api", "maps"}


def test_running_the_recipe_loads_nothing_of_the_project() -> None:
    """Nor does anything it imports."""
    look = "import sys, data.sample_park.__main__; print([m for m in sys.modules if m.split('.')[0]"
    look += " in {'geo_risk', 'api', 'maps'}])"
    root = FOLDER.parents[1]
    told = subprocess.run(
        [sys.executable, "-c", look], cwd=root, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


def test_same_seed_draws_the_same_park(park: Park) -> None:
    """Every table, every true figure."""
    again = simulate(1)
    for name, table in park.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name], check_exact=True)
    pd.testing.assert_frame_equal(park.events, again.events, check_exact=True)
    np.testing.assert_array_equal(park.truth.detection, again.truth.detection)


def test_another_seed_draws_another_park_on_the_same_ground(park: Park, draw: Draw) -> None:
    """Enterprises, risk and history differ; the edge and the streets stay."""
    other = draw(2)
    assert not park.tables["enterprises"].equals(other.tables["enterprises"])
    assert not np.array_equal(
        park.truth.intensity["hazard"], other.truth.intensity["hazard"], equal_nan=True
    )
    assert park.place.edge.equals(other.place.edge)


def test_park_has_the_size_the_design_gives(park: Park) -> None:
    """896 enterprises, 130 above scale, 1,000 premises, 10 zones and officers, 5 teams."""
    tables = park.tables
    firms = tables["enterprises"]
    assert len(firms) == 896
    assert firms["above_scale"].sum() == 130
    assert len(tables["premises"]) == 1000
    assert tables["officers"]["team"].nunique() == 5
    assert len(tables["officers"]) == 10
    assert tables["zones"]["end"].isna().sum() == 10
    assert 2 < park.place.edge.area / 1e6 < 8


def test_the_four_kinds_of_stations_are_56_and_ten_stations_are_inside(park: Park) -> None:
    """The other townships' stations make up the county's 56."""
    stations = park.tables["stations"]
    assert stations["type"].isin(FOUR_KINDS).sum() == 56
    assert set(stations.loc[stations["inside"], "type"]) >= set(FOUR_KINDS)
    inside = shapely.contains_xy(park.place.edge, *metres(stations["lon"], stations["lat"]))
    np.testing.assert_array_equal(inside, stations["inside"])
    assert inside.sum() == 10


@pytest.mark.parametrize("variant", ["misspecified", "well_specified", "null"])
def test_the_county_app_alone_brings_more_than_3000_reports(draw: Draw, variant: str) -> None:
    """And every one of the nine channels brings some, of all six kinds."""
    reports = draw(1, variant).tables["reports"]
    assert (reports["channel"] == "county_app").sum() >= 3000
    assert set(reports["channel"]) == set(Channel)
    assert reports["kind"].nunique() == 6


def test_every_credit_code_is_valid_distinct_and_of_no_real_division(park: Park) -> None:
    """The check digit is right, and division 990000 does not exist."""
    codes = park.tables["enterprises"]["credit_code"]
    assert codes.map(is_credit_code).all()
    assert codes.is_unique
    assert (codes.str[2:8] == "990000").all()


@pytest.mark.parametrize("serial", [1, 77, 895, 123456])
def test_check_characters_agree_with_the_library(serial: int) -> None:
    """Two separately written readings of GB 32100 give the same character."""
    code = credit_code(serial, sole_trader=False)
    assert check_character(code[:17]) == credit_code_check_digit(code[:17]) == code[17]


def test_every_name_says_that_it_is_a_sample(park: Park) -> None:
    """No enterprise, officer, road, zone, station or address can be taken for a real one."""
    tables = park.tables
    for table, column in [
        ("enterprises", "name"), ("enterprises", "contact"), ("officers", "name"),
        ("roads", "name"), ("zones", "name"), ("stations", "name"), ("premises", "address"),
    ]:  # fmt: skip
        assert tables[table][column].str.startswith("样例").all(), (table, column)
    assert tables["enterprises"]["phone"].str.startswith("000-").all()


def test_shifts_agree_with_the_library() -> None:
    """Two separately written GCJ-02 and BD-09 give the same degrees to 1e-9."""
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(100, 125, 500), rng.uniform(20, 45, 500)
    np.testing.assert_allclose(gcj02(lon, lat), crs.gcj02_from_wgs84(lon, lat), atol=1e-9, rtol=0)
    baidu = crs.bd09_from_gcj02(*crs.gcj02_from_wgs84(lon, lat))
    np.testing.assert_allclose(bd09(lon, lat), baidu, atol=1e-9, rtol=0)


def test_metres_and_degrees_are_each_others_inverse() -> None:
    """Out and back is the same to 1e-9 degrees, and the centre is where it is said to be."""
    lon, lat = np.array([119.95, 119.99]), np.array([30.52, 30.56])
    np.testing.assert_allclose(degrees(*metres(lon, lat)), (lon, lat), atol=1e-9, rtol=0)
    np.testing.assert_allclose(metres(lon, lat), crs.project(lon, lat, "EPSG:4549"), atol=1e-6)


def test_zones_part_the_park_on_every_day(park: Park) -> None:
    """Before and after the split they cover the park once."""
    zones = park.tables["zones"]
    for day in (100.0, 700.0):
        valid = ~(zones["start"] > day) & ~(zones["end"] <= day)
        shapes = list(zones.loc[valid, "geometry"])
        assert shapely.union_all(shapes).symmetric_difference(park.place.edge).area < 1.0
        assert sum(one.area for one in shapes) == pytest.approx(park.place.edge.area, abs=1.0)
    assert len(zones) == 11


def test_roads_make_one_network(park: Park) -> None:
    """From every crossing one can drive to every other; lines meet in shared end points."""
    near: dict[tuple[float, float], set[tuple[float, float]]] = {}
    for line in park.tables["roads"]["geometry"]:
        a, b = line.coords[0], line.coords[-1]
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    seen, ahead = set(), [next(iter(near))]
    while ahead:
        node = ahead.pop()
        if node not in seen:
            seen.add(node)
            ahead += near[node]
    assert seen == set(near)


def test_only_the_planted_premises_lie_beyond_the_edge(park: Park) -> None:
    """Five do; some premises share a point; sites and former addresses have an end."""
    premises = park.tables["premises"]
    inside = shapely.contains_xy(park.place.edge, premises["easting"], premises["northing"])
    np.testing.assert_array_equal(~inside, premises["shown"] == "outside")
    assert (~inside).sum() == 5
    assert premises.duplicated(["easting", "northing"]).sum() > 100
    assert premises.loc[premises["kind"] == "construction_site", "end"].notna().all()
    assert premises["enterprise"].isin(park.tables["enterprises"]["id"]).all()


@pytest.mark.parametrize("months", MONTHS_OFFERED)
def test_a_shorter_history_is_the_last_months_of_the_longer_one(draw: Draw, months: int) -> None:
    """Row for row, nothing earlier, nothing after the as-of, no reference into what was cut."""
    whole = draw(1)
    cut = whole.last(months)
    first = AS_OF - pd.DateOffset(months=months)
    for name, column in DATED.items():
        table, long = cut.tables[name], whole.tables[name]
        assert (table[column] >= first).all()
        assert (table[column] < AS_OF).all()
        assert table["id"].isin(long["id"]).all()
        expected = long[long[column] >= first]["id"]
        if name == "reports":  # a late finding of a visit that was cut goes with it
            expected = expected[
                expected.isin(table["id"]) | (long["visit"].loc[expected.index] == "")
            ]
        assert set(table["id"]) == set(expected)
    reports = cut.tables["reports"]
    assert set(reports["visit"]) - {""} <= set(cut.tables["visits"]["id"])
    assert set(reports["duplicate_of"]) - {""} <= set(reports["id"])
    assert cut.tables["declarations"]["month"].nunique() == months
    for name in ("enterprises", "premises", "zones", "stations", "roads", "officers"):
        assert len(cut.tables[name]) == len(whole.tables[name])


def test_months_0_has_no_history(draw: Draw) -> None:
    """No visit, no report, no paper."""
    tables = draw(1).last(0).tables
    for name in ("visits", "reports", "declarations", "orders", "services"):
        assert tables[name].empty


def test_asking_for_months_is_cutting_the_whole(park: Park) -> None:
    """`simulate(months=3)` and the last three months of the whole are the same park."""
    asked, cut = simulate(1, months=3), park.last(3)
    for name, table in asked.tables.items():
        pd.testing.assert_frame_equal(table, cut.tables[name])
    with pytest.raises(ValueError, match="months is 13"):
        cut.last(13)


def test_visits_name_premises_valid_on_that_day(park: Park) -> None:
    """Nobody visits a firm that has closed, or an address it has left."""
    visits, premises = park.tables["visits"], park.tables["premises"]
    at = premises.iloc[visits["premises_row"]]
    start, end = (times(at[name].to_numpy()) for name in ("start", "end"))
    assert (visits["start"].to_numpy() >= start.fillna(START).to_numpy()).all()
    assert (visits["start"].to_numpy() < end.fillna(AS_OF).to_numpy()).all()
    np.testing.assert_array_equal(at["id"], visits["premises"])


def test_an_unknown_variant_or_month_is_refused() -> None:
    """With what there is."""
    with pytest.raises(ValueError, match=r"variant is 'wrong'. Choose one of misspecified"):
        simulate(1, "wrong")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"months is 2. Choose one of \(0, 1, 3, 6, 13, 24\)"):
        simulate(1, months=2)
