"""A map is right when pixel, value and legend say the same, and dots stand where they are.

At 30 random points the class of the screen's pixels is the class of the value there, and the class
that the legend's bounds give that value; premises are drawn within 2 pixels of their true place.
The same checks, made on a park whose file was declared in the wrong datum, fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo_risk.crs import gcj02_from_wgs84
from geo_risk.published import RiskClass
from tests.live.browser import BARE, Browse, class_at, dot_near, show_map, switch
from tests.live.map_truth import disagreements, misplaced
from tests.live.small_park import SmallPark, write_small_park

pytest_plugins = ("tests.live.browser_fixtures",)

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
    wrong = misplaced(page, park.places)
    assert len(wrong) > 10
    switch(page, *BARE, on=False)
    page.wait_for_timeout(300)
    assert disagreements(page, server, "inherent.consequence") == []
    assert len(disagreements(page, server, "inherent.consequence", gcj02_from_wgs84)) > 3


def test_the_eyes_of_these_tests_see_what_is_there() -> None:
    """A class is read from its own colours, a dot from ink; nothing is read from an empty place."""
    seen = np.full((40, 40, 3), 255, np.uint8)
    assert class_at(seen, 20, 20) is RiskClass.NONE
    seen[:, :20] = (232, 134, 46)
    assert class_at(seen, 10, 10) is RiskClass.ORANGE
    ink = np.zeros((40, 40), int)
    assert dot_near(ink, 20, 20) is None
    ink[30:33, 30:33] = 200
    assert dot_near(ink, 30, 31) == (31.5, 31.5)
