"""The main pages as pictures: few, small, and near enough to what stands in `golden/`.

The sample park with three months of history by a clock that stands still, a plan searched without
chance, Debian's Noto Sans CJK. A picture is kept at half its size in 64 colours; at most `FEW` of
its points may differ by more than `MUCH` of 255, which letters drawn by another release of the
browser do not reach, and a block that moved does. `make golden` draws them anew.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.live.browser import Browse, settle
from tests.live.conftest import Server

pytest_plugins = ("tests.live.browser_fixtures",)
pytestmark = pytest.mark.golden

FOLDER = Path(__file__).resolve().parent / "golden"
REDRAW = bool(os.environ.get("GEO_RISK_REDRAW_GOLDEN"))
NOW, MONDAY, MONTH = "2026-11-02T01:00:00+00:00", "2026-11-09", "2026-10"
FEW, MUCH = 0.03, 72
MOST_BYTES = 60_000
SIZES = {"phone": (390, 844), "tablet": (768, 1024), "desk": (1440, 900)}
PAGES = {
    "today": (f"/today?day={MONDAY}", ("phone", "tablet")),
    "map": ("/", ("desk", "tablet")),
    "plan": (f"/plan?week={MONDAY}", ("desk",)),
    "board": ("/cases/board", ("desk", "phone")),
    "index": (f"/index/{MONTH}", ("desk", "tablet")),
}
SHOTS = [(name, size) for name, (_, sizes) in PAGES.items() for size in sizes]


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, built_sample: Any, server_on: Any
) -> Iterator[Server]:
    """The sample park on the second of November, with a plan of the week that follows."""
    park = built_sample(3, tmp_path_factory.mktemp("golden"))
    with server_on(park, NOW) as one:
        with one.client("chief") as chief:
            asked = {"first_day": MONDAY, "days": 5, "seconds": 0}
            made = chief.post("/v1/plan", json=asked)
            assert made.status_code == 201, made.text
        yield one


@pytest.mark.parametrize(("name", "size"), SHOTS, ids=[f"{n}-{s}" for n, s in SHOTS])
def test_a_page_looks_as_it_did(server: Server, browse: Browse, name: str, size: str) -> None:
    """Within the tolerance; what is stored is small."""
    width, height = SIZES[size]
    page, _ = browse(server, "chief", viewport={"width": width, "height": height})
    page.clock.set_fixed_time(NOW)
    page.goto(PAGES[name][0])
    if name == "map":
        settle(page)
    page.evaluate("document.fonts.ready")
    shot = page.screenshot(animations="disabled", caret="hide")
    half = Image.open(io.BytesIO(shot)).convert("RGB").resize((width // 2, height // 2))
    file = FOLDER / f"{name}-{size}.png"
    if REDRAW:
        FOLDER.mkdir(exist_ok=True)
        half.quantize(64, dither=Image.Dither.NONE).save(file, optimize=True)
    assert file.is_file(), "draw it: make golden"
    assert file.stat().st_size <= MOST_BYTES
    kept = np.asarray(Image.open(file).convert("RGB"), int)
    seen = np.asarray(half, int)
    assert kept.shape == seen.shape
    away = (np.abs(kept - seen).max(axis=2) > MUCH).mean()
    assert away <= FEW, f"{away:.1%} of the points differ: look, then `make golden`"


def test_every_stored_picture_is_of_a_page() -> None:
    """None is left over, none is missing."""
    assert {one.stem for one in FOLDER.glob("*.png")} == {f"{name}-{size}" for name, size in SHOTS}
