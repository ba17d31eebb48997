"""Lines as somebody drew them become roads that meet where roads meet."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import from_wkt
from shapely.geometry import LineString, MultiLineString, Point

from geo_risk.errors import InputError
from geo_risk.travel import RoadGraph, TravelParams, make_roads

EAST_WEST = LineString([(0, 50), (100, 50)])
SOUTH_NORTH = LineString([(50, 0), (50, 100)])


def graph_of(*lines, speeds=None, **params) -> RoadGraph:
    graph = make_roads(lines, speeds or [None] * len(lines), TravelParams(**params))
    assert graph is not None
    return graph


def parts(graph: RoadGraph) -> int:
    return len(set(graph.part.tolist()))


def test_roads_that_cross_meet_without_a_shared_vertex() -> None:
    """Two lines that cross become four edges around one node."""
    graph = graph_of(EAST_WEST, SOUTH_NORTH)
    assert sorted(graph.length_m) == pytest.approx([50.0] * 4)
    assert len(graph.nodes) == 5
    assert np.bincount(graph.edges.ravel()).max() == 4
    assert parts(graph) == 1


def test_an_end_on_a_line_meets_it() -> None:
    """A T-junction drawn without a vertex on the main road is a junction."""
    graph = graph_of(EAST_WEST, LineString([(30, 50), (30, 90)]))
    assert sorted(graph.length_m) == pytest.approx([30.0, 40.0, 70.0])
    assert parts(graph) == 1


@pytest.mark.parametrize("gap", [0.4, 1.0, 1.9])
def test_a_small_gap_is_bridged_by_its_own_length(gap: float) -> None:
    """An end that misses another road by a metre meets it; no length is lost or made up."""
    graph = graph_of(EAST_WEST, LineString([(30, 50 + gap), (30, 90)]))
    assert parts(graph) == 1
    assert graph.length_m.sum() == pytest.approx(100 + 40)


def test_a_wide_gap_stays_a_gap() -> None:
    """Roads three metres apart were not meant to meet."""
    assert parts(graph_of(EAST_WEST, LineString([(30, 53), (30, 90)]))) == 2


def test_an_end_that_overshoots_meets() -> None:
    """A line drawn a metre too far crosses, and is joined there."""
    graph = graph_of(EAST_WEST, LineString([(30, 49), (30, 90)]))
    assert parts(graph) == 1


def test_a_doubled_line_counts_once_and_the_faster_speed_holds() -> None:
    """The same road twice, once backwards, is one edge."""
    graph = graph_of(EAST_WEST, LineString(EAST_WEST.coords[::-1]), speeds=[20.0, 40.0])
    assert len(graph.edges) == 1
    assert graph.seconds == pytest.approx([100 / (40 / 3.6)])


def test_a_shared_stretch_is_shared() -> None:
    """Two lines that run on top of each other for a while meet at both ends of it."""
    graph = graph_of(EAST_WEST, LineString([(40, 90), (40, 50), (70, 50), (70, 90)]))
    assert parts(graph) == 1
    assert sorted(graph.length_m) == pytest.approx([30.0, 30.0, 30.0, 40.0, 40.0, 40.0])


def test_a_loop_is_joined_and_an_eight_crosses_itself() -> None:
    """A ring on a road, and a line that crosses itself, are joined up."""
    ring = LineString([(100, 50), (140, 50), (140, 90), (100, 90), (100, 50)])
    assert parts(graph_of(EAST_WEST, ring)) == 1
    eight = LineString([(0, 0), (100, 100), (100, 0), (0, 100)])
    crossing = graph_of(eight)
    at = np.hypot(*(crossing.nodes - 50.0).T).argmin()
    assert crossing.nodes[at] == pytest.approx([50, 50])
    assert np.bincount(crossing.edges.ravel())[at] == 4


def test_many_lines_are_taken_apart() -> None:
    """A MultiLineString counts as its parts."""
    one = MultiLineString([EAST_WEST.coords, SOUTH_NORTH.coords])
    assert graph_of(one).digest == graph_of(EAST_WEST, SOUTH_NORTH).digest


def test_relabelling_the_roads_changes_nothing() -> None:
    """Order and direction of the lines do not matter."""
    rng = np.random.default_rng(3)
    lines = [LineString(rng.uniform(0, 100, (3, 2))) for _ in range(12)]
    speeds = rng.uniform(10, 60, 12).tolist()
    order = rng.permutation(12)
    turned = [LineString(lines[n].coords[:: rng.choice([-1, 1])]) for n in order]
    first = make_roads(lines, speeds)
    second = make_roads(turned, [speeds[n] for n in order])
    assert first is not None
    assert second is not None
    assert first.digest == second.digest


def test_no_length_is_no_road() -> None:
    """No lines, empty lines and lines of one point give no graph."""
    point = LineString([(1, 1), (1, 1)])
    assert make_roads([], []) is None
    assert make_roads([LineString(), point], [None, 30.0]) is None


def test_a_speed_that_is_none_is_the_default() -> None:
    """None, zero, less and NaN mean that nobody knows."""
    for speed in (None, 0.0, -5.0, float("nan")):
        graph = graph_of(EAST_WEST, speeds=[speed], drive_kmh=36.0)
        assert graph.seconds == pytest.approx([10.0])


def test_what_is_no_road_is_refused() -> None:
    """A point, a corner that is nowhere, and too few speeds are named."""
    with pytest.raises(InputError, match="Road 0 is a Point"):
        make_roads([Point(0, 0)], [None])  # type: ignore[list-item]
    with np.errstate(invalid="ignore"):
        lost = from_wkt("LINESTRING (0 0, NaN 1, 3 3)")
    with pytest.raises(InputError, match="nowhere"):
        make_roads([lost], [None])
    with pytest.raises(InputError, match="1 roads and 0 speeds"):
        make_roads([EAST_WEST], [])
