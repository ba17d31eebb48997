"""Every page and every figure at every rung of the ladder: nothing yet, 0, 1, 3, 6 and 13 months.

A page opens, says how far it may be trusted, and claims no more.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import quote

import numpy as np
import pytest

from maps.words import word
from tests.live.browser import BARE, picture, show_map, switch
from tests.live.pages import STANDING

pytest_plugins = ("tests.live.browser_fixtures",)

NO_WORDS = re.compile(r">\s*(None|nan|NaN|undefined|null)\s*<|Traceback")
"""What a page shows where nobody thought of there being nothing."""

DATA = ("/v1/surfaces", "/v1/map", "/v1/imports", "/v1/premises/unlocated")
RUNGS = {0: "inherent", 1: "shrunk", 3: "shrunk", 6: "folds", 13: "full"}


@pytest.fixture
def built(request, tmp_path, built_sample):
    """A sample park with so many months of history."""
    return built_sample(request.param, tmp_path)


@pytest.mark.parametrize(("built", "months"), [(n, n) for n in RUNGS], indirect=["built"])
def test_every_page_opens_and_says_how_far_it_may_be_trusted(built, months, server_on, browse):
    """In Chinese and English, by who reads it; the map is drawn; the API says the same."""
    with server_on(built) as server, server.client("chief") as chief, server.client() as public:
        listed = chief.get("/v1/surfaces").json()
        main = next(one for one in listed["surfaces"] if one["id"] == listed["main"])
        rung = main["rung"]
        assert rung["key"] == RUNGS[months]
        assert months - 1 <= rung["months"] <= months + 1
        if months == 0:
            assert main["id"] == "inherent.consequence"
            assert main["breaks_version"] == "provisional"
        check_pages(server)
        check_map(server, browse)
        for lang in ("zh", "en"):
            said = word(
                f"ladder.{rung['key']}",
                lang,
                n=rung["months"],
                months=rung["months"],
                folds=rung["folds"],
            )
            assert said in chief.get("/", params={"lang": lang}).text
        for path in (*DATA, *(f"/v1/surfaces/{one['id']}/scorecard" for one in listed["surfaces"])):
            assert chief.get(path).status_code == 200, path
        check_pictures(chief, months)
        check_probabilities(chief, listed["surfaces"], claims=months >= 6)
        check_terrains(chief, listed["surfaces"])
        for one in listed["surfaces"]:
            assert chief.get(one["tiles"].format(z=13, x=6826, y=3362)).status_code == 200
            assert chief.get(f"/v1/surfaces/{one['id']}/coverage.tif").status_code == 200
        for path in ("/", "/zones", "/v1/map", "/v1/surfaces"):
            assert public.get(path).status_code == 200, path


def check_pages(server, without=lambda _page: False):
    """Every page that opens in any park: one headline, no hole where a word or figure should be."""
    with ExitStack() as stack:
        clients = {role: stack.enter_context(server.client(role)) for role in server.tokens}
        clients[None] = stack.enter_context(server.client())
        for page in (one for one in STANDING if not without(one)):
            for lang in page.langs:
                said = clients[page.role].get(page.address(lang), headers={"Accept": "text/html"})
                assert said.status_code == 200, f"{page} {lang}: {said.status_code}"
                text = re.sub(r"<script.*?</script>", "", said.text, flags=re.DOTALL)
                assert text.count("<h1") == 1, f"{page} {lang}"
                hole = NO_WORDS.search(text)
                assert hole is None, f"{page} {lang}: {hole and hole[0]}"


def check_map(server, browse):
    """The map is drawn in colours, not left white; `browse` sees that nothing was wrong."""
    page, _ = browse(server, "chief")
    show_map(page)
    switch(page, *BARE, on=False)
    seen = picture(page).astype(int)
    drawn = (np.abs(seen - 255).max(axis=2) > 16).mean()
    page.close()  # it listens as long as it is open, and the server ends before the browser
    assert drawn > 0.1, f"{drawn:.1%} of the map is drawn"


def check_probabilities(chief, surfaces, *, claims):
    """Where a kind is forecast and nowhere else; value, reasons, zones, scores by every door."""
    forecast = {
        one["id"].partition(".")[2]
        for one in surfaces
        if one["id"].startswith("intensity.") and one["score"]["folds"]
    }
    chances = [one for one in surfaces if one["id"].startswith("probability.")]
    assert {one["id"].partition(".")[2] for one in chances} == forecast
    assert bool(forecast) == claims
    for one in chances:
        path = f"/v1/surfaces/{one['id']}"
        said = chief.get(f"{path}/explain", params={"lon": 119.9692, "lat": 30.5393}).json()
        unit = 10 ** said["decimals"]
        parts = [said["reference"], *(part["value"] for part in said["contributions"])]
        assert sum(round(part * unit) for part in parts) == round(said["value"] * unit)
        assert all(part["name"] != part["factor"] for part in said["contributions"])
        assert 0 <= said["value"] <= 1
        zones = chief.get(f"{path}/zones").json()["zones"]
        assert all(0 <= zone["mean"] <= 1 for zone in zones)
        models = chief.get(f"{path}/scorecard").json()["score"]["models"]
        assert {"count_365d", "count_all", "kde_200m", "uniform"} <= set(models)
        assert all(0 <= model["brier"] <= 1 and model["reliability"] for model in models.values())


def check_terrains(chief, surfaces):
    """Each kind of place has a name in both languages and a relative risk within its interval."""
    for one in surfaces:
        card = chief.get(f"/v1/surfaces/{one['id']}/scorecard").json()
        factors = card["parameters"].get("factors", [])
        assert one["factors"] == factors
        assert one["id"].startswith("terrain.") or not factors
        for factor in factors:
            assert factor["name"] not in {factor["title"], factor["title_en"]}
            assert factor["low"] <= factor["relative_risk"] <= factor["high"]


def test_before_the_first_build_every_page_opens(sample_park, server_on, tmp_path):
    """And says that there is nothing yet, with the command that changes it."""
    empty = replace(sample_park, state_dir=tmp_path / "nothing")
    with server_on(empty) as server, server.client("chief") as chief:
        check_pages(server, lambda one: one.role == "enterprise")  # nobody's is known yet
        for path in DATA:
            assert chief.get(path).status_code == 200, path
        assert chief.get("/v1/surfaces").json() == {"surfaces": [], "main": None, "times": []}
        drawn = chief.get("/v1/map").json()
        assert drawn["boundary"]["type"] in {"Polygon", "MultiPolygon"}
        assert drawn["zones"]["features"] == []
        missing = chief.get("/v1/surfaces/risk.combined/value?lon=120&lat=30.5")
        assert missing.status_code == 404
        assert "geo-risk build" in missing.json()["hint"]
        assert chief.get("/ogc/collections/premises/items").json()["numberMatched"] == 0
        for path in ("/zones?f=xlsx", "/v1/imports?f=xlsx", "/enterprises?f=xlsx"):
            assert chief.get(path).status_code == 200, path


def check_pictures(chief, months):
    """What history is too short for is said in words; no picture stands there empty."""
    html = chief.get("/figures?lang=zh").text
    for begun, name, missing in (
        (1, "rates", word("figures.nothing_due", "zh")),
        (1, "prevalence", word("figures.no_lot", "zh")),
        (6, "reliability", word("chart.reliability.none", "zh")),
    ):
        drawn = re.search(rf'id="{name}(-0)?-n-title"', html) is not None
        assert drawn is (missing not in html), name
        if months < begun:
            assert missing in html, name
        if months >= 6:
            assert drawn, name
    firm = chief.get("/ogc/collections/enterprises/items?limit=1").json()["features"][0]["id"]
    page = chief.get(f"/enterprises/{quote(firm, safe='')}?lang=zh").text
    assert word("firm.no_index", "zh") in page
    assert word("chart.trend.none", "zh") in page
    assert 'id="trend-n-title"' not in page
