"""Pictures of the story's pages, taken by Chromium while the service answers.

Takes the office and a page's address, writes a PNG of few colours beside the page, so that it stays
small. The browser reaches nothing but 127.0.0.1.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from docs.month.office import Office

FOLDER = Path(__file__).resolve().parent
MOST_BYTES = 150_000
_COLOURS = 128
_READY_MS = 30_000
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@dataclass(frozen=True)
class _Frame:
    """Size of the window, pixels a CSS pixel, what of the page is taken ('' = what is seen)."""

    width: int
    height: int
    scale: float = 1.0
    part: str = ""


_FRAMES = {
    "map": _Frame(1180, 760),
    "slip": _Frame(794, 1123, part=".sheet"),
    "receipt": _Frame(390, 844, scale=1.5),
    "bulletin": _Frame(900, 660),
}


class Camera:
    """Takes the pictures of one telling.

    Parameters
    ----------
    browser
        Path of Chromium.
    office
        Whose pages.
    """

    def __init__(self, browser: str, office: Office) -> None:
        self._browser, self._office = browser, office

    def __call__(self, moment: str, who: str, path: str) -> None:
        """Take the picture of a page as one person sees it."""
        frame = _FRAMES[moment]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=self._browser, args=_FLAGS)
            page = browser.new_page(
                base_url=self._office.url,
                viewport={"width": frame.width, "height": frame.height},
                device_scale_factor=frame.scale,
            )
            page.set_default_timeout(_READY_MS)
            if who:
                _sign_in(page, who, self._office.passwords[who])
            page.goto(path)
            if moment == "map":
                _settle(page)
            taken = page.locator(frame.part).screenshot() if frame.part else page.screenshot()
            browser.close()
        _write(FOLDER / f"{moment}.png", taken)


def camera(browser: str) -> Callable[[Office], Camera]:
    """Give what makes a camera for an office."""
    return lambda office: Camera(browser, office)


def _sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/login")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/login" not in address)


def _settle(page: Page) -> None:
    page.wait_for_selector("html[data-ready]")
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        "() => [...document.querySelectorAll('img.leaflet-tile')].every((one) => one.complete)"
    )


def _write(path: Path, taken: bytes) -> None:
    with Image.open(io.BytesIO(taken)) as picture:
        small = picture.convert("RGB").quantize(
            _COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        small.save(path, optimize=True)
    size = path.stat().st_size
    print(f"docs/month/{path.name}: {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        raise ValueError(f"{path.name} has {size} bytes, more than {MOST_BYTES}: take less of it.")
