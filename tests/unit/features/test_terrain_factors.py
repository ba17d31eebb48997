"""Terrain factors: distance and density written out, and what the deny-list keeps away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely.geometry import LineString

from geo_risk.crs import unproject_geometry
from geo_risk.errors import InputError
from geo_risk.features.inputs import ParkInputs
from geo_risk.features.proximity import measure_sites
from geo_risk.features.terrain_factors import (
    MOST_KINDS,
    Layer,
    industry_section,
    measure_layers,
    measure_terrain_factors,
)
from geo_risk.park import parse_park
from geo_risk.records import Enterprise, Premises, PremisesKind, Road, Station

PARK = """
[park]
id = "square"
name = "方园"
crs = "EPSG:4549"
cell_m = 50
boundary = { file = "boundary.geojson", datum = "wgs84" }
"""


def layer(square: Any, points: Any, weight: Any = 1.0) -> Layer:
    west, south = square.outline.bounds[:2]
    at = np.asarray(points, dtype=float)
    return Layer(at[:, 0] + west, at[:, 1] + south, np.broadcast_to(weight, len(at)).astype(float))


def stretched(values: Any) -> Any:
    low = np.quantile(values, 0.05)
    high = np.quantile(values[values > low + 1e-12], 0.95)
    return np.clip((values - low) / (high - low), 0, 1)


def measured(square: Any, **records: Any) -> Any:
    inputs = ParkInputs(
        parse_park(PARK, Path("/nowhere/park.toml")),
        unproject_geometry(square.outline, square.crs),
        **records,
    )
    sites = measure_sites(
        enterprises=inputs.enterprises,
        premises=inputs.premises,
        population=(),
        boundary=inputs.outline,
        crs=square.crs,
        as_of=square.as_of,
    )
    return measure_terrain_factors(
        inputs, sites, square.grid, square.inside, reaches_m=(200.0,), as_of=square.as_of
    )


def test_near_and_dense_equal_their_definitions(square: Any) -> None:
    """Over all pairs of cell and place, then stretched between two quantiles."""
    points = [[110, 120], [480, 510], [490, 770], [920, 60]]
    factors = measure_layers(
        {"shop": layer(square, points)}, square.grid, square.inside, (150.0, 400.0)
    )
    east, north = (axis[square.inside] for axis in square.grid.centres())
    west, south = square.outline.bounds[:2]
    exact = np.array([np.hypot(east - west - x, north - south - y) for x, y in points])
    # For density a place is at its cell's centre: every point here is 25 m from a corner or less.
    centre = (np.array(points) // 50 + 0.5) * 50
    binned = np.array([np.hypot(east - west - x, north - south - y) for x, y in centre])
    for reach in (150.0, 400.0):
        near = np.maximum(0, 1 - exact.min(axis=0) / reach)
        dense = np.maximum(0, 1 - binned / reach).sum(axis=0)
        dense = np.log1p(dense / np.median(dense[dense > 0]))
        for name, oracle in (("near", near), ("dense", dense)):
            column = factors.values[:, factors.names.index(f"{name}.shop.{reach:g}m")]
            np.testing.assert_allclose(column, stretched(oracle), atol=1e-7)


def test_every_factor_runs_from_nothing_to_all(square: Any) -> None:
    """0 to 1, with cells at both ends; one row per cell, one kind per column."""
    rng = np.random.default_rng(0)
    factors = measure_layers(
        {"a": layer(square, rng.uniform(0, 1000, (5, 2))),
         "b": replace(layer(square, rng.uniform(0, 1000, (40, 2)), 3.0), near=False)},
        square.grid, square.inside, (100.0, 300.0),
    )  # fmt: skip
    assert factors.values.shape == (square.inside.sum(), len(factors.names))
    assert len(factors.kinds) == len(factors.names) == len(set(factors.names)) == 6
    np.testing.assert_array_equal(factors.values.min(axis=0), 0.0)
    np.testing.assert_array_equal(factors.values.max(axis=0), 1.0)


@pytest.mark.parametrize("name", ["dormitory", "宿舍", "station.new_resident", "语言服务"])
def test_a_layer_on_the_deny_list_is_refused(square: Any, name: str) -> None:
    """A dormitory's layer, or one named after residents or languages, is an error."""
    points = layer(square, [[100, 100], [200, 200], [300, 300]])
    with pytest.raises(InputError, match="person attribute"):
        measure_layers({name: points}, square.grid, square.inside, (200.0,))


def test_dormitories_and_new_residents_stations_become_no_factor(square: Any) -> None:
    """Four of each are in the records; the factors are those of a park without them."""
    at = [(100 + 200 * k, 300 + 100 * k) for k in range(4)]
    plants = [Premises(id=f"p{k}", kind=PremisesKind.PLANT, **square.degrees(*xy))
              for k, xy in enumerate(at)]  # fmt: skip
    dormitories = [Premises(id=f"d{k}", kind=PremisesKind.DORMITORY, **square.degrees(y, x))
                   for k, (x, y) in enumerate(at)]  # fmt: skip
    police = [Station(id=f"s{k}", type="police", **square.degrees(*xy)) for k, xy in enumerate(at)]
    homes = [Station(id=f"n{k}", type="new_resident", **square.degrees(y, x))
             for k, (x, y) in enumerate(at)]  # fmt: skip
    with_them = measured(square, premises=plants + dormitories, stations=police + homes)
    without = measured(square, premises=plants, stations=police)
    assert with_them.names == without.names
    np.testing.assert_array_equal(with_them.values, without.values)
    assert {"premises.plant", "station.police", "people"} <= set(without.kinds)


def test_roads_industries_and_grave_sites_are_kinds_of_places(square: Any) -> None:
    """Roads by class, premises by their enterprise's section, class 3 and 4 together."""
    line = LineString([square.outline.bounds[:2], square.outline.bounds[2:]])
    road = Road(id="r", geometry=unproject_geometry(line, square.crs), road_class="main")
    premises = [
        Premises(
            id=f"p{k}", enterprise_id=f"e{k}", inherent_class=3, **square.degrees(100 * k + 50, 500)
        )
        for k in range(5)
    ]
    enterprises = [Enterprise(id=f"e{k}", industry="C2614") for k in range(5)]
    factors = measured(square, premises=premises, enterprises=enterprises, roads=[road])
    assert {"road.main", "industry.C", "class.3_and_4"} <= set(factors.kinds)
    near = factors.values[:, factors.names.index("near.road.main.200m")]
    grid = np.full(square.grid.shape, np.nan)
    grid[square.inside] = near
    assert np.diag(grid[::-1]).min() > 0.95
    assert grid[0, 0] == 0.0


def test_what_no_longer_holds_is_no_place(square: Any) -> None:
    """A premises that closed before the as-of is not counted."""
    open_ = [Premises(id=f"p{k}", **square.degrees(100 + 90 * k, 400)) for k in range(4)]
    shut = [
        Premises(id=f"q{k}", valid_to=square.days_ago(1), **square.degrees(500, 100 + 90 * k))
        for k in range(4)
    ]
    np.testing.assert_array_equal(
        measured(square, premises=open_ + shut).values, measured(square, premises=open_).values
    )


def test_rare_kinds_are_left_out_and_common_ones_are_capped_in_number(square: Any) -> None:
    """Two places are no kind; of thirty kinds the twenty with the most places enter."""
    rng = np.random.default_rng(1)
    layers = {f"k{n:02d}": layer(square, rng.uniform(0, 1000, (n, 2))) for n in range(1, 31)}
    kinds = set(measure_layers(layers, square.grid, square.inside, (200.0,)).kinds)
    assert kinds == {f"k{n:02d}" for n in range(31 - MOST_KINDS, 31)}


def test_a_park_without_places_has_no_factors(square: Any) -> None:
    """No columns, and still one row per cell."""
    assert measured(square).values.shape == (square.inside.sum(), 0)


def test_places_far_outside_the_park_are_factors_of_nothing(square: Any) -> None:
    """All beyond reach: columns of 0, never NaN."""
    far = layer(square, [[9e4, 9e4], [9e4, 8e4], [8e4, 9e4]])
    factors = measure_layers({"far": far}, square.grid, square.inside, (200.0,))
    np.testing.assert_array_equal(factors.values, 0.0)


def test_reach_below_a_cell_is_a_cell_and_none_is_refused(square: Any) -> None:
    """A reach of 10 m sees what one of a cell sees; one of 0 or NaN is an error."""
    some = {"shop": layer(square, [[100, 100], [200, 200], [300, 300]])}
    names = measure_layers(some, square.grid, square.inside, (10.0,)).names
    assert names == ("dense.shop.50m", "near.shop.50m")
    for reach in (0.0, float("nan")):
        with pytest.raises(InputError, match="above 0"):
            measure_layers(some, square.grid, square.inside, (reach,))


@pytest.mark.parametrize(
    ("text", "section"),
    [("C2614", "C"), ("2614", "C"), ("26", "C"), ("C26 化学原料", "C"),
     ("F", "F"), ("51", "F"), ("99", ""), ("", ""), ("Liquor Licence", "liquor_licence"),
     ("Grocery Store", "grocery_store"), ("C1 something", "C")],
)  # fmt: skip
def test_industries_are_told_by_section(text: str, section: str) -> None:
    """Codes of GB/T 4754 by their letter or division; other names stand for themselves."""
    assert industry_section(text) == section
