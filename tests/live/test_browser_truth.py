"""A map is right when pixel, value and legend say the same, and dots stand where they are.

At 30 random points the class of the screen's pixels is the class of the value there, and the class
that the legend's bounds give that value; premises are drawn within 2 pixels of their true place.
The same checks, made on a park whose file was declared in the wrong datum, fail.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from geo_risk.crs import gcj02_from_wgs84
from geo_risk.published import RiskClass
from tests.live.browser import BARE, Browse, Camera, class_at, dot_near, picture, show_map, switch
from tests.live.small_park import SmallPark, write_small_park

pytest_plugins = ("tests.live.browser_fixtures",)

POINTS = 30
_CLASSES = {"none": 0, "blue": 1, "yellow": 2, "orange": 3, "red": 4}
Serve = Callable[[Any], AbstractContextManager[Any]]


@pytest.fixture(scope="module")
def serve_small(
    tmp_path_factory: pytest.TempPathFactory, sample_park: Any, server_on: Serve
) -> Iterator[Callable[[str], tuple[SmallPark, Any]]]:
    """Build and serve the small park with its enterprises declared in a datum."""
    running: dict[str, tuple[SmallPark, Any, AbstractContextManager[Any]]] = {}

    def start(declared: str) -> tuple[SmallPark, Any]:
        if declared not in running:
            folder: Path = tmp_path_factory.mktemp(f"small-{declared}")
            park = write_small_park(folder / "park", declared=declared)
            built = type(sample_park)(park.park_file, folder / "state")
            built.build()
            serving = server_on(built)
            running[declared] = (park, serving.__enter__(), serving)
        return running[declared][:2]

    yield start
    for _, _, serving in running.values():
        serving.__exit__(None, None, None)


def disagreements(
    page: Page, server: Any, surface: str, shift: Callable[..., Any] | None = None
) -> list[str]:
    """Check 30 random points: pixel, value and legend; give what disagrees.

    A point is taken where the class is the same 1.5 pixels around it, so that half a pixel of
    rounding decides nothing. `shift` moves the places that are asked about, not the picture.
    """
    camera, seen = Camera.of(page), picture(page)
    lows = {
        one.get_attribute("data-class"): float(one.get_attribute("data-low") or -math.inf)
        for one in page.locator("#legend [data-class]").all()
    }
    rng = np.random.default_rng(30)
    wrong: list[str] = []
    checked, seen_classes = 0, set()
    with server.client("chief") as client:

        def value_at(x: float, y: float) -> dict[str, Any]:
            lon, lat = camera.place(x, y)
            if shift is not None:
                lon, lat = (float(one) for one in shift(lon, lat))
            answer = client.get(f"/v1/surfaces/{surface}/value", params={"lon": lon, "lat": lat})
            said: dict[str, Any] = answer.json()
            return said

        while checked < POINTS:
            x, y = rng.uniform(60, camera.width - 60), rng.uniform(60, camera.height - 60)
            here = value_at(x, y)
            if here["class"] == "none" or _is_on_a_bound(here, lows):
                continue
            around = [value_at(x + dx, y + dy) for dx, dy in ((-2, 0), (2, 0), (0, -2), (0, 2))]
            if {one["class"] for one in around} != {here["class"]}:
                continue
            checked += 1
            seen_classes.add(here["class"])
            on_screen = class_at(seen, x, y, reach=2)
            by_legend = max(
                (key for key, low in lows.items() if here["value"] >= low),
                key=lambda key: lows[key],
            )
            if not int(on_screen) == _CLASSES[here["class"]] == _CLASSES[by_legend]:
                wrong.append(f"{x:.0f},{y:.0f}: {on_screen!r}, {here['class']}, {by_legend}")
    assert len(seen_classes) > 1
    return wrong


def _is_on_a_bound(here: dict[str, Any], lows: dict[str | None, float]) -> bool:
    """Say whether the printed value is too near a bound to tell on which side the value lies."""
    return any(abs(here["value"] - low) <= 10 ** -here["decimals"] for low in lows.values())


def misplaced(page: Page, places: dict[str, tuple[float, float]]) -> list[str]:
    """Check where premises are drawn: give those further than 2 pixels from their true place."""
    camera, seen = Camera.of(page), picture(page)
    wrong = []
    for name, (lon, lat) in places.items():
        x, y = camera.pixel(lon, lat)
        if not (20 < x < camera.width - 20 and 20 < y < camera.height - 20):
            continue
        found = dot_near(seen, x, y)
        if found is None or math.hypot(found[0] - x, found[1] - y) > 2:
            wrong.append(f"{name}: {found} is not {x:.1f}, {y:.1f}")
    return wrong


@pytest.mark.parametrize("surface", ["risk.combined", "intensity.hazard"])
def test_pixel_value_and_legend_agree_at_random_points(
    sample_server: Any, browse: Browse, surface: str
) -> None:
    """What a person sees, what the value says and what the legend says are one class."""
    page, _ = browse(sample_server, "chief")
    show_map(page, f"/#surface={surface}&at=16,30.5393,119.9692")
    switch(page, *BARE, on=False)
    page.wait_for_timeout(300)
    assert disagreements(page, sample_server, surface) == []


def test_they_agree_between_two_whole_zooms_as_well(sample_server: Any, browse: Browse) -> None:
    """Where tiles are scaled to fit the park to its room, classes stay where they are."""
    page, _ = browse(sample_server, "chief")
    show_map(page, "/#surface=risk.combined&at=15.5,30.5393,119.9692")
    switch(page, *BARE, on=False)
    page.wait_for_timeout(300)
    assert disagreements(page, sample_server, "risk.combined") == []


def test_premises_of_a_shifted_source_are_drawn_where_they_are(
    serve_small: Callable[[str], tuple[SmallPark, Any]], browse: Browse
) -> None:
    """A file in GCJ-02, declared so: every dot within 2 pixels of its true WGS-84 place."""
    park, server = serve_small("gcj02")
    page, _ = browse(server, "chief")
    show_map(page)
    switch(page, "surface", "zones", "roads", "stations", on=False)
    page.wait_for_timeout(300)
    assert misplaced(page, park.places) == []
    page.evaluate("map_park.setZoom(17)")
    page.wait_for_timeout(500)
    assert misplaced(page, park.places) == []


def test_a_park_shifted_by_gcj02_fails_both_checks(
    serve_small: Callable[[str], tuple[SmallPark, Any]], browse: Browse
) -> None:
    """The same file declared as WGS-84: the checks of this module find it out."""
    park, server = serve_small("wgs84")
    page, _ = browse(server, "chief")
    show_map(page, "/#at=16,30.5290,119.9813")
    switch(page, "surface", "zones", "roads", "stations", on=False)
    page.wait_for_timeout(300)
    wrong = misplaced(page, park.places)
    assert len(wrong) > 10
    switch(page, "premises", on=False)
    switch(page, "surface", on=True)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    assert disagreements(page, server, "inherent.consequence") == []
    assert len(disagreements(page, server, "inherent.consequence", gcj02_from_wgs84)) > 3


def test_the_eyes_of_these_tests_see_what_is_there() -> None:
    """A class is read from its own colours, a dot from ink; nothing is read from an empty place."""
    seen = np.full((40, 40, 3), 255, np.uint8)
    assert class_at(seen, 20, 20) is RiskClass.NONE
    assert dot_near(seen, 20, 20) is None
    seen[:, :20] = (232, 134, 46)
    seen[30:33, 30:33] = (21, 32, 43)
    assert class_at(seen, 10, 10) is RiskClass.ORANGE
    assert dot_near(seen, 30, 31) == (31.5, 31.5)
