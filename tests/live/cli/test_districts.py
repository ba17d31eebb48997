"""`geo-risk zones rebalance` and `stations site`: printed, written, drawn; said where little is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import shapely

from geo_risk import open_park
from geo_risk.crs import project_geometry, unproject_geometry
from geo_risk.records import Actor, PatrolZone, Premises, PremisesKind, Role, Station
from geo_risk.store import Query
from tests.live.cli.commands import Run

KEEPER = Actor("cli", Role.KEEPER, "cli")
NOW = datetime.now(UTC)
ZONES = Query("zones")


def cut_in_two(park: Path) -> list[PatrolZone]:
    """End the park's one zone; put an eighth and the rest in its place, and a station."""
    with open_park(park) as opened:
        (stored,) = opened.store.find(ZONES, actor=KEEPER)
        crs = opened.park.park.crs
        whole = project_geometry(stored.record.geometry, crs)
        west, south, east, north = whole.bounds
        line = west + (east - west) / 8
        sides = [shapely.box(west, south, line, north), shapely.box(line, south, east, north)]
        zones = [
            PatrolZone(id=f"made:{n}", geometry=unproject_geometry(whole & side, crs))
            for n, side in enumerate(sides)
        ]
        ended = replace(stored.record, valid_to=NOW)
        spot = zones[0].geometry.representative_point()
        station = Station(id="made:s", type="驻企警务室", lon=spot.x, lat=spot.y)
        opened.store.put([ended, *zones, station], actor=KEEPER, at=NOW)
    return zones


def test_a_new_park_is_told_what_is_missing(run: Run, park: Path) -> None:
    """One zone, no roads, no stations: an answer, and plain reasons."""
    zones = run("zones", "rebalance", park)
    assert zones.code == 0, zones.err
    assert "one_zone" in zones.out
    assert "no_roads" in zones.out
    assert "0 premises change zone" in zones.out
    sites = run("stations", "site", park, "--sites", "2", "--minutes", "10")
    assert sites.code == 0, sites.err
    assert "no_stations" in sites.out
    assert "0% today" in sites.out


def test_proposals_are_written_and_change_nothing(run: Run, park: Path, tmp_path: Path) -> None:
    """Hours nearer to each other; JSON, GeoJSON and a map that names its maker; zones untouched."""
    made = cut_in_two(park)
    figures, drawn, page = (tmp_path / name for name in ("z.json", "z.geojson", "z.html"))
    ran = run(
        *("zones", "rebalance", park, "--json", figures, "--geojson", drawn),
        *("--map", page, "--lang", "en", "--penalty", "0.1"),
    )
    assert ran.code == 0, ran.err
    told = json.loads(figures.read_text())
    before, after = told["per_officer"]["before"], told["per_officer"]["after"]
    assert after[1] - after[0] < before[1] - before[0]
    assert f"{len(told['changes'])} premises change zone" in ran.out
    shapes = [
        shapely.geometry.shape(one["geometry"]) for one in json.loads(drawn.read_text())["features"]
    ]
    assert [one.geom_type for one in shapes] == ["Polygon", "Polygon"]
    text = page.read_text(encoding="utf-8")
    assert text.count('class="zone"') == 2
    assert "Made by" in text
    with open_park(park) as opened:
        stored = {one.record.id: one.record for one in opened.store.find(ZONES, actor=KEEPER)}
    assert all(stored[one.id].geometry.equals(one.geometry) for one in made)


def test_sites_are_written_and_an_unknown_type_is_refused(
    run: Run, park: Path, tmp_path: Path
) -> None:
    """Each site adds people; a type that nobody has names those there are."""
    cut_in_two(park)
    figures, page = tmp_path / "s.json", tmp_path / "s.html"
    words = ("stations", "site", park, "--sites", "2", "--minutes", "4")
    ran = run(*words, "--json", figures, "--map", page)
    assert ran.code == 0, ran.err
    told = json.loads(figures.read_text())
    assert told["sites"]
    assert all(one["adds"] > 0 for one in told["sites"])
    assert "驻企警务室" in {one["type"] for one in told["stations"]}
    assert page.read_text(encoding="utf-8").count('class="site-point"') == len(told["sites"])
    refused = run(*words, "--type", "没有的")
    assert (refused.code, "驻企警务室" in refused.err) == (1, True)
    wrong = run(*words, "--lang", "fr")
    assert wrong.code == 2


def test_dwellings_and_places_nobody_knows_do_not_count(
    run: Run, park: Path, tmp_path: Path
) -> None:
    """A dormitory is no work and no demand; a premises without a place is counted and told."""
    figures = tmp_path / "z.json"
    words = ("zones", "rebalance", park, "--json", figures)

    def told() -> tuple[int, int]:
        assert run(*words).code == 0
        said = json.loads(figures.read_text())
        return sum(one["premises_before"] for one in said["zones"]), said["unlocated"]

    (zone, *_), before = cut_in_two(park), told()
    spot = zone.geometry.representative_point()
    place = {"lon": spot.x, "lat": spot.y}
    with open_park(park) as opened:
        added = [
            Premises(id="made:d", kind=PremisesKind.DORMITORY, **place),
            Premises(id="made:u", unlocated="no address"),
            Premises(id="made:p", **place),
        ]
        opened.store.put(added, actor=KEEPER, at=NOW)
    assert told() == (before[0] + 1, before[1] + 1)
