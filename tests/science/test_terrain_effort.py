"""Risk terrain against the sample's truth: looks as exposure bring it nearer, and invent nothing.

The truth is the terrain fitted to the true intensity itself. What is on record is fitted twice:
with how much was looked as exposure, and without. The short form takes some seeds, the long twenty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.worlds import World, fit_corrected, make_world, with_effort_in
from data.sample_park import simulate
from geo_risk.features.terrain_factors import Layer, TerrainFactors, measure_layers
from geo_risk.surfaces.count_models import fit_counts
from geo_risk.surfaces.looked import measure_looked
from geo_risk.surfaces.terrain import Terrain, fit_terrain

if TYPE_CHECKING:
    from data.sample_park import Park

FAVOURED = (0, 2, 4, 6, 8)
"""Zones where three in four visits are made, in the tests of planted places."""
MONTHS = 24.0
REACHES_M = (100.0, 200.0, 400.0)


@dataclass(frozen=True)
class Told:
    """A park as its terrain sees it."""

    world: World
    factors: TerrainFactors
    counts: Any
    exposure: Any
    truth: Any

    def terrain(self, *, looks: bool) -> Terrain:
        """Fit what is on record."""
        return self.fit(self.counts, self.exposure if looks else None)

    def fit(self, counts: Any, exposure: Any = None) -> Terrain:
        """Fit counts to the kinds of places."""
        some = self.factors
        inside, cell_m = self.world.inside, self.world.grid.cell_m
        named = some.values, some.names, some.kinds
        return fit_terrain(counts, inside, *named, cell_m, exposure=exposure)

    def slopes(self, columns: list[int], counts: Any, exposure: Any) -> Any:
        """Give log relative risks of some factors, without choosing among them."""
        inside = self.world.inside
        fitted = fit_counts(
            self.factors.values, counts[inside], exposure[inside], columns, "poisson"
        )
        return fitted.coef[1:]


def tell(park: Park, planted: tuple[int, ...] = ()) -> Told:
    """Give counts, factors, exposure and truth; `planted`: places at premises of these zones."""
    world = make_world(park)
    grid, inside = world.grid, world.inside
    sites = park.tables["premises"]
    sites = sites[sites["kind"] != "dormitory"]

    def layer(some: Any, weight: Any = None, *, near: bool = True) -> Layer:
        east, north = some["easting"].to_numpy(), some["northing"].to_numpy()
        return Layer(east, north, np.ones(len(some)) if weight is None else weight, near)

    layers = {f"premises.{kind}": layer(some) for kind, some in sites.groupby("kind")}
    layers["class.3_and_4"] = layer(sites[sites["inherent_class"] >= 3])
    layers["people"] = layer(sites, sites["people"].to_numpy(float), near=False)
    if planted:
        layers["planted"] = layer(sites[np.isin(sites["zone"], planted)])
    row, col = grid.cell_of(world.recorded.easting, world.recorded.northing)
    flat = np.where(row >= 0, row * grid.shape[1] + col, 0)
    counts = np.bincount(flat, row >= 0, minlength=grid.size).reshape(grid.shape).astype(float)
    _, detection = fit_corrected(world)
    return Told(
        world,
        measure_layers(layers, grid, inside, REACHES_M),
        np.where(inside, counts, 0.0),
        measure_looked(detection, grid, inside, bandwidth_m=2.0 * grid.cell_m),
        np.where(inside, park.truth.intensity["hazard"], 0.0) * grid.cell_km2 * MONTHS,
    )


def distances(seed: int) -> tuple[float, float]:
    """Give how far log relative risks are from the true ones, in the mean: with looks, without."""
    told = tell(simulate(seed, "misspecified"))
    columns = list(told.fit(told.truth).columns)
    alike = np.ones(told.counts.shape)
    true = told.slopes(columns, told.truth, alike)
    with_looks = told.slopes(columns, told.counts, told.exposure)
    without = told.slopes(columns, told.counts, alike)
    return float(np.abs(with_looks - true).mean()), float(np.abs(without - true).mean())


def planted_found(seed: int) -> tuple[bool, bool]:
    """Say whether places that draw visits but no risk are found: with looks, without."""
    park = with_effort_in(simulate(seed, "null"), FAVOURED, np.random.default_rng(seed))
    told = tell(park, FAVOURED)

    def found(terrain: Terrain) -> bool:
        return any(".planted." in one.name for one in terrain.factors)

    return found(told.terrain(looks=True)), found(told.terrain(looks=False))


def test_relative_risks_are_nearer_the_truth_with_looks() -> None:
    """Teams of unlike eyes, effort that follows findings, a zone nobody visits."""
    with_looks, without = np.mean([distances(seed) for seed in (1, 4)], axis=0)
    assert with_looks < 0.75 * without


def test_a_place_that_draws_visits_but_no_risk_is_no_factor() -> None:
    """In a park without spatial risk: found from plain counts, not once looks are counted."""
    assert planted_found(1) == (False, True)


@pytest.mark.soak
def test_relative_risks_are_nearer_in_sixteen_of_twenty() -> None:
    """Most seeds, and in the mean by a seventh."""
    far = np.array([distances(seed) for seed in range(1, 21)])
    assert (far[:, 0] < far[:, 1]).sum() >= 16
    assert far[:, 0].mean() < 0.86 * far[:, 1].mean()


@pytest.mark.soak
def test_what_draws_visits_alone_is_hardly_ever_a_factor() -> None:
    """At most one of twenty with looks, at least fifteen without."""
    found = np.array([planted_found(seed) for seed in range(1, 21)])
    assert found[:, 0].sum() <= 1
    assert found[:, 1].sum() >= 15
