"""What browser tests share: notes of what a page did, and eyes that read its pixels.

Helpers read the class and the dots of what a person sees, and compute where a place must be on the
screen from nothing but the map's centre and zoom. The fixtures are in `browser_fixtures`.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from geo_risk.published import RiskClass
from maps.palette import CLASS_COLOURS, rgb

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
READY_MS = 30_000
TAKEN_BACK = "taken back"
BARE = ("zones", "roads", "stations", "premises")
"""Layers that are switched off to see the surface alone."""


@dataclass
class Notes:
    """What happened in one context: addresses asked for, and errors of any kind."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    forgiven: tuple[str, ...] = ()

    def outside(self) -> list[str]:
        """Addresses that are neither on 127.0.0.1 nor inside the page."""
        return [
            one
            for one in self.requests
            if urlsplit(one).scheme not in {"data", "blob", "file"}
            and urlsplit(one).hostname != "127.0.0.1"
        ]

    def unforgiven(self) -> list[str]:
        """Errors that the test did not expect."""
        return [
            one
            for one in self.errors
            if not any(expected in one for expected in (*self.forgiven, TAKEN_BACK))
        ]


Browse = Callable[..., tuple[Page, Notes]]


def open_context(
    chromium: Browser,
    sign_ins: dict[tuple[str, str], Any],
    server: Any = None,
    role: str | None = None,
    **options: Any,
) -> tuple[Page, Notes]:
    """Open a page in a context of its own, signed in as a role if asked; the caller closes it."""
    options.setdefault("viewport", DESKTOP)
    if server is not None:
        options["base_url"] = server.url
    if role is not None:
        if (server.url, role) not in sign_ins:
            sign_ins[server.url, role] = _sign_in(chromium, server, role)
        options["storage_state"] = sign_ins[server.url, role]
    context = chromium.new_context(**options)
    notes = Notes()
    context.on("request", lambda request: notes.requests.append(request.url))
    context.on("requestfailed", lambda request: notes.errors.append(_failed(request)))
    context.on(
        "console",
        lambda message: (
            message.type in {"error", "warning"}
            and notes.errors.append(f"{message.type}: {message.text}")
        ),
    )
    context.on("weberror", lambda error: notes.errors.append(str(error.error)))
    page = context.new_page()
    page.set_default_timeout(READY_MS)
    return page, notes


def _failed(request: Any) -> str:
    """Describe a failed request; a tile that is no longer wanted is taken back, not failed."""
    if "ERR_ABORTED" in (request.failure or ""):
        return TAKEN_BACK
    return f"failed: {request.url} {request.failure}"


def _sign_in(chromium: Browser, server: Any, role: str) -> Any:
    name, password = server.logins[role]
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/login")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/login" not in address)
    state = context.storage_state()
    context.close()
    return state


def show_map(page: Page, path: str = "/") -> None:
    """Open a map page and wait until all of it is drawn."""
    page.goto(path)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the map is ready and its tiles are there."""
    page.wait_for_selector("html[data-ready]", timeout=READY_MS)
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        "() => [...document.querySelectorAll('img.leaflet-tile')].every((one) => one.complete)"
    )


def switch(page: Page, *layers: str, on: bool) -> None:
    """Switch layers by their boxes, where they are shown."""
    for layer in layers:
        box = page.locator(f"[data-layer={layer}]")
        if box.is_visible():
            box.set_checked(on)


def picture(page: Page) -> np.ndarray:
    """Give the map as a person sees it: (height, width, 3) of uint8, one pixel per CSS pixel."""
    shot = page.locator("#map_park").screenshot(animations="disabled")
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))


@dataclass(frozen=True)
class Camera:
    """Where places are on the screen: web Mercator by definition, from centre and zoom alone."""

    lon: float
    lat: float
    zoom: float
    width: float
    height: float

    @classmethod
    def of(cls, page: Page) -> Camera:
        """Read centre and zoom from the map."""
        said = page.evaluate(
            "() => { const c = map_park.getCenter(), s = map_park.getSize();"
            " return [c.lng, c.lat, map_park.getZoom(), s.x, s.y]; }"
        )
        return cls(*said)

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """Give x, y in the map's picture."""
        x0, y0 = self._world(self.lon, self.lat)
        x, y = self._world(lon, lat)
        return x - x0 + self.width / 2, y - y0 + self.height / 2

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Give longitude, latitude of a pixel."""
        x0, y0 = self._world(self.lon, self.lat)
        side = 256 * 2**self.zoom
        mercator = math.pi * (1 - 2 * (y0 + y - self.height / 2) / side)
        return (x0 + x - self.width / 2) / side * 360 - 180, math.degrees(
            math.atan(math.sinh(mercator))
        )

    def _world(self, lon: float, lat: float) -> tuple[float, float]:
        side = 256 * 2**self.zoom
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        return (lon + 180) / 360 * side, y * side


def class_at(seen: np.ndarray, x: float, y: float, reach: int = 4) -> RiskClass:
    """Give the class that most pixels around a place have, by the nearest colour of the palette.

    White, the colour of no class, counts as none: outside of the park.
    """
    col, row = math.floor(x), math.floor(y)
    patch = seen[row - reach : row + reach + 1, col - reach : col + reach + 1].reshape(-1, 3)
    known = [(RiskClass.NONE, (255, 255, 255))]
    known += [
        (risk_class, rgb(shade))
        for risk_class, colour in CLASS_COLOURS.items()
        for shade in {colour.fill, colour.line}
    ]
    colours = np.array([colour for _, colour in known], float)
    nearest = ((patch[:, None, :] - colours) ** 2).sum(axis=2).argmin(axis=1)
    votes = np.bincount([int(known[one][0]) for one in nearest], minlength=5)
    return RiskClass(int(votes.argmax()))


def ink_of_premises(page: Page) -> np.ndarray:
    """Give how much darker each pixel is for the premises: (height, width), from two pictures.

    Signs that stand on a dot are switched off, for they would hide it.
    """
    switch(page, "stations", "premises", on=False)
    without = picture(page).astype(int)
    switch(page, "premises", on=True)
    return np.clip(without - picture(page), 0, None).max(axis=2)


def dot_near(ink: np.ndarray, x: float, y: float, reach: int = 7) -> tuple[float, float] | None:
    """Give the centre of the ink around a place within reach, None where there is none.

    Pixels' centres are at half pixels.
    """
    left, top = math.floor(x) - reach, math.floor(y) - reach
    weight = ink[top : top + 2 * reach + 1, left : left + 2 * reach + 1].astype(float)
    if weight.sum() < 60:
        return None
    rows, cols = np.mgrid[0 : weight.shape[0], 0 : weight.shape[1]]
    return (
        float((weight * (cols + 0.5)).sum() / weight.sum() + left),
        float((weight * (rows + 0.5)).sum() / weight.sum() + top),
    )
