"""Coordinates on the wire are WGS-84, in the CRS and axis order that were asked for."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from api.ogc.wire import CRS84, Wire, wire_of
from geo_risk import crs
from geo_risk.errors import InputError
from geo_risk.park import parse_park

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
OFFERED = (CRS84, f"{EPSG}4326", f"{EPSG}3857", f"{EPSG}4549")
WGS84, GCJ02 = Wire("wgs84", OFFERED), Wire("gcj02", OFFERED)
LON, LAT = np.array([120.01, 120.02]), np.array([30.55, 30.56])


def test_a_park_in_wgs84_leaves_as_it_is():
    """Longitude first, eight decimals."""
    np.testing.assert_array_equal(WGS84.points_out(LON, LAT), np.column_stack([LON, LAT]))


def test_a_park_that_stays_in_gcj02_is_unshifted_at_the_exit():
    """What it keeps is 300 to 600 m off; what leaves is not."""
    kept = crs.gcj02_from_wgs84(LON, LAT)
    np.testing.assert_allclose(GCJ02.points_out(*kept), np.column_stack([LON, LAT]), atol=2e-8)
    metres = np.hypot(*(np.array(kept) - np.array([LON, LAT]))) * 1e5
    assert (metres > 300).all()


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_what_a_person_sends_comes_back_as_sent(datum):
    """A pin by phone or from another map, into either kind of park."""
    for wire in (WGS84, GCJ02):
        inside = wire.point_in(120.01, 30.55, datum)
        there = wire.points_out(np.array([inside[0]]), np.array([inside[1]]))[0]
        expected = crs.to_wgs84([120.01], [30.55], datum)
        np.testing.assert_allclose(there, np.array(expected).ravel(), atol=2e-8)


@pytest.mark.parametrize("code", [4326, 3857, 4549])
def test_other_crss_have_their_own_axis_order(code):
    """Judged by pyproj: EPSG:4326 and EPSG:4549 have the northern axis first."""
    out = WGS84.points_out(LON, LAT, f"{EPSG}{code}")
    judge = Transformer.from_crs("EPSG:4326", f"EPSG:{code}").transform(LAT, LON)
    np.testing.assert_allclose(out, np.column_stack(judge), atol=1e-3)
    if code != 3857:
        assert out[0, 0] < 4_000_000
        assert (out[:, 0] < out[:, 1]).all() == (code == 4326)


def test_geometries_keep_their_type_and_every_vertex():
    """Polygons with holes, lines, parts."""
    square = shapely.box(120.0, 30.5, 120.1, 30.6)
    shapes = [
        shapely.Polygon(
            square.exterior.coords, [shapely.box(120.02, 30.52, 120.03, 30.53).exterior.coords]
        ),
        shapely.MultiPolygon([square, shapely.box(121, 31, 121.1, 31.1)]),
        shapely.LineString([(120.0, 30.5), (120.05, 30.55), (120.1, 30.5)]),
    ]
    out = WGS84.geometries_out(shapes)
    for shape, written in zip(shapes, out, strict=True):
        assert shapely.geometry.shape(written).equals(shape)
        assert written["type"] == shape.geom_type


@given(st.floats(73, 134), st.floats(18, 53), st.floats(0.001, 0.5), st.floats(0.001, 0.5))
def test_a_box_that_comes_in_covers_what_lay_in_it(lon, lat, width, height):
    """Every point of the box, shifted as the park keeps it, lies in the box asked of the store."""
    box = (lon, lat, min(lon + width, 180), min(lat + height, 90))
    west, south, east, north = GCJ02.box_in(box)
    inside = np.random.default_rng(1).random((50, 2)) * [width, height] + [lon, lat]
    x, y = crs.gcj02_from_wgs84(inside[:, 0], inside[:, 1])
    slack = 2e-5  # the shift has waves: between the box's 21 points an edge, two metres
    assert (x >= west - slack).all()
    assert (x <= east + slack).all()
    assert (y >= south - slack).all()
    assert (y <= north + slack).all()


def test_a_projected_box_covers_its_image():
    """In the park's own CRS, northing first as EPSG:4549 has it."""
    (east,), (north,) = crs.project([120.01], [30.55], "EPSG:4549")
    box = WGS84.box_in((north - 500, east - 500, north + 500, east + 500), f"{EPSG}4549")
    assert box[0] < 120.01 < box[2]
    assert box[1] < 30.55 < box[3]
    assert box[2] - box[0] < 0.011


def test_a_box_with_no_image_is_refused():
    """Numbers that are nowhere."""
    with pytest.raises(InputError, match="no image in degrees"):
        WGS84.box_in((1e12, 1e12, 2e12, 2e12), f"{EPSG}4549")


def test_a_park_offers_its_own_crs_once(tmp_path):
    """And CRS84 first, as the standard wants."""
    park = parse_park(
        '[park]\nid = "p"\nname = "p"\ncrs = "EPSG:4549"\n'
        'boundary = { file = "b.geojson", datum = "wgs84" }\n',
        tmp_path / "park.toml",
    )
    assert wire_of(park).offered == OFFERED
