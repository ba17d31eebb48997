"""Every page and every figure at every rung of the ladder: nothing yet, 0, 1, 3, 6 and 13 months.

A page opens, says how far it may be trusted, and claims no more.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from maps.words import word

PAGES = ("/", "/zones", "/enterprises", "/to-locate", "/sources")
DATA = ("/v1/surfaces", "/v1/map", "/v1/imports", "/v1/premises/unlocated")
RUNGS = {0: "inherent", 1: "shrunk", 3: "shrunk", 6: "folds", 13: "full"}


@pytest.fixture
def built(request, tmp_path, sample_park, build_sample):
    """A sample park with so many months of history."""
    if request.param == 3:
        return sample_park.copy(tmp_path / "state")
    return build_sample(tmp_path, request.param)


@pytest.mark.parametrize(("built", "months"), [(n, n) for n in RUNGS], indirect=["built"])
def test_every_page_opens_and_says_how_far_it_may_be_trusted(built, months, server_on):
    """In Chinese and English; the API says the same."""
    with server_on(built) as server, server.client("chief") as chief, server.client() as public:
        listed = chief.get("/v1/surfaces").json()
        main = next(one for one in listed["surfaces"] if one["id"] == listed["main"])
        rung = main["rung"]
        assert rung["key"] == RUNGS[months]
        assert months - 1 <= rung["months"] <= months + 1
        if months == 0:
            assert main["id"] == "inherent.consequence"
            assert main["breaks_version"] == "provisional"
        for path in PAGES:
            for lang in ("zh", "en"):
                page = chief.get(path, params={"lang": lang})
                assert page.status_code == 200, path
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
        for one in listed["surfaces"]:
            assert chief.get(one["tiles"].format(z=13, x=6826, y=3362)).status_code == 200
            assert chief.get(f"/v1/surfaces/{one['id']}/coverage.tif").status_code == 200
        for path in ("/", "/zones", "/v1/map", "/v1/surfaces"):
            assert public.get(path).status_code == 200, path


def test_before_the_first_build_every_page_opens(sample_park, server_on, tmp_path):
    """And says that there is nothing yet, with the command that changes it."""
    empty = replace(sample_park, state_dir=tmp_path / "nothing")
    with server_on(empty) as server, server.client("chief") as chief:
        for path in (*PAGES, *DATA):
            assert chief.get(path).status_code == 200, path
        assert chief.get("/v1/surfaces").json() == {"surfaces": [], "main": None}
        drawn = chief.get("/v1/map").json()
        assert drawn["boundary"]["type"] in {"Polygon", "MultiPolygon"}
        assert drawn["zones"]["features"] == []
        missing = chief.get("/v1/surfaces/risk.combined/value?lon=120&lat=30.5")
        assert missing.status_code == 404
        assert "geo-risk build" in missing.json()["hint"]
        assert chief.get("/ogc/collections/premises/items").json()["numberMatched"] == 0
        for path in ("/zones?f=xlsx", "/v1/imports?f=xlsx", "/enterprises?f=xlsx"):
            assert chief.get(path).status_code == 200, path
