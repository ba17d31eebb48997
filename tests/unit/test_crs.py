"""Coordinates: the two Chinese distortions, checked on vectors others agree on, and projections."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import shapely
from coord_convert.transform import gcj2wgs, wgs2bd, wgs2gcj
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geo_risk import crs
from geo_risk.errors import CRSMismatchError, InputError

LON = st.floats(73.7, 134.9)
LAT = st.floats(18.2, 53.4)


def vectors(shared_data: Path) -> dict[str, np.ndarray]:
    """Give the published vectors as arrays (n, 2) by datum."""
    rows = json.loads((shared_data / "deqing" / "coord_vectors.json").read_text())["vectors"]
    return {name: np.array([row[name] for row in rows]) for name in ("wgs84", "gcj02", "bd09")}


def test_forward_agrees_with_four_libraries_to_1e9_degrees(shared_data: Path) -> None:
    """GCJ-02 and BD-09 of the published vectors are as four independent libraries give them."""
    points = vectors(shared_data)
    gcj02 = np.column_stack(crs.gcj02_from_wgs84(*points["wgs84"].T))
    bd09 = np.column_stack(crs.bd09_from_gcj02(*gcj02.T))
    np.testing.assert_allclose(gcj02, points["gcj02"], atol=1e-9, rtol=0)
    np.testing.assert_allclose(bd09, points["bd09"], atol=1e-9, rtol=0)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_inverse_agrees_with_the_vectors_to_1e6_degrees(shared_data: Path, datum: str) -> None:
    """What was distorted comes back to its WGS-84 place within 1e-6 degrees."""
    points = vectors(shared_data)
    back = np.column_stack(crs.to_wgs84(*points[datum].T, datum))
    np.testing.assert_allclose(back, points["wgs84"], atol=1e-6, rtol=0)


@given(LON, LAT)
def test_forward_equals_coord_convert(lon: float, lat: float) -> None:
    """Any point in China is distorted as the independent coord-convert distorts it."""
    np.testing.assert_allclose(crs.gcj02_from_wgs84(lon, lat), wgs2gcj(lon, lat), atol=1e-9)
    there = crs.bd09_from_gcj02(*crs.gcj02_from_wgs84(lon, lat))
    np.testing.assert_allclose(there, wgs2bd(lon, lat), atol=1e-9)


@given(LON, LAT)
def test_there_and_back_returns_within_a_millimetre(lon: float, lat: float) -> None:
    """WGS-84 to GCJ-02 or BD-09 and back moves a point by less than 1e-8 degrees."""
    gcj02 = crs.gcj02_from_wgs84(lon, lat)
    np.testing.assert_allclose(crs.wgs84_from_gcj02(*gcj02), (lon, lat), atol=1e-8)
    bd09 = crs.bd09_from_gcj02(*gcj02)
    np.testing.assert_allclose(crs.to_wgs84(*bd09, "bd09"), (lon, lat), atol=1e-8)


def test_the_usual_one_step_inverse_is_a_metre_off_and_ours_is_not() -> None:
    """At Deqing the one-step inverse misses by over half a metre; the iterated one does not."""
    lon, lat = 119.95, 30.56
    shifted = crs.gcj02_from_wgs84(lon, lat)
    again = crs.gcj02_from_wgs84(*shifted)
    one_step = (2 * shifted[0] - again[0], 2 * shifted[1] - again[1])
    assert np.hypot(one_step[0] - lon, one_step[1] - lat) * 111_000 > 0.5
    ours = crs.wgs84_from_gcj02(*shifted)
    assert np.hypot(ours[0] - lon, ours[1] - lat) * 111_000 < 0.001
    theirs = gcj2wgs(float(shifted[0]), float(shifted[1]))
    assert np.hypot(ours[0] - theirs[0], ours[1] - theirs[1]) * 111_000 < 2.0


def test_points_outside_china_stay_where_they_are() -> None:
    """The distortion is not applied abroad: Chicago stays in Chicago."""
    assert crs.gcj02_from_wgs84(-87.6, 41.9) == (-87.6, 41.9)
    assert crs.wgs84_from_gcj02(-87.6, 41.9) == (-87.6, 41.9)


def test_missing_coordinates_stay_missing_and_spoil_no_neighbour() -> None:
    """NaN stays NaN, and the point beside it is still inverted exactly."""
    lon, lat = crs.gcj02_from_wgs84([119.95, np.nan], [30.56, np.nan])
    back_lon, back_lat = crs.wgs84_from_gcj02(lon, lat)
    assert back_lon[0] == pytest.approx(119.95, abs=1e-9)
    assert np.isnan(back_lon[1])
    assert np.isnan(back_lat[1])


def county(shared_data: Path, name: str) -> shapely.Geometry:
    """Read one of the county's three boundaries, as it stands in its file."""
    raw = json.loads((shared_data / "deqing" / name).read_text())
    features = raw["features"] if raw["type"] == "FeatureCollection" else [raw]
    shapes = [shapely.geometry.shape(one.get("geometry", one)) for one in features]
    return shapely.make_valid(shapely.union_all(shapes))


def overlap(first: shapely.Geometry, second: shapely.Geometry) -> float:
    """Area in both over area in either, in metres."""
    one, two = (crs.project_geometry(shape, "EPSG:4549") for shape in (first, second))
    return float(one.intersection(two).area / one.union(two).area)


def test_the_county_in_three_sources_agrees_only_after_the_shift(shared_data: Path) -> None:
    """DataV's GCJ-02 boundary meets Amap's (WGS-84) above 0.99 only once shifted.

    Tianditu's boundary is drawn with 110 points where Amap's has 737: no translation of it reaches
    0.99 with Amap's. So it is held to the best it can show: after the shift, DataV's agrees with it
    as well as Amap's does, and before the shift clearly less.
    """
    datav = county(shared_data, "deqing_datav_raw_gcj02.geojson")
    shifted = crs.shift_geometry(datav, "gcj02", "wgs84")
    amap = county(shared_data, "deqing_amap_wgs84.geojson")
    coarse = county(shared_data, "deqing_tianditu_wgs84.geojson")
    assert overlap(shifted, amap) > 0.99
    assert overlap(datav, amap) < 0.95
    assert overlap(shifted, coarse) == pytest.approx(overlap(amap, coarse), abs=0.003)
    assert overlap(datav, coarse) < overlap(shifted, coarse) - 0.03


def test_a_park_that_stays_in_gcj02_is_not_moved_at_all() -> None:
    """GCJ-02 into a GCJ-02 park comes back bit for bit; WGS-84 is distorted.

    BD-09 goes one step.
    """
    lon, lat = np.array([119.9545961]), np.array([30.5574718])
    same = crs.to_datum(lon, lat, "gcj02", "gcj02")
    assert (same[0] == lon).all()
    assert (same[1] == lat).all()
    distorted = crs.to_datum(lon, lat, "wgs84", "gcj02")
    np.testing.assert_array_equal(distorted, crs.gcj02_from_wgs84(lon, lat))
    back = crs.to_datum(*crs.bd09_from_gcj02(lon, lat), "bd09", "gcj02")
    np.testing.assert_allclose(back, (lon, lat), atol=1e-9)


def test_projected_sources_come_in_easting_first() -> None:
    """EPSG:4549 has northing as its first axis; we take and give easting first all the same."""
    easting, northing = crs.project(119.95, 30.56, "EPSG:4549")
    assert 400_000 < easting < 600_000
    assert 3_300_000 < northing < 3_500_000
    lon, lat = crs.to_wgs84(easting, northing, "EPSG:4549")
    assert (lon, lat) == (pytest.approx(119.95, abs=1e-8), pytest.approx(30.56, abs=1e-8))
    assert crs.unproject(easting, northing, "EPSG:4549") == (
        pytest.approx(119.95, abs=1e-8),
        pytest.approx(30.56, abs=1e-8),
    )


@pytest.mark.parametrize(
    ("datum", "message"),
    [
        ("wgs48", "Datum 'wgs48' is not known."),
        ("", "Datum '' is not known."),
        ("EPSG:999999", "Datum 'EPSG:999999' is not in the EPSG register."),
    ],
)
def test_a_datum_we_do_not_know_is_refused_by_name(datum: str, message: str) -> None:
    """The message repeats what was written."""
    with pytest.raises(InputError) as caught:
        crs.check_datum(datum)
    assert caught.value.message == message
    assert caught.value.hint


@pytest.mark.parametrize("bad", ["EPSG:4326", "EPSG:2263", "nonsense"])
def test_a_working_crs_must_be_projected_in_metres(bad: str) -> None:
    """Degrees, feet and nonsense are refused."""
    with pytest.raises(InputError, match="Working CRS"):
        crs.check_working_crs(bad)


def test_two_crs_do_not_meet_but_two_names_of_one_do() -> None:
    """EPSG:4549 and its own WKT are one; EPSG:4549 and EPSG:26916 are not."""
    crs.check_same_crs("EPSG:4549", crs.CRS("EPSG:4549").to_wkt(), "points and grid")
    with pytest.raises(CRSMismatchError, match="points and grid"):
        crs.check_same_crs("EPSG:4549", "EPSG:26916", "points and grid")


@pytest.mark.parametrize(
    ("system", "lon", "lat"),
    [("EPSG:4549", 120.0, 30.5), ("EPSG:26916", -87.6, 41.9), ("EPSG:27700", -1.5, 52.0)],
)
def test_projecting_equals_proj_in_every_thread(system: str, lon: float, lat: float) -> None:
    """EPSG:27700 has several ways, looked up per point; the others have one, kept as steps."""
    expected = Transformer.from_crs("EPSG:4326", system, always_xy=True).transform(lon, lat)
    with ThreadPoolExecutor(2) as pool:
        for east, north in pool.map(lambda _: crs.project(lon, lat, system), range(4)):
            assert (float(east), float(north)) == pytest.approx(expected, abs=1e-6)
            back = crs.unproject(east, north, system)
            assert (float(back[0]), float(back[1])) == pytest.approx((lon, lat), abs=1e-7)
