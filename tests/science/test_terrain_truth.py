"""Risk terrain on a known truth: planted factors recovered, and none found where there are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geo_risk.surfaces.terrain import Terrain, fit_terrain

SIDE, KINDS, REACHES = 40, 10, (3.0, 6.0, 12.0)
CELL = 50.0
PLANTED = {"near_kind1_6": 5.0, "near_kind4_12": 3.0, "near_kind7_3": 6.0}


def places(seed: int) -> tuple[Any, list[str], list[str]]:
    """Give distance factors of ten kinds of places at three reaches each: 30 that look alike."""
    rng = np.random.default_rng(1000 + seed)
    row, col = np.indices((SIDE, SIDE))
    columns, names, groups = [], [], []
    for kind in range(KINDS):
        at = rng.uniform(0, SIDE, (8, 2))
        apart = np.min([np.hypot(row - r, col - c) for r, c in at], axis=0).ravel()
        for reach in REACHES:
            columns.append(np.maximum(0.0, 1.0 - apart / reach))
            names.append(f"near_kind{kind}_{reach:g}")
            groups.append(f"kind{kind}")
    return np.column_stack(columns), names, groups


def fitted(
    seed: int, planted: dict[str, float], clump: float = 0.0, events: float = 900.0
) -> Terrain:
    factors, names, groups = places(seed)
    log_risk = np.log([planted.get(name, 1.0) for name in names])
    rng = np.random.default_rng(seed)
    mu = np.exp(factors @ log_risk)
    mu *= events / mu.sum()
    if clump:
        mu = mu * rng.gamma(1 / clump, clump, len(mu))
    counts = rng.poisson(mu).reshape(SIDE, SIDE).astype(float)
    inside = np.ones((SIDE, SIDE), dtype=bool)
    return fit_terrain(counts, inside, factors, names, groups, CELL)


def check_recovery(seeds: int, clump: float) -> None:
    kinds = {name.split("_")[1]: name for name in PLANTED}
    found = covered = false = 0
    for seed in range(seeds):
        terrain = fitted(seed, PLANTED, clump)
        by_kind = {one.name.split("_")[1]: one for one in terrain.factors}
        found += len(set(by_kind) & set(kinds))
        false += len(set(by_kind) - set(kinds))
        for kind, name in kinds.items():
            if kind in by_kind and by_kind[kind].name == name:
                covered += by_kind[kind].low <= PLANTED[name] <= by_kind[kind].high
    assert found >= 0.85 * 3 * seeds
    assert false <= 0.5 * seeds
    assert covered >= 0.6 * found


def check_null(seeds: int, clump: float, allowed: float) -> None:
    some = sum(bool(fitted(seed, {}, clump).factors) for seed in range(seeds))
    assert some <= allowed * seeds


@pytest.mark.parametrize("clump", [0.0, 1.0])
def test_planted_factors_are_recovered(clump: float) -> None:
    """Three of ten kinds raise risk: at least 85 % found, at most one false kind in two parks.

    With counts that scatter more than a Poisson's as well.
    """
    check_recovery(4, clump)


@pytest.mark.parametrize("clump", [0.0, 1.0])
def test_a_park_without_risky_places_has_no_factor(clump: float) -> None:
    """Under null most parks have none: at most two of eight."""
    check_null(8, clump, 0.25)


@pytest.mark.soak
@pytest.mark.parametrize("clump", [0.0, 1.0])
def test_planted_factors_are_recovered_over_20_seeds(clump: float) -> None:
    """The long form."""
    check_recovery(20, clump)


@pytest.mark.soak
@pytest.mark.parametrize("clump", [0.0, 1.0])
def test_parks_without_risky_places_have_no_factor_over_20_seeds(clump: float) -> None:
    """The long form."""
    check_null(20, clump, 0.2)
