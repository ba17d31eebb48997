"""Proposals of zones and stations through their doors: HTTP, pages, commands; never applied."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import shapely

from tests.live.browser import Browse
from tests.live.conftest import Server

pytest_plugins = ("tests.live.browser_fixtures",)

PATHS = ("/v1/zones/rebalance", "/v1/stations/site", "/zones/proposal", "/stations/proposal")


@pytest.mark.parametrize("path", PATHS)
def test_proposals_are_for_chief_and_keeper(sample_server: Server, path: str) -> None:
    """Everybody else is refused; nobody signed in is asked to sign in."""
    said = {}
    for role in (None, "officer", "clerk", "enterprise", "analyst", "chief", "keeper"):
        with sample_server.client(role) as client:
            said[role] = client.get(path).status_code
    assert said == {
        None: 401,
        "officer": 403,
        "clerk": 403,
        "enterprise": 403,
        "analyst": 403,
        "chief": 200,
        "keeper": 200,
    }


def test_zones_are_evened_out_and_nothing_is_applied(sample_server: Server) -> None:
    """Hours come nearer, drawn zones cover what they covered, and today's zones stay."""
    before = sample_server.park.records("zones")
    now = datetime.now(UTC)
    held = [one for one in before if one.valid_to is None or one.valid_to > now]
    with sample_server.client("chief") as chief:
        told = chief.get("/v1/zones/rebalance").json()
        drawn = chief.get("/v1/zones/rebalance?f=geojson")
    spread = told["per_officer"]
    assert spread["after"][1] - spread["after"][0] < spread["before"][1] - spread["before"][0]
    assert sum(one["hours_after"] for one in told["zones"]) == pytest.approx(told["hours"])
    moved = [one["premises_id"] for one in told["changes"]]
    assert moved
    assert "unlocated" in told["notes"]
    assert told["unlocated"] > 0
    assert drawn.headers["content-type"] == "application/geo+json"
    shapes = [shapely.geometry.shape(one["geometry"]) for one in drawn.json()["features"]]
    today = shapely.union_all([one.geometry for one in held])
    assert all(one.geom_type == "Polygon" for one in shapes)
    assert shapely.union_all(shapes).symmetric_difference(today).area < 0.005 * today.area
    assert sample_server.park.records("zones") == before


def test_drawn_zones_are_wgs84(sample_server: Server) -> None:
    """Premises as served lie in the zone as served that they are proposed for."""
    with sample_server.client("chief") as chief:
        told = chief.get("/v1/zones/rebalance").json()
        drawn = chief.get("/v1/zones/rebalance?f=geojson").json()
        premises = chief.get("/ogc/collections/premises/items?limit=2000").json()["features"]
    shapes = {one["id"]: shapely.geometry.shape(one["geometry"]) for one in drawn["features"]}
    outside = set(told["outside"])
    to = {one["premises_id"]: one["to"] for one in told["changes"]}
    to = {one: zone for one, zone in to.items() if one not in outside}
    checked = 0
    for one in premises:
        if one["id"] in to and one["geometry"]:
            place = shapely.geometry.shape(one["geometry"])
            assert shapes[to[one["id"]]].distance(place) < 1e-6
            checked += 1
    assert checked == len(to)


def test_a_site_reaches_more_and_coverage_is_the_same_at_both_doors(sample_server: Server) -> None:
    """What sites add stands on top of today's coverage; more of them never reach less."""
    with sample_server.client("officer") as officer:
        today = officer.get("/v1/stations/coverage?minutes=2").json()
    with sample_server.client("chief") as chief:
        one = chief.get("/v1/stations/site?minutes=2&count=1").json()
        three = chief.get("/v1/stations/site?minutes=2&count=3").json()
        drawn = chief.get("/v1/stations/site?minutes=2&count=3&f=geojson").json()
    assert "sites" not in today
    assert today["covered"] == one["covered"] == three["covered"]
    assert 0 < today["covered"]["share"] < 1
    reached = [today["covered"]["people"]] + [
        found["covered_with_sites"]["people"] for found in (one, three)
    ]
    assert reached == sorted(reached)
    assert reached[1] == pytest.approx(reached[0] + one["sites"][0]["adds"])
    assert one["covered_with_sites"]["gap"] == 0
    assert [spot["geometry"]["coordinates"] for spot in drawn["features"]] == [
        [spot["lon"], spot["lat"]] for spot in three["sites"]
    ]
    assert sum(zone["people"] for zone in three["zones"]) == pytest.approx(three["people"])


def test_an_unknown_type_of_station_is_told_which_there_are(sample_server: Server) -> None:
    """A type nobody has is no empty answer."""
    with sample_server.client("chief") as chief:
        found = chief.get("/v1/stations/coverage", params={"type": "没有的"})
    assert found.status_code == 404
    assert "没有的" in found.json()["detail"]


def test_pages_show_map_and_tables_in_both_languages(sample_server: Server, browse: Browse) -> None:
    """Opened by the menu, drawn without a script, asked for anew by the form."""
    page, _ = browse(sample_server, "chief", java_script_enabled=False)
    page.goto("/zones")
    page.click("nav a[href='/zones/proposal']")
    assert page.locator("svg path.zone").count() == 10
    assert page.locator("svg circle.marked-point").count() > 0
    assert page.locator(".drawn tbody tr").count() == 10
    page.click("#other-language")
    assert "hours a month" in page.locator("h1").inner_text()
    page.goto("/stations/proposal?lang=zh")
    page.fill("#count", "2")
    page.fill("#minutes", "2")
    page.click("form.askfor button")
    assert "count=2" in page.url
    sites = page.locator("svg circle.site-point").count()
    assert sites == page.locator(".drawn tbody tr th").count() == 2
    box = page.locator(".drawn svg").first.bounding_box()
    assert box is not None
    assert box["width"] > 500
