"""Values in a notebook show themselves: run in a kernel, opened in Chromium without any network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import Browser, Page

from tests.live.evil_park import EVERY

CELLS = (
    (
        "from geo_risk import open_park\nimport os\n"
        "park = open_park(os.environ['PARK'], state=os.environ['STATE'])"
    ),
    "park.surface()",
    "park.graded('risk.combined').explore(lang='en', height=600)",
    "zones = park.records('zones'); zones[zones.index != ''].explore('name')",
    (
        "premises = park.records('premises')\n"
        "premises['words'] = os.environ['WORDS']\n"
        "premises.explore('people', tooltip=['kind', 'words'], popup=True)"
    ),
    (
        "from geo_risk.store import Query\nfrom geo_risk.records import Actor, Role\n"
        "actor = Actor('a', Role.ANALYST, 'cli')\n"
        "park.store.find(Query('zones'), actor=actor)[0].record"
    ),
    "park.close()",
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, sample_park: Any) -> dict[int, str]:
    """Run the cells; give what each showed, as HTML."""
    folder = tmp_path_factory.mktemp("notebook")
    hook = folder / "hook"
    _fill_hook(hook)
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in CELLS])
    paths = os.pathsep.join((str(hook), str(Path(__file__).resolve().parents[2])))
    kernel = {
        **os.environ,
        "PYTHONPATH": paths,
        "PARK": str(sample_park.park_file),
        "STATE": str(sample_park.state_dir),
        "WORDS": EVERY,
    }
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(folder)}}).execute(
        env=kernel
    )
    return {
        n: out["data"]["text/html"]
        for n, cell in enumerate(book.cells)
        for out in cell.outputs
        if "text/html" in out.get("data", {})
    }


def _fill_hook(folder: Path) -> None:
    """Name `maps` as what draws, as an installed package does by its entry points."""
    known = folder / "geo_risk_display_of_tests-0.dist-info"
    known.mkdir(parents=True)
    (known / "METADATA").write_text("Metadata-Version: 2.1\nName: geo-risk-display-of-tests\n")
    (known / "entry_points.txt").write_text("[geo_risk.display]\nmaps = maps.explore:draw\n")


@pytest.fixture
def offline(chromium: Browser, tmp_path: Path) -> Iterator[Any]:
    """Open HTML as a notebook does, from disk, with the network cut off; note what is asked for."""
    context = chromium.new_context(offline=True, bypass_csp=False, viewport=None)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda said: said.type == "error" and errors.append(said.text))
    page.on("pageerror", lambda error: errors.append(str(error)))

    def open_html(text: str) -> tuple[Page, Any]:
        path = tmp_path / "笔记 本.html"
        path.write_text(f"<!doctype html><meta charset=utf-8><body>{text}", encoding="utf-8")
        page.goto(path.as_uri())
        frame = page.frame_locator("iframe")
        frame.locator("html[data-ready]").wait_for(state="attached", timeout=20_000)
        return page, frame

    yield open_html
    context.close()
    assert errors == []
    assert {one.split(":")[0] for one in asked} <= {"file", "data", "about"}


pytest_plugins = ("tests.live.browser_fixtures",)


def test_a_surface_shows_itself_and_a_press_gives_its_value(
    shown: dict[int, str], offline: Any
) -> None:
    """Legend with unit and period; the value under the pointer; nothing is asked for."""
    page, frame = offline(shown[1])
    legend = frame.locator("#legend").inner_text()
    assert "严重度分" in legend
    assert "时段" in legend
    assert frame.locator("canvas.leaflet-tile").count() > 0
    frame.locator("#map_park").click(position={"x": 300, "y": 120})
    frame.locator("#place h2").wait_for()
    assert page.locator("iframe").get_attribute("sandbox") == "allow-scripts"


def test_a_graded_surface_speaks_english_and_keeps_its_parts(
    shown: dict[int, str], offline: Any
) -> None:
    """The classes as published, and what a value is made of."""
    _, frame = offline(shown[2])
    assert "Combined risk" in frame.locator("h1").inner_text()
    box = frame.locator("#map_park").bounding_box()
    frame.locator("#map_park").click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    frame.locator("#place .parts .num").first.wait_for()


def test_frames_are_explored_in_the_manner_of_geopandas(
    shown: dict[int, str], offline: Any
) -> None:
    """Zones by name with a key; the columns under the pointer; a filtered frame is still ours."""
    page, frame = offline(shown[3])
    assert frame.locator("#legend li").count() > 3
    _hover_first(page, frame, "one.getBounds().getCenter()", "one.getBounds && one.feature")
    frame.locator(".leaflet-tooltip dd").first.wait_for()


def test_texts_in_tooltips_and_popups_run_nothing(shown: dict[int, str], offline: Any) -> None:
    """Every payload, under the pointer and at a press, in a frame that may run scripts."""
    page, frame = offline(shown[4])
    inside = next(one for one in page.frames if one != page.main_frame)
    x, y = _hover_first(page, frame, "one.getLatLng()", "one.getLatLng")
    frame.locator(".leaflet-tooltip dd").first.wait_for()
    assert "<img src=x" in frame.locator(".leaflet-tooltip").inner_text()
    frame.locator("#map_park").click(position={"x": x, "y": y})
    frame.locator(".leaflet-popup dd").first.wait_for()
    page.wait_for_timeout(100)
    assert inside.evaluate("window.hacked ?? null") is None
    assert page.evaluate("window.hacked ?? null") is None
    assert inside.evaluate("document.querySelectorAll('img,[onmouseover],[onload]').length") == 0


def _hover_first(page: Page, frame: Any, place: str, test: str) -> tuple[float, float]:
    """Move the pointer onto the first layer of a sort; give where it is on the map."""
    inside = next(one for one in page.frames if one != page.main_frame)
    x, y = inside.evaluate(
        f"() => {{ let at; map_park.eachLayer((one) => {{ if ({test}) at ??= {place}; }});"
        " const p = map_park.latLngToContainerPoint(at); return [p.x, p.y]; }"
    )
    frame.locator("#map_park").hover(position={"x": x - 3, "y": y})
    frame.locator("#map_park").hover(position={"x": x, "y": y})
    return x, y


def test_a_patrol_zone_shows_itself(shown: dict[int, str], offline: Any) -> None:
    """One record: its shape on a map."""
    _, frame = offline(shown[5])
    assert "1 条记录" in frame.locator("h1").inner_text()


def test_without_maps_a_plain_table_is_shown(sample_park: Any, monkeypatch: Any) -> None:
    """The library alone: facts in a table, escaped, and what to do where a map is asked for."""
    from geo_risk import display  # noqa: PLC0415
    from geo_risk.errors import InputError  # noqa: PLC0415

    monkeypatch.setattr(display, "drawer_there", lambda: None)
    with sample_park.open() as store:
        publication = store.publication()
    assert publication is not None
    surface = publication.surfaces[publication.main].surface
    text = surface._repr_html_()
    assert text.startswith("<table>")
    assert surface.unit.value in text
    with pytest.raises(InputError, match="Nothing that draws"):
        surface.explore()
