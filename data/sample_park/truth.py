"""What is true in the sample park: how often things happen where, and how well they are noticed.

Takes the ground and its premises, gives a `Truth`: per kind a true intensity on cells and per
premises, the memory of the process, the detection of each team, the rate of each channel. Chosen
so that the usual model is wrong (`misspecified`), right (`well_specified`), or has nothing to
find (`null`). Whoever fits a surface to the sample's files may be judged by what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from data.sample_park import risk
from data.sample_park.calendar import MONTHS
from data.sample_park.place import CELL_M, ZONES
from data.sample_park.risk import KINDS, NEIGHBOURS, OFFSPRING

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from data.sample_park.place import Place

    Floats = NDArray[np.float64]

Variant = Literal["misspecified", "well_specified", "null"]
VARIANTS: tuple[Variant, ...] = ("misspecified", "well_specified", "null")

AT_PREMISES = ("hazard", "dispute", "fraud", "fire")
SEEN_AT_VISITS = ("hazard", "dispute", "fraud")
PER_30_DAYS = {
    "hazard": 240.0, "dispute": 60.0, "fraud": 36.0, "public_order": 62.0, "fire": 10.0,
    "traffic": 68.0,
}  # fmt: skip
"""How many truly happen in the park in 30 days."""
STANDING = {"hazard": 3.5, "dispute": 1.2, "fraud": 1.0}
"""How many stand at a visit for each that arises in 30 days; a visit sees a share of these."""
CHANNELS = (
    "county_app", "grid", "petition", "anti_fraud_code", "self_report", "volunteers", "hotline",
    "sensor",
)  # fmt: skip
"""The eight channels beside visits."""
CHANNEL_RATE: dict[str, dict[str, float]] = {
    "hazard": {"county_app": 0.17, "grid": 0.06, "self_report": 0.08, "volunteers": 0.03,
               "hotline": 0.02, "sensor": 0.03},
    "dispute": {"county_app": 0.45, "petition": 0.12, "hotline": 0.12, "grid": 0.06},
    "fraud": {"anti_fraud_code": 0.45, "county_app": 0.25, "hotline": 0.10},
    "public_order": {"county_app": 0.50, "hotline": 0.15, "grid": 0.10, "volunteers": 0.06},
    "fire": {"county_app": 0.35, "sensor": 0.35, "hotline": 0.20},
    "traffic": {"county_app": 0.52, "hotline": 0.18, "grid": 0.08},
}  # fmt: skip
MEMORY_DAYS = 365
TEAMS = 5
TEAM_DETECTION = np.array([0.16, 0.26, 0.36, 0.48, 0.60])
LATE_SHARE = {"misspecified": 0.15, "well_specified": 0.0, "null": 0.15}
DUPLICATE_SHARE = {"misspecified": 0.04, "well_specified": 0.0, "null": 0.04}


@dataclass(frozen=True)
class Truth:
    """What is true.

    Parameters
    ----------
    variant
        Which of the three worlds.
    intensity
        Per kind, events / km2 / 30 days in each cell, mean of the 24 months, shape (rows, cols),
        NaN outside the park.
    background
        Per kind, the part of it that no earlier event brought about; per premises (events / 30
        days, shape (premises,)) for kinds at premises, else per cell as `intensity`.
    premises_rate
        Per kind at premises, events / 30 days at each premises while it is valid.
    neighbours
        The five premises nearest to each, shape (premises, 5).
    memory
        Share of later events that come about on each day after, shape (365,); sums to 1.
    detection
        Share of what stands that a team sees, shape (teams, kinds, months), kinds as `KINDS`.
    channel_rate
        Share of events that a channel brings in, shape (kinds, channels, months).
    patrol_hours
        Patrol hours per shift of each zone; the grid's rate follows them, shape (zones,).
    unvisited_zone
        Index of the zone that nobody visits, or None.
    """

    variant: Variant
    intensity: dict[str, Floats]
    background: dict[str, Floats]
    premises_rate: dict[str, Floats]
    neighbours: NDArray[np.int64]
    memory: Floats
    detection: Floats
    channel_rate: Floats
    patrol_hours: Floats
    unvisited_zone: int | None

    @property
    def at_premises(self) -> tuple[str, ...]:
        """The kinds whose events happen at premises; none in the null variant."""
        return () if self.variant == "null" else AT_PREMISES

    @property
    def offspring(self) -> float:
        """Mean number of later events per event."""
        return 0.0 if self.variant == "null" else OFFSPRING

    @property
    def grid_factor(self) -> Floats:
        """What the grid's rate is multiplied by in each zone, mean 1."""
        if self.variant == "well_specified":
            return np.ones(len(self.patrol_hours))
        factor: Floats = self.patrol_hours / self.patrol_hours.mean()
        return factor


def make_truth(
    place: Place, premises: pd.DataFrame, variant: Variant, rng: np.random.Generator
) -> Truth:
    """Choose what is true.

    Parameters
    ----------
    place, premises
        As made by `make_place` and `make_enterprises`.
    variant
        Which world.
    rng
        Chance.

    Returns
    -------
    Truth
        See there.
    """
    where = premises[["easting", "northing"]].to_numpy()
    neighbours = risk.nearest(where, NEIGHBOURS)
    share = risk.valid_share(premises)
    field, at = risk.risk_fields(place, where, rng)
    intensity, background, rates = {}, {}, {}
    for kind in KINDS:
        total = PER_30_DAYS[kind]
        if variant == "null":
            rates[kind], background[kind], intensity[kind] = risk.flat_world(
                place, premises, share, total
            )
        elif kind in AT_PREMISES:
            weight = np.exp(at[kind]) * risk.premises_weight(kind, premises)
            rate, own = risk.branching_rates(weight, neighbours)
            scale = total / float(rate @ share)
            rates[kind], background[kind] = rate * scale, own * scale
            intensity[kind] = risk.on_cells(place, where, rates[kind] * share)
        else:
            weight = np.exp(field[kind]) * risk.ground_weight(kind, place, premises)
            mean, own = risk.branching_cells(place, weight)
            scale = total / (np.nansum(mean) * CELL_M**2 / 1e6)
            intensity[kind], background[kind] = mean * scale, own * scale
    hours = np.round(rng.uniform(2.0, 8.0, ZONES), 1)
    unvisited = None if variant == "well_specified" else 6
    return Truth(
        variant, intensity, background, rates, neighbours, _memory(variant),
        _detection(variant, rng), _channel_rates(variant, rng), hours, unvisited,
    )  # fmt: skip


def _memory(variant: Variant) -> Floats:
    """Give the share of later events on each day after: a power law, or exponential where asked."""
    edge = np.arange(MEMORY_DAYS + 1.0)
    left = np.exp(-edge / 30.0) if variant == "well_specified" else (1 + edge / 8.0) ** -0.9
    share: Floats = -np.diff(left) / (left[0] - left[-1])
    return share


def _detection(variant: Variant, rng: np.random.Generator) -> Floats:
    base = rng.permutation(TEAM_DETECTION)[:, None, None] * np.ones((1, len(KINDS), MONTHS))
    if variant == "well_specified":
        return base
    taste = np.exp(rng.normal(0, 0.35, (TEAMS, len(KINDS), 1)))
    mood = np.zeros((TEAMS, len(KINDS), MONTHS))
    for month in range(MONTHS):  # slow drift: this month resembles the last
        before = mood[:, :, month - 1] if month else 0.0
        mood[:, :, month] = 0.7 * before + rng.normal(0, 0.22, (TEAMS, len(KINDS)))
    return np.clip(base * taste * np.exp(mood), 0.04, 0.92)


def _channel_rates(variant: Variant, rng: np.random.Generator) -> Floats:
    base = np.array([[CHANNEL_RATE[k].get(c, 0.0) for c in CHANNELS] for k in KINDS])
    rate = base[:, :, None] * np.ones((1, 1, MONTHS))
    if variant != "well_specified":
        rate = rate * np.exp(rng.normal(-0.005, 0.10, rate.shape))
    total = rate.sum(1, keepdims=True)
    capped: Floats = rate * np.minimum(1.0, 0.95 / total)
    return capped
