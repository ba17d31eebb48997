"""Travel times equal what a slow and plain computation gives, and hold the laws of a distance."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from shapely.geometry import LineString

from geo_risk.errors import InputError, TooLargeError
from geo_risk.travel import (
    HOLE,
    TravelCache,
    TravelParams,
    make_roads,
    measure_travel,
    travel_between,
)

SPACING, SIDE = 120.0, 4
PARAMS = TravelParams(drive_kmh=18.0, walk_kmh=3.6, stop_s=30.0, snap_m=100.0)


def lattice() -> tuple[list[LineString], list[float]]:
    """Streets every 120 m, four each way, each a line of its own; every second one is fast."""
    along = (SIDE - 1) * SPACING
    lines = [LineString([(0, n * SPACING), (along, n * SPACING)]) for n in range(SIDE)]
    lines += [LineString([(n * SPACING, 0), (n * SPACING, along)]) for n in range(SIDE)]
    return lines, [18.0 + 18.0 * (n % 2) for n in range(2 * SIDE)]


def some_places(many: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(-60, 420, many), rng.uniform(-60, 420, many)


def by_hand(east: np.ndarray, north: np.ndarray, params: TravelParams) -> np.ndarray:
    """Give the times of the lattice by Floyd's three loops over crossings, feet and doors."""
    lines, speeds = lattice()
    along = (SIDE - 1) * SPACING
    points = [(a * SPACING, b * SPACING) for a in range(SIDE) for b in range(SIDE)]
    feet = []
    for x, y in zip(east, north, strict=True):
        near = [  # the foot on each street, horizontal ones first
            *((min(max(x, 0), along), n * SPACING) for n in range(SIDE)),
            *((n * SPACING, min(max(y, 0), along)) for n in range(SIDE)),
        ]
        gaps = [np.hypot(x - a, y - b) for a, b in near]
        feet.append((near[int(np.argmin(gaps))], min(gaps)))
    points += [foot for foot, _ in feet]
    size = len(points)
    time = np.full((size, size), np.inf)
    for i, j in itertools.product(range(size), repeat=2):
        (a, b), (c, d) = points[i], points[j]
        for line, kmh in zip(lines, speeds, strict=True):
            (x0, y0), (x1, y1) = line.coords
            if all(x0 <= p <= x1 and y0 <= q <= y1 for p, q in (points[i], points[j])):
                time[i, j] = min(time[i, j], (abs(a - c) + abs(b - d)) / (kmh / 3.6))
    for k in range(size):
        time = np.minimum(time, time[:, k, None] + time[None, k])
    doors = time[SIDE**2 :, SIDE**2 :]
    gaps = np.array([gap for _, gap in feet])
    doors = doors + (gaps[:, None] + gaps) / params.walk_m_s + params.stop_s
    away = np.hypot(east[:, None] - east, north[:, None] - north)
    doors = np.minimum(doors, away * params.straight_factor / params.walk_m_s)
    doors = np.ceil(doors - 1e-6)
    for k in range(len(east)):
        doors = np.minimum(doors, doors[:, k, None] + doors[None, k])
    return doors


@pytest.mark.parametrize("seed", range(3))
def test_times_equal_floyd_over_crossings_and_feet(seed: int) -> None:
    """Thirty places on a lattice of streets: every time is the one of the plain computation."""
    east, north = some_places(30, seed)
    found = measure_travel(make_roads(*lattice(), PARAMS), east, north, PARAMS)
    np.testing.assert_array_equal(found.seconds, by_hand(east, north, PARAMS))
    assert found.seconds.dtype == np.int32
    assert not found.straight.any()
    assert found.notes == ()


def check_laws(seconds: np.ndarray) -> None:
    assert (np.diag(seconds) == 0).all()
    np.testing.assert_array_equal(seconds, seconds.T)
    for over in range(len(seconds)):
        assert (seconds <= seconds[:, over, None] + seconds[None, over]).all()


@pytest.mark.parametrize("snap_m", [0.0, 10.0, 30.0])
def test_laws_of_a_distance_hold_where_places_are_off_the_roads_too(snap_m: float) -> None:
    """Nothing on the diagonal, the same both ways, no way longer than over a third place."""
    params = TravelParams(snap_m=snap_m)
    found = measure_travel(make_roads(*lattice()), *some_places(40, 7), params)
    check_laws(found.seconds)
    assert found.straight.any()
    assert found.notes == ("off_road",)


def test_relabelling_places_changes_nothing() -> None:
    """Places in another order have the same times in that order."""
    graph = make_roads(*lattice())
    east, north = some_places(25, 1)
    order = np.random.default_rng(0).permutation(25)
    found = measure_travel(graph, east, north)
    again = measure_travel(graph, east[order], north[order])
    np.testing.assert_array_equal(again.seconds, found.seconds[np.ix_(order, order)])


def test_moving_along_a_road_adds_length_by_speed() -> None:
    """Ninety metres at 36 km/h are nine seconds, on any edge and across crossings."""
    graph = make_roads(
        [LineString([(0, 0), (1000, 0)]), LineString([(500, -9), (500, 9)])], [36] * 2
    )
    params = TravelParams(walk_kmh=0.001)
    east = np.arange(50.0, 1000.0, 90.0)
    found = measure_travel(graph, east, np.zeros(len(east)), params).seconds
    steps = np.abs(np.arange(len(east))[:, None] - np.arange(len(east)))
    np.testing.assert_array_equal(found, np.where(steps > 0, 60 + 9 * steps, 0))


def test_double_speed_halves_driving() -> None:
    """Without stops and walks, twice the speed takes half the time."""
    params = TravelParams(stop_s=0, walk_kmh=1e-3)
    lines, speeds = lattice()
    t = np.linspace(0, 360, 31)
    slow = measure_travel(make_roads(lines, speeds), t, np.zeros(31), params).seconds
    fast = measure_travel(make_roads(lines, [2 * v for v in speeds]), t, np.zeros(31), params)
    assert np.abs(fast.seconds - slow / 2).max() <= 1


def test_a_short_way_is_walked() -> None:
    """Two doors ten metres apart: nobody drives; far from the road too."""
    graph = make_roads([LineString([(0, 0), (1000, 0)])], [None])
    params = TravelParams(walk_kmh=3.6, straight_factor=1.2)
    found = measure_travel(graph, [500.0, 510.0], [100.0, 100.0], params)
    assert found.seconds[0, 1] == 12
    assert not found.straight.any()


def test_without_roads_the_way_is_straight_and_says_so() -> None:
    """A kilometre at 36 km/h, 1.5 times as long as the crow flies, and a minute to park."""
    params = TravelParams(drive_kmh=36.0, straight_factor=1.5)
    found = measure_travel(None, [0.0, 600.0], [0.0, 800.0], params)
    assert found.seconds[0, 1] == 150 + 60
    assert found.straight.tolist() == [[False, True], [True, False]]
    assert found.notes == ("no_roads",)


def test_parts_that_are_not_connected_are_joined_by_straight_lines() -> None:
    """Two roads with a river between: within each as usual, across it straight."""
    banks = [LineString([(0, 0), (1000, 0)]), LineString([(0, 300), (1000, 300)])]
    graph = make_roads(banks, [None, None])
    found = measure_travel(graph, [0.0, 900.0, 0.0], [0.0, 0.0, 300.0])
    assert found.straight.tolist() == [
        [False, False, True],
        [False, False, True],
        [True, True, False],
    ]
    assert found.notes == ("not_connected",)
    check_laws(found.seconds)


def test_holes_are_left_where_asked_for() -> None:
    """A place off the roads has no way at all; those on it keep theirs."""
    graph = make_roads([LineString([(0, 0), (1000, 0)])], [None])
    places = ([0.0, 900.0, 500.0], [0.0, 0.0, 900.0])
    found = measure_travel(graph, *places, holes=True)
    assert (found.seconds == HOLE).tolist() == found.straight.tolist()
    assert found.seconds[0, 2] == HOLE
    assert found.seconds[0, 1] > 0
    assert found.notes == ("off_road",)


def test_all_on_one_point_take_no_time() -> None:
    """Tenants of one building need not drive."""
    found = measure_travel(make_roads(*lattice()), np.full(5, 130.0), np.full(5, 44.0))
    assert (found.seconds == 0).all()
    assert not found.straight.any()


def test_no_places_and_one_place() -> None:
    """Nothing to measure is an empty table."""
    assert measure_travel(None, [], []).seconds.shape == (0, 0)
    assert measure_travel(make_roads(*lattice()), [], []).seconds.shape == (0, 0)
    assert measure_travel(None, [5.0], [5.0]).seconds.tolist() == [[0]]


def test_between_equals_the_whole_table_where_nothing_is_shorter_over_a_third() -> None:
    """Some to others gives the same pairs, and never less."""
    graph = make_roads(*lattice())
    east, north = some_places(30, 5)
    whole = measure_travel(graph, east, north).seconds
    part = travel_between(graph, (east[:10], north[:10]), (east[10:], north[10:])).seconds
    assert part.shape == (10, 20)
    assert (part >= whole[:10, 10:]).all()
    assert (part == whole[:10, 10:]).mean() > 0.9


def test_places_without_coordinates_are_named() -> None:
    """NaN, or not as many northings as eastings, is told with the row."""
    with pytest.raises(InputError, match="1 of 2 places have no coordinates, the first is row 1"):
        measure_travel(None, [0.0, np.nan], [0.0, 0.0])
    with pytest.raises(InputError, match="one of each"):
        measure_travel(None, [0.0, 1.0], [0.0])


def test_too_many_places_are_refused_with_a_way_out() -> None:
    """A table of a whole city is not made."""
    with pytest.raises(TooLargeError, match="zone by zone"):
        measure_travel(None, np.zeros(8001), np.zeros(8001))


@pytest.mark.parametrize(
    "bad", [{"drive_kmh": 0}, {"straight_factor": 0.9}, {"stop_s": -1}, {"snap_m": float("nan")}]
)
def test_parameters_that_cannot_hold_are_refused(bad: dict[str, float]) -> None:
    """No speed, a way shorter than the straight line, negative seconds."""
    with pytest.raises(InputError, match=next(iter(bad))):
        TravelParams(**bad)


def test_a_cache_measures_once_and_notices_every_change() -> None:
    """The same table is the same object; other roads, places or parameters are another."""
    cache = TravelCache(most=3)
    graph, other = make_roads(*lattice()), make_roads(lattice()[0], [None] * 8)
    east, north = some_places(10, 2)
    first = cache.measure(graph, east, north)
    assert cache.measure(make_roads(*lattice()), east.tolist(), north) is first
    assert not first.seconds.flags.writeable
    for changed in (
        cache.measure(other, east, north),
        cache.measure(graph, east + 1, north),
        cache.measure(graph, east, north, TravelParams(stop_s=0)),
        cache.measure(graph, east, north, holes=True),
    ):
        assert changed is not first
    assert len(cache) == 3
