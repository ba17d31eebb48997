"""The two checks that make a map right, for any server: what disagrees, what is misplaced.

A point's class is read three times: from the pixels a person sees, from the value that the service
gives, and from the legend's bounds. A premises is looked for where web Mercator puts its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import Page

from tests.live.browser import Camera, class_at, dot_near, ink_of_premises, picture

POINTS = 30
_CLASSES = {"none": 0, "blue": 1, "yellow": 2, "orange": 3, "red": 4}


def disagreements(
    page: Page,
    server: Any,
    surface: str,
    shift: Callable[..., Any] | None = None,
    *,
    time: str = "now",
) -> list[str]:
    """Check 30 random points: pixel, value and legend; give what disagrees.

    A point is taken where the class is the same 1.5 pixels around it, so that half a pixel of
    rounding decides nothing. `shift` moves the places that are asked about, not the picture;
    `time` is the key of the moment whose map is shown.
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
            answer = client.get(
                f"/v1/surfaces/{surface}/value", params={"lon": lon, "lat": lat, "time": time}
            )
            said: dict[str, Any] = answer.json()
            return said

        while checked < POINTS:
            x, y = rng.uniform(60, camera.width - 60), rng.uniform(60, camera.height - 60)
            here = value_at(x, y)
            if here["class"] == "none" or _is_on_a_bound(here, lows) or _is_inked(seen, x, y):
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
    camera, ink = Camera.of(page), ink_of_premises(page)
    wrong = []
    for name, (lon, lat) in places.items():
        x, y = camera.pixel(lon, lat)
        if not (20 < x < camera.width - 20 and 20 < y < camera.height - 20):
            continue
        found = dot_near(ink, x, y)
        if found is None or math.hypot(found[0] - x, found[1] - y) > 2:
            wrong.append(f"{name}: {found} is not {x:.1f}, {y:.1f}")
    return wrong


def _is_inked(seen: np.ndarray, x: float, y: float) -> bool:
    """Say whether the park's edge, a line of ink, runs through where the class would be read."""
    row, col = math.floor(y), math.floor(x)
    patch = seen[row - 4 : row + 5, col - 4 : col + 5].astype(int)
    return bool((patch.sum(axis=2) < 150).any())
