"""The way drawn on a map is the way that was timed."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import LineString, Point

from geo_risk.travel import TravelParams, make_roads, travel_between, way_between

PARAMS = TravelParams(walk_kmh=3.6, stop_s=0.0, drive_kmh=36.0)


def winding(seed: int) -> list[LineString]:
    """Thirty crooked roads over a square kilometre, most of them crossing some others."""
    rng = np.random.default_rng(seed)
    return [LineString(rng.uniform(0, 1000, (4, 2))) for _ in range(30)]


@pytest.mark.parametrize("seed", range(4))
def test_length_of_the_way_makes_its_time(seed: int) -> None:
    """At one speed, driven metres / speed + walked metres / pace = seconds."""
    lines = winding(seed)
    graph = make_roads(lines, [None] * 30, PARAMS)
    rng = np.random.default_rng(100 + seed)
    for origin, destination in rng.uniform(0, 1000, (25, 2, 2)):
        way = way_between(graph, tuple(origin), tuple(destination), PARAMS)
        told = travel_between(graph, origin, destination, PARAMS)
        assert way.seconds == told.seconds[0, 0]
        assert way.line.coords[0] == pytest.approx(tuple(origin))
        assert way.line.coords[-1] == pytest.approx(tuple(destination))
        if way.on_foot or way.straight:
            continue
        xy = np.array(way.line.coords)
        steps = np.hypot(*np.diff(xy, axis=0).T)
        walked = steps[0] + steps[-1]
        assert walked + steps[1:-1].sum() / 10 == pytest.approx(way.seconds, abs=1.0)
        middles = (xy[1:-2] + xy[2:-1]) / 2
        gaps = [min(line.distance(one) for line in lines) for one in map(Point, middles)]
        assert max(gaps) < 2.5


def test_two_places_on_one_edge_go_along_it() -> None:
    """No detour over the ends of the edge."""
    graph = make_roads([LineString([(0, 0), (500, 0), (500, 500)])], [36.0], PARAMS)
    way = way_between(graph, (400.0, 0.0), (500.0, 100.0), PARAMS)
    assert list(way.line.coords) == [(400, 0), (500, 0), (500, 100)]
    assert way.seconds == 20


def test_a_ring_is_left_by_the_shorter_side() -> None:
    """Both ends of a loop are one node: the shorter way round is taken."""
    ring = LineString([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    graph = make_roads([ring, LineString([(0, 0), (-300, 0)])], [36.0, 36.0], PARAMS)
    way = way_between(graph, (-100.0, 0.0), (0.0, 90.0), PARAMS)
    assert way.line.length == pytest.approx(190)
    assert way.seconds == 19


def test_without_a_road_the_line_is_straight() -> None:
    """Where nothing leads there, the line says so."""
    way = way_between(None, (0.0, 0.0), (3000.0, 4000.0))
    assert way.straight
    assert way.line.length == pytest.approx(5000)


def test_a_way_to_itself_is_no_way() -> None:
    """From a door to the same door: no time, and still a line to draw."""
    graph = make_roads([LineString([(0, 0), (500, 0)])], [None])
    way = way_between(graph, (30.0, 10.0), (30.0, 10.0))
    assert way.seconds == 0
    assert way.on_foot
