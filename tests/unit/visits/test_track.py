"""The track: GDAL opens it, routes follow the plan, a shifted park lands on the true gate."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pyogrio
import pytest
from pyproj import Geod

from geo_risk.crs import gcj02_from_wgs84
from geo_risk.visits.track import track_file
from tests.unit.visits.field_stops import GATE, MADE_AT, STOPS, stop

GIVEN = {
    "name": "样例走访",
    "timezone": "Asia/Shanghai",
    "datum": "wgs84",
    "made_at": MADE_AT,
}
NS = "{http://www.topografix.com/GPX/1/1}"


def _opened(tmp_path: Path, text: str, layer: str):
    file = tmp_path / "plan.gpx"
    file.write_text(text, encoding="utf-8")
    return pyogrio.read_dataframe(file, layer=layer)


def _root(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 (we wrote it)


def test_gdal_reads_every_stop_that_has_a_place(tmp_path: Path) -> None:
    """Names, order and degrees of the waypoints; the stop without a point is left out."""
    read = _opened(tmp_path, track_file(STOPS, **GIVEN), "waypoints")
    placed = [STOPS[4], *STOPS[:3]]  # 乙 before 甲: officers in the order of their names
    assert list(read["name"]) == [f"{one.order} {one.title}" for one in placed]
    assert [(point.x, point.y) for point in read.geometry] == [one.place for one in placed]
    assert read.crs.to_epsg() == 4326
    assert [str(one) for one in read["time"]] == [
        str(one.start.astimezone()) for one in placed
    ] or [one.timestamp() for one in read["time"]] == [one.start.timestamp() for one in placed]


def test_a_route_is_an_officers_day(tmp_path: Path) -> None:
    """Three routes with points: the first officer's two days, and the second's one placed stop."""
    text = track_file(STOPS, **GIVEN)
    routes = _root(text).findall(f"{NS}rte")
    assert [one.findtext(f"{NS}name") for one in routes] == [
        "样例警长乙 2026-10-12",
        "样例警长甲 2026-10-12",
        "样例警长甲 2026-10-13",
    ]
    assert [len(one.findall(f"{NS}rtept")) for one in routes] == [1, 2, 1]
    points = _opened(tmp_path, text, "route_points")
    assert list(points["route_fid"]) == [0, 1, 1, 2]


def test_elements_stand_in_the_order_of_the_schema() -> None:
    """GPX 1.1: metadata, waypoints, routes; within a point: time, name, comment, description."""
    root = _root(track_file(STOPS, **GIVEN, description="未定位 1 家"))
    assert root.get("version") == "1.1"
    order = [one.tag.removeprefix(NS) for one in root]
    assert order == sorted(order, key=["metadata", "wpt", "rte"].index)
    assert root.findtext(f"{NS}metadata/{NS}desc") == "未定位 1 家"
    for point in root.iter(f"{NS}wpt"):
        inner = [one.tag.removeprefix(NS) for one in point]
        assert inner == [one for one in ("time", "name", "cmt", "desc") if one in inner]


def test_a_shifted_park_lands_on_the_true_gate(tmp_path: Path) -> None:
    """Within half a metre; unshifted it would be 500 m off."""
    lon, lat = gcj02_from_wgs84(*GATE)
    gate = stop(1, lon=float(lon), lat=float(lat))
    geod = Geod(ellps="WGS84")

    def off(datum: str) -> float:
        point = _opened(tmp_path, track_file([gate], **{**GIVEN, "datum": datum}), "waypoints")
        place = point.geometry.iloc[0]
        return float(geod.inv(place.x, place.y, *GATE)[2])

    assert off("gcj02") < 0.5
    assert off("wgs84") > 300


def test_a_plan_without_places_is_still_a_track(tmp_path: Path) -> None:
    """Nothing is lost: the file opens and says so."""
    text = track_file([STOPS[3]], **GIVEN, description="未定位 1 家")
    assert len(_opened(tmp_path, text, "waypoints")) == 0
    with pytest.raises(StopIteration):
        next(_root(text).iter(f"{NS}rte"))
