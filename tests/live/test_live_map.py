"""A report that is answered 201 is on the map: read through the stream, a tile, a value, a browser.

The park is served as its own process; reports are made by an officer at the service's door, or put
into the store by another process. What the map shows then is what a refit would show.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest

from api.kept import KeptRecords
from api.live_map import LOOK_S, LiveMap
from api.mesh import TILE, pixel_of
from api.shown import Watcher
from geo_risk.fitting import fit_park
from geo_risk.fresh import stamp_rule
from geo_risk.ingest import read_boundary
from geo_risk.park import read_park
from geo_risk.pipeline import inputs_of
from geo_risk.records import Findings, Severity, Visit
from tests.live.browser import settle
from tests.live.conftest import KEEPER, BuiltPark
from tests.live.map_truth import disagreements
from tests.live.reported_park import BANDWIDTH_M, HALF_LIFE_DAYS, build_reported_park, report

if TYPE_CHECKING:
    from pathlib import Path

    from geo_risk.store import Store
    from tests.live.conftest import Server

pytest_plugins = ("tests.live.browser_fixtures",)

Place = tuple[float, float]
NEAR, FAR = 27, 63  # premises in the middle, and in a corner
ZOOM = 17
COUNTS = {"count.fraud", "count.dispute", "count.hazard"}
_WATCH_FADING = """() => {
  window.faded = 0;
  const watch = new MutationObserver((all) => all.forEach(({ target }) => {
    if (target.matches(".cells img") && Number(target.style.opacity) < 1) window.faded += 1;
  }));
  const what = { subtree: true, attributes: true, attributeFilter: ["style"] };
  watch.observe(document.querySelector(".leaflet-tile-pane"), what);
}"""
LIVE = {"intensity.fraud", "intensity.dispute", "raw.hazard", *COUNTS}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[BuiltPark, list[Place]]:
    return build_reported_park(tmp_path_factory.mktemp("reported"), datetime.now(UTC))


@pytest.fixture(scope="module")
def served(
    built: tuple[BuiltPark, list[Place]], server_on: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The park, served on a copy of its state."""
    with server_on(built[0].copy(tmp_path_factory.mktemp("served") / "state")) as server:
        yield server


@contextmanager
def live_map(park: BuiltPark) -> Iterator[tuple[LiveMap, Watcher, Store]]:
    """What the service holds, on a park's own store."""
    file = read_park(park.park_file)
    with park.open() as store:
        watcher = Watcher(store, file.park.datum)
        watcher.poll()
        kept = KeptRecords(store)
        live = LiveMap(store, kept, file, read_boundary(file), watcher, lambda: datetime.now(UTC))
        yield live, watcher, store


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgis", marks=pytest.mark.soak)])
def test_live_equals_a_refit_at_the_same_as_of(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Of every surface that takes reports, to 1e-6 of its maximum; also in a second process.

    New reports, late ones, one outside, one made void, one changed, one deleted, a visit with its
    counts: all count as of the publication's as-of, as a refit at that moment would count them.
    """
    now = datetime.now(UTC)
    if engine == "postgis":
        database = request.getfixturevalue("live_database")
        park, places = build_reported_park(tmp_path, now, database)
    else:
        first, places = request.getfixturevalue("built")
        park = first.copy(tmp_path / "state")
    with live_map(park) as (live, _, store):
        published = live.shown().require()
        takes = {one for one in published.surfaces if stamp_rule(published, one) is not None}
        assert takes == LIVE
        for one in takes:
            assert live.shown(one).surface(one) is published.surfaces[one]
        new = [
            report("new:0", places[3], now, kind="fraud", severity=Severity.MAJOR),
            report("new:1", places[4], now, kind="dispute"),
            report("new:2", places[5], now - timedelta(days=20), kind="dispute", reported_at=now),
            report("new:3", places[6], now - timedelta(days=500), kind="fraud", reported_at=now),
            report("new:4", (places[0][0] + 1.0, places[0][1]), now),
            *(report(f"new:{n}", places[n], now) for n in range(5, 9)),
        ]
        store.put(new[:5], actor=KEEPER, at=now)
        time.sleep(LOOK_S)
        assert live.shown("raw.hazard").until != ""
        seen = Visit(
            id="new:visit",
            premises_id="enterprises:E033",
            start=now - timedelta(days=3),
            end=now - timedelta(days=3),
            found=Findings(major=1, minor=2),
        )
        of_visit = report("new:9", places[9], now, visit_id=seen.id)
        store.put([seen, *new[5:], of_visit], actor=KEEPER, at=now)
        time.sleep(LOOK_S)
        live.look()
        store.update("reports", "new:5", {"state": "void"}, actor=KEEPER, at=now)
        store.update(
            "reports", "new:6", {"severity": "major", "kind": "fraud"}, actor=KEEPER, at=now
        )
        store.delete("reports", "new:7", actor=KEEPER, at=now)
        time.sleep(LOOK_S)
        here = live.shown().require()
        with live_map(park) as (other, _, _):
            for one in takes:
                other.shown(one)
            there = other.shown().require()
        file = read_park(park.park_file)
        inputs = inputs_of(file, store, read_boundary(file), actor=KEEPER)
    at = published.as_of - timedelta(milliseconds=1)
    known = [
        replace(
            one,
            occurred_from=min(one.occurred_from, at),
            occurred_to=min(one.occurred_to, at),
            reported_at=min(one.reported_at or at, at),
        )
        for one in inputs.reports
        if one.id != "new:3"  # older than the park's history, which it must not lengthen
    ]
    refit = fit_park(replace(inputs, reports=known), as_of=published.as_of)
    for one in takes:
        wanted = refit.surfaces[one].surface.values
        inside = np.isfinite(wanted)
        for got in (here, there):
            values = got.surfaces[one].surface.values
            off = np.abs(values - wanted)[inside].max()
            assert off <= 1e-6 * wanted[inside].max(), one
        moved = published.surfaces[one].surface.values - wanted
        assert np.abs(moved)[inside].max() > 1e-3 * wanted[inside].max(), one


def test_who_listens_hears_of_every_layer(
    built: tuple[BuiltPark, list[Place]], tmp_path: Path
) -> None:
    """Though none was asked for here: the tiles of an open map may come from another process."""
    first, places = built
    with live_map(first.copy(tmp_path / "state")) as (live, _, store):
        with live.listening():
            live.look()
            store.put(
                [report("new:1", places[9], datetime.now(UTC))], actor=KEEPER, at=datetime.now(UTC)
            )
            live.look()
        number, surfaces = live.changes_after(0)
        assert {one["id"] for one in surfaces} == {"raw.hazard", "count.hazard"}
        assert live.changes_after(number) == (number, [])


def test_the_next_publication_takes_over(
    built: tuple[BuiltPark, list[Place]], tmp_path: Path
) -> None:
    """What was stamped is dropped, and counts no second time: the build has it."""
    first, places = built
    park = first.copy(tmp_path / "state")
    with live_map(park) as (live, watcher, store):
        live.shown("raw.hazard")
        store.put(
            [report("new:1", places[9], datetime.now(UTC))], actor=KEEPER, at=datetime.now(UTC)
        )
        time.sleep(LOOK_S)
        stamped = live.shown("raw.hazard").surface("raw.hazard").surface.values
        park.build()
        watcher.poll()
        again = live.shown("raw.hazard").surface("raw.hazard")
        assert again is watcher.shown.surface("raw.hazard")
        published = again.surface.values
        # A minute later, one report more: the same but for what the kernel's history grew by.
        np.testing.assert_allclose(published, stamped, rtol=1e-3, atol=1e-6)


def test_a_report_answered_201_is_on_the_map(
    built: tuple[BuiltPark, list[Place]], served: Server
) -> None:
    """The stream names it and its tiles; the tile under it changes, one far away keeps all."""
    places = built[1]
    surface_id = "intensity.fraud"
    with served.client("officer") as officer, listening(served, "officer") as heard:
        listed = {one["id"]: one for one in officer.get("/v1/surfaces").json()["surfaces"]}
        assert {one for one, told in listed.items() if told["live"]} == LIVE
        surface = listed[surface_id]
        address = surface["tiles"]
        before = {one: tile(officer, address, places[one]) for one in (NEAR, FAR)}
        assert all("immutable" in one.headers["cache-control"] for one in before.values())
        value = value_at(officer, surface_id, places[NEAR])
        made = officer.post(
            "/ogc/collections/reports/items", json=body_of("fraud", places[NEAR], "major")
        )
        assert made.status_code == 201, made.text
        risen = value_at(officer, surface_id, places[NEAR])
        told = heard("tiles", lambda said: any(one["changes"] for one in said["surfaces"]))
        assert heard("report")["kind"] == "fraud"
        (changed,) = [one for one in told["surfaces"] if one["id"] == surface_id]
        rev = changed["changes"][-1]["rev"]
        (box,) = changed["changes"][-1]["wgs84"]
        assert covers(box, places[NEAR])
        assert not covers(box, places[FAR])
        after = address.replace(address.split(".")[-2].split("/")[0], str(rev))
        near = tile(officer, after, places[NEAR])
        assert near.content != before[NEAR].content
        assert near.headers["etag"] != before[NEAR].headers["etag"]
        assert "immutable" in near.headers["cache-control"]
        far = tile(officer, address, places[FAR])
        assert far.content == before[FAR].content
        assert far.headers["etag"] == before[FAR].headers["etag"]
        assert "immutable" in far.headers["cache-control"]
        stale = tile(officer, address, places[NEAR])
        assert stale.content == near.content
        assert "no-cache" in stale.headers["cache-control"]
        assert risen["value"] - value["value"] == pytest.approx(kernel_peak(4.0), rel=0.06)
        explained = officer.get(f"/v1/surfaces/{surface_id}/explain", params=where(places[NEAR]))
        assert explained.json()["value"] == risen["value"]
        assert risen["class"] == explained.json()["class"] != value["class"]
        kept = officer.get("/v1/surfaces/intensity.hazard").json()
        assert kept["live"] is False
        assert kept["tiles"] == listed["intensity.hazard"]["tiles"]


def test_the_public_is_told_of_no_tile(
    built: tuple[BuiltPark, list[Place]], served: Server
) -> None:
    """Neither the stream nor a list tells who is not signed in that something was reported."""
    with served.client() as public, served.client("officer") as officer:
        value_at(officer, "raw.hazard", built[1][7])
        before = [public.get(path).text for path in ("/v1/surfaces", "/v1/live")]
        with listening(served, None) as heard:
            made = officer.post(
                "/ogc/collections/reports/items", json=body_of("hazard", built[1][7])
            )
            assert made.status_code == 201
            value_at(officer, "raw.hazard", built[1][7])
            time.sleep(0.3)
            assert heard.names() == []
        assert [public.get(path).text for path in ("/v1/surfaces", "/v1/live")] == before


def test_many_reports_at_once_are_one_message(
    built: tuple[BuiltPark, list[Place]], served: Server
) -> None:
    """Three thousand put into the store by another process: few messages, and all of them told."""
    with served.client("officer") as officer, listening(served, "officer") as heard:
        value_at(officer, "raw.hazard", built[1][10])
        put_many(served, built[1], "flood", 3000)
        deadline = time.monotonic() + 20
        while heard.reports() < 3000 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert heard.reports() == 3000
        assert len(heard.names()) < 60
        risen = value_at(officer, "raw.hazard", built[1][10])
        assert risen["value"] > 0


def test_the_open_map_follows(
    built: tuple[BuiltPark, list[Place]], served: Server, browse: Any
) -> None:
    """Tiles change under the reader's eyes, pixel and value agree, and a flood is one note."""
    places = built[1]
    page, _ = browse(served, "officer", viewport={"width": 1100, "height": 800})
    page.goto(f"{served.url}/#surface=intensity.fraud")
    settle(page)
    assert page.locator("#legend").get_by_text("新上报随时计入").count() == 1
    with page.expect_request("**/v1/live", timeout=15_000):
        pass
    page.wait_for_timeout(800)
    sources = "() => [...document.querySelectorAll('.cells img')].map((one) => one.src)"
    before = set(page.evaluate(sources))
    page.evaluate(_WATCH_FADING)
    put_many(served, places[:2], "few", 1500, "fraud")
    page.wait_for_function(
        f"(old) => ({sources})().some((one) => !old.includes(one))",
        arg=sorted(before),
    )
    page.get_by_text("新上报 1,500 起").or_(page.get_by_text("新上报 1500 起")).wait_for()
    assert page.locator(".fresh").count() <= 20
    page.wait_for_timeout(600)
    assert page.evaluate("window.faded") == 0
    assert len(before & set(page.evaluate(sources))) > 0
    assert disagreements(page, served, "intensity.fraud") == []


class Heard:
    """What one listener was told, by name."""

    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, name: str, wanted: Any = lambda _said: True) -> dict[str, Any]:
        """Wait for a message."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for one, said in list(self.said):
                if one == name and wanted(said):
                    return said
            time.sleep(0.01)
        raise AssertionError((name, self.said))

    def names(self) -> list[str]:
        """The names of all messages so far."""
        return [name for name, _ in self.said]

    def reports(self) -> int:
        """How many reports were told of so far."""
        told = {"report": lambda _said: 1, "reports": lambda said: said["n"]}
        return sum(told[name](said) for name, said in list(self.said) if name in told)


@contextmanager
def listening(server: Server, role: str | None) -> Iterator[Heard]:
    """Listen to the stream in a thread, from its first line on."""
    heard, begun = Heard(), threading.Event()
    headers = {"Accept": "text/event-stream"}
    if role:
        headers["Authorization"] = f"Bearer {server.tokens[role]}"
    client = httpx.Client(base_url=server.url, headers=headers, timeout=30, trust_env=False)
    stop = threading.Event()

    def listen() -> None:
        name = ""
        gone = (httpx.HTTPError, httpx.StreamError, OSError)
        with suppress(*gone), client.stream("GET", "/v1/live") as answer:
            for line in answer.iter_lines():
                begun.set()
                if stop.is_set():
                    return
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    heard.said.append((name, json.loads(line.removeprefix("data: "))))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    assert begun.wait(10)
    try:
        yield heard
    finally:
        stop.set()
        client.close()


def put_many(
    server: Server, places: list[Place], name: str, number: int, kind: str = "hazard"
) -> None:
    now = datetime.now(UTC)
    with server.park.open() as store:
        store.put(
            [report(f"{name}:{n}", places[n % len(places)], now, kind=kind) for n in range(number)],
            actor=KEEPER,
            at=now,
        )


def body_of(kind: str, place: Place, severity: str = "minor") -> dict[str, Any]:
    moment = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(place)},
        "properties": {
            "kind": kind,
            "severity": severity,
            "occurred_from": moment,
            "occurred_to": moment,
        },
    }


def where(place: Place) -> dict[str, float]:
    return {"lon": place[0], "lat": place[1]}


def value_at(client: httpx.Client, surface_id: str, place: Place) -> dict[str, Any]:
    answer = client.get(f"/v1/surfaces/{surface_id}/value", params=where(place))
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def tile(client: httpx.Client, address: str, place: Place) -> httpx.Response:
    x, y = pixel_of(*place, ZOOM)
    answer = client.get(address.format(z=ZOOM, x=int(x // TILE), y=int(y // TILE)))
    assert answer.status_code == 200, answer.text
    return answer


def covers(box: list[int], place: Place) -> bool:
    left, right, top, bottom = (one >> (22 - ZOOM) for one in box)
    x, y = (int(one // TILE) for one in pixel_of(*place, ZOOM))
    return left <= x <= right and top <= y <= bottom


def kernel_peak(points: float) -> float:
    """What one report of now adds to the cell it lies in, far from the park's edge.

    30 days x 1e6 m²/km² x decay at age 0 x the normal density at its centre.
    """
    rate = math.log(2.0) / HALF_LIFE_DAYS
    daily = rate / -math.expm1(-rate * 69.5)
    return points * 30e6 * daily / (2 * math.pi * BANDWIDTH_M**2)
