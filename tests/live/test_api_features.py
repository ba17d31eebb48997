"""OGC API - Features: documents as the standard says, items as the store holds them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import jsonschema
import pytest

from geo_risk import crs
from geo_risk.records import COLLECTIONS, LISTED, Report

SCHEMAS = json.loads((Path(__file__).parent / "ogc_schemas.json").read_text(encoding="utf-8"))
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
ODD_IDS = (
    "上报:2026/05/13-001",
    "hot line:50%?a=b&c#d",
    "quote\":'<b>+;,",
    "a%2Fb:1",
    "源:../x//y/",
)


@pytest.fixture(scope="module")
def chief(sample_server) -> Iterator[httpx.Client]:
    with sample_server.client("chief") as client:
        yield client


@pytest.fixture(scope="module")
def stored(sample_park):
    """Every record of a collection, from the store itself."""
    return sample_park.records


def check(document: object, name: str) -> None:
    validator = jsonschema.Draft202012Validator(
        {"$ref": f"#/$defs/{name}", "$defs": SCHEMAS["$defs"]},
        format_checker=jsonschema.FormatChecker(),
    )
    validator.validate(document)


def pages(client: httpx.Client, address: str) -> Iterator[dict]:
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page
        address = next((one["href"] for one in page["links"] if one["rel"] == "next"), "")


def ids_of(client: httpx.Client, address: str) -> list[str]:
    return [one["id"] for page in pages(client, address) for one in page["features"]]


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/ogc/", "landing"),
        ("/ogc", "landing"),
        ("/ogc/conformance", "conformance"),
        ("/ogc/collections", "collections"),
        ("/ogc/collections?f=json", "collections"),
    ],
)
def test_documents_are_what_the_standard_says(chief, path, schema):
    """JSON schemas written from the standard as judge."""
    answer = chief.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    check(answer.json(), schema)


@pytest.mark.parametrize("name", LISTED)
def test_every_collection_and_its_items_are_what_the_standard_says(chief, name):
    """Its own document, its queryables, a page of items, one item."""
    check(chief.get(f"/ogc/collections/{name}").json(), "collection")
    queryables = chief.get(f"/ogc/collections/{name}/queryables")
    assert queryables.headers["content-type"] == "application/schema+json"
    check(queryables.json(), "queryables")
    answer = chief.get(f"/ogc/collections/{name}/items?limit=3")
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    page = answer.json()
    check(page, "items")
    assert page["numberReturned"] == len(page["features"]) <= 3
    for feature in page["features"]:
        item = chief.get(f"/ogc/collections/{name}/items/{quote(feature['id'], safe='')}")
        check(item.json(), "item")
        assert {key: item.json()[key] for key in feature} == feature


def test_a_collection_that_is_not_listed_is_answered_as_if_it_were_not_there(chief):
    """A mark of doubt goes to the person concerned: not one address of its collection answers."""
    held_back = set(COLLECTIONS) - set(LISTED)
    assert held_back
    for name in held_back:
        here = f"/ogc/collections/{name}"
        for address in (here, f"{here}/queryables", f"{here}/items", f"{here}/items/x"):
            assert chief.get(address).status_code == 404, address


def test_every_link_leads_somewhere(chief):
    """From the landing page, two steps deep."""
    seen = set()
    for start in (
        "/ogc/",
        "/ogc/collections",
        "/ogc/collections/zones",
        "/ogc/collections/zones/items",
    ):
        for link in chief.get(start).json()["links"]:
            if link["href"] not in seen:
                seen.add(link["href"])
                answer = chief.get(link["href"], follow_redirects=True)
                assert answer.status_code == 200, link
                said, wanted = answer.headers["content-type"], link["type"].split(";")[0]
                assert said.split(";")[0] in {wanted, "application/json"}, link
    assert len(seen) >= 8


@pytest.mark.parametrize("name", ["reports", "visits", "premises", "enterprises", "zones"])
def test_pages_give_every_record_once(chief, stored, name):
    """To the last page, in one order, whatever the page size."""
    expected = sorted(one.id for one in stored(name))
    for limit in (97, 1000):
        found = ids_of(chief, f"/ogc/collections/{name}/items?limit={limit}")
        assert found == expected
    first = chief.get(f"/ogc/collections/{name}/items?limit=1").json()
    assert first["numberMatched"] == len(expected)


def test_a_page_stays_the_same_while_others_write(sample_park, server_on, tmp_path):
    """The next link goes on after the last id shown, so nothing is shown twice or left out."""
    with server_on(sample_park.copy(tmp_path / "state")) as server, server.client("chief") as chief:
        before = ids_of(chief, "/ogc/collections/reports/items?limit=1000")
        walk = pages(chief, "/ogc/collections/reports/items?limit=200")
        found = [one["id"] for one in next(walk)["features"]]
        with server.client("officer") as officer:
            for _ in range(3):
                body = {"properties": {"kind": "hazard"}}
                made = officer.post("/ogc/collections/reports/items", json=body)
                assert made.status_code == 201, made.text
        found += [one["id"] for page in walk for one in page["features"]]
    assert len(set(found)) == len(found)
    assert set(before) <= set(found)


def inside(box, lon, lat) -> bool:
    west, south, east, north = box
    across = west <= lon <= east if west <= east else lon >= west or lon <= east
    return across and south <= lat <= north


@pytest.mark.parametrize("name", ["premises", "reports", "stations"])
def test_a_box_finds_what_lies_in_it(chief, stored, name):
    """Every point compared by hand; also the two boxes that cross 180 degrees."""
    points = {one.id: (one.lon, one.lat) for one in stored(name) if one.lon is not None}
    lons = sorted(lon for lon, _ in points.values())
    lats = sorted(lat for _, lat in points.values())
    half = (lons[0], lats[len(lats) // 3], lons[len(lons) // 2], lats[-1])
    for box in (half, (lons[len(lons) // 2], -90, lons[3], 90), (179, -90, lons[5], 90)):
        asked = ",".join(map(repr, box))
        found = ids_of(chief, f"/ogc/collections/{name}/items?bbox={asked}")
        assert set(found) == {id_ for id_, point in points.items() if inside(box, *point)}


def test_a_box_in_another_crs_finds_the_same(chief):
    """EPSG:4326 has latitude first; the park's own CRS has metres, northing first."""
    box = (120.0, 30.5, 120.02, 30.6)
    base = "/ogc/collections/premises/items"
    expected = ids_of(chief, f"{base}?bbox=120.0,30.5,120.02,30.6")
    assert ids_of(chief, f"{base}?bbox=30.5,120.0,30.6,120.02&bbox-crs={EPSG}4326") == expected
    east, north = crs.project([box[0], box[2]], [box[1], box[3]], "EPSG:4549")
    metres = f"{north[0]},{east[0]},{north[1]},{east[1]}"
    found = ids_of(chief, f"{base}?bbox={metres}&bbox-crs={EPSG}4549")
    assert set(expected) <= set(found) or len(set(expected) ^ set(found)) < 5


def test_a_time_finds_what_happened_then(chief, stored):
    """Intervals overlap, open ends are open, a day is the park's own day."""
    reports = [one for one in stored("reports") if isinstance(one, Report)]
    moments = sorted(one.occurred_from for one in reports)
    start, end = moments[len(moments) // 4], moments[len(moments) // 2]
    between = f"{start:%Y-%m-%dT%H:%M:%SZ}/{end:%Y-%m-%dT%H:%M:%SZ}"
    start, end = start.replace(microsecond=0), end.replace(microsecond=0)
    base = "/ogc/collections/reports/items?limit=10000&datetime="
    found = set(ids_of(chief, base + between))
    assert found == {
        one.id
        for one in reports
        if one.occurred_from <= end
        and (one.occurred_to > start or one.occurred_to == one.occurred_from == start)
    }
    late = set(ids_of(chief, f"{base}{end:%Y-%m-%dT%H:%M:%SZ}/.."))
    early = set(ids_of(chief, f"{base}../{end:%Y-%m-%dT%H:%M:%SZ}"))
    assert late | early == {one.id for one in reports}
    assert late & early == {
        one.id
        for one in reports
        if one.occurred_from <= end < one.occurred_to or one.occurred_from == one.occurred_to == end
    }


def test_filters_join(chief, stored):
    """Every queryable of a text or truth value narrows as asked."""
    reports = [one for one in stored("reports") if isinstance(one, Report)]
    expected = {one.id for one in reports if (one.kind, one.channel) == ("hazard", "county_app")}
    assert expected
    base = "/ogc/collections/reports/items?limit=10000"
    assert set(ids_of(chief, f"{base}&kind=hazard&channel=county_app")) == expected
    self_reported = {one.id for one in reports if one.self_reported}
    assert set(ids_of(chief, f"{base}&self_reported=true")) == self_reported
    major = {one.id for one in reports if one.severity == "major"}
    assert set(ids_of(chief, f"{base}&severity=major")) == major


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("colour=red", "'colour' is not known here"),
        ("text=x", "'text' is not known here"),
        ("chanel=visit", "Did you mean 'channel'"),
        ("limit=0", "whole number from 1"),
        ("bbox=1,2,3", "3 numbers"),
        ("bbox=1,2,x,4", "'x' is not a number"),
        ("datetime=tomorrow", "'tomorrow' is no RFC 3339 time"),
        ("crs=EPSG:1", "is not offered"),
        ("severity=worst", "major, general, minor"),
        ("self_reported=perhaps", "true or false"),
        ("f=html", "json or xlsx"),
        ("limit=1&limit=2", "comes twice"),
    ],
)
def test_a_bad_question_is_400_with_what_to_do(chief, query, words):
    """As the standard wants, and also a person can read it."""
    answer = chief.get(f"/ogc/collections/reports/items?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    check(answer.json(), "exception")
    assert words in f"{answer.json()['detail']} {answer.json()['hint']}"


@pytest.mark.parametrize(
    "path",
    [
        "/ogc/collections/dragons",
        "/ogc/collections/dragons/items",
        "/ogc/collections/dragons/queryables",
        "/ogc/collections/reports/items/none:0",
        "/ogc/nothing",
    ],
)
def test_what_is_not_there_is_404(chief, path):
    """A problem like any other."""
    answer = chief.get(path)
    assert answer.status_code == 404
    check(answer.json(), "exception")


def test_items_come_in_the_crs_that_was_asked_for(chief):
    """The axis order is that of pyproj; Content-Crs says which."""
    base = "/ogc/collections/premises/items?limit=50"
    degrees = [one for one in chief.get(base).json()["features"] if one["geometry"]]
    answer = chief.get(f"{base}&crs={EPSG}4549")
    assert answer.headers["content-crs"] == f"<{EPSG}4549>"
    metres = [one for one in answer.json()["features"] if one["geometry"]]
    for one, other in zip(degrees, metres, strict=True):
        (east,), (north,) = crs.project(
            *[[part] for part in one["geometry"]["coordinates"]], "EPSG:4549"
        )
        assert other["geometry"]["coordinates"] == pytest.approx([north, east], abs=0.002)


def test_an_item_is_asked_for_again_by_its_etag(chief):
    """304 while it is the same."""
    item = chief.get("/ogc/collections/zones/items?limit=1").json()["features"][0]
    path = f"/ogc/collections/zones/items/{quote(item['id'], safe='')}"
    etag = chief.get(path).headers["etag"]
    assert etag.startswith('"')
    assert chief.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert chief.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_ids_with_slashes_signs_and_chinese_are_found(sample_park, server_on, tmp_path, keeper):
    """Percent-encoded whole in the address; every link of ours does that."""
    park = sample_park.copy(tmp_path / "state")
    moment = datetime(2026, 5, 13, tzinfo=UTC)
    with park.open() as store:
        odd = [
            Report(id=one, kind="hazard", occurred_from=moment, occurred_to=moment)
            for one in ODD_IDS
        ]
        store.put(odd, actor=keeper, at=moment)
    with server_on(park) as server, server.client("chief") as chief:
        everything = ids_of(chief, "/ogc/collections/reports/items?limit=500")
        assert set(ODD_IDS) <= set(everything)
        for one in ODD_IDS:
            answer = chief.get(f"/ogc/collections/reports/items/{quote(one, safe='')}")
            assert answer.status_code == 200, one
            assert answer.json()["id"] == one
            links = {link["rel"]: link["href"] for link in answer.json()["links"]}
            assert chief.get(links["self"]).json()["id"] == one
            after = chief.get(f"/ogc/collections/reports/items?limit=1&after={quote(one, safe='')}")
            assert all(feature["id"] > one for feature in after.json()["features"])


def test_a_park_kept_in_gcj02_leaves_in_wgs84(sample_park, sample_server, server_on, tmp_path):
    """The same sample, told to stay in GCJ-02, gives the same points on the wire."""
    folder = tmp_path / "gcj"
    folder.mkdir()
    original = sample_park.park_file
    text = original.read_text(encoding="utf-8")
    shifted = text.replace('crs = "EPSG:4549"', 'crs = "EPSG:4549"\ndatum = "gcj02"', 1)
    assert shifted != text
    park_file = original.parent / "gcj.toml"
    park_file.write_text(shifted, encoding="utf-8")
    park = replace(sample_park, park_file=park_file, state_dir=folder / "state")
    park.build()

    def points(client) -> dict[str, list[float]]:
        return {
            one["id"]: one["geometry"]["coordinates"]
            for page in pages(client, "/ogc/collections/premises/items")
            for one in page["features"]
            if one["geometry"]
        }

    with server_on(park) as server, server.client("chief") as chief:
        there = points(chief)
        kept = next(one for one in park.records("premises") if one.lon is not None)
        assert abs(kept.lon - there[kept.id][0]) > 1e-3
        map_points = {
            one["properties"]["id"]: one["geometry"]["coordinates"]
            for one in chief.get("/v1/map").json()["premises"]["features"]
        }
    for id_, point in map_points.items():
        assert point == pytest.approx(there[id_], abs=1e-7)
    with sample_server.client("chief") as chief:
        expected = points(chief)
    assert set(there) == set(expected)
    worst = max(
        abs(a - b)
        for id_, point in there.items()
        for a, b in zip(point, expected[id_], strict=True)
    )
    assert worst < 2e-6
