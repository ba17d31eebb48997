"""Corrected against the truth of the sample park: nearer than raw, flat where nothing is to find.

The short form takes the first seeds; the long one twenty of each world, whose figures stand in
`docs/effort.md`. How nearness is measured is told in `bench.worlds`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bench.worlds import (
    fit_corrected,
    fit_raw,
    log_score,
    make_world,
    moved_share,
    rank_correlation,
    variation,
    with_effort_in,
)
from data.sample_park import simulate

if TYPE_CHECKING:
    from data.sample_park import Park
    from data.sample_park.truth import Variant

SEEDS = tuple(range(1, 21))
FLAT = 0.10
"""Largest coefficient of variation over cells that counts as flat; raw maps of it reach 0.3."""


@cache
def park(seed: int, variant: Variant) -> Park:
    return simulate(seed, variant)


def nearer(seed: int, variant: Variant) -> tuple[bool, bool]:
    """Say whether corrected is nearer the truth than raw: by rank correlation, by log score."""
    world = make_world(park(seed, variant))
    raw, corrected = fit_raw(world).mean, fit_corrected(world)[0].mean
    return (
        rank_correlation(corrected, world) > rank_correlation(raw, world),
        log_score(corrected, world) > log_score(raw, world),
    )


def flatness(seed: int) -> tuple[float, float]:
    """Give the variation of corrected and of raw over the cells of a park without spatial risk."""
    world = make_world(park(seed, "null"))
    return variation(fit_corrected(world)[0].mean, world), variation(fit_raw(world).mean, world)


def followed(seed: int) -> tuple[float, float]:
    """Give what share of corrected and of raw moves when effort moves, the truth staying."""
    east, west = (0, 2, 4, 6, 8), (1, 3, 5, 7, 9)
    worlds = [
        make_world(with_effort_in(park(seed, "misspecified"), zones, np.random.default_rng(seed)))
        for zones in (east, west)
    ]
    corrected = [fit_corrected(one)[0].mean for one in worlds]
    raw = [fit_raw(one).mean for one in worlds]
    return moved_share(*corrected, worlds[0]), moved_share(*raw, worlds[0])


@pytest.mark.parametrize("variant", ["well_specified", "misspecified"])
def test_corrected_is_nearer_the_truth_than_raw(variant: Variant) -> None:
    """By rank correlation and by log score, whether or not the world is the model's."""
    assert nearer(1, variant) == (True, True)


def test_corrected_is_flat_where_there_is_no_spatial_risk() -> None:
    """Every premises and every square metre alike: the variation is below `FLAT`, raw's far off."""
    corrected, raw = flatness(1)
    assert corrected < FLAT < raw


def test_corrected_does_not_follow_patrols_that_are_moved() -> None:
    """The same truth looked at elsewhere: raw moves at least three times as far."""
    corrected, raw = followed(1)
    assert corrected < raw / 3


@pytest.mark.soak
@pytest.mark.parametrize("variant", ["well_specified", "misspecified"])
def test_corrected_is_nearer_the_truth_than_raw_in_nineteen_of_twenty(variant: Variant) -> None:
    """Twenty seeds, each of the two measures."""
    won = np.array([nearer(seed, variant) for seed in SEEDS])
    assert won.sum(0).min() >= 19


@pytest.mark.soak
def test_corrected_is_flat_in_twenty_of_twenty() -> None:
    """No seed makes risk where there is none."""
    assert max(flatness(seed)[0] for seed in SEEDS) < FLAT


@pytest.mark.soak
def test_corrected_does_not_follow_patrols_in_twenty_of_twenty() -> None:
    """Each seed: raw moves at least three times as far."""
    assert all(3 * corrected < raw for corrected, raw in map(followed, SEEDS))
