"""Links that start a navigation application at a place, each in the datum that it reads.

Takes a place in the park's datum, gives addresses. Amap, Tencent and Apple's maps of China count in
GCJ-02, Baidu in BD-09, a `geo:` address (RFC 5870) in WGS-84; the wrong one is 500 m off, or 1 km.
A link is followed by a person only, and what it tells an application's maker is a point and a
number: never whom somebody visits.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo_risk import crs


@dataclass(frozen=True)
class App:
    """One application.

    Parameters
    ----------
    id
        Its name in the words catalogue: `navigate.<id>`.
    datum
        In which it reads coordinates.
    address
        With the slots `lon`, `lat` and `label`.
    """

    id: str
    datum: str
    address: str


APPS = (
    App(
        "amap",
        "gcj02",
        "https://uri.amap.com/navigation?to={lon},{lat},{label}&mode=car&coordinate=gaode&callnative=1",
    ),
    App(
        "baidu",
        "bd09",
        "https://api.map.baidu.com/marker?location={lat},{lon}&title={label}&content={label}"
        "&coord_type=bd09ll&output=html&src=webapp.geo-risk",
    ),
    App(
        "tencent",
        "gcj02",
        "https://apis.map.qq.com/uri/v1/routeplan?type=drive&to={label}&tocoord={lat},{lon}"
        "&referer=geo-risk",
    ),
    App("apple", "gcj02", "https://maps.apple.com/?daddr={lat},{lon}&dirflg=d"),
    App("geo", "wgs84", "geo:{lat},{lon}?q={lat},{lon}({label})"),
)
"""In the order in which they are offered."""


def navigation_links(lon: float, lat: float, datum: str, number: int) -> dict[str, str]:
    """Give a link for each application.

    Parameters
    ----------
    lon, lat
        Degrees.
    datum
        Of these degrees: the park's own.
    number
        Of the stop: what the application calls the place.

    Returns
    -------
    dict
        Id of the application to address, in the order of `APPS`; degrees to 0.1 m.
    """
    found = {}
    for app in APPS:
        east, north = place_in(app.datum, lon, lat, datum)
        found[app.id] = app.address.format(lon=f"{east:.6f}", lat=f"{north:.6f}", label=number)
    return found


def place_in(target: str, lon: float, lat: float, datum: str) -> tuple[float, float]:
    """Give a place in an application's datum: `wgs84`, `gcj02` or `bd09`."""
    if target == "wgs84":
        there = crs.to_wgs84(lon, lat, datum)
    else:
        there = crs.to_datum(lon, lat, datum, "gcj02")
        if target == "bd09":
            there = crs.bd09_from_gcj02(*there)
    return float(there[0]), float(there[1])
