"""Predictors: what a learner may look at in each cell, at a cut, of what was known by then.

Takes a `Snapshot` and, where the park has them, traits of its cells, gives one table: kernel
densities at every bandwidth and half-life, counts pooled with them, the cell's own counts by age,
the season a year ago, the zone's rate, distinct places, the time since the last event. All are
relative to the park's mean, so that what was learnt on counts holds for points. What is made of
them belongs to `learner`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_risk.surfaces.bench import Snapshot

    Floats = NDArray[np.float64]
    Small = NDArray[np.float32]

FLOOR = 0.02
"""Share of the uniform under a relative density before its logarithm is taken."""

_POOL_WORTH = 3.0
_BANDS_DAYS = ((0.0, 90.0), (90.0, 365.0), (365.0, np.inf))
_ZONE_DAYS = (90.0, 365.0, np.inf)
_YEAR_DAYS = 365.0
_SEASON_DAYS = 90.0
_NEAR_CELLS, _WIDE_CELLS = 2.5, 8.0
_PLACE_CELLS = 1.5
_LONGEST_DAYS, _SHORTEST_DAYS = 730.0, 30.0


class Traits(Protocol):
    """What is known of cells beside events; `features.cells.CellTraits` is one."""

    @property
    def zone(self) -> NDArray[np.int64]:
        """(cells,) number of each cell's zone, at least 0."""

    def at(self, days: float) -> Floats:
        """Give (cells, k) numbers that held at a moment."""


@dataclass(frozen=True)
class Predictors:
    """A table of predictors.

    Parameters
    ----------
    logs
        (cells, a) logarithms of relative densities, floored: a learner compares them with the
        blend's, and more of them never means less risk.
    others
        (cells, b) counts by age and traits of the cell, any scale.
    """

    logs: Small
    others: Small


def log_relative(density: Floats) -> Floats:
    """Give log((1 - f) p n + f), f = 2 %, of a density over n cells; 0 = the park's mean."""
    mean = float(density.mean())
    return log_floored(density / mean if mean > 0 else np.ones(len(density)))


def log_floored(relative: Floats) -> Floats:
    """Give the same of what is relative already."""
    return np.asarray(np.log((1.0 - FLOOR) * relative + FLOOR))


def measure_predictors(snapshot: Snapshot, densities: Floats) -> Predictors:
    """Measure what a learner may look at.

    Parameters
    ----------
    snapshot
        A bench at a cut.
    densities
        (members, cells) as of `snapshot.densities`.

    Returns
    -------
    Predictors
    """
    members, bench = snapshot.members, snapshot.bench
    pools = [row for row in members.pool_rows if members.pool_of(row)[1] == _POOL_WORTH]
    cell = bench.grid.cell_m
    last_year = snapshot.aged(_YEAR_DAYS - _SEASON_DAYS, _YEAR_DAYS)
    places = snapshot.places()
    spread = [
        bench.smooth(some, width * cell) / bench.edge(width * cell)
        for some, width in (
            (last_year, _NEAR_CELLS),
            (last_year, _WIDE_CELLS),
            (places, _PLACE_CELLS),
        )
    ]
    own = [snapshot.aged(*band)[bench.inside] for band in _BANDS_DAYS]
    zones = [_zone_rate(snapshot.aged(0.0, days)[bench.inside], bench.zone) for days in _ZONE_DAYS]
    logs = [densities[row] for row in (*members.kernel_rows, *pools)] + spread + zones
    counts = [np.log1p(one / max(float(one.mean()), 1e-12)) for one in own]
    counts.append(np.log1p(places[bench.inside] / max(float(places[bench.inside].mean()), 1e-12)))
    since = np.minimum(snapshot.days_since_last(), _LONGEST_DAYS)
    others = np.column_stack([*counts, np.log(since + _SHORTEST_DAYS)])
    if bench.traits is not None:
        others = np.hstack([others, bench.traits.at(snapshot.cut_days)])
    return Predictors(
        np.column_stack([log_relative(one) for one in logs]).astype(np.float32),
        others.astype(np.float32),
    )


def _zone_rate(own: Floats, zone: NDArray[np.int64]) -> Floats:
    cells = np.bincount(zone)
    return np.asarray((np.bincount(zone, own) / np.maximum(cells, 1))[zone])
