"""The day's map: true to scale, every stop on it, numbers that do not cover one another."""

from __future__ import annotations

import itertools
import math
import re

import numpy as np
import pytest
import shapely
from pyproj import Geod

from maps.sketch import Pin, draw_sketch
from tests.unit.maps.plan_views import BOUNDARY

GEOD = Geod(ellps="WGS84")


def _pins(places: list[tuple[float, float]]) -> list[Pin]:
    return [Pin(n, lon, lat) for n, (lon, lat) in enumerate(places, 1)]


@pytest.mark.parametrize("seed", range(3))
def test_distances_on_the_map_are_those_of_the_ground(seed: int) -> None:
    """Measured by the scale bar, between any two stops, to 1 %."""
    rng = np.random.default_rng(seed)
    places = list(zip(rng.uniform(119.94, 119.99, 6), rng.uniform(30.52, 30.56, 6), strict=True))
    drawn = draw_sketch(BOUNDARY, [], [], [_pins(places)])
    for one, other in itertools.combinations(range(6), 2):
        a, b = drawn.pins[one], drawn.pins[other]
        length = math.dist((a.at_x, a.at_y), (b.at_x, b.at_y)) / drawn.bar_px * drawn.bar_m
        truth = GEOD.inv(*places[one], *places[other])[2]
        assert length == pytest.approx(truth, rel=0.01, abs=5)
        # north is up, east is right
        assert (a.at_x < b.at_x) == (places[one][0] < places[other][0])
        assert (a.at_y < b.at_y) == (places[one][1] > places[other][1])


def test_numbers_do_not_cover_one_another() -> None:
    """Twelve enterprises in one building: each number is read, and a line leads to the place."""
    drawn = draw_sketch(BOUNDARY, [], [], [_pins([(119.96, 30.54)] * 12 + [(119.97, 30.55)])])
    for a, b in itertools.combinations(drawn.pins, 2):
        assert math.dist((a.x, a.y), (b.x, b.y)) >= 24
    assert sum(one.moved for one in drawn.pins) == 11
    assert [one.number for one in drawn.pins] == list(range(1, 14))
    assert all(0 <= one.x <= drawn.width and 0 <= one.y <= drawn.height for one in drawn.pins)


def test_what_lies_outside_is_cut_off() -> None:
    """A road across the county does not make the page long."""
    road = shapely.LineString([(118, 30.54), (119.96, 30.54), (122, 30.54)])
    drawn = draw_sketch(BOUNDARY, [BOUNDARY], [road], [_pins([(119.96, 30.54)])])
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", drawn.roads)]
    assert numbers
    assert min(numbers) >= -5.1
    assert max(numbers) <= max(drawn.width, drawn.height) + 5.1


def test_each_shift_has_its_own_way() -> None:
    """Lunch is not a line; a shift of one stop has no way."""
    pins = _pins([(119.95, 30.53), (119.96, 30.54), (119.97, 30.55), (119.98, 30.53)])
    drawn = draw_sketch(BOUNDARY, [], [], [pins[:3], pins[3:]])
    assert len(drawn.ways) == 1
    assert len(drawn.ways[0].split()) == 3


def test_a_day_without_places_shows_the_park() -> None:
    """The boundary is drawn whole."""
    drawn = draw_sketch(BOUNDARY, [], [], [])
    assert drawn.pins == ()
    assert drawn.boundary.startswith("M")
