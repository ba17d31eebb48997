"""Navigation links: each application gets its own datum, and nobody's name."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from pyproj import Geod

from geo_risk import crs
from geo_risk.visits.navigation import APPS, navigation_links, place_in
from tests.unit.visits.field_stops import GATE

PATTERNS = {
    "amap": r"to=(?P<lon>[\d.]+),(?P<lat>[\d.]+),7&.*coordinate=gaode",
    "baidu": r"location=(?P<lat>[\d.]+),(?P<lon>[\d.]+)&.*coord_type=bd09ll",
    "tencent": r"tocoord=(?P<lat>[\d.]+),(?P<lon>[\d.]+)&",
    "apple": r"daddr=(?P<lat>[\d.]+),(?P<lon>[\d.]+)&",
    "geo": r"^geo:(?P<lat>[\d.]+),(?P<lon>[\d.]+)\?q=(?P=lat),(?P=lon)\(7\)$",
}
BACK = {
    "amap": crs.wgs84_from_gcj02,
    "tencent": crs.wgs84_from_gcj02,
    "apple": crs.wgs84_from_gcj02,
    "baidu": lambda lon, lat: crs.wgs84_from_gcj02(*crs.gcj02_from_bd09(lon, lat)),
    "geo": lambda lon, lat: (lon, lat),
}
OFF_M = {"amap": (300, 700), "tencent": (300, 700), "apple": (300, 700), "baidu": (700, 1500)}
OFF_M |= {"geo": (0, 0.2)}
GEOD = Geod(ellps="WGS84")


def _place(app: str, address: str) -> tuple[float, float]:
    found = re.search(PATTERNS[app], address)
    assert found is not None, address
    return float(found["lon"]), float(found["lat"])


@pytest.mark.parametrize("app", PATTERNS)
@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
def test_every_application_is_led_to_the_gate(app: str, datum: str) -> None:
    """Undone by the datum it reads, a link's place is the gate; read as WGS-84 it is far off."""
    inside = GATE if datum == "wgs84" else tuple(map(float, crs.gcj02_from_wgs84(*GATE)))
    there = _place(app, navigation_links(*inside, datum, 7)[app])
    back = BACK[app](*there)
    assert GEOD.inv(float(back[0]), float(back[1]), *GATE)[2] < 0.5
    least, most = OFF_M[app]
    assert least <= GEOD.inv(*there, *GATE)[2] <= most


def test_outside_china_nothing_is_shifted_but_for_baidu() -> None:
    """Map makers leave such places as they are."""
    assert place_in("gcj02", -87.65, 41.85, "wgs84") == (-87.65, 41.85)


def test_an_address_is_an_address_and_names_nobody() -> None:
    """Each is well formed, and tells a number only."""
    links = navigation_links(*GATE, "wgs84", 7)
    assert list(links) == [one.id for one in APPS]
    for address in links.values():
        assert address.isascii()
        assert not re.search(r"[\s<>\"]", address)
        assert urlsplit(address).scheme in {"https", "geo"}
